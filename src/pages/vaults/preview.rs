//! Which servers a vault takes in by their tags, as the rules are typed.

use std::sync::Arc;

use contract::vault::{Binding, BindingFacts, Fate, Vault, bindings};
use leptos::prelude::*;

use crate::api::Resources;
use crate::format::count;
use crate::layout::use_paths;
use crate::ui::{Badge, Cell, Column, Glyph, Table, TextLink, Tone};

/// The servers that match a vault's rules, with the vault as it would be.
fn preview(resources: &Resources, vault: &Vault) -> Vec<Binding> {
    let mut vaults = resources.vaults.clone();
    match vaults.iter_mut().find(|other| other.id == vault.id) {
        Some(own) => *own = vault.clone(),
        // A new vault is the newest, and the newest comes first.
        None => vaults.insert(0, vault.clone()),
    }
    let servers = resources.all_servers();
    let facts = BindingFacts {
        vaults: &vaults,
        servers: &servers,
    };
    bindings(&vault.id, &facts)
}

fn fate_view(fate: &Fate) -> AnyView {
    let (tone, text, icon, more) = match fate {
        Fate::Bound => (Tone::Good, "Will be taken in", Glyph::Plus, None),
        Fate::Inside => (Tone::Neutral, "Is in this vault", Glyph::Check, None),
        Fate::Elsewhere(vault) => (
            Tone::Warning,
            "Stays where it is",
            Glyph::Dash,
            Some(format!(
                "It is in vault {vault}; a resource is in one vault only."
            )),
        ),
        Fate::TakenBy(vault) => (
            Tone::Warning,
            "Goes elsewhere",
            Glyph::Arrow,
            Some(format!(
                "The rules of the newer vault {vault} match too, and come first."
            )),
        ),
        Fate::Full => (
            Tone::Bad,
            "No room",
            Glyph::Cross,
            Some("The vault holds as many resources as it can.".to_owned()),
        ),
        Fate::Refused(refusal) => (
            Tone::Bad,
            "Cannot be taken in",
            Glyph::Cross,
            Some(refusal.to_string()),
        ),
    };
    view! {
        <span class="stack">
            <Badge tone=tone text=text icon=icon/>
            {more.map(|text| view! { <span class="field-hint"><bdi>{text}</bdi></span> })}
        </span>
    }
    .into_any()
}

/// The preview; follows the vault as its rules are typed.
#[component]
pub fn BindingPreview(
    #[prop(into)] resources: Signal<Arc<Resources>>,
    #[prop(into)] vault: Signal<Vault>,
) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let found = Memo::new(move |_| {
        resources.with(|resources| vault.with(|vault| preview(resources, vault)))
    });
    let said = move || {
        found.with(|found| {
            let bound = found.iter().filter(|one| one.fate == Fate::Bound).count();
            format!(
                "{} carry one of these tags; {} will be taken in",
                count(found.len(), "server", "servers"),
                bound
            )
        })
    };
    let row = move |binding: &Binding| {
        let href = paths.with_value(|paths| paths.server(&binding.server));
        let (name, fate) = (binding.name.clone(), fate_view(&binding.fate));
        view! {
            <tr role="row">
                <Cell label="Server" heading=true><TextLink href=href><bdi>{name}</bdi></TextLink></Cell>
                <Cell label="What happens">{fate}</Cell>
            </tr>
        }
    };
    let table = move || {
        let any = found.with(|found| !found.is_empty());
        any.then(|| {
            let rows = move || found.with(|found| found.iter().map(row).collect_view());
            view! {
                <Table caption="Servers that match" columns=vec![Column::text("Server"), Column::text("What happens")]>{rows}</Table>
            }
        })
    };
    view! {
        <p role="status">{said}</p>
        {table}
        <p class="field-hint">"Servers are taken in when the rules are saved and before scheduled runs. One that loses its tag stays."</p>
    }
    .into_any()
}

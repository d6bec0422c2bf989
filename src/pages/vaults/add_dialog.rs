//! Putting resources into a vault.

use std::sync::Arc;

use contract::cbr::vaults::ResourcesAdd;
use contract::vault::{Vault, add_refusals};
use leptos::prelude::*;

use super::deeds::OneVault;
use super::draft::Chosen;
use super::fill::gb;
use super::picker::ResourcePicker;
use super::words::failure;
use crate::api::{Resources, VaultDeed, operation_id, resources, use_api};
use crate::form::{ShowRequest, Submission};
use crate::format::count;
use crate::query::{Query, query_view};
use crate::ui::{Button, ButtonKind, Dialog, DialogActions, Notice, Tone, use_toasts};

/// The dialog; what there is is loaded when it opens.
#[component]
pub fn AddResources(open: RwSignal<bool>, one: OneVault) -> AnyView {
    let title = Signal::derive(move || format!("Put resources into {}", one.name().get()));
    view! {
        <Dialog open=open title=title wide=true>{move || content(open, one)}</Dialog>
    }
    .into_any()
}

fn content(open: RwSignal<bool>, one: OneVault) -> AnyView {
    let known = Query::new(resources);
    let chosen = RwSignal::new(Vec::<Chosen>::new());
    let vault = Signal::derive(move || (*one.vault.get()).clone());
    let picker = move |known: Signal<Arc<Resources>>| {
        view! { <ResourcePicker field="vault-add-resources" resources=known vault=vault chosen=chosen/> }
            .into_any()
    };
    view! {
        <p class="field-hint">"Disks of a server can only be left out now: to change that later, the server has to be taken out, and its backups go with it."</p>
        {query_view(known, "servers and disks", picker)}
        {send(open, one, known, chosen)}
    }
    .into_any()
}

/// What is against putting them in together.
fn refused(vault: &Vault, chosen: &[Chosen], known: &Resources) -> Option<String> {
    let wanted: Vec<_> = chosen.iter().map(Chosen::to_wire).collect();
    let candidates: Vec<_> = wanted
        .iter()
        .map(|resource| known.candidate(&resource.kind, &resource.id))
        .collect();
    let refusals = add_refusals(&vault.id, &wanted, &candidates, Some(vault), &known.vaults);
    refusals.first().map(ToString::to_string)
}

fn send(
    open: RwSignal<bool>,
    one: OneVault,
    known: Query<Resources>,
    chosen: RwSignal<Vec<Chosen>>,
) -> AnyView {
    let (api, toasts) = (use_api(), use_toasts());
    let submission = Submission::new();
    let deed = Signal::derive(move || {
        VaultDeed::Add(ResourcesAdd {
            resources: chosen.with(|chosen| chosen.iter().map(Chosen::to_wire).collect()),
        })
    });
    let blocked = Signal::derive(move || {
        if chosen.with(Vec::is_empty) {
            return Some("Choose at least one resource.".to_owned());
        }
        let (vault, known) = (one.vault.get(), known.data()?);
        chosen.with(|chosen| refused(&vault, chosen, &known))
    });
    let request = Signal::derive(move || {
        let vault = one.vault.with(|vault| vault.id.clone());
        deed.with(|deed| deed.request(&vault))
    });
    let press = move |()| {
        let vault = one.vault.with_untracked(|vault| vault.id.clone());
        let (deed, once) = (deed.get_untracked(), operation_id());
        let number = chosen.with_untracked(Vec::len);
        submission.send(
            async move { deed.carry_out(api, &vault, &once).await },
            move |()| {
                let what = count(number, "resource", "resources");
                toasts.success(format!("{what} put in"));
                open.try_set(false);
                one.refresh();
            },
        );
    };
    let after = move || {
        let added: i64 = chosen.with(|chosen| chosen.iter().map(Chosen::counted_gb).sum());
        one.vault.with(|vault| {
            let allocated = vault.allocated_gb + added;
            let size = vault.size_gb;
            (allocated > size && added > 0 && !vault.auto_expand).then(|| {
                view! {
                    <Notice tone=Tone::Warning title="The vault may become too small">
                        <p>{format!("Its resources would have {}, the vault {}. When it is full, backups fail until it is enlarged.", gb(allocated), gb(size))}</p>
                    </Notice>
                }
            })
        })
    };
    let failed = failure(submission);
    view! {
        {after}
        {move || failed.get().map(|text| view! {
            <Notice tone=Tone::Bad title="Nothing was put in" announce=true><p><bdi>{text}</bdi></p></Notice>
        })}
        <ShowRequest request=request/>
        <DialogActions>
            <Button on_press=move || open.set(false)>"Cancel"</Button>
            <Button kind=ButtonKind::Primary blocked=blocked busy=submission.busy() on_press=press>
                {move || format!("Put in {}", count(chosen.with(Vec::len), "resource", "resources"))}
            </Button>
        </DialogActions>
    }
    .into_any()
}

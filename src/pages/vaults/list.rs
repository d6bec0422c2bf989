//! The list of vaults: how full each is, what it holds, which policies act on it.

use std::sync::Arc;

use contract::cbr::rules::MAX_VAULTS;
use contract::vault::{Vault, VaultPolicy};
use leptos::prelude::*;

use super::fill::{FillMeter, gb};
use super::filter::{Filter, State, kind_key};
use super::words::{kind_title, status_badges};
use crate::api::{Api, ApiError, vault_policies, vaults};
use crate::form::{Field, Select, SelectOption, TextInput};
use crate::format::count;
use crate::layout::{Page, use_paths};
use crate::pages::migration::migration_link;
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::routes::Paths;
use crate::ui::{
    Align, Button, ButtonKind, ButtonLink, Card, Cell, Column, EmptyState, Glyph, Table, TextLink,
};

const COLUMNS: [Column; 7] = [
    Column::text("Vault"),
    Column::text("Holds"),
    Column::text("Used"),
    Column::number("Allocated"),
    Column::number("Resources"),
    Column::text("Policies"),
    Column::text("State"),
];

/// What the list shows.
struct Listed {
    vaults: Vec<Vault>,
    policies: Vec<VaultPolicy>,
}

async fn load(api: Api) -> Result<Listed, ApiError> {
    let mut vaults = vaults(api).await?;
    vaults.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let policies = vault_policies(api).await?;
    Ok(Listed { vaults, policies })
}

/// The page.
pub fn list_page() -> AnyView {
    let all = Query::new(load).polled(|_| Pace::Calm);
    let (paths, navigate) = (use_paths(), use_navigate());
    let full = Signal::derive(move || {
        let full = all.data().is_some_and(|all| all.vaults.len() >= MAX_VAULTS);
        full.then(|| {
            format!("There are {MAX_VAULTS} vaults, as many as allowed. Delete one first.")
        })
    });
    let new = paths.new_vault();
    let create = Callback::new(move |()| navigate(&new, Default::default()));
    let sharing = use_paths().sharing();
    let actions = move || {
        view! {
            {refresh_bar(all, "vaults")}
            <ButtonLink href=sharing.clone()>"Sharing and copies"</ButtonLink>
            <Button kind=ButtonKind::Primary icon=Glyph::Plus blocked=full on_press=create>"Create vault"</Button>
        }
        .into_any()
    };
    let lead = move || {
        view! { "A vault holds the backups of its resources, up to its size. What is in no vault is not backed up." {migration_link()} }
            .into_any()
    };
    let table = move |listed: Signal<Arc<Listed>>| content(listed, create);
    view! { <Page title="Vaults" lead=lead actions=actions>{query_view(all, "vaults", table)}</Page> }.into_any()
}

fn content(listed: Signal<Arc<Listed>>, create: Callback<()>) -> AnyView {
    let query = use_query_map();
    let filter = Memo::new(move |_| Filter::from_query(|name| query.read().get(name)));
    let change = change_filter();
    let shown = Memo::new(move |_| {
        let filter = filter.get();
        listed.with(|listed| {
            let found = listed.vaults.iter().filter(|vault| filter.accepts(vault));
            found.cloned().collect::<Vec<Vault>>()
        })
    });
    let total = Memo::new(move |_| listed.with(|listed| listed.vaults.len()));
    let title = Signal::derive(move || match (shown.with(Vec::len), total.get()) {
        (shown, total) if shown == total => count(total, "vault", "vaults"),
        (shown, total) => format!("{shown} of {}", count(total, "vault", "vaults")),
    });
    let faces = Memo::new(move |_| (total.get() == 0, shown.with(Vec::is_empty)));
    let paths = StoredValue::new(use_paths());
    let rows = move || {
        let listed = listed.get();
        let row = |vault: &Vault| paths.with_value(|paths| row(paths, vault, &listed.policies));
        shown.with(|shown| shown.iter().map(row).collect_view())
    };
    let found = move || {
        match faces.get() {
        (true, _) => view! {
            <EmptyState title="No vault yet" icon=Glyph::Vault>
                <p>"Make one, put servers or disks into it and apply a policy: they are then backed up by themselves."</p>
                <Button kind=ButtonKind::Primary icon=Glyph::Plus on_press=create>"Create vault"</Button>
            </EmptyState>
        }
        .into_any(),
        (false, true) => view! {
            {filter_bar(listed, filter, change)}
            <EmptyState title="No vault matches" icon=Glyph::Search>
                <p>"Try fewer letters, another kind or state, or show all vaults."</p>
                <Button on_press=move || change.run(Filter::default())>"Show all vaults"</Button>
            </EmptyState>
        }
        .into_any(),
        (false, false) => view! {
            {filter_bar(listed, filter, change)}
            <Card title=title>
                <Table caption="Vaults and how full they are" columns=COLUMNS.to_vec()>{rows}</Table>
            </Card>
        }
        .into_any(),
    }
    };
    view! {
        <p class="visually-hidden" role="status">{move || format!("{} shown", title.get())}</p>
        {found}
    }
    .into_any()
}

/// Writes a filter into the address.
fn change_filter() -> Callback<Filter> {
    let (navigate, paths) = (use_navigate(), use_paths());
    Callback::new(move |filter: Filter| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        navigate(&paths.vaults_where(&filter.to_query()), options);
    })
}

fn filter_bar(
    listed: Signal<Arc<Listed>>,
    filter: Memo<Filter>,
    change: Callback<Filter>,
) -> AnyView {
    let kinds = Signal::derive(move || {
        let mut kinds: Vec<(String, String)> = listed.with(|listed| {
            let vaults = listed.vaults.iter();
            vaults
                .map(|vault| {
                    let key = kind_key(vault).to_owned();
                    let title = match key.as_str() {
                        "replicas" => "Replicas".to_owned(),
                        _ => kind_title(vault),
                    };
                    (key, title)
                })
                .collect()
        });
        // A kind of the address that no vault is of any more is still what is asked for.
        let asked = filter.with(|filter| filter.kind.clone());
        if !asked.is_empty() && kinds.iter().all(|(key, _)| *key != asked) {
            kinds.push((asked.clone(), asked));
        }
        kinds.sort_unstable();
        kinds.dedup();
        let any = std::iter::once(SelectOption::new("", "Any"));
        let kinds = kinds
            .into_iter()
            .map(|(key, title)| SelectOption::new(key, title));
        any.chain(kinds).collect::<Vec<_>>()
    });
    let states = State::ALL
        .map(|state| SelectOption::new(state.key(), state.title()))
        .to_vec();
    let with = move |edit: &dyn Fn(&mut Filter)| {
        let mut filter = filter.get_untracked();
        edit(&mut filter);
        change.run(filter);
    };
    let search = move |text: String| with(&|filter| filter.text.clone_from(&text));
    let choose_kind = move |kind: String| with(&|filter| filter.kind.clone_from(&kind));
    let choose_state = move |key: String| {
        let state = State::ALL.into_iter().find(|state| state.key() == key);
        with(&|filter| filter.state = state.unwrap_or_default());
    };
    view! {
        <div class="filter-row" role="search" aria-label="Vaults">
            <Field id="vault-search" label="Find by name, resource or tag" required=true>
                <TextInput kind="search" value=Signal::derive(move || filter.with(|filter| filter.text.clone())) on_input=search/>
            </Field>
            <Field id="vault-kind" label="Holds" required=true>
                <Select options=kinds value=Signal::derive(move || filter.with(|filter| filter.kind.clone())) on_change=choose_kind/>
            </Field>
            <Field id="vault-state" label="State" required=true>
                <Select options=states value=Signal::derive(move || filter.with(|filter| filter.state.key().to_owned())) on_change=choose_state/>
            </Field>
        </div>
    }
    .into_any()
}

fn row(paths: &Paths, vault: &Vault, policies: &[VaultPolicy]) -> AnyView {
    let (href, name) = (paths.vault(&vault.id), vault.name.clone());
    let about = (!vault.description.is_empty()).then(|| {
        let text = vault.description.clone();
        view! { <p class="field-hint"><bdi>{text}</bdi></p> }
    });
    let applied: Vec<_> = policies
        .iter()
        .filter(|policy| policy.is_on(&vault.id))
        .map(|policy| {
            (
                paths.policy(&policy.id),
                policy.name.clone(),
                policy.replication,
            )
        })
        .collect();
    let applied = if applied.is_empty() {
        view! { <span class="dash">"None"</span> }.into_any()
    } else {
        let items = applied.into_iter().map(|(href, name, replication)| {
            let what = if replication { " (replication)" } else { "" };
            view! { <span><TextLink href=href><bdi>{name}</bdi></TextLink>{what}</span> }
        });
        view! { <span class="stack">{items.collect_view()}</span> }.into_any()
    };
    let (kind, allocated, members) = (
        kind_title(vault),
        gb(vault.allocated_gb),
        vault.members.len(),
    );
    let grows = vault
        .auto_expand
        .then(|| view! { <span class="field-hint">"Grows by itself"</span> });
    let (badges, vault) = (status_badges(vault), vault.clone());
    view! {
        <tr role="row">
            <Cell label="Vault" heading=true><div><TextLink href=href><bdi>{name}</bdi></TextLink> {about}</div></Cell>
            <Cell label="Holds"><bdi class="vault-kind">{kind}</bdi></Cell>
            <Cell label="Used"><div class="vault-fill meter-named"><FillMeter vault=vault/> {grows}</div></Cell>
            <Cell label="Allocated" align=Align::End>{allocated}</Cell>
            <Cell label="Resources" align=Align::End>{members}</Cell>
            <Cell label="Policies">{applied}</Cell>
            <Cell label="State">{badges}</Cell>
        </tr>
    }
    .into_any()
}

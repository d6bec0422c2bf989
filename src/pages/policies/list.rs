//! The list of policies of every service: what each does, when next, and for what.

use std::sync::Arc;

use contract::model::{Generation, Policy, PolicyKind};
use contract::rules::MAX_POLICIES;
use leptos::prelude::*;

use super::filter::{Filter, offered_tags};
use super::rows::rows;
use super::service::{Listed, Services, from_key, full_name, key, short_name, use_services};
use crate::form::{Field, Select, SelectOption, TextInput};
use crate::format::count;
use crate::layout::{Page, use_paths};
use crate::pages::migration::migration_link;
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::ui::{Button, ButtonKind, ButtonLink, EmptyState, Glyph, Notice, Tone};

/// How many policies of a kind there are: the service allows so many of each.
fn number(policies: &[Policy], of: Generation, copies: bool) -> usize {
    let alike = policies.iter().filter(|policy| {
        policy.generation == of && matches!(policy.kind, PolicyKind::Replication(_)) == copies
    });
    alike.count()
}

/// The page.
pub fn list_page() -> AnyView {
    let services = use_services();
    let all = Query::new(move |api| Listed::load(api, services)).polled(|_| Pace::Calm);
    let (paths, navigate) = (use_paths(), use_navigate());
    // Only where every service of the project is full nothing can be made.
    let full = Signal::derive(move || {
        let listed = all.data()?;
        let is_full = |of| number(&listed.policies, of, false) >= MAX_POLICIES;
        let full = (!services.csbs || is_full(Generation::Csbs))
            && (!services.cbr || is_full(Generation::Cbr));
        full.then(|| {
            format!("There are {MAX_POLICIES} policies, as many as allowed. Delete one first.")
        })
    });
    let new = paths.new_policy();
    let create = Callback::new(move |()| navigate(&new, Default::default()));
    let (export, import) = (paths.export_policies(), paths.import_policies());
    let actions = move || {
        view! {
            {refresh_bar(all, "policies")}
            <ButtonLink href=export.clone()>"Export"</ButtonLink>
            <ButtonLink href=import.clone()>"Import"</ButtonLink>
            <Button kind=ButtonKind::Primary icon=Glyph::Plus blocked=full on_press=create>"Create policy"</Button>
        }
        .into_any()
    };
    let lead = move || {
        let numbers = all.data().map(|listed| numbers(&listed.policies, services));
        view! { {numbers} " A policy says when backups are made and how long they are kept. " {migration_link()} }
            .into_any()
    };
    let content = move |listed: Signal<Arc<Listed>>| {
        let policies = Signal::derive(move || Arc::new(listed.read().policies.clone()));
        view! {
            {move || listed.read().failed.clone().map(|(of, error)| failed(all, of, &error.to_string()))}
            {table(policies, services, create, Callback::new(move |()| all.refresh()))}
        }
        .into_any()
    };
    view! { <Page title="Policies" lead=lead actions=actions>{query_view(all, "policies", content)}</Page> }.into_any()
}

/// How many policies there are, and how many are allowed.
fn numbers(policies: &[Policy], services: Services) -> String {
    let csbs = services.csbs.then(|| {
        let number = number(policies, Generation::Csbs, false);
        format!("{number} of {MAX_POLICIES} policies")
    });
    let cbr = services.cbr.then(|| {
        let of = |copies| number(policies, Generation::Cbr, copies);
        let (backups, copies) = (of(false), of(true));
        format!("{backups} of {MAX_POLICIES} policies for backups and {copies} of {MAX_POLICIES} for copies")
    });
    match (csbs, cbr) {
        (Some(csbs), Some(cbr)) => format!("CSBS: {csbs}. CBR: {cbr}."),
        (one, other) => one
            .or(other)
            .map_or_else(String::new, |said| format!("{said}.")),
    }
}

/// One service did not answer; what the other says is below.
fn failed(all: Query<Listed>, of: Generation, why: &str) -> AnyView {
    let title = format!("The policies of {} could not be loaded", short_name(of));
    let why = why.to_owned();
    view! {
        <Notice tone=Tone::Warning title=title announce=true>
            <p>{why}</p>
            <p>"The policies of the other service are below."</p>
            <Button icon=Glyph::Refresh on_press=move || all.refresh()>"Try again"</Button>
        </Notice>
    }
    .into_any()
}

fn table(
    policies: Signal<Arc<Vec<Policy>>>,
    services: Services,
    create: Callback<()>,
    refresh: Callback<()>,
) -> AnyView {
    let query = use_query_map();
    let filter = Memo::new(move |_| Filter::from_query(|name| query.read().get(name)));
    let change = change_filter();
    let empty = Memo::new(move |_| policies.with(|policies| policies.is_empty()));
    let shown = Memo::new(move |_| {
        let filter = filter.get();
        let mut shown: Vec<Arc<Policy>> = policies.with(|policies| {
            let found = policies.iter().filter(|policy| filter.accepts(policy));
            found.cloned().map(Arc::new).collect()
        });
        shown.sort_by(|a, b| a.name.cmp(&b.name));
        shown
    });
    let none = Memo::new(move |_| shown.with(Vec::is_empty));
    let content = move || {
        if empty.get() {
            return view! {
                <EmptyState title="No policy yet" icon=Glyph::Policy>
                    <p>"Make one, and backups are made by themselves."</p>
                    <Button kind=ButtonKind::Primary icon=Glyph::Plus on_press=create>"Create policy"</Button>
                </EmptyState>
            }
            .into_any();
        }
        let found = move || {
            if none.get() {
                view! {
                    <EmptyState title="No policy matches" icon=Glyph::Search>
                        <p>"Try fewer letters or another tag, or show all policies."</p>
                        <Button on_press=move || change.run(Filter::default())>"Show all policies"</Button>
                    </EmptyState>
                }
                .into_any()
            } else {
                rows(shown, filter, services.both(), refresh)
            }
        };
        view! {
            {filter_bar(policies, services, filter, change)}
            <p class="visually-hidden" role="status">
                {move || format!("{} shown", count(shown.with(Vec::len), "policy", "policies"))}
            </p>
            {found}
        }
        .into_any()
    };
    view! { {content} }.into_any()
}

/// Writes a filter into the address.
fn change_filter() -> Callback<Filter> {
    let (navigate, paths) = (use_navigate(), use_paths());
    Callback::new(move |filter: Filter| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        navigate(&paths.policies_where(&filter.to_query()), options);
    })
}

fn filter_bar(
    policies: Signal<Arc<Vec<Policy>>>,
    services: Services,
    filter: Memo<Filter>,
    change: Callback<Filter>,
) -> AnyView {
    let options = Signal::derive(move || {
        let mut tags = policies.with(|policies| offered_tags(policies));
        // A tag of the address that no policy carries any more is still what is asked for.
        let asked = filter.with(|filter| filter.tag.clone());
        if !asked.is_empty() && !tags.contains(&asked) {
            tags.insert(0, asked);
        }
        let any = [SelectOption::new("", "Any")];
        let tags = tags
            .into_iter()
            .map(|tag| SelectOption::new(tag.clone(), tag));
        any.into_iter().chain(tags).collect::<Vec<_>>()
    });
    let search = move |text: String| {
        change.run(Filter {
            text,
            ..filter.get_untracked()
        })
    };
    let choose = move |tag: String| {
        change.run(Filter {
            tag,
            ..filter.get_untracked()
        })
    };
    let service = services.both().then(|| service_field(filter, change));
    view! {
        <div class="filter-row" role="search" aria-label="Policies">
            <Field id="policy-search" label="Find by name, description or server" required=true>
                <TextInput kind="search" value=Signal::derive(move || filter.with(|filter| filter.text.clone())) on_input=search/>
            </Field>
            <Field id="policy-tag" label="Tag" required=true>
                <Select options=options value=Signal::derive(move || filter.with(|filter| filter.tag.clone())) on_change=choose/>
            </Field>
            {service}
        </div>
    }
    .into_any()
}

/// Of which service; only where there are two.
fn service_field(filter: Memo<Filter>, change: Callback<Filter>) -> AnyView {
    let option = |of| SelectOption::new(key(of), full_name(of));
    let options = vec![
        SelectOption::new("", "Both"),
        option(Generation::Csbs),
        option(Generation::Cbr),
    ];
    let value = Signal::derive(move || {
        let service = filter.with(|filter| filter.service);
        service.map(key).unwrap_or_default().to_owned()
    });
    let choose = move |chosen: String| {
        change.run(Filter {
            service: from_key(&chosen),
            ..filter.get_untracked()
        });
    };
    view! {
        <Field id="policy-service" label="Service" required=true>
            <Select options=options value=value on_change=choose/>
        </Field>
    }
    .into_any()
}

//! All servers with their effective protection.

use std::sync::Arc;

use contract::model::{Server, ServerStatus};
use leptos::prelude::*;

use super::filter::{Filter, Protection};
use super::protection;
use crate::clock::use_clock;
use crate::coverage::{CoverageData, Gap, ServerCoverage, load_coverage};
use crate::form::{Field, TextInput};
use crate::format::count;
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::routes::Paths;
use crate::ui::{
    Badge, Button, ButtonLink, Card, Cell, Choice, Column, EmptyState, Glyph, Pick, Table,
    TextLink, Time, TimeShape, Tone,
};

const COLUMNS: [Column; 7] = [
    Column::text("Server"),
    Column::text("State"),
    Column::text("Protection"),
    Column::text("Newest backup"),
    Column::text("Policy"),
    Column::number("Disks"),
    Column::text(""),
];

/// The page.
pub fn page() -> AnyView {
    let (clock, query) = (use_clock(), use_query_map());
    let filter = Memo::new(move |_| Filter::from_query(|name| query.read().get(name)));
    let target = Memo::new(move |_| filter.with(|filter| filter.target));
    let data = Query::joined(move |api| load_coverage(api, target.get(), clock.now()))
        .polled(|_| Pace::Calm);
    let change = change_filter();
    let table = move |data: Signal<Arc<CoverageData>>| {
        view! { <Servers data=data filter=filter change=change/> }.into_any()
    };
    view! {
        <Page title="Servers" actions=move || refresh_bar(data, "servers")>
            <FilterBar filter=filter change=change/>
            {query_view(data, "servers", table)}
        </Page>
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
        navigate(&paths.servers_where(&filter.to_query()), options);
    })
}

#[component]
fn FilterBar(filter: Memo<Filter>, change: Callback<Filter>) -> AnyView {
    let picks: Vec<Pick> = Protection::ALL
        .map(|one| Pick::new(one.key(), one.title()))
        .into();
    let choose = move |key: String| {
        let protection = Protection::ALL
            .into_iter()
            .find(|one| one.key() == key)
            .unwrap_or_default();
        change.run(Filter {
            protection,
            ..filter.get_untracked()
        });
    };
    let search = move |text: String| {
        change.run(Filter {
            text,
            ..filter.get_untracked()
        })
    };
    view! {
        <div class="filter-row" role="search" aria-label="Servers">
            <Field id="server-search" label="Find by name, id or policy" required=true>
                <TextInput kind="search" value=Signal::derive(move || filter.with(|filter| filter.text.clone())) on_input=search/>
            </Field>
            <Choice legend="Protection" picks=picks
                chosen=Signal::derive(move || filter.with(|filter| filter.protection.key().to_owned())) on_choose=choose/>
        </div>
    }
    .into_any()
}

#[component]
fn Servers(
    data: Signal<Arc<CoverageData>>,
    filter: Memo<Filter>,
    change: Callback<Filter>,
) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let shown = Memo::new(move |_| {
        filter.with(|filter| {
            data.with(|data| {
                data.coverage
                    .servers
                    .iter()
                    .filter(|server| filter.accepts(server))
                    .cloned()
                    .collect::<Vec<_>>()
            })
        })
    });
    let total = Memo::new(move |_| data.with(|data| data.servers.len()));
    let title = Signal::derive(move || match (shown.with(Vec::len), total.get()) {
        (shown, total) if shown == total => count(total, "server", "servers"),
        (shown, total) => format!("{shown} of {}", count(total, "server", "servers")),
    });
    let rows = move || {
        let data = data.get();
        shown.with(|shown| {
            shown
                .iter()
                .filter_map(|coverage| {
                    Some((
                        coverage,
                        data.servers
                            .iter()
                            .find(|server| server.id == coverage.server_id)?,
                    ))
                })
                .map(|(coverage, server)| row(&paths.read_value(), coverage, server))
                .collect_view()
        })
    };
    let empty = Memo::new(move |_| (total.get() == 0, shown.with(Vec::is_empty)));
    view! {
        <p class="visually-hidden" role="status">{move || title.get()}</p>
        {move || match empty.get() {
            (true, _) => view! {
                <EmptyState title="There are no servers in this project" icon=Glyph::Server>
                    <p>"Servers are made in the cloud's compute service. They appear here by themselves."</p>
                </EmptyState>
            }.into_any(),
            (false, true) => view! {
                <EmptyState title="No server matches" icon=Glyph::Search>
                    <p>"Try fewer letters, or show all servers."</p>
                    <Button on_press=move || change.run(Filter { target: filter.get_untracked().target, ..Filter::default() })>"Show all servers"</Button>
                </EmptyState>
            }.into_any(),
            (false, false) => view! {
                <Card title=title>
                    <Table caption="Servers and how they are protected" columns=COLUMNS.to_vec()>{rows}</Table>
                </Card>
            }.into_any(),
        }}
    }
    .into_any()
}

fn row(paths: &Paths, coverage: &ServerCoverage, server: &Server) -> AnyView {
    let (href, name) = (paths.server(&server.id), server.name.clone());
    let newest = coverage.newest;
    let (protection, policy) = (
        protection::badge(coverage),
        protection::policy(paths, &coverage.policy),
    );
    let failed = coverage.failed.is_some();
    let unknown = match coverage.gap {
        Some(Gap::NotKnown(why)) => Some(why),
        _ => None,
    };
    let (state, disks) = (server_state(&server.status), server.attachments.len());
    let back_up = paths.back_up_server(&server.id);
    view! {
        <tr role="row">
            <Cell label="Server" heading=true><TextLink href=href><bdi>{name}</bdi></TextLink></Cell>
            <Cell label="State">{state}</Cell>
            <Cell label="Protection">
                <span class="stack">
                    {protection}
                    {unknown.map(|why| view! { <span class="field-hint">{why}</span> })}
                    {failed.then(|| view! { <span class="field-hint">"Latest backup failed"</span> })}
                </span>
            </Cell>
            <Cell label="Newest backup"><Time at=newest shape=TimeShape::Both/></Cell>
            <Cell label="Policy">{policy}</Cell>
            <Cell label="Disks" align=crate::ui::Align::End>{disks}</Cell>
            <Cell label="What to do"><ButtonLink href=back_up>"Back up"</ButtonLink></Cell>
        </tr>
    }
    .into_any()
}

/// The state of a server as a badge.
pub(super) fn server_state(status: &ServerStatus) -> AnyView {
    let (tone, word, icon) = match status {
        ServerStatus::Active => (Tone::Good, "Running".to_owned(), Glyph::Play),
        ServerStatus::Shutoff => (Tone::Neutral, "Stopped".to_owned(), Glyph::Pause),
        ServerStatus::Other(word) => (Tone::Warning, word.clone(), Glyph::Warning),
    };
    view! { <Badge tone=tone text=word icon=icon/> }.into_any()
}

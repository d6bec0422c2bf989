//! Sharing, both sides: what other projects share with this one, and what this one shares.

use std::sync::Arc;

use contract::cbr::share::PENDING;
use leptos::prelude::*;

use super::given::given_card;
use super::received::{answer_buttons, giver, state_badge, vault_link};
use super::vaults::vaults_card;
use super::words::backup_name;
use crate::api::{SharedBackup, shared_with_us};
use crate::format::count;
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::ui::{Card, Cell, Column, EmptyState, Glyph, Table, TextLink, Time};

const COLUMNS: [Column; 7] = [
    Column::text("Backup"),
    Column::text("Server"),
    Column::text("Data of"),
    Column::text("Shared by"),
    Column::text("Answer"),
    Column::text("Shown in vault"),
    Column::text(""),
];

/// The page.
pub fn sharing_page() -> AnyView {
    let shared = Query::new(shared_with_us).polled(|_| Pace::Calm);
    let paths = use_paths();
    let lead = move || {
        let href = paths.vaults();
        view! { <TextLink href=href>"All vaults"</TextLink> }.into_any()
    };
    let done = Callback::new(move |()| shared.refresh());
    let table = move |data: Signal<Arc<Vec<SharedBackup>>>| received(data, done);
    view! {
        <Page title="Sharing and copies" lead=lead>
            <Card title="Shared with this project" actions=move || refresh_bar(shared, "what is shared with this project")>
                {query_view(shared, "shared backups", table)}
            </Card>
            {given_card()}
            {vaults_card()}
        </Page>
    }
    .into_any()
}

fn received(shared: Signal<Arc<Vec<SharedBackup>>>, done: Callback<()>) -> AnyView {
    // What is on screen is built anew only when something changed: a dialog may be open.
    let shared = Memo::new(move |_| shared.get().as_ref().clone());
    let waiting = move || {
        let waits = |shared: &&SharedBackup| shared.member.status == PENDING;
        shared.with(|shared| shared.iter().filter(waits).count())
    };
    let said = move || match waiting() {
        0 => "None waits for an answer.".to_owned(),
        1 => "1 backup waits for an answer.".to_owned(),
        number => format!("{} wait for an answer.", count(number, "backup", "backups")),
    };
    let content = move || {
        let shared = shared.get();
        if shared.is_empty() {
            return view! {
                <EmptyState title="Nothing is shared with this project" icon=Glyph::Backup>
                    <p>"Backups of servers that other projects share appear here, to be accepted into a vault or rejected."</p>
                </EmptyState>
            }
            .into_any();
        }
        let rows = shared.iter().map(|shared| row(shared, done)).collect_view();
        view! {
            <p role="status" class="field-hint">{said}</p>
            <Table caption="Backups shared with this project" columns=COLUMNS.to_vec()>{rows}</Table>
        }
        .into_any()
    };
    view! { {content} }.into_any()
}

fn row(shared: &SharedBackup, done: Callback<()>) -> AnyView {
    let paths = use_paths();
    let backup = &shared.backup;
    let (href, name) = (paths.backup(&backup.id), backup_name(backup));
    let data_of = backup.protected_at.or(backup.created_at);
    let server = backup.resource_name.clone();
    let by = giver(backup.project_id.clone());
    let state = state_badge(&shared.member.status);
    let (vault, buttons) = (vault_link(shared), answer_buttons(shared, done));
    view! {
        <tr role="row">
            <Cell label="Backup" heading=true><TextLink href=href><bdi>{name}</bdi></TextLink></Cell>
            <Cell label="Server"><bdi>{server}</bdi></Cell>
            <Cell label="Data of"><Time at=data_of/></Cell>
            <Cell label="Shared by">{by}</Cell>
            <Cell label="Answer">{state}</Cell>
            <Cell label="Shown in vault">{vault}</Cell>
            <Cell><div class="card-actions">{buttons}</div></Cell>
        </tr>
    }
    .into_any()
}

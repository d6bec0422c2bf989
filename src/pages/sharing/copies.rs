//! The part of a backup's page about its copies in other regions.

use std::sync::Arc;

use contract::cbr::backups::{Backup, ReplicationRecord};
use contract::cbr::replicate::backup_refusal;
use contract::cbr::sharing::AccountProject;
use leptos::prelude::*;

use super::project::use_account_projects;
use super::replicate::{Source, replicate_dialog};
use super::words::{copy_failure, copy_state, copying, project_text};
use crate::api::vault_backup;
use crate::layout::use_paths;
use crate::query::{Pace, Query, query_view};
use crate::routes::with_query;
use crate::ui::{Badge, Button, Card, Cell, Column, CopyId, Progress, Table, TextLink, Time};

const COLUMNS: [Column; 6] = [
    Column::text("Region"),
    Column::text("Project"),
    Column::text("Vault"),
    Column::text("State"),
    Column::text("Begun"),
    Column::text("Copy"),
];

/// Copies of a backup in other regions, and the way to make one.
pub fn replication_section(backup_id: String) -> AnyView {
    let found = Query::new(move |api| {
        let id = backup_id.clone();
        async move { vault_backup(api, &id).await }
    })
    .polled(|backup: &Backup| {
        if backup.replication_records.iter().any(copying) {
            Pace::Lively
        } else {
            Pace::Calm
        }
    });
    let open = RwSignal::new(false);
    let blocked = Signal::derive(move || {
        let refusal = backup_refusal(found.data()?.as_ref())?;
        Some(format!("{refusal} ({})", refusal.code()))
    });
    let source = Signal::derive(move || {
        let backup = found.data()?;
        Some(Source::Backup(Box::new(backup.as_ref().clone())))
    });
    let done = Callback::new(move |()| found.refresh());
    let actions = move || {
        view! { <Button blocked=blocked on_press=move || open.set(true)>"Replicate backup"</Button> }
    };
    let content = move |backup: Signal<Arc<Backup>>| records(backup);
    view! {
        <Card title="Copies in other regions" actions=actions>
            {query_view(found, "copies", content)}
            {replicate_dialog(open, source, done)}
        </Card>
    }
    .into_any()
}

fn records(backup: Signal<Arc<Backup>>) -> AnyView {
    let projects = use_account_projects();
    let tasks = with_query(use_paths().tasks(), &[("kind", "replication")]);
    let records = Memo::new(move |_| backup.read().replication_records.clone());
    let content = move || {
        let records = records.read();
        if records.is_empty() {
            return view! { <p class="field-hint">"There is no copy of it."</p> }.into_any();
        }
        let rows = records
            .iter()
            .rev()
            .map(|record| record_row(record, projects))
            .collect_view();
        view! { <Table caption="Copies, newest first" columns=COLUMNS.to_vec()>{rows}</Table> }
            .into_any()
    };
    view! {
        {content}
        <p class="field-hint"><TextLink href=tasks>"Replications among the tasks of the service"</TextLink></p>
    }
    .into_any()
}

fn record_row(record: &ReplicationRecord, projects: Signal<Vec<AccountProject>>) -> AnyView {
    let project = record.destination_project_id.clone();
    let begun = record.created_at;
    let (tone, word) = copy_state(&record.status);
    let percent = record.extra_info.progress;
    let percent = percent.and_then(|percent| u8::try_from(percent.clamp(0, 100)).ok());
    let state = if record.status == "replicating" {
        let label = format!("Copying to {}", record.destination_region);
        view! { <Progress label=label percent=Signal::stored(percent)/> }.into_any()
    } else {
        view! { <Badge tone=tone text=word/> }.into_any()
    };
    let failure = copy_failure(record).map(|(text, code)| {
        view! { <p><bdi>{text}</bdi></p> <p class="reference"><bdi>{code}</bdi></p> }
    });
    let copy = if record.status == "fail" || record.destination_backup_id.is_empty() {
        view! { <span class="dash">"—"</span> }.into_any()
    } else {
        view! { <CopyId id=record.destination_backup_id.clone() what="id of the copy"/> }.into_any()
    };
    let origin = record.extra_info.auto_trigger == Some(true);
    let (region, vault) = (
        record.destination_region.clone(),
        record.destination_vault_id.clone(),
    );
    view! {
        <tr role="row">
            <Cell label="Region" heading=true><bdi>{region}</bdi></Cell>
            <Cell label="Project"><bdi>{move || project_text(&projects.read(), &project)}</bdi></Cell>
            <Cell label="Vault"><CopyId id=vault what="vault id"/></Cell>
            <Cell label="State">{state}{failure}</Cell>
            <Cell label="Begun"><Time at=begun/>{origin.then(|| view! { <p class="field-hint">"By a policy"</p> })}</Cell>
            <Cell label="Copy">{copy}</Cell>
        </tr>
    }
    .into_any()
}

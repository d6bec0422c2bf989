//! The latest backups of a server.

use std::sync::Arc;

use contract::model::{Backup, BackupStatus};
use leptos::prelude::*;

use crate::format::megabytes;
use crate::layout::use_paths;
use crate::routes::Paths;
use crate::ui::{
    Align, Badge, Card, Cell, Column, EmptyState, Glyph, Progress, Table, TextLink, Time, Tone,
};

const COLUMNS: [Column; 5] = [
    Column::text("Backup"),
    Column::text("State"),
    Column::text("Made"),
    Column::text("Kind"),
    Column::number("Size"),
];

/// The table, with the way to all of them.
pub(super) fn recent(server: String, backups: Signal<Arc<Vec<Backup>>>) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let all = paths.with_value(|paths| paths.backups_where(&[("server", &server)]));
    let rows = move || {
        backups.with(|backups| {
            backups
                .iter()
                .map(|backup| row(&paths.read_value(), backup))
                .collect_view()
        })
    };
    let empty = Memo::new(move |_| backups.with(|backups| backups.is_empty()));
    view! {
        <Card title="Latest backups" actions=move || view! { <TextLink href=all.clone()>"All backups of this server"</TextLink> }>
            {move || if empty.get() {
                view! {
                    <EmptyState title="No backups yet" icon=Glyph::Backup>
                        <p>"Back this server up now, or put it under a policy that does it for you."</p>
                    </EmptyState>
                }.into_any()
            } else {
                view! { <Table caption="Latest backups of this server" columns=COLUMNS.to_vec()>{rows}</Table> }.into_any()
            }}
        </Card>
    }
    .into_any()
}

fn row(paths: &Paths, backup: &Backup) -> AnyView {
    let (href, name) = (paths.backup(&backup.id), backup.name.clone());
    let (tone, word) = state(&backup.status);
    let label = format!("{word}: {name}");
    let percent = u8::try_from(backup.progress.clamp(0, 100))
        .ok()
        .filter(|_| backup.status.is_busy());
    let size = megabytes(u64::try_from(backup.size_mb).unwrap_or_default());
    let reason = backup
        .failure
        .as_ref()
        .map(|failure| failure.reason.clone())
        .filter(|reason| !reason.is_empty());
    let made = backup.created_at;
    let kind = match (backup.incremental, backup.automatic) {
        (true, true) => "Incremental, by schedule",
        (true, false) => "Incremental, by hand",
        (false, true) => "Full, by schedule",
        (false, false) => "Full, by hand",
    };
    view! {
        <tr role="row">
            <Cell label="Backup" heading=true><TextLink href=href><bdi>{name}</bdi></TextLink></Cell>
            <Cell label="State">
                <span class="stack">
                    <Badge tone=tone text=word/>
                    {percent.map(|percent| view! { <Progress label=label percent=Signal::stored(Some(percent))/> })}
                    {reason.map(|reason| view! { <span class="field-hint"><bdi>{reason}</bdi></span> })}
                </span>
            </Cell>
            <Cell label="Made"><Time at=made/></Cell>
            <Cell label="Kind">{kind}</Cell>
            <Cell label="Size" align=Align::End>{size}</Cell>
        </tr>
    }
    .into_any()
}

/// A backup's state as tone and word.
fn state(status: &BackupStatus) -> (Tone, String) {
    match status {
        BackupStatus::WaitingProtect => (Tone::Active, "Waiting".to_owned()),
        BackupStatus::Protecting => (Tone::Active, "Being made".to_owned()),
        BackupStatus::Available => (Tone::Good, "Available".to_owned()),
        BackupStatus::WaitingRestore => (Tone::Active, "Waiting to be restored".to_owned()),
        BackupStatus::Restoring => (Tone::Active, "Being restored".to_owned()),
        BackupStatus::Error => (Tone::Bad, "Failed".to_owned()),
        BackupStatus::WaitingDelete => (Tone::Active, "Waiting to be deleted".to_owned()),
        BackupStatus::Deleting => (Tone::Active, "Being deleted".to_owned()),
        BackupStatus::Deleted => (Tone::Neutral, "Deleted".to_owned()),
        BackupStatus::Unknown(word) => (Tone::Neutral, word.clone()),
    }
}

//! The disk backups of a backup: in the panel of the list, whose height is known before, and on a page.

use contract::model::{Backup, BackupStatus, DiskBackup};
use leptos::prelude::*;

use crate::data::status;
use crate::format::{gigabytes, megabytes};
use crate::ui::{Align, Badge, Cell, Column, Table};

/// What is said of each.
const COLUMNS: [Column; 7] = [
    Column::text("Disk"),
    Column::text("Role"),
    Column::number("Volume size"),
    Column::number("Stored"),
    Column::text("Type"),
    Column::text("Status"),
    Column::text("Volume id"),
];

/// What a disk backup says in each of the columns.
fn facts(disk: &DiskBackup) -> [AnyView; COLUMNS.len()] {
    let state = BackupStatus::from_word(&disk.status);
    let name = if disk.volume_name.is_empty() {
        &disk.name
    } else {
        &disk.volume_name
    };
    let role = if disk.bootable {
        "System disk"
    } else {
        "Data disk"
    };
    let stored = if disk.size_mb > 0 {
        megabytes(disk.size_mb.unsigned_abs()).into_any()
    } else {
        view! { <span class="dash">"—"</span> }.into_any()
    };
    let kind = if disk.incremental {
        "Incremental"
    } else {
        "Full"
    };
    [
        view! { <bdi>{name.clone()}</bdi> }.into_any(),
        role.into_any(),
        gigabytes(disk.volume_size_gb.unsigned_abs()).into_any(),
        stored,
        kind.into_any(),
        view! { <Badge tone=status::tone(&state) text=status::title(&state)/> }.into_any(),
        view! { <code>{disk.volume_id.clone()}</code> }.into_any(),
    ]
}

fn none() -> AnyView {
    view! { <p class="grid-panel-note">"The service lists no disk backups in this backup."</p> }
        .into_any()
}

fn caption(backup: &Backup) -> String {
    format!("Disk backups of {}", backup.name)
}

/// Under the row of an opened backup.
pub fn disk_panel(backup: &Backup) -> AnyView {
    if backup.disks.is_empty() {
        return none();
    }
    let end = |column: &Column| column.align == Align::End;
    let head = COLUMNS
        .iter()
        .map(|column| view! { <th scope="col" class:cell-end=end(column)>{column.title}</th> })
        .collect_view();
    let row = |disk: &DiskBackup| {
        let cells = COLUMNS
            .iter()
            .zip(facts(disk))
            .map(|(column, fact)| view! { <td class:cell-end=end(column)>{fact}</td> })
            .collect_view();
        view! { <tr>{cells}</tr> }
    };
    view! {
        <div class="grid-panel-scroll" tabindex="0" role="region" aria-label=caption(backup)>
            <table class="disk-table">
                <thead><tr>{head}</tr></thead>
                <tbody>{backup.disks.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// On the backup's own page.
pub fn disk_list(backup: &Backup) -> AnyView {
    if backup.disks.is_empty() {
        return none();
    }
    let row = |disk: &DiskBackup| {
        let cells = COLUMNS
            .iter()
            .zip(facts(disk))
            .enumerate()
            .map(|(n, (column, fact))| {
                view! { <Cell label=column.title align=column.align heading=n == 0>{fact}</Cell> }
            })
            .collect_view();
        view! { <tr role="row">{cells}</tr> }
    };
    let rows = backup.disks.iter().map(row).collect_view();
    view! {
        <Table caption=caption(backup) columns=COLUMNS.to_vec()>{rows}</Table>
    }
    .into_any()
}

//! The disks of a server, and which backup each was last in.

use std::sync::Arc;

use contract::model::{Backup, BackupStatus, Server, Volume};
use contract::time::Timestamp;
use leptos::prelude::*;

use crate::format::{count, gigabytes};
use crate::ui::{Align, Badge, Card, Cell, Column, CopyId, EmptyState, Glyph, Table, Time, Tone};

const COLUMNS: [Column; 5] = [
    Column::text("Disk"),
    Column::text("Use"),
    Column::number("Size"),
    Column::text("Kind"),
    Column::text("Last in a usable backup"),
];

/// When a disk was last in a usable backup of those given.
fn last_in(volume: &str, backups: &[Backup]) -> Option<Timestamp> {
    backups
        .iter()
        .filter(|backup| backup.status == BackupStatus::Available)
        .filter(|backup| backup.disks.iter().any(|disk| disk.volume_id == volume))
        .filter_map(|backup| backup.created_at)
        .max()
}

/// The table.
pub(super) fn volumes(
    server: Signal<Arc<Server>>,
    volumes: Signal<Arc<Vec<Volume>>>,
    recent: Signal<Arc<Vec<Backup>>>,
) -> AnyView {
    let title =
        Signal::derive(move || volumes.with(|volumes| count(volumes.len(), "disk", "disks")));
    let rows = move || {
        let (server, recent) = (server.get(), recent.get());
        volumes.with(|volumes| {
            volumes
                .iter()
                .map(|volume| row(&server, volume, &recent))
                .collect_view()
        })
    };
    let empty = Memo::new(move |_| volumes.with(|volumes| volumes.is_empty()));
    view! {
        <Card title=title>
            {move || if empty.get() {
                view! {
                    <EmptyState title="This server has no disks" icon=Glyph::Volume>
                        <p>"A server without disks cannot be backed up."</p>
                    </EmptyState>
                }.into_any()
            } else {
                view! { <Table caption="Disks of this server" columns=COLUMNS.to_vec()>{rows}</Table> }.into_any()
            }}
        </Card>
    }
    .into_any()
}

fn row(server: &Server, volume: &Volume, recent: &[Backup]) -> AnyView {
    let attachment = server
        .attachments
        .iter()
        .find(|attachment| attachment.volume_id == volume.id);
    let system = attachment.map_or(volume.bootable, |attachment| attachment.system);
    let device = attachment
        .map(|attachment| attachment.device.clone())
        .unwrap_or_default();
    let (id, name) = (volume.id.clone(), volume.name.clone());
    let size = gigabytes(u64::try_from(volume.size_gb).unwrap_or_default());
    let kind = volume.kind.clone();
    let last = last_in(&volume.id, recent);
    let marks = [
        (volume.shared, Tone::Warning, "Shared"),
        (volume.encrypted, Tone::Neutral, "Encrypted"),
        (volume.scsi, Tone::Neutral, "SCSI"),
        (volume.dedicated, Tone::Neutral, "Dedicated storage"),
    ];
    let marks = marks
        .into_iter()
        .filter(|(on, ..)| *on)
        .map(|(_, tone, word)| view! { <Badge tone=tone text=word/> })
        .collect_view();
    view! {
        <tr role="row">
            <Cell label="Disk" heading=true>
                <span class="stack"><bdi>{if name.is_empty() { "Unnamed disk".to_owned() } else { name }}</bdi><CopyId id=id what="disk id"/></span>
            </Cell>
            <Cell label="Use"><span class="stack"><span>{if system { "System disk" } else { "Data disk" }}</span><span class="field-hint"><bdi>{device}</bdi></span></span></Cell>
            <Cell label="Size" align=Align::End>{size}</Cell>
            <Cell label="Kind"><span class="stack"><bdi>{kind}</bdi>{marks}</span></Cell>
            <Cell label="Last in a usable backup"><Time at=last/></Cell>
        </tr>
    }
    .into_any()
}

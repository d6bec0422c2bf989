//! What a retention does to the backups that exist: a forecast, because the service does not say
//! when exactly it cleans up.

use std::collections::BTreeMap;

use contract::model::{Backup, BackupStatus, Retention};
use contract::retention::{Fate, Go, Row, fates, lost_by_edit};
use contract::time::Timestamp;
use leptos::prelude::*;

use crate::format::count;
use crate::layout::use_paths;
use crate::ui::{Cell, Column, Details, Table, TextLink, Time, TimeShape};

/// Backups listed; the count says how many there are.
const LISTED: usize = 50;

/// A backup and what becomes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    pub backup_id: String,
    pub server_name: String,
    pub at: Timestamp,
    pub fate: Fate,
}

/// The usable backups by server: the limits hold for each server by itself.
fn by_server(backups: &[Backup]) -> BTreeMap<&str, Vec<(&Backup, Row<'_>)>> {
    let mut servers: BTreeMap<&str, Vec<(&Backup, Row<'_>)>> = BTreeMap::new();
    for backup in backups
        .iter()
        .filter(|backup| backup.status == BackupStatus::Available)
    {
        if let Some(at) = backup.created_at {
            let row = Row {
                id: &backup.id,
                at,
                automatic: backup.automatic,
            };
            servers
                .entry(&backup.server_id)
                .or_default()
                .push((backup, row));
        }
    }
    servers
}

fn entry(backup: &Backup, at: Timestamp, fate: Fate) -> Forecast {
    Forecast {
        backup_id: backup.id.clone(),
        server_name: backup.server_name.clone(),
        at,
        fate,
    }
}

/// What becomes of every usable backup, newest first.
pub fn forecast(retention: &Retention, backups: &[Backup], now: Timestamp) -> Vec<Forecast> {
    let mut all = Vec::new();
    for pairs in by_server(backups).into_values() {
        let rows: Vec<Row<'_>> = pairs.iter().map(|(_, row)| *row).collect();
        let fates = fates(retention, &rows, now);
        all.extend(
            pairs
                .iter()
                .zip(fates)
                .map(|((backup, row), fate)| entry(backup, row.at, fate)),
        );
    }
    all.sort_by_key(|entry| core::cmp::Reverse(entry.at));
    all
}

/// What goes after an edit and would have stayed, newest first.
pub fn lost(
    before: &Retention,
    after: &Retention,
    backups: &[Backup],
    now: Timestamp,
) -> Vec<Forecast> {
    let mut all = Vec::new();
    for pairs in by_server(backups).into_values() {
        let rows: Vec<Row<'_>> = pairs.iter().map(|(_, row)| *row).collect();
        let lost: Vec<(usize, Go)> = lost_by_edit(before, after, &rows, now);
        all.extend(
            lost.into_iter()
                .map(|(index, go)| entry(pairs[index].0, rows[index].at, Fate::Goes(go))),
        );
    }
    all.sort_by_key(|entry| core::cmp::Reverse(entry.at));
    all
}

/// Backups with their fate, as a table.
pub fn forecast_table(caption: String, entries: &[Forecast]) -> AnyView {
    let paths = use_paths();
    let rows = entries
        .iter()
        .take(LISTED)
        .map(|entry| {
            let (at, server, fate) = (entry.at, entry.server_name.clone(), entry.fate.to_string());
            let href = paths.backup(&entry.backup_id);
            view! {
                <tr role="row">
                    <Cell heading=true label="Backup">
                        <TextLink href=href><Time at=Some(at) shape=TimeShape::Exact/></TextLink>
                    </Cell>
                    <Cell label="Server"><bdi>{server}</bdi></Cell>
                    <Cell label="Forecast">{fate}</Cell>
                </tr>
            }
        })
        .collect_view();
    let more = entries.len().checked_sub(LISTED + 1).map(|more| {
        view! { <p class="field-hint">{format!("and {} more", count(more + 1, "backup", "backups"))}</p> }
    });
    let columns = vec![
        Column::text("Backup"),
        Column::text("Server"),
        Column::text("Forecast"),
    ];
    view! { <Table caption=caption columns=columns>{rows}</Table> {more} }.into_any()
}

/// The same on demand: such a list is long.
pub fn forecast_details(summary: &'static str, entries: Vec<Forecast>) -> AnyView {
    let entries = StoredValue::new(entries);
    view! {
        <Details summary=summary>
            {move || entries.with_value(|entries| forecast_table(summary.to_owned(), entries))}
        </Details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::csbs::backups::CheckpointItem;
    use contract::model::Limits;

    fn backup(id: &str, server: &str, day: i64, automatic: bool) -> Backup {
        let mut backup = Backup::from(CheckpointItem::default());
        backup.id = id.into();
        backup.server_id = server.into();
        backup.status = BackupStatus::Available;
        backup.created_at = Some(Timestamp::from_seconds(day * 86_400));
        backup.automatic = automatic;
        backup
    }

    fn keep(newest: u32) -> Retention {
        Retention::Limited(Limits {
            count: Some(newest),
            ..Limits::default()
        })
    }

    #[test]
    fn the_limit_holds_for_each_server_and_only_for_usable_automatic_backups() {
        let mut failed = backup("failed", "s1", 9, true);
        failed.status = BackupStatus::Error;
        let backups = [
            backup("a1", "s1", 1, true),
            backup("a2", "s1", 2, true),
            backup("b1", "s2", 1, true),
            backup("hand", "s1", 3, false),
            failed,
        ];
        let now = Timestamp::from_seconds(10 * 86_400);
        let going: Vec<String> = forecast(&keep(1), &backups, now)
            .into_iter()
            .filter(|entry| !entry.fate.stays())
            .map(|entry| entry.backup_id)
            .collect();
        assert_eq!(going, ["a1"]);
        assert!(lost(&keep(1), &keep(2), &backups, now).is_empty());
        assert_eq!(lost(&keep(2), &keep(1), &backups, now).len(), 1);
    }
}

//! Finding backups: filters, order and pages (cbr-v3 5.3, 24).

use contract::cbr::backups::Backup;
use contract::time::Timestamp;
use rusqlite::OptionalExtension as _;
use rusqlite::types::Value as Sql;

use super::page::{self, Listed};
use super::{backups, invalid};
use crate::csbs::Page;
use crate::csbs::page::Key;
use crate::http::Pairs;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Conditions on a backup, as they grow with the query.
struct Wanted {
    condition: String,
    values: Vec<Sql>,
}

impl Wanted {
    fn and(&mut self, condition: &str, value: impl Into<Sql>) {
        self.condition.push_str(" AND ");
        self.condition.push_str(condition);
        self.values.push(value.into());
    }

    fn never(&mut self) {
        self.condition.push_str(" AND 0");
    }
}

/// Backups of the project and those shared with it, filtered, sorted and paged (24).
///
/// Disk backups are members of their parents; asked for by `parent_id` they are rows of their own.
pub fn list(
    turn: &Turn<'_>,
    project_id: &str,
    pairs: &Pairs,
    page: &Page,
) -> Outcome<Listed<Backup>> {
    if let Some(parent) = pairs.filled("parent_id") {
        return children(turn, project_id, parent, page);
    }
    let wanted = conditions(turn, project_id, pairs)?;
    let count: i64 = turn
        .db
        .prepare_cached(&format!(
            "SELECT count(*) FROM cbr_backups b WHERE {}",
            wanted.condition
        ))?
        .query_row(rusqlite::params_from_iter(&wanted.values), |row| row.get(0))?;
    let numbers = numbers(turn, wanted, page)?;
    Ok(Listed {
        rows: backups::items(turn, &numbers)?,
        count,
    })
}

fn children(
    turn: &Turn<'_>,
    project_id: &str,
    parent: &str,
    page: &Page,
) -> Outcome<Listed<Backup>> {
    let rows = match backups::visible(turn, project_id, parent) {
        Ok(stored) if stored.backup.id == parent => stored.backup.children,
        Ok(_) => Vec::new(),
        Err(failure) if failure.refusal().is_some() => Vec::new(),
        Err(failure) => return Err(failure),
    };
    page::cut(rows, page, |child| &child.id)
}

fn conditions(turn: &Turn<'_>, project_id: &str, pairs: &Pairs) -> Outcome<Wanted> {
    let tenant = turn.tenant(project_id)?;
    let mut wanted = ownership(tenant, pairs)?;
    for (name, column) in [
        ("checkpoint_id", "b.checkpoint_id"),
        ("resource_id", "b.resource_id"),
        ("resource_type", "b.resource_kind"),
        ("resource_az", "b.resource_zone"),
        ("image_type", "b.image_type"),
    ] {
        if let Some(value) = pairs.filled(name) {
            wanted.and(&format!("{column} = ?"), value.to_owned());
        }
    }
    if let Some(vault) = pairs.filled("vault_id") {
        wanted.and(
            "b.vault = (SELECT no FROM cbr_vaults WHERE id = ?)",
            vault.to_owned(),
        );
    }
    for (name, column) in [("name", "b.name"), ("resource_name", "b.resource_name")] {
        if let Some(part) = pairs.filled(name) {
            wanted.and(&format!("instr({column}, ?) > 0"), part.to_owned());
        }
    }
    let statuses: Vec<&str> = pairs
        .all("status")
        .filter(|word| !word.is_empty())
        .collect();
    if !statuses.is_empty() {
        let marks = vec!["?"; statuses.len()].join(", ");
        wanted
            .condition
            .push_str(&format!(" AND b.status IN ({marks})"));
        wanted
            .values
            .extend(statuses.into_iter().map(|word| Sql::from(word.to_owned())));
    }
    for (name, comparison) in [("start_time", ">="), ("end_time", "<=")] {
        if let Some(text) = pairs.filled(name) {
            let at = Timestamp::parse(text).ok_or_else(|| {
                invalid(
                    name,
                    format!("`{text}` is not a time such as 2026-03-14T09:26:53Z"),
                )
            })?;
            wanted.and(&format!("b.created_at {comparison} ?"), at.micros());
        }
    }
    if let Some(text) = pairs.filled("used_percent") {
        let percent: i64 = text
            .parse()
            .ok()
            .filter(|percent| (1..=100).contains(percent))
            .ok_or_else(|| {
                invalid(
                    "used_percent",
                    format!("`{text}` is not a number from 1 to 100"),
                )
            })?;
        wanted.and(
            "b.size_mb * 100 >= ? * 1024 * (SELECT size_gb FROM cbr_vaults WHERE no = b.vault)",
            percent,
        );
    }
    // One client sends `false` when nothing was asked for.
    if page::flag(pairs, "incremental")? == Some(true) {
        wanted.condition.push_str(" AND b.incremental");
    }
    if page::flag(pairs, "existed_quantity_based_retention_backups")? == Some(true) {
        wanted
            .condition
            .push_str(" AND b.automatic AND b.expires_at IS NULL");
    }
    if page::flag(pairs, "dec")? == Some(true) || page::other_enterprise_project(pairs) {
        // Nothing lives on dedicated cloud hardware here.
        wanted.never();
    }
    page::flag(pairs, "show_replication")?;
    Ok(wanted)
}

/// Own backups, those shared with the project, or both.
fn ownership(tenant: i64, pairs: &Pairs) -> Outcome<Wanted> {
    let member = pairs.filled("member_status");
    if let Some(word) = member
        && !matches!(word, "pending" | "accepted" | "rejected")
    {
        return Err(invalid(
            "member_status",
            format!("`{word}` is none of pending, accepted, rejected"),
        )
        .into());
    }
    let shared = "b.seq IN (SELECT backup FROM cbr_members WHERE receiver = ? AND (? IS NULL OR status = ?))";
    let status = member.map_or(Sql::Null, |word| word.to_owned().into());
    let of_member = vec![tenant.into(), status.clone(), status];
    let (condition, values) = match pairs.filled("own_type").unwrap_or("private") {
        "private" => ("b.project = ?".to_owned(), vec![tenant.into()]),
        "shared" => (shared.to_owned(), of_member),
        "all_granted" => {
            let mut values = vec![tenant.into()];
            values.extend(of_member);
            (format!("(b.project = ? OR {shared})"), values)
        }
        other => {
            let rule = format!("`{other}` is none of private, shared, all_granted");
            return Err(invalid("own_type", rule).into());
        }
    };
    Ok(Wanted { condition, values })
}

fn column(key: Key) -> &'static str {
    match key {
        Key::CreatedAt => "b.created_at",
        Key::UpdatedAt => "b.updated_at",
        Key::Name => "b.name",
        Key::Status => "b.status",
        Key::ProtectedAt => "b.protected_at",
        Key::Id => "b.id",
    }
}

/// Row numbers of the page; the row number itself decides between equals.
fn numbers(turn: &Turn<'_>, mut wanted: Wanted, page: &Page) -> Outcome<Vec<i64>> {
    let mut keys: Vec<(&str, bool)> = page
        .sort
        .iter()
        .map(|order| (column(order.key), order.descending))
        .collect();
    keys.push((
        "b.seq",
        page.sort.first().is_none_or(|order| order.descending),
    ));
    if let Some(marker) = &page.marker {
        behind(turn, &mut wanted, &keys, marker)?;
    }
    let order: Vec<_> = keys
        .iter()
        .map(|(column, descending)| {
            format!("{column} {}", if *descending { "DESC" } else { "ASC" })
        })
        .collect();
    let whole = |number: usize| Sql::from(i64::try_from(number).unwrap_or(i64::MAX));
    wanted
        .values
        .extend([whole(page.limit), whole(page.offset)]);
    let sql = format!(
        "SELECT b.seq FROM cbr_backups b WHERE {} ORDER BY {} LIMIT ? OFFSET ?",
        wanted.condition,
        order.join(", ")
    );
    let found = turn
        .db
        .prepare_cached(&sql)?
        .query_map(rusqlite::params_from_iter(&wanted.values), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// Only what comes behind the marker: larger or smaller in the first key in which they differ.
fn behind(
    turn: &Turn<'_>,
    wanted: &mut Wanted,
    keys: &[(&str, bool)],
    marker: &str,
) -> Outcome<()> {
    let columns: Vec<_> = keys.iter().map(|(column, _)| *column).collect();
    let place: Option<Vec<Sql>> = turn
        .db
        .prepare_cached(&format!(
            "SELECT {} FROM cbr_backups b WHERE b.id = ?1",
            columns.join(", ")
        ))?
        .query_row([marker], |row| {
            (0..columns.len()).map(|n| row.get(n)).collect()
        })
        .optional()?;
    let place = place.ok_or_else(|| super::own(crate::csbs::page::unknown_marker(marker)))?;
    if keys.iter().all(|(_, descending)| *descending) {
        // A comparison of rows, which an index answers.
        let marks = vec!["?"; place.len()].join(", ");
        wanted
            .condition
            .push_str(&format!(" AND ({}) < ({marks})", columns.join(", ")));
        wanted.values.extend(place);
        return Ok(());
    }
    let mut alternatives = Vec::new();
    for (n, (column, descending)) in keys.iter().enumerate() {
        let mut parts: Vec<String> = columns[..n]
            .iter()
            .map(|column| format!("{column} = ?"))
            .collect();
        parts.push(format!(
            "{column} {} ?",
            if *descending { "<" } else { ">" }
        ));
        wanted.values.extend(place[..=n].iter().cloned());
        alternatives.push(parts.join(" AND "));
    }
    wanted
        .condition
        .push_str(&format!(" AND ({})", alternatives.join(" OR ")));
    Ok(())
}

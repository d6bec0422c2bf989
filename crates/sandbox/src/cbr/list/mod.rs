//! Finding backups: filters, order and pages (cbr-v3 5.3, 24). Texts reach SQL as parameters only.

mod filter;
mod names;
mod plan;

use contract::cbr::backups::Backup;
use rusqlite::OptionalExtension as _;
use rusqlite::types::Value as Sql;

use super::backups;
use super::page::{self, Listed};
use crate::csbs::Page;
use crate::csbs::page::{Key, Order, unknown_marker};
use crate::http::Pairs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;
use filter::Filter;
use plan::Wanted;

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
    let filter = Filter::parse(turn, project_id, pairs)?;
    let count = plan::count(turn, &filter)?;
    if let Some(marker) = &page.marker {
        plan::status_of(turn, marker)?.ok_or_else(|| lost(marker))?;
    }
    let numbers = match page.sort.first() {
        _ if count == 0 => Vec::new(),
        Some(order) if order.key == Key::Status => {
            by_status(turn, &filter, page, order.descending)?
        }
        _ => part(turn, &filter, page)?,
    };
    Ok(Listed {
        rows: backups::items(turn, &numbers)?,
        count,
    })
}

fn lost(marker: &str) -> Refusal {
    super::own(unknown_marker(marker))
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

const fn column(key: Key) -> &'static str {
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
fn part(turn: &Turn<'_>, filter: &Filter, page: &Page) -> Outcome<Vec<i64>> {
    let mut keys: Vec<(&str, bool)> = page
        .sort
        .iter()
        .map(|order| (column(order.key), order.descending))
        .collect();
    let last = keys.last().is_none_or(|(_, descending)| *descending);
    keys.push(("b.seq", last));
    let first = page.sort.first().map_or(Key::CreatedAt, |order| order.key);
    let columns: Vec<_> = keys.iter().map(|(column, _)| *column).collect();
    let columns = columns.join(", ");
    let order: Vec<_> = keys
        .iter()
        .map(|(column, descending)| {
            format!("{column} {}", if *descending { "DESC" } else { "ASC" })
        })
        .collect();
    let order = order.join(", ");
    let whole = |number: usize| Sql::from(i64::try_from(number).unwrap_or(i64::MAX));
    // Own ones and shared ones each by an index of their own, as many as may be needed; then what is first of all.
    let filters = filter.arms();
    let (mut arms, mut values) = (Vec::new(), Vec::new());
    for filter in &filters {
        let mut wanted = Wanted::of(turn, filter, Some(first))?;
        if let Some(marker) = &page.marker {
            behind(turn, &mut wanted, &keys, marker)?;
        }
        values.extend(wanted.values);
        if filters.len() > 1 {
            values.push(whole(page.limit.saturating_add(page.offset)));
        }
        arms.push(format!(
            "SELECT {columns} FROM cbr_backups b{} WHERE {} ORDER BY {order} LIMIT ?",
            wanted.index, wanted.condition
        ));
    }
    let sql = match &arms[..] {
        [only] => format!("{} OFFSET ?", only.replacen(&columns, "b.seq", 1)),
        several => format!(
            "SELECT b.seq FROM (SELECT * FROM ({})) b ORDER BY {order} LIMIT ? OFFSET ?",
            several.join(") UNION ALL SELECT * FROM (")
        ),
    };
    values.extend([whole(page.limit), whole(page.offset)]);
    let found = turn
        .db
        .prepare_cached(&sql)?
        .query_map(rusqlite::params_from_iter(&values), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// A page sorted by status first: the states are few, so it is one after the other, each sorted by
/// the rest. Nearly all backups share a state; sorting them all for a page would take a second.
fn by_status(turn: &Turn<'_>, filter: &Filter, page: &Page, descending: bool) -> Outcome<Vec<i64>> {
    let place = match &page.marker {
        Some(id) => plan::status_of(turn, id)?,
        None => None,
    };
    let mut rest = Page {
        sort: page.sort[1..].to_vec(),
        ..page.clone()
    };
    if rest.sort.is_empty() {
        // The index has them in this order.
        let key = Key::CreatedAt;
        rest.sort.push(Order { key, descending });
    }
    let mut numbers = Vec::new();
    for status in plan::statuses(turn, descending)? {
        if !filter.statuses.is_empty() && !filter.statuses.contains(&status) {
            continue;
        }
        if let Some(place) = &place {
            let before = if descending {
                status > *place
            } else {
                status < *place
            };
            if before {
                continue;
            }
            if status != *place {
                rest.marker = None;
            }
        }
        let one = Filter {
            statuses: vec![status],
            ..filter.clone()
        };
        let found = part(turn, &one, &rest)?;
        if found.is_empty() && rest.offset > 0 {
            let skipped = Page {
                limit: rest.offset,
                offset: 0,
                ..rest.clone()
            };
            rest.offset -= part(turn, &one, &skipped)?.len();
        } else {
            rest.offset = 0;
        }
        rest.limit -= found.len();
        numbers.extend(found);
        if rest.limit == 0 {
            break;
        }
    }
    Ok(numbers)
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
    let place = place.ok_or_else(|| lost(marker))?;
    let descending = keys[0].1;
    if keys.iter().all(|(_, each)| *each == descending) {
        // A comparison of rows, which an index answers.
        let marks = vec!["?"; place.len()].join(", ");
        let sign = if descending { "<" } else { ">" };
        wanted
            .condition
            .push_str(&format!(" AND ({}) {sign} ({marks})", columns.join(", ")));
        wanted.values.extend(place);
        return Ok(());
    }
    // Says the same for the first key alone, so that an index can start there.
    let sign = if descending { "<=" } else { ">=" };
    wanted.and(&format!("{} {sign} ?", keys[0].0), place[0].clone());
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

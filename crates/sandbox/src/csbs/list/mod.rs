//! Finding backups: filtering, sorting and paging in SQL (csbs-v1 4.10, 4.12). Texts reach SQL as
//! parameters only; sort keys through an allowlist.

mod condition;
mod filter;

use contract::csbs::backups::CheckpointItem;
use contract::model::BackupStatus;
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension as _, params_from_iter};

use super::backups;
use super::page::{Key, Order, Page, unknown_marker};
use crate::refusal::Outcome;
use crate::turn::Turn;
use condition::Condition;
pub use filter::BackupFilter;

const fn column(key: Key) -> &'static str {
    match key {
        Key::CreatedAt => "created_at",
        Key::UpdatedAt => "updated_at",
        Key::Name => "name",
        Key::Status => "status",
        Key::ProtectedAt => "protected_at",
        Key::Id => "id",
    }
}

/// The sort keys and, last, the row number, which makes the order total.
fn order(page: &Page) -> Vec<(&'static str, bool)> {
    let mut order: Vec<_> = page
        .sort
        .iter()
        .map(|o| (column(o.key), o.descending))
        .collect();
    let last = order.last().is_none_or(|(_, descending)| *descending);
    order.push(("seq", last));
    order
}

/// The projects whose backups are listed: the caller's own, or, for an administrator, all of the account.
pub type Tenants<'a> = &'a [i64];

/// The numbers of these projects, for a condition.
fn numbers_of(tenants: Tenants<'_>) -> String {
    let numbers: Vec<_> = tenants.iter().map(i64::to_string).collect();
    numbers.join(", ")
}

/// "After the marker" as a condition: larger in the first key, or equal there and larger in the next …
fn after(
    turn: &Turn<'_>,
    tenants: Tenants<'_>,
    marker: &str,
    order: &[(&str, bool)],
    condition: &mut Condition,
) -> Outcome<()> {
    let columns: Vec<_> = order.iter().map(|(column, _)| *column).collect();
    let values: Option<Vec<Sql>> = turn
        .db
        .prepare_cached(&format!(
            "SELECT {} FROM backups WHERE id = ?1 AND project IN ({})",
            columns.join(", "),
            numbers_of(tenants)
        ))?
        .query_row([marker], |row| {
            (0..columns.len()).map(|n| row.get(n)).collect()
        })
        .optional()?;
    let values = values.ok_or_else(|| unknown_marker(marker))?;
    let mut alternatives = Vec::new();
    let mut bound = Vec::new();
    for (n, (column, descending)) in order.iter().enumerate() {
        let sign = if *descending { "<" } else { ">" };
        let mut terms: Vec<_> = columns[..n]
            .iter()
            .map(|equal| format!("{equal} = ?"))
            .collect();
        terms.push(format!("{column} {sign} ?"));
        bound.extend_from_slice(&values[..=n]);
        alternatives.push(format!("({})", terms.join(" AND ")));
    }
    // Says the same for the first key alone, so that an index can start there.
    let sign = if order[0].1 { "<=" } else { ">=" };
    condition.and(&format!("{} {sign} ?", order[0].0), values[0].clone());
    condition
        .sql
        .push_str(&format!(" AND ({})", alternatives.join(" OR ")));
    condition.values.extend(bound);
    Ok(())
}

/// Backups, filtered, sorted, paged (4.12).
pub fn list(
    turn: &Turn<'_>,
    project_id: &str,
    filter: &BackupFilter,
    page: &Page,
) -> Outcome<Vec<CheckpointItem>> {
    list_of(turn, &[turn.tenant(project_id)?], filter, page)
}

/// The same of several projects.
pub fn list_of(
    turn: &Turn<'_>,
    tenants: Tenants<'_>,
    filter: &BackupFilter,
    page: &Page,
) -> Outcome<Vec<CheckpointItem>> {
    let numbers = match page.sort.first() {
        Some(order) if order.key == Key::Status => {
            by_status(turn, tenants, filter, page, order.descending)?
        }
        _ => part(turn, tenants, filter, page)?,
    };
    backups::items(turn, &numbers)
}

/// Row numbers of a page.
fn part(
    turn: &Turn<'_>,
    tenants: Tenants<'_>,
    filter: &BackupFilter,
    page: &Page,
) -> Outcome<Vec<i64>> {
    let order = order(page);
    let first = page.sort.first().map(|order| order.key);
    let columns: Vec<_> = order.iter().map(|(column, _)| *column).collect();
    let direction = |descending: bool| if descending { "DESC" } else { "ASC" };
    let keys: Vec<_> = order
        .iter()
        .map(|(column, descending)| format!("{column} {}", direction(*descending)))
        .collect();
    let (columns, keys) = (columns.join(", "), keys.join(", "));
    let number = |n: usize| Sql::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    // Each project's in order by an index of its own, as many as may be needed; then what is first of all.
    let (mut arms, mut values) = (Vec::new(), Vec::new());
    for tenant in tenants {
        let mut condition = Condition::of(turn, *tenant, filter, first.or(Some(Key::CreatedAt)))?;
        if let Some(marker) = &page.marker {
            after(turn, tenants, marker, &order, &mut condition)?;
        }
        if condition.empty {
            continue;
        }
        arms.push(format!(
            "SELECT {columns} FROM backups{} WHERE {} ORDER BY {keys} LIMIT ?",
            condition.index, condition.sql
        ));
        values.extend(condition.values);
        if tenants.len() > 1 {
            values.push(number(page.limit.saturating_add(page.offset)));
        }
    }
    let sql = match &arms[..] {
        [] => return Ok(Vec::new()),
        [only] if tenants.len() == 1 => {
            format!("{} OFFSET ?", only.replacen(&columns, "seq", 1))
        }
        several => format!(
            "SELECT seq FROM (SELECT * FROM ({})) ORDER BY {keys} LIMIT ? OFFSET ?",
            several.join(") UNION ALL SELECT * FROM (")
        ),
    };
    values.extend([number(page.limit), number(page.offset)]);
    let mut query = turn.db.prepare_cached(&sql)?;
    let rows = query.query_map(params_from_iter(&values), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A page sorted by status first: the states are few, so it is one after the other, each sorted by
/// the rest. Nearly all backups share a state; sorting them all for a page would take a second.
fn by_status(
    turn: &Turn<'_>,
    tenants: Tenants<'_>,
    filter: &BackupFilter,
    page: &Page,
    descending: bool,
) -> Outcome<Vec<i64>> {
    let marker = match &page.marker {
        Some(id) => Some(status_of(turn, tenants, id)?),
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
    let states = match &filter.status {
        Some(status) => vec![status.as_str().to_owned()],
        None => statuses(turn, tenants, descending)?,
    };
    for status in states {
        if let Some(place) = &marker {
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
        let filter = BackupFilter {
            status: Some(BackupStatus::from_word(&status)),
            ..filter.clone()
        };
        let found = part(turn, tenants, &filter, &rest)?;
        if found.is_empty() && rest.offset > 0 {
            let behind = rest.clone();
            let all = Page {
                limit: behind.offset,
                offset: 0,
                ..behind
            };
            rest.offset -= part(turn, tenants, &filter, &all)?.len();
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

/// The states the projects' backups are in, in order.
fn statuses(turn: &Turn<'_>, tenants: Tenants<'_>, descending: bool) -> Outcome<Vec<String>> {
    let mut next = turn.db.prepare_cached(
        "SELECT min(status) FROM backups INDEXED BY backups_by_status WHERE project = ?1 AND status > ?2",
    )?;
    let mut found = std::collections::BTreeSet::new();
    for tenant in tenants {
        let mut last = String::new();
        while let Some(status) =
            next.query_row((tenant, &last), |row| row.get::<_, Option<String>>(0))?
        {
            found.insert(status.clone());
            last = status;
        }
    }
    Ok(match descending {
        true => found.into_iter().rev().collect(),
        false => found.into_iter().collect(),
    })
}

fn status_of(turn: &Turn<'_>, tenants: Tenants<'_>, id: &str) -> Outcome<String> {
    let status = turn
        .db
        .prepare_cached(&format!(
            "SELECT status FROM backups WHERE id = ?1 AND project IN ({})",
            numbers_of(tenants)
        ))?
        .query_row([id], |row| row.get(0))
        .optional()?;
    status.ok_or_else(|| unknown_marker(id).into())
}

/// How many backups match (4.10).
pub fn count(turn: &Turn<'_>, project_id: &str, filter: &BackupFilter) -> Outcome<i64> {
    count_of(turn, &[turn.tenant(project_id)?], filter)
}

/// The same of several projects.
pub fn count_of(turn: &Turn<'_>, tenants: Tenants<'_>, filter: &BackupFilter) -> Outcome<i64> {
    let mut sum = 0;
    for tenant in tenants {
        sum += count_one(turn, *tenant, filter)?;
    }
    Ok(sum)
}

fn count_one(turn: &Turn<'_>, tenant: i64, filter: &BackupFilter) -> Outcome<i64> {
    if *filter == BackupFilter::default() {
        return Ok(turn
            .db
            .prepare_cached("SELECT backups FROM tenants WHERE no = ?1")?
            .query_row([tenant], |row| row.get(0))?);
    }
    let condition = Condition::of(turn, tenant, filter, None)?;
    if condition.empty {
        return Ok(0);
    }
    let sql = format!(
        "SELECT count(*) FROM backups{} WHERE {}",
        condition.index, condition.sql
    );
    Ok(turn
        .db
        .prepare_cached(&sql)?
        .query_row(params_from_iter(&condition.values), |row| row.get(0))?)
}

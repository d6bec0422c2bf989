//! Finding backups: the filters of the list and count operations, sorting and paging in SQL
//! (csbs-v1 4.10, 4.12). Texts reach SQL as parameters only; sort keys through an allowlist.

use contract::csbs::backups::CheckpointItem;
use contract::model::BackupStatus;
use contract::time::Timestamp;
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension as _, params_from_iter};

use super::backups;
use super::page::{Key, Page, unknown_marker};
use crate::http::Pairs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// Up to this many backups of the chosen servers are sorted by hand; of more, the newest are looked
/// through until the page is full.
const SORT_AT_MOST: i64 = 20_000;

/// Which backups; every filter that is set must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupFilter {
    /// Exact state.
    pub status: Option<BackupStatus>,
    /// Part of the name.
    pub name: Option<String>,
    /// Part of the server's name at backup time.
    pub resource_name: Option<String>,
    /// Zone at backup time.
    pub az: Option<String>,
    /// Server id.
    pub resource_id: Option<String>,
    /// Server kind.
    pub resource_type: Option<String>,
    /// Policy it was made by.
    pub policy_id: Option<String>,
    /// Group it was made in.
    pub checkpoint_id: Option<String>,
    /// `backup`.
    pub image_type: Option<String>,
    /// Begun then or later.
    pub start_time: Option<Timestamp>,
    /// Begun then or earlier.
    pub end_time: Option<Timestamp>,
    /// Private or public address at backup time.
    pub ip: Option<String>,
}

impl BackupFilter {
    /// Reads the query; empty values are no filter.
    pub fn parse(pairs: &Pairs) -> Result<Self, Refusal> {
        let text = |key: &str| pairs.filled(key).map(str::to_owned);
        let status = match pairs.filled("status") {
            None => None,
            Some(word) => match BackupStatus::from_word(word) {
                BackupStatus::Unknown(_) => {
                    let words: Vec<_> = BackupStatus::DOCUMENTED
                        .iter()
                        .map(|s| s.as_str().to_owned())
                        .collect();
                    let rule = format!("`{word}` is not one of {}", words.join(", "));
                    return Err(Refusal::parameter("status", rule));
                }
                status => Some(status),
            },
        };
        let instant = |key: &str| match pairs.filled(key) {
            None => Ok(None),
            Some(text) => Timestamp::parse(text).map(Some).ok_or_else(|| {
                let rule = format!("`{text}` is not a time such as 2026-03-14T09:26:53");
                Refusal::parameter(key, rule)
            }),
        };
        Ok(Self {
            status,
            name: text("name"),
            resource_name: text("resource_name"),
            az: text("az"),
            resource_id: text("resource_id"),
            resource_type: text("resource_type"),
            policy_id: text("policy_id"),
            checkpoint_id: text("checkpoint_id"),
            image_type: text("image_type"),
            start_time: instant("start_time")?,
            end_time: instant("end_time")?,
            ip: text("ip"),
        })
    }

    fn names_servers(&self) -> bool {
        self.resource_name.is_some()
            || self.az.is_some()
            || self.resource_id.is_some()
            || self.resource_type.is_some()
            || self.ip.is_some()
    }
}

/// The condition a filter becomes, and its parameters.
struct Condition {
    sql: String,
    values: Vec<Sql>,
    /// The index to force, where the planner cannot know how selective the servers are.
    index: &'static str,
    /// Known to match nothing.
    empty: bool,
}

impl Condition {
    fn and(&mut self, sql: &str, value: impl Into<Sql>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
        self.values.push(value.into());
    }
}

fn condition(
    turn: &Turn<'_>,
    tenant: i64,
    filter: &BackupFilter,
    sorted: bool,
) -> Outcome<Condition> {
    let mut condition = Condition {
        sql: "project = ?".to_owned(),
        values: vec![tenant.into()],
        index: "",
        empty: false,
    };
    if let Some(status) = &filter.status {
        condition.and("status = ?", status.as_str().to_owned());
    }
    if let Some(text) = &filter.name {
        // A substring, so that `%` and `_` are themselves.
        condition.and("instr(name, ?) > 0", text.clone());
    }
    if let Some(text) = &filter.policy_id {
        condition.and("policy_id = ?", text.clone());
    }
    if let Some(text) = &filter.checkpoint_id {
        condition.and("checkpoint_id = ?", text.clone());
    }
    if let Some(text) = &filter.image_type {
        condition.and("image_type = ?", text.clone());
    }
    if let Some(at) = filter.start_time {
        condition.and("created_at >= ?", at.micros());
    }
    if let Some(at) = filter.end_time {
        condition.and("created_at <= ?", at.micros());
    }
    if filter.names_servers() {
        add_servers(turn, tenant, filter, sorted, &mut condition)?;
    } else if let Some(status) = &filter.status
        && !sorted
        && filter.checkpoint_id.is_none()
        && filter.policy_id.is_none()
        && few_of_status(turn, tenant, status)?
    {
        condition.index = " INDEXED BY backups_by_status";
    }
    Ok(condition)
}

/// Whether so few backups are in this state that sorting them is faster than looking through all in
/// the order asked for.
fn few_of_status(turn: &Turn<'_>, tenant: i64, status: &BackupStatus) -> Outcome<bool> {
    let counted: i64 = turn
        .db
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM backups INDEXED BY backups_by_status
                 WHERE project = ?1 AND status = ?2 LIMIT ?3)",
        )?
        .query_row((tenant, status.as_str(), SORT_AT_MOST + 1), |row| {
            row.get(0)
        })?;
    Ok(counted <= SORT_AT_MOST)
}

/// Servers at backup time are few: they are chosen first, backups then by their numbers.
fn add_servers(
    turn: &Turn<'_>,
    tenant: i64,
    filter: &BackupFilter,
    sorted: bool,
    condition: &mut Condition,
) -> Outcome<()> {
    let mut query = turn.db.prepare_cached(
        "SELECT no, backups FROM sources WHERE project = ?1
             AND (?2 IS NULL OR instr(name, ?2) > 0) AND (?3 IS NULL OR zone = ?3)
             AND (?4 IS NULL OR server_id = ?4) AND (?5 IS NULL OR kind = ?5)
             AND (?6 IS NULL OR private_ip = ?6 OR eip = ?6)",
    )?;
    let mut rows = query.query((
        tenant,
        &filter.resource_name,
        &filter.az,
        &filter.resource_id,
        &filter.resource_type,
        &filter.ip,
    ))?;
    let (mut sources, mut backups) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        sources.push(row.get::<_, i64>(0)?);
        backups += row.get::<_, i64>(1)?;
    }
    condition.empty = sources.is_empty();
    let list: Vec<_> = sources.iter().map(i64::to_string).collect();
    let by_source = sources.len() == 1 || backups <= SORT_AT_MOST;
    let narrower = filter.checkpoint_id.is_some() || filter.policy_id.is_some();
    // The unary plus keeps the planner from using an index for the term.
    let column = if by_source && !narrower {
        "source"
    } else {
        "+source"
    };
    condition
        .sql
        .push_str(&format!(" AND {column} IN ({})", list.join(",")));
    if by_source && !narrower {
        condition.index = " INDEXED BY backups_by_source";
    } else if sorted && filter.status.is_none() && !narrower {
        condition.index = " INDEXED BY backups_by_time";
    }
    Ok(())
}

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

/// "After the marker" as a condition: larger in the first key, or equal there and larger in the next …
fn after(
    turn: &Turn<'_>,
    tenant: i64,
    marker: &str,
    order: &[(&str, bool)],
    condition: &mut Condition,
) -> Outcome<()> {
    let columns: Vec<_> = order.iter().map(|(column, _)| *column).collect();
    let values: Option<Vec<Sql>> = turn
        .db
        .prepare_cached(&format!(
            "SELECT {} FROM backups WHERE id = ?1 AND project = ?2",
            columns.join(", ")
        ))?
        .query_row((marker, tenant), |row| {
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
    let tenant = turn.tenant(project_id)?;
    let order = order(page);
    let by_time = page.sort.first().is_none_or(|o| o.key == Key::CreatedAt);
    let mut condition = condition(turn, tenant, filter, by_time)?;
    if let Some(marker) = &page.marker {
        after(turn, tenant, marker, &order, &mut condition)?;
    }
    if condition.empty {
        return Ok(Vec::new());
    }
    let direction = |descending: bool| if descending { "DESC" } else { "ASC" };
    let keys: Vec<_> = order
        .iter()
        .map(|(column, descending)| format!("{column} {}", direction(*descending)))
        .collect();
    let sql = format!(
        "SELECT seq FROM backups{} WHERE {} ORDER BY {} LIMIT ? OFFSET ?",
        condition.index,
        condition.sql,
        keys.join(", ")
    );
    let number = |n: usize| Sql::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    condition.values.push(number(page.limit));
    condition.values.push(number(page.offset));
    let numbers: Vec<i64> = turn
        .db
        .prepare_cached(&sql)?
        .query_map(params_from_iter(&condition.values), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    backups::items(turn, &numbers)
}

/// How many backups match (4.10).
pub fn count(turn: &Turn<'_>, project_id: &str, filter: &BackupFilter) -> Outcome<i64> {
    let tenant = turn.tenant(project_id)?;
    if *filter == BackupFilter::default() {
        return Ok(turn
            .db
            .prepare_cached("SELECT backups FROM tenants WHERE no = ?1")?
            .query_row([tenant], |row| row.get(0))?);
    }
    let condition = condition(turn, tenant, filter, false)?;
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

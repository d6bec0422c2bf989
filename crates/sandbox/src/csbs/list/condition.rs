//! A filter as a condition in SQL, and the index that leads to its rows quickest.
//!
//! The planner cannot know how many rows a filter leaves, so it is told: what leaves few is looked up
//! and sorted, of the rest the rows are looked through in the order asked for until the page is full.

use rusqlite::types::Value as Sql;
use rusqlite::{CachedStatement, params};

use super::filter::BackupFilter;
use crate::csbs::page::Key;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Up to this many backups are sorted by hand: that takes as long as there are many. To look for a
/// thousand among more than these in the order asked for is quicker, unless all of them come last in
/// it. A debug build draws the line so low that tests meet both sides.
const FEW: i64 = if cfg!(debug_assertions) { 100 } else { 10_000 };

/// Up to this many of a window of time or of a state, where their index says all that is needed to sort them.
const FEW_INDEXED: i64 = 4 * FEW;

/// Up to this many are looked up by their names: one after the other, which takes longer than to sort them.
const FEW_NAMED: i64 = FEW / 2;

/// Up to this many are read one by one where a part of their names was found; more are sorted by the index of names.
const SINGLY: i64 = if cfg!(debug_assertions) { 20 } else { 500 };

/// Terms of a name that are looked up; the rest is compared.
const TERMS: usize = 12;

/// The condition a filter becomes, and its parameters.
pub struct Condition {
    /// For `WHERE`.
    pub sql: String,
    /// Its parameters, in order.
    pub values: Vec<Sql>,
    /// How the table is to be read: an index, or none.
    pub index: &'static str,
    /// Known to match nothing.
    pub empty: bool,
}

impl Condition {
    /// Narrows it further.
    pub fn and(&mut self, sql: &str, value: impl Into<Sql>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
        self.values.push(value.into());
    }

    /// The condition for a list whose first order is `first`; `None` for a count.
    pub fn of(
        turn: &Turn<'_>,
        tenant: i64,
        filter: &BackupFilter,
        first: Option<Key>,
    ) -> Outcome<Self> {
        let mut condition = Self {
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
        let servers = match filter.names_servers() {
            true => Some(Servers::of(turn, tenant, filter)?),
            false => None,
        };
        if let Some(servers) = &servers {
            condition.empty = servers.numbers.is_empty();
            let list: Vec<_> = servers.numbers.iter().map(i64::to_string).collect();
            condition
                .sql
                .push_str(&format!(" AND source IN ({})", list.join(",")));
        }
        condition.choose_index(turn, tenant, filter, servers.as_ref(), first)?;
        Ok(condition)
    }

    /// By the names that have this part, each of which is there once.
    fn look_up_names(&mut self, tenant: i64, part: &str) {
        self.sql.push_str(
            " AND name IN (SELECT name FROM backup_name_counts WHERE project = ? AND instr(name, ?) > 0)",
        );
        self.values.extend([tenant.into(), part.to_owned().into()]);
        self.index = " INDEXED BY backups_by_name";
    }

    fn choose_index(
        &mut self,
        turn: &Turn<'_>,
        tenant: i64,
        filter: &BackupFilter,
        servers: Option<&Servers>,
        first: Option<Key>,
    ) -> Outcome<()> {
        let by_time = first == Some(Key::CreatedAt);
        if let Some(text) = filter.name.as_deref()
            && terms(text).is_none()
        {
            // Too short for the index of parts: looked for among the names, each of which is there once.
            match few_names(turn, tenant, text)? {
                0 => self.empty = true,
                1..=FEW_NAMED if filter.checkpoint_id.is_none() => {
                    self.look_up_names(tenant, text);
                    return Ok(());
                }
                _ => {}
            }
        }
        let mut rare = None;
        if let Some(text) = filter.name.as_deref()
            && let Some(terms) = terms(text)
        {
            match number_with(turn, &terms)? {
                0..=SINGLY => rare = Some(terms),
                ..=FEW if filter.checkpoint_id.is_none() => {
                    self.look_up_names(tenant, text);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.index = if filter.checkpoint_id.is_some() {
            " INDEXED BY backups_by_checkpoint"
        } else if let Some(terms) = rare {
            self.and(
                "seq IN (SELECT rowid FROM backup_names WHERE backup_names MATCH ?)",
                terms,
            );
            // By row number, that is.
            " NOT INDEXED"
        } else if servers.is_some_and(|servers| servers.are_few(by_time)) {
            " INDEXED BY backups_by_source"
        } else if let Some(policy) = &filter.policy_id
            && (by_time || few_of_policy(turn, policy)?)
        {
            " INDEXED BY backups_by_policy"
        } else if filter.status.is_some()
            && (by_time && servers.is_none() || few_of_status(turn, tenant, filter, first)?)
        {
            " INDEXED BY backups_by_status"
        } else if !by_time && few_in_time(turn, tenant, filter, first)? {
            " INDEXED BY backups_by_time"
        } else {
            first.map_or("", index_of)
        };
        Ok(())
    }
}

/// The index that has a project's backups in the order of a key.
const fn index_of(key: Key) -> &'static str {
    match key {
        Key::CreatedAt => " INDEXED BY backups_by_time",
        Key::UpdatedAt => " INDEXED BY backups_by_update",
        Key::Name => " INDEXED BY backups_by_name",
        Key::Status => " INDEXED BY backups_by_status",
        Key::ProtectedAt => " INDEXED BY backups_by_end",
        Key::Id => " INDEXED BY backups_by_id",
    }
}

/// Servers at backup time; they are few, so they are chosen first, backups then by their numbers.
struct Servers {
    numbers: Vec<i64>,
    /// How many backups they have together.
    backups: i64,
}

impl Servers {
    fn of(turn: &Turn<'_>, tenant: i64, filter: &BackupFilter) -> Outcome<Self> {
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
        let mut servers = Self {
            numbers: Vec::new(),
            backups: 0,
        };
        while let Some(row) = rows.next()? {
            servers.numbers.push(row.get(0)?);
            servers.backups += row.get::<_, i64>(1)?;
        }
        Ok(servers)
    }

    /// A single one's backups are in the order of time already.
    fn are_few(&self, by_time: bool) -> bool {
        self.backups <= FEW || by_time && self.numbers.len() == 1
    }
}

/// Every three characters in a row, as the index of names looks them up; none for texts that are
/// shorter or that it could not be asked for.
fn terms(part: &str) -> Option<String> {
    let characters: Vec<char> = part.chars().collect();
    if characters.iter().any(|c| c.is_control()) {
        return None;
    }
    let mut terms: Vec<String> = characters
        .windows(3)
        .take(TERMS)
        .map(|three| {
            let text: String = three.iter().collect();
            format!("\"{}\"", text.replace('"', "\"\""))
        })
        .collect();
    terms.sort();
    terms.dedup();
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

/// Whether so few rows are counted that sorting them is quicker than looking through all.
fn is_few(query: CachedStatement<'_>, values: impl rusqlite::Params) -> Outcome<bool> {
    at_most(FEW, query, values)
}

fn at_most(
    few: i64,
    mut query: CachedStatement<'_>,
    values: impl rusqlite::Params,
) -> Outcome<bool> {
    let counted: i64 = query.query_row(values, |row| row.get(0))?;
    Ok(counted <= few)
}

/// How many names may have a part, as the index of parts has it; more than `FEW` is as good as any number above it.
fn number_with(turn: &Turn<'_>, terms: &str) -> Outcome<i64> {
    Ok(turn
        .db
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM backup_names WHERE backup_names MATCH ?1 LIMIT ?2)",
        )?
        .query_row((terms, FEW + 1), |row| row.get(0))?)
}

/// How many backups have such a name; more than `FEW_NAMED` is as good as any number above it.
fn few_names(turn: &Turn<'_>, tenant: i64, part: &str) -> Outcome<i64> {
    Ok(turn
        .db
        .prepare_cached(
            "SELECT coalesce(sum(backups), 0) FROM (SELECT backups FROM backup_name_counts
                 WHERE project = ?1 AND instr(name, ?2) > 0 LIMIT ?3)",
        )?
        .query_row(params![tenant, part, FEW_NAMED + 1], |row| row.get(0))?)
}

/// How many are few where the index knows everything but what the filter or the order asks beside it.
fn few_indexed(filter: &BackupFilter, first: Option<Key>) -> i64 {
    let indexed = filter.policy_id.is_none() && filter.image_type.is_none();
    match first {
        Some(Key::Id) => FEW,
        _ if indexed => FEW_INDEXED,
        _ => FEW,
    }
}

fn few_of_status(
    turn: &Turn<'_>,
    tenant: i64,
    filter: &BackupFilter,
    first: Option<Key>,
) -> Outcome<bool> {
    let Some(status) = &filter.status else {
        return Ok(false);
    };
    let few = few_indexed(filter, first);
    let query = turn.db.prepare_cached(
        "SELECT count(*) FROM (SELECT 1 FROM backups INDEXED BY backups_by_status
             WHERE project = ?1 AND status = ?2 LIMIT ?3)",
    )?;
    at_most(few, query, (tenant, status.as_str(), few + 1))
}

fn few_of_policy(turn: &Turn<'_>, policy_id: &str) -> Outcome<bool> {
    let query = turn.db.prepare_cached(
        "SELECT count(*) FROM (SELECT 1 FROM backups INDEXED BY backups_by_policy
             WHERE policy_id = ?1 LIMIT ?2)",
    )?;
    is_few(query, (policy_id, FEW + 1))
}

fn few_in_time(
    turn: &Turn<'_>,
    tenant: i64,
    filter: &BackupFilter,
    first: Option<Key>,
) -> Outcome<bool> {
    if filter.start_time.is_none() && filter.end_time.is_none() {
        return Ok(false);
    }
    let few = few_indexed(filter, first);
    let query = turn.db.prepare_cached(
        "SELECT count(*) FROM (SELECT 1 FROM backups INDEXED BY backups_by_time
             WHERE project = ?1 AND created_at >= ?2 AND created_at <= ?3 LIMIT ?4)",
    )?;
    let start = filter.start_time.map_or(i64::MIN, |at| at.micros());
    let end = filter.end_time.map_or(i64::MAX, |at| at.micros());
    at_most(few, query, params![tenant, start, end, few + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_names_are_looked_up_three_characters_at_a_time() {
        assert_eq!(
            terms("bk_ab").as_deref(),
            Some("\"_ab\" AND \"bk_\" AND \"k_a\"")
        );
        assert_eq!(terms("aaaa").as_deref(), Some("\"aaa\""));
        assert_eq!(terms("a\"b").as_deref(), Some("\"a\"\"b\""));
        assert_eq!(terms("ab"), None);
        assert_eq!(terms("a\0bcd"), None);
        assert_eq!(
            terms(&"abcdefgh".repeat(99))
                .unwrap()
                .matches(" AND ")
                .count(),
            7
        );
    }
}

//! How many backups a filter leaves, and the index that leads to them quickest.
//!
//! Counts are part of every page here, so they are kept (`schema/007_counts.sql`) instead of made
//! where that is possible. They also tell which part of a filter leaves few: these are looked up and
//! sorted, of the rest the backups are looked through in the order asked for until the page is full.

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension as _, params, params_from_iter};

use super::filter::{Filter, Ownership};
use crate::csbs::page::Key;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Up to this many backups are sorted by hand: that takes as long as there are many. To look for a
/// thousand among more than these in the order asked for is quicker, unless all of them come last in
/// it. A debug build draws the line so low that tests meet both sides.
const FEW: i64 = if cfg!(debug_assertions) { 40 } else { 10_000 };

/// How much quicker the backups of a window of time, of a state or of some names are sorted: their index says all that
/// is needed for it.
const QUICKER: i64 = 4;

/// Up to this many are looked up by their names: one after the other, which takes longer than to sort them.
pub const FEW_NAMED: i64 = QUICKER * FEW / 2;

/// Row numbers of the backups that take at least some percent of their vault. A vault has few such.
const LARGE: &str =
    "SELECT s.seq FROM cbr_vaults v CROSS JOIN cbr_backups s INDEXED BY cbr_backups_by_size
     WHERE s.vault = v.no AND s.size_mb >= (? * 1024 * v.size_gb + 99) / 100";

/// A condition in SQL, its parameters, and how the table is to be read.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub condition: String,
    pub values: Vec<Sql>,
    pub index: &'static str,
}

impl Wanted {
    pub fn and(&mut self, condition: &str, value: impl Into<Sql>) {
        self.condition.push_str(" AND ");
        self.condition.push_str(condition);
        self.values.push(value.into());
    }

    fn also(&mut self, condition: &str) {
        self.condition.push_str(" AND ");
        self.condition.push_str(condition);
    }

    fn any_of(&mut self, column: &str, words: &[String]) {
        let marks = vec!["?"; words.len()].join(", ");
        self.also(&format!("{column} IN ({marks})"));
        self.values
            .extend(words.iter().map(|word| Sql::from(word.clone())));
    }

    /// The condition of a filter for a list whose first order is `first`; `None` for a count.
    pub fn of(turn: &Turn<'_>, filter: &Filter, first: Option<Key>) -> Outcome<Self> {
        let mut wanted = Self::plain(filter);
        if filter.ownership == Ownership::Shared {
            // By row number, that is.
            wanted.index = " NOT INDEXED";
            return Ok(wanted);
        }
        let resources = match filter.describes_resources() {
            true => Some(Resources::of(turn, filter)?),
            false => None,
        };
        if let Some(resources) = &resources {
            if resources.ids.is_empty() {
                wanted.also("0");
                return Ok(wanted);
            }
            // Said by their ids as well, which the indexes know.
            wanted.any_of("b.resource_id", &resources.ids);
        }
        wanted.index = wanted.choose(turn, filter, resources.as_ref(), first)?;
        Ok(wanted)
    }

    fn plain(filter: &Filter) -> Self {
        let mut wanted = Self::owned(filter);
        for (value, condition) in [
            (&filter.checkpoint_id, "b.checkpoint_id = ?"),
            (&filter.resource_id, "b.resource_id = ?"),
            (&filter.resource_kind, "b.resource_kind = ?"),
            (&filter.resource_zone, "b.resource_zone = ?"),
            (&filter.image_type, "b.image_type = ?"),
            // Substrings, so that `%` and `_` are themselves.
            (&filter.resource_name, "instr(b.resource_name, ?) > 0"),
            (&filter.name, "instr(b.name, ?) > 0"),
        ] {
            if let Some(value) = value {
                wanted.and(condition, value.clone());
            }
        }
        if let Some(vault) = filter.vault {
            wanted.and("b.vault = ?", vault);
        }
        match &filter.statuses[..] {
            [] => {}
            [one] => wanted.and("b.status = ?", one.clone()),
            several => wanted.any_of("b.status", several),
        }
        for (at, condition) in [
            (filter.start_time, "b.created_at >= ?"),
            (filter.end_time, "b.created_at <= ?"),
        ] {
            if let Some(at) = at {
                wanted.and(condition, at.micros());
            }
        }
        if let Some(percent) = filter.used_percent {
            wanted.and(&format!("b.seq IN ({LARGE})"), percent);
        }
        if filter.incremental {
            wanted.also("b.incremental");
        }
        if filter.counted {
            wanted.also("b.automatic AND b.expires_at IS NULL");
        }
        if filter.never {
            wanted.also("0");
        }
        wanted
    }

    /// Own backups, or those shared with the project. [`Filter::arms`] takes care of both.
    fn owned(filter: &Filter) -> Self {
        let own: Sql = filter.tenant.into();
        let status = filter.member_status.clone().map_or(Sql::Null, Sql::from);
        let (condition, values) = match filter.ownership {
            Ownership::Shared => (
                "b.seq IN (SELECT backup FROM cbr_members WHERE receiver = ? AND (? IS NULL OR status = ?))",
                vec![own, status.clone(), status],
            ),
            Ownership::Private | Ownership::Both => ("b.project = ?", vec![own]),
        };
        Self {
            condition: condition.to_owned(),
            values,
            index: "",
        }
    }

    fn choose(
        &mut self,
        turn: &Turn<'_>,
        filter: &Filter,
        resources: Option<&Resources>,
        first: Option<Key>,
    ) -> Outcome<&'static str> {
        if filter.checkpoint_id.is_some() {
            return Ok(" INDEXED BY cbr_backups_by_checkpoint");
        }
        let weighed = |n: i64| match filter.is_indexed() && first != Some(Key::Id) {
            true => (n + QUICKER - 1) / QUICKER,
            false => n,
        };
        // What each part of the filter leaves, by which index, and whether that has them in order of time.
        let mut parts: Vec<(i64, &'static str, bool)> = Vec::new();
        let of_resource = " INDEXED BY cbr_backups_of_resource";
        if let Some(resources) = resources {
            parts.push((resources.backups, of_resource, resources.ids.len() == 1));
        }
        if let Some(id) = &filter.resource_id {
            let n = tally(turn, filter.tenant, "resource_id", id.clone())?;
            parts.push((n, of_resource, true));
        }
        if let Some(vault) = filter.vault {
            let n = tally(turn, filter.tenant, "vault", vault)?;
            parts.push((n, " INDEXED BY cbr_backups_of_vault", true));
        }
        if !filter.statuses.is_empty() {
            let mut n = 0;
            for status in &filter.statuses {
                n += tally(turn, filter.tenant, "status", status.clone())?;
            }
            let one = filter.statuses.len() == 1;
            parts.push((weighed(n), " INDEXED BY cbr_backups_by_status", one));
        }
        let by_time = " INDEXED BY cbr_backups_by_time";
        if filter.start_time.is_some() || filter.end_time.is_some() {
            match first {
                None if filter.is_a_window() => return Ok(" INDEXED BY cbr_backups_in_time"),
                Some(Key::CreatedAt) if filter.is_a_window() => return Ok(by_time),
                _ => {}
            }
            parts.push((weighed(in_time(turn, filter)?), by_time, true));
        }
        if let Some(percent) = filter.used_percent {
            parts.push((large(turn, percent)?, " NOT INDEXED", false));
        }
        let by_name = " INDEXED BY cbr_backups_by_name";
        if let Some(names) = &filter.names {
            parts.push((weighed(2 * names.backups), by_name, false));
        }
        let best = parts.into_iter().min_by_key(|(backups, ..)| *backups);
        let index = match (best, first) {
            (Some((_, index, true)), Some(Key::CreatedAt) | None) => index,
            (Some((backups, index, _)), _) if backups <= FEW => index,
            (_, Some(key)) => index_of(key),
            (_, None) => by_time,
        };
        if let Some(names) = &filter.names
            && index == by_name
        {
            let json = names.json.clone();
            self.and("b.name IN (SELECT value FROM json_each(?))", json);
        }
        Ok(index)
    }
}

/// The index that has a project's backups in the order of a key.
const fn index_of(key: Key) -> &'static str {
    match key {
        Key::CreatedAt => " INDEXED BY cbr_backups_by_time",
        Key::UpdatedAt => " INDEXED BY cbr_backups_by_update",
        Key::Name => " INDEXED BY cbr_backups_by_name",
        Key::Status => " INDEXED BY cbr_backups_by_status",
        Key::ProtectedAt => " INDEXED BY cbr_backups_by_moment",
        Key::Id => " INDEXED BY cbr_backups_by_id",
    }
}

/// How many backups match.
pub fn count(turn: &Turn<'_>, filter: &Filter) -> Outcome<i64> {
    if filter.never {
        return Ok(0);
    }
    let mut sum = 0;
    for filter in filter.arms() {
        sum += count_one(turn, &filter)?;
    }
    Ok(sum)
}

fn count_one(turn: &Turn<'_>, filter: &Filter) -> Outcome<i64> {
    if filter.is_tallied() {
        return tallied(turn, filter);
    }
    if let (true, Some(name)) = (filter.is_a_name(), &filter.name) {
        return match &filter.names {
            Some(names) => Ok(names.backups),
            None => named(turn, filter.tenant, name),
        };
    }
    let wanted = Wanted::of(turn, filter, None)?;
    let sql = format!(
        "SELECT count(*) FROM cbr_backups b{} WHERE {}",
        wanted.index, wanted.condition
    );
    Ok(turn
        .db
        .prepare_cached(&sql)?
        .query_row(params_from_iter(&wanted.values), |row| row.get(0))?)
}

/// The same, added up from what is kept.
fn tallied(turn: &Turn<'_>, filter: &Filter) -> Outcome<i64> {
    let plain = Wanted::plain(filter);
    let sql = format!(
        "SELECT coalesce(sum(b.backups), 0) FROM cbr_tallies b WHERE {}",
        plain.condition
    );
    Ok(turn
        .db
        .prepare_cached(&sql)?
        .query_row(params_from_iter(&plain.values), |row| row.get(0))?)
}

fn tally(turn: &Turn<'_>, tenant: i64, column: &str, value: impl Into<Sql>) -> Outcome<i64> {
    let sql = format!(
        "SELECT coalesce(sum(backups), 0) FROM cbr_tallies WHERE project = ?1 AND {column} = ?2"
    );
    Ok(turn
        .db
        .prepare_cached(&sql)?
        .query_row(params![tenant, value.into()], |row| row.get(0))?)
}

/// How many backups have such a name.
fn named(turn: &Turn<'_>, tenant: i64, part: &str) -> Outcome<i64> {
    Ok(turn
        .db
        .prepare_cached(
            "SELECT coalesce(sum(backups), 0) FROM cbr_name_counts WHERE project = ?1 AND instr(name, ?2) > 0",
        )?
        .query_row(params![tenant, part], |row| row.get(0))?)
}

/// How many backups take so much of their vaults; more than `FEW` is as good as any number above it.
fn large(turn: &Turn<'_>, percent: i64) -> Outcome<i64> {
    let sql = format!("SELECT count(*) FROM ({LARGE} LIMIT ?)");
    Ok(turn
        .db
        .prepare_cached(&sql)?
        .query_row(params![percent, FEW + 1], |row| row.get(0))?)
}

fn in_time(turn: &Turn<'_>, filter: &Filter) -> Outcome<i64> {
    let start = filter.start_time.map_or(i64::MIN, |at| at.micros());
    let end = filter.end_time.map_or(i64::MAX, |at| at.micros());
    Ok(turn
        .db
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM cbr_backups INDEXED BY cbr_backups_in_time
                 WHERE project = ?1 AND created_at >= ?2 AND created_at <= ?3 LIMIT ?4)",
        )?
        .query_row(
            params![filter.tenant, start, end, QUICKER * FEW + 1],
            |row| row.get(0),
        )?)
}

/// Resources that a filter describes.
struct Resources {
    ids: Vec<String>,
    /// How many backups they have together.
    backups: i64,
}

impl Resources {
    fn of(turn: &Turn<'_>, filter: &Filter) -> Outcome<Self> {
        let mut query = turn.db.prepare_cached(
            "SELECT resource_id, sum(backups) FROM cbr_tallies
             WHERE project = ?1 AND (?2 IS NULL OR resource_kind = ?2) AND (?3 IS NULL OR resource_zone = ?3)
                 AND (?4 IS NULL OR instr(resource_name, ?4) > 0)
             GROUP BY resource_id",
        )?;
        let mut rows = query.query(params![
            filter.tenant,
            filter.resource_kind,
            filter.resource_zone,
            filter.resource_name
        ])?;
        let mut resources = Self {
            ids: Vec::new(),
            backups: 0,
        };
        while let Some(row) = rows.next()? {
            resources.ids.push(row.get(0)?);
            resources.backups += row.get::<_, i64>(1)?;
        }
        Ok(resources)
    }
}

/// The states backups are in, in order.
pub fn statuses(turn: &Turn<'_>, descending: bool) -> Outcome<Vec<String>> {
    let mut found: Vec<String> = turn
        .db
        .prepare_cached("SELECT DISTINCT status FROM cbr_tallies ORDER BY status")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if descending {
        found.reverse();
    }
    Ok(found)
}

/// The state of a backup that a page begins behind.
pub fn status_of(turn: &Turn<'_>, id: &str) -> Outcome<Option<String>> {
    Ok(turn
        .db
        .prepare_cached("SELECT status FROM cbr_backups WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?)
}

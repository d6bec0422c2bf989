//! The names that a part of a name stands for, where they are few.

use rusqlite::params;

use super::plan::FEW_NAMED;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Names with a part, and how many backups have them.
#[derive(Clone, Debug)]
pub struct Names {
    pub backups: i64,
    /// A list of texts.
    pub json: String,
}

impl Names {
    /// Each name is there once, so all of them are looked through; `None` as soon as too many backups have one.
    pub fn few(turn: &Turn<'_>, tenant: i64, part: &str) -> Outcome<Option<Self>> {
        let mut query = turn.db.prepare_cached(
            "SELECT name, backups FROM cbr_name_counts WHERE project = ?1 AND instr(name, ?2) > 0",
        )?;
        let mut rows = query.query(params![tenant, part])?;
        let (mut names, mut backups) = (Vec::<String>::new(), 0);
        while let Some(row) = rows.next()? {
            names.push(row.get(0)?);
            backups += row.get::<_, i64>(1)?;
            if backups > FEW_NAMED {
                return Ok(None);
            }
        }
        let json = serde_json::to_string(&names)?;
        Ok(Some(Self { backups, json }))
    }
}

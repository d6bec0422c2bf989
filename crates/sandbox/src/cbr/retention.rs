//! Clean-up: what a policy's retention says goes, goes (cbr-v3 section 7).
//!
//! The decision is `contract::cbr::retention`, the same the console's preview shows. It happens when an
//! automatic run is over and once a day; backups by hand go at the end they were given, if any.

use contract::cbr::retention::{Row, fates};
use contract::cbr::vaults::{ExpirationUpdate, ExpirationUpdated};
use contract::rules::fixed_offset;
use contract::time::Timestamp;
use serde_json::json;

use super::policies::{self, Stored};
use super::{invalid, resources, tasks, vaults};
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Failed automatic backups of a policy that are kept …
const FAILED_KEPT: usize = 10;
/// … and for how long, in days.
const FAILED_DAYS: i64 = 30;
const DAY_MICROS: i64 = 86_400_000_000;

/// After the last backup or copy of an automatic run came to its end.
pub fn after_run(turn: &Turn<'_>, policy_id: &str) -> Outcome<()> {
    match policies::anywhere(turn, policy_id)? {
        Some(policy) => clean(turn, &policy),
        // A policy that is gone left its backups to stay.
        None => Ok(()),
    }
}

/// Once a day: what is past its end goes, and servers are taken in by their tags.
pub fn sweep(turn: &Turn<'_>) -> Outcome<()> {
    let tenants: Vec<i64> = turn
        .db
        .prepare_cached("SELECT DISTINCT project FROM cbr_vaults ORDER BY project")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for tenant in tenants {
        resources::bind_by_tags(turn, tenant)?;
        expire(turn, tenant)?;
    }
    Ok(())
}

/// Removes usable backups that are past their end, but for those with an image.
fn expire(turn: &Turn<'_>, tenant: i64) -> Outcome<()> {
    turn.db
        .prepare_cached(
            "DELETE FROM cbr_backups WHERE expires_at <= ?2 AND project = ?1 AND status IN ('available', 'error')
                 AND image_id IS NULL",
        )?
        .execute((tenant, turn.now.micros()))?;
    Ok(())
}

struct Candidate {
    seq: i64,
    id: String,
    resource: (i64, String),
    at: Timestamp,
    automatic: bool,
    expires: Option<Timestamp>,
    has_image: bool,
}

/// Applies a policy's retention to what it made, for each resource by itself.
pub fn clean(turn: &Turn<'_>, policy: &Stored) -> Outcome<()> {
    let id = &policy.policy.id;
    drop_failed(turn, id)?;
    let mut query = turn.db.prepare_cached(
        // A copy is as old as what it copies: several are made at the same time.
        "SELECT seq, id, vault, resource_id, iif(image_type = 'backup', created_at, protected_at) AS at, automatic,
             expires_at, image_id IS NOT NULL FROM cbr_backups
         WHERE policy_id = ?1 AND status = 'available' ORDER BY vault, resource_id, at",
    )?;
    let found: Vec<Candidate> = query
        .query_map([id], |row| {
            Ok(Candidate {
                seq: row.get(0)?,
                id: row.get(1)?,
                resource: (row.get(2)?, row.get(3)?),
                at: Timestamp::from_micros(row.get(4)?),
                automatic: row.get(5)?,
                expires: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_micros),
                has_image: row.get(7)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let definition = &policy.policy.operation_definition;
    for of_one in found.chunk_by(|a, b| a.resource == b.resource) {
        let rows: Vec<_> = of_one
            .iter()
            .map(|c| Row {
                id: &c.id,
                at: c.at,
                automatic: c.automatic,
                expires: c.expires,
            })
            .collect();
        for (candidate, fate) in of_one.iter().zip(fates(definition, &rows, turn.now)) {
            if !fate.stays() && !candidate.has_image {
                remove(turn, candidate.seq)?;
            }
        }
    }
    Ok(())
}

fn remove(turn: &Turn<'_>, seq: i64) -> Outcome<()> {
    turn.db
        .prepare_cached("DELETE FROM cbr_backups WHERE seq = ?1")?
        .execute([seq])?;
    Ok(())
}

/// Keeps the newest failed automatic backups of a policy, for a month.
fn drop_failed(turn: &Turn<'_>, policy_id: &str) -> Outcome<()> {
    let failed: Vec<(i64, i64)> = turn
        .db
        .prepare_cached(
            "SELECT seq, created_at FROM cbr_backups WHERE policy_id = ?1 AND status = 'error' AND automatic
             ORDER BY created_at DESC, seq DESC",
        )?
        .query_map([policy_id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let oldest = turn.now.micros() - FAILED_DAYS * DAY_MICROS;
    for (n, (seq, at)) in failed.into_iter().enumerate() {
        if n >= FAILED_KEPT || at <= oldest {
            remove(turn, seq)?;
        }
    }
    Ok(())
}

/// Gives the usable backups of a vault another end: the end of a day in a fixed zone (15).
pub fn set_end(
    turn: &Turn<'_>,
    project_id: &str,
    vault_id: &str,
    wanted: &ExpirationUpdate,
) -> Outcome<ExpirationUpdated> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    let day = &wanted.expect_expiration_date;
    let offset = fixed_offset(&wanted.time_zone).ok_or_else(|| {
        invalid(
            "time_zone",
            format!("`{}` is not of the form UTC+08:00", wanted.time_zone),
        )
    })?;
    let end = Timestamp::parse(&format!("{day}T00:00:00"))
        .filter(|_| day.len() == 10)
        .ok_or_else(|| {
            invalid(
                "expect_expiration_date",
                format!("`{day}` is not a day such as 2026-03-14"),
            )
        })?
        .plus_seconds(86_400 - i64::from(offset));
    if end <= turn.now {
        return Err(invalid("expect_expiration_date", format!("`{day}` is over")).into());
    }
    let affected = turn
        .db
        .prepare_cached(
            "UPDATE cbr_backups SET expires_at = ?2, updated_at = ?3 WHERE vault = ?1 AND status = 'available'
                 AND (NOT ?4 OR NOT automatic OR expires_at < ?2)",
        )?
        // In a locked vault an automatic backup may be kept longer, never shorter.
        .execute((stored.no, end.micros(), turn.now.micros(), stored.locked()))?;
    let affected = i64::try_from(affected).unwrap_or(i64::MAX);
    let task = tasks::Begin {
        operation_type: "update_expiration_time",
        extra: json!({"update_expiration_time": {"affected_backups_count": affected, "expiration_day": day}}),
        ..tasks::Begin::of_vault(&stored)
    };
    Ok(ExpirationUpdated {
        affected_backups_count: Some(affected),
        new_expiration_day: day.clone(),
        operation_log_id: tasks::note(turn, &task, "success", "", "")?,
    })
}

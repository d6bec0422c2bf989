//! Clean-up: what a policy's retention says goes, goes; failed scheduled backups do not pile up.
//!
//! The decision is `contract::retention`, the same the console's preview shows; backups made by
//! hand, in use, or with an image stay. It happens when a scheduled run is over and once a day
//! (csbs-v1 section 7 leaves the hour open).

use contract::retention::{Row, fates};
use contract::time::Timestamp;

use super::policies;
use crate::jobs;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Failed scheduled backups kept of a policy (csbs-v1 section 8) …
const FAILED_KEPT: usize = 10;
/// … and for how long, in days.
const FAILED_DAYS: i64 = 30;
const DAY_MICROS: i64 = 86_400_000_000;

/// After the last backup of a checkpoint came to its end.
pub fn after_run(
    turn: &Turn<'_>,
    tenant: i64,
    checkpoint_id: &str,
    policy_id: Option<&str>,
) -> Outcome<()> {
    let busy: bool = turn
        .db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM backups WHERE checkpoint_id = ?1 AND status = 'protecting')")?
        .query_row([checkpoint_id], |row| row.get(0))?;
    match policy_id {
        Some(policy_id) if !busy => clean(turn, tenant, policy_id),
        _ => Ok(()),
    }
}

/// Once a day, over all policies; plans itself for the next midnight (UTC).
pub fn sweep(turn: &Turn<'_>) -> Outcome<()> {
    let policies: Vec<(i64, String)> = turn
        .db
        .prepare_cached("SELECT project, id FROM policies WHERE enabled ORDER BY no")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (tenant, policy_id) in policies {
        clean(turn, tenant, &policy_id)?;
    }
    plan_sweep(turn)
}

/// The next daily clean-up.
pub fn plan_sweep(turn: &Turn<'_>) -> Outcome<()> {
    let today = turn.now.micros().div_euclid(DAY_MICROS);
    let midnight = Timestamp::from_micros((today + 1) * DAY_MICROS);
    jobs::schedule(turn, jobs::Kind::Sweep, 0, midnight, None)
}

fn clean(turn: &Turn<'_>, tenant: i64, policy_id: &str) -> Outcome<()> {
    let project_id: String = turn
        .db
        .prepare_cached("SELECT project_id FROM tenants WHERE no = ?1")?
        .query_row([tenant], |row| row.get(0))?;
    let policy = match policies::stored(turn, &project_id, policy_id) {
        Ok(policy) => policy,
        // A policy that is gone left its backups to stay.
        Err(failure) if failure.refusal().is_some() => return Ok(()),
        Err(failure) => return Err(failure),
    };
    drop_failed(turn, policy_id)?;
    let retention = policy.operation().operation_definition.retention();
    if retention == contract::model::Retention::Forever {
        return Ok(());
    }
    let mut query = turn.db.prepare_cached(
        "SELECT s.server_id, b.seq, b.id, b.created_at, b.automatic, b.image_id IS NOT NULL
         FROM backups b JOIN sources s ON s.no = b.source
         WHERE b.policy_id = ?1 AND b.status = 'available' ORDER BY s.server_id, b.created_at",
    )?;
    let found: Vec<Candidate> = query
        .query_map([policy_id], |row| {
            Ok(Candidate {
                server_id: row.get(0)?,
                seq: row.get(1)?,
                id: row.get(2)?,
                at: Timestamp::from_micros(row.get(3)?),
                automatic: row.get(4)?,
                has_image: row.get(5)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    for of_server in found.chunk_by(|a, b| a.server_id == b.server_id) {
        let rows: Vec<_> = of_server
            .iter()
            .map(|c| Row {
                id: &c.id,
                at: c.at,
                automatic: c.automatic,
            })
            .collect();
        for (candidate, fate) in of_server.iter().zip(fates(&retention, &rows, turn.now)) {
            if !fate.stays() && !candidate.has_image {
                remove(turn, candidate.seq)?;
            }
        }
    }
    Ok(())
}

struct Candidate {
    server_id: String,
    seq: i64,
    id: String,
    at: Timestamp,
    automatic: bool,
    has_image: bool,
}

/// Keeps the newest failed scheduled backups of a policy, for a month.
fn drop_failed(turn: &Turn<'_>, policy_id: &str) -> Outcome<()> {
    let failed: Vec<(i64, i64)> = turn
        .db
        .prepare_cached(
            "SELECT seq, created_at FROM backups
             WHERE policy_id = ?1 AND status = 'error' AND automatic AND fail_op = 'backup'
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

/// Takes a backup out of the store, and its checkpoint with the last one.
pub fn remove(turn: &Turn<'_>, seq: i64) -> Outcome<()> {
    let checkpoint: String = turn
        .db
        .prepare_cached("SELECT checkpoint_id FROM backups WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))?;
    turn.db
        .prepare_cached("DELETE FROM backups WHERE seq = ?1")?
        .execute([seq])?;
    turn.db
        .prepare_cached(
            "DELETE FROM checkpoints WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM backups WHERE checkpoint_id = ?1)",
        )?
        .execute([checkpoint])?;
    Ok(())
}

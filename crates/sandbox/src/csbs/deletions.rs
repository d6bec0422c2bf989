//! Deleting backups: asynchronous, five of a project at a time, first come, first served (csbs-v1 4.13).

use contract::deletion::{DeletionFacts, refusals};
use contract::model::{Backup, BackupStatus};
use contract::rules::MAX_CONCURRENT_DELETIONS;
use rusqlite::OptionalExtension as _;

use super::{backups, failure_reason, numbers, retention};
use crate::jobs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The operation that begins deletions.
pub const DELETE: &str = "csbs.backups.delete";

/// Begins to delete these backups of a checkpoint, or, without any, all of them: every one or none.
pub fn delete(
    turn: &Turn<'_>,
    project_id: &str,
    checkpoint_id: &str,
    chosen: &[String],
) -> Outcome<()> {
    let tenant = turn.tenant(project_id)?;
    let all = backups::of_checkpoint(turn, tenant, checkpoint_id)?;
    let mut elsewhere = Vec::new();
    for id in chosen {
        let here = all.iter().any(|stored| stored.item.id == *id);
        if !here && backups::find(turn, project_id, id)?.is_some() {
            elsewhere.push(id.clone());
        }
    }
    let checkpoint: Vec<_> = all
        .iter()
        .map(|stored| Backup::from(stored.item.clone()))
        .collect();
    let imaging: Vec<_> = all
        .iter()
        .filter(|stored| stored.image_id.is_some())
        .map(|stored| stored.item.id.clone())
        .collect();
    let facts = DeletionFacts {
        checkpoint: &checkpoint,
        elsewhere: &elsewhere,
        imaging: &imaging,
    };
    if let Some(refusal) = refusals(chosen, &facts).into_iter().next() {
        return Err(Refusal::from(refusal).into());
    }
    let begin = all
        .iter()
        .filter(|stored| chosen.is_empty() || chosen.contains(&stored.item.id))
        // Asking again does no harm: pollers do.
        .filter(|stored| !BackupStatus::from_word(&stored.item.status).is_busy());
    for stored in begin {
        let fail_code = turn.faults.job_failure(DELETE);
        turn.db
            .prepare_cached("INSERT INTO deletions (project, backup, running, fail_code) VALUES (?1, ?2, 0, ?3)")?
            .execute((tenant, stored.seq, fail_code))?;
        let wait = BackupStatus::WaitingDelete;
        turn.db
            .prepare_cached("UPDATE backups SET status = ?2, updated_at = ?3 WHERE seq = ?1")?
            .execute((stored.seq, wait.as_str(), turn.now.micros()))?;
    }
    start_waiting(turn, tenant)
}

/// Fills the free places with those that waited longest.
fn start_waiting(turn: &Turn<'_>, tenant: i64) -> Outcome<()> {
    loop {
        let running: i64 = turn
            .db
            .prepare_cached("SELECT count(*) FROM deletions WHERE project = ?1 AND running")?
            .query_row([tenant], |row| row.get(0))?;
        if usize::try_from(running).unwrap_or(usize::MAX) >= MAX_CONCURRENT_DELETIONS {
            return Ok(());
        }
        let next: Option<(i64, i64, i64, Option<String>)> = turn
            .db
            .prepare_cached(
                "SELECT d.no, d.backup, b.size_mb, d.fail_code FROM deletions d JOIN backups b ON b.seq = d.backup
                 WHERE d.project = ?1 AND NOT d.running ORDER BY d.no LIMIT 1",
            )?
            .query_row([tenant], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let Some((no, seq, mb, fail_code)) = next else {
            return Ok(());
        };
        let end = turn.now.plus_seconds(numbers::delete_seconds(mb));
        turn.db
            .prepare_cached("UPDATE deletions SET running = 1 WHERE no = ?1")?
            .execute([no])?;
        turn.db
            .prepare_cached(
                "UPDATE backups SET status = 'deleting', updated_at = ?2, busy_since = ?2, busy_until = ?3 WHERE seq = ?1",
            )?
            .execute((seq, turn.now.micros(), end.micros()))?;
        jobs::schedule(turn, jobs::Kind::Deletion, no, end, fail_code.as_deref())?;
    }
}

/// The end of a deletion (jobs).
pub fn finish(turn: &Turn<'_>, no: i64, fail_code: Option<&str>) -> Outcome<()> {
    let found: Option<(i64, i64)> = turn
        .db
        .prepare_cached("SELECT project, backup FROM deletions WHERE no = ?1")?
        .query_row([no], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((tenant, seq)) = found else {
        return Ok(());
    };
    turn.db
        .prepare_cached("DELETE FROM deletions WHERE no = ?1")?
        .execute([no])?;
    match fail_code {
        None => retention::remove(turn, seq)?,
        Some(code) => {
            turn.db
                .prepare_cached(
                    "UPDATE backups SET status = 'error', updated_at = ?2, busy_since = NULL, busy_until = NULL,
                         fail_op = 'delete', fail_code = ?3, fail_reason = ?4 WHERE seq = ?1",
                )?
                .execute((seq, turn.now.micros(), code, failure_reason(code, "deletion")))?;
        }
    }
    start_waiting(turn, tenant)
}

//! Deleting backups: asynchronous, five of a project at a time, first come, first served (csbs-v1 4.13).

use contract::model::BackupStatus;
use contract::rules::MAX_CONCURRENT_DELETIONS;
use rusqlite::OptionalExtension as _;

use super::backups::{self, Stored};
use super::{failure_reason, numbers, retention};
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
    if all.is_empty() {
        let message = format!("There is no checkpoint {checkpoint_id}.");
        return Err(Refusal::not_found("CSBS.3001", message).into());
    }
    for id in chosen {
        if all.iter().any(|stored| stored.item.id == *id) {
            continue;
        }
        return Err(match backups::find(turn, project_id, id)? {
            Some(_) => {
                let message = format!("Checkpoint {checkpoint_id} has no backup {id}.");
                Refusal::not_found("CSBS.6040", message)
            }
            None => backups::unknown(id),
        }
        .into());
    }
    let run_in_progress = all
        .iter()
        .any(|stored| stored.policy_id.is_some() && stored.item.status == "protecting");
    let mut begin = Vec::new();
    for stored in &all {
        if !chosen.is_empty() && !chosen.contains(&stored.item.id) {
            continue;
        }
        match BackupStatus::from_word(&stored.item.status) {
            // Asking again does no harm: pollers do.
            BackupStatus::WaitingDelete | BackupStatus::Deleting => continue,
            status if status.is_busy() => return Err(busy(stored).into()),
            BackupStatus::Available | BackupStatus::Error => {}
            _ => return Err(busy(stored).into()),
        }
        if run_in_progress {
            let message = format!(
                "The run that made backup {} is still in progress.",
                stored.item.id
            );
            return Err(Refusal::bad("CSBS.2004", message).into());
        }
        if let Some(image) = &stored.image_id {
            let message = format!(
                "Image {image} was made from backup {}; delete the image first.",
                stored.item.id
            );
            return Err(Refusal::bad("CSBS.8007", message).into());
        }
        begin.push(stored);
    }
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

fn busy(stored: &Stored) -> Refusal {
    let message = format!(
        "Backup {} is {}; wait for it.",
        stored.item.id, stored.item.status
    );
    Refusal::bad("CSBS.2003", message)
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

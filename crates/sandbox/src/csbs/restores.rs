//! Restoring a backup to a server, and looking at restores (csbs-v1 4.14, section 11).

use contract::csbs::restores::{Restore, RestoreCreate};
use contract::model::Backup;
use contract::protect::{KINDS_WITHOUT_BACKUP, RESTORING};
use contract::restore::{RestoreFacts, RestorePlan, RestoreRefusal, TargetVolume, first};
use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, Row};
use serde_json::{Value, json};

use super::page::{self, Page};
use super::servers::{self, Subject};
use super::{backups, failure_reason, numbers, policies};
use crate::jobs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The operation that begins restores.
pub const RESTORE: &str = "csbs.restores.create";

/// The first reason not to do what the plan says, by the predicate the console shares; and the
/// backup's row number and the target, where they exist.
pub fn refusal_of(
    turn: &Turn<'_>,
    project_id: &str,
    plan: &RestorePlan,
) -> Outcome<(
    Option<RestoreRefusal>,
    Option<backups::Stored>,
    Option<Subject>,
)> {
    let stored = backups::find(turn, project_id, &plan.backup)?;
    let target = Subject::find(turn, project_id, &plan.server)?;
    let backup = stored
        .as_ref()
        .map(|stored| Backup::from(stored.item.clone()));
    let mut volumes = Vec::new();
    if let Some(target) = &target {
        for volume in &target.volumes {
            volumes.push(TargetVolume {
                pod_excluded: KINDS_WITHOUT_BACKUP.contains(&volume.kind.as_str()),
                ..TargetVolume::of(&target.server, volume)
            });
        }
    }
    let facts = RestoreFacts {
        backup: backup.as_ref(),
        target: target.as_ref().map(|target| &target.server),
        volumes: &volumes,
        restoring: target
            .as_ref()
            .is_some_and(|target| target.server.task_state == RESTORING),
    };
    Ok((first(plan, &facts), stored, target))
}

/// Begins a restore (4.14).
pub fn create(turn: &Turn<'_>, project_id: &str, wanted: &RestoreCreate) -> Outcome<Restore> {
    let tenant = turn.tenant(project_id)?;
    policies::check_provider(&wanted.provider_id)?;
    let plan = RestorePlan::from(wanted);
    let (refusal, stored, target) = refusal_of(turn, project_id, &plan)?;
    if let Some(refusal) = refusal {
        return Err(Refusal::from(refusal).into());
    }
    let (Some(stored), Some(target)) = (stored, target) else {
        return Err(backups::unknown(&plan.backup).into());
    };
    let id = turn.new_id();
    turn.db
        .prepare_cached(
            "INSERT INTO restores (id, project, checkpoint_id, backup_id, server_id, power_on, target, parameters, status, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'in_progress', ?9)",
        )?
        .execute((
            &id,
            tenant,
            &wanted.checkpoint_id,
            &plan.backup,
            &plan.server,
            plan.power_on,
            wanted.restore_target.as_deref().unwrap_or_default(),
            serde_json::to_string(&wanted.parameters)?,
            turn.now.micros(),
        ))?;
    let no = turn.db.last_insert_rowid();
    let mapped: Vec<_> = target
        .volumes
        .iter()
        .filter(|volume| plan.disk_for(&volume.id).is_some())
        .cloned()
        .collect();
    let end = turn
        .now
        .plus_seconds(numbers::restore_seconds(&mapped, plan.power_on));
    turn.db
        .prepare_cached(
            "UPDATE backups SET status = 'restoring', updated_at = ?2, busy_since = ?2, busy_until = ?3 WHERE seq = ?1",
        )?
        .execute((stored.seq, turn.now.micros(), end.micros()))?;
    // The server is shut down for the restore.
    set_server(turn, &plan.server, "SHUTOFF", Some(RESTORING))?;
    for volume in &mapped {
        turn.db
            .prepare_cached(
                "UPDATE volumes SET status = 'restoring-backup', updated_at = ?2 WHERE id = ?1",
            )?
            .execute((&volume.id, turn.now.micros()))?;
    }
    let fail_code = turn.faults.job_failure(RESTORE);
    let lasts = if fail_code.is_some() {
        turn.now
            .plus_seconds((end.seconds() - turn.now.seconds()) / 2)
    } else {
        end
    };
    jobs::schedule(turn, jobs::Kind::Restore, no, lasts, fail_code.as_deref())?;
    show(turn, project_id, &id)
}

fn set_server(turn: &Turn<'_>, server_id: &str, status: &str, task: Option<&str>) -> Outcome<()> {
    turn.db
        .prepare_cached(
            "UPDATE servers SET status = ?2, task_state = ?3, updated_at = ?4 WHERE id = ?1",
        )?
        .execute((server_id, status, task, turn.now.micros()))?;
    Ok(())
}

/// The end of a restore (jobs). A failed one leaves the backup as it was, and the server stopped.
pub fn finish(turn: &Turn<'_>, no: i64, fail_code: Option<&str>) -> Outcome<()> {
    let found: Option<(String, String, bool)> = turn
        .db
        .prepare_cached("SELECT backup_id, server_id, power_on FROM restores WHERE no = ?1")?
        .query_row([no], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((backup_id, server_id, power_on)) = found else {
        return Ok(());
    };
    let now = turn.now.micros();
    let (status, reason) = match fail_code {
        None => ("success", String::new()),
        Some(code) => ("fail", failure_reason(code, "restore")),
    };
    turn.db
        .prepare_cached(
            "UPDATE restores SET status = ?2, reason = ?3, finished_at = ?4 WHERE no = ?1",
        )?
        .execute((no, status, &reason, now))?;
    turn.db
        .prepare_cached(
            "UPDATE backups SET status = 'available', updated_at = ?2, busy_since = NULL, busy_until = NULL,
                 progress = 100, fail_op = ?3, fail_code = ?4, fail_reason = ?5
             WHERE id = ?1 AND status = 'restoring'",
        )?
        .execute((
            &backup_id,
            now,
            if fail_code.is_some() { "restore" } else { "" },
            fail_code.unwrap_or_default(),
            &reason,
        ))?;
    let after = if power_on && fail_code.is_none() {
        "ACTIVE"
    } else {
        "SHUTOFF"
    };
    set_server(turn, &server_id, after, None)?;
    servers::move_volumes(turn, &server_id, "restoring-backup", "in-use")
}

const COLUMNS: &str =
    "id, checkpoint_id, server_id, target, parameters, status, reason, created_at, finished_at";

fn read(row: &Row<'_>, project_id: &str) -> Outcome<(Restore, Timestamp)> {
    let server_id: String = row.get(2)?;
    let status: String = row.get(5)?;
    let reason: String = row.get(6)?;
    let word = match status.as_str() {
        "in_progress" => "restoring",
        "success" => "available",
        _ => "error",
    };
    let restore = Restore {
        id: row.get(0)?,
        project_id: project_id.to_owned(),
        provider_id: contract::rules::PROVIDER_ID.to_owned(),
        checkpoint_id: row.get(1)?,
        parameters: serde_json::from_str(&row.get::<_, String>(4)?)?,
        restore_target: row.get(3)?,
        status,
        resources_status: json!({ &server_id: word }),
        resources_reason: if reason.is_empty() {
            Value::Object(serde_json::Map::new())
        } else {
            json!({ server_id: reason })
        },
    };
    Ok((restore, Timestamp::from_micros(row.get(7)?)))
}

/// One restore.
pub fn show(turn: &Turn<'_>, project_id: &str, restore_id: &str) -> Outcome<Restore> {
    let tenant = turn.tenant(project_id)?;
    let found = turn
        .db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM restores WHERE id = ?1 AND project = ?2"
        ))?
        .query_row((restore_id, tenant), |row| Ok(read(row, project_id)))
        .optional()?;
    match found {
        Some(found) => Ok(found?.0),
        None => {
            let message = format!("There is no restore {restore_id}.");
            Err(Refusal::not_found("CSBS.6040", message).into())
        }
    }
}

/// Restores of the project, newest first unless sorted otherwise.
pub fn list(turn: &Turn<'_>, project_id: &str, page: &Page) -> Outcome<Vec<Restore>> {
    let tenant = turn.tenant(project_id)?;
    let mut query = turn.db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM restores WHERE project = ?1 ORDER BY created_at DESC, no DESC"
    ))?;
    let mut rows = query.query([tenant])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row, project_id)?);
    }
    page::sort_by(&mut found, page, |(restore, at), key| match key {
        page::Key::Id | page::Key::Name => page::Value::Text(restore.id.clone()),
        page::Key::Status => page::Value::Text(restore.status.clone()),
        _ => page::Value::Number(at.micros()),
    });
    let cut = page::cut(found, page, |(restore, _)| &restore.id)?;
    Ok(cut.into_iter().map(|(restore, _)| restore).collect())
}

//! Backups that lie elsewhere, taken over: those of a hybrid vault, and of on-premises servers
//! (cbr-v3 5.2, 23; 5.3, 30).

use contract::cbr::checkpoints::CheckpointSync;
use contract::cbr::rules::{MAX_SYNC, NATIVE_KIND, ObjectType};
use contract::cbr::sharing::BackupSync;
use contract::rules::Broken;
use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use serde_json::{Value, json};

use super::{invalid, refusal, tasks, vaults};
use crate::refusal::Outcome;
use crate::turn::Turn;

/// The operation that imports.
pub const SYNC: &str = "cbr.checkpoints.sync";
/// Seconds an import takes.
const SECONDS: i64 = 120;
/// GB of an imported backup: where it lies nothing says how large it is.
const GB: i64 = 40;

/// Looks for what is in the bucket of a hybrid vault (23).
pub fn sync_vault(turn: &Turn<'_>, project_id: &str, wanted: &CheckpointSync) -> Outcome<Value> {
    let stored = vaults::stored(turn, project_id, &wanted.vault_id)?;
    let name = &stored.vault.name;
    if stored.vault.billing.protect_type != "hybrid" && stored.object != ObjectType::Vmware {
        let message = format!("Vault {name} is no hybrid one; only those are synchronised.");
        return Err(refusal("BackupService.7300", message).into());
    }
    if !stored.vault.resources.is_empty() {
        let message = format!("Vault {name} must be empty to be synchronised.");
        return Err(refusal("BackupService.7301", message).into());
    }
    if tasks::running(turn, &stored.vault.id, &["sync"])? > 0 {
        let message = format!("Vault {name} is being synchronised already; wait for it.");
        return Err(refusal("BackupService.7302", message).into());
    }
    let task = tasks::begin(
        turn,
        &tasks::Begin {
            operation_type: "sync",
            seconds: SECONDS,
            extra: json!({"sync": {"sync_backup_num": 0, "delete_backup_num": 0, "err_sync_backup_num": 0}}),
            operation: SYNC,
            ..tasks::Begin::of_vault(&stored)
        },
    )?;
    Ok(json!({"vault_id": stored.vault.id, "operation_log_id": task}))
}

/// Takes over backups of on-premises servers (30); they go into the project's hybrid vault.
pub fn sync_backups(
    turn: &Turn<'_>,
    project_id: &str,
    wanted: &[BackupSync],
) -> Outcome<Vec<Value>> {
    let tenant = turn.tenant(project_id)?;
    match wanted.len() {
        0 => return Err(invalid("sync", Broken::Empty).into()),
        1..=MAX_SYNC => {}
        count => {
            let rule = Broken::TooMany {
                count,
                limit: MAX_SYNC,
                what: "backups",
            };
            return Err(invalid("sync", rule).into());
        }
    }
    let vault = vaults::all(turn, tenant)?.into_iter().find(|stored| {
        stored.vault.billing.protect_type == "hybrid" || stored.object == ObjectType::Vmware
    });
    let Some(vault) = vault else {
        return Err(invalid(
            "sync",
            "the project has no hybrid vault to take them; make one first",
        )
        .into());
    };
    let mut answers = Vec::new();
    for (n, backup) in wanted.iter().enumerate() {
        if backup.resource_type != NATIVE_KIND {
            let rule = Broken::Fixed {
                expected: NATIVE_KIND,
            };
            return Err(invalid(&format!("sync[{n}].resource_type"), rule).into());
        }
        let at = Timestamp::from_seconds(backup.created_at);
        if backup.created_at < 0 || at > turn.now {
            return Err(invalid(
                &format!("sync[{n}].created_at"),
                "lies in the future or before 1970",
            )
            .into());
        }
        let known: Option<String> = turn
            .db
            .prepare_cached("SELECT name FROM cbr_backups WHERE id = ?1")?
            .query_row([&backup.backup_id], |row| row.get(0))
            .optional()?;
        if known.is_some() {
            let message = format!(
                "Backup {} is here already, or being imported.",
                backup.backup_id
            );
            return Err(refusal("BackupService.7302", message).into());
        }
        turn.db
            .prepare_cached(
                "INSERT INTO cbr_backups (id, project, vault, checkpoint_id, name, status, automatic, incremental, created_at,
                     updated_at, protected_at, busy_since, busy_until, size_mb, resource_id, resource_kind, resource_name,
                     resource_zone, resource_gb)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'protecting', 0, 0, ?6, ?7, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '', ?13)",
            )?
            .execute(params![
                backup.backup_id,
                tenant,
                vault.no,
                turn.new_id(),
                backup.backup_name.as_str(),
                at.micros(),
                turn.now.micros(),
                turn.now.plus_seconds(SECONDS).micros(),
                GB * 1024,
                backup.resource_id,
                backup.resource_type,
                backup.resource_name,
                GB,
            ])?;
        let task = tasks::begin(
            turn,
            &tasks::Begin {
                operation_type: "sync",
                resource: (&backup.resource_id, NATIVE_KIND, &backup.resource_name),
                backup_id: &backup.backup_id,
                seconds: SECONDS,
                extra: json!({"sync": {"sync_backup_num": 1, "delete_backup_num": 0, "err_sync_backup_num": 0}}),
                operation: SYNC,
                ..tasks::Begin::of_vault(&vault)
            },
        )?;
        answers.push(json!({"backup_id": backup.backup_id, "operation_log_id": task}));
    }
    Ok(answers)
}

/// The end of an import (tasks).
pub fn finish(turn: &Turn<'_>, task: &tasks::Ending, failed: bool) -> Outcome<()> {
    turn.db
        .prepare_cached(
            "UPDATE cbr_backups SET status = ?2, updated_at = ?3, busy_since = NULL, busy_until = NULL
             WHERE id = ?1 AND status = 'protecting'",
        )?
        .execute((
            &task.backup_id,
            if failed { "error" } else { "available" },
            turn.now.micros(),
        ))?;
    Ok(())
}

//! Restoring a backup to its server, volume or file system (cbr-v3 5.3, 28).

use contract::cbr::backups::Restore;
use contract::cbr::refusals::restore_code;
use contract::cbr::rules::ObjectType;
use contract::model::{self, Volume};
use contract::protect::RESTORING;
use contract::restore::{Assignment, RestoreFacts, RestorePlan, TargetVolume, check};
use serde_json::json;

use super::backups::{self, Stored};
use super::subjects::{self, FileSystem};
use super::{invalid, refusal, tasks, vaults};
use crate::csbs::numbers;
use crate::csbs::servers::{self, Subject};
use crate::refusal::Outcome;
use crate::turn::Turn;

/// The operation that begins restores.
pub const RESTORE: &str = "cbr.backups.restore";

/// What is written to.
struct Target {
    id: String,
    name: String,
    seconds: i64,
    volumes: Vec<String>,
    server: Option<String>,
    file_system: bool,
    power_on: bool,
}

/// Begins a restore; it can be followed through its task.
pub fn create(turn: &Turn<'_>, project_id: &str, id: &str, wanted: &Restore) -> Outcome<()> {
    let found = backups::visible(turn, project_id, id)?;
    let backup = &found.backup;
    if backup.id != id {
        let message = format!(
            "Backup {id} is one disk of backup {}; restore that, or make an image.",
            backup.name
        );
        return Err(refusal("BackupService.2012", message).into());
    }
    if backup.project_id != project_id {
        let message = format!(
            "Backup {} is another project's; make a disk or an image from it.",
            backup.name
        );
        return Err(refusal("BackupService.2003", message).into());
    }
    if backup.image_type == "replication" {
        let message = format!(
            "Backup {} is a replica; restore the original in its own region.",
            backup.name
        );
        return Err(refusal("BackupService.2004", message).into());
    }
    if backup.status != "available" {
        let message = format!(
            "Backup {} is {}; only available ones can be restored.",
            backup.name, backup.status
        );
        return Err(refusal("BackupService.2005", message).into());
    }
    let Some(vault) = vaults::by_number(turn, found.vault)? else {
        return Err(backups::unknown(id).into());
    };
    vault.require_usable("BackupService.6202")?;
    let target = match ObjectType::of_kind(&backup.resource_type) {
        Some(ObjectType::Server) => server_target(turn, project_id, &found, wanted)?,
        Some(ObjectType::Disk) => volume_target(turn, project_id, &found, wanted)?,
        Some(ObjectType::Turbo) => file_system_target(turn, project_id, &found, wanted)?,
        _ => {
            let message = format!(
                "Backup {} is of a `{}`, which is restored on its own side.",
                backup.name, backup.resource_type
            );
            return Err(refusal("BackupService.6302", message).into());
        }
    };
    begin(turn, &vault, &found, &target)
}

fn begin(turn: &Turn<'_>, vault: &vaults::Stored, found: &Stored, target: &Target) -> Outcome<()> {
    let backup = &found.backup;
    let until = turn.now.plus_seconds(target.seconds);
    turn.db
        .prepare_cached(
            "UPDATE cbr_backups SET status = 'restoring', updated_at = ?2, busy_since = ?2, busy_until = ?3 WHERE seq = ?1",
        )?
        .execute((found.seq, turn.now.micros(), until.micros()))?;
    for volume in &target.volumes {
        set_volume(turn, volume, "restoring-backup")?;
    }
    if let Some(server) = &target.server {
        // The server is shut down for the restore.
        set_server(turn, server, "SHUTOFF", Some(RESTORING))?;
    }
    if target.file_system {
        set_file_system(turn, &target.id, "restoring")?;
    }
    tasks::begin(
        turn,
        &tasks::Begin {
            operation_type: "restore",
            checkpoint_id: &backup.checkpoint_id,
            resource: (
                &backup.resource_id,
                &backup.resource_type,
                &backup.resource_name,
            ),
            backup_id: &backup.id,
            seconds: target.seconds,
            extra: json!({"restore": {
                "backup_id": backup.id,
                "backup_name": backup.name,
                "target_resource_id": target.id,
                "target_resource_name": target.name,
                "volumes": target.volumes,
                "power_on": target.power_on,
            }}),
            operation: RESTORE,
            ..tasks::Begin::of_vault(vault)
        },
    )?;
    Ok(())
}

/// The end of a restore (tasks). A failed one leaves the server stopped.
pub fn finish(turn: &Turn<'_>, task: &tasks::Ending, failed: bool) -> Outcome<()> {
    let restore = &task.extra["restore"];
    let target = restore["target_resource_id"].as_str().unwrap_or_default();
    turn.db
        .prepare_cached(
            "UPDATE cbr_backups SET status = 'available', updated_at = ?2, busy_since = NULL, busy_until = NULL
             WHERE id = ?1 AND status = 'restoring'",
        )?
        .execute((&task.backup_id, turn.now.micros()))?;
    for volume in restore["volumes"].as_array().into_iter().flatten() {
        let id = volume.as_str().unwrap_or_default();
        let attached: bool = turn
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM attachments WHERE volume_id = ?1)")?
            .query_row([id], |row| row.get(0))?;
        set_volume(turn, id, if attached { "in-use" } else { "available" })?;
    }
    let power_on = restore["power_on"].as_bool() == Some(true);
    turn.db
        .prepare_cached(
            "UPDATE servers SET status = ?2, task_state = NULL, updated_at = ?3 WHERE id = ?1 AND task_state = ?4",
        )?
        .execute((
            target,
            if power_on && !failed { "ACTIVE" } else { "SHUTOFF" },
            turn.now.micros(),
            RESTORING,
        ))?;
    set_file_system(turn, target, "")
}

fn set_volume(turn: &Turn<'_>, id: &str, status: &str) -> Outcome<()> {
    turn.db
        .prepare_cached("UPDATE volumes SET status = ?2, updated_at = ?3 WHERE id = ?1")?
        .execute((id, status, turn.now.micros()))?;
    Ok(())
}

fn set_server(turn: &Turn<'_>, id: &str, status: &str, task: Option<&str>) -> Outcome<()> {
    turn.db
        .prepare_cached(
            "UPDATE servers SET status = ?2, task_state = ?3, updated_at = ?4 WHERE id = ?1",
        )?
        .execute((id, status, task, turn.now.micros()))?;
    Ok(())
}

fn set_file_system(turn: &Turn<'_>, id: &str, task: &str) -> Outcome<()> {
    turn.db
        .prepare_cached("UPDATE file_systems SET sub_status = ?2 WHERE id = ?1")?
        .execute((id, task))?;
    Ok(())
}

/// Refuses while the resource is being backed up.
fn require_quiet(turn: &Turn<'_>, resource_id: &str, name: &str) -> Outcome<()> {
    let busy: bool = turn
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM cbr_backups WHERE resource_id = ?1 AND status = 'protecting'
                 AND image_type = 'backup' AND created_at >= ?2)",
        )?
        .query_row((resource_id, turn.now.micros() - 4 * 86_400_000_000), |row| row.get(0))?;
    if busy || servers::running(turn, resource_id)?.is_some() {
        let message = format!("{name} is being backed up; restore it afterwards.");
        return Err(refusal("BackupService.2002", message).into());
    }
    Ok(())
}

/// Refuses what the console's wizard would not send either.
fn refuse(plan: &RestorePlan, facts: &RestoreFacts<'_>) -> Outcome<()> {
    let refused = check(plan, facts)
        .into_iter()
        .find_map(|refused| Some((restore_code(&refused)?, refused.to_string())));
    match refused {
        Some((code, why)) => Err(refusal(code, why).into()),
        None => Ok(()),
    }
}

fn server_target(
    turn: &Turn<'_>,
    project_id: &str,
    found: &Stored,
    wanted: &Restore,
) -> Outcome<Target> {
    let Some(server_id) = wanted.server_id.as_deref().filter(|id| !id.is_empty()) else {
        return Err(invalid("restore.server_id", "is needed for the backup of a server").into());
    };
    let Some(mappings) = wanted.mappings.as_ref() else {
        return Err(invalid("restore.mappings", "is needed for the backup of a server").into());
    };
    let power_on = wanted.power_on.unwrap_or(true);
    let plan = RestorePlan {
        backup: found.backup.id.clone(),
        server: server_id.to_owned(),
        mapping: mappings
            .iter()
            .map(|mapping| Assignment {
                disk: mapping.backup_id.clone(),
                volume: mapping.volume_id.clone(),
            })
            .collect(),
        power_on,
        ..RestorePlan::default()
    };
    let server = Subject::find(turn, project_id, server_id)?;
    let backup = model::Backup::from(found.backup.clone());
    let volumes: Vec<_> = server
        .iter()
        .flat_map(|subject| {
            subject
                .volumes
                .iter()
                .map(|volume| TargetVolume::of(&subject.server, volume))
        })
        .collect();
    let facts = RestoreFacts {
        backup: Some(&backup),
        target: server.as_ref().map(|subject| &subject.server),
        volumes: &volumes,
        restoring: server
            .as_ref()
            .is_some_and(|subject| subject.server.task_state == RESTORING),
    };
    refuse(&plan, &facts)?;
    let Some(server) = server else {
        return Err(subjects::missing(&found.backup.resource_type, server_id).into());
    };
    require_quiet(turn, server_id, &server.server.name)?;
    let mapped: Vec<Volume> = server
        .volumes
        .iter()
        .filter(|volume| plan.disk_for(&volume.id).is_some())
        .cloned()
        .collect();
    check_system(found, &plan, &mapped)?;
    Ok(Target {
        id: server_id.to_owned(),
        name: server.server.name.clone(),
        seconds: numbers::restore_seconds(&mapped, power_on),
        volumes: mapped.into_iter().map(|volume| volume.id).collect(),
        server: Some(server_id.to_owned()),
        file_system: false,
        power_on,
    })
}

/// A system disk goes to a volume that a server can boot from.
fn check_system(found: &Stored, plan: &RestorePlan, volumes: &[Volume]) -> Outcome<()> {
    let system = found
        .backup
        .children
        .iter()
        .filter(|child| child.extend_info.system_disk == Some(true));
    for disk in system {
        let volume = volumes
            .iter()
            .find(|volume| plan.volume_of(&disk.id) == Some(volume.id.as_str()));
        let code = match volume {
            Some(volume) if volume.encrypted && disk.extend_info.encrypted != Some(true) => {
                "BackupService.6140"
            }
            Some(volume) if volume.scsi => "BackupService.6141",
            _ => continue,
        };
        let message = format!(
            "The system disk {} cannot go to this volume.",
            disk.resource_name
        );
        return Err(refusal(code, message).into());
    }
    Ok(())
}

fn volume_target(
    turn: &Turn<'_>,
    project_id: &str,
    found: &Stored,
    wanted: &Restore,
) -> Outcome<Target> {
    let Some(id) = wanted.volume_id.as_deref().filter(|id| !id.is_empty()) else {
        return Err(invalid("restore.volume_id", "is needed for the backup of a volume").into());
    };
    let Some(volume) = subjects::volume(turn, project_id, id)? else {
        return Err(subjects::missing(&found.backup.resource_type, id).into());
    };
    let name = &volume.name;
    let backup = model::Backup::from(found.backup.clone());
    let plan = RestorePlan {
        generation: model::Generation::Cbr,
        backup: backup.id.clone(),
        kind: backup.kind.clone(),
        mapping: vec![Assignment {
            disk: backup.id.clone(),
            volume: id.to_owned(),
        }],
        ..RestorePlan::default()
    };
    let facts = RestoreFacts {
        backup: Some(&backup),
        target: None,
        volumes: &[TargetVolume::alone(&volume)],
        restoring: false,
    };
    refuse(&plan, &facts)?;
    require_quiet(turn, id, name)?;
    Ok(Target {
        id: id.to_owned(),
        name: name.clone(),
        seconds: numbers::restore_seconds(std::slice::from_ref(&volume), false),
        volumes: vec![id.to_owned()],
        server: None,
        file_system: false,
        power_on: false,
    })
}

fn file_system_target(
    turn: &Turn<'_>,
    project_id: &str,
    found: &Stored,
    wanted: &Restore,
) -> Outcome<Target> {
    let own = &found.backup.resource_id;
    let id = wanted
        .resource_id
        .as_deref()
        .filter(|id| !id.is_empty())
        .unwrap_or(own);
    let Some(FileSystem {
        name,
        size_gb,
        status,
        sub_status,
        ..
    }) = subjects::file_system(turn, project_id, id)?
    else {
        return Err(subjects::missing(&found.backup.resource_type, id).into());
    };
    if id != own {
        let message =
            format!("The backup is of another file system than {name}; restore it to its own.");
        return Err(refusal("BackupService.7510", message).into());
    }
    if Some(size_gb) < found.backup.resource_size {
        let message = format!("{name} has become smaller since the backup was made.");
        return Err(refusal("BackupService.7507", message).into());
    }
    if status != "available" || !sub_status.is_empty() {
        let state = if sub_status.is_empty() {
            status
        } else {
            sub_status
        };
        let message = format!("{name} is {state}; only available file systems can be restored to.");
        return Err(refusal("BackupService.7511", message).into());
    }
    Ok(Target {
        id: id.to_owned(),
        name,
        seconds: numbers::delete_seconds(size_gb * 1024),
        volumes: Vec::new(),
        server: None,
        file_system: true,
        power_on: false,
    })
}

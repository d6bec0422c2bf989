//! Backups as they are stored and shown, renamed and deleted (cbr-v3 4.7, 5.3).

use std::collections::HashMap;

use contract::cbr::backups::{
    AppConsistency, Backup, ExtendInfo, Metadata, ReplicationExtra, ReplicationRecord,
};
use contract::cbr::delete::{BackupDeletionFacts, deletion_refusal};
use contract::cbr::rules::{ObjectType, VOLUME_KIND};
use contract::csbs::backups::ImageData;
use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, Row};
use serde_json::{Value, json};

use super::{refusal, retention, tasks, vaults};
use crate::csbs::numbers;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The operation that deletes backups.
pub const DELETE: &str = "cbr.backups.delete";

const COLUMNS: &str = "b.seq, b.id, b.checkpoint_id, b.policy_id, b.name, b.description, b.status, b.automatic,
     b.incremental, b.image_type, b.created_at, b.updated_at, b.protected_at, b.expires_at, b.busy_since, b.busy_until,
     b.size_mb, b.resource_id, b.resource_kind, b.resource_name, b.resource_zone, b.resource_gb, b.source, b.image_id,
     v.id, v.consistent_level, v.multi_az, t.project_id, b.vault, b.project";

const FROM: &str =
    "cbr_backups b JOIN cbr_vaults v ON v.no = b.vault JOIN tenants t ON t.no = b.project";

/// A backup and what is stored beside what is shown.
pub struct Stored {
    /// Row number.
    pub seq: i64,
    /// Number of its project.
    pub tenant: i64,
    /// Number of its vault.
    pub vault: i64,
    /// MB it takes.
    pub size_mb: i64,
    /// The server as it was.
    pub source: Option<i64>,
    /// As the service shows it.
    pub backup: Backup,
}

impl Stored {
    /// Whether a schedule made it.
    pub fn automatic(&self) -> bool {
        self.backup.extend_info.auto_trigger == Some(true)
    }
}

/// There is no such backup.
pub fn unknown(id: &str) -> Refusal {
    refusal("BackupService.6200", format!("There is no backup {id}."))
}

fn read(row: &Row<'_>, now: Timestamp) -> Outcome<Stored> {
    let at = |column: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row
            .get::<_, Option<i64>>(column)?
            .map(Timestamp::from_micros))
    };
    let kind: String = row.get(18)?;
    let (since, until): (Option<i64>, Option<i64>) = (row.get(14)?, row.get(15)?);
    let (automatic, incremental): (bool, bool) = (row.get(7)?, row.get(8)?);
    let status: String = row.get(6)?;
    let applications = row.get_ref(25)?.as_str().unwrap_or_default() == "app_consistent";
    let word = if applications { "1" } else { "0" };
    let size_mb: i64 = row.get(16)?;
    let seconds = numbers::backup_seconds(size_mb);
    let usable = matches!(
        status.as_str(),
        "available" | "restoring" | "waiting_restore"
    );
    Ok(Stored {
        seq: row.get(0)?,
        tenant: row.get(29)?,
        vault: row.get(28)?,
        size_mb,
        source: row.get(22)?,
        backup: Backup {
            id: row.get(1)?,
            checkpoint_id: row.get(2)?,
            scheduled_operation_id: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
            name: row.get(4)?,
            description: row.get(5)?,
            vault_id: row.get(24)?,
            project_id: row.get(27)?,
            provider_id: ObjectType::of_kind(&kind)
                .map_or("", ObjectType::provider_id)
                .to_owned(),
            created_at: at(10)?,
            updated_at: at(11)?,
            protected_at: at(12)?,
            expired_at: at(13)?,
            image_type: row.get(9)?,
            resource_id: row.get(17)?,
            resource_name: row.get(19)?,
            resource_az: row.get(20)?,
            resource_size: Some(row.get(21)?),
            resource_type: kind.clone(),
            incremental: Some(incremental),
            enterprise_project_id: "0".to_owned(),
            version: Some(3),
            extend_info: ExtendInfo {
                auto_trigger: Some(automatic),
                bootable: Some(false),
                incremental: Some(incremental),
                support_lld: Some(true),
                supported_restore_mode: if usable { "backup" } else { "na" }.to_owned(),
                os_images_data: row
                    .get::<_, Option<String>>(23)?
                    .map(|image_id| ImageData { image_id })
                    .into_iter()
                    .collect(),
                contain_system_disk: Some(ObjectType::of_kind(&kind) == Some(ObjectType::Server)),
                encrypted: Some(false),
                system_disk: Some(false),
                is_multi_az: Some(row.get(26)?),
                progress: match (since, until) {
                    (Some(since), Some(until)) => {
                        Some(numbers::progress(since, until, now.micros()))
                    }
                    _ => Some(if status == "error" { 0 } else { 100 }),
                },
                architecture: "x86_64".to_owned(),
                app_consistency: AppConsistency {
                    app_consistency: word.to_owned(),
                    app_consistency_status: word.to_owned(),
                    ..AppConsistency::default()
                },
                taking_time: Some(seconds),
                average_speed: Some(size_mb / seconds.max(1)),
                ..ExtendInfo::default()
            },
            status,
            ..Backup::default()
        },
    })
}

/// The disk backups of a server backup.
fn fill_children(turn: &Turn<'_>, stored: &mut Stored) -> Outcome<()> {
    let mut query = turn.db.prepare_cached(
        "SELECT id, volume_id, volume_name, size_gb, system, encrypted FROM cbr_disks WHERE backup = ?1 ORDER BY position",
    )?;
    let mut rows = query.query([stored.seq])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let (system, encrypted): (bool, bool) = (row.get(4)?, row.get(5)?);
        let parent = &stored.backup;
        let child = Backup {
            name: format!("{}-{}", parent.name, id.get(..4).unwrap_or(&id)),
            id,
            parent_id: parent.id.clone(),
            provider_id: ObjectType::Disk.provider_id().to_owned(),
            resource_id: row.get(1)?,
            resource_name: row.get(2)?,
            resource_size: Some(row.get(3)?),
            resource_type: VOLUME_KIND.to_owned(),
            children: Vec::new(),
            replication_records: Vec::new(),
            extend_info: ExtendInfo {
                bootable: Some(system),
                system_disk: Some(system),
                contain_system_disk: Some(system),
                encrypted: Some(encrypted),
                os_images_data: Vec::new(),
                ..parent.extend_info.clone()
            },
            ..parent.clone()
        };
        stored.backup.children.push(child);
    }
    let disks = &stored.backup.children;
    if !disks.is_empty() {
        let any = |flag: fn(&ExtendInfo) -> Option<bool>| {
            Some(
                disks
                    .iter()
                    .any(|disk| flag(&disk.extend_info) == Some(true)),
            )
        };
        let (system, encrypted) = (any(|info| info.system_disk), any(|info| info.encrypted));
        stored.backup.extend_info.contain_system_disk = system;
        stored.backup.extend_info.encrypted = encrypted;
    }
    Ok(())
}

fn fill_replications(turn: &Turn<'_>, stored: &mut Stored) -> Outcome<()> {
    let mut query = turn.db.prepare_cached(
        "SELECT r.id, r.status, r.created_at, r.checkpoint_id, r.source_region, r.vault_id, r.destination_backup_id,
             r.destination_checkpoint_id, d.project_id, r.destination_region, r.destination_vault_id, r.automatic,
             r.fail_code, r.fail_reason, r.busy_until
         FROM cbr_replications r JOIN tenants d ON d.no = r.destination WHERE r.backup_id = ?1 ORDER BY r.no",
    )?;
    let mut rows = query.query([&stored.backup.id])?;
    while let Some(row) = rows.next()? {
        let status: String = row.get(1)?;
        let created: i64 = row.get(2)?;
        let vault: String = row.get(10)?;
        let progress = match status.as_str() {
            "replicating" => numbers::progress(created, row.get(14)?, turn.now.micros()),
            "success" => 100,
            _ => 0,
        };
        stored.backup.replication_records.push(ReplicationRecord {
            id: row.get(0)?,
            status,
            created_at: Some(Timestamp::from_micros(created)),
            source_backup_id: stored.backup.id.clone(),
            source_checkpoint_id: row.get(3)?,
            source_project_id: stored.backup.project_id.clone(),
            source_region: row.get(4)?,
            vault_id: row.get(5)?,
            destination_backup_id: row.get(6)?,
            destination_checkpoint_id: row.get(7)?,
            destination_project_id: row.get(8)?,
            destination_region: row.get(9)?,
            destination_vault_id: vault.clone(),
            extra_info: ReplicationExtra {
                auto_trigger: Some(row.get(11)?),
                destination_vault_id: vault,
                fail_code: row.get(12)?,
                fail_reason: row.get(13)?,
                progress: Some(progress),
            },
        });
    }
    Ok(())
}

/// Backups by their row numbers, in that order; what is gone is left out.
pub fn items(turn: &Turn<'_>, numbers: &[i64]) -> Outcome<Vec<Backup>> {
    let mut query = turn
        .db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM {FROM} WHERE b.seq = ?1"))?;
    let mut items = Vec::with_capacity(numbers.len());
    for seq in numbers {
        let mut rows = query.query([seq])?;
        if let Some(row) = rows.next()? {
            let mut stored = read(row, turn.now)?;
            fill_children(turn, &mut stored)?;
            fill_replications(turn, &mut stored)?;
            items.push(stored.backup);
        }
    }
    Ok(items)
}

/// A backup of any project, or the parent of a disk backup.
fn anywhere(turn: &Turn<'_>, id: &str) -> Outcome<Option<Stored>> {
    let found = turn
        .db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE b.id = ?1 OR b.seq = (SELECT backup FROM cbr_disks WHERE id = ?1)"
        ))?
        .query_row([id], |row| Ok(read(row, turn.now)))
        .optional()?
        .transpose()?;
    let Some(mut stored) = found else {
        return Ok(None);
    };
    fill_children(turn, &mut stored)?;
    fill_replications(turn, &mut stored)?;
    Ok(Some(stored))
}

/// A backup of the project by its own id.
pub fn stored(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Stored> {
    match anywhere(turn, id)? {
        Some(stored) if stored.backup.project_id == project_id && stored.backup.id == id => {
            Ok(stored)
        }
        _ => Err(unknown(id).into()),
    }
}

/// A backup of the project, or one shared with it.
pub fn visible(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Stored> {
    let Some(stored) = anywhere(turn, id)? else {
        return Err(unknown(id).into());
    };
    let shared: bool = stored.backup.project_id == project_id
        || turn
            .db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM cbr_members m JOIN tenants t ON t.no = m.receiver
                     WHERE m.backup = ?1 AND t.project_id = ?2)",
            )?
            .query_row((stored.seq, project_id), |row| row.get(0))?;
    if shared {
        Ok(stored)
    } else {
        Err(unknown(id).into())
    }
}

/// One backup, or one disk backup (25).
pub fn show(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Backup> {
    let stored = visible(turn, project_id, id)?;
    if stored.backup.id == id {
        return Ok(stored.backup);
    }
    let mut children = stored.backup.children.into_iter();
    children
        .find(|child| child.id == id)
        .ok_or_else(|| unknown(id).into())
}

/// Renames a backup (26).
pub fn rename(turn: &Turn<'_>, project_id: &str, id: &str, name: &str) -> Outcome<Backup> {
    let found = stored(turn, project_id, id)?;
    turn.db
        .prepare_cached("UPDATE cbr_backups SET name = ?2, updated_at = ?3 WHERE seq = ?1")?
        .execute((found.seq, name, turn.now.micros()))?;
    show(turn, project_id, id)
}

/// Begins to delete a backup (27).
pub fn delete(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<()> {
    let found = stored(turn, project_id, id)?;
    let backup = &found.backup;
    let (images, shares): (i64, i64) = turn
        .db
        .prepare_cached("SELECT count(image_id), count(*) FROM cbr_members WHERE backup = ?1")?
        .query_row([found.seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(vault) = vaults::by_number(turn, found.vault)? else {
        return Err(unknown(id).into());
    };
    let model = backup.clone().seen_from(project_id);
    let facts = BackupDeletionFacts {
        locked: vault.locked().then_some(vault.vault.name.as_str()),
        shares: usize::try_from(shares).unwrap_or(0),
        imaged_elsewhere: images > 0,
    };
    if let Some(no) = deletion_refusal(&model, &facts) {
        return Err(refusal(no.code(), no.to_string()).into());
    }
    // Asking again does no harm: pollers do.
    if model.status.is_busy() {
        return Ok(());
    }
    let seconds = numbers::delete_seconds(found.size_mb);
    turn.db
        .prepare_cached(
            "UPDATE cbr_backups SET status = 'deleting', updated_at = ?2, busy_since = ?2, busy_until = ?3 WHERE seq = ?1",
        )?
        .execute((found.seq, turn.now.micros(), turn.now.plus_seconds(seconds).micros()))?;
    tasks::begin(
        turn,
        &tasks::Begin {
            operation_type: "delete",
            checkpoint_id: &backup.checkpoint_id,
            resource: (
                &backup.resource_id,
                &backup.resource_type,
                &backup.resource_name,
            ),
            backup_id: &backup.id,
            seconds,
            extra: json!({"delete": {"backup_id": backup.id, "backup_name": backup.name}}),
            operation: DELETE,
            ..tasks::Begin::of_vault(&vault)
        },
    )?;
    Ok(())
}

/// The end of a deletion (tasks).
pub fn deleted(turn: &Turn<'_>, task: &tasks::Ending, fail_code: Option<&str>) -> Outcome<()> {
    match fail_code {
        None => turn
            .db
            .prepare_cached("DELETE FROM cbr_backups WHERE id = ?1")?
            .execute([&task.backup_id])?,
        Some(_) => turn
            .db
            .prepare_cached(
                "UPDATE cbr_backups SET status = 'error', updated_at = ?2, busy_since = NULL, busy_until = NULL WHERE id = ?1",
            )?
            .execute((&task.backup_id, turn.now.micros()))?,
    };
    Ok(())
}

/// The end of a backup (tasks).
pub fn made(turn: &Turn<'_>, task: &tasks::Ending, fail_code: Option<&str>) -> Outcome<()> {
    let Some(found) = anywhere(turn, &task.backup_id)? else {
        return Ok(());
    };
    let now = turn.now.micros();
    let (status, size_mb) = match fail_code {
        None => ("available", found.size_mb),
        Some(_) => ("error", 0),
    };
    turn.db
        .prepare_cached(
            "UPDATE cbr_backups SET status = ?2, size_mb = ?3, updated_at = ?4, protected_at = ?4, busy_since = NULL,
                 busy_until = NULL WHERE seq = ?1",
        )?
        .execute((found.seq, status, size_mb, now))?;
    let checkpoint = &found.backup.checkpoint_id;
    let (busy, usable): (i64, i64) = turn
        .db
        .prepare_cached(
            "SELECT coalesce(sum(status = 'protecting'), 0), coalesce(sum(status = 'available'), 0)
             FROM cbr_backups WHERE checkpoint_id = ?1",
        )?
        .query_row([checkpoint], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if busy > 0 {
        return Ok(());
    }
    turn.db
        .prepare_cached("UPDATE cbr_checkpoints SET status = ?2 WHERE id = ?1")?
        .execute((checkpoint, if usable > 0 { "available" } else { "error" }))?;
    if found.automatic() {
        retention::after_run(turn, &found.backup.scheduled_operation_id)?;
    }
    Ok(())
}

/// The server as it was backed up (31).
pub fn metadata(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Metadata> {
    let found = visible(turn, project_id, id)?;
    if !matches!(found.backup.status.as_str(), "available" | "restoring") {
        let message = format!(
            "Backup {} is {}; its metadata can be read later.",
            found.backup.name, found.backup.status
        );
        return Err(refusal("BackupService.6206", message).into());
    }
    let data: Value = match found.source {
        Some(no) => {
            let text: String = turn
                .db
                .prepare_cached("SELECT data FROM sources WHERE no = ?1")?
                .query_row([no], |row| row.get(0))?;
            serde_json::from_str(&text)?
        }
        None => json!({}),
    };
    let backup = &found.backup;
    let text = |value: Value| value.to_string();
    let fact = |name: &str| data.get(name).cloned().unwrap_or(Value::Null);
    let addresses: HashMap<&str, Value> =
        [("private_ip", fact("private_ip")), ("eip", fact("eip"))].into();
    Ok(Metadata {
        backup_id: backup.id.clone(),
        backups: text(json!(
            backup
                .children
                .iter()
                .map(|child| json!({"id": child.id, "volume_id": child.resource_id, "size": child.resource_size}))
                .collect::<Vec<_>>()
        )),
        flavor: text(json!({"vcpus": fact("vcpus"), "ram": fact("ram"), "disk": fact("disk")})),
        floatingips: match addresses["eip"].as_str() {
            Some(eip) if !eip.is_empty() => vec![text(json!({"floating_ip_address": eip}))],
            _ => Vec::new(),
        },
        interface: text(json!({"addresses": addresses["private_ip"]})),
        ports: vec![text(json!({"fixed_ips": [{"ip_address": addresses["private_ip"]}]}))],
        server: text(json!({
            "id": backup.resource_id,
            "name": backup.resource_name,
            "availability_zone": backup.resource_az,
            "image_type": fact("imagetype"),
        })),
        volumes: backup
            .children
            .iter()
            .map(|child| {
                text(json!({
                    "id": child.resource_id,
                    "name": child.resource_name,
                    "size": child.resource_size,
                    "bootable": child.extend_info.bootable,
                }))
            })
            .collect(),
        workspace: String::new(),
    })
}

//! Backups as they are stored, shown, counted and listed (csbs-v1 3.4, 4.10 to 4.12).

use contract::csbs::backups::{CheckpointItem, ExtendInfo, FailCode, ImageData, VolumeBackup};
use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, Row};

use super::numbers;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// A volume of a source: id, name, GB, whether it is the system disk.
pub type SourceVolume = (String, String, i64, bool);
/// A disk backup: id and MB.
pub type Disk = (String, i64);

const COLUMNS: &str = "b.seq, b.id, b.checkpoint_id, b.name, b.description, b.status, b.created_at, b.updated_at,
     b.finished_at, b.busy_since, b.busy_until, b.progress, b.size_mb, b.speed_kbs, b.saving, b.restore_mode,
     b.fail_op, b.fail_code, b.fail_reason, b.image_id, b.task_id, b.disks, b.tags, b.automatic, b.incremental,
     b.image_type, b.policy_id, s.server_id, s.kind, s.name, s.zone, s.data, s.volumes,
     b.image_id IS NOT NULL AND EXISTS (SELECT 1 FROM images i WHERE i.id = b.image_id AND i.status = 'saving')";

/// A backup, its row number and its policy.
pub struct Stored {
    /// Row number.
    pub seq: i64,
    /// Id of the policy that made it; may be gone.
    pub policy_id: Option<String>,
    /// As the service shows it.
    pub item: CheckpointItem,
    /// MB it takes when it is done.
    pub size_mb: i64,
    /// The image that was made from it, or is being made.
    pub image_id: Option<String>,
}

impl Stored {
    /// Whether it is made by a schedule.
    pub fn automatic(&self) -> bool {
        self.item.extend_info.auto_trigger == Some(true)
    }
}

fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .map(Timestamp::from_micros))
}

fn read(row: &Row<'_>, now: Timestamp) -> Outcome<Stored> {
    let status: String = row.get(5)?;
    let size_mb: i64 = row.get(12)?;
    let (since, until): (Option<i64>, Option<i64>) = (row.get(9)?, row.get(10)?);
    let progress = match (since, until) {
        (Some(since), Some(until)) => numbers::progress(since, until, now.micros()),
        _ => row.get(11)?,
    };
    // What is being written has the size it has reached.
    let reached = |mb: i64| {
        if status == "protecting" {
            mb * progress / 100
        } else {
            mb
        }
    };
    let speed_kbs: i64 = row.get(13)?;
    let incremental: bool = row.get(24)?;
    let image_type: String = row.get(25)?;
    let disks: Vec<Disk> = serde_json::from_str(row.get_ref(21)?.as_str().unwrap_or("[]"))?;
    let volumes: Vec<SourceVolume> =
        serde_json::from_str(row.get_ref(32)?.as_str().unwrap_or("[]"))?;
    let volume_backups = disks
        .into_iter()
        .zip(volumes)
        .map(
            |((id, mb), (volume_id, volume_name, gb, system))| VolumeBackup {
                name: format!("volumebk_{}", id.get(..4).unwrap_or(&id)),
                status: status.clone(),
                bootable: Some(system),
                incremental: Some(incremental),
                image_type: image_type.clone(),
                size: Some(reached(mb)),
                source_volume_id: volume_id,
                source_volume_name: volume_name,
                source_volume_size: Some(gb),
                snapshot_id: snapshot_id(&id),
                average_speed: Some(speed_kbs / 1024),
                space_saving_ratio: Some(numbers::saving_percent(mb, gb * 1024)),
                id,
            },
        )
        .collect();
    let resource_type: String = row.get(28)?;
    let tags = row.get_ref(22)?.as_str().unwrap_or("[]");
    let image_id: Option<String> = row.get(19)?;
    let being_made: bool = row.get(33)?;
    Ok(Stored {
        seq: row.get(0)?,
        policy_id: row.get(26)?,
        size_mb,
        image_id: image_id.clone(),
        item: CheckpointItem {
            id: row.get(1)?,
            checkpoint_id: row.get(2)?,
            name: row.get(3)?,
            description: row.get(4)?,
            created_at: instant(row, 6)?,
            updated_at: instant(row, 7)?,
            resource_id: row.get(27)?,
            resource_type: resource_type.clone(),
            extend_info: ExtendInfo {
                auto_trigger: Some(row.get(23)?),
                average_speed: Some(speed_kbs),
                copy_from: String::new(),
                copy_status: "na".to_owned(),
                fail_code: fail_code(row.get(17)?, row.get(18)?),
                fail_op: row.get(16)?,
                fail_reason: row.get(18)?,
                image_type,
                incremental: Some(incremental),
                progress: Some(progress),
                resource_az: row.get(30)?,
                resource_name: row.get(29)?,
                resource_type,
                size: Some(reached(size_mb)),
                space_saving_ratio: Some(row.get(14)?),
                finished_at: instant(row, 8)?,
                supported_restore_mode: row.get(15)?,
                // Filled once the image is there (compute-and-volumes 6.3).
                os_images_data: image_id
                    .filter(|_| !being_made)
                    .map(|image_id| ImageData { image_id })
                    .into_iter()
                    .collect(),
                support_lld: Some(false),
                taskid: row.get(20)?,
                hypervisor_type: "QEMU".to_owned(),
                volume_backups,
            },
            backup_data: serde_json::from_str(row.get_ref(31)?.as_str().unwrap_or("{}"))?,
            tags: if tags == "[]" {
                Vec::new()
            } else {
                serde_json::from_str(tags)?
            },
            status,
        },
    })
}

fn fail_code(code: String, description: String) -> FailCode {
    if code.is_empty() {
        FailCode::default()
    } else {
        FailCode { code, description }
    }
}

/// The snapshot behind a disk backup: an id of its own that belongs to it.
fn snapshot_id(disk_id: &str) -> String {
    let swap = |c: char| match c {
        '0'..='9' | 'a'..='f' => char::from_digit(c.to_digit(16).unwrap_or(0) ^ 5, 16).unwrap_or(c),
        other => other,
    };
    disk_id.chars().map(swap).collect()
}

/// Backups by their row numbers, in that order; what is gone is left out.
pub fn items(turn: &Turn<'_>, numbers: &[i64]) -> Outcome<Vec<CheckpointItem>> {
    let mut query = turn.db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM backups b JOIN sources s ON s.no = b.source WHERE b.seq = ?1"
    ))?;
    let mut items = Vec::with_capacity(numbers.len());
    for seq in numbers {
        let mut rows = query.query([seq])?;
        if let Some(row) = rows.next()? {
            items.push(read(row, turn.now)?.item);
        }
    }
    Ok(items)
}

/// One backup by its row number.
pub fn by_number(turn: &Turn<'_>, seq: i64) -> Outcome<Option<Stored>> {
    turn.db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM backups b JOIN sources s ON s.no = b.source WHERE b.seq = ?1"
        ))?
        .query_row([seq], |row| Ok(read(row, turn.now)))
        .optional()?
        .transpose()
}

/// One backup of the project; `None` when there is none with this id.
pub fn find(turn: &Turn<'_>, project_id: &str, backup_id: &str) -> Outcome<Option<Stored>> {
    let tenant = turn.tenant(project_id)?;
    turn.db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM backups b JOIN sources s ON s.no = b.source WHERE b.id = ?1 AND b.project = ?2"
        ))?
        .query_row((backup_id, tenant), |row| Ok(read(row, turn.now)))
        .optional()?
        .transpose()
}

/// The refusal of a backup id that is none.
pub fn unknown(backup_id: &str) -> Refusal {
    Refusal::not_found("CSBS.3001", format!("There is no backup {backup_id}."))
}

/// One backup (4.11).
pub fn show(turn: &Turn<'_>, project_id: &str, backup_id: &str) -> Outcome<CheckpointItem> {
    match find(turn, project_id, backup_id)? {
        Some(stored) => Ok(stored.item),
        None => Err(unknown(backup_id).into()),
    }
}

/// The backups of a checkpoint, in the order they were made.
pub fn of_checkpoint(turn: &Turn<'_>, tenant: i64, checkpoint_id: &str) -> Outcome<Vec<Stored>> {
    let mut query = turn.db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM backups b JOIN sources s ON s.no = b.source
         WHERE b.checkpoint_id = ?1 AND b.project = ?2 ORDER BY b.seq"
    ))?;
    let mut rows = query.query((checkpoint_id, tenant))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row, turn.now)?);
    }
    Ok(found)
}

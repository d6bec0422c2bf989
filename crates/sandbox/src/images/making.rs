//! Making an image from a backup, the job that does it, and deleting an image again.

use contract::image::{
    FROM_CSBS, ImageFacts, ImageJob, ImageRefusal, JobEntities, WholeImageRequest, refusals,
};
use contract::model::Backup;
use contract::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::csbs::{backups, deletions, failure_reason, numbers};
use crate::jobs;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// The operation that begins images.
const CREATE: &str = "image.whole_images.create";

/// Seconds a job stands in line before it runs.
const QUEUED_SECONDS: i64 = 5;

/// Names that a new image cannot have.
fn taken_names(turn: &Turn<'_>, tenant: i64) -> Outcome<Vec<String>> {
    let mut query = turn.db.prepare_cached(
        "SELECT name FROM images WHERE project = ?1 AND status IN ('saving', 'active')",
    )?;
    let names = query.query_map([tenant], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// Begins an image; says the id of its job, or why there will be none.
pub fn create(
    turn: &Turn<'_>,
    project_id: &str,
    wanted: &WholeImageRequest,
) -> Outcome<Result<String, ImageRefusal>> {
    let tenant = turn.tenant(project_id)?;
    let stored = match wanted.backup_id.as_deref() {
        Some(id) => backups::find(turn, project_id, id)?,
        None => None,
    };
    let backup = stored
        .as_ref()
        .map(|stored| Backup::from(stored.item.clone()));
    let names = taken_names(turn, tenant)?;
    let facts = ImageFacts {
        backup: backup.as_ref(),
        names: &names,
        being_made: stored
            .as_ref()
            .is_some_and(|stored| stored.image_id.is_some()),
    };
    if let Some(refusal) = refusals(wanted, &facts).into_iter().next() {
        return Ok(Err(refusal));
    }
    let (Some(stored), Some(backup)) = (stored, backup) else {
        return Ok(Err(ImageRefusal::NoBackup));
    };
    let used_mb: i64 = backup
        .disks
        .iter()
        .map(|disk| numbers::used_mb(&disk.volume_id, disk.volume_size_gb))
        .sum();
    let end = turn.now.plus_seconds(numbers::image_seconds(used_mb));
    let fail_code = turn.faults.job_failure(CREATE);
    let tags: Vec<String> = wanted
        .image_tags
        .iter()
        .map(|tag| format!("{}.{}", tag.key, tag.value))
        .chain(wanted.tags.iter().cloned())
        .collect();
    let (id, job_id) = (turn.new_id(), turn.new_id().replace('-', ""));
    turn.db
        .prepare_cached(
            "INSERT INTO images (id, job_id, project, name, description, source, backup_id, os_type, min_disk_gb,
                 min_ram_mb, max_ram_mb, tags, status, created_at, updated_at, busy_until)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ifnull((SELECT os_type FROM servers WHERE id = ?8), 'Linux'), ?9,
                 ?10, ?11, ?12, 'saving', ?13, ?13, ?14)",
        )?
        .execute(params![
            id,
            job_id,
            tenant,
            wanted.name,
            wanted.description,
            FROM_CSBS,
            backup.id,
            backup.server_id,
            system_disk_gb(&backup),
            wanted.min_ram.unwrap_or(0),
            wanted.max_ram.filter(|most| *most > 0),
            serde_json::to_string(&tags)?,
            turn.now.micros(),
            end.micros(),
        ])?;
    let no = turn.db.last_insert_rowid();
    hold(turn, stored.seq, Some(&id))?;
    // One that fails does so half way.
    let lasts = match &fail_code {
        Some(_) => turn
            .now
            .plus_seconds((end.seconds() - turn.now.seconds()) / 2),
        None => end,
    };
    jobs::schedule(turn, jobs::Kind::Image, no, lasts, fail_code.as_deref())?;
    Ok(Ok(job_id))
}

fn system_disk_gb(backup: &Backup) -> i64 {
    let mut disks = backup.disks.iter();
    disks
        .find(|disk| disk.bootable)
        .map_or(0, |disk| disk.volume_size_gb)
}

/// Ties a backup to its image, or frees it.
fn hold(turn: &Turn<'_>, seq: i64, image_id: Option<&str>) -> Outcome<()> {
    turn.db
        .prepare_cached("UPDATE backups SET image_id = ?2 WHERE seq = ?1")?
        .execute((seq, image_id))?;
    Ok(())
}

fn free(turn: &Turn<'_>, image_id: &str, backup_id: &str) -> Outcome<()> {
    // A backup with an image may have moved into a vault meanwhile.
    for table in ["backups", "cbr_backups"] {
        turn.db
            .prepare_cached(&format!(
                "UPDATE {table} SET image_id = NULL WHERE id = ?1 AND image_id = ?2"
            ))?
            .execute((backup_id, image_id))?;
    }
    Ok(())
}

/// The end of a job (jobs). A failed one leaves a dead image and frees the backup.
pub fn finish(turn: &Turn<'_>, no: i64, fail_code: Option<&str>) -> Outcome<()> {
    let found: Option<(String, String)> = turn
        .db
        .prepare_cached("SELECT id, backup_id FROM images WHERE no = ?1 AND status = 'saving'")?
        .query_row([no], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, backup_id)) = found else {
        return Ok(());
    };
    let (status, reason) = match fail_code {
        None => ("active", String::new()),
        Some(code) => ("killed", failure_reason(code, "image job")),
    };
    turn.db
        .prepare_cached(
            "UPDATE images SET status = ?2, updated_at = ?3, finished_at = ?3, fail_code = ?4, fail_reason = ?5
             WHERE no = ?1",
        )?
        .execute((no, status, turn.now.micros(), fail_code.unwrap_or_default(), reason))?;
    if fail_code.is_some() {
        free(turn, &id, &backup_id)?;
    }
    Ok(())
}

/// Deletes an image; `false` when there is none. Its backup may go then, or goes with it.
pub fn delete(
    turn: &Turn<'_>,
    project_id: &str,
    image_id: &str,
    with_backup: bool,
) -> Outcome<bool> {
    let tenant = turn.tenant(project_id)?;
    let found: Option<(i64, String, bool)> = turn
        .db
        .prepare_cached(
            "SELECT no, backup_id, finished_at IS NULL FROM images
             WHERE project = ?1 AND id = ?2 AND status <> 'deleted'",
        )?
        .query_row((tenant, image_id), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((no, backup_id, unfinished)) = found else {
        return Ok(false);
    };
    let (code, reason) = if unfinished {
        ("IMG.0032", "The image was deleted while it was being made.")
    } else {
        ("", "")
    };
    jobs::cancel(turn, jobs::Kind::Image, no)?;
    turn.db
        .prepare_cached(
            "UPDATE images SET status = 'deleted', updated_at = ?2, finished_at = ifnull(finished_at, ?2),
                 fail_code = CASE WHEN ?3 = '' THEN fail_code ELSE ?3 END,
                 fail_reason = CASE WHEN ?4 = '' THEN fail_reason ELSE ?4 END
             WHERE no = ?1",
        )?
        .execute((no, turn.now.micros(), code, reason))?;
    free(turn, image_id, &backup_id)?;
    if with_backup && let Some(stored) = backups::find(turn, project_id, &backup_id)? {
        deletions::delete(turn, project_id, &stored.item.checkpoint_id, &[backup_id])?;
    }
    Ok(true)
}

/// A job of the project; `None` when there is none with this id.
pub fn job(turn: &Turn<'_>, project_id: &str, job_id: &str) -> Outcome<Option<ImageJob>> {
    let tenant = turn.tenant(project_id)?;
    let mut query = turn.db.prepare_cached(
        "SELECT id, name, created_at, busy_until, finished_at, fail_code, fail_reason FROM images
         WHERE project = ?1 AND job_id = ?2",
    )?;
    let found = query
        .query_row((tenant, job_id), |row| {
            let begun = Timestamp::from_micros(row.get(2)?);
            let finished: Option<i64> = row.get(4)?;
            let error_code: String = row.get(5)?;
            let status = match finished {
                Some(_) if error_code.is_empty() => "SUCCESS",
                Some(_) => "FAIL",
                None if turn.now < begun.plus_seconds(QUEUED_SECONDS) => "INIT",
                None => "RUNNING",
            };
            let percent = match finished {
                Some(_) if error_code.is_empty() => 100,
                _ => numbers::progress(
                    begun.micros(),
                    row.get(3)?,
                    finished.unwrap_or(turn.now.micros()),
                ),
            };
            Ok(ImageJob {
                job_id: job_id.to_owned(),
                job_type: "imsCreateWholeImageByBackupJob".to_owned(),
                status: status.to_owned(),
                begin_time: Some(begun),
                end_time: finished.map(Timestamp::from_micros),
                error_code,
                fail_reason: row.get(6)?,
                entities: JobEntities {
                    image_id: if status == "SUCCESS" {
                        row.get(0)?
                    } else {
                        String::new()
                    },
                    image_name: row.get(1)?,
                    process_percent: Some(percent),
                },
            })
        })
        .optional()?;
    Ok(found)
}

/// Gives the backups of a world that names images without having them an image each.
pub fn adopt(db: &Connection) -> Outcome<()> {
    db.execute(
        "INSERT OR IGNORE INTO images (id, job_id, project, name, backup_id, os_type, min_disk_gb, status, created_at,
             updated_at, busy_until, finished_at)
         SELECT b.image_id, substr(replace(b.image_id, '-', '') || lower(hex(randomblob(16))), 1, 32), b.project,
             'image-of-' || b.name, b.id, ifnull((SELECT v.os_type FROM servers v WHERE v.id = s.server_id), 'Linux'),
             40, 'active', b.updated_at, b.updated_at, b.updated_at, b.updated_at
         FROM backups b JOIN sources s ON s.no = b.source
         WHERE b.image_id IS NOT NULL AND b.image_id NOT IN (SELECT id FROM images)",
        [],
    )?;
    Ok(())
}

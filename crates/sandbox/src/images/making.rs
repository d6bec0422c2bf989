//! Making an image from a backup, the job that does it, and deleting an image again.

use std::fmt;

use contract::image::{
    FROM_CBR, ImageFacts, ImageJob, ImageRefusal, ImageTag, JobEntities, WholeImageRequest,
    refusals,
};
use contract::model::{Backup, Generation};
use contract::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::source::{self, Source};
use crate::cbr;
use crate::csbs::{backups, deletions, failure_reason, numbers};
use crate::jobs;
use crate::refusal::{Failure, Outcome, Refusal};
use crate::turn::Turn;

/// The operation that begins images.
const CREATE: &str = "image.whole_images.create";

/// Seconds a job stands in line before it runs.
const QUEUED_SECONDS: i64 = 5;

/// Names that a new image cannot have.
pub(super) fn taken_names(turn: &Turn<'_>, tenant: i64) -> Outcome<Vec<String>> {
    let mut query = turn.db.prepare_cached(
        "SELECT name FROM images WHERE project = ?1 AND status IN ('saving', 'active')",
    )?;
    let names = query.query_map([tenant], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// Why no image is made.
pub enum NotMade {
    /// The image service says so.
    Refused(ImageRefusal, Generation),
    /// The server could not be backed up first: what its backup service says.
    NoBackup(Refusal),
}

impl NotMade {
    /// The image service's code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal, _) => refusal.code(),
            Self::NoBackup(_) => "IMG.0032",
        }
    }

    /// HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Refused(refusal, generation) => refusal.status(*generation),
            Self::NoBackup(refusal) => refusal.status,
        }
    }

    /// The code of the backup's own service, where it is the backup that is in the way.
    pub fn backup_code(&self) -> Option<&'static str> {
        match self {
            Self::Refused(refusal, generation) => refusal.backup_code(*generation),
            Self::NoBackup(refusal) => Some(refusal.code),
        }
    }
}

impl fmt::Display for NotMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal, _) => refusal.fmt(f),
            Self::NoBackup(refusal) => {
                write!(
                    f,
                    "The server cannot be backed up for it: {}",
                    refusal.message
                )
            }
        }
    }
}

/// Begins an image; says the id of its job, or why there will be none.
pub fn create(
    turn: &Turn<'_>,
    project_id: &str,
    wanted: &WholeImageRequest,
) -> Outcome<Result<String, NotMade>> {
    let tenant = turn.tenant(project_id)?;
    let generation = match wanted.source() {
        FROM_CBR => Generation::Cbr,
        _ => Generation::Csbs,
    };
    let given = match wanted.backup_id.as_deref() {
        Some(id) => Source::find(turn, project_id, id, generation)?,
        None => None,
    };
    let names = taken_names(turn, tenant)?;
    let facts = ImageFacts {
        backup: given.as_ref().map(|source| &source.backup),
        names: &names,
        being_made: given.as_ref().is_some_and(|source| source.spoken_for),
    };
    if let Some(refusal) = refusals(wanted, &facts).into_iter().next() {
        return Ok(Err(NotMade::Refused(refusal, generation)));
    }
    let source = match (given, wanted.server_to_back_up()) {
        (Some(source), _) => source,
        (None, Some(server)) => {
            let vault = wanted.vault_id.as_deref().unwrap_or_default();
            match Source::back_up(turn, project_id, server, vault, generation) {
                Ok(source) => source,
                Err(Failure::Refused(refusal)) => return Ok(Err(NotMade::NoBackup(refusal))),
                Err(failure) => return Err(failure),
            }
        }
        (None, None) => return Ok(Err(NotMade::Refused(ImageRefusal::NoBackup, generation))),
    };
    let backup = &source.backup;
    let used_mb: i64 = backup
        .disks
        .iter()
        .map(|disk| numbers::used_mb(&disk.volume_id, disk.volume_size_gb))
        .sum();
    let start = source.ready.unwrap_or(turn.now);
    let end = start.plus_seconds(numbers::image_seconds(used_mb));
    let fail_code = turn.faults.job_failure(CREATE);
    let made = begin(
        turn,
        &NewImage {
            tenant,
            name: &wanted.name,
            description: &wanted.description,
            source: wanted.source(),
            backup_id: &backup.id,
            server_id: &backup.server_id,
            min_disk_gb: system_disk_gb(backup),
            min_ram_mb: wanted.min_ram,
            max_ram_mb: wanted.max_ram,
            tags: all_tags(&wanted.image_tags, &wanted.tags),
            end,
            from_server: source.ready.is_some(),
            fail_code: fail_code.as_deref(),
        },
    )?;
    source.hold(turn, &made.id)?;
    Ok(Ok(made.job_id))
}

/// Keyed tags as plain ones, then the plain ones.
pub(super) fn all_tags(keyed: &[ImageTag], plain: &[String]) -> Vec<String> {
    keyed
        .iter()
        .map(|tag| format!("{}.{}", tag.key, tag.value))
        .chain(plain.iter().cloned())
        .collect()
}

/// An image whose job is to begin.
pub(super) struct NewImage<'a> {
    pub tenant: i64,
    pub name: &'a str,
    pub description: &'a str,
    /// Generation of the backup.
    pub source: &'a str,
    /// Empty for the image of a system disk.
    pub backup_id: &'a str,
    pub server_id: &'a str,
    pub min_disk_gb: i64,
    pub min_ram_mb: Option<i64>,
    pub max_ram_mb: Option<i64>,
    pub tags: Vec<String>,
    /// When it will be there.
    pub end: Timestamp,
    pub from_server: bool,
    pub fail_code: Option<&'a str>,
}

/// An image that is being made.
pub(super) struct Begun {
    pub id: String,
    pub job_id: String,
}

/// Writes the image down and plans the end of its job.
pub(super) fn begin(turn: &Turn<'_>, new: &NewImage<'_>) -> Outcome<Begun> {
    let (id, job_id) = (turn.new_id(), turn.new_id().replace('-', ""));
    turn.db
        .prepare_cached(
            "INSERT INTO images (id, job_id, project, name, description, source, backup_id, os_type, min_disk_gb,
                 min_ram_mb, max_ram_mb, tags, status, created_at, updated_at, busy_until, from_server)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ifnull((SELECT os_type FROM servers WHERE id = ?8), 'Linux'), ?9,
                 ?10, ?11, ?12, 'saving', ?13, ?13, ?14, ?15)",
        )?
        .execute(params![
            id,
            job_id,
            new.tenant,
            new.name,
            new.description,
            new.source,
            new.backup_id,
            new.server_id,
            new.min_disk_gb,
            new.min_ram_mb.unwrap_or(0),
            new.max_ram_mb.filter(|most| *most > 0),
            serde_json::to_string(&new.tags)?,
            turn.now.micros(),
            new.end.micros(),
            new.from_server,
        ])?;
    let no = turn.db.last_insert_rowid();
    // One that fails does so half way.
    let lasts = match new.fail_code {
        Some(_) => turn
            .now
            .plus_seconds((new.end.seconds() - turn.now.seconds()) / 2),
        None => new.end,
    };
    jobs::schedule(turn, jobs::Kind::Image, no, lasts, new.fail_code)?;
    Ok(Begun { id, job_id })
}

fn system_disk_gb(backup: &Backup) -> i64 {
    let mut disks = backup.disks.iter();
    disks
        .find(|disk| disk.bootable)
        .map_or(0, |disk| disk.volume_size_gb)
}

fn free(turn: &Turn<'_>, image_id: &str) -> Outcome<()> {
    // A backup with an image may have moved into a vault meanwhile.
    for table in ["backups", "cbr_backups", "cbr_members"] {
        turn.db
            .prepare_cached(&format!(
                "UPDATE {table} SET image_id = NULL WHERE image_id = ?1"
            ))?
            .execute([image_id])?;
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
    let fail_code = match fail_code {
        // The backup it waited for came to nothing.
        None if !backup_id.is_empty() && !source::is_usable(turn, &backup_id)? => Some("IMG.0032"),
        other => other,
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
        free(turn, &id)?;
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
    free(turn, image_id)?;
    if with_backup && let Some(stored) = backups::find(turn, project_id, &backup_id)? {
        deletions::delete(turn, project_id, &stored.item.checkpoint_id, &[backup_id])?;
    } else if with_backup && source::is_in_a_vault(turn, tenant, &backup_id)? {
        cbr::backups::delete(turn, project_id, &backup_id)?;
    }
    Ok(true)
}

/// A job of the project; `None` when there is none with this id.
pub fn job(turn: &Turn<'_>, project_id: &str, job_id: &str) -> Outcome<Option<ImageJob>> {
    let tenant = turn.tenant(project_id)?;
    let mut query = turn.db.prepare_cached(
        "SELECT id, name, created_at, busy_until, finished_at, fail_code, fail_reason, from_server,
             backup_id = '' FROM images
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
                job_type: match (row.get(8)?, row.get(7)?) {
                    (true, _) => "imsCreateImageByInstance",
                    (false, true) => "imsCreateWholeImageByInstanceJob",
                    (false, false) => "imsCreateWholeImageByBackupJob",
                }
                .to_owned(),
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

//! A backup from its beginning to its end: the row of its server, its sizes and times, its outcome.

use contract::csbs::Tag;
use contract::rules;
use rusqlite::{OptionalExtension as _, params};

use super::backups::Disk;
use super::servers::{self, Subject};
use super::{numbers, retention};
use crate::jobs;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// A backup to begin.
pub(super) struct Begin<'a> {
    pub tenant: i64,
    pub checkpoint_id: &'a str,
    pub policy_id: Option<&'a str>,
    pub automatic: bool,
    pub name: Option<&'a str>,
    pub description: &'a str,
    pub incremental: bool,
    pub tags: &'a [Tag],
    pub operation: &'a str,
}

/// Writes down a group of backups that are made together.
pub(super) fn write_checkpoint(
    turn: &Turn<'_>,
    tenant: i64,
    id: &str,
    policy_id: Option<&str>,
    automatic: bool,
) -> Outcome<()> {
    turn.db
        .prepare_cached("INSERT INTO checkpoints (id, project, policy_id, automatic, created_at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((id, tenant, policy_id, automatic, turn.now.micros()))?;
    Ok(())
}

/// The row of a server as it was when it was backed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceRow(i64);

impl SourceRow {
    /// Its number.
    pub const fn no(self) -> i64 {
        self.0
    }
}

/// The row of this server as it is now.
pub fn source(turn: &Turn<'_>, tenant: i64, subject: &Subject) -> Outcome<SourceRow> {
    let data = subject.backup_data();
    let volumes: Vec<_> = subject
        .volumes
        .iter()
        .map(|v| (&v.id, &v.name, v.size_gb, subject.is_system(&v.id)))
        .collect();
    let server = &subject.server;
    let values = params![
        tenant,
        server.id,
        if server.bare_metal {
            rules::BARE_METAL_KIND
        } else {
            rules::SERVER_KIND
        },
        server.name,
        server.zone,
        data.private_ip,
        data.eip,
        serde_json::to_string(&data)?,
        serde_json::to_string(&volumes)?,
    ];
    let found = turn
        .db
        .prepare_cached(
            "SELECT no FROM sources WHERE project = ?1 AND server_id = ?2 AND kind = ?3 AND name = ?4 AND zone = ?5
                 AND private_ip = ?6 AND eip = ?7 AND data = ?8 AND volumes = ?9",
        )?
        .query_row(values, |row| row.get(0))
        .optional()?;
    if let Some(no) = found {
        return Ok(SourceRow(no));
    }
    turn.db
        .prepare_cached(
            "INSERT INTO sources (project, server_id, kind, name, zone, private_ip, eip, data, volumes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(values)?;
    Ok(SourceRow(turn.db.last_insert_rowid()))
}

/// The newest usable backup of a server: when it was begun and of which volumes.
fn last_backup(
    turn: &Turn<'_>,
    tenant: i64,
    server_id: &str,
) -> Outcome<Option<(i64, Vec<String>)>> {
    let mut query = turn
        .db
        .prepare_cached("SELECT no, volumes FROM sources WHERE project = ?1 AND server_id = ?2")?;
    let mut newest = turn.db.prepare_cached(
        "SELECT created_at FROM backups INDEXED BY backups_by_source
         WHERE source = ?1 AND status IN ('available', 'restoring') ORDER BY created_at DESC LIMIT 1",
    )?;
    let mut rows = query.query((tenant, server_id))?;
    let mut last: Option<(i64, String)> = None;
    while let Some(row) = rows.next()? {
        let no: i64 = row.get(0)?;
        let at: Option<i64> = newest.query_row([no], |row| row.get(0)).optional()?;
        if let Some(at) = at
            && last.as_ref().is_none_or(|(earlier, _)| at > *earlier)
        {
            last = Some((at, row.get(1)?));
        }
    }
    match last {
        Some((at, volumes)) => {
            let volumes: Vec<super::backups::SourceVolume> = serde_json::from_str(&volumes)?;
            Ok(Some((
                at,
                volumes.into_iter().map(|volume| volume.0).collect(),
            )))
        }
        None => Ok(None),
    }
}

/// Begins a backup of a server that can be backed up; says its row number.
pub(super) fn begin(turn: &Turn<'_>, subject: &Subject, wanted: &Begin<'_>) -> Outcome<i64> {
    let server_id = &subject.server.id;
    let base = if wanted.incremental {
        last_backup(turn, wanted.tenant, server_id)?
    } else {
        None
    };
    let disks: Vec<Disk> = subject
        .volumes
        .iter()
        .map(|volume| {
            let since = base
                .as_ref()
                .filter(|(_, volumes)| volumes.contains(&volume.id))
                .map(|(at, _)| (turn.now.micros() - at) / 1_000_000);
            let mb = numbers::disk_backup_mb(&volume.id, volume.size_gb, since);
            (turn.new_id(), mb)
        })
        .collect();
    let size_mb: i64 = disks.iter().map(|(_, mb)| mb).sum();
    let source_mb: i64 = subject
        .volumes
        .iter()
        .map(|volume| volume.size_gb * 1024)
        .sum();
    let seconds = numbers::backup_seconds(size_mb);
    let fail_code = turn.faults.job_failure(wanted.operation);
    // One that fails does so half way.
    let lasts = if fail_code.is_some() {
        seconds / 2
    } else {
        seconds
    };
    let id = turn.new_id();
    let name = match wanted.name {
        Some(name) => name.to_owned(),
        None if wanted.automatic => format!("autobk_{}", &id[..4]),
        None => format!("manualbk_{}", &id[..4]),
    };
    let now = turn.now.micros();
    turn.db
        .prepare_cached(
            "INSERT INTO backups (id, project, source, checkpoint_id, policy_id, name, description, status, automatic,
                 incremental, created_at, updated_at, protected_at, busy_since, busy_until, progress, size_mb,
                 speed_kbs, saving, task_id, disks, tags)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'protecting', ?8, ?9, ?10, ?10, ?10, ?10, ?11, 0, ?12, ?13, ?14, ?15, ?16, ?17)",
        )?
        .execute(params![
            id,
            wanted.tenant,
            source(turn, wanted.tenant, subject)?.no(),
            wanted.checkpoint_id,
            wanted.policy_id,
            name,
            wanted.description,
            wanted.automatic,
            base.is_some(),
            now,
            now + seconds * 1_000_000,
            size_mb,
            size_mb * 1024 / seconds.max(1),
            numbers::saving_percent(size_mb, source_mb),
            turn.new_id(),
            serde_json::to_string(&disks)?,
            serde_json::to_string(wanted.tags)?,
        ])?;
    let seq = turn.db.last_insert_rowid();
    servers::move_volumes(turn, server_id, "in-use", "backing-up")?;
    jobs::schedule(
        turn,
        jobs::Kind::Backup,
        seq,
        turn.now.plus_seconds(lasts),
        fail_code.as_deref(),
    )?;
    Ok(seq)
}

/// A scheduled backup that could not even begin leaves a failed one behind, so that somebody sees it.
pub(super) fn leave_failed(
    turn: &Turn<'_>,
    subject: &Subject,
    wanted: &Begin<'_>,
    code: &str,
    reason: &str,
) -> Outcome<()> {
    let id = turn.new_id();
    let now = turn.now.micros();
    turn.db
        .prepare_cached(
            "INSERT INTO backups (id, project, source, checkpoint_id, policy_id, name, status, automatic, incremental,
                 created_at, updated_at, finished_at, protected_at, progress, size_mb, restore_mode, fail_op,
                 fail_code, fail_reason, task_id, disks, tags)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'error', ?7, 0, ?8, ?8, ?8, ?8, 0, 0, 'na', 'backup', ?9, ?10, ?11, '[]', ?12)",
        )?
        .execute(params![
            id,
            wanted.tenant,
            source(turn, wanted.tenant, subject)?.no(),
            wanted.checkpoint_id,
            wanted.policy_id,
            format!("autobk_{}", &id[..4]),
            wanted.automatic,
            now,
            code,
            reason,
            turn.new_id(),
            serde_json::to_string(wanted.tags)?,
        ])?;
    Ok(())
}

/// The end of a backup (jobs).
pub fn finish(turn: &Turn<'_>, seq: i64, fail_code: Option<&str>) -> Outcome<()> {
    let Some(stored) = super::backups::by_number(turn, seq)? else {
        return Ok(());
    };
    let now = turn.now.micros();
    match fail_code {
        None => turn
            .db
            .prepare_cached(
                "UPDATE backups SET status = 'available', updated_at = ?2, finished_at = ?2, protected_at = ?2,
                     busy_since = NULL, busy_until = NULL, progress = 100 WHERE seq = ?1",
            )?
            .execute((seq, now))?,
        Some(code) => turn
            .db
            .prepare_cached(
                "UPDATE backups SET status = 'error', updated_at = ?2, finished_at = ?2, protected_at = ?2,
                     busy_since = NULL, busy_until = NULL, progress = ?3, size_mb = 0, restore_mode = 'na',
                     fail_op = 'backup', fail_code = ?4, fail_reason = ?5 WHERE seq = ?1",
            )?
            .execute((
                seq,
                now,
                stored.item.extend_info.progress,
                code,
                super::failure_reason(code, "backup"),
            ))?,
    };
    let server_id = &stored.item.resource_id;
    if servers::running(turn, server_id)?.is_none() {
        servers::move_volumes(turn, server_id, "backing-up", "in-use")?;
    }
    if stored.automatic() {
        let tenant: i64 = turn
            .db
            .prepare_cached("SELECT project FROM backups WHERE seq = ?1")?
            .query_row([seq], |row| row.get(0))?;
        retention::after_run(
            turn,
            tenant,
            &stored.item.checkpoint_id,
            stored.policy_id.as_deref(),
        )?;
    }
    Ok(())
}

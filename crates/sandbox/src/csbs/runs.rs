//! Making backups: one server now, a policy now, a policy by its schedule (csbs-v1 4.1, 4.9).

use contract::csbs::Tag;
use contract::csbs::backups::{Checkpoint, Protect, ProtectionPlan, RunPolicy};
use contract::csbs::policies::Resource;
use contract::policy::{RunFacts, run_refusals};
use contract::protect::{ProtectRefusal, Running, refusals};
use contract::time::Timestamp;
use contract::{quota, rules};
use rusqlite::{OptionalExtension as _, params};
use serde_json::{Value, json};

use super::backups::Disk;
use super::policies::{self, Stored as StoredPolicy};
use super::servers::{self, Subject};
use super::{numbers, quotas, retention, tags};
use crate::jobs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The operations that begin backups; scheduled runs count as the second.
pub const PROTECT: &str = "csbs.servers.protect";
/// See [`PROTECT`].
pub const RUN: &str = "csbs.policies.run";

/// A backup to begin.
struct Begin<'a> {
    tenant: i64,
    checkpoint_id: &'a str,
    policy_id: Option<&'a str>,
    automatic: bool,
    name: Option<&'a str>,
    description: &'a str,
    incremental: bool,
    tags: &'a [Tag],
    operation: &'a str,
}

/// Backs up one server (4.1).
pub fn protect(
    turn: &Turn<'_>,
    project_id: &str,
    server_id: &str,
    wanted: Protect,
) -> Outcome<Checkpoint> {
    let tenant = turn.tenant(project_id)?;
    let tags = match &wanted.tags {
        Some(tags) if tags.is_empty() => {
            return Err(Refusal::parameter("protect.tags", rules::Broken::Empty).into());
        }
        Some(tags) => tags::check_new(tags, "protect.tags")?,
        None => Vec::new(),
    };
    let kind = wanted
        .resource_type
        .as_deref()
        .unwrap_or(rules::SERVER_KIND);
    let subject = Subject::find(turn, project_id, server_id)?;
    let refusals = servers::protect_refusals(turn, kind, server_id, subject.as_ref(), None)?;
    if let Some(refusal) = refusals.first() {
        return Err(refused(server_id, refusal).into());
    }
    let Some(subject) = subject else {
        return Err(refused(server_id, &ProtectRefusal::NoServer).into());
    };
    check_quota(turn, project_id, 1)?;
    let checkpoint_id = turn.new_id();
    write_checkpoint(turn, tenant, &checkpoint_id, None, false)?;
    let description = wanted
        .description
        .as_ref()
        .map_or("", rules::Description::as_str);
    begin(
        turn,
        &subject,
        &Begin {
            tenant,
            checkpoint_id: &checkpoint_id,
            policy_id: None,
            automatic: false,
            name: wanted.backup_name.as_ref().map(rules::Name::as_str),
            description,
            incremental: wanted.incremental.unwrap_or(true),
            tags: &tags,
            operation: PROTECT,
        },
    )?;
    Ok(Checkpoint {
        id: checkpoint_id,
        status: "protecting".to_owned(),
        created_at: Some(turn.now),
        project_id: project_id.to_owned(),
        resource_graph: Value::Null,
        extra_info: Value::Null,
        protection_plan: ProtectionPlan {
            id: format!("fake_{}", turn.new_id()),
            name: format!("server protect plan for {server_id}"),
            resources: vec![Resource {
                id: server_id.to_owned(),
                kind: rules::SERVER_KIND.to_owned(),
                name: format!("resource_{server_id}"),
                extra_info: json!({}),
            }],
        },
    })
}

fn refused(server_id: &str, refusal: &ProtectRefusal) -> Refusal {
    Refusal {
        code: refusal.code(),
        status: refusal.status(),
        message: format!("Server {server_id}: {refusal}"),
    }
}

/// `CSBS.9006`, when there is no room for so many more.
fn check_quota(turn: &Turn<'_>, project_id: &str, more: usize) -> Outcome<()> {
    match quota::room(&quotas::all(turn, project_id)?, more) {
        Some(refusal) => Err(Refusal::from(refusal).into()),
        None => Ok(()),
    }
}

fn write_checkpoint(
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
fn begin(turn: &Turn<'_>, subject: &Subject, wanted: &Begin<'_>) -> Outcome<i64> {
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
fn leave_failed(
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

/// The run of a policy that is in progress, if any: who began it.
pub fn of_policy(turn: &Turn<'_>, policy_no: i64) -> Outcome<Option<Running>> {
    let automatic: Option<bool> = turn
        .db
        .prepare_cached(
            "SELECT max(b.automatic) FROM policies p
             JOIN backups b INDEXED BY backups_by_status
                 ON b.project = p.project AND b.status = 'protecting' AND b.policy_id = p.id
             WHERE p.no = ?1",
        )?
        .query_row([policy_no], |row| row.get(0))?;
    Ok(automatic.map(|automatic| {
        if automatic {
            Running::Scheduled
        } else {
            Running::Manual
        }
    }))
}

/// Runs a policy now (4.9).
pub fn run_policy(turn: &Turn<'_>, project_id: &str, wanted: RunPolicy) -> Outcome<Checkpoint> {
    let tenant = turn.tenant(project_id)?;
    let policy = policies::stored(turn, project_id, &wanted.plan_id)?;
    let automatic = wanted.parameters.auto_trigger.unwrap_or(false);
    let chosen = wanted.parameters.resources.unwrap_or_default();
    let resources: Vec<_> = policy
        .policy
        .resources
        .iter()
        .filter(|r| chosen.is_empty() || chosen.contains(&r.id))
        .cloned()
        .collect();
    let mut found = Vec::new();
    for resource in &resources {
        let subject = Subject::find(turn, project_id, &resource.id)?;
        let running = servers::running(turn, &resource.id)?.map(|(kind, _)| kind);
        found.push((resource, subject, running));
    }
    let candidates: Vec<_> = found
        .iter()
        .map(|(resource, subject, running)| {
            let candidate = servers::candidate(&resource.kind, subject.as_ref(), None, *running);
            (resource.id.as_str(), candidate)
        })
        .collect();
    let facts = RunFacts {
        policy: Some(&policy.policy.clone().into()),
        running: of_policy(turn, policy.no)?,
        candidates: &candidates,
        quotas: &quotas::all(turn, project_id)?,
    };
    if let Some(refusal) = run_refusals(&wanted.plan_id, &chosen, &facts) {
        return Err(Refusal::from(refusal).into());
    }
    let usable: Vec<bool> = candidates
        .iter()
        .map(|(_, candidate)| refusals(candidate).is_empty())
        .collect();
    let subjects: Vec<_> = found
        .into_iter()
        .zip(usable)
        .filter(|(_, usable)| *usable)
        .filter_map(|((_, subject, _), _)| subject)
        .collect();
    let checkpoint_id = turn.new_id();
    write_checkpoint(
        turn,
        tenant,
        &checkpoint_id,
        Some(&policy.policy.id),
        automatic,
    )?;
    for subject in &subjects {
        begin(
            turn,
            subject,
            &Begin {
                tenant,
                checkpoint_id: &checkpoint_id,
                policy_id: Some(&policy.policy.id),
                automatic,
                name: None,
                description: "",
                incremental: true,
                tags: &policy.policy.tags,
                operation: RUN,
            },
        )?;
    }
    let created_by = if automatic { "scheduler" } else { "manual" };
    Ok(Checkpoint {
        id: checkpoint_id,
        status: "protecting".to_owned(),
        created_at: Some(turn.now),
        project_id: project_id.to_owned(),
        resource_graph: Value::Null,
        extra_info: Value::String(json!({"created_by": created_by}).to_string()),
        protection_plan: ProtectionPlan {
            id: policy.policy.id.clone(),
            name: policy.policy.name.clone(),
            resources: resources
                .into_iter()
                .filter(|resource| {
                    subjects
                        .iter()
                        .any(|subject| subject.server.id == resource.id)
                })
                .map(|resource| Resource {
                    extra_info: Value::String("{}".to_owned()),
                    ..resource
                })
                .collect(),
        },
    })
}

/// A run that fell due (jobs).
pub fn scheduled(turn: &Turn<'_>, policy_no: i64) -> Outcome<()> {
    let Some((project_id, policy)) = policies::by_number(turn, policy_no)? else {
        return Ok(());
    };
    if policy.operation().enabled != Some(true) {
        return Ok(());
    }
    let properties = &policy.operation().trigger.properties;
    let start = properties.start_time.unwrap_or_default();
    let next = policies::next_run(&properties.pattern, start, turn.now);
    // While a server of the policy is backed up by hand the run is postponed, but never past the next one.
    if let Some(until) = manual_until(turn, &policy)? {
        let until = Timestamp::from_micros(until.max(turn.now.micros() + 1));
        let at = next.map_or(until, |next| next.min(until));
        return jobs::schedule(turn, jobs::Kind::Run, policy_no, at, None);
    }
    if let Some(next) = next {
        jobs::schedule(turn, jobs::Kind::Run, policy_no, next, None)?;
    }
    if of_policy(turn, policy_no)?.is_some() {
        // The run before it is not done yet: this one is left out.
        return Ok(());
    }
    let tenant = turn.tenant(&project_id)?;
    let checkpoint_id = turn.new_id();
    let wanted = Begin {
        tenant,
        checkpoint_id: &checkpoint_id,
        policy_id: Some(&policy.policy.id),
        automatic: true,
        name: None,
        description: "",
        incremental: true,
        tags: &policy.policy.tags,
        operation: RUN,
    };
    let mut there = Vec::new();
    for resource in &policy.policy.resources {
        let subject = Subject::find(turn, &project_id, &resource.id)?;
        there.extend(subject.map(|subject| (resource, subject)));
    }
    // A run over nothing leaves nothing behind.
    if !there.is_empty() {
        write_checkpoint(turn, tenant, &checkpoint_id, Some(&policy.policy.id), true)?;
    }
    let mut begun = false;
    for (resource, subject) in there {
        let refusals =
            servers::protect_refusals(turn, &resource.kind, &resource.id, Some(&subject), None)?;
        if let Some(refusal) = refusals.first() {
            leave_failed(
                turn,
                &subject,
                &wanted,
                refusal.code(),
                &refusal.to_string(),
            )?;
        } else if let Err(failure) = check_quota(turn, &project_id, 1) {
            match failure.refusal() {
                Some(refusal) => {
                    leave_failed(turn, &subject, &wanted, refusal.code, &refusal.message)?
                }
                None => return Err(failure),
            }
        } else {
            begin(turn, &subject, &wanted)?;
            begun = true;
        }
    }
    if !begun {
        retention::after_run(turn, tenant, &checkpoint_id, Some(&policy.policy.id))?;
    }
    Ok(())
}

/// Until when a server of the policy is being backed up by hand.
fn manual_until(turn: &Turn<'_>, policy: &StoredPolicy) -> Outcome<Option<i64>> {
    let mut until = None;
    for resource in &policy.policy.resources {
        if let Some((Running::Manual, end)) = servers::running(turn, &resource.id)? {
            until = until.max(Some(end));
        }
    }
    Ok(until)
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

//! Making backups: a vault or some of its resources now, and vaults by their policies (cbr-v3 5.2, 7).

use contract::cbr::checkpoints::SkippedResource;
use contract::cbr::policies::Policy;
use contract::cbr::retention::expiry;
use contract::cbr::rules::ObjectType;
use contract::model::Volume;
use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use serde_json::{Value, json};

use super::policies::{self, Stored as StoredPolicy};
use super::subjects::{self, Subject, What};
use super::vaults::{self, Stored};
use super::{refusal, replication, resources, retention, tasks};
use crate::csbs::making::source;
use crate::csbs::numbers;
use crate::jobs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The operation that begins backups; scheduled runs count as it too.
pub const RUN: &str = "cbr.checkpoints.create";

/// The regions a sandbox speaks of; every project is reachable in both.
pub const REGIONS: [&str; 2] = ["eu-de", "eu-nl"];

/// How backups of a vault are made.
pub struct Plan<'a> {
    pub policy: Option<&'a Policy>,
    pub automatic: bool,
    pub name: Option<&'a str>,
    pub description: &'a str,
    pub incremental: bool,
    /// Days a backup by hand is kept; −1 for ever.
    pub retention_days: i64,
}

/// A resource to back up: kind, id, and volumes that are left out.
pub struct Target {
    pub kind: String,
    pub id: String,
    pub name: String,
    pub excluded: Vec<String>,
}

/// What a run began, and what it left out.
#[derive(Default)]
pub struct Begun {
    pub begun: Vec<Value>,
    pub skipped: Vec<(SkippedResource, Refusal)>,
}

/// Begins the backups of one checkpoint; the checkpoint itself is written by [`write_checkpoint`].
pub fn begin(
    turn: &Turn<'_>,
    vault_no: i64,
    checkpoint_id: &str,
    targets: &[Target],
    plan: &Plan<'_>,
) -> Outcome<Begun> {
    let mut result = Begun::default();
    for target in targets {
        // Read again for each: the one before took room, or made the vault grow.
        let Some(stored) = vaults::by_number(turn, vault_no)? else {
            break;
        };
        match begin_one(turn, &stored, checkpoint_id, target, plan) {
            Ok(()) => result
                .begun
                .push(json!({"id": target.id, "type": target.kind, "name": target.name})),
            Err(failure) => {
                let Some(refusal) = failure.refusal().cloned() else {
                    return Err(failure);
                };
                let skipped = SkippedResource {
                    id: target.id.clone(),
                    kind: target.kind.clone(),
                    name: target.name.clone(),
                    code: refusal.code.to_owned(),
                    reason: refusal.message.clone(),
                };
                result.skipped.push((skipped, refusal));
            }
        }
    }
    Ok(result)
}

/// Refuses while something else is done with the resource.
fn require_idle(turn: &Turn<'_>, subject: &Subject) -> Outcome<()> {
    let busy: Option<String> = turn
        .db
        .prepare_cached(
            "SELECT status FROM cbr_backups WHERE resource_id = ?1 AND image_type = 'backup'
                 AND status IN ('protecting', 'restoring') AND created_at >= ?2 LIMIT 1",
        )?
        // No backup and no restore takes as long; the window keeps the search short.
        .query_row(
            (&subject.id, turn.now.micros() - 4 * 86_400_000_000),
            |row| row.get(0),
        )
        .optional()?;
    let name = subject.name();
    match (busy.as_deref(), &subject.what) {
        (Some("protecting"), What::FileSystem(_)) => {
            let message = format!("File system {name} is being backed up already; wait for it.");
            Err(refusal("BackupService.7501", message).into())
        }
        (Some("protecting"), _) => {
            let message = format!("{name} is being backed up already; wait for it.");
            Err(refusal("BackupService.6203", message).into())
        }
        (Some(_), _) => {
            let message = format!("{name} is being restored; back it up afterwards.");
            Err(refusal("BackupService.6215", message).into())
        }
        (None, _) => Ok(()),
    }
}

/// The newest usable backup of a resource: when it was begun, and of which volumes.
fn last_backup(
    turn: &Turn<'_>,
    vault: i64,
    resource_id: &str,
) -> Outcome<Option<(i64, Vec<String>)>> {
    let found: Option<(i64, i64)> = turn
        .db
        .prepare_cached(
            "SELECT seq, created_at FROM cbr_backups INDEXED BY cbr_backups_of_resource
             WHERE resource_id = ?1 AND vault = ?2 AND status IN ('available', 'restoring') AND image_type = 'backup'
             ORDER BY created_at DESC, seq DESC LIMIT 1",
        )?
        .query_row((resource_id, vault), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((seq, at)) = found else {
        return Ok(None);
    };
    let volumes = turn
        .db
        .prepare_cached("SELECT volume_id FROM cbr_disks WHERE backup = ?1")?
        .query_map([seq], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(Some((at, volumes)))
}

fn begin_one(
    turn: &Turn<'_>,
    stored: &Stored,
    checkpoint_id: &str,
    target: &Target,
    plan: &Plan<'_>,
) -> Outcome<()> {
    let subject = subjects::find(
        turn,
        &stored.vault.project_id,
        &target.kind,
        &target.id,
        &target.excluded,
    )?;
    require_idle(turn, &subject)?;
    if let Some(unfit) = subject.unfit(stored.with_applications()).first() {
        return Err(subject.refused(unfit).into());
    }
    let base = if plan.incremental {
        last_backup(turn, stored.no, &subject.id)?
    } else {
        None
    };
    let since = base
        .as_ref()
        .map(|(at, _)| (turn.now.micros() - at) / 1_000_000);
    let disks: Vec<(Volume, i64)> = subject
        .disks()
        .into_iter()
        .map(|volume| {
            let known = base
                .as_ref()
                .is_some_and(|(_, volumes)| volumes.contains(&volume.id));
            let mb = numbers::disk_backup_mb(&volume.id, volume.size_gb, since.filter(|_| known));
            (volume, mb)
        })
        .collect();
    let size_mb = match &subject.what {
        What::Server(_) => disks.iter().map(|(_, mb)| mb).sum(),
        What::Volume(volume) => numbers::disk_backup_mb(&volume.id, volume.size_gb, since),
        What::FileSystem(files) => numbers::disk_backup_mb(&files.id, files.size_gb, since),
    };
    if !vaults::make_room(turn, stored, size_mb)? {
        let message = format!(
            "Vault {} has {} MB free, and the backup of {} takes {size_mb} MB; enlarge the vault.",
            stored.vault.name,
            (stored.capacity_mb() - stored.used_mb()).max(0),
            subject.name()
        );
        return Err(refusal("BackupService.6142", message).into());
    }
    write(
        turn,
        stored,
        checkpoint_id,
        &subject,
        &disks,
        size_mb,
        base.is_some(),
        plan,
    )
}

#[expect(clippy::too_many_arguments, reason = "one row has as many parts")]
fn write(
    turn: &Turn<'_>,
    stored: &Stored,
    checkpoint_id: &str,
    subject: &Subject,
    disks: &[(Volume, i64)],
    size_mb: i64,
    incremental: bool,
    plan: &Plan<'_>,
) -> Outcome<()> {
    let id = turn.new_id();
    let prefix = &stored.vault.backup_name_prefix;
    let name = match (plan.name, prefix.as_str()) {
        (Some(name), _) => name.to_owned(),
        (None, "") if plan.automatic => format!("autobk_{}", &id[..4]),
        (None, "") => format!("manualbk_{}", &id[..4]),
        (None, prefix) => format!("{prefix}_{}", &id[..4]),
    };
    let expires = match plan.policy {
        Some(policy) if plan.automatic => expiry(&policy.operation_definition, turn.now),
        _ if plan.retention_days > 0 => Some(turn.now.plus_seconds(plan.retention_days * 86_400)),
        _ => None,
    };
    let seconds = numbers::backup_seconds(size_mb);
    let now = turn.now.micros();
    let server = match &subject.what {
        What::Server(server) => Some(source(turn, stored.tenant, server)?.no()),
        _ => None,
    };
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_backups (id, project, vault, checkpoint_id, policy_id, name, description, status, automatic,
                 incremental, created_at, updated_at, protected_at, expires_at, busy_since, busy_until, size_mb,
                 resource_id, resource_kind, resource_name, resource_zone, resource_gb, source)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'protecting', ?8, ?9, ?10, ?10, ?10, ?11, ?10, ?12, ?13, ?14, ?15, ?16,
                 ?17, ?18, ?19)",
        )?
        .execute(params![
            id,
            stored.tenant,
            stored.no,
            checkpoint_id,
            plan.policy.map(|policy| &policy.id),
            name,
            plan.description,
            plan.automatic,
            incremental,
            now,
            expires.map(Timestamp::micros),
            now + seconds * 1_000_000,
            size_mb,
            subject.id,
            subject.kind,
            subject.name(),
            subject.zone(),
            subject.size_gb(),
            server,
        ])?;
    let seq = turn.db.last_insert_rowid();
    for (position, (volume, mb)) in (0i64..).zip(disks) {
        let system = matches!(&subject.what, What::Server(server) if server.is_system(&volume.id));
        turn.db
            .prepare_cached(
                "INSERT INTO cbr_disks (id, backup, position, volume_id, volume_name, size_gb, size_mb, system, encrypted)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                turn.new_id(),
                seq,
                position,
                volume.id,
                volume.name,
                volume.size_gb,
                mb,
                system,
                volume.encrypted
            ])?;
    }
    let applications = if stored.with_applications() { "1" } else { "0" };
    tasks::begin(
        turn,
        &tasks::Begin {
            operation_type: "backup",
            provider_id: ObjectType::of_kind(&subject.kind)
                .unwrap_or(stored.object)
                .provider_id(),
            policy_id: plan.policy.map(|policy| policy.id.as_str()),
            checkpoint_id,
            resource: (&subject.id, &subject.kind, subject.name()),
            backup_id: &id,
            seconds,
            extra: json!({"backup": {
                "backup_id": id,
                "backup_name": name,
                "incremental": incremental.to_string(),
                "app_consistency_status": applications,
                "app_consistency_error_code": "",
                "app_consistency_error_message": "",
            }}),
            operation: RUN,
            ..tasks::Begin::of_vault(stored)
        },
    )?;
    Ok(())
}

/// Writes the checkpoint of a run.
pub fn write_checkpoint(
    turn: &Turn<'_>,
    stored: &Stored,
    id: &str,
    plan: &Plan<'_>,
    run: &Begun,
) -> Outcome<()> {
    let skipped: Vec<_> = run.skipped.iter().map(|(skipped, _)| skipped).collect();
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_checkpoints (id, project, vault_id, vault_name, policy_id, status, name, description,
                 retention_days, created_at, resources, skipped)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            id,
            stored.tenant,
            stored.vault.id,
            stored.vault.name,
            plan.policy.map(|policy| &policy.id),
            if run.begun.is_empty() { "error" } else { "protecting" },
            plan.name.unwrap_or_default(),
            plan.description,
            plan.retention_days,
            turn.now.micros(),
            serde_json::to_string(&run.begun)?,
            serde_json::to_string(&skipped)?,
        ])?;
    Ok(())
}

/// What a vault backs up when nothing else is said; suspended resources only by hand.
pub fn targets(turn: &Turn<'_>, vault: i64, automatic: bool) -> Outcome<Vec<Target>> {
    let mut query = turn.db.prepare_cached(
        "SELECT kind, resource_id, name, excluded FROM cbr_resources WHERE vault = ?1 AND NOT (?2 AND suspended) ORDER BY no",
    )?;
    let mut rows = query.query((vault, automatic))?;
    let mut targets = Vec::new();
    while let Some(row) = rows.next()? {
        targets.push(Target {
            kind: row.get(0)?,
            id: row.get(1)?,
            name: row.get(2)?,
            excluded: serde_json::from_str(&row.get::<_, String>(3)?)?,
        });
    }
    Ok(targets)
}

/// A run that fell due (jobs): every vault the policy is applied to, at once or, with a start window, one
/// after the other: spread evenly over the window, the first at its beginning. A window that reaches
/// beyond the next run ends there.
pub fn scheduled(turn: &Turn<'_>, policy_no: i64) -> Outcome<()> {
    let Some(stored) = policies::by_number(turn, policy_no)? else {
        return Ok(());
    };
    if stored.policy.enabled != Some(true) {
        return Ok(());
    }
    policies::plan(turn, &stored)?;
    resources::bind_by_tags(turn, stored.tenant)?;
    let step = spread(turn, &stored)?;
    for (n, link) in (0..).zip(&stored.policy.associated_vaults) {
        let Some(vault) = vaults::anywhere(turn, &link.vault_id)? else {
            continue;
        };
        if stored.policy.operation_type == "backup" {
            if n * step > 0 {
                let begin = turn.now.plus_seconds(n * step);
                jobs::schedule(turn, jobs::Kind::CbrVaultRun, vault.no, begin, None)?;
            } else {
                run_vault(turn, &vault, &stored)?;
            }
        } else {
            replication::scheduled(turn, &vault, &stored, &link.destination_vault_id)?;
        }
    }
    Ok(())
}

/// Seconds between the beginnings of two vaults of a run.
fn spread(turn: &Turn<'_>, stored: &StoredPolicy) -> Outcome<i64> {
    let vaults = i64::try_from(stored.policy.associated_vaults.len()).unwrap_or(i64::MAX);
    let window = stored.policy.trigger.properties.start_window_minutes;
    let (Some(minutes), true) = (window, vaults > 1) else {
        return Ok(0);
    };
    let next: Option<i64> = turn
        .db
        .prepare_cached("SELECT due_at FROM jobs WHERE kind = 'cbr_run' AND subject = ?1")?
        .query_row([stored.no], |row| row.get(0))
        .optional()?;
    let until_next = next.map_or(i64::MAX, |at| (at - turn.now.micros()) / 1_000_000);
    Ok((minutes * 60).min(until_next) / vaults)
}

/// A vault's turn in a run with a start window (jobs), if the policy is still on and still the vault's.
pub fn turn_of_vault(turn: &Turn<'_>, vault_no: i64) -> Outcome<()> {
    let policy_no: Option<i64> = turn
        .db
        .prepare_cached(
            "SELECT policy FROM cbr_vault_policies WHERE vault = ?1 AND operation_type = 'backup'",
        )?
        .query_row([vault_no], |row| row.get(0))
        .optional()?;
    let (Some(vault), Some(policy_no)) = (vaults::by_number(turn, vault_no)?, policy_no) else {
        return Ok(());
    };
    match policies::by_number(turn, policy_no)? {
        Some(stored) if stored.policy.enabled == Some(true) => run_vault(turn, &vault, &stored),
        _ => Ok(()),
    }
}

fn run_vault(turn: &Turn<'_>, vault: &Stored, policy: &StoredPolicy) -> Outcome<()> {
    let of_vault = || tasks::Begin {
        policy_id: Some(&policy.policy.id),
        ..tasks::Begin::of_vault(vault)
    };
    if let Err(failure) = vault.require_usable("BackupService.6113") {
        return match failure.refusal() {
            Some(refused) => {
                tasks::note(turn, &of_vault(), "failed", refused.code, &refused.message).map(drop)
            }
            None => Err(failure),
        };
    }
    let busy: bool = turn
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM cbr_tasks WHERE status = 'running' AND vault_id = ?1
                 AND operation_type = 'backup' AND policy_id = ?2)",
        )?
        .query_row((&vault.vault.id, &policy.policy.id), |row| row.get(0))?;
    if busy {
        // The run before it is not done yet: this slot is left out, and a task says so.
        let message = "The run before it was still in progress.";
        return tasks::note(turn, &of_vault(), "skipped", "BackupService.6125", message).map(drop);
    }
    let targets = targets(turn, vault.no, true)?;
    if targets.is_empty() {
        return Ok(());
    }
    let interval = policy.policy.operation_definition.full_backup_interval;
    let full = policies::is_full_due(turn, vault.no, policy.no, interval)?;
    let plan = Plan {
        policy: Some(&policy.policy),
        automatic: true,
        name: None,
        description: "",
        incremental: !full,
        retention_days: -1,
    };
    let checkpoint_id = turn.new_id();
    let run = begin(turn, vault.no, &checkpoint_id, &targets, &plan)?;
    if !run.begun.is_empty() {
        policies::count_run(turn, vault.no, policy.no, &checkpoint_id)?;
    }
    write_checkpoint(turn, vault, &checkpoint_id, &plan, &run)?;
    for (skipped, refused) in &run.skipped {
        let task = tasks::Begin {
            checkpoint_id: &checkpoint_id,
            resource: (&skipped.id, &skipped.kind, &skipped.name),
            ..of_vault()
        };
        // What is busy will have its backup; anything else somebody has to look at.
        let status = match refused.code {
            "BackupService.6203" | "BackupService.6215" | "BackupService.7501" => "skipped",
            _ => "failed",
        };
        tasks::note(turn, &task, status, refused.code, &refused.message)?;
    }
    if run.begun.is_empty() {
        retention::clean(turn, policy)?;
    }
    Ok(())
}

//! Copies of backups in the other region, or in another project's vault (cbr-v3 4.8, 5.2, 5.3).

use contract::cbr::checkpoints::CheckpointReplicate;
use contract::cbr::replicate::{self, Destination, DestinationFacts, Looked, ReplicationRefusal};
use contract::cbr::retention::expiry;
use contract::cbr::rules::{LongText, ShortName};
use contract::cbr::sharing::BackupReplicate;
use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use serde_json::{Value, json};

use super::backups::{self, Stored};
use super::policies::Stored as StoredPolicy;
use super::runs::REGIONS;
use super::vaults::{self, Stored as StoredVault};
use super::{checkpoints, project_of, retention, tasks};
use crate::csbs::numbers;
use crate::refusal::{Failure, Outcome, Refusal};
use crate::turn::Turn;

/// The operation that copies one backup; policies and checkpoints count as it too.
pub const REPLICATE: &str = "cbr.backups.replicate";

/// How a copy is made.
struct Copy<'a> {
    name: Option<&'a str>,
    description: Option<&'a str>,
    automatic: bool,
    policy_id: Option<&'a str>,
    checkpoint_id: &'a str,
    expires: Option<Timestamp>,
}

/// What there is where copies are to go.
struct Receiver {
    regions: Vec<String>,
    project: Looked<()>,
    vault: Option<StoredVault>,
    replicas: usize,
}

impl Receiver {
    fn of(turn: &Turn<'_>, source_project: &str, wanted: &Destination<'_>) -> Outcome<Self> {
        let own = super::region_of(turn, source_project)?.unwrap_or_default();
        let regions = REGIONS.into_iter().filter(|region| *region != own);
        let project = match super::region_of(turn, wanted.project_id)? {
            Some(_) => Looked::Found(()),
            None => Looked::Missing,
        };
        let replicas: i64 = turn
            .db
            .prepare_cached(
                "SELECT count(*) FROM cbr_backups b JOIN tenants t ON t.no = b.project
                 WHERE t.project_id = ?1 AND b.image_type = 'replication'",
            )?
            .query_row([wanted.project_id], |row| row.get(0))?;
        Ok(Self {
            regions: regions.map(str::to_owned).collect(),
            project,
            vault: vaults::anywhere(turn, wanted.vault_id)?,
            replicas: usize::try_from(replicas).unwrap_or(usize::MAX),
        })
    }

    fn facts(&self) -> DestinationFacts<'_> {
        DestinationFacts {
            regions: &self.regions,
            project: self.project,
            vault: match &self.vault {
                Some(stored) => Looked::Found(&stored.vault),
                None => Looked::Missing,
            },
            replicas: Some(self.replicas),
        }
    }
}

fn refused(refusal: ReplicationRefusal) -> Failure {
    Refusal::from(refusal).into()
}

/// Begins to copy one backup; says the id of its record.
fn begin(
    turn: &Turn<'_>,
    source: &StoredVault,
    found: &Stored,
    wanted: &Destination<'_>,
    copy: &Copy<'_>,
) -> Outcome<String> {
    let backup = &found.backup;
    let receiver = Receiver::of(turn, &backup.project_id, wanted)?;
    if let Some(refusal) =
        replicate::refusal(backup, Some(found.size_mb), wanted, &receiver.facts())
    {
        return Err(refused(refusal));
    }
    let Some(target) = receiver.vault else {
        let missing = ReplicationRefusal::NoVault(wanted.vault_id.to_owned());
        return Err(refused(missing));
    };
    // It was checked that there is room, or can be.
    vaults::make_room(turn, &target, found.size_mb)?;
    let (id, replica, checkpoint) = (turn.new_id(), turn.new_id(), copy.checkpoint_id.to_owned());
    let region = super::region_of(turn, &backup.project_id)?.unwrap_or_default();
    let seconds = numbers::backup_seconds(found.size_mb);
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_replications (id, backup_id, project, status, automatic, created_at, busy_until, source_region,
                 checkpoint_id, vault_id, destination_region, destination, destination_vault_id, destination_backup_id,
                 destination_checkpoint_id)
             VALUES (?1, ?2, ?3, 'replicating', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            id,
            backup.id,
            found.tenant,
            copy.automatic,
            turn.now.micros(),
            turn.now.plus_seconds(seconds).micros(),
            region,
            backup.checkpoint_id,
            source.vault.id,
            wanted.region,
            target.tenant,
            wanted.vault_id,
            replica,
            checkpoint,
        ])?;
    write_replica(turn, found, &target, &replica, copy)?;
    let resource = json!({"id": backup.resource_id, "type": backup.resource_type, "name": backup.resource_name});
    checkpoints::note(turn, &checkpoint, &target, "protecting", &resource)?;
    tasks::begin(
        turn,
        &tasks::Begin {
            operation_type: "replication",
            policy_id: copy.policy_id,
            checkpoint_id: &backup.checkpoint_id,
            resource: (
                &backup.resource_id,
                &backup.resource_type,
                &backup.resource_name,
            ),
            backup_id: &backup.id,
            destination: (wanted.region, wanted.project_id),
            seconds,
            extra: json!({"replication": {
                "replication_record_id": id,
                "source_region": region,
                "source_project_id": backup.project_id,
                "source_backup_id": backup.id,
                "source_backup_name": backup.name,
                "source_checkpoint_id": backup.checkpoint_id,
                "destination_region": wanted.region,
                "destination_project_id": wanted.project_id,
                "destination_backup_id": replica,
                "destination_backup_name": copy.name.unwrap_or(&backup.name),
                "destination_checkpoint_id": checkpoint,
            }}),
            operation: REPLICATE,
            ..tasks::Begin::of_vault(source)
        },
    )?;
    Ok(id)
}

/// The copy, being written: a backup of its own with disks of its own.
fn write_replica(
    turn: &Turn<'_>,
    found: &Stored,
    target: &StoredVault,
    id: &str,
    copy: &Copy<'_>,
) -> Outcome<()> {
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_backups (id, project, vault, checkpoint_id, name, description, status, automatic, incremental,
                 image_type, created_at, updated_at, protected_at, size_mb, resource_id, resource_kind, resource_name,
                 resource_zone, resource_gb, source, expires_at, policy_id)
             SELECT ?2, ?3, ?4, ?5, coalesce(?6, name), coalesce(?7, description), 'protecting', ?8, incremental,
                 'replication', ?9, ?9, protected_at, size_mb, resource_id, resource_kind, resource_name, resource_zone,
                 resource_gb, source, ?10, ?11
             FROM cbr_backups WHERE seq = ?1",
        )?
        .execute(params![
            found.seq,
            id,
            target.tenant,
            target.no,
            copy.checkpoint_id,
            copy.name,
            copy.description,
            copy.automatic,
            turn.now.micros(),
            copy.expires.map(Timestamp::micros),
            copy.policy_id,
        ])?;
    let seq = turn.db.last_insert_rowid();
    let disks: Vec<String> = turn
        .db
        .prepare_cached("SELECT id FROM cbr_disks WHERE backup = ?1 ORDER BY position")?
        .query_map([found.seq], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for disk in disks {
        turn.db
            .prepare_cached(
                "INSERT INTO cbr_disks (id, backup, position, volume_id, volume_name, size_gb, size_mb, system, encrypted)
                 SELECT ?2, ?3, position, volume_id, volume_name, size_gb, size_mb, system, encrypted
                 FROM cbr_disks WHERE id = ?1",
            )?
            .execute((disk, turn.new_id(), seq))?;
    }
    Ok(())
}

/// The end of a replication (tasks): the copy can be used, or is gone.
pub fn finish(turn: &Turn<'_>, task: &tasks::Ending, fail_code: Option<&str>) -> Outcome<()> {
    let record = task.extra["replication"]["replication_record_id"]
        .as_str()
        .unwrap_or_default();
    let replica = task.extra["replication"]["destination_backup_id"]
        .as_str()
        .unwrap_or_default();
    let now = turn.now.micros();
    turn.db
        .prepare_cached("UPDATE cbr_replications SET status = ?2, fail_code = ?3, fail_reason = ?4 WHERE id = ?1")?
        .execute((
            record,
            if fail_code.is_some() { "fail" } else { "success" },
            fail_code.unwrap_or_default(),
            fail_code.map_or(String::new(), tasks::reason),
        ))?;
    match fail_code {
        None => turn
            .db
            .prepare_cached(
                "UPDATE cbr_backups SET status = 'available', updated_at = ?2 WHERE id = ?1",
            )?
            .execute((replica, now))?,
        Some(_) => turn
            .db
            .prepare_cached("DELETE FROM cbr_backups WHERE id = ?1")?
            .execute([replica])?,
    };
    let checkpoint = task.extra["replication"]["destination_checkpoint_id"]
        .as_str()
        .unwrap_or_default();
    turn.db
        .prepare_cached(
            "UPDATE cbr_checkpoints SET status = 'available' WHERE id = ?1 AND NOT EXISTS (
                 SELECT 1 FROM cbr_backups WHERE checkpoint_id = ?1 AND status = 'protecting')",
        )?
        .execute([checkpoint])?;
    // The run is over when the last of its copies is; then what the policy does not keep goes.
    let policy: Option<Option<String>> = turn
        .db
        .prepare_cached(
            "SELECT max(policy_id) FROM cbr_backups WHERE checkpoint_id = ?1
             HAVING max(status = 'protecting') = 0",
        )?
        .query_row([checkpoint], |row| row.get(0))
        .optional()?;
    match policy.flatten() {
        Some(policy) => retention::after_run(turn, &policy),
        None => Ok(()),
    }
}

fn answer(source: &StoredVault, region: &str, wanted: &Destination<'_>) -> Value {
    json!({
        "source_region": region,
        "project_id": source.vault.project_id,
        "provider_id": source.object.provider_id(),
        "destination_project_id": wanted.project_id,
        "destination_region": wanted.region,
        "destination_vault_id": wanted.vault_id,
    })
}

/// Copies one backup (29).
pub fn copy_backup(
    turn: &Turn<'_>,
    project_id: &str,
    backup_id: &str,
    wanted: &BackupReplicate,
) -> Outcome<Value> {
    let found = backups::stored(turn, project_id, backup_id)?;
    let Some(source) = vaults::by_number(turn, found.vault)? else {
        return Err(backups::unknown(backup_id).into());
    };
    let destination = Destination {
        region: &wanted.destination_region,
        project_id: &wanted.destination_project_id,
        vault_id: &wanted.destination_vault_id,
    };
    let checkpoint_id = turn.new_id();
    let copy = Copy {
        name: wanted.name.as_ref().map(ShortName::as_str),
        description: wanted.description.as_ref().map(LongText::as_str),
        automatic: false,
        policy_id: None,
        checkpoint_id: &checkpoint_id,
        expires: None,
    };
    let record = begin(turn, &source, &found, &destination, &copy)?;
    let region = super::region_of(turn, project_id)?.unwrap_or_default();
    let mut answer = answer(&source, &region, &destination);
    answer["backup_id"] = json!(backup_id);
    answer["replication_record_id"] = json!(record);
    Ok(answer)
}

/// Backups of a vault that have no copy in another one yet, oldest first.
fn without_copy(turn: &Turn<'_>, source: &StoredVault, vault_id: &str) -> Outcome<Vec<String>> {
    let ids = turn
        .db
        .prepare_cached(
            "SELECT b.id FROM cbr_backups b WHERE b.vault = ?1 AND b.status = 'available' AND b.image_type = 'backup'
                 AND NOT EXISTS (SELECT 1 FROM cbr_replications r WHERE r.backup_id = b.id
                     AND r.destination_vault_id = ?2 AND r.status IN ('replicating', 'success'))
             ORDER BY b.created_at, b.seq",
        )?
        .query_map((source.no, vault_id), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Copies what a vault holds and the destination does not (22).
pub fn copy_vault(
    turn: &Turn<'_>,
    project_id: &str,
    wanted: &CheckpointReplicate,
) -> Outcome<Value> {
    let source = vaults::stored(turn, project_id, &wanted.vault_id)?;
    if let Some(refusal) = replicate::vault_refusal(&source.vault) {
        return Err(refused(refusal));
    }
    let destination = Destination {
        region: &wanted.destination_region,
        project_id: &wanted.destination_project_id,
        vault_id: &wanted.destination_vault_id,
    };
    let receiver = Receiver::of(turn, project_id, &destination)?;
    if let Some(refusal) = replicate::destination_refusal(&destination, &receiver.facts()) {
        return Err(refused(refusal));
    }
    if tasks::running(turn, &source.vault.id, &["replication"])? > 0 {
        return Err(refused(ReplicationRefusal::Running(
            source.vault.name.clone(),
        )));
    }
    let checkpoint_id = turn.new_id();
    let copy = Copy {
        name: None,
        description: None,
        automatic: wanted.auto_trigger.unwrap_or(false),
        policy_id: None,
        checkpoint_id: &checkpoint_id,
        expires: None,
    };
    let mut begun = Vec::new();
    for id in without_copy(turn, &source, destination.vault_id)? {
        let found = backups::stored(turn, project_id, &id)?;
        let record = begin(turn, &source, &found, &destination, &copy)?;
        begun.push(json!({"backup_id": id, "replication_record_id": record}));
    }
    if begun.is_empty() {
        return Err(refused(ReplicationRefusal::NothingToCopy(
            source.vault.name.clone(),
        )));
    }
    let region = super::region_of(turn, project_id)?.unwrap_or_default();
    let mut answer = answer(&source, &region, &destination);
    answer["vault_id"] = json!(source.vault.id);
    answer["backups"] = json!(begun);
    Ok(answer)
}

/// A run of a replication policy (jobs); what cannot be copied leaves a task that says why.
pub fn scheduled(
    turn: &Turn<'_>,
    source: &StoredVault,
    policy: &StoredPolicy,
    vault_id: &str,
) -> Outcome<()> {
    let definition = &policy.policy.operation_definition;
    let destination = Destination {
        region: &definition.destination_region,
        project_id: &definition.destination_project_id,
        vault_id,
    };
    let project_id = project_of(turn, source.tenant)?;
    let checkpoint_id = turn.new_id();
    let copy = Copy {
        name: None,
        description: None,
        automatic: true,
        policy_id: Some(&policy.policy.id),
        checkpoint_id: &checkpoint_id,
        expires: expiry(definition, turn.now),
    };
    for id in without_copy(turn, source, vault_id)? {
        let found = backups::stored(turn, &project_id, &id)?;
        let Err(failure) = begin(turn, source, &found, &destination, &copy) else {
            continue;
        };
        let Some(refused) = failure.refusal() else {
            return Err(failure);
        };
        let task = tasks::Begin {
            operation_type: "replication",
            policy_id: Some(&policy.policy.id),
            resource: (
                &found.backup.resource_id,
                &found.backup.resource_type,
                &found.backup.resource_name,
            ),
            backup_id: &id,
            destination: (destination.region, destination.project_id),
            ..tasks::Begin::of_vault(source)
        };
        tasks::note(turn, &task, "failed", refused.code, &refused.message)?;
        // The reason is the same for all that follow: the destination.
        break;
    }
    Ok(())
}

//! A plan carried out.

use std::collections::HashMap;

use contract::cbr::Tag;
use contract::cbr::policies::Definition;
use contract::cbr::retention::expiry;
use contract::cbr::vaults::{BillingCreate, VaultCreate};
use contract::migration::{Plan, PlannedVault};
use contract::time::Timestamp;
use rusqlite::params;
use serde_json::{Value, json};

use crate::cbr::{associations, checkpoints, policies, vaults};
use crate::csbs::backups::{Disk, SourceVolume};
use crate::iam::Authenticated;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Makes the policies and vaults of a plan, and moves the backups.
pub(super) fn carry_out(turn: &Turn<'_>, who: &Authenticated, plan: &Plan) -> Outcome<()> {
    let project_id = &who.project.id;
    let mut made: HashMap<&str, (String, &Definition)> = HashMap::new();
    for planned in &plan.policies {
        let policy = policies::create(turn, project_id, &planned.create)?;
        let definition = &planned.create.operation_definition;
        made.insert(&planned.from.id, (policy.id, definition));
    }
    for planned in &plan.vaults {
        let vault = vaults::create(turn, who, &request(planned))?;
        let stored = vaults::stored(turn, project_id, &vault.id)?;
        let policy = plan.policy_of(planned);
        let policy = policy.and_then(|policy| made.get(policy.from.id.as_str()));
        if let Some((id, _)) = policy {
            let policy = policies::stored(turn, project_id, id)?;
            associations::apply(turn, &stored, &policy, None)?;
        }
        for backup in &planned.backups {
            move_backup(turn, backup, &stored, policy)?;
        }
    }
    Ok(())
}

fn request(planned: &PlannedVault) -> VaultCreate {
    let tags = planned.tags.iter().map(|tag| Tag {
        key: tag.key.clone(),
        value: tag.value.clone(),
    });
    VaultCreate {
        name: planned.name.clone(),
        billing: BillingCreate {
            consistent_level: "crash_consistent".to_owned(),
            object_type: "server".to_owned(),
            protect_type: planned.protect_type().to_owned(),
            size: planned.size.gb,
            cloud_type: None,
            charging_mode: None,
            is_multi_az: None,
        },
        resources: planned.servers.clone(),
        description: None,
        backup_policy_id: None,
        tags: Some(tags.collect()),
        enterprise_project_id: None,
        auto_bind: None,
        bind_rules: None,
        auto_expand: None,
        smn_notify: None,
        threshold: None,
        locked: None,
        availability_zone: None,
        backup_name_prefix: None,
        demand_billing: None,
    }
}

/// Moves one backup into a vault. One that a policy with an age made gets the end it would have had.
fn move_backup(
    turn: &Turn<'_>,
    id: &str,
    vault: &vaults::Stored,
    policy: Option<&(String, &Definition)>,
) -> Outcome<()> {
    let (seq, disks, volumes, checkpoint, resource, automatic, at): (
        i64,
        String,
        String,
        String,
        Value,
        bool,
        i64,
    ) = turn
        .db
        .prepare_cached(
            "SELECT b.seq, b.disks, s.volumes, b.checkpoint_id, s.server_id, s.kind, s.name, b.automatic, b.created_at
             FROM backups b JOIN sources s ON s.no = b.source WHERE b.id = ?1",
        )?
        .query_row([id], |row| {
            let resource = json!({
                "id": row.get::<_, String>(4)?,
                "type": row.get::<_, String>(5)?,
                "name": row.get::<_, String>(6)?,
            });
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                resource,
                row.get(7)?,
                row.get(8)?,
            ))
        })?;
    checkpoints::note(turn, &checkpoint, vault, "available", &resource)?;
    let disks: Vec<Disk> = serde_json::from_str(&disks)?;
    let volumes: Vec<SourceVolume> = serde_json::from_str(&volumes)?;
    let gb: i64 = volumes.iter().map(|volume| volume.2).sum();
    let ends = policy
        .filter(|_| automatic)
        .and_then(|(_, definition)| expiry(definition, Timestamp::from_micros(at)))
        .map(Timestamp::micros);
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_backups (id, project, vault, checkpoint_id, policy_id, name, description, status, automatic,
                 incremental, created_at, updated_at, protected_at, size_mb, resource_id, resource_kind, resource_name,
                 resource_zone, resource_gb, source, expires_at, image_id)
             SELECT b.id, b.project, ?2, b.checkpoint_id, ?3, substr(b.name, 1, 64), b.description, b.status,
                 b.automatic, b.incremental, b.created_at, ?4, b.protected_at, b.size_mb, s.server_id, s.kind, s.name,
                 s.zone, ?5, b.source, ?6, b.image_id
             FROM backups b JOIN sources s ON s.no = b.source WHERE b.seq = ?1",
        )?
        .execute((
            seq,
            vault.no,
            policy.map(|(id, _)| id),
            turn.now.micros(),
            gb,
            ends,
        ))?;
    let new = turn.db.last_insert_rowid();
    for (position, ((id, mb), (volume_id, name, gb, system))) in
        (0i64..).zip(disks.into_iter().zip(volumes))
    {
        turn.db
            .prepare_cached(
                "INSERT INTO cbr_disks (id, backup, position, volume_id, volume_name, size_gb, size_mb, system)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![id, new, position, volume_id, name, gb, mb, system])?;
    }
    crate::csbs::retention::remove(turn, seq)
}

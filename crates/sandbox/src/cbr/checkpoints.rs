//! Backing up a vault now, and looking at backups that were made together (cbr-v3 5.2, 20 and 21).

use contract::cbr::checkpoints::{
    Checkpoint, CheckpointCreate, CheckpointExtra, CheckpointResource, CheckpointVault,
};
use contract::cbr::rules::{LongText, MAX_MANUAL_DAYS, MAX_RESOURCES, ShortName, within};
use contract::rules::Broken;
use contract::time::Timestamp;
use rusqlite::OptionalExtension as _;
use serde_json::Value;

use super::runs::{self, Plan, Target};
use super::vaults::{self, Stored};
use super::{invalid, refusal, tasks};
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// Backs up a vault, or some of its resources (20).
pub fn create(turn: &Turn<'_>, project_id: &str, wanted: &CheckpointCreate) -> Outcome<Checkpoint> {
    let stored = vaults::stored(turn, project_id, &wanted.vault_id)?;
    let parameters = wanted.parameters.clone().unwrap_or_default();
    let automatic = parameters.auto_trigger.unwrap_or(false);
    let retention_days = match parameters.retention_duration_days {
        None | Some(-1) => -1,
        Some(_) if automatic => {
            let field = "checkpoint.parameters.retention_duration_days";
            return Err(invalid(field, "does not go with auto_trigger").into());
        }
        Some(days) => within(days, (1, MAX_MANUAL_DAYS))
            .map_err(|rule| invalid("checkpoint.parameters.retention_duration_days", rule))?,
    };
    require_backups(turn, &stored)?;
    let all = runs::targets(turn, stored.no, automatic)?;
    let targets = choose(&stored, all, &parameters)?;
    if targets.is_empty() {
        let message = format!(
            "Vault {} holds nothing to back up; add resources first.",
            stored.vault.name
        );
        return Err(refusal("BackupService.0001", message).into());
    }
    let plan = Plan {
        policy: None,
        automatic,
        name: parameters.name.as_ref().map(ShortName::as_str),
        description: parameters.description.as_ref().map_or("", LongText::as_str),
        incremental: parameters.incremental.unwrap_or(true),
        retention_days,
    };
    let id = turn.new_id();
    let run = runs::begin(turn, stored.no, &id, &targets, &plan)?;
    if run.begun.is_empty() {
        return Err(refused(
            &stored,
            run.skipped
                .into_iter()
                .map(|(_, refused)| refused)
                .collect(),
        )
        .into());
    }
    runs::write_checkpoint(turn, &stored, &id, &plan, &run)?;
    show(turn, project_id, &id)
}

/// Whether the vault takes backups at all, and now.
fn require_backups(turn: &Turn<'_>, stored: &Stored) -> Outcome<()> {
    let name = &stored.vault.name;
    if stored.vault.billing.protect_type == "hybrid" {
        let message = format!("Vault {name} is a hybrid one: its backups are imported, not made.");
        return Err(refusal("BackupService.6128", message).into());
    }
    if stored.for_replicas() {
        let message = format!("Vault {name} takes replicas only, no backups.");
        return Err(refusal("BackupService.6124", message).into());
    }
    if matches!(stored.vault.billing.object_type.as_str(), "rds" | "file") {
        let message = format!("Vault {name} does not take backups of servers.");
        return Err(refusal("BackupService.6126", message).into());
    }
    stored.require_usable("BackupService.6113")?;
    if stored.used_mb() >= stored.capacity_mb() && !stored.expands() {
        let message = format!(
            "The backups in vault {name} take {} MB of {} MB; enlarge it or delete backups.",
            stored.used_mb(),
            stored.capacity_mb()
        );
        return Err(refusal("BackupService.6114", message).into());
    }
    if tasks::running(turn, &stored.vault.id, &["remove_resource", "vault_delete"])? > 0 {
        let message =
            format!("Resources are being taken out of vault {name}; back it up afterwards.");
        return Err(refusal("BackupService.6125", message).into());
    }
    Ok(())
}

fn choose(
    stored: &Stored,
    all: Vec<Target>,
    parameters: &contract::cbr::checkpoints::CheckpointParameters,
) -> Outcome<Vec<Target>> {
    let mut chosen: Vec<(String, Option<Vec<String>>)> = Vec::new();
    for id in parameters.resources.iter().flatten() {
        chosen.push((id.clone(), None));
    }
    for detail in parameters.resource_details.iter().flatten() {
        let left_out = detail
            .extra_info
            .as_ref()
            .and_then(|extra| extra.exclude_volumes.clone());
        match chosen.iter_mut().find(|(id, _)| *id == detail.id) {
            Some(known) => known.1 = left_out,
            None => chosen.push((detail.id.clone(), left_out)),
        }
    }
    if chosen.len() > MAX_RESOURCES {
        let rule = Broken::TooMany {
            count: chosen.len(),
            limit: MAX_RESOURCES,
            what: "resources",
        };
        return Err(invalid("checkpoint.parameters.resources", rule).into());
    }
    if chosen.is_empty() {
        return Ok(all);
    }
    if let Some((stranger, _)) = chosen.iter().find(|(id, _)| {
        stored
            .vault
            .resources
            .iter()
            .all(|resource| resource.id != *id)
    }) {
        let message = format!("{stranger} is not in vault {}.", stored.vault.name);
        return Err(refusal("BackupService.6135", message).into());
    }
    let mut targets = Vec::new();
    for target in all {
        if let Some((_, left_out)) = chosen.iter().find(|(id, _)| *id == target.id) {
            let excluded = left_out.clone().unwrap_or(target.excluded);
            targets.push(Target { excluded, ..target });
        }
    }
    Ok(targets)
}

/// Nothing could be begun: the reason all share, or that they have different ones.
fn refused(stored: &Stored, refusals: Vec<Refusal>) -> Refusal {
    let name = &stored.vault.name;
    let count = refusals.len();
    let all = |code: &str| refusals.iter().all(|refusal| refusal.code == code);
    let Some(first) = refusals.first() else {
        return refusal(
            "BackupService.0001",
            format!("Vault {name} holds nothing to back up."),
        );
    };
    if count == 1 || all("BackupService.6142") {
        return first.clone();
    }
    if all("BackupService.6203") {
        let message = format!("All {count} resources are being backed up already.");
        return refusal("BackupService.0002", message);
    }
    if all(first.code) {
        return first.clone();
    }
    let message = format!(
        "None of the {count} resources can be backed up now. {}",
        first.message
    );
    refusal("BackupService.0001", message)
}

/// One checkpoint (21).
pub fn show(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Checkpoint> {
    let tenant = turn.tenant(project_id)?;
    let found = turn
        .db
        .prepare_cached(
            "SELECT vault_id, vault_name, status, name, description, retention_days, created_at, resources, skipped
             FROM cbr_checkpoints WHERE id = ?1 AND project = ?2",
        )?
        .query_row((id, tenant), |row| {
            let texts: (String, String) = (row.get(7)?, row.get(8)?);
            let checkpoint = Checkpoint {
                id: id.to_owned(),
                project_id: project_id.to_owned(),
                status: row.get(2)?,
                created_at: Some(Timestamp::from_micros(row.get(6)?)),
                vault: CheckpointVault {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    ..CheckpointVault::default()
                },
                extra_info: CheckpointExtra {
                    name: row.get(3)?,
                    description: row.get(4)?,
                    retention_duration: Some(row.get(5)?),
                },
            };
            Ok((checkpoint, texts))
        })
        .optional()?;
    let Some((mut checkpoint, (resources, skipped))) = found else {
        return Err(refusal(
            "BackupService.6217",
            format!("There is no restore point {id}."),
        )
        .into());
    };
    checkpoint.vault.skipped_resources = serde_json::from_str(&skipped)?;
    for resource in serde_json::from_str::<Vec<Value>>(&resources)? {
        let text = |name: &str| resource[name].as_str().unwrap_or_default().to_owned();
        checkpoint.vault.resources.push(resource_of(
            turn,
            id,
            text("id"),
            text("type"),
            text("name"),
        )?);
    }
    Ok(checkpoint)
}

fn resource_of(
    turn: &Turn<'_>,
    checkpoint_id: &str,
    id: String,
    kind: String,
    name: String,
) -> Outcome<CheckpointResource> {
    let (gb, status): (i64, String) = turn
        .db
        .prepare_cached("SELECT resource_gb, status FROM cbr_backups WHERE checkpoint_id = ?1 AND resource_id = ?2")?
        .query_row((checkpoint_id, &id), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .unwrap_or((0, "available".to_owned()));
    let (count, mb): (i64, i64) = turn
        .db
        .prepare_cached("SELECT backups, backups_mb FROM cbr_resources WHERE resource_id = ?1")?
        .query_row([&id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .unwrap_or((0, 0));
    Ok(CheckpointResource {
        id,
        kind,
        name,
        protect_status: match status.as_str() {
            "protecting" | "restoring" | "error" => status,
            _ => "available".to_owned(),
        },
        resource_size: Some(gb),
        backup_size: Some(mb),
        backup_count: Some(count),
        extra_info: "{}".to_owned(),
    })
}

/// Notes a resource in a checkpoint that backups were copied or moved into, and the checkpoint with its first.
pub fn note(
    turn: &Turn<'_>,
    id: &str,
    vault: &Stored,
    status: &str,
    resource: &Value,
) -> Outcome<()> {
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_checkpoints (id, project, vault_id, vault_name, status, created_at, resources, skipped)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, json_array(json(?7)), '[]')
             ON CONFLICT (id) DO UPDATE SET resources = json_insert(resources, '$[#]', json(?7))",
        )?
        .execute((
            id,
            vault.tenant,
            &vault.vault.id,
            &vault.vault.name,
            status,
            turn.now.micros(),
            resource.to_string(),
        ))?;
    Ok(())
}

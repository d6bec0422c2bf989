//! Policies applied to vaults: one for backups and one for replication each (cbr-v3 5.1, 10 and 11).

use contract::cbr::vaults::{Association, PolicyAssociate};
use rusqlite::OptionalExtension as _;

use super::vaults::{self, Stored};
use super::{invalid, policies, refusal};
use crate::refusal::Outcome;
use crate::turn::Turn;

/// A policy applied to a vault.
pub struct Link {
    pub policy_id: String,
    pub operation_type: String,
    pub destination_vault_id: String,
}

/// Policies of a vault.
pub fn of_vault(turn: &Turn<'_>, vault: i64) -> Outcome<Vec<Link>> {
    let mut query = turn.db.prepare_cached(
        "SELECT p.id, l.operation_type, l.destination_vault_id FROM cbr_vault_policies l
         JOIN cbr_policies p ON p.no = l.policy WHERE l.vault = ?1 ORDER BY l.operation_type",
    )?;
    let links = query
        .query_map([vault], |row| {
            Ok(Link {
                policy_id: row.get(0)?,
                operation_type: row.get(1)?,
                destination_vault_id: row.get(2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(links)
}

/// Applies policies to a vault (10); one of the same kind is replaced, and doing it again changes nothing.
pub fn associate(
    turn: &Turn<'_>,
    project_id: &str,
    vault_id: &str,
    wanted: &PolicyAssociate,
) -> Outcome<Association> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    let ids = match (&wanted.policy_id, &wanted.add_policy_ids) {
        (Some(id), None) => vec![id.clone()],
        (None, Some(ids)) if (1..=10).contains(&ids.len()) => ids.clone(),
        (None, Some(ids)) => {
            let rule = format!("has {} ids; 1 to 10 are allowed", ids.len());
            return Err(invalid("add_policy_ids", rule).into());
        }
        _ => {
            return Err(invalid(
                "policy_id",
                "send exactly one of policy_id and add_policy_ids",
            )
            .into());
        }
    };
    let destination = wanted
        .destination_vault_id
        .as_deref()
        .filter(|id| !id.is_empty());
    let mut kinds: Vec<String> = Vec::new();
    for id in &ids {
        let kind = apply(turn, &stored, id, destination)?;
        if kinds.contains(&kind) {
            let rule = format!("two of them are {kind} policies; a vault has one of each kind");
            return Err(invalid("add_policy_ids", rule).into());
        }
        kinds.push(kind);
    }
    Ok(Association {
        vault_id: stored.vault.id,
        policy_id: ids.into_iter().next().unwrap_or_default(),
        destination_vault_id: destination.unwrap_or_default().to_owned(),
    })
}

/// Applies one policy; says of which kind it is.
pub fn apply(
    turn: &Turn<'_>,
    stored: &Stored,
    policy_id: &str,
    destination: Option<&str>,
) -> Outcome<String> {
    let policy = policies::stored(turn, &stored.vault.project_id, policy_id)?;
    let kind = policy.policy.operation_type.clone();
    let vault = &stored.vault.name;
    if stored.vault.billing.protect_type == "hybrid" && kind == "backup" {
        let message = format!("Vault {vault} is a hybrid one and takes no backup policy.");
        return Err(refusal("BackupService.6136", message).into());
    }
    if stored.for_replicas() {
        let message = format!("Vault {vault} takes replicas only; no policy can be applied to it.");
        return Err(refusal("BackupService.6127", message).into());
    }
    if kind == "replication" {
        check_destination(turn, stored, &policy, destination)?;
    }
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_vault_policies (vault, operation_type, policy, destination_vault_id) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (vault, operation_type) DO UPDATE SET
                 runs = iif(policy = excluded.policy, runs, 0), policy = excluded.policy,
                 destination_vault_id = excluded.destination_vault_id",
        )?
        .execute((
            stored.no,
            &kind,
            policy.no,
            if kind == "replication" { destination.unwrap_or_default() } else { "" },
        ))?;
    Ok(kind)
}

fn check_destination(
    turn: &Turn<'_>,
    stored: &Stored,
    policy: &policies::Stored,
    destination: Option<&str>,
) -> Outcome<()> {
    let Some(id) = destination else {
        return Err(invalid("destination_vault_id", "is needed for a replication policy").into());
    };
    let definition = &policy.policy.operation_definition;
    if stored.object != contract::cbr::rules::ObjectType::Server {
        let message = format!(
            "Vault {} does not hold servers; only their backups are replicated.",
            stored.vault.name
        );
        return Err(refusal("BackupService.6127", message).into());
    }
    let Some(target) = vaults::anywhere(turn, id)? else {
        return Err(refusal("BackupService.6120", format!("There is no vault {id}.")).into());
    };
    if target.vault.project_id != definition.destination_project_id {
        let message = format!(
            "Vault {id} is not in project {}, where the policy replicates to.",
            definition.destination_project_id
        );
        return Err(refusal("BackupService.6118", message).into());
    }
    if !target.for_replicas() {
        let message = format!("Vault {} is not for replicas.", target.vault.name);
        return Err(refusal("BackupService.6119", message).into());
    }
    Ok(())
}

/// Takes a policy off a vault (11).
pub fn dissociate(
    turn: &Turn<'_>,
    project_id: &str,
    vault_id: &str,
    policy_id: &str,
) -> Outcome<Association> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    let policy = policies::stored(turn, project_id, policy_id)?;
    let found: Option<String> = turn
        .db
        .prepare_cached(
            "SELECT destination_vault_id FROM cbr_vault_policies WHERE vault = ?1 AND policy = ?2",
        )?
        .query_row((stored.no, policy.no), |row| row.get(0))
        .optional()?;
    let Some(destination_vault_id) = found else {
        let message = format!(
            "Policy {} is not applied to vault {}.",
            policy.policy.name, stored.vault.name
        );
        return Err(refusal("BackupService.6002", message).into());
    };
    turn.db
        .prepare_cached("DELETE FROM cbr_vault_policies WHERE vault = ?1 AND policy = ?2")?
        .execute((stored.no, policy.no))?;
    Ok(Association {
        vault_id: stored.vault.id,
        policy_id: policy.policy.id,
        destination_vault_id,
    })
}

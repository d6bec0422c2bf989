//! Policies applied to vaults: one for backups and one for replication each (cbr-v3 5.1, 10 and 11).

use contract::cbr::vaults::{Association, PolicyAssociate};
use contract::vault::{
    AssociateFacts, VaultPolicy, associate_refusals, dissociate_refusals, policy_ids,
};
use rusqlite::OptionalExtension as _;

use super::policies;
use super::vaults::{self, Stored, facts};
use crate::refusal::{Outcome, Refusal};
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
    let ids = policy_ids(wanted).map_err(Refusal::from)?;
    let destination = wanted
        .destination_vault_id
        .as_deref()
        .filter(|id| !id.is_empty());
    let target = match destination {
        Some(id) => vaults::anywhere(turn, id)?,
        None => None,
    };
    let mut known = Vec::with_capacity(ids.len());
    for id in &ids {
        known.push(facts::policy(turn, project_id, id)?);
    }
    let policies: Vec<_> = ids
        .iter()
        .zip(&known)
        .map(|(id, policy)| (id.as_str(), policy.as_ref().map(VaultPolicy::facts)))
        .collect();
    let target = target.as_ref().map(facts::of);
    let applying = AssociateFacts {
        vault: Some(&facts::of(&stored)),
        policies: &policies,
        target: target.as_ref(),
    };
    facts::refuse(associate_refusals(vault_id, destination, &applying))?;
    for id in &ids {
        let policy = policies::stored(turn, project_id, id)?;
        apply(turn, &stored, &policy, destination)?;
    }
    Ok(Association {
        vault_id: stored.vault.id,
        policy_id: ids.into_iter().next().unwrap_or_default(),
        destination_vault_id: destination.unwrap_or_default().to_owned(),
    })
}

/// Applies one policy; whoever calls has checked it.
pub fn apply(
    turn: &Turn<'_>,
    stored: &Stored,
    policy: &policies::Stored,
    destination: Option<&str>,
) -> Outcome<()> {
    let kind = &policy.policy.operation_type;
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_vault_policies (vault, operation_type, policy, destination_vault_id) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (vault, operation_type) DO UPDATE SET
                 runs = iif(policy = excluded.policy, runs, 0), policy = excluded.policy,
                 destination_vault_id = excluded.destination_vault_id",
        )?
        .execute((
            stored.no,
            kind,
            policy.no,
            if kind == "replication" { destination.unwrap_or_default() } else { "" },
        ))?;
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
    facts::refuse(dissociate_refusals(
        vault_id,
        policy_id,
        Some(&facts::of(&stored)),
        Some(&policy.policy.name),
        found.is_some(),
    ))?;
    turn.db
        .prepare_cached("DELETE FROM cbr_vault_policies WHERE vault = ?1 AND policy = ?2")?
        .execute((stored.no, policy.no))?;
    Ok(Association {
        vault_id: stored.vault.id,
        policy_id: policy.policy.id,
        destination_vault_id: found.unwrap_or_default(),
    })
}

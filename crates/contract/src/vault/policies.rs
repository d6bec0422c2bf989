//! Whether a policy can be applied to a vault, or taken off it (cbr-v3 5.1, 10 and 11).

use super::{Protects, Vault, VaultRefusal};
use crate::cbr::rules::ObjectType;
use crate::cbr::vaults::PolicyAssociate;

/// What of a policy matters to a vault.
#[derive(Clone, Copy, Debug)]
pub struct PolicyFacts<'a> {
    /// Name.
    pub name: &'a str,
    /// Whether it replicates; otherwise it backs up.
    pub replication: bool,
    /// The project it replicates to; empty for a backup policy.
    pub project: &'a str,
}

/// What is known when somebody wants to apply policies.
#[derive(Clone, Copy, Debug)]
pub struct AssociateFacts<'a> {
    /// The vault; `None` when there is none with this id.
    pub vault: Option<&'a Vault>,
    /// The policies by their ids; `None` for an id without one.
    pub policies: &'a [(&'a str, Option<PolicyFacts<'a>>)],
    /// The vault to replicate to, wherever it is; `None` when there is none with this id.
    pub target: Option<&'a Vault>,
}

/// The policies a request names: exactly one of its two members, and one to ten ids in the second.
pub fn policy_ids(wanted: &PolicyAssociate) -> Result<Vec<String>, VaultRefusal> {
    match (&wanted.policy_id, &wanted.add_policy_ids) {
        (Some(id), None) => Ok(vec![id.clone()]),
        (None, Some(ids)) if (1..=10).contains(&ids.len()) => Ok(ids.clone()),
        (None, Some(ids)) => {
            let rule = format!("has {} ids; 1 to 10 are allowed", ids.len());
            Err(VaultRefusal::invalid("add_policy_ids", rule))
        }
        _ => {
            let rule = "send exactly one of policy_id and add_policy_ids";
            Err(VaultRefusal::invalid("policy_id", rule))
        }
    }
}

/// Everything that keeps policies from being applied; one that is there of the same kind is replaced,
/// which is no reason. `destination` is the vault that a replication policy shall copy to.
pub fn associate_refusals(
    id: &str,
    destination: Option<&str>,
    facts: &AssociateFacts<'_>,
) -> Vec<VaultRefusal> {
    let Some(vault) = facts.vault else {
        return vec![VaultRefusal::NoVault(id.to_owned())];
    };
    let mut found = Vec::new();
    let mut kinds: Vec<bool> = Vec::new();
    for (policy_id, policy) in facts.policies {
        let Some(policy) = policy else {
            found.push(VaultRefusal::NoPolicy((*policy_id).to_owned()));
            continue;
        };
        found.extend(one_refusal(vault, *policy, destination, facts.target));
        if kinds.contains(&policy.replication) {
            let kind = if policy.replication {
                "replication"
            } else {
                "backup"
            };
            let rule = format!("two of them are {kind} policies; a vault has one of each kind");
            found.push(VaultRefusal::invalid("add_policy_ids", rule));
        }
        kinds.push(policy.replication);
    }
    found
}

fn one_refusal(
    vault: &Vault,
    policy: PolicyFacts<'_>,
    destination: Option<&str>,
    target: Option<&Vault>,
) -> Option<VaultRefusal> {
    let name = || vault.name.clone();
    if vault.protects == Protects::Hybrid && !policy.replication {
        return Some(VaultRefusal::HybridVault(name()));
    }
    if vault.protects == Protects::Replication {
        return Some(VaultRefusal::ReplicasTakeNoPolicy(name()));
    }
    if !policy.replication {
        return None;
    }
    let Some(destination) = destination else {
        let rule = "is needed for a replication policy";
        return Some(VaultRefusal::invalid("destination_vault_id", rule));
    };
    if vault.object() != Some(ObjectType::Server) {
        return Some(VaultRefusal::NotReplicated(name()));
    }
    let Some(target) = target else {
        return Some(VaultRefusal::NoTarget(destination.to_owned()));
    };
    if target.project_id != policy.project {
        return Some(VaultRefusal::OtherProject {
            vault: destination.to_owned(),
            project: policy.project.to_owned(),
        });
    }
    (target.protects != Protects::Replication)
        .then(|| VaultRefusal::NotForReplicas(target.name.clone()))
}

/// Everything that keeps a policy from being taken off a vault; `applied` says whether it is on it.
pub fn dissociate_refusals(
    id: &str,
    policy_id: &str,
    vault: Option<&Vault>,
    policy: Option<&str>,
    applied: bool,
) -> Vec<VaultRefusal> {
    let Some(vault) = vault else {
        return vec![VaultRefusal::NoVault(id.to_owned())];
    };
    let Some(policy) = policy else {
        return vec![VaultRefusal::NoPolicy(policy_id.to_owned())];
    };
    if applied {
        return Vec::new();
    }
    vec![VaultRefusal::NotApplied {
        policy: policy.to_owned(),
        vault: vault.name.clone(),
    }]
}

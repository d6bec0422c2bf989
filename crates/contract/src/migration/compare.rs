//! The plan beside what there is after the migration.

use std::collections::HashMap;

use crate::cbr::policies::{Definition, Policy};
use crate::cbr::vaults::Vault;
use crate::time::Timestamp;

use super::text::{PlanText, PolicyText, VaultText};

/// What CBR has afterwards.
#[derive(Clone, Debug, Default)]
pub struct After {
    /// Vaults.
    pub vaults: Vec<Vault>,
    /// Policies.
    pub policies: Vec<Policy>,
    /// How many backups each vault has, by its id, where that is known.
    pub backups: HashMap<String, i64>,
}

/// The plan and the result, one finding for each thing that was planned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Vaults, in the order of the plan.
    pub vaults: Vec<Finding>,
    /// Policies, in the order of the plan.
    pub policies: Vec<Finding>,
}

/// What became of something that was planned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// Its planned name.
    pub name: String,
    /// Its id; `None` where there is nothing of this name.
    pub id: Option<String>,
    /// When it was made, where the service tells.
    pub made: Option<Timestamp>,
    /// What is not as planned.
    pub differences: Vec<Difference>,
}

/// Something that is not as planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs: `size`, `servers` …
    pub what: &'static str,
    /// As it was planned.
    pub planned: String,
    /// As it is.
    pub found: String,
}

impl Finding {
    /// Whether it is there, as planned.
    pub fn is_same(&self) -> bool {
        self.id.is_some() && self.differences.is_empty()
    }
}

impl Comparison {
    /// Whether everything is as planned.
    pub fn is_same(&self) -> bool {
        self.vaults
            .iter()
            .chain(&self.policies)
            .all(Finding::is_same)
    }
}

/// Holds a plan against what there is. Where several things have a planned name, the one that is most
/// like the plan is meant; nothing is meant twice.
pub fn compare(plan: &PlanText, after: &After) -> Comparison {
    let mut used = Vec::new();
    let vaults = plan.vaults.iter().map(|planned| {
        let named = after.vaults.iter().filter(|vault| {
            vault.name == planned.name && vault.billing.protect_type == planned.protect_type
        });
        let candidates = named.map(|vault| Finding {
            name: planned.name.clone(),
            id: Some(vault.id.clone()),
            made: vault.created_at,
            differences: of_vault(planned, vault, after),
        });
        nearest(&planned.name, candidates, &mut used)
    });
    let vaults = vaults.collect();
    let mut used = Vec::new();
    let policies = plan.policies.iter().map(|planned| {
        let name = planned.policy.name.as_str();
        let named = after.policies.iter().filter(|policy| policy.name == name);
        let candidates = named.map(|policy| Finding {
            name: name.to_owned(),
            id: Some(policy.id.clone()),
            made: None,
            differences: of_policy(planned, policy),
        });
        nearest(name, candidates, &mut used)
    });
    Comparison {
        vaults,
        policies: policies.collect(),
    }
}

fn nearest(
    name: &str,
    candidates: impl Iterator<Item = Finding>,
    used: &mut Vec<String>,
) -> Finding {
    let free = candidates.filter(|found| found.id.as_ref().is_some_and(|id| !used.contains(id)));
    match free.min_by_key(|found| found.differences.len()) {
        Some(found) => {
            used.extend(found.id.clone());
            found
        }
        None => Finding {
            name: name.to_owned(),
            ..Finding::default()
        },
    }
}

fn of_vault(planned: &VaultText, vault: &Vault, after: &After) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut hold = |what, planned: String, found: String| {
        if planned != found {
            differences.push(Difference {
                what,
                planned,
                found,
            });
        }
    };
    let size = vault.billing.size.unwrap_or(0);
    hold(
        "size",
        format!("{} GB", planned.size_gb),
        format!("{size} GB"),
    );
    let applied = after.policies.iter().find(|policy| {
        let mut vaults = policy.associated_vaults.iter();
        vaults.any(|link| link.vault_id == vault.id) && policy.operation_type != "replication"
    });
    let applied = applied.map_or("", |policy| policy.name.as_str());
    hold("policy", or_none(&planned.policy), or_none(applied));
    let mut wanted: Vec<(&str, &str)> = planned
        .servers
        .iter()
        .map(|server| (server.id.as_str(), server.name.as_str()))
        .collect();
    let mut held: Vec<(&str, &str)> = vault
        .resources
        .iter()
        .map(|resource| (resource.id.as_str(), resource.name.as_str()))
        .collect();
    wanted.sort_unstable();
    held.sort_unstable();
    let ids = |list: &[(&str, &str)]| {
        list.iter()
            .map(|(id, _)| (*id).to_owned())
            .collect::<Vec<_>>()
    };
    if ids(&wanted) != ids(&held) {
        hold("servers", names(&wanted), names(&held));
    }
    if let Some(count) = after.backups.get(&vault.id) {
        hold("backups", planned.backups.to_string(), count.to_string());
    }
    hold("tags", tags(&planned.tags), tags(&vault.tags));
    differences
}

fn or_none(text: &str) -> String {
    match text {
        "" => "none".to_owned(),
        text => text.to_owned(),
    }
}

fn names(servers: &[(&str, &str)]) -> String {
    let named: Vec<&str> = servers
        .iter()
        .map(|(id, name)| if name.is_empty() { *id } else { *name })
        .collect();
    or_none(&named.join(", "))
}

fn tags(tags: &[crate::cbr::Tag]) -> String {
    let mut words: Vec<String> = tags
        .iter()
        .map(|tag| format!("{}={}", tag.key, tag.value))
        .collect();
    words.sort_unstable();
    or_none(&words.join(", "))
}

fn of_policy(planned: &PolicyText, policy: &Policy) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut hold = |what, planned: String, found: String| {
        if planned != found {
            differences.push(Difference {
                what,
                planned,
                found,
            });
        }
    };
    let wanted = &planned.policy;
    hold(
        "rules",
        wanted.trigger.properties.pattern.join(" and "),
        policy.trigger.properties.pattern.join(" and "),
    );
    hold(
        "retention",
        kept(&wanted.operation_definition),
        kept(&policy.operation_definition),
    );
    let on = |enabled: Option<bool>| if enabled == Some(false) { "off" } else { "on" }.to_owned();
    hold("schedule", on(wanted.enabled), on(policy.enabled));
    differences
}

fn kept(definition: &Definition) -> String {
    definition.retention().to_string()
}

//! The plan as canonical JSON: always the same text for the same plan. It is what a person takes away,
//! and what the browser keeps to hold against the result.

use serde::{Deserialize, Serialize};

use super::{Loss, LossKind, Plan, PlannedVault};
use crate::cbr::Tag;
use crate::cbr::policies::PolicyCreate;

/// What the text calls itself.
pub const FORMAT: &str = "cbr-migration-plan";
/// The version this crate writes.
pub const VERSION: i64 = 1;

/// A plan as text. The bodies of policies are those of CBR's API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanText {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: i64,
    /// Spare share of the vaults, percent.
    pub spare_percent: i64,
    /// Policies, as they are asked for.
    #[serde(default)]
    pub policies: Vec<PolicyText>,
    /// Vaults, in the order in which they are made.
    #[serde(default)]
    pub vaults: Vec<VaultText>,
    /// What does not survive, the heaviest first.
    #[serde(default)]
    pub losses: Vec<LossText>,
}

/// A policy of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyText {
    /// Id of the policy of CSBS.
    pub from: String,
    /// The body of CBR's create operation.
    pub policy: PolicyCreate,
}

/// A vault of a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VaultText {
    /// Name.
    pub name: String,
    /// Id of the policy of CSBS; empty for `default`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// `backup` or `replication`.
    pub protect_type: String,
    /// Name of the policy applied to it; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub policy: String,
    /// GB.
    pub size_gb: i64,
    /// How the size comes about.
    pub size_is: String,
    /// Backups that move into it.
    pub backups: usize,
    /// Servers it backs up.
    #[serde(default)]
    pub servers: Vec<ServerText>,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// A server of a planned vault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerText {
    /// Server id.
    pub id: String,
    /// Name.
    #[serde(default)]
    pub name: String,
}

/// A loss in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossText {
    /// `blocks`, `lost`, `changed` or `note`.
    pub weight: String,
    /// Name of the policy it is about; empty for the project.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub policy: String,
    /// What happens.
    pub what: String,
    /// What that means.
    pub meaning: String,
    /// What to do about it.
    pub way_out: String,
    /// Ids of the backups it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backups: Vec<String>,
}

impl From<&Plan> for PlanText {
    fn from(plan: &Plan) -> Self {
        let policies = plan.policies.iter().map(|planned| PolicyText {
            from: planned.from.id.clone(),
            policy: planned.create.clone(),
        });
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            spare_percent: plan.spare_percent,
            policies: policies.collect(),
            vaults: plan
                .vaults
                .iter()
                .map(|vault| vault_text(plan, vault))
                .collect(),
            losses: plan.losses.iter().map(loss_text).collect(),
        }
    }
}

impl PlanText {
    /// The canonical text, with a line end at its end.
    ///
    /// ```
    /// use contract::migration::{PlanText, Present, plan};
    /// let text = PlanText::from(&plan(&Present::default())).to_json();
    /// assert!(text.starts_with("{\n  \"format\": \"cbr-migration-plan\",\n  \"version\": 1,\n"));
    /// ```
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The plan without its losses: what there should be afterwards.
    #[must_use]
    pub fn promise(mut self) -> Self {
        self.losses.clear();
        self
    }
}

fn vault_text(plan: &Plan, vault: &PlannedVault) -> VaultText {
    let policy = plan.policy_of(vault);
    let servers = vault.servers.iter().map(|server| ServerText {
        id: server.id.clone(),
        name: server.name.clone().unwrap_or_default(),
    });
    let tags = vault.tags.iter().map(|tag| Tag {
        key: tag.key.clone(),
        value: tag.value.clone(),
    });
    VaultText {
        name: vault.name.as_str().to_owned(),
        from: vault
            .from
            .as_ref()
            .map(|from| from.id.clone())
            .unwrap_or_default(),
        protect_type: vault.protect_type().to_owned(),
        policy: policy.map_or_else(String::new, |policy| policy.create.name.as_str().to_owned()),
        size_gb: vault.size.gb,
        size_is: vault.size.to_string(),
        backups: vault.backups.len(),
        servers: servers.collect(),
        tags: tags.collect(),
    }
}

fn loss_text(loss: &Loss) -> LossText {
    let listed = match &loss.kind {
        // Backups whose tags or names suffer are found by the plan's own list; those that stay are named.
        LossKind::BackupTags(_) | LossKind::BackupNames(_) => &[],
        _ => loss.backups(),
    };
    LossText {
        weight: loss.weight().word().to_owned(),
        policy: loss.subject().to_owned(),
        what: loss.what(),
        meaning: loss.meaning(),
        way_out: loss.way_out(),
        backups: listed.iter().map(|backup| backup.id.clone()).collect(),
    }
}

impl PlannedVault {
    /// `backup` or `replication` (cbr-v3 section 3).
    pub const fn protect_type(&self) -> &'static str {
        if self.replicas {
            "replication"
        } else {
            "backup"
        }
    }
}

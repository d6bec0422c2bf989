//! One thing that is done to a project's policies, and can be taken back.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cbr;
use crate::csbs::policies::{
    Definition, PolicyCreate, PolicyUpdate, Resource, ScheduledOperationCreate,
    ScheduledOperationUpdate, TriggerCreate, TriggerPropertiesCreate,
};
use crate::model::{Destination, Policy, PolicyKind, PolicyServer, Retention, Tag};
use crate::rules::{Broken, Description, Name, PROVIDER_ID};

/// What a step does; sent with one call, or with two where the service takes tags away and adds
/// them separately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Deed {
    /// Makes a policy; its vaults are not part of it.
    Create(Box<Policy>),
    /// Changes some fields of a policy.
    Change {
        /// Policy id.
        id: String,
        /// The fields.
        fields: Box<Fields>,
    },
    /// Changes the tags of a policy.
    Tags {
        /// Policy id.
        id: String,
        /// Keys to take away.
        gone: Vec<String>,
        /// Tags to add, or to give another value.
        put: Vec<Tag>,
    },
    /// Deletes a policy.
    Delete {
        /// Policy id.
        id: String,
    },
    /// Applies a policy to a vault.
    Apply {
        /// Vault id.
        vault: String,
        /// Policy id.
        policy: String,
        /// Id of the vault that takes the copies; empty for a policy that makes backups.
        destination: String,
        /// Id of the policy of the same kind that it replaces; empty when the vault has none.
        instead: String,
    },
    /// Takes a policy off a vault.
    TakeOff {
        /// Vault id.
        vault: String,
        /// Policy id.
        policy: String,
    },
    /// One after the other; what takes a deletion back.
    Several(Vec<Deed>),
}

/// Fields of a policy with new values; what is `None` stays. Servers are told as the difference, so
/// that steps which move servers of one policy can be taken back in any order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// Description.
    pub description: Option<String>,
    /// On or off.
    pub enabled: Option<bool>,
    /// Patterns to send; a policy of servers has one.
    pub patterns: Option<Vec<String>>,
    /// Retention.
    pub retention: Option<Retention>,
    /// Servers to take out.
    pub taken: Vec<PolicyServer>,
    /// Servers to put in.
    pub put: Vec<PolicyServer>,
    /// Advanced rules of the retention, or none.
    #[serde(with = "stated")]
    pub advanced: Option<Option<Value>>,
    /// A full backup after so many runs, or never.
    #[serde(with = "stated")]
    pub full_every: Option<Option<u32>>,
    /// Minutes a run may be late, or none.
    #[serde(with = "stated")]
    pub start_window: Option<Option<u32>>,
    /// Where copies go.
    pub destination: Option<Destination>,
}

/// `null` is nothing as well, so a value that is stated stands in a list.
mod stated {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_slice().serialize(serializer)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.pop())
    }
}

fn trigger(pattern: &str) -> TriggerCreate {
    TriggerCreate {
        properties: TriggerPropertiesCreate {
            pattern: pattern.to_owned(),
        },
    }
}

impl Fields {
    /// The servers of a policy with these changes.
    pub fn servers_of(&self, policy: &Policy) -> Vec<PolicyServer> {
        let among = |list: &[PolicyServer], id: &str| list.iter().any(|server| server.id == id);
        let mut servers = policy.servers.clone();
        servers.retain(|server| !among(&self.taken, &server.id));
        let new = self
            .put
            .iter()
            .filter(|server| !among(&policy.servers, &server.id));
        servers.extend(new.cloned());
        servers
    }

    /// A policy with these changes.
    pub fn applied(&self, policy: &Policy) -> Policy {
        let mut after = Policy {
            servers: self.servers_of(policy),
            ..policy.clone()
        };
        let fields = self.clone();
        after.description = fields.description.unwrap_or(after.description);
        after.enabled = fields.enabled.unwrap_or(after.enabled);
        if let Some(patterns) = fields.patterns {
            let mut patterns = patterns.into_iter();
            after.pattern = patterns.next().unwrap_or_default();
            after.further_patterns = patterns.collect();
        }
        after.retention = fields.retention.unwrap_or(after.retention);
        after.further_retention = fields.advanced.unwrap_or(after.further_retention);
        after.full_every = fields.full_every.unwrap_or(after.full_every);
        after.start_window = fields.start_window.unwrap_or(after.start_window);
        if let (Some(new), PolicyKind::Replication(to)) = (fields.destination, &mut after.kind) {
            *to = new;
        }
        after
    }

    /// The request that changes a policy of vaults as it is now.
    ///
    /// # Errors
    /// The rule that its name breaks.
    pub fn request_of_vaults(
        &self,
        policy: &Policy,
    ) -> Result<cbr::policies::PolicyUpdate, Broken> {
        cbr::policy::update(policy, &self.applied(policy))
    }

    /// The request that changes a policy of servers as it is now.
    ///
    /// # Errors
    /// The rule that the description breaks.
    pub fn request(&self, policy: &Policy) -> Result<PolicyUpdate, Broken> {
        let description = match &self.description {
            Some(text) => Some(Description::try_from(text.clone())?),
            None => None,
        };
        let replaced = |retention| Definition::replacing(retention, &policy.retention);
        let operation = ScheduledOperationUpdate {
            id: policy.operation_id.clone(),
            enabled: self.enabled,
            operation_definition: self.retention.as_ref().map(replaced),
            trigger: self.patterns.as_deref().map(|patterns| {
                let first = patterns.first();
                trigger(first.map_or("", String::as_str))
            }),
            ..ScheduledOperationUpdate::default()
        };
        let is_operation_changed =
            self.enabled.is_some() || self.retention.is_some() || self.patterns.is_some();
        let are_servers_changed = !(self.taken.is_empty() && self.put.is_empty());
        let resources = || {
            let servers = self.servers_of(policy);
            servers.into_iter().map(Resource::from).collect()
        };
        Ok(PolicyUpdate {
            description,
            resources: are_servers_changed.then(resources),
            scheduled_operations: is_operation_changed.then(|| vec![operation]),
            ..PolicyUpdate::default()
        })
    }

    /// What brings a policy back to what it is now.
    pub fn inverse(&self, policy: &Policy) -> Self {
        let among = |list: &[PolicyServer], id: &str| list.iter().any(|server| server.id == id);
        let back = |server: &&PolicyServer| among(&self.taken, &server.id);
        let new = |server: &&PolicyServer| !among(&policy.servers, &server.id);
        Self {
            description: self
                .description
                .as_ref()
                .map(|_| policy.description.clone()),
            enabled: self.enabled.map(|_| policy.enabled),
            patterns: self
                .patterns
                .as_ref()
                .map(|_| policy.patterns().map(str::to_owned).collect()),
            retention: self.retention.as_ref().map(|_| policy.retention.clone()),
            taken: self.put.iter().filter(new).cloned().collect(),
            put: policy.servers.iter().filter(back).cloned().collect(),
            advanced: self
                .advanced
                .as_ref()
                .map(|_| policy.further_retention.clone()),
            full_every: self.full_every.map(|_| policy.full_every),
            start_window: self.start_window.map(|_| policy.start_window),
            destination: match (&self.destination, &policy.kind) {
                (Some(_), PolicyKind::Replication(to)) => Some(to.clone()),
                _ => None,
            },
        }
    }
}

/// The request that makes a policy of servers like this one.
///
/// # Errors
/// The rule that its name or description breaks.
pub fn create_request(policy: &Policy) -> Result<PolicyCreate, Broken> {
    Ok(PolicyCreate {
        name: Name::try_from(policy.name.clone())?,
        description: Description::try_from(policy.description.clone())?,
        provider_id: PROVIDER_ID.to_owned(),
        parameters: serde_json::json!({"common": {}}),
        resources: policy.servers.iter().cloned().map(Resource::from).collect(),
        scheduled_operations: vec![ScheduledOperationCreate {
            name: Name::try_from(policy.operation_name.clone()).ok(),
            description: None,
            enabled: policy.enabled,
            operation_type: "backup".to_owned(),
            operation_definition: Definition::from_retention(&policy.retention),
            trigger: trigger(&policy.pattern),
        }],
        tags: policy.tags.iter().cloned().map(Into::into).collect(),
    })
}

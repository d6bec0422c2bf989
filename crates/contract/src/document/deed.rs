//! One thing that is done to a project's policies, and can be taken back.

use crate::csbs::policies::{
    Definition, PolicyCreate, PolicyUpdate, Resource, ScheduledOperationCreate,
    ScheduledOperationUpdate, TriggerCreate, TriggerPropertiesCreate,
};
use crate::model::{Policy, PolicyServer, Retention, Tag};
use crate::rules::{Broken, Description, Name, PROVIDER_ID};

/// What a step does; sent with one call, or with two where the service takes tags away and adds
/// them separately.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Makes a policy.
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
}

/// Fields of a policy with new values; what is `None` stays. Servers are told as the difference, so
/// that steps which move servers of one policy can be taken back in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    /// Description.
    pub description: Option<String>,
    /// On or off.
    pub enabled: Option<bool>,
    /// Pattern to send.
    pub pattern: Option<String>,
    /// Retention.
    pub retention: Option<Retention>,
    /// Servers to take out.
    pub taken: Vec<PolicyServer>,
    /// Servers to put in.
    pub put: Vec<PolicyServer>,
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

    /// The request that changes a policy as it is now.
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
            trigger: self.pattern.as_deref().map(trigger),
            ..ScheduledOperationUpdate::default()
        };
        let is_operation_changed =
            self.enabled.is_some() || self.retention.is_some() || self.pattern.is_some();
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
            pattern: self.pattern.as_ref().map(|_| policy.pattern.clone()),
            retention: self.retention.as_ref().map(|_| policy.retention.clone()),
            taken: self.put.iter().filter(new).cloned().collect(),
            put: policy.servers.iter().filter(back).cloned().collect(),
        }
    }
}

/// The request that makes a policy like this one.
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

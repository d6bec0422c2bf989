//! Making, changing and deleting a policy.

use core::fmt;

use super::fields;
use crate::csbs::policies::{
    self as wire, Definition, DefinitionAnswer, PolicyCreate, PolicyUpdate, Resource,
    ScheduledOperation, check_resources,
};
use crate::model::{Policy, Server};
use crate::rules;

/// What is known of a server that somebody wants in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerFact<'a> {
    /// Server id.
    pub id: &'a str,
    /// Whether the project has it.
    pub exists: bool,
    /// Id and name of the policy it is in.
    pub policy: Option<(&'a str, &'a str)>,
}

/// What is known of the project when somebody makes or changes a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyFacts<'a> {
    /// How many policies there are.
    pub policies: usize,
    /// Id of the policy that has the wanted name already.
    pub named: Option<&'a str>,
    /// The servers of the request.
    pub servers: Vec<ServerFact<'a>>,
    /// Whether the policy to change is running right now.
    pub running: bool,
}

impl<'a> PolicyFacts<'a> {
    /// The facts about a request, out of everything there is.
    pub fn of(
        name: Option<&str>,
        resources: &'a [Resource],
        policies: &'a [Policy],
        servers: &[Server],
        running: bool,
    ) -> Self {
        let home = |id: &str| {
            policies
                .iter()
                .find(|policy| policy.servers.iter().any(|server| server.id == id))
                .map(|policy| (policy.id.as_str(), policy.name.as_str()))
        };
        Self {
            policies: policies.len(),
            named: policies
                .iter()
                .find(|policy| Some(policy.name.as_str()) == name)
                .map(|policy| policy.id.as_str()),
            servers: resources
                .iter()
                .map(|resource| ServerFact {
                    id: &resource.id,
                    exists: servers.iter().any(|server| server.id == resource.id),
                    policy: home(&resource.id),
                })
                .collect(),
            running,
        }
    }
}

/// Why a policy is not made, changed or deleted; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyRefusal {
    /// CSBS.9001: a member of the request breaks a rule.
    Parameter {
        /// Where in the request.
        field: String,
        /// Which rule, as a sentence.
        rule: String,
    },
    /// CSBS.7000: so many tags.
    TooManyTags(usize),
    /// CSBS.3000: there is no such policy.
    NoPolicy(String),
    /// CSBS.2004: it is running right now.
    Running,
    /// CSBS.0001: so many policies there are already.
    TooManyPolicies(usize),
    /// CSBS.9007: another policy has this name.
    NameTaken(String),
    /// CSBS.6003: only servers can be in a policy.
    Kind {
        /// Id as given.
        server: String,
        /// Kind as given.
        kind: String,
    },
    /// CSBS.6000: there is no such server.
    NoServer(String),
    /// CSBS.6004: another policy has the server.
    Bound {
        /// Server id.
        server: String,
        /// Name of that policy.
        policy: String,
    },
}

impl PolicyRefusal {
    /// The service's code for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Parameter { .. } => "CSBS.9001",
            Self::TooManyTags(_) => "CSBS.7000",
            Self::NoPolicy(_) => "CSBS.3000",
            Self::Running => "CSBS.2004",
            Self::TooManyPolicies(_) => "CSBS.0001",
            Self::NameTaken(_) => "CSBS.9007",
            Self::Kind { .. } => "CSBS.6003",
            Self::NoServer(_) => "CSBS.6000",
            Self::Bound { .. } => "CSBS.6004",
        }
    }

    /// HTTP status of the answer.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NoPolicy(_) => 404,
            _ => 400,
        }
    }
}

impl fmt::Display for PolicyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter { field, rule } => write!(f, "{field}: {rule}"),
            Self::TooManyTags(count) => write!(
                f,
                "policy.tags: {count} tags are too many; at most {} are allowed.",
                rules::MAX_TAGS
            ),
            Self::NoPolicy(id) => write!(f, "There is no policy {id}."),
            Self::Running => f.write_str("The policy is running right now; wait for the run."),
            Self::TooManyPolicies(count) => write!(
                f,
                "The project has {count} policies; at most {} are allowed.",
                rules::MAX_POLICIES
            ),
            Self::NameTaken(name) => write!(f, "Another policy is already called {name}."),
            Self::Kind { server, kind } => write!(
                f,
                "Server {server} is given as `{kind}`; only {} can be backed up.",
                rules::SERVER_KIND
            ),
            Self::NoServer(id) => write!(f, "There is no server {id}."),
            Self::Bound { server, policy } => write!(
                f,
                "Server {server} already belongs to policy {policy}; take it out there first."
            ),
        }
    }
}

/// Everything that keeps a policy from being made, in the service's order; empty when nothing does.
pub fn create_refusals(wanted: &PolicyCreate, facts: &PolicyFacts<'_>) -> Vec<PolicyRefusal> {
    let mut found = fields::of_create(wanted);
    if facts.policies >= rules::MAX_POLICIES {
        found.push(PolicyRefusal::TooManyPolicies(facts.policies));
    }
    if facts.named.is_some() {
        let name = wanted.name.as_str().to_owned();
        found.push(PolicyRefusal::NameTaken(name));
    }
    found.extend(servers(&wanted.resources, facts, None));
    found
}

/// Everything that keeps a policy from being changed, in the service's order; `present` is the policy
/// as the service shows it, nothing when there is none.
pub fn update_refusals(
    policy_id: &str,
    wanted: &PolicyUpdate,
    present: Option<&wire::Policy>,
    facts: &PolicyFacts<'_>,
) -> Vec<PolicyRefusal> {
    let Some(present) = present else {
        return vec![PolicyRefusal::NoPolicy(policy_id.to_owned())];
    };
    let mut found = match present.scheduled_operations.first() {
        Some(operation) => fields::of_update(wanted, operation),
        None => Vec::new(),
    };
    if facts.running {
        found.push(PolicyRefusal::Running);
    }
    if let (Some(name), Some(other)) = (&wanted.name, facts.named)
        && other != present.id
    {
        found.push(PolicyRefusal::NameTaken(name.as_str().to_owned()));
    }
    if let Some(resources) = &wanted.resources {
        found.extend(servers(resources, facts, Some(&present.id)));
    }
    found
}

/// A policy as the service shows it, as far as a change is judged by it.
pub fn as_shown(policy: &Policy) -> wire::Policy {
    let mut definition = DefinitionAnswer::default();
    Definition::from_retention(&policy.retention).merge_into(&mut definition);
    wire::Policy {
        id: policy.id.clone(),
        scheduled_operations: vec![ScheduledOperation {
            id: policy.operation_id.clone(),
            operation_definition: definition,
            ..ScheduledOperation::default()
        }],
        ..wire::Policy::default()
    }
}

/// Everything that keeps a policy from being deleted.
pub fn delete_refusals(policy_id: &str, exists: bool, running: bool) -> Vec<PolicyRefusal> {
    match (exists, running) {
        (false, _) => vec![PolicyRefusal::NoPolicy(policy_id.to_owned())],
        (true, true) => vec![PolicyRefusal::Running],
        (true, false) => Vec::new(),
    }
}

/// The list itself, then each server: kind, existence, and that no other policy has it.
fn servers(
    resources: &[Resource],
    facts: &PolicyFacts<'_>,
    own_id: Option<&str>,
) -> Vec<PolicyRefusal> {
    let mut found = Vec::new();
    if let Err(rule) = check_resources(resources) {
        found.push(fields::of_servers(rule));
    }
    for resource in resources {
        let fact = facts.servers.iter().find(|fact| fact.id == resource.id);
        let server = resource.id.clone();
        if resource.kind != rules::SERVER_KIND {
            let kind = resource.kind.clone();
            found.push(PolicyRefusal::Kind { server, kind });
        } else if !fact.is_some_and(|fact| fact.exists) {
            found.push(PolicyRefusal::NoServer(server));
        } else if let Some((id, name)) = fact.and_then(|fact| fact.policy)
            && own_id != Some(id)
        {
            let policy = name.to_owned();
            found.push(PolicyRefusal::Bound { server, policy });
        }
    }
    found
}

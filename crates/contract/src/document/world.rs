//! What is known of a project, what the service would say to a deed there, and what the deed leaves.

use super::deed::{Deed, Fields, create_request};
use crate::csbs::tags::{TagProblem, added, removed};
use crate::csbs::{Tag as WireTag, tags::BatchTag};
use crate::model::{Policy, Server, Tag};
use crate::policy::{
    PolicyFacts, PolicyRefusal, as_shown, create_refusals, delete_refusals, update_refusals,
};
use crate::rules::Broken;

/// What is known of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    /// All policies.
    pub policies: Vec<Policy>,
    /// All servers.
    pub servers: Vec<Server>,
    /// Ids of the policies that are known to run right now.
    pub running: Vec<String>,
}

fn broken(field: &str, rule: &Broken) -> PolicyRefusal {
    PolicyRefusal::Parameter {
        field: field.to_owned(),
        rule: format!("{rule}."),
    }
}

/// The tags of a policy after a change, in the service's order: first away, then added.
fn retagged(policy: &Policy, gone: &[String], put: &[Tag]) -> Result<Vec<Tag>, TagProblem> {
    let wired = |tags: &[Tag]| -> Vec<WireTag> { tags.iter().cloned().map(Into::into).collect() };
    let gone: Vec<BatchTag> = gone
        .iter()
        .map(|key| BatchTag {
            key: key.clone(),
            value: None,
        })
        .collect();
    let left = removed(&wired(&policy.tags), &gone);
    let tags = added(&left, &wired(put))?;
    Ok(tags.into_iter().map(Into::into).collect())
}

impl World {
    /// The policy with an id.
    pub fn policy(&self, id: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.id == id)
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.policies.iter().position(|policy| policy.id == id)
    }

    /// Everything the service would have against a deed now, by the rules it judges by itself.
    pub fn refusals(&self, deed: &Deed) -> Vec<PolicyRefusal> {
        let facts = |name, resources, running| {
            PolicyFacts::of(name, resources, &self.policies, &self.servers, running)
        };
        let absent = |id: &str| vec![PolicyRefusal::NoPolicy(id.to_owned())];
        match deed {
            Deed::Create(policy) => match create_request(policy) {
                Ok(request) => {
                    let name = Some(request.name.as_str());
                    create_refusals(&request, &facts(name, &request.resources, false))
                }
                Err(rule) => vec![broken("policy", &rule)],
            },
            Deed::Change { id, fields } => {
                let Some(policy) = self.policy(id) else {
                    return absent(id);
                };
                match fields.request(policy) {
                    Ok(request) => {
                        let resources = request.resources.as_deref().unwrap_or_default();
                        let facts = facts(None, resources, self.running.contains(id));
                        update_refusals(id, &request, Some(&as_shown(policy)), &facts)
                    }
                    Err(rule) => vec![broken("policy.description", &rule)],
                }
            }
            Deed::Tags { id, gone, put } => match self.policy(id) {
                None => absent(id),
                Some(policy) => match retagged(policy, gone, put) {
                    Ok(_) => Vec::new(),
                    Err(TagProblem::TooMany { count }) => vec![PolicyRefusal::TooManyTags(count)],
                    Err(TagProblem::Broken { member, rule }) => {
                        vec![broken(&format!("tags.{member}"), &rule)]
                    }
                },
            },
            Deed::Delete { id } => {
                let exists = self.policy(id).is_some();
                delete_refusals(id, exists, self.running.contains(id))
            }
        }
    }

    /// Notes that a deed was done, and answers the deed that takes it back; nothing when the policy
    /// is not there. `made` is a new policy as the service answered it; without it, ids are made up.
    pub fn done(&mut self, deed: &Deed, made: Option<&Policy>) -> Option<Deed> {
        match deed {
            Deed::Create(policy) => {
                let (id, operation_id) = match made {
                    Some(made) => (made.id.clone(), made.operation_id.clone()),
                    None => (format!("new {}", policy.name), String::new()),
                };
                self.policies.push(Policy {
                    id: id.clone(),
                    operation_id,
                    ..Policy::clone(policy)
                });
                Some(Deed::Delete { id })
            }
            Deed::Change { id, fields } => {
                let at = self.position(id)?;
                let policy = &mut self.policies[at];
                let inverse = fields.inverse(policy);
                let servers = fields.servers_of(policy);
                policy.servers = servers;
                let fields = Fields::clone(fields);
                policy.description = fields
                    .description
                    .unwrap_or_else(|| policy.description.clone());
                policy.enabled = fields.enabled.unwrap_or(policy.enabled);
                policy.pattern = fields.pattern.unwrap_or_else(|| policy.pattern.clone());
                policy.retention = fields.retention.unwrap_or_else(|| policy.retention.clone());
                Some(Deed::Change {
                    id: id.clone(),
                    fields: Box::new(inverse),
                })
            }
            Deed::Tags { id, gone, put } => {
                let at = self.position(id)?;
                let policy = &mut self.policies[at];
                let before = core::mem::take(&mut policy.tags);
                let had = |key: &str| before.iter().any(|tag| tag.key == key);
                let touched = |key: &str| {
                    gone.iter().any(|gone| gone == key) || put.iter().any(|tag| tag.key == key)
                };
                let inverse = Deed::Tags {
                    id: id.clone(),
                    gone: put
                        .iter()
                        .filter(|tag| !had(&tag.key))
                        .map(|tag| tag.key.clone())
                        .collect(),
                    put: before
                        .iter()
                        .filter(|tag| touched(&tag.key))
                        .cloned()
                        .collect(),
                };
                let mut tags = before;
                tags.retain(|tag| !touched(&tag.key));
                tags.extend(put.iter().cloned());
                policy.tags = tags;
                Some(inverse)
            }
            Deed::Delete { id } => {
                let at = self.position(id)?;
                let policy = self.policies.remove(at);
                Some(Deed::Create(Box::new(policy)))
            }
        }
    }
}

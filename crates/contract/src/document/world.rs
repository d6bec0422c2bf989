//! What is known of a project, what the services would say to a deed there, and what the deed leaves.

use super::deed::{Deed, create_request};
use super::refusal::DeedRefusal;
use crate::cbr;
use crate::csbs::tags::{TagProblem, added, removed};
use crate::csbs::{Tag as WireTag, tags::BatchTag};
use crate::model::{Generation, Policy, PolicyKind, PolicyVault, Server, Tag};
use crate::policy::{
    PolicyFacts, PolicyRefusal, as_shown, create_refusals, delete_refusals, update_refusals,
};
use crate::rules::Broken;
use crate::vault::{
    self, AssociateFacts, Protects, Vault, VaultRefusal, associate_refusals, dissociate_refusals,
    policy_create_refusals, policy_update_refusals,
};

/// What is known of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    /// All policies, of both services.
    pub policies: Vec<Policy>,
    /// All servers.
    pub servers: Vec<Server>,
    /// Ids of the policies that are known to run right now.
    pub running: Vec<String>,
    /// All vaults.
    pub vaults: Vec<Vault>,
    /// Vaults for copies in the places that policies copy to.
    pub targets: Vec<Targets>,
    /// The project's region; empty where it is not known.
    pub region: String,
    /// Services the project does not have.
    pub lacks: Vec<Generation>,
    /// Ids that policies were meant by before they were made, or made again, with those they got.
    pub ids: Vec<(String, String)>,
}

/// The vaults for copies in one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Targets {
    /// The project.
    pub project: String,
    /// The vaults; nothing when they could not be asked for.
    pub vaults: Option<Vec<Vault>>,
}

/// What ids of policies that are not made yet begin with; none of a service has a blank in it.
const NEW: &str = "new ";

/// The id by which a policy is meant before it is made.
pub(super) fn id_to_be(policy: &Policy) -> String {
    match policy.id.as_str() {
        "" => format!("{NEW}{} {}", policy.generation.word(), policy.name),
        id => id.to_owned(),
    }
}

fn broken(field: &str, rule: &Broken) -> PolicyRefusal {
    PolicyRefusal::Parameter {
        field: field.to_owned(),
        rule: format!("{rule}."),
    }
}

fn said<R: Into<DeedRefusal>>(found: Vec<R>) -> Vec<DeedRefusal> {
    found.into_iter().map(Into::into).collect()
}

fn of_vaults(policy: &Policy) -> bool {
    policy.generation.capabilities().vaults
}

/// Whether two policies cannot be applied to one vault.
pub(super) fn is_rival(one: &Policy, other: &Policy) -> bool {
    one.generation == other.generation && one.kind.as_str() == other.kind.as_str()
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
    /// The id a policy has now.
    pub fn id<'a>(&'a self, id: &'a str) -> &'a str {
        let mut newest = id;
        for (before, now) in &self.ids {
            if before == newest {
                newest = now;
            }
        }
        newest
    }

    /// The policy with an id.
    pub fn policy(&self, id: &str) -> Option<&Policy> {
        let id = self.id(id);
        self.policies.iter().find(|policy| policy.id == id)
    }

    fn position(&self, id: &str) -> Option<usize> {
        let id = self.id(id);
        self.policies.iter().position(|policy| policy.id == id)
    }

    /// The vault with an id.
    pub fn vault(&self, id: &str) -> Option<&Vault> {
        self.vaults.iter().find(|vault| vault.id == id)
    }

    /// The policy of the same kind that a vault has, with where it copies to.
    pub(super) fn holder(&self, vault: &str, like: &Policy) -> Option<(&Policy, &str)> {
        let mut rivals = self.policies.iter().filter(|other| is_rival(other, like));
        rivals.find_map(|rival| {
            let link = rival.vaults.iter().find(|link| link.id == vault)?;
            Some((rival, link.destination_id.as_str()))
        })
    }

    /// Everything the services would have against a deed now, by the rules they judge by themselves.
    pub fn refusals(&self, deed: &Deed) -> Vec<DeedRefusal> {
        match deed {
            Deed::Create(policy) if of_vaults(policy) => self.against_policy_of_vaults(policy),
            Deed::Create(policy) => match create_request(policy) {
                Ok(request) => {
                    let (name, policies) = (Some(request.name.as_str()), self.of_servers());
                    let (wanted, servers) = (&request.resources, &self.servers);
                    let facts = PolicyFacts::of(name, wanted, &policies, servers, false);
                    said(create_refusals(&request, &facts))
                }
                Err(rule) => said(vec![broken("policy", &rule)]),
            },
            Deed::Change { id, fields } => match self.policy(id) {
                None => vec![self.absent(id)],
                Some(policy) if of_vaults(policy) => match fields.request_of_vaults(policy) {
                    Ok(request) => said(policy_update_refusals(
                        &policy.id,
                        &request,
                        Some(policy),
                        &self.region,
                    )),
                    Err(rule) => said(vec![VaultRefusal::invalid("policy.name", rule)]),
                },
                Some(policy) => match fields.request(policy) {
                    Ok(request) => {
                        let resources = request.resources.as_deref().unwrap_or_default();
                        let running = self.running.contains(&policy.id);
                        let policies = self.of_servers();
                        let facts =
                            PolicyFacts::of(None, resources, &policies, &self.servers, running);
                        let shown = as_shown(policy);
                        said(update_refusals(&policy.id, &request, Some(&shown), &facts))
                    }
                    Err(rule) => said(vec![broken("policy.description", &rule)]),
                },
            },
            Deed::Tags { id, gone, put } => match self.policy(id) {
                None => vec![self.absent(id)],
                Some(policy) => said(match retagged(policy, gone, put) {
                    Ok(_) => Vec::new(),
                    Err(TagProblem::TooMany { count }) => vec![PolicyRefusal::TooManyTags(count)],
                    Err(TagProblem::Broken { member, rule }) => {
                        vec![broken(&format!("tags.{member}"), &rule)]
                    }
                }),
            },
            Deed::Delete { id } => match self.policy(id) {
                None => vec![self.absent(id)],
                Some(policy) if of_vaults(policy) => Vec::new(),
                Some(policy) => {
                    let running = self.running.contains(&policy.id);
                    said(delete_refusals(&policy.id, true, running))
                }
            },
            Deed::Apply {
                vault,
                policy,
                destination,
                instead,
            } => match self.policy(policy) {
                None => vec![self.absent(policy)],
                Some(policy) => self.against_applying(vault, policy, destination, instead),
            },
            Deed::TakeOff { vault, policy } => match self.policy(policy) {
                None => vec![self.absent(policy)],
                Some(policy) => {
                    let applied = policy.vaults.iter().any(|link| link.id == *vault);
                    let (at, name) = (self.vault(vault), Some(policy.name.as_str()));
                    said(dissociate_refusals(vault, &policy.id, at, name, applied))
                }
            },
            Deed::Several(deeds) => {
                let mut world = self.clone();
                let mut found = Vec::new();
                for deed in deeds {
                    let refusals = world.refusals(deed);
                    if refusals.is_empty() {
                        world.done(deed, None);
                    }
                    found.extend(refusals);
                }
                found
            }
        }
    }

    /// The policies of the older service, which knows of no others.
    fn of_servers(&self) -> Vec<Policy> {
        let own = self.policies.iter().filter(|policy| !of_vaults(policy));
        own.cloned().collect()
    }

    fn absent(&self, id: &str) -> DeedRefusal {
        let new = id.strip_prefix(NEW).and_then(|new| new.split_once(' '));
        match new {
            Some((_, name)) => DeedRefusal::NotMade(name.to_owned()),
            None => PolicyRefusal::NoPolicy(self.id(id).to_owned()).into(),
        }
    }

    fn against_policy_of_vaults(&self, policy: &Policy) -> Vec<DeedRefusal> {
        let rivals = self.policies.iter().filter(|other| is_rival(other, policy));
        match cbr::policy::create(policy) {
            Ok(request) => said(policy_create_refusals(
                &request,
                rivals.count(),
                &self.region,
            )),
            Err(rule) => said(vec![VaultRefusal::invalid("policy.name", rule)]),
        }
    }

    fn against_applying(
        &self,
        vault: &str,
        policy: &Policy,
        destination: &str,
        instead: &str,
    ) -> Vec<DeedRefusal> {
        let (replication, project) = match &policy.kind {
            PolicyKind::Backup => (false, ""),
            PolicyKind::Replication(to) => (true, to.project_id.as_str()),
        };
        let of_policy = vault::PolicyFacts {
            name: &policy.name,
            replication,
            project,
        };
        let target = self.target(destination, project);
        let facts = AssociateFacts {
            vault: self.vault(vault),
            policies: &[(&policy.id, Some(of_policy))],
            target: target.as_ref(),
        };
        let destination = Some(destination).filter(|id| !id.is_empty());
        let mut found = said(associate_refusals(vault, destination, &facts));
        if let Some((holder, _)) = self.holder(vault, policy)
            && holder.id != policy.id
            && holder.id != self.id(instead)
        {
            found.push(DeedRefusal::Held {
                vault: self
                    .vault(vault)
                    .map_or(vault, |vault| &vault.name)
                    .to_owned(),
                policy: holder.name.clone(),
            });
        }
        found
    }

    /// The vault that takes copies. Where those of its place could not be asked for, nothing is held
    /// against it.
    fn target(&self, id: &str, project: &str) -> Option<Vault> {
        let there = || self.targets.iter().filter(|there| there.project == project);
        let known = there().filter_map(|there| there.vaults.as_ref());
        let mut known = known.flatten().chain(&self.vaults);
        if let Some(found) = known.find(|vault| vault.id == id) {
            return Some(found.clone());
        }
        let is_known = there().next().is_some() && there().all(|there| there.vaults.is_some());
        (!is_known).then(|| Vault {
            id: id.to_owned(),
            project_id: project.to_owned(),
            protects: Protects::Replication,
            ..Vault::default()
        })
    }

    /// Whether somebody else has changed since what a deed left; taking it back would undo that too.
    pub fn is_changed_since(&self, deed: &Deed) -> bool {
        let differs = |one: &Policy, other: &Policy| {
            let plain = |policy: &Policy| {
                let mut text = super::PolicyText::from(policy);
                // Names of servers are the service's matter, vaults that of other steps.
                let servers = text.servers.iter_mut().flatten();
                servers.for_each(|server| server.name.clear());
                text.servers.iter_mut().for_each(|servers| servers.sort());
                text.of_vaults.vaults = None;
                text
            };
            plain(one) != plain(other)
        };
        match deed {
            Deed::Create(made) => {
                let now = self.policy(&id_to_be(made));
                now.is_some_and(|now| differs(now, made))
            }
            Deed::Change { id, fields } => {
                let now = self.policy(id);
                now.is_some_and(|now| differs(now, &fields.applied(now)))
            }
            Deed::Tags { id, gone, put } => self.policy(id).is_some_and(|now| {
                let has = |key: &String| now.tags.iter().any(|tag| tag.key == *key);
                gone.iter().any(has) || put.iter().any(|tag| !now.tags.contains(tag))
            }),
            // Whether another policy would be taken off a vault is judged with every deed.
            _ => false,
        }
    }

    /// Notes that a deed was done, and answers the deed that takes it back; nothing when the policy
    /// is not there. `made` is a new policy as the service answered it; without it, ids are made up.
    pub fn done(&mut self, deed: &Deed, made: Option<&Policy>) -> Option<Deed> {
        match deed {
            Deed::Create(policy) => {
                let before = id_to_be(policy);
                let (id, operation_id) = match made {
                    Some(made) => (made.id.clone(), made.operation_id.clone()),
                    None => (before.clone(), policy.operation_id.clone()),
                };
                if id != before {
                    self.ids.push((before, id.clone()));
                }
                self.policies.push(Policy {
                    id: id.clone(),
                    operation_id,
                    vaults: Vec::new(),
                    ..Policy::clone(policy)
                });
                Some(Deed::Delete { id })
            }
            Deed::Change { id, fields } => {
                let at = self.position(id)?;
                let policy = &mut self.policies[at];
                let inverse = fields.inverse(policy);
                *policy = fields.applied(policy);
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
                let again = |link: &PolicyVault| Deed::Apply {
                    vault: link.id.clone(),
                    policy: policy.id.clone(),
                    destination: link.destination_id.clone(),
                    instead: String::new(),
                };
                let applied: Vec<Deed> = policy.vaults.iter().map(again).collect();
                let create = Deed::Create(Box::new(policy));
                Some(if applied.is_empty() {
                    create
                } else {
                    Deed::Several(core::iter::once(create).chain(applied).collect())
                })
            }
            Deed::Apply {
                vault,
                policy,
                destination,
                ..
            } => {
                let at = self.position(policy)?;
                let like = self.policies[at].clone();
                let inverse = match self.holder(vault, &like) {
                    Some((holder, destination)) => Deed::Apply {
                        vault: vault.clone(),
                        policy: holder.id.clone(),
                        destination: destination.to_owned(),
                        instead: like.id.clone(),
                    },
                    None => Deed::TakeOff {
                        vault: vault.clone(),
                        policy: like.id.clone(),
                    },
                };
                for rival in self
                    .policies
                    .iter_mut()
                    .filter(|other| is_rival(other, &like))
                {
                    rival.vaults.retain(|link| link.id != *vault);
                }
                self.policies[at].vaults.push(PolicyVault {
                    id: vault.clone(),
                    destination_id: destination.clone(),
                });
                Some(inverse)
            }
            Deed::TakeOff { vault, policy } => {
                let at = self.position(policy)?;
                let policy = &mut self.policies[at];
                let on = policy.vaults.iter().position(|link| link.id == *vault)?;
                let link = policy.vaults.remove(on);
                Some(Deed::Apply {
                    vault: link.id,
                    policy: policy.id.clone(),
                    destination: link.destination_id,
                    instead: String::new(),
                })
            }
            Deed::Several(deeds) => {
                let mut inverses = Vec::with_capacity(deeds.len());
                for deed in deeds {
                    inverses.extend(self.done(deed, None));
                }
                inverses.reverse();
                Some(Deed::Several(inverses))
            }
        }
    }
}

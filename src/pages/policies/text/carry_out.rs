//! Carrying out a plan: one step after the other, each judged again by what is known just then, and
//! taking single steps back.

use contract::cbr::{self, policies as of_vaults};
use contract::csbs::policies::{PolicyCreateRequest, PolicyUpdateRequest};
use contract::document::{Deed, Targets, World, create_request};
use contract::model::{Generation, Policy};

use super::super::fields::VaultRef;
use super::super::preflight::running_policies;
use super::super::save_vaults::{apply, take_off};
use super::super::service::Services;
use super::run::{Outcome, Run};
use super::store::Kept;
use crate::api::{
    Api, ApiError, Tagged, change_tags, create_policy, create_policy_of_vaults, delete_policy,
    delete_policy_of_vaults, operation_id, policies, policies_of_vaults, replica_vaults, servers,
    update_policy, update_policy_of_vaults, vaults,
};

/// Said where taking a step back would undo what somebody else did.
const CHANGED: &str = "The policy has been changed since, and taking the step back would undo that as well. Edit the policy instead.";

/// What of the project has to be known for a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Asking {
    pub services: Services,
    /// The project's own region.
    pub region: String,
    /// Region and project of places that the document copies to.
    pub places: Vec<(String, String)>,
}

/// What is known of the project, and which policies run right now.
pub async fn world(api: Api, asking: Asking) -> Result<World, ApiError> {
    let Asking {
        services,
        region,
        mut places,
    } = asking;
    let lacks = [
        (services.csbs, Generation::Csbs),
        (services.cbr, Generation::Cbr),
    ];
    let mut world = World {
        region,
        lacks: lacks
            .into_iter()
            .filter_map(|(has, service)| (!has).then_some(service))
            .collect(),
        ..World::default()
    };
    if services.csbs {
        world.policies = policies(api).await?;
        world.running = running_policies(api, &world.policies).await?;
        world.servers = servers(api).await?;
    }
    if services.cbr {
        world.policies.extend(policies_of_vaults(api).await?);
        world.vaults = vaults(api).await?;
    }
    let present = world.policies.iter().filter_map(|p| p.kind.destination());
    places.extend(present.map(|to| (to.region.clone(), to.project_id.clone())));
    places.sort_unstable();
    places.dedup();
    for (region, project) in places {
        // Another project may be closed to this user; then the service judges alone.
        let vaults = match services.cbr {
            true => replica_vaults(api, &project, &region).await.ok(),
            false => None,
        };
        world.targets.push(Targets { project, vaults });
    }
    Ok(world)
}

/// Sends a deed; a policy that was made comes back.
async fn send(api: Api, deed: &Deed, world: &World) -> Result<Option<Policy>, ApiError> {
    let once = operation_id();
    let in_vaults = |policy: &Policy| policy.generation.capabilities().vaults;
    let now = |id: &str| world.policy(id);
    match deed {
        // Judged just before: the names are within the rules.
        Deed::Create(policy) if in_vaults(policy) => match cbr::policy::create(policy) {
            Ok(policy) => {
                let request = of_vaults::PolicyCreateRequest { policy };
                create_policy_of_vaults(api, &request, &once)
                    .await
                    .map(Some)
            }
            Err(_) => Ok(None),
        },
        Deed::Create(policy) => match create_request(policy) {
            Ok(policy) => {
                let request = PolicyCreateRequest { policy };
                create_policy(api, &request, &once).await.map(Some)
            }
            Err(_) => Ok(None),
        },
        Deed::Change { id, fields } => {
            match now(id) {
                Some(now) if in_vaults(now) => {
                    if let Ok(policy) = fields.request_of_vaults(now) {
                        let request = of_vaults::PolicyUpdateRequest { policy };
                        update_policy_of_vaults(api, &now.id, &request).await?;
                    }
                }
                Some(now) => {
                    if let Ok(policy) = fields.request(now) {
                        update_policy(api, &now.id, &PolicyUpdateRequest { policy }).await?;
                    }
                }
                None => {}
            }
            Ok(None)
        }
        Deed::Tags { id, gone, put } => {
            if let Some(now) = now(id) {
                let of = Tagged::Policy(now.id.clone());
                change_tags(api, &of, gone, put, &now.tags).await?;
            }
            Ok(None)
        }
        Deed::Delete { id } => {
            match now(id) {
                Some(now) if in_vaults(now) => {
                    delete_policy_of_vaults(api, &now.id, &once).await?;
                }
                Some(now) => delete_policy(api, &now.id, &once).await?,
                None => {}
            }
            Ok(None)
        }
        Deed::Apply {
            vault,
            policy,
            destination,
            ..
        } => {
            let to = VaultRef {
                id: vault.clone(),
                name: String::new(),
                destination_id: destination.clone(),
            };
            let deed = apply(world.id(policy), &to);
            deed.carry_out(api, vault, &once).await.map(|()| None)
        }
        Deed::TakeOff { vault, policy } => {
            let deed = take_off(world.id(policy));
            deed.carry_out(api, vault, &once).await.map(|()| None)
        }
        // Each of them is sent by itself.
        Deed::Several(_) => Ok(None),
    }
}

/// Does a deed if nothing is known to be against it; answers the deed that takes it back.
async fn attempt(api: Api, deed: &Deed, world: &mut World) -> Outcome {
    let refusals = world.refusals(deed);
    if !refusals.is_empty() {
        let words: Vec<String> = refusals.iter().map(ToString::to_string).collect();
        return Outcome::NotSent(words.join(" "));
    }
    match send(api, deed, world).await {
        Ok(made) => match world.done(deed, made.as_ref()) {
            Some(inverse) => Outcome::Done(inverse),
            None => Outcome::Failed("It is not there any more.".to_owned()),
        },
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// Carries out the steps that wait. Goes on when the page is left: what was asked for is not half
/// done for want of a reader.
pub async fn carry_out(api: Api, kept: Kept, mut now: Run) {
    let mut world = now.world.clone().unwrap_or_default();
    for at in 0..now.rows.len() {
        let deed = now.rows[at].deed.clone();
        let (Some(deed), Outcome::Waiting) = (deed, &now.rows[at].outcome) else {
            continue;
        };
        now.rows[at].outcome = Outcome::Sending;
        kept.set(Some(now.clone()));
        now.rows[at].outcome = attempt(api, &deed, &mut world).await;
        now.ids.clone_from(&world.ids);
        now.world = Some(world.clone());
    }
    now.busy = false;
    kept.set(Some(now));
}

/// Takes one step back, judged by the project as it is just then.
pub async fn take_back(api: Api, kept: Kept, asking: Asking, step: usize) {
    let Some(mut now) = kept.get() else {
        return;
    };
    let Some(inverse) = now.rows[step].outcome.inverse().cloned() else {
        return;
    };
    now.rows[step].outcome = Outcome::TakingBack(inverse.clone());
    now.busy = true;
    kept.set(Some(now.clone()));
    now.rows[step].outcome = match world(api, asking).await {
        Err(error) => Outcome::Stays(inverse, error.to_string()),
        Ok(fresh) => {
            let mut world = World {
                ids: now.ids.clone(),
                ..fresh
            };
            let deed = now.rows[step].deed.as_ref();
            let outcome = match deed {
                Some(deed) if world.is_changed_since(deed) => {
                    Outcome::Stays(inverse, CHANGED.to_owned())
                }
                _ => taken_back(api, inverse, &mut world).await,
            };
            now.ids.clone_from(&world.ids);
            now.world = Some(world);
            outcome
        }
    };
    now.busy = false;
    kept.set(Some(now));
}

/// Does what takes a step back. What of several deeds is done stays done, and only the rest is left.
async fn taken_back(api: Api, inverse: Deed, world: &mut World) -> Outcome {
    let refusals = world.refusals(&inverse);
    if !refusals.is_empty() {
        let words: Vec<String> = refusals.iter().map(ToString::to_string).collect();
        return Outcome::Stays(inverse, words.join(" "));
    }
    let mut left = match inverse {
        Deed::Several(deeds) => deeds,
        one => vec![one],
    };
    while let Some(deed) = left.first() {
        match attempt(api, deed, world).await {
            Outcome::Failed(why) | Outcome::NotSent(why) => {
                let left = match left.len() {
                    1 => left.remove(0),
                    _ => Deed::Several(left),
                };
                return Outcome::Stays(left, why);
            }
            _ => left.remove(0),
        };
    }
    Outcome::TakenBack
}

//! Carrying out a plan: one step after the other, each judged again by what is known just then, and
//! taking single steps back.

use contract::csbs::policies::{PolicyCreateRequest, PolicyUpdateRequest};
use contract::document::plan::Plan;
use contract::document::{Deed, World, create_request};
use contract::model::Policy;
use leptos::prelude::*;

use super::super::preflight::running_policies;
use crate::api::{
    Api, ApiError, Tagged, change_tags, create_policy, delete_policy, operation_id, policies,
    servers, update_policy,
};

/// What is known of the project, and which policies run right now.
pub async fn world(api: Api) -> Result<World, ApiError> {
    let policies = policies(api).await?;
    Ok(World {
        running: running_policies(api, &policies).await?,
        policies,
        servers: servers(api).await?,
    })
}

/// How a step went.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was not chosen.
    NotChosen,
    /// It has not had its turn.
    Waiting,
    /// An answer is awaited.
    Sending,
    /// It was done; this takes it back.
    Done(Deed),
    /// It was sent and not done, and why.
    Failed(String),
    /// It was not sent, because an earlier step that it needs was not done, and what the service
    /// would have said.
    NotSent(String),
    /// It is being taken back.
    TakingBack(Deed),
    /// It was taken back.
    TakenBack,
    /// It could not be taken back, and why; it can be tried again.
    Stays(Deed, String),
}

impl Outcome {
    /// What takes the step back, when that can be asked for now.
    pub fn inverse(&self) -> Option<&Deed> {
        match self {
            Self::Done(inverse) | Self::Stays(inverse, _) => Some(inverse),
            _ => None,
        }
    }
}

/// A plan that is being carried out, or was.
#[derive(Clone, Debug)]
pub struct Run {
    pub plan: Plan,
    /// The project as it is after what was done.
    pub world: World,
    /// One for each step.
    pub outcomes: Vec<Outcome>,
    /// Whether something is under way.
    pub busy: bool,
}

impl Run {
    /// Ready for the chosen steps.
    pub fn new(plan: Plan, world: World, chosen: &[bool]) -> Self {
        let waiting = |chosen: &bool| {
            if *chosen {
                Outcome::Waiting
            } else {
                Outcome::NotChosen
            }
        };
        Self {
            outcomes: chosen.iter().map(waiting).collect(),
            plan,
            world,
            busy: true,
        }
    }

    /// Why a step cannot be taken back now, if it cannot.
    pub fn undo_blocked(&self, step: usize) -> Option<String> {
        if self.busy {
            return Some("Another step is under way.".to_owned());
        }
        let refusals = self.world.refusals(self.outcomes[step].inverse()?);
        let words: Vec<String> = refusals.iter().map(ToString::to_string).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

/// Sends a deed; a policy that was made comes back.
async fn send(api: Api, deed: &Deed, world: &World) -> Result<Option<Policy>, ApiError> {
    let once = operation_id();
    match deed {
        Deed::Create(policy) => {
            // Judged just before: the names are within the rules.
            let Ok(policy) = create_request(policy) else {
                return Ok(None);
            };
            let request = PolicyCreateRequest { policy };
            create_policy(api, &request, &once).await.map(Some)
        }
        Deed::Change { id, fields } => {
            if let Some(policy) = world.policy(id).and_then(|now| fields.request(now).ok()) {
                update_policy(api, id, &PolicyUpdateRequest { policy }).await?;
            }
            Ok(None)
        }
        Deed::Tags { id, gone, put } => {
            let before = world.policy(id).map(|now| now.tags.clone());
            let of = Tagged::Policy(id.clone());
            change_tags(api, &of, gone, put, &before.unwrap_or_default()).await?;
            Ok(None)
        }
        Deed::Delete { id } => {
            delete_policy(api, id, &once).await?;
            Ok(None)
        }
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
pub async fn carry_out(api: Api, run: RwSignal<Option<Run>>, mut now: Run) {
    for at in 0..now.plan.steps.len() {
        let deed = now.plan.steps[at].deed.clone();
        let (Some(deed), Outcome::Waiting) = (deed, &now.outcomes[at]) else {
            continue;
        };
        now.outcomes[at] = Outcome::Sending;
        run.try_set(Some(now.clone()));
        now.outcomes[at] = attempt(api, &deed, &mut now.world).await;
    }
    now.busy = false;
    run.try_set(Some(now));
}

/// Takes one step back.
pub async fn take_back(api: Api, run: RwSignal<Option<Run>>, step: usize) {
    let Some(mut now) = run.try_get_untracked().flatten() else {
        return;
    };
    let Some(inverse) = now.outcomes[step].inverse().cloned() else {
        return;
    };
    now.outcomes[step] = Outcome::TakingBack(inverse.clone());
    now.busy = true;
    run.try_set(Some(now.clone()));
    now.outcomes[step] = match attempt(api, &inverse, &mut now.world).await {
        Outcome::Failed(why) | Outcome::NotSent(why) => Outcome::Stays(inverse, why),
        _ => Outcome::TakenBack,
    };
    now.busy = false;
    run.try_set(Some(now));
}

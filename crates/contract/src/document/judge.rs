//! What is against the steps of a plan, and which of them belong together.

use core::fmt;

use super::plan::Plan;
use super::{DeedRefusal, World};
use crate::model::{Generation, PolicyKind};

/// What keeps a step from being a deed; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A new policy without a schedule.
    NoSchedule,
    /// A new policy without a retention.
    NoRetention,
    /// No server has this name.
    NobodyNamed(String),
    /// So many servers have this name.
    SeveralNamed(String, usize),
    /// No vault has this name.
    NoVaultNamed(String),
    /// So many vaults have this name.
    SeveralVaultsNamed(String, usize),
    /// The policy makes this, and the document wants the other.
    OtherKind(PolicyKind),
    /// A new policy makes copies, and where they go is not said.
    NoDestination,
    /// The project does not have the service.
    NoService(Generation),
}

impl Flaw {
    /// Whether the document is clear, and what it wants is impossible.
    pub const fn is_clear(&self) -> bool {
        matches!(
            self,
            Self::OtherKind(_) | Self::NoDestination | Self::NoService(_)
        )
    }
}

/// Why a step cannot be done as things stand; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepProblem {
    /// The document is not clear.
    Flaw(Flaw),
    /// The service would refuse, or it would do harm.
    Refusal(DeedRefusal),
    /// It needs the step that makes the policy, and that one is not done.
    NotMade(String),
    /// The servers would be left without a policy, because the step that takes them in is not done.
    Stranded(String),
}

impl Plan {
    /// What is against each step when those that are chosen are done in their order; a step that
    /// is not chosen is judged as if it were. Empty for a step that can be done.
    pub fn judge(&self, world: &World, chosen: &[bool]) -> Vec<Vec<StepProblem>> {
        let is_chosen = |at: usize| chosen.get(at).copied().unwrap_or(false);
        let mut stranded = vec![false; self.steps.len()];
        // Keeping one server where it is can spoil a further step; each round finds at least one.
        loop {
            let problems = self.walk(world, &is_chosen, &stranded);
            let more: Vec<usize> = (0..self.steps.len())
                .filter(|at| !stranded[*at])
                .filter(|at| {
                    let taker = self.steps[*at].sake;
                    taker.is_some_and(|taker| !is_chosen(taker) || !problems[taker].is_empty())
                })
                .collect();
            if more.is_empty() {
                return problems;
            }
            for at in more {
                stranded[at] = true;
            }
        }
    }

    fn walk(
        &self,
        world: &World,
        is_chosen: &dyn Fn(usize) -> bool,
        stranded: &[bool],
    ) -> Vec<Vec<StepProblem>> {
        let mut world = world.clone();
        let mut judged: Vec<Vec<StepProblem>> = Vec::with_capacity(self.steps.len());
        for (at, step) in self.steps.iter().enumerate() {
            let mut found: Vec<_> = step.flaws.iter().cloned().map(StepProblem::Flaw).collect();
            let is_lost = |made: &usize| !is_chosen(*made) || !judged[*made].is_empty();
            if let Some(deed) = &step.deed {
                if step.needs.as_ref().is_some_and(is_lost) {
                    found.push(StepProblem::NotMade(step.policy.clone()));
                } else {
                    let refusals = world.refusals(deed);
                    found.extend(refusals.into_iter().map(StepProblem::Refusal));
                }
                if stranded[at] {
                    let taker = step.sake.map(|taker| self.steps[taker].policy.clone());
                    found.push(StepProblem::Stranded(taker.unwrap_or_default()));
                }
                if is_chosen(at) && found.is_empty() {
                    world.done(deed, None);
                }
            }
            judged.push(found);
        }
        judged
    }

    /// Chooses a step or not, together with the steps without which it makes no sense: servers
    /// leave a policy only for the step that takes them in, and a policy is applied once it is made.
    pub fn choose(&self, chosen: &mut [bool], step: usize, on: bool) {
        let taker = self.steps[step].sake.unwrap_or(step);
        for (at, other) in self.steps.iter().enumerate() {
            if at == taker || other.sake == Some(taker) {
                chosen[at] = on;
            }
            if !on && other.needs == Some(step) {
                chosen[at] = false;
            }
        }
        if let (Some(made), true) = (self.steps[step].needs, on) {
            self.choose(chosen, made, true);
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSchedule => f.write_str(
                "A new policy needs a schedule; write \"schedule\": \"FREQ=DAILY;BYHOUR=2;BYMINUTE=0\", for example.",
            ),
            Self::NoRetention => f.write_str(
                "A new policy needs a retention; write \"retention\": {\"backups\": 14}, for example.",
            ),
            Self::NobodyNamed(name) => write!(
                f,
                "There is no server called {name} here; write its id, or take it out of the document."
            ),
            Self::SeveralNamed(name, count) => write!(
                f,
                "{count} servers are called {name}; write the id of the one you mean."
            ),
            Self::NoVaultNamed(name) => write!(
                f,
                "There is no vault called {name} here; write its id, or take it out of the document."
            ),
            Self::SeveralVaultsNamed(name, count) => write!(
                f,
                "{count} vaults are called {name}; write the id of the one you mean."
            ),
            Self::OtherKind(kind) => {
                let (made, wanted) = match kind {
                    PolicyKind::Backup => ("backups", "copies"),
                    PolicyKind::Replication(_) => ("copies", "backups"),
                };
                write!(
                    f,
                    "The policy makes {made}, and the service never turns it into one that makes {wanted}; give the one of the document another name."
                )
            }
            Self::NoDestination => f.write_str(
                "Where the copies go is not said, and Terraform has no argument for it; write the policy as JSON with its \"destination\".",
            ),
            Self::NoService(service) => write!(
                f,
                "This project does not have {}; import the policy where it is, or take it out of the document.",
                service.name()
            ),
        }
    }
}

impl fmt::Display for StepProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flaw(flaw) => flaw.fmt(f),
            Self::Refusal(refusal) => refusal.fmt(f),
            Self::NotMade(policy) => write!(
                f,
                "The step that makes policy {policy} is not done, and without it there is nothing to apply."
            ),
            Self::Stranded(policy) => write!(
                f,
                "The step that takes these servers into {policy} cannot be done, and without it they would be in no policy."
            ),
        }
    }
}

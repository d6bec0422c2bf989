//! What is against the steps of a plan, and which of them belong together.

use core::fmt;

use super::World;
use super::plan::{Plan, Step};
use crate::policy::PolicyRefusal;

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
}

/// Why a step cannot be done as things stand; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepProblem {
    /// The document is not clear.
    Flaw(Flaw),
    /// The service would refuse.
    Refusal(PolicyRefusal),
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
        let judged = |(at, step): (usize, &Step)| {
            let mut found: Vec<_> = step.flaws.iter().cloned().map(StepProblem::Flaw).collect();
            if let Some(deed) = &step.deed {
                let refusals = world.refusals(deed);
                found.extend(refusals.into_iter().map(StepProblem::Refusal));
                if stranded[at] {
                    let taker = step.sake.map(|taker| self.steps[taker].policy.clone());
                    found.push(StepProblem::Stranded(taker.unwrap_or_default()));
                }
                if is_chosen(at) && found.is_empty() {
                    world.done(deed, None);
                }
            }
            found
        };
        self.steps.iter().enumerate().map(judged).collect()
    }

    /// Chooses a step or not, together with the steps without which it makes no sense: servers
    /// leave a policy only for the step that takes them in.
    pub fn choose(&self, chosen: &mut [bool], step: usize, on: bool) {
        let taker = self.steps[step].sake.unwrap_or(step);
        for (at, other) in self.steps.iter().enumerate() {
            if at == taker || other.sake == Some(taker) {
                chosen[at] = on;
            }
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
        }
    }
}

impl fmt::Display for StepProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flaw(flaw) => flaw.fmt(f),
            Self::Refusal(refusal) => refusal.fmt(f),
            Self::Stranded(policy) => write!(
                f,
                "The step that takes these servers into {policy} cannot be done, and without it they would be in no policy."
            ),
        }
    }
}

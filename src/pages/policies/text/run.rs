//! A plan that is being carried out, or was: what each step says, how it went, and what takes it back.

use contract::document::plan::Plan;
use contract::document::{Deed, World};
use serde::{Deserialize, Serialize};

/// Said of a step that nobody saw the end of.
const LEFT: &str =
    "The page was closed before the answer came. A new plan shows whether it was done.";

/// How a step went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

    /// The same after the page was closed: an answer that nobody heard is not waited for.
    fn reopened(self) -> Self {
        match self {
            Self::Waiting => Self::NotSent("The page was closed before its turn.".to_owned()),
            Self::Sending => Self::Failed(LEFT.to_owned()),
            Self::TakingBack(inverse) => Self::Stays(inverse, LEFT.to_owned()),
            other => other,
        }
    }
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub sentence: String,
    /// What taking it back does.
    pub undo: String,
    pub deed: Option<Deed>,
    pub outcome: Outcome,
}

/// The steps of a plan with their results.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Run {
    pub rows: Vec<Row>,
    /// Ids that policies were meant by, with those they got.
    pub ids: Vec<(String, String)>,
    /// The project as it is after what was done; nothing when the run is of an earlier visit.
    #[serde(skip)]
    pub world: Option<World>,
    /// Whether something is under way.
    #[serde(skip)]
    pub busy: bool,
}

impl Run {
    /// Ready for the chosen steps.
    pub fn new(plan: Plan, world: World, chosen: &[bool]) -> Self {
        let row = |(step, chosen): (contract::document::plan::Step, &bool)| Row {
            sentence: step.sentence(),
            undo: step.undo_sentence(),
            deed: step.deed,
            outcome: if *chosen {
                Outcome::Waiting
            } else {
                Outcome::NotChosen
            },
        };
        Self {
            rows: plan.steps.into_iter().zip(chosen).map(row).collect(),
            ids: world.ids.clone(),
            world: Some(world),
            busy: true,
        }
    }

    /// The same when it is found again; nothing when there is nothing left to say of it.
    pub fn reopened(mut self) -> Option<Self> {
        for row in &mut self.rows {
            let outcome = core::mem::replace(&mut row.outcome, Outcome::NotChosen);
            row.outcome = outcome.reopened();
        }
        let is_over = |row: &Row| matches!(row.outcome, Outcome::NotChosen | Outcome::TakenBack);
        (!self.rows.iter().all(is_over)).then_some(self)
    }

    /// Why a step cannot be taken back now, as far as that is known.
    pub fn undo_blocked(&self, step: usize) -> Option<String> {
        if self.busy {
            return Some("Another step is under way.".to_owned());
        }
        let refusals = self
            .world
            .as_ref()?
            .refusals(self.rows[step].outcome.inverse()?);
        let words: Vec<String> = refusals.iter().map(ToString::to_string).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(outcomes: Vec<Outcome>) -> Run {
        let row = |outcome| Row {
            sentence: "Delete policy a.".to_owned(),
            undo: String::new(),
            deed: None,
            outcome,
        };
        Run {
            rows: outcomes.into_iter().map(row).collect(),
            ..Run::default()
        }
    }

    fn deed() -> Deed {
        Deed::Delete { id: "a".to_owned() }
    }

    #[test]
    fn what_nobody_saw_the_end_of_is_said_and_what_was_done_can_be_taken_back() {
        let left = run(vec![
            Outcome::Done(deed()),
            Outcome::Sending,
            Outcome::Waiting,
            Outcome::TakingBack(deed()),
        ]);
        let text = serde_json::to_string(&left).expect("json");
        let kept: Run = serde_json::from_str(&text).expect("a run");
        let found = kept.reopened().expect("something is left");
        let outcomes: Vec<Outcome> = found.rows.into_iter().map(|row| row.outcome).collect();
        assert_eq!(outcomes[0], Outcome::Done(deed()));
        assert_eq!(outcomes[1], Outcome::Failed(LEFT.to_owned()));
        assert!(matches!(&outcomes[2], Outcome::NotSent(_)));
        assert_eq!(outcomes[3].inverse(), Some(&deed()));
    }

    #[test]
    fn a_run_that_was_taken_back_is_over() {
        assert!(
            run(vec![Outcome::TakenBack, Outcome::NotChosen])
                .reopened()
                .is_none()
        );
        assert!(
            run(vec![Outcome::TakenBack, Outcome::Failed(String::new())])
                .reopened()
                .is_some()
        );
    }
}

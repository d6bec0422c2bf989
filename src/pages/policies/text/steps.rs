//! A plan before it is applied: each step with its sentence, what is against it, and a checkbox.

use std::sync::Arc;

use contract::document::World;
use contract::document::plan::{Flaw, Missing, Plan, Reason, Step, StepProblem};
use leptos::prelude::*;

use crate::form::Checkbox;
use crate::format::count;
use crate::ui::{Badge, Details, EmptyState, Glyph, Tone};

/// A plan with what was chosen of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub plan: Plan,
    pub chosen: Vec<bool>,
}

impl Draft {
    /// Everything chosen that can be done.
    pub fn new(plan: Plan, world: &World) -> Self {
        let all = vec![true; plan.steps.len()];
        let problems = plan.judge(world, &all);
        let mut draft = Self { chosen: all, plan };
        for (step, problems) in problems.iter().enumerate() {
            if !problems.is_empty() {
                draft.plan.choose(&mut draft.chosen, step, false);
            }
        }
        draft
    }

    /// How many steps can be applied as chosen, or why none can.
    pub fn ready(&self, world: &World) -> Result<usize, String> {
        let problems = self.plan.judge(world, &self.chosen);
        let mut chosen = self.chosen.iter().zip(&problems).filter(|(on, _)| **on);
        let number = chosen.clone().count();
        if chosen.any(|(_, problems)| !problems.is_empty()) {
            return Err(
                "A chosen step cannot be done. Change the document, or leave the step out."
                    .to_owned(),
            );
        }
        match number {
            0 => Err("No step is chosen.".to_owned()),
            number => Ok(number),
        }
    }
}

/// The plan; `draft` holds what is chosen of it.
pub fn steps(draft: RwSignal<Draft>, world: Signal<Arc<World>>) -> AnyView {
    let problems = Memo::new(move |_| {
        draft.with(|draft| world.with(|world| draft.plan.judge(world, &draft.chosen)))
    });
    // A choice leaves the rows alone; another plan makes them anew.
    let plan = Memo::new(move |_| draft.with(|draft| draft.plan.clone()));
    let rows = move || {
        let plan = plan.get();
        if plan.steps.is_empty() {
            return view! {
                <EmptyState title="Nothing to do" icon=Glyph::Check>
                    <p>"The policies are already what the document says."</p>
                </EmptyState>
            }
            .into_any();
        }
        let rows = plan
            .steps
            .into_iter()
            .enumerate()
            .map(|(at, step)| row(at, step, draft, problems))
            .collect_view();
        view! { <ol class="policy-steps" aria-label="Steps">{rows}</ol> }.into_any()
    };
    view! { {rows} {move || alone(&plan.read())} }.into_any()
}

fn row(
    at: usize,
    step: Step,
    draft: RwSignal<Draft>,
    problems: Memo<Vec<Vec<StepProblem>>>,
) -> AnyView {
    let checked =
        Signal::derive(move || draft.with(|draft| draft.chosen.get(at).copied().unwrap_or(false)));
    let choose = move |on: bool| {
        draft.update(|draft| draft.plan.choose(&mut draft.chosen, at, on));
    };
    // What the document leaves open cannot be chosen away; everything else can change with other steps.
    let blocked = Signal::derive({
        let flaws: Vec<String> = step.flaws.iter().map(ToString::to_string).collect();
        let blocked = (!flaws.is_empty()).then(|| flaws.join(" "));
        move || blocked.clone()
    });
    let has_flaws = !step.flaws.is_empty();
    let against = move || {
        let told = problems.with(|problems| {
            let mine = problems.get(at).map_or(&[][..], Vec::as_slice);
            mine.iter().map(ToString::to_string).collect::<Vec<_>>()
        });
        (!told.is_empty() && !has_flaws).then(|| {
            let lines = told
                .into_iter()
                .map(|line| view! { <li><bdi>{line}</bdi></li> });
            view! {
                <Badge tone=Tone::Bad text="Cannot be done"/>
                <ul class="policy-step-problems">{lines.collect_view()}</ul>
            }
        })
    };
    let is_clear = step.flaws.iter().all(Flaw::is_clear);
    let word = if is_clear {
        "Cannot be done"
    } else {
        "Not clear"
    };
    let flawed = has_flaws.then(|| view! { <Badge tone=Tone::Bad text=word/> });
    view! {
        <li>
            <Checkbox label=step.sentence() checked=checked on_change=choose hint=step.warning() blocked=blocked/>
            <div class="policy-step-about">{flawed}{against}</div>
        </li>
    }
    .into_any()
}

/// The policies nothing is done to.
fn alone(plan: &Plan) -> AnyView {
    let unclear = plan
        .alone
        .iter()
        .filter(|alone| matches!(alone.reason, Reason::Ambiguous(_)))
        .map(|alone| {
            view! {
                <li>
                    <Badge tone=Tone::Bad text="Not clear"/> " " <bdi>{alone.sentence()}</bdi>
                </li>
            }
        })
        .collect_view();
    let quiet: Vec<String> = plan
        .alone
        .iter()
        .filter(|alone| !matches!(alone.reason, Reason::Ambiguous(_)))
        .map(|alone| alone.sentence())
        .collect();
    let details = (!quiet.is_empty()).then(|| {
        let summary = format!("{} left alone", count(quiet.len(), "policy", "policies"));
        view! {
            <Details summary=summary>
                <ul>{quiet.iter().cloned().map(|line| view! { <li><bdi>{line}</bdi></li> }).collect_view()}</ul>
            </Details>
        }
    });
    view! { <ul class="policy-step-problems">{unclear}</ul> {details} }.into_any()
}

/// The word of the address for [`Missing`].
pub fn missing_of(word: Option<&str>) -> Missing {
    if word == Some("delete") {
        Missing::Delete
    } else {
        Missing::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::document::Document;
    use contract::document::plan::plan;

    #[test]
    fn what_cannot_be_done_is_not_chosen_and_says_why_when_it_is() {
        let text = r#"{"version": 1, "policies": [
            {"name": "a", "schedule": "FREQ=DAILY;BYHOUR=1;BYMINUTE=0", "retention": "forever"},
            {"name": "b", "schedule": "FREQ=DAILY;BYHOUR=1;BYMINUTE=0", "retention": "forever", "servers": ["gone"]}]}"#;
        let document = Document::read(text).expect("a document");
        let world = World::default();
        let mut draft = Draft::new(plan(&document, &world, Missing::Keep), &world);
        assert_eq!(draft.chosen, [true, false]);
        assert_eq!(draft.ready(&world), Ok(1));
        draft.chosen[1] = true;
        assert!(draft.ready(&world).is_err());
        draft.chosen = vec![false, false];
        assert_eq!(draft.ready(&world), Err("No step is chosen.".to_owned()));
    }
}

//! A plan while it is applied and after: how each step went, and taking it back.

use leptos::prelude::*;

use super::carry_out::{Asking, take_back};
use super::run::{Outcome, Run};
use super::store::Kept;
use crate::api::use_api;
use crate::format::count;
use crate::ui::{Badge, Button, ButtonKind, Glyph, Tone};

/// The steps with their results.
pub fn results(kept: &Kept, asking: Memo<Asking>) -> AnyView {
    let run = kept.signal();
    let number = run.with_untracked(|run| run.as_ref().map_or(0, |run| run.rows.len()));
    let rows = (0..number)
        .map(|at| row(at, kept.clone(), asking))
        .collect_view();
    view! {
        <p role="status">{move || summary(run)}</p>
        <ol class="policy-steps" aria-label="Results">{rows}</ol>
    }
    .into_any()
}

/// How far it is, or how it ended.
fn summary(run: RwSignal<Option<Run>>) -> String {
    run.with(|run| {
        let Some(run) = run else {
            return String::new();
        };
        let number = |is: fn(&Outcome) -> bool| {
            let outcomes = run.rows.iter().map(|row| &row.outcome);
            outcomes.filter(|one| is(one)).count()
        };
        let done = number(|one| one.inverse().is_some());
        let not = number(|one| matches!(one, Outcome::Failed(_) | Outcome::NotSent(_)));
        let back = number(|one| matches!(one, Outcome::TakenBack));
        if run.busy {
            return format!("Under way; {} done so far.", count(done, "step", "steps"));
        }
        let mut said = vec![format!("{} done", count(done, "step", "steps"))];
        if back > 0 {
            said.push(format!("{} taken back", count(back, "step", "steps")));
        }
        if not > 0 {
            said.push(format!("{} not done", count(not, "step", "steps")));
        }
        format!("{}.", said.join(", "))
    })
}

fn shown(outcome: &Outcome) -> (Tone, &'static str, String) {
    let (tone, word, why) = match outcome {
        Outcome::NotChosen => (Tone::Neutral, "Left out", ""),
        Outcome::Waiting => (Tone::Neutral, "Waiting", ""),
        Outcome::Sending => (Tone::Active, "Under way", ""),
        Outcome::Done(_) => (Tone::Good, "Done", ""),
        Outcome::Failed(why) => (Tone::Bad, "Failed", why.as_str()),
        Outcome::NotSent(why) => (Tone::Warning, "Not sent", why.as_str()),
        Outcome::TakingBack(_) => (Tone::Active, "Being taken back", ""),
        Outcome::TakenBack => (Tone::Neutral, "Taken back", ""),
        Outcome::Stays(_, why) => (Tone::Bad, "Could not be taken back", why.as_str()),
    };
    (tone, word, why.to_owned())
}

fn row(at: usize, kept: Kept, asking: Memo<Asking>) -> AnyView {
    let (api, run) = (use_api(), kept.signal());
    let outcome = Memo::new(move |_| {
        run.with(|run| Some(run.as_ref()?.rows.get(at)?.outcome.clone()))
            .unwrap_or(Outcome::NotChosen)
    });
    let face = Memo::new(move |_| outcome.with(shown));
    let (sentence, undo) = run.with_untracked(|run| {
        let row = run.as_ref().and_then(|run| run.rows.get(at));
        row.map(|row| (row.sentence.clone(), row.undo.clone()))
            .unwrap_or_default()
    });
    // Stays where it is while it is pressed, so that the focus does.
    let has_undo = Memo::new(move |_| {
        outcome.with(|outcome| {
            outcome.inverse().is_some() || matches!(outcome, Outcome::TakingBack(_))
        })
    });
    let busy = Signal::derive(move || outcome.with(|one| matches!(one, Outcome::TakingBack(_))));
    let blocked = Signal::derive(move || {
        run.with(|run| run.as_ref().and_then(|run| run.undo_blocked(at)))
            .filter(|_| !busy.get())
    });
    let press = move |()| {
        let asking = asking.get_untracked();
        leptos::task::spawn_local(take_back(api, kept.clone(), asking, at));
    };
    let name = format!("Take back: {sentence}");
    let button = move || {
        has_undo.get().then(|| {
            let (name, undo, press) = (name.clone(), undo.clone(), press.clone());
            view! {
                <div class="policy-step-undo">
                    <Button kind=ButtonKind::Quiet icon=Glyph::Restore name=name busy=busy blocked=blocked on_press=press>"Take back"</Button>
                    <span class="field-hint"><bdi>{undo}</bdi></span>
                </div>
            }
        })
    };
    view! {
        <li>
            <p><bdi>{sentence.clone()}</bdi></p>
            <div class="policy-step-about">
                <Badge tone=Signal::derive(move || face.get().0) text=Signal::derive(move || face.get().1.to_owned())/>
                {move || { let why = face.get().2; (!why.is_empty()).then(|| view! { <p><bdi>{why}</bdi></p> }) }}
                {button}
            </div>
        </li>
    }
    .into_any()
}

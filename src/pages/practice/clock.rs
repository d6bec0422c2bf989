//! The sandbox's clock: shown, moved forward, stopped.

use std::sync::Arc;

use leptos::prelude::*;

use super::advance::{Unit, iso_duration};
use crate::api::{
    SandboxClock, advance_clock, operation_id, sandbox_clock, set_clock_rate, use_api,
};
use crate::clock::use_clock;
use crate::form::{Field, NumberInput, Select, SelectOption, Submission};
use crate::query::{Pace, Query, query_view};
use crate::tasks::use_tasks;
use crate::ui::{Button, Card, Glyph, Notice, Switch, Time, Tone, use_toasts, use_zone};

/// The steps with a button of their own.
const STEPS: [(&str, &str); 4] = [
    ("PT1H", "1 hour"),
    ("P1D", "1 day"),
    ("P7D", "1 week"),
    ("P90D", "90 days"),
];

/// The clock.
#[component]
pub(super) fn ClockCard() -> AnyView {
    let clock = Query::new(sandbox_clock).polled(|_| Pace::Calm);
    let face = move |now: Signal<Arc<SandboxClock>>| {
        view! { <Face now=now/> <Stopped now=now clock=clock/> <Forward clock=clock/> }.into_any()
    };
    view! { <Card title="Clock">{query_view(clock, "sandbox's clock", face)}</Card> }.into_any()
}

/// The hands.
#[component]
fn Face(now: Signal<Arc<SandboxClock>>) -> AnyView {
    let (clock, zone) = (use_clock(), use_zone());
    // A stopped clock stands; a running one goes with the console's.
    let shown = move || {
        let ticking = clock.ticking();
        now.with(|now| {
            if now.rate == 0.0 {
                now.now.unwrap_or(ticking)
            } else {
                ticking
            }
        })
    };
    view! { <p class="clock-face"><time>{move || zone.with(|zone| zone.exact_seconds(shown()))}</time></p> }.into_any()
}

#[component]
fn Stopped(now: Signal<Arc<SandboxClock>>, clock: Query<SandboxClock>) -> AnyView {
    let (api, toasts) = (use_api(), use_toasts());
    let submission = RwSignal::new(false);
    let running = Signal::derive(move || now.with(|now| now.rate != 0.0));
    let change = move |on: bool| {
        submission.set(true);
        leptos::task::spawn_local(async move {
            match set_clock_rate(api, u32::from(on)).await {
                Ok(_) => clock.refresh(),
                Err(error) => toasts.failure("The clock could not be changed", error.to_string()),
            }
            submission.try_set(false);
        });
    };
    view! {
        <Switch label="Let the clock run" on=running on_change=change busy=submission
            hint="While it stands, nothing falls due and nothing makes progress."/>
    }
    .into_any()
}

/// Moving forward: every run, deletion and expiry on the way happens in its order, at its own time.
#[component]
fn Forward(clock: Query<SandboxClock>) -> AnyView {
    let (api, tasks, toasts, zone) = (use_api(), use_tasks(), use_toasts(), use_zone());
    let moving = RwSignal::new(Submission::new());
    let busy = Signal::derive(move || moving.get().busy().get());
    let go = move |duration: String| {
        if busy.get_untracked() {
            return;
        }
        let once = operation_id();
        let submission = Submission::new();
        moving.set(submission);
        submission.send(
            async move { advance_clock(api, &duration, &once).await },
            move |now| {
                if let Some(now) = now.now {
                    toasts.success(format!(
                        "The sandbox's clock is at {}",
                        zone.with_untracked(|zone| zone.exact(now))
                    ));
                }
                clock.refresh();
                tasks.look_now();
            },
        );
    };
    let steps = STEPS
        .map(|(duration, name)| {
            view! { <Button icon=Glyph::Arrow busy=busy on_press=move || go(duration.to_owned())>{format!("Advance {name}")}</Button> }
        })
        .into_iter()
        .collect_view();
    let (amount, unit) = (RwSignal::new("30".to_owned()), RwSignal::new(Unit::Days));
    let checked = Memo::new(move |_| iso_duration(&amount.read(), unit.get()));
    let message = Signal::derive(move || {
        checked.with(|checked| {
            checked
                .as_ref()
                .err()
                .map(|broken| format!("Amount: {broken}"))
        })
    });
    let units: Vec<SelectOption> = Unit::ALL
        .map(|unit| SelectOption::new(unit.key(), unit.key()))
        .into();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Ok(duration) = checked.get_untracked() {
            go(duration);
        }
    };
    view! {
        <div class="form-actions">{steps}</div>
        <form class="inline-form" on:submit=send>
            <Field id="advance-amount" label="Amount" required=true message=message>
                <NumberInput value=amount on_input=move |text| amount.set(text)/>
            </Field>
            <Field id="advance-unit" label="Unit" required=true>
                <Select options=units value=Signal::derive(move || unit.get().key().to_owned())
                    on_change=move |key: String| unit.set(Unit::from_key(&key))/>
            </Field>
            <Button submit=true busy=busy blocked=message on_press=|| ()>"Advance the clock"</Button>
        </form>
        {move || moving.get().failure().get().map(|text| view! {
            <Notice tone=Tone::Bad title="The clock was not moved" announce=true><p>{text}</p></Notice>
        })}
        <p class="field-hint">"The console's clock follows: "<Time at=Signal::derive(move || Some(use_clock().ticking())) shape=crate::ui::TimeShape::Exact/></p>
    }
    .into_any()
}

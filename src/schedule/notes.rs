//! What keeps the chosen days and times from being a rule, and the ways out.

use contract::schedule::{NoSingleRule, OffsetTable, Reason, Remedy, TimeOfDay};
use contract::time::Timestamp;
use leptos::prelude::*;

use super::builder::Builder;
use super::draft::{Frequency, Outcome, limit_sentence};
use crate::ui::{Button, ButtonKind, CopyButton, Notice, Tone};

pub(super) fn outcome_notes(builder: Builder) -> AnyView {
    view! {
        <div class="schedule-notes" aria-live="polite">
            {move || builder.outcome.with(|outcome| match outcome {
                Outcome::Rule(_) | Outcome::Text(_) => ().into_any(),
                Outcome::Limits(problems) => {
                    let list = problems.iter().map(|problem| view! { <li>{limit_sentence(*problem)}</li> }).collect_view();
                    view! {
                        <Notice tone=Tone::Bad title="These days and times are not a schedule"><ul>{list}</ul></Notice>
                    }
                    .into_any()
                }
                Outcome::Several(answer) => several(builder, answer),
            })}
        </div>
    }
    .into_any()
}

fn list(times: &[TimeOfDay]) -> String {
    times
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Why one rule cannot say it.
fn reason(reason: &Reason) -> Vec<String> {
    match reason {
        Reason::MixedDays {
            day_before,
            day_after,
            ..
        } => {
            let on = |times: &[TimeOfDay], which: &str| {
                (!times.is_empty()).then(|| {
                    format!(
                        "In UTC, {} falls on {which}, the other times do not.",
                        list(times)
                    )
                })
            };
            [
                on(day_before, "the day before"),
                on(day_after, "the day after"),
            ]
            .into_iter()
            .flatten()
            .collect()
        }
        Reason::MixedMinutes { minutes } => {
            let minutes: Vec<String> = minutes
                .iter()
                .map(|minute| format!(":{minute:02}"))
                .collect();
            vec![format!(
                "The times have different minutes ({}), and a rule repeats every minute in every hour.",
                minutes.join(", ")
            )]
        }
    }
}

fn several(builder: Builder, answer: &NoSingleRule) -> AnyView {
    let reasons = answer
        .reasons
        .iter()
        .flat_map(reason)
        .map(|text| view! { <p>{text}</p> })
        .collect_view();
    let rules = answer
        .rules
        .iter()
        .map(|rule| {
            let text = rule.to_string();
            view! { <li><code>{text.clone()}</code> <CopyButton text=text what="rule"/></li> }
        })
        .collect_view();
    let remedies = answer
        .remedies
        .iter()
        .filter_map(|remedy| way_out(builder, remedy))
        .collect_view();
    let split = builder.on_split.map(|on_split| {
        let rules = answer.rules.clone();
        let text = format!("Use these {} rules", rules.len());
        view! { <Button kind=ButtonKind::Primary on_press=move |()| on_split.run(rules.clone())>{text}</Button> }
    });
    let list = if split.is_some() {
        "These rules together say it:"
    } else {
        "Or make a policy for each of these rules; a server belongs to one policy at a time:"
    };
    view! {
        <Notice tone=Tone::Warning title="One rule in UTC cannot say this">
            {reasons}
            <div class="schedule-remedies">{split} {remedies}</div>
            <p>{list}</p>
            <ul class="schedule-rules">{rules}</ul>
        </Notice>
    }
    .into_any()
}

fn way_out(builder: Builder, remedy: &Remedy) -> Option<AnyView> {
    let button = |text: String, take: Callback<()>| {
        view! { <Button on_press=take>{text}</Button> }.into_any()
    };
    match remedy {
        Remedy::MoveTimes { wish, .. } => {
            let wish = wish.clone();
            let text = format!("Run at {}", list(wish.times()));
            Some(button(
                text,
                Callback::new(move |()| builder.edit(|draft| draft.take_wish(&wish))),
            ))
        }
        Remedy::EveryDay { .. } => {
            let take = move |()| {
                builder.edit(|draft| {
                    draft.set_every("1".to_owned());
                    draft.set_frequency(Frequency::Daily);
                });
            };
            Some(button("Run every day".to_owned(), Callback::new(take)))
        }
        Remedy::AsUtc { .. } => {
            let take = move |()| builder.edit(|draft| draft.reinterpret_on("utc"));
            Some(button(
                "Take these times as UTC".to_owned(),
                Callback::new(take),
            ))
        }
        Remedy::SeveralPolicies => None,
    }
}

/// The offset a table has at an instant, as the form says it: `1 hour`, `30 minutes`.
pub(super) fn jump_name(seconds: i32) -> String {
    let minutes = seconds.unsigned_abs() / 60;
    match (minutes / 60, minutes % 60) {
        (1, 0) => "1 hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        (0, minutes) => format!("{minutes} minutes"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// The offset of a zone at an instant, in minutes for what shows it.
pub(super) fn offset_minutes(table: &OffsetTable, at: Timestamp) -> i32 {
    table.offset_at(at).div_euclid(60)
}

//! The dates on which daylight saving moves the local times of a rule, and what can be done.

use contract::schedule::{
    Clock, ClockChange, DriftRemedy, LocalView, OffsetTable, Schedule, UtcRules,
};
use contract::time::Timestamp;
use leptos::prelude::*;

use super::notes::{jump_name, offset_minutes};
use crate::format::time::Civil;
use crate::ui::{Button, CopyButton, Glyph, Icon};

/// How far ahead changes are shown, in seconds: both of a year.
const AHEAD: i64 = 366 * 86_400;

/// The changes within the year ahead.
pub(super) fn changes(
    rule: Schedule,
    table: &OffsetTable,
    start: Timestamp,
    now: Timestamp,
) -> Vec<ClockChange> {
    rule.clock_changes(table, start, now, now.plus_seconds(AHEAD))
}

/// A view of a rule in one line.
fn said(view: &LocalView) -> String {
    view.describe(Clock::Unsaid)
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// One change as a sentence: `On Sun 28 Mar 2027 the clock goes forward by 1 hour.`
pub(super) fn sentence(change: &ClockChange, table: &OffsetTable) -> String {
    let civil = Civil::at(change.at, offset_minutes(table, change.at.plus_seconds(-1)));
    let jump = change.offset_after - change.offset_before;
    let way = if jump > 0 { "forward" } else { "back" };
    format!(
        "On {} {} the clock goes {way} by {}.",
        civil.short_date(),
        civil.year,
        jump_name(jump)
    )
}

/// The changes with their remedies; says so when there are none.
pub(super) fn daylight_panel(
    rule: Schedule,
    table: &OffsetTable,
    start: Timestamp,
    now: Timestamp,
    zone: &str,
    on_take: Option<Callback<Schedule>>,
) -> AnyView {
    let changes = changes(rule, table, start, now);
    if changes.is_empty() {
        return view! {
            <p class="field-hint">{format!("The clock in {zone} does not change within a year; local times stay.")}</p>
        }
        .into_any();
    }
    let entries = changes
        .iter()
        .map(|change| {
            let remedies = rule.drift_remedies(change).into_iter().filter_map(|remedy| way_out(remedy, change, table, on_take));
            let remedies: Vec<AnyView> = remedies.collect();
            view! {
                <li class="daylight-change">
                    <p><Icon of=Glyph::Clock/> <strong>{sentence(change, table)}</strong></p>
                    <p class="daylight-moves">
                        <span>{said(&change.before)}</span> <Icon of=Glyph::Arrow/> <span>{said(&change.after)}</span>
                    </p>
                    {remedies}
                </li>
            }
        })
        .collect_view();
    let summary = match changes.len() {
        1 => format!("The local time moves once within a year ({zone})"),
        count => format!("The local time moves {count} times within a year ({zone})"),
    };
    view! {
        <div class="daylight">
            <h3>{summary}</h3>
            <p class="field-hint">
                "The rule is stored in UTC, which has no daylight saving. Leave it, and the runs move with the clock; or:"
            </p>
            <ul class="daylight-changes">{entries}</ul>
        </div>
    }
    .into_any()
}

fn way_out(
    remedy: DriftRemedy,
    change: &ClockChange,
    table: &OffsetTable,
    on_take: Option<Callback<Schedule>>,
) -> Option<AnyView> {
    match remedy {
        DriftRemedy::Accept => None,
        DriftRemedy::SameDayInBothSeasons { rule, hours } => {
            let way = if hours < 0 { "earlier" } else { "later" };
            let text = format!(
                "Run {} {way}, so that the weekday stays the same all year: {}.",
                jump_name(i32::from(hours) * 3600),
                said(&rule.local_view(change.offset_before))
            );
            let take = on_take.map(|take| view! { <Button on_press=move |()| take.run(rule)>"Use this"</Button> });
            Some(view! { <div class="daylight-remedy"><p>{text}</p>{take}</div> }.into_any())
        }
        DriftRemedy::SwitchAt { at, rules: UtcRules::One { rule, .. } } => {
            let date = Civil::at(at, offset_minutes(table, at)).date();
            let text = rule.to_string();
            Some(
                view! {
                    <div class="daylight-remedy">
                        <p>{format!("To keep the local times, store this rule on {date}:")}</p>
                        <p><code>{text.clone()}</code> <CopyButton text=text what="rule"/></p>
                    </div>
                }
                .into_any(),
            )
        }
        DriftRemedy::SwitchAt { rules: UtcRules::None(_), .. } => Some(
            view! { <p class="daylight-remedy">"No single rule would keep the local times after that date."</p> }.into_any(),
        ),
    }
}

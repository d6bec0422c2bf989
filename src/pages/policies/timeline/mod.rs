//! The retention timeline: the backups that exist and those to come on one axis, each with the
//! reason it stays or goes, and what an edit would change.

mod chart;
mod forecast;
mod table;
mod words;

use std::sync::Arc;

use contract::model::Policy;
use contract::time::Timestamp;
use leptos::prelude::*;

use super::backups::PolicyBackups;
use super::form::Editing;
use crate::clock::{Clock, use_clock};
use crate::form::{Field, Select, SelectOption};
use crate::format::count;
use crate::ui::{Choice, Pick, use_zone};
use chart::{Picture, chart};
use forecast::{Keeping, Lane, Lost, groups, lost, of_group};
use table::lane_table;
pub use table::losses_notice;
use words::summary;

/// How far ahead one can look.
const SPANS: [(&str, i64); 3] = [("30 days", 30), ("90 days", 90), ("One year", 365)];

/// The rules that are drawn, each in a lane of its own.
type Lanes = Vec<(&'static str, Keeping)>;

/// The timeline of a policy as it is.
pub fn policy_timeline(
    policy: Signal<Arc<Policy>>,
    backups: Signal<Option<Arc<PolicyBackups>>>,
) -> AnyView {
    let lanes = Memo::new(move |_| vec![("By this policy", Keeping::from(&**policy.read()))]);
    timeline(lanes, backups)
}

/// What the form stands for, as far as the timeline is concerned; tracked.
fn edited(editing: Editing) -> Option<Keeping> {
    let form = editing.form;
    let start = editing
        .policy
        .with(|policy| policy.as_ref().and_then(|policy| policy.start_time));
    let rules = form.rules.schedules();
    // Without a rule there is nothing to look ahead to.
    (!rules.is_empty()).then_some(())?;
    Some(Keeping {
        generation: form.generation,
        retention: form.retention.with(|draft| draft.check()).ok()?,
        enabled: form.enabled.get(),
        rules,
        start,
    })
}

/// The policy by today's rule; tracked.
fn today(editing: Editing) -> Option<Keeping> {
    let base = editing.base.get()?;
    let policy = base.to_policy(editing.policy.read().as_ref());
    Some(Keeping::from(&policy))
}

/// The timeline of the policy that is edited, beside what it is today.
pub fn editor_timeline(editing: Editing) -> AnyView {
    let lanes = Memo::new(move |_| {
        let (before, after) = (today(editing), edited(editing));
        match (before, after) {
            (Some(before), Some(after)) if before != after => {
                vec![("After saving", after), ("By today's rule", before)]
            }
            (Some(before), _) => vec![("By today's rule", before)],
            (None, Some(after)) => vec![("Once it is saved", after)],
            (None, None) => Vec::new(),
        }
    });
    let backups = Signal::derive(move || match editing.around.backups {
        Some(backups) => backups.data(),
        // A new policy has none.
        None => Some(Arc::default()),
    });
    let clock = use_clock();
    let lost = Memo::new(move |_| {
        let changes = lanes.with(|lanes| lanes.len() == 2) && editing.backups().is_some();
        changes.then(|| saving_loses(editing, clock))
    });
    view! {
        <div aria-live="polite">{move || lost.get().map(losses_notice)}</div>
        {timeline(lanes, backups)}
    }
    .into_any()
}

/// The backups that exist and that saving deletes earlier than today's rule, as of now; the form is
/// tracked, the clock is not: an opened list would close with every second.
pub fn saving_loses(editing: Editing, clock: Clock) -> Vec<Lost> {
    let now = minute(clock.now());
    match (today(editing), edited(editing), editing.backups()) {
        (Some(before), Some(after), Some(backups)) => lost(&before, &after, &backups, now),
        _ => Vec::new(),
    }
}

/// An instant to the minute.
fn minute(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.seconds().div_euclid(60) * 60)
}

fn timeline(lanes: Memo<Lanes>, backups: Signal<Option<Arc<PolicyBackups>>>) -> AnyView {
    let (zone, clock) = (use_zone(), use_clock());
    let chosen = RwSignal::new(String::new());
    let span = RwSignal::new("30".to_owned());
    let of = Memo::new(move |_| {
        backups
            .get()
            .map(|backups| groups(&backups))
            .unwrap_or_default()
    });
    let group = Memo::new(move |_| {
        let chosen = chosen.read();
        of.with(|of| {
            let found = of.iter().find(|group| group.key == *chosen);
            found.or(of.first()).map(|group| group.key.clone())
        })
        .unwrap_or_default()
    });
    let options = Signal::derive(move || {
        of.with(|of| {
            let option = |group: &forecast::Group| {
                let number = count(group.backups, "backup", "backups");
                SelectOption::new(group.key.clone(), format!("{} ({number})", group.name))
            };
            of.iter().map(option).collect::<Vec<_>>()
        })
    });
    let several = Memo::new(move |_| of.with(|of| of.len() > 1));
    let picks: Vec<Pick> = SPANS
        .iter()
        .map(|(name, days)| Pick::new(days.to_string(), *name))
        .collect();
    let drawn = move || {
        let backups = backups.get()?;
        let lanes = lanes.get();
        if lanes.is_empty() {
            return None;
        }
        let days = span.with(|span| span.parse().unwrap_or(30));
        // As of now, whenever something else changes: a picture that is made anew by itself loses the
        // place somebody has walked to.
        let (now, zone) = (minute(clock.now()), zone.get());
        let rows = group.with(|key| of_group(&backups, key));
        let lanes: Vec<(&'static str, Lane)> = lanes
            .iter()
            .map(|(name, keeping)| (*name, keeping.lane(&rows, now, days)))
            .collect();
        let picture = Picture { lanes, now, zone };
        let words = picture
            .lanes
            .iter()
            .map(|(name, lane)| {
                let name =
                    (picture.lanes.len() > 1).then(|| view! { <strong>{*name} ": "</strong> });
                let short = lane.is_short.then_some(" Looked ahead for 400 runs.");
                view! { <p>{name} {summary(lane, picture.now, &picture.zone)} {short}</p> }
            })
            .collect_view();
        let is_empty = picture.lanes.iter().all(|(_, lane)| lane.lives.is_empty());
        let tables = (0..picture.lanes.len())
            .map(|lane| lane_table(&picture, lane, &rows))
            .collect_view();
        let part = backups
            .is_part
            .then_some("Only the newest thousand backups are looked at. ");
        Some(view! {
            <figure class="lifeline-figure">
                <figcaption>{words}</figcaption>
                {(!is_empty).then(|| chart(picture))}
            </figure>
            {(!is_empty).then_some(tables)}
            <p class="field-hint">
                {part} "A forecast, for usable backups: the service does not say at which hour it cleans up; here it does so after each run and at midnight UTC."
            </p>
        })
    };
    view! {
        <div class="lifeline-choice">
            {move || several.get().then(|| view! {
                <Field id="lifeline-of" label="Backups of" required=true>
                    <Select options=options value=group on_change=move |key| chosen.set(key)/>
                </Field>
            })}
            <Choice legend="Look ahead" picks=picks chosen=span on_choose=move |days| span.set(days)/>
        </div>
        {legend()}
        {drawn}
    }
    .into_any()
}

fn legend() -> AnyView {
    view! {
        <p class="lifeline-legend">
            <span><i class="lifeline-mark lifeline-real" aria-hidden="true"></i>"exists and stays"</span>
            <span><i class="lifeline-mark lifeline-real lifeline-goes" aria-hidden="true"></i>"exists and goes"</span>
            <span><i class="lifeline-mark" aria-hidden="true"></i>"to come, stays"</span>
            <span><i class="lifeline-mark lifeline-goes" aria-hidden="true"></i>"to come, goes"</span>
            <span><i class="lifeline-gone" aria-hidden="true"></i>"a backup goes"</span>
        </p>
    }
    .into_any()
}

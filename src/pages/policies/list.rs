//! The list of policies: what each does, when next, and for whom.

use std::sync::Arc;

use crate::router::use_navigate;
use contract::model::Policy;
use contract::rules::MAX_POLICIES;
use contract::schedule::{Clock, Schedule};
use contract::time::Timestamp;
use leptos::prelude::*;

use super::actions::{DeletePolicy, PolicyDeeds, run_blocked, use_policy_deeds};
use super::words::retention_words;
use crate::api::policies;
use crate::clock::use_clock;
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::ui::{
    Align, Button, ButtonKind, Cell, Column, EmptyState, Glyph, Menu, MenuItem, Switch, Table,
    TextLink, Time,
};

/// When a policy runs next; nothing while it is off or cannot be read.
pub fn next_run(policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let rule = Schedule::parse(&policy.pattern)
        .ok()
        .filter(|_| policy.enabled)?;
    let start = policy.start_time.unwrap_or(now);
    rule.next_after(start, now.max(start))
}

/// A policy's schedule in words.
pub fn schedule_words(policy: &Policy) -> String {
    match Schedule::parse(&policy.pattern) {
        Ok(rule) => rule.describe(Clock::Utc).to_string(),
        Err(_) if policy.pattern.is_empty() => "No schedule".to_owned(),
        Err(_) => format!("Not readable here: {}", policy.pattern.trim()),
    }
}

/// The page.
pub fn list_page() -> AnyView {
    let all = Query::new(policies).polled(|_| Pace::Calm);
    let (paths, navigate) = (use_paths(), use_navigate());
    let full = Signal::derive(move || {
        let full = all.data().is_some_and(|all| all.len() >= MAX_POLICIES);
        full.then(|| {
            format!("There are {MAX_POLICIES} policies, as many as allowed. Delete one first.")
        })
    });
    let new = paths.new_policy();
    let create = Callback::new(move |()| navigate(&new, Default::default()));
    let actions = move || {
        view! {
            {refresh_bar(all, "policies")}
            <Button kind=ButtonKind::Primary icon=Glyph::Plus blocked=full on_press=create>"Create policy"</Button>
        }
        .into_any()
    };
    let lead = move || {
        let number = all
            .data()
            .map(|all| format!("{} of {MAX_POLICIES} policies. ", all.len()));
        view! { {number} "A policy says when servers are backed up and how long the backups are kept." }.into_any()
    };
    let lead = move || view! { {lead} }.into_any();
    let table = move |all_now: Signal<Arc<Vec<Policy>>>| table(all, all_now, create);
    view! { <Page title="Policies" lead=lead actions=actions>{query_view(all, "policies", table)}</Page> }.into_any()
}

fn table(
    all: Query<Vec<Policy>>,
    policies: Signal<Arc<Vec<Policy>>>,
    create: Callback<()>,
) -> AnyView {
    let deeds = use_policy_deeds(Callback::new(move |()| all.refresh()));
    let deleting = RwSignal::new(None::<Arc<Policy>>);
    let open = RwSignal::new(false);
    let empty = Memo::new(move |_| policies.with(|policies| policies.is_empty()));
    let sorted = move || {
        let mut sorted: Vec<Arc<Policy>> = policies.get().iter().cloned().map(Arc::new).collect();
        sorted.sort_by(|a, b| a.name.cmp(&b.name));
        sorted
    };
    let content = move || {
        if empty.get() {
            return view! {
                <EmptyState title="No policy yet" icon=Glyph::Policy>
                    <p>"Make one, and its servers are backed up by themselves."</p>
                    <Button kind=ButtonKind::Primary icon=Glyph::Plus on_press=create>"Create policy"</Button>
                </EmptyState>
            }
            .into_any();
        }
        let deeds = deeds.clone();
        let ask = Callback::new(move |policy: Arc<Policy>| {
            deleting.set(Some(policy));
            open.set(true);
        });
        let rows = move || {
            let deeds = deeds.clone();
            sorted()
                .into_iter()
                .map(move |policy| row(policy, deeds.clone(), ask))
                .collect_view()
        };
        let columns = vec![
            Column::text("Policy"),
            Column::text("Schedule"),
            Column::text("Next run"),
            Column::text("Retention"),
            Column::number("Servers"),
            Column::text("On"),
            Column::text(""),
        ];
        view! { <Table caption="Policies" columns=columns>{rows}</Table> }.into_any()
    };
    view! {
        {content}
        <DeletePolicy open=open policy=deleting on_done=move |()| all.refresh()/>
    }
    .into_any()
}

fn row(policy: Arc<Policy>, deeds: PolicyDeeds, ask: Callback<Arc<Policy>>) -> AnyView {
    let (paths, clock, navigate) = (use_paths(), use_clock(), use_navigate());
    let href = paths.policy(&policy.id);
    let next = {
        let policy = Arc::clone(&policy);
        Signal::derive(move || next_run(&policy, clock.ticking()))
    };
    let switch = {
        let (policy, deeds) = (Arc::clone(&policy), deeds.clone());
        move |on: bool| deeds.switch(&policy, on)
    };
    let items = {
        let (run, runner) = (Arc::clone(&policy), deeds.clone());
        let (edit, delete) = (paths.edit_policy(&policy.id), Arc::clone(&policy));
        vec![
            MenuItem::new("Run now", Callback::new(move |()| runner.run_now(&run)))
                .icon(Glyph::Play)
                .blocked(run_blocked(&policy)),
            MenuItem::new(
                "Edit",
                Callback::new(move |()| navigate(&edit, Default::default())),
            )
            .icon(Glyph::Edit),
            MenuItem::new(
                "Delete",
                Callback::new(move |()| ask.run(Arc::clone(&delete))),
            )
            .icon(Glyph::Trash)
            .danger(),
        ]
    };
    let (name, on) = (policy.name.clone(), policy.enabled);
    let label = format!("Actions for {name}");
    let about = (!policy.description.is_empty()).then(|| {
        let text = policy.description.clone();
        view! { <small class="policy-about"><bdi>{text}</bdi></small> }
    });
    let (schedule, retention) = (schedule_words(&policy), retention_words(&policy.retention));
    let servers = policy.servers.len();
    view! {
        <tr role="row">
            <Cell heading=true label="Policy"><TextLink href=href><bdi>{name}</bdi></TextLink> {about}</Cell>
            <Cell label="Schedule">{schedule}</Cell>
            <Cell label="Next run"><Time at=next/></Cell>
            <Cell label="Retention">{retention}</Cell>
            <Cell label="Servers" align=Align::End>{servers}</Cell>
            <Cell label="On"><Switch label=if on { "On" } else { "Off" } on=on on_change=switch/></Cell>
            <Cell><Menu label=label items=items icon=Glyph::More icon_only=true at_end=true kind=ButtonKind::Quiet/></Cell>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_is_off_or_unreadable_has_no_next_run() {
        let now = Timestamp::parse("2026-11-21T04:00:00").expect("an instant");
        let mut policy = Policy {
            enabled: true,
            pattern: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0".into(),
            ..Policy::default()
        };
        assert_eq!(
            next_run(&policy, now),
            Timestamp::parse("2026-11-22T02:00:00")
        );
        policy.enabled = false;
        assert_eq!(next_run(&policy, now), None);
        policy.enabled = true;
        policy.pattern = "FREQ=HOURLY".into();
        assert_eq!(next_run(&policy, now), None);
        assert_eq!(schedule_words(&policy), "Not readable here: FREQ=HOURLY");
    }
}

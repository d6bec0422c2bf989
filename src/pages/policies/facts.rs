//! The parts of a policy's page: what it is, when it runs, what it keeps, what it is for.

use std::sync::Arc;

use contract::model::Policy;
use contract::schedule::Schedule;
use contract::vault::Vault;
use leptos::prelude::*;

use super::backups::PolicyBackups;
use super::fields::{full_words, kind_words};
use super::review::zone_key;
use super::service::full_name;
use super::timeline::policy_timeline;
use super::words::{next_run, retention_words, schedule_words, schedule_words_on};
use crate::clock::use_clock;
use crate::format::count;
use crate::layout::use_paths;
use crate::query::{Query, query_view};
use crate::routes::Paths;
use crate::schedule::{NextRuns, zone_of};
use crate::session::recall;
use crate::ui::{Badge, CodeBlock, CopyId, Details, Fact, Facts, Glyph, TextLink, Time, Tone};

/// The policies that carry a tag.
pub fn tagged_policies(paths: &Paths, tag: &str) -> String {
    paths.policies_where(&[("tag", tag)])
}

pub fn facts(policy: Signal<Arc<Policy>>) -> AnyView {
    let clock = use_clock();
    let next = Signal::derive(move || next_run(&policy.read(), clock.ticking()));
    let state = move || {
        if policy.read().enabled {
            view! { <Badge tone=Tone::Good text="Runs on schedule"/> }.into_any()
        } else {
            view! { <Badge tone=Tone::Neutral text="Schedule is off" icon=Glyph::Pause/> }
                .into_any()
        }
    };
    let description = move || {
        let text = policy.read().description.clone();
        if text.is_empty() {
            "—".to_owned()
        } else {
            text
        }
    };
    let described = Memo::new(move |_| policy.read().generation.capabilities().described_policies);
    let makes = move || {
        let policy = policy.read();
        let has = policy.generation.capabilities().replication;
        has.then(|| kind_words(&policy.kind))
    };
    view! {
        <Facts>
            <Fact name="State">{state}</Fact>
            <Fact name="Service">{move || full_name(policy.read().generation)}</Fact>
            {move || described.get().then(|| view! { <Fact name="Description">{description}</Fact> })}
            {move || makes().map(|makes| view! { <Fact name="Makes"><bdi>{makes}</bdi></Fact> })}
            <Fact name="Next run"><Time at=next/></Fact>
            {move || described.get().then(|| view! {
                <Fact name="Created"><Time at=Signal::derive(move || policy.read().created_at)/></Fact>
            })}
            <Fact name="Id"><CopyId id=Signal::derive(move || policy.read().id.clone()) what="policy id"/></Fact>
        </Facts>
    }
    .into_any()
}

pub fn schedule(policy: Signal<Arc<Policy>>) -> AnyView {
    let pattern = Memo::new(move |_| policy.read().patterns().collect::<Vec<_>>().join("\n"));
    let rules = Memo::new(move |_| {
        let policy = policy.read();
        let rules = policy.patterns().map(Schedule::parse);
        rules.filter_map(Result::ok).collect::<Vec<_>>()
    });
    let start = Signal::derive(move || policy.read().start_time);
    // The zone the policy was meant in, as this browser remembers it.
    let zone = Memo::new(move |_| {
        recall(&zone_key(&policy.read().id)).unwrap_or_else(|| "mine".to_owned())
    });
    let clock = use_clock();
    let local = move || {
        let zone = zone_of(&zone.read());
        rules.with(|rules| !rules.is_empty()).then_some(())?;
        (zone.title() != "UTC").then(|| schedule_words_on(&policy.read(), &zone, clock.ticking()))
    };
    let window = move || {
        let minutes = policy.read().start_window?;
        Some(format!("A run may begin up to {minutes} minutes late."))
    };
    view! {
        <div class="schedule-said">
            {move || match local() {
                Some(text) => view! {
                    <p class="schedule-sentence">{text}</p>
                    <p class="schedule-stored">"Stored as: " {schedule_words(&policy.read())}</p>
                }
                .into_any(),
                None => view! { <p class="schedule-sentence">{schedule_words(&policy.read())}</p> }.into_any(),
            }}
        </div>
        <NextRuns rules=rules start=start zone=zone/>
        {move || window().map(|text| view! { <p class="field-hint">{text}</p> })}
        <Details summary="Pattern as the service stores it">
            <CodeBlock code=pattern what="pattern"/>
        </Details>
    }
    .into_any()
}

/// Retention in words, and the timeline of what exists.
pub fn retention(policy: Signal<Arc<Policy>>, backups: Query<PolicyBackups>) -> AnyView {
    let words = move || retention_words(&policy.read().retention);
    let full = move || {
        let policy = policy.read();
        let has = policy.generation.capabilities().replication;
        has.then(|| full_words(policy.full_every))
    };
    let further = move || {
        let has = policy.with(|policy| policy.further_retention.is_some());
        has.then_some("The service also holds advanced rules for it, which are not shown here and stay as they are.")
    };
    let timeline = move |backups: Signal<Arc<PolicyBackups>>| {
        policy_timeline(policy, Signal::derive(move || Some(backups.get())))
    };
    let paths = use_paths();
    let href = Signal::derive(move || {
        let policy = policy.read();
        match policy.generation.capabilities().servers_in_policy {
            true => paths.backups_where(&[("policy", &policy.id)]),
            false => paths.backups(),
        }
    });
    view! {
        <p><strong>{words}</strong> {move || full().map(|full| format!("; {full}"))} "."</p>
        <p class="field-hint">{further}</p>
        {query_view(backups, "backups of the policy", timeline)}
        <p><TextLink href=href>"Show its backups"</TextLink></p>
    }
    .into_any()
}

/// The vaults it is applied to.
pub fn applied_vaults(policy: Signal<Arc<Policy>>, known: Query<Vec<Vault>>) -> AnyView {
    let paths = use_paths();
    let rows = move || {
        let paths = paths.clone();
        let (policy, known) = (policy.get(), known.data().unwrap_or_default());
        if policy.vaults.is_empty() {
            return view! { <p class="field-hint">"No vault: the policy backs up nothing. Edit it to apply it to vaults."</p> }
                .into_any();
        }
        let rows = policy
            .vaults
            .iter()
            .map(|applied| {
                let vault = known.iter().find(|vault| vault.id == applied.id);
                let name = vault.map_or_else(|| applied.id.clone(), |vault| vault.name.clone());
                let holds = vault.map(|vault| {
                    let holds = count(vault.members.len(), "resource", "resources");
                    view! { <span class="server-policy">{holds}</span> }
                });
                view! { <li><TextLink href=paths.vault(&applied.id)><bdi>{name}</bdi></TextLink> " " {holds}</li> }
            })
            .collect_view();
        view! { <ul class="server-links">{rows}</ul> }.into_any()
    };
    view! { {rows} }.into_any()
}

pub fn servers(policy: Signal<Arc<Policy>>) -> AnyView {
    let paths = use_paths();
    let rows = move || {
        let paths = paths.clone();
        let policy = policy.get();
        if policy.servers.is_empty() {
            return view! { <p class="field-hint">"No server: the policy backs up nothing."</p> }
                .into_any();
        }
        let rows = policy
            .servers
            .iter()
            .map(|server| {
                let name = if server.name.is_empty() { server.id.clone() } else { server.name.clone() };
                view! { <li><TextLink href=paths.server(&server.id)><bdi>{name}</bdi></TextLink></li> }
            })
            .collect_view();
        view! { <ul class="server-links">{rows}</ul> }.into_any()
    };
    view! { {rows} }.into_any()
}

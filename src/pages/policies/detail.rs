//! One policy: what it does, when it runs next, whom it protects, and what its retention does.

use std::sync::Arc;

use crate::router::{use_navigate, use_params_map};
use contract::model::Policy;
use contract::schedule::Schedule;
use leptos::prelude::*;

use super::actions::{DeletePolicy, run_blocked, use_policy_deeds};
use super::forecast::{forecast, forecast_table};
use super::list::{next_run, schedule_words, schedule_words_on};
use super::review::zone_key;
use super::run_some::RunSome;
use super::words::retention_words;
use crate::api::{BackupsPage, PAGE, Tagged, backups_page, policy};
use crate::clock::use_clock;
use crate::format::count;
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::routes::Paths;
use crate::schedule::{NextRuns, zone_of};
use crate::session::recall;
use crate::tags::{TagList, tag_editor};
use crate::ui::{
    Badge, Button, ButtonKind, ButtonLink, Card, CodeBlock, CopyId, Details, Fact, Facts, Glyph,
    Switch, TextLink, Time, Tone,
};

/// The page.
pub fn detail_page() -> AnyView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let found = Query::new(move |api| {
        let id = id.get();
        async move { policy(api, &id).await }
    })
    .polled(|_| Pace::Calm);
    let backups = Query::new(move |api| {
        let id = id.get();
        async move { backups_page(api, &[("policy_id", &id)], None, PAGE).await }
    });
    let title = Signal::derive(move || {
        found
            .data()
            .map_or_else(|| "Policy".to_owned(), |policy| policy.name.clone())
    });
    let view = move |policy: Signal<Arc<Policy>>| content(found, policy, backups);
    view! {
        <Page title=title lead=move || back().into_any() actions=move || actions(found)>
            {query_view(found, "policy", view)}
        </Page>
    }
    .into_any()
}

fn back() -> impl IntoView {
    let paths = use_paths();
    view! { <TextLink href=paths.policies()>"All policies"</TextLink> }
}

fn actions(found: Query<Policy>) -> AnyView {
    let (paths, navigate) = (use_paths(), use_navigate());
    let deeds = use_policy_deeds(Callback::new(move |()| found.refresh()));
    let (open, some) = (RwSignal::new(false), RwSignal::new(false));
    let data = Signal::derive(move || found.data());
    let there = Memo::new(move |_| data.with(Option::is_some));
    let home = paths.policies();
    let gone = Callback::new(move |()| navigate(&home, Default::default()));
    let buttons = move || {
        there.get().then(|| {
            let (runner, switcher, paths) = (deeds.clone(), deeds.clone(), paths.clone());
            let run = move |()| {
                if let Some(policy) = data.get_untracked() {
                    runner.run_now(&policy);
                }
            };
            let switch = move |on: bool| {
                if let Some(policy) = data.get_untracked() {
                    switcher.switch(&policy, on);
                }
            };
            let blocked = Signal::derive(move || data.get().and_then(|policy| run_blocked(&policy)));
            let on = Signal::derive(move || data.get().is_some_and(|policy| policy.enabled));
            let edit = Signal::derive(move || data.get().map(|policy| paths.edit_policy(&policy.id)).unwrap_or_default());
            view! {
                <Switch label="Run on schedule" on=on on_change=switch/>
                <Button icon=Glyph::Play blocked=blocked on_press=run>"Run now"</Button>
                <Button blocked=blocked on_press=move |()| some.set(true)>"Run for some servers"</Button>
                <ButtonLink href=edit kind=ButtonKind::Primary icon=Glyph::Edit>"Edit policy"</ButtonLink>
                <Button kind=ButtonKind::Danger icon=Glyph::Trash on_press=move |()| open.set(true)>"Delete policy"</Button>
            }
        })
    };
    view! {
        {refresh_bar(found, "policy")}
        {buttons}
        <DeletePolicy open=open policy=data on_done=gone/>
        <RunSome open=some policy=data/>
    }
    .into_any()
}

fn content(
    found: Query<Policy>,
    policy: Signal<Arc<Policy>>,
    backups: Query<BackupsPage>,
) -> AnyView {
    let tags = Signal::derive(move || policy.read().tags.clone());
    let edit_tags = move || {
        let of = Signal::derive(move || Tagged::Policy(policy.read().id.clone()));
        let name = Signal::derive(move || policy.read().name.clone());
        tag_editor(of, name, tags, Callback::new(move |()| found.refresh()))
    };
    view! {
        <div class="policy-editor">
            <div class="policy-form">
                <Card title="Policy">{facts(policy)}</Card>
                <Card title="Retention">{retention(policy, backups)}</Card>
                <Card title="Servers">{servers(policy)}</Card>
                <Card title="Tags" actions=edit_tags>
                    <TagList tags=tags href=tagged_policies/>
                    <p class="field-hint">"The service copies them to the backups that the policy makes."</p>
                </Card>
            </div>
            <div class="policy-consequences">
                <Card title="Schedule">{schedule(policy)}</Card>
            </div>
        </div>
    }
    .into_any()
}

/// The policies that carry a tag.
pub fn tagged_policies(paths: &Paths, tag: &str) -> String {
    paths.policies_where(&[("tag", tag)])
}

fn facts(policy: Signal<Arc<Policy>>) -> AnyView {
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
    view! {
        <Facts>
            <Fact name="State">{state}</Fact>
            <Fact name="Description">{description}</Fact>
            <Fact name="Next run"><Time at=next/></Fact>
            <Fact name="Created"><Time at=Signal::derive(move || policy.read().created_at)/></Fact>
            <Fact name="Id"><CopyId id=Signal::derive(move || policy.read().id.clone()) what="policy id"/></Fact>
        </Facts>
    }
    .into_any()
}

fn schedule(policy: Signal<Arc<Policy>>) -> AnyView {
    let pattern = Memo::new(move |_| policy.read().pattern.clone());
    let rule = Memo::new(move |_| Schedule::parse(&pattern.read()).ok());
    let start = Signal::derive(move || policy.read().start_time);
    // The zone the policy was meant in, as this browser remembers it.
    let zone = Memo::new(move |_| {
        recall(&zone_key(&policy.read().id)).unwrap_or_else(|| "mine".to_owned())
    });
    let clock = use_clock();
    let local = move || {
        let zone = zone_of(&zone.read());
        rule.get()?;
        (zone.title() != "UTC").then(|| schedule_words_on(&policy.read(), &zone, clock.ticking()))
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
        <NextRuns rule=rule start=start zone=zone/>
        <Details summary="Pattern as the service stores it">
            <CodeBlock code=pattern what="pattern"/>
        </Details>
    }
    .into_any()
}

fn retention(policy: Signal<Arc<Policy>>, backups: Query<BackupsPage>) -> AnyView {
    let clock = use_clock();
    let words = move || retention_words(&policy.read().retention);
    let table = move |page: Signal<Arc<BackupsPage>>| {
        let entries = Memo::new(move |_| {
            forecast(
                &policy.read().retention,
                &page.read().backups,
                clock.ticking(),
            )
        });
        let said = move || {
            let going =
                entries.with(|entries| entries.iter().filter(|entry| !entry.fate.stays()).count());
            let part = page.read().next.is_some().then_some(" of the newest 1000");
            format!(
                "{}{}; forecast: {} with the next clean-up.",
                count(entries.with(Vec::len), "usable backup", "usable backups"),
                part.unwrap_or_default(),
                if going == 0 {
                    "none goes".to_owned()
                } else {
                    format!("{going} go")
                }
            )
        };
        view! {
            <p>{said}</p>
            <Details summary="What becomes of each backup">
                {move || entries.with(|entries| forecast_table("Backups and what becomes of them".to_owned(), entries))}
            </Details>
        }
        .into_any()
    };
    let paths = use_paths();
    let href = Signal::derive(move || paths.backups_where(&[("policy", &policy.read().id)]));
    view! {
        <p><strong>{words}</strong></p>
        {query_view(backups, "backups of the policy", table)}
        <p><TextLink href=href>"Show its backups"</TextLink></p>
    }
    .into_any()
}

fn servers(policy: Signal<Arc<Policy>>) -> AnyView {
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

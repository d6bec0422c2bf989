//! One policy: what it does, when it runs next, what it protects, and what its retention does.

use std::sync::Arc;

use crate::router::{use_navigate, use_params_map};
use contract::model::{Generation, Policy};
use leptos::prelude::*;

use super::actions::{run_blocked, use_policy_deeds};
use super::backups::PolicyBackups;
use super::delete::DeletePolicy;
use super::facts::{applied_vaults, facts, retention, schedule, servers, tagged_policies};
use super::run_some::RunSome;
use super::run_vault::RunVault;
use super::service::{find, use_services};
use crate::api::{Tagged, vaults};
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::tags::{TagList, tag_editor};
use crate::ui::{Button, ButtonKind, ButtonLink, Card, Glyph, Switch, TextLink};

/// The page.
pub fn detail_page() -> AnyView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let services = use_services();
    // Where it was found; asking the other service again and again would only cost.
    let known = StoredValue::new(None::<(String, Generation)>);
    let found = Query::new(move |api| {
        let id = id.get();
        let known = known.get_value().filter(|(of, _)| *of == id);
        async move { find(api, &id, services, known.map(|(_, of)| of)).await }
    })
    .polled(|_| Pace::Calm);
    // Looked at again only when the policy is another one.
    let policy = Memo::new(move |_| found.data().map(|policy| Policy::clone(&policy)));
    let backups = Query::new(move |api| {
        let policy = policy.get();
        async move {
            match policy {
                Some(policy) => PolicyBackups::of(api, &policy).await,
                None => Ok(PolicyBackups::default()),
            }
        }
    });
    Effect::new(move |_| {
        if let Some(policy) = found.data() {
            known.set_value(Some((policy.id.clone(), policy.generation)));
        }
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
    let (open, some, by_vault) = (
        RwSignal::new(false),
        RwSignal::new(false),
        RwSignal::new(false),
    );
    let data = Signal::derive(move || found.data());
    let there = Memo::new(move |_| data.with(Option::is_some));
    let of_servers = Memo::new(move |_| {
        data.with(|policy| {
            let policy = policy.as_ref();
            policy.is_some_and(|policy| policy.generation.capabilities().servers_in_policy)
        })
    });
    let home = paths.policies();
    let gone = Callback::new(move |()| navigate(&home, Default::default()));
    let buttons = move || {
        there.get().then(|| {
            let (runner, switcher, paths) = (deeds.clone(), deeds.clone(), paths.clone());
            let run = move |()| {
                match data.get_untracked() {
                    Some(policy) if policy.generation.capabilities().vaults => by_vault.set(true),
                    Some(policy) => runner.run_now(&policy),
                    None => {}
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
                {move || of_servers.get().then(|| view! {
                    <Button blocked=blocked on_press=move |()| some.set(true)>"Run for some servers"</Button>
                })}
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
        <RunVault open=by_vault policy=data/>
    }
    .into_any()
}

fn content(
    found: Query<Policy>,
    policy: Signal<Arc<Policy>>,
    backups: Query<PolicyBackups>,
) -> AnyView {
    let tags = Signal::derive(move || policy.read().tags.clone());
    let edit_tags = move || {
        let of = Signal::derive(move || Tagged::Policy(policy.read().id.clone()));
        let name = Signal::derive(move || policy.read().name.clone());
        tag_editor(of, name, tags, Callback::new(move |()| found.refresh()))
    };
    // A policy keeps its service: what it is for is settled when the page is made.
    let service = policy.with_untracked(|policy| policy.generation.capabilities());
    let whom = if service.vaults {
        view! { <Card title="Vaults">{applied_vaults(policy, Query::new(vaults))}</Card> }
            .into_any()
    } else {
        view! { <Card title="Servers">{servers(policy)}</Card> }.into_any()
    };
    let tags = service.described_policies.then(|| view! {
        <Card title="Tags" actions=edit_tags>
            <TagList tags=tags href=tagged_policies/>
            <p class="field-hint">"The service copies them to the backups that the policy makes."</p>
        </Card>
    });
    view! {
        <div class="policy-editor">
            <div class="policy-form">
                <Card title="Policy">{facts(policy)}</Card>
                <Card title="Retention">{retention(policy, backups)}</Card>
                {whom}
                {tags}
            </div>
            <div class="policy-consequences">
                <Card title="Schedule">{schedule(policy)}</Card>
            </div>
        </div>
    }
    .into_any()
}

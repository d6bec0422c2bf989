//! The table of policies: one row for each, what it does, and what can be done with it.

use std::collections::HashSet;
use std::sync::Arc;

use contract::model::{Policy, PolicyKind};
use leptos::prelude::*;

use super::actions::{PolicyDeeds, run_blocked, use_policy_deeds};
use super::delete::DeletePolicy;
use super::facts::tagged_policies;
use super::filter::Filter;
use super::run_some::RunSome;
use super::run_vault::RunVault;
use super::service::short_name;
use super::words::{next_run, retention_words, schedule_words, schedule_words_on};
use crate::api::Tagged;
use crate::clock::use_clock;
use crate::format::count;
use crate::layout::use_paths;
use crate::router::use_navigate;
use crate::tags::{BulkTags, TagList, TagTarget, bulk_dialog};
use crate::ui::{
    Badge, Button, ButtonKind, Cell, Column, Glyph, Menu, MenuItem, Switch, Table, TextLink, Time,
    Tone, use_zone,
};

/// The questions a row can ask about its policy.
#[derive(Clone, Copy)]
struct Asks {
    delete: Callback<Arc<Policy>>,
    /// For some of its servers.
    run: Callback<Arc<Policy>>,
    /// For its vaults.
    run_vault: Callback<Arc<Policy>>,
}

/// Which policies are chosen, by their ids.
type Chosen = RwSignal<HashSet<String>>;

/// The table; `both` when the project has two services, and a column says which.
pub fn rows(
    shown: Memo<Vec<Arc<Policy>>>,
    filter: Memo<Filter>,
    both: bool,
    refresh: Callback<()>,
) -> AnyView {
    let deeds = use_policy_deeds(refresh);
    let about = RwSignal::new(None::<Arc<Policy>>);
    let (deleting, running, by_vault) = (
        RwSignal::new(false),
        RwSignal::new(false),
        RwSignal::new(false),
    );
    let chosen: Chosen = RwSignal::new(HashSet::new());
    // Another question, another choice.
    Effect::new(move |before: Option<Filter>| {
        let now = filter.get();
        if before.is_some_and(|before| before != now) {
            chosen.set(HashSet::new());
        }
        now
    });
    let ask = move |open: RwSignal<bool>| {
        Callback::new(move |policy: Arc<Policy>| {
            about.set(Some(policy));
            open.set(true);
        })
    };
    let asks = Asks {
        delete: ask(deleting),
        run: ask(running),
        run_vault: ask(by_vault),
    };
    let body = move || {
        let deeds = deeds.clone();
        let rows = shown.get().into_iter();
        rows.map(move |policy| row(policy, deeds.clone(), asks, chosen, both))
            .collect_view()
    };
    let mut columns = vec![Column::text("Choose"), Column::text("Policy")];
    if both {
        columns.push(Column::text("Service"));
    }
    columns.extend(["Schedule", "Next run", "Retention", "Applies to", "On", ""].map(Column::text));
    view! {
        <Table caption="Policies" columns=columns>{body}</Table>
        {bulk_bar(shown, chosen, refresh)}
        <DeletePolicy open=deleting policy=about on_done=refresh/>
        <RunSome open=running policy=about/>
        <RunVault open=by_vault policy=about/>
    }
    .into_any()
}

/// What is chosen and what can be done with it; nothing while nothing is.
fn bulk_bar(shown: Memo<Vec<Arc<Policy>>>, chosen: Chosen, refresh: Callback<()>) -> AnyView {
    let bulk = BulkTags::new();
    let number = Memo::new(move |_| chosen.with(HashSet::len));
    let edit = move || {
        let is_chosen =
            |policy: &Arc<Policy>| chosen.with_untracked(|ids| ids.contains(&policy.id));
        let targets = shown.with_untracked(|shown| {
            let chosen = shown.iter().filter(|policy| is_chosen(policy));
            chosen
                .map(|policy| TagTarget {
                    of: Tagged::Policy(policy.id.clone()),
                    name: policy.name.clone(),
                    tags: policy.tags.clone(),
                })
                .collect::<Vec<_>>()
        });
        bulk.ask(targets);
    };
    view! {
        {move || (number.get() > 0).then(|| view! {
            <div class="bulk-bar" role="toolbar" aria-label="Chosen policies">
                <span role="status">{move || format!("{} chosen", count(number.get(), "policy", "policies"))}</span>
                <span class="bulk-deeds">
                    <Button kind=ButtonKind::Quiet on_press=move || chosen.set(HashSet::new())>"Choose none"</Button>
                    <Button icon=Glyph::Edit on_press=edit>
                        {move || format!("Edit tags of {}", count(number.get(), "policy", "policies"))}
                    </Button>
                </span>
            </div>
        })}
        {bulk_dialog(bulk, ("policy", "policies"), Callback::new(move |_| refresh.run(())))}
    }
    .into_any()
}

/// What can be done with one policy.
fn items(policy: &Arc<Policy>, deeds: &PolicyDeeds, asks: Asks) -> Vec<MenuItem> {
    let (paths, navigate) = (use_paths(), use_navigate());
    let blocked = run_blocked(policy);
    let mut items = Vec::new();
    if policy.generation.capabilities().vaults {
        let mine = Arc::clone(policy);
        let run = Callback::new(move |()| asks.run_vault.run(Arc::clone(&mine)));
        items.push(
            MenuItem::new("Run now…", run)
                .icon(Glyph::Play)
                .blocked(blocked),
        );
    } else {
        let (all, runner, some) = (Arc::clone(policy), deeds.clone(), Arc::clone(policy));
        let run_all = Callback::new(move |()| runner.run_now(&all));
        let run_some = Callback::new(move |()| asks.run.run(Arc::clone(&some)));
        items.push(
            MenuItem::new("Run now", run_all)
                .icon(Glyph::Play)
                .blocked(blocked.clone()),
        );
        items.push(
            MenuItem::new("Run for some servers…", run_some)
                .icon(Glyph::Server)
                .blocked(blocked),
        );
    }
    let (edit, delete) = (paths.edit_policy(&policy.id), Arc::clone(policy));
    let edit = Callback::new(move |()| navigate(&edit, Default::default()));
    let delete = Callback::new(move |()| asks.delete.run(Arc::clone(&delete)));
    items.push(MenuItem::new("Edit", edit).icon(Glyph::Edit));
    items.push(MenuItem::new("Delete", delete).icon(Glyph::Trash).danger());
    items
}

/// What it backs up: `5 servers`, `2 vaults`.
pub fn applies_to(policy: &Policy) -> String {
    if policy.generation.capabilities().vaults {
        count(policy.vaults.len(), "vault", "vaults")
    } else {
        count(policy.servers.len(), "server", "servers")
    }
}

/// Where copies go, when it makes copies.
pub fn copies_badge(policy: &Policy) -> Option<AnyView> {
    let PolicyKind::Replication(to) = &policy.kind else {
        return None;
    };
    let text = format!("Copies to {}", to.region);
    Some(view! { <Badge tone=Tone::Neutral text=text icon=Glyph::Globe/> }.into_any())
}

fn row(policy: Arc<Policy>, deeds: PolicyDeeds, asks: Asks, chosen: Chosen, both: bool) -> AnyView {
    let (paths, clock) = (use_paths(), use_clock());
    let href = paths.policy(&policy.id);
    let next = {
        let policy = Arc::clone(&policy);
        Signal::derive(move || next_run(&policy, clock.ticking()))
    };
    let items = items(&policy, &deeds, asks);
    let switch = {
        let policy = Arc::clone(&policy);
        move |on: bool| deeds.switch(&policy, on)
    };
    let (name, on) = (policy.name.clone(), policy.enabled);
    let label = format!("Actions for {name}");
    let about = (!policy.description.is_empty()).then(|| {
        let text = policy.description.clone();
        view! { <small class="policy-about"><bdi>{text}</bdi></small> }
    });
    let (zone, now) = (use_zone(), clock.now());
    let schedule = {
        let policy = Arc::clone(&policy);
        move || zone.with(|zone| schedule_words_on(&policy, zone, now))
    };
    // How it is stored is a look away, for those who compare it with the service.
    let stored = format!("Stored as: {}", schedule_words(&policy));
    let retention = retention_words(&policy.retention);
    let applies = applies_to(&policy);
    let tags = (!policy.tags.is_empty()).then(|| {
        let tags = policy.tags.clone();
        view! { <TagList tags=Signal::stored(tags) href=tagged_policies/> }
    });
    let service = both.then(|| {
        let service = short_name(policy.generation);
        view! { <Cell label="Service">{service}</Cell> }
    });
    let (choose, copies) = (choose_box(&policy, chosen), copies_badge(&policy));
    view! {
        <tr role="row">
            <Cell label="Choose">{choose}</Cell>
            <Cell heading=true label="Policy"><div><TextLink href=href><bdi>{name}</bdi></TextLink> {copies} {about} {tags}</div></Cell>
            {service}
            <Cell label="Schedule"><span title=stored>{schedule}</span></Cell>
            <Cell label="Next run"><Time at=next/></Cell>
            <Cell label="Retention">{retention}</Cell>
            <Cell label="Applies to">{applies}</Cell>
            <Cell label="On"><Switch label=if on { "On" } else { "Off" } on=on on_change=switch/></Cell>
            <Cell><Menu label=label items=items icon=Glyph::More icon_only=true at_end=true kind=ButtonKind::Quiet/></Cell>
        </tr>
    }
    .into_any()
}

/// Choosing is for tags; a policy that has none cannot be chosen.
fn choose_box(policy: &Policy, chosen: Chosen) -> AnyView {
    let label = format!("Choose policy {}", policy.name);
    let (mine, own) = (policy.id.clone(), policy.id.clone());
    let tagged = policy.generation.capabilities().described_policies;
    let why = (!tagged).then_some("Policies of vaults have no tags to edit.");
    let is_chosen = move || chosen.with(|chosen| chosen.contains(&mine));
    let choose = move |on: bool| {
        chosen.update(|chosen| {
            if on {
                chosen.insert(own.clone());
            } else {
                chosen.remove(&own);
            }
        });
    };
    view! {
        <input type="checkbox" class="row-check" aria-label=label title=why disabled=!tagged
            prop:checked=is_chosen on:change:target=move |event| choose(event.target().checked())/>
    }
    .into_any()
}

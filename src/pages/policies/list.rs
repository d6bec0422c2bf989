//! The list of policies: what each does, when next, and for whom.

use std::collections::HashSet;
use std::sync::Arc;

use contract::model::Policy;
use contract::rules::MAX_POLICIES;
use contract::schedule::{Clock, Schedule};
use contract::time::Timestamp;
use leptos::prelude::*;

use super::actions::{DeletePolicy, PolicyDeeds, run_blocked, use_policy_deeds};
use super::detail::tagged_policies;
use super::filter::{Filter, offered_tags};
use super::run_some::RunSome;
use super::words::retention_words;
use crate::api::{Tagged, policies};
use crate::clock::use_clock;
use crate::form::{Field, Select, SelectOption, TextInput};
use crate::format::{count, zone::Zone};
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::tags::{BulkTags, TagList, TagTarget, bulk_dialog};
use crate::ui::{
    Align, Button, ButtonKind, ButtonLink, Cell, Column, EmptyState, Glyph, Menu, MenuItem, Switch,
    Table, TextLink, Time, use_zone,
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

/// A policy's schedule in words on the clock of a zone, as its offset is at `now`.
pub fn schedule_words_on(policy: &Policy, zone: &Zone, now: Timestamp) -> String {
    let name = zone.title();
    match Schedule::parse(&policy.pattern) {
        Ok(rule) if name != "UTC" => {
            let groups = rule.local_view(zone.offset(now) * 60);
            let groups: Vec<String> = groups
                .describe(Clock::Zone(&name))
                .iter()
                .map(ToString::to_string)
                .collect();
            groups.join("; ")
        }
        _ => schedule_words(policy),
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
    let (export, import) = (paths.export_policies(), paths.import_policies());
    let actions = move || {
        view! {
            {refresh_bar(all, "policies")}
            <ButtonLink href=export.clone()>"Export"</ButtonLink>
            <ButtonLink href=import.clone()>"Import"</ButtonLink>
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

/// The questions a row can ask about its policy.
#[derive(Clone, Copy)]
struct Asks {
    delete: Callback<Arc<Policy>>,
    run: Callback<Arc<Policy>>,
}

/// Which policies are chosen, by their ids.
type Chosen = RwSignal<HashSet<String>>;

fn table(
    all: Query<Vec<Policy>>,
    policies: Signal<Arc<Vec<Policy>>>,
    create: Callback<()>,
) -> AnyView {
    let query = use_query_map();
    let filter = Memo::new(move |_| Filter::from_query(|name| query.read().get(name)));
    let change = change_filter();
    let empty = Memo::new(move |_| policies.with(|policies| policies.is_empty()));
    let shown = Memo::new(move |_| {
        let filter = filter.get();
        let mut shown: Vec<Arc<Policy>> = policies.with(|policies| {
            let found = policies.iter().filter(|policy| filter.accepts(policy));
            found.cloned().map(Arc::new).collect()
        });
        shown.sort_by(|a, b| a.name.cmp(&b.name));
        shown
    });
    let none = Memo::new(move |_| shown.with(Vec::is_empty));
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
        let found = move || {
            if none.get() {
                view! {
                    <EmptyState title="No policy matches" icon=Glyph::Search>
                        <p>"Try fewer letters or another tag, or show all policies."</p>
                        <Button on_press=move || change.run(Filter::default())>"Show all policies"</Button>
                    </EmptyState>
                }
                .into_any()
            } else {
                rows(all, shown, filter)
            }
        };
        view! {
            {filter_bar(policies, filter, change)}
            <p class="visually-hidden" role="status">
                {move || format!("{} shown", count(shown.with(Vec::len), "policy", "policies"))}
            </p>
            {found}
        }
        .into_any()
    };
    view! { {content} }.into_any()
}

/// Writes a filter into the address.
fn change_filter() -> Callback<Filter> {
    let (navigate, paths) = (use_navigate(), use_paths());
    Callback::new(move |filter: Filter| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        navigate(&paths.policies_where(&filter.to_query()), options);
    })
}

fn filter_bar(
    policies: Signal<Arc<Vec<Policy>>>,
    filter: Memo<Filter>,
    change: Callback<Filter>,
) -> AnyView {
    let options = Signal::derive(move || {
        let mut tags = policies.with(|policies| offered_tags(policies));
        // A tag of the address that no policy carries any more is still what is asked for.
        let asked = filter.with(|filter| filter.tag.clone());
        if !asked.is_empty() && !tags.contains(&asked) {
            tags.insert(0, asked);
        }
        let any = [SelectOption::new("", "Any")];
        let tags = tags
            .into_iter()
            .map(|tag| SelectOption::new(tag.clone(), tag));
        any.into_iter().chain(tags).collect::<Vec<_>>()
    });
    let search = move |text: String| {
        change.run(Filter {
            text,
            ..filter.get_untracked()
        })
    };
    let choose = move |tag: String| {
        change.run(Filter {
            tag,
            ..filter.get_untracked()
        })
    };
    view! {
        <div class="filter-row" role="search" aria-label="Policies">
            <Field id="policy-search" label="Find by name, description or server" required=true>
                <TextInput kind="search" value=Signal::derive(move || filter.with(|filter| filter.text.clone())) on_input=search/>
            </Field>
            <Field id="policy-tag" label="Tag" required=true>
                <Select options=options value=Signal::derive(move || filter.with(|filter| filter.tag.clone())) on_change=choose/>
            </Field>
        </div>
    }
    .into_any()
}

fn rows(all: Query<Vec<Policy>>, shown: Memo<Vec<Arc<Policy>>>, filter: Memo<Filter>) -> AnyView {
    let deeds = use_policy_deeds(Callback::new(move |()| all.refresh()));
    let about = RwSignal::new(None::<Arc<Policy>>);
    let (deleting, running) = (RwSignal::new(false), RwSignal::new(false));
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
    };
    let body = move || {
        let deeds = deeds.clone();
        let rows = shown.get().into_iter();
        rows.map(move |policy| row(policy, deeds.clone(), asks, chosen))
            .collect_view()
    };
    let columns = vec![
        Column::text("Choose"),
        Column::text("Policy"),
        Column::text("Schedule"),
        Column::text("Next run"),
        Column::text("Retention"),
        Column::number("Servers"),
        Column::text("On"),
        Column::text(""),
    ];
    view! {
        <Table caption="Policies" columns=columns>{body}</Table>
        {bulk_bar(all, shown, chosen)}
        <DeletePolicy open=deleting policy=about on_done=move |()| all.refresh()/>
        <RunSome open=running policy=about/>
    }
    .into_any()
}

/// What is chosen and what can be done with it; nothing while nothing is.
fn bulk_bar(all: Query<Vec<Policy>>, shown: Memo<Vec<Arc<Policy>>>, chosen: Chosen) -> AnyView {
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
        {bulk_dialog(bulk, ("policy", "policies"), Callback::new(move |_| all.refresh()))}
    }
    .into_any()
}

fn row(policy: Arc<Policy>, deeds: PolicyDeeds, asks: Asks, chosen: Chosen) -> AnyView {
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
        let some = Arc::clone(&policy);
        let (edit, delete) = (paths.edit_policy(&policy.id), Arc::clone(&policy));
        vec![
            MenuItem::new("Run now", Callback::new(move |()| runner.run_now(&run)))
                .icon(Glyph::Play)
                .blocked(run_blocked(&policy)),
            MenuItem::new(
                "Run for some servers…",
                Callback::new(move |()| asks.run.run(Arc::clone(&some))),
            )
            .icon(Glyph::Server)
            .blocked(run_blocked(&policy)),
            MenuItem::new(
                "Edit",
                Callback::new(move |()| navigate(&edit, Default::default())),
            )
            .icon(Glyph::Edit),
            MenuItem::new(
                "Delete",
                Callback::new(move |()| asks.delete.run(Arc::clone(&delete))),
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
    let (zone, now) = (use_zone(), clock.now());
    let schedule = {
        let policy = Arc::clone(&policy);
        move || zone.with(|zone| schedule_words_on(&policy, zone, now))
    };
    // How it is stored is a look away, for those who compare it with the service.
    let stored = format!("Stored as: {}", schedule_words(&policy));
    let retention = retention_words(&policy.retention);
    let servers = policy.servers.len();
    let tags = (!policy.tags.is_empty()).then(|| {
        let tags = policy.tags.clone();
        view! { <TagList tags=Signal::stored(tags) href=tagged_policies/> }
    });
    let choose_label = format!("Choose policy {name}");
    let (mine, own) = (policy.id.clone(), policy.id.clone());
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
        <tr role="row">
            <Cell label="Choose">
                <input type="checkbox" class="row-check" aria-label=choose_label
                    prop:checked=is_chosen on:change:target=move |event| choose(event.target().checked())/>
            </Cell>
            <Cell heading=true label="Policy"><div><TextLink href=href><bdi>{name}</bdi></TextLink> {about} {tags}</div></Cell>
            <Cell label="Schedule"><span title=stored>{schedule}</span></Cell>
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

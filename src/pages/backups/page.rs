//! The page of the list: filter bar, tools, what is going on, the grid, and its other faces.

use std::sync::Arc;
use std::time::Duration;

use contract::model::BackupAction;
use leptos::{ev, prelude::*};

use super::address::{Address, Group};
use super::columns::Column;
use super::deletion::{Deletion, deletion_dialog, deletion_panel};
use super::filter_bar::filter_bar;
use super::list::{Line, List};
use super::loading::failed as failed_parts;
use super::rows::line_cells;
use super::shelf::{Scope, Shelf};
use super::timeline;
use super::toolbar::{bulk_bar, toolbar};
use crate::data::sort::{SortBy, SortKey};
use crate::format::{count, grouped, megabytes};
use crate::layout::Page;
use crate::router::use_location;
use crate::table::{Grid, GridEvent, Head, RowState, grid};
use crate::ui::{
    Button, ButtonKind, ButtonLink, EmptyState, ErrorState, Glyph, Notice, Progress, Skeleton,
    StaleNotice, Time, TimeShape, Tone, use_zone,
};

/// How long one stands still before the address names the place.
const PLACE_AFTER: Duration = Duration::from_millis(400);

/// What stands in the place of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Face {
    Loading,
    Failed,
    Empty,
    NoResult,
    Rows,
    Timeline,
}

/// The list of backups; another scope is another list.
pub fn backups_page() -> AnyView {
    let location = use_location();
    let scope = Memo::new(move |_| Address::parse(&location.search.read()).0.scope);
    view! { {move || { let scope = scope.get(); untrack(|| list_page(scope)) }} }.into_any()
}

fn list_page(scope: Scope) -> AnyView {
    let list = List::new(scope);
    let deletion = Deletion::new(list);
    let over_time = Memo::new(move |_| {
        list.address
            .with(|address| address.group == Some(Group::Timeline))
    });
    let face = Memo::new(move |_| {
        let shown = list.listing.with(|listing| !listing.rows.is_empty());
        let any = list.store.with(|store| store.count() > 0);
        list.loading.with(|loading| match () {
            () if shown && over_time.get() => Face::Timeline,
            () if shown => Face::Rows,
            () if any && (loading.live || list.asking.get() > 0) => Face::Loading,
            () if any => Face::NoResult,
            () if loading.error.is_some() => Face::Failed,
            () if loading.complete => Face::Empty,
            () if loading.stopped => Face::NoResult,
            () => Face::Loading,
        })
    });
    let content = move || match face.get() {
        Face::Loading => view! { <Skeleton label="Loading backups" rows=8/> }.into_any(),
        Face::Failed => failed(list),
        Face::Empty => empty(list),
        Face::NoResult => no_result(list),
        Face::Rows => list_grid(list, deletion),
        Face::Timeline => timeline::timeline(list),
    };
    let actions = move || refresh(list);
    view! {
        <Page title="Backups" actions=actions>
            {filter_bar(list)}
            <div class="list-line">{summary(list)}{toolbar(list)}</div>
            {(scope == Scope::AllProjects).then(|| view! {
                <Notice title="Backups of all projects">
                    <p>"The service shows them to administrators, and only this project's to everybody else. Backups of other projects are changed there, not here."</p>
                    <Button kind=ButtonKind::Quiet on_press=move || list.change(|address| address.scope = Scope::Project)>"Show this project only"</Button>
                </Notice>
            })}
            {notices(list)}
            {deletion_panel(list.queue, list.shelf)}
            <div class="list-place">{content}</div>
            {bulk_bar(list, deletion)}
            {deletion_dialog(deletion)}
        </Page>
    }
    .into_any()
}

/// How many match, announced; and how far loading has come.
fn summary(list: List) -> AnyView {
    let text = move || {
        let (number, size) = list
            .listing
            .with(|listing| (listing.rows.len(), listing.size_mb));
        let all = list.store.with(|store| store.count());
        let size = match size {
            0 => "no size given".to_owned(),
            size => megabytes(size.unsigned_abs()),
        };
        if number == all {
            format!("{} · {size}", count(all, "backup", "backups"))
        } else {
            format!(
                "{} of {} · {size}",
                grouped(number as u64),
                count(all, "backup", "backups")
            )
        }
    };
    let live = Memo::new(move |_| list.loading.with(|loading| loading.live));
    let come = move || {
        list.loading.with(|loading| {
            let come = grouped(loading.come as u64);
            match loading.total {
                Some(total) => format!(
                    "{come} of {} loaded",
                    grouped(total.max(loading.come) as u64)
                ),
                None => format!("{come} loaded"),
            }
        })
    };
    let percent = Signal::derive(move || {
        list.loading.with(|loading| {
            let total = loading.total.filter(|total| *total > 0)?;
            u8::try_from((loading.come * 100 / total).min(100)).ok()
        })
    });
    view! {
        <div class="list-summary">
            <p class="list-count" role="status">{text}</p>
            {move || live.get().then(|| view! {
                <div class="list-progress">
                    <span class="list-come">{come}</span>
                    <Progress label="Loading backups" percent=percent/>
                    <Button kind=ButtonKind::Quiet on_press=move || list.shelf.with_value(Shelf::stop)>"Stop loading"</Button>
                </div>
            })}
            {move || (list.asking.get() > 0).then(|| view! { <span class="list-come">"Asking the service…"</span> })}
        </div>
    }
    .into_any()
}

fn refresh(list: List) -> AnyView {
    let at = Signal::derive(move || list.loading.with(|loading| loading.at));
    let busy = Signal::derive(move || list.loading.with(|loading| loading.live));
    view! {
        <span class="refresh-bar">
            {move || at.get().is_some().then(|| view! { "Updated " <Time at=at shape=TimeShape::Relative/> })}
            <Button icon=Glyph::Refresh busy=busy on_press=move || list.refresh()>"Refresh"</Button>
        </span>
    }
    .into_any()
}

/// What keeps the list from being all and new.
fn notices(list: List) -> AnyView {
    let zone = use_zone();
    let shown = Memo::new(move |_| list.store.with(|store| store.count() > 0));
    let state = Memo::new(move |_| {
        list.loading.with(|loading| {
            (
                loading.stopped,
                loading.repeats,
                loading.refused,
                loading.complete,
            )
        })
    });
    let stale = move || {
        list.parts
            .with(failed_parts)
            .into_iter()
            .filter(|_| shown.get())
            .map(|(generation, part)| {
                let from = part.at.map(|at| zone.with(|zone| zone.exact_seconds(at)));
                let whose = if list.is_mixed() { format!("The {} backups", generation.short_name()) } else { "The backups".to_owned() };
                let complete = part.refused == 0 && part.complete;
                let title = match (complete, part.come > 0) {
                    (true, _) => format!("{whose} could not be refreshed"),
                    (false, true) => format!("Not all of {}{} could be loaded", whose[..1].to_lowercase(), &whose[1..]),
                    (false, false) => format!("{whose} could not be loaded"),
                };
                let error = part.error.map(|error| error.to_string()).unwrap_or_default();
                let kept = from.map_or("What is shown stays usable.".to_owned(), |from| format!("What is shown of them is from {from} and stays usable."));
                view! { <StaleNotice title=title text=format!("{kept} {error}") on_retry=move || list.shelf.with_value(Shelf::go_on)/> }
            })
            .collect_view()
    };
    let stopped = move || {
        state.get().0.then(|| {
            let come = list.loading.with(|loading| grouped(loading.come as u64));
            view! {
                <Notice title=format!("Loading was stopped after {come} backups")>
                    <Button kind=ButtonKind::Quiet on_press=move || list.shelf.with_value(Shelf::go_on)>"Go on loading"</Button>
                </Notice>
            }
        })
    };
    let repeats = move || {
        state.get().1.then(|| view! {
            <Notice tone=Tone::Warning title="The service repeats its pages">
                <p>"What has come is shown; the rest of the list could not be reached. Refresh to try again."</p>
            </Notice>
        })
    };
    let question = move || {
        list.question.get().map(|error| view! {
            <Notice tone=Tone::Bad title="A filter could not be answered" announce=true>
                <p>{format!("The other filters still work. {error}")}</p>
                <Button kind=ButtonKind::Quiet icon=Glyph::Refresh on_press=move || list.refresh()>"Try again"</Button>
            </Notice>
        })
    };
    let dropped = move || {
        let dropped = list.dropped.get();
        (!dropped.is_empty()).then(|| view! {
            <Notice tone=Tone::Warning title="Parts of this address were dropped">
                <ul>{dropped.into_iter().map(|why| view! { <li><bdi>{why}</bdi></li> }).collect_view()}</ul>
            </Notice>
        })
    };
    view! { {stale}{stopped}{repeats}{question}{dropped} }.into_any()
}

fn failed(list: List) -> AnyView {
    let error = move || list.loading.with(|loading| loading.error.clone());
    let text = Signal::derive(move || error().map(|error| error.text()).unwrap_or_default());
    let reference = Signal::derive(move || error().and_then(|error| error.reference()));
    let busy = Signal::derive(move || list.loading.with(|loading| loading.live));
    view! {
        <ErrorState title="The backups could not be loaded" text=text reference=reference busy=busy
            on_retry=move || list.refresh()/>
    }
    .into_any()
}

fn empty(list: List) -> AnyView {
    let (policies, servers) = list
        .paths
        .with_value(|paths| (paths.new_policy(), paths.servers()));
    view! {
        <EmptyState title="Your first backup will appear here" icon=Glyph::Backup>
            <p>"A policy backs servers up by a schedule. You can also back up a single server now."</p>
            <div class="form-actions">
                <ButtonLink kind=ButtonKind::Primary href=policies>"Create policy"</ButtonLink>
                <ButtonLink href=servers>"Go to servers"</ButtonLink>
            </div>
        </EmptyState>
    }
    .into_any()
}

fn no_result(list: List) -> AnyView {
    let tokens = Memo::new(move |_| list.address.with(|address| address.filter.tokens().len()));
    let remove_last = move || {
        list.change(|address| {
            address
                .filter
                .remove(address.filter.tokens().len().saturating_sub(1));
        });
    };
    let clear = move || {
        list.live.set(None);
        list.change(|address| address.filter = Default::default());
    };
    view! {
        <EmptyState title="No backup matches" icon=Glyph::Search>
            <p>"All filters together leave nothing. Take one back, or begin anew."</p>
            <div class="form-actions">
                {move || (tokens.get() > 0).then(|| view! { <Button kind=ButtonKind::Primary on_press=remove_last>"Remove the last filter"</Button> })}
                <Button on_press=clear>"Clear all filters"</Button>
            </div>
        </EmptyState>
    }
    .into_any()
}

fn list_grid(list: List, deletion: Deletion) -> AnyView {
    let columns = Memo::new(move |_| list.columns());
    let vaults = list.has_vaults();
    let heads = Memo::new(move |_| {
        columns.with(|columns| {
            columns
                .iter()
                .map(|column| Head {
                    key: column.sort().map_or(column.word(), SortBy::word),
                    title: match column {
                        // A backup in a vault may be of a volume or a file system.
                        Column::Server if vaults => "Made of",
                        column => column.title(),
                    },
                    track: column.track(),
                    at_end: column.is_quantity(),
                    sorts: column.sort().is_some(),
                })
                .collect::<Vec<_>>()
        })
    });
    let sort = Memo::new(move |_| {
        list.address.with(|address| {
            let keys = if address.sort.is_empty() {
                vec![SortKey::NEWEST]
            } else {
                address.sort.clone()
            };
            keys.iter()
                .map(|key| (key.by.word(), key.descending))
                .collect::<Vec<_>>()
        })
    });
    let on_sort = Callback::new(move |(key, more): (&'static str, bool)| {
        let Some(by) = SortBy::from_word(key) else {
            return;
        };
        list.change(|address| {
            let shown = if address.sort.is_empty() {
                vec![SortKey::NEWEST]
            } else {
                address.sort.clone()
            };
            address.set_sort(next_sort(&shown, by, more));
        });
    });
    let lines = Memo::new(move |_| list.lines());
    let goto = RwSignal::new(None::<usize>);
    let top = StoredValue::new(None::<String>);
    let on_event = Callback::new(move |event: GridEvent| act(list, event, top));
    restore_place(list, goto);
    name_place(list, top);
    let density = crate::layout::use_preferences().density;
    let measure = Signal::derive(move || density.track());
    let row: Arc<dyn Fn(u32, RowState) -> AnyView + Send + Sync> =
        Arc::new(move |key, state| line_cells(list, columns, deletion, key, state));
    let chosen: Arc<dyn Fn(u32) -> Option<bool> + Send + Sync> =
        Arc::new(move |key| match Line::of_key(key) {
            Line::Group(_) => None,
            Line::Row(row) => {
                let blocked = list
                    .store
                    .with(|store| store.blocked(row, BackupAction::Delete).is_some());
                (!blocked).then(|| list.selection.with(|selection| selection.has(row)))
            }
        });
    grid(Grid {
        label: Signal::derive(|| "Backups".to_owned()),
        heads: heads.into(),
        sort: sort.into(),
        on_sort,
        lines: lines.into(),
        lead: ViewFn::from(move || lead(list)),
        lead_tracks: "2.25rem 2rem",
        row,
        chosen,
        on_event,
        goto,
        measure,
    })
}

/// The order after a head was pressed: the other way round if it was the first key, else by it.
fn next_sort(shown: &[SortKey], by: SortBy, more: bool) -> Vec<SortKey> {
    let known = shown.iter().find(|key| key.by == by);
    let descending = known.map_or(by.largest_first(), |key| !key.descending);
    let key = SortKey { by, descending };
    if !more {
        return vec![key];
    }
    let mut keys = shown.to_vec();
    match keys.iter_mut().find(|known| known.by == by) {
        Some(known) => *known = key,
        None => keys.push(key),
    }
    keys
}

/// The head of the check boxes: chooses what is on screen, or nothing. All that match are a
/// second step, in the bar of what is chosen.
fn lead(list: List) -> AnyView {
    let any = Memo::new(move |_| list.selection.with(|selection| !selection.is_empty()));
    let toggle = move |event: ev::Event| {
        if event_target_checked(&event) {
            list.choose_screen()
        } else {
            list.choose_none()
        }
    };
    view! {
        <div role="columnheader" class="grid-cell grid-check">
            <input type="checkbox" aria-label="Choose the backups on screen" prop:checked=move || any.get() on:change=toggle/>
        </div>
        <div role="columnheader" class="grid-cell"><span class="visually-hidden">"Disk backups"</span></div>
    }
    .into_any()
}

fn act(list: List, event: GridEvent, top: StoredValue<Option<String>>) {
    let row_at = |index: usize| match list.line_at(index) {
        Some(Line::Row(row)) => Some(row),
        _ => None,
    };
    match event {
        GridEvent::Toggle(index) => {
            if let Some(row) = row_at(index) {
                let chosen = list
                    .selection
                    .with_untracked(|selection| selection.has(row));
                list.choose(row, !chosen);
            }
        }
        GridEvent::Range(from, to) => {
            let rows = (from.min(to)..=from.max(to)).filter_map(row_at);
            rows.for_each(|row| list.choose(row, true));
        }
        GridEvent::Open(index) => {
            if let Some(row) = row_at(index) {
                list.open_page(row);
            }
        }
        GridEvent::Expand(index) | GridEvent::Collapse(index) => {
            if let Some(row) = row_at(index) {
                list.set_open(row, matches!(event, GridEvent::Expand(_)));
            }
        }
        GridEvent::All => list.choose_screen(),
        GridEvent::Screen(first, last) => {
            list.screen.set_value((first, last));
            let id = row_at(first)
                .filter(|_| first > 0)
                .map(|row| list.store.with_untracked(|store| store.id(row).to_owned()));
            if top.with_value(|top| *top != id) {
                top.set_value(id);
                list.moved.update(|moved| *moved += 1);
            }
        }
    }
}

/// Goes to the row the address names, once it is there.
fn restore_place(list: List, goto: RwSignal<Option<usize>>) {
    let wanted = StoredValue::new(list.address.with_untracked(|address| address.at.clone()));
    Effect::new(move |_| {
        list.listing.with(|listing| {
            let Some(id) = wanted.get_value() else { return };
            let row = list.store.with_untracked(|store| store.row_of(&id));
            let place = row.and_then(|row| listing.keys.iter().position(|key| *key == row));
            if let Some(index) = place {
                wanted.set_value(None);
                goto.set(Some(index));
            }
        });
    });
}

/// Names the topmost row in the address when one stands still; past the router, which would
/// make a step of every scroll.
fn name_place(list: List, top: StoredValue<Option<String>>) {
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |before: Option<u32>| {
        let now = list.moved.get();
        if before.is_some() {
            if let Some(timer) = timer.get_value() {
                timer.clear();
            }
            let write = move || {
                let mut address = list.address.get_untracked();
                address.at = top.try_get_value().flatten();
                list.write_place(&address);
            };
            timer.set_value(set_timeout_with_handle(write, PLACE_AFTER).ok());
        }
        now
    });
    on_cleanup(move || {
        if let Some(timer) = timer.try_get_value().flatten() {
            timer.clear();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_sorts_turns_round_and_adds_a_key() {
        let key = |by, descending| SortKey { by, descending };
        let newest = [SortKey::NEWEST];
        assert_eq!(
            next_sort(&newest, SortBy::Name, false),
            [key(SortBy::Name, false)]
        );
        assert_eq!(
            next_sort(&newest, SortBy::Size, false),
            [key(SortBy::Size, true)]
        );
        assert_eq!(
            next_sort(&newest, SortBy::Created, false),
            [key(SortBy::Created, false)]
        );
        assert_eq!(
            next_sort(&[key(SortBy::Server, false)], SortBy::Size, true),
            [key(SortBy::Server, false), key(SortBy::Size, true)]
        );
        assert_eq!(
            next_sort(
                &[key(SortBy::Server, false), key(SortBy::Size, true)],
                SortBy::Server,
                true
            ),
            [key(SortBy::Server, true), key(SortBy::Size, true)]
        );
    }
}

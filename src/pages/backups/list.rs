//! The list of backups: what the address asks for, in the order it asks for, and what is chosen.

use std::collections::HashMap;
use std::sync::Arc;

use contract::model::{Backup, BackupAction, BackupStatus, Generation};
use leptos::prelude::*;

use super::address::{Address, Group};
use super::bulk::Queue;
use super::columns::Column;
use super::loading::{Loading, Loadings, whole};
use super::shelf::{Scope, Shelf};
use crate::api::{ApiError, use_api};
use crate::clock::{Clock, use_clock};
use crate::data::bits::Bits;
use crate::data::filter::{
    Filter, Known, Operator, Property, Token, matching, service_query, wanted_policies,
};
use crate::data::sort::{Days, SortBy, SortKey, sort};
use crate::data::store::BackupStore;
use crate::format::zone::Zone;
use crate::layout::use_paths;
use crate::router::{NavigateOptions, use_location, use_navigate};
use crate::routes::Paths;
use crate::table::{Lines, Selection};
use crate::tasks::use_tasks;
use crate::ui::use_zone;

/// Marks a line as the head of a group.
const GROUP: u32 = 1 << 31;

/// A group of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupHead {
    pub title: String,
    pub rows: usize,
    pub size_mb: i64,
    /// Of those made together: how many servers, and how many went wrong.
    pub servers: usize,
    pub failed: usize,
    /// Id of what they were made together as, when that is what groups them.
    pub checkpoint: String,
}

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Row(u32),
    Group(usize),
}

impl Line {
    /// What a key of the grid stands for.
    pub fn of_key(key: u32) -> Self {
        if key & GROUP == 0 {
            Self::Row(key)
        } else {
            Self::Group((key & !GROUP) as usize)
        }
    }
}

/// What the list shows.
#[derive(Clone, Default)]
pub struct Listing {
    /// The rows that match, in order.
    pub rows: Arc<Vec<u32>>,
    /// Rows and heads of groups as keys of the grid.
    pub keys: Arc<Vec<u32>>,
    pub groups: Arc<Vec<GroupHead>>,
    pub bits: Arc<Bits>,
    pub size_mb: i64,
}

/// Everything the parts of the page share.
#[derive(Clone, Copy)]
pub struct List {
    pub shelf: StoredValue<Shelf>,
    pub store: RwSignal<BackupStore>,
    /// All services together.
    pub loading: Memo<Loading>,
    /// Each service by itself.
    pub parts: RwSignal<Loadings>,
    /// The services of the project that this list is put together from.
    pub services: StoredValue<Vec<Generation>>,
    pub queue: RwSignal<Queue>,
    pub asking: RwSignal<usize>,
    pub question: RwSignal<Option<ApiError>>,
    pub policies: RwSignal<Arc<Vec<(String, String)>>>,
    pub vaults: RwSignal<Arc<Vec<(String, String)>>>,
    pub address: Memo<Address>,
    pub dropped: Memo<Vec<String>>,
    /// What is being typed, as long as it is no token.
    pub live: RwSignal<Option<Token>>,
    pub listing: Memo<Listing>,
    pub selection: RwSignal<Selection>,
    pub paths: StoredValue<Paths>,
    /// The row whose menu is there.
    pub menu_of: RwSignal<Option<u32>>,
    /// Backups that came whole because they were opened.
    pub whole: StoredValue<HashMap<String, Arc<Backup>>>,
    /// The first and the last place of the list on screen.
    pub screen: StoredValue<(usize, usize)>,
    /// Counts how often another row became the topmost.
    pub moved: RwSignal<u32>,
    clock: Clock,
    open: Callback<String>,
    go: Callback<(String, bool)>,
}

impl List {
    /// Sets the page up and begins to load.
    pub fn new(scope: Scope) -> Self {
        let (api, clock, tasks) = (use_api(), use_clock(), use_tasks());
        let shelf = Shelf::of_project(api, clock, scope);
        let location = use_location();
        let navigate = use_navigate();
        let paths = StoredValue::new(use_paths());
        let here = Memo::new(move |_| Address::parse(&location.search.read()));
        let address = Memo::new(move |_| here.with(|(address, _)| address.clone()));
        let dropped = Memo::new(move |_| here.with(|(_, dropped)| dropped.clone()));
        let filter = Memo::new(move |_| address.with(|address| address.filter.clone()));
        let live = RwSignal::new(None::<Token>);
        let effective = Memo::new(move |_| {
            live.get()
                .map_or_else(|| filter.get(), |token| filter.get().with(token))
        });
        let order =
            Memo::new(move |_| address.with(|address| (address.group, address.sort.clone())));
        let store = RwSignal::from(shelf.store.clone());
        let vaults = RwSignal::from(shelf.vaults.clone());
        let servers = RwSignal::from(shelf.servers.clone());
        let ordered = StoredValue::new(Ordered::default());
        let zone = use_zone();
        let listing = Memo::new_with_compare(
            move |_| {
                let filter = effective.get();
                let now = if filter.is_relative() {
                    clock.ticking()
                } else {
                    clock.now()
                };
                let (servers, vaults) = (servers.get(), vaults.get());
                let (group, keys) = order.get();
                let keys = order_keys(group, keys);
                let zone = zone.get();
                let clock = |at| zone.offset(at);
                let grouping = Grouping {
                    group,
                    days: Days::on(&clock),
                    zone: &zone,
                };
                store.with(|store| {
                    let known = Known {
                        now,
                        servers: servers.as_deref(),
                        vaults: &vaults,
                    };
                    let bits = matching(store, &filter, known);
                    let rows = ordered
                        .try_update_value(|cache| in_order(store, &keys, cache, &bits, &grouping))
                        .unwrap_or_default();
                    grouped(store, &grouping, rows, bits)
                })
            },
            |_, _| true,
        );
        let selection = RwSignal::new(Selection::default());
        let all_chosen = Memo::new(move |_| address.with(|address| address.all_chosen));
        Effect::new(move |_| {
            let all = all_chosen.get();
            selection.update(|selection| {
                if all {
                    *selection = Selection::all();
                } else if *selection == Selection::all() {
                    *selection = Selection::default();
                }
            });
        });
        Effect::new(move |before: Option<Filter>| {
            let now = effective.get();
            if before.is_some_and(|before| before != now) && !all_chosen.get_untracked() {
                selection.set(Selection::default());
            }
            now
        });
        let go = Callback::new(move |(query, replace): (String, bool)| {
            let path = paths.with_value(Paths::backups) + &query;
            navigate(
                &path,
                NavigateOptions {
                    replace,
                    scroll: false,
                },
            );
        });
        let parts = RwSignal::from(shelf.loading.clone());
        let navigate = use_navigate();
        let open = Callback::new(move |path: String| navigate(&path, NavigateOptions::default()));
        let list = Self {
            store,
            loading: Memo::new(move |_| parts.with(whole)),
            parts,
            services: StoredValue::new(shelf.services()),
            queue: RwSignal::from(shelf.queue.clone()),
            asking: RwSignal::from(shelf.asking.clone()),
            question: RwSignal::from(shelf.question.clone()),
            policies: RwSignal::from(shelf.policies.clone()),
            vaults,
            address,
            dropped,
            live,
            listing,
            selection,
            paths,
            menu_of: RwSignal::new(None),
            whole: StoredValue::new(HashMap::new()),
            screen: StoredValue::new((0, 0)),
            moved: RwSignal::new(0),
            clock,
            open,
            go,
            shelf: StoredValue::new(shelf),
        };
        list.shelf.with_value(Shelf::visit);
        on_cleanup(move || {
            list.shelf.try_with_value(Shelf::leave);
        });
        // What only the service knows, and what it can answer sooner than the whole list comes.
        Effect::new(move |_| {
            let filter = filter.get();
            list.ask(&filter, false, clock.now());
        });
        let busy = tasks.busy();
        Effect::new(move |_| {
            if let Some(busy) = busy.data() {
                list.shelf
                    .with_value(|shelf| shelf.follow(&busy.all.backups));
            }
        });
        list
    }

    fn ask(self, filter: &Filter, again: bool, now: contract::time::Timestamp) {
        self.shelf.with_value(|shelf| {
            for generation in shelf.services() {
                shelf.ask_first(generation, service_query(filter, generation, now));
            }
            wanted_policies(filter)
                .into_iter()
                .for_each(|policy| shelf.ask_policy(policy));
            if filter.needs_servers() {
                shelf.ask_servers(again);
            }
        });
    }

    /// Loads everything anew.
    pub fn refresh(self) {
        self.shelf.with_value(Shelf::refresh);
        let filter = self
            .address
            .with_untracked(|address| address.filter.clone());
        self.ask(&filter, true, self.clock.now());
        self.whole.update_value(HashMap::clear);
    }

    /// Goes to another address of the list.
    pub fn go(self, address: &Address) {
        self.go.run((address.print(), false));
    }

    /// Whether rows of several services stand side by side.
    pub fn is_mixed(self) -> bool {
        self.services.with_value(|services| services.len() > 1)
    }

    /// Whether backups may live in vaults.
    pub fn has_vaults(self) -> bool {
        self.services.with_value(|services| {
            let vaults = |generation: &Generation| generation.capabilities().vaults;
            services.iter().any(vaults)
        })
    }

    /// The columns to show.
    pub fn columns(self) -> Vec<Column> {
        let (mixed, vaults) = (self.is_mixed(), self.has_vaults());
        self.address
            .with(|address| address.shown_columns(mixed, vaults))
    }

    /// Changes the address; what is chosen and where one stands begins anew.
    pub fn change(self, change: impl FnOnce(&mut Address)) {
        let mut address = self.address.get_untracked().at_top();
        change(&mut address);
        self.go(&address);
    }

    /// Changes the address in place, without a step in the history.
    pub fn adjust(self, change: impl FnOnce(&mut Address)) {
        let mut address = self.address.get_untracked();
        change(&mut address);
        self.go.run((address.print(), true));
    }

    /// Goes to the page of a row.
    pub fn open_page(self, row: u32) {
        let id = self.store.with_untracked(|store| store.id(row).to_owned());
        self.open
            .run(self.paths.with_value(|paths| paths.backup(&id)));
    }

    /// Writes the place into the address bar, without telling the router.
    pub fn write_place(self, address: &Address) {
        let path = self.paths.with_value(Paths::backups);
        // One may have left meanwhile.
        if window()
            .location()
            .pathname()
            .is_ok_and(|here| here == path)
            && let Ok(history) = window().history()
        {
            let state = history.state().unwrap_or_default();
            let _ = history.replace_state_with_url(&state, "", Some(&(path + &address.print())));
        }
    }

    /// Goes to all backups of a server.
    pub fn show_server(self, server: &str) {
        if let Ok(token) = Token::new(Property::Server, Operator::Is, server) {
            self.change(|address| address.filter = Filter::default().with(token));
        }
    }

    /// The lines of the grid.
    pub fn lines(self) -> Lines {
        let keys = self.listing.with(|listing| Arc::clone(&listing.keys));
        let open = self.address.with(|address| address.open.clone());
        let tall = self.store.with(|store| {
            let open: Vec<u32> = open.iter().filter_map(|id| store.row_of(id)).collect();
            if open.is_empty() {
                return Vec::new();
            }
            keys.iter()
                .enumerate()
                .filter(|(_, key)| open.contains(key))
                .map(|(index, key)| (index, store.disks(*key).max(1) + 2))
                .collect()
        });
        Lines { keys, tall }
    }

    /// What stands at a place of the list.
    pub fn line_at(self, index: usize) -> Option<Line> {
        self.listing
            .with_untracked(|listing| listing.keys.get(index).map(|key| Line::of_key(*key)))
    }

    /// Whether a row stands open; tracked.
    pub fn is_open(self, row: u32) -> bool {
        let id = self.store.with(|store| store.id(row).to_owned());
        self.address.with(|address| address.open.contains(&id))
    }

    /// Opens a row to its disk backups, or closes it.
    pub fn set_open(self, row: u32, open: bool) {
        let id = self.store.with_untracked(|store| store.id(row).to_owned());
        self.adjust(|address| {
            address.open.retain(|known| *known != id);
            if open {
                let extra = (address.open.len() + 1).saturating_sub(super::address::MAX_OPEN);
                address.open.drain(..extra);
                address.open.push(id);
            }
        });
    }

    /// Chooses a row or takes it out; one that cannot be chosen stays as it is.
    pub fn choose(self, row: u32, chosen: bool) {
        let blocked = self
            .store
            .with_untracked(|store| store.blocked(row, BackupAction::Delete));
        if chosen && blocked.is_some() {
            return;
        }
        let was_all = self
            .selection
            .with_untracked(|selection| *selection == Selection::all());
        self.selection
            .update(|selection| selection.set(row, chosen));
        if was_all && !chosen {
            // The address cannot name exceptions; a reload must not choose more than is seen.
            self.adjust(|address| address.all_chosen = false);
        }
    }

    /// Chooses the rows on screen that can be.
    pub fn choose_screen(self) {
        let (first, last) = self.screen.get_value();
        for index in first..=last {
            if let Some(Line::Row(row)) = self.line_at(index) {
                self.choose(row, true);
            }
        }
    }

    /// Chooses nothing any more.
    pub fn choose_none(self) {
        self.selection.set(Selection::default());
        if self.address.with_untracked(|address| address.all_chosen) {
            self.adjust(|address| address.all_chosen = false);
        }
    }

    /// The chosen rows, in the order of the list; tracked.
    pub fn chosen(self) -> Vec<u32> {
        if self.selection.with(Selection::is_empty) {
            return Vec::new();
        }
        let rows = self.listing.with(|listing| Arc::clone(&listing.rows));
        self.store.with(|store| {
            let mut can = Choosable::default();
            self.selection.with(|selection| {
                selection.of(rows.iter().copied().filter(|row| can.be(store, *row)))
            })
        })
    }
}

impl List {
    /// The chosen rows, those among them that cannot be deleted included: with all that match, every row is.
    pub fn wanted(self) -> Vec<u32> {
        let rows = self.listing.with(|listing| Arc::clone(&listing.rows));
        self.selection
            .with(|selection| selection.of(rows.iter().copied()))
    }
}

/// Which rows can be chosen: asked of the contract once for each kind of row.
#[derive(Default)]
pub struct Choosable {
    known: HashMap<(u32, bool, Generation), bool>,
}

impl Choosable {
    /// Whether a row can be chosen for deletion.
    pub fn be(&mut self, store: &BackupStore, row: u32) -> bool {
        let kind = (
            store.status.codes[row as usize],
            store.has_image(row),
            store.generation(row),
        );
        *self
            .known
            .entry(kind)
            .or_insert_with(|| store.blocked(row, BackupAction::Delete).is_none())
    }
}

fn order_keys(group: Option<Group>, keys: Vec<SortKey>) -> Vec<SortKey> {
    let key = |by, descending| SortKey { by, descending };
    let first = match group {
        None | Some(Group::Timeline) => vec![],
        Some(Group::Server) => vec![key(SortBy::Server, false)],
        Some(Group::Day) => vec![key(SortBy::Day, true)],
        Some(Group::Together) => vec![key(SortBy::Together, true), key(SortBy::Checkpoint, false)],
    };
    first.into_iter().chain(keys).collect()
}

/// By what rows are put together, and on which clock a day begins.
struct Grouping<'a> {
    group: Option<Group>,
    days: Days<'a>,
    zone: &'a Zone,
}

/// The rows of the store in an order, and what they were ordered by.
#[derive(Default)]
struct Ordered {
    keys: Vec<SortKey>,
    /// Days depend on the clock.
    zone: Zone,
    version: u64,
    rows: Vec<u32>,
}

/// The rows of `bits` in order. The order of before is the beginning: what is new is merged in,
/// and where nothing changed nothing is ordered.
fn in_order(
    store: &BackupStore,
    keys: &[SortKey],
    ordered: &mut Ordered,
    bits: &Bits,
    grouping: &Grouping<'_>,
) -> Vec<u32> {
    let other_clock = grouping.group == Some(Group::Day) && ordered.zone != *grouping.zone;
    if ordered.keys != keys || other_clock || ordered.rows.len() > store.rows() {
        *ordered = Ordered {
            keys: keys.to_vec(),
            zone: grouping.zone.clone(),
            ..Ordered::default()
        };
    }
    if ordered.version != store.version() {
        let known = ordered.rows.len() as u32;
        ordered.rows.extend(known..store.rows() as u32);
        sort(store, keys, &mut ordered.rows, &grouping.days);
        ordered.version = store.version();
    }
    let shown = ordered.rows.iter().copied();
    shown.filter(|row| bits.get(*row as usize)).collect()
}

/// The room rows take together, as far as their services tell.
fn stored(store: &BackupStore, rows: &[u32]) -> i64 {
    rows.iter().filter_map(|row| store.stored_mb(*row)).sum()
}

fn grouped(store: &BackupStore, grouping: &Grouping<'_>, rows: Vec<u32>, bits: Bits) -> Listing {
    let size_mb = stored(store, &rows);
    let rows = Arc::new(rows);
    let bits = Arc::new(bits);
    let group = grouping.group.filter(|group| *group != Group::Timeline);
    let Some(group) = group else {
        return Listing {
            keys: Arc::clone(&rows),
            rows,
            bits,
            size_mb,
            ..Listing::default()
        };
    };
    let same = |a: u32, b: u32| match group {
        Group::Server | Group::Timeline => store.server_name.text(a) == store.server_name.text(b),
        Group::Day => grouping.days.of_row(store, a) == grouping.days.of_row(store, b),
        Group::Together => store.checkpoint(a) == store.checkpoint(b),
    };
    let mut keys = Vec::with_capacity(rows.len() + 64);
    let mut groups: Vec<GroupHead> = Vec::new();
    let mut first: usize = 0;
    for (at, row) in rows.iter().copied().enumerate() {
        if at == 0 || !same(rows[at - 1], row) {
            if let Some(head) = groups.last_mut() {
                head.finish(store, &rows[first..at]);
            }
            first = at;
            keys.push(GROUP | groups.len() as u32);
            groups.push(head_of(store, grouping.zone, group, row));
        }
        keys.push(row);
    }
    if let Some(head) = groups.last_mut() {
        head.finish(store, &rows[first..]);
    }
    Listing {
        rows,
        keys: Arc::new(keys),
        groups: Arc::new(groups),
        bits,
        size_mb,
    }
}

/// The head of a group that begins with a row.
fn head_of(store: &BackupStore, zone: &Zone, group: Group, row: u32) -> GroupHead {
    let none = |what: &str| format!("No {what}");
    let title = match (group, store.created(row)) {
        (Group::Server | Group::Timeline, _) => match store.server_name.text(row) {
            "" => none("server name"),
            name => name.to_owned(),
        },
        (Group::Day, Some(at)) => zone.civil(at).short_date_with_year(),
        (Group::Day | Group::Together, None) => none("date"),
        (Group::Together, Some(_)) if store.checkpoint(row).is_empty() => none("checkpoint"),
        (Group::Together, Some(at)) => zone.exact(at),
    };
    let checkpoint = if group == Group::Together {
        store.checkpoint(row).to_owned()
    } else {
        String::new()
    };
    GroupHead {
        title,
        checkpoint,
        ..GroupHead::default()
    }
}

impl GroupHead {
    /// Adds up the rows of the group.
    fn finish(&mut self, store: &BackupStore, rows: &[u32]) {
        self.rows = rows.len();
        self.size_mb = stored(store, rows);
        if self.checkpoint.is_empty() {
            return;
        }
        let failed = BackupStatus::Error;
        self.failed = rows
            .iter()
            .filter(|row| store.status.text(**row) == failed.as_str())
            .count();
        let mut servers: Vec<u32> = rows
            .iter()
            .map(|row| store.server.codes[*row as usize])
            .collect();
        servers.sort_unstable();
        servers.dedup();
        self.servers = servers.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::filter::UTC;
    use crate::data::row::Row;
    use contract::time::Timestamp;

    fn store() -> BackupStore {
        let mut store = BackupStore::default();
        for number in 0..10_i64 {
            let mut row = Row {
                id: format!("b{number}"),
                ..Row::default()
            };
            row.created_at = Some(Timestamp::from_seconds(1_000_000 - number * 30_000));
            row.extend_info.resource_name = format!("web-{}", number % 2);
            row.extend_info.size = Some(10);
            row.status = if number == 0 { "deleting" } else { "available" }.into();
            store.upsert(&row, None);
        }
        store
    }

    fn grouping(group: Option<Group>) -> Grouping<'static> {
        Grouping {
            group,
            days: Days::on(UTC),
            zone: &Zone::Utc,
        }
    }

    fn listing(store: &BackupStore, group: Option<Group>) -> Listing {
        let keys = order_keys(group, Vec::new());
        let grouping = grouping(group);
        let rows = in_order(
            store,
            &keys,
            &mut Ordered::default(),
            store.alive(),
            &grouping,
        );
        grouped(store, &grouping, rows, store.alive().clone())
    }

    #[test]
    fn without_groups_lines_are_the_rows_newest_first() {
        let shown = listing(&store(), None);
        assert_eq!(*shown.keys, (0..10).collect::<Vec<u32>>());
        assert_eq!(shown.size_mb, 100);
    }

    #[test]
    fn every_group_has_one_head_before_its_rows() {
        let shown = listing(&store(), Some(Group::Server));
        let lines: Vec<Line> = shown.keys.iter().map(|key| Line::of_key(*key)).collect();
        assert_eq!(lines.len(), 12);
        assert_eq!(
            (lines[0], lines[1], lines[6]),
            (Line::Group(0), Line::Row(0), Line::Group(1))
        );
        assert_eq!(
            shown.groups[1],
            GroupHead {
                title: "web-1".into(),
                rows: 5,
                size_mb: 50,
                ..GroupHead::default()
            }
        );
        let days = listing(&store(), Some(Group::Day));
        assert_eq!(
            days.groups.iter().map(|group| group.rows).sum::<usize>(),
            10
        );
        assert_eq!(days.groups[0].title, "Mon 12 Jan 1970");
    }

    #[test]
    fn backups_made_together_stand_together_newest_first() {
        let mut store = BackupStore::default();
        // The second of checkpoint `a` was made after the only one of `b`.
        for (id, checkpoint, at, status) in [
            ("1", "a", 100, "available"),
            ("2", "b", 200, "available"),
            ("3", "a", 300, "error"),
            ("4", "c", 150, "available"),
        ] {
            let mut row = Row {
                id: id.into(),
                checkpoint_id: checkpoint.into(),
                resource_id: id.into(),
                ..Row::default()
            };
            row.status = status.into();
            row.created_at = Some(Timestamp::from_seconds(at));
            store.upsert(&row, None);
        }
        let shown = listing(&store, Some(Group::Together));
        let heads: Vec<(&str, usize, usize)> = shown
            .groups
            .iter()
            .map(|head| (head.checkpoint.as_str(), head.servers, head.failed))
            .collect();
        assert_eq!(heads, [("b", 1, 0), ("c", 1, 0), ("a", 2, 1)]);
    }

    #[test]
    fn rows_that_come_later_are_merged_into_the_order() {
        let mut store = store();
        let mut cache = Ordered::default();
        let bits = store.alive().clone();
        in_order(&store, &[], &mut cache, &bits, &grouping(None));
        let mut row = Row {
            id: "new".into(),
            ..Row::default()
        };
        row.created_at = Some(Timestamp::from_seconds(2_000_000));
        store.upsert(&row, None);
        let bits = store.alive().clone();
        assert_eq!(
            in_order(&store, &[], &mut cache, &bits, &grouping(None))[0],
            10
        );
    }

    #[test]
    fn what_is_busy_cannot_be_chosen() {
        let store = store();
        let mut can = Choosable::default();
        assert!(!can.be(&store, 0));
        assert!(can.be(&store, 1));
    }
}

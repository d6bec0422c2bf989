//! The backups of the project, kept while one is elsewhere in the console: loading page by page,
//! following what moves, and the deletions under way.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contract::model::{Backup, BackupStatus, Generation};
use contract::rules::MAX_PAGE;
use contract::time::Timestamp;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::bulk::Queue;
use super::loading::{Loading, Loadings, whole};
use crate::api::{self, Api, ApiError, Tagged};
use crate::clock::Clock;
use crate::data::bits::Bits;
use crate::data::paging::{Next, Walk};
use crate::data::row::{One, Page, Row};
use crate::data::store::{Arrival, BackupStore};

/// Rows of the very first page: enough for a screen, small enough to be there at once.
const FIRST_PAGE: usize = 100;
/// How long a complete list is taken as it is when one comes back to it.
const FRESH_SECONDS: i64 = 300;
/// Rows that were busy and are no more are asked for one by one, at most so many at a time.
const MOST_LOOKS: usize = 20;

/// A walk that can go on where it stopped.
#[derive(Default)]
struct Progress {
    walk: Walk,
    marker: Option<String>,
    begun: Option<Timestamp>,
    /// It came to its end.
    done: bool,
}

/// Whose backups are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    #[default]
    Project,
    /// Those of every project; the service does this for administrators (csbs-v1 2.5).
    AllProjects,
}

impl Scope {
    /// The parameters that ask for it.
    const fn query(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Project => &[],
            Self::AllProjects => &[("all_tenants", "true")],
        }
    }
}

/// The kept list of one project.
#[derive(Clone)]
pub struct Shelf {
    pub(super) api: Api,
    pub(super) clock: Clock,
    pub(super) scope: Scope,
    pub store: ArcRwSignal<BackupStore>,
    pub loading: ArcRwSignal<Loadings>,
    /// What a question to the service about one filter failed with.
    pub question: ArcRwSignal<Option<ApiError>>,
    /// Questions about one filter that are not answered yet.
    pub asking: ArcRwSignal<usize>,
    pub queue: ArcRwSignal<Queue>,
    /// Ids of the servers that exist, once somebody asked.
    pub servers: ArcRwSignal<Option<Arc<HashSet<String>>>>,
    /// Policies: id and name.
    pub policies: ArcRwSignal<Arc<Vec<(String, String)>>>,
    /// Vaults: id and name.
    pub vaults: ArcRwSignal<Arc<Vec<(String, String)>>>,
    progress: Arc<Mutex<HashMap<Generation, Progress>>>,
    /// Policies of v1 whose backups are known.
    asked: Arc<Mutex<HashSet<String>>>,
    /// Counts loads; an answer to an older one is not taken.
    turn: Arc<AtomicU32>,
    pub(super) driving: Arc<AtomicU32>,
}

/// The services a list is put together from. Only v1 lists the backups of all projects (csbs-v1 2.5).
fn services_of(api: Api, scope: Scope) -> Vec<Generation> {
    let mut services = api.generations();
    if scope == Scope::AllProjects {
        services.retain(|generation| *generation == Generation::Csbs);
    }
    services
}

thread_local! {
    /// At most two of one project: its own backups, and those of all projects.
    static KEPT: RefCell<Vec<((String, Scope), Shelf)>> = const { RefCell::new(Vec::new()) };
}

impl Shelf {
    /// The shelf of the project this page is in.
    pub fn of_project(api: Api, clock: Clock, scope: Scope) -> Self {
        KEPT.with_borrow_mut(|kept| {
            let key = (api.project(), scope);
            kept.retain(|((project, _), _)| *project == key.0);
            if let Some((_, shelf)) = kept.iter().find(|(known, _)| *known == key) {
                return shelf.clone();
            }
            let shelf = Self {
                api,
                clock,
                scope,
                store: ArcRwSignal::new(BackupStore::default()),
                loading: ArcRwSignal::new(
                    services_of(api, scope)
                        .into_iter()
                        .map(|generation| (generation, Loading::default()))
                        .collect(),
                ),
                question: ArcRwSignal::new(None),
                asking: ArcRwSignal::new(0),
                queue: ArcRwSignal::new(Queue::default()),
                servers: ArcRwSignal::new(None),
                policies: ArcRwSignal::new(Arc::default()),
                vaults: ArcRwSignal::new(Arc::default()),
                progress: Arc::default(),
                asked: Arc::default(),
                turn: Arc::default(),
                driving: Arc::default(),
            };
            kept.push((key, shelf.clone()));
            shelf
        })
    }

    /// The services this list is put together from.
    pub fn services(&self) -> Vec<Generation> {
        services_of(self.api, self.scope)
    }

    /// One comes (back) to the list: loads what is missing, goes on, or refreshes what is old.
    pub fn visit(&self) {
        let state = self.loading.with_untracked(whole);
        let age = state
            .at
            .map_or(i64::MAX, |at| self.clock.now().seconds() - at.seconds());
        if state.live || state.stopped {
            return;
        }
        let waits = |progress: &Progress| progress.marker.is_some();
        if self.progress().values().any(waits) {
            self.go_on();
        } else if !state.complete || age > FRESH_SECONDS {
            self.refresh();
        }
        self.load_names();
    }

    /// One leaves: pages that are still to come wait until one is back.
    pub fn leave(&self) {
        self.turn.fetch_add(1, Ordering::Relaxed);
        self.loading.update(|parts| {
            for (_, part) in parts {
                part.live = false;
            }
        });
    }

    /// Stops loading; what has come stays.
    pub fn stop(&self) {
        self.leave();
        self.loading.update(|parts| {
            for (_, part) in parts.iter_mut().filter(|(_, part)| !part.complete) {
                part.stopped = true;
            }
        });
    }

    /// Loads everything anew; what is there stays until it is confirmed or gone.
    pub fn refresh(&self) {
        let begun = Some(self.clock.now());
        *self.progress() = self
            .services()
            .into_iter()
            .map(|generation| {
                let progress = Progress {
                    begun,
                    ..Progress::default()
                };
                (generation, progress)
            })
            .collect();
        self.asked().clear();
        self.loading.update(|parts| {
            for (_, part) in parts {
                part.come = 0;
            }
        });
        if self.services().contains(&Generation::Csbs) {
            self.count();
        }
        self.go_on();
    }

    /// Goes on where loading stopped or failed, with each service that has not told all.
    pub fn go_on(&self) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) + 1;
        for generation in self.services() {
            if self.progress().entry(generation).or_default().done {
                continue;
            }
            self.part(generation, |part| {
                part.live = true;
                part.stopped = false;
                part.error = None;
                part.repeats = false;
            });
            let shelf = self.clone();
            spawn_local(async move { shelf.walk(turn, generation).await });
        }
    }

    fn progress(&self) -> MutexGuard<'_, HashMap<Generation, Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self) -> MutexGuard<'_, HashSet<String>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is said about one service.
    fn part(&self, generation: Generation, change: impl FnOnce(&mut Loading)) {
        self.loading.update(|parts| {
            if let Some((_, part)) = parts.iter_mut().find(|(of, _)| *of == generation) {
                change(part);
            }
        });
    }

    fn is_turn(&self, turn: u32) -> bool {
        self.turn.load(Ordering::Relaxed) == turn
    }

    fn count(&self) {
        let shelf = self.clone();
        spawn_local(async move {
            // Without a count there is still the list: progress is then shown without an end.
            if let Ok(total) = api::count_backups(shelf.api, shelf.scope.query()).await {
                let total = usize::try_from(total).unwrap_or(usize::MAX);
                shelf.expect(Generation::Csbs, total);
            }
        });
    }

    /// The service says how many there are.
    fn expect(&self, generation: Generation, total: usize) {
        self.part(generation, |part| part.total = Some(total));
        let Some(all) = self.loading.with_untracked(whole).total else {
            return;
        };
        if self.store.with_untracked(|store| store.rows()) < all && all < 1_000_000 {
            self.store.update_untracked(|store| store.reserve(all));
        }
    }

    async fn page(
        &self,
        generation: Generation,
        filters: &[(&str, &str)],
        marker: Option<String>,
        limit: usize,
    ) -> Result<Vec<Row>, ApiError> {
        match generation {
            Generation::Csbs => {
                let page: Page =
                    api::backup_rows(self.api, filters, marker.as_deref(), limit).await?;
                Ok(page.checkpoint_items)
            }
            Generation::Cbr => {
                let rows = api::cbr().await?.rows;
                let first = marker.is_none() && filters.is_empty();
                let listed = rows(self.api, api::filters(filters), marker, limit).await?;
                if first && let Some(total) = listed.total {
                    self.expect(generation, total);
                }
                Ok(listed.rows.into_iter().map(Row::from).collect())
            }
        }
    }

    async fn walk(self, turn: u32, generation: Generation) {
        loop {
            let marker = self
                .progress()
                .entry(generation)
                .or_default()
                .marker
                .clone();
            let limit = if marker.is_none() {
                FIRST_PAGE
            } else {
                MAX_PAGE
            };
            let page = self
                .page(generation, self.scope.query(), marker, limit)
                .await;
            if !self.is_turn(turn) {
                return;
            }
            let rows = match page {
                Ok(rows) => rows,
                Err(error) => {
                    self.part(generation, |part| {
                        part.live = false;
                        part.error = Some(error);
                    });
                    return;
                }
            };
            let refused = self.take(&rows, None);
            let (next, come) = {
                let mut all = self.progress();
                let walk = &mut all.entry(generation).or_default().walk;
                let next = walk.page(limit, rows.iter().map(|row| row.id.as_str()));
                (next, walk.seen())
            };
            let now = self.clock.now();
            self.part(generation, |part| {
                part.come = come;
                part.refused += refused;
                part.at = part.at.or(Some(now));
            });
            match next {
                Next::After(id) => {
                    self.progress().entry(generation).or_default().marker = Some(id);
                }
                end => {
                    self.finish(generation, end == Next::Repeats);
                    return;
                }
            }
        }
    }

    /// The walk is over: what it did not meet is gone, unless it is newer than the walk.
    fn finish(&self, generation: Generation, repeats: bool) {
        let (walk, begun) = {
            let mut all = self.progress();
            let progress = all.entry(generation).or_default();
            progress.marker = None;
            progress.done = true;
            (std::mem::take(&mut progress.walk), progress.begun)
        };
        if !repeats {
            let gone = self.store.with_untracked(|store| {
                let mut gone = Bits::new(store.rows());
                for row in store.alive().iter() {
                    let of_walk = store.generation(row as u32) == generation;
                    let is_older = store.created(row as u32) < begun;
                    if of_walk && is_older && !walk.has(store.id(row as u32)) {
                        gone.set(row);
                    }
                }
                gone
            });
            if gone.count() > 0 {
                self.store.update(|store| store.remove_rows(&gone));
            }
        }
        let now = self.clock.now();
        self.part(generation, |part| {
            part.live = false;
            part.complete |= !repeats;
            part.repeats = repeats;
            part.at = Some(now);
        });
    }

    /// Takes rows into the store; answers how many could not be kept.
    pub(super) fn take(&self, rows: &[Row], policy: Option<&str>) -> usize {
        let mut refused = 0;
        self.store.update(|store| {
            for row in rows {
                refused += usize::from(store.upsert(row, policy) == Arrival::Refused);
            }
        });
        refused
    }

    /// Asks a service for the first rows of a filter, while its whole list is still coming.
    pub fn ask_first(&self, generation: Generation, query: Vec<(&'static str, String)>) {
        let complete = self.loading.with_untracked(|parts| {
            let mut of = parts.iter().filter(|(of, _)| *of == generation);
            of.all(|(_, part)| part.complete)
        });
        if query.is_empty() || complete {
            return;
        }
        let shelf = self.clone();
        self.asking.update(|asking| *asking += 1);
        spawn_local(async move {
            let query: Vec<(&str, &str)> = query
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .chain(shelf.scope.query().iter().copied())
                .collect();
            // When it fails, the list that is coming answers anyway.
            if let Ok(rows) = shelf.page(generation, &query, None, FIRST_PAGE).await {
                shelf.take(&rows, None);
            }
            shelf.asking.update(|asking| *asking -= 1);
        });
    }

    /// Asks v1 which backups are of a policy: nothing in its backups says so.
    pub fn ask_policy(&self, policy: String) {
        if !self.services().contains(&Generation::Csbs) || !self.asked().insert(policy.clone()) {
            return;
        }
        let shelf = self.clone();
        self.asking.update(|asking| *asking += 1);
        self.question.set(None);
        spawn_local(async move {
            let mut walk = Walk::default();
            let mut marker: Option<String> = None;
            loop {
                let filter = [("policy_id", policy.as_str())];
                match api::backup_rows::<Page>(shelf.api, &filter, marker.as_deref(), MAX_PAGE)
                    .await
                {
                    Ok(page) => {
                        shelf.take(&page.checkpoint_items, Some(&policy));
                        match walk.page(
                            MAX_PAGE,
                            page.checkpoint_items.iter().map(|row| row.id.as_str()),
                        ) {
                            Next::After(id) => marker = Some(id),
                            Next::End | Next::Repeats => break,
                        }
                    }
                    Err(error) => {
                        shelf.asked().remove(&policy);
                        // Another service's policy is none of v1's, and its backups name it themselves.
                        if !error.is_missing() {
                            shelf.question.set(Some(error));
                        }
                        break;
                    }
                }
            }
            shelf.asking.update(|asking| *asking -= 1);
        });
    }

    /// Finds out which servers exist.
    pub fn ask_servers(&self, again: bool) {
        if !again && self.servers.with_untracked(Option::is_some) {
            return;
        }
        let shelf = self.clone();
        self.asking.update(|asking| *asking += 1);
        self.question.set(None);
        spawn_local(async move {
            match api::servers(shelf.api).await {
                Ok(servers) => {
                    let ids = servers.into_iter().map(|server| server.id).collect();
                    shelf.servers.set(Some(Arc::new(ids)));
                }
                Err(error) => shelf.question.set(Some(error)),
            }
            shelf.asking.update(|asking| *asking -= 1);
        });
    }

    fn load_names(&self) {
        let shelf = self.clone();
        spawn_local(async move {
            // Names are an extra: without them ids are shown.
            let first = async {
                match shelf.services().contains(&Generation::Csbs) {
                    true => api::policies(shelf.api).await.unwrap_or_default(),
                    false => Vec::new(),
                }
            };
            let (mut policies, held) = api::both(first, api::protection(shelf.api)).await;
            if let Ok(held) = held {
                let vaults = held.vaults.into_iter().map(|vault| (vault.id, vault.name));
                shelf.vaults.set(Arc::new(vaults.collect()));
                policies.extend(held.policies);
            }
            let named = policies.into_iter().map(|policy| (policy.id, policy.name));
            shelf.policies.set(Arc::new(named.collect()));
        });
    }

    /// Takes over what is known of the backups something is going on with, and asks for those that
    /// were busy and are no more.
    pub fn follow(&self, busy: &[Backup]) {
        let is_busy: HashSet<&str> = busy.iter().map(|backup| backup.id.as_str()).collect();
        let ended: Vec<String> = self.store.with_untracked(|store| {
            let busy_codes: Vec<bool> = (0..store.status.words.len() as u32)
                .map(|code| BackupStatus::from_word(store.status.words.text(code)).is_busy())
                .collect();
            store
                .alive()
                .iter()
                .filter(|row| busy_codes[store.status.codes[*row] as usize])
                .map(|row| store.id(row as u32))
                .filter(|id| !is_busy.contains(id))
                .take(MOST_LOOKS)
                .map(str::to_owned)
                .collect()
        });
        let rows: Vec<Row> = busy.iter().map(Row::from).collect();
        if !rows.is_empty() {
            self.take(&rows, None);
        }
        for id in ended {
            let shelf = self.clone();
            spawn_local(async move { shelf.look(&id).await });
        }
    }

    /// Asks for one backup; one that no longer exists is taken out.
    pub async fn look(&self, id: &str) {
        let in_vault = self
            .store
            .with_untracked(|store| store.row_of(id).is_some_and(|row| store.in_vault(row)));
        let found = if in_vault {
            api::backup(self.api, id)
                .await
                .map(|backup| Row::from(&backup))
        } else {
            let one = api::backup_row::<One>(self.api, id).await;
            one.map(|one| one.checkpoint_item)
        };
        match found {
            Ok(row) if !row.id.is_empty() => {
                self.take(&[row], None);
            }
            // Of another project's backup the service only says that this project has none.
            Err(error) if error.is_missing() && self.scope == Scope::Project => self.forget(id),
            // The next round asks again.
            _ => {}
        }
    }

    /// Asks for backups that were changed, a few at a time.
    pub fn look_at(&self, changed: Vec<Tagged>) {
        let shelf = self.clone();
        spawn_local(async move {
            for of in changed {
                if let Tagged::Backup(id) = of {
                    shelf.look(&id).await;
                }
            }
        });
    }

    /// Takes out a backup that is gone.
    pub fn forget(&self, id: &str) {
        if self
            .store
            .with_untracked(|store| store.row_of(id).is_some())
        {
            self.store.update(|store| {
                store.remove(id);
            });
        }
    }
}

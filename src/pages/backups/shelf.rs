//! The backups of the project, kept while one is elsewhere in the console: loading page by page,
//! following what moves, and the deletions under way.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contract::model::{Backup, BackupStatus};
use contract::rules::MAX_PAGE;
use contract::time::Timestamp;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::bulk::{Item, Queue, Step};
use crate::api::{self, Api, ApiError, Tagged, operation_id};
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
/// Between two looks at running deletions, in milliseconds.
const LOOK_AGAIN_MS: u32 = 2_000;

/// Where loading stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loading {
    /// Rows are coming.
    pub live: bool,
    /// Rows that came in this walk.
    pub come: usize,
    /// How many the service says there are.
    pub total: Option<usize>,
    /// When the list was last complete (or, before that, when its first rows came).
    pub at: Option<Timestamp>,
    /// The whole list has come at least once.
    pub complete: bool,
    /// The reader stopped it.
    pub stopped: bool,
    /// The service repeats its pages; the rest is out of reach.
    pub repeats: bool,
    pub error: Option<ApiError>,
    /// Rows that were dropped because they had no id.
    pub refused: usize,
}

/// A walk that can go on where it stopped.
#[derive(Default)]
struct Progress {
    walk: Walk,
    marker: Option<String>,
    begun: Option<Timestamp>,
    /// Policies whose backups are known.
    policies: HashSet<String>,
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
    api: Api,
    clock: Clock,
    scope: Scope,
    pub store: ArcRwSignal<BackupStore>,
    pub loading: ArcRwSignal<Loading>,
    /// What a question to the service about one filter failed with.
    pub question: ArcRwSignal<Option<ApiError>>,
    /// Questions about one filter that are not answered yet.
    pub asking: ArcRwSignal<usize>,
    pub queue: ArcRwSignal<Queue>,
    /// Ids of the servers that exist, once somebody asked.
    pub servers: ArcRwSignal<Option<Arc<HashSet<String>>>>,
    /// Policies: id and name.
    pub policies: ArcRwSignal<Arc<Vec<(String, String)>>>,
    progress: Arc<Mutex<Progress>>,
    /// Counts loads; an answer to an older one is not taken.
    turn: Arc<AtomicU32>,
    driving: Arc<AtomicU32>,
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
                loading: ArcRwSignal::new(Loading::default()),
                question: ArcRwSignal::new(None),
                asking: ArcRwSignal::new(0),
                queue: ArcRwSignal::new(Queue::default()),
                servers: ArcRwSignal::new(None),
                policies: ArcRwSignal::new(Arc::default()),
                progress: Arc::default(),
                turn: Arc::default(),
                driving: Arc::default(),
            };
            kept.push((key, shelf.clone()));
            shelf
        })
    }

    /// One comes (back) to the list: loads what is missing, goes on, or refreshes what is old.
    pub fn visit(&self) {
        let state = self.loading.get_untracked();
        let age = state
            .at
            .map_or(i64::MAX, |at| self.clock.now().seconds() - at.seconds());
        if state.live || state.stopped {
            return;
        }
        if self.progress().marker.is_some() {
            self.go_on();
        } else if !state.complete || age > FRESH_SECONDS {
            self.refresh();
        }
        self.load_policies();
    }

    /// One leaves: pages that are still to come wait until one is back.
    pub fn leave(&self) {
        self.turn.fetch_add(1, Ordering::Relaxed);
        self.loading.update(|state| state.live = false);
    }

    /// Stops loading; what has come stays.
    pub fn stop(&self) {
        self.leave();
        self.loading.update(|state| state.stopped = true);
    }

    /// Loads everything anew; what is there stays until it is confirmed or gone.
    pub fn refresh(&self) {
        {
            *self.progress() = Progress {
                begun: Some(self.clock.now()),
                ..Progress::default()
            };
        }
        self.loading.update(|state| state.come = 0);
        self.count();
        self.go_on();
    }

    /// Goes on where loading stopped.
    pub fn go_on(&self) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) + 1;
        self.loading.update(|state| {
            state.live = true;
            state.stopped = false;
            state.error = None;
            state.repeats = false;
        });
        let shelf = self.clone();
        spawn_local(async move { shelf.walk(turn).await });
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
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
                if shelf.store.with_untracked(|store| store.rows()) < total && total < 1_000_000 {
                    shelf.store.update_untracked(|store| store.reserve(total));
                }
                shelf.loading.update(|state| state.total = Some(total));
            }
        });
    }

    async fn walk(self, turn: u32) {
        loop {
            let marker = self.progress().marker.clone();
            let limit = if marker.is_none() {
                FIRST_PAGE
            } else {
                MAX_PAGE
            };
            let page =
                api::backup_rows::<Page>(self.api, self.scope.query(), marker.as_deref(), limit)
                    .await;
            if !self.is_turn(turn) {
                return;
            }
            let rows = match page {
                Ok(page) => page.checkpoint_items,
                Err(error) => {
                    self.loading.update(|state| {
                        state.live = false;
                        state.error = Some(error);
                    });
                    return;
                }
            };
            let refused = self.take(&rows, None);
            let next = self
                .progress()
                .walk
                .page(limit, rows.iter().map(|row| row.id.as_str()));
            let come = self.progress().walk.seen();
            self.loading.update(|state| {
                state.come = come;
                state.refused += refused;
                state.at = state.at.or(Some(self.clock.now()));
            });
            match next {
                Next::After(id) => self.progress().marker = Some(id),
                end => {
                    self.finish(end == Next::Repeats);
                    return;
                }
            }
        }
    }

    /// The walk is over: what it did not meet is gone, unless it is newer than the walk.
    fn finish(&self, repeats: bool) {
        let (walk, begun) = {
            let mut progress = self.progress();
            progress.marker = None;
            (std::mem::take(&mut progress.walk), progress.begun)
        };
        if !repeats {
            let gone = self.store.with_untracked(|store| {
                let mut gone = Bits::new(store.rows());
                for row in store.alive().iter() {
                    let is_older = store.created(row as u32) < begun;
                    if is_older && !walk.has(store.id(row as u32)) {
                        gone.set(row);
                    }
                }
                gone
            });
            if gone.count() > 0 {
                self.store.update(|store| store.remove_rows(&gone));
            }
        }
        self.loading.update(|state| {
            state.live = false;
            state.complete |= !repeats;
            state.repeats = repeats;
            state.at = Some(self.clock.now());
        });
    }

    /// Takes rows into the store; answers how many could not be kept.
    fn take(&self, rows: &[Row], policy: Option<&str>) -> usize {
        let mut refused = 0;
        self.store.update(|store| {
            for row in rows {
                refused += usize::from(store.upsert(row, policy) == Arrival::Refused);
            }
        });
        refused
    }

    /// Asks the service for the first rows of a filter, while the whole list is still coming.
    pub fn ask_first(&self, query: Vec<(&'static str, String)>) {
        if query.is_empty() || self.loading.with_untracked(|state| state.complete) {
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
            if let Ok(page) = api::backup_rows::<Page>(shelf.api, &query, None, FIRST_PAGE).await {
                shelf.take(&page.checkpoint_items, None);
            }
            shelf.asking.update(|asking| *asking -= 1);
        });
    }

    /// Asks the service which backups are of a policy: nothing in a backup says so.
    pub fn ask_policy(&self, policy: String) {
        if !self.progress().policies.insert(policy.clone()) {
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
                        shelf.progress().policies.remove(&policy);
                        shelf.question.set(Some(error));
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

    fn load_policies(&self) {
        let shelf = self.clone();
        spawn_local(async move {
            // Names of policies are an extra: without them ids are shown.
            if let Ok(policies) = api::policies(shelf.api).await {
                let named = policies
                    .into_iter()
                    .map(|policy| (policy.id, policy.name))
                    .collect();
                shelf.policies.set(Arc::new(named));
            }
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
        match api::backup_row::<One>(self.api, id).await {
            Ok(one) if !one.checkpoint_item.id.is_empty() => {
                self.take(&[one.checkpoint_item], None);
            }
            Err(error) if error.is_missing() => self.forget(id),
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

    /// Deletes rows: each gets its place in the queue and its own result.
    pub fn delete(&self, rows: &BTreeSet<u32>) {
        let items: Vec<Item> = self.store.with_untracked(|store| {
            rows.iter()
                .map(|row| Item {
                    id: store.id(*row).to_owned(),
                    checkpoint: store.checkpoint(*row).to_owned(),
                    name: store.name(*row).to_owned(),
                    server: store.server_name.text(*row).to_owned(),
                    size_mb: store.size_mb(*row),
                    step: Step::Waiting,
                })
                .collect()
        });
        self.queue.update(|queue| queue.add(items));
        self.drive();
    }

    /// Deletes one backup that came whole.
    pub fn delete_backup(&self, backup: &Backup) {
        self.queue.update(|queue| {
            queue.add([Item {
                id: backup.id.clone(),
                checkpoint: backup.checkpoint_id.clone(),
                name: backup.name.clone(),
                server: backup.server_name.clone(),
                size_mb: backup.size_mb,
                step: Step::Waiting,
            }]);
        });
        self.drive();
    }

    /// Sends what may be sent and looks at what runs until nothing is left; once at a time.
    pub fn drive(&self) {
        if self.driving.swap(1, Ordering::Relaxed) == 1 {
            return;
        }
        let shelf = self.clone();
        spawn_local(async move {
            while shelf.queue.with_untracked(Queue::is_live) {
                let mut queue = shelf.queue.get_untracked();
                let mut sent = Vec::new();
                while let Some(item) = queue.next() {
                    sent.push(item);
                }
                if !sent.is_empty() {
                    shelf.queue.set(queue);
                }
                for item in sent {
                    let shelf = shelf.clone();
                    spawn_local(async move { shelf.send(item).await });
                }
                gloo_timers::future::TimeoutFuture::new(LOOK_AGAIN_MS).await;
                for id in shelf.queue.with_untracked(Queue::running) {
                    shelf.look_after(&id).await;
                }
            }
            shelf.driving.store(0, Ordering::Relaxed);
        });
    }

    async fn send(&self, item: Item) {
        let answer =
            api::delete_backups(self.api, &item.checkpoint, &[&item.id], &operation_id()).await;
        let now = self.clock.now();
        self.queue.update(|queue| match answer {
            Ok(()) => queue.taken(&item.id, now),
            Err(error) if error.is_missing() => queue.ended(&item.id, Step::Gone),
            // Whether the service took it is not known: looking tells.
            Err(ApiError::Timeout | ApiError::Network) => queue.taken(&item.id, now),
            Err(error @ ApiError::Unreadable { .. }) => {
                queue.ended(&item.id, Step::Unclear(error.to_string()));
            }
            Err(error) => queue.ended(&item.id, Step::Failed(error.to_string())),
        });
        self.look(&item.id).await;
    }

    async fn look_after(&self, id: &str) {
        let answer = api::backup(self.api, id).await;
        let now = self.clock.now();
        match answer {
            Ok(backup) => {
                self.queue
                    .update(|queue| queue.seen(id, Some(&backup), now));
                self.take(&[Row::from(&backup)], None);
            }
            Err(error) if error.is_missing() => {
                self.queue.update(|queue| queue.seen(id, None, now));
                self.forget(id);
            }
            // No answer says nothing about the deletion; the next look asks again.
            Err(_) => {}
        }
    }
}

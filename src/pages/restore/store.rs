//! Where drafts and runs are kept: a draft in this tab until it is sent, runs in this browser.

use std::cell::RefCell;

use leptos::prelude::*;

use super::draft::RestoreDraft;
use super::run::{Run, Stage};
use crate::api::use_api;
use crate::session::{recall, remember, use_session};

/// Runs kept per user and project.
const KEPT: usize = 20;

fn tab_storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

fn draft_key(project: &str) -> String {
    format!("anchorage.restore-draft.{project}")
}

/// The draft of this tab.
pub fn recall_draft(project: &str) -> Option<RestoreDraft> {
    let text = tab_storage()?
        .get_item(&draft_key(project))
        .ok()
        .flatten()?;
    serde_json::from_str(&text).ok()
}

/// Keeps the draft of this tab.
pub fn remember_draft(project: &str, draft: &RestoreDraft) {
    if let (Some(storage), Ok(text)) = (tab_storage(), serde_json::to_string(draft)) {
        // A full storage refuses; then a reload begins anew.
        let _ = storage.set_item(&draft_key(project), &text);
    }
}

thread_local! {
    /// One list for every page: a run goes on while its pages come and go.
    static OPEN: RefCell<Option<Runs>> = const { RefCell::new(None) };
}

/// The restores asked for in this browser. What is written outlives the page; the signal is for
/// what is on screen.
#[derive(Clone)]
pub struct Runs {
    key: String,
    all: ArcRwSignal<Vec<Run>>,
}

impl Runs {
    /// The runs of this user in this project.
    pub fn open() -> Self {
        let user = untrack(|| use_session().with(|info| info.user_id.clone()));
        let key = format!("restore-runs.{user}.{}", use_api().project());
        OPEN.with_borrow_mut(|open| match open {
            Some(runs) if runs.key == key => runs.clone(),
            _ => {
                let runs = Self {
                    all: ArcRwSignal::new(Vec::new()),
                    key,
                };
                runs.all.set(runs.stored());
                open.insert(runs).clone()
            }
        })
    }

    fn stored(&self) -> Vec<Run> {
        recall(&self.key)
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// After a reload: what was being sent has an answer nobody heard.
    pub fn reopen(&self, id: &str) {
        self.change(id, |run| *run = run.clone().reopened());
    }

    /// All runs, oldest first; tracked.
    pub fn all(&self) -> Vec<Run> {
        self.all.get()
    }

    /// One run; tracked.
    pub fn get(&self, id: &str) -> Option<Run> {
        self.all
            .with(|all| all.iter().find(|run| run.id == id).cloned())
    }

    /// One run as it is stored now, perhaps changed by another tab.
    pub fn stored_stage(&self, id: &str) -> Option<Stage> {
        self.stored()
            .into_iter()
            .find(|run| run.id == id)
            .map(|run| run.stage)
    }

    /// The newest run from a backup; tracked.
    pub fn newest_of(&self, backup: &str) -> Option<Run> {
        self.all.with(|all| {
            all.iter()
                .rev()
                .find(|run| run.plan.backup == backup)
                .cloned()
        })
    }

    /// Adds a run; the oldest that are over make room.
    pub fn add(&self, run: Run) {
        let mut all = self.stored();
        all.push(run);
        while all.len() > KEPT {
            let oldest = all.iter().position(|run| !run.is_open()).unwrap_or(0);
            all.remove(oldest);
        }
        self.keep(all);
    }

    /// Changes a run.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Run)) {
        let mut all = self.stored();
        if let Some(run) = all.iter_mut().find(|run| run.id == id) {
            let before = run.clone();
            change(run);
            if *run != before {
                self.keep(all);
            }
        }
    }

    fn keep(&self, all: Vec<Run>) {
        remember(&self.key, serde_json::to_string(&all).ok().as_deref());
        self.all.set(all);
    }
}

//! Where drafts and runs are kept: a draft in this tab until it is sent, runs in this browser.

use std::cell::RefCell;

use leptos::prelude::*;

use super::draft::RestoreDraft;
use super::run::{Run, Stage};
use crate::session::Kept;

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
    static OPEN: RefCell<Option<Kept<Vec<Run>>>> = const { RefCell::new(None) };
}

/// The restores asked for in this browser.
#[derive(Clone)]
pub struct Runs(Kept<Vec<Run>>);

impl Runs {
    /// The runs of this user in this project.
    pub fn open() -> Self {
        Self(Kept::open("restore-runs", &OPEN, |runs| runs))
    }

    /// After a reload: what was being sent has an answer nobody heard.
    pub fn reopen(&self, id: &str) {
        self.change(id, |run| *run = run.clone().reopened());
    }

    /// All runs, oldest first; tracked.
    pub fn all(&self) -> Vec<Run> {
        self.0.with(Clone::clone)
    }

    /// One run; tracked.
    pub fn get(&self, id: &str) -> Option<Run> {
        self.0
            .with(|all| all.iter().find(|run| run.id == id).cloned())
    }

    /// One run as it is stored now, perhaps changed by another tab.
    pub fn stored_stage(&self, id: &str) -> Option<Stage> {
        self.0
            .stored()
            .into_iter()
            .find(|run| run.id == id)
            .map(|run| run.stage)
    }

    /// The newest run from a backup; tracked.
    pub fn newest_of(&self, backup: &str) -> Option<Run> {
        self.0.with(|all| {
            all.iter()
                .rev()
                .find(|run| run.plan.backup == backup)
                .cloned()
        })
    }

    /// Adds a run; the oldest that are over make room.
    pub fn add(&self, run: Run) {
        let mut all = self.0.stored();
        all.push(run);
        while all.len() > KEPT {
            let oldest = all.iter().position(|run| !run.is_open()).unwrap_or(0);
            all.remove(oldest);
        }
        self.0.set(all);
    }

    /// Changes a run.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Run)) {
        let mut all = self.0.stored();
        if let Some(run) = all.iter_mut().find(|run| run.id == id) {
            let before = run.clone();
            change(run);
            if *run != before {
                self.0.set(all);
            }
        }
    }
}

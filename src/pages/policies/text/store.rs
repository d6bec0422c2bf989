//! Where the last import is kept: in this browser, for this user and project, until it is put away.
//! It holds names and settings of policies, nothing secret.

use std::cell::RefCell;

use leptos::prelude::*;

use super::run::Run;
use crate::api::use_api;
use crate::session::{recall, remember, use_session};

thread_local! {
    /// One for every visit to the page: steps go on while it is left.
    static OPEN: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// The last import.
#[derive(Clone)]
pub struct Kept {
    key: String,
    run: ArcRwSignal<Option<Run>>,
}

impl Kept {
    /// That of this user in this project.
    pub fn open() -> Self {
        let user = untrack(|| use_session().with(|info| info.user_id.clone()));
        let key = format!("import-run.{user}.{}", use_api().project());
        OPEN.with_borrow_mut(|open| match open {
            Some(kept) if kept.key == key => kept.clone(),
            _ => {
                let text = recall(&key);
                // One of another version of the console is none.
                let found = text.and_then(|text| serde_json::from_str::<Run>(&text).ok());
                let run = ArcRwSignal::new(found.and_then(Run::reopened));
                open.insert(Self { key, run }).clone()
            }
        })
    }

    /// For what is on screen.
    pub fn signal(&self) -> RwSignal<Option<Run>> {
        self.run.clone().into()
    }

    /// As it is now.
    pub fn get(&self) -> Option<Run> {
        self.run.get_untracked()
    }

    /// Keeps it, or puts it away.
    pub fn set(&self, run: Option<Run>) {
        let text = run.as_ref().and_then(|run| serde_json::to_string(run).ok());
        remember(&self.key, text.as_deref());
        self.run.set(run);
    }
}

//! What the tabs of a vault share: its data, and doing something to it.

use std::sync::Arc;

use contract::cbr::tasks::Task;
use contract::vault::{Vault, VaultPolicy, Work};
use leptos::prelude::*;

use super::words::explained;
use crate::api::{Api, VaultBackups, VaultDeed, operation_id, use_api, work_of};
use crate::query::Query;
use crate::ui::{Toasts, use_toasts};

/// One vault on screen, and everything about it.
#[derive(Clone, Copy)]
pub struct OneVault {
    pub vault: Signal<Arc<Vault>>,
    pub found: Query<Vault>,
    pub policies: Query<Vec<VaultPolicy>>,
    pub backups: Query<VaultBackups>,
    pub tasks: Query<Vec<Task>>,
    api: Api,
    toasts: Toasts,
}

impl OneVault {
    pub fn new(
        vault: Signal<Arc<Vault>>,
        found: Query<Vault>,
        policies: Query<Vec<VaultPolicy>>,
        backups: Query<VaultBackups>,
        tasks: Query<Vec<Task>>,
    ) -> Self {
        Self {
            vault,
            found,
            policies,
            backups,
            tasks,
            api: use_api(),
            toasts: use_toasts(),
        }
    }

    /// Its name; tracked.
    pub fn name(self) -> Signal<String> {
        Signal::derive(move || self.vault.read().name.clone())
    }

    /// What is going on in it, as far as its tasks are known; tracked.
    pub fn work(self) -> Vec<Work> {
        self.tasks
            .data()
            .map(|tasks| work_of(&tasks))
            .unwrap_or_default()
    }

    /// Loads everything anew.
    pub fn refresh(self) {
        self.found.refresh();
        self.policies.refresh();
        self.backups.refresh();
        self.tasks.refresh();
    }

    /// Does something at once: says what was done, or why not; with `undo`, it can be taken back.
    pub fn carry_out(self, deed: VaultDeed, done: String, failed: String, undo: Option<VaultDeed>) {
        let id = self.vault.with_untracked(|vault| vault.id.clone());
        self.send(id, deed, (done, failed), undo);
    }

    /// The same for a vault by its id: what is taken back may be taken back from another page.
    fn send(
        self,
        id: String,
        deed: VaultDeed,
        (done, failed): (String, String),
        undo: Option<VaultDeed>,
    ) {
        let once = operation_id();
        leptos::task::spawn_local(async move {
            match deed.carry_out(self.api, &id, &once).await {
                Ok(()) => match undo {
                    Some(back) => {
                        let title = done.clone();
                        let undo = move |()| {
                            let words = (format!("{done}: taken back"), failed.clone());
                            self.send(id.clone(), back.clone(), words, None);
                        };
                        self.toasts.undoable(title, Callback::new(undo));
                    }
                    None => self.toasts.success(done),
                },
                Err(error) => self.toasts.failure(failed, explained(&error)),
            }
            // The page may have been left meanwhile.
            if self.vault.try_get_untracked().is_some() {
                self.refresh();
            }
        });
    }
}

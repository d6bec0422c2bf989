//! What is going on in the project: backups, restores, deletions and whatever else is under way, and the
//! restores started from this browser. Survives leaving the page and reloading it.

mod busy;
mod started;
mod task;

pub use started::{Outcome, StartedRestore, entry_of};
pub use task::{Task, TaskKind};

use contract::model::Backup;
use leptos::prelude::*;

use crate::api::{self, Api, ApiError, Busy, Joined, use_api};
use crate::query::{Pace, Query};
use crate::ui::{Toasts, use_toasts};

/// The console's view of what is going on.
#[derive(Clone, Copy)]
pub struct Tasks {
    busy: Query<Joined<Busy>>,
    restores: RwSignal<Vec<StartedRestore>>,
    api: Api,
    toasts: Toasts,
}

/// What is going on in the project.
pub fn use_tasks() -> Tasks {
    expect_context()
}

impl Tasks {
    /// Makes the tasks available to [`use_tasks`] and keeps looking after them.
    pub fn provide() -> Self {
        let (api, toasts) = (use_api(), use_toasts());
        let restores = RwSignal::new(started::recall_all(&api.project()));
        let busy = Query::new(busy::busy).polled(move |busy: &Joined<Busy>| {
            let waiting =
                restores.with_untracked(|restores| restores.iter().any(StartedRestore::is_running));
            if busy.all.backups.is_empty() && busy.all.works.is_empty() && !waiting {
                Pace::Calm
            } else {
                Pace::Lively
            }
        });
        let tasks = Self {
            busy,
            restores,
            api,
            toasts,
        };
        provide_context(tasks);
        Effect::new(move |_| {
            if let Some(busy) = busy.data() {
                tasks.settle(&busy.all.backups);
            }
        });
        tasks
    }

    /// What is under way, longest first; tracked.
    pub fn running(self) -> Vec<Task> {
        let mut tasks: Vec<Task> = self
            .busy
            .data()
            .map(|busy| {
                let backups = busy.all.backups.iter().filter_map(Task::of_backup);
                backups
                    .chain(busy.all.works.iter().map(Task::of_work))
                    .collect()
            })
            .unwrap_or_default();
        self.restores.with(|restores| {
            for task in &mut tasks {
                task.take_target(restores);
            }
        });
        tasks.sort_by_key(|task| task.started);
        tasks
    }

    /// What was going on when it was last asked for.
    pub fn busy(self) -> Query<Joined<Busy>> {
        self.busy
    }

    /// What is not known about what is under way; tracked.
    pub fn unknown(self) -> Option<String> {
        let silent = match (self.busy.error(), self.busy.data()) {
            (Some(_), _) => return Some("What is running could not be asked.".to_owned()),
            (None, busy) => busy?.silent.clone()?,
        };
        Some(format!(
            "What is running in {} could not be asked.",
            silent.of.name()
        ))
    }

    /// Restores started from this browser, newest first; tracked.
    pub fn restores(self) -> Vec<StartedRestore> {
        self.restores
            .with(|restores| restores.iter().rev().cloned().collect())
    }

    /// Looks at once: something was just started.
    pub fn look_now(self) {
        self.busy.refresh();
    }

    /// Remembers a restore that was just started.
    pub fn restore_started(self, restore: StartedRestore) {
        self.restores.update(|restores| {
            restores.push(restore);
            started::remember_all(&self.api.project(), restores);
        });
        self.look_now();
    }

    /// A restore started here whose backup is no longer busy has ended: asks how.
    fn settle(self, busy: &[Backup]) {
        let ended: Vec<StartedRestore> = self.restores.with_untracked(|restores| {
            restores
                .iter()
                .filter(|restore| restore.is_running())
                .filter(|restore| !busy.iter().any(|backup| backup.id == restore.backup_id))
                .cloned()
                .collect()
        });
        for restore in ended {
            leptos::task::spawn_local(async move {
                let outcome = match outcome_of(self.api, &restore).await {
                    Ok(outcome) => outcome,
                    Err(error) if error.is_missing() => Some(Outcome::Unknown),
                    Err(_) => None,
                };
                if let Some(outcome) = outcome {
                    self.finish(&restore, outcome);
                }
            });
        }
    }

    fn finish(self, restore: &StartedRestore, outcome: Outcome) {
        let mut first = false;
        self.restores.try_update(|restores| {
            for known in restores
                .iter_mut()
                .filter(|known| known.is(restore) && known.is_running())
            {
                known.outcome = Some(outcome.clone());
                first = true;
            }
            started::remember_all(&self.api.project(), restores);
        });
        if !first {
            return;
        }
        let server = &restore.server_name;
        match outcome {
            Outcome::Done => self.toasts.success(format!(
                "{server} was restored from {}",
                restore.backup_name
            )),
            Outcome::Failed(reason) => self
                .toasts
                .failure(format!("Restoring {server} failed"), reason),
            Outcome::Unknown => self.toasts.failure(
                format!("How restoring {server} ended is not known"),
                "Its backup is gone. Check the server.",
            ),
        }
    }
}

/// How a restore ended; `None` while it goes on. The backup says it, or the service's list of restores.
async fn outcome_of(api: Api, restore: &StartedRestore) -> Result<Option<Outcome>, ApiError> {
    let backup = restore.backup_id.as_str();
    if restore.generation.capabilities().failure_in_backup {
        return Ok(Outcome::of_backup(&api::backup(api, backup).await?));
    }
    let listed = api::restores_of(api, backup).await?;
    let entry = entry_of(&listed, backup, &restore.server_id, restore.started());
    Ok(entry.and_then(Outcome::of_listed))
}

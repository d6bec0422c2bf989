//! Deletions from the shelf: what is sent, and what became of it.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use contract::model::{Backup, Generation};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::bulk::{Item, Queue, Step};
use super::shelf::{Scope, Shelf};
use crate::api::{self, ApiError, operation_id};
use crate::data::row::Row;

/// Between two looks at running deletions, in milliseconds.
const LOOK_AGAIN_MS: u32 = 2_000;

impl Shelf {
    /// Deletes rows: each gets its place in the queue and its own result.
    pub fn delete(&self, rows: &BTreeSet<u32>) {
        let items: Vec<Item> = self.store.with_untracked(|store| {
            rows.iter()
                .map(|row| Item {
                    generation: store.generation(*row),
                    id: store.id(*row).to_owned(),
                    checkpoint: store.checkpoint(*row).to_owned(),
                    name: store.name(*row).to_owned(),
                    server: store.server_name.text(*row).to_owned(),
                    size_mb: store.stored_mb(*row).unwrap_or(0),
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
                generation: backup.generation,
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
        let answer = match item.generation {
            Generation::Csbs => {
                api::delete_backups(self.api, &item.checkpoint, &[&item.id], &operation_id()).await
            }
            Generation::Cbr => match api::cbr().await {
                Ok(cbr) => (cbr.delete)(self.api, item.id.clone(), operation_id()).await,
                Err(error) => Err(error),
            },
        };
        let now = self.clock.now();
        self.queue.update(|queue| match answer {
            Ok(()) => queue.taken(&item.id, now),
            Err(error) if error.is_missing() && self.scope == Scope::AllProjects => {
                let why = "This project has no such backup: it is gone, or another project's. Enter that project to delete it there.";
                queue.ended(&item.id, Step::Failed(why.to_owned()));
            }
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

//! A change is made once, however often its request arrives: a double click, an impatient reload, a second tab.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

use super::answer::Whole;
use crate::{error::Refusal, session::Key};

/// Changes remembered at a time; the oldest are forgotten first.
const MOST: usize = 10_000;

pub type Outcome = Result<Whole, Refusal>;
type Id = (Key, String);

/// Changes by the id the console gave them.
#[derive(Debug)]
pub struct Repeats {
    kept: Duration,
    known: Mutex<HashMap<Id, Known>>,
}

#[derive(Debug)]
struct Known {
    since: Instant,
    /// What was asked, to notice an id used twice for different things.
    asked: [u8; 32],
    outcome: watch::Receiver<Option<Outcome>>,
}

/// What is to be done with a request.
pub enum Turn {
    /// It is the first: run it and say how it went.
    First(watch::Sender<Option<Outcome>>),
    /// It runs or has run already.
    Again(watch::Receiver<Option<Outcome>>),
}

impl Repeats {
    pub fn new(kept: Duration) -> Self {
        Self {
            kept,
            known: Mutex::default(),
        }
    }

    pub fn turn(&self, session: Key, id: &str, asked: [u8; 32]) -> Result<Turn, Refusal> {
        let now = Instant::now();
        let key = (session, id.to_owned());
        let mut known = self.lock();
        if let Some(earlier) = known.get(&key).filter(|k| now - k.since < self.kept) {
            return if earlier.asked == asked {
                Ok(Turn::Again(earlier.outcome.clone()))
            } else {
                Err(Refusal::OperationIdReused)
            };
        }
        if known.len() >= MOST {
            known.retain(|_, k| now - k.since < self.kept);
        }
        if known.len() >= MOST
            && let Some(oldest) = known
                .iter()
                .min_by_key(|(_, k)| k.since)
                .map(|(key, _)| key.clone())
        {
            known.remove(&oldest);
        }
        let (sender, outcome) = watch::channel(None);
        known.insert(
            key,
            Known {
                since: now,
                asked,
                outcome,
            },
        );
        Ok(Turn::First(sender))
    }

    /// Drops what is too old to be repeated.
    pub fn sweep(&self) {
        let now = Instant::now();
        self.lock().retain(|_, k| now - k.since < self.kept);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

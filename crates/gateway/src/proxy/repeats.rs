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

/// Bytes of their answers remembered at a time, likewise.
const MOST_BYTES: usize = 64 * 1024 * 1024;

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
        make_room(&mut known, now, self.kept);
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

impl Known {
    fn bytes(&self) -> usize {
        match &*self.outcome.borrow() {
            Some(Ok(whole)) => whole.body.len(),
            _ => 0,
        }
    }
}

fn make_room(known: &mut HashMap<Id, Known>, now: Instant, kept: Duration) {
    let mut bytes: usize = known.values().map(Known::bytes).sum();
    if known.len() < MOST && bytes <= MOST_BYTES {
        return;
    }
    known.retain(|_, k| now - k.since < kept);
    let mut ages: Vec<_> = known
        .iter()
        .map(|(id, k)| (k.since, k.bytes(), id.clone()))
        .collect();
    ages.sort_by_key(|(since, ..)| *since);
    bytes = ages.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, freed, id) in ages {
        if known.len() < MOST && bytes <= MOST_BYTES {
            return;
        }
        known.remove(&id);
        bytes -= freed;
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, StatusCode};
    use bytes::Bytes;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a07_what_is_remembered_is_bounded_and_the_oldest_goes_first() {
        let repeats = Repeats::new(Duration::from_secs(600));
        let large = Bytes::from(vec![b'a'; MOST_BYTES / 8]);
        for number in 0..12 {
            tokio::time::advance(Duration::from_secs(1)).await;
            let turn = repeats
                .turn([0; 32], &format!("op{number}"), [0; 32])
                .unwrap();
            let Turn::First(sender) = turn else {
                panic!("op{number} is new");
            };
            sender.send_replace(Some(Ok(Whole {
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                body: large.clone(),
            })));
        }
        let bytes: usize = repeats.lock().values().map(Known::bytes).sum();
        assert!(bytes <= MOST_BYTES + large.len(), "{bytes}");
        let again = |id: &str| matches!(repeats.turn([0; 32], id, [0; 32]), Ok(Turn::Again(_)));
        assert!(again("op11") && !again("op0"));
    }
}

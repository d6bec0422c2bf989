//! The sessions of this process: bounded, oldest idle first out, gone with the process.
//! (Why not in a database: `docs/decisions/`, "Sessions live in memory".)

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;

use super::{Key, Session};
use crate::limits::Limits;

#[derive(Debug)]
pub struct Sessions {
    limit: usize,
    all: Mutex<HashMap<Key, Arc<Session>>>,
}

impl Sessions {
    pub fn new(limits: &Limits) -> Self {
        Self {
            limit: limits.sessions.max(1),
            all: Mutex::default(),
        }
    }

    /// The session of this key, which counts as used now; nothing when it has ended.
    pub fn get(&self, key: &Key) -> Option<Arc<Session>> {
        let now = Instant::now();
        let mut all = self.lock();
        let session = all.get(key)?;
        if session.over(now) {
            all.remove(key);
            return None;
        }
        session.touch(now);
        Some(session.clone())
    }

    pub fn insert(&self, session: Session) -> Arc<Session> {
        let session = Arc::new(session);
        let mut all = self.lock();
        if all.len() >= self.limit {
            let now = Instant::now();
            all.retain(|_, session| !session.over(now));
        }
        if all.len() >= self.limit
            && let Some(idlest) = all.values().min_by_key(|s| s.last_used()).map(|s| s.key)
        {
            all.remove(&idlest);
        }
        all.insert(session.key, session.clone());
        session
    }

    pub fn remove(&self, key: &Key) -> Option<Arc<Session>> {
        self.lock().remove(key)
    }

    /// Drops what has ended, so that its tokens do not stay in memory.
    pub fn sweep(&self) {
        let now = Instant::now();
        self.lock().retain(|_, session| !session.over(now));
    }

    pub fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Session>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

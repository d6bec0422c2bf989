//! Holds back guessing, for each user and for each address, in a bounded amount of memory.
//!
//! A try counts before it is made and is taken back when it was right, so that a hundred tries at once count as a
//! hundred. An unknown user is held back exactly like a known one.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::error::Refusal;

const MOST: usize = 20_000;
const FORGOTTEN_AFTER: Duration = Duration::from_secs(15 * 60);
const USER: Rule = Rule {
    free: 5,
    longest: Duration::from_secs(300),
};
const ADDRESS: Rule = Rule {
    free: 60,
    longest: Duration::from_secs(60),
};

struct Rule {
    /// Failures before the first wait.
    free: u32,
    longest: Duration,
}

impl Rule {
    /// Doubles with each failure, from one second.
    fn wait(&self, failures: u32) -> Duration {
        match failures.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(over) => Duration::from_secs(1 << over.min(16)).min(self.longest),
        }
    }
}

#[derive(Debug, Default)]
pub struct Throttle {
    hasher: RandomState,
    tries: Mutex<HashMap<u64, Tries>>,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    failures: u32,
    last: Instant,
}

/// A try that may go on; counted as a failure until it is taken back.
#[must_use]
#[derive(Debug)]
pub struct Attempt<'a> {
    throttle: &'a Throttle,
    user: u64,
    address: u64,
}

impl Throttle {
    /// Whether this user from this address may try now.
    pub fn begin(&self, user: &str, address: IpAddr) -> Result<Attempt<'_>, Refusal> {
        // A whole IPv6 network of one customer counts as one address.
        let address = match address {
            IpAddr::V4(v4) => u64::from(u32::from(v4)),
            IpAddr::V6(v6) => (u128::from(v6) >> 64) as u64,
        };
        let user = self.hasher.hash_one(("user", user));
        let address = self.hasher.hash_one(("address", address));
        let now = Instant::now();
        let mut tries = self.lock();
        let waits = [(user, &USER), (address, &ADDRESS)].map(|(key, rule)| {
            let known = tries.get(&key).filter(|t| now - t.last < FORGOTTEN_AFTER)?;
            (known.last + rule.wait(known.failures)).checked_duration_since(now)
        });
        if let Some(wait) = waits
            .into_iter()
            .flatten()
            .max()
            .filter(|wait| !wait.is_zero())
        {
            return Err(Refusal::TooManyTries(wait + Duration::from_millis(999)));
        }
        for key in [user, address] {
            if tries.len() >= MOST && !tries.contains_key(&key) {
                make_room(&mut tries, now);
            }
            let entry = tries.entry(key).or_insert(Tries {
                failures: 0,
                last: now,
            });
            if now - entry.last >= FORGOTTEN_AFTER {
                entry.failures = 0;
            }
            entry.failures = entry.failures.saturating_add(1);
            entry.last = now;
        }
        Ok(Attempt {
            throttle: self,
            user,
            address,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Tries>> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops what is old, then the tenth that failed least: a flood of invented users cannot wash out a real one.
fn make_room(tries: &mut HashMap<u64, Tries>, now: Instant) {
    tries.retain(|_, entry| now - entry.last < FORGOTTEN_AFTER);
    if tries.len() < MOST {
        return;
    }
    let mut order: Vec<_> = tries
        .iter()
        .map(|(key, t)| (t.failures, t.last, *key))
        .collect();
    order.sort_unstable();
    for (_, _, key) in order.into_iter().take(MOST / 10) {
        tries.remove(&key);
    }
}

impl Attempt<'_> {
    /// The password was right: the user's failures are forgotten, the address's one less.
    pub fn succeeded(self) {
        let mut tries = self.throttle.lock();
        tries.remove(&self.user);
        take_back(&mut tries, self.address);
    }

    /// Nobody can say whether it was right.
    pub fn undo(self) {
        let mut tries = self.throttle.lock();
        take_back(&mut tries, self.user);
        take_back(&mut tries, self.address);
    }
}

fn take_back(tries: &mut HashMap<u64, Tries>, key: u64) {
    if let Some(entry) = tries.get_mut(&key) {
        entry.failures = entry.failures.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn address(n: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from(n))
    }

    #[tokio::test(start_paused = true)]
    async fn c08_a_user_waits_longer_each_time_and_then_gets_in() {
        let throttle = Throttle::default();
        for n in 0..5 {
            let _ = throttle.begin("demo", address(n)).unwrap();
        }
        for expected in [1, 2, 4, 8] {
            let Err(Refusal::TooManyTries(wait)) = throttle.begin("demo", address(99)) else {
                panic!("not held back before {expected} s");
            };
            assert_eq!(wait.as_secs(), expected);
            tokio::time::advance(Duration::from_secs(expected)).await;
            let _ = throttle.begin("demo", address(99)).unwrap();
        }
        tokio::time::advance(Duration::from_secs(16)).await;
        throttle.begin("demo", HERE).unwrap().succeeded();
        let _ = throttle.begin("demo", HERE).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn c08_many_users_from_one_address_are_one_guesser() {
        let throttle = Throttle::default();
        for n in 0..60 {
            let _ = throttle.begin(&format!("user{n}"), HERE).unwrap();
        }
        assert!(throttle.begin("user60", HERE).is_err());
        assert!(throttle.begin("user60", address(7)).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn c08_memory_is_bounded_and_a_flood_does_not_free_a_guesser() {
        let throttle = Throttle::default();
        for n in 0..5 {
            let _ = throttle.begin("demo", address(n)).unwrap();
        }
        for n in 0..30_000 {
            let _ = throttle
                .begin(&format!("invented{n}"), address(1000 + n))
                .unwrap();
        }
        assert!(throttle.lock().len() <= MOST);
        assert!(throttle.begin("demo", address(5)).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn an_undone_try_does_not_count() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            throttle.begin("demo", HERE).unwrap().undo();
        }
        assert!(throttle.begin("demo", HERE).is_ok());
    }
}

//! Leaves a service alone that fails again and again, so that people hear it at once and the service can recover.
//!
//! After some failures in a row nothing is sent to it for a while. Then one call is let through to see: when it succeeds,
//! everything is as before; when it fails, the rest is twice as long, up to a limit.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    time::Duration,
};

use tokio::time::Instant;

use crate::{error::Refusal, limits::Limits, metrics::Metrics};

/// Failures so far apart are not one trouble.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);

/// What opens a breaker, and for how long.
#[derive(Debug, Clone, Copy)]
struct Rules {
    failures: u32,
    rest: Duration,
    longest: Duration,
}

/// The breakers of a cloud, one for each service at each address.
#[derive(Debug)]
pub struct Breakers {
    rules: Rules,
    metrics: Arc<Metrics>,
    all: Mutex<HashMap<(String, &'static str), Arc<Breaker>>>,
}

impl Breakers {
    pub fn new(limits: &Limits, metrics: Arc<Metrics>) -> Self {
        Self {
            rules: Rules {
                failures: limits.failures.max(1),
                rest: limits.rest,
                longest: limits.longest_rest,
            },
            metrics,
            all: Mutex::default(),
        }
    }

    /// Of a service at an address; both come from the operator or the catalog, so there are few.
    pub fn of(&self, origin: &str, service: &'static str) -> Arc<Breaker> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || Arc::new(Breaker::new(service, self.rules, self.metrics.clone()));
        let known = all.entry((origin.to_owned(), service));
        known.or_insert_with(made).clone()
    }
}

#[derive(Debug)]
pub struct Breaker {
    service: &'static str,
    rules: Rules,
    metrics: Arc<Metrics>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// In a row.
    failures: u32,
    last_failure: Option<Instant>,
    /// Nothing is sent before this; nothing is held back without it.
    until: Option<Instant>,
    rest: Duration,
    /// One call is on its way to see whether the service is back.
    probing: bool,
}

/// Leave to send one call. What becomes of it is said with [`Permit::succeeded`] or [`Permit::failed`]; dropped, it tells
/// nothing, as when the browser goes away.
#[must_use]
#[derive(Debug)]
pub struct Permit {
    breaker: Arc<Breaker>,
    probe: bool,
}

impl Breaker {
    fn new(service: &'static str, rules: Rules, metrics: Arc<Metrics>) -> Self {
        Self {
            service,
            rules,
            metrics,
            state: Mutex::default(),
        }
    }

    /// Whether a call may be sent now.
    pub fn admit(self: &Arc<Self>) -> Result<Permit, Refusal> {
        let mut state = self.lock();
        let probe = match state.until {
            None => false,
            Some(until) => {
                let left = until.saturating_duration_since(Instant::now());
                if state.probing || !left.is_zero() {
                    return Err(Refusal::Resting(self.service, left));
                }
                state.probing = true;
                true
            }
        };
        Ok(Permit {
            breaker: self.clone(),
            probe,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, probe: bool) {
        let now = Instant::now();
        let mut state = self.lock();
        let old = |at: Instant| now.duration_since(at) > FORGOTTEN_AFTER;
        if state.until.is_none() && state.last_failure.is_some_and(old) {
            state.failures = 0;
        }
        state.failures = state.failures.saturating_add(1);
        state.last_failure = Some(now);
        // Calls that were on their way when it opened fail too; they say nothing new.
        let opens = match state.until {
            None => state.failures >= self.rules.failures,
            Some(_) => probe,
        };
        if !opens {
            return;
        }
        state.rest = match state.until {
            None => self.rules.rest,
            Some(_) => (state.rest * 2).min(self.rules.longest),
        };
        state.until = Some(now + spread(state.rest));
        let (service, rest) = (self.service, state.rest.as_millis());
        tracing::warn!(
            service,
            rest,
            "the service fails again and again; it is left alone"
        );
        self.metrics.rests.fetch_add(1, Ordering::Relaxed);
    }

    fn succeeded(&self) {
        let mut state = self.lock();
        if state.until.is_some() {
            tracing::info!(service = self.service, "the service is back");
        }
        *state = State::default();
    }
}

impl Permit {
    pub fn succeeded(self) {
        self.breaker.succeeded();
    }

    pub fn failed(self) {
        self.breaker.failed(self.probe);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.lock().probing = false;
        }
    }
}

/// A fifth more or less, so that several gateways do not come back in the same moment.
fn spread(rest: Duration) -> Duration {
    let random = u32::from_str_radix(&crate::random::hex::<4>(), 16).unwrap_or_default();
    rest.mul_f64(0.8 + 0.4 * f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Arc<Breaker> {
        let limits = Limits {
            failures: 3,
            rest: Duration::from_secs(1),
            longest_rest: Duration::from_secs(4),
            ..Limits::default()
        };
        Breakers::new(&limits, Arc::default()).of("https://csbs.example", "csbs")
    }

    fn fail(breaker: &Arc<Breaker>, times: u32) {
        for _ in 0..times {
            breaker.admit().unwrap().failed();
        }
    }

    /// For at least four fifths and at most six fifths of this many seconds.
    async fn rests(breaker: &Arc<Breaker>, seconds: f64) {
        tokio::time::advance(Duration::from_secs_f64(seconds * 0.79)).await;
        assert!(matches!(breaker.admit(), Err(Refusal::Resting("csbs", _))));
        tokio::time::advance(Duration::from_secs_f64(seconds * 0.42)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a08_it_opens_after_failures_in_a_row_and_rests_longer_each_time() {
        let breaker = breaker();
        fail(&breaker, 2);
        breaker.admit().unwrap().succeeded();
        fail(&breaker, 3);
        for rest in [1.0, 2.0, 4.0, 4.0] {
            rests(&breaker, rest).await;
            breaker.admit().unwrap().failed();
        }
        rests(&breaker, 4.0).await;
        breaker.admit().unwrap().succeeded();
        fail(&breaker, 2);
        assert!(breaker.admit().is_ok(), "as before");
    }

    #[tokio::test(start_paused = true)]
    async fn a08_one_call_looks_whether_the_service_is_back() {
        let breaker = breaker();
        fail(&breaker, 3);
        rests(&breaker, 1.0).await;
        let probe = breaker.admit().unwrap();
        assert!(
            breaker.admit().is_err(),
            "the second one waits for the first"
        );
        // The browser goes away: nobody knows more than before, and the next may look.
        drop(probe);
        breaker.admit().unwrap().succeeded();
        assert!(breaker.admit().is_ok() && breaker.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a08_calls_on_their_way_when_it_opens_do_not_prolong_the_rest() {
        let breaker = breaker();
        let late: Vec<_> = (0..20).map(|_| breaker.admit().unwrap()).collect();
        late.into_iter().for_each(Permit::failed);
        rests(&breaker, 1.0).await;
        assert!(breaker.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn failures_far_apart_are_not_one_trouble() {
        let breaker = breaker();
        for _ in 0..10 {
            fail(&breaker, 1);
            tokio::time::advance(Duration::from_secs(31)).await;
        }
        assert!(breaker.admit().is_ok());
    }

    #[test]
    fn services_and_addresses_are_judged_apart() {
        let breakers = Breakers::new(&Limits::default(), Arc::default());
        let csbs = breakers.of("https://a.example", "csbs");
        fail(&csbs, Limits::default().failures);
        assert!(breakers.of("https://a.example", "csbs").admit().is_err());
        assert!(breakers.of("https://a.example", "ecs").admit().is_ok());
        assert!(breakers.of("https://b.example", "csbs").admit().is_ok());
    }
}

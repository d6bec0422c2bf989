//! The console's one clock: the service's present, which in the sandbox may be months ahead.

use std::time::Duration;

use contract::time::Timestamp;
use leptos::prelude::*;

/// How often relative times on screen move on.
const TICK: Duration = Duration::from_secs(10);

/// Answers carry their date in whole seconds; a smaller difference is no jump.
const JITTER_MICROS: i64 = 2_500_000;

/// The service's clock, carried forward by the browser's between answers.
#[derive(Clone, Copy)]
pub struct Clock {
    /// Microseconds the service is ahead of the browser.
    ahead: RwSignal<i64>,
    ticking: RwSignal<Timestamp>,
}

impl Clock {
    /// Starts the clock and makes it available to [`use_clock`].
    pub fn provide() -> Self {
        let clock = Self {
            ahead: RwSignal::new(0),
            ticking: RwSignal::new(Timestamp::from_micros(browser_now())),
        };
        provide_context(clock);
        if let Ok(handle) = set_interval_with_handle(move || clock.ticking.set(clock.now()), TICK) {
            on_cleanup(move || handle.clear());
        }
        clock
    }

    /// The present, read once.
    pub fn now(self) -> Timestamp {
        Timestamp::from_micros(browser_now() + self.ahead.get_untracked())
    }

    /// The present for what is on screen: changes every few seconds and when the service's clock jumps.
    pub fn ticking(self) -> Timestamp {
        self.ticking.get()
    }

    /// Takes the date of an answer (`X-Service-Date`).
    pub fn observe(self, service: Timestamp) {
        let ahead = service.micros() - browser_now();
        if (ahead - self.ahead.get_untracked()).abs() > JITTER_MICROS {
            self.ahead.set(ahead);
            self.ticking.set(self.now());
        }
    }
}

/// The console's clock.
pub fn use_clock() -> Clock {
    expect_context()
}

fn browser_now() -> i64 {
    (js_sys::Date::now() * 1000.0) as i64
}

//! Asking again by itself: often while something moves, seldom otherwise, never in a hidden tab.

use std::time::Duration;

use leptos::{ev, prelude::*};

use super::state::Query;

/// How soon to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Something is moving.
    Lively,
    /// Nothing much is expected.
    Calm,
    /// Not by itself.
    Never,
}

impl Pace {
    /// The delay until the next try after a number of failures in a row.
    pub fn delay(self, failures: u32) -> Option<Duration> {
        let base = match self {
            Self::Lively => 3,
            Self::Calm => 30,
            Self::Never => return None,
        };
        Some(Duration::from_secs((base << failures.min(6)).min(300)))
    }
}

impl<T: Send + Sync> Query<T> {
    /// Refreshes by itself at the pace its data ask for. In a hidden tab it waits, and catches up
    /// when the tab is shown again.
    #[must_use]
    pub fn polled(self, pace: impl Fn(&T) -> Pace + Send + Sync + 'static) -> Self {
        let due = StoredValue::new(false);
        Effect::new(move |_| {
            let delay = self.with(|state| {
                if state.loading {
                    return None;
                }
                let pace = state.data.as_deref().map_or(Pace::Calm, &pace);
                pace.delay(state.failures)
            });
            let Some(delay) = delay else { return };
            let tick = move || {
                if document().hidden() {
                    due.set_value(true)
                } else {
                    self.refresh()
                }
            };
            if let Ok(handle) = set_timeout_with_handle(tick, delay) {
                on_cleanup(move || handle.clear());
            }
        });
        let shown = window_event_listener(ev::visibilitychange, move |_| {
            if !document().hidden() && due.get_value() {
                due.set_value(false);
                self.refresh();
            }
        });
        on_cleanup(move || shown.remove());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_slow_the_pace_down_to_five_minutes() {
        assert_eq!(Pace::Lively.delay(0), Some(Duration::from_secs(3)));
        assert_eq!(Pace::Lively.delay(2), Some(Duration::from_secs(12)));
        assert_eq!(Pace::Calm.delay(1), Some(Duration::from_secs(60)));
        assert_eq!(Pace::Calm.delay(40), Some(Duration::from_secs(300)));
        assert_eq!(Pace::Never.delay(0), None);
    }
}

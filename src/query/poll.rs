//! Asking again by itself: often while something moves, seldom otherwise, never in a hidden tab.

use std::time::Duration;

use leptos::{ev, prelude::*};

use super::state::{AnyQuery, Data, Query, of_type};

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

impl<T: Send + Sync + 'static> Query<T> {
    /// Refreshes by itself at the pace its data ask for. In a hidden tab it waits, and catches up
    /// when the tab is shown again.
    #[must_use]
    pub fn polled(self, pace: impl Fn(&T) -> Pace + 'static) -> Self {
        self.any.poll(Box::new(move |data| {
            of_type(data).map_or(Pace::Calm, |data| pace(&data))
        }));
        self
    }
}

impl AnyQuery {
    fn poll(self, pace: Box<dyn Fn(Option<Data>) -> Pace>) {
        let due = StoredValue::new(false);
        Effect::new(move |_| {
            let (loading, data, failures) = self
                .state
                .with(|state| (state.loading, state.data.clone(), state.failures));
            if loading {
                return;
            }
            let Some(delay) = pace(data).delay(failures) else {
                return;
            };
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

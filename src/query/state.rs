//! The resource: its data, when they are from, whether newer ones are coming, why they did not.

use std::future::Future;
use std::sync::Arc;

use contract::time::Timestamp;
use leptos::prelude::*;
use leptos::reactive::spawn_local_scoped_with_cancellation;

use crate::api::{Api, ApiError, use_api};
use crate::clock::use_clock;

/// What is known of a resource.
pub struct QueryState<T> {
    /// The newest data that came.
    pub data: Option<Arc<T>>,
    /// When they came, on the service's clock.
    pub at: Option<Timestamp>,
    /// Whether an answer is awaited.
    pub loading: bool,
    /// Why the last try brought nothing; cleared by the next success.
    pub error: Option<ApiError>,
    /// Failures in a row.
    pub failures: u32,
}

impl<T> Default for QueryState<T> {
    fn default() -> Self {
        Self {
            data: None,
            at: None,
            loading: true,
            error: None,
            failures: 0,
        }
    }
}

/// A resource of the service. Copy it around; it lives as long as the page that made it.
pub struct Query<T: Send + Sync + 'static> {
    state: RwSignal<QueryState<T>>,
    wish: RwSignal<u32>,
}

impl<T: Send + Sync> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync> Copy for Query<T> {}

impl<T: Send + Sync> Query<T> {
    /// Loads at once, and again whenever a signal that `fetch` reads before its first `await`
    /// changes, [`Query::refresh`] is called, or somebody signed in again after the session ended.
    ///
    /// A newer load ends an older one; leaving the page ends all.
    pub fn new<F>(fetch: impl Fn(Api) -> F + 'static) -> Self
    where
        F: Future<Output = Result<T, ApiError>> + 'static,
    {
        let (api, clock) = (use_api(), use_clock());
        let query = Self {
            state: RwSignal::new(QueryState::default()),
            wish: RwSignal::new(0),
        };
        Effect::new(move |_| {
            query.wish.track();
            api.renewed.track();
            let answer = fetch(api);
            query.state.update(|state| state.loading = true);
            spawn_local_scoped_with_cancellation(async move {
                let answer = answer.await;
                let now = clock.now();
                query.state.try_update(|state| state.take(answer, now));
            });
        });
        query
    }

    /// Asks for newer data; what is there stays until they come.
    pub fn refresh(self) {
        self.wish.update(|wish| *wish += 1);
    }

    /// Everything known; tracked.
    pub fn with<R>(self, read: impl FnOnce(&QueryState<T>) -> R) -> R {
        self.state.with(read)
    }

    /// The data, if any came yet; tracked.
    pub fn data(self) -> Option<Arc<T>> {
        self.state.with(|state| state.data.clone())
    }

    /// The data, if any came yet; not tracked.
    pub fn data_untracked(self) -> Option<Arc<T>> {
        self.state.with_untracked(|state| state.data.clone())
    }

    /// Whether an answer is awaited; tracked.
    pub fn loading(self) -> Signal<bool> {
        Signal::derive(move || self.state.with(|state| state.loading))
    }

    /// Why the last try brought nothing; tracked.
    pub fn error(self) -> Option<ApiError> {
        self.state.with(|state| state.error.clone())
    }

    /// Takes over data that came another way, for example as the answer to a change.
    pub fn put(self, data: T, at: Timestamp) {
        self.state.update(|state| state.take(Ok(data), at));
    }
}

impl<T> QueryState<T> {
    fn take(&mut self, answer: Result<T, ApiError>, now: Timestamp) {
        self.loading = false;
        match answer {
            Ok(data) => {
                self.data = Some(Arc::new(data));
                self.at = Some(now);
                self.error = None;
                self.failures = 0;
            }
            Err(error) => {
                self.error = Some(error);
                self.failures += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_refresh_keeps_the_data_and_says_why() {
        let mut state = QueryState::default();
        let (first, second) = (Timestamp::from_seconds(1), Timestamp::from_seconds(2));
        state.take(Ok(7), first);
        state.take(Err(ApiError::Network), second);
        assert_eq!(state.data.as_deref(), Some(&7));
        assert_eq!((state.at, state.failures), (Some(first), 1));
        assert_eq!(state.error, Some(ApiError::Network));
        state.take(Ok(8), second);
        assert_eq!(
            (state.data.as_deref(), state.at, state.failures),
            (Some(&8), Some(second), 0)
        );
        assert_eq!(state.error, None);
    }
}

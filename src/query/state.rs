//! The resource: its data, when they are from, whether newer ones are coming, why they did not.
//!
//! Inside, the data are of any type: signals, effects and views around them are then compiled once, and not once for each of the
//! some thirty resources of the console. Only [`Query`] knows the type.

use std::any::Any;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use contract::time::Timestamp;
use leptos::prelude::*;
use leptos::reactive::spawn_local_scoped_with_cancellation;

use crate::api::{Api, ApiError, use_api};
use crate::clock::use_clock;

/// The data of one answer.
pub(super) type Data = Arc<dyn Any + Send + Sync>;

type Answer = Pin<Box<dyn Future<Output = Result<Data, ApiError>>>>;

/// What is known of a resource.
pub(super) struct QueryState {
    /// The newest data that came.
    pub data: Option<Data>,
    /// When they came, on the service's clock.
    pub at: Option<Timestamp>,
    /// Whether an answer is awaited.
    pub loading: bool,
    /// Why the last try brought nothing; cleared by the next success.
    pub error: Option<ApiError>,
    /// Failures in a row.
    pub failures: u32,
}

impl Default for QueryState {
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

/// A resource whose data may be anything.
#[derive(Clone, Copy)]
pub(super) struct AnyQuery {
    pub state: RwSignal<QueryState>,
    wish: RwSignal<u32>,
}

/// A resource of the service. Copy it around; it lives as long as the page that made it.
pub struct Query<T> {
    pub(super) any: AnyQuery,
    data: PhantomData<fn() -> T>,
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Query<T> {}

impl<T: Send + Sync + 'static> Query<T> {
    /// Loads at once, and again whenever a signal that `fetch` reads before its first `await`
    /// changes, [`Query::refresh`] is called, or somebody signed in again after the session ended.
    ///
    /// A newer load ends an older one; leaving the page ends all.
    pub fn new<F>(fetch: impl Fn(Api) -> F + 'static) -> Self
    where
        F: Future<Output = Result<T, ApiError>> + 'static,
    {
        let fetch = move |api| -> Answer {
            let answer = fetch(api);
            Box::pin(async move { answer.await.map(|data| Arc::new(data) as Data) })
        };
        Self {
            any: AnyQuery::new(Box::new(fetch)),
            data: PhantomData,
        }
    }

    /// Asks for newer data; what is there stays until they come.
    pub fn refresh(self) {
        self.any.refresh();
    }

    /// The data, if any came yet; tracked.
    pub fn data(self) -> Option<Arc<T>> {
        of_type(self.any.state.with(|state| state.data.clone()))
    }

    /// The data, if any came yet; not tracked.
    pub fn data_untracked(self) -> Option<Arc<T>> {
        of_type(self.any.state.with_untracked(|state| state.data.clone()))
    }

    /// Whether an answer is awaited; tracked.
    pub fn loading(self) -> Signal<bool> {
        self.any.loading()
    }

    /// Why the last try brought nothing; tracked.
    pub fn error(self) -> Option<ApiError> {
        self.any.state.with(|state| state.error.clone())
    }

    /// Takes over data that came another way, for example as the answer to a change.
    pub fn put(self, data: T, at: Timestamp) {
        self.any
            .state
            .update(|state| state.take(Ok(Arc::new(data)), at));
    }
}

/// The data as what they are; a [`Query`] only ever puts its own type in.
pub(super) fn of_type<T: Send + Sync + 'static>(data: Option<Data>) -> Option<Arc<T>> {
    data.and_then(|data| data.downcast().ok())
}

impl AnyQuery {
    fn new(fetch: Box<dyn Fn(Api) -> Answer>) -> Self {
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

    pub fn refresh(self) {
        self.wish.update(|wish| *wish += 1);
    }

    pub fn loading(self) -> Signal<bool> {
        Signal::derive(move || self.state.with(|state| state.loading))
    }
}

impl QueryState {
    fn take(&mut self, answer: Result<Data, ApiError>, now: Timestamp) {
        self.loading = false;
        match answer {
            Ok(data) => {
                self.data = Some(data);
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
        let data = |state: &QueryState| of_type::<i32>(state.data.clone()).as_deref().copied();
        state.take(Ok(Arc::new(7)), first);
        state.take(Err(ApiError::Network), second);
        assert_eq!(data(&state), Some(7));
        assert_eq!((state.at, state.failures), (Some(first), 1));
        assert_eq!(state.error, Some(ApiError::Network));
        state.take(Ok(Arc::new(8)), second);
        assert_eq!(data(&state), Some(8));
        assert_eq!((state.at, state.failures), (Some(second), 0));
        assert_eq!(state.error, None);
    }
}

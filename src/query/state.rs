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

use crate::api::{Api, ApiError, Joined, Silent, use_api};
use crate::clock::use_clock;

/// The data of one answer.
pub(super) type Data = Arc<dyn Any + Send + Sync>;

type Answer = Pin<Box<dyn Future<Output = Result<Joined<Data>, ApiError>>>>;

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
    /// A service that did not answer, so that the data are without what it knows.
    pub silent: Option<Silent>,
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
            silent: None,
            failures: 0,
        }
    }
}

/// A resource whose data may be anything.
#[derive(Clone, Copy)]
pub(super) struct AnyQuery {
    pub state: RwSignal<QueryState>,
    wish: RwSignal<u32>,
    api: Api,
    /// Another one of the page, that says of a silent service what this one need not say again.
    beside: Option<RwSignal<QueryState>>,
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
            Box::pin(async move {
                answer
                    .await
                    .map(|data| Joined::whole(Arc::new(data) as Data))
            })
        };
        Self::of(Box::new(fetch))
    }

    /// The same of what several services answer together. A service that does not answer is named where the data are shown; what
    /// was whole and is only refreshed stays as it is until it can be whole again.
    pub fn joined<F>(fetch: impl Fn(Api) -> F + 'static) -> Self
    where
        F: Future<Output = Result<Joined<T>, ApiError>> + 'static,
    {
        let fetch = move |api| -> Answer {
            let answer = fetch(api);
            Box::pin(async move {
                answer
                    .await
                    .map(|data| data.map(|all| Arc::new(all) as Data))
            })
        };
        Self::of(Box::new(fetch))
    }

    fn of(fetch: Box<dyn Fn(Api) -> Answer>) -> Self {
        Self {
            any: AnyQuery::new(fetch),
            data: PhantomData,
        }
    }

    /// Which service did not answer is said once for both, and asked again for both, by `other`.
    #[must_use]
    pub fn beside<U>(mut self, other: Query<U>) -> Self {
        self.any = self.any.beside(other.any);
        self
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

    /// The service without which the data are, if one did not answer; tracked.
    pub fn silent(self) -> Option<Silent> {
        self.any.state.with(|state| state.silent.clone())
    }

    /// Why the last try brought nothing; tracked.
    pub fn error(self) -> Option<ApiError> {
        self.any.state.with(|state| state.error.clone())
    }

    /// Takes over data that came another way, for example as the answer to a change.
    pub fn put(self, data: Joined<T>, at: Timestamp) {
        self.any
            .state
            .update(|state| state.take(Ok(data.map(|all| Arc::new(all) as Data)), at, false));
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
            api,
            beside: None,
        };
        Effect::new(move |before: Option<(u32, u32)>| {
            let turn = (query.wish.get(), api.renewed.get());
            // Otherwise something else is asked for than before.
            let again = before.is_some_and(|before| before != turn);
            let answer = fetch(api);
            query.state.update(|state| state.loading = true);
            spawn_local_scoped_with_cancellation(async move {
                let answer = answer.await;
                let now = clock.now();
                query
                    .state
                    .try_update(|state| state.take(answer, now, again));
            });
            turn
        });
        query
    }

    pub fn refresh(self) {
        self.wish.update(|wish| *wish += 1);
    }

    pub fn loading(self) -> Signal<bool> {
        Signal::derive(move || self.state.with(|state| state.loading))
    }

    fn beside(self, other: AnyQuery) -> Self {
        let other = other.state;
        Effect::new(move |was: Option<bool>| {
            let silent = other.with(|state| state.silent.is_some());
            let own = || self.state.with_untracked(|state| state.silent.is_some());
            if was == Some(true) && !silent && own() {
                self.refresh();
            }
            silent
        });
        Self {
            beside: Some(other),
            ..self
        }
    }

    /// Whether the page says elsewhere already what failed here; tracked.
    pub fn is_told(self) -> bool {
        let silent = |state: &QueryState| state.silent.as_ref().map(|silent| silent.of);
        let own = self.state.with(silent);
        if own.is_some() && self.beside.is_some_and(|other| other.with(silent) == own) {
            return true;
        }
        self.api.in_trouble()
            && self.state.with(|state| {
                let silent = state.silent.as_ref().map(|silent| &silent.error);
                state
                    .error
                    .as_ref()
                    .or(silent)
                    .is_some_and(ApiError::is_trouble)
            })
    }
}

impl QueryState {
    fn take(&mut self, answer: Result<Joined<Data>, ApiError>, now: Timestamp, again: bool) {
        self.loading = false;
        let whole = again && self.data.is_some() && self.silent.is_none();
        let error = match answer {
            Ok(Joined { all, silent }) if silent.is_none() || !whole => {
                self.data = Some(all);
                self.at = Some(now);
                self.error = None;
                self.failures = if silent.is_some() {
                    self.failures + 1
                } else {
                    0
                };
                self.silent = silent;
                return;
            }
            Ok(Joined { silent, .. }) => silent.map(|silent| silent.error),
            Err(error) => Some(error),
        };
        self.error = error;
        self.failures += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::Generation;

    fn data(state: &QueryState) -> Option<i32> {
        of_type::<i32>(state.data.clone()).as_deref().copied()
    }

    #[test]
    fn a_failed_refresh_keeps_the_data_and_says_why() {
        let mut state = QueryState::default();
        let (first, second) = (Timestamp::from_seconds(1), Timestamp::from_seconds(2));
        let whole = |number: i32| Ok(Joined::whole(Arc::new(number) as Data));
        state.take(whole(7), first, false);
        state.take(Err(ApiError::Network), second, true);
        assert_eq!(data(&state), Some(7));
        assert_eq!((state.at, state.failures), (Some(first), 1));
        assert_eq!(state.error, Some(ApiError::Network));
        state.take(whole(8), second, true);
        assert_eq!(data(&state), Some(8));
        assert_eq!((state.at, state.failures), (Some(second), 0));
        assert_eq!(state.error, None);
    }

    #[test]
    fn half_an_answer_is_shown_but_does_not_take_the_place_of_a_whole_one() {
        let mut state = QueryState::default();
        let now = Timestamp::from_seconds(1);
        let half = |number: i32| {
            Ok(Joined {
                all: Arc::new(number) as Data,
                silent: Some(Silent {
                    of: Generation::Cbr,
                    means: "",
                    error: ApiError::Timeout,
                }),
            })
        };
        state.take(half(1), now, false);
        assert_eq!((data(&state), state.error.clone()), (Some(1), None));
        assert!(state.silent.is_some());
        state.take(half(2), now, true);
        assert_eq!(
            (data(&state), state.failures),
            (Some(2), 2),
            "newer, if not whole"
        );
        state.take(Ok(Joined::whole(Arc::new(3_i32) as Data)), now, true);
        assert!(state.silent.is_none());
        state.take(half(4), now, true);
        assert_eq!(
            (data(&state), state.error.clone()),
            (Some(3), Some(ApiError::Timeout))
        );
        // Of another server, say, the old answer would be a wrong one.
        state.take(half(5), now, false);
        assert_eq!((data(&state), state.error), (Some(5), None));
    }
}

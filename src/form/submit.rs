//! Sending a form exactly once, whatever is clicked meanwhile.

use std::future::Future;

use leptos::prelude::*;

use crate::api::ApiError;

/// Where a submission stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SubmitState {
    #[default]
    Ready,
    Sending,
    Failed(ApiError),
    Done,
}

/// One submission of a form. After a failure it can be tried again; after a success it cannot.
#[derive(Clone, Copy, Default)]
pub struct Submission {
    state: RwSignal<SubmitState>,
}

impl Submission {
    /// Nothing sent yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends, unless it is already being sent or has been; `done` gets the answer.
    ///
    /// The call goes on when the page is left: a change that was asked for is not half asked for.
    pub fn send<T: 'static>(
        self,
        call: impl Future<Output = Result<T, ApiError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if matches!(
            *self.state.read_untracked(),
            SubmitState::Sending | SubmitState::Done
        ) {
            return;
        }
        self.state.set(SubmitState::Sending);
        leptos::task::spawn_local(async move {
            match call.await {
                Ok(answer) => {
                    self.state.try_set(SubmitState::Done);
                    done(answer);
                }
                Err(error) => {
                    self.state.try_set(SubmitState::Failed(error));
                }
            }
        });
    }

    /// Ready for another one: the dialog was opened again.
    pub fn reset(self) {
        self.state.set(SubmitState::Ready);
    }

    /// Whether an answer is awaited; tracked.
    pub fn busy(self) -> Signal<bool> {
        Signal::derive(move || {
            self.state
                .with(|state| matches!(state, SubmitState::Sending))
        })
    }

    /// Why the last try failed, in one text with its reference; tracked.
    pub fn failure(self) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.state.with(|state| match state {
                SubmitState::Failed(error) => Some(error.to_string()),
                _ => None,
            })
        })
    }

    /// Where it stands; tracked.
    pub fn state(self) -> SubmitState {
        self.state.get()
    }
}

//! What several services answered together, and which of them did not answer: half an answer is shown, and said to be one.

use std::future::Future;

use contract::model::Generation;

use super::both::both;
use super::cbr::Answer;
use super::error::ApiError;

/// What the services that answered said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined<T> {
    pub all: T,
    /// A service that did not answer beside one that did.
    pub silent: Option<Silent>,
}

/// A service that did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    pub of: Generation,
    /// What that means for what is shown.
    pub means: &'static str,
    pub error: ApiError,
}

/// The answer of v1, on its way; nothing where the project does not have it.
pub type First<T> = Option<Answer<T>>;

impl<T> Joined<T> {
    /// An answer that nothing is missing from.
    pub fn whole(all: T) -> Self {
        Self { all, silent: None }
    }

    /// The same answer as something else.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Joined<U> {
        Joined {
            all: to(self.all),
            silent: self.silent,
        }
    }

    /// The answer, when this service is among those that said something.
    pub fn heard(self, of: Generation) -> Result<T, ApiError> {
        match self.silent {
            Some(silent) if silent.of == of => Err(silent.error),
            _ => Ok(self.all),
        }
    }
}

/// Asks both services at once and puts their answers together; it fails when nobody answers.
pub async fn join<T>(
    first: First<T>,
    second: impl Future<Output = Result<T, ApiError>>,
    add: impl FnOnce(T, T) -> T,
) -> Result<Joined<T>, ApiError> {
    let Some(first) = first else {
        return second.await.map(Joined::whole);
    };
    together(both(first, second).await, add)
}

fn together<T>(
    answers: (Result<T, ApiError>, Result<T, ApiError>),
    add: impl FnOnce(T, T) -> T,
) -> Result<Joined<T>, ApiError> {
    let silent = |of, error| {
        Some(Silent {
            of,
            means: "What only it knows is missing here.",
            error,
        })
    };
    match answers {
        (Ok(first), Ok(second)) => Ok(Joined::whole(add(first, second))),
        // Who is not signed in gets nothing; half of it would be no answer to that.
        (Err(ApiError::SessionEnded), _) | (_, Err(ApiError::SessionEnded)) => {
            Err(ApiError::SessionEnded)
        }
        (Ok(all), Err(error)) => Ok(Joined {
            all,
            silent: silent(Generation::Cbr, error),
        }),
        (Err(error), Ok(all)) => Ok(Joined {
            all,
            silent: silent(Generation::Csbs, error),
        }),
        (Err(error), Err(_)) => Err(error),
    }
}

/// One list behind the other.
pub fn behind<T>(mut first: Vec<T>, second: Vec<T>) -> Vec<T> {
    first.extend(second);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(
        first: Result<i32, ApiError>,
        second: Result<i32, ApiError>,
    ) -> Option<(i32, Option<Generation>)> {
        let joined = together((first, second), |a, b| a + b).ok()?;
        Some((joined.all, joined.silent.map(|silent| silent.of)))
    }

    #[test]
    fn the_service_that_answers_is_heard_and_the_other_named() {
        let failed = || Err(ApiError::Timeout);
        assert_eq!(answer(Ok(1), Ok(2)), Some((3, None)));
        assert_eq!(answer(Ok(1), failed()), Some((1, Some(Generation::Cbr))));
        assert_eq!(answer(failed(), Ok(2)), Some((2, Some(Generation::Csbs))));
        assert_eq!(answer(failed(), failed()), None);
        assert_eq!(answer(Ok(1), Err(ApiError::SessionEnded)), None);
    }

    #[test]
    fn what_only_one_service_can_say_is_not_taken_from_the_other() {
        let half = || together((Ok(1), Err(ApiError::Timeout)), |a, b| a + b).expect("half");
        assert_eq!(half().heard(Generation::Csbs), Ok(1));
        assert_eq!(half().heard(Generation::Cbr), Err(ApiError::Timeout));
    }
}

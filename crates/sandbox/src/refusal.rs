//! What the typed behaviour answers when it says no: a catalogue code, its status and a sentence.

use std::fmt;

use axum::http::StatusCode;
use contract::cbr::replicate::ReplicationRefusal;
use contract::cbr::share::{AnswerRefusal, RevokeRefusal, ShareRefusal};
use contract::deletion::DeletionRefusal;
use contract::policy::{PolicyRefusal, RunRefusal};
use contract::quota::QuotaRefusal;
use contract::restore::RestoreRefusal;
use contract::vault::VaultRefusal;

use crate::http::Problem;
use crate::store::StoreError;

/// A documented refusal; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Catalogue code (`CSBS.3000`).
    pub code: &'static str,
    /// HTTP status the catalogue gives it.
    pub status: u16,
    /// What people read.
    pub message: String,
}

impl Refusal {
    /// A refusal with status 400, as most are.
    pub fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            status: 400,
            message: message.into(),
        }
    }

    /// A refusal with status 404.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: 404,
            ..Self::bad(code, message)
        }
    }

    /// A refusal the catalogue gives status 500: the situation, not the request, is in the way.
    pub fn busy(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: 500,
            ..Self::bad(code, message)
        }
    }

    /// `CSBS.9001`: a field of the request and the rule it breaks.
    pub fn parameter(field: &str, rule: impl fmt::Display) -> Self {
        Self::bad("CSBS.9001", format!("{field}: {rule}."))
    }
}

/// The typed refusals of `contract` say everything an answer needs.
macro_rules! from_contract {
    ($($refusal:ty),+) => {$(
        impl From<$refusal> for Refusal {
            fn from(refusal: $refusal) -> Self {
                Self {
                    code: refusal.code(),
                    status: refusal.status(),
                    message: refusal.to_string(),
                }
            }
        }
    )+};
}

from_contract!(
    AnswerRefusal,
    DeletionRefusal,
    PolicyRefusal,
    ReplicationRefusal,
    RestoreRefusal,
    RevokeRefusal,
    RunRefusal,
    ShareRefusal,
    VaultRefusal
);

impl From<QuotaRefusal> for Refusal {
    fn from(refusal: QuotaRefusal) -> Self {
        Self::bad(QuotaRefusal::CODE, refusal.to_string())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.message)
    }
}

/// Why something did not happen: it was refused, or the store failed.
#[derive(Debug)]
pub enum Failure {
    /// The service says no.
    Refused(Refusal),
    /// The database could not be read or written.
    Store(StoreError),
}

/// What the typed behaviour returns.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// The refusal, unless the store failed.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Store(_) => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(StoreError::Sql(error))
    }
}

/// A JSON column that does not read: the database was changed by something else.
impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(StoreError::Sql(rusqlite::Error::FromSqlConversionFailure(
            0,
            rusqlite::types::Type::Text,
            Box::new(error),
        )))
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => {
                let status = StatusCode::from_u16(refusal.status)
                    .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Self::service(status, refusal.code, refusal.message)
            }
            Failure::Store(error) => error.into(),
        }
    }
}

//! What the console and the gateway say to each other about signing in; the gateway alone knows
//! the cloud's token.

use serde::{Deserialize, Serialize};

/// Header every state-changing call of the console carries; a foreign page cannot set it unasked.
pub const CONSOLE_HEADER: &str = "x-anchorage";
/// Header with the reason for a change, percent-encoded; kept in the audit row.
pub const REASON_HEADER: &str = "x-anchorage-reason";
/// Header with an id made by the console; the gateway runs a call with the same id only once.
pub const OPERATION_HEADER: &str = "x-anchorage-operation-id";
/// Header with [`SessionInfo::epoch`]: a call of a tab that another sign-in opened is refused.
pub const EPOCH_HEADER: &str = "x-anchorage-epoch";
/// Answer header: the service's own clock (HTTP date), which the console's clock follows.
pub const SERVICE_DATE_HEADER: &str = "x-service-date";
/// Header both ways: the id a failure can be found under in the logs.
pub const REQUEST_ID_HEADER: &str = "x-request-id";

/// A cloud the operator configured (`GET /clouds`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cloud {
    /// Id used in requests and configuration.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Whether it is the embedded sandbox.
    pub sandbox: bool,
}

/// `POST /session`: sign in, or sign in again in place; with a password, or with an access key.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignIn {
    /// [`Cloud::id`]; empty means the only one.
    pub cloud: String,
    /// The account's name.
    pub domain: String,
    /// The user's name.
    pub user: String,
    /// The user's password.
    pub password: String,
    /// Name of the project to begin with; empty means the first one the user may enter.
    pub project: String,
    /// In the place of domain, user and password: the access key …
    #[serde(skip_serializing_if = "String::is_empty")]
    pub access_key: String,
    /// … its secret …
    #[serde(skip_serializing_if = "String::is_empty")]
    pub secret_key: String,
    /// … and, for a temporary key, the token that came with it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub security_token: String,
}

impl SignIn {
    /// Which way in was taken: an access key, when one is given.
    pub fn kind(&self) -> SignInKind {
        match (
            self.access_key.is_empty() && self.secret_key.is_empty(),
            self.security_token.is_empty(),
        ) {
            (true, _) => SignInKind::Password,
            (false, true) => SignInKind::AccessKey,
            (false, false) => SignInKind::TemporaryKey,
        }
    }
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn")
            .field("cloud", &self.cloud)
            .field("domain", &self.domain)
            .field("user", &self.user)
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}

/// How a session was opened, and so what opens it again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInKind {
    /// Domain, user and password.
    #[default]
    Password,
    /// Access key and secret key; requests are signed with them.
    AccessKey,
    /// A temporary access key with its security token.
    TemporaryKey,
}

/// A project the user may enter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// 32 hexadecimal digits.
    pub id: String,
    /// For example `eu-de` or `eu-de_shop`.
    pub name: String,
}

/// `GET /session`, and the answer to signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// The cloud signed in to.
    pub cloud: Cloud,
    /// The account's name.
    pub domain: String,
    /// The user's id; with an access key, that key.
    pub user_id: String,
    /// The user's name; with an access key, that key.
    pub user: String,
    /// How the session was opened.
    #[serde(default)]
    pub sign_in: SignInKind,
    /// The project signed in to.
    pub project_id: String,
    /// All projects the user may enter.
    pub projects: Vec<Project>,
    /// Region of the endpoints in use.
    pub region: String,
    /// Words of the services ([`crate::operations::Service::word`]) that the project's catalog has; empty when nobody knows.
    #[serde(default)]
    pub services: Vec<String>,
    /// Changes with every sign-in; a tab that holds another one acts for somebody else.
    pub epoch: String,
    /// When the session ends at the latest: seconds since the epoch, by the gateway's clock.
    pub expires_at: i64,
    /// The gateway's clock: seconds since the epoch.
    pub now: i64,
    /// Seconds without a call after which the session ends.
    pub idle_seconds: i64,
}

/// One row of the audit trail (`GET /audit/{project_id}`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Ascending number.
    pub id: i64,
    /// When the call came, in the service's own time: seconds since the epoch.
    pub at: i64,
    /// Name of the user who called.
    pub user: String,
    /// [`crate::operations::Operation::id`].
    pub operation: String,
    /// Path and query below the service's endpoint.
    pub path: String,
    /// Status of the answer; 0 when none came.
    pub status: u16,
    /// The id to find it under in the logs.
    pub request_id: String,
    /// The reason the user gave; empty when none.
    pub reason: String,
    /// The request's JSON, `null` when there was none or it was too large to keep.
    pub request: serde_json::Value,
    /// The answer's JSON, likewise.
    pub response: serde_json::Value,
}

/// The answer of `GET /audit/{project_id}`; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The rows.
    pub entries: Vec<AuditRow>,
}

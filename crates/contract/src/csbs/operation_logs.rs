//! What was done in a project, as the service's native superset lists it (csbs-v1 section 11).

use crate::lenient;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// `{"operation_logs": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationLogsAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub operation_logs: Vec<OperationLog>,
}

/// `{"operation_log": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationLogAnswer {
    /// The entry.
    #[serde(default)]
    pub operation_log: OperationLog,
}

/// One thing that was done: a group of backups, or a restore.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationLog {
    /// Its own id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// `protect`, `restore`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub operation_type: String,
    /// `in_progress`, `success`, `failed`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_id: String,
    /// Provider.
    #[serde(default, deserialize_with = "lenient::text")]
    pub provider_id: String,
    /// Group of backups.
    #[serde(default, deserialize_with = "lenient::text")]
    pub checkpoint_id: String,
    /// Policy, where one was behind it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub plan_id: String,
    /// Restore, where it was one.
    #[serde(default, deserialize_with = "lenient::text")]
    pub restore_id: String,
    /// Begun.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub started_at: Option<Timestamp>,
    /// Over.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    #[serde(default, deserialize_with = "lenient::text")]
    pub error_info: String,
}

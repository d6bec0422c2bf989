//! Restores (csbs-v1 3.6, 4.14).

use crate::lenient;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `{"restore": {…}}`: the request (csbs-v1 4.14).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreRequest {
    /// The wrapped request.
    pub restore: RestoreCreate,
}

/// What to restore, and where to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreCreate {
    /// [`crate::rules::PROVIDER_ID`].
    pub provider_id: String,
    /// The backup's checkpoint.
    pub checkpoint_id: String,
    /// Free; not needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore_target: Option<String>,
    /// Backup, target and mapping.
    pub parameters: RestoreParameters,
}

/// Backup, target and mapping of a restore.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreParameters {
    /// Backup id.
    pub checkpoint_item_id: String,
    /// Start the server afterwards.
    pub power_on: bool,
    /// Server and mapping.
    pub targets: RestoreTargets,
}

/// The server restored to, and which disk backup goes to which volume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreTargets {
    /// Server id.
    pub server_id: String,
    /// Every disk backup with its volume.
    pub volumes: Vec<VolumeMapping>,
}

/// One disk backup and the volume it overwrites.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VolumeMapping {
    /// Disk backup id.
    pub backup_id: String,
    /// Volume id.
    pub volume_id: String,
}

/// `{"restore": {…}}`: the answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RestoreAnswer {
    /// The restore.
    #[serde(default, deserialize_with = "lenient::object")]
    pub restore: Restore,
}

/// `{"restores": […]}` (the native superset, csbs-v1 section 11).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RestoresAnswer {
    /// The restores.
    #[serde(default, deserialize_with = "lenient::list")]
    pub restores: Vec<Restore>,
}

/// A restore (csbs-v1 3.6).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Restore {
    /// Restore id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_id: String,
    /// Provider.
    #[serde(default, deserialize_with = "lenient::text")]
    pub provider_id: String,
    /// The backup's checkpoint.
    #[serde(default, deserialize_with = "lenient::text")]
    pub checkpoint_id: String,
    /// The request's parameters, as they were sent.
    #[serde(default)]
    pub parameters: Value,
    /// Free.
    #[serde(default, deserialize_with = "lenient::text")]
    pub restore_target: String,
    /// `in_progress`, `success`, `fail`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Per server; `{}` when nothing is said.
    #[serde(default)]
    pub resources_status: Value,
    /// Per server, why it failed; `{}` when it did not.
    #[serde(default)]
    pub resources_reason: Value,
}

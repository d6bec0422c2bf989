//! Backups that are made together, on the wire (cbr-v3 4.6, 5.2).

use super::number_as_text;
use super::rules::{LongText, ShortName};
use crate::lenient;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// `{"checkpoint": {…}}`: back up a vault now (cbr-v3 5.2, 20).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointCreateRequest {
    /// What to back up.
    pub checkpoint: CheckpointCreate,
}

/// A vault to back up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointCreate {
    /// The vault.
    pub vault_id: String,
    /// How, and what of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<CheckpointParameters>,
}

/// How to back up, and what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointParameters {
    /// Name of the backups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<ShortName>,
    /// Description of the backups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<LongText>,
    /// Only what changed, the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incremental: Option<bool>,
    /// As if the schedule had begun it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_trigger: Option<bool>,
    /// Ids; absent means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<String>>,
    /// The same with kinds and exclusions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_details: Option<Vec<ResourceDetail>>,
    /// −1, or 1–36500; not with `auto_trigger`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_duration_days: Option<i64>,
}

/// A resource to back up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourceDetail {
    /// Resource id.
    pub id: String,
    /// Kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Volumes to leave out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_info: Option<super::vaults::ResourceExtra>,
}

/// `{"checkpoint": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointAnswer {
    /// The checkpoint.
    #[serde(default, deserialize_with = "lenient::object")]
    pub checkpoint: Checkpoint,
}

/// Backups that were made together (cbr-v3 4.6).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Checkpoint id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_id: String,
    /// `protecting`, `available`, `error`, `deleting` …
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Begun.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// The vault and what was backed up of it.
    #[serde(default, deserialize_with = "lenient::object")]
    pub vault: CheckpointVault,
    /// Names and retention.
    #[serde(default, deserialize_with = "lenient::object")]
    pub extra_info: CheckpointExtra,
}

/// The vault of a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointVault {
    /// Vault id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Vault name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// What was backed up.
    #[serde(default, deserialize_with = "lenient::list")]
    pub resources: Vec<CheckpointResource>,
    /// What was left out, and why.
    #[serde(default, deserialize_with = "lenient::list")]
    pub skipped_resources: Vec<SkippedResource>,
}

/// A resource of a checkpoint; numbers are text here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointResource {
    /// Resource id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Kind.
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    pub kind: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// State.
    #[serde(default, deserialize_with = "lenient::text")]
    pub protect_status: String,
    /// GB.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        serialize_with = "number_as_text"
    )]
    pub resource_size: Option<i64>,
    /// MB.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        serialize_with = "number_as_text"
    )]
    pub backup_size: Option<i64>,
    /// Backups.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        serialize_with = "number_as_text"
    )]
    pub backup_count: Option<i64>,
    /// JSON in text.
    #[serde(default, deserialize_with = "lenient::text")]
    pub extra_info: String,
}

/// A resource that could not be backed up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SkippedResource {
    /// Resource id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Kind.
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    pub kind: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Catalogue code.
    #[serde(default, deserialize_with = "lenient::text")]
    pub code: String,
    /// Why.
    #[serde(default, deserialize_with = "lenient::text")]
    pub reason: String,
}

/// Names and retention of a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointExtra {
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Description.
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
    /// Days, −1 for ever.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub retention_duration: Option<i64>,
}

/// `{"sync": {…}}`: import the backups of a hybrid vault (cbr-v3 5.2, 23).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointSyncRequest {
    /// Which vault.
    pub sync: CheckpointSync,
}

/// A vault to synchronise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointSync {
    /// The vault.
    pub vault_id: String,
    /// Begun by a schedule.
    pub auto_trigger: bool,
}

/// `{"replicate": {…}}`, or the same once more within `checkpoint`, as one client sends it (cbr-v3 5.2, 22).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointReplicateRequest {
    /// What goes where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicate: Option<CheckpointReplicate>,
    /// The wrapped form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Box<CheckpointReplicateRequest>>,
}

/// Which backups of a vault go where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointReplicate {
    /// The vault.
    pub vault_id: String,
    /// Project to copy to.
    pub destination_project_id: String,
    /// Region to copy to.
    pub destination_region: String,
    /// Vault to copy to.
    pub destination_vault_id: String,
    /// Begun by a schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_trigger: Option<bool>,
    /// Taken and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_acceleration: Option<bool>,
}

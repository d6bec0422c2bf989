//! Backups copied to other regions, shared with other projects and imported, on the wire (cbr-v3 4.9, 5.3, 5.4).

use super::empty_as_null;
use super::rules::{LongText, ShortName};
use crate::lenient;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// `{"replicate": {…}}` (cbr-v3 5.3, 29).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackupReplicateRequest {
    /// Where it goes.
    pub replicate: BackupReplicate,
}

/// Where a backup is copied to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackupReplicate {
    /// Project.
    pub destination_project_id: String,
    /// Region.
    pub destination_region: String,
    /// Vault.
    pub destination_vault_id: String,
    /// Name of the copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<ShortName>,
    /// Description of the copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<LongText>,
    /// Taken and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_acceleration: Option<bool>,
}

/// `{"sync": […]}`: import backups of on-premises servers (cbr-v3 5.3, 30).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackupSyncRequest {
    /// One to 50.
    pub sync: Vec<BackupSync>,
}

/// A backup that lies in a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackupSync {
    /// Its id.
    pub backup_id: String,
    /// Its name.
    pub backup_name: ShortName,
    /// Where it lies.
    pub bucket_name: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Where in the bucket.
    pub image_path: String,
    /// Of which server.
    pub resource_id: String,
    /// Its name.
    pub resource_name: String,
    /// `OS::Native::Server`.
    pub resource_type: String,
}

/// Share a backup (cbr-v3 5.4, 32).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MembersAdd {
    /// One to ten project ids.
    pub members: Vec<String>,
    /// Taken and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domains: Option<Vec<String>>,
}

/// Accept or reject (cbr-v3 5.4, 35); not wrapped.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberUpdate {
    /// `accepted`, `rejected` or `pending`.
    pub status: String,
    /// Where an accepted backup is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault_id: Option<String>,
}

/// `{"member": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberAnswer {
    /// The share.
    #[serde(default, deserialize_with = "lenient::object")]
    pub member: Member,
}

/// `{"members": […], "count": n}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MembersAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub members: Vec<Member>,
    /// Total, beyond this page.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub count: Option<i64>,
}

/// A backup shared with a project (cbr-v3 4.9). Paths name it by the project, not by its id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Share id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// What is shared.
    #[serde(default, deserialize_with = "lenient::text")]
    pub backup_id: String,
    /// With whom.
    #[serde(default, deserialize_with = "lenient::text")]
    pub dest_project_id: String,
    /// `pending`, `accepted`, `rejected`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// The receiver's vault.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub vault_id: String,
    /// Image made by the receiver.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub image_id: String,
    /// Shared.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// Last changed.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub updated_at: Option<Timestamp>,
}

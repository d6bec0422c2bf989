//! Backups and restores on the wire (cbr-v3 4.7, 4.8, 5.3).

use super::empty_as_null;
use super::rules::ShortName;
use crate::time::Timestamp;
use crate::{csbs, lenient};
use serde::{Deserialize, Serialize};

/// `{"backups": […], "count": n}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackupsAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub backups: Vec<Backup>,
    /// Total, beyond this page.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub count: Option<i64>,
    /// As it was asked for.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub limit: Option<i64>,
    /// As it was asked for.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub offset: Option<i64>,
}

/// `{"backup": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackupAnswer {
    /// The backup.
    #[serde(default, deserialize_with = "lenient::object")]
    pub backup: Backup,
}

/// A backup of a server, a volume or a file system, or one of the disk children of a server backup (cbr-v3 4.7).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Backup {
    /// Backup id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Description or `null`.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub description: String,
    /// The run it was made in.
    #[serde(default, deserialize_with = "lenient::text")]
    pub checkpoint_id: String,
    /// The vault it lives in.
    #[serde(default, deserialize_with = "lenient::text")]
    pub vault_id: String,
    /// Project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_id: String,
    /// Follows from the kind of resource.
    #[serde(default, deserialize_with = "lenient::text")]
    pub provider_id: String,
    /// State.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Begun.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// Last changed.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub updated_at: Option<Timestamp>,
    /// The moment whose data it holds.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub protected_at: Option<Timestamp>,
    /// When the service will delete it.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub expired_at: Option<Timestamp>,
    /// `backup` or `replication`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub image_type: String,
    /// Server, volume or file system.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_name: String,
    /// Its kind, such as `OS::Nova::Server`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_type: String,
    /// Its zone.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_az: String,
    /// GB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub resource_size: Option<i64>,
    /// The server backup a disk child belongs to.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub parent_id: String,
    /// Disk backups.
    #[serde(default, deserialize_with = "lenient::list")]
    pub children: Vec<Backup>,
    /// Copies elsewhere.
    #[serde(default, deserialize_with = "lenient::list")]
    pub replication_records: Vec<ReplicationRecord>,
    /// Incremental.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub incremental: Option<bool>,
    /// `"0"` is the default one.
    #[serde(default, deserialize_with = "lenient::text")]
    pub enterprise_project_id: String,
    /// The policy that made it.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub scheduled_operation_id: String,
    /// 3.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub version: Option<i64>,
    /// Everything about the backup itself.
    #[serde(default, deserialize_with = "lenient::object")]
    pub extend_info: ExtendInfo,
}

/// `extend_info` of a backup.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExtendInfo {
    /// Made by the scheduler.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub auto_trigger: Option<bool>,
    /// Of a system disk.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub bootable: Option<bool>,
    /// Incremental.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub incremental: Option<bool>,
    /// Snapshot.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub snapshot_id: String,
    /// Restores quickly.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub support_lld: Option<bool>,
    /// `backup`, `snapshot`, `na`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub supported_restore_mode: String,
    /// Images made from it.
    #[serde(default, deserialize_with = "lenient::list")]
    pub os_images_data: Vec<csbs::backups::ImageData>,
    /// Has a system disk.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub contain_system_disk: Option<bool>,
    /// Of an encrypted disk.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub encrypted: Option<bool>,
    /// Is one.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub system_disk: Option<bool>,
    /// Kept in several zones.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub is_multi_az: Option<bool>,
    /// 0–100.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub progress: Option<i64>,
    /// Of the server's CPU.
    #[serde(default, deserialize_with = "lenient::text")]
    pub architecture: String,
    /// Whether applications took part.
    #[serde(default, deserialize_with = "lenient::object")]
    pub app_consistency: AppConsistency,
    /// Seconds it took.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub taking_time: Option<i64>,
    /// MB per second.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub average_speed: Option<i64>,
}

/// Whether applications took part in a backup.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AppConsistency {
    /// `"1"` or `"0"`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub app_consistency: String,
    /// `"1"` or `"0"`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub app_consistency_status: String,
    /// Code, or empty.
    #[serde(default, deserialize_with = "lenient::text")]
    pub app_consistency_error_code: String,
    /// Words, or empty.
    #[serde(default, deserialize_with = "lenient::text")]
    pub app_consistency_error_message: String,
}

/// A copy of a backup in another region or project (cbr-v3 4.8).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplicationRecord {
    /// Record id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// `waiting_replicate`, `replicating`, `success`, `fail`, `skip`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Begun.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// What is copied.
    #[serde(default, deserialize_with = "lenient::text")]
    pub source_backup_id: String,
    /// Its checkpoint.
    #[serde(default, deserialize_with = "lenient::text")]
    pub source_checkpoint_id: String,
    /// Its project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub source_project_id: String,
    /// Its region.
    #[serde(default, deserialize_with = "lenient::text")]
    pub source_region: String,
    /// Its vault.
    #[serde(default, deserialize_with = "lenient::text")]
    pub vault_id: String,
    /// The copy.
    #[serde(default, deserialize_with = "lenient::text")]
    pub destination_backup_id: String,
    /// Its checkpoint.
    #[serde(default, deserialize_with = "lenient::text")]
    pub destination_checkpoint_id: String,
    /// Its project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub destination_project_id: String,
    /// Its region.
    #[serde(default, deserialize_with = "lenient::text")]
    pub destination_region: String,
    /// Its vault.
    #[serde(default, deserialize_with = "lenient::text")]
    pub destination_vault_id: String,
    /// How it goes.
    #[serde(default, deserialize_with = "lenient::object")]
    pub extra_info: ReplicationExtra,
}

/// How a replication goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplicationExtra {
    /// Begun by a policy.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub auto_trigger: Option<bool>,
    /// Where to.
    #[serde(default, deserialize_with = "lenient::text")]
    pub destination_vault_id: String,
    /// Code, or empty.
    #[serde(default, deserialize_with = "lenient::text")]
    pub fail_code: String,
    /// Words, or empty.
    #[serde(default, deserialize_with = "lenient::text")]
    pub fail_reason: String,
    /// 0–100.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub progress: Option<i64>,
}

/// `{"backup": {"name": …}}` (cbr-v3 5.3, 26).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackupUpdateRequest {
    /// What changes.
    pub backup: BackupUpdate,
}

/// A new name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackupUpdate {
    /// Name.
    pub name: ShortName,
}

/// `{"restore": {…}}` (cbr-v3 5.3, 28).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RestoreRequest {
    /// What goes where.
    pub restore: Restore,
}

/// What a restore writes where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Restore {
    /// A server, for server backups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<String>,
    /// Which disk backup to which of its volumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mappings: Option<Vec<Mapping>>,
    /// A volume, for volume backups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_id: Option<String>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Start the server afterwards; on unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_on: Option<bool>,
    /// For backups of files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<RestoreDetails>,
}

/// A disk backup and the volume it is written to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// Id of the child.
    pub backup_id: String,
    /// Id of the volume.
    pub volume_id: String,
}

/// Where files are restored to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RestoreDetails {
    /// A path, 1–255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_path: Option<String>,
}

/// The server as it was backed up (cbr-v3 5.3, 31); most members are JSON in text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Backup id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub backup_id: String,
    /// The disk backups.
    #[serde(default, deserialize_with = "lenient::text")]
    pub backups: String,
    /// Flavour.
    #[serde(default, deserialize_with = "lenient::text")]
    pub flavor: String,
    /// Public addresses.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub floatingips: Vec<String>,
    /// Network interface.
    #[serde(default, deserialize_with = "lenient::text")]
    pub interface: String,
    /// Ports.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub ports: Vec<String>,
    /// The server.
    #[serde(default, deserialize_with = "lenient::text")]
    pub server: String,
    /// Its volumes.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub volumes: Vec<String>,
    /// Desktop.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub workspace: String,
}

/// `{"resource_count": n, "storage_usage": […]}` (cbr-v3 5.11, 69).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StorageUsageAnswer {
    /// How many resources have backups.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub resource_count: Option<i64>,
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub storage_usage: Vec<StorageUsage>,
}

/// What the backups of one server take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StorageUsage {
    /// Server.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_name: String,
    /// Its kind.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_type: String,
    /// How many backups it has.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub backup_count: Option<i64>,
    /// MB they take.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub backup_size: Option<i64>,
    /// MB of them that are kept in several zones.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub backup_size_multiaz: Option<i64>,
}

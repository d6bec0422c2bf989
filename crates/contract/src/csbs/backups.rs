//! Backups (`checkpoint_item`), the groups they are made in (`checkpoint`), and capability checks.

use super::{Tag, given};
use crate::time::Timestamp;
use crate::{lenient, model};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A backup of one server (csbs-v1 3.4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointItem {
    /// Backup id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Owning checkpoint.
    #[serde(default, deserialize_with = "lenient::text")]
    pub checkpoint_id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Description.
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
    /// State (csbs-v1 6.1).
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Begun.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// Last changed.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub updated_at: Option<Timestamp>,
    /// Server.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_id: String,
    /// Its kind.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_type: String,
    /// Everything about the backup itself.
    #[serde(default, deserialize_with = "lenient::object")]
    pub extend_info: ExtendInfo,
    /// Server metadata at backup time.
    #[serde(default, deserialize_with = "lenient::object")]
    pub backup_data: BackupData,
    /// Tags.
    #[serde(default, deserialize_with = "lenient::list")]
    pub tags: Vec<Tag>,
}

/// `extend_info` of a backup (csbs-v1 3.4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExtendInfo {
    /// Made by the scheduler.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub auto_trigger: Option<bool>,
    /// KB/s.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub average_speed: Option<i64>,
    /// Origin of a replica.
    #[serde(default, deserialize_with = "lenient::text")]
    pub copy_from: String,
    /// `na`, `waiting_copy`, `copying`, `success`, `fail`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub copy_status: String,
    /// `{}` or a code with its description.
    #[serde(default, deserialize_with = "lenient::object")]
    pub fail_code: FailCode,
    /// What failed: `backup`, `restore`, `delete`, or empty.
    #[serde(default, deserialize_with = "lenient::text")]
    pub fail_op: String,
    /// Why.
    #[serde(default, deserialize_with = "lenient::text")]
    pub fail_reason: String,
    /// `backup`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub image_type: String,
    /// Incremental.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub incremental: Option<bool>,
    /// 0–100.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub progress: Option<i64>,
    /// Zone at backup time.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_az: String,
    /// Server name at backup time.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_name: String,
    /// Kind.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_type: String,
    /// MB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub size: Option<i64>,
    /// Percent.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub space_saving_ratio: Option<i64>,
    /// Absent until finished.
    #[serde(
        default,
        deserialize_with = "lenient::instant",
        skip_serializing_if = "Option::is_none"
    )]
    pub finished_at: Option<Timestamp>,
    /// `backup`, `snapshot`, `na`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub supported_restore_mode: String,
    /// Images made from it.
    #[serde(default, deserialize_with = "lenient::list")]
    pub os_images_data: Vec<ImageData>,
    /// Lazy loading; three spellings are printed (csbs-v1 3.4).
    #[serde(
        default,
        alias = "support_ild",
        alias = "support_llid",
        deserialize_with = "lenient::boolean"
    )]
    pub support_lld: Option<bool>,
    /// Job id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub taskid: String,
    /// `QEMU`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub hypervisor_type: String,
    /// Disk backups.
    #[serde(default, deserialize_with = "lenient::list")]
    pub volume_backups: Vec<VolumeBackup>,
}

/// An image made from a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageData {
    /// Image id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub image_id: String,
}

/// `{}` when fine, else code and description.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailCode {
    /// Service code, always text.
    #[serde(
        rename = "Code",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub code: String,
    /// Description.
    #[serde(
        rename = "Description",
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub description: String,
}

/// A disk backup (csbs-v1 3.4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VolumeBackup {
    /// Disk backup id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// State.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Of a system disk.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub bootable: Option<bool>,
    /// Incremental.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub incremental: Option<bool>,
    /// `backup`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub image_type: String,
    /// MB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub size: Option<i64>,
    /// Source volume.
    #[serde(default, deserialize_with = "lenient::text")]
    pub source_volume_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub source_volume_name: String,
    /// Its size, GB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub source_volume_size: Option<i64>,
    /// Snapshot.
    #[serde(default, deserialize_with = "lenient::text")]
    pub snapshot_id: String,
    /// MB/s.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub average_speed: Option<i64>,
    /// Percent.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub space_saving_ratio: Option<i64>,
}

/// Server metadata at backup time (csbs-v1 3.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupData {
    /// Region; one underscore in an example, two in the table.
    #[serde(
        rename = "__openstack_region_name",
        alias = "_openstack_region_name",
        default,
        deserialize_with = "lenient::text"
    )]
    pub region: String,
    /// `server`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub cloudservicetype: String,
    /// Flavour's system disk, GB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub disk: Option<i64>,
    /// `gold`, `private`, `market`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub imagetype: String,
    /// MB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub ram: Option<i64>,
    /// Virtual CPUs.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub vcpus: Option<i64>,
    /// Public address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub eip: String,
    /// Private address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub private_ip: String,
}

/// `{"checkpoint_item": …}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointItemAnswer {
    /// The backup.
    pub checkpoint_item: CheckpointItem,
}

/// `{"checkpoint_items": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointItemsAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub checkpoint_items: Vec<CheckpointItem>,
}

/// `{"count": 10}` (csbs-v1 4.10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountAnswer {
    /// How many match.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub count: Option<i64>,
}

impl From<VolumeBackup> for model::DiskBackup {
    fn from(disk: VolumeBackup) -> Self {
        Self {
            id: disk.id,
            name: disk.name,
            status: disk.status,
            bootable: disk.bootable.unwrap_or(false),
            incremental: disk.incremental.unwrap_or(false),
            size_mb: disk.size.unwrap_or(0),
            volume_id: disk.source_volume_id,
            volume_name: disk.source_volume_name,
            volume_size_gb: disk.source_volume_size.unwrap_or(0),
            snapshot_id: disk.snapshot_id,
            speed_mbs: disk.average_speed.unwrap_or(0),
        }
    }
}

impl From<CheckpointItem> for model::Backup {
    fn from(item: CheckpointItem) -> Self {
        let info = item.extend_info;
        let failed = !info.fail_op.is_empty()
            || !info.fail_reason.is_empty()
            || !info.fail_code.code.is_empty();
        let failure = failed.then_some(model::Failure {
            operation: info.fail_op,
            code: info.fail_code.code,
            reason: if info.fail_reason.is_empty() {
                info.fail_code.description
            } else {
                info.fail_reason
            },
        });
        Self {
            generation: model::Generation::Csbs,
            id: item.id,
            checkpoint_id: item.checkpoint_id,
            name: item.name,
            description: item.description,
            status: model::BackupStatus::from_word(&item.status),
            created_at: item.created_at,
            updated_at: item.updated_at,
            finished_at: info.finished_at,
            server_id: item.resource_id,
            server_name: info.resource_name,
            kind: if item.resource_type.is_empty() {
                info.resource_type
            } else {
                item.resource_type
            },
            zone: info.resource_az,
            automatic: info.auto_trigger.unwrap_or(false),
            incremental: info.incremental.unwrap_or(false),
            size_mb: info.size.unwrap_or(0),
            progress: info.progress.unwrap_or(0).clamp(0, 100),
            speed_kbs: info.average_speed.unwrap_or(0),
            restore_mode: match info.supported_restore_mode.as_str() {
                "backup" | "" => model::RestoreMode::Disks,
                "snapshot" => model::RestoreMode::ImageOnly,
                "na" => model::RestoreMode::None,
                other => model::RestoreMode::Unknown(other.to_owned()),
            },
            failure,
            image_ids: info
                .os_images_data
                .into_iter()
                .map(|image| image.image_id)
                .collect(),
            task_id: info.taskid,
            disks: info.volume_backups.into_iter().map(Into::into).collect(),
            server: model::ServerAtBackup {
                region: item.backup_data.region,
                vcpus: item.backup_data.vcpus,
                ram_mb: item.backup_data.ram,
                disk_gb: item.backup_data.disk,
                image_type: item.backup_data.imagetype,
                eip: item.backup_data.eip,
                private_ip: item.backup_data.private_ip,
            },
            copy_status: info.copy_status,
            copy_from: info.copy_from,
            tags: item.tags.into_iter().map(Into::into).collect(),
            in_vault: None,
        }
    }
}

/// `{"protect": {…}}` (csbs-v1 4.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProtectRequest {
    /// The options.
    pub protect: Protect,
}

/// Options of a one-off backup (csbs-v1 4.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Protect {
    /// Name; the service makes one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_name: Option<crate::rules::Name>,
    /// Description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<crate::rules::Description>,
    /// Incremental; absent counts as yes, and a server's first backup is full regardless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incremental: Option<bool>,
    /// Kind; `OS::Nova::Server` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Free data.
    #[serde(
        default,
        deserialize_with = "given::maybe_object",
        skip_serializing_if = "Option::is_none"
    )]
    pub extra_info: Option<Value>,
    /// Tags; an empty list is refused.
    #[serde(
        default,
        deserialize_with = "given::maybe_tags",
        skip_serializing_if = "Option::is_none"
    )]
    pub tags: Option<Vec<Tag>>,
}

/// `{"checkpoint": {…}}`: the request to run a policy (csbs-v1 4.9).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunPolicyRequest {
    /// The wrapped request.
    pub checkpoint: RunPolicy,
}

/// A run of a policy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "given::Run")]
pub struct RunPolicy {
    /// Policy id.
    pub plan_id: String,
    /// Options. Only the native client may leave them out.
    pub parameters: RunParameters,
}

/// Options of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunParameters {
    /// Counts as made by the scheduler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_trigger: Option<bool>,
    /// Server ids; absent, `null` or empty means all of the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<String>>,
}

/// `{"checkpoint": {…}}` as answered by 4.1 and 4.9.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckpointAnswer {
    /// The checkpoint.
    #[serde(default, deserialize_with = "lenient::object")]
    pub checkpoint: Checkpoint,
}

/// A group of backups made together (csbs-v1 3.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Checkpoint id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// `protecting` …
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Begun.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// Project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_id: String,
    /// Always `null`.
    #[serde(default)]
    pub resource_graph: Value,
    /// `null` after 4.1; JSON inside text after 4.9.
    #[serde(default)]
    pub extra_info: Value,
    /// What was backed up.
    #[serde(default, deserialize_with = "lenient::object")]
    pub protection_plan: ProtectionPlan,
}

/// What a checkpoint was made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProtectionPlan {
    /// Policy id, or `fake_…` for a one-off backup.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// The servers.
    #[serde(default, deserialize_with = "lenient::list")]
    pub resources: Vec<super::policies::Resource>,
}

/// `{"check_protectable": […]}` or `{"check_restorable": […]}` (csbs-v1 4.2, 4.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckRequest {
    /// Can these be backed up?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_protectable: Option<Vec<CheckProtectable>>,
    /// Can these be restored?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_restorable: Option<Vec<CheckRestorable>>,
}

/// One server to check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckProtectable {
    /// Server id.
    pub resource_id: String,
    /// Kind.
    pub resource_type: String,
}

/// One restore to check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRestorable {
    /// Backup id.
    pub checkpoint_item_id: String,
    /// Where to.
    pub target: CheckTarget,
}

/// Target of a restore to check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckTarget {
    /// Server id.
    pub resource_id: String,
    /// Kind.
    pub resource_type: String,
    /// Disk backup to volume.
    pub volumes: Vec<super::restores::VolumeMapping>,
}

/// The answer to a capability check; a failed check is not an HTTP error (csbs-v1 3.5).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckAnswer {
    /// In the order of the request.
    #[serde(
        default,
        deserialize_with = "lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub protectable: Vec<CheckResult>,
    /// In the order of the request.
    #[serde(
        default,
        deserialize_with = "lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub restorable: Vec<CheckResult>,
}

/// One result of a capability check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Server id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_id: String,
    /// Kind.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_type: String,
    /// Whether it can be done.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub result: Option<bool>,
    /// Why not.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub error_code: String,
    /// Why not, in words.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub error_msg: String,
}

//! What the console's pages know: one model above the services' generations.
//!
//! Wire shapes ([`crate::csbs`], [`crate::compute`], [`crate::volumes`]) are translated into these
//! types once; a status nobody has heard of stays readable as `Unknown`.

use crate::time::Timestamp;
use serde_json::Value;

/// Which generation of the service an object lives in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Generation {
    /// Cloud Server Backup Service v1.
    #[default]
    Csbs,
    /// Cloud Backup and Recovery v3.
    Cbr,
}

/// What a generation can do; pages ask this and never the generation itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Schedules may say "every N days".
    pub interval: bool,
    /// The service offers a check before a restore.
    pub restore_check: bool,
    /// Backups live in vaults.
    pub vaults: bool,
    /// A policy may have several rules.
    pub several_rules: bool,
    /// Servers are listed in the policy itself.
    pub servers_in_policy: bool,
    /// Policies have a description and tags.
    pub described_policies: bool,
    /// A count and an age can limit the same backups.
    pub both_limits: bool,
    /// The newest backup of each day, week, month and year can be kept longer.
    pub slots: bool,
    /// Policies can copy backups to another region, and say how often a backup is full.
    pub replication: bool,
}

impl Generation {
    /// What this generation can do.
    pub const fn capabilities(self) -> Capabilities {
        match self {
            Self::Csbs => Capabilities {
                interval: true,
                restore_check: true,
                vaults: false,
                several_rules: false,
                servers_in_policy: true,
                described_policies: true,
                both_limits: true,
                slots: false,
                replication: false,
            },
            Self::Cbr => Capabilities {
                interval: true,
                restore_check: false,
                vaults: true,
                several_rules: true,
                servers_in_policy: false,
                described_policies: false,
                both_limits: false,
                slots: true,
                replication: true,
            },
        }
    }
}

/// A key and its value on a backup or policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag {
    /// 1–36 characters.
    pub key: String,
    /// 0–43 characters.
    pub value: String,
}

/// State of a backup (csbs-v1 6.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BackupStatus {
    /// Queued.
    WaitingProtect,
    /// Being written.
    Protecting,
    /// Usable.
    Available,
    /// Queued as the source of a restore.
    WaitingRestore,
    /// In use as the source of a restore.
    Restoring,
    /// A failed backup or a failed deletion.
    Error,
    /// Queued for deletion.
    WaitingDelete,
    /// Being deleted.
    Deleting,
    /// Gone.
    Deleted,
    /// Something the documents do not name, as it came.
    Unknown(String),
}

impl BackupStatus {
    /// Every documented status.
    pub const DOCUMENTED: [Self; 9] = [
        Self::WaitingProtect,
        Self::Protecting,
        Self::Available,
        Self::WaitingRestore,
        Self::Restoring,
        Self::Error,
        Self::WaitingDelete,
        Self::Deleting,
        Self::Deleted,
    ];

    /// The service's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::WaitingProtect => "waiting_protect",
            Self::Protecting => "protecting",
            Self::Available => "available",
            Self::WaitingRestore => "waiting_restore",
            Self::Restoring => "restoring",
            Self::Error => "error",
            Self::WaitingDelete => "waiting_delete",
            Self::Deleting => "deleting",
            Self::Deleted => "deleted",
            Self::Unknown(word) => word,
        }
    }

    /// Reads the service's word; an unknown one is kept.
    pub fn from_word(word: &str) -> Self {
        Self::DOCUMENTED
            .into_iter()
            .find(|status| status.as_str() == word)
            .unwrap_or_else(|| Self::Unknown(word.to_owned()))
    }

    /// Whether something is going on with the backup right now.
    pub const fn is_busy(&self) -> bool {
        matches!(
            self,
            Self::WaitingProtect
                | Self::Protecting
                | Self::WaitingRestore
                | Self::Restoring
                | Self::WaitingDelete
                | Self::Deleting
        )
    }
}

/// What can be done with a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BackupAction {
    /// Restore it to a server.
    Restore,
    /// Delete it.
    Delete,
    /// Make an image from it.
    Image,
}

impl BackupAction {
    /// Why it cannot be done now, as a sentence; `None` when it can (csbs-v1 6.1).
    pub fn blocked_by(self, backup: &Backup) -> Option<String> {
        let status = backup.status.as_str();
        match self {
            Self::Restore if backup.status != BackupStatus::Available => Some(format!(
                "Only a backup that is available can be restored; this one is “{status}”."
            )),
            Self::Restore if backup.restore_mode == RestoreMode::None => {
                Some("The service marks this backup as one that cannot be restored.".to_owned())
            }
            Self::Restore if backup.restore_mode == RestoreMode::ImageOnly => Some(
                "This backup can only be turned into an image, not restored to disks.".to_owned(),
            ),
            Self::Delete
                if !matches!(backup.status, BackupStatus::Available | BackupStatus::Error) =>
            {
                Some(format!(
                    "Only a backup that is available or failed can be deleted; this one is “{status}”."
                ))
            }
            Self::Delete if !backup.image_ids.is_empty() => Some(
                "An image was made from this backup; delete the image first (CSBS.8007)."
                    .to_owned(),
            ),
            Self::Image => {
                crate::image::backup_refusal(backup, false).map(|refusal| refusal.to_string())
            }
            _ => None,
        }
    }
}

/// How a backup may be restored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum RestoreMode {
    /// From its disk backups.
    #[default]
    Disks,
    /// Only good for an image.
    ImageOnly,
    /// Not at all.
    None,
    /// Something the documents do not name.
    Unknown(String),
}

/// What went wrong with a backup the last time something was done with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// `backup`, `restore`, `delete` …
    pub operation: String,
    /// Service code; empty when none was given.
    pub code: String,
    /// The service's words.
    pub reason: String,
}

/// A backup of one server (the service's word: checkpoint item).
#[derive(Clone, Debug, PartialEq)]
pub struct Backup {
    /// Generation it lives in.
    pub generation: Generation,
    /// Backup id.
    pub id: String,
    /// Id of the group of backups made together (the service's word: checkpoint).
    pub checkpoint_id: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// State.
    pub status: BackupStatus,
    /// When it was begun.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
    /// Server it is of.
    pub server_id: String,
    /// The server's name at backup time.
    pub server_name: String,
    /// Resource kind, normally `OS::Nova::Server`.
    pub kind: String,
    /// Availability zone at backup time.
    pub zone: String,
    /// Made by a schedule (as opposed to by hand).
    pub automatic: bool,
    /// Incremental (as opposed to full).
    pub incremental: bool,
    /// Size of all disk backups, MB.
    pub size_mb: i64,
    /// 0–100 while something is going on.
    pub progress: i64,
    /// Average speed, KB/s.
    pub speed_kbs: i64,
    /// How it may be restored.
    pub restore_mode: RestoreMode,
    /// What went wrong, if something did.
    pub failure: Option<Failure>,
    /// Images made from it.
    pub image_ids: Vec<String>,
    /// Job id of the service.
    pub task_id: String,
    /// Disk backups.
    pub disks: Vec<DiskBackup>,
    /// What is known about the server at backup time.
    pub server: ServerAtBackup,
    /// Replica state (`na` when it is none).
    pub copy_status: String,
    /// Where a replica came from.
    pub copy_from: String,
    /// Tags.
    pub tags: Vec<Tag>,
}

/// The server's metadata at backup time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerAtBackup {
    /// Region name.
    pub region: String,
    /// Virtual CPUs.
    pub vcpus: Option<i64>,
    /// Memory, MB.
    pub ram_mb: Option<i64>,
    /// System disk of the flavour, GB.
    pub disk_gb: Option<i64>,
    /// `gold`, `private`, `market`.
    pub image_type: String,
    /// Public address.
    pub eip: String,
    /// Private address.
    pub private_ip: String,
}

/// A backup of one disk, part of a [`Backup`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiskBackup {
    /// Disk backup id; what a restore maps.
    pub id: String,
    /// Name.
    pub name: String,
    /// State, the service's word.
    pub status: String,
    /// Of a system disk.
    pub bootable: bool,
    /// Incremental.
    pub incremental: bool,
    /// Size stored, MB.
    pub size_mb: i64,
    /// Volume it was made of.
    pub volume_id: String,
    /// That volume's name.
    pub volume_name: String,
    /// That volume's size then, GB.
    pub volume_size_gb: i64,
    /// Snapshot behind it.
    pub snapshot_id: String,
    /// Average speed, MB/s.
    pub speed_mbs: i64,
}

/// How long the backups of a policy are kept (csbs-v1 3.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Retention {
    /// Until someone deletes them.
    #[default]
    Forever,
    /// Until a limit is passed. At least one is set.
    Limited(Limits),
}

/// The limits of a [`Retention`]; a backup goes when it passes any of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// Keep at most this many.
    pub count: Option<u32>,
    /// Keep at most this many days.
    pub days: Option<u32>,
    /// Extra slots that keep some backups longer.
    pub long_term: Option<LongTerm>,
}

/// Long-term slots: the newest backup of each of the last N days, weeks, months and years.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LongTerm {
    /// Days.
    pub day: u32,
    /// Weeks.
    pub week: u32,
    /// Months.
    pub month: u32,
    /// Years.
    pub year: u32,
    /// Fixed offset in which days begin, such as `UTC+01:00`.
    pub timezone: String,
}

/// A server as a policy lists it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyServer {
    /// Server id.
    pub id: String,
    /// Name the policy was given for it.
    pub name: String,
    /// Resource kind.
    pub kind: String,
    /// Free data; goes back as it came.
    pub extra: Value,
}

/// A vault a policy is applied to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PolicyVault {
    /// Vault id.
    pub id: String,
    /// Where a replication policy copies to from this vault; empty for other policies.
    pub destination_id: String,
}

/// What a policy makes (cbr-v3 4.4, 4.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PolicyKind {
    /// Backups.
    #[default]
    Backup,
    /// Copies of backups in another region.
    Replication(Destination),
}

impl PolicyKind {
    /// The service's word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Replication(_) => "replication",
        }
    }
}

/// Where copies go.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Destination {
    /// Region.
    pub region: String,
    /// Project in that region.
    pub project_id: String,
    /// Over a faster line.
    pub acceleration: bool,
}

/// When servers are backed up and how long the backups are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// Generation it lives in.
    pub generation: Generation,
    /// Policy id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// The service's status word; says nothing about on or off (csbs-v1 6.4).
    pub status: String,
    /// Servers it backs up.
    pub servers: Vec<PolicyServer>,
    /// Id of its scheduled operation, needed to change it.
    pub operation_id: String,
    /// Name of its scheduled operation.
    pub operation_name: String,
    /// Whether the schedule is on.
    pub enabled: bool,
    /// The schedule's text, verbatim; read it with the schedule engine.
    pub pattern: String,
    /// Further rules, where the generation allows several ([`Capabilities::several_rules`]).
    pub further_patterns: Vec<String>,
    /// Anchor of "every N days", and the earliest run.
    pub start_time: Option<Timestamp>,
    /// How long its backups are kept.
    pub retention: Retention,
    /// Tags; copied to its backups.
    pub tags: Vec<Tag>,
    /// What it makes.
    pub kind: PolicyKind,
    /// Vaults it is applied to, where backups live in vaults ([`Capabilities::vaults`]).
    pub vaults: Vec<PolicyVault>,
    /// A full backup after so many runs; never when nothing is said.
    pub full_every: Option<u32>,
    /// How late a run may begin, minutes.
    pub start_window: Option<u32>,
    /// Further rules of the retention, as they came; they go back with every change.
    pub further_retention: Option<Value>,
}

impl Policy {
    /// Every rule of the schedule, verbatim.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        let first = Some(self.pattern.as_str()).filter(|pattern| !pattern.is_empty());
        first
            .into_iter()
            .chain(self.further_patterns.iter().map(String::as_str))
    }
}

/// State of a server (compute-and-volumes 3.4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ServerStatus {
    /// Running.
    Active,
    /// Stopped.
    Shutoff,
    /// Anything else, as it came: `ERROR`, `RESIZE` …
    Other(String),
}

impl ServerStatus {
    /// The service's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "ACTIVE",
            Self::Shutoff => "SHUTOFF",
            Self::Other(word) => word,
        }
    }

    /// Reads the service's word.
    pub fn from_word(word: &str) -> Self {
        match word {
            "ACTIVE" => Self::Active,
            "SHUTOFF" => Self::Shutoff,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether a server in this state can be backed up (and be the target of a restore).
    pub const fn is_steady(&self) -> bool {
        matches!(self, Self::Active | Self::Shutoff)
    }
}

/// A server.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// Server id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// State.
    pub status: ServerStatus,
    /// Running task of the compute service, if any.
    pub task_state: String,
    /// Availability zone.
    pub zone: String,
    /// Flavour name.
    pub flavor: String,
    /// Virtual CPUs.
    pub vcpus: Option<i64>,
    /// Memory, MB.
    pub ram_mb: Option<i64>,
    /// `Linux`, `Windows` or empty.
    pub os_type: String,
    /// Bare metal servers can be neither backed up nor restored.
    pub bare_metal: bool,
    /// Fixed addresses.
    pub private_ips: Vec<String>,
    /// Floating addresses.
    pub public_ips: Vec<String>,
    /// Attached volumes: id, device and whether it is the system disk.
    pub attachments: Vec<Attachment>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Tags as the compute service lists them.
    pub tags: Vec<String>,
}

/// A volume attached to a server, as the server tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Volume id.
    pub volume_id: String,
    /// Device, such as `/dev/vda`.
    pub device: String,
    /// System disk (boot index 0).
    pub system: bool,
}

/// A volume.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Volume {
    /// Volume id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Size, GB.
    pub size_gb: i64,
    /// State, the service's word: `in-use`, `available`, `error` …
    pub status: String,
    /// Can be booted from.
    pub bootable: bool,
    /// May be attached to several servers.
    pub shared: bool,
    /// Availability zone.
    pub zone: String,
    /// `SSD`, `SAS`, `SATA` …
    pub kind: String,
    /// Lives on dedicated storage.
    pub dedicated: bool,
    /// Attached as a SCSI device.
    pub scsi: bool,
    /// Encrypted.
    pub encrypted: bool,
    /// Where it is attached: server id and device.
    pub attachments: Vec<(String, String)>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

/// A quota of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// `backups` or `backup_capacity`.
    pub kind: String,
    /// Unit, empty for a plain number.
    pub unit: String,
    /// Limit; `None` is unlimited.
    pub limit: Option<i64>,
    /// Used.
    pub used: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_nobody_has_heard_of_is_kept_as_it_came() {
        assert_eq!(BackupStatus::from_word("thawing").as_str(), "thawing");
        for status in BackupStatus::DOCUMENTED {
            assert_eq!(BackupStatus::from_word(status.as_str()), status);
        }
    }
}

//! What the console's pages know: one model above the services' generations.
//!
//! Wire shapes ([`crate::csbs`], [`crate::cbr`], [`crate::compute`], [`crate::volumes`]) are translated
//! into these types once; a status nobody has heard of stays readable as `Unknown`.

mod backup;
mod generation;
mod vault;

pub use backup::{
    Backup, BackupAction, BackupStatus, DiskBackup, Failure, InVault, ResourceKind, RestoreMode,
    ServerAtBackup,
};
pub use generation::{Capabilities, Generation};
pub use vault::{HeldResource, Vault};

use crate::time::Timestamp;
use serde_json::Value;

/// A key and its value on a backup or policy.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Tag {
    /// 1–36 characters.
    pub key: String,
    /// 0–43 characters.
    pub value: String,
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
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
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

    /// Where copies go; nowhere for backups.
    pub const fn destination(&self) -> Option<&Destination> {
        match self {
            Self::Backup => None,
            Self::Replication(to) => Some(to),
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
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
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

//! Why a restore is refused: one case per documented code, each with its words and a way out.

use std::fmt;

use crate::cbr::refusals::restore_code;
use crate::model::Generation;

/// An object by id, with the name people know it by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Name; empty when unknown.
    pub name: String,
}

impl Named {
    /// From an id and a name that may be empty.
    pub fn new(id: &str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.name.is_empty() {
            &self.id
        } else {
            &self.name
        })
    }
}

/// What keeps a backup from being restored (CSBS.4000).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupFault {
    /// Its status, the service's word.
    Status(String),
    /// `supported_restore_mode` allows only an image.
    ImageOnly,
    /// `supported_restore_mode` allows nothing, or something we do not know.
    Mode,
    /// It holds no disk backup.
    NoDisks,
}

/// What keeps a server from being restored to (CSBS.6015).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerFault {
    /// A restore to it is running.
    BeingRestored,
    /// Its status, the service's word; only `ACTIVE` and `SHUTOFF` will do.
    Status(String),
    /// The compute service is doing something with it.
    Task(String),
    /// A mapped volume is in this state, the service's word.
    Volume(Named, String),
}

/// What a refusal is about, so that it can be shown at the right place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern<'a> {
    /// The backup.
    Backup,
    /// The target server.
    Server,
    /// A row of the mapping: disk backup id, and the volume id if one is involved.
    Disk(&'a str, Option<&'a str>),
}

/// A documented reason to refuse a restore.
///
/// The order of the cases is the order of precedence: of several that apply, the service answers
/// with the first ([`super::first`]). It goes from what must exist, over what must be ready, to
/// the mapping; the documents give no order, so this one is ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreRefusal {
    /// A disk backup is mapped more than once. CSBS.9001.
    DiskTwice(Named),
    /// No such backup, or not in the group named. CSBS.3001.
    NoBackup,
    /// The backup is being made, restored or removed. CSBS.2003 (CSBS.4000 in a check).
    BackupBusy(String),
    /// The backup cannot be restored from. CSBS.4000.
    BackupUnfit(BackupFault),
    /// No such server. CSBS.6000.
    NoServer,
    /// The target's resource kind cannot be restored. CSBS.6013.
    TargetKind(String),
    /// The backup is of another kind of server. CSBS.6019.
    KindsDiffer {
        /// Resource kind of the backup.
        backup: String,
        /// Resource kind of the target.
        target: String,
    },
    /// Bare metal servers cannot be restored. CSBS.6016.
    BareMetal,
    /// The server is not ready for it. CSBS.6015.
    ServerUnfit(ServerFault),
    /// The target is in another availability zone than the backup. CSBS.6025.
    Zone {
        /// Zone of the backup.
        backup: String,
        /// Zone of the target.
        target: String,
    },
    /// The target has no volume. CSBS.6020.
    NoVolumes,
    /// A mapped disk backup is not part of this backup. CSBS.6017.
    ForeignDisk(String),
    /// A disk backup has no volume. CSBS.6018.
    Unmapped(Named),
    /// A mapped volume is not attached to the target. CSBS.6014.
    NotAttached {
        /// Disk backup.
        disk: Named,
        /// Volume.
        volume: Named,
    },
    /// Two disk backups go to one volume. CSBS.9001.
    VolumeTwice {
        /// The later disk backup.
        disk: Named,
        /// Volume.
        volume: Named,
        /// The disk backup that has it already.
        other: Named,
    },
    /// A mapped volume can be attached to several servers. CSBS.6021.
    Shared {
        /// Disk backup.
        disk: Named,
        /// Volume.
        volume: Named,
    },
    /// A mapped volume lives in a pod without backup and restore. CSBS.6061.
    Pod {
        /// Disk backup.
        disk: Named,
        /// Volume.
        volume: Named,
    },
    /// A data disk's backup goes to the system disk. CSBS.6023.
    DataToSystem {
        /// Disk backup.
        disk: Named,
        /// Volume.
        volume: Named,
    },
    /// A mapped volume is smaller than the disk was. CSBS.6024.
    TooSmall {
        /// Disk backup.
        disk: Named,
        /// Volume.
        volume: Named,
        /// Size of the disk at backup time, GB.
        needed_gb: i64,
        /// Size of the volume, GB.
        has_gb: i64,
    },
    /// The volume a single volume's backup goes to does not exist. BackupService.7000.
    NoVolume {
        /// The backup.
        disk: Named,
        /// Volume.
        volume: Named,
    },
    /// The volume a single volume's backup goes to is not ready for it. BackupService.2010, 2011.
    VolumeUnfit {
        /// The backup.
        disk: Named,
        /// Volume.
        volume: Named,
        /// Its state, the service's word.
        status: String,
    },
}

impl RestoreRefusal {
    /// Every code a restore can be refused with here (csbs-v1 4.14).
    pub const CODES: [&str; 18] = [
        "CSBS.2003",
        "CSBS.3001",
        "CSBS.4000",
        "CSBS.6000",
        "CSBS.6013",
        "CSBS.6014",
        "CSBS.6015",
        "CSBS.6016",
        "CSBS.6017",
        "CSBS.6018",
        "CSBS.6019",
        "CSBS.6020",
        "CSBS.6021",
        "CSBS.6023",
        "CSBS.6024",
        "CSBS.6025",
        "CSBS.6061",
        "CSBS.9001",
    ];

    /// The service's code in a generation; of v3 only what that one minds has one.
    pub fn code_in(&self, generation: Generation) -> &'static str {
        match generation {
            Generation::Csbs => self.code(),
            Generation::Cbr => restore_code(self).unwrap_or_default(),
        }
    }

    /// The service's code in the answer to `POST /restores`. The reasons only single volumes know
    /// have none in v1; theirs is the nearest.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DiskTwice(_) | Self::VolumeTwice { .. } => "CSBS.9001",
            Self::NoBackup => "CSBS.3001",
            Self::BackupBusy(_) => "CSBS.2003",
            Self::BackupUnfit(_) => "CSBS.4000",
            Self::NoServer => "CSBS.6000",
            Self::TargetKind(_) => "CSBS.6013",
            Self::KindsDiffer { .. } => "CSBS.6019",
            Self::BareMetal => "CSBS.6016",
            Self::ServerUnfit(_) | Self::VolumeUnfit { .. } => "CSBS.6015",
            Self::Zone { .. } => "CSBS.6025",
            Self::NoVolumes => "CSBS.6020",
            Self::ForeignDisk(_) => "CSBS.6017",
            Self::Unmapped(_) => "CSBS.6018",
            Self::NotAttached { .. } | Self::NoVolume { .. } => "CSBS.6014",
            Self::Shared { .. } => "CSBS.6021",
            Self::Pod { .. } => "CSBS.6061",
            Self::DataToSystem { .. } => "CSBS.6023",
            Self::TooSmall { .. } => "CSBS.6024",
        }
    }

    /// The code inside an element of `check_restorable`, whose list of codes has no 2003.
    pub const fn check_code(&self) -> &'static str {
        match self {
            Self::BackupBusy(_) => "CSBS.4000",
            other => other.code(),
        }
    }

    /// HTTP status of the answer to `POST /restores` (errors.md section 1).
    pub const fn status(&self) -> u16 {
        match self {
            Self::NoBackup => 404,
            Self::KindsDiffer { .. } | Self::DataToSystem { .. } => 500,
            _ => 400,
        }
    }

    /// What it is about.
    pub fn concern(&self) -> Concern<'_> {
        match self {
            Self::NoBackup | Self::BackupBusy(_) | Self::BackupUnfit(_) => Concern::Backup,
            Self::NoServer
            | Self::TargetKind(_)
            | Self::KindsDiffer { .. }
            | Self::BareMetal
            | Self::ServerUnfit(_)
            | Self::Zone { .. }
            | Self::NoVolumes => Concern::Server,
            Self::ForeignDisk(disk) => Concern::Disk(disk, None),
            Self::DiskTwice(disk) | Self::Unmapped(disk) => Concern::Disk(&disk.id, None),
            Self::NotAttached { disk, volume }
            | Self::VolumeTwice { disk, volume, .. }
            | Self::Shared { disk, volume }
            | Self::Pod { disk, volume }
            | Self::DataToSystem { disk, volume }
            | Self::NoVolume { disk, volume }
            | Self::VolumeUnfit { disk, volume, .. }
            | Self::TooSmall { disk, volume, .. } => Concern::Disk(&disk.id, Some(&volume.id)),
        }
    }

    /// What the reader can do about it.
    pub const fn way_out(&self) -> &'static str {
        match self {
            Self::DiskTwice(_) => "Keep one row for each disk backup.",
            Self::NoBackup => "Choose another backup; this one may have expired or been deleted.",
            Self::BackupBusy(_) => "Wait until the running task is finished, then check again.",
            Self::BackupUnfit(BackupFault::ImageOnly) => {
                "Make an image from it and a new server from that, or choose another backup."
            }
            Self::BackupUnfit(_) => "Choose a backup that is available.",
            Self::NoServer => "Choose another server; this one no longer exists.",
            Self::TargetKind(_) => "Choose an elastic cloud server as the target.",
            Self::KindsDiffer { .. } => "Choose a target of the same kind as the backed-up server.",
            Self::BareMetal => "Choose a server that is not bare metal.",
            Self::ServerUnfit(ServerFault::BeingRestored) => {
                "Wait until that restore is finished; it is listed under Restores & tasks."
            }
            Self::ServerUnfit(ServerFault::Volume(..)) => {
                "Wait until the volume is in use again, or choose another one."
            }
            Self::ServerUnfit(_) => "Bring the server to running or stopped, then check again.",
            Self::Zone { .. } => {
                "Choose a server in the backup's zone, or ask the operator whether the zones can be matched."
            }
            Self::NoVolumes => "Attach a volume to the server, or choose another server.",
            Self::ForeignDisk(_) => "Map only the disk backups listed in this backup.",
            Self::Unmapped(_) => {
                "Give it a volume: the service does not restore only some of the disks. Attach one if there are too few."
            }
            Self::NotAttached { .. } => {
                "Attach the volume to the target, or choose an attached one."
            }
            Self::VolumeTwice { .. } => "Choose another volume for one of them.",
            Self::Shared { .. } => "Choose a volume that is not shared.",
            Self::Pod { .. } => "Choose a volume outside this pod.",
            Self::DataToSystem { .. } => "Choose a data volume for it.",
            Self::TooSmall { .. } => "Enlarge the volume, or choose a larger one.",
            Self::NoVolume { .. } => "Choose another volume; this one no longer exists.",
            Self::VolumeUnfit { .. } => {
                "Wait until the volume is available or in use, or choose another one."
            }
        }
    }
}

/// The sentence to show.
impl fmt::Display for RestoreRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DiskTwice(disk) => write!(f, "The disk backup {disk} is mapped more than once."),
            Self::NoBackup => f.write_str("The backup does not exist."),
            Self::BackupBusy(status) => write!(f, "The backup is busy: its status is “{status}”."),
            Self::BackupUnfit(BackupFault::Status(status)) => {
                write!(
                    f,
                    "The backup is “{status}”; only an available one can be restored."
                )
            }
            Self::BackupUnfit(BackupFault::ImageOnly) => {
                f.write_str("This backup can be turned into an image, but not restored to disks.")
            }
            Self::BackupUnfit(BackupFault::Mode) => {
                f.write_str("The service marks this backup as one that cannot be restored.")
            }
            Self::BackupUnfit(BackupFault::NoDisks) => {
                f.write_str("The backup holds no disk backup, so there is nothing to restore.")
            }
            Self::NoServer => f.write_str("The target server does not exist."),
            Self::TargetKind(kind) => {
                write!(f, "A resource of the kind “{kind}” cannot be restored.")
            }
            Self::KindsDiffer { backup, target } => {
                write!(
                    f,
                    "The backup is of a “{backup}”, the target is a “{target}”."
                )
            }
            Self::BareMetal => {
                f.write_str("The target is a bare metal server; it cannot be restored.")
            }
            Self::ServerUnfit(ServerFault::BeingRestored) => {
                f.write_str("Another restore to this server is running.")
            }
            Self::ServerUnfit(ServerFault::Status(status)) => {
                write!(
                    f,
                    "The server is in the state {status}; it must be running or stopped."
                )
            }
            Self::ServerUnfit(ServerFault::Task(task)) => {
                write!(
                    f,
                    "The server is busy: the compute service reports “{task}”."
                )
            }
            Self::ServerUnfit(ServerFault::Volume(volume, status)) => {
                write!(
                    f,
                    "The volume {volume} is “{status}” and cannot be overwritten now."
                )
            }
            Self::Zone { backup, target } => {
                write!(
                    f,
                    "The backup is in zone {backup}, the target in zone {target}."
                )
            }
            Self::NoVolumes => f.write_str("The target server has no volume to restore to."),
            Self::ForeignDisk(disk) => {
                write!(f, "The disk backup {disk} is not part of this backup.")
            }
            Self::Unmapped(disk) => write!(f, "The disk backup {disk} has no volume to go to."),
            Self::NotAttached { disk, volume } => write!(
                f,
                "The volume {volume}, meant for {disk}, is not attached to the target server."
            ),
            Self::VolumeTwice {
                disk,
                volume,
                other,
            } => {
                write!(
                    f,
                    "The volume {volume} is given to both {other} and {disk}."
                )
            }
            Self::Shared { disk, volume } => write!(
                f,
                "The volume {volume}, meant for {disk}, can be attached to several servers."
            ),
            Self::Pod { disk, volume } => write!(
                f,
                "The volume {volume}, meant for {disk}, is in a pod without backup and restore."
            ),
            Self::DataToSystem { disk, volume } => {
                write!(
                    f,
                    "{disk} is the backup of a data disk, but {volume} is the system disk."
                )
            }
            Self::TooSmall {
                disk,
                volume,
                needed_gb,
                has_gb,
            } => write!(
                f,
                "The volume {volume} has {has_gb} GB; {disk} needs at least {needed_gb} GB."
            ),
            Self::NoVolume { disk, volume } => {
                write!(f, "The volume {volume}, meant for {disk}, does not exist.")
            }
            Self::VolumeUnfit { volume, status, .. } => {
                write!(
                    f,
                    "The volume {volume} is “{status}” and cannot be overwritten now."
                )
            }
        }
    }
}

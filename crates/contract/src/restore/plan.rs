//! The plan of a restore, as it is edited and sent, and the facts that decide about it.

use crate::cbr::backups as cbr;
use crate::csbs::backups::{CheckRestorable, CheckTarget};
use crate::csbs::restores::{
    RestoreCreate, RestoreParameters, RestoreRequest, RestoreTargets, VolumeMapping,
};
use crate::model::{Backup, Generation, ResourceKind, Server, Volume};
use crate::protect::KINDS_WITHOUT_BACKUP;
use crate::rules::{PROVIDER_ID, SERVER_KIND};
use serde::{Deserialize, Serialize};

/// One disk backup and the volume it would overwrite.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Assignment {
    /// Disk backup id.
    pub disk: String,
    /// Volume id.
    pub volume: String,
}

/// What to restore, where to, and which disk backup goes to which volume.
///
/// Ids only, so that a draft of it can be kept and read back; what the ids stand for comes with
/// the [`RestoreFacts`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RestorePlan {
    /// Which service carries it out: the one the backup lives in.
    pub generation: Generation,
    /// Backup id.
    pub backup: String,
    /// The group of backups it belongs to (the service's word: checkpoint).
    pub checkpoint: String,
    /// Server restored to.
    pub server: String,
    /// Resource kind of the target; empty stands for `OS::Nova::Server`. A single volume and a
    /// file system have no server.
    pub kind: String,
    /// The mapping; a disk backup that is not in it has no volume yet.
    pub mapping: Vec<Assignment>,
    /// Start the server afterwards.
    pub power_on: bool,
}

impl RestorePlan {
    /// The volume a disk backup goes to.
    pub fn volume_of(&self, disk: &str) -> Option<&str> {
        self.mapping
            .iter()
            .find(|row| row.disk == disk)
            .map(|row| row.volume.as_str())
    }

    /// The disk backup that goes to a volume.
    pub fn disk_for(&self, volume: &str) -> Option<&str> {
        self.mapping
            .iter()
            .find(|row| row.volume == volume)
            .map(|row| row.disk.as_str())
    }

    /// Sends a disk backup to a volume, or (with `None`) to none. Other rows stay as they are:
    /// a volume used twice is a problem to show, not to resolve silently.
    pub fn assign(&mut self, disk: &str, volume: Option<&str>) {
        self.mapping.retain(|row| row.disk != disk);
        if let Some(volume) = volume {
            self.mapping.push(Assignment {
                disk: disk.to_owned(),
                volume: volume.to_owned(),
            });
        }
    }

    /// The volume a single volume's backup goes to.
    pub fn single_volume(&self) -> Option<&str> {
        self.mapping.first().map(|row| row.volume.as_str())
    }

    /// What a restore is about: the server, or the volume, or the file system written to.
    pub fn target(&self) -> &str {
        match ResourceKind::from_word(&self.kind) {
            ResourceKind::Volume => self.single_volume().unwrap_or_default(),
            _ => &self.server,
        }
    }

    /// The request of v3 this plan stands for (cbr-v3 5.3, 28).
    pub fn to_cbr_request(&self) -> cbr::RestoreRequest {
        let restore = match ResourceKind::from_word(&self.kind) {
            ResourceKind::Volume => cbr::Restore {
                volume_id: self.single_volume().map(str::to_owned),
                ..cbr::Restore::default()
            },
            ResourceKind::FileSystem => cbr::Restore {
                resource_id: Some(self.server.clone()),
                ..cbr::Restore::default()
            },
            _ => cbr::Restore {
                server_id: Some(self.server.clone()),
                mappings: Some(
                    self.mapping
                        .iter()
                        .map(|row| cbr::Mapping {
                            backup_id: row.disk.clone(),
                            volume_id: row.volume.clone(),
                        })
                        .collect(),
                ),
                power_on: Some(self.power_on),
                ..cbr::Restore::default()
            },
        };
        cbr::RestoreRequest { restore }
    }

    /// The request of v1 this plan stands for (csbs-v1 4.14).
    pub fn to_request(&self) -> RestoreRequest {
        RestoreRequest {
            restore: RestoreCreate {
                provider_id: PROVIDER_ID.to_owned(),
                checkpoint_id: self.checkpoint.clone(),
                restore_target: None,
                parameters: RestoreParameters {
                    checkpoint_item_id: self.backup.clone(),
                    power_on: self.power_on,
                    targets: RestoreTargets {
                        server_id: self.server.clone(),
                        volumes: self.wire_mapping(),
                    },
                },
            },
        }
    }

    /// The question to the service's own check (csbs-v1 4.3).
    pub fn to_check(&self) -> CheckRestorable {
        CheckRestorable {
            checkpoint_item_id: self.backup.clone(),
            target: CheckTarget {
                resource_id: self.server.clone(),
                resource_type: if self.kind.is_empty() {
                    SERVER_KIND.to_owned()
                } else {
                    self.kind.clone()
                },
                volumes: self.wire_mapping(),
            },
        }
    }

    fn wire_mapping(&self) -> Vec<VolumeMapping> {
        self.mapping
            .iter()
            .map(|row| VolumeMapping {
                backup_id: row.disk.clone(),
                volume_id: row.volume.clone(),
            })
            .collect()
    }
}

impl From<&RestoreCreate> for RestorePlan {
    fn from(request: &RestoreCreate) -> Self {
        Self {
            generation: Generation::Csbs,
            backup: request.parameters.checkpoint_item_id.clone(),
            checkpoint: request.checkpoint_id.clone(),
            server: request.parameters.targets.server_id.clone(),
            kind: String::new(),
            mapping: assignments(&request.parameters.targets.volumes),
            power_on: request.parameters.power_on,
        }
    }
}

/// The service's check names no checkpoint; an empty one is not compared.
impl From<&CheckRestorable> for RestorePlan {
    fn from(question: &CheckRestorable) -> Self {
        Self {
            generation: Generation::Csbs,
            backup: question.checkpoint_item_id.clone(),
            checkpoint: String::new(),
            server: question.target.resource_id.clone(),
            kind: question.target.resource_type.clone(),
            mapping: assignments(&question.target.volumes),
            power_on: false,
        }
    }
}

fn assignments(volumes: &[VolumeMapping]) -> Vec<Assignment> {
    volumes
        .iter()
        .map(|row| Assignment {
            disk: row.backup_id.clone(),
            volume: row.volume_id.clone(),
        })
        .collect()
}

/// A volume as a restore looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetVolume {
    /// Volume id.
    pub id: String,
    /// Name; empty when it has none.
    pub name: String,
    /// Device at the target, such as `/dev/vda`; empty when not attached there.
    pub device: String,
    /// Size, GB.
    pub size_gb: i64,
    /// The service's word: `in-use`, `restoring-backup` …; empty when unknown.
    pub status: String,
    /// Availability zone; empty when unknown.
    pub zone: String,
    /// Attached to the target server.
    pub attached: bool,
    /// Its system disk.
    pub system: bool,
    /// May be attached to several servers.
    pub shared: bool,
    /// Lives in a pod whose disks support neither backup nor restore (CSBS.6061), as far as its
    /// kind tells; the service may know more.
    pub pod_excluded: bool,
}

impl TargetVolume {
    /// A volume seen from a server: the attachment decides about device and system disk, because
    /// a bootable volume can be attached as a data disk (compute-and-volumes section 5).
    pub fn of(server: &Server, volume: &Volume) -> Self {
        let attachment = server
            .attachments
            .iter()
            .find(|attachment| attachment.volume_id == volume.id);
        Self {
            device: attachment.map_or_else(String::new, |a| a.device.clone()),
            attached: attachment.is_some(),
            system: attachment.is_some_and(|a| a.system),
            ..Self::alone(volume)
        }
    }

    /// A volume by itself, as the restore of a single volume looks at it: where it is attached
    /// does not matter.
    pub fn alone(volume: &Volume) -> Self {
        let attachment = volume.attachments.first();
        Self {
            id: volume.id.clone(),
            name: volume.name.clone(),
            device: attachment.map_or_else(String::new, |(_, device)| device.clone()),
            size_gb: volume.size_gb,
            status: volume.status.clone(),
            zone: volume.zone.clone(),
            attached: true,
            system: false,
            shared: volume.shared,
            pod_excluded: KINDS_WITHOUT_BACKUP.contains(&volume.kind.as_str()),
        }
    }

    /// Whether a disk backup of this size could go here, as far as the volume alone decides.
    pub(super) fn takes(&self, size_gb: i64) -> bool {
        self.attached && !self.shared && self.size_gb >= size_gb
    }
}

/// What is known at the moment of the decision.
#[derive(Clone, Copy, Debug)]
pub struct RestoreFacts<'a> {
    /// The plan's backup; `None` when there is none of that id.
    pub backup: Option<&'a Backup>,
    /// The plan's server; `None` when there is none of that id.
    pub target: Option<&'a Server>,
    /// The volumes known: those attached to the target and, if the caller has them, others.
    pub volumes: &'a [TargetVolume],
    /// A restore to the target is running.
    pub restoring: bool,
}

impl RestoreFacts<'_> {
    /// A volume by its id.
    pub fn volume(&self, id: &str) -> Option<&TargetVolume> {
        self.volumes.iter().find(|volume| volume.id == id)
    }
}

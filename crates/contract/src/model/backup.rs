//! Backups of both generations, what they hold, and what can be done with them.

use super::{Generation, Tag};
use crate::rules::{BARE_METAL_KIND, SERVER_KIND};
use crate::time::Timestamp;

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
    /// Give it another name.
    Rename,
}

impl BackupAction {
    /// Why it cannot be done now, as a sentence; `None` when it can (csbs-v1 6.1, cbr-v3 section 6).
    pub fn blocked_by(self, backup: &Backup) -> Option<String> {
        let status = backup.status.as_str();
        let in_vault = backup
            .in_vault
            .as_ref()
            .and_then(|vault| self.blocked_in_vault(backup, vault));
        if in_vault.is_some() {
            return in_vault;
        }
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
            Self::Delete if !backup.image_ids.is_empty() => Some(format!(
                "An image was made from this backup; delete the image first ({}).",
                match backup.generation {
                    Generation::Csbs => "CSBS.8007",
                    Generation::Cbr => "BackupService.6204",
                }
            )),
            Self::Rename if !backup.generation.capabilities().rename => {
                Some("This service does not rename backups.".to_owned())
            }
            Self::Image => {
                crate::image::backup_refusal(backup, false).map(|refusal| refusal.to_string())
            }
            _ => None,
        }
    }

    /// What only stands against backups in vaults (cbr-v3 5.3; errors.md section 2).
    fn blocked_in_vault(self, backup: &Backup, vault: &InVault) -> Option<String> {
        let text = match self {
            _ if !vault.parent_id.is_empty() => {
                "This is one disk of the backup of a server; open that one to act on it (BackupService.2012)."
            }
            Self::Restore if !vault.shared_from.is_empty() => {
                "This backup was shared by another project: make a new volume or an image from it (BackupService.2003)."
            }
            Self::Delete | Self::Rename if !vault.shared_from.is_empty() => {
                "This backup belongs to another project, which alone can change it (BackupService.6711)."
            }
            Self::Restore if vault.replica => {
                "This is a copy of a backup of another region; restore the original there, or make an image from the copy (BackupService.2004)."
            }
            Self::Restore => match backup.resource() {
                ResourceKind::Desktop | ResourceKind::OnPremises | ResourceKind::Other(_) => {
                    "Backups of this kind are restored where the resource is managed, not here (BackupService.6302)."
                }
                _ => return None,
            },
            Self::Image if !backup.resource().is_server() => {
                "Images are made from backups of servers."
            }
            _ => return None,
        };
        Some(text.to_owned())
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
    /// What only backups that live in vaults have ([`Capabilities::vaults`]).
    ///
    /// [`Capabilities::vaults`]: super::Capabilities::vaults
    pub in_vault: Option<InVault>,
}

/// What a backup in a vault has beside the rest (cbr-v3 4.7).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InVault {
    /// The vault.
    pub vault_id: String,
    /// When the service will delete it; `None` keeps it until somebody does.
    pub expires_at: Option<Timestamp>,
    /// The project it belongs to, when that is not the one that looks at it.
    pub shared_from: String,
    /// A copy of a backup of another region.
    pub replica: bool,
    /// The policy whose run made it; empty when it was made by hand.
    pub policy_id: String,
    /// Size of the backed-up resource then, GB; the room the backup takes is not told.
    pub resource_gb: i64,
    /// The backup of a server this is one disk of; empty when it is a backup of its own.
    pub parent_id: String,
}

/// What a backup is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ResourceKind {
    /// A cloud server.
    Server,
    /// A bare-metal server.
    BareMetal,
    /// A single volume.
    Volume,
    /// A file system (SFS Turbo).
    FileSystem,
    /// A desktop (Workspace).
    Desktop,
    /// A server outside the cloud.
    OnPremises,
    /// Something the documents do not name, as it came.
    Other(String),
}

impl ResourceKind {
    /// Every documented kind.
    pub const DOCUMENTED: [Self; 6] = [
        Self::Server,
        Self::BareMetal,
        Self::Volume,
        Self::FileSystem,
        Self::Desktop,
        Self::OnPremises,
    ];

    /// The service's word; a missing one stands for a server, the only kind v1 knows.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Server => SERVER_KIND,
            Self::BareMetal => BARE_METAL_KIND,
            Self::Volume => crate::cbr::rules::VOLUME_KIND,
            Self::FileSystem => crate::cbr::rules::TURBO_KIND,
            Self::Desktop => "OS::Workspace::DesktopV2",
            Self::OnPremises => crate::cbr::rules::NATIVE_KIND,
            Self::Other(word) => word,
        }
    }

    /// Reads the service's word; an unknown one is kept.
    pub fn from_word(word: &str) -> Self {
        if word.is_empty() {
            return Self::Server;
        }
        Self::DOCUMENTED
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .unwrap_or_else(|| Self::Other(word.to_owned()))
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        match self {
            Self::Server => "Server",
            Self::BareMetal => "Bare-metal server",
            Self::Volume => "Volume",
            Self::FileSystem => "File system",
            Self::Desktop => "Desktop",
            Self::OnPremises => "On-premises server",
            Self::Other(word) => word,
        }
    }

    /// Whether a backup of it is restored to a server, disk by disk.
    pub const fn is_server(&self) -> bool {
        matches!(self, Self::Server | Self::BareMetal)
    }
}

impl Backup {
    /// What it is of.
    pub fn resource(&self) -> ResourceKind {
        ResourceKind::from_word(&self.kind)
    }

    /// The vault it lives in, when there are vaults.
    pub fn vault(&self) -> Option<&str> {
        self.in_vault
            .as_ref()
            .map(|vault| vault.vault_id.as_str())
            .filter(|id| !id.is_empty())
    }

    /// When the service will delete it, as far as it tells.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.in_vault.as_ref().and_then(|vault| vault.expires_at)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbr;

    fn vaulted(kind: &str) -> Backup {
        let mut wire = cbr::Backup {
            status: "available".into(),
            resource_type: kind.into(),
            ..cbr::Backup::default()
        };
        wire.extend_info.supported_restore_mode = "backup".into();
        wire.into()
    }

    #[test]
    fn a_status_nobody_has_heard_of_is_kept_as_it_came() {
        assert_eq!(BackupStatus::from_word("thawing").as_str(), "thawing");
        for status in BackupStatus::DOCUMENTED {
            assert_eq!(BackupStatus::from_word(status.as_str()), status);
        }
    }

    #[test]
    fn a_kind_nobody_has_heard_of_is_kept_as_it_came() {
        assert_eq!(ResourceKind::from_word("OS::Moon").title(), "OS::Moon");
        assert_eq!(ResourceKind::from_word(""), ResourceKind::Server);
        for kind in ResourceKind::DOCUMENTED {
            assert_eq!(ResourceKind::from_word(kind.as_str()), kind);
        }
    }

    #[test]
    fn what_stands_against_an_action_in_a_vault_is_said_with_its_code() {
        let reason = |action: BackupAction, change: &dyn Fn(&mut InVault)| {
            let mut backup = vaulted(SERVER_KIND);
            if let Some(vault) = &mut backup.in_vault {
                change(vault);
            }
            action.blocked_by(&backup).unwrap_or_default()
        };
        assert_eq!(reason(BackupAction::Restore, &|_| ()), "");
        assert_eq!(reason(BackupAction::Rename, &|_| ()), "");
        for (action, change, code) in [
            (
                BackupAction::Restore,
                (|v| v.replica = true) as fn(&mut InVault),
                "2004",
            ),
            (
                BackupAction::Restore,
                |v| v.shared_from = "p".into(),
                "2003",
            ),
            (BackupAction::Delete, |v| v.shared_from = "p".into(), "6711"),
            (BackupAction::Delete, |v| v.parent_id = "b".into(), "2012"),
        ] {
            assert!(reason(action, &change).contains(code), "{code}");
        }
        let blocked = |kind: &str, action: BackupAction| action.blocked_by(&vaulted(kind));
        assert_eq!(blocked("OS::Cinder::Volume", BackupAction::Restore), None);
        assert_eq!(blocked("OS::Sfs::Turbo", BackupAction::Restore), None);
        assert!(
            blocked("OS::Workspace::DesktopV2", BackupAction::Restore)
                .is_some_and(|why| why.contains("6302"))
        );
        assert!(blocked("OS::Cinder::Volume", BackupAction::Image).is_some());
    }

    #[test]
    fn what_a_generation_cannot_do_is_said() {
        let backup = Backup::from(crate::csbs::backups::CheckpointItem::default());
        assert!(BackupAction::Rename.blocked_by(&backup).is_some());
    }
}

//! What a restore leaves behind: per disk, and in hours of data.

use super::{Named, RestoreFacts, RestorePlan};
use crate::model::{Backup, ResourceKind};
use crate::time::Timestamp;

/// What happens to one disk backup or one volume of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskOutcome {
    /// The volume, or the whole file system, is overwritten with the disk backup.
    Overwritten {
        /// Disk backup.
        disk: Named,
        /// Volume.
        volume: Named,
        /// It is the volume the disk backup was made of.
        same: bool,
        /// The volume was enlarged since: GB now, GB it falls back to.
        shrinks: Option<(i64, i64)>,
        /// A system disk's backup on a data volume: the server will not boot from it.
        boots: bool,
    },
    /// A volume of the target that no disk backup goes to keeps its data.
    Untouched {
        /// Volume.
        volume: Named,
        /// The system disk: it keeps a state of another time than the data restored beside it.
        system: bool,
    },
    /// The volume a disk backup was made of is no longer at the target; what it held comes back
    /// on another volume, or (without one) not at all.
    CannotReturn {
        /// Disk backup.
        disk: Named,
        /// The volume it was made of.
        source: Named,
        /// The source volume still exists, but is not attached to the target.
        exists: bool,
        /// Where its data goes instead.
        instead: Option<Named>,
    },
}

/// The consequences of a plan: first the disk backups in their order, then the untouched volumes.
/// A disk backup can have two: its volume cannot return, and another one is overwritten.
pub fn outcomes(plan: &RestorePlan, facts: &RestoreFacts<'_>) -> Vec<DiskOutcome> {
    let Some(backup) = facts.backup else {
        return Vec::new();
    };
    if backup.resource() == ResourceKind::FileSystem {
        // It has no volumes: it goes back as a whole, and to itself (BackupService.7510).
        let itself = Named::new(&backup.server_id, &backup.server_name);
        return vec![DiskOutcome::Overwritten {
            disk: itself.clone(),
            volume: itself,
            same: true,
            shrinks: None,
            boots: true,
        }];
    }
    let named = |id: &str| Named::new(id, facts.volume(id).map_or("", |v| v.name.as_str()));
    let mut all = Vec::new();
    for disk in &backup.disks {
        let label = Named::new(
            &disk.id,
            if disk.volume_name.is_empty() {
                &disk.name
            } else {
                &disk.volume_name
            },
        );
        let target = plan.volume_of(&disk.id);
        let source = facts.volume(&disk.volume_id);
        if !source.is_some_and(|volume| volume.attached) {
            all.push(DiskOutcome::CannotReturn {
                disk: label.clone(),
                source: Named::new(&disk.volume_id, &disk.volume_name),
                exists: source.is_some(),
                instead: target.map(named),
            });
        }
        if let Some(id) = target {
            let volume = facts.volume(id);
            let size = volume.map_or(0, |v| v.size_gb);
            let before = disk.volume_size_gb;
            all.push(DiskOutcome::Overwritten {
                disk: label,
                volume: named(id),
                same: id == disk.volume_id,
                shrinks: (before > 0 && size > before).then_some((size, before)),
                boots: !disk.bootable || volume.is_none_or(|v| v.system),
            });
        }
    }
    let untouched = facts
        .volumes
        .iter()
        .filter(|volume| volume.attached && plan.disk_for(&volume.id).is_none());
    all.extend(untouched.map(|volume| DiskOutcome::Untouched {
        volume: Named::new(&volume.id, &volume.name),
        system: volume.system,
    }));
    all
}

/// How much is lost: everything written between the backup and the restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Data written from here on is lost.
    pub since: Timestamp,
    /// Whole seconds until now; 0 when the clocks disagree.
    pub seconds: i64,
}

/// What goes back to the past, by the service's clock: `None` when the backup has no time.
///
/// The beginning of the backup counts, because nothing written after it can be in it for sure.
pub fn loss(backup: &Backup, service_now: Timestamp) -> Option<Loss> {
    let since = backup.created_at.or(backup.finished_at)?;
    Some(Loss {
        since,
        seconds: (service_now.seconds() - since.seconds()).max(0),
    })
}

//! The automatic mapping: same volume first, then the boot flag, then size (compute-and-volumes section 5).

use super::{Assignment, TargetVolume};
use crate::model::DiskBackup;

/// Why a disk backup was given its volume, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was made of this volume, which is still attached.
    SameVolume,
    /// Both are system disks.
    SystemDisk,
    /// The smallest free data volume it fits on.
    Size,
    /// No free volume fits.
    NothingFits,
}

impl Reason {
    /// The reason as a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::SameVolume => "The volume this disk backup was made of; still attached.",
            Self::SystemDisk => "Both are system disks.",
            Self::Size => "The smallest free data volume that is large enough.",
            Self::NothingFits => "No free volume of this server is large enough.",
        }
    }
}

/// One row of a [`Proposal`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedRow {
    /// Disk backup id.
    pub disk: String,
    /// Volume id, if one was found.
    pub volume: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// A mapping made without asking: one row per disk backup, in the backup's order, no volume twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// The rows.
    pub rows: Vec<ProposedRow>,
}

impl Proposal {
    /// Maps each disk backup to a volume of the target. The same input gives the same mapping,
    /// whatever order the volumes come in.
    ///
    /// A volume that is still attached keeps its own disk even when it has become too small or
    /// shared since: the check says so, and no other volume's data is offered up instead.
    pub fn of(disks: &[DiskBackup], volumes: &[TargetVolume]) -> Self {
        let mut free: Vec<&TargetVolume> = volumes.iter().filter(|v| v.attached).collect();
        free.sort_by(|a, b| (a.size_gb, &a.device, &a.id).cmp(&(b.size_gb, &b.device, &b.id)));
        let mut chosen: Vec<Option<(String, Reason)>> = vec![None; disks.len()];
        let mut take =
            |slot: &mut Option<(String, Reason)>, reason, fits: &dyn Fn(&TargetVolume) -> bool| {
                if let Some(at) = free.iter().position(|volume| fits(volume)) {
                    *slot = Some((free.remove(at).id.clone(), reason));
                }
            };
        for (slot, disk) in chosen.iter_mut().zip(disks) {
            take(slot, Reason::SameVolume, &|v| v.id == disk.volume_id);
        }
        for (slot, disk) in chosen.iter_mut().zip(disks) {
            if slot.is_none() && disk.bootable {
                take(slot, Reason::SystemDisk, &|v| {
                    v.system && v.takes(disk.volume_size_gb)
                });
            }
        }
        // Small disk backups first: each then leaves the larger volumes to those that need them,
        // which finds a place for as many as there can be.
        let mut rest: Vec<usize> = (0..disks.len())
            .filter(|at| chosen[*at].is_none())
            .collect();
        rest.sort_by_key(|at| (disks[*at].volume_size_gb, *at));
        for at in rest {
            take(&mut chosen[at], Reason::Size, &|v| {
                !v.system && v.takes(disks[at].volume_size_gb)
            });
        }
        let rows = disks
            .iter()
            .zip(chosen)
            .map(|(disk, choice)| {
                let (volume, reason) = match choice {
                    Some((volume, reason)) => (Some(volume), reason),
                    None => (None, Reason::NothingFits),
                };
                ProposedRow {
                    disk: disk.id.clone(),
                    volume,
                    reason,
                }
            })
            .collect();
        Self { rows }
    }

    /// The rows that found a volume, as a plan's mapping.
    pub fn mapping(&self) -> Vec<Assignment> {
        self.rows
            .iter()
            .filter_map(|row| {
                Some(Assignment {
                    disk: row.disk.clone(),
                    volume: row.volume.clone()?,
                })
            })
            .collect()
    }
}

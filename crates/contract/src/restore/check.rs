//! Holds a plan against the facts; every refusal that applies, in the order of precedence.

use super::{
    BackupFault, Named, RestoreFacts, RestorePlan, RestoreRefusal as Refusal, ServerFault,
    TargetVolume,
};
use crate::cbr::refusals::restore_code;
use crate::model::{
    Backup, BackupStatus, DiskBackup, Generation, ResourceKind, RestoreMode, Server,
};
use crate::rules::{BARE_METAL_KIND, SERVER_KIND};

/// Everything that keeps the service from doing this, in order of precedence; empty when it
/// would accept the plan.
///
/// A missing backup or server, and a server without volumes, hide what would only follow from it.
/// What the backup's generation does not mind is not among them.
pub fn check(plan: &RestorePlan, facts: &RestoreFacts<'_>) -> Vec<Refusal> {
    let backup = facts
        .backup
        .filter(|backup| plan.checkpoint.is_empty() || plan.checkpoint == backup.checkpoint_id);
    let mut found = match backup.map(|backup| (backup, backup.resource())) {
        Some((backup, ResourceKind::Volume)) => to_volume(plan, backup, facts),
        // It goes back to the file system it is of; nothing else about that is known here.
        Some((backup, ResourceKind::FileSystem)) => backup_unfit(backup).into_iter().collect(),
        _ => to_server(plan, backup, facts),
    };
    if backup.is_some_and(|backup| backup.generation == Generation::Cbr) {
        found.retain(|refusal| restore_code(refusal).is_some());
    }
    found
}

/// A single volume's backup to a volume (cbr-v3 5.3, 28), in the order the service looks.
fn to_volume(plan: &RestorePlan, backup: &Backup, facts: &RestoreFacts<'_>) -> Vec<Refusal> {
    let mut found: Vec<Refusal> = backup_unfit(backup).into_iter().collect();
    let Some(disk) = backup.disks.first() else {
        return found;
    };
    let Some(id) = plan.volume_of(&disk.id) else {
        found.push(Refusal::Unmapped(name_of(disk)));
        return found;
    };
    let name = name_of(disk);
    let Some(volume) = facts.volume(id) else {
        found.push(Refusal::NoVolume {
            disk: name,
            volume: Named::new(id, ""),
        });
        return found;
    };
    let row = Row {
        disk,
        volume_id: id,
        volume: Some(volume),
        known: Some(volume),
    };
    found.extend(row.too_small());
    found.extend(row.shared());
    found.extend(row.pod());
    if !matches!(volume.status.as_str(), "" | "in-use" | "available") {
        found.push(Refusal::VolumeUnfit {
            disk: name,
            volume: row.volume_name(),
            status: volume.status.clone(),
        });
    }
    found
}

fn to_server(
    plan: &RestorePlan,
    backup: Option<&Backup>,
    facts: &RestoreFacts<'_>,
) -> Vec<Refusal> {
    let mut found = Vec::new();
    found.extend(disks_named_twice(plan, backup));
    match backup {
        None => found.push(Refusal::NoBackup),
        Some(backup) => found.extend(backup_unfit(backup)),
    }
    match facts.target {
        None => found.push(Refusal::NoServer),
        Some(server) => {
            if let Some(backup) = backup {
                found.extend(kinds(plan, backup, server));
            }
            found.extend(server_unfit(plan, facts, server));
            if let Some(backup) = backup {
                found.extend(zone(plan, backup, server, facts));
            }
        }
    }
    let (Some(backup), Some(_)) = (backup, facts.target) else {
        return found;
    };
    if !facts.volumes.iter().any(|volume| volume.attached) {
        found.push(Refusal::NoVolumes);
        found.extend(foreign_disks(plan, backup));
        return found;
    }
    found.extend(foreign_disks(plan, backup));
    found.extend(unmapped_disks(plan, backup));
    // One predicate at a time over all rows, so that the precedence is that of the cases.
    found.extend(rows(plan, backup, facts).filter_map(|row| row.not_attached()));
    found.extend(volumes_used_twice(plan, backup, facts));
    found.extend(rows(plan, backup, facts).filter_map(|row| row.shared()));
    found.extend(rows(plan, backup, facts).filter_map(|row| row.pod()));
    found.extend(rows(plan, backup, facts).filter_map(|row| row.data_to_system()));
    found.extend(rows(plan, backup, facts).filter_map(|row| row.too_small()));
    found
}

/// What the service answers with: the refusal of highest precedence.
pub fn first(plan: &RestorePlan, facts: &RestoreFacts<'_>) -> Option<Refusal> {
    check(plan, facts).into_iter().next()
}

fn name_of(disk: &DiskBackup) -> Named {
    let name = if disk.volume_name.is_empty() {
        &disk.name
    } else {
        &disk.volume_name
    };
    Named::new(&disk.id, name)
}

fn disks_named_twice(plan: &RestorePlan, backup: Option<&Backup>) -> Vec<Refusal> {
    let mut found = Vec::new();
    for (at, row) in plan.mapping.iter().enumerate() {
        let earlier = plan.mapping[..at].iter().filter(|r| r.disk == row.disk);
        if earlier.count() == 1 {
            let disk = backup.and_then(|b| b.disks.iter().find(|d| d.id == row.disk));
            found.push(Refusal::DiskTwice(
                disk.map_or_else(|| Named::new(&row.disk, ""), name_of),
            ));
        }
    }
    found
}

fn backup_unfit(backup: &Backup) -> Option<Refusal> {
    if backup.status.is_busy() {
        return Some(Refusal::BackupBusy(backup.status.as_str().to_owned()));
    }
    let fault = if backup.status != BackupStatus::Available {
        BackupFault::Status(backup.status.as_str().to_owned())
    } else {
        match backup.restore_mode {
            RestoreMode::Disks if backup.disks.is_empty() => BackupFault::NoDisks,
            RestoreMode::Disks => return None,
            RestoreMode::ImageOnly => BackupFault::ImageOnly,
            RestoreMode::None | RestoreMode::Unknown(_) => BackupFault::Mode,
        }
    };
    Some(Refusal::BackupUnfit(fault))
}

fn kinds(plan: &RestorePlan, backup: &Backup, server: &Server) -> Option<Refusal> {
    let named = match plan.kind.as_str() {
        "" => None,
        SERVER_KIND => Some(SERVER_KIND),
        BARE_METAL_KIND => Some(BARE_METAL_KIND),
        other => return Some(Refusal::TargetKind(other.to_owned())),
    };
    let target = if server.bare_metal || named == Some(BARE_METAL_KIND) {
        BARE_METAL_KIND
    } else {
        SERVER_KIND
    };
    if !backup.kind.is_empty() && backup.kind != target {
        Some(Refusal::KindsDiffer {
            backup: backup.kind.clone(),
            target: target.to_owned(),
        })
    } else {
        (target == BARE_METAL_KIND).then_some(Refusal::BareMetal)
    }
}

fn server_unfit(plan: &RestorePlan, facts: &RestoreFacts<'_>, server: &Server) -> Vec<Refusal> {
    let fault = if facts.restoring {
        ServerFault::BeingRestored
    } else if !server.status.is_steady() {
        ServerFault::Status(server.status.as_str().to_owned())
    } else if !server.task_state.is_empty() {
        ServerFault::Task(server.task_state.clone())
    } else {
        return plan
            .mapping
            .iter()
            .filter_map(|row| facts.volume(&row.volume))
            .filter(|volume| volume.attached)
            .filter(|volume| !matches!(volume.status.as_str(), "" | "in-use" | "available"))
            .map(|volume| {
                Refusal::ServerUnfit(ServerFault::Volume(
                    Named::new(&volume.id, &volume.name),
                    volume.status.clone(),
                ))
            })
            .collect();
    };
    vec![Refusal::ServerUnfit(fault)]
}

/// The zone of the server, or of a mapped volume where that differs; an unknown zone is not held
/// against anyone.
fn zone(
    plan: &RestorePlan,
    backup: &Backup,
    server: &Server,
    facts: &RestoreFacts<'_>,
) -> Option<Refusal> {
    let volumes = plan
        .mapping
        .iter()
        .filter_map(|row| facts.volume(&row.volume));
    let target = std::iter::once(server.zone.as_str())
        .chain(volumes.filter(|v| v.attached).map(|v| v.zone.as_str()))
        .find(|zone| !zone.is_empty() && *zone != backup.zone)?;
    (!backup.zone.is_empty()).then(|| Refusal::Zone {
        backup: backup.zone.clone(),
        target: target.to_owned(),
    })
}

fn foreign_disks(plan: &RestorePlan, backup: &Backup) -> Vec<Refusal> {
    plan.mapping
        .iter()
        .filter(|row| !backup.disks.iter().any(|disk| disk.id == row.disk))
        .map(|row| Refusal::ForeignDisk(row.disk.clone()))
        .collect()
}

fn unmapped_disks(plan: &RestorePlan, backup: &Backup) -> Vec<Refusal> {
    backup
        .disks
        .iter()
        .filter(|disk| plan.volume_of(&disk.id).is_none())
        .map(|disk| Refusal::Unmapped(name_of(disk)))
        .collect()
}

fn volumes_used_twice(
    plan: &RestorePlan,
    backup: &Backup,
    facts: &RestoreFacts<'_>,
) -> Vec<Refusal> {
    let mut found = Vec::new();
    let rows: Vec<Row<'_>> = rows(plan, backup, facts).collect();
    for (at, row) in rows.iter().enumerate() {
        let other = rows[..at]
            .iter()
            .find(|r| r.volume_id == row.volume_id && r.disk.id != row.disk.id);
        if let Some(other) = other {
            found.push(Refusal::VolumeTwice {
                disk: name_of(row.disk),
                volume: row.volume_name(),
                other: name_of(other.disk),
            });
        }
    }
    found
}

/// A row of the mapping whose disk backup exists.
struct Row<'a> {
    disk: &'a DiskBackup,
    volume_id: &'a str,
    /// The volume, if it is known and attached to the target.
    volume: Option<&'a TargetVolume>,
    known: Option<&'a TargetVolume>,
}

fn rows<'a>(
    plan: &'a RestorePlan,
    backup: &'a Backup,
    facts: &'a RestoreFacts<'a>,
) -> impl Iterator<Item = Row<'a>> {
    plan.mapping.iter().filter_map(|row| {
        let known = facts.volume(&row.volume);
        Some(Row {
            disk: backup.disks.iter().find(|disk| disk.id == row.disk)?,
            volume_id: &row.volume,
            volume: known.filter(|volume| volume.attached),
            known,
        })
    })
}

impl Row<'_> {
    fn volume_name(&self) -> Named {
        Named::new(self.volume_id, self.known.map_or("", |v| v.name.as_str()))
    }

    fn not_attached(&self) -> Option<Refusal> {
        self.volume.is_none().then(|| Refusal::NotAttached {
            disk: name_of(self.disk),
            volume: self.volume_name(),
        })
    }

    fn shared(&self) -> Option<Refusal> {
        self.volume?.shared.then(|| Refusal::Shared {
            disk: name_of(self.disk),
            volume: self.volume_name(),
        })
    }

    fn pod(&self) -> Option<Refusal> {
        self.volume?.pod_excluded.then(|| Refusal::Pod {
            disk: name_of(self.disk),
            volume: self.volume_name(),
        })
    }

    fn data_to_system(&self) -> Option<Refusal> {
        (self.volume?.system && !self.disk.bootable).then(|| Refusal::DataToSystem {
            disk: name_of(self.disk),
            volume: self.volume_name(),
        })
    }

    fn too_small(&self) -> Option<Refusal> {
        let volume = self.volume?;
        (volume.size_gb < self.disk.volume_size_gb).then(|| Refusal::TooSmall {
            disk: name_of(self.disk),
            volume: self.volume_name(),
            needed_gb: self.disk.volume_size_gb,
            has_gb: volume.size_gb,
        })
    }
}

//! Reasons that both generations share, with this one's codes (errors.md section 2).

use crate::restore::{RestoreRefusal, ServerFault};
use crate::rules::BARE_METAL_KIND;

/// The code of a refused restore to a server; `None` for what this generation does not mind.
///
/// It restores bare-metal servers, and from one zone to another.
pub fn restore_code(refusal: &RestoreRefusal) -> Option<&'static str> {
    Some(match refusal {
        RestoreRefusal::BareMetal | RestoreRefusal::Zone { .. } => return None,
        RestoreRefusal::DiskTwice(_)
        | RestoreRefusal::VolumeTwice { .. }
        | RestoreRefusal::ForeignDisk(_) => "BackupService.9900",
        RestoreRefusal::NoBackup => "BackupService.6200",
        RestoreRefusal::BackupBusy(_) | RestoreRefusal::BackupUnfit(_) => "BackupService.2005",
        RestoreRefusal::NoServer => "BackupService.7100",
        RestoreRefusal::TargetKind(_) => "BackupService.7115",
        RestoreRefusal::KindsDiffer { backup, .. } if backup == BARE_METAL_KIND => {
            "BackupService.2014"
        }
        RestoreRefusal::KindsDiffer { .. } => "BackupService.2006",
        RestoreRefusal::ServerUnfit(ServerFault::BeingRestored) => "BackupService.2010",
        RestoreRefusal::ServerUnfit(ServerFault::Status(status)) if status.contains("DELETED") => {
            "BackupService.2007"
        }
        RestoreRefusal::ServerUnfit(ServerFault::Status(_) | ServerFault::Task(_)) => {
            "BackupService.2008"
        }
        RestoreRefusal::ServerUnfit(ServerFault::Volume(..)) => "BackupService.2011",
        RestoreRefusal::NoVolumes | RestoreRefusal::NotAttached { .. } => "BackupService.7201",
        RestoreRefusal::Unmapped(_) => "BackupService.2012",
        RestoreRefusal::Shared { .. } => "BackupService.2009",
        RestoreRefusal::Pod { .. } => "BackupService.7004",
        RestoreRefusal::DataToSystem { .. } => "BackupService.2013",
        RestoreRefusal::TooSmall { .. } => "BackupService.2001",
        RestoreRefusal::NoVolume { .. } => "BackupService.7000",
        RestoreRefusal::VolumeUnfit { status, .. } if status == "restoring-backup" => {
            "BackupService.2010"
        }
        RestoreRefusal::VolumeUnfit { .. } => "BackupService.2011",
    })
}

//! Whether a resource can go into a vault and be backed up there (errors.md section 2, `protectable`).

use core::fmt;

use crate::model::{Server, ServerStatus, Volume};
use crate::protect::{KINDS_WITHOUT_BACKUP, RESTORING};

use super::rules::MAX_SHARED_VOLUMES;

/// Volumes of bare-metal servers that are part of the machine.
pub const LOCAL_VOLUME: &str = "local";

/// Why a resource cannot be backed up; `Display` is the sentence, [`Unfit::code`] the catalogue's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A volume on dedicated storage.
    DedicatedVolume,
    /// A SCSI volume.
    ScsiVolume,
    /// A volume in this state.
    VolumeState(String),
    /// A volume on a pod without backup.
    PodVolume,
    /// A shared volume.
    SharedVolume,
    /// A server in this state.
    ServerState(String),
    /// Applications can take part only while the server runs.
    Stopped,
    /// A server in a zone without backup.
    Zone(String),
    /// A server with a SCSI volume.
    ScsiServer(String),
    /// A server with volumes on different back ends.
    BackEnds(String),
    /// A server with too many shared volumes.
    SharedVolumes(usize),
    /// A server without volumes.
    NoVolume,
    /// A bare-metal server named as a cloud server.
    BareMetal,
    /// A server with a volume on dedicated storage.
    DedicatedServer(String),
    /// A bare-metal server with a volume of its own.
    LocalVolume(String),
    /// A file system in this state.
    FileSystemState(String),
    /// A file system while this is done with it.
    FileSystemBusy(String),
}

impl Unfit {
    /// The catalogue's code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DedicatedVolume => "BackupService.7001",
            Self::ScsiVolume => "BackupService.7002",
            Self::VolumeState(_) => "BackupService.7003",
            Self::PodVolume => "BackupService.7004",
            Self::ServerState(_) => "BackupService.7101",
            Self::Stopped => "BackupService.7102",
            Self::Zone(_) => "BackupService.7103",
            Self::ScsiServer(_) => "BackupService.7104",
            Self::BackEnds(_) => "BackupService.7105",
            Self::SharedVolume => "BackupService.7106",
            Self::SharedVolumes(_) => "BackupService.7107",
            Self::NoVolume => "BackupService.7108",
            Self::BareMetal => "BackupService.7109",
            Self::DedicatedServer(_) => "BackupService.7111",
            Self::LocalVolume(_) => "BackupService.7113",
            Self::FileSystemState(_) => "BackupService.7502",
            Self::FileSystemBusy(_) => "BackupService.7503",
        }
    }

    /// Whether waiting may help; what does not pass keeps a resource out of a vault.
    pub const fn passes(&self) -> bool {
        matches!(
            self,
            Self::VolumeState(_)
                | Self::ServerState(_)
                | Self::Stopped
                | Self::FileSystemState(_)
                | Self::FileSystemBusy(_)
        )
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DedicatedVolume => f.write_str("the volume is on dedicated storage"),
            Self::ScsiVolume => f.write_str("it is a SCSI volume"),
            Self::VolumeState(state) => write!(f, "the volume is {state}"),
            Self::PodVolume => {
                f.write_str("volumes of this pod can neither be backed up nor restored")
            }
            Self::SharedVolume => f.write_str("it is a shared volume"),
            Self::ServerState(state) => write!(f, "the server is {state}"),
            Self::Stopped => {
                f.write_str("the server is stopped; applications take part only while it runs")
            }
            Self::Zone(zone) => write!(f, "zone {zone} has no backup service"),
            Self::ScsiServer(volume) => {
                write!(f, "its volume {volume} is a SCSI volume; leave it out")
            }
            Self::BackEnds(volume) => {
                write!(
                    f,
                    "its volume {volume} is on another storage back end; leave it out"
                )
            }
            Self::SharedVolumes(count) => {
                write!(
                    f,
                    "it has {count} shared volumes; at most {MAX_SHARED_VOLUMES} can be backed up"
                )
            }
            Self::NoVolume => f.write_str("the server has no volume to back up"),
            Self::BareMetal => {
                f.write_str("it is a bare-metal server; name it as OS::Ironic::BareMetalServer")
            }
            Self::DedicatedServer(volume) => {
                write!(
                    f,
                    "its volume {volume} is on dedicated storage; leave it out"
                )
            }
            Self::LocalVolume(volume) => {
                write!(
                    f,
                    "its volume {volume} is part of the machine; leave it out"
                )
            }
            Self::FileSystemState(state) => write!(f, "the file system is {state}"),
            Self::FileSystemBusy(task) => write!(f, "the file system is busy: {task}"),
        }
    }
}

/// What is against backing up a server with those of its volumes that are not left out.
pub fn of_server(
    server: &Server,
    volumes: &[Volume],
    as_bare_metal: bool,
    zone_served: bool,
    with_applications: bool,
) -> Vec<Unfit> {
    let mut unfit = Vec::new();
    if server.bare_metal && !as_bare_metal {
        unfit.push(Unfit::BareMetal);
    }
    match &server.status {
        _ if server.task_state == RESTORING => {
            unfit.push(Unfit::ServerState("being restored".to_owned()))
        }
        ServerStatus::Shutoff if with_applications => unfit.push(Unfit::Stopped),
        ServerStatus::Active | ServerStatus::Shutoff => {}
        ServerStatus::Other(state) => unfit.push(Unfit::ServerState(state.clone())),
    }
    if !zone_served {
        unfit.push(Unfit::Zone(server.zone.clone()));
    }
    if volumes.is_empty() {
        unfit.push(Unfit::NoVolume);
    }
    let shared = volumes.iter().filter(|volume| volume.shared).count();
    if shared > MAX_SHARED_VOLUMES {
        unfit.push(Unfit::SharedVolumes(shared));
    }
    for volume in volumes {
        let name = volume.name.clone();
        if volume.scsi {
            unfit.push(Unfit::ScsiServer(name));
        } else if volume.dedicated {
            unfit.push(Unfit::DedicatedServer(name));
        } else if volume.kind == LOCAL_VOLUME {
            unfit.push(Unfit::LocalVolume(name));
        } else if KINDS_WITHOUT_BACKUP.contains(&volume.kind.as_str()) {
            unfit.push(Unfit::BackEnds(name));
        }
    }
    unfit
}

/// What is against backing up a volume by itself.
pub fn of_volume(volume: &Volume) -> Vec<Unfit> {
    let mut unfit = Vec::new();
    if volume.dedicated {
        unfit.push(Unfit::DedicatedVolume);
    }
    if volume.scsi {
        unfit.push(Unfit::ScsiVolume);
    }
    if volume.shared {
        unfit.push(Unfit::SharedVolume);
    }
    if KINDS_WITHOUT_BACKUP.contains(&volume.kind.as_str()) {
        unfit.push(Unfit::PodVolume);
    }
    // A backup of its server, or of itself through the other service, does not keep it from a vault.
    if !matches!(
        volume.status.as_str(),
        "available" | "in-use" | "backing-up"
    ) {
        unfit.push(Unfit::VolumeState(volume.status.clone()));
    }
    unfit
}

/// What is against backing up a file system in this state, while this is done with it.
pub fn of_file_system(status: &str, sub_status: &str) -> Vec<Unfit> {
    let mut unfit = Vec::new();
    if status != "available" {
        unfit.push(Unfit::FileSystemState(status.to_owned()));
    }
    if !sub_status.is_empty() {
        unfit.push(Unfit::FileSystemBusy(sub_status.to_owned()));
    }
    unfit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(unfit: Vec<Unfit>) -> Vec<&'static str> {
        unfit.iter().map(Unfit::code).collect()
    }

    fn volume() -> Volume {
        Volume {
            name: "data".to_owned(),
            kind: "SSD".to_owned(),
            status: "in-use".to_owned(),
            ..Volume::default()
        }
    }

    #[test]
    fn each_reason_of_a_volume_has_its_code() {
        let with = |change: fn(&mut Volume)| {
            let mut volume = volume();
            change(&mut volume);
            codes(of_volume(&volume))
        };
        assert!(with(|_| {}).is_empty());
        assert_eq!(with(|v| v.dedicated = true), ["BackupService.7001"]);
        assert_eq!(with(|v| v.scsi = true), ["BackupService.7002"]);
        assert_eq!(with(|v| v.shared = true), ["BackupService.7106"]);
        assert_eq!(
            with(|v| v.kind = "uh-l1".to_owned()),
            ["BackupService.7004"]
        );
        assert_eq!(
            with(|v| v.status = "error".to_owned()),
            ["BackupService.7003"]
        );
    }

    #[test]
    fn a_file_system_is_fit_while_nothing_is_done_with_it() {
        assert!(of_file_system("available", "").is_empty());
        assert_eq!(codes(of_file_system("error", "")), ["BackupService.7502"]);
        assert_eq!(
            codes(of_file_system("available", "expanding")),
            ["BackupService.7503"]
        );
    }
}

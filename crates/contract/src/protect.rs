//! Whether a server can be backed up now: one typed check for the service's capability call, for
//! the request itself and for the console's forms, each reason with its code (csbs-v1 4.1, 4.2).

use core::fmt;

use crate::model::{Server, ServerStatus, Volume};
use crate::rules;

/// Volume kinds of the pods whose disks support neither backup nor restore (CSBS.6061).
pub const KINDS_WITHOUT_BACKUP: [&str; 2] = ["co-p1", "uh-l1"];

/// What is known about a server that somebody wants to back up.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The kind it was asked for as, normally [`rules::SERVER_KIND`].
    pub kind: &'a str,
    /// The server; `None` when the project has none with this id.
    pub server: Option<&'a Server>,
    /// Its attached volumes.
    pub volumes: &'a [Volume],
    /// Whether its zone has the backup service.
    pub zone_served: bool,
    /// Name of the policy it belongs to, where that matters.
    pub policy: Option<&'a str>,
    /// A backup of it that is being made.
    pub running: Option<Running>,
}

/// Who began a backup that is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// Somebody, by hand.
    Manual,
    /// A schedule.
    Scheduled,
}

/// Why a server cannot be backed up now; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProtectRefusal {
    /// CSBS.6003: only servers can be backed up.
    Kind(String),
    /// CSBS.6000: there is no such server.
    NoServer,
    /// CSBS.6001: it was terminated.
    Terminated,
    /// CSBS.6006: bare metal cannot be backed up.
    BareMetal,
    /// CSBS.6005: a restore to it is running.
    Restoring,
    /// CSBS.6005: it is neither running nor stopped.
    State(String),
    /// CSBS.6005: it is being backed up by hand.
    ManualRunning,
    /// CSBS.6030: a scheduled backup of it is running.
    ScheduledRunning,
    /// CSBS.6027: its zone has no backup service.
    Zone(String),
    /// CSBS.6007: it has no volume.
    NoVolume,
    /// CSBS.6010: this volume is shared.
    SharedVolume(String),
    /// CSBS.6033: this volume lies on dedicated storage.
    DedicatedStorage(String),
    /// CSBS.6061: this volume's pod supports no backup.
    Pod(String),
    /// CSBS.6004: it belongs to this policy.
    Policy(String),
}

impl ProtectRefusal {
    /// The service's code for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoServer => "CSBS.6000",
            Self::Terminated => "CSBS.6001",
            Self::Kind(_) => "CSBS.6003",
            Self::Policy(_) => "CSBS.6004",
            Self::Restoring | Self::State(_) | Self::ManualRunning => "CSBS.6005",
            Self::BareMetal => "CSBS.6006",
            Self::NoVolume => "CSBS.6007",
            Self::SharedVolume(_) => "CSBS.6010",
            Self::Zone(_) => "CSBS.6027",
            Self::ScheduledRunning => "CSBS.6030",
            Self::DedicatedStorage(_) => "CSBS.6033",
            Self::Pod(_) => "CSBS.6061",
        }
    }

    /// The status of the answer when it is the request itself that is refused.
    pub const fn status(&self) -> u16 {
        match self {
            Self::ScheduledRunning => 500,
            _ => 400,
        }
    }
}

impl fmt::Display for ProtectRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => write!(
                f,
                "`{kind}` cannot be backed up; only servers ({}) can.",
                rules::SERVER_KIND
            ),
            Self::NoServer => f.write_str("There is no such server."),
            Self::Terminated => f.write_str("The server was terminated."),
            Self::BareMetal => f.write_str("Bare metal servers cannot be backed up."),
            Self::Restoring => {
                f.write_str("A restore to the server is running; back it up afterwards.")
            }
            Self::State(state) => write!(
                f,
                "The server is in state {state}; it can be backed up when it is running or stopped."
            ),
            Self::ManualRunning => f.write_str("The server is being backed up already."),
            Self::ScheduledRunning => {
                f.write_str("A scheduled backup of the server is running; try again afterwards.")
            }
            Self::Zone(zone) => write!(f, "The zone {zone} has no backup service."),
            Self::NoVolume => f.write_str("The server has no volume that could be backed up."),
            Self::SharedVolume(name) => write!(
                f,
                "The volume {name} is shared between servers; detach it to back this server up."
            ),
            Self::DedicatedStorage(name) => write!(
                f,
                "The volume {name} lies on dedicated storage; detach it to back this server up."
            ),
            Self::Pod(name) => write!(
                f,
                "The volume {name} is of a kind that supports neither backup nor restore."
            ),
            Self::Policy(name) => write!(f, "The server already belongs to the policy {name}."),
        }
    }
}

/// Everything that keeps the server from being backed up now, the most basic first; empty when
/// nothing does.
///
/// ```
/// use contract::protect::{Candidate, ProtectRefusal, refusals};
/// use contract::rules::SERVER_KIND;
/// let gone = Candidate {
///     kind: SERVER_KIND, server: None, volumes: &[], zone_served: true, policy: None, running: None,
/// };
/// assert_eq!(refusals(&gone), [ProtectRefusal::NoServer]);
/// ```
pub fn refusals(candidate: &Candidate<'_>) -> Vec<ProtectRefusal> {
    if candidate.kind != rules::SERVER_KIND && candidate.kind != rules::BARE_METAL_KIND {
        return vec![ProtectRefusal::Kind(candidate.kind.to_owned())];
    }
    let Some(server) = candidate.server else {
        return vec![ProtectRefusal::NoServer];
    };
    if server.bare_metal || candidate.kind == rules::BARE_METAL_KIND {
        return vec![ProtectRefusal::BareMetal];
    }
    let mut refusals = Vec::new();
    match &server.status {
        _ if server.task_state == RESTORING => refusals.push(ProtectRefusal::Restoring),
        ServerStatus::Active | ServerStatus::Shutoff => {}
        ServerStatus::Other(word) if word == "DELETED" || word == "SOFT_DELETED" => {
            return vec![ProtectRefusal::Terminated];
        }
        ServerStatus::Other(word) => refusals.push(ProtectRefusal::State(word.clone())),
    }
    match candidate.running {
        Some(Running::Manual) => refusals.push(ProtectRefusal::ManualRunning),
        Some(Running::Scheduled) => refusals.push(ProtectRefusal::ScheduledRunning),
        None => {}
    }
    if !candidate.zone_served {
        refusals.push(ProtectRefusal::Zone(server.zone.clone()));
    }
    if candidate.volumes.is_empty() {
        refusals.push(ProtectRefusal::NoVolume);
    }
    for volume in candidate.volumes {
        if volume.shared {
            refusals.push(ProtectRefusal::SharedVolume(volume.name.clone()));
        }
        if volume.dedicated {
            refusals.push(ProtectRefusal::DedicatedStorage(volume.name.clone()));
        }
        if KINDS_WITHOUT_BACKUP.contains(&volume.kind.as_str()) {
            refusals.push(ProtectRefusal::Pod(volume.name.clone()));
        }
    }
    if let Some(policy) = candidate.policy {
        refusals.push(ProtectRefusal::Policy(policy.to_owned()));
    }
    refusals
}

/// The task the compute service shows on a server while a restore to it runs.
pub const RESTORING: &str = "restoring";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Attachment;

    fn server() -> Server {
        Server {
            id: "s".to_owned(),
            name: "web01".to_owned(),
            description: String::new(),
            status: ServerStatus::Active,
            task_state: String::new(),
            zone: "eu-de-01".to_owned(),
            flavor: "s3.large.2".to_owned(),
            vcpus: Some(2),
            ram_mb: Some(4096),
            os_type: "Linux".to_owned(),
            bare_metal: false,
            private_ips: Vec::new(),
            public_ips: Vec::new(),
            attachments: vec![Attachment::default()],
            created_at: None,
            tags: Vec::new(),
        }
    }

    fn volume() -> Volume {
        Volume {
            name: "web01-root".to_owned(),
            kind: "SSD".to_owned(),
            ..Volume::default()
        }
    }

    fn codes(
        change: impl FnOnce(&mut Server, &mut Vec<Volume>, &mut Candidate<'static>),
    ) -> Vec<&'static str> {
        let (mut server, mut volumes) = (server(), vec![volume()]);
        let mut candidate = Candidate {
            kind: rules::SERVER_KIND,
            server: None,
            volumes: &[],
            zone_served: true,
            policy: None,
            running: None,
        };
        change(&mut server, &mut volumes, &mut candidate);
        let candidate = Candidate {
            server: Some(&server),
            volumes: &volumes,
            ..candidate
        };
        refusals(&candidate)
            .iter()
            .map(ProtectRefusal::code)
            .collect()
    }

    #[test]
    fn a_running_or_stopped_server_with_a_volume_can_be_backed_up() {
        assert!(codes(|_, _, _| {}).is_empty());
        assert!(codes(|s, _, _| s.status = ServerStatus::Shutoff).is_empty());
    }

    #[test]
    fn each_reason_has_its_code() {
        let other = |word: &str| ServerStatus::Other(word.to_owned());
        assert_eq!(
            codes(|_, _, c| c.kind = "OS::Cinder::Volume"),
            ["CSBS.6003"]
        );
        assert_eq!(
            codes(|_, _, c| c.kind = rules::BARE_METAL_KIND),
            ["CSBS.6006"]
        );
        assert_eq!(codes(|s, _, _| s.bare_metal = true), ["CSBS.6006"]);
        assert_eq!(codes(|s, _, _| s.status = other("DELETED")), ["CSBS.6001"]);
        assert_eq!(codes(|s, _, _| s.status = other("ERROR")), ["CSBS.6005"]);
        assert_eq!(
            codes(|s, _, _| s.task_state = RESTORING.to_owned()),
            ["CSBS.6005"]
        );
        assert_eq!(
            codes(|_, _, c| c.running = Some(Running::Manual)),
            ["CSBS.6005"]
        );
        assert_eq!(
            codes(|_, _, c| c.running = Some(Running::Scheduled)),
            ["CSBS.6030"]
        );
        assert_eq!(codes(|_, _, c| c.zone_served = false), ["CSBS.6027"]);
        assert_eq!(codes(|_, v, _| v.clear()), ["CSBS.6007"]);
        assert_eq!(codes(|_, v, _| v[0].shared = true), ["CSBS.6010"]);
        assert_eq!(codes(|_, v, _| v[0].dedicated = true), ["CSBS.6033"]);
        assert_eq!(
            codes(|_, v, _| v[0].kind = "uh-l1".to_owned()),
            ["CSBS.6061"]
        );
        assert_eq!(codes(|_, _, c| c.policy = Some("nightly")), ["CSBS.6004"]);
    }

    #[test]
    fn several_reasons_are_all_told() {
        let codes = codes(|s, v, c| {
            s.status = ServerStatus::Other("RESIZE".to_owned());
            v[0].shared = true;
            c.policy = Some("nightly");
        });
        assert_eq!(codes, ["CSBS.6005", "CSBS.6010", "CSBS.6004"]);
    }
}

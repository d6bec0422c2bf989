//! Whether a backup, or a vault, can be copied to a vault elsewhere: one typed check for the console's
//! forms and for the service, each reason with its code (cbr-v3 5.2, 5.3, errors.md section 2).

use core::fmt;

use super::backups::{Backup, ReplicationRecord};
use super::rules::{MAX_REPLICAS, ObjectType, SIZES};
use super::share::{PROTECT_BACKUP, is_usable};
use super::vaults::Vault;
use crate::rules::SERVER_KIND;

/// What a vault for replicas is for.
pub const PROTECT_REPLICATION: &str = "replication";

/// Where copies go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination<'a> {
    /// Region.
    pub region: &'a str,
    /// Project there.
    pub project_id: &'a str,
    /// Vault of that project.
    pub vault_id: &'a str,
}

/// Something that was looked for elsewhere, where not everybody may look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Looked<T> {
    /// Nobody could look.
    #[default]
    NotSeen,
    /// It is not there.
    Missing,
    /// This is it.
    Found(T),
}

/// What is known of where copies go.
#[derive(Clone, Copy, Debug)]
pub struct DestinationFacts<'a> {
    /// Regions the source's own region copies to (cbr-v3 5.11, 66).
    pub regions: &'a [String],
    /// The project.
    pub project: Looked<()>,
    /// The vault, of whatever project.
    pub vault: Looked<&'a Vault>,
    /// Replicas the project has, where they could be counted.
    pub replicas: Option<usize>,
}

/// Why something cannot be replicated; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplicationRefusal {
    /// 6122: backups of this kind cannot.
    Kind(String),
    /// 1003: the server is not a cloud server.
    NotCloudServer,
    /// 1002: it is a replica itself.
    Replica,
    /// 1001: it is in this state.
    State(String),
    /// 1004: it has no system disk.
    NoSystemDisk,
    /// 1009: the vault has a copy of it, or is getting one.
    Exists,
    /// 1011: there is no such project.
    NoProject(String),
    /// 1005: nothing is copied to that region.
    Region {
        /// Which.
        region: String,
        /// Where to copies can go.
        offered: Vec<String>,
    },
    /// 6120: there is no such vault.
    NoVault(String),
    /// 6118: the vault is another project's.
    ForeignVault {
        /// Its name.
        vault: String,
        /// The project it should be in.
        project: String,
    },
    /// 6119: the vault is not for replicas.
    NotForReplicas(String),
    /// 6118: the vault is in this state.
    VaultState {
        /// Its name.
        vault: String,
        /// Its state.
        state: String,
    },
    /// 1012: the project has so many replicas.
    TooManyReplicas(usize),
    /// 6129: the vault is full.
    NoRoom {
        /// Its name.
        vault: String,
        /// MB that are free.
        free: i64,
        /// MB that are needed.
        needed: i64,
    },
    /// 6128: the vault to be copied does not hold backups of servers.
    SourceKind(String),
    /// 6130: the vault is being copied already.
    Running(String),
    /// 1001: the vault holds nothing that has no copy yet.
    NothingToCopy(String),
}

impl ReplicationRefusal {
    /// The codes of all reasons.
    pub const CODES: [&str; 14] = [
        "BackupService.1001",
        "BackupService.1002",
        "BackupService.1003",
        "BackupService.1004",
        "BackupService.1005",
        "BackupService.1009",
        "BackupService.1011",
        "BackupService.1012",
        "BackupService.6118",
        "BackupService.6119",
        "BackupService.6120",
        "BackupService.6122",
        "BackupService.6128",
        "BackupService.6129",
    ];

    /// The catalogue's code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::State(_) | Self::NothingToCopy(_) => "BackupService.1001",
            Self::Replica => "BackupService.1002",
            Self::NotCloudServer => "BackupService.1003",
            Self::NoSystemDisk => "BackupService.1004",
            Self::Region { .. } => "BackupService.1005",
            Self::Exists => "BackupService.1009",
            Self::NoProject(_) => "BackupService.1011",
            Self::TooManyReplicas(_) => "BackupService.1012",
            Self::ForeignVault { .. } | Self::VaultState { .. } => "BackupService.6118",
            Self::NotForReplicas(_) => "BackupService.6119",
            Self::NoVault(_) => "BackupService.6120",
            Self::Kind(_) => "BackupService.6122",
            Self::SourceKind(_) => "BackupService.6128",
            Self::NoRoom { .. } => "BackupService.6129",
            Self::Running(_) => "BackupService.6130",
        }
    }

    /// The status of the answer: what the situation forbids is 500, not 400 (errors.md, "Traps").
    pub const fn status(&self) -> u16 {
        match self {
            Self::State(_)
            | Self::NothingToCopy(_)
            | Self::Replica
            | Self::NotCloudServer
            | Self::NoSystemDisk
            | Self::Region { .. }
            | Self::Exists => 500,
            _ => 400,
        }
    }
}

impl fmt::Display for ReplicationRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => write!(
                f,
                "The backup is of a `{kind}`; only backups of servers can be replicated."
            ),
            Self::NotCloudServer => f.write_str("The backup is not of an elastic cloud server."),
            Self::Replica => f.write_str("The backup is a replica itself; replicate the original."),
            Self::State(state) => write!(
                f,
                "The backup is {state}; only available ones can be replicated."
            ),
            Self::NoSystemDisk => f.write_str("The backup has no system disk."),
            Self::Exists => {
                f.write_str("The backup has a replica in that vault, or is getting one.")
            }
            Self::NoProject(id) => write!(f, "There is no project {id} to copy to."),
            Self::Region { region, offered } => match offered.as_slice() {
                [] => write!(f, "From this region nothing is replicated to {region}."),
                offered => write!(
                    f,
                    "From this region nothing is replicated to {region}; {} can be chosen.",
                    offered.join(", ")
                ),
            },
            Self::NoVault(id) => write!(f, "There is no vault {id}."),
            Self::ForeignVault { vault, project } => {
                write!(f, "Vault {vault} is not in project {project}.")
            }
            Self::NotForReplicas(vault) => write!(f, "Vault {vault} is not for replicas."),
            Self::VaultState { vault, state } => {
                write!(f, "Vault {vault} is {state}; wait until it is available.")
            }
            Self::TooManyReplicas(count) => write!(
                f,
                "The project has {count} replicas; at most {MAX_REPLICAS} are allowed."
            ),
            Self::NoRoom {
                vault,
                free,
                needed,
            } => write!(
                f,
                "Vault {vault} has {free} MB free, and the replica takes {needed} MB."
            ),
            Self::SourceKind(vault) => write!(
                f,
                "Vault {vault} does not hold backups of servers; only those can be replicated."
            ),
            Self::Running(vault) => {
                write!(f, "Vault {vault} is being replicated already; wait for it.")
            }
            Self::NothingToCopy(vault) => write!(
                f,
                "Vault {vault} has no available backup without a replica there."
            ),
        }
    }
}

/// What is against copying a backup, wherever it is to go.
///
/// ```
/// use contract::cbr::backups::Backup;
/// use contract::cbr::replicate::{ReplicationRefusal, backup_refusal};
/// let backup = Backup { resource_type: "OS::Sfs::Turbo".into(), ..Backup::default() };
/// assert_eq!(backup_refusal(&backup).unwrap().code(), "BackupService.6122");
/// ```
pub fn backup_refusal(backup: &Backup) -> Option<ReplicationRefusal> {
    let system = |disk: &Backup| disk.extend_info.system_disk == Some(true);
    if ObjectType::of_kind(&backup.resource_type) != Some(ObjectType::Server) {
        Some(ReplicationRefusal::Kind(backup.resource_type.clone()))
    } else if backup.resource_type != SERVER_KIND {
        Some(ReplicationRefusal::NotCloudServer)
    } else if backup.image_type == PROTECT_REPLICATION {
        Some(ReplicationRefusal::Replica)
    } else if backup.status != "available" {
        Some(ReplicationRefusal::State(backup.status.clone()))
    } else if !backup.children.iter().any(system) {
        Some(ReplicationRefusal::NoSystemDisk)
    } else {
        None
    }
}

/// Whether a copy lies in a vault, or is on its way there.
pub fn has_copy_in(records: &[ReplicationRecord], vault_id: &str) -> bool {
    records.iter().any(|record| {
        record.destination_vault_id == vault_id
            && matches!(
                record.status.as_str(),
                "waiting_replicate" | "replicating" | "success"
            )
    })
}

/// What is against a vault as the place for copies: that of a list to choose from.
pub fn receiving_refusal(vault: &Vault) -> Option<ReplicationRefusal> {
    let name = vault.name.clone();
    if vault.billing.protect_type != PROTECT_REPLICATION {
        return Some(ReplicationRefusal::NotForReplicas(name));
    }
    let state = &vault.billing.status;
    (!is_usable(state)).then(|| ReplicationRefusal::VaultState {
        vault: name,
        state: state.clone(),
    })
}

/// What is against a destination; the first reason, in the service's order.
pub fn destination_refusal(
    wanted: &Destination<'_>,
    facts: &DestinationFacts<'_>,
) -> Option<ReplicationRefusal> {
    if facts.project == Looked::Missing {
        return Some(ReplicationRefusal::NoProject(wanted.project_id.to_owned()));
    }
    if !facts.regions.iter().any(|region| region == wanted.region) {
        return Some(ReplicationRefusal::Region {
            region: wanted.region.to_owned(),
            offered: facts.regions.to_vec(),
        });
    }
    let vault = match facts.vault {
        Looked::NotSeen => return None,
        Looked::Missing => return Some(ReplicationRefusal::NoVault(wanted.vault_id.to_owned())),
        Looked::Found(vault) => vault,
    };
    if vault.project_id != wanted.project_id {
        return Some(ReplicationRefusal::ForeignVault {
            vault: vault.name.clone(),
            project: wanted.project_id.to_owned(),
        });
    }
    receiving_refusal(vault)
}

/// What is against copying a backup to a destination; the first reason, in the service's order.
/// `size_mb` is what the copy takes, where that is known.
pub fn refusal(
    backup: &Backup,
    size_mb: Option<i64>,
    wanted: &Destination<'_>,
    facts: &DestinationFacts<'_>,
) -> Option<ReplicationRefusal> {
    if let Some(refusal) = backup_refusal(backup) {
        return Some(refusal);
    }
    if has_copy_in(&backup.replication_records, wanted.vault_id) {
        return Some(ReplicationRefusal::Exists);
    }
    if let Some(refusal) = destination_refusal(wanted, facts) {
        return Some(refusal);
    }
    if let Some(replicas) = facts.replicas.filter(|count| *count >= MAX_REPLICAS) {
        return Some(ReplicationRefusal::TooManyReplicas(replicas));
    }
    match (facts.vault, size_mb) {
        (Looked::Found(vault), Some(needed)) => room_refusal(vault, needed),
        _ => None,
    }
}

/// What is against so many MB more in a vault. One that grows by itself is full when it has grown as
/// far as vaults can.
pub fn room_refusal(vault: &Vault, needed: i64) -> Option<ReplicationRefusal> {
    let billing = &vault.billing;
    let used = billing.used.unwrap_or(0);
    let gb = match vault.auto_expand {
        Some(true) => SIZES.1,
        _ => billing.size.unwrap_or(0),
    };
    let free = (gb * 1024 - used).max(0);
    (needed > free).then(|| ReplicationRefusal::NoRoom {
        vault: vault.name.clone(),
        free,
        needed,
    })
}

/// What is against copying what a vault holds, wherever it is to go.
pub fn vault_refusal(source: &Vault) -> Option<ReplicationRefusal> {
    let fits = source.billing.object_type == ObjectType::Server.as_str()
        && source.billing.protect_type == PROTECT_BACKUP;
    (!fits).then(|| ReplicationRefusal::SourceKind(source.name.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backup() -> Backup {
        let mut disk = Backup::default();
        disk.extend_info.system_disk = Some(true);
        Backup {
            resource_type: SERVER_KIND.to_owned(),
            image_type: "backup".to_owned(),
            status: "available".to_owned(),
            children: vec![disk],
            ..Backup::default()
        }
    }

    fn vault() -> Vault {
        let mut vault = Vault {
            name: "offsite".to_owned(),
            project_id: "p".to_owned(),
            ..Vault::default()
        };
        vault.billing.protect_type = PROTECT_REPLICATION.to_owned();
        vault.billing.status = "available".to_owned();
        vault.billing.size = Some(10);
        vault.billing.used = Some(10_000);
        vault
    }

    fn code(backup: &Backup, vault: Looked<&Vault>, project: &str) -> Option<&'static str> {
        let facts = DestinationFacts {
            regions: &["eu-nl".to_owned()],
            project: Looked::NotSeen,
            vault,
            replicas: None,
        };
        let wanted = Destination {
            region: "eu-nl",
            project_id: project,
            vault_id: "v",
        };
        refusal(backup, Some(240), &wanted, &facts).map(|refusal| refusal.code())
    }

    #[test]
    fn a_vault_nobody_could_look_at_is_left_to_the_service() {
        assert_eq!(code(&backup(), Looked::NotSeen, "p"), None);
        let missing = code(&backup(), Looked::Missing, "p");
        assert_eq!(missing, Some("BackupService.6120"));
        assert_eq!(code(&backup(), Looked::Found(&vault()), "p"), None);
        let foreign = code(&backup(), Looked::Found(&vault()), "q");
        assert_eq!(foreign, Some("BackupService.6118"));
    }

    #[test]
    fn the_last_megabyte_still_fits_and_a_growing_vault_grows() {
        assert_eq!(room_refusal(&vault(), 240), None);
        let full = room_refusal(&vault(), 241).expect("241 of 240 MB");
        assert_eq!(
            full.to_string(),
            "Vault offsite has 240 MB free, and the replica takes 241 MB."
        );
        let growing = Vault {
            auto_expand: Some(true),
            ..vault()
        };
        assert_eq!(room_refusal(&growing, 1_000_000), None);
    }

    #[test]
    fn a_failed_copy_can_be_made_again() {
        let record = |status: &str| ReplicationRecord {
            status: status.to_owned(),
            destination_vault_id: "v".to_owned(),
            ..ReplicationRecord::default()
        };
        assert!(has_copy_in(&[record("fail"), record("success")], "v"));
        assert!(!has_copy_in(&[record("fail"), record("skip")], "v"));
        assert!(!has_copy_in(&[record("success")], "w"));
    }

    #[test]
    fn each_reason_has_the_status_of_the_catalogue() {
        use crate::errors::lookup_all;
        let reasons = [
            ReplicationRefusal::Kind(String::new()),
            ReplicationRefusal::NotCloudServer,
            ReplicationRefusal::Replica,
            ReplicationRefusal::State(String::new()),
            ReplicationRefusal::NoSystemDisk,
            ReplicationRefusal::Exists,
            ReplicationRefusal::NoProject(String::new()),
            ReplicationRefusal::NoVault(String::new()),
            ReplicationRefusal::NotForReplicas(String::new()),
            ReplicationRefusal::TooManyReplicas(1000),
            ReplicationRefusal::SourceKind(String::new()),
            ReplicationRefusal::Running(String::new()),
            ReplicationRefusal::NothingToCopy(String::new()),
        ];
        for reason in reasons {
            let known = lookup_all(reason.code(), 0).expect("a documented code");
            assert_eq!(known.status, reason.status(), "{}", reason.code());
        }
    }
}

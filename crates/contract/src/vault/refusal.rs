//! Why the service would refuse something about a vault: each reason with its code and its sentence.

use core::fmt;

use crate::cbr::protect::Unfit;
use crate::cbr::rules::{MAX_POLICIES, MAX_RESOURCES, MAX_TAGS, MAX_VAULTS, ObjectType};
use crate::errors::lookup_all;

/// The words of `consistent_level`.
pub const CONSISTENT: [&str; 2] = ["crash_consistent", "app_consistent"];

/// Work that keeps a vault from being emptied or deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A backup is made or restored.
    Protecting,
    /// Backups are replicated.
    Replicating,
    /// Resources are taken out.
    Removing,
}

/// Why a request about a vault is refused; `Display` is the sentence to show, with the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultRefusal {
    /// 9900: a member of the request breaks a rule.
    Invalid {
        /// The member, as a path: `vault.threshold`.
        field: String,
        /// The rule, without a full stop.
        rule: String,
    },
    /// 6105: there is no vault with this id.
    NoVault(String),
    /// 6116: what it shall keep is nothing the service knows.
    Protects(String),
    /// 6101: this size, in GB, is outside the range.
    Size {
        /// GB asked for.
        size: i64,
        /// Smallest and largest.
        range: (i64, i64),
    },
    /// 6101: the vault cannot be smaller than the resources in it.
    BelowAllocated {
        /// Name of the vault.
        vault: String,
        /// GB of its resources.
        allocated: i64,
    },
    /// 6114: its backups would not fit.
    BelowUsed {
        /// Name of the vault.
        vault: String,
        /// GB asked for.
        size: i64,
        /// MB its backups take.
        used_mb: i64,
    },
    /// 6600: more tags than a vault takes.
    TooManyTags {
        /// The member of the request.
        field: String,
        /// How many there would be.
        count: usize,
    },
    /// 6133: the project has as many vaults as are allowed.
    TooManyVaults(usize),
    /// 6112: the vault is in a state in which this is not done.
    Status {
        /// Name of the vault.
        vault: String,
        /// Its state.
        status: String,
    },
    /// 6108: the vault is being deleted.
    Going(String),
    /// 6110: a lock is never undone.
    Unlock(String),
    /// 6102: a vault for replicas holds no resources of its own.
    ReplicasOnly(String),
    /// 6100: more resources than a vault holds.
    TooManyResources {
        /// Name of the vault.
        vault: String,
        /// How many it would hold.
        total: usize,
    },
    /// 6104: a resource is named twice.
    Twice {
        /// The member of the request.
        field: String,
        /// The resource.
        id: String,
    },
    /// 6102: resources of this kind do not go into such a vault.
    Kind {
        /// Id of the resource.
        id: String,
        /// Its kind.
        kind: String,
        /// Name of the vault.
        vault: String,
        /// What the vault holds.
        holds: Option<ObjectType>,
    },
    /// 7100, 7000, 7500: there is no such resource.
    Missing {
        /// Its kind.
        kind: String,
        /// Its id.
        id: String,
    },
    /// 7116, 7006: it is in this vault already.
    Inside {
        /// Whether it is a server.
        server: bool,
        /// Its name.
        name: String,
    },
    /// 6103: it is in another vault; a resource is in one vault only.
    Elsewhere {
        /// Its name.
        name: String,
        /// Name of the vault it is in.
        vault: String,
    },
    /// 7001 to 7503: it cannot be backed up.
    Unfit {
        /// `Server`, `Volume` or `File system`.
        noun: &'static str,
        /// Its name.
        name: String,
        /// Why.
        unfit: Unfit,
    },
    /// 6137: it shares a volume with a server of another vault.
    SharedElsewhere {
        /// The volume.
        volume: String,
        /// The other server.
        server: String,
        /// Its vault.
        vault: String,
    },
    /// 6129: the vault is full and does not grow by itself.
    Full(String),
    /// 6135: the resource is not in the vault.
    NotInside {
        /// The resource.
        id: String,
        /// Name of the vault.
        vault: String,
    },
    /// 6125, 6130, 6134: something is going on in the vault.
    Busy {
        /// Name of the vault.
        vault: String,
        /// What.
        work: Work,
    },
    /// 6115: backups of the resource cannot be deleted, and would have to be.
    Kept {
        /// Name of the resource.
        name: String,
        /// Name of the vault.
        vault: String,
    },
    /// 6120: there is no vault with this id to move or copy to.
    NoTarget(String),
    /// 6102: resources move only between vaults of one kind.
    OtherKind {
        /// Name and specification of the vault to move to.
        target: (String, &'static str),
        /// The same of the vault they are in.
        source: (String, &'static str),
    },
    /// 6129: the backups that move along do not fit.
    NoRoom {
        /// Name of the vault to move to.
        target: String,
        /// MB that are free there.
        free_mb: i64,
        /// MB that move.
        moved_mb: i64,
    },
    /// 6000: there is no policy with this id.
    NoPolicy(String),
    /// 6001: the project has as many policies of this kind as are allowed.
    TooManyPolicies {
        /// How many there are.
        count: usize,
        /// Whether they replicate; otherwise they back up.
        replication: bool,
    },
    /// 6003: a policy that is applied replicates to where it does.
    PolicyApplied {
        /// Name of the policy.
        policy: String,
        /// To how many vaults.
        vaults: usize,
    },
    /// 6136: hybrid vaults take no backup policy.
    HybridVault(String),
    /// 6127: vaults for replicas take no policy.
    ReplicasTakeNoPolicy(String),
    /// 6127: only backups of servers are replicated.
    NotReplicated(String),
    /// 6118: the vault is in another project than the policy replicates to.
    OtherProject {
        /// The vault.
        vault: String,
        /// The policy's project.
        project: String,
    },
    /// 6119: the vault to replicate to takes no replicas.
    NotForReplicas(String),
    /// 6002: the policy is not applied to the vault.
    NotApplied {
        /// Name of the policy.
        policy: String,
        /// Name of the vault.
        vault: String,
    },
    /// 6204: images were made from its backups.
    Images(String),
    /// 6111: locked, and with automatic backups.
    LockedBackups(String),
}

impl VaultRefusal {
    /// A member of a request and the rule it breaks.
    pub fn invalid(field: impl Into<String>, rule: impl fmt::Display) -> Self {
        Self::Invalid {
            field: field.into(),
            rule: rule.to_string(),
        }
    }

    /// The service's code for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "BackupService.9900",
            Self::NoVault(_) => "BackupService.6105",
            Self::Protects(_) => "BackupService.6116",
            Self::Size { .. } | Self::BelowAllocated { .. } => "BackupService.6101",
            Self::BelowUsed { .. } => "BackupService.6114",
            Self::TooManyTags { .. } => "BackupService.6600",
            Self::TooManyVaults(_) => "BackupService.6133",
            Self::Status { .. } => "BackupService.6112",
            Self::Going(_) => "BackupService.6108",
            Self::Unlock(_) => "BackupService.6110",
            Self::ReplicasOnly(_) | Self::Kind { .. } | Self::OtherKind { .. } => {
                "BackupService.6102"
            }
            Self::TooManyResources { .. } => "BackupService.6100",
            Self::Twice { .. } => "BackupService.6104",
            Self::Missing { kind, .. } => missing(kind).0,
            Self::Inside { server: true, .. } => "BackupService.7116",
            Self::Inside { server: false, .. } => "BackupService.7006",
            Self::Elsewhere { .. } => "BackupService.6103",
            Self::Unfit { unfit, .. } => unfit.code(),
            Self::SharedElsewhere { .. } => "BackupService.6137",
            Self::Full(_) | Self::NoRoom { .. } => "BackupService.6129",
            Self::NotInside { .. } => "BackupService.6135",
            Self::Busy { work, .. } => match work {
                Work::Protecting => "BackupService.6125",
                Work::Replicating => "BackupService.6130",
                Work::Removing => "BackupService.6134",
            },
            Self::Kept { .. } => "BackupService.6115",
            Self::NoTarget(_) => "BackupService.6120",
            Self::NoPolicy(_) => "BackupService.6000",
            Self::TooManyPolicies { .. } => "BackupService.6001",
            Self::PolicyApplied { .. } => "BackupService.6003",
            Self::HybridVault(_) => "BackupService.6136",
            Self::ReplicasTakeNoPolicy(_) | Self::NotReplicated(_) => "BackupService.6127",
            Self::OtherProject { .. } => "BackupService.6118",
            Self::NotForReplicas(_) => "BackupService.6119",
            Self::NotApplied { .. } => "BackupService.6002",
            Self::Images(_) => "BackupService.6204",
            Self::LockedBackups(_) => "BackupService.6111",
        }
    }

    /// HTTP status of the answer, as the catalogue has it.
    pub fn status(&self) -> u16 {
        lookup_all(self.code(), 0).map_or(400, |text| text.status)
    }
}

/// Code and noun for a resource of this kind that does not exist.
fn missing(kind: &str) -> (&'static str, &'static str) {
    match ObjectType::of_kind(kind) {
        Some(ObjectType::Server) => ("BackupService.7100", "server"),
        Some(ObjectType::Disk) => ("BackupService.7000", "volume"),
        Some(ObjectType::Turbo) => ("BackupService.7500", "file system"),
        _ => ("BackupService.6302", "resource"),
    }
}

impl fmt::Display for VaultRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { field, rule } => write!(f, "{field}: {rule}."),
            Self::NoVault(id) | Self::NoTarget(id) => write!(f, "There is no vault {id}."),
            Self::Protects(word) => write!(
                f,
                "vault.billing.protect_type: `{word}` is neither backup nor replication."
            ),
            Self::Size { size, range } => write!(
                f,
                "vault.billing.size: {size} GB is outside the range from {} to {}.",
                range.0, range.1
            ),
            Self::BelowAllocated { vault, allocated } => write!(
                f,
                "The resources in vault {vault} have {allocated} GB; it cannot be made smaller than that. Take resources out first."
            ),
            Self::BelowUsed {
                vault,
                size,
                used_mb,
            } => write!(
                f,
                "The backups in vault {vault} take {used_mb} MB; {size} GB would not hold them. Delete backups first."
            ),
            Self::TooManyTags { field, count } => write!(
                f,
                "{field}: {count} tags are too many; at most {MAX_TAGS} are allowed."
            ),
            Self::TooManyVaults(count) => write!(
                f,
                "The project has {count} vaults; at most {MAX_VAULTS} are allowed. Delete one first."
            ),
            Self::Status { vault, status } => {
                write!(f, "Vault {vault} is {status}; wait until it is available.")
            }
            Self::Going(vault) => write!(f, "Vault {vault} is being deleted."),
            Self::Unlock(vault) => {
                write!(f, "Vault {vault} is locked, and a lock is never undone.")
            }
            Self::ReplicasOnly(vault) => write!(
                f,
                "Vault {vault} takes replicas only; put resources into a backup vault."
            ),
            Self::TooManyResources { vault, total } => write!(
                f,
                "Vault {vault} would hold {total} resources; at most {MAX_RESOURCES} are allowed."
            ),
            Self::Twice { field, id } => write!(f, "{field}: {id} is listed twice."),
            Self::Kind {
                id,
                kind,
                vault,
                holds,
            } => write!(
                f,
                "{id} is a `{kind}`; vault {vault} holds {} only.",
                holds.map_or("something else".to_owned(), |holds| holds
                    .kinds()
                    .join(" and "))
            ),
            Self::Missing { kind, id } => write!(f, "There is no {} {id}.", missing(kind).1),
            Self::Inside { server, name } => {
                let noun = if *server { "Server " } else { "" };
                write!(f, "{noun}{name} is in this vault already.")
            }
            Self::Elsewhere { name, vault } => write!(
                f,
                "{name} is in vault {vault}; take it out there first, or migrate it."
            ),
            Self::Unfit { noun, name, unfit } => {
                write!(f, "{noun} {name} cannot be backed up: {unfit}.")
            }
            Self::SharedElsewhere {
                volume,
                server,
                vault,
            } => write!(
                f,
                "Volume {volume} is shared with server {server} of vault {vault}; both servers belong into one vault."
            ),
            Self::Full(vault) => write!(
                f,
                "Vault {vault} is full; enlarge it before you add resources."
            ),
            Self::NotInside { id, vault } => write!(f, "{id} is not in vault {vault}."),
            Self::Busy { vault, work } => match work {
                Work::Protecting => write!(
                    f,
                    "A backup or restore of vault {vault} is running; wait for it."
                ),
                Work::Replicating => write!(
                    f,
                    "Backups of vault {vault} are being replicated; wait for it."
                ),
                Work::Removing => write!(
                    f,
                    "Resources are being taken out of vault {vault}; wait for it."
                ),
            },
            Self::Kept { name, vault } => write!(
                f,
                "Backups of {name} cannot be deleted: an image was made from one, or vault {vault} is locked."
            ),
            Self::OtherKind { target, source } => write!(
                f,
                "Vault {} is of another kind ({}) than vault {} ({}).",
                target.0, target.1, source.0, source.1
            ),
            Self::NoRoom {
                target,
                free_mb,
                moved_mb,
            } => write!(
                f,
                "Vault {target} has {free_mb} MB free; the backups that move take {moved_mb} MB. Enlarge it first."
            ),
            Self::NoPolicy(id) => write!(f, "There is no policy {id}."),
            Self::TooManyPolicies { count, replication } => {
                let kind = if *replication {
                    "replication"
                } else {
                    "backup"
                };
                write!(
                    f,
                    "The project has {count} {kind} policies; at most {MAX_POLICIES} are allowed."
                )
            }
            Self::PolicyApplied { policy, vaults } => write!(
                f,
                "Policy {policy} is applied to {vaults} {}; take it off before it replicates to another place.",
                if *vaults == 1 { "vault" } else { "vaults" }
            ),
            Self::HybridVault(vault) => write!(
                f,
                "Vault {vault} is a hybrid one and takes no backup policy."
            ),
            Self::ReplicasTakeNoPolicy(vault) => write!(
                f,
                "Vault {vault} takes replicas only; no policy can be applied to it."
            ),
            Self::NotReplicated(vault) => write!(
                f,
                "Vault {vault} does not hold servers; only their backups are replicated."
            ),
            Self::OtherProject { vault, project } => write!(
                f,
                "Vault {vault} is not in project {project}, where the policy replicates to."
            ),
            Self::NotForReplicas(vault) => write!(
                f,
                "Vault {vault} is not for replicas; choose a replication vault."
            ),
            Self::NotApplied { policy, vault } => {
                write!(f, "Policy {policy} is not applied to vault {vault}.")
            }
            Self::Images(vault) => write!(
                f,
                "Images were made from backups in vault {vault}; delete the images first."
            ),
            Self::LockedBackups(vault) => write!(
                f,
                "Vault {vault} is locked and holds automatic backups; it can be deleted when they have expired."
            ),
        }
    }
}

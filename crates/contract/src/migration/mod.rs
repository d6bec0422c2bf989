//! What a project of CSBS becomes in CBR: the plan of the one-way migration, and what does not survive it.
//!
//! - [`plan`] says it, from what there is ([`Present`]); the sandbox's migration carries out the same plan.
//! - [`Loss`]: what is lost, changed or worth knowing, each with its weight, its meaning and a way out.
//! - [`PlanText`]: the plan as canonical JSON; [`terraform`]: as configuration.
//! - [`compare`]: the plan beside what there is afterwards.
//!
//! The rules are those of the vendor's user manual ("Migrating Resources from CSBS/VBS"): a policy with
//! backups becomes a vault of its name, one without only while it is on; other backups go into a vault
//! called `default`; a backup whose image has a tag stays behind. A vault is 1.2 times as large as its
//! backups. Where the manual is silent, `docs/decisions/0015-migration-lens.md` says what is done.

mod compare;
mod gather;
mod loss;
mod make;
mod policy;
mod terraform;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use compare::{After, Comparison, Finding, compare};
pub use gather::Gathered;
pub use loss::{About, LeftOut, Loss, LossKind, Object, Weight, moved_days};
pub use make::plan;
pub use terraform::terraform;
pub use text::{LossText, PlanText, PolicyText, ServerText, VaultText};

use std::collections::HashSet;

use crate::cbr::policies::PolicyCreate;
use crate::cbr::rules::{MIN_NEW_SIZE, ShortName, migrated_size_gb};
use crate::cbr::vaults::{ResourceCreate, Vault};
use crate::model::{Backup, BackupStatus, Policy, Server, Tag, Volume};
use crate::time::Timestamp;

/// Where backups go that belong to no policy.
pub const DEFAULT_VAULT: &str = "default";
/// Spare share of new vaults unless said otherwise: they are 1.2 times as large as their backups.
pub const SPARE_PERCENT: i64 = 20;

/// What a project has in both services.
#[derive(Clone, Debug, Default)]
pub struct Present {
    /// Policies of CSBS, in the service's order: a server in two of them goes with the first.
    pub policies: Vec<Policy>,
    /// Servers of the project.
    pub servers: Vec<Server>,
    /// Their volumes.
    pub volumes: Vec<Volume>,
    /// Ids of servers in a zone that has no backup service.
    pub unserved: Vec<String>,
    /// Backups of CSBS.
    pub backups: Vec<Kept>,
    /// Vaults of CBR; the migration leaves them alone.
    pub vaults: Vec<Vault>,
    /// Names of the backup policies of CBR.
    pub known_policies: Vec<String>,
    /// Spare share of the new vaults, percent of what they take over.
    pub spare_percent: i64,
}

/// A backup of CSBS, as far as the migration looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Backup id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Id of the policy that made it; it may be gone.
    pub policy: Option<String>,
    /// When it was begun.
    pub at: Option<Timestamp>,
    /// Whether the schedule made it.
    pub automatic: bool,
    /// MB it takes.
    pub size_mb: i64,
    /// Whether it can be used, and whether something is done with it.
    pub state: KeptState,
    /// The image that was made from it.
    pub image: KeptImage,
    /// Whether it is a replica from another region.
    pub replica: bool,
    /// How many tags it has.
    pub tags: usize,
}

/// The state of a backup, for the migration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeptState {
    /// It can be moved.
    #[default]
    Usable,
    /// It failed; it stays.
    Failed,
    /// Something is done with it; nothing can be migrated until that is over.
    Busy,
}

/// Whether a backup has an image, for the migration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeptImage {
    /// It has none.
    #[default]
    None,
    /// It has one without a tag, which comes along.
    Plain,
    /// It has one with a tag: the backup cannot be moved.
    Tagged,
}

impl Kept {
    /// A backup as pages know it, the policy it was listed under, and the ids of images with tags.
    pub fn of(backup: &Backup, policy: Option<String>, tagged: &HashSet<String>) -> Self {
        Self {
            id: backup.id.clone(),
            name: backup.name.clone(),
            policy,
            at: backup.created_at,
            automatic: backup.automatic,
            size_mb: backup.size_mb,
            state: match &backup.status {
                BackupStatus::Available => KeptState::Usable,
                status if status.is_busy() => KeptState::Busy,
                _ => KeptState::Failed,
            },
            image: match backup.image_ids.as_slice() {
                [] => KeptImage::None,
                images if images.iter().any(|image| tagged.contains(image)) => KeptImage::Tagged,
                _ => KeptImage::Plain,
            },
            replica: !backup.copy_from.is_empty(),
            tags: backup.tags.len(),
        }
    }

    /// Whether the migration moves it.
    pub fn moves(&self) -> bool {
        self.state == KeptState::Usable && self.image != KeptImage::Tagged
    }
}

/// What the project becomes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Policies that are made, in the order of those of CSBS.
    pub policies: Vec<PlannedPolicy>,
    /// Vaults that are made, in the order in which they are.
    pub vaults: Vec<PlannedVault>,
    /// What is lost, changed or worth knowing, the heaviest first.
    pub losses: Vec<Loss>,
    /// Spare share of the vaults, percent.
    pub spare_percent: i64,
}

/// A policy that is made.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedPolicy {
    /// The policy of CSBS it comes from.
    pub from: Object,
    /// What CBR is asked for.
    pub create: PolicyCreate,
}

/// A vault that is made.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedVault {
    /// Its name.
    pub name: ShortName,
    /// The policy of CSBS it comes from; none for `default`.
    pub from: Option<Object>,
    /// Whether a policy of [`Plan::policies`] is applied to it: the one from the same policy.
    pub applied: bool,
    /// Whether it keeps replicas rather than backups.
    pub replicas: bool,
    /// Its size, and how that comes about.
    pub size: Size,
    /// Servers it backs up from then on.
    pub servers: Vec<ResourceCreate>,
    /// Ids of the backups that move into it.
    pub backups: Vec<String>,
    /// Its tags: those of the policy.
    pub tags: Vec<Tag>,
}

/// The size of a new vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// GB.
    pub gb: i64,
    /// From what.
    pub basis: Basis,
    /// Spare share on top of that, percent.
    pub spare_percent: i64,
}

/// What the size of a new vault is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The backups that move into it.
    Backups {
        /// How many.
        count: usize,
        /// MB together.
        mb: i64,
    },
    /// Before the first backup: the disks of its servers.
    Disks {
        /// How many servers.
        servers: usize,
        /// GB together.
        gb: i64,
    },
}

impl Size {
    /// The size by the rule (cbr-v3 5.12, `reservation`): the whole and its spare share, in full GB.
    ///
    /// ```
    /// use contract::migration::{Basis, Size};
    /// let size = Size::of(Basis::Backups { count: 2, mb: 30 * 1024 }, 20);
    /// assert_eq!(size.gb, 36);
    /// assert_eq!(size.to_string(), "2 backups take 30 GB; 1.2 times that is 36 GB");
    /// ```
    pub fn of(basis: Basis, spare_percent: i64) -> Self {
        let mb = match basis {
            Basis::Backups { mb, .. } => mb,
            Basis::Disks { gb, .. } => gb.saturating_mul(1024),
        };
        Self {
            gb: migrated_size_gb(mb, spare_percent as f64 / 100.0),
            basis,
            spare_percent,
        }
    }

    /// Whether it is only as large as vaults are at least.
    pub fn is_smallest(&self) -> bool {
        self.gb == MIN_NEW_SIZE
    }
}

impl Plan {
    /// Whether anything is made at all.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty() && self.vaults.is_empty()
    }

    /// What keeps the migration from beginning or from ending well.
    pub fn blockers(&self) -> impl Iterator<Item = &Loss> {
        self.losses
            .iter()
            .filter(|loss| loss.weight() == Weight::Blocks)
    }

    /// The policy applied to a vault.
    pub fn policy_of(&self, vault: &PlannedVault) -> Option<&PlannedPolicy> {
        let from = vault.from.as_ref().filter(|_| vault.applied)?;
        self.policies
            .iter()
            .find(|policy| policy.from.id == from.id)
    }

    /// GB of all vaults together.
    pub fn size_gb(&self) -> i64 {
        self.vaults.iter().map(|vault| vault.size.gb).sum()
    }
}

//! What does not survive the migration as it was.

use crate::cbr::protect::Unfit;
use crate::model::Tag;
use crate::schedule::Schedule;

use super::Plan;

/// How much a [`Loss`] weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Nothing is migrated before it is dealt with.
    Blocks,
    /// Something is gone afterwards, or left behind.
    Lost,
    /// It goes on in another way.
    Changed,
    /// It goes on; good to know.
    Note,
}

/// An object by its id and its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

impl Object {
    /// An object.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
        }
    }
}

/// What a [`Loss`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The project as a whole.
    Project,
    /// A policy of CSBS.
    Policy(Object),
}

/// Something that does not survive as it was; [`Loss::weight`], [`Loss::what`], [`Loss::meaning`] and
/// [`Loss::way_out`] say it to people.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// What it is about.
    pub about: About,
    /// What it is.
    pub kind: LossKind,
}

/// What becomes of things in the migration that are not as they were.
#[derive(Clone, Debug, PartialEq)]
pub enum LossKind {
    /// Something is done with backups right now (BackupService.4006).
    Busy(Vec<Object>),
    /// There would be more backup policies than CBR allows (BackupService.6001).
    TooManyPolicies {
        /// Policies CBR has.
        present: usize,
        /// Policies that would come.
        coming: usize,
    },
    /// There would be more vaults than CBR allows (BackupService.6133).
    TooManyVaults {
        /// Vaults CBR has.
        present: usize,
        /// Vaults that would come.
        coming: usize,
    },
    /// Backups stay because their image has a tag.
    TaggedImages(Vec<Object>),
    /// Failed backups stay.
    FailedBackups(Vec<Object>),
    /// Tags of backups: CBR has none.
    BackupTags(Vec<Object>),
    /// A schedule that cannot be read: the policy is not made.
    Schedule,
    /// Long-term slots beside an age: CBR takes one of both.
    LongTermSlots {
        /// The age, days.
        days: u32,
        /// What the slots would have kept.
        slots: String,
        /// How many backups the schedule makes in that time.
        runs: Option<u64>,
    },
    /// A server the vault does not take in.
    ServerLeftOut {
        /// The server.
        server: Object,
        /// Why.
        why: LeftOut,
    },
    /// The description: policies of CBR have none.
    Description(String),
    /// Tags of a policy that becomes no vault: policies of CBR have none.
    PolicyTags(Vec<Tag>),
    /// Tags that a vault does not take.
    BadTags(Vec<Tag>),
    /// A count and an age: CBR takes one of both, and the count stays.
    CountAndDays {
        /// The count.
        count: u32,
        /// The age, days.
        days: u32,
        /// How many backups the schedule makes in that time.
        runs: Option<u64>,
    },
    /// A limit of nothing: CBR keeps at least one backup, or one day.
    KeepsNothing,
    /// More long-term slots of a kind than CBR allows.
    TooManySlots,
    /// A zone of the long-term slots that is no fixed offset.
    Zone(String),
    /// Long-term slots without any limit, which kept nothing beyond what stayed anyway.
    IdleSlots,
    /// Every so many days is counted anew, from the day of the migration.
    Interval {
        /// Days from one run to the next.
        every: u8,
    },
    /// The name is changed.
    Name {
        /// The new name.
        to: String,
    },
    /// A vault of this name is there already, or comes twice.
    SameVaultName {
        /// The name.
        name: String,
    },
    /// A policy of this name is there already, or comes twice.
    SamePolicyName {
        /// The name.
        name: String,
    },
    /// Names of backups are cut to 64 characters.
    BackupNames(Vec<Object>),
    /// The policy is off and has no backups: its servers are in no vault afterwards.
    NoVault {
        /// How many servers it has.
        servers: usize,
    },
    /// The vault is smaller than the disks it protects.
    SmallVault {
        /// GB of the vault.
        gb: i64,
        /// GB of the disks.
        disks_gb: i64,
    },
    /// Backups made by a policy that is gone: nothing removes them.
    Orphans(Vec<Object>),
    /// The schedule is off and stays off.
    Off,
    /// Runs at minutes that the vendor's console for CBR cannot show.
    Minutes {
        /// The minute.
        minute: u8,
    },
    /// The rule's days in UTC are other days on the reader's clock.
    Weekdays {
        /// The rule in UTC.
        utc: String,
        /// The rule on the reader's clock.
        local: String,
        /// That clock.
        clock: String,
    },
    /// Backups of no policy go into the vault `default`.
    DefaultVault {
        /// How many.
        count: usize,
    },
    /// Replicas go into a vault for replicas.
    Replicas {
        /// How many.
        count: usize,
    },
}

/// Why a server of a policy is not in its vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// There is no such server any more.
    Gone,
    /// It is in this vault of CBR already (BackupService.6103).
    InVault(String),
    /// It goes with another policy.
    OtherPolicy(String),
    /// CBR cannot back it up.
    Unfit(Unfit),
    /// It shares a volume with a server of another vault (BackupService.6137).
    SharedVolume {
        /// The volume.
        volume: String,
        /// The other server's vault.
        vault: String,
    },
}

impl Loss {
    /// About a policy.
    pub(super) fn of(policy: &Object, kind: LossKind) -> Self {
        Self {
            about: About::Policy(policy.clone()),
            kind,
        }
    }

    /// About the project.
    pub(super) const fn of_project(kind: LossKind) -> Self {
        Self {
            about: About::Project,
            kind,
        }
    }

    /// How much it weighs.
    pub const fn weight(&self) -> Weight {
        use LossKind as K;
        match self.kind {
            K::Busy(_) | K::TooManyPolicies { .. } | K::TooManyVaults { .. } => Weight::Blocks,
            K::TaggedImages(_)
            | K::FailedBackups(_)
            | K::BackupTags(_)
            | K::Schedule
            | K::LongTermSlots { .. }
            | K::ServerLeftOut { .. }
            | K::Description(_)
            | K::PolicyTags(_)
            | K::BadTags(_) => Weight::Lost,
            K::CountAndDays { .. }
            | K::KeepsNothing
            | K::TooManySlots
            | K::Zone(_)
            | K::Interval { .. }
            | K::Name { .. }
            | K::BackupNames(_)
            | K::NoVault { .. }
            | K::SmallVault { .. } => Weight::Changed,
            K::SameVaultName { .. }
            | K::SamePolicyName { .. }
            | K::IdleSlots
            | K::Orphans(_)
            | K::Off
            | K::Minutes { .. }
            | K::Weekdays { .. }
            | K::DefaultVault { .. }
            | K::Replicas { .. } => Weight::Note,
        }
    }

    /// The backups it is about.
    pub fn backups(&self) -> &[Object] {
        match &self.kind {
            LossKind::Busy(backups)
            | LossKind::TaggedImages(backups)
            | LossKind::FailedBackups(backups)
            | LossKind::BackupTags(backups)
            | LossKind::BackupNames(backups)
            | LossKind::Orphans(backups) => backups,
            _ => &[],
        }
    }
}

/// The weekly rules of a plan whose days are other days on a clock `offset` seconds east of UTC:
/// CBR keeps the rule in UTC and knows no zone with daylight saving.
pub fn moved_days(plan: &Plan, clock: &str, offset: i32) -> Vec<Loss> {
    let moved = plan.policies.iter().filter_map(|policy| {
        let rule = policy.create.trigger.properties.pattern.first()?;
        let rule = Schedule::parse(rule).ok()?;
        let view = rule.local_view(offset);
        let weekly = matches!(rule.rhythm(), crate::schedule::Rhythm::Weekly(_));
        (weekly && view.rolls_over()).then(|| {
            let local: Vec<String> = view
                .describe(crate::schedule::Clock::Unsaid)
                .iter()
                .map(ToString::to_string)
                .collect();
            Loss::of(
                &policy.from,
                LossKind::Weekdays {
                    utc: rule.describe(crate::schedule::Clock::Utc).to_string(),
                    local: local.join("; "),
                    clock: clock.to_owned(),
                },
            )
        })
    });
    moved.collect()
}

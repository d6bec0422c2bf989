//! Losses and sizes in sentences.

use core::fmt;

use crate::cbr::rules::{MAX_NAME, MAX_POLICIES, MAX_VAULTS, MIN_NEW_SIZE};
use crate::model::Tag;

use super::loss::{About, LeftOut, Loss, LossKind as K, Object, Weight};
use super::{Basis, Size};

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn backups(list: &[Object]) -> String {
    counted(list.len(), "backup", "backups")
}

fn tags(list: &[Tag]) -> String {
    let words: Vec<String> = list
        .iter()
        .map(|tag| match tag.value.as_str() {
            "" => tag.key.clone(),
            value => format!("{}={value}", tag.key),
        })
        .collect();
    words.join(", ")
}

/// GB with at most one decimal.
fn gb(mb: i64) -> String {
    let tenths = (mb * 10 + 512) / 1024;
    match tenths % 10 {
        0 => format!("{} GB", tenths / 10),
        tenth => format!("{}.{tenth} GB", tenths / 10),
    }
}

impl fmt::Display for Size {
    /// How the size comes about, without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.basis {
            Basis::Backups { count, mb } => {
                let take = if count == 1 { "takes" } else { "take" };
                let backups = counted(count, "backup", "backups");
                write!(f, "{backups} {take} {}", gb(mb))?;
            }
            Basis::Disks { servers, gb } => {
                let have = if servers == 1 { "has" } else { "have" };
                let servers = counted(servers, "server", "servers");
                write!(f, "no backup yet; {servers} {have} disks of {gb} GB")?;
            }
        }
        let times = (100 + self.spare_percent) as f64 / 100.0;
        if self.is_smallest() {
            return write!(
                f,
                "; {times} times that is not more than {MIN_NEW_SIZE} GB, the smallest vault"
            );
        }
        write!(f, "; {times} times that is {} GB", self.gb)
    }
}

impl Weight {
    /// A heading for losses of this weight.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Blocks => "In the way",
            Self::Lost => "Lost or left behind",
            Self::Changed => "Different afterwards",
            Self::Note => "Good to know",
        }
    }

    /// Its word in texts for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Lost => "lost",
            Self::Changed => "changed",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for LeftOut {
    /// The reason, beginning small and without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("there is no such server any more"),
            Self::InVault(vault) => write!(f, "it is in the vault {vault} already"),
            Self::OtherPolicy(vault) => {
                write!(
                    f,
                    "it is in two policies, and goes into the vault {vault} with the first"
                )
            }
            Self::Unfit(unfit) => unfit.fmt(f),
            Self::SharedVolume { volume, vault } => {
                write!(
                    f,
                    "its volume {volume} is shared with a server of the vault {vault}"
                )
            }
        }
    }
}

impl LeftOut {
    fn way_out(&self) -> &'static str {
        match self {
            Self::Gone => "Nothing; its backups move all the same.",
            Self::InVault(_) => "Nothing, unless it should be backed up in the new vault instead.",
            Self::OtherPolicy(_) => {
                "Take it out of one of the two policies first, if it should go with the other."
            }
            Self::Unfit(_) => {
                "Deal with the reason and add it to the vault afterwards, or back it up in another way."
            }
            Self::SharedVolume { .. } => {
                "Put both servers into one policy first, or leave the volume out in one of the vaults."
            }
        }
    }
}

impl Loss {
    /// What it is about, as a short word before the sentence; nothing for the project.
    pub fn subject(&self) -> &str {
        match &self.about {
            About::Project => "",
            About::Policy(policy) => &policy.name,
        }
    }

    /// What happens, as a sentence.
    pub fn what(&self) -> String {
        match &self.kind {
            K::Busy(list) if list.len() == 1 => {
                "1 backup is being made, restored or deleted.".to_owned()
            }
            K::Busy(list) => format!("{} are being made, restored or deleted.", backups(list)),
            K::TooManyPolicies { present, coming } => format!(
                "CBR has {present} backup policies and {coming} would come; at most {MAX_POLICIES} are allowed."
            ),
            K::TooManyVaults { present, coming } => format!(
                "CBR has {present} vaults and {coming} would come; at most {MAX_VAULTS} are allowed."
            ),
            K::TaggedImages(list) => format!(
                "{} cannot be moved: an image with a tag was made from {}.",
                backups(list),
                if list.len() == 1 { "it" } else { "each" }
            ),
            K::FailedBackups(list) => format!("{} that failed will not be moved.", backups(list)),
            K::BackupTags(list) => format!("The tags of {} are lost.", backups(list)),
            K::Schedule => "Its schedule cannot be read, so there will be no policy.".to_owned(),
            K::LongTermSlots { days, slots, .. } => format!(
                "It keeps backups for {} and beyond that {slots}; only the days remain.",
                counted(*days as usize, "day", "days")
            ),
            K::ServerLeftOut { server, why } => {
                format!("Server {} will not be in its vault: {why}.", server.name)
            }
            K::Description(text) => format!("Its description is lost: “{text}”"),
            K::PolicyTags(list) => format!("Its tags are lost: {}.", tags(list)),
            K::BadTags(list) => format!("Tags that a vault does not take are lost: {}.", tags(list)),
            K::CountAndDays { count, days, .. } => format!(
                "It keeps the newest {count} and none older than {}; only the {count} remain.",
                counted(*days as usize, "day", "days")
            ),
            K::KeepsNothing => "It keeps nothing, which CBR cannot; it will keep 1.".to_owned(),
            K::TooManySlots => "It has more than 100 long-term slots of a kind; 100 remain.".to_owned(),
            K::Zone(zone) => format!(
                "The zone of its long-term slots, “{zone}”, is no fixed offset; it becomes UTC+00:00."
            ),
            K::IdleSlots => {
                "Its long-term slots are dropped: without a count or an age they keep nothing that would go.".to_owned()
            }
            K::Interval { every } => {
                format!("“Every {every} days” is counted anew, from the day of the migration.")
            }
            K::Name { to } => format!("It will be called “{to}”."),
            K::SameVaultName { name } => {
                format!("There will be more than one vault called “{name}”.")
            }
            K::SamePolicyName { name } => {
                format!("There will be more than one policy of CBR called “{name}”.")
            }
            K::BackupNames(list) => format!(
                "The names of {} are cut to {MAX_NAME} characters.",
                backups(list)
            ),
            K::NoVault { servers } => format!(
                "It is off and has no backups, so there will be no vault for its {}.",
                counted(*servers, "server", "servers")
            ),
            K::SmallVault { gb, disks_gb } => format!(
                "Its vault will have {gb} GB; the disks it protects have {disks_gb} GB."
            ),
            K::Orphans(list) => format!(
                "{} were made by policies that are gone.",
                backups(list)
            ),
            K::Off => "Its schedule is off and stays off.".to_owned(),
            K::Minutes { minute } => {
                format!("It runs {minute} minutes past the hour, and goes on doing so.")
            }
            K::Weekdays { utc, local, clock } => {
                format!("{utc} is on another day in {clock}: {}.", lower(local))
            }
            K::DefaultVault { count } => format!(
                "{} of no policy {} into a vault called “default”.",
                counted(*count, "backup", "backups"),
                if *count == 1 { "goes" } else { "go" }
            ),
            K::Replicas { count } => format!(
                "{} from another region {} into a vault for replicas called “default”.",
                counted(*count, "replica", "replicas"),
                if *count == 1 { "goes" } else { "go" }
            ),
        }
    }

    /// What that means, as a sentence.
    pub fn meaning(&self) -> String {
        match &self.kind {
            K::Busy(_) => "The service refuses to begin while that lasts.".to_owned(),
            K::TooManyPolicies { .. } | K::TooManyVaults { .. } => {
                "The migration would fail, and leave everything as it is.".to_owned()
            }
            K::TaggedImages(_) => "They stay in CSBS, where nothing removes them by itself.".to_owned(),
            K::FailedBackups(_) => "They cannot be restored from in either service.".to_owned(),
            K::BackupTags(_) => "Backups of CBR have no tags, so searches by tag no longer find them.".to_owned(),
            K::Schedule => "Its backups go into a vault that makes no new ones by itself.".to_owned(),
            K::LongTermSlots { .. } => {
                "In CBR an age excludes long-term slots: backups of weeks, months and years are removed with the others."
                    .to_owned()
            }
            K::ServerLeftOut { .. } => "CBR makes no backups of it by this policy.".to_owned(),
            K::Description(_) => "Policies of CBR have no description.".to_owned(),
            K::PolicyTags(_) => "Policies of CBR have no tags, and no vault takes them over.".to_owned(),
            K::BadTags(_) => "The other tags go to the vault.".to_owned(),
            K::CountAndDays { runs: Some(runs), count, days } if *runs < u64::from(*count) => format!(
                "In CBR one excludes the other: up to {count} backups are kept, where {days} days left {runs}. More capacity is used."
            ),
            K::CountAndDays { .. } => {
                "In CBR one excludes the other: where runs are missed, backups grow older than before.".to_owned()
            }
            K::KeepsNothing => "One backup, or one day of them, is the least that CBR keeps.".to_owned(),
            K::TooManySlots => "Backups in the slots beyond are removed.".to_owned(),
            K::Zone(_) => "Days, weeks, months and years of the slots begin at midnight UTC.".to_owned(),
            K::IdleSlots => "Everything is kept, before and after.".to_owned(),
            K::Interval { every } if every % 7 == 0 => {
                "Its runs move to the weekday of the migration.".to_owned()
            }
            K::Interval { .. } => "Its runs move to other days.".to_owned(),
            K::Name { .. } => format!(
                "Names of CBR have at most {MAX_NAME} letters, digits, `_` and `-`."
            ),
            K::SameVaultName { .. } | K::SamePolicyName { .. } => {
                "They differ only by their ids; filters by name find all of them.".to_owned()
            }
            K::BackupNames(_) => "Searches for the end of such a name no longer find it.".to_owned(),
            K::NoVault { .. } => {
                "Switching the policy on in CBR does nothing until it is applied to a vault with these servers.".to_owned()
            }
            K::SmallVault { .. } => {
                "A full backup of everything may not fit; a full vault refuses further backups (BackupService.6114).".to_owned()
            }
            K::Orphans(_) => "No retention applies to them: they stay until somebody deletes them.".to_owned(),
            K::Off => "Its vault makes no backups by itself.".to_owned(),
            K::Minutes { .. } => {
                "The vendor's console for CBR offers full hours only: saving it there would move its runs.".to_owned()
            }
            K::Weekdays { .. } => {
                "The rule stays as it is in UTC. CBR knows no zone with daylight saving, so its local time moves by an hour twice a year.".to_owned()
            }
            K::DefaultVault { .. } => "No policy is applied to it: they stay until somebody deletes them.".to_owned(),
            K::Replicas { .. } => "Replicas cannot be replicated again.".to_owned(),
        }
    }

    /// What to do about it, as a sentence.
    pub fn way_out(&self) -> String {
        let text = match &self.kind {
            K::Busy(_) => "Wait until they are done.",
            K::TooManyPolicies { .. } => "Delete policies that nobody needs, in either service.",
            K::TooManyVaults { .. } => "Delete vaults that nobody needs.",
            K::TaggedImages(_) => {
                "Take the tags off the images first; put them on again afterwards."
            }
            K::FailedBackups(_) => "Delete them in CSBS.",
            K::BackupTags(_) => "Export the backup list first, and tag the vaults instead.",
            K::Schedule => "Give the policy a readable schedule before.",
            K::LongTermSlots {
                runs: Some(runs), ..
            } if *runs > 0 => {
                return format!(
                    "Give the policy a count of {runs} instead of the days: that is as many backups, and CBR keeps the slots beside it."
                );
            }
            K::LongTermSlots { .. } => {
                "Give the policy a count instead of the days: CBR keeps the slots beside it."
            }
            K::ServerLeftOut { why, .. } => why.way_out(),
            K::Description(_) => "Keep it with the exported plan.",
            K::PolicyTags(_) => "Tag the vault to which the policy is applied later.",
            K::BadTags(_) => "Correct the tags of the policy before.",
            K::CountAndDays {
                runs: Some(runs),
                count,
                ..
            } if *runs > 0 && *runs < u64::from(*count) => {
                return format!("Set the count to {runs} to keep as much as before.");
            }
            K::CountAndDays { .. } => "Nothing, or an age instead of the count afterwards.",
            K::KeepsNothing => "Decide what to keep before.",
            K::TooManySlots | K::Zone(_) => "Correct the retention before, or in CBR afterwards.",
            K::Interval { every } if every % 7 == 0 => "Make it a weekly rule before.",
            K::Interval { .. } => "Migrate on a day on which it runs, to keep the rhythm.",
            K::IdleSlots => "Add a count, if they are to matter.",
            K::Name { .. } => "Rename it before, if another short name is better.",
            K::SameVaultName { .. } => "Rename one of the vaults afterwards.",
            K::SamePolicyName { .. } => "Rename one of the policies afterwards.",
            K::BackupNames(_) => "Search by server and time instead.",
            K::NoVault { .. } => "Switch it on before, or make a vault for the servers afterwards.",
            K::SmallVault { .. } => "Enlarge the vault afterwards, or let it grow by itself.",
            K::Orphans(_) => {
                "Delete those that nobody needs; before the migration they also count for the size."
            }
            K::Off => "Switch it on when it is to run.",
            K::Minutes { .. } => "Change it with this console, which takes any minute.",
            K::Weekdays { .. } => "Look at the next runs afterwards.",
            K::DefaultVault { .. } => {
                "Delete those that nobody needs before; they also count for the size."
            }
            K::Replicas { .. } => "Nothing.",
        };
        text.to_owned()
    }
}

/// A sentence within another one.
fn lower(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(rest).collect()
}

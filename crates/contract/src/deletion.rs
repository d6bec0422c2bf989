//! Whether backups can be deleted: one typed check for the console and for the service
//! (csbs-v1 4.13; of backups in vaults it is [`crate::cbr::delete`]).

use core::fmt;

use crate::model::{Backup, BackupStatus};

/// What is known about the backups of a checkpoint.
#[derive(Clone, Copy, Debug)]
pub struct DeletionFacts<'a> {
    /// All of them; none when there is no such checkpoint.
    pub checkpoint: &'a [Backup],
    /// Ids of backups of other checkpoints, as far as they were asked for.
    pub elsewhere: &'a [String],
    /// Ids of backups from which an image is being made right now.
    pub imaging: &'a [String],
}

/// Why backups cannot be deleted; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletionRefusal {
    /// CSBS.3001: there is no such checkpoint.
    NoCheckpoint,
    /// CSBS.3001: there is no backup with this id.
    NoBackup(String),
    /// CSBS.6040: the backup is of another checkpoint.
    OtherCheckpoint(String),
    /// CSBS.2003: something is going on with it.
    Busy {
        /// Backup id.
        backup: String,
        /// Its state.
        status: String,
    },
    /// CSBS.2004: other backups of the same run are still being made.
    RunInProgress(String),
    /// CSBS.8007: an image was made from it, or is being made.
    Image {
        /// Backup id.
        backup: String,
        /// The image; empty while it is being made.
        image: String,
    },
}

impl DeletionRefusal {
    /// The service's code for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoCheckpoint | Self::NoBackup(_) => "CSBS.3001",
            Self::OtherCheckpoint(_) => "CSBS.6040",
            Self::Busy { .. } => "CSBS.2003",
            Self::RunInProgress(_) => "CSBS.2004",
            Self::Image { .. } => "CSBS.8007",
        }
    }

    /// HTTP status of the answer.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NoCheckpoint | Self::NoBackup(_) | Self::OtherCheckpoint(_) => 404,
            _ => 400,
        }
    }

    /// What stands against every backup refused so, with the way out.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::NoCheckpoint | Self::NoBackup(_) | Self::OtherCheckpoint(_) => {
                "Not there any more; it expired or was deleted meanwhile."
            }
            Self::Busy { .. } => "Something is going on with it; wait for the end of it.",
            Self::RunInProgress(_) => {
                "The run that made it is still in progress; wait for the end of it."
            }
            Self::Image { .. } => "An image was made from it; delete the image first.",
        }
    }
}

impl fmt::Display for DeletionRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCheckpoint => f.write_str("There is no such checkpoint."),
            Self::NoBackup(id) => write!(f, "There is no backup {id}."),
            Self::OtherCheckpoint(id) => write!(f, "The checkpoint has no backup {id}."),
            Self::Busy { backup, status } => write!(f, "Backup {backup} is {status}; wait for it."),
            Self::RunInProgress(id) => {
                write!(f, "The run that made backup {id} is still in progress.")
            }
            Self::Image { backup, image } if image.is_empty() => write!(
                f,
                "An image is being made from backup {backup}; delete the image first."
            ),
            Self::Image { backup, image } => write!(
                f,
                "Image {image} was made from backup {backup}; delete the image first."
            ),
        }
    }
}

/// Everything that keeps these backups of a checkpoint from being deleted, or without any named, all
/// of them; empty when nothing does. Those that are being deleted already are in nobody's way.
pub fn refusals(chosen: &[String], facts: &DeletionFacts<'_>) -> Vec<DeletionRefusal> {
    if facts.checkpoint.is_empty() {
        return vec![DeletionRefusal::NoCheckpoint];
    }
    let strangers = chosen
        .iter()
        .filter(|id| facts.checkpoint.iter().all(|backup| backup.id != **id));
    let mut found: Vec<_> = strangers
        .map(|id| match facts.elsewhere.contains(id) {
            true => DeletionRefusal::OtherCheckpoint(id.clone()),
            false => DeletionRefusal::NoBackup(id.clone()),
        })
        .collect();
    // Only a policy's run makes several backups in one checkpoint.
    let running = |backup: &Backup| {
        matches!(
            backup.status,
            BackupStatus::WaitingProtect | BackupStatus::Protecting
        )
    };
    let run_in_progress = facts.checkpoint.iter().any(running);
    for backup in facts.checkpoint {
        if !chosen.is_empty() && !chosen.contains(&backup.id) {
            continue;
        }
        let id = backup.id.clone();
        match &backup.status {
            BackupStatus::WaitingDelete | BackupStatus::Deleting => {}
            BackupStatus::Available | BackupStatus::Error if run_in_progress => {
                found.push(DeletionRefusal::RunInProgress(id));
            }
            BackupStatus::Available | BackupStatus::Error => {
                let image = match backup.image_ids.first() {
                    Some(image) => Some(image.clone()),
                    None => facts.imaging.contains(&id).then(String::new),
                };
                found.extend(image.map(|image| DeletionRefusal::Image { backup: id, image }));
            }
            status => found.push(DeletionRefusal::Busy {
                backup: id,
                status: status.as_str().to_owned(),
            }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csbs::backups::CheckpointItem;
    use crate::model::BackupAction;
    use serde_json::json;

    fn backup(id: &str, status: &str) -> Backup {
        let item: CheckpointItem =
            serde_json::from_value(json!({"id": id, "status": status})).unwrap();
        item.into()
    }

    fn codes(checkpoint: &[Backup], chosen: &[&str]) -> Vec<&'static str> {
        let chosen: Vec<String> = chosen.iter().map(|id| (*id).to_owned()).collect();
        let facts = DeletionFacts {
            checkpoint,
            elsewhere: &["z".to_owned()],
            imaging: &["i".to_owned()],
        };
        refusals(&chosen, &facts)
            .iter()
            .map(DeletionRefusal::code)
            .collect()
    }

    #[test]
    fn what_is_available_failed_or_going_can_be_deleted() {
        let all = [
            backup("a", "available"),
            backup("b", "error"),
            backup("c", "deleting"),
            backup("d", "waiting_delete"),
        ];
        assert!(codes(&all, &[]).is_empty());
        assert!(codes(&all, &["a", "c"]).is_empty());
    }

    #[test]
    fn each_reason_has_its_code() {
        let one = [backup("a", "available")];
        assert_eq!(codes(&[], &["a"]), ["CSBS.3001"]);
        assert_eq!(codes(&one, &["nothing"]), ["CSBS.3001"]);
        assert_eq!(codes(&one, &["z"]), ["CSBS.6040"]);
        assert_eq!(codes(&[backup("a", "restoring")], &[]), ["CSBS.2003"]);
        let run = [backup("a", "available"), backup("b", "protecting")];
        assert_eq!(codes(&run, &["a"]), ["CSBS.2004"]);
        assert_eq!(codes(&run, &["b"]), ["CSBS.2003"]);
        assert_eq!(codes(&[backup("i", "available")], &[]), ["CSBS.8007"]);
        let mut imaged = backup("a", "available");
        imaged.image_ids = vec!["image".to_owned()];
        assert_eq!(codes(&[imaged], &["a"]), ["CSBS.8007"]);
    }

    #[test]
    fn what_a_list_offers_to_delete_is_what_the_service_deletes() {
        for status in BackupStatus::DOCUMENTED {
            let mut one = backup("a", status.as_str());
            for images in [vec![], vec!["image".to_owned()]] {
                one.image_ids = images;
                let offered = BackupAction::Delete.blocked_by(&one).is_none();
                let going = matches!(status, BackupStatus::WaitingDelete | BackupStatus::Deleting);
                let deleted = codes(std::slice::from_ref(&one), &["a"]).is_empty();
                // Asking again for what is going does no harm, but is not offered.
                assert_eq!(offered, deleted && !going, "{status:?}");
            }
        }
    }
}

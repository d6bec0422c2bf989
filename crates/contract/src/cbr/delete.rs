//! Whether a backup in a vault can be deleted: one typed check for the console and for the service (cbr-v3 5.3; the
//! older service's is [`crate::deletion`]).

use core::fmt;

use crate::model::{Backup, BackupStatus};

/// What is known beside the backup itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct BackupDeletionFacts<'a> {
    /// The name of its vault, when that is locked.
    pub locked: Option<&'a str>,
    /// Projects it is shared with.
    pub shares: usize,
    /// Whether one of them made an image from it.
    pub imaged_elsewhere: bool,
}

/// Why a backup in a vault cannot be deleted; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupDeletionRefusal {
    /// 6200: for whoever asks, it is no backup of its own: another project's, or one disk of a server's.
    NotItsOwn(String),
    /// 6216: it is being restored.
    InUse(String),
    /// 6201: something else is going on with it.
    Busy {
        /// Its name.
        backup: String,
        /// Its state.
        status: String,
    },
    /// 6204: an image was made from it.
    Image {
        /// Its name.
        backup: String,
        /// The image; empty where a list does not tell.
        image: String,
    },
    /// 6710: a project it is shared with made an image from it.
    ImagedElsewhere(String),
    /// 6711: it is shared.
    Shared {
        /// Its name.
        backup: String,
        /// With so many projects.
        projects: usize,
    },
    /// 6220: a schedule made it, and its vault is locked.
    Locked {
        /// Its name.
        backup: String,
        /// The vault's name.
        vault: String,
    },
}

impl BackupDeletionRefusal {
    /// The service's code for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotItsOwn(_) => "BackupService.6200",
            Self::InUse(_) => "BackupService.6216",
            Self::Busy { .. } => "BackupService.6201",
            Self::Image { .. } => "BackupService.6204",
            Self::ImagedElsewhere(_) => "BackupService.6710",
            Self::Shared { .. } => "BackupService.6711",
            Self::Locked { .. } => "BackupService.6220",
        }
    }

    /// The status of the answer.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotItsOwn(_) => 404,
            _ => 400,
        }
    }

    /// What stands against every backup refused so, with the way out.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::NotItsOwn(_) => "Another project’s, or one disk of a server’s backup.",
            Self::InUse(_) => "Being restored; wait for the end of it.",
            Self::Busy { .. } => "Something is going on with it; wait for the end of it.",
            Self::Image { .. } => "An image was made from it; delete the image first.",
            Self::ImagedElsewhere(_) => {
                "A project it is shared with made an image from it; have that image deleted first."
            }
            Self::Shared { .. } => "Shared with another project; end that first.",
            Self::Locked { .. } => {
                "Made by a schedule, in a locked vault; it goes when it expires."
            }
        }
    }
}

impl fmt::Display for BackupDeletionRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotItsOwn(id) => write!(f, "There is no backup {id} of this project by itself."),
            Self::InUse(backup) => write!(f, "Backup {backup} is in use: it is being restored."),
            Self::Busy { backup, status } => write!(f, "Backup {backup} is {status}; wait for it."),
            Self::Image { backup, image } if image.is_empty() => write!(
                f,
                "An image was made from backup {backup}; delete the image first."
            ),
            Self::Image { backup, image } => write!(
                f,
                "Image {image} was made from backup {backup}; delete the image first."
            ),
            Self::ImagedElsewhere(backup) => write!(
                f,
                "A project backup {backup} is shared with made an image from it."
            ),
            Self::Shared { backup, projects } => write!(
                f,
                "Backup {backup} is shared with {projects} projects; end that first."
            ),
            Self::Locked { backup, vault } => write!(
                f,
                "Vault {vault} is locked, and backup {backup} is an automatic one; it goes when it expires."
            ),
        }
    }
}

/// What keeps a backup from being deleted; nothing when it is going already.
pub fn deletion_refusal(
    backup: &Backup,
    facts: &BackupDeletionFacts<'_>,
) -> Option<BackupDeletionRefusal> {
    use BackupDeletionRefusal as R;
    let foreign = |vault: &crate::model::InVault| {
        !vault.shared_from.is_empty() || !vault.parent_id.is_empty()
    };
    if backup.in_vault.as_ref().is_some_and(foreign) {
        return Some(R::NotItsOwn(backup.id.clone()));
    }
    let name = || backup.name.clone();
    match &backup.status {
        BackupStatus::WaitingDelete | BackupStatus::Deleting => return None,
        BackupStatus::Available | BackupStatus::Error => {}
        BackupStatus::Restoring | BackupStatus::WaitingRestore => return Some(R::InUse(name())),
        status => {
            return Some(R::Busy {
                backup: name(),
                status: status.as_str().to_owned(),
            });
        }
    }
    if let Some(image) = backup.image_ids.first() {
        return Some(R::Image {
            backup: name(),
            image: image.clone(),
        });
    }
    if facts.imaged_elsewhere {
        return Some(R::ImagedElsewhere(name()));
    }
    if facts.shares > 0 {
        return Some(R::Shared {
            backup: name(),
            projects: facts.shares,
        });
    }
    let vault = facts.locked.filter(|_| backup.automatic)?;
    Some(R::Locked {
        backup: name(),
        vault: vault.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BackupAction;
    use serde_json::json;

    fn backup(status: &str) -> Backup {
        let wire: crate::cbr::Backup = serde_json::from_value(json!({
            "id": "b", "name": "night", "status": status, "project_id": "p", "extend_info": {"auto_trigger": true},
        }))
        .unwrap();
        wire.seen_from("p")
    }

    fn code(backup: &Backup, facts: BackupDeletionFacts<'_>) -> Option<&'static str> {
        deletion_refusal(backup, &facts).map(|refusal| refusal.code())
    }

    #[test]
    fn each_reason_has_its_code_and_the_services_first_answer_comes_first() {
        let none = BackupDeletionFacts::default();
        let all = BackupDeletionFacts {
            locked: Some("vault"),
            shares: 2,
            imaged_elsewhere: true,
        };
        let fine = backup("available");
        assert_eq!(code(&fine, none), None);
        assert_eq!(code(&backup("deleting"), all), None);
        assert_eq!(code(&backup("restoring"), all), Some("BackupService.6216"));
        assert_eq!(code(&backup("protecting"), all), Some("BackupService.6201"));
        let mut imaged = backup("error");
        imaged.image_ids = vec!["image".into()];
        assert_eq!(code(&imaged, all), Some("BackupService.6204"));
        assert_eq!(code(&fine, all), Some("BackupService.6710"));
        let shared = BackupDeletionFacts {
            imaged_elsewhere: false,
            ..all
        };
        assert_eq!(code(&fine, shared), Some("BackupService.6711"));
        let locked = BackupDeletionFacts {
            shares: 0,
            ..shared
        };
        assert_eq!(code(&fine, locked), Some("BackupService.6220"));
        let by_hand = Backup {
            automatic: false,
            ..fine.clone()
        };
        assert_eq!(code(&by_hand, locked), None);
        let mut foreign = fine;
        if let Some(vault) = &mut foreign.in_vault {
            vault.shared_from = "q".into();
        }
        assert_eq!(code(&foreign, none), Some("BackupService.6200"));
    }

    #[test]
    fn what_a_list_does_not_offer_to_delete_is_refused_or_going() {
        for status in BackupStatus::DOCUMENTED {
            let mut one = backup(status.as_str());
            for images in [vec![], vec!["image".to_owned()]] {
                one.image_ids = images;
                let offered = BackupAction::Delete.blocked_by(&one).is_none();
                let going = matches!(status, BackupStatus::WaitingDelete | BackupStatus::Deleting);
                let deleted = code(&one, BackupDeletionFacts::default()).is_none();
                assert_eq!(offered, deleted && !going, "{status:?}");
            }
        }
    }
}

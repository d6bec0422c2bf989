//! The backups a policy has made, of either service, as its retention looks at them.

use contract::cbr::backups::Backup as VaultBackup;
use contract::model::{Backup, BackupStatus, Policy};
use contract::time::Timestamp;

use crate::api::{Api, ApiError, PAGE, backups_page, policy_backups};

/// A backup, as far as retention is concerned with it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptBackup {
    pub id: String,
    /// Limits hold for each resource by itself, in each vault.
    pub group: String,
    /// The resource's name at backup time.
    pub resource: String,
    pub status: BackupStatus,
    pub at: Timestamp,
    /// Made by the schedule.
    pub automatic: bool,
    /// The end it was given when it was made.
    pub expires: Option<Timestamp>,
    /// An image made from it keeps it.
    pub has_image: bool,
}

/// What exists of a policy's backups.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyBackups {
    /// Newest first.
    pub backups: Vec<KeptBackup>,
    /// There are more than were asked for.
    pub is_part: bool,
}

impl KeptBackup {
    /// Whether it is being made right now.
    pub fn is_being_made(&self) -> bool {
        self.status == BackupStatus::Protecting
    }

    /// Whether a retention counts it.
    pub fn is_usable(&self) -> bool {
        self.status == BackupStatus::Available
    }

    fn of_server(backup: Backup) -> Option<Self> {
        Some(Self {
            at: backup.created_at?,
            group: backup.server_id,
            resource: backup.server_name,
            status: backup.status,
            automatic: backup.automatic,
            expires: None,
            has_image: !backup.image_ids.is_empty(),
            id: backup.id,
        })
    }

    fn in_vault(backup: VaultBackup) -> Option<Self> {
        Some(Self {
            at: backup.created_at?,
            group: format!("{} {}", backup.vault_id, backup.resource_id),
            resource: backup.resource_name,
            status: BackupStatus::from_word(&backup.status),
            automatic: backup.extend_info.auto_trigger.unwrap_or(false),
            expires: backup.expired_at,
            has_image: !backup.extend_info.os_images_data.is_empty(),
            id: backup.id,
        })
    }
}

impl PolicyBackups {
    /// Asks the service of the policy.
    pub async fn of(api: Api, policy: &Policy) -> Result<Self, ApiError> {
        let mut all = Self::default();
        if policy.generation.capabilities().vaults {
            for vault in &policy.vaults {
                let (backups, more) = policy_backups(api, &vault.id).await?;
                all.is_part |= more;
                // A vault also holds what others made: by hand, or under an earlier policy.
                let own = backups
                    .into_iter()
                    .filter(|backup| backup.scheduled_operation_id == policy.id);
                all.backups.extend(own.filter_map(KeptBackup::in_vault));
            }
        } else {
            let filter = [("policy_id", policy.id.as_str())];
            let page = backups_page(api, &filter, None, PAGE).await?;
            all.is_part = page.next.is_some();
            all.backups
                .extend(page.backups.into_iter().filter_map(KeptBackup::of_server));
        }
        all.backups
            .sort_by(|one, two| (two.at, &two.id).cmp(&(one.at, &one.id)));
        Ok(all)
    }
}

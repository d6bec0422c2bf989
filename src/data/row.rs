//! The part of a backup that a list needs, read straight from the service's pages.
//!
//! A page of a thousand backups is about two megabytes of JSON; only this part of it is kept. A row has the
//! shape of v1's pages, which it is read from; a row of a vault is made one (`From<VaultRow>`).

use contract::csbs::Tag;
use contract::lenient;
use contract::model::{Backup, Generation, InVault, RestoreMode};
use contract::time::Timestamp;
use serde::Deserialize;

use crate::api::VaultRow;

/// `{"checkpoint_items": […]}`, narrow (csbs-v1 4.12).
#[derive(Debug, Default, Deserialize)]
pub struct Page {
    /// The rows.
    #[serde(default, deserialize_with = "lenient::list")]
    pub checkpoint_items: Vec<Row>,
}

/// `{"checkpoint_item": …}`, narrow (csbs-v1 4.11).
#[derive(Debug, Default, Deserialize)]
pub struct One {
    /// The row.
    #[serde(default, deserialize_with = "lenient::object")]
    pub checkpoint_item: Row,
}

/// One backup, as much as a list needs (csbs-v1 3.4).
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Row {
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub checkpoint_id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_id: String,
    #[serde(default, deserialize_with = "lenient::object")]
    pub extend_info: Info,
    #[serde(default, deserialize_with = "lenient::object")]
    pub backup_data: Server,
    #[serde(default, deserialize_with = "lenient::list")]
    pub tags: Vec<Tag>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_type: String,
    /// Of a backup that lives in a vault; no part of v1's answers.
    #[serde(skip)]
    pub in_vault: Option<InVault>,
}

/// `extend_info`, narrow.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Info {
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub auto_trigger: Option<bool>,
    #[serde(default, deserialize_with = "lenient::object")]
    pub fail_code: Code,
    #[serde(default, deserialize_with = "lenient::text")]
    pub fail_op: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub fail_reason: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub image_type: String,
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub incremental: Option<bool>,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub progress: Option<i64>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_az: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_name: String,
    #[serde(default, deserialize_with = "lenient::integer")]
    pub size: Option<i64>,
    #[serde(default, deserialize_with = "lenient::instant")]
    pub finished_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub supported_restore_mode: String,
    #[serde(default, deserialize_with = "lenient::list")]
    pub os_images_data: Vec<Counted>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub volume_backups: Vec<Counted>,
}

/// `fail_code`, narrow.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Code {
    #[serde(rename = "Code", default, deserialize_with = "lenient::text")]
    pub code: String,
}

/// An element whose content is asked for when it is opened.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Counted {}

/// `backup_data`, narrow.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Server {
    #[serde(default, deserialize_with = "lenient::text")]
    pub eip: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub private_ip: String,
}

impl From<&Backup> for Row {
    /// From a backup that came whole, for example one that is looked after as a task.
    fn from(backup: &Backup) -> Self {
        let failure = backup.failure.clone().unwrap_or_default();
        Self {
            id: backup.id.clone(),
            checkpoint_id: backup.checkpoint_id.clone(),
            name: backup.name.clone(),
            status: backup.status.as_str().to_owned(),
            created_at: backup.created_at,
            resource_id: backup.server_id.clone(),
            extend_info: Info {
                auto_trigger: Some(backup.automatic),
                fail_code: Code { code: failure.code },
                fail_op: failure.operation,
                fail_reason: failure.reason,
                // The service's words (csbs-v1 3.4, cbr-v3 section 3); the model does not carry them.
                image_type: match &backup.in_vault {
                    Some(vault) if vault.replica => "replication",
                    _ => "backup",
                }
                .to_owned(),
                incremental: Some(backup.incremental),
                progress: Some(backup.progress),
                resource_az: backup.zone.clone(),
                resource_name: backup.server_name.clone(),
                size: Some(size_mb(backup.size_mb, backup.in_vault.as_ref())),
                finished_at: backup.finished_at,
                supported_restore_mode: match &backup.restore_mode {
                    RestoreMode::Disks => "backup".to_owned(),
                    RestoreMode::ImageOnly => "snapshot".to_owned(),
                    RestoreMode::None => "na".to_owned(),
                    RestoreMode::Unknown(word) => word.clone(),
                },
                os_images_data: backup.image_ids.iter().map(|_| Counted {}).collect(),
                volume_backups: backup.disks.iter().map(|_| Counted {}).collect(),
            },
            backup_data: Server {
                eip: backup.server.eip.clone(),
                private_ip: backup.server.private_ip.clone(),
            },
            tags: backup.tags.iter().cloned().map(Into::into).collect(),
            resource_type: backup.kind.clone(),
            in_vault: backup.in_vault.clone(),
        }
    }
}

/// The size to list: the room a backup takes, or where that is not told, that of what was backed up.
fn size_mb(stored: i64, vault: Option<&InVault>) -> i64 {
    vault.map_or(stored, |vault| vault.resource_gb.saturating_mul(1024))
}

impl Row {
    /// Which service it came from.
    pub fn generation(&self) -> Generation {
        match self.in_vault {
            None => Generation::Csbs,
            Some(_) => Generation::Cbr,
        }
    }
}

impl From<VaultRow> for Row {
    fn from(row: VaultRow) -> Self {
        let vault = InVault {
            vault_id: row.vault_id,
            expires_at: row.expired_at,
            replica: row.image_type == "replication",
            policy_id: row.scheduled_operation_id,
            resource_gb: row.resource_size.unwrap_or(0),
            ..InVault::default()
        };
        let info = row.extend_info;
        Self {
            id: row.id,
            checkpoint_id: row.checkpoint_id,
            name: row.name,
            status: row.status,
            created_at: row.created_at,
            resource_id: row.resource_id,
            extend_info: Info {
                auto_trigger: info.auto_trigger,
                image_type: row.image_type,
                incremental: row.incremental,
                progress: info.progress,
                resource_az: row.resource_az,
                resource_name: row.resource_name,
                size: Some(size_mb(0, Some(&vault))),
                finished_at: row.protected_at,
                supported_restore_mode: match info.supported_restore_mode.as_str() {
                    // Left out, v3 means that it cannot be restored, and v1 that it can.
                    "" => "na".to_owned(),
                    _ => info.supported_restore_mode,
                },
                os_images_data: info.os_images_data.iter().map(|_| Counted {}).collect(),
                volume_backups: row.children.iter().map(|_| Counted {}).collect(),
                ..Info::default()
            },
            resource_type: row.resource_type,
            in_vault: Some(vault),
            ..Self::default()
        }
    }
}

//! The part of a backup that a list needs, read straight from the service's pages.
//!
//! A page of a thousand backups is about two megabytes of JSON; only this part of it is kept.

use contract::csbs::Tag;
use contract::lenient;
use contract::model::{Backup, RestoreMode};
use contract::time::Timestamp;
use serde::Deserialize;

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
                // The one word of the service (csbs-v1 3.4); the model does not carry it.
                image_type: "backup".to_owned(),
                incremental: Some(backup.incremental),
                progress: Some(backup.progress),
                resource_az: backup.zone.clone(),
                resource_name: backup.server_name.clone(),
                size: Some(backup.size_mb),
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
        }
    }
}

//! Cloud Backup and Recovery v3 on the wire, translated into the same model as v1.
//!
//! The shapes are those of the public reference of the service: backups with their disk children,
//! policies with several bare rules, and vaults. Numbers in `operation_definition` are plain
//! numbers here (v1 writes text), and `0` and `-1` both mean "not set".

use crate::model::{self, Limits, LongTerm, Retention};
use crate::time::Timestamp;
use crate::{csbs, lenient};
use serde::{Deserialize, Serialize};

/// `{"backups": […], "count": n}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackupsAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub backups: Vec<Backup>,
    /// Total, beyond this page.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub count: Option<i64>,
}

/// A backup of a server, or one of its disk children.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Backup {
    /// Backup id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Description or `null`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
    /// The run it was made in.
    #[serde(default, deserialize_with = "lenient::text")]
    pub checkpoint_id: String,
    /// The vault it lives in.
    #[serde(default, deserialize_with = "lenient::text")]
    pub vault_id: String,
    /// State.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Begun.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// Last changed.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub updated_at: Option<Timestamp>,
    /// The moment whose data it holds.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub protected_at: Option<Timestamp>,
    /// When the service will delete it.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub expired_at: Option<Timestamp>,
    /// `backup` or `replication`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub image_type: String,
    /// Server, volume or file system.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_name: String,
    /// Its kind, such as `OS::Nova::Server`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_type: String,
    /// Its zone.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_az: String,
    /// GB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub resource_size: Option<i64>,
    /// The server backup a disk child belongs to.
    #[serde(default, deserialize_with = "lenient::text")]
    pub parent_id: String,
    /// Disk backups.
    #[serde(default, deserialize_with = "lenient::list")]
    pub children: Vec<Backup>,
    /// Incremental.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub incremental: Option<bool>,
    /// Everything about the backup itself.
    #[serde(default, deserialize_with = "lenient::object")]
    pub extend_info: ExtendInfo,
}

/// `extend_info` of a backup.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExtendInfo {
    /// Made by the scheduler.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub auto_trigger: Option<bool>,
    /// Of a system disk.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub bootable: Option<bool>,
    /// Snapshot.
    #[serde(default, deserialize_with = "lenient::text")]
    pub snapshot_id: String,
    /// `backup`, `snapshot`, `na`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub supported_restore_mode: String,
    /// Images made from it.
    #[serde(default, deserialize_with = "lenient::list")]
    pub os_images_data: Vec<csbs::backups::ImageData>,
    /// Of an encrypted disk.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub encrypted: Option<bool>,
    /// 0–100.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub progress: Option<i64>,
}

/// `{"policies": […], "count": n}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PoliciesAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub policies: Vec<Policy>,
}

/// A policy; its servers are those of the vaults it is applied to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Policy id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Schedule on or off.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub enabled: Option<bool>,
    /// `backup` or `replication`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub operation_type: String,
    /// Retention.
    #[serde(default, deserialize_with = "lenient::object")]
    pub operation_definition: Definition,
    /// When it runs.
    #[serde(default, deserialize_with = "lenient::object")]
    pub trigger: Trigger,
}

/// Retention of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Count limit.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_backups: Option<i64>,
    /// Age limit, days.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub retention_duration_days: Option<i64>,
    /// Long-term slots per day.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub day_backups: Option<i64>,
    /// Per week.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub week_backups: Option<i64>,
    /// Per month.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub month_backups: Option<i64>,
    /// Per year.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub year_backups: Option<i64>,
    /// Fixed offset in which days begin.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub timezone: String,
}

impl Definition {
    /// How long backups are kept by these numbers.
    pub fn retention(&self) -> Retention {
        let limit = |value: Option<i64>| {
            value
                .and_then(|value| u32::try_from(value).ok())
                .filter(|value| *value > 0)
        };
        let slots = |value: Option<i64>| limit(value).unwrap_or(0);
        let long_term = LongTerm {
            day: slots(self.day_backups),
            week: slots(self.week_backups),
            month: slots(self.month_backups),
            year: slots(self.year_backups),
            timezone: self.timezone.clone(),
        };
        let any_slot = [
            long_term.day,
            long_term.week,
            long_term.month,
            long_term.year,
        ]
        .iter()
        .any(|slots| *slots > 0);
        let limits = Limits {
            count: limit(self.max_backups),
            days: limit(self.retention_duration_days),
            long_term: any_slot.then_some(long_term),
        };
        if limits == Limits::default() {
            Retention::Forever
        } else {
            Retention::Limited(limits)
        }
    }
}

/// When a policy runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Trigger id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// The rules.
    #[serde(default, deserialize_with = "lenient::object")]
    pub properties: TriggerProperties,
}

/// The rules of a trigger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerProperties {
    /// Up to 24 bare rules, without the calendar wrapping of v1.
    #[serde(default)]
    pub pattern: Vec<String>,
    /// Anchor.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub start_time: Option<Timestamp>,
}

impl From<Policy> for model::Policy {
    fn from(policy: Policy) -> Self {
        let mut rules = policy.trigger.properties.pattern.into_iter();
        Self {
            generation: model::Generation::Cbr,
            id: policy.id,
            name: policy.name,
            enabled: policy.enabled.unwrap_or(false),
            retention: policy.operation_definition.retention(),
            operation_id: policy.trigger.id,
            pattern: rules.next().unwrap_or_default(),
            further_patterns: rules.collect(),
            start_time: policy.trigger.properties.start_time,
            ..Self::default()
        }
    }
}

fn restore_mode(word: String) -> model::RestoreMode {
    match word.as_str() {
        "backup" => model::RestoreMode::Disks,
        "snapshot" => model::RestoreMode::ImageOnly,
        "na" | "" => model::RestoreMode::None,
        _ => model::RestoreMode::Unknown(word),
    }
}

impl From<Backup> for model::DiskBackup {
    fn from(child: Backup) -> Self {
        Self {
            id: child.id,
            name: child.name,
            status: child.status,
            bootable: child.extend_info.bootable.unwrap_or(false),
            incremental: child.incremental.unwrap_or(false),
            size_mb: 0,
            volume_id: child.resource_id,
            volume_name: child.resource_name,
            volume_size_gb: child.resource_size.unwrap_or(0),
            snapshot_id: child.extend_info.snapshot_id,
            speed_mbs: 0,
        }
    }
}

impl From<Backup> for model::Backup {
    fn from(backup: Backup) -> Self {
        let info = backup.extend_info;
        Self {
            generation: model::Generation::Cbr,
            id: backup.id,
            checkpoint_id: backup.checkpoint_id,
            name: backup.name,
            description: backup.description,
            status: model::BackupStatus::from_word(&backup.status),
            created_at: backup.created_at,
            updated_at: backup.updated_at,
            finished_at: backup.protected_at,
            server_id: backup.resource_id,
            server_name: backup.resource_name,
            kind: backup.resource_type,
            zone: backup.resource_az,
            automatic: info.auto_trigger.unwrap_or(false),
            incremental: backup.incremental.unwrap_or(false),
            size_mb: 0,
            progress: info.progress.unwrap_or(0).clamp(0, 100),
            speed_kbs: 0,
            restore_mode: restore_mode(info.supported_restore_mode),
            failure: None,
            image_ids: info
                .os_images_data
                .into_iter()
                .map(|image| image.image_id)
                .collect(),
            task_id: String::new(),
            disks: backup.children.into_iter().map(Into::into).collect(),
            server: model::ServerAtBackup::default(),
            copy_status: if backup.image_type == "replication" {
                "success"
            } else {
                "na"
            }
            .to_owned(),
            copy_from: String::new(),
            tags: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_server_backup_brings_its_disk_children() {
        let backup: Backup = serde_json::from_value(json!({
            "id": "b", "name": "manualbk_1", "description": null, "checkpoint_id": "c", "status": "available",
            "created_at": "2026-03-14T09:26:53.589793", "protected_at": "2026-03-14T09:26:53.589793+00:00",
            "resource_id": "s", "resource_name": "web-01", "resource_type": "OS::Nova::Server", "resource_size": 40,
            "image_type": "backup", "incremental": true, "replication_records": [],
            "extend_info": {"auto_trigger": false, "supported_restore_mode": "backup", "progress": null, "os_images_data": null},
            "children": [{"id": "d", "parent_id": "b", "resource_id": "v", "resource_size": 40, "extend_info": {"bootable": true}}]
        }))
        .unwrap();
        let backup = model::Backup::from(backup);
        assert_eq!(backup.created_at, backup.finished_at);
        assert_eq!(backup.disks.len(), 1);
        assert!(backup.disks[0].bootable);
        assert_eq!(
            (
                backup.disks[0].volume_id.as_str(),
                backup.disks[0].volume_size_gb
            ),
            ("v", 40)
        );
        assert_eq!(model::BackupAction::Restore.blocked_by(&backup), None);
    }

    #[test]
    fn a_policy_keeps_all_its_rules_and_zero_means_not_set() {
        let policy: Policy = serde_json::from_value(json!({
            "id": "p", "name": "nightly", "enabled": true, "operation_type": "backup",
            "operation_definition": {"retention_duration_days": 30, "max_backups": -1, "day_backups": 0, "week_backups": 0},
            "trigger": {"id": "t", "properties": {"pattern": ["FREQ=DAILY;BYHOUR=1;BYMINUTE=0", "FREQ=DAILY;BYHOUR=14;BYMINUTE=12"]}},
            "associated_vaults": null
        }))
        .unwrap();
        let policy = model::Policy::from(policy);
        assert_eq!(
            policy.retention,
            Retention::Limited(Limits {
                days: Some(30),
                ..Limits::default()
            })
        );
        assert!(policy.pattern.contains("BYHOUR=1;"));
        assert_eq!(policy.further_patterns.len(), 1);
    }
}

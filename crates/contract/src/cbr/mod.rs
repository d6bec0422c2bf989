//! Cloud Backup and Recovery v3 on the wire (cbr-v3.md), translated into the same model as v1.
//!
//! - `vaults`: vaults, what they hold, and the requests about them.
//! - `backups`, `checkpoints`, `sharing`: backups, made together, copied and shared.
//! - `policies`, [`policy`], [`retention`]: when it is done and what is kept.
//! - `tasks`: what the service does, and what else it tells.
//! - [`share`], [`replicate`], [`delete`]: whether a backup can be shared, taken, copied, deleted.
//! - [`rules`]: names, numbers and limits.
//!
//! Numbers in `operation_definition` are plain numbers here (v1 writes text), and `0` and `-1` both
//! mean "not set". Answers are read leniently, written as documented; requests are read strictly.

pub mod advanced;
pub mod backups;
pub mod checkpoints;
pub mod delete;
pub mod policies;
pub mod policy;
pub mod protect;
pub mod refusals;
pub mod replicate;
pub mod retention;
pub mod rules;
pub mod share;
pub mod sharing;
pub mod tasks;
pub(crate) mod terraform;
pub mod vaults;

pub use crate::csbs::Tag;
pub use backups::{Backup, BackupsAnswer};
pub use policies::{PoliciesAnswer, Policy};

use crate::model;
use crate::time::Timestamp;
use serde::ser::Serializer;

/// Nothing is `null` on the wire.
fn empty_as_null<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if text.is_empty() {
        serializer.serialize_none()
    } else {
        serializer.serialize_str(text)
    }
}

/// Numbers of a checkpoint are text on the wire.
fn number_as_text<S: Serializer>(number: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&number.unwrap_or(0))
}

/// `2026-03-14 09:26:53`, as triggers have it.
fn instant_with_blank<S: Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.serialize_str(&at.to_space_text()),
        None => serializer.serialize_none(),
    }
}

impl From<vaults::Vault> for model::Vault {
    fn from(vault: vaults::Vault) -> Self {
        let resource = |held: vaults::Resource| model::HeldResource {
            id: held.id,
            name: held.name,
            kind: held.kind,
            used_mb: held.backup_size.unwrap_or(0),
            backups: held.backup_count.unwrap_or(0),
        };
        Self {
            id: vault.id,
            name: vault.name,
            status: vault.billing.status,
            replication: vault.billing.protect_type == "replication",
            locked: vault.locked.unwrap_or(false),
            size_gb: vault.billing.size.unwrap_or(0),
            used_mb: vault.billing.used.unwrap_or(0),
            resources: vault.resources.into_iter().map(resource).collect(),
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
            bootable: child.extend_info.system_disk.unwrap_or(false)
                || child.extend_info.bootable.unwrap_or(false),
            incremental: child.incremental.unwrap_or(false),
            size_mb: 0,
            volume_id: child.resource_id,
            volume_name: child.resource_name,
            volume_size_gb: child.resource_size.unwrap_or(0),
            snapshot_id: child.extend_info.snapshot_id,
            speed_mbs: child.extend_info.average_speed.unwrap_or(0),
        }
    }
}

impl Backup {
    /// The backup as the model knows it, looked at from a project: another project's is a shared one.
    pub fn seen_from(self, project: &str) -> model::Backup {
        let owner = self.project_id.clone();
        let mut backup = model::Backup::from(self);
        if let Some(vault) = &mut backup.in_vault
            && !owner.is_empty()
            && owner != project
        {
            vault.shared_from = owner;
        }
        backup
    }
}

/// A volume and a file system have no children: such a backup is its own and only disk backup.
fn disks_of(backup: &Backup) -> Vec<model::DiskBackup> {
    let kind = model::ResourceKind::from_word(&backup.resource_type);
    let alone = matches!(
        kind,
        model::ResourceKind::Volume | model::ResourceKind::FileSystem
    );
    if alone && backup.children.is_empty() {
        return vec![backup.clone().into()];
    }
    backup.children.iter().cloned().map(Into::into).collect()
}

impl From<Backup> for model::Backup {
    fn from(backup: Backup) -> Self {
        let disks = disks_of(&backup);
        let replica = backup.image_type == "replication";
        let info = backup.extend_info;
        Self {
            generation: model::Generation::Cbr,
            in_vault: Some(model::InVault {
                vault_id: backup.vault_id,
                expires_at: backup.expired_at,
                shared_from: String::new(),
                replica,
                policy_id: backup.scheduled_operation_id,
                resource_gb: backup.resource_size.unwrap_or(0),
                parent_id: backup.parent_id,
            }),
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
            // The service does not tell how much room a backup takes.
            size_mb: 0,
            progress: info.progress.unwrap_or(0).clamp(0, 100),
            speed_kbs: info.average_speed.unwrap_or(0).saturating_mul(1024),
            restore_mode: restore_mode(info.supported_restore_mode),
            failure: None,
            image_ids: info
                .os_images_data
                .into_iter()
                .map(|image| image.image_id)
                .collect(),
            task_id: String::new(),
            disks,
            server: model::ServerAtBackup::default(),
            copy_status: if replica { "success" } else { "na" }.to_owned(),
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
    fn what_only_vaults_have_comes_with_the_backup() {
        let backup: Backup = serde_json::from_value(json!({
            "id": "b", "vault_id": "vault", "project_id": "p1", "status": "available", "resource_type": "OS::Cinder::Volume",
            "resource_id": "v", "resource_name": "data", "resource_size": 100, "expired_at": "2026-04-14T00:00:00",
            "image_type": "replication", "scheduled_operation_id": "policy", "parent_id": null
        }))
        .unwrap();
        let own = backup.clone().seen_from("p1");
        assert_eq!(own.vault(), Some("vault"));
        assert_eq!(own.expires_at(), Timestamp::parse("2026-04-14T00:00:00"));
        assert_eq!(own.resource(), model::ResourceKind::Volume);
        let vault = own.in_vault.expect("it lives in one");
        assert_eq!((vault.resource_gb, vault.replica), (100, true));
        assert_eq!(
            (vault.policy_id.as_str(), vault.shared_from.as_str()),
            ("policy", "")
        );
        assert_eq!(
            own.disks.len(),
            1,
            "a volume's backup is its own disk backup"
        );
        assert_eq!(
            (own.disks[0].id.as_str(), own.disks[0].volume_size_gb),
            ("b", 100)
        );
        let shared = backup.seen_from("p2").in_vault.expect("it lives in one");
        assert_eq!(shared.shared_from, "p1");
    }
}

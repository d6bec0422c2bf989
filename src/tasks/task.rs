//! One thing that is going on, read from the state of a backup or from the tasks of its service.

use contract::model::{Backup, BackupStatus};
use contract::time::Timestamp;

use super::started::StartedRestore;
use crate::api::Work;
use crate::routes::Paths;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    Backup,
    Restore,
    Deletion,
    /// Anything else a service does.
    Work,
}

/// Something under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub kind: TaskKind,
    /// The backup's; of other work, its task's in the service, and empty for the migration.
    pub id: String,
    /// The backup's; of other work, what it is.
    pub name: String,
    /// The server the backup is of; of a restore started here, the one it goes to.
    pub server_id: String,
    pub server_name: String,
    /// Queued, not begun.
    pub waiting: bool,
    /// 0–100; `None` while it waits or the service does not say.
    pub percent: Option<u8>,
    pub started: Option<Timestamp>,
}

impl Task {
    /// The task a backup is in, if it is in one.
    pub fn of_backup(backup: &Backup) -> Option<Self> {
        let (kind, waiting) = match backup.status {
            BackupStatus::WaitingProtect => (TaskKind::Backup, true),
            BackupStatus::Protecting => (TaskKind::Backup, false),
            BackupStatus::WaitingRestore => (TaskKind::Restore, true),
            BackupStatus::Restoring => (TaskKind::Restore, false),
            BackupStatus::WaitingDelete => (TaskKind::Deletion, true),
            BackupStatus::Deleting => (TaskKind::Deletion, false),
            _ => return None,
        };
        let percent = u8::try_from(backup.progress.clamp(0, 100))
            .ok()
            .filter(|_| !waiting);
        // A backup begins when it is made; of the others only the last change is known.
        let started = if kind == TaskKind::Backup {
            backup.created_at
        } else {
            backup.updated_at
        };
        Some(Self {
            kind,
            id: backup.id.clone(),
            name: backup.name.clone(),
            server_id: backup.server_id.clone(),
            server_name: backup.server_name.clone(),
            waiting,
            percent,
            started,
        })
    }

    /// What is no matter of one backup.
    pub(super) fn of_work(work: &Work) -> Self {
        Self {
            kind: TaskKind::Work,
            id: work.task.clone().unwrap_or_default(),
            name: work.title.clone(),
            server_id: String::new(),
            server_name: String::new(),
            waiting: work.waiting,
            percent: work.percent.filter(|_| !work.waiting),
            started: work.started,
        }
    }

    /// The page where it is followed.
    pub fn href(&self, paths: &Paths) -> String {
        match self.kind {
            TaskKind::Restore => paths.restores(),
            TaskKind::Work if self.id.is_empty() => paths.migration(),
            TaskKind::Work => paths.task(&self.id),
            TaskKind::Backup | TaskKind::Deletion => paths.backup(&self.id),
        }
    }

    /// A restore started here knows its target, which the backup does not.
    pub(super) fn take_target(&mut self, restores: &[StartedRestore]) {
        let known = restores
            .iter()
            .rev()
            .find(|restore| restore.is_running() && restore.backup_id == self.id);
        if let (TaskKind::Restore, Some(restore)) = (self.kind, known) {
            self.server_id.clone_from(&restore.server_id);
            self.server_name.clone_from(&restore.server_name);
            self.started = Some(restore.started());
        }
    }

    /// What it is, as a title: `Backing up web-01`.
    pub fn title(&self) -> String {
        let server = if self.server_name.is_empty() {
            &self.server_id
        } else {
            &self.server_name
        };
        match self.kind {
            TaskKind::Backup => format!("Backing up {server}"),
            TaskKind::Restore => format!("Restoring {server}"),
            TaskKind::Deletion => format!("Deleting {}", self.name),
            TaskKind::Work => self.name.clone(),
        }
    }
}

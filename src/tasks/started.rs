//! Restores started from this browser: v1 has no list of them (csbs-v1 4.14), and v3 gives them no id.

use contract::model::{Backup, BackupStatus, Generation};
use contract::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api::ListedRestore;
use crate::session::{recall, remember};

/// Restores remembered per project.
const KEPT: usize = 20;

/// How a restore ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Done,
    /// With the service's reason.
    Failed(String),
    /// The backup is gone, and with it what it said.
    Unknown,
}

impl Outcome {
    /// Reads from a backup how the restore from it ended; `None` while it goes on.
    pub fn of_backup(backup: &Backup) -> Option<Self> {
        match (&backup.status, &backup.failure) {
            (BackupStatus::WaitingRestore | BackupStatus::Restoring, _) => None,
            (_, Some(failure)) if failure.operation == "restore" => {
                Some(Self::Failed(match failure.code.as_str() {
                    "" => failure.reason.clone(),
                    code => format!("{} ({code})", failure.reason),
                }))
            }
            _ => Some(Self::Done),
        }
    }

    /// Reads from a service's list how a restore ended; `None` while it goes on.
    pub fn of_listed(restore: &ListedRestore) -> Option<Self> {
        match restore.status.as_str() {
            "success" => Some(Self::Done),
            "fail" => Some(Self::Failed(restore.reason.clone())),
            _ => None,
        }
    }
}

/// The entry of a list of restores (newest first) that one begun at an instant appears as.
pub fn entry_of<'a>(
    listed: &'a [ListedRestore],
    backup: &str,
    target: &str,
    begun: Timestamp,
) -> Option<&'a ListedRestore> {
    // The request and the entry are written within the same call.
    const APART: i64 = 60;
    listed.iter().find(|restore| {
        restore.backup_id == backup
            && restore.server_id == target
            && restore
                .at
                .is_some_and(|at| (at.seconds() - begun.seconds()).abs() <= APART)
    })
}

/// A restore started from this browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedRestore {
    /// Which service carries it out.
    #[serde(default)]
    pub generation: Generation,
    /// Id of the restore as the service answered it.
    pub restore_id: String,
    pub backup_id: String,
    pub backup_name: String,
    /// The server, or the volume or file system, it goes to.
    pub server_id: String,
    pub server_name: String,
    /// When, in microseconds since the epoch, on the service's clock.
    pub started_micros: i64,
    /// How it ended; `None` while it runs.
    pub outcome: Option<Outcome>,
}

impl StartedRestore {
    /// When it was started.
    pub fn started(&self) -> Timestamp {
        Timestamp::from_micros(self.started_micros)
    }

    /// Whether nobody knows yet how it ended.
    pub fn is_running(&self) -> bool {
        self.outcome.is_none()
    }

    /// Whether it is the same restore.
    pub fn is(&self, other: &Self) -> bool {
        self.backup_id == other.backup_id && self.started_micros == other.started_micros
    }
}

fn key(project: &str) -> String {
    format!("restores.{project}")
}

pub(super) fn recall_all(project: &str) -> Vec<StartedRestore> {
    recall(&key(project))
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

pub(super) fn remember_all(project: &str, restores: &mut Vec<StartedRestore>) {
    let extra = restores.len().saturating_sub(KEPT);
    restores.drain(..extra);
    remember(
        &key(project),
        serde_json::to_string(restores).ok().as_deref(),
    );
}

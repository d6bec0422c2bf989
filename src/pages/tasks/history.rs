//! Past restores: the gateway's record joined with what the service and this browser know of
//! how they went.

use contract::cbr::backups as cbr;
use contract::csbs::restores::RestoreRequest;
use contract::model::{Backup, BackupStatus, Generation, Server};
use contract::operations::cbr::BACKUPS_RESTORE;
use contract::session::AuditRow;
use contract::time::Timestamp;

use crate::api::ListedRestore;
use crate::tasks::{Outcome, StartedRestore, entry_of};

/// How a restore went, as far as anybody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Went {
    /// It goes on: percent, if the service says.
    Running(Option<i64>),
    Well,
    /// With the service's reason.
    Failed(String),
    /// The service did not start it: its words.
    Refused(String),
    /// The answer was lost, or its backup is gone.
    Unknown,
}

impl Went {
    /// The word of the badge, and of the filter.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Running(_) => "Running",
            Self::Well => "Finished",
            Self::Failed(_) => "Failed",
            Self::Refused(_) => "Refused",
            Self::Unknown => "Not known",
        }
    }
}

/// One restore of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Row of the record.
    pub row: i64,
    pub at: Timestamp,
    pub who: String,
    pub backup_id: String,
    /// Empty when the backup is gone.
    pub backup_name: String,
    /// What it went to: a server, or a volume or file system by itself.
    pub server_id: String,
    pub server_name: String,
    /// It is a server, which has a page.
    pub to_server: bool,
    pub disks: usize,
    pub reason: String,
    pub went: Went,
}

impl Entry {
    /// Whether a text occurs in what a person would look for.
    pub fn mentions(&self, needle: &str) -> bool {
        let needle = needle.trim().to_lowercase();
        [
            &self.server_name,
            &self.server_id,
            &self.backup_name,
            &self.backup_id,
            &self.who,
            &self.reason,
        ]
        .into_iter()
        .any(|text| text.to_lowercase().contains(&needle))
            || self.went.word().to_lowercase().contains(&needle)
    }
}

/// What a row of the record asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub generation: Generation,
    pub backup_id: String,
    /// The server, volume or file system.
    pub target_id: String,
    pub to_server: bool,
    pub disks: usize,
}

impl Asked {
    /// Reads a row; `None` when its request was not kept.
    pub fn of(row: &AuditRow) -> Option<Self> {
        if row.operation == BACKUPS_RESTORE.id {
            return Self::in_vault(row);
        }
        let request: RestoreRequest = serde_json::from_value(row.request.clone()).ok()?;
        let parameters = request.restore.parameters;
        Some(Self {
            generation: Generation::Csbs,
            backup_id: parameters.checkpoint_item_id,
            target_id: parameters.targets.server_id,
            to_server: true,
            disks: parameters.targets.volumes.len(),
        })
    }

    /// The backup stands in the path, `/backups/{id}/restore`, and the target in the request (cbr-v3 5.3, 28).
    fn in_vault(row: &AuditRow) -> Option<Self> {
        let request: cbr::RestoreRequest = serde_json::from_value(row.request.clone()).ok()?;
        let restore = request.restore;
        let path = row.path.split('?').next().unwrap_or_default();
        let mut segments = path.rsplit('/');
        let backup_id = segments
            .next()
            .filter(|last| *last == "restore")
            .and_then(|_| segments.next())?;
        let to_server = restore.server_id.is_some();
        let target = restore
            .server_id
            .or(restore.volume_id)
            .or(restore.resource_id);
        Some(Self {
            generation: Generation::Cbr,
            backup_id: backup_id.to_owned(),
            target_id: target.unwrap_or_default(),
            to_server,
            disks: restore.mappings.map_or(1, |mappings| mappings.len()),
        })
    }
}

/// What helps to say how restores went.
pub struct Sources<'a> {
    pub listed: &'a [ListedRestore],
    pub started: &'a [StartedRestore],
    pub backups: &'a [Backup],
    pub servers: &'a [Server],
}

/// The history, newest first, of the record's rows in their order. Rows whose request was not
/// kept are left out: nobody could say what they were about.
pub fn entries(rows: &[AuditRow], sources: &Sources<'_>) -> Vec<Entry> {
    let mut latest_of_backup = std::collections::HashSet::new();
    rows.iter()
        .filter_map(|row| {
            let asked = Asked::of(row)?;
            let Asked {
                backup_id,
                target_id: server_id,
                ..
            } = asked.clone();
            let backup = sources.backups.iter().find(|backup| backup.id == backup_id);
            let accepted = (200..300).contains(&row.status);
            // Only the latest restore from a backup can be read from the backup's own state.
            let latest = accepted && latest_of_backup.insert(backup_id.clone());
            let known = sources.started.iter().find(|started| {
                started.backup_id == backup_id
                    && started.server_id == server_id
                    && (started.started().seconds() - row.at).abs() < 60
            });
            let at = Timestamp::from_seconds(row.at);
            let task = entry_of(sources.listed, &backup_id, &server_id, at);
            let server_name = sources
                .servers
                .iter()
                .find(|server| server.id == server_id)
                .map(|server| server.name.clone())
                .or_else(|| known.map(|known| known.server_name.clone()))
                .or_else(|| task.map(|task| task.server_name.clone()))
                .unwrap_or_default();
            let went = match asked.generation {
                Generation::Csbs => went(row, backup.filter(|_| latest), known, sources.listed),
                Generation::Cbr => went_by_task(row, task, known),
            };
            Some(Entry {
                row: row.id,
                at,
                who: row.user.clone(),
                backup_name: backup
                    .map(|backup| backup.name.clone())
                    .or_else(|| known.map(|known| known.backup_name.clone()))
                    .unwrap_or_default(),
                went,
                to_server: asked.to_server,
                disks: asked.disks,
                reason: row.reason.clone(),
                backup_id,
                server_id,
                server_name,
            })
        })
        .collect()
}

/// What the answer to the request says alone: it was refused, or nobody knows.
fn unanswered(row: &AuditRow) -> Option<Went> {
    match row.status {
        200..=299 => None,
        400..=499 => {
            let text = |member| {
                row.response
                    .get(member)
                    .and_then(serde_json::Value::as_str)
                    .unwrap_or_default()
            };
            Some(Went::Refused(match text("error_code") {
                "" => text("error_msg").to_owned(),
                code => format!("{} ({code})", text("error_msg")),
            }))
        }
        _ => Some(Went::Unknown),
    }
}

/// A restore from a vault: the service's task says how it went, as long as it is kept.
fn went_by_task(
    row: &AuditRow,
    task: Option<&ListedRestore>,
    known: Option<&StartedRestore>,
) -> Went {
    if let Some(went) = unanswered(row) {
        return went;
    }
    let outcome = match task {
        Some(task) => match Outcome::of_listed(task) {
            None => return Went::Running(task.percent),
            outcome => outcome,
        },
        None => known.and_then(|known| known.outcome.clone()),
    };
    outcome.map_or(Went::Unknown, of_outcome)
}

fn of_outcome(outcome: Outcome) -> Went {
    match outcome {
        Outcome::Done => Went::Well,
        Outcome::Failed(reason) => Went::Failed(reason),
        Outcome::Unknown => Went::Unknown,
    }
}

fn went(
    row: &AuditRow,
    backup: Option<&Backup>,
    known: Option<&StartedRestore>,
    listed: &[ListedRestore],
) -> Went {
    if let Some(went) = unanswered(row) {
        return went;
    }
    let id = row
        .response
        .pointer("/restore/id")
        .and_then(serde_json::Value::as_str);
    let listed = listed
        .iter()
        .find(|restore| Some(restore.id.as_str()) == id);
    match listed.map(|restore| restore.status.as_str()) {
        Some("success") => return Went::Well,
        Some("fail") => {
            return Went::Failed(
                listed
                    .map(|restore| restore.reason.clone())
                    .unwrap_or_default(),
            );
        }
        _ => {}
    }
    if let Some(outcome) = known.and_then(|known| known.outcome.clone()) {
        return of_outcome(outcome);
    }
    match backup.map(|backup| (backup, Outcome::of_backup(backup))) {
        Some((backup, None)) => {
            Went::Running((backup.status == BackupStatus::Restoring).then_some(backup.progress))
        }
        Some((_, Some(Outcome::Failed(reason)))) => Went::Failed(reason),
        Some((_, Some(_))) => Went::Well,
        None => Went::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::csbs::backups::CheckpointItem;
    use contract::restore::{Assignment, RestorePlan};

    fn row(id: i64, status: u16, backup: &str) -> AuditRow {
        let plan = RestorePlan {
            backup: backup.to_owned(),
            server: "s1".to_owned(),
            mapping: vec![Assignment::default()],
            ..RestorePlan::default()
        };
        AuditRow {
            id,
            at: id * 1000,
            user: "demo".to_owned(),
            operation: "csbs.restores.create".to_owned(),
            path: "/restores".to_owned(),
            status,
            request_id: String::new(),
            reason: "ticket 7".to_owned(),
            request: serde_json::to_value(plan.to_request()).expect("JSON"),
            response: serde_json::json!({"restore": {"id": format!("r{id}")}, "error_code": "CSBS.6024", "error_msg": "small"}),
        }
    }

    fn backup(id: &str, status: &str, progress: i64) -> Backup {
        let mut backup = Backup::from(CheckpointItem::default());
        backup.id = id.to_owned();
        backup.name = format!("{id}-name");
        backup.status = BackupStatus::from_word(status);
        backup.progress = progress;
        backup
    }

    fn read(rows: &[AuditRow], listed: &[ListedRestore], backups: &[Backup]) -> Vec<Went> {
        let sources = Sources {
            listed,
            started: &[],
            backups,
            servers: &[],
        };
        entries(rows, &sources)
            .into_iter()
            .map(|entry| entry.went)
            .collect()
    }

    #[test]
    fn a_refused_restore_says_why_and_a_lost_one_that_nobody_knows() {
        let found = read(
            &[row(3, 400, "b"), row(2, 0, "b"), row(1, 504, "b")],
            &[],
            &[],
        );
        assert_eq!(
            found,
            [
                Went::Refused("small (CSBS.6024)".into()),
                Went::Unknown,
                Went::Unknown
            ]
        );
    }

    #[test]
    fn the_services_list_knows_best() {
        let listed = |status: &str| ListedRestore {
            id: "r1".to_owned(),
            backup_id: "b".to_owned(),
            server_id: "s1".to_owned(),
            status: status.to_owned(),
            reason: "why".to_owned(),
            server_name: String::new(),
            at: None,
            percent: None,
        };
        let backups = [backup("b", "available", 0)];
        assert_eq!(
            read(&[row(1, 200, "b")], &[listed("fail")], &backups),
            [Went::Failed("why".into())]
        );
        assert_eq!(
            read(&[row(1, 200, "b")], &[listed("success")], &[]),
            [Went::Well]
        );
    }

    #[test]
    fn only_the_latest_restore_is_read_from_the_state_of_its_backup() {
        let backups = [backup("b", "restoring", 40)];
        let found = read(&[row(2, 200, "b"), row(1, 200, "b")], &[], &backups);
        assert_eq!(found, [Went::Running(Some(40)), Went::Unknown]);
        let refused_between = read(&[row(3, 400, "b"), row(2, 200, "b")], &[], &backups);
        assert_eq!(refused_between[1], Went::Running(Some(40)));
    }

    #[test]
    fn what_this_browser_saw_counts_when_the_backup_is_gone() {
        let started = StartedRestore {
            generation: Generation::Csbs,
            restore_id: "r1".to_owned(),
            backup_id: "b".to_owned(),
            backup_name: "nightly".to_owned(),
            server_id: "s1".to_owned(),
            server_name: "web-01".to_owned(),
            started_micros: 1_002_000_000,
            outcome: Some(Outcome::Done),
        };
        let sources = Sources {
            listed: &[],
            started: &[started],
            backups: &[],
            servers: &[],
        };
        let found = entries(&[row(1, 200, "b")], &sources);
        assert_eq!(found[0].went, Went::Well);
        assert_eq!(
            (found[0].server_name.as_str(), found[0].backup_name.as_str()),
            ("web-01", "nightly")
        );
        assert!(
            found[0].mentions("TICKET")
                && found[0].mentions("finished")
                && !found[0].mentions("db")
        );
    }

    #[test]
    fn a_restore_from_a_vault_is_read_from_the_services_tasks() {
        let mut asked = row(1, 202, "b");
        asked.operation = BACKUPS_RESTORE.id.to_owned();
        asked.path = "/backups/b/restore".to_owned();
        asked.request = serde_json::json!({"restore": {"volume_id": "v"}});
        let listed = |status: &str, at: i64| ListedRestore {
            id: "task".to_owned(),
            backup_id: "b".to_owned(),
            server_id: "v".to_owned(),
            server_name: "data".to_owned(),
            status: status.to_owned(),
            reason: "no room (BackupService.2001)".to_owned(),
            at: Some(Timestamp::from_seconds(at)),
            percent: Some(30),
        };
        let read_with = |listed: &[ListedRestore]| {
            let sources = Sources {
                listed,
                started: &[],
                backups: &[],
                servers: &[],
            };
            entries(std::slice::from_ref(&asked), &sources).remove(0)
        };
        let running = read_with(&[listed("in_progress", 1003)]);
        assert_eq!(running.went, Went::Running(Some(30)));
        assert_eq!((running.server_name.as_str(), running.disks), ("data", 1));
        assert!(!running.to_server);
        let failed = read_with(&[listed("fail", 1003)]);
        assert_eq!(
            failed.went,
            Went::Failed("no room (BackupService.2001)".into())
        );
        assert_eq!(read_with(&[listed("success", 998)]).went, Went::Well);
        let of_another_day = read_with(&[listed("success", 90_000)]);
        assert_eq!(of_another_day.went, Went::Unknown);
    }

    #[test]
    fn a_row_without_its_request_is_left_out() {
        let mut cut = row(1, 200, "b");
        cut.request = serde_json::Value::Null;
        assert!(read(&[cut], &[], &[]).is_empty());
    }
}

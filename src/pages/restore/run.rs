//! A restore that was asked for: safety backup, the restore itself, how it went. A record the
//! browser keeps, so that leaving the page, reloading it or signing in again loses nothing.
//!
//! Nothing here is sent by itself after the page was left: when the safety backup is ready, the
//! restore goes out only from a page that somebody has in front of them. Otherwise it waits for
//! a press ([`Stage::Ready`]).

use contract::cbr::checkpoints::{CheckpointCreate, CheckpointCreateRequest, CheckpointParameters};
use contract::cbr::rules::{LongText, ShortName};
use contract::csbs::backups::{Protect, ProtectRequest};
use contract::model::{Backup, BackupStatus};
use contract::restore::RestorePlan;
use contract::rules::{Description, Name};
use contract::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api::ListedRestore;
use crate::tasks::Outcome;

/// Seconds a backup may take to say that it is in use.
const SETTLING: i64 = 20;

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The request for the safety backup is on its way.
    SafetySent,
    /// Its answer was lost; whether it was begun has to be looked up.
    SafetyUnknown,
    /// The safety backup is being made.
    Protecting,
    /// The safety backup is there; the restore waits to be sent.
    Ready,
    /// The request for the restore is on its way.
    Sent,
    /// Its answer was lost; whether it was begun has to be looked up.
    Unknown,
    /// The lookup found no trace of it; it may be sent again.
    NotFound,
    /// The restore runs.
    Running,
    /// It is over.
    Ended(Outcome),
    /// It never began: why. Nothing was overwritten.
    Stopped(String),
}

/// A restore that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Id of the run, and of its one restore request.
    pub id: String,
    /// Exactly what is sent.
    pub plan: RestorePlan,
    pub backup_name: String,
    /// When the backup was begun, microseconds since the epoch.
    pub backup_micros: Option<i64>,
    pub server_name: String,
    /// `Linux`, `Windows` or empty; decides what has to be looked after.
    pub os: String,
    pub reason: String,
    /// When it was asked for, on the service's clock, microseconds since the epoch.
    pub made_micros: i64,
    /// How long making the backup took, seconds: what is usual for its amount of data.
    pub usual_seconds: Option<i64>,
    pub stage: Stage,
    /// The safety backup, if one was asked for.
    pub safety: Option<Safety>,
    /// The restore as the service calls it; empty until it answered.
    pub restore_id: String,
    /// When the restore was accepted.
    pub started_micros: Option<i64>,
    /// Progress last seen, and when it was first seen.
    pub progress: Option<(i64, i64)>,
    /// Entries of the follow-up list that are done.
    pub done: Vec<String>,
}

/// The backup of the target that is made before it is overwritten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Safety {
    /// Id of its request; sent once.
    pub once: String,
    /// Its name; nobody else's, so that it can be looked up.
    pub name: String,
    /// Its id, once known.
    pub backup_id: String,
    /// The vault it is made into; empty where there are none.
    #[serde(default)]
    pub vault: String,
}

/// What the lookup of a lost restore found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace {
    /// The backup is in use for a restore.
    Busy,
    /// The record says the service accepted it; its id.
    Accepted(String),
    /// The record says the service refused it.
    Refused(String),
    /// No trace.
    None,
}

impl Run {
    /// The name of the safety backup for a run.
    pub fn safety_name(id: &str) -> String {
        format!("before-restore-{}", id.get(..8).unwrap_or(id))
    }

    /// The request for the safety backup.
    pub fn safety_request(&self) -> Option<ProtectRequest> {
        let safety = self.safety.as_ref()?;
        let text = format!("Made before a restore from {}", self.backup_name);
        Some(ProtectRequest {
            protect: Protect {
                backup_name: Name::try_from(safety.name.clone()).ok(),
                description: Description::try_from(text).ok(),
                incremental: Some(true),
                resource_type: None,
                extra_info: None,
                tags: None,
            },
        })
    }

    /// The same for a target in a vault (cbr-v3 5.2, 20).
    pub fn vault_safety_request(&self) -> Option<CheckpointCreateRequest> {
        let safety = self.safety.as_ref()?;
        let text = format!("Made before a restore from {}", self.backup_name);
        Some(CheckpointCreateRequest {
            checkpoint: CheckpointCreate {
                vault_id: safety.vault.clone(),
                parameters: Some(CheckpointParameters {
                    name: ShortName::try_from(safety.name.clone()).ok(),
                    description: LongText::try_from(text).ok(),
                    incremental: Some(true),
                    resources: Some(vec![self.plan.target().to_owned()]),
                    ..CheckpointParameters::default()
                }),
            },
        })
    }

    /// After a reload: what was on its way then has an answer nobody heard.
    #[must_use]
    pub fn reopened(mut self) -> Self {
        self.stage = match self.stage {
            Stage::SafetySent => Stage::SafetyUnknown,
            Stage::Sent => Stage::Unknown,
            stage => stage,
        };
        self
    }

    /// Takes what is known of the safety backup.
    pub fn saw_safety(&mut self, backup: &Backup) {
        if !matches!(
            self.stage,
            Stage::SafetyUnknown | Stage::SafetySent | Stage::Protecting
        ) {
            return;
        }
        if let Some(safety) = &mut self.safety {
            safety.backup_id.clone_from(&backup.id);
        }
        self.stage = match &backup.status {
            BackupStatus::Available => Stage::Ready,
            BackupStatus::Error | BackupStatus::Deleted => {
                let why = backup
                    .failure
                    .as_ref()
                    .map(|f| f.reason.as_str())
                    .unwrap_or_default();
                Stage::Stopped(if why.is_empty() {
                    "The safety backup failed, so the restore was not started.".to_owned()
                } else {
                    format!("The safety backup failed, so the restore was not started: {why}")
                })
            }
            _ => Stage::Protecting,
        };
    }

    /// The service accepted the restore.
    pub fn accepted(&mut self, restore_id: &str, at: Timestamp) {
        restore_id.clone_into(&mut self.restore_id);
        self.started_micros = self.started_micros.or(Some(at.micros()));
        self.stage = Stage::Running;
    }

    /// Takes what was found about a restore whose answer was lost.
    pub fn traced(&mut self, trace: Trace, now: Timestamp) {
        match trace {
            Trace::Busy => self.accepted("", now),
            Trace::Accepted(id) => self.accepted(&id, now),
            Trace::Refused(why) => self.stage = Stage::Stopped(why),
            Trace::None => self.stage = Stage::NotFound,
        }
    }

    /// Takes what is known of the backup while the restore runs.
    pub fn saw_backup(&mut self, backup: &Backup, now: Timestamp) {
        if self.stage != Stage::Running {
            return;
        }
        match Outcome::of_backup(backup) {
            // Just accepted and not yet seen at work: the backup may not say so yet.
            Some(_) if self.progress.is_none() && self.elapsed(now) < SETTLING => {}
            Some(outcome) => self.stage = Stage::Ended(outcome),
            None => self.moved_to(backup.progress, now),
        }
    }

    /// Takes what the service's list says of the restore; nothing while it is not in it yet.
    pub fn saw_restore(&mut self, restore: &ListedRestore, now: Timestamp) {
        if self.stage != Stage::Running {
            return;
        }
        self.restore_id.clone_from(&restore.id);
        match Outcome::of_listed(restore) {
            Some(outcome) => self.stage = Stage::Ended(outcome),
            None => self.moved_to(restore.percent.unwrap_or(0), now),
        }
    }

    fn moved_to(&mut self, percent: i64, now: Timestamp) {
        let percent = percent.clamp(0, 100);
        if self.progress.is_none_or(|(seen, _)| seen != percent) {
            self.progress = Some((percent, now.micros()));
        }
    }

    /// Whether something is still to come.
    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Ended(_) | Stage::Stopped(_))
    }

    /// Seconds the progress has not moved, when that is longer than usual: at least ten minutes,
    /// and longer than making the whole backup took.
    pub fn stalled(&self, now: Timestamp) -> Option<i64> {
        let (_, since) = self.progress?;
        let still = now.seconds() - Timestamp::from_micros(since).seconds();
        let patience = self.usual_seconds.unwrap_or(0).max(600);
        (self.stage == Stage::Running && still >= patience).then_some(still)
    }

    /// Seconds since the restore was accepted.
    pub fn elapsed(&self, now: Timestamp) -> i64 {
        let from = self.started_micros.unwrap_or(self.made_micros);
        (now.seconds() - Timestamp::from_micros(from).seconds()).max(0)
    }
}

/// How long making a backup took, seconds; says something about a restore only when it is a full
/// one, because an incremental one moved a part of the data.
pub fn usual_seconds(backup: &Backup) -> Option<i64> {
    let (begun, ended) = (backup.created_at?, backup.finished_at?);
    Some(ended.seconds() - begun.seconds()).filter(|seconds| *seconds > 0 && !backup.incremental)
}

/// What to look after when a restore is over: a key to remember it by, and the sentence.
pub fn follow_up(os: &str, started: bool) -> Vec<(&'static str, &'static str)> {
    let mut list = vec![if started {
        (
            "boots",
            "Check that the server has started and that you can sign in; its password or key is the one of that time.",
        )
    } else {
        (
            "start",
            "The server is stopped: start it when you are ready.",
        )
    }];
    match os {
        "Windows" => list.push(("disks", "Open Disk Management: data disks come back offline and have to be set online.")),
        "Linux" => list.push(("lvm", "Check mounts and volume groups (lsblk, vgs): volumes that were enlarged or added since may need to be attached again.")),
        _ => list.push(("disks", "Check that all disks are there: Windows brings data disks back offline, Linux may need its volume groups activated.")),
    }
    list.extend([
        (
            "network",
            "Check addresses and names: what was changed since that time has gone back.",
        ),
        (
            "services",
            "Check the applications and their data, and repeat what was done since that time.",
        ),
        ("backup", "Back the server up again once all is well."),
    ]);
    list
}

/// The same for a single volume or a file system.
pub fn follow_up_of_data() -> Vec<(&'static str, &'static str)> {
    vec![
        (
            "mounts",
            "Mount it again where it is used, and check its file system first.",
        ),
        (
            "services",
            "Check the applications and their data, and repeat what was done since that time.",
        ),
        ("backup", "Back it up again once all is well."),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::csbs::backups::CheckpointItem;
    use contract::model::Failure;

    fn run(stage: Stage) -> Run {
        Run {
            id: "0123456789".to_owned(),
            plan: RestorePlan::default(),
            backup_name: "nightly".to_owned(),
            backup_micros: None,
            server_name: "web-01".to_owned(),
            os: "Linux".to_owned(),
            reason: String::new(),
            made_micros: 0,
            usual_seconds: None,
            stage,
            safety: Some(Safety {
                once: "o".to_owned(),
                name: Run::safety_name("0123456789"),
                backup_id: String::new(),
                vault: String::new(),
            }),
            restore_id: String::new(),
            started_micros: None,
            progress: None,
            done: Vec::new(),
        }
    }

    fn backup(status: &str, progress: i64) -> Backup {
        let mut backup = Backup::from(CheckpointItem::default());
        backup.id = "safe".to_owned();
        backup.status = BackupStatus::from_word(status);
        backup.progress = progress;
        backup
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn a_reload_in_the_middle_of_a_call_means_look_it_up() {
        assert_eq!(run(Stage::Sent).reopened().stage, Stage::Unknown);
        assert_eq!(
            run(Stage::SafetySent).reopened().stage,
            Stage::SafetyUnknown
        );
        assert_eq!(run(Stage::Ready).reopened().stage, Stage::Ready);
    }

    #[test]
    fn the_restore_waits_until_the_safety_backup_is_available() {
        let mut run = run(Stage::Protecting);
        run.saw_safety(&backup("protecting", 40));
        assert_eq!(run.stage, Stage::Protecting);
        run.saw_safety(&backup("available", 100));
        assert_eq!(run.stage, Stage::Ready);
        assert_eq!(
            run.safety.as_ref().map(|s| s.backup_id.as_str()),
            Some("safe")
        );
        run.saw_safety(&backup("error", 0));
        assert_eq!(
            run.stage,
            Stage::Ready,
            "what happens to it later changes nothing"
        );
    }

    #[test]
    fn a_failed_safety_backup_stops_the_restore() {
        let mut run = run(Stage::Protecting);
        let mut failed = backup("error", 10);
        failed.failure = Some(Failure {
            reason: "disk gone".to_owned(),
            ..Failure::default()
        });
        run.saw_safety(&failed);
        assert!(matches!(&run.stage, Stage::Stopped(why) if why.ends_with("disk gone")));
        assert!(!run.is_open());
    }

    #[test]
    fn a_lost_answer_is_settled_by_what_the_lookup_finds() {
        let settled = |trace| {
            let mut run = run(Stage::Unknown);
            run.traced(trace, at(100));
            (run.stage, run.restore_id)
        };
        assert_eq!(settled(Trace::Busy), (Stage::Running, String::new()));
        assert_eq!(
            settled(Trace::Accepted("r".into())),
            (Stage::Running, "r".into())
        );
        assert_eq!(settled(Trace::None), (Stage::NotFound, String::new()));
        assert_eq!(
            settled(Trace::Refused("no".into())),
            (Stage::Stopped("no".into()), String::new())
        );
    }

    #[test]
    fn progress_that_stands_still_longer_than_usual_is_said() {
        let mut run = run(Stage::Running);
        run.usual_seconds = Some(900);
        run.saw_backup(&backup("restoring", 30), at(1000));
        run.saw_backup(&backup("restoring", 30), at(1500));
        assert_eq!(run.stalled(at(1899)), None);
        assert_eq!(run.stalled(at(1900)), Some(900));
        run.saw_backup(&backup("restoring", 31), at(1901));
        assert_eq!(run.stalled(at(2000)), None);
        run.saw_backup(&backup("restoring", 250), at(2001));
        assert_eq!(run.progress, Some((100, at(2001).micros())), "clamped");
        run.usual_seconds = Some(5);
        assert_eq!(run.stalled(at(2100)), None, "never before ten minutes");
    }

    #[test]
    fn the_end_is_read_from_the_backup() {
        let mut done = run(Stage::Running);
        done.saw_backup(&backup("available", 100), at(SETTLING - 1));
        assert_eq!(done.stage, Stage::Running, "it may not have begun yet");
        done.saw_backup(&backup("available", 100), at(SETTLING));
        assert_eq!(done.stage, Stage::Ended(Outcome::Done));
        let mut quick = run(Stage::Running);
        quick.saw_backup(&backup("restoring", 5), at(1));
        quick.saw_backup(&backup("available", 100), at(2));
        assert_eq!(quick.stage, Stage::Ended(Outcome::Done));
        let mut failed = run(Stage::Running);
        let mut answer = backup("available", 0);
        answer.failure = Some(Failure {
            operation: "restore".into(),
            reason: "x".into(),
            ..Failure::default()
        });
        failed.saw_backup(&answer, at(60));
        assert_eq!(failed.stage, Stage::Ended(Outcome::Failed("x".into())));
        let mut waiting = run(Stage::Ready);
        waiting.saw_backup(&backup("available", 100), at(60));
        assert_eq!(waiting.stage, Stage::Ready);
    }

    #[test]
    fn a_restore_from_a_vault_ends_as_the_list_of_tasks_says() {
        let seen = |status: &str, percent: i64| {
            let mut run = run(Stage::Running);
            let listed = ListedRestore {
                id: "task".to_owned(),
                backup_id: "b".to_owned(),
                server_id: "v".to_owned(),
                server_name: String::new(),
                status: status.to_owned(),
                reason: "no room (BackupService.2001)".to_owned(),
                at: None,
                percent: Some(percent),
            };
            run.saw_restore(&listed, at(10));
            assert_eq!(run.restore_id, "task");
            (run.stage, run.progress)
        };
        assert_eq!(
            seen("in_progress", 40),
            (Stage::Running, Some((40, at(10).micros())))
        );
        assert_eq!(seen("success", 100).0, Stage::Ended(Outcome::Done));
        assert_eq!(
            seen("fail", 40).0,
            Stage::Ended(Outcome::Failed("no room (BackupService.2001)".into()))
        );
    }

    #[test]
    fn the_safety_backup_of_what_is_in_a_vault_goes_into_it() {
        let mut run = run(Stage::SafetySent);
        run.plan.server = "s".to_owned();
        if let Some(safety) = &mut run.safety {
            safety.vault = "vault".to_owned();
        }
        let request = serde_json::to_value(run.vault_safety_request()).expect("JSON");
        assert_eq!(
            request,
            serde_json::json!({"checkpoint": {"vault_id": "vault", "parameters": {
                "name": "before-restore-01234567", "description": "Made before a restore from nightly",
                "incremental": true, "resources": ["s"]
            }}})
        );
    }

    #[test]
    fn a_run_survives_being_kept() {
        let run = run(Stage::Ended(Outcome::Failed("x".into())));
        let text = serde_json::to_string(&run).expect("a run is JSON");
        assert_eq!(
            serde_json::from_str::<Run>(&text).expect("its own text"),
            run
        );
    }

    #[test]
    fn the_safety_backup_has_a_name_the_service_accepts() {
        let request = run(Stage::SafetySent)
            .safety_request()
            .expect("a safety backup");
        assert_eq!(
            request.protect.backup_name.map(String::from),
            Some("before-restore-01234567".to_owned())
        );
        assert!(request.protect.description.is_some());
    }

    #[test]
    fn the_follow_up_depends_on_the_system() {
        let keys = |os, started| {
            follow_up(os, started)
                .into_iter()
                .map(|(key, _)| key)
                .collect::<Vec<_>>()
        };
        assert!(keys("Windows", true).contains(&"disks") && keys("Linux", true).contains(&"lvm"));
        assert_eq!(keys("", false)[0], "start");
    }
}

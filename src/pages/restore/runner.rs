//! Carries out a run: sends the safety backup, then the restore, each once; and finds out what
//! became of a request whose answer was lost, before anything is offered again.

use contract::csbs::restores::RestoreRequest;
use contract::errors::lookup_all;
use contract::model::{Backup, BackupStatus, Generation};
use contract::operations::{cbr, csbs};
use contract::restore::RestorePlan;
use contract::session::AuditRow;

use super::known::Known;
use super::run::{Run, Stage, Trace};
use super::store::Runs;
use crate::api::{self, Api, ApiError, use_api};
use crate::clock::{Clock, use_clock};
use crate::tasks::{StartedRestore, Tasks, use_tasks};

/// Audit rows looked through for a lost request.
const ROWS: usize = 50;

/// Sends and looks up. Goes on when its page is left: what was asked for is not half asked for.
#[derive(Clone)]
pub struct Runner {
    pub runs: Runs,
    api: Api,
    clock: Clock,
    tasks: Tasks,
}

impl Runner {
    /// For the runs of this browser.
    pub fn open() -> Self {
        Self {
            runs: Runs::open(),
            api: use_api(),
            clock: use_clock(),
            tasks: use_tasks(),
        }
    }

    /// Keeps a new run and sends its first request.
    pub fn begin(&self, run: Run) {
        self.runs.add(run.clone());
        WATCHED.with(|watched| watched.replace(Some(run.id.clone())));
        let runner = self.clone();
        leptos::task::spawn_local(async move {
            if run.safety.is_some() {
                runner.send_safety(run).await;
            } else {
                runner.send_restore(run).await;
            }
        });
    }

    /// Whether the page that asked for this run was never left since.
    pub fn is_watched(id: &str) -> bool {
        WATCHED.with(|watched| watched.borrow().as_deref() == Some(id))
    }

    /// The page was left: nothing goes on without a press.
    pub fn look_away() {
        WATCHED.with(|watched| watched.replace(None));
    }

    async fn send_safety(&self, run: Run) {
        let Some(safety) = &run.safety else { return };
        let answer = match (run.plan.generation, run.vault_safety_request()) {
            (Generation::Cbr, Some(request)) => match api::cbr().await {
                Ok(cbr) => (cbr.back_up)(self.api, request, safety.once.clone()).await,
                Err(error) => Err(error),
            },
            _ => {
                let Some(request) = run.safety_request() else {
                    return;
                };
                api::back_up_server(self.api, &run.plan.server, &request, &safety.once).await
            }
        };
        self.runs.change(&run.id, |run| {
            run.stage = match &answer {
                Ok(_) => Stage::Protecting,
                Err(error) if is_uncertain(error) => Stage::SafetyUnknown,
                Err(error) => Stage::Stopped(format!("The safety backup was not begun. {error}")),
            };
        });
        self.tasks.look_now();
    }

    /// Sends the restore of a run that is ready, after one more look at the world.
    pub fn go_on(&self, run: Run) {
        let stored = self.runs.stored_stage(&run.id);
        // Another tab may have sent it already.
        if !matches!(stored, Some(Stage::Ready | Stage::NotFound)) {
            return;
        }
        self.runs.change(&run.id, |run| run.stage = Stage::Sent);
        let runner = self.clone();
        leptos::task::spawn_local(async move {
            match Known::fetch(runner.api, run.plan.backup.clone()).await {
                Ok(known) => {
                    if let Some(refusal) = known.all.refusals(&run.plan).into_iter().next() {
                        let text =
                            format!("The restore was not sent. {refusal} {}", refusal.way_out());
                        runner
                            .runs
                            .change(&run.id, |run| run.stage = Stage::Stopped(text));
                    } else {
                        runner.send_restore(run).await;
                    }
                }
                // Nothing was sent yet, so it can be tried again.
                Err(_) => runner.runs.change(&run.id, |run| run.stage = Stage::Ready),
            }
        });
    }

    async fn send_restore(&self, run: Run) {
        let answer = api::restore(self.api, &run.plan, &run.reason, &run.id).await;
        let now = self.clock.now();
        match answer {
            Ok(id) => self.started(&run, &id),
            // Nobody was signed in, so nothing was started; it waits for a press.
            Err(ApiError::SessionEnded) => {
                self.runs.change(&run.id, |run| run.stage = Stage::Ready)
            }
            Err(error) if is_uncertain(&error) => {
                self.runs.change(&run.id, |run| run.stage = Stage::Unknown);
                self.look_up(run).await;
            }
            Err(error) => self.runs.change(&run.id, |run| {
                run.traced(
                    Trace::Refused(format!("The service refused the restore. {error}")),
                    now,
                );
            }),
        }
    }

    fn started(&self, run: &Run, restore_id: &str) {
        let now = self.clock.now();
        let known = self.runs.stored_stage(&run.id) == Some(Stage::Running);
        self.runs
            .change(&run.id, |run| run.accepted(restore_id, now));
        if known {
            return;
        }
        self.tasks.restore_started(StartedRestore {
            generation: run.plan.generation,
            restore_id: restore_id.to_owned(),
            backup_id: run.plan.backup.clone(),
            backup_name: run.backup_name.clone(),
            server_id: run.plan.target().to_owned(),
            server_name: run.server_name.clone(),
            started_micros: now.micros(),
            outcome: None,
        });
    }

    /// Finds out what became of a restore whose answer was lost.
    pub async fn look_up(&self, run: Run) {
        let Ok(trace) = trace(self.api, &run).await else {
            return;
        };
        match trace {
            Trace::Accepted(id) => self.started(&run, &id),
            Trace::Busy => self.started(&run, ""),
            trace => {
                let now = self.clock.now();
                self.runs.change(&run.id, |run| run.traced(trace, now));
            }
        }
    }

    /// The safety backup of a run, as it is now; `None` when there is none (yet).
    pub async fn safety_backup(api: Api, run: &Run) -> Result<Option<Backup>, ApiError> {
        let Some(safety) = &run.safety else {
            return Ok(None);
        };
        if !safety.backup_id.is_empty() {
            return api::backup(api, &safety.backup_id).await.map(Some);
        }
        let filter = [
            ("resource_id", run.plan.target()),
            ("name", safety.name.as_str()),
        ];
        let found = api::all_backups(api, &filter).await?;
        let found = found.heard(run.plan.generation)?;
        Ok(found.into_iter().find(|backup| backup.name == safety.name))
    }
}

thread_local! {
    /// The run whose progress page is open since it was asked for.
    static WATCHED: std::cell::RefCell<Option<String>> = const { std::cell::RefCell::new(None) };
}

/// Whether the service may have carried out a request in spite of this failure.
fn is_uncertain(error: &ApiError) -> bool {
    match error {
        ApiError::Network | ApiError::Timeout | ApiError::Unreadable { .. } => true,
        ApiError::SessionEnded => false,
        ApiError::Refused { status, code, .. } => {
            *status >= 500
                && (!(code.starts_with("CSBS.") || code.starts_with("BackupService."))
                    || lookup_all(code, *status).is_none_or(|text| text.retryable))
        }
    }
}

/// Looks where a restore leaves traces: the record of the gateway, the service's own list, the
/// state of the backup.
async fn trace(api: Api, run: &Run) -> Result<Trace, ApiError> {
    let operation = match run.plan.generation {
        Generation::Csbs => csbs::RESTORES_CREATE.id,
        Generation::Cbr => cbr::BACKUPS_RESTORE.id,
    };
    let rows = api::audit(api, operation, ROWS, None).await?;
    if let Some(trace) = trace_in(&rows.entries, &run.plan, run.made_micros) {
        return Ok(trace);
    }
    let listed = api::restores(api).await?.heard(run.plan.generation)?;
    let ours = listed.iter().find(|restore| {
        restore.is_running()
            && restore.backup_id == run.plan.backup
            && restore.server_id == run.plan.target()
    });
    if let Some(restore) = ours {
        return Ok(Trace::Accepted(restore.id.clone()));
    }
    let backup = api::backup(api, &run.plan.backup).await?;
    let busy = matches!(
        backup.status,
        BackupStatus::WaitingRestore | BackupStatus::Restoring
    );
    Ok(if busy { Trace::Busy } else { Trace::None })
}

/// Whether a row of the record is about a plan.
fn is_of(row: &AuditRow, plan: &RestorePlan) -> bool {
    match plan.generation {
        Generation::Csbs => serde_json::from_value::<RestoreRequest>(row.request.clone())
            .is_ok_and(|request| RestorePlan::from(&request.restore) == *plan),
        // The backup stands in the path, the rest in the request.
        Generation::Cbr => {
            row.path.ends_with(&format!("/{}/restore", plan.backup))
                && serde_json::to_value(plan.to_cbr_request())
                    .is_ok_and(|request| request == row.request)
        }
    }
}

/// What the gateway's record says about a plan sent at or after an instant.
fn trace_in(rows: &[AuditRow], plan: &RestorePlan, since_micros: i64) -> Option<Trace> {
    let since = since_micros.div_euclid(1_000_000) - 5;
    rows.iter()
        .filter(|row| row.at >= since)
        .filter(|row| is_of(row, plan))
        .find_map(|row| match row.status {
            200..=299 => Some(Trace::Accepted(
                row.response
                    .pointer("/restore/id")
                    .and_then(|id| id.as_str())
                    .unwrap_or_default()
                    .to_owned(),
            )),
            400..=499 => Some(Trace::Refused(format!(
                "The service refused the restore. {}",
                row.response
                    .get("error_msg")
                    .and_then(|text| text.as_str())
                    .unwrap_or_default()
            ))),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::restore::Assignment;

    fn plan() -> RestorePlan {
        RestorePlan {
            backup: "b".to_owned(),
            checkpoint: "c".to_owned(),
            server: "s".to_owned(),
            mapping: vec![Assignment {
                disk: "d".to_owned(),
                volume: "v".to_owned(),
            }],
            power_on: true,
            ..RestorePlan::default()
        }
    }

    fn row(at: i64, status: u16, plan: &RestorePlan) -> AuditRow {
        AuditRow {
            id: at,
            at,
            user: "demo".to_owned(),
            operation: "csbs.restores.create".to_owned(),
            path: "/restores".to_owned(),
            status,
            request_id: String::new(),
            reason: String::new(),
            request: serde_json::to_value(plan.to_request()).expect("a request is JSON"),
            response: serde_json::json!({"restore": {"id": "r1"}, "error_msg": "busy"}),
        }
    }

    #[test]
    fn the_record_tells_whether_a_lost_request_arrived() {
        let sent = 1_000_000_000;
        let look = |rows: &[AuditRow]| trace_in(rows, &plan(), sent);
        assert_eq!(
            look(&[row(1000, 200, &plan())]),
            Some(Trace::Accepted("r1".into()))
        );
        assert_eq!(
            look(&[row(1000, 0, &plan())]),
            None,
            "no answer came there either"
        );
        assert_eq!(look(&[row(900, 200, &plan())]), None, "an earlier one");
        let refused = look(&[row(1001, 400, &plan())]);
        assert!(matches!(refused, Some(Trace::Refused(why)) if why.ends_with("busy")));
        let other = RestorePlan {
            power_on: false,
            ..plan()
        };
        assert_eq!(look(&[row(1000, 200, &other)]), None, "somebody else's");
        let single = RestorePlan {
            generation: Generation::Cbr,
            kind: "OS::Cinder::Volume".to_owned(),
            ..plan()
        };
        let mut vaulted = row(1000, 202, &plan());
        vaulted.path = "/backups/b/restore".to_owned();
        vaulted.request = serde_json::json!({"restore": {"volume_id": "v"}});
        assert_eq!(
            trace_in(&[vaulted.clone()], &single, sent),
            Some(Trace::Accepted("r1".into()))
        );
        vaulted.path = "/backups/other/restore".to_owned();
        assert_eq!(trace_in(&[vaulted], &single, sent), None);
        let mut cut = row(1000, 200, &plan());
        cut.request = serde_json::Value::Null;
        assert_eq!(look(&[cut]), None);
    }

    #[test]
    fn only_a_clear_refusal_is_certain() {
        let refused = |status, code: &str| ApiError::Refused {
            status,
            code: code.to_owned(),
            message: String::new(),
            request_id: String::new(),
        };
        assert!(!is_uncertain(&refused(400, "CSBS.6024")));
        assert!(
            !is_uncertain(&refused(500, "CSBS.6023")),
            "most answers of status 500 are refusals"
        );
        assert!(is_uncertain(&refused(500, "CSBS.9999")));
        assert!(is_uncertain(&refused(504, "Gateway.0019")));
        assert!(is_uncertain(&ApiError::Network) && is_uncertain(&ApiError::Timeout));
        assert!(!is_uncertain(&ApiError::SessionEnded));
    }
}

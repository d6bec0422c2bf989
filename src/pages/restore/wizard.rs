//! What the four steps share: the draft, what is known, what stands against it, and moving on.

use std::sync::Arc;

use contract::csbs::backups::CheckResult;
use contract::errors::lookup;
use contract::model::{Backup, ResourceKind, Server};
use contract::restore::{Concern, RestorePlan, RestoreRefusal};
use contract::time::Timestamp;
use leptos::prelude::*;

use super::draft::{RestoreDraft, Step, disk_field, field_of};
use super::known::Known;
use super::run::Stage;
use super::store::{Runs, recall_draft, remember_draft};
use crate::api::{Api, ApiError, use_api};
use crate::clock::{Clock, use_clock};
use crate::form::{Problem, Problems};
use crate::layout::use_paths;
use crate::query::Query;
use crate::router::{NavigateOptions, use_navigate, use_params_map};

/// What the service's own check said about a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub plan: RestorePlan,
    pub answer: Result<CheckResult, ApiError>,
}

impl Verdict {
    /// The refusal in it: code and text.
    pub fn refusal(&self) -> Option<(String, String)> {
        let answer = self.answer.as_ref().ok()?;
        (answer.result == Some(false)).then(|| (answer.error_code.clone(), words(answer)))
    }
}

fn words(answer: &CheckResult) -> String {
    match lookup(&answer.error_code, 0) {
        Some(text) => format!("{} {}", text.meaning, text.remedy),
        None => answer.error_msg.clone(),
    }
}

/// The wizard of one page.
#[derive(Clone, Copy)]
pub struct Wizard {
    pub draft: RwSignal<RestoreDraft>,
    pub known: Query<Known>,
    /// Everything our own check has against the draft.
    pub refusals: Memo<Vec<RestoreRefusal>>,
    pub problems: Problems,
    /// Problems to show on the step that is being gone to.
    pub arriving: StoredValue<Vec<Problem>>,
    pub verdict: RwSignal<Option<Verdict>>,
    api: Api,
    clock: Clock,
}

impl Wizard {
    /// Reads the draft of this tab and what is known about its backup.
    pub fn open() -> Self {
        let (api, params) = (use_api(), use_params_map());
        let backup_id = Memo::new(move |_| params.read().get("backup").unwrap_or_default());
        let known = Query::joined(move |api| {
            let id = backup_id.get();
            async move { Known::fetch(api, id).await }
        });
        let mut stored = recall_draft(&api.project()).unwrap_or_default();
        // What was refused after it was sent can be corrected, with everything that was chosen.
        let refused = stored
            .submitted
            .as_deref()
            .and_then(|id| Runs::open().stored_stage(id))
            .is_some_and(|stage| matches!(stage, Stage::Stopped(_)));
        if refused {
            stored.submitted = None;
        }
        let draft = RwSignal::new(stored);
        let refusals = Memo::new(move |_| {
            let Some(known) = known.data() else {
                return Vec::new();
            };
            draft.with(|draft| known.refusals(&draft.plan))
        });
        let wizard = Self {
            draft,
            known,
            refusals,
            problems: Problems::default(),
            arriving: StoredValue::new(Vec::new()),
            verdict: RwSignal::new(None),
            api,
            clock: use_clock(),
        };
        Effect::new(move |_| {
            if let Some(known) = known.data() {
                backup_id.with(|id| wizard.adopt(id, &known));
            }
        });
        Effect::new(move |_| {
            draft.with(|draft| {
                if !draft.plan.backup.is_empty() {
                    remember_draft(&api.project(), draft);
                }
            });
        });
        wizard
    }

    /// Makes the draft one of the backup in the address.
    fn adopt(self, id: &str, known: &Known) {
        let Some(backup) = known.backup(id) else {
            return;
        };
        let current = self.draft.with_untracked(|draft| draft.plan.backup.clone());
        if current == id {
            return;
        }
        self.problems.show(Vec::new());
        match known.backup(&current) {
            // Another point in time of the same server: the rest of the draft stays.
            Some(old) => self.draft.update(|draft| {
                draft.choose_backup(Some(old), backup, &known.servers, &known.volumes);
            }),
            None => self
                .draft
                .set(RestoreDraft::of(backup, &known.servers, &known.volumes)),
        }
    }

    /// Begins anew with the same backup.
    pub fn start_over(self) {
        let Some((known, backup)) = self.known.data().zip(self.backup_untracked()) else {
            return;
        };
        self.draft
            .set(RestoreDraft::of(&backup, &known.servers, &known.volumes));
    }

    /// The draft's backup; tracked.
    pub fn backup(self) -> Option<Backup> {
        let known = self.known.data()?;
        self.draft
            .with(|draft| known.backup(&draft.plan.backup).cloned())
    }

    fn backup_untracked(self) -> Option<Backup> {
        untrack(|| self.backup())
    }

    /// The draft's target; tracked.
    pub fn target(self) -> Option<Server> {
        let known = self.known.data()?;
        self.draft
            .with(|draft| known.server(&draft.plan.server).cloned())
    }

    /// What the target is called; tracked.
    pub fn target_name(self) -> String {
        let plan = self.draft.with(|draft| draft.plan.clone());
        self.known
            .data()
            .map(|known| known.target_name(&plan))
            .unwrap_or_default()
    }

    /// What the backup is of; tracked.
    pub fn kind(self) -> ResourceKind {
        self.backup()
            .map_or(ResourceKind::Server, |backup| backup.resource())
    }

    /// What is overwritten, in words; tracked.
    pub fn overwritten(self) -> &'static str {
        match self.kind() {
            ResourceKind::Volume => "the volume",
            ResourceKind::FileSystem => "the file system",
            _ => "the overwritten volumes",
        }
    }

    /// What is known; tracked.
    pub fn data(self) -> Option<Arc<Known>> {
        self.known.data()
    }

    /// The plan as it would be sent; tracked.
    pub fn plan(self) -> RestorePlan {
        let target = self.target();
        self.draft.with(|draft| draft.plan(target.as_ref()))
    }

    /// The API of the project.
    pub fn api(self) -> Api {
        self.api
    }

    /// The service's present.
    pub fn now(self) -> Timestamp {
        self.clock.now()
    }

    /// Goes to the step where problems can be resolved, and shows them there.
    pub fn resolve_at(
        self,
        step: Step,
        here: Step,
        problems: Vec<Problem>,
        go: &impl Fn(&str, &str, bool),
    ) {
        if step == here {
            self.problems.show(problems);
            return;
        }
        self.problems.show(Vec::new());
        self.arriving.set_value(problems);
        let backup = self.draft.with_untracked(|draft| draft.plan.backup.clone());
        go(&backup, step.word(), false);
    }

    /// Whether the page was left.
    pub fn is_gone(self) -> bool {
        self.draft.try_with_untracked(|_| ()).is_none()
    }

    /// Keeps the draft at once, before something leaves the browser.
    pub fn remember(self) {
        self.draft
            .with_untracked(|draft| remember_draft(&self.api.project(), draft));
    }

    /// What keeps a step from being passed.
    pub fn problems_at(self, step: Step) -> Vec<Problem> {
        let mut problems = Vec::new();
        let draft = self.draft.get_untracked();
        let to_server = ResourceKind::from_word(&draft.plan.kind).is_server();
        if step == Step::Target && to_server && draft.plan.server.is_empty() {
            problems.push(Problem::at("restore-server", "Target server: choose one."));
        }
        let refusals = self.refusals.get_untracked();
        problems.extend(
            refusals
                .iter()
                .filter(|refusal| Step::of(refusal) <= step)
                .map(problem_of),
        );
        if step == Step::Check {
            let plan = untrack(|| self.plan());
            let verdict = self.verdict.get_untracked().filter(|v| v.plan == plan);
            if let Some((code, text)) = verdict.and_then(|verdict| verdict.refusal()) {
                problems.push(Problem::at(
                    "service-check",
                    format!("The service refuses ({code}): {text}"),
                ));
            }
            if let Some(text) = draft.reason_problem() {
                problems.push(Problem::at("restore-reason", text));
            }
        }
        problems
    }

    /// The problems of one disk backup's row; tracked.
    pub fn disk_problems(self, disk: &str) -> Vec<RestoreRefusal> {
        self.refusals.with(|refusals| {
            refusals
                .iter()
                .filter(|refusal| matches!(refusal.concern(), Concern::Disk(of, _) if of == disk))
                .cloned()
                .collect()
        })
    }
}

/// A refusal as an entry of the summary; rows that have no control are about the whole step.
pub fn problem_of(refusal: &RestoreRefusal) -> Problem {
    let field = match refusal {
        RestoreRefusal::ForeignDisk(_) => String::new(),
        _ => field_of(refusal),
    };
    Problem::at(field, format!("{refusal} {}", refusal.way_out()))
}

/// The control that maps a disk backup.
pub fn control_of(disk: &str) -> String {
    disk_field(disk)
}

/// Goes to a step of a backup's wizard.
pub fn use_go() -> impl Fn(&str, &str, bool) + Clone + Send + Sync + 'static {
    let (navigate, paths) = (use_navigate(), use_paths());
    move |backup: &str, step: &str, replace: bool| {
        let options = NavigateOptions {
            replace,
            ..NavigateOptions::default()
        };
        navigate(&paths.restore(backup, step), options);
    }
}

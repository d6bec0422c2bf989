//! The policy form's signals, and what follows from them.

use std::sync::Arc;

use contract::model::{Policy, Server};
use leptos::prelude::*;

use super::draft::{PolicyDraft, RetentionDraft, Surroundings};
use super::fields::{PolicyFields, ServerRef};
use super::preflight::{Known, running, save_problems};
use super::save::{Deed, Plan, leaves};
use crate::api::BackupsPage;
use crate::form::{Problem, Problems};
use crate::query::Query;
use crate::schedule::{Builder, ScheduleDraft};

/// One signal per field.
#[derive(Clone, Copy)]
pub struct PolicyForm {
    pub name: RwSignal<String>,
    pub description: RwSignal<String>,
    pub enabled: RwSignal<bool>,
    pub schedule: RwSignal<ScheduleDraft>,
    /// A pattern that cannot be read stays as it is.
    pub schedule_untouched: RwSignal<bool>,
    pub retention: RwSignal<RetentionDraft>,
    pub servers: RwSignal<Vec<ServerRef>>,
}

impl PolicyForm {
    pub fn new(draft: PolicyDraft) -> Self {
        let zone = "mine";
        let untouched = draft.schedule.is_none();
        Self {
            name: RwSignal::new(draft.name),
            description: RwSignal::new(draft.description),
            enabled: RwSignal::new(draft.enabled),
            schedule: RwSignal::new(
                draft
                    .schedule
                    .unwrap_or_else(|| ScheduleDraft::nightly(zone)),
            ),
            schedule_untouched: RwSignal::new(untouched),
            retention: RwSignal::new(draft.retention),
            servers: RwSignal::new(draft.servers),
        }
    }

    /// Fills the form anew.
    pub fn load(self, draft: PolicyDraft) {
        self.name.set(draft.name);
        self.description.set(draft.description);
        self.enabled.set(draft.enabled);
        self.schedule_untouched.set(draft.schedule.is_none());
        if let Some(schedule) = draft.schedule {
            self.schedule.set(schedule);
        }
        self.retention.set(draft.retention);
        self.servers.set(draft.servers);
    }

    /// What the form holds; tracked.
    pub fn draft(self) -> PolicyDraft {
        PolicyDraft {
            name: self.name.get(),
            description: self.description.get(),
            enabled: self.enabled.get(),
            schedule: (!self.schedule_untouched.get()).then(|| self.schedule.get()),
            retention: self.retention.get(),
            servers: self.servers.get(),
        }
    }
}

/// Everything the parts of the editor share.
#[derive(Clone, Copy)]
pub struct Editing {
    pub form: PolicyForm,
    pub builder: Builder,
    /// The policy being edited; `None` for a new one.
    pub policy: RwSignal<Option<Policy>>,
    /// Its fields as they were when the draft was begun.
    pub base: RwSignal<Option<PolicyFields>>,
    pub all: Query<Vec<Policy>>,
    pub servers: Query<Vec<Server>>,
    /// The newest page of its backups, for the retention's forecast.
    pub backups: Option<Query<BackupsPage>>,
    pub problems: Problems,
    /// The policy the form stands for, or what keeps it from being one.
    pub checked: Memo<Result<PolicyFields, Vec<Problem>>>,
}

impl Editing {
    pub fn new(
        form: PolicyForm,
        policy: Option<Policy>,
        base: Option<PolicyFields>,
        all: Query<Vec<Policy>>,
        servers: Query<Vec<Server>>,
        backups: Option<Query<BackupsPage>>,
    ) -> Self {
        let builder = Builder::new(form.schedule);
        let (policy, base) = (RwSignal::new(policy), RwSignal::new(base));
        let problems = Problems::default();
        let checked = Memo::new(move |_| {
            let others = others(
                &all.data(),
                policy.with(|policy| policy.as_ref().map(|policy| policy.id.clone())),
            );
            let base = base.read();
            let wanted = builder.outcome.with(|outcome| {
                form.draft().check(Surroundings {
                    outcome,
                    base: base.as_ref(),
                    others: &others,
                })
            })?;
            let own = policy.get();
            let all = all.data();
            let plan = plan_of(&wanted, own.as_ref(), base.as_ref(), all.as_deref());
            let servers = servers.data();
            let made = backups.and_then(|backups: Query<BackupsPage>| backups.data());
            let known = Known {
                policies: all.as_deref().map_or(&[], Vec::as_slice),
                servers: servers.as_deref().map(Vec::as_slice),
                running: made.is_some_and(|page| running(&page.backups).is_some()),
            };
            let problems = plan.map(|plan| save_problems(&plan, own.as_ref(), &known));
            match problems.filter(|problems| !problems.is_empty()) {
                Some(problems) => Err(problems),
                None => Ok(wanted),
            }
        });
        Self {
            form,
            builder,
            policy,
            base,
            all,
            servers,
            backups,
            problems,
            checked,
        }
    }

    /// The policies beside the one being edited; tracked.
    pub fn others(self) -> Vec<Policy> {
        others(
            &self.all.data(),
            self.policy
                .with(|policy| policy.as_ref().map(|policy| policy.id.clone())),
        )
    }

    /// The policy as it would be saved, if it can be; tracked.
    pub fn wanted(self) -> Option<PolicyFields> {
        self.checked.with(|checked| checked.as_ref().ok().cloned())
    }

    /// What saving would do, if it can be done; tracked.
    pub fn plan(self) -> Option<Plan> {
        let (wanted, all) = (self.wanted()?, self.all.data());
        let (policy, base) = (self.policy.read(), self.base.read());
        plan_of(&wanted, policy.as_ref(), base.as_ref(), all.as_deref())
    }

    /// Whether the form differs from what it began with; tracked.
    pub fn is_changed(self) -> bool {
        match (self.wanted(), self.base.get()) {
            (Some(wanted), Some(base)) => !wanted.changed(&base).is_empty(),
            _ => true,
        }
    }
}

/// What saving these fields does.
fn plan_of(
    wanted: &PolicyFields,
    policy: Option<&Policy>,
    base: Option<&PolicyFields>,
    all: Option<&Vec<Policy>>,
) -> Option<Plan> {
    let own = policy.map(|policy| policy.id.as_str());
    let leaves = leaves(&wanted.servers, all.map_or(&[], Vec::as_slice), own);
    let deed = match (policy, base) {
        (Some(policy), Some(base)) => Deed::Update {
            id: policy.id.clone(),
            base: base.clone(),
            request: wanted.to_update(base, policy).ok()?,
        },
        _ => Deed::Create(wanted.to_create().ok()?),
    };
    Some(Plan { leaves, deed })
}

fn others(all: &Option<Arc<Vec<Policy>>>, own: Option<String>) -> Vec<Policy> {
    let all = all.iter().flat_map(|all| all.iter());
    all.filter(|policy| Some(&policy.id) != own.as_ref())
        .cloned()
        .collect()
}

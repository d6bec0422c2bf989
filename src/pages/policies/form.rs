//! The policy form's signals, and what follows from them.

use std::sync::Arc;

use contract::model::{Destination, Generation, Policy, Server};
use contract::schedule::Schedule;
use contract::vault::Vault;
use leptos::prelude::*;

use super::backups::{KeptBackup, PolicyBackups};
use super::draft::{PolicyDraft, RetentionDraft, RuleDraft, Surroundings};
use super::fields::{PolicyFields, ServerRef, VaultRef};
use super::preflight::{Known, save_problems};
use super::save::{Plan, plan_of};
use crate::form::{Problem, Problems};
use crate::query::Query;
use crate::schedule::{Builder, Outcome, ScheduleDraft};

/// One rule of the form; `key` tells it from the others.
#[derive(Clone, Copy)]
pub struct RuleForm {
    pub key: usize,
    pub builder: Builder,
    /// A pattern that cannot be read stays as it is.
    pub untouched: RwSignal<Option<String>>,
}

impl RuleForm {
    fn draft(self) -> RuleDraft {
        RuleDraft {
            schedule: self.builder.draft.get(),
            untouched: self.untouched.get(),
        }
    }
}

/// The rules of a policy.
#[derive(Clone, Copy)]
pub struct RulesForm {
    pub all: RwSignal<Vec<RuleForm>>,
    /// The key of the one whose builder is open.
    pub open: RwSignal<usize>,
    next_key: StoredValue<usize>,
    /// Whether there may be several.
    several: bool,
    /// What signals of new rules belong to: the page, not the button that asked for them.
    owner: StoredValue<Owner>,
}

impl RulesForm {
    fn new(rules: Vec<RuleDraft>, several: bool) -> Self {
        let form = Self {
            all: RwSignal::new(Vec::new()),
            open: RwSignal::new(0),
            next_key: StoredValue::new(0),
            several,
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        };
        form.load(rules);
        form
    }

    fn load(self, rules: Vec<RuleDraft>) {
        let made: Vec<RuleForm> = rules.into_iter().map(|rule| self.make(rule)).collect();
        let first = made.first().map_or(0, |rule| rule.key);
        self.all.set(made);
        self.open.set(first);
    }

    fn make(self, rule: RuleDraft) -> RuleForm {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        self.owner.get_value().with(|| {
            let builder = Builder::new(RwSignal::new(rule.schedule));
            let split = move |rules: Vec<Schedule>| self.split(key, &rules);
            let builder = match self.several {
                true => builder.splitting(Callback::new(split)),
                false => builder,
            };
            RuleForm {
                key,
                builder,
                untouched: RwSignal::new(rule.untouched),
            }
        })
    }

    /// Adds a rule and opens it.
    pub fn add(self) {
        let zone = self.zone_untracked();
        let rule = self.make(RuleDraft {
            schedule: ScheduleDraft::weekly(zone),
            untouched: None,
        });
        self.all.update(|all| all.push(rule));
        self.open.set(rule.key);
    }

    /// Takes a rule out and opens another one.
    pub fn remove(self, key: usize) {
        self.all.update(|all| all.retain(|rule| rule.key != key));
        if self.open.get_untracked() == key {
            let last = self
                .all
                .with_untracked(|all| all.last().map(|rule| rule.key));
            self.open.set(last.unwrap_or_default());
        }
    }

    /// Puts several rules in the place of one that cannot say what was wished.
    fn split(self, key: usize, rules: &[Schedule]) {
        let Some(old) = self
            .all
            .with_untracked(|all| all.iter().find(|rule| rule.key == key).copied())
        else {
            return;
        };
        let (zone, offset) = untrack(|| (old.builder.zone().get(), old.builder.offset()));
        let new: Vec<RuleForm> = rules
            .iter()
            .map(|rule| {
                self.make(RuleDraft {
                    schedule: ScheduleDraft::of_rule(*rule, zone.clone(), offset),
                    untouched: None,
                })
            })
            .collect();
        let first = new.first().map_or(key, |rule| rule.key);
        self.all.update(|all| {
            let at = all.iter().position(|rule| rule.key == key).unwrap_or(0);
            all.splice(at..=at, new);
        });
        self.open.set(first);
    }

    /// The one whose builder is open; tracked.
    pub fn current(self) -> Option<RuleForm> {
        let open = self.open.get();
        self.all.with(|all| {
            let found = all.iter().find(|rule| rule.key == open);
            found.or(all.first()).copied()
        })
    }

    /// The rules that are complete; tracked.
    pub fn schedules(self) -> Vec<Schedule> {
        self.all.with(|all| {
            let built = all
                .iter()
                .filter(|rule| rule.untouched.with(Option::is_none));
            built.filter_map(|rule| rule.builder.rule()).collect()
        })
    }

    /// The zone the first rule is meant in.
    pub fn zone_untracked(self) -> String {
        let first = self.all.with_untracked(|all| all.first().copied());
        first.map_or_else(
            || "mine".to_owned(),
            |rule| {
                rule.builder
                    .draft
                    .with_untracked(|draft| draft.zone.clone())
            },
        )
    }

    /// The same, tracked.
    pub fn zone(self) -> Signal<String> {
        Signal::derive(move || {
            let current = self.current();
            current.map_or_else(|| "mine".to_owned(), |rule| rule.builder.zone().get())
        })
    }
}

/// One signal per field.
#[derive(Clone, Copy)]
pub struct PolicyForm {
    pub generation: Generation,
    pub name: RwSignal<String>,
    pub description: RwSignal<String>,
    pub enabled: RwSignal<bool>,
    pub rules: RulesForm,
    pub retention: RwSignal<RetentionDraft>,
    pub servers: RwSignal<Vec<ServerRef>>,
    pub replicates: RwSignal<bool>,
    pub destination: RwSignal<Destination>,
    pub full_every: RwSignal<String>,
    pub start_window: RwSignal<String>,
    pub vaults: RwSignal<Vec<VaultRef>>,
}

impl PolicyForm {
    pub fn new(draft: PolicyDraft) -> Self {
        let several = draft.generation.capabilities().several_rules;
        Self {
            generation: draft.generation,
            name: RwSignal::new(draft.name),
            description: RwSignal::new(draft.description),
            enabled: RwSignal::new(draft.enabled),
            rules: RulesForm::new(draft.rules, several),
            retention: RwSignal::new(draft.retention),
            servers: RwSignal::new(draft.servers),
            replicates: RwSignal::new(draft.replicates),
            destination: RwSignal::new(draft.destination),
            full_every: RwSignal::new(draft.full_every),
            start_window: RwSignal::new(draft.start_window),
            vaults: RwSignal::new(draft.vaults),
        }
    }

    /// Fills the form anew.
    pub fn load(self, draft: PolicyDraft) {
        self.name.set(draft.name);
        self.description.set(draft.description);
        self.enabled.set(draft.enabled);
        self.rules.load(draft.rules);
        self.retention.set(draft.retention);
        self.servers.set(draft.servers);
        self.replicates.set(draft.replicates);
        self.destination.set(draft.destination);
        self.full_every.set(draft.full_every);
        self.start_window.set(draft.start_window);
        self.vaults.set(draft.vaults);
    }

    /// What the form holds; tracked.
    pub fn draft(self) -> PolicyDraft {
        PolicyDraft {
            generation: self.generation,
            name: self.name.get(),
            description: self.description.get(),
            enabled: self.enabled.get(),
            rules: self
                .rules
                .all
                .with(|all| all.iter().map(|rule| rule.draft()).collect()),
            retention: self.retention.get(),
            servers: self.servers.get(),
            replicates: self.replicates.get(),
            destination: self.destination.get(),
            full_every: self.full_every.get(),
            start_window: self.start_window.get(),
            vaults: self.vaults.get(),
        }
    }
}

/// What the form is told of the project; of the two lists at the end, one is empty.
#[derive(Clone, Copy)]
pub struct Around {
    /// The policies of the same service.
    pub all: Query<Vec<Policy>>,
    pub servers: Query<Vec<Server>>,
    pub vaults: Query<Vec<Vault>>,
    /// What exists of the policy's backups, for the forecast.
    pub backups: Option<Query<PolicyBackups>>,
    /// The region the project is in.
    pub region: StoredValue<String>,
}

/// Everything the parts of the editor share.
#[derive(Clone, Copy)]
pub struct Editing {
    pub form: PolicyForm,
    /// The policy being edited; `None` for a new one.
    pub policy: RwSignal<Option<Policy>>,
    /// Its fields as they were when the draft was begun.
    pub base: RwSignal<Option<PolicyFields>>,
    pub around: Around,
    pub problems: Problems,
    /// The policy the form stands for, or what keeps it from being one.
    pub checked: Memo<Result<PolicyFields, Vec<Problem>>>,
}

impl Editing {
    pub fn new(
        form: PolicyForm,
        policy: Option<Policy>,
        base: Option<PolicyFields>,
        around: Around,
    ) -> Self {
        let (policy, base) = (RwSignal::new(policy), RwSignal::new(base));
        let checked = Memo::new(move |_| check(form, around, &policy.read(), &base.read()));
        Self {
            form,
            policy,
            base,
            around,
            problems: Problems::default(),
            checked,
        }
    }

    /// The policies beside the one being edited; tracked.
    pub fn others(self) -> Vec<Policy> {
        self.policy
            .with(|policy| others(&self.around.all.data(), policy.as_ref()))
    }

    /// The policy as it would be saved, if it can be; tracked.
    pub fn wanted(self) -> Option<PolicyFields> {
        self.checked.with(|checked| checked.as_ref().ok().cloned())
    }

    /// What saving would do, if it can be done; tracked.
    pub fn plan(self) -> Option<Plan> {
        let (wanted, all) = (self.wanted()?, self.around.all.data());
        let (policy, base) = (self.policy.read(), self.base.read());
        plan_of(&wanted, policy.as_ref(), base.as_ref(), slice(&all))
    }

    /// Whether the form differs from what it began with; tracked.
    pub fn is_changed(self) -> bool {
        match (self.wanted(), self.base.get()) {
            (Some(wanted), Some(base)) => !wanted.changed(&base).is_empty(),
            _ => true,
        }
    }

    /// The policy's backups, as far as they have come; tracked.
    pub fn backups(self) -> Option<Arc<PolicyBackups>> {
        self.around.backups?.data()
    }
}

fn slice(all: &Option<Arc<Vec<Policy>>>) -> &[Policy] {
    all.as_deref().map_or(&[], Vec::as_slice)
}

fn check(
    form: PolicyForm,
    around: Around,
    own: &Option<Policy>,
    base: &Option<PolicyFields>,
) -> Result<PolicyFields, Vec<Problem>> {
    let all = around.all.data();
    let outcomes: Vec<Outcome> = form
        .rules
        .all
        .with(|all| all.iter().map(|rule| rule.builder.outcome.get()).collect());
    let wanted = around.region.with_value(|region| {
        form.draft().check(Surroundings {
            outcomes: &outcomes,
            base: base.as_ref(),
            others: &others(&all, own.as_ref()),
            region,
        })
    })?;
    let Some(plan) = plan_of(&wanted, own.as_ref(), base.as_ref(), slice(&all)) else {
        return Ok(wanted);
    };
    let servers = around.servers.data();
    let made = around.backups.and_then(|backups| backups.data());
    let running = made.is_some_and(|made| made.backups.iter().any(KeptBackup::is_being_made));
    let vaults = around.vaults.data();
    let known = Known {
        policies: slice(&all),
        servers: servers.as_deref().map(Vec::as_slice),
        vaults: vaults.as_deref().map(Vec::as_slice),
        running,
    };
    let problems = save_problems(&plan, own.as_ref(), &known);
    if problems.is_empty() {
        Ok(wanted)
    } else {
        Err(problems)
    }
}

fn others(all: &Option<Arc<Vec<Policy>>>, own: Option<&Policy>) -> Vec<Policy> {
    let all = all.iter().flat_map(|all| all.iter());
    all.filter(|policy| own.is_none_or(|own| own.id != policy.id))
        .cloned()
        .collect()
}

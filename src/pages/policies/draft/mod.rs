//! The policy form as a plain struct: what was typed, and the policy it stands for or everything
//! that keeps it from being one.

mod check;
mod retention;
#[cfg(test)]
mod tests;

use contract::model::{Destination, Generation, Policy, PolicyKind};
use contract::schedule::Schedule;
use serde::{Deserialize, Serialize};

use super::fields::{PolicyFields, ServerRef, VaultRef};
use crate::schedule::{Outcome, ScheduleDraft};
pub use retention::{Keep, RetentionDraft, SlotField, offsets};

/// Ids of the form's fields; the summary of problems links to them.
pub mod id {
    pub const NAME: &str = "policy-name";
    pub const DESCRIPTION: &str = "policy-description";
    pub const SCHEDULE: &str = "schedule";
    pub const WINDOW: &str = "policy-window";
    pub const RETENTION: &str = "policy-retention";
    pub const COUNT: &str = "policy-count";
    pub const DAYS: &str = "policy-days";
    pub const FULL: &str = "policy-full";
    pub const SERVERS: &str = "policy-servers";
    pub const DESTINATION: &str = "policy-destination";
    pub const VAULTS: &str = "policy-vaults";
}

/// One rule of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDraft {
    pub schedule: ScheduleDraft,
    /// A pattern that cannot be read, which stays as it is.
    pub untouched: Option<String>,
}

/// What the policy form holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDraft {
    pub generation: Generation,
    pub name: String,
    pub description: String,
    pub enabled: bool,
    /// At least one.
    pub rules: Vec<RuleDraft>,
    pub retention: RetentionDraft,
    pub servers: Vec<ServerRef>,
    /// Whether it copies backups; where to is kept while it does not.
    pub replicates: bool,
    pub destination: Destination,
    /// Runs between two full backups, as typed; nothing for never.
    pub full_every: String,
    /// Minutes a run may be late, as typed; nothing for not at all.
    pub start_window: String,
    pub vaults: Vec<VaultRef>,
}

/// What a draft is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// What each rule's controls stand for.
    pub outcomes: &'a [Outcome],
    /// The policy as it was when the draft was begun; `None` for a new one.
    pub base: Option<&'a PolicyFields>,
    /// The other policies of the same service, as far as they are known.
    pub others: &'a [Policy],
    /// The region the project is in.
    pub region: &'a str,
}

impl RuleDraft {
    /// Every night at two on the clock of a zone.
    pub fn nightly(zone: &str) -> Self {
        Self {
            schedule: ScheduleDraft::nightly(zone),
            untouched: None,
        }
    }

    /// A stored rule on the clock of a zone that is `offset` seconds east of UTC.
    pub fn of_pattern(pattern: &str, zone: &str, offset: i32) -> Self {
        match Schedule::parse(pattern) {
            Ok(rule) => Self {
                schedule: ScheduleDraft::of_rule(rule, zone, offset),
                untouched: None,
            },
            Err(_) => Self {
                untouched: Some(pattern.to_owned()),
                ..Self::nightly(zone)
            },
        }
    }
}

impl PolicyDraft {
    /// A new policy: every night at two on the clock of a zone, the newest 14 kept.
    pub fn new(generation: Generation, zone: &str) -> Self {
        Self {
            generation,
            name: String::new(),
            description: String::new(),
            enabled: true,
            rules: vec![RuleDraft::nightly(zone)],
            retention: RetentionDraft::default(),
            servers: Vec::new(),
            replicates: false,
            destination: Destination::default(),
            full_every: String::new(),
            start_window: String::new(),
            vaults: Vec::new(),
        }
    }

    /// A policy to edit, its times on the clock of a zone that is `offset` seconds east of UTC.
    pub fn of_fields(fields: &PolicyFields, zone: &str, offset: i32) -> Self {
        let number = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
        let rules = fields
            .patterns
            .iter()
            .map(|pattern| RuleDraft::of_pattern(pattern, zone, offset));
        let mut rules: Vec<RuleDraft> = rules.collect();
        if rules.is_empty() {
            rules.push(RuleDraft::of_pattern("", zone, offset));
        }
        let (replicates, destination) = match &fields.kind {
            PolicyKind::Backup => (false, Destination::default()),
            PolicyKind::Replication(destination) => (true, destination.clone()),
        };
        Self {
            generation: fields.generation,
            name: fields.name.clone(),
            description: fields.description.clone(),
            enabled: fields.enabled,
            rules,
            retention: RetentionDraft::of(&fields.retention, fields.generation.capabilities()),
            servers: fields.servers.clone(),
            replicates,
            destination,
            full_every: number(fields.full_every),
            start_window: number(fields.start_window),
            vaults: fields.vaults.clone(),
        }
    }

    /// What it makes.
    pub fn kind(&self) -> PolicyKind {
        if self.replicates {
            PolicyKind::Replication(self.destination.clone())
        } else {
            PolicyKind::Backup
        }
    }
}

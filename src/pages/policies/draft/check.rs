//! What keeps a draft from being a policy, at which field.

use contract::cbr::rules::{self as vault_rules, ShortName};
use contract::model::{Policy, PolicyKind, Retention};
use contract::rules::{Broken, Description, MAX_POLICIES, MAX_SERVERS_PER_POLICY, Name};
use contract::schedule::Schedule;

use super::{PolicyDraft, Surroundings, id};
use crate::form::Problem;
use crate::pages::policies::fields::PolicyFields;

/// Runs between two full backups.
const FULL_EVERY: (u32, u32) = (1, 100);
/// Minutes a run may be late.
const START_WINDOW: (u32, u32) = (60, 480);

impl PolicyDraft {
    /// The policy this draft stands for, or everything that keeps it from being one.
    pub fn check(&self, around: Surroundings<'_>) -> Result<PolicyFields, Vec<Problem>> {
        let service = self.generation.capabilities();
        let mut problems = Vec::new();
        problems.extend(self.room_problem(&around));
        problems.extend(
            self.name_problem(around.others)
                .map(|text| Problem::at(id::NAME, format!("Name: {text}"))),
        );
        if service.described_policies
            && let Err(broken) = Description::try_from(self.description.clone())
        {
            problems.push(Problem::at(
                id::DESCRIPTION,
                format!("Description: {broken}."),
            ));
        }
        if self.replicates {
            problems.extend(self.destination_problem(around.region));
        }
        let patterns = self.patterns(&around).unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        let mut number = |field: &str, name: &str, text: &str, (low, high): (u32, u32)| {
            let text = text.trim();
            let number: Option<u32> = text.parse().ok();
            let number = number.filter(|number| (low..=high).contains(number));
            if number.is_none() && !text.is_empty() {
                let rule = format!("{name}: a whole number from {low} to {high}, or nothing.");
                problems.push(Problem::at(field, rule));
            }
            number
        };
        let start_window = number(id::WINDOW, "Start window", &self.start_window, START_WINDOW);
        let full_every = number(id::FULL, "Full backups", &self.full_every, FULL_EVERY);
        let retention = self.retention.check().unwrap_or_else(|broken| {
            problems.extend(broken);
            Retention::Forever
        });
        if self.servers.len() > MAX_SERVERS_PER_POLICY {
            let broken = Broken::TooMany {
                count: self.servers.len(),
                limit: MAX_SERVERS_PER_POLICY,
                what: "servers",
            };
            problems.push(Problem::at(id::SERVERS, format!("Servers: {broken}.")));
        }
        problems.extend(self.vaults_problem());
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(PolicyFields {
            generation: self.generation,
            name: self.name.clone(),
            description: self.description.clone(),
            enabled: self.enabled,
            patterns,
            retention,
            servers: self.servers.clone(),
            kind: self.kind(),
            full_every,
            start_window,
            vaults: self.vaults.clone(),
        })
    }

    /// What is wrong with the name, as a sentence that goes on after `Name:`.
    pub fn name_problem(&self, others: &[Policy]) -> Option<String> {
        // A policy of vaults may be called like another one.
        let taken = self.generation.capabilities().servers_in_policy
            && others.iter().any(|other| other.name == self.name);
        let broken = if self.generation.capabilities().vaults {
            ShortName::try_from(self.name.clone()).err()
        } else {
            Name::try_from(self.name.clone()).err()
        };
        match broken {
            Some(broken) => Some(format!("{broken}.")),
            None => taken.then(|| format!("another policy is called `{}`.", self.name)),
        }
    }

    fn room_problem(&self, around: &Surroundings<'_>) -> Option<Problem> {
        let alike = around.others.iter().filter(|other| {
            // Backup policies and replication policies are counted apart.
            matches!(other.kind, PolicyKind::Replication(_)) == self.replicates
        });
        let full = around.base.is_none() && alike.count() >= MAX_POLICIES;
        full.then(|| {
            let text =
                format!("There are {MAX_POLICIES} policies, as many as allowed. Delete one first.");
            Problem::at("", text)
        })
    }

    fn destination_problem(&self, own_region: &str) -> Option<Problem> {
        let to = &self.destination;
        let text = if to.region.is_empty() || to.project_id.is_empty() {
            "Copies go to: choose the project of another region.".to_owned()
        } else if to.region == own_region {
            format!("Copies go to: {own_region} is the project's own region; choose another.")
        } else {
            return None;
        };
        Some(Problem::at(id::DESTINATION, text))
    }

    fn vaults_problem(&self) -> Option<Problem> {
        let without = self
            .vaults
            .iter()
            .find(|vault| self.replicates && vault.destination_id.is_empty())?;
        let text = format!(
            "Vaults: choose the vault that takes the copies of {}.",
            without.shown()
        );
        Some(Problem::at(id::VAULTS, text))
    }

    /// The patterns to store: those of the base as they are, as long as they say the same.
    fn patterns(&self, around: &Surroundings<'_>) -> Result<Vec<String>, Problem> {
        let several = self.rules.len() > 1;
        let mut patterns = Vec::new();
        for (n, rule) in self.rules.iter().enumerate() {
            if let Some(untouched) = &rule.untouched {
                patterns.push(untouched.clone());
                continue;
            }
            let outcome = around.outcomes.get(n);
            match outcome.and_then(|outcome| outcome.rule()) {
                Some(rule) => patterns.push(self.pattern_for(rule, around.base)),
                None => {
                    let first = outcome
                        .and_then(|outcome| outcome.sentences().into_iter().next())
                        .unwrap_or_default();
                    let text = if several {
                        format!("Rule {}: {first}", n + 1)
                    } else {
                        format!("Schedule: {first}")
                    };
                    return Err(Problem::at(id::SCHEDULE, text));
                }
            }
        }
        let readable = self.rules.iter().all(|rule| rule.untouched.is_none());
        if self.generation.capabilities().several_rules && readable {
            vault_rules::check_rules(&patterns).map_err(|rule| {
                let rule = rule.trim_end_matches('.');
                Problem::at(id::SCHEDULE, format!("Schedule: {rule}."))
            })?;
        }
        Ok(patterns)
    }

    fn pattern_for(&self, rule: Schedule, base: Option<&PolicyFields>) -> String {
        let stored = base.into_iter().flat_map(|base| &base.patterns);
        let same = stored
            .into_iter()
            .find(|pattern| Schedule::parse(pattern).ok() == Some(rule));
        match same {
            Some(pattern) => pattern.clone(),
            // Only a policy of servers has a calendar around its rule.
            None if self.generation.capabilities().several_rules => rule.to_string(),
            None => rule.to_pattern(),
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::super::{Keep, RetentionDraft, RuleDraft};
    use super::*;
    use crate::pages::policies::fields::{ServerRef, VaultRef};
    use crate::schedule::Outcome;
    use contract::model::Generation;
    use contract::model::{Destination, Limits, LongTerm};
    use contract::schedule::OffsetTable;
    use contract::time::Timestamp;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-21T04:00:00").expect("an instant")
    }

    fn good() -> PolicyDraft {
        PolicyDraft {
            name: "nightly".into(),
            ..PolicyDraft::new(Generation::Csbs, "utc")
        }
    }

    fn check(
        draft: &PolicyDraft,
        base: Option<&PolicyFields>,
        others: &[Policy],
    ) -> Result<PolicyFields, Vec<Problem>> {
        let outcome = |rule: &RuleDraft| rule.schedule.outcome(&OffsetTable::UTC, now());
        let outcomes: Vec<Outcome> = draft.rules.iter().map(outcome).collect();
        draft.check(Surroundings {
            outcomes: &outcomes,
            base,
            others,
            region: "eu-de",
        })
    }

    fn fields_at(problems: Vec<Problem>) -> Vec<String> {
        problems.into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_new_draft_needs_only_a_name() {
        assert_eq!(
            fields_at(check(&PolicyDraft::new(Generation::Csbs, "utc"), None, &[]).unwrap_err()),
            [id::NAME]
        );
        let fields = check(&good(), None, &[]).expect("a policy");
        assert_eq!(
            fields.rules().expect("rules")[0].to_string(),
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=2;BYMINUTE=0"
        );
        assert!(fields.to_create().is_ok());
    }

    #[test]
    fn every_field_has_its_rule_and_all_are_reported() {
        let mut draft = good();
        draft.name = "café".into();
        draft.description = "a<b".into();
        draft.retention = RetentionDraft {
            keep: Keep::Both,
            count: "-1".into(),
            days: "100000".into(),
            ..RetentionDraft::default()
        };
        draft.servers = vec![ServerRef::default(); 65];
        draft.rules[0].schedule.set_hours(0, 23, false);
        let problems = check(&draft, None, &[]).unwrap_err();
        assert_eq!(
            problems[0].text,
            "Name: `é` is not allowed; use letters, digits, `_` and `-`."
        );
        assert_eq!(problems[2].text, "Schedule: Choose at least one time.");
        assert_eq!(
            fields_at(problems),
            [
                id::NAME,
                id::DESCRIPTION,
                id::SCHEDULE,
                id::COUNT,
                id::DAYS,
                id::SERVERS
            ]
        );
    }

    #[test]
    fn a_name_is_taken_once_and_a_full_project_takes_no_more() {
        let other = Policy {
            name: "nightly".into(),
            ..Policy::default()
        };
        assert_eq!(
            fields_at(check(&good(), None, std::slice::from_ref(&other)).unwrap_err()),
            [id::NAME]
        );
        let many = vec![
            Policy {
                name: "other".into(),
                ..Policy::default()
            };
            MAX_POLICIES
        ];
        assert_eq!(fields_at(check(&good(), None, &many).unwrap_err()), [""]);
        let base = check(&good(), None, &[]).expect("a policy");
        assert!(check(&good(), Some(&base), &many).is_ok());
    }

    #[test]
    fn what_cannot_be_read_is_not_touched() {
        let slots = LongTerm {
            day: 7,
            timezone: "UTC+01:00".into(),
            ..LongTerm::default()
        };
        let base = PolicyFields {
            name: "foreign".into(),
            patterns: vec!["FREQ=HOURLY".into()],
            retention: Retention::Limited(Limits {
                long_term: Some(slots),
                ..Limits::default()
            }),
            ..PolicyFields::default()
        };
        let mut draft = PolicyDraft::of_fields(&base, "utc", 0);
        draft.description = "now with words".into();
        let wanted = check(&draft, Some(&base), &[]).expect("a policy");
        assert_eq!(
            wanted.changed(&base),
            [crate::pages::policies::fields::Field::Description]
        );
    }

    #[test]
    fn an_unchanged_schedule_keeps_its_spelling() {
        let base = PolicyFields {
            name: "odd".into(),
            patterns: vec!["freq=daily;byminute=00;byhour=3".into()],
            ..PolicyFields::default()
        };
        let wanted =
            check(&PolicyDraft::of_fields(&base, "utc", 0), Some(&base), &[]).expect("a policy");
        assert_eq!(wanted.patterns, base.patterns);
        assert_eq!(wanted, base);
    }

    #[test]
    fn a_kept_draft_reads_back() {
        let text = serde_json::to_string(&good()).expect("plain data");
        assert_eq!(
            serde_json::from_str::<PolicyDraft>(&text).expect("what was written"),
            good()
        );
    }

    fn of_vaults() -> PolicyDraft {
        PolicyDraft {
            generation: Generation::Cbr,
            ..good()
        }
    }

    #[test]
    fn a_policy_of_vaults_has_several_bare_rules_that_are_judged_together() {
        let mut draft = of_vaults();
        let second = |rule: &str| RuleDraft::of_pattern(rule, "utc", 0);
        draft
            .rules
            .push(second("FREQ=WEEKLY;BYDAY=SU;BYHOUR=14;BYMINUTE=0"));
        let fields = check(&draft, None, &[]).expect("a policy");
        assert_eq!(fields.patterns.len(), 2);
        assert!(fields.patterns[1].starts_with("FREQ=WEEKLY"), "{fields:?}");
        draft.rules[1] = second("FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=30");
        let problems = check(&draft, None, &[]).unwrap_err();
        assert_eq!(problems[0].field, id::SCHEDULE);
        assert!(
            problems[0].text.contains("30 minutes apart"),
            "{problems:?}"
        );
        draft.rules[1].schedule.set_hours(0, 23, false);
        let problems = check(&draft, None, &[]).unwrap_err();
        assert_eq!(problems[0].text, "Rule 2: Choose at least one time.");
    }

    #[test]
    fn copies_go_to_another_region_and_into_a_vault_there() {
        let mut draft = of_vaults();
        draft.replicates = true;
        draft.full_every = "101".into();
        draft.start_window = "59".into();
        draft.vaults = vec![VaultRef {
            id: "v".into(),
            name: "servers".into(),
            ..VaultRef::default()
        }];
        let problems = check(&draft, None, &[]).unwrap_err();
        assert_eq!(
            fields_at(problems),
            [id::DESTINATION, id::WINDOW, id::FULL, id::VAULTS]
        );
        draft.full_every = "6".into();
        draft.start_window = "60".into();
        draft.vaults[0].destination_id = "far".into();
        draft.destination = Destination {
            region: "eu-de".into(),
            project_id: "p".into(),
            acceleration: false,
        };
        assert_eq!(
            fields_at(check(&draft, None, &[]).unwrap_err()),
            [id::DESTINATION],
            "the project's own region"
        );
        draft.destination.region = "eu-nl".into();
        let fields = check(&draft, None, &[]).expect("a policy");
        assert_eq!(
            (fields.full_every, fields.start_window),
            (Some(6), Some(60))
        );
    }

    #[test]
    fn as_many_policies_of_each_kind_of_vaults_are_allowed() {
        let many = vec![
            Policy {
                generation: Generation::Cbr,
                ..Policy::default()
            };
            MAX_POLICIES
        ];
        assert_eq!(
            fields_at(check(&of_vaults(), None, &many).unwrap_err()),
            [""]
        );
        let mut copies = of_vaults();
        copies.replicates = true;
        copies.destination = Destination {
            region: "eu-nl".into(),
            project_id: "p".into(),
            acceleration: false,
        };
        assert!(check(&copies, None, &many).is_ok());
    }
}

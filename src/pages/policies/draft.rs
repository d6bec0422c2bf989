//! The policy form as a plain struct: what was typed, and the policy it stands for or everything
//! that keeps it from being one.

use contract::model::{Limits, Policy, Retention};
use contract::rules::{
    Broken, Description, MAX_POLICIES, MAX_RETENTION, MAX_SERVERS_PER_POLICY, Name,
};
use contract::schedule::Schedule;
use serde::{Deserialize, Serialize};

use super::fields::{PolicyFields, ServerRef};
use crate::form::Problem;
use crate::schedule::{Outcome, ScheduleDraft};

/// Ids of the form's fields; the summary of problems links to them.
pub mod id {
    pub const NAME: &str = "policy-name";
    pub const DESCRIPTION: &str = "policy-description";
    pub const SCHEDULE: &str = "schedule";
    pub const COUNT: &str = "policy-count";
    pub const DAYS: &str = "policy-days";
    pub const RETENTION: &str = "policy-retention";
    pub const SERVERS: &str = "policy-servers";
}

/// What limits the backups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keep {
    #[default]
    Count,
    Days,
    Both,
    Forever,
}

impl Keep {
    pub const ALL: [Self; 4] = [Self::Count, Self::Days, Self::Both, Self::Forever];

    /// Key in the form.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Days => "days",
            Self::Both => "both",
            Self::Forever => "forever",
        }
    }

    /// What the form calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Count => "A number",
            Self::Days => "Some days",
            Self::Both => "Both limits",
            Self::Forever => "For ever",
        }
    }

    /// The inverse of [`Keep::key`].
    pub fn from_key(key: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|keep| keep.key() == key)
            .unwrap_or_default()
    }

    pub const fn has_count(self) -> bool {
        matches!(self, Self::Count | Self::Both)
    }

    pub const fn has_days(self) -> bool {
        matches!(self, Self::Days | Self::Both)
    }
}

/// The retention part of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionDraft {
    pub keep: Keep,
    /// Backups to keep, as typed.
    pub count: String,
    /// Days to keep, as typed.
    pub days: String,
    /// A retention with long-term slots, which the form does not edit; stays as it is.
    pub untouched: Option<Retention>,
}

impl Default for RetentionDraft {
    fn default() -> Self {
        Self {
            keep: Keep::Count,
            count: "14".to_owned(),
            days: "30".to_owned(),
            untouched: None,
        }
    }
}

impl From<&Retention> for RetentionDraft {
    fn from(retention: &Retention) -> Self {
        let mut draft = Self::default();
        let Retention::Limited(limits) = retention else {
            return Self {
                keep: Keep::Forever,
                ..draft
            };
        };
        draft.keep = match (limits.count, limits.days) {
            (Some(_), Some(_)) => Keep::Both,
            (None, Some(_)) => Keep::Days,
            _ => Keep::Count,
        };
        if let Some(count) = limits.count {
            draft.count = count.to_string();
        }
        if let Some(days) = limits.days {
            draft.days = days.to_string();
        }
        draft.untouched = limits.long_term.is_some().then(|| retention.clone());
        draft
    }
}

impl RetentionDraft {
    /// The retention, or what is wrong at which field.
    pub fn check(&self) -> Result<Retention, Vec<Problem>> {
        if let Some(untouched) = &self.untouched {
            return Ok(untouched.clone());
        }
        let mut problems = Vec::new();
        let mut number = |asked: bool, field: &str, name: &str, text: &str| -> Option<u32> {
            if !asked {
                return None;
            }
            let number = text
                .trim()
                .parse()
                .ok()
                .filter(|number| *number <= MAX_RETENTION);
            if number.is_none() {
                problems.push(Problem::at(
                    field,
                    format!("{name}: a whole number from 0 to {MAX_RETENTION}."),
                ));
            }
            number
        };
        let limits = Limits {
            count: number(
                self.keep.has_count(),
                id::COUNT,
                "Backups to keep",
                &self.count,
            ),
            days: number(self.keep.has_days(), id::DAYS, "Days to keep", &self.days),
            long_term: None,
        };
        match (problems.is_empty(), self.keep) {
            (false, _) => Err(problems),
            (true, Keep::Forever) => Ok(Retention::Forever),
            (true, _) => Ok(Retention::Limited(limits)),
        }
    }
}

/// What the policy form holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDraft {
    pub name: String,
    pub description: String,
    pub enabled: bool,
    /// `None` while a pattern that cannot be read stays as it is.
    pub schedule: Option<ScheduleDraft>,
    pub retention: RetentionDraft,
    pub servers: Vec<ServerRef>,
}

/// What a draft is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// What the schedule's controls stand for.
    pub outcome: &'a Outcome,
    /// The policy as it was when the draft was begun; `None` for a new one.
    pub base: Option<&'a PolicyFields>,
    /// The other policies of the project, as far as they are known.
    pub others: &'a [Policy],
}

impl PolicyDraft {
    /// A new policy: every night at two on the clock of a zone, the newest 14 kept.
    pub fn new(zone: &str) -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            enabled: true,
            schedule: Some(ScheduleDraft::nightly(zone)),
            retention: RetentionDraft::default(),
            servers: Vec::new(),
        }
    }

    /// A policy to edit, its times on the clock of a zone that is `offset` seconds east of UTC.
    pub fn of_fields(fields: &PolicyFields, zone: &str, offset: i32) -> Self {
        Self {
            name: fields.name.clone(),
            description: fields.description.clone(),
            enabled: fields.enabled,
            schedule: fields
                .rule()
                .map(|rule| ScheduleDraft::of_rule(rule, zone, offset)),
            retention: RetentionDraft::from(&fields.retention),
            servers: fields.servers.clone(),
        }
    }

    /// The policy this draft stands for, or everything that keeps it from being one.
    pub fn check(&self, around: Surroundings<'_>) -> Result<PolicyFields, Vec<Problem>> {
        let mut problems = Vec::new();
        if around.base.is_none() && around.others.len() >= MAX_POLICIES {
            problems.push(Problem::at(
                "",
                format!("There are {MAX_POLICIES} policies, as many as allowed. Delete one first."),
            ));
        }
        problems.extend(
            self.name_problem(around.others)
                .map(|text| Problem::at(id::NAME, format!("Name: {text}"))),
        );
        if let Err(broken) = Description::try_from(self.description.clone()) {
            problems.push(Problem::at(
                id::DESCRIPTION,
                format!("Description: {broken}."),
            ));
        }
        let pattern = match (&self.schedule, around.base) {
            (None, base) => base.map(|base| base.pattern.clone()),
            (Some(_), base) => around.outcome.rule().map(|rule| pattern_for(rule, base)),
        };
        if pattern.is_none() {
            let first = around
                .outcome
                .sentences()
                .into_iter()
                .next()
                .unwrap_or_default();
            problems.push(Problem::at(id::SCHEDULE, format!("Schedule: {first}")));
        }
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
        match pattern {
            Some(pattern) if problems.is_empty() => Ok(PolicyFields {
                name: self.name.clone(),
                description: self.description.clone(),
                enabled: self.enabled,
                pattern,
                retention,
                servers: self.servers.clone(),
            }),
            _ => Err(problems),
        }
    }

    /// What is wrong with the name, as a sentence that goes on after `Name:`.
    pub fn name_problem(&self, others: &[Policy]) -> Option<String> {
        match Name::try_from(self.name.clone()) {
            Err(broken) => Some(format!("{broken}.")),
            Ok(_) if others.iter().any(|other| other.name == self.name) => {
                Some(format!("another policy is called `{}`.", self.name))
            }
            Ok(_) => None,
        }
    }
}

/// The pattern for a rule: the stored text itself as long as it says the same.
fn pattern_for(rule: Schedule, base: Option<&PolicyFields>) -> String {
    match base {
        Some(base) if base.rule() == Some(rule) => base.pattern.clone(),
        _ => rule.to_pattern(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::LongTerm;
    use contract::schedule::OffsetTable;
    use contract::time::Timestamp;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-21T04:00:00").expect("an instant")
    }

    fn good() -> PolicyDraft {
        PolicyDraft {
            name: "nightly".into(),
            ..PolicyDraft::new("utc")
        }
    }

    fn check(
        draft: &PolicyDraft,
        base: Option<&PolicyFields>,
        others: &[Policy],
    ) -> Result<PolicyFields, Vec<Problem>> {
        let schedule = draft
            .schedule
            .clone()
            .unwrap_or_else(|| ScheduleDraft::nightly("utc"));
        let outcome = schedule.outcome(&OffsetTable::UTC, now());
        draft.check(Surroundings {
            outcome: &outcome,
            base,
            others,
        })
    }

    fn fields_at(problems: Vec<Problem>) -> Vec<String> {
        problems.into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_new_draft_needs_only_a_name() {
        assert_eq!(
            fields_at(check(&PolicyDraft::new("utc"), None, &[]).unwrap_err()),
            [id::NAME]
        );
        let fields = check(&good(), None, &[]).expect("a policy");
        assert_eq!(
            fields.rule().expect("a rule").to_string(),
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
            untouched: None,
        };
        draft.servers = vec![ServerRef::default(); 65];
        if let Some(schedule) = &mut draft.schedule {
            schedule.set_hours(0, 23, false);
        }
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
            pattern: "FREQ=HOURLY".into(),
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
            [super::super::fields::Field::Description]
        );
    }

    #[test]
    fn an_unchanged_schedule_keeps_its_spelling() {
        let base = PolicyFields {
            name: "odd".into(),
            pattern: "freq=daily;byminute=00;byhour=3".into(),
            ..PolicyFields::default()
        };
        let wanted =
            check(&PolicyDraft::of_fields(&base, "utc", 0), Some(&base), &[]).expect("a policy");
        assert_eq!(wanted.pattern, base.pattern);
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
}

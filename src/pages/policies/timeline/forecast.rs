//! What the timeline shows: the backups of one resource, and what becomes of them by a rule.

use std::collections::BTreeMap;

use contract::model::{Generation, Policy, Retention};
use contract::retention::Go;
use contract::retention::timeline::{Known, Life, Rule, lives, losses};
use contract::schedule::{Schedule, together};
use contract::time::Timestamp;

use crate::pages::policies::backups::{KeptBackup, PolicyBackups};

const DAY: i64 = 86_400;
/// Most runs that are looked ahead at; with many a day the timeline ends earlier.
const MOST_RUNS: usize = 400;
/// How far ahead the losses of an edit are looked for, in days.
const LOSSES_AHEAD: i64 = 92;

/// What a policy keeps and when it runs, as far as the timeline is concerned.
#[derive(Clone, Debug, PartialEq)]
pub struct Keeping {
    pub generation: Generation,
    pub retention: Retention,
    pub enabled: bool,
    pub rules: Vec<Schedule>,
    /// Anchor of "every N days".
    pub start: Option<Timestamp>,
}

/// A resource with usable backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub key: String,
    pub name: String,
    pub backups: usize,
}

/// What becomes of the backups of one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    pub lives: Vec<Life>,
    pub retention: Retention,
    /// What is looked ahead to.
    pub until: Timestamp,
    /// Whether that is less than was asked for, because there are so many runs.
    pub is_short: bool,
}

/// A backup that an edit deletes earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub backup_id: String,
    pub resource: String,
    pub at: Timestamp,
    pub goes: (Timestamp, Go),
    /// When it would have gone by today's rule, as far as is looked ahead.
    pub before: Option<Timestamp>,
}

impl From<&Policy> for Keeping {
    fn from(policy: &Policy) -> Self {
        let rules = policy.patterns().map(Schedule::parse);
        Self {
            generation: policy.generation,
            retention: policy.retention.clone(),
            enabled: policy.enabled,
            rules: rules.filter_map(Result::ok).collect(),
            start: policy.start_time,
        }
    }
}

impl Keeping {
    /// What becomes of these backups of one resource within so many days.
    pub fn lane(&self, rows: &[&KeptBackup], now: Timestamp, days: i64) -> Lane {
        let known: Vec<Known<'_>> = rows
            .iter()
            .map(|row| Known {
                id: &row.id,
                at: row.at,
                automatic: row.automatic,
                expires: row.expires,
                pinned: row.has_image,
            })
            .collect();
        let start = self.start.unwrap_or(now);
        let wished = now.plus_seconds(days * DAY);
        let runs: Vec<Timestamp> = together(&self.rules, start, now.max(start))
            .take_while(|run| *run <= wished)
            .take(MOST_RUNS)
            .collect();
        let is_short = runs.len() == MOST_RUNS;
        let until = match runs.last() {
            Some(last) if is_short => *last,
            _ => wished,
        };
        let rule = Rule {
            generation: self.generation,
            retention: &self.retention,
            enabled: self.enabled,
        };
        Lane {
            lives: lives(rule, &known, runs, now, until),
            retention: self.retention.clone(),
            until,
            is_short,
        }
    }
}

/// The resources with usable backups, those with the most first.
pub fn groups(backups: &PolicyBackups) -> Vec<Group> {
    let mut found: BTreeMap<&str, Group> = BTreeMap::new();
    for backup in backups.backups.iter().filter(|backup| backup.is_usable()) {
        let group = found.entry(&backup.group).or_insert_with(|| Group {
            key: backup.group.clone(),
            name: backup.resource.clone(),
            backups: 0,
        });
        group.backups += 1;
    }
    let mut groups: Vec<Group> = found.into_values().collect();
    groups.sort_by(|one, two| (two.backups, &one.name).cmp(&(one.backups, &two.name)));
    groups
}

/// The usable backups of a resource, oldest first.
pub fn of_group<'a>(backups: &'a PolicyBackups, key: &str) -> Vec<&'a KeptBackup> {
    let own = backups
        .backups
        .iter()
        .filter(|backup| backup.is_usable() && backup.group == key);
    let mut own: Vec<&KeptBackup> = own.collect();
    own.sort_by(|one, two| (one.at, &one.id).cmp(&(two.at, &two.id)));
    own
}

/// What an edit deletes earlier of all that exists, newest first.
pub fn lost(
    before: &Keeping,
    after: &Keeping,
    backups: &PolicyBackups,
    now: Timestamp,
) -> Vec<Lost> {
    let mut all = Vec::new();
    for group in groups(backups) {
        let rows = of_group(backups, &group.key);
        let (was, is) = (
            before.lane(&rows, now, LOSSES_AHEAD),
            after.lane(&rows, now, LOSSES_AHEAD),
        );
        // Where one is looked ahead at less, what goes later is not known.
        let until = was.until.min(is.until);
        let found = losses(&was.lives, &is.lives);
        all.extend(
            found
                .into_iter()
                .filter(|loss| loss.goes.0 <= until)
                .map(|loss| Lost {
                    backup_id: rows[loss.known].id.clone(),
                    resource: rows[loss.known].resource.clone(),
                    at: rows[loss.known].at,
                    goes: loss.goes,
                    before: loss.before,
                }),
        );
    }
    all.sort_by(|one, two| (two.at, &one.backup_id).cmp(&(one.at, &two.backup_id)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::{BackupStatus, Limits};

    fn night(day: i64) -> Timestamp {
        Timestamp::from_seconds(day * DAY + 7_200)
    }

    fn backup(id: &str, group: &str, day: i64) -> KeptBackup {
        KeptBackup {
            id: id.into(),
            group: group.into(),
            resource: format!("name of {group}"),
            status: BackupStatus::Available,
            at: night(day),
            automatic: true,
            expires: None,
            has_image: false,
        }
    }

    fn keeping(count: u32) -> Keeping {
        Keeping {
            generation: Generation::Csbs,
            retention: Retention::Limited(Limits {
                count: Some(count),
                ..Limits::default()
            }),
            enabled: true,
            rules: vec![Schedule::parse("FREQ=DAILY;BYHOUR=2;BYMINUTE=0").expect("a rule")],
            start: None,
        }
    }

    #[test]
    fn limits_hold_for_each_resource_and_only_usable_backups_count() {
        let mut failed = backup("failed", "s1", 9);
        failed.status = BackupStatus::Error;
        let backups = PolicyBackups {
            backups: vec![
                backup("a1", "s1", 8),
                backup("a2", "s1", 9),
                backup("b1", "s2", 9),
                failed,
            ],
            is_part: false,
        };
        let names: Vec<String> = groups(&backups)
            .into_iter()
            .map(|group| group.key)
            .collect();
        assert_eq!(names, ["s1", "s2"]);
        let now = night(9).plus_seconds(DAY / 2);
        let found = lost(&keeping(2), &keeping(1), &backups, now);
        let said: Vec<&str> = found.iter().map(|lost| lost.backup_id.as_str()).collect();
        // With two kept, the second of s1 stays a night longer, and so does the only one of s2.
        assert_eq!(said, ["a2", "b1", "a1"]);
        assert_eq!(found[2].goes.0, Timestamp::from_seconds(10 * DAY));
        assert_eq!(found[2].before, Some(night(10)));
        assert!(lost(&keeping(1), &keeping(2), &backups, now).is_empty());
    }

    #[test]
    fn many_runs_a_day_are_looked_ahead_at_for_a_shorter_time() {
        let mut hourly = keeping(3);
        let hours: Vec<String> = (0..24).map(|hour| hour.to_string()).collect();
        let rule = format!("FREQ=DAILY;BYHOUR={};BYMINUTE=0", hours.join(","));
        hourly.rules = vec![Schedule::parse(&rule).expect("a rule")];
        let lane = hourly.lane(&[], night(0).plus_seconds(60), 365);
        assert!(lane.is_short && lane.until < night(18));
        assert_eq!(lane.lives.len(), MOST_RUNS);
    }
}

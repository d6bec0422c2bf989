//! Which automatic backups of one resource stay, across changes of their policy (cbr-v3 section 7).
//!
//! An age is stamped on a backup when it is made and never changes afterwards; a count is looked at
//! after each run, over everything the policy left. The four ways a rule can change follow from that:
//!
//! 1. count to another count: the new count, from the next run on;
//! 2. count to age or for ever: what the old rule left is never removed;
//! 3. age to another age or for ever: older backups keep the end they were given;
//! 4. age to count: both hold, whichever is reached first.

use crate::model::{Limits, Retention};
use crate::retention::{self, Fate, Go, Stay};
use crate::time::Timestamp;

use super::policies::Definition;

/// A usable backup of one resource under one policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The backup's id.
    pub id: &'a str,
    /// When it was made.
    pub at: Timestamp,
    /// Whether the schedule made it.
    pub automatic: bool,
    /// The end it was given when it was made.
    pub expires: Option<Timestamp>,
}

/// The end a backup gets when it is made under these rules.
pub fn expiry(definition: &Definition, at: Timestamp) -> Option<Timestamp> {
    let by_age = definition
        .retention_duration_days
        .filter(|days| *days > 0)
        .map(|days| at.plus_seconds(days * 86_400))?;
    let beyond = definition.kept_beyond(at).map(|(end, _)| end);
    Some(beyond.map_or(by_age, |end| end.max(by_age)))
}

/// What becomes of each row at `now`, in the order of `rows`, which are of one resource.
pub fn fates(definition: &Definition, rows: &[Row<'_>], now: Timestamp) -> Vec<Fate> {
    let counted = match definition.retention() {
        Retention::Limited(limits) if limits.count.is_some() => Retention::Limited(Limits {
            days: None,
            ..limits
        }),
        _ => Retention::Forever,
    };
    let plain: Vec<_> = rows
        .iter()
        .map(|row| retention::Row {
            id: row.id,
            at: row.at,
            automatic: row.automatic,
        })
        .collect();
    let mut fates = retention::fates(&counted, &plain, now);
    for (fate, row) in fates.iter_mut().zip(rows) {
        if !fate.stays()
            && let Some((until, slot)) = definition.kept_beyond(row.at)
            && until > now
        {
            *fate = Fate::Stays(Stay::LongTerm(slot));
        }
        if let Some(end) = row.expires.filter(|end| *end <= now) {
            let days = |from: Timestamp, to: Timestamp| {
                u32::try_from((to.seconds() - from.seconds()) / 86_400).unwrap_or(0)
            };
            *fate = Fate::Goes(Go::TooOld {
                age: days(row.at, now),
                days: days(row.at, end),
            });
        }
    }
    fates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i64) -> Timestamp {
        Timestamp::from_seconds(1_772_359_200 + n * 86_400)
    }

    fn rule(count: i64, days: i64) -> Definition {
        Definition {
            max_backups: Some(count),
            retention_duration_days: Some(days),
            ..Definition::default()
        }
    }

    /// Days of the backups that stay after six nights, the rule changed after the third.
    fn kept(before: &Definition, after: &Definition, now: i64) -> Vec<i64> {
        let rows: Vec<_> = (0..6)
            .map(|n| Row {
                id: "x",
                at: day(n),
                automatic: true,
                expires: expiry(if n < 3 { before } else { after }, day(n)),
            })
            .collect();
        let fates = fates(after, &rows, day(now));
        (0..6).filter(|n| fates[*n as usize].stays()).collect()
    }

    #[test]
    fn chosen_days_stay_beyond_a_count_and_an_age() {
        // Day 0 of these tests is a Sunday.
        let sundays = |limits: Definition| Definition {
            advanced_retention_rules: Some(serde_json::json!({"weekly_retention_rules": {
                "days_of_week": ["SUNDAY"], "retention_duration_periods": 2}})),
            ..limits
        };
        let counted = sundays(rule(2, -1));
        assert_eq!(kept(&counted, &counted, 5), [0, 4, 5]);
        assert_eq!(kept(&counted, &counted, 14), [4, 5], "two weeks are over");
        let aged = sundays(rule(-1, 3));
        assert_eq!(kept(&aged, &aged, 7), [0, 5]);
        assert!(kept(&aged, &aged, 14).is_empty());
    }

    #[test]
    fn the_four_ways_a_rule_changes() {
        assert_eq!(kept(&rule(5, -1), &rule(1, -1), 5), [5], "count to count");
        assert_eq!(
            kept(&rule(3, -1), &rule(-1, 4), 8),
            [0, 1, 2, 5],
            "count to age"
        );
        assert_eq!(
            kept(&rule(3, -1), &rule(-1, -1), 900),
            [0, 1, 2, 3, 4, 5],
            "count to ever"
        );
        assert_eq!(kept(&rule(-1, 6), &rule(-1, 2), 6), [1, 2, 5], "age to age");
        assert_eq!(
            kept(&rule(-1, 6), &rule(-1, -1), 9),
            [3, 4, 5],
            "age to ever"
        );
        assert_eq!(
            kept(&rule(-1, 6), &rule(5, -1), 5),
            [1, 2, 3, 4, 5],
            "age to count, count first"
        );
        assert_eq!(
            kept(&rule(-1, 4), &rule(6, -1), 5),
            [2, 3, 4, 5],
            "age to count, age first"
        );
    }
}

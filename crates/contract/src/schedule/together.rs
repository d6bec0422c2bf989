//! The runs of several rules as one sequence.

use super::{Occurrences, Schedule};
use crate::time::Timestamp;

/// The runs of several rules in order, each instant once; see [`together`].
#[derive(Clone, Debug)]
pub struct Together {
    /// Each rule's runs, with the one that is next.
    rules: Vec<(Timestamp, Occurrences)>,
}

/// The runs of some rules at `from` and after it, intervals of days counted from the day of `start`.
///
/// ```
/// use contract::schedule::{Schedule, together};
/// use contract::time::Timestamp;
/// let rules = ["FREQ=DAILY;BYHOUR=2;BYMINUTE=0", "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2,14;BYMINUTE=0"]
///     .map(|rule| Schedule::parse(rule).unwrap());
/// let sunday = Timestamp::parse("2026-03-15T00:00:00").unwrap();
/// let hours: Vec<i64> = together(&rules, sunday, sunday)
///     .take(3)
///     .map(|run| (run.seconds() - sunday.seconds()) / 3600)
///     .collect();
/// assert_eq!(hours, [2, 14, 26]);
/// ```
pub fn together(rules: &[Schedule], start: Timestamp, from: Timestamp) -> Together {
    let first = |rule: &Schedule| {
        let mut runs = rule.occurrences_since(start, from);
        runs.next().map(|next| (next, runs))
    };
    Together {
        rules: rules.iter().filter_map(first).collect(),
    }
}

impl Iterator for Together {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        let next = self.rules.iter().map(|(next, _)| *next).min()?;
        self.rules.retain_mut(|(at, runs)| {
            if *at != next {
                return true;
            }
            match runs.next() {
                Some(later) => {
                    *at = later;
                    true
                }
                None => false,
            }
        });
        Some(next)
    }
}

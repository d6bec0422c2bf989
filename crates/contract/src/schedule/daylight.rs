//! What daylight saving does to a stored rule: the dates on which its local times move, and what
//! can be done about it.

use super::{LocalView, LocalWish, OffsetTable, Schedule, UtcRules};
use crate::time::Timestamp;

/// A change of the clock that moves the local times of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockChange {
    /// The first instant with the new offset.
    pub at: Timestamp,
    /// Seconds east of UTC until then.
    pub offset_before: i32,
    /// Seconds east of UTC from then on.
    pub offset_after: i32,
    /// The rule on the local clock until then.
    pub before: LocalView,
    /// The rule on the local clock from then on.
    pub after: LocalView,
    /// The first run with the new local time.
    pub first_run: Timestamp,
}

/// What can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriftRemedy {
    /// Leave the rule: it runs at the same time in UTC, and the local time moves.
    Accept,
    /// Store this instead, so that the runs stay on the same local weekday in both seasons.
    SameDayInBothSeasons {
        /// The rule to store, moved by as few hours as possible.
        rule: Schedule,
        /// By how many hours; negative is earlier.
        hours: i8,
    },
    /// Store this when the clock changes, so that the local times stay; and the old rule again
    /// when it changes back.
    SwitchAt {
        /// When.
        at: Timestamp,
        /// What to store then.
        rules: UtcRules,
    },
}

impl Schedule {
    /// The changes of the clock after `from`, up to and including `until`; an interval is counted
    /// from the day of `start`.
    ///
    /// ```
    /// use contract::schedule::{Clock, OffsetTable, Schedule};
    /// use contract::time::Timestamp;
    /// let at = |text| Timestamp::parse(text).unwrap();
    /// let berlin = OffsetTable::new(3600, [(at("2027-03-28T01:00:00"), 7200)]);
    /// let schedule = Schedule::parse("FREQ=DAILY;BYHOUR=22;BYMINUTE=30").unwrap();
    /// let now = at("2026-11-21T04:00:00");
    /// let changes = schedule.clock_changes(&berlin, now, now, at("2027-11-21T04:00:00"));
    /// let said = |view: &contract::schedule::LocalView| view.describe(Clock::Unsaid)[0].to_string();
    /// assert_eq!(said(&changes[0].before), "Every day at 23:30");
    /// assert_eq!(said(&changes[0].after), "Every day at 00:30");
    /// assert_eq!(changes[0].first_run, at("2027-03-28T22:30:00"));
    /// ```
    pub fn clock_changes(
        &self,
        table: &OffsetTable,
        start: Timestamp,
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<ClockChange> {
        table
            .changes_between(from, until)
            .filter_map(|change| {
                Some(ClockChange {
                    at: change.at,
                    offset_before: change.before,
                    offset_after: change.after,
                    before: self.local_view(change.before),
                    after: self.local_view(change.after),
                    first_run: self.occurrences_since(start, change.at).next()?,
                })
            })
            .collect()
    }

    /// What can be done about a change of the clock.
    pub fn drift_remedies(&self, change: &ClockChange) -> Vec<DriftRemedy> {
        let mut remedies = vec![DriftRemedy::Accept];
        remedies.extend(self.same_day_in_both(change));
        // To stay where it is on a clock that goes forward, the rule goes back by as much: the UTC
        // times are a wish on a clock whose offset is the jump.
        let times: Vec<_> = self.times().collect();
        let jump = OffsetTable::fixed(change.offset_after - change.offset_before);
        if let Ok(rules) = LocalWish::new(self.rhythm(), &times).to_utc(&jump, change.at) {
            remedies.push(DriftRemedy::SwitchAt {
                at: change.at,
                rules,
            });
        }
        remedies
    }

    fn same_day_in_both(&self, change: &ClockChange) -> Option<DriftRemedy> {
        let stays = |rule: &Schedule| {
            let days = |offset| -> Vec<i8> {
                let view = rule.local_view(offset);
                view.groups.iter().map(|group| group.day_shift).collect()
            };
            let (before, after) = (days(change.offset_before), days(change.offset_after));
            before == after && before.len() == 1
        };
        if self.rhythm().is_every_day() || stays(self) {
            return None;
        }
        let times: Vec<_> = self.times().collect();
        (1..=6i8)
            .flat_map(|hours| [-hours, hours])
            .find_map(|hours| {
                let by = OffsetTable::fixed(i32::from(hours) * -3600);
                let rules = LocalWish::new(self.rhythm(), &times)
                    .to_utc(&by, change.at)
                    .ok()?;
                match rules {
                    UtcRules::One { rule, .. } if stays(&rule) => {
                        // The local weekday of the runs must be the one they have before the change.
                        let day = |rule: &Schedule| {
                            rule.local_view(change.offset_before).groups[0].rhythm
                        };
                        (day(&rule) == day(self))
                            .then_some(DriftRemedy::SameDayInBothSeasons { rule, hours })
                    }
                    _ => None,
                }
            })
    }
}

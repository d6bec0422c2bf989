//! Local → UTC: the rule that a wish on a local clock becomes, or an honest answer why there is
//! none; and the runs that the wish itself means, through every change of the clock.

use super::view::moved;
use super::{Hours, LocalTime, OffsetTable, Problem, Resolved, Rhythm, Schedule, TimeOfDay};
use crate::time::Timestamp;

const YEAR_SECONDS: i64 = 366 * 86_400;

/// Days and times on a local clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalWish {
    rhythm: Rhythm,
    times: Vec<TimeOfDay>,
}

/// The UTC side of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UtcRules {
    /// One rule says exactly what was wished, as long as the offset lasts.
    One {
        /// The rule to store.
        rule: Schedule,
        /// How many days later than locally the runs are on the UTC calendar: −1, 0 or 1.
        day_shift: i8,
    },
    /// No single rule does.
    None(NoSingleRule),
}

/// Why a wish is not one rule, and what can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSingleRule {
    /// The rules that together say what was wished, in the order of their first local time.
    pub rules: Vec<Schedule>,
    /// Every reason; never empty.
    pub reasons: Vec<Reason>,
    /// What can be done; each has been checked to be possible.
    pub remedies: Vec<Remedy>,
}

/// Why a wish is not one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Some of the times are on another UTC day than the others.
    MixedDays {
        /// Local times whose UTC day is the same.
        same_day: Vec<TimeOfDay>,
        /// Local times that are on the UTC day before.
        day_before: Vec<TimeOfDay>,
        /// Local times that are on the UTC day after.
        day_after: Vec<TimeOfDay>,
    },
    /// The times do not share a minute, and a rule repeats every minute in every hour.
    MixedMinutes {
        /// The minutes, in order.
        minutes: Vec<u8>,
    },
}

/// What can be done about a wish that is not one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Make one policy for each of [`NoSingleRule::rules`]; a server belongs to one policy, so this
    /// helps only across servers or on services that take several rules.
    SeveralPolicies,
    /// Move the times that do not fit to the nearest ones that do.
    MoveTimes {
        /// The wish after that.
        wish: LocalWish,
        /// Its rule.
        rule: Schedule,
    },
    /// Run on every day instead of some.
    EveryDay {
        /// The rule for it.
        rule: Schedule,
    },
    /// Take the same days and times as UTC.
    AsUtc {
        /// The rule for it.
        rule: Schedule,
    },
}

/// A run that a wish means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WishRun {
    /// The wished local time.
    pub wished: LocalTime,
    /// The instant that stands for it.
    pub resolved: Resolved,
}

impl LocalWish {
    /// Times in any order; repetitions are dropped.
    pub fn new(rhythm: Rhythm, times: &[TimeOfDay]) -> Self {
        Self {
            rhythm,
            times: super::sorted(times),
        }
    }

    /// On which local days.
    pub const fn rhythm(&self) -> Rhythm {
        self.rhythm
    }

    /// The local times, earliest first.
    pub fn times(&self) -> &[TimeOfDay] {
        &self.times
    }

    /// The rule or rules for the offset that `table` has at `at`; parts of a minute are dropped.
    ///
    /// # Errors
    /// The limits that the wish breaks on any clock: nothing chosen, more than 24 times, neighbours
    /// less than an hour apart.
    ///
    /// ```
    /// use contract::schedule::*;
    /// use contract::time::Timestamp;
    /// let berlin = OffsetTable::fixed(3600);
    /// let now = Timestamp::from_seconds(0);
    /// let monday = Rhythm::Weekly(Weekdays::NONE.with(Weekday::Monday));
    /// let times = ["00:00", "12:00"].map(|text| TimeOfDay::parse(text).unwrap());
    ///
    /// let noon = LocalWish::new(monday, &times[1..]).to_utc(&berlin, now).unwrap();
    /// let UtcRules::One { rule, day_shift: 0 } = noon else { panic!("{noon:?}") };
    /// assert_eq!(rule.to_string(), "FREQ=WEEKLY;BYDAY=MO;BYHOUR=11;BYMINUTE=0");
    ///
    /// let both = LocalWish::new(monday, &times).to_utc(&berlin, now).unwrap();
    /// let UtcRules::None(answer) = both else { panic!("{both:?}") };
    /// assert_eq!(answer.rules[0].to_string(), "FREQ=WEEKLY;BYDAY=SU;BYHOUR=23;BYMINUTE=0");
    /// assert_eq!(answer.rules[1].to_string(), "FREQ=WEEKLY;BYDAY=MO;BYHOUR=11;BYMINUTE=0");
    /// ```
    pub fn to_utc(&self, table: &OffsetTable, at: Timestamp) -> Result<UtcRules, Vec<Problem>> {
        let problems = super::limits(self.rhythm, &self.times);
        if !problems.is_empty() {
            return Err(problems);
        }
        let offset = table.offset_at(at);
        let parts = self.parts(offset);
        if let [(day_shift, rule)] = parts[..] {
            return Ok(UtcRules::One { rule, day_shift });
        }
        Ok(UtcRules::None(NoSingleRule {
            rules: parts.iter().map(|(_, rule)| *rule).collect(),
            reasons: self.reasons(offset),
            remedies: self.remedies(table, at),
        }))
    }

    /// The first `count` runs at `from` and after it that the wish itself means, in order and each
    /// instant once, through every change of the clock; an interval is counted from the local day
    /// of `start`.
    ///
    /// ```
    /// use contract::schedule::*;
    /// use contract::time::Timestamp;
    /// let at = |text| Timestamp::parse(text).unwrap();
    /// let berlin = OffsetTable::new(3600, [(at("2027-03-28T01:00:00"), 7200)]);
    /// let wish = LocalWish::new(Rhythm::EVERY_DAY, &[TimeOfDay::new(2, 30).unwrap()]);
    /// let runs = wish.runs(&berlin, at("2027-03-27T00:00:00"), at("2027-03-27T00:00:00"), 3);
    /// let at: Vec<_> = runs.iter().map(|run| run.resolved.instant().to_seconds_text()).collect();
    /// // 02:30 is missing on the 28th: the clock shows 03:30 when the run starts.
    /// assert_eq!(at, ["2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"]);
    /// ```
    pub fn runs(
        &self,
        table: &OffsetTable,
        start: Timestamp,
        from: Timestamp,
        count: usize,
    ) -> Vec<WishRun> {
        let anchor = table.to_local(start).day();
        let mut runs = Vec::new();
        let some_day = self.parts(0);
        let Some((_, rule)) = some_day.first() else {
            return runs;
        };
        // A wished day lies at most a day, and a jump of the clock another, beside its UTC day.
        let mut day = table.to_local(from).day() - 2;
        let mut settled = 0;
        while settled < count {
            if rule.runs_on(anchor, day) {
                for time in &self.times {
                    let wished = LocalTime::new(day, *time);
                    let resolved = table.to_utc(wished);
                    if resolved.instant() >= from {
                        runs.push(WishRun { wished, resolved });
                    }
                }
            }
            day += 1;
            runs.sort_by_key(|run| (run.resolved.instant(), run.wished));
            runs.dedup_by_key(|run| run.resolved.instant());
            // No later day can put a run before this instant any more.
            let horizon = Timestamp::from_seconds((day - 1) * 86_400);
            settled = runs.partition_point(|run| run.resolved.instant() < horizon);
        }
        runs.truncate(count);
        runs
    }

    /// Every UTC rule with its day shift, in the order of the first local time.
    fn parts(&self, offset: i32) -> Vec<(i8, Schedule)> {
        let mut parts: Vec<(i8, u8, Hours)> = Vec::new();
        for time in &self.times {
            let (utc, shift) = self.utc_of(*time, offset);
            match parts
                .iter_mut()
                .find(|(s, minute, _)| (*s, *minute) == (shift, utc.minute()))
            {
                Some((_, _, hours)) => *hours = hours.with(utc.hour()),
                None => parts.push((shift, utc.minute(), Hours::NONE.with(utc.hour()))),
            }
        }
        parts
            .into_iter()
            .filter_map(|(shift, minute, hours)| {
                let rule = Schedule::new(moved(self.rhythm, shift), hours, minute).ok()?;
                Some((shift, rule))
            })
            .collect()
    }

    /// The UTC time of a local one, and how many days later its UTC day is.
    fn utc_of(&self, time: TimeOfDay, offset: i32) -> (TimeOfDay, i8) {
        let offset = offset.div_euclid(60);
        let (utc, shift) = TimeOfDay::wrapping(i32::from(time.minute_of_day()) - offset);
        (utc, if self.rhythm.is_every_day() { 0 } else { shift })
    }

    fn reasons(&self, offset: i32) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let on = |day: i8| -> Vec<TimeOfDay> {
            let times = self.times.iter().copied();
            times
                .filter(|time| self.utc_of(*time, offset).1 == day)
                .collect()
        };
        let (day_before, same_day, day_after) = (on(-1), on(0), on(1));
        if [&day_before, &same_day, &day_after]
            .iter()
            .filter(|times| !times.is_empty())
            .count()
            > 1
        {
            reasons.push(Reason::MixedDays {
                same_day,
                day_before,
                day_after,
            });
        }
        let mut minutes: Vec<u8> = self.times.iter().map(|time| time.minute()).collect();
        minutes.sort_unstable();
        minutes.dedup();
        if minutes.len() > 1 {
            reasons.push(Reason::MixedMinutes { minutes });
        }
        reasons
    }

    fn remedies(&self, table: &OffsetTable, at: Timestamp) -> Vec<Remedy> {
        let mut remedies = Vec::new();
        let offset = table.offset_at(at);
        if let Some(wish) = self.with_times_moved(table, at)
            && super::limits(wish.rhythm, &wish.times).is_empty()
            && let [(_, rule)] = wish.parts(offset)[..]
        {
            remedies.push(Remedy::MoveTimes { wish, rule });
        }
        if !self.rhythm.is_every_day() {
            let daily = Self::new(Rhythm::EVERY_DAY, &self.times);
            if super::limits(daily.rhythm, &daily.times).is_empty()
                && let [(_, rule)] = daily.parts(offset)[..]
            {
                remedies.push(Remedy::EveryDay { rule });
            }
        }
        if let Ok(rule) = Schedule::from_times(self.rhythm, &self.times) {
            remedies.push(Remedy::AsUtc { rule });
        }
        remedies.push(Remedy::SeveralPolicies);
        remedies
    }

    /// The same wish with the commonest minute for all times, and with every time that is on
    /// another UTC day than most moved by whole hours to the nearest that is not, if possible in
    /// every season of the year ahead.
    fn with_times_moved(&self, table: &OffsetTable, at: Timestamp) -> Option<Self> {
        let offset = table.offset_at(at);
        let year = table.changes_between(at, at.plus_seconds(YEAR_SECONDS));
        let mut seasons: Vec<i32> = year.map(|change| change.after).collect();
        seasons.push(offset);
        let minute = commonest(self.times.iter().map(|time| time.minute()))?;
        let day = commonest(self.times.iter().map(|time| self.utc_of(*time, offset).1))?;
        let fits = |time: TimeOfDay, offset: i32| self.utc_of(time, offset).1 == day;
        let times: Option<Vec<TimeOfDay>> = self
            .times
            .iter()
            .map(|time| {
                let near = (0..24i16)
                    .flat_map(|hours| [hours, -hours])
                    .filter_map(|hours| {
                        let hour = u8::try_from(i16::from(time.hour()) + hours).ok()?;
                        TimeOfDay::new(hour, minute)
                    });
                let mut now = near.clone().filter(|time| fits(*time, offset));
                let stays = near.clone().next().filter(|time| fits(*time, offset));
                stays
                    .or_else(|| {
                        near.clone()
                            .find(|time| seasons.iter().all(|o| fits(*time, *o)))
                    })
                    .or_else(|| now.next())
            })
            .collect();
        Some(Self::new(self.rhythm, &times?))
    }
}

/// The value that occurs most often; of several, the one that comes last.
fn commonest<T: PartialEq + Copy>(values: impl Iterator<Item = T> + Clone) -> Option<T> {
    let count = |value: T| values.clone().filter(|other| *other == value).count();
    values.clone().max_by_key(|value| count(*value))
}

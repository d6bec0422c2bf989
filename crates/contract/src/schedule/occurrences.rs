//! Enumerates the runs of a schedule with bit sets; nothing is allocated, per run or otherwise.

use core::iter::FusedIterator;

use super::{Rhythm, Schedule, Weekday};
use crate::time::Timestamp;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
/// The last midnight that an instant can be, in days since the epoch, and the first.
const LAST_MIDNIGHT: i64 = i64::MAX / DAY;
const FIRST_MIDNIGHT: i64 = i64::MIN / DAY;

impl Schedule {
    /// The runs at `from` and after it, without end.
    ///
    /// An interval of days is counted from the day of `from`; where the policy's start is known,
    /// use [`Schedule::occurrences_since`].
    pub fn occurrences(&self, from: Timestamp) -> Occurrences {
        self.occurrences_since(from, from)
    }

    /// The runs at `from` and after it, an interval of days counted from the day of `start`
    /// (before it as well as after it). `start` is the trigger's `start_time`.
    ///
    /// ```
    /// use contract::schedule::Schedule;
    /// use contract::time::Timestamp;
    /// let at = |text| Timestamp::parse(text).unwrap();
    /// let schedule = Schedule::parse("FREQ=DAILY;INTERVAL=3;BYHOUR=2;BYMINUTE=0").unwrap();
    /// let mut runs = schedule.occurrences_since(at("2026-03-14T09:26:53"), at("2026-03-15T00:00:00"));
    /// assert_eq!(runs.next(), Some(at("2026-03-17T02:00:00")));
    /// ```
    pub fn occurrences_since(&self, start: Timestamp, from: Timestamp) -> Occurrences {
        let day = from.micros().div_euclid(DAY);
        let mut runs = Occurrences {
            schedule: *self,
            anchor: start.micros().div_euclid(DAY),
            day,
            hours: 0,
        };
        if runs.runs_on(day) {
            runs.hours = self.hours.bits() & self.not_before(from.micros().rem_euclid(DAY));
        }
        runs
    }

    /// The first run after `instant`, an interval counted from the day of `start`; `None` only at
    /// the end of what a [`Timestamp`] can hold.
    pub fn next_after(&self, start: Timestamp, instant: Timestamp) -> Option<Timestamp> {
        let from = Timestamp::from_micros(instant.micros().checked_add(1)?);
        self.occurrences_since(start, from).next()
    }

    /// How many runs there are at `from` and after it, but before `until`; computed, not counted.
    ///
    /// ```
    /// use contract::schedule::Schedule;
    /// use contract::time::Timestamp;
    /// let at = |text| Timestamp::parse(text).unwrap();
    /// let schedule = Schedule::parse("FREQ=DAILY;BYHOUR=0,12;BYMINUTE=0").unwrap();
    /// let start = at("2026-01-01T00:00:00");
    /// assert_eq!(schedule.count_between(start, start, at("2027-01-01T00:00:00")), 730);
    /// ```
    pub fn count_between(&self, start: Timestamp, from: Timestamp, until: Timestamp) -> u64 {
        let anchor = start.micros().div_euclid(DAY);
        let runs_before = |instant: Timestamp| {
            let day = instant.micros().div_euclid(DAY);
            let whole = self.days_before(anchor, day) * i64::from(self.hours.len());
            if !self.runs_on(anchor, day) {
                return whole;
            }
            let passed = self.hours.bits() & !self.not_before(instant.micros().rem_euclid(DAY));
            whole + i64::from(passed.count_ones())
        };
        u64::try_from(runs_before(until) - runs_before(from)).unwrap_or(0)
    }

    /// The hours whose run is at this microsecond of the day or after it.
    fn not_before(&self, of_day: i64) -> u32 {
        let past_minute = of_day - i64::from(self.minute) * MINUTE;
        // Hours up to the last one whose run is before the instant.
        let gone = if past_minute <= 0 {
            0
        } else {
            (past_minute - 1).div_euclid(HOUR) + 1
        };
        u32::MAX.checked_shl(gone as u32).unwrap_or(0)
    }

    pub(super) fn runs_on(&self, anchor: i64, day: i64) -> bool {
        match self.rhythm {
            Rhythm::Daily { every } => (day - anchor).rem_euclid(i64::from(every)) == 0,
            Rhythm::Weekly(days) => days.contains(Weekday::of_epoch_day(day)),
        }
    }

    /// Days with runs before `day`, counted from a fixed day long ago or, negative, back from it.
    fn days_before(&self, anchor: i64, day: i64) -> i64 {
        match self.rhythm {
            Rhythm::Daily { every } => {
                let every = i64::from(every);
                (day - anchor + every - 1).div_euclid(every)
            }
            Rhythm::Weekly(days) => {
                // 1969-12-29 was a Monday.
                let since_monday = day + 3;
                let begun = (1u8 << since_monday.rem_euclid(7)) - 1;
                since_monday.div_euclid(7) * i64::from(days.len())
                    + i64::from((days.bits() & begun).count_ones())
            }
        }
    }
}

/// The runs of a schedule from an instant on, in order, each once.
#[derive(Clone, Debug)]
pub struct Occurrences {
    schedule: Schedule,
    /// The day an interval is counted from, in days since the epoch.
    anchor: i64,
    /// The day at hand, in days since the epoch.
    day: i64,
    /// What is left of the day's hours.
    hours: u32,
}

impl Occurrences {
    fn runs_on(&self, day: i64) -> bool {
        self.schedule.runs_on(self.anchor, day)
    }

    /// Days from the day at hand to the next one with runs.
    fn step(&self) -> i64 {
        match self.schedule.rhythm {
            Rhythm::Daily { every } => {
                let every = i64::from(every);
                every - (self.day - self.anchor).rem_euclid(every)
            }
            Rhythm::Weekly(days) => {
                let today = Weekday::of_epoch_day(self.day).index() as i8;
                // Tomorrow becomes the lowest bit.
                let ahead = days.moved(-(today + 1)).bits();
                i64::from(ahead.trailing_zeros()) + 1
            }
        }
    }
}

impl Iterator for Occurrences {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        if self.hours == 0 {
            self.day += self.step();
            self.hours = self.schedule.hours.bits();
        }
        let hour = i64::from(self.hours.trailing_zeros());
        let of_day = hour * HOUR + i64::from(self.schedule.minute) * MINUTE;
        // Counted back from the next midnight, since the first day there is begins before its midnight.
        // Compared instead of multiplied with a check, which takes a product of 128 bits in WebAssembly.
        let midnight = self.day + 1;
        if !(FIRST_MIDNIGHT..=LAST_MIDNIGHT).contains(&midnight) {
            return None;
        }
        let micros = (midnight * DAY).checked_add(of_day - DAY)?;
        self.hours &= self.hours - 1;
        Some(Timestamp::from_micros(micros))
    }
}

impl FusedIterator for Occurrences {}

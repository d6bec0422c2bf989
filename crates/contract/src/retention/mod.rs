//! Which backups a retention keeps and which it deletes, and why: a forecast over rows, for the
//! editor's preview and for the sandbox's clean-up.
//!
//! What the service does (csbs-v1 sections 3.3 and 7): a backup goes when it passes any limit that
//! is set; long-term slots keep some beyond that; backups made by hand are never removed. The order
//! and the hour of the service's own clean-up are not documented (about every second day), so this
//! says what goes, not when exactly.

#[cfg(test)]
mod tests;
pub mod timeline;
mod words;

use core::fmt;

use chrono::{Datelike as _, Days, Months, NaiveDate};

use crate::model::{LongTerm, Retention};
use crate::rules;
use crate::time::Timestamp;

const DAY_SECONDS: i64 = 86_400;

/// A usable backup of one server under one policy. The limits hold for each server by itself, so a
/// forecast is made from the rows of one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The backup's id.
    pub id: &'a str,
    /// When it was made.
    pub at: Timestamp,
    /// Whether the schedule made it; retention leaves all others alone.
    pub automatic: bool,
}

/// What becomes of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays.
    Stays(Stay),
    /// It goes with the next clean-up.
    Goes(Go),
}

/// Why a backup stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// It was made by hand.
    ByHand,
    /// Nothing limits the policy's backups.
    Forever,
    /// It passes no limit yet.
    WithinLimits {
        /// Its place from the newest (1) on, where a count is set.
        place: Option<u32>,
        /// When it will be too old, where an age is set.
        until: Option<Timestamp>,
    },
    /// It passes a limit, but is the newest of a long-term slot.
    LongTerm(Slot),
}

/// The kinds of long-term slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// One a day.
    Day,
    /// One a week, from Monday on.
    Week,
    /// One a month.
    Month,
    /// One a year.
    Year,
}

/// Why a backup goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// There are enough newer ones.
    OverCount {
        /// Its place from the newest (1) on.
        place: u32,
        /// How many are kept.
        count: u32,
    },
    /// It is too old.
    TooOld {
        /// Whole days since it was made.
        age: u32,
        /// How many days are kept.
        days: u32,
    },
}

impl Fate {
    /// Whether the backup stays.
    pub const fn stays(self) -> bool {
        matches!(self, Self::Stays(_))
    }
}

/// What becomes of each row at `now`, in the order of `rows`.
///
/// ```
/// use contract::model::{Limits, Retention};
/// use contract::retention::{Fate, Go, Row, Stay, fates};
/// use contract::time::Timestamp;
/// let day = |n: i64| Timestamp::from_seconds(n * 86_400);
/// let row = |id, at, automatic| Row { id, at: day(at), automatic };
/// let rows = [row("a", 1, true), row("b", 2, false), row("c", 3, true)];
/// let keep_one = Retention::Limited(Limits { count: Some(1), ..Limits::default() });
/// assert_eq!(fates(&keep_one, &rows, day(4)), [
///     Fate::Goes(Go::OverCount { place: 2, count: 1 }),
///     Fate::Stays(Stay::ByHand),
///     Fate::Stays(Stay::WithinLimits { place: Some(1), until: None }),
/// ]);
/// ```
pub fn fates(retention: &Retention, rows: &[Row<'_>], now: Timestamp) -> Vec<Fate> {
    let limits = match retention {
        Retention::Forever => {
            let fate = |row: &Row<'_>| {
                Fate::Stays(if row.automatic {
                    Stay::Forever
                } else {
                    Stay::ByHand
                })
            };
            return rows.iter().map(fate).collect();
        }
        Retention::Limited(limits) => limits,
    };
    let mut fates = vec![Fate::Stays(Stay::ByHand); rows.len()];
    let mut newest_first: Vec<usize> = (0..rows.len()).filter(|n| rows[*n].automatic).collect();
    newest_first.sort_by(|a, b| (rows[*b].at, rows[*b].id).cmp(&(rows[*a].at, rows[*a].id)));
    let slots = limits
        .long_term
        .as_ref()
        .map(|slots| long_term(slots, rows, &newest_first, now));
    for (n, index) in newest_first.iter().enumerate() {
        let at = rows[*index].at;
        let place = n as u32 + 1;
        let until = limits
            .days
            .map(|days| at.plus_seconds(i64::from(days) * DAY_SECONDS));
        let over_count = limits.count.filter(|count| place > *count);
        let fate = if let Some(count) = over_count {
            Fate::Goes(Go::OverCount { place, count })
        } else if let (Some(days), Some(until)) = (limits.days, until)
            && until <= now
        {
            let age = (now.seconds() - at.seconds()).div_euclid(DAY_SECONDS) as u32;
            Fate::Goes(Go::TooOld { age, days })
        } else {
            Fate::Stays(Stay::WithinLimits {
                place: limits.count.map(|_| place),
                until,
            })
        };
        let slot = slots.as_ref().and_then(|slots| slots[n]);
        fates[*index] = match (fate, slot) {
            (Fate::Goes(_), Some(slot)) => Fate::Stays(Stay::LongTerm(slot)),
            (fate, _) => fate,
        };
    }
    fates
}

/// The rows that stay under one retention and go under another, by their index: what an edit
/// deletes that would have stayed.
pub fn lost_by_edit(
    before: &Retention,
    after: &Retention,
    rows: &[Row<'_>],
    now: Timestamp,
) -> Vec<(usize, Go)> {
    let pairs = fates(before, rows, now)
        .into_iter()
        .zip(fates(after, rows, now));
    pairs
        .enumerate()
        .filter_map(|(index, pair)| match pair {
            (Fate::Stays(_), Fate::Goes(go)) => Some((index, go)),
            _ => None,
        })
        .collect()
}

/// The slot that holds each row, smallest kind first, in the order of `newest_first`.
fn long_term(
    slots: &LongTerm,
    rows: &[Row<'_>],
    newest_first: &[usize],
    now: Timestamp,
) -> Vec<Option<Slot>> {
    let offset = rules::fixed_offset(&slots.timezone).map_or(0, i64::from);
    let date = |at: Timestamp| at.plus_seconds(offset).naive().date();
    let today = date(now);
    let mut held = vec![None; newest_first.len()];
    for (slot, kept) in [
        (Slot::Day, slots.day),
        (Slot::Week, slots.week),
        (Slot::Month, slots.month),
        (Slot::Year, slots.year),
    ] {
        let mut last = None;
        for (n, index) in newest_first.iter().enumerate() {
            let period = slot.period(date(rows[*index].at));
            let within = slot.period(today) - period < i64::from(kept);
            if within && last != Some(period) {
                last = Some(period);
                held[n] = held[n].or(Some(slot));
            }
        }
    }
    held
}

impl Slot {
    /// The first and the last day of the period a backup belongs to, on a clock that is `offset`
    /// seconds east of UTC.
    ///
    /// ```
    /// use contract::retention::Slot;
    /// use contract::time::Timestamp;
    /// let saturday = Timestamp::parse("2026-03-14T23:30:00").unwrap();
    /// let days = |offset| {
    ///     let (first, last) = Slot::Week.span(saturday, offset);
    ///     format!("{first} {last}")
    /// };
    /// assert_eq!(days(0), "2026-03-09 2026-03-15");
    /// assert_eq!(Slot::Month.span(saturday, 0).1.to_string(), "2026-03-31");
    /// ```
    pub fn span(self, at: Timestamp, offset: i32) -> (NaiveDate, NaiveDate) {
        let day = at.plus_seconds(i64::from(offset)).naive().date();
        let first = match self {
            Self::Day => Some(day),
            Self::Week => {
                day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday())))
            }
            Self::Month => day.with_day(1),
            Self::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1),
        };
        let first = first.unwrap_or(day);
        let next = match self {
            Self::Day => first.checked_add_days(Days::new(1)),
            Self::Week => first.checked_add_days(Days::new(7)),
            Self::Month => first.checked_add_months(Months::new(1)),
            Self::Year => first.checked_add_months(Months::new(12)),
        };
        let last = next.and_then(|next| next.pred_opt());
        (first, last.unwrap_or(first))
    }

    /// A number that grows by one from each such period to the next.
    fn period(self, date: NaiveDate) -> i64 {
        let days = i64::from(date.num_days_from_ce());
        match self {
            Self::Day => days,
            // Day 1 of the common era was a Monday.
            Self::Week => (days - 1).div_euclid(7),
            Self::Month => i64::from(date.year()) * 12 + i64::from(date.month0()),
            Self::Year => i64::from(date.year()),
        }
    }
}

/// The reason as a short English phrase; instants are for the caller to print on its clock.
impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stays(Stay::ByHand) => f.write_str("stays: made by hand"),
            Self::Stays(Stay::Forever) => f.write_str("stays: nothing limits it"),
            Self::Stays(Stay::WithinLimits {
                place: Some(place), ..
            }) => {
                write!(f, "stays: number {place} from the newest")
            }
            Self::Stays(Stay::WithinLimits { .. }) => f.write_str("stays: young enough"),
            Self::Stays(Stay::LongTerm(slot)) => {
                let period = match slot {
                    Slot::Day => "day",
                    Slot::Week => "week",
                    Slot::Month => "month",
                    Slot::Year => "year",
                };
                write!(f, "stays: the newest of its {period}")
            }
            Self::Goes(Go::OverCount { place, count }) => {
                write!(f, "goes: number {place} from the newest, {count} are kept")
            }
            Self::Goes(Go::TooOld { age, days }) => {
                write!(f, "goes: {age} days old, {days} days are kept")
            }
        }
    }
}

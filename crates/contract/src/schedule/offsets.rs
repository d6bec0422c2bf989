//! A time zone as data: its offset from UTC, and when that changes.
//!
//! The browser builds the table from `Intl`, a server from a zone database, a test from literals;
//! this crate holds no zone database.

use super::{TimeOfDay, Weekday};
use crate::time::Timestamp;

const DAY_SECONDS: i64 = 86_400;

/// What a clock on the wall shows: seconds since 1970-01-01T00:00:00 of its own zone.
///
/// Which instant that is, only an [`OffsetTable`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(i64);

impl LocalTime {
    /// From seconds on the local clock since 1970-01-01T00:00:00.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// A day (counted from 1970-01-01) and a time on it.
    pub fn new(day: i64, time: TimeOfDay) -> Self {
        Self(day * DAY_SECONDS + i64::from(time.minute_of_day()) * 60)
    }

    /// Seconds on the local clock since 1970-01-01T00:00:00.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// Days since 1970-01-01 on the local calendar.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY_SECONDS)
    }

    /// The local weekday.
    pub const fn weekday(self) -> Weekday {
        Weekday::of_epoch_day(self.day())
    }

    /// The local time, seconds dropped.
    pub const fn time(self) -> TimeOfDay {
        TimeOfDay::wrapping((self.0.rem_euclid(DAY_SECONDS) / 60) as i32).0
    }

    /// The local calendar date and clock time.
    pub fn naive(self) -> chrono::NaiveDateTime {
        Timestamp::from_seconds(self.0).naive()
    }
}

/// One change of a zone's offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetChange {
    /// The first instant with the new offset.
    pub at: Timestamp,
    /// Seconds east of UTC until then.
    pub before: i32,
    /// Seconds east of UTC from then on.
    pub after: i32,
}

/// The instant a local time stands for, by the one rule of this product for times that do not
/// exist or exist twice: a missing time runs as much later as the clock jumped, a repeated time
/// runs the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// The clock shows the time once.
    Once(Timestamp),
    /// The clock jumps over the time; it is read with the offset before the jump.
    Missing {
        /// The instant that stands in for it.
        at: Timestamp,
        /// What the clock shows at that instant.
        shown: LocalTime,
    },
    /// The clock shows the time twice.
    Twice {
        /// The first of the two, which counts.
        first: Timestamp,
        /// The second, which does not.
        second: Timestamp,
    },
}

impl Resolved {
    /// The instant that counts.
    pub const fn instant(self) -> Timestamp {
        match self {
            Self::Once(at) | Self::Missing { at, .. } => at,
            Self::Twice { first, .. } => first,
        }
    }
}

/// The offsets of a zone: the one before the first change, and every change in order.
///
/// ```
/// use contract::schedule::OffsetTable;
/// use contract::time::Timestamp;
/// let at = |text| Timestamp::parse(text).unwrap();
/// let berlin = OffsetTable::new(3600, [
///     (at("2027-03-28T01:00:00"), 7200),
///     (at("2027-10-31T01:00:00"), 3600),
/// ]);
/// assert_eq!(berlin.offset_at(at("2027-07-01T00:00:00")), 7200);
/// assert_eq!(berlin.offset_at(at("2027-03-28T00:59:59")), 3600);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetTable {
    first: i32,
    /// Instants in seconds since the epoch, in order, and the offset from then on.
    changes: Vec<(i64, i32)>,
}

impl OffsetTable {
    /// From the offset (seconds east of UTC) before the first change, and the changes in any order;
    /// entries that change nothing are dropped.
    pub fn new(first: i32, changes: impl IntoIterator<Item = (Timestamp, i32)>) -> Self {
        let mut all: Vec<(i64, i32)> = changes
            .into_iter()
            .map(|(at, offset)| (at.seconds(), offset))
            .collect();
        all.sort_unstable();
        let mut current = first;
        all.retain(|(_, offset)| core::mem::replace(&mut current, *offset) != *offset);
        Self {
            first,
            changes: all,
        }
    }

    /// A zone whose offset never changes.
    pub const fn fixed(seconds: i32) -> Self {
        Self {
            first: seconds,
            changes: Vec::new(),
        }
    }

    /// UTC.
    pub const UTC: Self = Self::fixed(0);

    /// Seconds east of UTC at an instant.
    pub fn offset_at(&self, instant: Timestamp) -> i32 {
        self.offset_of(self.span_at(instant.seconds()))
    }

    /// What a clock in the zone shows at an instant, sub-seconds dropped.
    pub fn to_local(&self, instant: Timestamp) -> LocalTime {
        LocalTime(instant.seconds() + i64::from(self.offset_at(instant)))
    }

    /// The instant that a local time stands for.
    pub fn to_utc(&self, local: LocalTime) -> Resolved {
        // No zone was ever more than a day away from UTC.
        let spans = self.span_at(local.0 - DAY_SECONDS)..=self.span_at(local.0 + DAY_SECONDS);
        let mut first: Option<i64> = None;
        for span in spans.clone() {
            let instant = local.0 - i64::from(self.offset_of(span));
            if self.span_at(instant) != span {
                continue;
            }
            match first {
                None => first = Some(instant),
                Some(first) => {
                    return Resolved::Twice {
                        first: Timestamp::from_seconds(first),
                        second: Timestamp::from_seconds(instant),
                    };
                }
            }
        }
        if let Some(first) = first {
            return Resolved::Once(Timestamp::from_seconds(first));
        }
        // Every local time that no span shows was jumped over by the change that ends some span.
        let before = spans
            .clone()
            .find(|span| {
                self.changes.get(*span).is_some_and(|(change, after)| {
                    local.0 >= change + i64::from(self.offset_of(*span))
                        && local.0 < change + i64::from(*after)
                })
            })
            .unwrap_or(*spans.start());
        let at = Timestamp::from_seconds(local.0 - i64::from(self.offset_of(before)));
        Resolved::Missing {
            at,
            shown: self.to_local(at),
        }
    }

    /// The changes after `from`, up to and including `until`.
    pub fn changes_between(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> impl Iterator<Item = OffsetChange> + '_ {
        let spans = self.span_at(from.seconds())
            ..self
                .span_at(until.seconds())
                .max(self.span_at(from.seconds()));
        spans.map(|span| OffsetChange {
            at: Timestamp::from_seconds(self.changes[span].0),
            before: self.offset_of(span),
            after: self.offset_of(span + 1),
        })
    }

    /// How many changes lie at or before this second.
    fn span_at(&self, second: i64) -> usize {
        self.changes.partition_point(|(at, _)| *at <= second)
    }

    fn offset_of(&self, span: usize) -> i32 {
        match span.checked_sub(1) {
            None => self.first,
            Some(change) => self.changes[change].1,
        }
    }
}

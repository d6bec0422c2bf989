//! The schedule engine: reads, prints, checks, enumerates and describes the rule of a policy, and
//! turns local wishes into the UTC rules that the service stores.
//!
//! The service's grammar (csbs-v1 section 7) is `FREQ` = `DAILY` or `WEEKLY`, `BYDAY`, `BYHOUR`,
//! `BYMINUTE` and, for daily rules, `INTERVAL`. A rule runs at every minute in every hour it names,
//! so two different minutes always make two runs of the same hour that are less than an hour apart,
//! which the service refuses. **A valid rule therefore has exactly one minute**, and a [`Schedule`]
//! is eight bytes: a rhythm, a set of hours and a minute.
//!
//! ```
//! use contract::schedule::{Clock, Schedule};
//! use contract::time::Timestamp;
//!
//! let schedule = Schedule::parse("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=18;BYMINUTE=30").unwrap();
//! assert_eq!(schedule.describe(Clock::Utc).to_string(), "Every weekday at 18:30 UTC");
//!
//! let saturday = Timestamp::parse("2026-11-21T04:00:00").unwrap();
//! let next = schedule.occurrences(saturday).next().unwrap();
//! assert_eq!(next.to_seconds_text(), "2026-11-23T18:30:00Z");
//! ```

mod daylight;
mod days;
mod lines;
mod occurrences;
mod offsets;
mod parse;
mod print;
mod problem;
mod sentence;
mod spacing;
mod times;
mod together;
mod unfold;
mod view;
mod wish;

#[cfg(test)]
mod tests;

pub use daylight::{ClockChange, DriftRemedy};
pub use days::{Weekday, Weekdays};
pub use occurrences::Occurrences;
pub use offsets::{LocalTime, OffsetChange, OffsetTable, Resolved};
pub use problem::{Part, Problem, ScheduleProblem};
pub use sentence::{Clock, DaysPhrase, Sentence, TimesPhrase};
pub use times::{Hours, TimeOfDay};
pub use together::{Together, together};
pub use view::{LocalGroup, LocalView};
pub use wish::{LocalWish, NoSingleRule, Reason, Remedy, UtcRules, WishRun};

/// Longest pattern the service takes, in characters.
pub const MAX_CHARACTERS: usize = 10_240;
/// Most runs on one day.
pub const MAX_RUNS_A_DAY: u32 = 24;
/// Longest interval of a daily rule, in days.
pub const MAX_INTERVAL: u8 = 30;

/// On which days a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rhythm {
    /// Every so many days (1 to 30), counted from the day the policy started.
    Daily {
        /// Days from one run to the next; 1 is every day.
        every: u8,
    },
    /// On these days of every week; at least one.
    Weekly(Weekdays),
}

impl Rhythm {
    /// Every day.
    pub const EVERY_DAY: Self = Self::Daily { every: 1 };

    /// Whether the days have no end and no gap: moving such a rule by a day changes nothing.
    pub const fn is_every_day(self) -> bool {
        match self {
            Self::Daily { every } => every == 1,
            Self::Weekly(days) => days.bits() == Weekdays::ALL.bits(),
        }
    }
}

/// A valid schedule, in UTC: the only thing that has runs.
///
/// ```
/// use contract::schedule::Schedule;
/// let wrapped = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n\
///                RRULE:FREQ=WEEKLY;BYDAY=TH,MO;BYHOUR=2;BYMINUTE=30\r\n\
///                END:VEVENT\r\nEND:VCALENDAR\r\n";
/// let schedule = Schedule::parse(wrapped).unwrap();
/// assert_eq!(schedule.to_string(), "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=2;BYMINUTE=30");
/// assert_eq!(Schedule::parse(&schedule.to_pattern()), Ok(schedule));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Schedule {
    rhythm: Rhythm,
    hours: Hours,
    minute: u8,
}

impl Schedule {
    /// From its parts.
    ///
    /// # Errors
    /// The first part that is empty or out of range.
    pub fn new(rhythm: Rhythm, hours: Hours, minute: u8) -> Result<Self, Problem> {
        match rhythm {
            Rhythm::Daily { every } if !(1..=MAX_INTERVAL).contains(&every) => {
                Err(Problem::OutOfRange(Part::Interval))
            }
            Rhythm::Weekly(days) if days.is_empty() => Err(Problem::EmptyList(Part::ByDay)),
            _ if hours.is_empty() => Err(Problem::EmptyList(Part::ByHour)),
            _ if minute > 59 => Err(Problem::OutOfRange(Part::ByMinute)),
            _ => Ok(Self {
                rhythm,
                hours,
                minute,
            }),
        }
    }

    /// From free times of day, in any order, repetitions ignored.
    ///
    /// # Errors
    /// Everything that keeps the times from being one rule: none or too many of them, neighbours
    /// less than an hour apart, also across midnight, and times that do not share a minute.
    ///
    /// ```
    /// use contract::schedule::{Problem, Rhythm, Schedule, TimeOfDay};
    /// let times = ["23:30", "00:10"].map(|text| TimeOfDay::parse(text).unwrap());
    /// let problems = Schedule::from_times(Rhythm::EVERY_DAY, &times).unwrap_err();
    /// assert_eq!(
    ///     problems[0].to_string(),
    ///     "23:30 and 00:10 the next day are 40 minutes apart; runs need at least an hour between them."
    /// );
    /// assert!(matches!(problems[1], Problem::MixedMinutes { .. }));
    /// ```
    pub fn from_times(rhythm: Rhythm, times: &[TimeOfDay]) -> Result<Self, Vec<Problem>> {
        let times = sorted(times);
        let mut problems = limits(rhythm, &times);
        if let Some(one) = times.first()
            && let Some(other) = times.iter().find(|time| time.minute() != one.minute())
        {
            problems.push(Problem::MixedMinutes {
                one: *one,
                other: *other,
            });
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let hours = times.iter().map(|time| time.hour()).collect();
        let minute = times.first().map_or(0, |time| time.minute());
        Self::new(rhythm, hours, minute).map_err(|problem| vec![problem])
    }

    /// Reads the service's iCalendar text (CRLF or LF, folded lines, either case) or a bare rule.
    ///
    /// # Errors
    /// Every problem of the text, in the order of the text, each with its place; never empty.
    pub fn parse(text: &str) -> Result<Self, Vec<ScheduleProblem>> {
        parse::parse(text)
    }

    /// On which days it runs.
    pub const fn rhythm(&self) -> Rhythm {
        self.rhythm
    }

    /// In which hours (UTC) it runs.
    pub const fn hours(&self) -> Hours {
        self.hours
    }

    /// At which minute of each hour it runs.
    pub const fn minute(&self) -> u8 {
        self.minute
    }

    /// The times of day (UTC), earliest first.
    pub fn times(&self) -> impl DoubleEndedIterator<Item = TimeOfDay> + Clone + use<> {
        let minute = self.minute;
        self.hours
            .iter()
            .filter_map(move |hour| TimeOfDay::new(hour, minute))
    }
}

/// In order and without repetition.
fn sorted(times: &[TimeOfDay]) -> Vec<TimeOfDay> {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.dedup();
    times
}

/// The limits that hold for any choice of days and (ordered) times, one rule or several.
fn limits(rhythm: Rhythm, times: &[TimeOfDay]) -> Vec<Problem> {
    let mut problems = Vec::new();
    match rhythm {
        Rhythm::Daily { every } if !(1..=MAX_INTERVAL).contains(&every) => {
            problems.push(Problem::OutOfRange(Part::Interval));
        }
        Rhythm::Weekly(days) if days.is_empty() => problems.push(Problem::EmptyList(Part::ByDay)),
        _ => {}
    }
    if times.is_empty() {
        problems.push(Problem::EmptyList(Part::ByHour));
    }
    problems.extend(spacing::runs_limit(times.len() as u32));
    problems.extend(spacing::closest_neighbours(rhythm, times));
    problems
}

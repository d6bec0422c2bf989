//! Everything that can keep a text or a choice of times from being a schedule, by name.

use core::fmt;
use core::ops::Range;

use super::{MAX_CHARACTERS, MAX_INTERVAL, MAX_RUNS_A_DAY, TimeOfDay};

/// The parts a rule may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// `FREQ`
    Freq,
    /// `INTERVAL`
    Interval,
    /// `BYDAY`
    ByDay,
    /// `BYHOUR`
    ByHour,
    /// `BYMINUTE`
    ByMinute,
}

impl Part {
    pub(crate) const ALL: [Self; 5] = [
        Self::Freq,
        Self::Interval,
        Self::ByDay,
        Self::ByHour,
        Self::ByMinute,
    ];

    /// The name in the rule text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Freq => "FREQ",
            Self::Interval => "INTERVAL",
            Self::ByDay => "BYDAY",
            Self::ByHour => "BYHOUR",
            Self::ByMinute => "BYMINUTE",
        }
    }

    /// The smallest and largest number the part may hold; `None` for parts that hold words.
    pub const fn limits(self) -> Option<(u32, u32)> {
        match self {
            Self::Freq | Self::ByDay => None,
            Self::Interval => Some((1, MAX_INTERVAL as u32)),
            Self::ByHour => Some((0, 23)),
            Self::ByMinute => Some((0, 59)),
        }
    }
}

/// What is wrong. Limits are those of the service's schedule pattern (csbs-v1 section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Problem {
    /// There is no text at all.
    Empty,
    /// The pattern has more than 10,240 characters; nothing of it was read.
    TooLong {
        /// Its length in characters.
        characters: usize,
    },
    /// A line of the wrapper is missing.
    MissingLine(&'static str),
    /// A line of the wrapper stands where it means nothing.
    MisplacedLine,
    /// A component other than one calendar with one event.
    OtherComponent,
    /// A second calendar or event.
    SecondComponent,
    /// A property other than `RRULE`, or `RRULE` with parameters of its own.
    OtherProperty,
    /// There is an event, but no rule.
    MissingRule,
    /// There is more than one rule.
    SecondRule,
    /// Nothing stands between two semicolons.
    EmptyPart,
    /// A part without `=`.
    PartWithoutValue,
    /// A blank within the rule.
    Blank,
    /// A part that the service does not know.
    UnknownPart,
    /// A part that stands there twice.
    RepeatedPart(Part),
    /// A part that the rule cannot do without.
    MissingPart(Part),
    /// A part without any value.
    EmptyList(Part),
    /// Nothing stands between two commas.
    EmptyValue(Part),
    /// A frequency other than `DAILY` and `WEEKLY`.
    UnknownFrequency,
    /// Something that is no weekday.
    UnknownDay,
    /// A weekday with a number, such as `1MO` for the first Monday.
    NumberedDay,
    /// `BYDAY` beside `FREQ=DAILY`.
    DaysWithDaily,
    /// `INTERVAL` beside `FREQ=WEEKLY`.
    IntervalWithWeekly,
    /// Something that is no whole number.
    NotANumber(Part),
    /// Digits other than 0 to 9.
    ForeignDigits(Part),
    /// A number that the part cannot hold.
    OutOfRange(Part),
    /// A value that stands in the list twice.
    DuplicateValue(Part),
    /// More than 24 runs a day.
    TooManyRuns {
        /// Runs a day.
        runs: u32,
    },
    /// Two runs that follow each other in less than an hour.
    TooClose {
        /// The first of the first such pair.
        earlier: TimeOfDay,
        /// The second; on the next day where `across_midnight`.
        later: TimeOfDay,
        /// Minutes between the two.
        minutes: u16,
        /// Whether midnight lies between them.
        across_midnight: bool,
    },
    /// Times with different minutes: one rule repeats each minute in each hour.
    MixedMinutes {
        /// A time with the first minute.
        one: TimeOfDay,
        /// A time with another.
        other: TimeOfDay,
    },
}

impl Problem {
    /// The problem as a sentence; `found` is the text it is about.
    fn write(self, found: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("There is no rule yet."),
            Self::TooLong { characters } => write!(
                f,
                "The text has {characters} characters; {MAX_CHARACTERS} are allowed."
            ),
            Self::MissingLine(line) => write!(f, "The line `{line}` is missing."),
            Self::MisplacedLine => write!(f, "The line `{found}` does not belong here."),
            Self::OtherComponent => write!(
                f,
                "`{found}` is not supported; a schedule is one calendar with one event."
            ),
            Self::SecondComponent => {
                write!(
                    f,
                    "`{found}` stands here again; there is one calendar with one event."
                )
            }
            Self::OtherProperty => {
                write!(f, "`{found}` is not supported; the event holds only RRULE.")
            }
            Self::MissingRule => f.write_str("The RRULE line is missing."),
            Self::SecondRule => f.write_str("There is a second rule; the service takes one."),
            Self::EmptyPart => f.write_str("There is nothing between two semicolons."),
            Self::PartWithoutValue => write!(f, "`{found}` has no value; write it as NAME=value."),
            Self::Blank => f.write_str("There is a blank here; a rule has none."),
            Self::UnknownPart => write!(
                f,
                "`{found}` is not supported; use FREQ, INTERVAL, BYDAY, BYHOUR and BYMINUTE."
            ),
            Self::RepeatedPart(part) => write!(f, "{} stands here a second time.", part.name()),
            Self::MissingPart(Part::Freq) => {
                f.write_str("FREQ is missing; add FREQ=WEEKLY or FREQ=DAILY.")
            }
            Self::MissingPart(Part::ByDay) => {
                f.write_str("BYDAY is missing; a weekly rule names its days, such as BYDAY=MO,TH.")
            }
            Self::MissingPart(part) => {
                write!(
                    f,
                    "{} is missing; the service has no other way to know the time.",
                    part.name()
                )
            }
            Self::EmptyList(part) => write!(f, "{} has no value.", part.name()),
            Self::EmptyValue(part) => {
                write!(f, "A value of {} is missing beside a comma.", part.name())
            }
            Self::UnknownFrequency => {
                write!(f, "`{found}` is not supported; FREQ is WEEKLY or DAILY.")
            }
            Self::UnknownDay => write!(f, "`{found}` is not a weekday; use MO TU WE TH FR SA SU."),
            Self::NumberedDay => write!(
                f,
                "`{found}` counts weekdays within a month, which the service cannot do; use MO TU WE TH FR SA SU."
            ),
            Self::DaysWithDaily => {
                f.write_str("BYDAY is for weekly rules; take it out or write FREQ=WEEKLY.")
            }
            Self::IntervalWithWeekly => {
                f.write_str("INTERVAL is for daily rules; take it out or write FREQ=DAILY.")
            }
            Self::NotANumber(part) => {
                write!(f, "`{found}` is not a whole number")?;
                write_limits(part, f)
            }
            Self::ForeignDigits(part) => {
                write!(f, "`{found}` is not written with the digits 0 to 9")?;
                write_limits(part, f)
            }
            Self::OutOfRange(part) => {
                write!(f, "{found} is out of range")?;
                write_limits(part, f)
            }
            Self::DuplicateValue(part) => write!(f, "`{found}` stands in {} twice.", part.name()),
            Self::TooManyRuns { runs } => write!(
                f,
                "These are {runs} runs a day; {MAX_RUNS_A_DAY} are allowed."
            ),
            Self::TooClose {
                earlier,
                later,
                minutes,
                across_midnight,
            } => {
                let unit = if minutes == 1 { "minute" } else { "minutes" };
                let next = if across_midnight { " the next day" } else { "" };
                write!(
                    f,
                    "{earlier} and {later}{next} are {minutes} {unit} apart; runs need at least an hour between them."
                )
            }
            Self::MixedMinutes { one, other } => write!(
                f,
                "{one} and {other} have different minutes. One rule repeats every minute in every hour, \
                 so all times of a policy share one minute; use one minute or a second policy."
            ),
        }
    }
}

fn write_limits(part: Part, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match part.limits() {
        Some((low, high)) => write!(f, "; {} takes {low} to {high}.", part.name()),
        None => f.write_str("."),
    }
}

/// The sentence, for problems that are about no text.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write("", f)
    }
}

/// A problem and the place in the text it is about.
///
/// ```
/// use contract::schedule::{Problem, Schedule};
/// let text = "FREQ=WEEKLY;BYDAY=1MO;BYHOUR=1;BYMINUTE=0";
/// let problems = Schedule::parse(text).unwrap_err();
/// assert_eq!(problems[0].problem, Problem::NumberedDay);
/// assert_eq!(&text[problems[0].at.clone()], "1MO");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleProblem {
    /// What is wrong.
    pub problem: Problem,
    /// Where: bytes of the text as it was given, on character boundaries; empty where something
    /// is missing.
    pub at: Range<usize>,
    /// The words found there, shortened.
    pub found: Box<str>,
}

impl ScheduleProblem {
    /// The place in characters, for people and for text fields that count so.
    pub fn characters(&self, text: &str) -> Range<usize> {
        let count = |end: usize| text.get(..end).map_or(0, |before| before.chars().count());
        count(self.at.start)..count(self.at.end)
    }
}

impl fmt::Display for ScheduleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.write(&self.found, f)
    }
}

impl core::error::Error for ScheduleProblem {}

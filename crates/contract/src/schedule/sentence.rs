//! A schedule in words: first as data that any language can phrase, then in English.

use core::fmt;

use super::{LocalView, Rhythm, Schedule, TimeOfDay, Weekdays};

/// Whose clock the times of a sentence are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock<'a> {
    /// The service's own.
    Utc,
    /// A zone, by the name people know it by.
    Zone(&'a str),
    /// Said elsewhere on the screen.
    Unsaid,
}

/// The days of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DaysPhrase {
    /// All of them.
    EveryDay,
    /// Every so many days, at least two.
    EveryFewDays(u8),
    /// Monday to Friday.
    WorkDays,
    /// Saturday and Sunday.
    Weekend,
    /// Some other choice.
    On(Weekdays),
}

/// The times of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimesPhrase {
    /// All 24 hours at this minute.
    EveryHour {
        /// 0 to 59.
        minute: u8,
    },
    /// At least four times, evenly apart.
    Spaced {
        /// Hours from one to the next.
        hours: u8,
        /// The first of the day.
        first: TimeOfDay,
        /// The last of the day.
        last: TimeOfDay,
    },
    /// These, one by one.
    At(Vec<TimeOfDay>),
}

/// What a schedule says. [`fmt::Display`] is the English sentence, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence<'a> {
    /// On which days.
    pub days: DaysPhrase,
    /// When on such a day.
    pub times: TimesPhrase,
    /// On whose clock.
    pub clock: Clock<'a>,
}

impl Schedule {
    /// The schedule as it is stored, in words.
    ///
    /// ```
    /// use contract::schedule::{Clock, Schedule};
    /// let say = |rule| Schedule::parse(rule).unwrap().describe(Clock::Utc).to_string();
    /// assert_eq!(say("FREQ=DAILY;INTERVAL=3;BYHOUR=2;BYMINUTE=0"), "Every 3 days at 02:00 UTC");
    /// assert_eq!(
    ///     say("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=6,18;BYMINUTE=27"),
    ///     "Every Monday, Wednesday and Friday at 06:27 and 18:27 UTC"
    /// );
    /// assert_eq!(
    ///     say("FREQ=DAILY;BYHOUR=0,6,12,18;BYMINUTE=5"),
    ///     "Every day, every 6 hours from 00:05 to 18:05 UTC"
    /// );
    /// ```
    pub fn describe<'a>(&self, clock: Clock<'a>) -> Sentence<'a> {
        let times: Vec<TimeOfDay> = self.times().collect();
        Sentence::new(self.rhythm(), &times, clock)
    }
}

impl LocalView {
    /// The view in words: one sentence per group.
    pub fn describe<'a>(&self, clock: Clock<'a>) -> Vec<Sentence<'a>> {
        self.groups
            .iter()
            .map(|group| Sentence::new(group.rhythm, &group.times, clock))
            .collect()
    }
}

impl<'a> Sentence<'a> {
    /// About any days and (ordered) times.
    pub fn new(rhythm: Rhythm, times: &[TimeOfDay], clock: Clock<'a>) -> Self {
        let days = match rhythm {
            rhythm if rhythm.is_every_day() => DaysPhrase::EveryDay,
            Rhythm::Daily { every } => DaysPhrase::EveryFewDays(every),
            Rhythm::Weekly(Weekdays::WORK) => DaysPhrase::WorkDays,
            Rhythm::Weekly(Weekdays::WEEKEND) => DaysPhrase::Weekend,
            Rhythm::Weekly(days) => DaysPhrase::On(days),
        };
        Self {
            days,
            times: TimesPhrase::new(times),
            clock,
        }
    }
}

impl TimesPhrase {
    fn new(times: &[TimeOfDay]) -> Self {
        if let [first, second, .., last] = times
            && times.len() >= 4
        {
            let step = second.minute_of_day() - first.minute_of_day();
            let even = step % 60 == 0
                && times
                    .windows(2)
                    .all(|pair| pair[1].minute_of_day() - pair[0].minute_of_day() == step);
            if even && times.len() == 24 {
                return Self::EveryHour {
                    minute: first.minute(),
                };
            }
            if even {
                return Self::Spaced {
                    hours: (step / 60) as u8,
                    first: *first,
                    last: *last,
                };
            }
        }
        Self::At(times.to_vec())
    }
}

/// `a, b and c`
fn write_list<T: fmt::Display>(
    items: impl ExactSizeIterator<Item = T>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let count = items.len();
    for (n, item) in items.enumerate() {
        if n > 0 {
            f.write_str(if n + 1 == count { " and " } else { ", " })?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl fmt::Display for DaysPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EveryDay => f.write_str("Every day"),
            Self::EveryFewDays(every) => write!(f, "Every {every} days"),
            Self::WorkDays => f.write_str("Every weekday"),
            Self::Weekend => f.write_str("Every Saturday and Sunday"),
            Self::On(days) if days.is_empty() => f.write_str("On no day"),
            Self::On(days) => {
                f.write_str("Every ")?;
                let names: Vec<&str> = days.iter().map(|day| day.english()).collect();
                write_list(names.iter(), f)
            }
        }
    }
}

impl fmt::Display for TimesPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EveryHour { minute: 0 } => f.write_str(", every hour on the hour"),
            Self::EveryHour { minute } => write!(f, ", every hour at minute {minute}"),
            Self::Spaced {
                hours: 1,
                first,
                last,
            } => write!(f, ", every hour from {first} to {last}"),
            Self::Spaced { hours, first, last } => {
                write!(f, ", every {hours} hours from {first} to {last}")
            }
            Self::At(times) if times.is_empty() => f.write_str(", at no time"),
            Self::At(times) => {
                f.write_str(" at ")?;
                write_list(times.iter(), f)
            }
        }
    }
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.days, self.times)?;
        match self.clock {
            Clock::Utc => f.write_str(" UTC"),
            Clock::Zone(name) => write!(f, " {name} time"),
            Clock::Unsaid => Ok(()),
        }
    }
}

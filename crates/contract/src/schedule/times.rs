//! Hours of the day as a set, and single minute-precise times.

use core::fmt;

/// Minutes in a day.
pub(crate) const DAY_MINUTES: i32 = 1440;

/// A set of hours of the day, 0 to 23.
///
/// ```
/// use contract::schedule::Hours;
/// let hours: Hours = [18, 6].into_iter().collect();
/// assert_eq!(hours.to_string(), "6,18");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Hours(u32);

impl Hours {
    /// No hour.
    pub const NONE: Self = Self(0);
    /// All 24.
    pub const ALL: Self = Self(0xff_ffff);

    /// The lowest bit is midnight; bits above 23 are ignored.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The lowest bit is midnight.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether `hour` is in the set.
    pub const fn contains(self, hour: u8) -> bool {
        hour < 24 && self.0 >> hour & 1 == 1
    }

    /// The set and `hour`; an hour above 23 changes nothing.
    #[must_use]
    pub const fn with(self, hour: u8) -> Self {
        if hour < 24 {
            Self(self.0 | 1 << hour)
        } else {
            self
        }
    }

    /// The set with `hour` added where it was missing, taken out where it was there.
    #[must_use]
    pub const fn toggled(self, hour: u8) -> Self {
        if hour < 24 {
            Self(self.0 ^ 1 << hour)
        } else {
            self
        }
    }

    /// How many hours there are.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is no hour.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The hours, earliest first.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = u8> + Clone {
        (0..24).filter(move |hour| self.contains(*hour))
    }
}

impl FromIterator<u8> for Hours {
    fn from_iter<I: IntoIterator<Item = u8>>(hours: I) -> Self {
        hours.into_iter().fold(Self::NONE, Self::with)
    }
}

/// The value of `BYHOUR`: `6,18`.
impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, hour) in self.iter().enumerate() {
            if n > 0 {
                f.write_str(",")?;
            }
            write!(f, "{hour}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hours({self})")
    }
}

/// A time of day to the minute, `00:00` to `23:59`.
///
/// ```
/// use contract::schedule::TimeOfDay;
/// assert_eq!(TimeOfDay::parse("6:30"), TimeOfDay::new(6, 30));
/// assert_eq!(TimeOfDay::parse("24:00"), None);
/// assert_eq!(TimeOfDay::new(6, 5).unwrap().to_string(), "06:05");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// `None` above 23 hours or 59 minutes.
    pub const fn new(hour: u8, minute: u8) -> Option<Self> {
        if hour < 24 && minute < 60 {
            Some(Self(hour as u16 * 60 + minute as u16))
        } else {
            None
        }
    }

    /// The minute of the day, wrapped into one day, and by how many days it was outside of it.
    pub(crate) const fn wrapping(minute_of_day: i32) -> (Self, i8) {
        (
            Self(minute_of_day.rem_euclid(DAY_MINUTES) as u16),
            minute_of_day.div_euclid(DAY_MINUTES) as i8,
        )
    }

    /// Reads `6:30` or `06:30`, and `630`/`0630` as people type them; blanks around it are fine.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (hour, minute) = match text.split_once([':', '.', 'h']) {
            Some(parts) => parts,
            None if text.is_ascii() && text.len() >= 3 => text.split_at(text.len() - 2),
            None => (text, "00"),
        };
        let number = |digits: &str| -> Option<u8> {
            let plain =
                (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        if minute.len() != 2 {
            return None;
        }
        Self::new(number(hour)?, number(minute)?)
    }

    /// 0 to 23.
    pub const fn hour(self) -> u8 {
        (self.0 / 60) as u8
    }

    /// 0 to 59.
    pub const fn minute(self) -> u8 {
        (self.0 % 60) as u8
    }

    /// Minutes since midnight.
    pub const fn minute_of_day(self) -> u16 {
        self.0
    }
}

/// `06:05`
impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = [
            b'0' + self.hour() / 10,
            b'0' + self.hour() % 10,
            b':',
            b'0' + self.minute() / 10,
            b'0' + self.minute() % 10,
        ];
        f.write_str(core::str::from_utf8(&digits).unwrap_or_default())
    }
}

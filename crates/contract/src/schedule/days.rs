//! Days of the week and sets of them, in the order of the rule text: Monday first.

use core::fmt;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// `MO`
    Monday,
    /// `TU`
    Tuesday,
    /// `WE`
    Wednesday,
    /// `TH`
    Thursday,
    /// `FR`
    Friday,
    /// `SA`
    Saturday,
    /// `SU`
    Sunday,
}

impl Weekday {
    /// Monday to Sunday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// 0 for Monday to 6 for Sunday.
    pub const fn index(self) -> u8 {
        self as u8
    }

    /// The weekday so many days after Monday; any number, also a negative one.
    ///
    /// ```
    /// use contract::schedule::Weekday;
    /// assert_eq!(Weekday::after_monday(-1), Weekday::Sunday);
    /// ```
    pub const fn after_monday(days: i64) -> Self {
        Self::ALL[days.rem_euclid(7) as usize]
    }

    /// The weekday of a day counted from 1970-01-01, which was a Thursday.
    pub const fn of_epoch_day(day: i64) -> Self {
        Self::after_monday(day.rem_euclid(7) + 3)
    }

    /// The two letters of the rule text (RFC 5545 section 3.3.10).
    pub const fn code(self) -> &'static str {
        ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][self as usize]
    }

    /// The day whose two letters these are, in either case.
    pub fn from_code(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|day| day.code().eq_ignore_ascii_case(text))
    }

    /// The English name.
    pub const fn english(self) -> &'static str {
        [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ][self as usize]
    }
}

/// A set of weekdays.
///
/// ```
/// use contract::schedule::{Weekday, Weekdays};
/// let days = Weekdays::WORK.with(Weekday::Saturday);
/// assert_eq!(days.to_string(), "MO,TU,WE,TH,FR,SA");
/// assert_eq!(days.inverted().to_string(), "SU");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

impl Weekdays {
    /// No day.
    pub const NONE: Self = Self(0);
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);
    /// Monday to Friday.
    pub const WORK: Self = Self(0b001_1111);
    /// Saturday and Sunday.
    pub const WEEKEND: Self = Self(0b110_0000);

    /// The lowest bit is Monday; bits above Sunday are ignored.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The lowest bit is Monday.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether `day` is in the set.
    pub const fn contains(self, day: Weekday) -> bool {
        self.0 >> day.index() & 1 == 1
    }

    /// The set and `day`.
    #[must_use]
    pub const fn with(self, day: Weekday) -> Self {
        Self(self.0 | 1 << day.index())
    }

    /// The set with `day` added where it was missing, taken out where it was there.
    #[must_use]
    pub const fn toggled(self, day: Weekday) -> Self {
        Self(self.0 ^ 1 << day.index())
    }

    /// The days that are not in the set.
    #[must_use]
    pub const fn inverted(self) -> Self {
        Self(!self.0 & Self::ALL.0)
    }

    /// Every day moved by so many days: Monday moved by −1 is Sunday.
    #[must_use]
    pub const fn moved(self, days: i8) -> Self {
        let by = days.rem_euclid(7) as u32;
        let wide = (self.0 as u16) << by;
        Self(((wide | wide >> 7) & Self::ALL.0 as u16) as u8)
    }

    /// How many days there are.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is no day.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether two selected days follow each other, Sunday and Monday included.
    pub const fn has_neighbours(self) -> bool {
        self.0 & self.moved(1).0 != 0
    }

    /// The days, Monday first.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Weekday> + Clone {
        Weekday::ALL
            .into_iter()
            .filter(move |day| self.contains(*day))
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        days.into_iter().fold(Self::NONE, Self::with)
    }
}

/// The value of `BYDAY`: `MO,WE,FR`.
impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, day) in self.iter().enumerate() {
            if n > 0 {
                f.write_str(",")?;
            }
            f.write_str(day.code())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Weekdays({self})")
    }
}

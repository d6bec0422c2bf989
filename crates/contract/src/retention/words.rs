//! A retention in words.

use core::fmt;

use crate::model::{Limits, LongTerm, Retention};

/// A number with its noun: `1 day`, `2 days`.
fn counted(number: u32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The English sentence, without a full stop.
///
/// ```
/// use contract::model::{Limits, Retention};
/// let both = Limits { count: Some(14), days: Some(30), ..Limits::default() };
/// assert_eq!(
///     Retention::Limited(both).to_string(),
///     "Keep the newest 14, none older than 30 days"
/// );
/// ```
impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Limited(Limits {
            count: newest,
            days,
            long_term,
        }) = self
        else {
            return f.write_str("Keep for ever");
        };
        let days = days.map(|days| counted(days, "day", "days"));
        match (newest, days) {
            (None, None) => f.write_str("Keep for ever")?,
            (Some(newest), None) => write!(f, "Keep the newest {newest}")?,
            (None, Some(days)) => write!(f, "Keep for {days}")?,
            (Some(newest), Some(days)) => {
                write!(f, "Keep the newest {newest}, none older than {days}")?;
            }
        }
        match long_term {
            Some(slots) => write!(f, ", and {slots}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for LongTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [
            (self.day, "day", "days"),
            (self.week, "week", "weeks"),
            (self.month, "month", "months"),
            (self.year, "year", "years"),
        ];
        let parts: Vec<String> = named
            .into_iter()
            .filter(|(kept, ..)| *kept > 0)
            .map(|(kept, one, many)| counted(kept, one, many))
            .collect();
        let (parts, zone) = (parts.join(", "), &self.timezone);
        write!(f, "one for each of the last {parts} ({zone})")
    }
}

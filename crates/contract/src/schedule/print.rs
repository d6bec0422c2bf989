//! `Schedule` → text: the canonical rule, and the pattern the service is sent.

use core::fmt;

use super::lines::{CLOSE, OPEN};
use super::{Rhythm, Schedule};

impl Schedule {
    /// The iCalendar text the service stores: CRLF line ends, one event, one rule.
    pub fn to_pattern(&self) -> String {
        let rule = self.to_string();
        let mut text = String::with_capacity(rule.len() + 80);
        for line in [
            OPEN[0],
            OPEN[1],
            &["RRULE:", &rule].concat(),
            CLOSE[0],
            CLOSE[1],
        ] {
            text.push_str(line);
            text.push_str("\r\n");
        }
        text
    }
}

/// The bare rule in its canonical form: parts in a fixed order, lists sorted, no interval of 1.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rhythm {
            Rhythm::Daily { every: 1 } => f.write_str("FREQ=DAILY")?,
            Rhythm::Daily { every } => write!(f, "FREQ=DAILY;INTERVAL={every}")?,
            Rhythm::Weekly(days) => write!(f, "FREQ=WEEKLY;BYDAY={days}")?,
        }
        write!(f, ";BYHOUR={};BYMINUTE={}", self.hours, self.minute)
    }
}

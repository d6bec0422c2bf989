//! Instants as text on a clock that is some minutes from UTC.

use contract::time::Timestamp;

/// A calendar date and time of day as a clock on the wall shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    /// 1–12.
    pub month: u8,
    /// 1–31.
    pub day: u8,
    /// 0 = Monday.
    pub weekday: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Civil {
    /// What a clock `offset` minutes ahead of UTC shows at an instant (proleptic Gregorian).
    pub fn at(instant: Timestamp, offset: i32) -> Self {
        let seconds = instant.seconds() + i64::from(offset) * 60;
        let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // Days to civil date in eras of 400 years that begin on 1 March.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: small(month),
            day: small(day),
            weekday: small((days + 3).rem_euclid(7)),
            hour: small(clock / 3600),
            minute: small(clock / 60 % 60),
            second: small(clock % 60),
        }
    }

    /// `14 Mar 2026`.
    pub fn date(self) -> String {
        format!(
            "{} {} {}",
            self.day,
            MONTHS[usize::from(self.month - 1)],
            self.year
        )
    }

    /// `Sat 14 Mar`.
    pub fn short_date(self) -> String {
        format!(
            "{} {} {}",
            DAYS[usize::from(self.weekday)],
            self.day,
            MONTHS[usize::from(self.month - 1)]
        )
    }

    /// `Sat 14 Mar 2026`.
    pub fn short_date_with_year(self) -> String {
        format!("{} {}", self.short_date(), self.year)
    }

    /// `09:26`.
    pub fn clock(self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// `14 Mar 2026 09:26`.
    pub fn minutes(self) -> String {
        format!("{} {}", self.date(), self.clock())
    }

    /// `14 Mar 2026 09:26:53`.
    pub fn seconds(self) -> String {
        format!("{} {}:{:02}", self.date(), self.clock(), self.second)
    }
}

/// `UTC`, `UTC+1`, `UTC−3:30`.
pub fn offset_name(offset: i32) -> String {
    let sign = if offset < 0 { '\u{2212}' } else { '+' };
    match (offset.unsigned_abs() / 60, offset.unsigned_abs() % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

fn small(value: i64) -> u8 {
    u8::try_from(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: i32) -> String {
        Civil::at(Timestamp::parse(text).expect("a valid instant"), offset).seconds()
    }

    #[test]
    fn a_clock_shows_its_own_date_and_time() {
        assert_eq!(at("2026-03-14T09:26:53Z", 0), "14 Mar 2026 09:26:53");
        assert_eq!(at("2026-12-31T23:30:00Z", 60), "1 Jan 2027 00:30:00");
        assert_eq!(at("2024-03-01T00:10:00Z", -30), "29 Feb 2024 23:40:00");
        assert_eq!(at("1969-12-31T23:59:59Z", 0), "31 Dec 1969 23:59:59");
    }

    #[test]
    fn weekdays_follow_the_calendar() {
        let civil = Civil::at(Timestamp::parse("2026-03-14T09:26:53Z").expect("valid"), 0);
        assert_eq!(civil.short_date(), "Sat 14 Mar");
    }

    #[test]
    fn every_day_of_four_centuries_agrees_with_chrono() {
        use chrono::Datelike as _;
        for day in -20_000..150_000_i64 {
            let civil = Civil::at(Timestamp::from_seconds(day * 86_400), 0);
            let date = chrono::DateTime::from_timestamp(day * 86_400, 0).expect("in range");
            assert_eq!(
                (civil.year, u32::from(civil.month), u32::from(civil.day)),
                (i64::from(date.year()), date.month(), date.day())
            );
            assert_eq!(
                u32::from(civil.weekday),
                date.weekday().num_days_from_monday()
            );
        }
    }

    #[test]
    fn offsets_have_names() {
        assert_eq!(offset_name(0), "UTC");
        assert_eq!(offset_name(120), "UTC+2");
        assert_eq!(offset_name(-210), "UTC\u{2212}3:30");
    }
}

//! Instants as the services write them: one type, one parser, one printer per documented form.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant: microseconds since 1970-01-01T00:00:00 UTC.
///
/// Serialised in the form of service objects (`2026-03-14T09:26:53.589793`, csbs-v1 section 2.4);
/// other forms have a printer of their own.
///
/// ```
/// use contract::time::Timestamp;
/// let t = Timestamp::parse("2026-03-14T10:26:53.589793+01:00").unwrap();
/// assert_eq!(t.to_naive_text(), "2026-03-14T09:26:53.589793");
/// assert_eq!(Timestamp::parse("2026-03-14 09:26:53").unwrap().to_space_text(), "2026-03-14 09:26:53");
/// assert_eq!(Timestamp::parse("2026-02-31T00:00:00"), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * 1_000_000)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This instant moved by a number of seconds (negative: earlier).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }

    /// Reads every form the documents show: `T` or blank between date and time, with or without
    /// fraction, `Z`, an offset, or nothing (then UTC). Anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.is_ascii() {
            return None;
        }
        let date = date_of(text.get(..10)?)?;
        let rest = &text[10..];
        if !matches!(rest.as_bytes().first(), Some(b'T' | b't' | b' ')) {
            return None;
        }
        let rest = &rest[1..];
        let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
        let (clock, zone) = rest.split_at(zone_at);
        let time = clock_micros(clock)?;
        let offset = match zone {
            "" | "Z" | "z" => 0,
            _ => offset_seconds(zone)?,
        };
        let midnight = date.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
        Some(Self(midnight + time - offset * 1_000_000))
    }

    /// The calendar date and clock time in UTC; clamped to what the calendar can name.
    pub fn naive(self) -> NaiveDateTime {
        DateTime::from_timestamp_micros(self.0)
            .unwrap_or(if self.0 < 0 {
                DateTime::<chrono::Utc>::MIN_UTC
            } else {
                DateTime::<chrono::Utc>::MAX_UTC
            })
            .naive_utc()
    }

    /// From a calendar date and clock time in UTC.
    pub fn from_naive(naive: NaiveDateTime) -> Self {
        Self(naive.and_utc().timestamp_micros())
    }

    /// `2026-03-14T09:26:53.589793`: service objects (no zone is written; it is UTC).
    pub fn to_naive_text(self) -> String {
        let t = self.naive();
        let mut text = date_text(t.date(), 'T');
        push_clock(&mut text, t.time());
        text.push('.');
        push_padded(&mut text, t.nanosecond() / 1000, 6);
        text
    }

    /// `2026-03-14 09:26:53`: a trigger's `start_time`.
    pub fn to_space_text(self) -> String {
        let t = self.naive();
        let mut text = date_text(t.date(), ' ');
        push_clock(&mut text, t.time());
        text
    }

    /// `2026-03-14T09:26:53.589793Z`: identity service and the sandbox's own controls.
    pub fn to_zulu_text(self) -> String {
        let mut text = self.to_naive_text();
        text.push('Z');
        text
    }

    /// `2026-03-14T09:26:53Z`: servers, and everywhere a person reads an exact instant.
    pub fn to_seconds_text(self) -> String {
        let t = self.naive();
        let mut text = date_text(t.date(), 'T');
        push_clock(&mut text, t.time());
        text.push('Z');
        text
    }

    /// `2026-03-14T09:26:53`: filter times of the list and count operations.
    pub fn to_filter_text(self) -> String {
        let mut text = self.to_seconds_text();
        text.pop();
        text
    }
}

/// `2026-03-14`, a day that the calendar has. By hand: chrono's general parser is 20 KiB of wasm, and a list of 100,000 backups
/// reads several hundred thousand of these.
fn date_of(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    NaiveDate::from_ymd_opt(
        i32::try_from(number(year)?).ok()?,
        number(month)?,
        number(day)?,
    )
}

/// `09:26`, `09:26:53` or `09:26:53.589793` as microseconds since midnight; digits beyond the sixth are dropped. A leap second
/// (`23:59:60`) is the second after.
fn clock_micros(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hour, minute) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    let (second, micros) = match parts.next() {
        None => (0, 0),
        Some(rest) => match rest.split_once('.') {
            None => (two_digits(rest)?, 0),
            Some((second, fraction)) => (two_digits(second)?, fraction_micros(fraction)?),
        },
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Some(seconds * 1_000_000 + i64::from(micros))
}

fn fraction_micros(fraction: &str) -> Option<u32> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(6);
    Some(digits.fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
}

fn two_digits(text: &str) -> Option<u32> {
    if text.len() == 2 { number(text) } else { None }
}

/// ASCII digits only: no sign, no blank. At most nine, so that it cannot overflow.
fn number(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 9 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(
        text.bytes()
            .fold(0, |value, digit| value * 10 + u32::from(digit - b'0')),
    )
}

fn offset_seconds(zone: &str) -> Option<i64> {
    let sign = match zone.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) = match digits.len() {
        2 => (digits.parse().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn date_text(date: NaiveDate, separator: char) -> String {
    use chrono::Datelike as _;
    let mut text = String::with_capacity(27);
    push_padded(&mut text, date.year().clamp(0, 9999).unsigned_abs(), 4);
    text.push('-');
    push_padded(&mut text, date.month(), 2);
    text.push('-');
    push_padded(&mut text, date.day(), 2);
    text.push(separator);
    text
}

fn push_clock(text: &mut String, time: NaiveTime) {
    push_padded(text, time.hour(), 2);
    text.push(':');
    push_padded(text, time.minute(), 2);
    text.push(':');
    push_padded(text, time.second(), 2);
}

fn push_padded(text: &mut String, value: u32, width: usize) {
    let digits = value.to_string();
    for _ in digits.len()..width {
        text.push('0');
    }
    text.push_str(&digits);
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_naive_text())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format_args!("`{text}` is not a date and time"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_form_reads_as_the_same_instant() {
        let expected = Timestamp::parse("2026-03-14T09:26:53").unwrap();
        for text in [
            "2026-03-14 09:26:53",
            "2026-03-14T09:26:53Z",
            "2026-03-14T09:26:53.000000",
            "2026-03-14T09:26:53.000Z",
            "2026-03-14T10:26:53+01:00",
            "2026-03-14T10:26:53+0100",
            "2026-03-14T04:26:53-05",
        ] {
            assert_eq!(Timestamp::parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none_and_never_a_panic() {
        for text in [
            "",
            " ",
            "now",
            "2026",
            "2026-02-31T00:00:00",
            "2026-01-01T25:00:00",
            "2026-01-01T00:00:00+99:00",
            "2026-01-01Tüü:00",
            "2026-01-01T00:00:00+",
            "0000-00-00T00:00:00",
            "2026-01-01",
            "2026-1-01T00:00:00",
            "+026-01-01T00:00:00",
            "2026-01-01T00:00:61",
            "2026-01-01T00:00:00.",
            "2026-01-01T00:00:00.1x",
            "2026-01-01T00:00:00:00",
            "2026-01-01T0:00:00",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn fractions_and_leap_seconds_are_read_to_the_microsecond() {
        let base = Timestamp::parse("2016-12-31T23:59:59").unwrap().micros();
        for (text, after) in [
            ("2016-12-31T23:59:59.5", 500_000),
            ("2016-12-31T23:59:59.123456789", 123_456),
            ("2016-12-31T23:59:60", 1_000_000),
            ("2016-12-31T23:59", -59_000_000),
        ] {
            let read = Timestamp::parse(text).map(Timestamp::micros);
            assert_eq!(read, Some(base + after), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn printing_and_parsing_are_inverses(micros in -62_135_596_800_000_000i64..253_402_300_799_000_000) {
            let t = Timestamp::from_micros(micros);
            proptest::prop_assert_eq!(Timestamp::parse(&t.to_naive_text()), Some(t));
            proptest::prop_assert_eq!(Timestamp::parse(&t.to_zulu_text()), Some(t));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC*") {
            let _ = Timestamp::parse(&text);
        }
    }
}

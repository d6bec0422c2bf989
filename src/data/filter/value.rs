//! Values of tokens: texts, spans of time, instants and sizes, each with one written form.

use contract::time::Timestamp;

/// What a token compares with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    Text(String),
    Span(Span),
    At(Timestamp),
    Megabytes(i64),
}

impl Value {
    /// The written form, read again by the same property and operator.
    pub fn written(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Span(span) => span.written(),
            Self::At(at) => at.to_filter_text(),
            Self::Megabytes(size) => write_size(*size),
        }
    }

    /// The text, when it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// A span of time: `24h`, `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    number: u32,
    unit: Unit,
}

/// Units of spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
}

impl Unit {
    const ALL: [Self; 4] = [Self::Minutes, Self::Hours, Self::Days, Self::Weeks];

    const fn letter(self) -> char {
        match self {
            Self::Minutes => 'm',
            Self::Hours => 'h',
            Self::Days => 'd',
            Self::Weeks => 'w',
        }
    }

    const fn seconds(self) -> i64 {
        match self {
            Self::Minutes => 60,
            Self::Hours => 3_600,
            Self::Days => 86_400,
            Self::Weeks => 604_800,
        }
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Minutes => ("minute", "minutes"),
            Self::Hours => ("hour", "hours"),
            Self::Days => ("day", "days"),
            Self::Weeks => ("week", "weeks"),
        }
    }
}

impl Span {
    /// A span, if it is between a minute and about two hundred years.
    pub fn new(number: u32, unit: Unit) -> Option<Self> {
        let seconds = i64::from(number) * unit.seconds();
        (60..=200 * 366 * 86_400)
            .contains(&seconds)
            .then_some(Self { number, unit })
    }

    /// Reads `24h`, `24 h`, `7 days`; letters of any case.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let number = text[..digits].parse().ok()?;
        let unit = text[digits..].trim().to_ascii_lowercase();
        let unit = Unit::ALL.into_iter().find(|known| {
            let (one, many) = known.names();
            unit == one || unit == many || (unit.len() == 1 && unit.starts_with(known.letter()))
        })?;
        Self::new(number, unit)
    }

    pub const fn seconds(self) -> i64 {
        self.number as i64 * self.unit.seconds()
    }

    fn written(self) -> String {
        format!("{}{}", self.number, self.unit.letter())
    }

    /// `24 hours`, `1 day`.
    pub fn title(self) -> String {
        let (one, many) = self.unit.names();
        format!(
            "{} {}",
            self.number,
            if self.number == 1 { one } else { many }
        )
    }
}

/// A clock that times are typed and shown on: minutes ahead of UTC at an instant.
pub type Clock<'a> = &'a dyn Fn(Timestamp) -> i32;

/// The clock of the services, and of addresses.
pub const UTC: Clock<'static> = &|_| 0;

/// Reads a date (its midnight) or a date and time; without a zone it is UTC. Whole seconds.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let at = Timestamp::parse(text).or_else(|| {
        let day = text.trim_end_matches(" UTC").trim();
        (day.len() == 10).then(|| Timestamp::parse(&format!("{day}T00:00:00")))?
    })?;
    let first = Timestamp::parse("0001-01-01T00:00:00")?;
    let last = Timestamp::parse("9999-12-31T23:59:59")?;
    let at = Timestamp::from_seconds(at.seconds());
    (first..=last).contains(&at).then_some(at)
}

/// The written form of a time that was typed on a clock; a zone that was typed with it counts more.
/// Text that is no time stays as it is.
pub fn from_clock(text: &str, clock: Clock<'_>) -> String {
    let text = text.trim();
    let zoned = text.ends_with("UTC")
        || text.ends_with(['Z', 'z'])
        || text.get(10..).is_some_and(|rest| rest.contains(['+', '-']));
    match parse_time(text).filter(|_| !zoned) {
        Some(shown) => {
            let minutes_back = |at| shown.plus_seconds(-i64::from(clock(at)) * 60);
            // The offset is that of the instant itself, found by looking twice.
            minutes_back(minutes_back(shown)).to_filter_text()
        }
        None => text.to_owned(),
    }
}

/// `2026-03-14 18:30 UTC+1`, as a clock shows it.
pub fn time_title(at: Timestamp, clock: Clock<'_>) -> String {
    let offset = clock(at);
    format!(
        "{} {}",
        on_clock(at, clock),
        crate::format::time::offset_name(offset)
    )
}

/// `2026-03-14 18:30`: what one would type for it on a clock.
pub fn on_clock(at: Timestamp, clock: Clock<'_>) -> String {
    let text = at.plus_seconds(i64::from(clock(at)) * 60).to_space_text();
    match text.strip_suffix(":00") {
        Some(minutes) => minutes.to_owned(),
        None => text,
    }
}

const UNITS: [(&str, i64); 4] = [("PB", 1 << 30), ("TB", 1 << 20), ("GB", 1 << 10), ("MB", 1)];

/// Reads `500MB`, `10 GB`, `1.5 TB`; a bare number is MB. Megabytes, binary steps as the service counts.
pub fn parse_size(text: &str) -> Option<i64> {
    let upper = text.trim().to_ascii_uppercase();
    let (number, unit) = UNITS
        .iter()
        .find_map(|(name, factor)| Some((upper.strip_suffix(name)?, *factor)))
        .unwrap_or((&upper, 1));
    let (whole, tenths) = number
        .trim()
        .split_once('.')
        .unwrap_or((number.trim(), "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(tenths) || tenths.len() > 3 {
        return None;
    }
    let scale = 10_i64.pow(tenths.len() as u32);
    let part = tenths.parse::<i64>().ok()?.checked_mul(unit)? / scale;
    let size = whole
        .parse::<i64>()
        .ok()?
        .checked_mul(unit)?
        .checked_add(part)?;
    (size < 1 << 50).then_some(size)
}

fn write_size(size: i64) -> String {
    let (unit, factor) = UNITS
        .into_iter()
        .find(|(_, factor)| size != 0 && size % factor == 0)
        .unwrap_or(("MB", 1));
    format!("{}{unit}", size / factor)
}

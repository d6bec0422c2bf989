//! Text → `Schedule`: reads everything there is to read and reports every problem it meets.

use core::ops::Range;

use super::lines::find_rule;
use super::spacing::{closest_neighbours, runs_limit};
use super::unfold::{Unfolded, unfold};
use super::{
    Hours, MAX_CHARACTERS, Part, Problem, Rhythm, Schedule, ScheduleProblem, TimeOfDay, Weekday,
    Weekdays,
};

/// How much of a wrong text is repeated in the problem's sentence.
const FOUND_CHARACTERS: usize = 40;

/// Collects problems with their places.
pub(super) struct Problems<'a> {
    source: &'a Unfolded<'a>,
    pub list: Vec<ScheduleProblem>,
}

impl Problems<'_> {
    /// Notes a problem at a range of the unfolded text.
    pub fn add(&mut self, problem: Problem, at: Range<usize>) {
        let text = self.source.text.get(at.clone()).unwrap_or_default().trim();
        let found = match text.char_indices().nth(FOUND_CHARACTERS) {
            Some((end, _)) => [&text[..end], "…"].concat().into_boxed_str(),
            None => text.into(),
        };
        let at = self.source.origin(at);
        self.list.push(ScheduleProblem { problem, at, found });
    }
}

pub(super) fn parse(text: &str) -> Result<Schedule, Vec<ScheduleProblem>> {
    // Bytes are never fewer than characters, so that short texts need no counting.
    if text.len() > MAX_CHARACTERS {
        let characters = text.chars().count();
        if characters > MAX_CHARACTERS {
            return Err(vec![ScheduleProblem {
                problem: Problem::TooLong { characters },
                at: 0..text.len(),
                found: "".into(),
            }]);
        }
    }
    let unfolded = unfold(text);
    let mut problems = Problems {
        source: &unfolded,
        list: Vec::new(),
    };
    let schedule = find_rule(&unfolded.text, &mut problems)
        .and_then(|rule| parse_rule(&unfolded.text, rule, &mut problems));
    match schedule {
        Some(schedule) if problems.list.is_empty() => Ok(schedule),
        _ => {
            problems.list.sort_by_key(|problem| problem.at.start);
            Err(problems.list)
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Frequency {
    Daily,
    Weekly,
}

/// Splits a range at every `separator`.
fn split(text: &str, range: Range<usize>, separator: char) -> impl Iterator<Item = Range<usize>> {
    let mut start = range.start;
    text[range.clone()].split(separator).map(move |piece| {
        let found = start..start + piece.len();
        start = found.end + 1;
        found
    })
}

/// The range without the blanks around it; each of them is a problem.
fn tight(text: &str, range: Range<usize>, problems: &mut Problems<'_>) -> Range<usize> {
    let piece = &text[range.clone()];
    let start = range.start + (piece.len() - piece.trim_start().len());
    let end = start + piece.trim().len();
    if range.start < start && start < end {
        problems.add(Problem::Blank, range.start..start);
    }
    if end < range.end && start < end {
        problems.add(Problem::Blank, end..range.end);
    }
    start..end
}

fn parse_rule(text: &str, rule: Range<usize>, problems: &mut Problems<'_>) -> Option<Schedule> {
    let mut values: [Option<Range<usize>>; 5] = Default::default();
    for part in split(text, rule.clone(), ';') {
        let part = tight(text, part, problems);
        if part.is_empty() {
            problems.add(Problem::EmptyPart, part);
            continue;
        }
        let Some(equals) = text[part.clone()].find('=') else {
            problems.add(Problem::PartWithoutValue, part);
            continue;
        };
        let name = tight(text, part.start..part.start + equals, problems);
        let value = tight(text, part.start + equals + 1..part.end, problems);
        let known = Part::ALL
            .into_iter()
            .position(|known| known.name().eq_ignore_ascii_case(&text[name.clone()]));
        match known {
            None => problems.add(Problem::UnknownPart, part),
            Some(n) if values[n].is_some() => {
                problems.add(Problem::RepeatedPart(Part::ALL[n]), part);
            }
            Some(n) => values[n] = Some(value),
        }
    }
    let [frequency, interval, days, hours, minutes] = values;
    let end = rule.end..rule.end;
    let required = |part: Part, value: &Option<Range<usize>>, problems: &mut Problems<'_>| {
        if value.is_none() {
            problems.add(Problem::MissingPart(part), end.clone());
        }
    };

    required(Part::Freq, &frequency, problems);
    let frequency = frequency.and_then(|at| frequency_of(text, at, problems));
    match (frequency, &days, &interval) {
        (Some(Frequency::Weekly), None, _) => required(Part::ByDay, &days, problems),
        (Some(Frequency::Daily), Some(at), _) => problems.add(Problem::DaysWithDaily, at.clone()),
        _ => {}
    }
    if let (Some(Frequency::Weekly), Some(at)) = (frequency, &interval) {
        problems.add(Problem::IntervalWithWeekly, at.clone());
    }
    let days = days.and_then(|at| days_of(text, at, problems));
    let interval = match interval {
        Some(at) => interval_of(text, at, problems),
        None => Some(1),
    };
    required(Part::ByHour, &hours, problems);
    required(Part::ByMinute, &minutes, problems);
    let hours = hours.and_then(|at| numbers_of(text, at, Part::ByHour, problems));
    let minutes_at = minutes.clone();
    let minutes = minutes.and_then(|at| numbers_of(text, at, Part::ByMinute, problems));

    let rhythm = match frequency {
        Some(Frequency::Daily) => interval.map(|every| Rhythm::Daily { every }),
        Some(Frequency::Weekly) => days.map(Rhythm::Weekly),
        None => None,
    };
    let (hours, minutes, minutes_at) = (hours?, minutes?, minutes_at?);
    if let Some(problem) = runs_limit(hours.count_ones() * minutes.count_ones()) {
        problems.add(problem, minutes_at.clone());
    }
    let times: Vec<TimeOfDay> = members(hours)
        .flat_map(|hour| members(minutes).map(move |minute| (hour, minute)))
        .filter_map(|(hour, minute)| TimeOfDay::new(hour, minute))
        .collect();
    // Without a rhythm the days are unknown, but what is too close within a day stays so.
    let spacing = rhythm.unwrap_or(Rhythm::Weekly(Weekdays::NONE));
    if let Some(problem) = closest_neighbours(spacing, &times) {
        problems.add(problem, minutes_at);
    }
    // A second minute has been refused above as too close.
    let minute = minutes.trailing_zeros() as u8;
    Schedule::new(rhythm?, Hours::from_bits(hours as u32), minute).ok()
}

fn frequency_of(text: &str, at: Range<usize>, problems: &mut Problems<'_>) -> Option<Frequency> {
    let word = &text[at.clone()];
    if word.eq_ignore_ascii_case("DAILY") {
        Some(Frequency::Daily)
    } else if word.eq_ignore_ascii_case("WEEKLY") {
        Some(Frequency::Weekly)
    } else {
        let problem = if word.is_empty() {
            Problem::EmptyList(Part::Freq)
        } else {
            Problem::UnknownFrequency
        };
        problems.add(problem, at);
        None
    }
}

/// The values of a list, without blanks; empty ones are a problem.
fn list_of(
    text: &str,
    at: Range<usize>,
    part: Part,
    problems: &mut Problems<'_>,
) -> Vec<Range<usize>> {
    if at.is_empty() {
        problems.add(Problem::EmptyList(part), at);
        return Vec::new();
    }
    let mut values = Vec::new();
    for value in split(text, at, ',') {
        let value = tight(text, value, problems);
        if value.is_empty() {
            problems.add(Problem::EmptyValue(part), value);
        } else {
            values.push(value);
        }
    }
    values
}

fn days_of(text: &str, at: Range<usize>, problems: &mut Problems<'_>) -> Option<Weekdays> {
    let mut days = Weekdays::NONE;
    for value in list_of(text, at, Part::ByDay, problems) {
        let word = &text[value.clone()];
        match Weekday::from_code(word) {
            Some(day) if days.contains(day) => {
                problems.add(Problem::DuplicateValue(Part::ByDay), value);
            }
            Some(day) => days = days.with(day),
            None => {
                let letters = word.trim_start_matches(|c: char| c.is_numeric() || "+-".contains(c));
                let numbered = letters.len() < word.len() && Weekday::from_code(letters).is_some();
                let problem = if numbered {
                    Problem::NumberedDay
                } else {
                    Problem::UnknownDay
                };
                problems.add(problem, value);
            }
        }
    }
    (!days.is_empty()).then_some(days)
}

fn interval_of(text: &str, at: Range<usize>, problems: &mut Problems<'_>) -> Option<u8> {
    if at.is_empty() {
        problems.add(Problem::EmptyList(Part::Interval), at);
        return None;
    }
    number_of(text, at, Part::Interval, problems).map(|number| number as u8)
}

/// The numbers of a list as a bit set.
fn numbers_of(
    text: &str,
    at: Range<usize>,
    part: Part,
    problems: &mut Problems<'_>,
) -> Option<u64> {
    let mut set = 0u64;
    for value in list_of(text, at, part, problems) {
        let Some(number) = number_of(text, value.clone(), part, problems) else {
            continue;
        };
        if set >> number & 1 == 1 {
            problems.add(Problem::DuplicateValue(part), value);
        }
        set |= 1 << number;
    }
    (set != 0).then_some(set)
}

/// The numbers of a bit set, lowest first.
fn members(mut set: u64) -> impl Iterator<Item = u8> {
    core::iter::from_fn(move || {
        let lowest = (set != 0).then(|| set.trailing_zeros() as u8);
        set &= set.wrapping_sub(1);
        lowest
    })
}

/// A number within the limits of its part.
fn number_of(text: &str, at: Range<usize>, part: Part, problems: &mut Problems<'_>) -> Option<u32> {
    let word = &text[at.clone()];
    let (low, high) = part.limits()?;
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        let foreign = !digits.is_empty() && digits.chars().all(char::is_numeric);
        let problem = if foreign {
            Problem::ForeignDigits(part)
        } else {
            Problem::NotANumber(part)
        };
        problems.add(problem, at);
        return None;
    }
    let number = digits.bytes().fold(0u32, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(u32::from(digit - b'0'))
    });
    if digits.len() < word.len() || !(low..=high).contains(&number) {
        problems.add(Problem::OutOfRange(part), at);
        return None;
    }
    Some(number)
}

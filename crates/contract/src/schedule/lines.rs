//! The lines around the rule: the iCalendar wrapper of the service, or nothing.

use core::ops::Range;

use super::Problem;
use super::parse::Problems;

/// The wrapper, outermost line first.
pub(super) const OPEN: [&str; 2] = ["BEGIN:VCALENDAR", "BEGIN:VEVENT"];
/// The wrapper's end, innermost line first.
pub(super) const CLOSE: [&str; 2] = ["END:VEVENT", "END:VCALENDAR"];

/// What a line is by its first word.
enum Line<'a> {
    Begin(&'a str),
    End(&'a str),
    /// The rule; its place within the line begins here.
    Rule(usize),
    Property,
}

fn line_of(line: &str) -> Line<'_> {
    let Some(end) = line.find([':', ';', '=']) else {
        return Line::Rule(0);
    };
    let (name, rest) = (&line[..end], &line[end..]);
    let is = |word: &str| name.trim().eq_ignore_ascii_case(word);
    let property =
        !name.is_empty() && (rest.starts_with(':') || rest.starts_with(';') && rest.contains(':'));
    if !property {
        Line::Rule(0)
    } else if !rest.starts_with(':') {
        Line::Property
    } else if is("BEGIN") {
        Line::Begin(rest[1..].trim())
    } else if is("END") {
        Line::End(rest[1..].trim())
    } else if is("RRULE") {
        Line::Rule(end + 1)
    } else {
        Line::Property
    }
}

/// How far a component has come.
#[derive(Clone, Copy, PartialEq)]
enum Progress {
    Before,
    Inside,
    After,
}

/// Finds the one rule, wherever it stands; notes everything else that is in the way.
pub(super) fn find_rule(text: &str, problems: &mut Problems<'_>) -> Option<Range<usize>> {
    let mut rule: Option<Range<usize>> = None;
    let mut wrapped = false;
    // The calendar and the event within it.
    let mut progress = [Progress::Before; 2];
    // The name of a foreign component whose lines are passed over.
    let mut foreign: Option<&str> = None;
    let mut start = 0;
    let mut empty = true;
    for line in text.split('\n') {
        let body = line.trim_start_matches('\u{feff}').trim();
        let at = start + (line.len() - line.trim_start_matches('\u{feff}').trim_start().len());
        let at = at..at + body.len();
        start += line.len() + 1;
        if body.is_empty() {
            continue;
        }
        empty = false;
        let kind = line_of(body);
        if let Some(name) = foreign {
            if matches!(kind, Line::End(end) if end.eq_ignore_ascii_case(name)) {
                foreign = None;
            }
            continue;
        }
        let level = |name: &str| {
            ["VCALENDAR", "VEVENT"]
                .into_iter()
                .position(|known| known.eq_ignore_ascii_case(name))
        };
        match kind {
            Line::Begin(name) => {
                wrapped = true;
                match level(name) {
                    None => {
                        problems.add(Problem::OtherComponent, at);
                        foreign = Some(name);
                    }
                    Some(level) if progress[level] != Progress::Before => {
                        problems.add(Problem::SecondComponent, at);
                        foreign = Some(name);
                    }
                    Some(level) => {
                        if level == 1 && progress[0] == Progress::Before {
                            problems.add(Problem::MissingLine(OPEN[0]), at.start..at.start);
                            progress[0] = Progress::Inside;
                        } else if level == 1 && progress[0] == Progress::After {
                            problems.add(Problem::MisplacedLine, at);
                        }
                        progress[level] = Progress::Inside;
                    }
                }
            }
            Line::End(name) => {
                wrapped = true;
                match level(name) {
                    Some(level) if progress[level] == Progress::Inside => {
                        if level == 0 && progress[1] == Progress::Inside {
                            problems.add(Problem::MissingLine(CLOSE[0]), at.start..at.start);
                            progress[1] = Progress::After;
                        }
                        progress[level] = Progress::After;
                    }
                    _ => problems.add(Problem::MisplacedLine, at),
                }
            }
            Line::Rule(_) if rule.is_some() => problems.add(Problem::SecondRule, at),
            Line::Rule(skip) => {
                if wrapped && (progress[1] != Progress::Inside || skip == 0) {
                    problems.add(Problem::MisplacedLine, at.clone());
                }
                let body = &text[at.start + skip..at.end];
                rule = Some(at.end - body.trim_start().len()..at.end);
            }
            Line::Property => problems.add(Problem::OtherProperty, at),
        }
    }
    let end = text.trim_end().len();
    let end = end..end;
    if empty {
        problems.add(Problem::Empty, 0..0);
        return None;
    }
    if wrapped {
        for level in [1, 0] {
            match progress[level] {
                Progress::Before => problems.add(Problem::MissingLine(OPEN[level]), end.clone()),
                Progress::Inside => {
                    problems.add(Problem::MissingLine(CLOSE[1 - level]), end.clone())
                }
                Progress::After => {}
            }
        }
    }
    match rule {
        Some(rule) if !rule.is_empty() => Some(rule),
        _ => {
            problems.add(Problem::MissingRule, end);
            None
        }
    }
}

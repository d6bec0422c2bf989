//! What is typed into the filter bar: `status:error`, `size>10GB`, `created<2026-01-01`, free text.

use super::value::{from_clock, on_clock};
use super::{Clock, Operator, Property, Token, TokenProblem, Value};

/// The marks between property and value, longest first.
const MARKS: [&str; 10] = ["!~", "!:", "!=", ">=", "<=", "~", ":", "=", ">", "<"];

/// The token a typed text stands for, times meant on `clock`. Text without a known property and
/// mark is free text.
pub fn parse_typed(text: &str, clock: Clock<'_>) -> Result<Token, TokenProblem> {
    let text = text.trim();
    let free = || Token::new(Property::Text, Operator::Contains, unquote(text));
    if text.starts_with('"') {
        return free();
    }
    let Some((at, mark)) = first_mark(text) else {
        return free();
    };
    let (word, value) = (text[..at].trim(), unquote(text[at + mark.len()..].trim()));
    let (word, negated) = match word.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (word, false),
    };
    let Some(property) = property_named(word) else {
        return free();
    };
    let (operator, value) = operator_of(property, mark, negated, value)?;
    match operator {
        Operator::From | Operator::Until => {
            Token::new(property, operator, &from_clock(value, clock))
        }
        _ => Token::new(property, operator, value),
    }
}

/// The property a person may mean: its word, or its title with or without blanks.
pub(super) fn property_named(text: &str) -> Option<Property> {
    Property::from_word(text).or_else(|| {
        let plain = |text: &str| text.to_lowercase().replace([' ', '-', '_'], "");
        Property::ALL
            .into_iter()
            .find(|property| plain(property.title()) == plain(text))
    })
}

/// Where the first mark stands, and which.
pub(super) fn first_mark(text: &str) -> Option<(usize, &'static str)> {
    let at = text.find(|c: char| "!:=<>~".contains(c))?;
    MARKS
        .into_iter()
        .find(|mark| text[at..].starts_with(mark))
        .map(|mark| (at, mark))
}

fn operator_of<'a>(
    property: Property,
    mark: &str,
    negated: bool,
    value: &'a str,
) -> Result<(Operator, &'a str), TokenProblem> {
    let negated = negated || mark.starts_with('!');
    let operators = property.operators();
    let has = |operator: Operator| operators.contains(&operator);
    if matches!(property, Property::Created | Property::Expires)
        && !property
            .fixed_values()
            .iter()
            .any(|(word, _)| word.eq_ignore_ascii_case(value))
    {
        return Ok(operator_of_time(property, mark, value));
    }
    let operator = match mark {
        ">" | ">=" => Operator::AtLeast,
        "<" | "<=" => Operator::AtMost,
        "~" | "!~" if negated => Operator::Lacks,
        "~" => Operator::Contains,
        "=" | "!=" if negated => Operator::IsNot,
        "=" if has(Operator::Is) => Operator::Is,
        // A colon means what the property is mostly asked.
        _ if negated && operators[0] == Operator::Contains => Operator::Lacks,
        _ if negated => Operator::IsNot,
        // A word among times: `expires:never`.
        _ if property == Property::Expires => Operator::Is,
        _ => operators[0],
    };
    if has(operator) {
        Ok((operator, value))
    } else {
        Err(TokenProblem::Operator(property))
    }
}

/// A time is written with a word (`last 24h`), as a span, or as a date.
fn operator_of_time<'a>(property: Property, mark: &str, value: &'a str) -> (Operator, &'a str) {
    let past = property == Property::Created;
    let near = if past { Operator::Last } else { Operator::Next };
    for (word, operator) in [
        ("last", near),
        ("next", near),
        ("within", near),
        ("older", Operator::Older),
        ("from", Operator::From),
        ("until", Operator::Until),
    ] {
        let rest = value
            .get(..word.len())
            .filter(|head| head.eq_ignore_ascii_case(word));
        if rest.is_some() {
            return (operator, value[word.len()..].trim());
        }
    }
    let is_span = super::Span::parse(value).is_some();
    let operator = match (mark, is_span) {
        (">" | ">=", true) if past => Operator::Older,
        (_, true) => near,
        ("<" | "<=", false) => Operator::Until,
        (_, false) => Operator::From,
    };
    (operator, value)
}

fn unquote(text: &str) -> &str {
    text.strip_prefix('"')
        .map_or(text, |rest| rest.strip_suffix('"').unwrap_or(rest))
}

/// A token as one would type it on `clock`; for editing.
pub fn quoted(token: &Token, clock: Clock<'_>) -> String {
    let value = match token.value() {
        Value::At(at) => on_clock(*at, clock),
        value => value.written(),
    };
    let mark = match token.operator() {
        Operator::Is => "=",
        Operator::IsNot => "!=",
        Operator::Contains => "~",
        Operator::Lacks => "!~",
        Operator::Last => ":last ",
        Operator::Older => ":older ",
        Operator::Next => ":next ",
        Operator::From => ":from ",
        Operator::Until => ":until ",
        Operator::AtLeast => ">",
        Operator::AtMost => "<",
    };
    if token.property() == Property::Text {
        // Quotes keep a free text free that looks like a property.
        return if first_mark(&value).is_some() || value.starts_with('"') {
            format!("\"{value}\"")
        } else {
            value
        };
    }
    if value.starts_with('"') || value.ends_with('"') {
        return format!("{}{mark}\"{value}\"", token.property().word());
    }
    format!("{}{mark}{value}", token.property().word())
}

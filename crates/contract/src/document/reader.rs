//! Single values of a document, and noting what is wrong with them.

use serde_json::{Map, Value};

use super::places::Places;
use super::{DocumentProblem, ServerText, VaultText};

/// A document that is being read.
pub(super) struct Reader {
    pub places: Places,
    /// What was found so far.
    pub problems: Vec<DocumentProblem>,
}

/// What is found again by its id, or by its name where it has none.
pub(super) trait Named {
    fn id(&self) -> &str;
    fn name(&self) -> &str;

    /// The id, or the name where there is none.
    fn known_by(&self) -> &str {
        if self.id().is_empty() {
            self.name()
        } else {
            self.id()
        }
    }

    fn is_the_same(&self, other: &Self) -> bool {
        self.id() == other.id() && (!self.id().is_empty() || self.name() == other.name())
    }
}

impl Named for ServerText {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for VaultText {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// `place.member`, or the member alone at the top.
pub(super) fn below(place: &str, member: &str) -> String {
    if place.is_empty() {
        member.to_owned()
    } else {
        format!("{place}.{member}")
    }
}

impl Reader {
    /// Notes a problem of a member.
    pub fn problem(&mut self, place: &str, rule: impl ToString, remedy: impl Into<String>) {
        self.problems.push(DocumentProblem {
            line: self.places.line(place),
            place: place.to_owned(),
            rule: rule.to_string(),
            remedy: remedy.into(),
        });
    }

    /// The members of an object, each of which must be one of `known`.
    pub fn object<'a>(
        &mut self,
        value: &'a Value,
        place: &str,
        known: &[&str],
    ) -> Option<&'a Map<String, Value>> {
        let Some(members) = value.as_object() else {
            let remedy = format!("Write an object with {}.", known.join(", "));
            self.problem(place, "this must be an object", remedy);
            return None;
        };
        for member in members.keys() {
            if !known.contains(&member.as_str()) {
                let rule = format!("there is no member `{member}` here");
                let remedy = format!("The members are {}.", known.join(", "));
                self.problem(&below(place, member), rule, remedy);
            }
        }
        Some(members)
    }

    /// A text; numbers and flags are theirs.
    pub fn text(&mut self, value: &Value, place: &str) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => {
                self.problem(place, "this must be a text", "Write it in quotes.");
                None
            }
        }
    }

    /// A whole number, also as text.
    pub fn number(&mut self, value: &Value, place: &str) -> Option<i64> {
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            let rule = format!("{value} is no whole number");
            self.problem(place, rule, "Write digits, without quotes.");
        }
        number
    }

    /// Yes or no, also as text.
    pub fn flag(&mut self, value: &Value, place: &str) -> Option<bool> {
        let flag = match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        };
        if flag.is_none() {
            let rule = format!("{value} is neither true nor false");
            self.problem(place, rule, "Write true or false, without quotes.");
        }
        flag
    }
}

/// A member that says something; `null` says nothing.
pub(super) fn given<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| !value.is_null())
}

//! The services' rules for names, lengths and limits; each says in a sentence what is wrong.
//!
//! The types here are the only way to get a checked value; serde goes through them too, so that
//! the form, the sandbox and the tests share one rule and one message.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The one provider of the service; every request names it (csbs-v1 section 1).
pub const PROVIDER_ID: &str = "fc4d5750-22e7-4798-8a46-f48f62c4c1da";
/// The resource kind that can be backed up (csbs-v1 3.2).
pub const SERVER_KIND: &str = "OS::Nova::Server";
/// The other kind the capability checks know.
pub const BARE_METAL_KIND: &str = "OS::Ironic::BareMetalServer";
/// Policies a user may have (csbs-v1 section 8).
pub const MAX_POLICIES: usize = 32;
/// Servers in one policy (csbs-v1 section 8).
pub const MAX_SERVERS_PER_POLICY: usize = 64;
/// Tags on one backup or policy (csbs-v1 section 5.1).
pub const MAX_TAGS: usize = 10;
/// Deletions that run at the same time for one user; further ones wait (csbs-v1 4.13).
pub const MAX_CONCURRENT_DELETIONS: usize = 5;
/// Largest page of a list (csbs-v1 2.5).
pub const MAX_PAGE: usize = 1000;
/// Longest name, in characters.
pub const MAX_NAME: usize = 255;
/// Longest description, in characters.
pub const MAX_DESCRIPTION: usize = 255;
/// Longest schedule pattern, in characters.
pub const MAX_PATTERN: usize = 10_240;
/// Largest count or number of days of a retention (csbs-v1 3.3).
pub const MAX_RETENTION: u32 = 99_999;

/// A rule that a text or number broke; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Nothing was given where something is needed.
    Empty,
    /// More characters than allowed.
    TooLong {
        /// Characters given.
        length: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// A character outside the alphabet.
    Character {
        /// The first offending character.
        character: char,
        /// Which ones are allowed.
        allowed: &'static str,
    },
    /// A number outside its range.
    Range {
        /// The number given.
        value: i64,
        /// Smallest allowed.
        low: i64,
        /// Largest allowed.
        high: i64,
    },
    /// More entries than allowed.
    TooMany {
        /// Entries given.
        count: usize,
        /// Entries allowed.
        limit: usize,
        /// What is counted, in the plural: `servers`.
        what: &'static str,
    },
    /// The same entry twice.
    Duplicate(String),
    /// Only one fixed value is accepted.
    Fixed {
        /// The value needed.
        expected: &'static str,
    },
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::TooLong { length, limit } => {
                write!(f, "has {length} characters; at most {limit} are allowed")
            }
            Self::Character { character, allowed } if character.is_control() => {
                write!(
                    f,
                    "a control character (U+{:04X}) is not allowed; use {allowed}",
                    u32::from(*character)
                )
            }
            Self::Character { character, allowed } => {
                write!(f, "`{character}` is not allowed; use {allowed}")
            }
            Self::Range { value, low, high } => {
                write!(f, "{value} is outside the range from {low} to {high}")
            }
            Self::TooMany { count, limit, what } => {
                write!(
                    f,
                    "{count} {what} are too many; at most {limit} are allowed"
                )
            }
            Self::Duplicate(entry) => write!(f, "`{entry}` is there twice"),
            Self::Fixed { expected } => write!(f, "must be `{expected}`"),
        }
    }
}

impl std::error::Error for Broken {}

fn check_length(text: &str, limit: usize) -> Result<(), Broken> {
    let length = text.chars().count();
    if length > limit {
        Err(Broken::TooLong { length, limit })
    } else {
        Ok(())
    }
}

fn check_alphabet(
    text: &str,
    allowed: &'static str,
    accept: impl Fn(char) -> bool,
) -> Result<(), Broken> {
    match text.chars().find(|c| !accept(*c)) {
        Some(character) => Err(Broken::Character { character, allowed }),
        None => Ok(()),
    }
}

/// A name of a policy, a backup or a scheduled operation: 1–255 of letters, digits, `_` and `-`.
///
/// ```
/// use contract::rules::Name;
/// assert!(Name::try_from("nightly-1".to_owned()).is_ok());
/// let broken = Name::try_from("café".to_owned()).unwrap_err();
/// assert_eq!(broken.to_string(), "`é` is not allowed; use letters, digits, `_` and `-`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = Broken;

    fn try_from(text: String) -> Result<Self, Broken> {
        if text.is_empty() {
            return Err(Broken::Empty);
        }
        check_alphabet(&text, "letters, digits, `_` and `-`", |c| {
            c.is_ascii_alphanumeric() || c == '_' || c == '-'
        })?;
        check_length(&text, MAX_NAME)?;
        Ok(Self(text))
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A description: at most 255 characters, without `<` and `>`; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Description(String);

impl Description {
    /// The description as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<String> for Description {
    type Error = Broken;

    fn try_from(text: String) -> Result<Self, Broken> {
        check_alphabet(&text, "any characters but `<` and `>`", |c| {
            c != '<' && c != '>'
        })?;
        check_length(&text, MAX_DESCRIPTION)?;
        Ok(Self(text))
    }
}

impl From<Description> for String {
    fn from(description: Description) -> Self {
        description.0
    }
}

/// A tag key as it may be created: 1–36 letters, digits, `-`, `_`, surrounding blanks trimmed (csbs-v1 5.1).
pub fn tag_key(text: &str) -> Result<String, Broken> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Broken::Empty);
    }
    check_alphabet(text, TAG_LETTERS, is_tag_letter)?;
    check_length(text, 36)?;
    Ok(text.to_owned())
}

/// A tag value as it may be created: 0–43 letters, digits, `-`, `_`, surrounding blanks trimmed. Vaults
/// take dots too: [`crate::cbr::rules::tag_value`].
pub fn tag_value(text: &str) -> Result<String, Broken> {
    tag_value_of(text, TAG_LETTERS, is_tag_letter)
}

/// A tag value in an alphabet of its own.
pub(crate) fn tag_value_of(
    text: &str,
    letters: &'static str,
    is_letter: impl Fn(char) -> bool,
) -> Result<String, Broken> {
    let text = text.trim();
    check_alphabet(text, letters, is_letter)?;
    check_length(text, 43)?;
    Ok(text.to_owned())
}

const TAG_LETTERS: &str = "letters, digits, `-` and `_`";

/// Whether keys and values of tags are written with this character everywhere.
pub(crate) fn is_tag_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// What may be on an object of a kind; keys are the same everywhere.
#[derive(Clone, Copy, Debug)]
pub struct TagRules {
    /// How many tags it carries at most.
    pub limit: usize,
    /// A value as it is stored, or the rule that it breaks.
    pub value: fn(&str) -> Result<String, Broken>,
}

impl TagRules {
    /// For backups and policies (csbs-v1 5.1).
    pub const CSBS: Self = Self {
        limit: MAX_TAGS,
        value: tag_value,
    };
}

/// A count or number of days of a retention: −1 for no limit, or 0–99999 (csbs-v1 3.3).
pub fn retention_limit(value: i64) -> Result<Option<u32>, Broken> {
    match value {
        -1 => Ok(None),
        0..=99_999 => Ok(Some(value as u32)),
        _ => Err(Broken::Range {
            value,
            low: -1,
            high: i64::from(MAX_RETENTION),
        }),
    }
}

/// Long-term slots per day, week, month or year: 0–100 (csbs-v1 3.3).
pub fn long_term_slots(value: i64) -> Result<u32, Broken> {
    match value {
        0..=100 => Ok(value as u32),
        _ => Err(Broken::Range {
            value,
            low: 0,
            high: 100,
        }),
    }
}

/// A fixed offset as the services write it: `UTC+08:00`, −12:00 to +14:00. Returns seconds east.
pub fn fixed_offset(text: &str) -> Option<i32> {
    let rest = text.strip_prefix("UTC")?;
    if rest.is_empty() {
        return Some(0);
    }
    let sign = match rest.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = rest.get(1..)?.split_once(':')?;
    let two = |part: &str| {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<i32>().ok())
    };
    let seconds = sign * (two(hours)?? * 3600 + two(minutes)?? * 60);
    (two(minutes)?? < 60 && (-12 * 3600..=14 * 3600).contains(&seconds)).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_where_the_documents_say() {
        let long = "n".repeat(MAX_NAME);
        assert!(Name::try_from(long.clone()).is_ok());
        assert_eq!(
            Name::try_from(long + "n"),
            Err(Broken::TooLong {
                length: 256,
                limit: 255
            })
        );
        assert_eq!(Name::try_from(String::new()), Err(Broken::Empty));
        for bad in ["a b", "a\n", "a.b", "<b>", "ä", "a\u{202e}b"] {
            assert!(
                matches!(
                    Name::try_from(bad.to_owned()),
                    Err(Broken::Character { .. })
                ),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn descriptions_are_counted_in_characters_not_bytes() {
        assert!(Description::try_from("é".repeat(255)).is_ok());
        assert!(Description::try_from("é".repeat(256)).is_err());
        assert!(Description::try_from("a<b".to_owned()).is_err());
        assert!(Description::try_from(String::new()).is_ok());
    }

    #[test]
    fn retention_limits_end_where_the_documents_say() {
        assert_eq!(retention_limit(-1), Ok(None));
        assert_eq!(retention_limit(0), Ok(Some(0)));
        assert_eq!(retention_limit(99_999), Ok(Some(99_999)));
        assert!(retention_limit(-2).is_err());
        assert!(retention_limit(100_000).is_err());
    }

    #[test]
    fn fixed_offsets_read_as_written_in_the_documents() {
        assert_eq!(fixed_offset("UTC+08:00"), Some(28_800));
        assert_eq!(fixed_offset("UTC-03:30"), Some(-12_600));
        for bad in [
            "",
            "UTC+8",
            "UTC+15:00",
            "+08:00",
            "UTC+08:60",
            "UTC+é:00",
            "UTC+",
        ] {
            assert_eq!(fixed_offset(bad), None, "{bad}");
        }
    }
}

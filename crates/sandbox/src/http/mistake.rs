//! What is wrong with a body, in words of JSON: a person who filled in a form knows objects, lists, texts
//! and numbers, and nothing of the types that read them.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

/// A mistake in one member; `Display` is what to say after its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake(String);

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mistake {}

impl Error for Mistake {
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self(words.to_string())
    }

    fn invalid_type(given: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let (wanted, given) = (kind_wanted(wanted), value_given(given));
        Self(format!("must be {wanted}, not {given}"))
    }

    fn invalid_value(given: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let given = value_given(given);
        Self(format!(
            "{given} is out of range; it must be {}",
            kind_wanted(wanted)
        ))
    }

    fn invalid_length(length: usize, _: &dyn Expected) -> Self {
        Self(format!("{length} is not the right number of elements"))
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Self(format!("`{word}` is none of {}", known.join(", ")))
    }

    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        Self(format!("`{name}` is not known here"))
    }

    fn missing_field(name: &'static str) -> Self {
        Self(format!("`{name}` is missing"))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self(format!("`{name}` is given twice"))
    }
}

/// The kind of JSON value that serde's words for a Rust type stand for.
fn kind_wanted(wanted: &dyn Expected) -> String {
    let words = wanted.to_string();
    let kind = match words.as_str() {
        "a string" | "string" | "a borrowed string" | "a character" => "a text",
        "a boolean" => "true or false",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "a whole number, not negative",
        "f32" | "f64" => "a number",
        "a map" => "an object",
        "a sequence" => "a list",
        "unit" => "null",
        words if words.starts_with("struct ") => "an object",
        words if words.starts_with("enum ") => "a text",
        words if words.starts_with("tuple") || words.starts_with("an array") => "a list",
        words => words,
    };
    kind.to_owned()
}

fn value_given(given: Unexpected<'_>) -> String {
    match given {
        Unexpected::Bool(flag) => flag.to_string(),
        Unexpected::Unsigned(number) => format!("the number {number}"),
        Unexpected::Signed(number) => format!("the number {number}"),
        Unexpected::Float(number) => format!("the number {number}"),
        Unexpected::Str(text) if text.chars().count() <= 60 => format!("the text \"{text}\""),
        Unexpected::Str(_) | Unexpected::Char(_) => "a text".to_owned(),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "an object".to_owned(),
        other => other.to_string(),
    }
}

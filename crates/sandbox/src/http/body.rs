//! Reading JSON bodies: what is wrong is said with the member it is in.

use serde::de::value::{MapDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{
    DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

use super::mistake::Mistake;

/// A body as JSON; the error is the sentence to answer with.
pub fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    read_value(serde_json::from_slice(body).map_err(|error| no_json(&error))?)
}

/// The same from a value that was read before.
pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(Given(value)).map_err(|error| {
        let path = error.path().to_string();
        let mistake = error.into_inner();
        match path.as_str() {
            "." => format!("The body: {mistake}."),
            _ => format!("{path}: {mistake}."),
        }
    })
}

/// Places in the text are of no use to a person who filled in a form.
fn no_json(error: &Error) -> String {
    let words = error.to_string();
    match words.split(" at line ").next().unwrap_or_default() {
        "trailing characters" => "There is more after the end of the body.".to_owned(),
        words => format!("The body is no JSON: {words}."),
    }
}

/// A value that was sent. serde also fills a struct from a list, member by member; no service takes
/// a list for an object.
struct Given(Value);

impl Given {
    fn unexpected(&self) -> Unexpected<'_> {
        match &self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(flag) => Unexpected::Bool(*flag),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => Unexpected::Unsigned(number),
                (None, Some(number)) => Unexpected::Signed(number),
                (None, None) => Unexpected::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }
}

impl<'de> Deserializer<'de> for Given {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Array(values) => {
                let mut list = SeqDeserializer::new(values.into_iter().map(Given));
                let read = visitor.visit_seq(&mut list)?;
                list.end()?;
                Ok(read)
            }
            Value::Object(members) => {
                let members = members
                    .into_iter()
                    .map(|(name, value)| (name, Given(value)));
                visitor.visit_map(MapDeserializer::new(members))
            }
            Value::String(text) => visitor.visit_string(text),
            Value::Bool(flag) => visitor.visit_bool(flag),
            Value::Null => visitor.visit_unit(),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Object(_) => self.deserialize_any(visitor),
            _ => Err(Mistake::invalid_type(self.unexpected(), &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(StringDeserializer::new(text)),
            _ => Err(Mistake::invalid_type(self.unexpected(), &visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier
    }
}

impl<'de> IntoDeserializer<'de, Mistake> for Given {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        #[serde(default)]
        inner: Option<Inner>,
        #[serde(default)]
        many: Vec<Inner>,
        #[serde(default)]
        rest: Value,
        #[serde(default)]
        word: Option<Word>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        A,
        B,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Strict {
        id: String,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Inner {
        #[serde(default)]
        name: String,
        #[serde(default)]
        small: u32,
        #[serde(default)]
        yes: bool,
        #[serde(default)]
        strict: Option<Strict>,
    }

    fn read(text: &str) -> Result<Outer, String> {
        read_json(text.as_bytes())
    }

    #[test]
    fn members_are_read_and_unknown_ones_passed_over() {
        let text = r#" {"inner": {"name": "a", "x": [1]}, "many": [{}], "rest": {"a": [1.5, null]}, "y": {}, "word": "b"} "#;
        let expected = Outer {
            inner: Some(Inner {
                name: "a".to_owned(),
                ..Inner::default()
            }),
            many: vec![Inner::default()],
            rest: serde_json::json!({"a": [1.5, null]}),
            word: Some(Word::B),
        };
        assert_eq!(read(text), Ok(expected));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, expected) in [
            ("", "The body is no JSON: EOF while parsing a value."),
            ("{} x", "There is more after the end of the body."),
            ("[]", "The body: must be an object, not a list."),
            ("null", "The body: must be an object, not null."),
            (r#"{"inner": []}"#, "inner: must be an object, not a list."),
            (
                r#"{"inner": "x"}"#,
                "inner: must be an object, not the text \"x\".",
            ),
            (
                r#"{"many": [{}, ["a"]]}"#,
                "many[1]: must be an object, not a list.",
            ),
            (r#"{"many": {}}"#, "many: must be a list, not an object."),
            (
                r#"{"inner": {"name": 5}}"#,
                "inner.name: must be a text, not the number 5.",
            ),
            (
                r#"{"inner": {"small": -1}}"#,
                "inner.small: the number -1 is out of range; it must be a whole number, not negative.",
            ),
            (
                r#"{"inner": {"small": 1.5}}"#,
                "inner.small: must be a whole number, not negative, not the number 1.5.",
            ),
            (
                r#"{"inner": {"yes": "no"}}"#,
                "inner.yes: must be true or false, not the text \"no\".",
            ),
            (r#"{"word": "c"}"#, "word: `c` is none of a, b."),
            (r#"{"word": 1}"#, "word: must be a text, not the number 1."),
            (
                r#"{"many": [{"strict": {}}]}"#,
                "many[0].strict: `id` is missing.",
            ),
        ] {
            let words = read(text).unwrap_err();
            assert_eq!(words, expected, "{text}");
        }
    }
}

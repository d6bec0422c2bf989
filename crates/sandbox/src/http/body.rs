//! Reading JSON bodies: what is wrong is said with the member it is in.

use serde::Deserializer;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// A body as JSON; the error is the sentence to answer with.
pub fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let no_json = |error: &Error| {
        let words = words(error);
        match words.as_str() {
            "trailing characters" => "There is more after the end of the body.".to_owned(),
            _ => format!("The body is not the JSON expected: {words}."),
        }
    };
    let value: Value = serde_json::from_slice(body).map_err(|error| no_json(&error))?;
    serde_path_to_error::deserialize(Given(value)).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if path == "." {
            no_json(&inner)
        } else {
            format!("{path}: {}.", words(&inner))
        }
    })
}

/// Places in the text are of no use to a person who filled in a form.
fn words(error: &Error) -> String {
    let words = error.to_string();
    words
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// A value that was sent. serde also fills a struct from a list, member by member; no service takes
/// a list for an object.
struct Given(Value);

impl Given {
    fn unexpected(&self) -> Unexpected<'_> {
        match &self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(flag) => Unexpected::Bool(*flag),
            Value::Number(_) => Unexpected::Other("number"),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }
}

impl<'de> Deserializer<'de> for Given {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
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
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(_) => self.deserialize_any(visitor),
            _ => Err(Error::invalid_type(self.unexpected(), &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier
    }
}

impl<'de> IntoDeserializer<'de, Error> for Given {
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
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Inner {
        #[serde(default)]
        name: String,
    }

    fn read(text: &str) -> Result<Outer, String> {
        read_json(text.as_bytes())
    }

    #[test]
    fn members_are_read_and_unknown_ones_passed_over() {
        let text = r#" {"inner": {"name": "a", "x": [1]}, "many": [{}], "rest": {"a": [1.5, null]}, "y": {}} "#;
        let expected = Outer {
            inner: Some(Inner {
                name: "a".to_owned(),
            }),
            many: vec![Inner::default()],
            rest: serde_json::json!({"a": [1.5, null]}),
        };
        assert_eq!(read(text), Ok(expected));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, expected) in [
            ("", "The body is not the JSON expected: EOF"),
            ("{} x", "There is more after the end of the body."),
            (
                "[]",
                "The body is not the JSON expected: invalid type: sequence",
            ),
            (
                "null",
                "The body is not the JSON expected: invalid type: null",
            ),
            (r#"{"inner": []}"#, "inner: invalid type: sequence"),
            (r#"{"inner": "x"}"#, "inner: invalid type: string \"x\""),
            (
                r#"{"many": [{}, ["a"]]}"#,
                "many[1]: invalid type: sequence",
            ),
            (r#"{"many": {}}"#, "many: invalid type: map"),
            (
                r#"{"inner": {"name": 5}}"#,
                "inner.name: invalid type: integer `5`",
            ),
        ] {
            let words = read(text).unwrap_err();
            assert!(words.starts_with(expected), "{text}: {words}");
        }
    }
}

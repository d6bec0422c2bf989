//! Reading query strings and percent-encoding, forgivingly.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// Decodes `%XX` (and `+` as a blank in queries); broken escapes stay as they are.
pub fn decode_bytes(text: &str, plus_is_blank: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'+' if plus_is_blank => bytes.push(b' '),
            b'%' => match (
                tail.first().and_then(hex_digit),
                tail.get(1).and_then(hex_digit),
            ) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = &tail[2..];
                }
                _ => bytes.push(b'%'),
            },
            other => bytes.push(other),
        }
    }
    bytes
}

/// [`decode_bytes`] as text; the error is one that is not UTF-8.
pub fn decode_component(
    text: &str,
    plus_is_blank: bool,
) -> Result<String, std::string::FromUtf8Error> {
    String::from_utf8(decode_bytes(text, plus_is_blank))
}

fn hex_digit(byte: &u8) -> Option<u8> {
    char::from(*byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// The decoded pairs of a query string, in their order; as an extractor it never fails.
///
/// What is not UTF-8 is read with replacement characters, so that it matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads `a=1&b=two`.
    pub fn parse(query: &str) -> Self {
        let decode = |text: &str| {
            decode_component(text, true)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
        };
        Self(
            query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(key), decode(value))
                })
                .collect(),
        )
    }

    /// The first value of `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.all(key).next()
    }

    /// The first value of `key`, unless it is empty: most services take `?name=` for no filter.
    pub fn filled(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    /// Every value of `key`, in order.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(k, _)| k == key)
            .map(|(_, value)| value.as_str())
    }

    /// All pairs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl<S: Sync> FromRequestParts<S> for Pairs {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_keep_their_order_and_repeat() {
        let pairs =
            Pairs::parse("status=error&name=a%2Fb+c%20%C3%A9&status=available&flag&=x&&bad=%zz%4");
        assert_eq!(
            pairs.all("status").collect::<Vec<_>>(),
            ["error", "available"]
        );
        assert_eq!(pairs.get("name"), Some("a/b c é"));
        assert_eq!(pairs.get("flag"), Some(""));
        assert_eq!(pairs.filled("flag"), None);
        assert_eq!(pairs.get(""), Some("x"));
        assert_eq!(pairs.get("bad"), Some("%zz%4"));
        assert_eq!(pairs.get("missing"), None);
    }

    #[test]
    fn what_is_not_utf8_stays_text() {
        assert_eq!(Pairs::parse("name=%ff").get("name"), Some("\u{fffd}"));
        assert!(decode_component("%ff", false).is_err());
        assert_eq!(decode_component("a+b", false).as_deref(), Ok("a+b"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            Pairs::parse(&text);
        }
    }
}

//! Reading query strings and percent-encoding, forgivingly.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
pub use signing::percent::{decode_bytes, decode_component};

/// The decoded pairs of a query string, in their order; as an extractor it never fails.
///
/// What is not UTF-8 is read with replacement characters, so that it matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads `a=1&b=two`.
    pub fn parse(query: &str) -> Self {
        Self(signing::percent::query_pairs(query))
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

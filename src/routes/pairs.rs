//! What an address says by name: in its query, or in its path.

/// Decoded names and values: the query of an address, or what its path names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads a query, with or without `?`.
    pub fn of_query(query: &str) -> Self {
        let query = query.strip_prefix('?').unwrap_or(query);
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    /// What a path puts into the `:name` segments of a pattern, when it has its form. A trailing slash makes no difference.
    pub fn of_path(pattern: &str, path: &str) -> Option<Self> {
        let mut pairs = Vec::new();
        let mut given = path.trim_end_matches('/').split('/');
        for wanted in pattern.split('/') {
            let segment = given.next()?;
            match wanted.strip_prefix(':') {
                // In a path, `+` is itself.
                Some(name) if !segment.is_empty() => {
                    pairs.push((name.to_owned(), decode(&segment.replace('+', "%2B"))));
                }
                _ if wanted == segment => {}
                _ => return None,
            }
        }
        given.next().is_none().then_some(Self(pairs))
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value.clone())
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Percent-decoding of a query part (WHATWG URL, 5.1); what is no escape stays as it is.
fn decode(text: &str) -> String {
    let hex = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| Some(hex(*bytes.get(at + 1)?)? << 4 | hex(*bytes.get(at + 2)?)?))
            .flatten();
        match (escape, bytes[at]) {
            (Some(byte), _) => {
                out.push(byte);
                at += 2;
            }
            (None, b'+') => out.push(b' '),
            (None, byte) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Pairs {
        let own = list
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Pairs(own.collect())
    }

    #[test]
    fn a_query_is_read_and_what_is_no_escape_stays() {
        assert_eq!(
            Pairs::of_query("?a=1&b=x%20y+z&&c&a=2&%C3%A9=%zz%"),
            pairs(&[
                ("a", "1"),
                ("b", "x y z"),
                ("c", ""),
                ("a", "2"),
                ("é", "%zz%")
            ])
        );
        assert_eq!(Pairs::of_query("?a=1&a=2").get("a").as_deref(), Some("1"));
        assert_eq!(Pairs::of_query("?").get(""), None);
    }

    #[test]
    fn a_path_has_the_form_of_a_pattern_or_not() {
        let named = |path| Pairs::of_path("/p/:project/backups/:id", path);
        let expected = Some(pairs(&[("project", "1"), ("id", "a/b+c")]));
        assert_eq!(named("/p/1/backups/a%2Fb+c"), expected);
        assert_eq!(named("/p/1/backups/a%2Fb+c/"), expected);
        for other in [
            "/p/1/backups",
            "/p//backups/2",
            "/p/1/servers/2",
            "/p/1/backups/2/3",
            "",
        ] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}

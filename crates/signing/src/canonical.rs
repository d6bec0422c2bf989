//! What is hashed: the request in one canonical spelling, and the string around its hash.

use sha2::{Digest as _, Sha256};

use super::{ALGORITHM, DATE_HEADER};
use crate::percent::{decode_bytes, encode_component, push_encoded, query_pairs};

/// Stands for the body's hash when a client did not hash it (only if that header is signed itself).
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// The header that may carry the body's hash, in lower case.
pub(super) const HASH_HEADER: &str = "x-sdk-content-sha256";

/// A request as far as a signature covers it.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// In upper case.
    pub method: &'a str,
    /// As on the wire: percent-encoded, without the query.
    pub path: &'a str,
    /// As on the wire, without the `?`.
    pub query: &'a str,
    /// When signing: the headers to sign. When checking: all that were received.
    /// Names in any case, `host` with its port among them.
    pub headers: &'a [(&'a str, &'a str)],
    /// The exact bytes.
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// The value of a header; `None` when it is missing or there twice.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value);
        values.next().filter(|_| values.next().is_none())
    }
}

/// Which of the two incompatible variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Variant A: `Access=<AK>`, signed with the secret key itself.
    Plain,
    /// Variant B: `Credential=<AK>/<date>/<region>/<service>/sdk_request`, signed with a derived key.
    Scoped {
        /// `YYYYMMDD`, the day of `X-Sdk-Date`.
        date: String,
        /// Empty in practice.
        region: String,
        /// Empty in practice.
        service: String,
    },
}

impl Scheme {
    /// Variant B as its clients use it: the day of a date, no region, no service.
    pub fn scoped(sdk_date: &str) -> Self {
        let date = sdk_date.get(..8).unwrap_or(sdk_date).to_owned();
        Self::Scoped {
            date,
            region: String::new(),
            service: String::new(),
        }
    }

    /// `20300115///sdk_request`; `None` in variant A.
    pub(super) fn scope(&self) -> Option<String> {
        match self {
            Self::Plain => None,
            Self::Scoped {
                date,
                region,
                service,
            } => Some(format!("{date}/{region}/{service}/sdk_request")),
        }
    }
}

/// The six parts of iam-v3 section 7.1, joined by line feeds.
///
/// `signed` are the names of the signed headers, in lower case and sorted; each must be present.
pub fn canonical_request(message: &Message<'_>, signed: &[&str], scheme: &Scheme) -> String {
    let scoped = *scheme != Scheme::Plain;
    // Variant B hashes the query in the place of a body that is not there.
    let query_as_body = scoped && message.method == "POST" && message.body.is_empty();
    let mut text = format!("{}\n{}\n", message.method, canonical_path(message.path));
    if !query_as_body {
        text.push_str(&canonical_query(message.query, scoped));
    }
    text.push('\n');
    for name in signed {
        let value = message.header(name).unwrap_or_default().trim();
        text.push_str(name);
        text.push(':');
        if scoped {
            push_with_single_blanks(&mut text, value);
        } else {
            text.push_str(value);
        }
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&signed.join(";"));
    text.push('\n');
    text.push_str(&body_hash(message, signed, query_as_body));
    text
}

/// The lines the key signs.
pub fn string_to_sign(sdk_date: &str, scheme: &Scheme, canonical: &str) -> String {
    let mut text = format!("{ALGORITHM}\n{sdk_date}\n");
    if let Some(scope) = scheme.scope() {
        text.push_str(&scope);
        text.push('\n');
    }
    text.push_str(&sha256_hex(canonical.as_bytes()));
    text
}

/// The date of a message as it was sent.
pub(super) fn sdk_date<'a>(message: &Message<'a>) -> Option<&'a str> {
    message.header(DATE_HEADER).map(str::trim)
}

fn body_hash(message: &Message<'_>, signed: &[&str], query_as_body: bool) -> String {
    // A hash sent along is only used for what the body itself cannot say: that it was not signed.
    // Any other value has to be the body's hash, so the body's hash is what is compared.
    let unsigned = signed.contains(&HASH_HEADER)
        && message
            .header(HASH_HEADER)
            .is_some_and(|hash| hash.trim() == UNSIGNED);
    if unsigned {
        UNSIGNED.to_owned()
    } else if query_as_body {
        sha256_hex(form_encoded(message.query).as_bytes())
    } else {
        sha256_hex(message.body)
    }
}

fn canonical_path(path: &str) -> String {
    let mut text = String::with_capacity(path.len() + 1);
    push_encoded(&mut text, &decode_bytes(path, false), true);
    if !text.ends_with('/') {
        text.push('/');
    }
    text
}

/// Sorted and encoded pairs; variant B sorts without regard to case and signs only the first value
/// of a key.
fn canonical_query(query: &str, scoped: bool) -> String {
    let mut encoded: Vec<(String, String)> = Vec::new();
    for (key, value) in query_pairs(query) {
        let key = encode_component(&key);
        if !(scoped && encoded.iter().any(|(earlier, _)| *earlier == key)) {
            encoded.push((key, encode_component(&value)));
        }
    }
    if scoped {
        encoded.sort_by_key(|(key, _)| key.to_lowercase());
    } else {
        encoded.sort();
    }
    let parts: Vec<String> = encoded
        .into_iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    parts.join("&")
}

/// The query as a form, blanks as `+`, sorted by key and otherwise in the order sent.
fn form_encoded(query: &str) -> String {
    let mut pairs = query_pairs(query);
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    let blank_as_plus = |text: &str| encode_component(text).replace("%20", "+");
    let parts: Vec<String> = pairs
        .into_iter()
        .map(|(key, value)| format!("{}={}", blank_as_plus(&key), blank_as_plus(&value)))
        .collect();
    parts.join("&")
}

fn push_with_single_blanks(text: &mut String, value: &str) {
    let mut words = value.split_ascii_whitespace();
    if let Some(first) = words.next() {
        text.push_str(first);
    }
    for word in words {
        text.push(' ');
        text.push_str(word);
    }
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

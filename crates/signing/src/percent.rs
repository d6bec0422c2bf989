//! Percent-encoding as the services read and write it: forgiving on the way in, one spelling on the way out.

use std::fmt::Write as _;

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

/// The decoded pairs of a query (`a=1&b=two`), in their order; what is not UTF-8 is read with
/// replacement characters, so that it matches nothing.
pub fn query_pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        decode_component(text, true)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        })
        .collect()
}

/// A component as RFC 3986 writes it: unreserved characters stay, the rest is `%XX`.
pub fn encode_component(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    push_encoded(&mut encoded, text.as_bytes(), false);
    encoded
}

/// RFC 3986: unreserved characters stay, everything else becomes `%XX` in upper case.
pub(crate) fn push_encoded(text: &mut String, bytes: &[u8], keep_slash: bool) {
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || (keep_slash && byte == b'/') {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
}

fn hex_digit(byte: &u8) -> Option<u8> {
    char::from(*byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

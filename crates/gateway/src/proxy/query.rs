//! Queries, taken apart and put together again, so that a service sees one spelling of each.

use contract::operations::push_encoded;

/// Longest query that is taken apart; the address as a whole is limited anyway.
const MOST_PAIRS: usize = 100;

/// Names and values in their order; nothing when it is not UTF-8, or holds a NUL.
pub fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let decode = |part: &str| {
        let spaced = part.replace('+', " ");
        let text = percent_encoding::percent_decode_str(&spaced)
            .decode_utf8()
            .ok()?
            .into_owned();
        (!text.contains('\0')).then_some(text)
    };
    let mut pairs = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((decode(name)?, decode(value)?));
    }
    (pairs.len() <= MOST_PAIRS).then_some(pairs)
}

/// Puts pairs behind a path.
pub fn append(target: &mut String, pairs: &[(String, String)]) {
    for (at, (name, value)) in pairs.iter().enumerate() {
        target.push(if at == 0 { '?' } else { '&' });
        push_encoded(target, name);
        target.push('=');
        push_encoded(target, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_is_put_together_is_taken_apart_the_same(
            pairs in proptest::collection::vec(("[^\u{0}]{1,8}", "[^\u{0}]{0,8}"), 0..5)
        ) {
            let mut target = String::new();
            append(&mut target, &pairs);
            proptest::prop_assert_eq!(super::pairs(target.trim_start_matches('?')), Some(pairs));
        }
    }
}

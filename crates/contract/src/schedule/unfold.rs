//! Joins folded iCalendar lines (RFC 5545 section 3.1) and remembers where every byte came from.

use core::ops::Range;
use std::borrow::Cow;

/// A text without folds.
pub(super) struct Unfolded<'a> {
    pub text: Cow<'a, str>,
    /// Where something was cut out, in `text`, and how many bytes were cut out up to there.
    cuts: Vec<(usize, usize)>,
}

/// Takes out every line break that a blank or tab follows, together with that one character.
pub(super) fn unfold(text: &str) -> Unfolded<'_> {
    let bytes = text.as_bytes();
    let mut joined = String::new();
    let mut cuts = Vec::new();
    let (mut kept_from, mut removed) = (0, 0);
    for (at, _) in text.match_indices('\n') {
        if !matches!(bytes.get(at + 1), Some(b' ' | b'\t')) {
            continue;
        }
        let start = if at > kept_from && bytes[at - 1] == b'\r' {
            at - 1
        } else {
            at
        };
        joined.push_str(&text[kept_from..start]);
        kept_from = at + 2;
        removed += kept_from - start;
        cuts.push((joined.len(), removed));
    }
    let text = if cuts.is_empty() {
        Cow::Borrowed(text)
    } else {
        joined.push_str(&text[kept_from..]);
        Cow::Owned(joined)
    };
    Unfolded { text, cuts }
}

impl Unfolded<'_> {
    /// The same place in the text as it was given.
    pub fn origin(&self, range: Range<usize>) -> Range<usize> {
        let start = range.start + self.removed_before(range.start + 1);
        if range.is_empty() {
            start..start
        } else {
            start..range.end + self.removed_before(range.end)
        }
    }

    /// Bytes cut out before the byte that is now at `end - 1`.
    fn removed_before(&self, end: usize) -> usize {
        let count = self.cuts.partition_point(|(at, _)| *at < end);
        count.checked_sub(1).map_or(0, |last| self.cuts[last].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_over_crlf_and_lf_folds() {
        let text = "ab\r\n cd\n\tef\n\n gh";
        let unfolded = unfold(text);
        assert_eq!(unfolded.text, "abcdef\ngh");
        for (n, c) in unfolded.text.char_indices() {
            let origin = unfolded.origin(n..n + 1);
            assert_eq!(&text[origin], c.to_string());
        }
        assert_eq!(&text[unfolded.origin(1..3)], "b\r\n c");
        assert_eq!(unfolded.origin(0..0), 0..0);
    }

    #[test]
    fn a_text_without_folds_is_borrowed() {
        assert!(matches!(unfold("a\r\nb\n").text, Cow::Borrowed(_)));
    }
}

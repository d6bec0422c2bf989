//! What is wrong with a document, and where.

use core::fmt;

/// Something that keeps a text from being a document; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentProblem {
    /// Line, from 1.
    pub line: usize,
    /// Which member, such as `policies[0].retention.days`; empty for the text as a whole.
    pub place: String,
    /// The rule that is broken, without a full stop.
    pub rule: String,
    /// The way out, as a sentence; empty where the rule says it.
    pub remedy: String,
}

impl fmt::Display for DocumentProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}", self.line)?;
        if !self.place.is_empty() {
            write!(f, ", {}", self.place)?;
        }
        write!(f, ": {}", self.rule)?;
        if !self.rule.ends_with('.') {
            f.write_str(".")?;
        }
        if !self.remedy.is_empty() {
            write!(f, " {}", self.remedy)?;
        }
        Ok(())
    }
}

//! Where the reader is in the text: what comes next, and going on.

use super::{Outcome, Stop};

/// How deep blocks and values may be nested.
const DEEPEST: usize = 64;

/// A place in the text.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    pub rest: &'a str,
    pub line: usize,
    pub depth: usize,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

impl<'a> Reader<'a> {
    pub(super) fn stop(&self, rule: impl Into<String>) -> Stop {
        Stop {
            line: self.line,
            rule: rule.into(),
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.bytes().filter(|byte| *byte == b'\n').count();
        self.rest = rest;
        taken
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.take(c.len_utf8());
        Some(c)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let is = self.rest.starts_with(text);
        if is {
            self.take(text.len());
        }
        is
    }

    /// Up to and with the next line end, or all.
    pub(super) fn take_line(&mut self) -> &'a str {
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        self.take(end)
    }

    /// Skips blanks and comments; line ends only when they mean nothing.
    pub(super) fn skip(&mut self, lines: bool) -> Outcome<()> {
        loop {
            match self.peek() {
                Some('\n') if !lines => return Ok(()),
                Some(c) if c.is_whitespace() || c == '\u{feff}' => {
                    self.next();
                }
                Some('#') => self.comment(),
                Some('/') if self.rest.starts_with("//") => self.comment(),
                Some('/') if self.rest.starts_with("/*") => match self.rest.find("*/") {
                    Some(end) => {
                        self.take(end + 2);
                    }
                    None => return Err(self.stop("this comment does not end; write */")),
                },
                _ => return Ok(()),
            }
        }
    }

    /// To the end of the line, which stays.
    pub(super) fn comment(&mut self) {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        self.take(end);
    }

    pub(super) fn word(&mut self) -> Option<&'a str> {
        let first = self.peek()?;
        if !(first.is_alphabetic() || first == '_') {
            return None;
        }
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        Some(self.take(end))
    }

    pub(super) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.depth == DEEPEST {
            return Err(self.stop(format!("more than {DEEPEST} levels are nested here")));
        }
        self.depth += 1;
        let found = inner(self);
        self.depth -= 1;
        found
    }
}

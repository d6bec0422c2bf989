//! Values: literals, lists and maps; anything else is an expression, which is gone over to its end.

use super::cursor::Reader;
use super::{Outcome, Value};

/// So much of an expression is shown.
const SHOWN: usize = 40;

impl Reader<'_> {
    /// A value and the end of its expression.
    pub(super) fn value(&mut self) -> Outcome<Value> {
        let start = self.clone();
        let literal = self.deeper(Self::literal);
        // What only looks like a list or a map is an expression like any other.
        let may_be_other = start.rest.starts_with(['[', '{']);
        let literal = match literal {
            Err(stop) if may_be_other => {
                *self = start;
                return self.computed().map_err(|_| stop);
            }
            literal => literal?,
        };
        if let Some(literal) = literal {
            // The line end behind a heredoc belongs to it.
            if start.rest.starts_with("<<") {
                return Ok(literal);
            }
            self.skip(false)?;
            if matches!(self.peek(), None | Some('\n' | ',' | ']' | '}' | ')')) {
                return Ok(literal);
            }
        }
        *self = start;
        self.computed()
    }

    /// A literal; nothing when it is something else.
    pub(super) fn literal(&mut self) -> Outcome<Option<Value>> {
        Ok(Some(match self.peek() {
            Some('"') => self.string()?,
            Some('<') if self.rest.starts_with("<<") => self.heredoc()?,
            Some(opening @ ('[' | '{')) => {
                self.take(1);
                self.skip(true)?;
                if self.clone().word() == Some("for") {
                    return Ok(None);
                }
                match opening {
                    '[' => self.list()?,
                    _ => self.map()?,
                }
            }
            Some(c) if c.is_ascii_digit() || c == '-' => {
                let end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'));
                let end = self.rest.find(end).unwrap_or(self.rest.len());
                Value::Number(self.take(end).to_owned())
            }
            _ => match self.word() {
                Some("true") => Value::Flag(true),
                Some("false") => Value::Flag(false),
                Some("null") => Value::Null,
                _ => return Ok(None),
            },
        }))
    }

    pub(super) fn list(&mut self) -> Outcome<Value> {
        let mut list = Vec::new();
        loop {
            self.skip(true)?;
            if self.eat("]") {
                return Ok(Value::List(list));
            }
            if self.peek().is_none() {
                return Err(self.stop("this list does not end; write ]"));
            }
            let line = self.line;
            list.push((line, self.value()?));
            self.skip(true)?;
            if !self.eat(",") && self.peek() != Some(']') {
                return Err(self.stop("neither , nor ] follows in this list"));
            }
        }
    }

    pub(super) fn map(&mut self) -> Outcome<Value> {
        let mut map = Vec::new();
        loop {
            self.skip(true)?;
            if self.eat("}") {
                return Ok(Value::Map(map));
            }
            let line = self.line;
            let key = match self.peek() {
                Some('"') => self.label()?,
                Some(c) => match self.word() {
                    Some(word) => word.to_owned(),
                    None => return Err(self.stop(format!("`{c}` begins no key"))),
                },
                None => return Err(self.stop("these braces do not end; write }")),
            };
            self.skip(false)?;
            if !self.eat("=") && !self.eat(":") {
                return Err(self.stop(format!("neither = nor : follows after `{key}`")));
            }
            self.skip(false)?;
            map.push((line, key, self.value()?));
            self.skip(false)?;
            self.eat(",");
        }
    }

    /// An expression up to its end.
    pub(super) fn computed(&mut self) -> Outcome<Value> {
        let start = self.clone();
        self.deeper(|reader| reader.balanced('\n'))?;
        if self.rest.len() == start.rest.len() {
            return Err(self.stop("a value is missing here"));
        }
        Ok(start.shown(self))
    }

    /// The text between two places, as far as it is shown.
    pub(super) fn shown(&self, end: &Self) -> Value {
        let text = &self.rest[..self.rest.len() - end.rest.len()];
        let first = text.lines().next().unwrap_or_default().trim();
        let shown: String = first.chars().take(SHOWN).collect();
        let is_all = shown.len() == text.trim().len();
        Value::Computed(if is_all { shown } else { shown + "…" })
    }

    /// Goes over everything up to what closes it. For `\n` that is the end of an expression, which
    /// stays; otherwise the closing sign, which is taken.
    pub(super) fn balanced(&mut self, closing: char) -> Outcome<()> {
        let is_line = closing == '\n';
        loop {
            let Some(c) = self.peek() else {
                return match is_line {
                    true => Ok(()),
                    false => Err(self.stop(format!("a `{closing}` is missing"))),
                };
            };
            match c {
                '\n' | ',' | ')' | ']' | '}' if is_line => return Ok(()),
                '#' if is_line => return Ok(()),
                '#' => self.comment(),
                '/' if self.rest.starts_with("//") || self.rest.starts_with("/*") => {
                    self.skip(false)?;
                }
                c if c == closing => {
                    self.take(c.len_utf8());
                    return Ok(());
                }
                '"' => {
                    self.deeper(Self::string)?;
                }
                '<' if self.rest.starts_with("<<") => {
                    self.heredoc()?;
                }
                '(' | '[' | '{' => {
                    self.take(1);
                    let closing = match c {
                        '(' => ')',
                        '[' => ']',
                        _ => '}',
                    };
                    self.deeper(|reader| reader.balanced(closing))?;
                }
                c => {
                    self.take(c.len_utf8());
                }
            }
        }
    }
}

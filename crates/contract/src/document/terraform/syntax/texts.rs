//! Texts: in quotes, or line by line up to a word.

use super::cursor::Reader;
use super::{Outcome, Value};

impl Reader<'_> {
    /// A text in quotes; one in which something is worked out is taken as it is.
    pub(super) fn string(&mut self) -> Outcome<Value> {
        let start = self.clone();
        self.take(1);
        let mut text = String::new();
        let mut computed = false;
        loop {
            if self.eat("$${") {
                text.push_str("${");
                continue;
            }
            if self.eat("%%{") {
                text.push_str("%{");
                continue;
            }
            if self.rest.starts_with("${") || self.rest.starts_with("%{") {
                computed = true;
                self.take(2);
                self.deeper(|reader| reader.balanced('}'))?;
                continue;
            }
            match self.peek() {
                None | Some('\n') => return Err(start.stop("this text does not end; write \"")),
                Some('"') => {
                    self.take(1);
                    break;
                }
                Some('\\') => {
                    self.take(1);
                    text.push(self.escaped()?);
                }
                Some(c) => {
                    self.take(c.len_utf8());
                    text.push(c);
                }
            }
        }
        Ok(if computed {
            start.shown(self)
        } else {
            Value::Text(text)
        })
    }

    pub(super) fn escaped(&mut self) -> Outcome<char> {
        let digits = match self.next() {
            Some('n') => return Ok('\n'),
            Some('r') => return Ok('\r'),
            Some('t') => return Ok('\t'),
            Some('"') => return Ok('"'),
            Some('\\') => return Ok('\\'),
            Some('u') => 4,
            Some('U') => 8,
            _ => return Err(self.stop("a `\\` has to be written as `\\\\` here")),
        };
        let code = self.rest.get(..digits);
        let found = code
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32);
        let Some(found) = found else {
            return Err(self.stop(format!("{digits} hexadecimal digits follow after \\u")));
        };
        self.take(digits);
        Ok(found)
    }

    pub(super) fn heredoc(&mut self) -> Outcome<Value> {
        let start = self.clone();
        self.take(2);
        let is_indented = self.eat("-");
        let marker = self.take_line().trim();
        if marker.is_empty() {
            return Err(start.stop("a word is missing after <<"));
        }
        let mut lines: Vec<&str> = Vec::new();
        loop {
            if self.rest.is_empty() {
                let rule = format!("this text does not end; write {marker} on a line of its own");
                return Err(start.stop(rule));
            }
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            if self.rest[..end].trim() == marker {
                // Its line end ends the argument.
                self.take(end);
                break;
            }
            lines.push(self.take_line());
        }
        let width = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let filled = lines.iter().filter(|line| !line.trim().is_empty());
        let indent = if is_indented {
            filled.map(width).min().unwrap_or(0)
        } else {
            0
        };
        let cut = |line: &&str| {
            line.get(indent.min(width(line))..)
                .unwrap_or_default()
                .to_owned()
        };
        let text: String = lines.iter().map(cut).collect();
        let plain = text.replace("$${", "").replace("%%{", "");
        if plain.contains("${") || plain.contains("%{") {
            return Ok(start.shown(self));
        }
        Ok(Value::Text(text.replace("$${", "${").replace("%%{", "%{")))
    }
}

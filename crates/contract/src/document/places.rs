//! On which line each member of a JSON text stands.

use std::collections::HashMap;

/// The lines of a text that is known to be JSON.
#[derive(Debug, Default)]
pub struct Places {
    lines: HashMap<String, usize>,
    /// Members whose name was there before in the same object, with their lines.
    pub doubles: Vec<(String, usize)>,
}

impl Places {
    /// Walks a text that `serde_json` has read; it limits the depth.
    pub fn of(text: &str) -> Self {
        let mut walk = Walk {
            text,
            at: 0,
            line: 1,
            places: Self::default(),
        };
        walk.value(String::new());
        walk.places
    }

    /// Notes the line of a member of something that is not JSON.
    pub fn note(&mut self, place: &str, line: usize) {
        self.lines.insert(place.to_owned(), line);
    }

    /// The line of a member, or the first.
    pub fn line(&self, place: &str) -> usize {
        self.lines.get(place).copied().unwrap_or(1)
    }
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    places: Places,
}

impl Walk<'_> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(b' ')
    }

    fn ended(&self) -> bool {
        self.at >= self.text.len()
    }

    fn step(&mut self) {
        if self.peek() == b'\n' {
            self.line += 1;
        }
        self.at += 1;
    }

    fn skip(&mut self, what: &[u8]) {
        while !self.ended() && what.contains(&self.peek()) {
            self.step();
        }
    }

    fn value(&mut self, place: String) {
        self.skip(b" \t\r\n");
        let opening = self.peek();
        match opening {
            b'{' | b'[' => {
                self.step();
                let mut number = 0;
                loop {
                    self.skip(b" \t\r\n,");
                    if self.ended() || matches!(self.peek(), b'}' | b']') {
                        break;
                    }
                    let line = self.line;
                    let inner = if opening == b'{' {
                        self.member(&place)
                    } else {
                        number += 1;
                        format!("{place}[{}]", number - 1)
                    };
                    if self.places.lines.insert(inner.clone(), line).is_some() {
                        self.places.doubles.push((inner.clone(), line));
                    }
                    self.value(inner);
                }
                self.step();
            }
            b'"' => {
                self.string();
            }
            _ => {
                while !self.ended() && !b",]} \t\r\n".contains(&self.peek()) {
                    self.step();
                }
            }
        }
    }

    /// The name of a member and its colon; answers its place.
    fn member(&mut self, place: &str) -> String {
        let from = self.at;
        self.string();
        let name: String = serde_json::from_str(&self.text[from..self.at]).unwrap_or_default();
        self.skip(b" \t\r\n:");
        if place.is_empty() {
            name
        } else {
            format!("{place}.{name}")
        }
    }

    fn string(&mut self) {
        self.step();
        while !self.ended() && self.peek() != b'"' {
            if self.peek() == b'\\' {
                self.step();
            }
            self.step();
        }
        self.step();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_has_its_line() {
        let places = Places::of(
            "{\n \"a\": [1,\n  {\"b\\\"\": \"x\\\\\", \"c\": {}}, []\n ],\n \"d\"\n: null, \"a\": 2}",
        );
        let lines: Vec<usize> = ["a[0]", "a[1]", "a[1].b\"", "a[1].c", "a[2]", "d"]
            .iter()
            .map(|place| places.line(place))
            .collect();
        assert_eq!(lines, [2, 3, 3, 3, 3, 5]);
        assert_eq!(places.doubles, [("a".to_owned(), 6)]);
    }
}

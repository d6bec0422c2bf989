//! Blocks and arguments of the configuration language, laid out as `terraform fmt` does: names of
//! arguments that follow each other aligned, an empty line before everything else.

use std::fmt::Write as _;

/// A value of an argument.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    /// A text; nothing in it is interpolated.
    Text(&'a str),
    /// A number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Texts, on one line.
    Texts(Vec<&'a str>),
    /// An attribute of another resource.
    Reference(String),
}

/// A configuration in the making.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
    depth: usize,
    /// Whether an empty line stands before what comes next.
    apart: bool,
}

impl Writer {
    /// Everything that was written.
    pub fn finish(self) -> String {
        self.text
    }

    fn line(&mut self, content: &str) {
        let indent = self.depth * 2;
        let _ = writeln!(self.text, "{:indent$}{content}", "");
    }

    fn begin(&mut self) {
        if self.apart {
            self.text.push('\n');
        }
        self.apart = true;
    }

    /// A comment; it belongs to what comes next.
    pub fn comment(&mut self, text: &str) {
        self.begin();
        self.apart = false;
        self.line(&format!("# {text}"));
    }

    /// An empty line before what comes next.
    pub fn space(&mut self) {
        self.apart = true;
    }

    /// A block with what is in it.
    pub fn block(&mut self, kind: &str, labels: &[&str], inside: impl FnOnce(&mut Self)) {
        self.begin();
        let labels: String = labels.iter().map(|label| quoted(label) + " ").collect();
        self.line(&format!("{kind} {labels}{{"));
        self.inside("}", inside);
    }

    /// Arguments that follow each other; none of them, nothing.
    pub fn arguments(&mut self, arguments: &[(&str, Value<'_>)]) {
        if arguments.is_empty() {
            return;
        }
        self.begin();
        let widths = arguments.iter().map(|(name, _)| name.len());
        let width = widths.max().unwrap_or(0);
        for (name, value) in arguments {
            let value = match value {
                Value::Text(text) => quoted(text),
                Value::Number(number) => number.to_string(),
                Value::Flag(flag) => flag.to_string(),
                Value::Texts(texts) => {
                    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
                    format!("[{}]", texts.join(", "))
                }
                Value::Reference(to) => to.clone(),
            };
            self.line(&format!("{name:width$} = {value}"));
        }
    }

    /// A list of texts, each on its own line.
    pub fn lines<'a>(&mut self, name: &str, texts: impl IntoIterator<Item = &'a str>) {
        self.begin();
        self.line(&format!("{name} = ["));
        self.inside("]", |list| {
            for text in texts {
                list.line(&format!("{},", quoted(text)));
            }
        });
    }

    /// A map of texts; none of them, nothing.
    pub fn map<'a>(&mut self, name: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let mut pairs = pairs.into_iter().peekable();
        if pairs.peek().is_none() {
            return;
        }
        self.begin();
        self.line(&format!("{name} = {{"));
        self.inside("}", |map| {
            for (key, value) in pairs {
                map.line(&format!("{} = {}", quoted(key), quoted(value)));
            }
        });
    }

    fn inside(&mut self, closing: &str, inside: impl FnOnce(&mut Self)) {
        self.depth += 1;
        self.apart = false;
        inside(self);
        self.depth -= 1;
        self.apart = true;
        self.line(closing);
    }
}

/// A string literal of the configuration language; nothing in it is interpolated.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if characters.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_interpolated_or_ends_its_literal() {
        assert_eq!(
            quoted("a\"b\\c${d}%{e}$f\u{7}"),
            "\"a\\\"b\\\\c$${d}%%{e}$f\\u0007\""
        );
    }

    #[test]
    fn what_follows_each_other_is_aligned_and_everything_else_stands_apart() {
        let mut writer = Writer::default();
        writer.block("a", &["x y"], |a| {
            a.arguments(&[
                ("one", Value::Number(1)),
                ("three", Value::Texts(vec!["x", "y"])),
                ("to", Value::Reference("a.b.id".to_owned())),
            ]);
            a.arguments(&[]);
            a.map("none", []);
            a.comment("Said of what comes next.");
            a.block("b", &[], |b| b.arguments(&[("on", Value::Flag(true))]));
            a.map("tags", [("k", "${v}")]);
            a.lines("list", ["p"]);
        });
        writer.block("c", &[], |_| {});
        assert_eq!(
            writer.finish(),
            r#"a "x y" {
  one   = 1
  three = ["x", "y"]
  to    = a.b.id

  # Said of what comes next.
  b {
    on = true
  }

  tags = {
    "k" = "$${v}"
  }

  list = [
    "p",
  ]
}

c {
}
"#
        );
    }
}

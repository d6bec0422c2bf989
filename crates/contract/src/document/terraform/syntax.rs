//! The configuration language as people write it down: blocks, arguments and literals, each with its
//! line. Whatever is worked out only when Terraform runs is kept as the text it is.
//!
//! The crate that reads the whole language weighs 67 KiB compressed in the browser; what is read here
//! are values that stand in the text.

/// How deep blocks and values may be nested.
const DEEPEST: usize = 64;
/// So much of an expression is shown.
const SHOWN: usize = 40;

/// What stands between two braces, or in the whole text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    pub arguments: Vec<Argument>,
    pub blocks: Vec<Block>,
}

/// `name = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    pub name: String,
    pub line: usize,
    pub value: Value,
}

/// `kind "label" … { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub kind: String,
    pub labels: Vec<String>,
    pub line: usize,
    pub body: Body,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    /// As it is written.
    Number(String),
    Flag(bool),
    Null,
    List(Vec<(usize, Value)>),
    Map(Vec<(usize, String, Value)>),
    /// Worked out when Terraform runs: the beginning of its text.
    Computed(String),
}

/// Why a text is not read any further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub line: usize,
    /// What is wrong, without a full stop.
    pub rule: String,
}

type Outcome<T> = Result<T, Stop>;

/// Reads a text.
pub fn parse(text: &str) -> Outcome<Body> {
    let mut reader = Reader {
        rest: text,
        line: 1,
        depth: 0,
    };
    let body = reader.body()?;
    match reader.rest.chars().next() {
        None => Ok(body),
        Some(_) => Err(reader.stop("this `}` closes nothing")),
    }
}

#[derive(Clone)]
struct Reader<'a> {
    rest: &'a str,
    line: usize,
    depth: usize,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

impl<'a> Reader<'a> {
    fn stop(&self, rule: impl Into<String>) -> Stop {
        Stop {
            line: self.line,
            rule: rule.into(),
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.bytes().filter(|byte| *byte == b'\n').count();
        self.rest = rest;
        taken
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.take(c.len_utf8());
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let is = self.rest.starts_with(text);
        if is {
            self.take(text.len());
        }
        is
    }

    /// Up to and with the next line end, or all.
    fn take_line(&mut self) -> &'a str {
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        self.take(end)
    }

    /// Skips blanks and comments; line ends only when they mean nothing.
    fn skip(&mut self, lines: bool) -> Outcome<()> {
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
    fn comment(&mut self) {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        self.take(end);
    }

    fn word(&mut self) -> Option<&'a str> {
        let first = self.peek()?;
        if !(first.is_alphabetic() || first == '_') {
            return None;
        }
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        Some(self.take(end))
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.depth == DEEPEST {
            return Err(self.stop(format!("more than {DEEPEST} levels are nested here")));
        }
        self.depth += 1;
        let found = inner(self);
        self.depth -= 1;
        found
    }

    fn body(&mut self) -> Outcome<Body> {
        let mut body = Body::default();
        loop {
            self.skip(true)?;
            let line = self.line;
            let name = match self.peek() {
                None | Some('}') => return Ok(body),
                Some('"') => self.label()?,
                Some(c) => match self.word() {
                    Some(word) => word.to_owned(),
                    None => {
                        let rule = format!("`{c}` begins neither a block nor an argument");
                        return Err(self.stop(rule));
                    }
                },
            };
            self.skip(false)?;
            if self.rest.starts_with('=') && !self.rest.starts_with("==") {
                self.take(1);
                self.skip(false)?;
                let value = self.value()?;
                body.arguments.push(Argument { name, line, value });
                continue;
            }
            let mut labels = Vec::new();
            loop {
                self.skip(false)?;
                match self.peek() {
                    Some('{') => break,
                    Some('"') => labels.push(self.label()?),
                    _ => match self.word() {
                        Some(word) => labels.push(word.to_owned()),
                        None => {
                            let rule = format!("neither = nor {{ follows after `{name}`");
                            return Err(Stop { line, rule });
                        }
                    },
                }
            }
            self.take(1);
            let inner = self.deeper(Self::body)?;
            if !self.eat("}") {
                let rule = format!("the block `{name}` does not end; write }}");
                return Err(Stop { line, rule });
            }
            body.blocks.push(Block {
                kind: name,
                labels,
                line,
                body: inner,
            });
        }
    }

    fn label(&mut self) -> Outcome<String> {
        match self.string()? {
            Value::Text(text) => Ok(text),
            _ => Err(self.stop("nothing is worked out in a name")),
        }
    }

    /// A value and the end of its expression.
    fn value(&mut self) -> Outcome<Value> {
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
    fn literal(&mut self) -> Outcome<Option<Value>> {
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

    fn list(&mut self) -> Outcome<Value> {
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

    fn map(&mut self) -> Outcome<Value> {
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

    /// A text in quotes; one in which something is worked out is taken as it is.
    fn string(&mut self) -> Outcome<Value> {
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

    fn escaped(&mut self) -> Outcome<char> {
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

    fn heredoc(&mut self) -> Outcome<Value> {
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

    /// An expression up to its end.
    fn computed(&mut self) -> Outcome<Value> {
        let start = self.clone();
        self.deeper(|reader| reader.balanced('\n'))?;
        if self.rest.len() == start.rest.len() {
            return Err(self.stop("a value is missing here"));
        }
        Ok(start.shown(self))
    }

    /// The text between two places, as far as it is shown.
    fn shown(&self, end: &Self) -> Value {
        let text = &self.rest[..self.rest.len() - end.rest.len()];
        let first = text.lines().next().unwrap_or_default().trim();
        let shown: String = first.chars().take(SHOWN).collect();
        let is_all = shown.len() == text.trim().len();
        Value::Computed(if is_all { shown } else { shown + "…" })
    }

    /// Goes over everything up to what closes it. For `\n` that is the end of an expression, which
    /// stays; otherwise the closing sign, which is taken.
    fn balanced(&mut self, closing: char) -> Outcome<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        let body = parse(&format!("x = {text}\n")).expect("an argument");
        body.arguments[0].value.clone()
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn blocks_and_arguments_are_read_in_any_order_with_their_lines() {
        let body = parse(
            "# first\nresource \"a\" b { // one line\n  x = 1 /* and\n more */\n  y { z = \"}\" }\n}\nv = [1,\n \"2\",]\n",
        )
        .expect("a body");
        let block = &body.blocks[0];
        assert_eq!((block.kind.as_str(), block.line), ("resource", 2));
        assert_eq!(block.labels, ["a", "b"]);
        assert_eq!(block.body.arguments[0].value, Value::Number("1".to_owned()));
        assert_eq!(block.body.blocks[0].body.arguments[0].value, text("}"));
        assert_eq!(block.body.blocks[0].line, 5);
        let list = vec![(7, Value::Number("1".to_owned())), (8, text("2"))];
        assert_eq!(body.arguments[0].value, Value::List(list));
    }

    #[test]
    fn literals_are_what_they_say() {
        assert_eq!(
            value(r#""a\"b\\c\n$${d}%%{e}\u0007$f""#),
            text("a\"b\\c\n${d}%{e}\u{7}$f")
        );
        assert_eq!(value(r#""$$${x}""#), text("$${x}"));
        assert_eq!(
            value("<<EOT\n  a\\n\n b $${c}\nEOT"),
            text("  a\\n\n b ${c}\n")
        );
        assert_eq!(
            value("<<-EOT\n    a\n\n      b\n    EOT"),
            text("a\n\n  b\n")
        );
        assert_eq!(value("-1"), Value::Number("-1".to_owned()));
        assert_eq!(value("true # on"), Value::Flag(true));
        assert_eq!(
            value("{ a = \"b\", \"c\" : null\n d = 1 }"),
            Value::Map(vec![
                (1, "a".to_owned(), text("b")),
                (1, "c".to_owned(), Value::Null),
                (2, "d".to_owned(), Value::Number("1".to_owned())),
            ])
        );
    }

    #[test]
    fn what_terraform_works_out_is_kept_as_text_and_skipped_whole() {
        for (written, shown) in [
            ("var.name", "var.name"),
            ("\"${var.name}-x\"", "\"${var.name}-x\""),
            ("\"a ${upper(\"}\")} b\"", "\"a ${upper(\"}\")} b\""),
            ("max(1, 2)", "max(1, 2)"),
            ("1 + 2", "1 + 2"),
            ("[for s in var.l : s]", "[for s in var.l : s]"),
            ("{ for k, v in m : k => v }", "{ for k, v in m : k => v }"),
            ("merge({\n a = 1\n}, b)", "merge({…"),
            ("<<EOT\n${x}\nEOT", "<<EOT…"),
        ] {
            let body = parse(&format!("x = {written}\ny = 1\n"));
            let body = body.unwrap_or_else(|stop| panic!("{written}: {stop:?}"));
            assert_eq!(
                body.arguments[0].value,
                Value::Computed(shown.to_owned()),
                "{written}"
            );
            assert_eq!(
                body.arguments[1].value,
                Value::Number("1".to_owned()),
                "{written}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_line() {
        for (written, line, rule) in [
            ("a {\n", 1, "the block `a` does not end; write }"),
            ("\n}", 2, "this `}` closes nothing"),
            ("\nx = \"a", 2, "this text does not end; write \""),
            ("x = \"\\d\"", 1, "a `\\` has to be written as `\\\\` here"),
            ("x =\ny = 1", 1, "a value is missing here"),
            ("\n% no", 2, "`%` begins neither a block nor an argument"),
            (
                "x = <<A\nb",
                1,
                "this text does not end; write A on a line of its own",
            ),
            ("hello", 1, "neither = nor { follows after `hello`"),
        ] {
            let rule = rule.to_owned();
            assert_eq!(parse(written), Err(Stop { line, rule }), "{written}");
        }
        let deep = "x = ".to_owned() + &"[".repeat(100_000);
        assert!(parse(&deep).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends_and_problems_are_on_its_lines(text in "([\\[\\]{}()=\"$%#/*<,:\\\\ \n]|\\$\\{|<<A\n|a|1|é|null){0,60}") {
            if let Err(stop) = parse(&text) {
                proptest::prop_assert!((1..=text.split('\n').count()).contains(&stop.line));
            }
        }
    }
}

//! The configuration language as people write it down: blocks, arguments and literals, each with its
//! line. Whatever is worked out only when Terraform runs is kept as the text it is.
//!
//! The crate that reads the whole language weighs 67 KiB compressed in the browser; what is read here
//! are values that stand in the text.

mod cursor;
#[cfg(test)]
mod tests;
mod texts;
mod values;

use cursor::Reader;

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

impl Reader<'_> {
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
}

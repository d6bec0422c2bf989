//! Reads the framing of requests before hyper does, more strictly than RFC 9112 demands.
//!
//! What two programs in a row could read differently (two lengths, folded lines, a bare line feed, chunk
//! extensions, trailers …) is refused here, so that nothing behind the gateway is asked to guess.

use axum::http::StatusCode;

use crate::limits::Limits;

/// Where the screen stands in the stream of one connection.
#[derive(Debug)]
pub struct Screen {
    state: State,
    limits: HeadLimits,
}

#[derive(Debug, Clone, Copy)]
struct HeadLimits {
    target: usize,
    head: usize,
    headers: usize,
}

#[derive(Debug)]
enum State {
    Head(Head),
    /// Bytes of a body with a Content-Length that are still to come.
    Sized(u64),
    Chunked(Chunk),
}

/// A head that is read line by line as it arrives.
#[derive(Debug, Default)]
struct Head {
    /// Start of the line that is not complete yet.
    line: usize,
    /// Length of the request line with its line end, once it is complete.
    first: usize,
    headers: usize,
    http_10: bool,
    hosts: usize,
    length: Option<u64>,
    chunked: bool,
}

#[derive(Debug)]
enum Chunk {
    /// Digits read so far, and their value.
    Size {
        digits: u8,
        value: u64,
    },
    SizeEnd(u64),
    Data(u64),
    DataCr,
    DataEnd,
    LastCr,
    LastEnd,
}

/// What the bytes so far amount to.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// This many bytes from the front are fine and can be handed on; zero means: wait for more.
    Pass(usize),
    /// The head cannot be accepted; nothing of it was handed on.
    Refuse(StatusCode),
    /// The body's framing is broken, after its head was handed on.
    Broken,
}

impl Screen {
    pub fn new(limits: &Limits) -> Self {
        let limits = HeadLimits {
            target: limits.target,
            head: limits.head,
            headers: limits.headers,
        };
        Self {
            state: State::Head(Head::default()),
            limits,
        }
    }

    /// Whether the next byte begins or continues a head.
    pub fn in_head(&self) -> bool {
        matches!(self.state, State::Head(_))
    }

    /// Looks at `bytes`, which begin where the last [`Step::Pass`] ended, and says how many can go on.
    pub fn step(&mut self, bytes: &[u8]) -> Step {
        let mut done = 0;
        loop {
            let rest = &bytes[done..];
            if rest.is_empty() {
                return Step::Pass(done);
            }
            match &mut self.state {
                State::Head(head) => match head.read(rest, self.limits) {
                    Ok(Some((length, next))) => {
                        done += length;
                        self.state = next;
                    }
                    Ok(None) => return Step::Pass(done),
                    // What came before is handed on first; the next call refuses.
                    Err(_) if done > 0 => {
                        self.state = State::Head(Head::default());
                        return Step::Pass(done);
                    }
                    Err(status) => return Step::Refuse(status),
                },
                State::Sized(left) => {
                    let taken = (*left).min(rest.len() as u64);
                    *left -= taken;
                    done += usize::try_from(taken).unwrap_or(rest.len());
                    if *left == 0 {
                        self.state = State::Head(Head::default());
                    }
                }
                State::Chunked(chunk) => match chunk.read(rest) {
                    Some((taken, ended)) => {
                        done += taken;
                        if ended {
                            self.state = State::Head(Head::default());
                        }
                    }
                    None if done > 0 => return Step::Pass(done),
                    None => return Step::Broken,
                },
            }
        }
    }
}

impl Head {
    /// The head's length and what follows it, when it is complete.
    fn read(
        &mut self,
        bytes: &[u8],
        limits: HeadLimits,
    ) -> Result<Option<(usize, State)>, StatusCode> {
        if !bytes[0].is_ascii_uppercase() {
            return Err(StatusCode::BAD_REQUEST);
        }
        while let Some(length) = memchr::memchr(b'\n', &bytes[self.line..]) {
            let end = self.line + length + 1;
            let line = bytes[self.line..end]
                .strip_suffix(b"\r\n")
                .ok_or(StatusCode::BAD_REQUEST)?;
            if self.first == 0 {
                self.request_line(line, limits)?;
                self.first = end;
            } else if line.is_empty() {
                return self.ended().map(|next| Some((end, next)));
            } else {
                self.header(line, limits)?;
            }
            self.line = end;
            if self.line - self.first > limits.head {
                return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
            }
        }
        let open = bytes.len() - self.line;
        if self.first == 0 && open > limits.target + 64 {
            return Err(StatusCode::URI_TOO_LONG);
        }
        if self.first > 0 && bytes.len() - self.first > limits.head {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        Ok(None)
    }

    fn request_line(&mut self, line: &[u8], limits: HeadLimits) -> Result<(), StatusCode> {
        let mut parts = line.split(|byte| *byte == b' ');
        let (Some(method), Some(target), Some(version), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(StatusCode::BAD_REQUEST);
        };
        if target.len() > limits.target {
            return Err(StatusCode::URI_TOO_LONG);
        }
        let known_method =
            (1..=16).contains(&method.len()) && method.iter().all(u8::is_ascii_uppercase);
        let plain_target =
            target.first() == Some(&b'/') && target.iter().all(|b| matches!(b, 0x21..=0x7e));
        self.http_10 = version == b"HTTP/1.0";
        if known_method && plain_target && (self.http_10 || version == b"HTTP/1.1") {
            Ok(())
        } else {
            Err(StatusCode::BAD_REQUEST)
        }
    }

    fn header(&mut self, line: &[u8], limits: HeadLimits) -> Result<(), StatusCode> {
        self.headers += 1;
        if self.headers > limits.headers {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        let colon = memchr::memchr(b':', line).ok_or(StatusCode::BAD_REQUEST)?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        let plain_name = !name.is_empty() && name.iter().all(|byte| is_token(*byte));
        let plain_value = value
            .iter()
            .all(|b| matches!(b, b'\t' | 0x20..=0x7e | 0x80..));
        if !plain_name || !plain_value {
            return Err(StatusCode::BAD_REQUEST);
        }
        if name.eq_ignore_ascii_case(b"host") {
            self.hosts += 1;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let digits = (1..=18).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
            if !digits || self.length.is_some() {
                return Err(StatusCode::BAD_REQUEST);
            }
            let value = value
                .iter()
                .fold(0, |sum, d| sum * 10 + u64::from(d - b'0'));
            self.length = Some(value);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(StatusCode::BAD_REQUEST);
            }
            self.chunked = true;
        }
        Ok(())
    }

    /// What the body looks like that a complete head announces.
    fn ended(&self) -> Result<State, StatusCode> {
        let ambiguous = self.chunked && (self.length.is_some() || self.http_10);
        if self.hosts != 1 || ambiguous {
            return Err(StatusCode::BAD_REQUEST);
        }
        Ok(match self.length {
            _ if self.chunked => State::Chunked(Chunk::START),
            Some(length) if length > 0 => State::Sized(length),
            _ => State::Head(Self::default()),
        })
    }
}

impl Chunk {
    const START: Self = Self::Size {
        digits: 0,
        value: 0,
    };

    /// How many bytes were read, and whether the body ended with them; `None` when the framing is broken.
    fn read(&mut self, bytes: &[u8]) -> Option<(usize, bool)> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let next = match *self {
                // Eight digits are 4 GiB, far above any body limit; extensions are not accepted.
                Self::Size { digits, value } => match char::from(byte).to_digit(16) {
                    Some(digit) if digits < 8 => Self::Size {
                        digits: digits + 1,
                        value: value * 16 + u64::from(digit),
                    },
                    None if byte == b'\r' && digits > 0 => Self::SizeEnd(value),
                    _ => return None,
                },
                Self::SizeEnd(value) if byte == b'\n' => match value {
                    0 => Self::LastCr,
                    _ => Self::Data(value),
                },
                Self::Data(left) => {
                    let here = (bytes.len() - at) as u64;
                    let taken = left.min(here);
                    at += usize::try_from(taken).ok()?;
                    *self = match left - taken {
                        0 => Self::DataCr,
                        left => Self::Data(left),
                    };
                    continue;
                }
                Self::DataCr if byte == b'\r' => Self::DataEnd,
                Self::DataEnd if byte == b'\n' => Self::START,
                Self::LastCr if byte == b'\r' => Self::LastEnd,
                Self::LastEnd if byte == b'\n' => return Some((at + 1, true)),
                _ => return None,
            };
            *self = next;
            at += 1;
        }
        Some((at, false))
    }
}

/// `tchar` of RFC 9110 section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
#[path = "screen_tests.rs"]
mod tests;

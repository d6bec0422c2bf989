//! Says what is wrong with a configuration file: the line, the reason, the way out.

use std::{fmt, ops::Range, path::Path};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Counted from one; 0 stands for the file as a whole.
    pub line: usize,
    pub text: String,
}

/// Everything that is wrong, in the file's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    pub fn whole(text: impl Into<String>) -> Self {
        let text = text.into();
        Self(vec![Problem { line: 0, text }])
    }

    pub(super) fn add(&mut self, file: &str, span: Range<usize>, text: impl Into<String>) {
        let text = text.into();
        self.0.push(Problem {
            line: line_of(file, span.start),
            text,
        });
        self.0.sort_by_key(|problem| problem.line);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            match problem.line {
                0 => write!(f, "{}", problem.text)?,
                line => write!(f, "line {line}: {}", problem.text)?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

fn line_of(file: &str, at: usize) -> usize {
    file.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// A file that others may write could send every password to a stranger.
#[cfg(unix)]
pub(super) fn permissions(path: &Path) -> Result<(), Problems> {
    use std::os::unix::fs::PermissionsExt;
    let shown = path.display();
    let found = std::fs::metadata(path)
        .map_err(|error| Problems::whole(format!("cannot read {shown}: {error}")))?;
    let mode = found.permissions().mode();
    if mode & 0o002 != 0 {
        return Err(Problems::whole(format!(
            "{shown} can be changed by every user of this machine; run: chmod o-w {shown}"
        )));
    }
    if mode & 0o004 != 0
        && let Ok(text) = std::fs::read_to_string(path)
        && let Some((line, key)) = secret_key(&text)
    {
        let text = format!(
            "`{key}` looks like a secret, and every user of this machine can read {shown}; remove it (the gateway \
             needs no secret: people type theirs when they sign in), change it where it is used, and run: chmod 600 {shown}"
        );
        return Err(Problems(vec![Problem { line, text }]));
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn permissions(_: &Path) -> Result<(), Problems> {
    Ok(())
}

/// What the parser says, in our form: its message without the picture, and the way out.
pub(super) fn explain(file: &str, error: &toml::de::Error) -> Problems {
    let line = error.span().map_or(0, |span| line_of(file, span.start));
    let mut text = error.message().to_owned();
    if let Some((_, key)) = secret_key(file).filter(|(at, _)| *at == line) {
        text = format!(
            "`{key}` looks like a secret; remove it, the gateway needs none: people type theirs when they sign in"
        );
    } else if text.starts_with("unknown field") {
        text.push_str("; docs/connecting.md shows every key");
    }
    Problems(vec![Problem { line, text }])
}

/// The first line whose key sounds like a secret's.
fn secret_key(file: &str) -> Option<(usize, &str)> {
    file.lines().enumerate().find_map(|(at, line)| {
        let key = line.split_once('=')?.0.trim();
        let lower = key.to_ascii_lowercase();
        let words = [
            "password",
            "passwd",
            "secret",
            "token",
            "access_key",
            "private_key",
        ];
        let secret = !lower.starts_with('#') && words.iter().any(|word| lower.contains(word));
        secret.then_some((at + 1, key))
    })
}

/// For messages: an address without what may be a password.
pub(super) fn without_userinfo(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}://…{}", &url[..scheme], &url[at..]),
        _ => url.to_owned(),
    }
}

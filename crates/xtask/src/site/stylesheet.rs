//! One style sheet of many files: `@import "…";` lines become the files' content, so that the browser asks once.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The entry and everything it imports, in order, without comments and indentation.
pub fn bundle(entry: &Path) -> Result<String> {
    let mut open = Vec::new();
    let mut out = String::new();
    include(entry, &mut open, &mut out)?;
    Ok(out)
}

fn include(path: &Path, open: &mut Vec<std::path::PathBuf>, out: &mut String) -> Result<()> {
    if open.iter().any(|file| file == path) {
        bail!("{} imports itself", path.display());
    }
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    open.push(path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    for line in without_comments(&text).lines() {
        let line = line.trim();
        if let Some(import) = line.strip_prefix("@import") {
            let name = imported(import)
                .with_context(|| format!("{}: cannot read `{line}`", path.display()))?;
            include(&folder.join(name), open, out)?;
        } else if !line.is_empty() {
            out.push_str(line);
            out.push('\n');
        }
    }
    open.pop();
    Ok(())
}

/// The name in ` "name";` or ` url("name");`. Layers and media on an import are not used in this project.
fn imported(rest: &str) -> Option<&str> {
    let rest = rest.trim().strip_suffix(';')?.trim();
    let rest = match rest.strip_prefix("url(") {
        Some(inner) => inner.strip_suffix(')')?,
        None => rest,
    };
    let name = rest.strip_prefix('"')?.strip_suffix('"')?;
    name.strip_prefix("./").or(Some(name))
}

/// Comments become nothing; text in quotes stays as it is.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut quote = None;
    while let Some(next) = rest.chars().next() {
        if quote.is_none() && rest.starts_with("/*") {
            rest = rest[2..].split_once("*/").map_or("", |(_, after)| after);
            continue;
        }
        let mut taken = next.len_utf8();
        match quote {
            Some(_) if next == '\\' => {
                taken += rest[taken..].chars().next().map_or(0, char::len_utf8);
            }
            Some(open) if next == open => quote = None,
            None if next == '"' || next == '\'' => quote = Some(next),
            _ => {}
        }
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_quoted_text_stays() {
        assert_eq!(
            without_comments("a { content: \"/* kept \\\" */\"; } /* gone */ b {}"),
            "a { content: \"/* kept \\\" */\"; }  b {}"
        );
        assert_eq!(without_comments("a /* never closed"), "a ");
    }

    #[test]
    fn imports_are_read_in_both_spellings() {
        assert_eq!(imported(" \"ui/button.css\";"), Some("ui/button.css"));
        assert_eq!(imported(" url(\"./tokens.css\");"), Some("tokens.css"));
        assert_eq!(imported(" \"print.css\" print;"), None);
    }
}

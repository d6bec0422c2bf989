//! Policies as Terraform configuration, for people who keep their policies in files.
//!
//! The resource is `opentelekomcloud_csbs_backup_policy_v1` of the public Terraform provider for
//! these clouds, and `opentelekomcloud_cbr_policy_v3` for a policy of vaults; the arguments are
//! those of the provider's reference.

use crate::model::{Policy, Retention};
use std::fmt::Write as _;

/// The configuration of one policy.
///
/// ```
/// use contract::{model::Policy, terraform};
/// let policy = Policy { name: "nightly".to_owned(), enabled: true, ..Policy::default() };
/// assert!(terraform::policy(&policy).starts_with("resource \"opentelekomcloud_csbs_backup_policy_v1\" \"nightly\" {\n"));
/// ```
pub fn policy(policy: &Policy) -> String {
    resource(policy, &label(&policy.name))
}

/// The configuration of several policies as one file, sorted by name; no label is used twice.
pub fn policies<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> String {
    let mut sorted: Vec<&Policy> = policies.into_iter().collect();
    sorted.sort_by(|one, two| (&one.name, &one.id).cmp(&(&two.name, &two.id)));
    let mut labels = Vec::with_capacity(sorted.len());
    let texts: Vec<String> = sorted
        .into_iter()
        .map(|policy| resource(policy, &free_label(&policy.name, &mut labels)))
        .collect();
    texts.join("\n")
}

fn resource(policy: &Policy, label: &str) -> String {
    if policy.generation.capabilities().vaults {
        return crate::cbr::terraform::policy(policy, label);
    }
    let mut text = String::new();
    let mut line = |indent: usize, content: &str| {
        let _ = writeln!(text, "{:indent$}{content}", "");
    };
    line(
        0,
        &format!(
            "resource \"opentelekomcloud_csbs_backup_policy_v1\" {} {{",
            quoted(label)
        ),
    );
    line(2, &format!("name        = {}", quoted(&policy.name)));
    if !policy.description.is_empty() {
        line(2, &format!("description = {}", quoted(&policy.description)));
    }
    for server in &policy.servers {
        line(0, "");
        line(2, "resource {");
        line(4, &format!("id   = {}", quoted(&server.id)));
        line(4, &format!("type = {}", quoted(&server.kind)));
        line(4, &format!("name = {}", quoted(&server.name)));
        line(2, "}");
    }
    line(0, "");
    line(2, "scheduled_operation {");
    line(4, &format!("enabled         = {}", policy.enabled));
    line(4, "operation_type  = \"backup\"");
    line(4, &format!("trigger_pattern = {}", quoted(&policy.pattern)));
    match &policy.retention {
        Retention::Forever => line(4, "permanent       = true"),
        Retention::Limited(limits) => {
            if let Some(count) = limits.count {
                line(4, &format!("max_backups     = {count}"));
            }
            if let Some(days) = limits.days {
                line(4, &format!("retention_duration_days = {days}"));
            }
            if let Some(long_term) = &limits.long_term {
                line(4, &format!("day_backups     = {}", long_term.day));
                line(4, &format!("week_backups    = {}", long_term.week));
                line(4, &format!("month_backups   = {}", long_term.month));
                line(4, &format!("year_backups    = {}", long_term.year));
                line(
                    4,
                    &format!("timezone        = {}", quoted(&long_term.timezone)),
                );
            }
        }
    }
    line(2, "}");
    if !policy.tags.is_empty() {
        line(0, "");
        line(2, "tags {");
        for tag in &policy.tags {
            line(4, &format!("{} = {}", quoted(&tag.key), quoted(&tag.value)));
        }
        line(2, "}");
    }
    line(0, "}");
    text
}

/// The label of a resource with this name, numbered where it is used already; it is used from then on.
pub(crate) fn free_label(name: &str, used: &mut Vec<String>) -> String {
    let plain = label(name);
    let numbered = (2..).map(|number| format!("{plain}_{number}"));
    let free = core::iter::once(plain.clone())
        .chain(numbered)
        .find(|label| !used.contains(label))
        .unwrap_or_default();
    used.push(free.clone());
    free
}

/// A resource label: letters, digits, `_` and `-`, beginning with a letter or `_`.
pub(crate) fn label(name: &str) -> String {
    let mut label: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    if !label.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        label.insert(0, '_');
    }
    label
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
    use crate::model::{Limits, PolicyServer};

    #[test]
    fn a_policy_is_written_with_everything_that_was_set() {
        let text = policy(&Policy {
            name: "2-nightly".to_owned(),
            enabled: true,
            pattern: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned(),
            retention: Retention::Limited(Limits {
                count: Some(14),
                ..Limits::default()
            }),
            servers: vec![PolicyServer {
                id: "5aa1".to_owned(),
                name: "web01".to_owned(),
                kind: "OS::Nova::Server".to_owned(),
                ..PolicyServer::default()
            }],
            ..Policy::default()
        });
        assert_eq!(
            text,
            r#"resource "opentelekomcloud_csbs_backup_policy_v1" "_2-nightly" {
  name        = "2-nightly"

  resource {
    id   = "5aa1"
    type = "OS::Nova::Server"
    name = "web01"
  }

  scheduled_operation {
    enabled         = true
    operation_type  = "backup"
    trigger_pattern = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    max_backups     = 14
  }
}
"#
        );
    }

    #[test]
    fn several_policies_are_one_file_in_which_no_label_is_twice() {
        let named = |name: &str| Policy {
            name: name.to_owned(),
            ..Policy::default()
        };
        let text = policies(&[named("b"), named("_1a"), named("1a")]);
        let heads: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("resource ") || line.starts_with("  name"))
            .collect();
        assert_eq!(
            heads,
            [
                r#"resource "opentelekomcloud_csbs_backup_policy_v1" "_1a" {"#,
                r#"  name        = "1a""#,
                r#"resource "opentelekomcloud_csbs_backup_policy_v1" "_1a_2" {"#,
                r#"  name        = "_1a""#,
                r#"resource "opentelekomcloud_csbs_backup_policy_v1" "b" {"#,
                r#"  name        = "b""#,
            ]
        );
        assert_eq!(policies(&[]), "");
    }

    #[test]
    fn no_text_is_interpolated_or_ends_its_literal() {
        assert_eq!(
            quoted("a\"b\\c${d}%{e}$f\u{7}"),
            "\"a\\\"b\\\\c$${d}%%{e}$f\\u0007\""
        );
    }
}

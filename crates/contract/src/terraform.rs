//! Policies as Terraform configuration, for people who keep their policies in files.
//!
//! The resource is `opentelekomcloud_csbs_backup_policy_v1` of the public Terraform provider for
//! these clouds, and `opentelekomcloud_cbr_policy_v3` for a policy of vaults; the arguments are
//! those of the provider's reference.

mod writer;

pub(crate) use writer::{Value, Writer};

use crate::model::{Policy, Retention};

/// The configuration of one policy.
///
/// ```
/// use contract::{model::Policy, terraform};
/// let policy = Policy { name: "nightly".to_owned(), enabled: true, ..Policy::default() };
/// assert!(terraform::policy(&policy).starts_with("resource \"opentelekomcloud_csbs_backup_policy_v1\" \"nightly\" {\n"));
/// ```
pub fn policy(policy: &Policy) -> String {
    let mut writer = Writer::default();
    resource(&mut writer, policy, &label(&policy.name));
    writer.finish()
}

/// The configuration of several policies as one file, sorted by name; no label is used twice.
pub fn policies<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> String {
    let mut sorted: Vec<&Policy> = policies.into_iter().collect();
    sorted.sort_by(|one, two| (&one.name, &one.id).cmp(&(&two.name, &two.id)));
    let mut labels = Vec::with_capacity(sorted.len());
    let mut writer = Writer::default();
    for policy in sorted {
        resource(&mut writer, policy, &free_label(&policy.name, &mut labels));
    }
    writer.finish()
}

fn resource(writer: &mut Writer, policy: &Policy, label: &str) {
    if policy.generation.capabilities().vaults {
        return crate::cbr::terraform::policy(writer, policy, label);
    }
    let labels = ["opentelekomcloud_csbs_backup_policy_v1", label];
    writer.block("resource", &labels, |resource| {
        let mut head = vec![("name", Value::Text(&policy.name))];
        if !policy.description.is_empty() {
            head.push(("description", Value::Text(&policy.description)));
        }
        resource.arguments(&head);
        for server in &policy.servers {
            resource.block("resource", &[], |block| {
                block.arguments(&[
                    ("id", Value::Text(&server.id)),
                    ("type", Value::Text(&server.kind)),
                    ("name", Value::Text(&server.name)),
                ]);
            });
        }
        resource.block("scheduled_operation", &[], |block| operation(block, policy));
        for tag in &policy.tags {
            resource.block("tags", &[], |block| {
                block.arguments(&[
                    ("key", Value::Text(&tag.key)),
                    ("value", Value::Text(&tag.value)),
                ]);
            });
        }
    });
}

fn operation(block: &mut Writer, policy: &Policy) {
    let number = |value: u32| Value::Number(value.into());
    let mut arguments = vec![
        ("enabled", Value::Flag(policy.enabled)),
        ("operation_type", Value::Text("backup")),
        ("trigger_pattern", Value::Text(&policy.pattern)),
    ];
    match &policy.retention {
        Retention::Forever => arguments.push(("permanent", Value::Flag(true))),
        Retention::Limited(limits) => {
            arguments.extend(limits.count.map(|count| ("max_backups", number(count))));
            let days = limits.days.map(number);
            arguments.extend(days.map(|days| ("retention_duration_days", days)));
            if let Some(slots) = &limits.long_term {
                arguments.extend([
                    ("day_backups", number(slots.day)),
                    ("week_backups", number(slots.week)),
                    ("month_backups", number(slots.month)),
                    ("year_backups", number(slots.year)),
                    ("timezone", Value::Text(&slots.timezone)),
                ]);
            }
        }
    }
    block.arguments(&arguments);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Limits, PolicyServer, Tag};

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
            tags: vec![Tag {
                key: "env".to_owned(),
                value: "prod".to_owned(),
            }],
            ..Policy::default()
        });
        assert_eq!(
            text,
            r#"resource "opentelekomcloud_csbs_backup_policy_v1" "_2-nightly" {
  name = "2-nightly"

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

  tags {
    key   = "env"
    value = "prod"
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
                r#"  name = "1a""#,
                r#"resource "opentelekomcloud_csbs_backup_policy_v1" "_1a_2" {"#,
                r#"  name = "_1a""#,
                r#"resource "opentelekomcloud_csbs_backup_policy_v1" "b" {"#,
                r#"  name = "b""#,
            ]
        );
        assert_eq!(policies(&[]), "");
    }
}

//! A policy of vaults as Terraform configuration: `opentelekomcloud_cbr_policy_v3` of the public
//! provider for these clouds; its arguments are those of the provider's reference.

use super::policies::Definition;
use crate::model::{Policy, PolicyKind};
use crate::terraform::{Value, Writer};

/// The zone the provider asks for where none is needed.
const ZONE: &str = "UTC+00:00";

/// The configuration of one policy under a label. What the provider has no argument for is said in
/// comments: vaults name their policy in their own resource.
pub(crate) fn policy(writer: &mut Writer, policy: &Policy, label: &str) {
    let labels = ["opentelekomcloud_cbr_policy_v3", label];
    writer.block("resource", &labels, |resource| {
        let rules: Vec<&str> = policy.patterns().collect();
        let mut head = vec![
            ("name", Value::Text(&policy.name)),
            ("operation_type", Value::Text(policy.kind.as_str())),
            ("enabled", Value::Flag(policy.enabled)),
        ];
        match rules.as_slice() {
            [_, _, ..] => {
                resource.arguments(&head);
                resource.lines("trigger_pattern", rules);
            }
            _ => {
                head.push(("trigger_pattern", Value::Texts(rules)));
                resource.arguments(&head);
            }
        }
        definition(resource, &Definition::of(policy));
        for unsaid in unsaid(policy) {
            resource.comment(&unsaid);
        }
    });
}

/// What is kept; for ever when nothing is said.
pub(crate) fn definition(resource: &mut Writer, definition: &Definition) {
    let numbers = [
        ("max_backups", definition.max_backups),
        (
            "retention_duration_days",
            definition.retention_duration_days,
        ),
        ("day_backups", definition.day_backups),
        ("week_backups", definition.week_backups),
        ("month_backups", definition.month_backups),
        ("year_backups", definition.year_backups),
    ];
    let set = numbers.into_iter();
    let mut set: Vec<_> = set
        .filter_map(|(name, value)| Some((name, Value::Number(value?))))
        .collect();
    if set.is_empty() {
        return;
    }
    let zone = match definition.timezone.as_str() {
        "" => ZONE,
        zone => zone,
    };
    set.push(("timezone", Value::Text(zone)));
    resource.block("operation_definition", &[], |block| block.arguments(&set));
}

/// What the provider's resource cannot say of a policy.
fn unsaid(policy: &Policy) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(runs) = policy.full_every {
        found.push(format!(
            "The provider has no argument for a full backup after every {runs} runs."
        ));
    }
    if let Some(minutes) = policy.start_window {
        found.push(format!(
            "The provider has no argument for a start window of {minutes} minutes."
        ));
    }
    if policy.further_retention.is_some() {
        found.push("The provider has no argument for advanced retention rules.".to_owned());
    }
    if let PolicyKind::Replication(to) = &policy.kind {
        found.push(format!(
            "The provider has no argument for where copies go: project {}, region {}.",
            word(&to.project_id),
            word(&to.region),
        ));
        if to.acceleration {
            found.push("The provider has no argument for acceleration.".to_owned());
        }
    }
    if !policy.vaults.is_empty() {
        found.push(
            "Vaults name it in their own resource: policy { id = … } of opentelekomcloud_cbr_vault_v3."
                .to_owned(),
        );
    }
    found
}

/// A text as it can stand in a comment.
fn word(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use crate::model::{Destination, Generation, Limits, LongTerm, Policy, PolicyKind, Retention};
    use crate::terraform;

    #[test]
    fn a_policy_of_vaults_is_written_with_all_its_rules_and_what_is_left_out_is_said() {
        let slots = LongTerm {
            week: 4,
            timezone: "UTC+01:00".to_owned(),
            ..LongTerm::default()
        };
        let policy = Policy {
            generation: Generation::Cbr,
            name: "weekly".to_owned(),
            enabled: true,
            pattern: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0".to_owned(),
            further_patterns: vec!["FREQ=WEEKLY;BYDAY=SU;BYHOUR=14;BYMINUTE=0".to_owned()],
            retention: Retention::Limited(Limits {
                count: Some(7),
                days: None,
                long_term: Some(slots),
            }),
            full_every: Some(6),
            ..Policy::default()
        };
        assert_eq!(
            terraform::policy(&policy),
            r#"resource "opentelekomcloud_cbr_policy_v3" "weekly" {
  name           = "weekly"
  operation_type = "backup"
  enabled        = true

  trigger_pattern = [
    "FREQ=DAILY;BYHOUR=2;BYMINUTE=0",
    "FREQ=WEEKLY;BYDAY=SU;BYHOUR=14;BYMINUTE=0",
  ]

  operation_definition {
    max_backups   = 7
    day_backups   = 0
    week_backups  = 4
    month_backups = 0
    year_backups  = 0
    timezone      = "UTC+01:00"
  }

  # The provider has no argument for a full backup after every 6 runs.
}
"#
        );
    }

    #[test]
    fn copies_name_their_destination() {
        let policy = Policy {
            generation: Generation::Cbr,
            name: "far".to_owned(),
            pattern: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0".to_owned(),
            kind: PolicyKind::Replication(Destination {
                region: "eu-nl".to_owned(),
                project_id: "p2".to_owned(),
                acceleration: true,
            }),
            ..Policy::default()
        };
        let text = terraform::policy(&policy);
        for part in [
            "operation_type  = \"replication\"",
            "# The provider has no argument for where copies go: project p2, region eu-nl.",
            "# The provider has no argument for acceleration.",
            "trigger_pattern = [\"FREQ=DAILY;BYHOUR=2;BYMINUTE=0\"]",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}

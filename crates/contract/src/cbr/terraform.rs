//! A policy of vaults as Terraform configuration: `opentelekomcloud_cbr_policy_v3` of the public
//! provider for these clouds; its arguments are those of the provider's reference.

use std::fmt::Write as _;

use super::policies::Definition;
use crate::model::{Policy, PolicyKind};
use crate::terraform::quoted;

/// The configuration of one policy under a label. What the provider has no argument for is said in
/// comments: vaults name their policy in their own resource.
pub(crate) fn policy(policy: &Policy, label: &str) -> String {
    let mut text = String::new();
    let mut line = |indent: usize, content: &str| {
        let _ = writeln!(text, "{:indent$}{content}", "");
    };
    line(
        0,
        &format!(
            "resource \"opentelekomcloud_cbr_policy_v3\" {} {{",
            quoted(label)
        ),
    );
    line(2, &format!("name            = {}", quoted(&policy.name)));
    line(
        2,
        &format!("operation_type  = \"{}\"", policy.kind.as_str()),
    );
    line(2, &format!("enabled         = {}", policy.enabled));
    let rules: Vec<String> = policy.patterns().map(quoted).collect();
    match rules.as_slice() {
        [only] => line(2, &format!("trigger_pattern = [{only}]")),
        several => {
            line(2, "trigger_pattern = [");
            for rule in several {
                line(4, &format!("{rule},"));
            }
            line(2, "]");
        }
    }
    if let PolicyKind::Replication(to) = &policy.kind {
        line(0, "");
        line(
            2,
            &format!("destination_region     = {}", quoted(&to.region)),
        );
        line(
            2,
            &format!("destination_project_id = {}", quoted(&to.project_id)),
        );
    }
    let definition = Definition::of(policy);
    let numbers = [
        ("max_backups            ", definition.max_backups),
        (
            "retention_duration_days",
            definition.retention_duration_days,
        ),
        ("day_backups            ", definition.day_backups),
        ("week_backups           ", definition.week_backups),
        ("month_backups          ", definition.month_backups),
        ("year_backups           ", definition.year_backups),
    ];
    line(0, "");
    line(2, "operation_definition {");
    for (name, number) in numbers {
        if let Some(number) = number {
            line(4, &format!("{name} = {number}"));
        }
    }
    if !definition.timezone.is_empty() {
        line(
            4,
            &format!("timezone                = {}", quoted(&definition.timezone)),
        );
    }
    line(2, "}");
    for unsaid in unsaid(policy) {
        line(2, &format!("# {unsaid}"));
    }
    line(0, "}");
    text
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
    if matches!(&policy.kind, PolicyKind::Replication(to) if to.acceleration) {
        found.push("The provider has no argument for acceleration.".to_owned());
    }
    if !policy.vaults.is_empty() {
        found.push(
            "Vaults name it in their own resource: policy { id = … } of opentelekomcloud_cbr_vault_v3."
                .to_owned(),
        );
    }
    found
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
  name            = "weekly"
  operation_type  = "backup"
  enabled         = true
  trigger_pattern = [
    "FREQ=DAILY;BYHOUR=2;BYMINUTE=0",
    "FREQ=WEEKLY;BYDAY=SU;BYHOUR=14;BYMINUTE=0",
  ]

  operation_definition {
    max_backups             = 7
    day_backups             = 0
    week_backups            = 4
    month_backups           = 0
    year_backups            = 0
    timezone                = "UTC+01:00"
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
            "destination_region     = \"eu-nl\"",
            "destination_project_id = \"p2\"",
            "# The provider has no argument for acceleration.",
            "trigger_pattern = [\"FREQ=DAILY;BYHOUR=2;BYMINUTE=0\"]",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}

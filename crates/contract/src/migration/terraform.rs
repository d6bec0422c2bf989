//! The plan as Terraform configuration: `opentelekomcloud_cbr_policy_v3` and `opentelekomcloud_cbr_vault_v3`
//! of the public provider for these clouds, with the arguments of its reference.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::cbr::policies::Definition;
use crate::terraform::{free_label, quoted};

use super::{Plan, PlannedPolicy, PlannedVault};

/// The zone the provider asks for where none is needed.
const ZONE: &str = "UTC+00:00";

/// What the reader has to know: the configuration makes the same objects in another way.
const HEAD: &str = "\
# What the migration from CSBS to CBR would make, as new policies and vaults.
# Backups do not come along this way: they stay in CSBS.
# A server can be in one place only: take it out of its policy of CSBS before.
";

/// The configuration of a plan; empty for a plan that makes nothing. No label is used twice.
///
/// ```
/// use contract::migration::{Present, plan, terraform};
/// assert_eq!(terraform(&plan(&Present::default())), "");
/// ```
pub fn terraform(plan: &Plan) -> String {
    if plan.is_empty() {
        return String::new();
    }
    let mut text = String::from(HEAD);
    let mut used = Vec::new();
    let mut labels: HashMap<&str, String> = HashMap::new();
    for planned in &plan.policies {
        let label = free_label(planned.create.name.as_str(), &mut used);
        text.push('\n');
        policy(&mut text, planned, &label);
        labels.insert(&planned.from.id, label);
    }
    used.clear();
    for planned in &plan.vaults {
        let label = free_label(planned.name.as_str(), &mut used);
        let applied = plan.policy_of(planned);
        let applied = applied.and_then(|policy| labels.get(policy.from.id.as_str()));
        text.push('\n');
        vault(&mut text, planned, &label, applied.map(String::as_str));
    }
    text
}

fn policy(text: &mut String, planned: &PlannedPolicy, label: &str) {
    let create = &planned.create;
    let rules: Vec<String> = create
        .trigger
        .properties
        .pattern
        .iter()
        .map(|rule| quoted(rule))
        .collect();
    let kind = create.operation_type.as_deref().unwrap_or("backup");
    let _ = writeln!(
        text,
        "resource \"opentelekomcloud_cbr_policy_v3\" {} {{\n  \
           name            = {}\n  \
           operation_type  = {}\n  \
           enabled         = {}\n  \
           trigger_pattern = [{}]",
        quoted(label),
        quoted(create.name.as_str()),
        quoted(kind),
        create.enabled.unwrap_or(true),
        rules.join(", "),
    );
    definition(text, &create.operation_definition);
    text.push_str("}\n");
}

fn definition(text: &mut String, definition: &Definition) {
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
    let set: Vec<(&str, i64)> = numbers
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    if set.is_empty() {
        return;
    }
    let width = set
        .iter()
        .map(|(name, _)| name.len())
        .fold("timezone".len(), usize::max);
    text.push_str("\n  operation_definition {\n");
    for (name, value) in set {
        let _ = writeln!(text, "    {name:width$} = {value}");
    }
    let zone = match definition.timezone.as_str() {
        "" => ZONE,
        zone => zone,
    };
    let _ = writeln!(text, "    {:width$} = {}\n  }}", "timezone", quoted(zone));
}

fn vault(text: &mut String, planned: &PlannedVault, label: &str, policy: Option<&str>) {
    let _ = writeln!(
        text,
        "resource \"opentelekomcloud_cbr_vault_v3\" {} {{",
        quoted(label)
    );
    let name = quoted(planned.name.as_str());
    match policy {
        Some(policy) => {
            let _ = writeln!(
                text,
                "  name             = {name}\n  \
                   backup_policy_id = opentelekomcloud_cbr_policy_v3.{policy}.id"
            );
        }
        None => {
            let _ = writeln!(text, "  name = {name}");
        }
    }
    let _ = writeln!(
        text,
        "\n  # {}.\n  billing {{\n    \
           size             = {}\n    \
           object_type      = \"server\"\n    \
           protect_type     = \"{}\"\n    \
           consistent_level = \"crash_consistent\"\n    \
           charging_mode    = \"post_paid\"\n  }}",
        planned.size,
        planned.size.gb,
        planned.protect_type(),
    );
    for server in &planned.servers {
        let _ = writeln!(
            text,
            "\n  resource {{\n    id   = {}\n    type = {}\n    name = {}\n  }}",
            quoted(&server.id),
            quoted(&server.kind),
            quoted(server.name.as_deref().unwrap_or_default()),
        );
    }
    if !planned.tags.is_empty() {
        text.push_str("\n  tags = {\n");
        for tag in &planned.tags {
            let _ = writeln!(text, "    {} = {}", quoted(&tag.key), quoted(&tag.value));
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
}

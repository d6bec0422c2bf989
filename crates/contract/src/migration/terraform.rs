//! The plan as Terraform configuration: `opentelekomcloud_cbr_policy_v3` and `opentelekomcloud_cbr_vault_v3`
//! of the public provider for these clouds, with the arguments of its reference.

use std::collections::HashMap;

use crate::cbr::terraform::definition;
use crate::terraform::{Value, Writer, free_label};

use super::{Plan, PlannedPolicy, PlannedVault};

/// What the reader has to know: the configuration makes the same objects in another way.
const HEAD: [&str; 3] = [
    "What the migration from CSBS to CBR would make, as new policies and vaults.",
    "Backups do not come along this way: they stay in CSBS.",
    "A server can be in one place only: take it out of its policy of CSBS before.",
];

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
    let mut writer = Writer::default();
    for line in HEAD {
        writer.comment(line);
    }
    writer.space();
    let mut used = Vec::new();
    let mut labels: HashMap<&str, String> = HashMap::new();
    for planned in &plan.policies {
        let label = free_label(planned.create.name.as_str(), &mut used);
        policy(&mut writer, planned, &label);
        labels.insert(&planned.from.id, label);
    }
    used.clear();
    for planned in &plan.vaults {
        let label = free_label(planned.name.as_str(), &mut used);
        let applied = plan.policy_of(planned);
        let applied = applied.and_then(|policy| labels.get(policy.from.id.as_str()));
        vault(&mut writer, planned, &label, applied.map(String::as_str));
    }
    writer.finish()
}

fn policy(writer: &mut Writer, planned: &PlannedPolicy, label: &str) {
    let create = &planned.create;
    let rules = &create.trigger.properties.pattern;
    let kind = create.operation_type.as_deref().unwrap_or("backup");
    let labels = ["opentelekomcloud_cbr_policy_v3", label];
    writer.block("resource", &labels, |resource| {
        resource.arguments(&[
            ("name", Value::Text(create.name.as_str())),
            ("operation_type", Value::Text(kind)),
            ("enabled", Value::Flag(create.enabled.unwrap_or(true))),
            (
                "trigger_pattern",
                Value::Texts(rules.iter().map(String::as_str).collect()),
            ),
        ]);
        definition(resource, &create.operation_definition);
    });
}

fn vault(writer: &mut Writer, planned: &PlannedVault, label: &str, policy: Option<&str>) {
    let labels = ["opentelekomcloud_cbr_vault_v3", label];
    writer.block("resource", &labels, |resource| {
        let mut head = vec![("name", Value::Text(planned.name.as_str()))];
        if let Some(policy) = policy {
            let to = format!("opentelekomcloud_cbr_policy_v3.{policy}.id");
            head.push(("backup_policy_id", Value::Reference(to)));
        }
        resource.arguments(&head);
        resource.comment(&format!("{}.", planned.size));
        resource.block("billing", &[], |block| {
            block.arguments(&[
                ("size", Value::Number(planned.size.gb)),
                ("object_type", Value::Text("server")),
                ("protect_type", Value::Text(planned.protect_type())),
                ("consistent_level", Value::Text("crash_consistent")),
                ("charging_mode", Value::Text("post_paid")),
            ]);
        });
        for server in &planned.servers {
            resource.block("resource", &[], |block| {
                block.arguments(&[
                    ("id", Value::Text(&server.id)),
                    ("type", Value::Text(&server.kind)),
                    (
                        "name",
                        Value::Text(server.name.as_deref().unwrap_or_default()),
                    ),
                ]);
            });
        }
        let tags = planned.tags.iter();
        resource.map(
            "tags",
            tags.map(|tag| (tag.key.as_str(), tag.value.as_str())),
        );
    });
}

//! A vault as Terraform configuration: `opentelekomcloud_cbr_vault_v3` of the public provider for
//! these clouds; its arguments are those of the provider's reference.

use crate::cbr::Tag;
use crate::cbr::vaults::VaultCreate;
use crate::terraform::{Value, Writer, label};

/// The configuration of a vault that is being made. What the provider has no argument for (the
/// threshold and its notice, the prefix of backup names) is said in a comment.
///
/// ```
/// use contract::{cbr::vaults::VaultCreate, vault::as_terraform};
/// let wanted: VaultCreate = serde_json::from_value(serde_json::json!({
///     "name": "servers", "resources": [],
///     "billing": {"consistent_level": "crash_consistent", "object_type": "server", "protect_type": "backup", "size": 200},
/// })).unwrap();
/// assert!(as_terraform(&wanted).starts_with("resource \"opentelekomcloud_cbr_vault_v3\" \"servers\" {\n"));
/// ```
pub fn as_terraform(vault: &VaultCreate) -> String {
    let mut writer = Writer::default();
    let name = vault.name.as_str();
    let labels = ["opentelekomcloud_cbr_vault_v3", &label(name)];
    writer.block("resource", &labels, |resource| {
        let mut head = vec![("name", Value::Text(name))];
        let description = vault.description.as_ref().map(|text| text.as_str());
        let description = description.filter(|text| !text.is_empty());
        head.extend(description.map(|text| ("description", Value::Text(text))));
        resource.arguments(&head);
        let billing = &vault.billing;
        resource.block("billing", &[], |block| {
            block.arguments(&[
                ("size", Value::Number(billing.size)),
                ("object_type", Value::Text(&billing.object_type)),
                ("protect_type", Value::Text(&billing.protect_type)),
                ("consistent_level", Value::Text(&billing.consistent_level)),
                ("charging_mode", Value::Text("post_paid")),
            ]);
        });
        for held in &vault.resources {
            let mut arguments = vec![
                ("id", Value::Text(&held.id)),
                ("type", Value::Text(&held.kind)),
            ];
            let extra = held.extra_info.as_ref();
            let excluded = extra.and_then(|extra| extra.exclude_volumes.as_deref());
            if let Some(excluded) = excluded.filter(|ids| !ids.is_empty()) {
                let ids = excluded.iter().map(String::as_str).collect();
                arguments.push(("exclude_volumes", Value::Texts(ids)));
            }
            resource.block("resource", &[], |block| block.arguments(&arguments));
        }
        if let Some(policy) = vault.backup_policy_id.as_deref() {
            resource.block("policy", &[], |block| {
                block.arguments(&[("id", Value::Text(policy))]);
            });
        }
        let on = |argument, value| (value == Some(true)).then_some((argument, Value::Flag(true)));
        let flags = [
            on("auto_bind", vault.auto_bind),
            on("auto_expand", vault.auto_expand),
            on("locked", vault.locked),
        ];
        resource.arguments(&flags.into_iter().flatten().collect::<Vec<_>>());
        if vault.auto_bind == Some(true) {
            let rules = vault.bind_rules.as_ref();
            let rules = rules.and_then(|rules| rules.tags.as_deref());
            resource.map("bind_rules", pairs(rules));
        }
        resource.map("tags", pairs(vault.tags.as_deref()));
        let is_told = vault.smn_notify.is_some() || vault.backup_name_prefix.is_some();
        if vault.threshold.is_some() || is_told {
            resource.comment(
                "The provider has no argument for threshold, notification and name prefix.",
            );
        }
    });
    writer.finish()
}

fn pairs(tags: Option<&[Tag]>) -> impl Iterator<Item = (&str, &str)> {
    let tags = tags.unwrap_or_default().iter();
    tags.map(|tag| (tag.key.as_str(), tag.value.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_vault_is_written_with_everything_that_was_set() {
        let wanted: VaultCreate = serde_json::from_value(json!({
            "name": "1st", "description": "say \"hi\"", "backup_policy_id": "p1",
            "billing": {"consistent_level": "crash_consistent", "object_type": "server", "protect_type": "backup", "size": 200},
            "resources": [{"id": "s1", "type": "OS::Nova::Server", "extra_info": {"exclude_volumes": ["v1"]}}],
            "auto_bind": true, "bind_rules": {"tags": [{"key": "env", "value": "prod"}]},
            "auto_expand": true, "threshold": 80, "tags": [{"key": "team", "value": "${x}"}],
        }))
        .unwrap();
        assert_eq!(
            as_terraform(&wanted),
            r#"resource "opentelekomcloud_cbr_vault_v3" "_1st" {
  name        = "1st"
  description = "say \"hi\""

  billing {
    size             = 200
    object_type      = "server"
    protect_type     = "backup"
    consistent_level = "crash_consistent"
    charging_mode    = "post_paid"
  }

  resource {
    id              = "s1"
    type            = "OS::Nova::Server"
    exclude_volumes = ["v1"]
  }

  policy {
    id = "p1"
  }

  auto_bind   = true
  auto_expand = true

  bind_rules = {
    "env" = "prod"
  }

  tags = {
    "team" = "$${x}"
  }

  # The provider has no argument for threshold, notification and name prefix.
}
"#
        );
    }
}

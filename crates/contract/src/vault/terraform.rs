//! A vault as Terraform configuration: `opentelekomcloud_cbr_vault_v3` of the public provider for
//! these clouds; its arguments are those of the provider's reference.

use std::fmt::Write as _;

use crate::cbr::Tag;
use crate::cbr::vaults::VaultCreate;
use crate::terraform::{label, quoted};

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
    let mut out = String::new();
    let name = vault.name.as_str();
    let _ = writeln!(
        out,
        "resource \"opentelekomcloud_cbr_vault_v3\" {} {{",
        quoted(&label(name))
    );
    let _ = writeln!(out, "  name = {}", quoted(name));
    let description = vault.description.as_ref().map(|text| text.as_str());
    if let Some(text) = description.filter(|text| !text.is_empty()) {
        let _ = writeln!(out, "  description = {}", quoted(text));
    }
    let billing = &vault.billing;
    let _ = writeln!(
        out,
        "\n  billing {{\n    size             = {}\n    object_type      = {}\n    protect_type     = {}\n    \
         consistent_level = {}\n    charging_mode    = \"post_paid\"\n  }}",
        billing.size,
        quoted(&billing.object_type),
        quoted(&billing.protect_type),
        quoted(&billing.consistent_level),
    );
    for resource in &vault.resources {
        let _ = writeln!(
            out,
            "\n  resource {{\n    id   = {}\n    type = {}",
            quoted(&resource.id),
            quoted(&resource.kind)
        );
        let extra = resource.extra_info.as_ref();
        let excluded = extra.and_then(|extra| extra.exclude_volumes.as_deref());
        if let Some(excluded) = excluded.filter(|ids| !ids.is_empty()) {
            let ids: Vec<_> = excluded.iter().map(|id| quoted(id)).collect();
            let _ = writeln!(out, "    exclude_volumes = [{}]", ids.join(", "));
        }
        out.push_str("  }\n");
    }
    if let Some(policy) = vault.backup_policy_id.as_deref() {
        let _ = writeln!(out, "\n  policy {{\n    id = {}\n  }}", quoted(policy));
    }
    if vault.auto_bind == Some(true) {
        out.push_str("\n  auto_bind = true\n");
        let rules = vault.bind_rules.as_ref();
        let rules = rules.and_then(|rules| rules.tags.as_deref());
        map(&mut out, "bind_rules", rules.unwrap_or_default());
    }
    for (argument, value) in [("auto_expand", vault.auto_expand), ("locked", vault.locked)] {
        if value == Some(true) {
            let _ = writeln!(out, "\n  {argument} = true");
        }
    }
    map(&mut out, "tags", vault.tags.as_deref().unwrap_or_default());
    if vault.threshold.is_some() || vault.smn_notify.is_some() || vault.backup_name_prefix.is_some()
    {
        out.push_str(
            "\n  # The provider has no argument for threshold, notification and name prefix.\n",
        );
    }
    out.push_str("}\n");
    out
}

fn map(out: &mut String, argument: &str, tags: &[Tag]) {
    if tags.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n  {argument} = {{");
    for tag in tags {
        let _ = writeln!(out, "    {} = {}", quoted(&tag.key), quoted(&tag.value));
    }
    out.push_str("  }\n");
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
  name = "1st"
  description = "say \"hi\""

  billing {
    size             = 200
    object_type      = "server"
    protect_type     = "backup"
    consistent_level = "crash_consistent"
    charging_mode    = "post_paid"
  }

  resource {
    id   = "s1"
    type = "OS::Nova::Server"
    exclude_volumes = ["v1"]
  }

  policy {
    id = "p1"
  }

  auto_bind = true

  bind_rules = {
    "env" = "prod"
  }

  auto_expand = true

  tags = {
    "team" = "$${x}"
  }

  # The provider has no argument for threshold, notification and name prefix.
}
"#
        );
    }
}

//! Whether a policy of vaults can be made or changed (cbr-v3 5.5, 37 and 40). Deleting one is never
//! refused: it is taken off its vaults.

use super::VaultRefusal;
use crate::cbr::policies::{Definition, PolicyCreate, PolicyUpdate};
use crate::cbr::rules::{MAX_POLICIES, check_definition, check_rules, within};
use crate::model::{Policy, PolicyKind};

/// Minutes a run may be late.
pub const START_WINDOW: (i64, i64) = (60, 480);

/// Everything that keeps a policy from being made. `alike` is how many policies of its kind the
/// project has, `region` the project's own; where that is not known, it is empty.
///
/// ```
/// use contract::cbr::policies::PolicyCreate;
/// use contract::vault::policy_create_refusals;
/// let wanted: PolicyCreate = serde_json::from_value(serde_json::json!({
///     "name": "nightly", "operation_definition": {"max_backups": 7},
///     "trigger": {"properties": {"pattern": ["FREQ=DAILY;BYHOUR=2;BYMINUTE=0"]}},
/// })).unwrap();
/// assert!(policy_create_refusals(&wanted, 31, "eu-de").is_empty());
/// assert_eq!(policy_create_refusals(&wanted, 32, "eu-de")[0].code(), "BackupService.6001");
/// ```
pub fn policy_create_refusals(
    wanted: &PolicyCreate,
    alike: usize,
    region: &str,
) -> Vec<VaultRefusal> {
    let replication = wanted.operation_type.as_deref() == Some("replication");
    let mut found = definition(&wanted.operation_definition, replication, region);
    let properties = &wanted.trigger.properties;
    found.extend(trigger(
        Some(&properties.pattern),
        properties.start_window_minutes,
    ));
    if alike >= MAX_POLICIES {
        found.push(VaultRefusal::TooManyPolicies {
            count: alike,
            replication,
        });
    }
    found
}

/// Everything that keeps a policy from being changed; `present` is the policy as it is, nothing when
/// there is none with this id.
pub fn policy_update_refusals(
    id: &str,
    change: &PolicyUpdate,
    present: Option<&Policy>,
    region: &str,
) -> Vec<VaultRefusal> {
    let Some(present) = present else {
        return vec![VaultRefusal::NoPolicy(id.to_owned())];
    };
    let mut found = Vec::new();
    if let Some(wanted) = &change.operation_definition {
        let replication = matches!(present.kind, PolicyKind::Replication(_));
        found.extend(definition(wanted, replication, region));
        if let PolicyKind::Replication(to) = &present.kind
            && (&to.region, &to.project_id)
                != (&wanted.destination_region, &wanted.destination_project_id)
            && !present.vaults.is_empty()
        {
            found.push(VaultRefusal::PolicyApplied {
                policy: present.name.clone(),
                vaults: present.vaults.len(),
            });
        }
    }
    if let Some(wanted) = &change.trigger {
        let properties = &wanted.properties;
        found.extend(trigger(
            properties.pattern.as_deref(),
            properties.start_window_minutes.flatten(),
        ));
    }
    found
}

fn definition(wanted: &Definition, replication: bool, region: &str) -> Vec<VaultRefusal> {
    let field = |member: &str| format!("policy.operation_definition.{member}");
    let mut found = Vec::new();
    if let Err(problem) = check_definition(wanted, replication) {
        found.push(VaultRefusal::invalid(field(problem.member), problem.rule));
    }
    if replication && !region.is_empty() && wanted.destination_region == region {
        let rule = format!("`{region}` is the local region; choose another");
        found.push(VaultRefusal::invalid(field("destination_region"), rule));
    }
    found
}

fn trigger(pattern: Option<&[String]>, minutes: Option<i64>) -> Option<VaultRefusal> {
    let field = |member: &str| format!("policy.trigger.properties.{member}");
    if let Some(Err(rule)) = pattern.map(check_rules) {
        let rule = rule.trim_end_matches('.');
        return Some(VaultRefusal::invalid(field("pattern"), rule));
    }
    let rule = within(minutes?, START_WINDOW).err()?;
    Some(VaultRefusal::invalid(field("start_window_minutes"), rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn codes(found: &[VaultRefusal]) -> Vec<&'static str> {
        found.iter().map(VaultRefusal::code).collect()
    }

    fn far(vaults: usize) -> Policy {
        let vaults: Vec<_> = (0..vaults)
            .map(|n| json!({"vault_id": format!("v{n}")}))
            .collect();
        let policy: crate::cbr::Policy = serde_json::from_value(json!({
            "id": "p", "name": "far", "operation_type": "replication", "associated_vaults": vaults,
            "operation_definition": {"destination_region": "eu-nl", "destination_project_id": "p2"},
        }))
        .unwrap();
        policy.into()
    }

    #[test]
    fn each_reason_against_a_new_policy_has_its_code() {
        let of = |members: serde_json::Value, pattern: &str| {
            let wanted: PolicyCreate = serde_json::from_value(json!({
                "name": "p", "operation_type": "replication", "operation_definition": members,
                "trigger": {"properties": {"pattern": [pattern], "start_window_minutes": 60}},
            }))
            .unwrap();
            codes(&policy_create_refusals(&wanted, 0, "eu-de"))
        };
        let daily = "FREQ=DAILY;BYHOUR=2;BYMINUTE=0";
        let there = json!({"destination_region": "eu-nl", "destination_project_id": "p2"});
        assert_eq!(of(there.clone(), daily), [""; 0]);
        assert_eq!(of(there, "FREQ=HOURLY"), ["BackupService.9900"]);
        let here = json!({"destination_region": "eu-de", "destination_project_id": "p2"});
        assert_eq!(of(here, daily), ["BackupService.9900"]);
    }

    #[test]
    fn a_policy_on_vaults_keeps_copying_to_where_it_does() {
        let change = |region: &str| -> PolicyUpdate {
            serde_json::from_value(json!({"operation_definition": {"destination_region": region, "destination_project_id": "p2"}}))
                .unwrap()
        };
        let of = |region, present: Option<&Policy>| {
            codes(&policy_update_refusals(
                "p",
                &change(region),
                present,
                "eu-de",
            ))
        };
        assert_eq!(of("eu-nl", Some(&far(1))), [""; 0]);
        assert_eq!(of("eu-fr", Some(&far(0))), [""; 0]);
        assert_eq!(of("eu-fr", Some(&far(2))), ["BackupService.6003"]);
        assert_eq!(of("eu-fr", None), ["BackupService.6000"]);
    }
}

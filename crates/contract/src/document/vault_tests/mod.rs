//! Policies of vaults as text, and plans about them, alone and beside those of servers.

mod properties;
mod steps;
mod text;

use proptest::prelude::*;
use serde_json::json;

use super::plan::{Missing, Plan, Reason, plan};
use super::plan_tests::{DAILY, MONDAYS, all, anything, carried_out, content, policy, sentences};
use super::*;
use crate::model::PolicyVault;
use crate::vault::Protects;

pub(super) use properties::of_vaults;

const SUNDAYS: &str = "FREQ=WEEKLY;BYDAY=SU;BYHOUR=14;BYMINUTE=0";

/// A policy of vaults as the service would show it.
fn shown(members: serde_json::Value) -> Policy {
    let policy: crate::cbr::Policy = serde_json::from_value(members).expect("a policy");
    policy.into()
}

fn weekly() -> Policy {
    shown(json!({
        "id": "id-weekly", "name": "weekly", "enabled": true, "operation_type": "backup",
        "operation_definition": {"max_backups": 7, "week_backups": 4, "timezone": "UTC+01:00", "full_backup_interval": 6,
            "advanced_retention_rules": {"weekly_retention_rules": {"retention_duration_periods": 8, "days_of_week": ["SUNDAY"]}}},
        "trigger": {"properties": {"pattern": [SUNDAYS, DAILY], "start_window_minutes": 60}},
        "associated_vaults": [{"vault_id": "v2"}, {"vault_id": "v1"}],
    }))
}

fn far() -> Policy {
    shown(json!({
        "id": "id-far", "name": "far", "enabled": false, "operation_type": "replication",
        "operation_definition": {"retention_duration_days": 30, "destination_region": "eu-nl", "destination_project_id": "p2"},
        "trigger": {"properties": {"pattern": [MONDAYS]}},
        "associated_vaults": [{"vault_id": "v1", "destination_vault_id": "t1"}],
    }))
}

fn vault(id: &str) -> Vault {
    Vault {
        id: id.to_owned(),
        name: format!("name-{id}"),
        object_word: "server".to_owned(),
        ..Vault::default()
    }
}

fn target(id: &str, project: &str) -> Vault {
    Vault {
        project_id: project.to_owned(),
        protects: Protects::Replication,
        ..vault(id)
    }
}

fn world(policies: Vec<Policy>) -> World {
    let targets = [("p2", "t1", "t2"), ("p3", "t3", "t4")];
    World {
        vaults: ["v1", "v2", "v3"].map(vault).to_vec(),
        targets: targets
            .map(|(project, one, two)| Targets {
                project: project.to_owned(),
                vaults: Some(vec![target(one, project), target(two, project)]),
            })
            .to_vec(),
        region: "eu-de".to_owned(),
        ..super::plan_tests::world(policies)
    }
}

fn document(policies: serde_json::Value) -> Document {
    let text = json!({"version": 2, "policies": policies}).to_string();
    Document::read(&text).expect("a document")
}

fn problems(policy: serde_json::Value) -> Vec<String> {
    let text = json!({"version": 2, "policies": [policy]}).to_string();
    let problems = Document::read(&text).expect_err("problems");
    let said = problems.iter().map(ToString::to_string);
    said.map(|said| said.replace("Line 1, policies[0].", ""))
        .collect()
}

fn against(plan: &Plan, world: &World, chosen: &[bool]) -> Vec<Vec<String>> {
    let problems = plan.judge(world, chosen).into_iter();
    problems
        .map(|of_step| of_step.iter().map(ToString::to_string).collect())
        .collect()
}

//! Making, changing and deleting a policy (csbs-v1 4.4 to 4.6).

use contract::csbs::policies::{DefinitionAnswer, Policy, PolicyCreate, PolicyUpdate, Resource};
use contract::policy::{PolicyRefusal, create_refusals, delete_refusals, update_refusals};
use contract::rules;
use contract::time::Timestamp;
use rusqlite::params;
use serde_json::{Value, json};

use super::known::Known;
use super::{DEFAULT, next_run, show, stored};
use crate::csbs::{runs, tags};
use crate::jobs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The refusal of highest precedence, if there is any.
fn refuse(found: Vec<PolicyRefusal>) -> Outcome<()> {
    match found.into_iter().next() {
        Some(refusal) => Err(Refusal::from(refusal).into()),
        None => Ok(()),
    }
}

/// Makes a policy (4.4).
pub fn create(turn: &Turn<'_>, project_id: &str, wanted: PolicyCreate) -> Outcome<Policy> {
    let tenant = turn.tenant(project_id)?;
    let known = Known::of(turn, tenant, Some(wanted.name.as_str()), &wanted.resources)?;
    refuse(create_refusals(&wanted, &known.facts(false)))?;
    let Some(operation) = wanted.scheduled_operations.into_iter().next() else {
        return Err(Refusal::parameter("policy.scheduled_operations", "is empty").into());
    };
    let tags = tags::check_new(&wanted.tags, "policy.tags")?;

    let mut definition = DefinitionAnswer::default();
    operation.operation_definition.merge_into(&mut definition);
    let id = turn.new_id();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    turn.db
        .prepare_cached(
            "INSERT INTO policies (id, project, name, description, created_at, updated_at, operation_id,
                 operation_name, operation_description, enabled, trigger_id, pattern, start_at, definition,
                 parameters, tags)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            id,
            tenant,
            wanted.name.as_str(),
            wanted.description.as_str(),
            turn.now.micros(),
            turn.new_id(),
            operation.name.as_ref().map_or(DEFAULT, rules::Name::as_str),
            text(operation.description.as_ref().map(rules::Description::as_str)),
            operation.enabled,
            turn.new_id(),
            operation.trigger.properties.pattern,
            start_time(turn.now).micros(),
            definition_json(&definition),
            common_parameters(&wanted.parameters).to_string(),
            serde_json::to_string(&tags)?,
        ])?;
    let no = turn.db.last_insert_rowid();
    write_servers(turn, no, &wanted.resources)?;
    plan(
        turn,
        no,
        operation.enabled,
        &operation.trigger.properties.pattern,
        start_time(turn.now),
    )?;
    show(turn, project_id, &id)
}

/// Changes a policy; what is absent stays (4.6).
pub fn update(
    turn: &Turn<'_>,
    project_id: &str,
    policy_id: &str,
    change: PolicyUpdate,
) -> Outcome<Policy> {
    let tenant = turn.tenant(project_id)?;
    let mut stored = stored(turn, project_id, policy_id)?;
    let resources = change.resources.as_deref().unwrap_or_default();
    let name = change.name.as_ref().map(rules::Name::as_str);
    let known = Known::of(turn, tenant, name, resources)?;
    let running = runs::of_policy(turn, stored.no)?.is_some();
    let facts = known.facts(running);
    let refusals = update_refusals(policy_id, &change, Some(&stored.policy), &facts);
    refuse(refusals)?;
    let operation = change.scheduled_operations.unwrap_or_default().pop();
    let switches_off = operation.as_ref().is_some_and(|o| o.enabled == Some(false));
    if switches_off && stored.operation().enabled == Some(true) {
        refuse_to_stop(turn, "csbs.policies.update", policy_id)?;
    }
    if let Some(name) = change.name {
        stored.policy.name = name.into();
    }
    if let Some(description) = change.description {
        stored.policy.description = description.into();
    }
    let mut start = stored
        .operation()
        .trigger
        .properties
        .start_time
        .unwrap_or_default();
    if let Some(operation) = operation {
        let target = &mut stored.policy.scheduled_operations[0];
        if let Some(name) = operation.name {
            target.name = name.into();
        }
        if let Some(description) = operation.description {
            target.description = description.into();
        }
        if let Some(definition) = operation.operation_definition {
            definition.merge_into(&mut target.operation_definition);
        }
        if let Some(trigger) = operation.trigger
            && trigger.properties.pattern != target.trigger.properties.pattern
        {
            // A new rhythm is counted from the day it was set.
            target.trigger.properties.pattern = trigger.properties.pattern;
            start = start_time(turn.now);
        }
        target.enabled = operation.enabled.or(target.enabled);
    }
    let operation = stored.operation();
    turn.db
        .prepare_cached(
            "UPDATE policies SET name = ?2, description = ?3, updated_at = ?4, operation_name = ?5,
                 operation_description = ?6, enabled = ?7, pattern = ?8, start_at = ?9, definition = ?10
             WHERE no = ?1",
        )?
        .execute(params![
            stored.no,
            stored.policy.name,
            stored.policy.description,
            turn.now.micros(),
            operation.name,
            operation.description,
            operation.enabled,
            operation.trigger.properties.pattern,
            start.micros(),
            definition_json(&operation.operation_definition),
        ])?;
    if let Some(resources) = &change.resources {
        write_servers(turn, stored.no, resources)?;
    }
    let enabled = operation.enabled.unwrap_or(false);
    plan(
        turn,
        stored.no,
        enabled,
        &operation.trigger.properties.pattern,
        start,
    )?;
    show(turn, project_id, policy_id)
}

/// Deletes a policy; its backups stay (4.5).
pub fn delete(turn: &Turn<'_>, project_id: &str, policy_id: &str) -> Outcome<()> {
    let stored = stored(turn, project_id, policy_id)?;
    let running = runs::of_policy(turn, stored.no)?.is_some();
    refuse(delete_refusals(policy_id, true, running))?;
    if stored.operation().enabled == Some(true) {
        refuse_to_stop(turn, "csbs.policies.delete", policy_id)?;
    }
    jobs::cancel(turn, jobs::Kind::Run, stored.no)?;
    turn.db
        .prepare_cached("DELETE FROM policies WHERE no = ?1")?
        .execute([stored.no])?;
    Ok(())
}

/// The scheduler refuses when somebody armed a failing job for it.
fn refuse_to_stop(turn: &Turn<'_>, operation: &str, policy_id: &str) -> Outcome<()> {
    if turn.faults.refusal_to_stop(operation) {
        let message = format!("The scheduler could not stop policy {policy_id}.");
        return Err(Refusal::busy("CSBS.5001", message).into());
    }
    Ok(())
}

/// The next run, or none.
fn plan(turn: &Turn<'_>, no: i64, enabled: bool, pattern: &str, start: Timestamp) -> Outcome<()> {
    let next = if enabled {
        next_run(pattern, start, turn.now)
    } else {
        None
    };
    match next {
        Some(at) => jobs::schedule(turn, jobs::Kind::Run, no, at, None),
        None => jobs::cancel(turn, jobs::Kind::Run, no),
    }
}

/// The second after the policy was made; its fraction is not shown, so it has none.
fn start_time(now: Timestamp) -> Timestamp {
    Timestamp::from_seconds(now.seconds() + 1)
}

/// Only what was set: the two references are added when it is shown.
fn definition_json(definition: &DefinitionAnswer) -> String {
    let mut value = json!(definition);
    if let Value::Object(members) = &mut value {
        members.remove("plan_id");
        members.remove("provider_id");
    }
    value.to_string()
}

fn common_parameters(given: &Value) -> Value {
    match given.get("common") {
        Some(_) => given.clone(),
        None => json!({"common": {}}),
    }
}

fn write_servers(turn: &Turn<'_>, no: i64, resources: &[Resource]) -> Outcome<()> {
    turn.db
        .prepare_cached("DELETE FROM policy_servers WHERE policy_no = ?1")?
        .execute([no])?;
    let mut insert = turn.db.prepare_cached(
        "INSERT INTO policy_servers (policy_no, position, server_id, kind, name, extra) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (position, resource) in (0i64..).zip(resources) {
        let extra = match &resource.extra_info {
            Value::Null => json!({}),
            given => given.clone(),
        };
        insert.execute(params![
            no,
            position,
            resource.id,
            resource.kind,
            resource.name,
            extra.to_string()
        ])?;
    }
    Ok(())
}

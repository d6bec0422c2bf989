//! Policies: create, show, list, change, delete (csbs-v1 4.4 to 4.8).

use contract::csbs::Tag;
use contract::csbs::policies::{
    DefinitionAnswer, Policy, PolicyCreate, PolicyUpdate, Resource, ScheduledOperation, Trigger,
    TriggerProperties,
};
use contract::policy::{
    PolicyFacts, PolicyRefusal, ServerFact, create_refusals, delete_refusals, update_refusals,
};
use contract::rules;
use contract::schedule::Schedule;
use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use super::{runs, tags};
use crate::jobs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The name a scheduled operation and every trigger have when none was given.
const DEFAULT: &str = "default";

const COLUMNS: &str = "no, id, name, description, created_at, operation_id, operation_name, \
     operation_description, enabled, trigger_id, pattern, start_at, definition, parameters, tags";

/// A policy and its number in the store.
pub struct Stored {
    /// Row number.
    pub no: i64,
    /// As the service shows it.
    pub policy: Policy,
}

impl Stored {
    /// Its one scheduled operation.
    pub fn operation(&self) -> &ScheduledOperation {
        &self.policy.scheduled_operations[0]
    }
}

fn unknown(policy_id: &str) -> Refusal {
    Refusal::not_found("CSBS.3000", format!("There is no policy {policy_id}."))
}

/// What is stored, without its servers.
fn read(row: &Row<'_>, project_id: &str) -> Outcome<Stored> {
    let id: String = row.get(1)?;
    let mut definition: DefinitionAnswer = serde_json::from_str(&row.get::<_, String>(12)?)?;
    definition.plan_id.clone_from(&id);
    definition.provider_id = rules::PROVIDER_ID.to_owned();
    let trigger_id: String = row.get(9)?;
    let operation = ScheduledOperation {
        id: row.get(5)?,
        name: row.get(6)?,
        description: row.get(7)?,
        enabled: Some(row.get(8)?),
        operation_type: "backup".to_owned(),
        trigger_id: trigger_id.clone(),
        operation_definition: definition,
        trigger: Trigger {
            id: trigger_id,
            name: DEFAULT.to_owned(),
            kind: "time".to_owned(),
            properties: TriggerProperties {
                pattern: row.get(10)?,
                start_time: Some(Timestamp::from_micros(row.get(11)?)),
                format: "ical".to_owned(),
            },
        },
    };
    Ok(Stored {
        no: row.get(0)?,
        policy: Policy {
            id,
            name: row.get(2)?,
            description: row.get(3)?,
            // Never derived from on or off: the service always shows this word (csbs-v1 6.4).
            status: "suspended".to_owned(),
            project_id: project_id.to_owned(),
            provider_id: rules::PROVIDER_ID.to_owned(),
            created_at: Some(Timestamp::from_micros(row.get(4)?)),
            parameters: serde_json::from_str(&row.get::<_, String>(13)?)?,
            resources: Vec::new(),
            scheduled_operations: vec![operation],
            tags: serde_json::from_str(&row.get::<_, String>(14)?)?,
        },
    })
}

fn fill_servers(turn: &Turn<'_>, stored: &mut Stored) -> Outcome<()> {
    let mut query = turn.db.prepare_cached(
        "SELECT server_id, kind, name, extra FROM policy_servers WHERE policy_no = ?1 ORDER BY position",
    )?;
    let mut rows = query.query([stored.no])?;
    while let Some(row) = rows.next()? {
        stored.policy.resources.push(Resource {
            id: row.get(0)?,
            kind: row.get(1)?,
            name: row.get(2)?,
            extra_info: serde_json::from_str(&row.get::<_, String>(3)?)?,
        });
    }
    Ok(())
}

fn find(turn: &Turn<'_>, project_id: &str, column: &str, key: &str) -> Outcome<Option<Stored>> {
    let tenant = turn.tenant(project_id)?;
    let mut query = turn.db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM policies WHERE project = ?1 AND {column} = ?2"
    ))?;
    let found = query
        .query_row((tenant, key), |row| Ok(read(row, project_id)))
        .optional()?
        .transpose()?;
    match found {
        Some(mut stored) => {
            fill_servers(turn, &mut stored)?;
            Ok(Some(stored))
        }
        None => Ok(None),
    }
}

/// One policy, with its row number.
pub fn stored(turn: &Turn<'_>, project_id: &str, policy_id: &str) -> Outcome<Stored> {
    match find(turn, project_id, "id", policy_id)? {
        Some(stored) => Ok(stored),
        None => Err(unknown(policy_id).into()),
    }
}

/// One policy by its row number, and its project; `None` when it is gone.
pub fn by_number(turn: &Turn<'_>, no: i64) -> Outcome<Option<(String, Stored)>> {
    let found: Option<(String, String)> = turn
        .db
        .prepare_cached(
            "SELECT t.project_id, p.id FROM policies p JOIN tenants t ON t.no = p.project WHERE p.no = ?1",
        )?
        .query_row([no], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match found {
        Some((project, id)) => {
            let stored = stored(turn, &project, &id)?;
            Ok(Some((project, stored)))
        }
        None => Ok(None),
    }
}

/// One policy (4.7).
pub fn show(turn: &Turn<'_>, project_id: &str, policy_id: &str) -> Outcome<Policy> {
    Ok(stored(turn, project_id, policy_id)?.policy)
}

/// Which page of the policies (4.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyQuery {
    /// Exact name.
    pub name: Option<String>,
    /// Which page.
    pub page: super::Page,
}

/// Policies, filtered, sorted, paged (4.8).
pub fn list(turn: &Turn<'_>, project_id: &str, query: &PolicyQuery) -> Outcome<Vec<Policy>> {
    let tenant = turn.tenant(project_id)?;
    let mut select = turn.db.prepare_cached(&format!(
        "SELECT {COLUMNS}, updated_at FROM policies
         WHERE project = ?1 AND (?2 IS NULL OR name = ?2)
         ORDER BY created_at DESC, no DESC"
    ))?;
    let mut rows = select.query((tenant, &query.name))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((read(row, project_id)?, row.get::<_, i64>(15)?));
    }
    // At most 32 by the quota: sorted and cut here rather than in SQL.
    super::page::sort_by(&mut found, &query.page, |(stored, updated_at), key| {
        use super::page::{Key, Value};
        let policy = &stored.policy;
        let made = policy.created_at.unwrap_or_default().micros();
        match key {
            Key::CreatedAt | Key::ProtectedAt => Value::Number(made),
            Key::UpdatedAt => Value::Number(*updated_at),
            Key::Name => Value::Text(policy.name.clone()),
            Key::Status => Value::Text(policy.status.clone()),
            Key::Id => Value::Text(policy.id.clone()),
        }
    });
    let cut = super::page::cut(found, &query.page, |(stored, _)| &stored.policy.id)?;
    cut.into_iter()
        .map(|(mut stored, _)| {
            fill_servers(turn, &mut stored)?;
            Ok(stored.policy)
        })
        .collect()
}

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
    match turn.faults.job_failure(operation) {
        Some(_) => {
            let message = format!("The scheduler could not stop policy {policy_id}.");
            Err(Refusal::busy("CSBS.5001", message).into())
        }
        None => Ok(()),
    }
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

/// The first run after `now`; `None` for a pattern that is none (older data may hold such).
pub fn next_run(pattern: &str, start: Timestamp, now: Timestamp) -> Option<Timestamp> {
    Schedule::parse(pattern).ok()?.next_after(start, now)
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

/// Every request names the one provider (csbs-v1 section 1).
pub fn check_provider(given: &str) -> Outcome<()> {
    if given == rules::PROVIDER_ID {
        Ok(())
    } else {
        let rule = rules::Broken::Fixed {
            expected: rules::PROVIDER_ID,
        };
        Err(Refusal::parameter("provider_id", rule).into())
    }
}

/// What the store knows about the policies and servers a request speaks of.
struct Known<'a> {
    policies: usize,
    named: Option<String>,
    servers: Vec<KnownServer<'a>>,
}

/// A server's id, whether it exists, and id and name of the policy it is in.
type KnownServer<'a> = (&'a str, bool, Option<(String, String)>);

impl<'a> Known<'a> {
    fn of(
        turn: &Turn<'_>,
        tenant: i64,
        name: Option<&str>,
        resources: &'a [Resource],
    ) -> Outcome<Self> {
        let policies: i64 = turn
            .db
            .prepare_cached("SELECT count(*) FROM policies WHERE project = ?1")?
            .query_row([tenant], |row| row.get(0))?;
        let named = turn
            .db
            .prepare_cached("SELECT id FROM policies WHERE project = ?1 AND name = ?2")?
            .query_row((tenant, name), |row| row.get(0))
            .optional()?;
        let mut exists = turn.db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM servers v JOIN tenants t ON t.project_id = v.project_id
                 WHERE v.id = ?1 AND t.no = ?2)",
        )?;
        let mut home = turn.db.prepare_cached(
            "SELECT p.id, p.name FROM policy_servers s JOIN policies p ON p.no = s.policy_no WHERE s.server_id = ?1",
        )?;
        let mut servers = Vec::new();
        // More than these are refused for their number alone.
        for resource in resources.iter().take(rules::MAX_SERVERS_PER_POLICY) {
            let there: bool = exists.query_row((&resource.id, tenant), |row| row.get(0))?;
            let policy = home
                .query_row([&resource.id], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            servers.push((resource.id.as_str(), there, policy));
        }
        Ok(Self {
            policies: usize::try_from(policies).unwrap_or(usize::MAX),
            named,
            servers,
        })
    }

    fn facts(&self, running: bool) -> PolicyFacts<'_> {
        PolicyFacts {
            policies: self.policies,
            named: self.named.as_deref(),
            servers: self
                .servers
                .iter()
                .map(|(id, exists, policy)| ServerFact {
                    id,
                    exists: *exists,
                    policy: policy
                        .as_ref()
                        .map(|(id, name)| (id.as_str(), name.as_str())),
                })
                .collect(),
            running,
        }
    }
}

/// Number and name of the policy a server belongs to.
pub fn policy_of(turn: &Turn<'_>, server_id: &str) -> Outcome<Option<(i64, String)>> {
    let found = turn
        .db
        .prepare_cached(
            "SELECT p.no, p.name FROM policy_servers s JOIN policies p ON p.no = s.policy_no WHERE s.server_id = ?1",
        )?
        .query_row([server_id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found)
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

/// Replaces the tags of a policy.
pub fn write_tags(turn: &Turn<'_>, no: i64, tags: &[Tag]) -> Outcome<()> {
    turn.db
        .prepare_cached("UPDATE policies SET tags = ?2, updated_at = ?3 WHERE no = ?1")?
        .execute((no, serde_json::to_string(tags)?, turn.now.micros()))?;
    Ok(())
}

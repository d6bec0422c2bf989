//! Policies: shown and listed here (csbs-v1 4.7, 4.8), made, changed and deleted in [`change`].

mod change;
mod known;

use contract::csbs::Tag;
use contract::csbs::policies::{
    DefinitionAnswer, Policy, Resource, ScheduledOperation, Trigger, TriggerProperties,
};
use contract::rules;
use contract::schedule::Schedule;
use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, Row};

use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;
pub use change::{create, delete, update};

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
    pub page: crate::csbs::Page,
}

/// Policies, filtered, sorted, paged (4.8).
pub fn list(turn: &Turn<'_>, project_id: &str, query: &PolicyQuery) -> Outcome<Vec<Policy>> {
    list_of(turn, &[turn.tenant(project_id)?], query)
}

/// The same of several projects.
pub fn list_of(turn: &Turn<'_>, tenants: &[i64], query: &PolicyQuery) -> Outcome<Vec<Policy>> {
    let mut select = turn.db.prepare_cached(&format!(
        "SELECT {COLUMNS}, updated_at FROM policies
         WHERE project = ?1 AND (?2 IS NULL OR name = ?2)
         ORDER BY created_at DESC, no DESC"
    ))?;
    let mut found = Vec::new();
    for tenant in tenants {
        let project_id: String = turn
            .db
            .prepare_cached("SELECT project_id FROM tenants WHERE no = ?1")?
            .query_row([tenant], |row| row.get(0))?;
        let mut rows = select.query((tenant, &query.name))?;
        while let Some(row) = rows.next()? {
            found.push((read(row, &project_id)?, row.get::<_, i64>(15)?));
        }
    }
    // At most 32 of a project by the quota: sorted and cut here rather than in SQL.
    crate::csbs::page::sort_by(&mut found, &query.page, |(stored, updated_at), key| {
        use crate::csbs::page::{Key, Value};
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
    let cut = crate::csbs::page::cut(found, &query.page, |(stored, _)| &stored.policy.id)?;
    cut.into_iter()
        .map(|(mut stored, _)| {
            fill_servers(turn, &mut stored)?;
            Ok(stored.policy)
        })
        .collect()
}

/// The first run after `now`; `None` for a pattern that is none (older data may hold such).
pub fn next_run(pattern: &str, start: Timestamp, now: Timestamp) -> Option<Timestamp> {
    Schedule::parse(pattern).ok()?.next_after(start, now)
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

/// Replaces the tags of a policy.
pub fn write_tags(turn: &Turn<'_>, no: i64, tags: &[Tag]) -> Outcome<()> {
    turn.db
        .prepare_cached("UPDATE policies SET tags = ?2, updated_at = ?3 WHERE no = ?1")?
        .execute((no, serde_json::to_string(tags)?, turn.now.micros()))?;
    Ok(())
}

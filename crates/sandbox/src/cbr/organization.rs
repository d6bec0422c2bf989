//! Policies for every project of an account (cbr-v3 5.6): each makes a policy of its own in all of them.

use contract::cbr::policies::{
    OrganizationPolicy, OrganizationPolicySet, PolicyCreate, PolicyUpdate, Trigger,
    TriggerProperties, TriggerPropertiesSet, TriggerSet,
};
use contract::cbr::rules::{LongText, ShortName};
use rusqlite::OptionalExtension as _;
use serde_json::{Value, json};

use super::page::{self, Listed};
use super::{invalid, policies, refusal};
use crate::csbs::Page;
use crate::http::Pairs;
use crate::iam::Authenticated;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// What the policies of an account are called.
const KIND: &str = "organization_policy_v1";
/// What they are called when the account has removed its own.
const REMOVED: &str = "organization_policy_removed";

struct Stored {
    no: i64,
    policy: OrganizationPolicy,
    /// Project and policy of each that was made.
    made: Vec<(String, String)>,
}

fn all(turn: &Turn<'_>, domain_id: &str) -> Outcome<Vec<Stored>> {
    let mut query = turn.db.prepare_cached(
        "SELECT no, policy, made FROM cbr_organization_policies WHERE domain_id = ?1 ORDER BY created_at DESC, no DESC",
    )?;
    let mut rows = query.query([domain_id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Stored {
            no: row.get(0)?,
            policy: serde_json::from_str(&row.get::<_, String>(1)?)?,
            made: serde_json::from_str(&row.get::<_, String>(2)?)?,
        });
    }
    Ok(found)
}

fn stored(turn: &Turn<'_>, who: &Authenticated, id: &str) -> Outcome<Stored> {
    all(turn, &who.user.domain.id)?
        .into_iter()
        .find(|stored| stored.policy.id == id)
        .ok_or_else(|| refusal("BackupService.6000", format!("There is no policy {id}.")).into())
}

/// One (44).
pub fn show(turn: &Turn<'_>, who: &Authenticated, id: &str) -> Outcome<OrganizationPolicy> {
    Ok(stored(turn, who, id)?.policy)
}

/// All of one operation (43).
pub fn list(
    turn: &Turn<'_>,
    who: &Authenticated,
    pairs: &Pairs,
    page: &Page,
) -> Outcome<Listed<OrganizationPolicy>> {
    let Some(kind) = pairs.filled("operation_type") else {
        return Err(invalid("operation_type", "is missing; it is backup or replication").into());
    };
    let kind = policies::check_kind(Some(kind))?;
    let found: Vec<_> = all(turn, &who.user.domain.id)?
        .into_iter()
        .map(|stored| stored.policy)
        .filter(|policy| policy.operation_type == kind)
        .collect();
    page::cut(found, page, |policy| &policy.id)
}

/// Makes one (42).
pub fn create(
    turn: &Turn<'_>,
    who: &Authenticated,
    wanted: &OrganizationPolicySet,
) -> Outcome<OrganizationPolicy> {
    let missing = |member: &str| invalid(&format!("policy.{member}"), "is missing");
    let name = wanted.name.as_ref().ok_or_else(|| missing("name"))?;
    let kind = policies::check_kind(Some(
        wanted
            .operation_type
            .as_deref()
            .ok_or_else(|| missing("operation_type"))?,
    ))?;
    let create = PolicyCreate {
        name: wanted
            .policy_name
            .clone()
            .ok_or_else(|| missing("policy_name"))?,
        operation_definition: wanted
            .policy_operation_definition
            .clone()
            .ok_or_else(|| missing("policy_operation_definition"))?,
        operation_type: Some(kind.to_owned()),
        trigger: new_trigger(wanted)?,
        enabled: Some(
            wanted
                .policy_enabled
                .ok_or_else(|| missing("policy_enabled"))?,
        ),
    };
    let domain = &who.user.domain;
    let projects: Vec<String> = turn
        .db
        .prepare_cached("SELECT id FROM projects WHERE domain_id = ?1 ORDER BY rowid")?
        .query_map([&domain.id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut made = Vec::new();
    for project in projects {
        let policy = policies::make(turn, &project, &create, KIND)?;
        made.push((project, policy.id));
    }
    let policy = OrganizationPolicy {
        id: turn.new_id(),
        name: name.as_str().to_owned(),
        description: wanted
            .description
            .as_ref()
            .map_or("", LongText::as_str)
            .to_owned(),
        operation_type: kind.to_owned(),
        domain_id: domain.id.clone(),
        domain_name: domain.name.clone(),
        policy_name: create.name.as_str().to_owned(),
        policy_enabled: create.enabled,
        policy_operation_definition: create.operation_definition,
        policy_trigger: trigger(&create.trigger),
        effective_scope: wanted
            .effective_scope
            .as_ref()
            .map_or("", LongText::as_str)
            .to_owned(),
        status: "available".to_owned(),
    };
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_organization_policies (id, domain_id, created_at, policy, made) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((
            &policy.id,
            &domain.id,
            turn.now.micros(),
            serde_json::to_string(&policy)?,
            serde_json::to_string(&made)?,
        ))?;
    Ok(policy)
}

/// The rules of a new one, which needs some.
fn new_trigger(wanted: &OrganizationPolicySet) -> Outcome<TriggerSet> {
    let missing = |member: &str| invalid(&format!("policy.{member}"), "is missing");
    let trigger = wanted.policy_trigger.as_ref();
    let given = &trigger.ok_or_else(|| missing("policy_trigger"))?.properties;
    let pattern = given.pattern.clone();
    Ok(TriggerSet {
        properties: TriggerPropertiesSet {
            pattern: pattern.ok_or_else(|| missing("policy_trigger.properties.pattern"))?,
            start_window_minutes: given.start_window_minutes.flatten(),
        },
    })
}

fn trigger(set: &TriggerSet) -> Trigger {
    Trigger {
        name: "default".to_owned(),
        kind: "time".to_owned(),
        properties: TriggerProperties {
            pattern: set.properties.pattern.clone(),
            start_window_minutes: set.properties.start_window_minutes,
            ..TriggerProperties::default()
        },
        ..Trigger::default()
    }
}

/// Changes one, and the policies it made (45).
pub fn update(
    turn: &Turn<'_>,
    who: &Authenticated,
    id: &str,
    change: &OrganizationPolicySet,
) -> Outcome<OrganizationPolicy> {
    let Stored {
        no,
        mut policy,
        made,
    } = stored(turn, who, id)?;
    if change
        .operation_type
        .as_ref()
        .is_some_and(|kind| *kind != policy.operation_type)
    {
        return Err(invalid("policy.operation_type", "cannot be changed").into());
    }
    let update = PolicyUpdate {
        name: change.policy_name.clone(),
        operation_definition: change.policy_operation_definition.clone(),
        trigger: change.policy_trigger.clone(),
        enabled: change.policy_enabled,
    };
    for (project, made) in &made {
        match policies::update(turn, project, made, &update) {
            // One that somebody deleted stays deleted.
            Err(failure)
                if failure
                    .refusal()
                    .is_some_and(|refused| refused.status == 404) => {}
            other => drop(other?),
        }
    }
    let text = |given: &Option<LongText>, old: &str| {
        given.as_ref().map_or(old, LongText::as_str).to_owned()
    };
    policy.description = text(&change.description, &policy.description);
    policy.effective_scope = text(&change.effective_scope, &policy.effective_scope);
    if let Some(name) = &change.name {
        policy.name = ShortName::as_str(name).to_owned();
    }
    if let Some(name) = &change.policy_name {
        policy.policy_name = ShortName::as_str(name).to_owned();
    }
    policy.policy_enabled = change.policy_enabled.or(policy.policy_enabled);
    if let Some(definition) = &change.policy_operation_definition {
        policy.policy_operation_definition = definition.clone();
    }
    if let Some(change) = &change.policy_trigger {
        let properties = &mut policy.policy_trigger.properties;
        if let Some(pattern) = &change.properties.pattern {
            properties.pattern.clone_from(pattern);
        }
        if let Some(minutes) = change.properties.start_window_minutes {
            properties.start_window_minutes = minutes;
        }
    }
    turn.db
        .prepare_cached("UPDATE cbr_organization_policies SET policy = ?2 WHERE no = ?1")?
        .execute((no, serde_json::to_string(&policy)?))?;
    Ok(policy)
}

/// Deletes one (46); what it made stays, switched off.
pub fn delete(turn: &Turn<'_>, who: &Authenticated, id: &str) -> Outcome<()> {
    let stored = stored(turn, who, id)?;
    for (project, made) in &stored.made {
        let off = PolicyUpdate {
            enabled: Some(false),
            ..PolicyUpdate::default()
        };
        match policies::update(turn, project, made, &off) {
            Err(failure) if failure.refusal().is_some() => {}
            other => drop(other?),
        }
        turn.db
            .prepare_cached("UPDATE cbr_policies SET policy_type = ?2 WHERE id = ?1")?
            .execute((made, REMOVED))?;
    }
    turn.db
        .prepare_cached("DELETE FROM cbr_organization_policies WHERE no = ?1")?
        .execute([stored.no])?;
    Ok(())
}

/// Where one applies (47).
pub fn detail(turn: &Turn<'_>, who: &Authenticated, id: &str) -> Outcome<Vec<Value>> {
    let stored = stored(turn, who, id)?;
    let mut rows = Vec::new();
    for (project, made) in &stored.made {
        let there: Option<i64> = turn
            .db
            .prepare_cached("SELECT no FROM cbr_policies WHERE id = ?1")?
            .query_row([made], |row| row.get(0))
            .optional()?;
        if there.is_some() {
            rows.push(json!({
                "domain_id": who.user.domain.id,
                "project_id": project,
                "policy_id": made,
                "status": "available",
            }));
        }
    }
    Ok(rows)
}

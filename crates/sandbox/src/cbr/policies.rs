//! Policies: made, shown, changed and deleted; when they run next (cbr-v3 4.4, 4.5, 5.5).

use contract::cbr::policies::{
    AssociatedVault, Policy, PolicyCreate, PolicyUpdate, Trigger, TriggerProperties,
};
use contract::cbr::rules::ShortName;
use contract::schedule::Schedule;
use contract::time::Timestamp;
use contract::vault::{policy_create_refusals, policy_update_refusals};
use rusqlite::{OptionalExtension as _, Row, params};

use super::page::{self, Listed};
use super::refusal;
use super::vaults::facts;
use crate::csbs::Page;
use crate::http::Pairs;
use crate::jobs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// What policies that somebody made by hand are called.
pub const CUSTOM: &str = "custom_policy";

const COLUMNS: &str =
    "p.no, p.id, p.name, p.enabled, p.operation_type, p.policy_type, p.trigger_id, p.pattern,
     p.window_minutes, p.start_at, p.definition, p.project";

/// A policy and its number in the store.
pub struct Stored {
    /// Row number.
    pub no: i64,
    /// Number of its project.
    pub tenant: i64,
    /// As the service shows it.
    pub policy: Policy,
}

fn unknown(id: &str) -> Refusal {
    refusal("BackupService.6000", format!("There is no policy {id}."))
}

fn read(row: &Row<'_>) -> Outcome<Stored> {
    Ok(Stored {
        no: row.get(0)?,
        tenant: row.get(11)?,
        policy: Policy {
            id: row.get(1)?,
            name: row.get(2)?,
            enabled: Some(row.get(3)?),
            operation_type: row.get(4)?,
            policy_type: row.get(5)?,
            operation_definition: serde_json::from_str(&row.get::<_, String>(10)?)?,
            trigger: Trigger {
                id: row.get(6)?,
                name: "default".to_owned(),
                kind: "time".to_owned(),
                properties: TriggerProperties {
                    pattern: serde_json::from_str(&row.get::<_, String>(7)?)?,
                    start_time: Some(Timestamp::from_micros(row.get(9)?)),
                    start_window_minutes: row.get(8)?,
                },
            },
            associated_vaults: Vec::new(),
        },
    })
}

fn select(turn: &Turn<'_>, condition: &str, value: impl rusqlite::ToSql) -> Outcome<Vec<Stored>> {
    let mut query = turn.db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM cbr_policies p WHERE {condition} ORDER BY p.created_at DESC, p.no DESC"
    ))?;
    let mut rows = query.query([value])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut stored = read(row)?;
        stored.policy.associated_vaults = turn
            .db
            .prepare_cached(
                "SELECT v.id, l.destination_vault_id FROM cbr_vault_policies l JOIN cbr_vaults v ON v.no = l.vault
                 WHERE l.policy = ?1 ORDER BY v.no",
            )?
            .query_map([stored.no], |row| {
                Ok(AssociatedVault {
                    vault_id: row.get(0)?,
                    destination_vault_id: row.get(1)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        found.push(stored);
    }
    Ok(found)
}

/// A policy by its number; `None` when it is gone.
pub fn by_number(turn: &Turn<'_>, no: i64) -> Outcome<Option<Stored>> {
    Ok(select(turn, "p.no = ?1", no)?.pop())
}

/// A policy by its id, whoever's it is.
pub fn anywhere(turn: &Turn<'_>, id: &str) -> Outcome<Option<Stored>> {
    Ok(select(turn, "p.id = ?1", id)?.pop())
}

/// A policy of the project.
pub fn stored(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Stored> {
    let tenant = turn.tenant(project_id)?;
    match anywhere(turn, id)? {
        Some(stored) if stored.tenant == tenant => Ok(stored),
        _ => Err(unknown(id).into()),
    }
}

/// One policy (39).
pub fn show(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Policy> {
    Ok(stored(turn, project_id, id)?.policy)
}

/// Policies, newest first, filtered and paged (38).
pub fn list(
    turn: &Turn<'_>,
    project_id: &str,
    pairs: &Pairs,
    page: &Page,
) -> Outcome<Listed<Policy>> {
    let tenant = turn.tenant(project_id)?;
    let vault = pairs.filled("vault_id");
    let found: Vec<_> = select(turn, "p.project = ?1", tenant)?
        .into_iter()
        .map(|stored| stored.policy)
        .filter(|policy| {
            pairs
                .filled("operation_type")
                .is_none_or(|kind| policy.operation_type == kind)
                && pairs
                    .filled("name")
                    .is_none_or(|part| policy.name.contains(part))
                && vault.is_none_or(|id| {
                    policy
                        .associated_vaults
                        .iter()
                        .any(|link| link.vault_id == id)
                })
        })
        .collect();
    page::cut(found, page, |policy| &policy.id)
}

/// Makes a policy (37).
pub fn create(turn: &Turn<'_>, project_id: &str, wanted: &PolicyCreate) -> Outcome<Policy> {
    make(turn, project_id, wanted, CUSTOM)
}

/// Makes a policy of this type.
pub fn make(
    turn: &Turn<'_>,
    project_id: &str,
    wanted: &PolicyCreate,
    policy_type: &str,
) -> Outcome<Policy> {
    let tenant = turn.tenant(project_id)?;
    let kind = check_kind(wanted.operation_type.as_deref())?;
    let policies: i64 = turn
        .db
        .prepare_cached(
            "SELECT count(*) FROM cbr_policies WHERE project = ?1 AND operation_type = ?2",
        )?
        .query_row((tenant, kind), |row| row.get(0))?;
    let alike = usize::try_from(policies).unwrap_or(usize::MAX);
    let region = super::region_of(turn, project_id)?.unwrap_or_default();
    facts::refuse(policy_create_refusals(wanted, alike, &region))?;
    let id = turn.new_id();
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_policies (id, project, name, enabled, operation_type, policy_type, trigger_id, pattern,
                 window_minutes, start_at, definition, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            id,
            tenant,
            wanted.name.as_str(),
            wanted.enabled.unwrap_or(true),
            kind,
            policy_type,
            turn.new_id(),
            serde_json::to_string(&wanted.trigger.properties.pattern)?,
            wanted.trigger.properties.start_window_minutes,
            start_time(turn.now).micros(),
            serde_json::to_string(&wanted.operation_definition)?,
            turn.now.micros(),
        ])?;
    let made = stored(turn, project_id, &id)?;
    plan(turn, &made)?;
    Ok(made.policy)
}

/// The word of an operation, `backup` when none was given.
pub fn check_kind(given: Option<&str>) -> Outcome<&'static str> {
    match given {
        None | Some("backup") => Ok("backup"),
        Some("replication") => Ok("replication"),
        Some(other) => {
            let message =
                format!("policy.operation_type: `{other}` is neither backup nor replication.");
            Err(refusal("BackupService.6117", message).into())
        }
    }
}

/// Changes a policy; what is absent stays, a definition is replaced as a whole (40).
pub fn update(
    turn: &Turn<'_>,
    project_id: &str,
    id: &str,
    change: &PolicyUpdate,
) -> Outcome<Policy> {
    let Stored {
        no,
        tenant,
        mut policy,
    } = stored(turn, project_id, id)?;
    let region = super::region_of(turn, project_id)?.unwrap_or_default();
    let present = contract::model::Policy::from(policy.clone());
    facts::refuse(policy_update_refusals(id, change, Some(&present), &region))?;
    if let Some(definition) = &change.operation_definition {
        policy.operation_definition = definition.clone();
    }
    if let Some(trigger) = &change.trigger {
        let properties = &mut policy.trigger.properties;
        if let Some(pattern) = &trigger.properties.pattern
            && properties.pattern != *pattern
        {
            // A new rhythm is counted from the day it was set.
            properties.pattern.clone_from(pattern);
            properties.start_time = Some(start_time(turn.now));
        }
        if let Some(minutes) = trigger.properties.start_window_minutes {
            properties.start_window_minutes = minutes;
        }
    }
    if let Some(name) = &change.name {
        policy.name = ShortName::as_str(name).to_owned();
    }
    policy.enabled = change.enabled.or(policy.enabled);
    let properties = &policy.trigger.properties;
    turn.db
        .prepare_cached(
            "UPDATE cbr_policies SET name = ?2, enabled = ?3, pattern = ?4, window_minutes = ?5, start_at = ?6,
                 definition = ?7 WHERE no = ?1",
        )?
        .execute(params![
            no,
            policy.name,
            policy.enabled,
            serde_json::to_string(&properties.pattern)?,
            properties.start_window_minutes,
            properties.start_time.unwrap_or_default().micros(),
            serde_json::to_string(&policy.operation_definition)?,
        ])?;
    plan(turn, &Stored { no, tenant, policy })?;
    show(turn, project_id, id)
}

/// Deletes a policy and takes it off its vaults; its backups stay (41).
pub fn delete(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<()> {
    let stored = stored(turn, project_id, id)?;
    jobs::cancel(turn, jobs::Kind::CbrRun, stored.no)?;
    turn.db
        .prepare_cached("DELETE FROM cbr_policies WHERE no = ?1")?
        .execute([stored.no])?;
    Ok(())
}

/// Plans the next run, or none.
pub fn plan(turn: &Turn<'_>, stored: &Stored) -> Outcome<()> {
    let next = match stored.policy.enabled {
        Some(true) => next_run(&stored.policy, turn.now),
        _ => None,
    };
    match next {
        Some(at) => jobs::schedule(turn, jobs::Kind::CbrRun, stored.no, at, None),
        None => jobs::cancel(turn, jobs::Kind::CbrRun, stored.no),
    }
}

/// The first run of any of its rules after `now`.
pub fn next_run(policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let properties = &policy.trigger.properties;
    let start = properties.start_time.unwrap_or_default();
    properties
        .pattern
        .iter()
        .filter_map(|rule| Schedule::parse(rule).ok()?.next_after(start, now))
        .min()
}

/// The second after the policy was made; its fraction is not shown, so it has none.
fn start_time(now: Timestamp) -> Timestamp {
    Timestamp::from_seconds(now.seconds() + 1)
}

/// Whether there were as many runs of this vault since its last full one as the policy asks for.
pub fn is_full_due(
    turn: &Turn<'_>,
    vault: i64,
    policy: i64,
    interval: Option<i64>,
) -> Outcome<bool> {
    let Some(after) = interval.filter(|after| *after > 0) else {
        return Ok(false);
    };
    let runs: i64 = turn
        .db
        .prepare_cached("SELECT runs FROM cbr_vault_policies WHERE vault = ?1 AND policy = ?2")?
        .query_row((vault, policy), |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    Ok(runs >= after)
}

/// Counts a run of a vault; one whose backups are all full, because it was time or because they are the
/// first, begins the count anew.
pub fn count_run(turn: &Turn<'_>, vault: i64, policy: i64, checkpoint_id: &str) -> Outcome<()> {
    turn.db
        .prepare_cached(
            "UPDATE cbr_vault_policies SET runs = iif(
                 EXISTS (SELECT 1 FROM cbr_backups WHERE checkpoint_id = ?3 AND incremental), runs + 1, 0)
             WHERE vault = ?1 AND policy = ?2",
        )?
        .execute((vault, policy, checkpoint_id))?;
    Ok(())
}

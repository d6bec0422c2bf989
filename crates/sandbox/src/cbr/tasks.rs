//! Tasks: what the service does, how far it is, and what follows when it ends (cbr-v3 4.10, 5.7).

use contract::cbr::rules::ObjectType;
use contract::cbr::tasks::{ErrorInfo, Task, TaskCommon, TaskExtra, TaskResource};
use contract::errors::lookup_all;
use contract::time::Timestamp;
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use super::page::Listed;
use super::vaults::Stored as StoredVault;
use super::{backups, imports, invalid, page, refusal, replication, resources, restores, vaults};
use crate::csbs::{Page, numbers};
use crate::http::{Pairs, request_id};
use crate::jobs;
use crate::refusal::Outcome;
use crate::turn::Turn;

const COLUMNS: &str = "k.no, k.id, k.operation_type, k.status, k.provider_id, k.vault_id, k.vault_name, k.policy_id,
     k.checkpoint_id, k.resource_id, k.resource_kind, k.resource_name, k.request_id, k.created_at, k.ended_at,
     k.busy_until, k.progress, k.code, k.message, k.extra, t.project_id, k.backup_id";

/// A task to begin.
pub struct Begin<'a> {
    pub tenant: i64,
    pub operation_type: &'static str,
    pub provider_id: &'static str,
    pub vault_id: &'a str,
    pub vault_name: &'a str,
    pub policy_id: Option<&'a str>,
    pub checkpoint_id: &'a str,
    /// Id, kind, name.
    pub resource: (&'a str, &'a str, &'a str),
    pub backup_id: &'a str,
    /// Region and project it goes to.
    pub destination: (&'a str, &'a str),
    /// How long it takes; one that fails does so half way.
    pub seconds: i64,
    /// The member of its kind in `extra_info`.
    pub extra: Value,
    /// The operation a fault names to make it fail.
    pub operation: &'static str,
}

impl<'a> Begin<'a> {
    /// A task on a vault as a whole.
    pub fn of_vault(stored: &'a StoredVault) -> Self {
        Self {
            tenant: stored.tenant,
            operation_type: "backup",
            provider_id: stored.object.provider_id(),
            vault_id: &stored.vault.id,
            vault_name: &stored.vault.name,
            policy_id: None,
            checkpoint_id: "",
            resource: (&stored.vault.id, "OS::CBR::Vault", &stored.vault.name),
            backup_id: "",
            destination: ("", ""),
            seconds: 0,
            extra: json!({}),
            operation: "",
        }
    }
}

/// Begins a task and plans its end; says its id.
pub fn begin(turn: &Turn<'_>, task: &Begin<'_>) -> Outcome<String> {
    let id = turn.new_id();
    let fail_code = turn.faults.job_failure(task.operation);
    let lasts = match fail_code {
        Some(_) => task.seconds / 2,
        None => task.seconds,
    };
    insert(
        turn,
        task,
        &id,
        "running",
        Some(turn.now.plus_seconds(task.seconds)),
    )?;
    jobs::schedule(
        turn,
        jobs::Kind::CbrTask,
        turn.db.last_insert_rowid(),
        turn.now.plus_seconds(lasts),
        fail_code.as_deref(),
    )?;
    Ok(id)
}

/// Notes a task that is over at once: one with nothing to do, or one that could not even begin.
pub fn note(
    turn: &Turn<'_>,
    task: &Begin<'_>,
    status: &str,
    code: &str,
    message: &str,
) -> Outcome<String> {
    let id = turn.new_id();
    insert(turn, task, &id, status, None)?;
    turn.db
        .prepare_cached(
            "UPDATE cbr_tasks SET ended_at = ?2, code = ?3, message = ?4, progress = ?5 WHERE id = ?1",
        )?
        .execute((&id, turn.now.micros(), code, message, if code.is_empty() { 100 } else { 0 }))?;
    Ok(id)
}

fn insert(
    turn: &Turn<'_>,
    task: &Begin<'_>,
    id: &str,
    status: &str,
    until: Option<Timestamp>,
) -> Outcome<()> {
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_tasks (id, project, operation_type, status, provider_id, vault_id, vault_name, policy_id,
                 checkpoint_id, resource_id, resource_kind, resource_name, request_id, backup_id, created_at,
                 busy_until, destination_region, destination_project_id, extra)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        )?
        .execute(params![
            id,
            task.tenant,
            task.operation_type,
            status,
            task.provider_id,
            task.vault_id,
            task.vault_name,
            task.policy_id,
            task.checkpoint_id,
            task.resource.0,
            task.resource.1,
            task.resource.2,
            request_id(),
            task.backup_id,
            turn.now.micros(),
            until.map(Timestamp::micros),
            task.destination.0,
            task.destination.1,
            task.extra.to_string(),
        ])?;
    Ok(())
}

/// What the job of a task needs to know.
pub struct Ending {
    pub id: String,
    pub tenant: i64,
    pub vault_id: String,
    pub backup_id: String,
    pub extra: Value,
}

/// The end of a task (jobs).
pub fn finish(turn: &Turn<'_>, no: i64, fail_code: Option<&str>) -> Outcome<()> {
    let found: Option<(Ending, String, (i64, i64), String)> = turn
        .db
        .prepare_cached(
            "SELECT id, project, vault_id, backup_id, operation_type, created_at, coalesce(busy_until, created_at), extra
             FROM cbr_tasks WHERE no = ?1 AND status = 'running'",
        )?
        .query_row([no], |row| {
            let ending = Ending {
                id: row.get(0)?,
                tenant: row.get(1)?,
                vault_id: row.get(2)?,
                backup_id: row.get(3)?,
                extra: Value::Null,
            };
            Ok((ending, row.get(4)?, (row.get(5)?, row.get(6)?), row.get(7)?))
        })
        .optional()?;
    let Some((mut ending, kind, (since, until), extra)) = found else {
        return Ok(());
    };
    ending.extra = serde_json::from_str(&extra)?;
    let progress = match fail_code {
        None => 100,
        Some(_) => numbers::progress(since, until, turn.now.micros()),
    };
    turn.db
        .prepare_cached(
            "UPDATE cbr_tasks SET status = ?2, ended_at = ?3, progress = ?4, code = ?5, message = ?6 WHERE no = ?1",
        )?
        .execute((
            no,
            if fail_code.is_some() { "failed" } else { "success" },
            turn.now.micros(),
            progress,
            fail_code.unwrap_or_default(),
            fail_code.map_or(String::new(), reason),
        ))?;
    let failed = fail_code.is_some();
    match kind.as_str() {
        "backup" => backups::made(turn, &ending, fail_code),
        "restore" => restores::finish(turn, &ending, failed),
        "delete" => backups::deleted(turn, &ending, fail_code),
        "vault_delete" => vaults::deleted(turn, &ending.vault_id, failed),
        "remove_resource" => resources::removed(turn, &ending, failed),
        "replication" => replication::finish(turn, &ending, fail_code),
        "sync" => imports::finish(turn, &ending, failed),
        _ => Ok(()),
    }
}

/// What people read about a task that failed.
pub fn reason(code: &str) -> String {
    lookup_all(code, 0).map_or_else(
        || "The service gave no reason.".to_owned(),
        |text| text.meaning.to_owned(),
    )
}

fn read(row: &Row<'_>, now: Timestamp) -> Outcome<Task> {
    let created: i64 = row.get(13)?;
    let ended: Option<i64> = row.get(14)?;
    let until: Option<i64> = row.get(15)?;
    let progress = match (ended, until) {
        (None, Some(until)) => numbers::progress(created, until, now.micros()),
        _ => row.get(16)?,
    };
    let id: String = row.get(1)?;
    let mut extra: TaskExtra = serde_json::from_str(&row.get::<_, String>(19)?)?;
    extra.common = TaskCommon {
        progress: Some(progress),
        request_id: row.get(12)?,
        task_id: id.clone(),
    };
    extra.resource = TaskResource {
        id: row.get(9)?,
        kind: row.get(10)?,
        name: row.get(11)?,
        extra_info: json!({}),
    };
    let at = |micros: Option<i64>| micros.map(Timestamp::from_micros);
    Ok(Task {
        id,
        project_id: row.get(20)?,
        status: row.get(3)?,
        operation_type: row.get(2)?,
        provider_id: row.get(4)?,
        vault_id: row.get(5)?,
        vault_name: row.get(6)?,
        policy_id: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
        checkpoint_id: row.get(8)?,
        created_at: at(Some(created)),
        started_at: at(Some(created)),
        ended_at: at(ended),
        updated_at: at(Some(ended.unwrap_or(created))),
        error_info: ErrorInfo {
            code: row.get(17)?,
            message: row.get(18)?,
        },
        extra_info: extra,
    })
}

/// One task (49).
pub fn show(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Task> {
    let tenant = turn.tenant(project_id)?;
    let found = turn
        .db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM cbr_tasks k JOIN tenants t ON t.no = k.project WHERE k.id = ?1 AND k.project = ?2"
        ))?
        .query_row((id, tenant), |row| Ok(read(row, turn.now)))
        .optional()?;
    match found {
        Some(task) => task,
        None => Err(refusal("BackupService.6500", format!("There is no task {id}.")).into()),
    }
}

/// Tasks, newest first, filtered and paged (48).
pub fn list(
    turn: &Turn<'_>,
    project_id: &str,
    pairs: &Pairs,
    page: &Page,
) -> Outcome<Listed<Task>> {
    let mut condition = "k.project = ?".to_owned();
    let mut values: Vec<Sql> = vec![turn.tenant(project_id)?.into()];
    if let Some(provider) = pairs.filled("provider_id") {
        let known = ObjectType::ALL
            .iter()
            .any(|kind| kind.provider_id() == provider);
        if !known {
            let message = format!("provider_id: there is no provider {provider}.");
            return Err(refusal("BackupService.6301", message).into());
        }
    }
    for name in [
        "operation_type",
        "provider_id",
        "resource_id",
        "status",
        "vault_id",
        "destination_region",
        "destination_project_id",
    ] {
        if let Some(value) = pairs.filled(name) {
            condition.push_str(&format!(" AND k.{name} = ?"));
            values.push(value.to_owned().into());
        }
    }
    for name in ["resource_name", "vault_name"] {
        if let Some(value) = pairs.filled(name) {
            condition.push_str(&format!(" AND instr(k.{name}, ?) > 0"));
            values.push(value.to_owned().into());
        }
    }
    for (name, comparison) in [("start_time", ">="), ("end_time", "<=")] {
        if let Some(text) = pairs.filled(name) {
            let at = Timestamp::parse(text).ok_or_else(|| {
                invalid(
                    name,
                    format!("`{text}` is not a time such as 2026-03-14T09:26:53Z"),
                )
            })?;
            condition.push_str(&format!(" AND k.created_at {comparison} ?"));
            values.push(at.micros().into());
        }
    }
    if page::other_enterprise_project(pairs) {
        condition.push_str(" AND 0");
    }
    let count: i64 = turn
        .db
        .prepare_cached(&format!(
            "SELECT count(*) FROM cbr_tasks k WHERE {condition}"
        ))?
        .query_row(rusqlite::params_from_iter(&values), |row| row.get(0))?;
    if let Some(marker) = &page.marker {
        let place: Option<(i64, i64)> = turn
            .db
            .prepare_cached("SELECT created_at, no FROM cbr_tasks WHERE id = ?1")?
            .query_row([marker], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (at, no) =
            place.ok_or_else(|| super::own(crate::csbs::page::unknown_marker(marker)))?;
        condition.push_str(" AND (k.created_at, k.no) < (?, ?)");
        values.extend([at.into(), no.into()]);
    }
    let whole = |number: usize| Sql::from(i64::try_from(number).unwrap_or(i64::MAX));
    values.extend([whole(page.limit), whole(page.offset)]);
    let mut query = turn.db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM cbr_tasks k JOIN tenants t ON t.no = k.project WHERE {condition}
         ORDER BY k.created_at DESC, k.no DESC LIMIT ? OFFSET ?"
    ))?;
    let mut found = query.query(rusqlite::params_from_iter(&values))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(read(row, turn.now)?);
    }
    Ok(Listed { rows, count })
}

/// How many tasks of these kinds are running on a vault.
pub fn running(turn: &Turn<'_>, vault_id: &str, kinds: &[&str]) -> Outcome<i64> {
    let marks = vec!["?"; kinds.len()].join(", ");
    let mut values = vec![vault_id];
    values.extend(kinds);
    Ok(turn
        .db
        .prepare_cached(&format!(
            "SELECT count(*) FROM cbr_tasks WHERE status = 'running' AND vault_id = ? AND operation_type IN ({marks})"
        ))?
        .query_row(rusqlite::params_from_iter(values), |row| row.get(0))?)
}

//! Restores from vaults: begun by a call without an answer, followed through the service's tasks
//! (cbr-v3 4.10, 5.3, 5.7).

use contract::cbr::tasks::{ErrorInfo, Task, TasksAnswer};
use contract::model::{Backup, Failure};
use contract::operations::cbr;
use contract::restore::RestorePlan;
use serde_json::Value;

use crate::api::call::Api;
use crate::api::catalogue::{explain, learn};
use crate::api::error::ApiError;
use crate::api::restores::ListedRestore;

/// Tasks read at once; the newest come first.
const TASKS: &str = "1000";

pub(super) async fn begin(
    api: Api,
    plan: RestorePlan,
    reason: String,
    once: String,
) -> Result<(), ApiError> {
    api.call(&cbr::BACKUPS_RESTORE, &[&plan.backup])
        .json(&plan.to_cbr_request())
        .reason(&reason)
        .once(&once)
        .done()
        .await
}

async fn tasks(api: Api, query: &[(&str, &str)]) -> Result<Vec<Task>, ApiError> {
    let call = query
        .iter()
        .fold(api.call(&cbr::TASKS_LIST, &[]), |call, (name, value)| {
            call.query(name, value)
        });
    let answer: TasksAnswer = call.query("limit", TASKS).send().await?;
    Ok(answer.operation_logs)
}

pub(super) async fn list(api: Api, backup: String) -> Result<Vec<ListedRestore>, ApiError> {
    let tasks = tasks(api, &[("operation_type", "restore")]).await?;
    for task in &tasks {
        learn(&task.error_info.code).await;
    }
    let mut found: Vec<ListedRestore> = tasks
        .into_iter()
        .map(listed)
        .filter(|restore| backup.is_empty() || restore.backup_id == backup)
        .collect();
    found.sort_by_key(|restore| std::cmp::Reverse(restore.at));
    Ok(found)
}

fn text(value: &Option<Value>, member: &str) -> String {
    value
        .as_ref()
        .and_then(|value| value.get(member))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Why a task failed: our text for its code, else the service's words; always with the code.
fn reason(error: &ErrorInfo) -> String {
    match (explain(&error.code, 0), error.code.as_str()) {
        (_, "") => error.message.clone(),
        (Some(known), code) => format!("{} {} ({code})", known.meaning, known.remedy),
        (None, code) => format!("{} ({code})", error.message),
    }
}

/// A task in the words of v1's list of restores.
fn listed(task: Task) -> ListedRestore {
    let restore = &task.extra_info.restore;
    let status = match task.status.as_str() {
        "success" | "skipped" => "success",
        "failed" | "timeout" => "fail",
        _ => "in_progress",
    };
    ListedRestore {
        backup_id: text(restore, "backup_id"),
        server_id: text(restore, "target_resource_id"),
        server_name: text(restore, "target_resource_name"),
        status: status.to_owned(),
        reason: reason(&task.error_info),
        at: task.created_at.or(task.started_at),
        percent: task.extra_info.common.progress,
        id: task.id,
    }
}

/// Why a backup failed, as the task that made it tells.
pub(super) async fn failure(api: Api, backup: Backup) -> Result<Option<Failure>, ApiError> {
    let query = [
        ("resource_id", backup.server_id.as_str()),
        ("status", "failed"),
    ];
    let found = tasks(api, &query).await?.into_iter().find(|task| {
        let extra = &task.extra_info;
        [&extra.backup, &extra.delete, &extra.restore]
            .iter()
            .any(|about| text(about, "backup_id") == backup.id)
    });
    if let Some(task) = &found {
        learn(&task.error_info.code).await;
    }
    Ok(found.map(|task| Failure {
        operation: task.operation_type,
        code: task.error_info.code,
        reason: task.error_info.message,
    }))
}

//! Calls about what the service does: its tasks (cbr-v3 5.7).

use contract::cbr::tasks::{Task, TaskAnswer, TasksAnswer};
use contract::operations::cbr;

use super::call::Api;
use super::error::ApiError;

/// A page of tasks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TasksPage {
    /// Newest first.
    pub tasks: Vec<Task>,
    /// How many there are beyond this page.
    pub total: usize,
}

/// The tasks that match filters of the service (name and value), newest first.
pub async fn service_tasks(
    api: Api,
    filters: &[(&str, &str)],
    offset: usize,
    limit: usize,
) -> Result<TasksPage, ApiError> {
    let mut call = api
        .call(&cbr::TASKS_LIST, &[])
        .query("limit", &limit.to_string())
        .query("offset", &offset.to_string());
    for (name, value) in filters {
        call = call.query(name, value);
    }
    let answer: TasksAnswer = call.send().await?;
    let known = offset + answer.operation_logs.len();
    let said = answer.count.and_then(|count| usize::try_from(count).ok());
    Ok(TasksPage {
        total: said.unwrap_or(known).max(known),
        tasks: answer.operation_logs,
    })
}

/// One task.
pub async fn service_task(api: Api, id: &str) -> Result<Task, ApiError> {
    let answer: TaskAnswer = api.call(&cbr::TASKS_SHOW, &[id]).send().await?;
    Ok(answer.operation_log)
}

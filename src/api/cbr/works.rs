//! What a service does beside making, restoring and deleting backups, whose own states tell that: copies, vaults that
//! go, resources that are taken out, imports, and the migration (cbr-v3 5.7, 5.12).

use std::cell::RefCell;

use contract::cbr::tasks::{MigrationStatus, Task, TaskKind, TasksAnswer};
use contract::operations::{Service, cbr};

use super::Work;
use crate::api::both::both;
use crate::api::call::Api;
use crate::api::error::ApiError;

/// Tasks read at once of each state.
const TASKS: &str = "100";

impl From<Task> for Work {
    fn from(task: Task) -> Self {
        Self {
            title: task.title(),
            waiting: task.status == "waiting",
            percent: task.percent(),
            started: task.started_at.or(task.created_at),
            task: Some(task.id),
        }
    }
}

/// Whether the state of a backup tells it already.
fn by_its_backup(task: &Task) -> bool {
    matches!(
        task.kind(),
        TaskKind::Backup | TaskKind::Restore | TaskKind::Delete
    )
}

async fn of_state(api: Api, status: &str) -> Result<Vec<Task>, ApiError> {
    let answer: TasksAnswer = api
        .call(&cbr::TASKS_LIST, &[])
        .query("status", status)
        .query("limit", TASKS)
        .send()
        .await?;
    Ok(answer.operation_logs)
}

pub(super) async fn under_way(api: Api) -> Result<Vec<Work>, ApiError> {
    let tasks = both(of_state(api, "waiting"), of_state(api, "running"));
    let ((waiting, running), migration) = both(tasks, migration(api)).await;
    let mut works: Vec<Work> = Vec::new();
    for task in running?.into_iter().chain(waiting?) {
        // One may move on from one state to the next between the two answers.
        let known = |work: &Work| work.task.as_ref() == Some(&task.id);
        if !by_its_backup(&task) && !works.iter().any(known) {
            works.push(task.into());
        }
    }
    works.extend(migration?);
    Ok(works)
}

thread_local! {
    /// Projects of which no migration was ever begun: asked once, and again when one is begun here.
    static NOT_BEGUN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// One is begun here.
pub fn migration_begins(api: Api) {
    let project = api.project();
    NOT_BEGUN.with_borrow_mut(|known| known.retain(|known| *known != project));
}

async fn migration(api: Api) -> Result<Option<Work>, ApiError> {
    let project = api.project();
    let known = NOT_BEGUN.with_borrow(|known| known.contains(&project));
    if known || !api.has(Service::Csbs) {
        return Ok(None);
    }
    let call = api
        .call(&cbr::MIGRATION_SHOW, &[])
        .query("all_regions", "false");
    let status: MigrationStatus = match call.send().await {
        Ok(status) => status,
        // No migration, or none that this service or this person knows of.
        Err(ApiError::Refused { .. }) => {
            NOT_BEGUN.with_borrow_mut(|known| known.push(project));
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let own = status.of_project(&project).filter(|own| !own.is_over());
    Ok(own.map(|own| Work {
        task: None,
        title: "Migration to Cloud Backup and Recovery".to_owned(),
        waiting: false,
        percent: own.percent(),
        started: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_backups_tell_themselves_is_not_told_twice() {
        for kind in TaskKind::DOCUMENTED {
            let task = Task {
                operation_type: kind.as_str().to_owned(),
                ..Task::default()
            };
            let told = ["backup", "restore", "delete"].contains(&kind.as_str());
            assert_eq!(by_its_backup(&task), told, "{kind:?}");
        }
    }
}

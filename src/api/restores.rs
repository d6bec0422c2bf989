//! Calls about restores (csbs-v1 4.3, 4.14, and the native superset of section 11).

use contract::csbs::backups::{CheckAnswer, CheckRequest, CheckRestorable, CheckResult};
use contract::csbs::restores::{RestoreAnswer, RestoreRequest, RestoresAnswer};
use contract::operations::csbs;

use super::call::Api;
use super::error::ApiError;

/// A restore as the service lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRestore {
    pub id: String,
    pub backup_id: String,
    pub server_id: String,
    /// `in_progress`, `success`, `fail`, or something the documents do not name.
    pub status: String,
    /// The service's words when it failed.
    pub reason: String,
}

impl ListedRestore {
    /// Whether it is going on.
    pub fn is_running(&self) -> bool {
        self.status == "in_progress"
    }
}

/// Starts a restore; answers its id. `once` makes sure that it is started at most once.
pub async fn restore(
    api: Api,
    request: &RestoreRequest,
    reason: &str,
    once: &str,
) -> Result<String, ApiError> {
    let answer: RestoreAnswer = api
        .call(&csbs::RESTORES_CREATE, &[])
        .json(request)
        .reason(reason)
        .once(once)
        .send()
        .await?;
    Ok(answer.restore.id)
}

/// The service's own check of a plan.
pub async fn can_be_restored(api: Api, plan: &CheckRestorable) -> Result<CheckResult, ApiError> {
    let request = CheckRequest {
        check_protectable: None,
        check_restorable: Some(vec![plan.clone()]),
    };
    let answer: CheckAnswer = api
        .call(&csbs::CHECK_RESOURCES, &[])
        .json(&request)
        .send()
        .await?;
    Ok(answer.restorable.into_iter().next().unwrap_or_default())
}

/// The restores the service knows. The documented API has no such list; a service without it
/// counts as one that lists nothing.
pub async fn restores(api: Api) -> Result<Vec<ListedRestore>, ApiError> {
    let answer: Result<RestoresAnswer, ApiError> = api.call(&csbs::RESTORES_LIST, &[]).send().await;
    match answer {
        Ok(answer) => Ok(answer.restores.into_iter().map(listed).collect()),
        Err(ApiError::Refused {
            status: 404 | 405, ..
        }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn listed(restore: contract::csbs::restores::Restore) -> ListedRestore {
    let parameter = |pointer: &str| {
        restore
            .parameters
            .pointer(pointer)
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (backup_id, server_id) = (
        parameter("/checkpoint_item_id"),
        parameter("/targets/server_id"),
    );
    let reason = restore
        .resources_reason
        .get(&server_id)
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
        .to_owned();
    ListedRestore {
        id: restore.id,
        backup_id,
        server_id,
        status: restore.status,
        reason,
    }
}

//! Calls about restores of both services (csbs-v1 4.3, 4.14 and section 11; cbr-v3 5.3).

use contract::csbs::backups::{CheckAnswer, CheckRequest, CheckRestorable, CheckResult};
use contract::csbs::restores::{RestoreAnswer, RestoresAnswer};
use contract::model::Generation;
use contract::operations::{Service, csbs};
use contract::restore::RestorePlan;
use contract::time::Timestamp;

use super::both::only;
use super::call::Api;
use super::cbr::{Answer, cbr};
use super::error::ApiError;
use super::joined::{First, Joined, behind, join};

/// A restore as the service lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRestore {
    pub id: String,
    pub backup_id: String,
    /// The server, or the volume or file system, it goes to.
    pub server_id: String,
    /// Its name, where the list tells it.
    pub server_name: String,
    /// `in_progress`, `success`, `fail`, or something the documents do not name.
    pub status: String,
    /// The service's words when it failed.
    pub reason: String,
    /// When it was asked for, where the list tells it.
    pub at: Option<Timestamp>,
    /// 0–100, where the list tells it.
    pub percent: Option<i64>,
}

impl ListedRestore {
    /// Whether it is going on.
    pub fn is_running(&self) -> bool {
        self.status == "in_progress"
    }
}

/// Starts a restore in the service the backup lives in; answers its id, which is empty where the service
/// gives none. `once` makes sure that it is started at most once.
pub async fn restore(
    api: Api,
    plan: &RestorePlan,
    reason: &str,
    once: &str,
) -> Result<String, ApiError> {
    if plan.generation == Generation::Cbr {
        (cbr().await?.restore)(api, plan.clone(), reason.to_owned(), once.to_owned()).await?;
        return Ok(String::new());
    }
    let answer: RestoreAnswer = api
        .call(&csbs::RESTORES_CREATE, &[])
        .json(&plan.to_request())
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

/// The restores the services know.
pub async fn restores(api: Api) -> Result<Joined<Vec<ListedRestore>>, ApiError> {
    let first: First<Vec<ListedRestore>> =
        (api.has(Service::Csbs)).then(|| Box::pin(listed_by_v1(api)) as Answer<_>);
    match api.has(Service::Cbr) {
        true => join(first, restores_of(api, ""), behind).await,
        false => only(first).await,
    }
}

/// Restores from a backup in a vault (empty: from any), newest first, as the service's tasks tell them.
pub async fn restores_of(api: Api, backup: &str) -> Result<Vec<ListedRestore>, ApiError> {
    match api.has(Service::Cbr) {
        true => (cbr().await?.restores)(api, backup.to_owned()).await,
        false => Ok(Vec::new()),
    }
}

/// The documented v1 has no such list; a service without it counts as one that lists nothing.
async fn listed_by_v1(api: Api) -> Result<Vec<ListedRestore>, ApiError> {
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
        server_name: String::new(),
        at: None,
        percent: None,
    }
}

//! Calls about policies of vaults (cbr-v3 5.1, 5.2, 5.5). Fetched with the pages of policies; the
//! first screen knows nothing of these shapes.

use contract::cbr;
use contract::cbr::checkpoints::{
    CheckpointAnswer, CheckpointCreate, CheckpointCreateRequest, CheckpointParameters,
};
use contract::cbr::policies::{
    PoliciesAnswer, PolicyAnswer, PolicyCreateRequest, PolicyUpdateRequest,
};
use contract::model::Policy;
use contract::operations::cbr as operations;

use super::call::Api;
use super::error::ApiError;
use super::pages::{PAGE, all_pages};

/// All policies of vaults, of both kinds.
pub async fn policies_of_vaults(api: Api) -> Result<Vec<Policy>, ApiError> {
    let page = |marker: Option<String>| async move {
        let answer: PoliciesAnswer = api
            .call(&operations::POLICIES_LIST, &[])
            .query("limit", &PAGE.to_string())
            .query("marker", marker.as_deref().unwrap_or_default())
            .send()
            .await?;
        Ok(answer.policies.into_iter().map(Policy::from).collect())
    };
    all_pages(page, |policy: &Policy| &policy.id).await
}

/// One of them.
pub async fn policy_of_vaults(api: Api, id: &str) -> Result<Policy, ApiError> {
    let answer: PolicyAnswer = api.call(&operations::POLICIES_SHOW, &[id]).send().await?;
    Ok(answer.policy.into())
}

/// Creates one; it is applied to vaults afterwards.
pub async fn create_policy_of_vaults(
    api: Api,
    request: &PolicyCreateRequest,
    once: &str,
) -> Result<Policy, ApiError> {
    let answer: PolicyAnswer = api
        .call(&operations::POLICIES_CREATE, &[])
        .json(request)
        .once(once)
        .send()
        .await?;
    Ok(answer.policy.into())
}

/// Changes one; what the request leaves out stays.
pub async fn update_policy_of_vaults(
    api: Api,
    id: &str,
    request: &PolicyUpdateRequest,
) -> Result<Policy, ApiError> {
    let answer: PolicyAnswer = api
        .call(&operations::POLICIES_UPDATE, &[id])
        .json(request)
        .send()
        .await?;
    Ok(answer.policy.into())
}

/// Deletes one; its vaults and their backups stay.
pub async fn delete_policy_of_vaults(api: Api, id: &str, once: &str) -> Result<(), ApiError> {
    api.call(&operations::POLICIES_DELETE, &[id])
        .once(once)
        .done()
        .await
}

/// The request to back up a vault now, or some of its resources.
pub fn run_vault_request(vault: &str, resources: Option<Vec<String>>) -> CheckpointCreateRequest {
    CheckpointCreateRequest {
        checkpoint: CheckpointCreate {
            vault_id: vault.to_owned(),
            parameters: resources.map(|resources| CheckpointParameters {
                resources: Some(resources),
                ..CheckpointParameters::default()
            }),
        },
    }
}

/// Backs up a vault now, or some of its resources; answers the id of what is made together.
pub async fn run_vault(
    api: Api,
    vault: &str,
    resources: Option<Vec<String>>,
    once: &str,
) -> Result<String, ApiError> {
    let answer: CheckpointAnswer = api
        .call(&operations::CHECKPOINTS_CREATE, &[])
        .json(&run_vault_request(vault, resources))
        .once(once)
        .send()
        .await?;
    Ok(answer.checkpoint.id)
}

/// The newest backups of a vault, at most a page, and whether there are more.
pub async fn policy_backups(
    api: Api,
    vault: &str,
) -> Result<(Vec<cbr::backups::Backup>, bool), ApiError> {
    let answer: cbr::backups::BackupsAnswer = api
        .call(&operations::BACKUPS_LIST, &[])
        .query("vault_id", vault)
        .query("limit", &PAGE.to_string())
        .send()
        .await?;
    let more = answer.backups.len() >= PAGE;
    Ok((answer.backups, more))
}

//! Calls about policies (csbs-v1 4.4–4.9).

use contract::csbs::backups::{CheckpointAnswer, RunParameters, RunPolicy, RunPolicyRequest};
use contract::csbs::policies::{
    PoliciesAnswer, PolicyAnswer, PolicyCreateRequest, PolicyUpdateRequest,
};
use contract::model::Policy;
use contract::operations::csbs;

use super::call::Api;
use super::error::ApiError;
use super::pages::{PAGE, all_pages};

/// All policies.
pub async fn policies(api: Api) -> Result<Vec<Policy>, ApiError> {
    let page = |marker: Option<String>| async move {
        let answer: PoliciesAnswer = api
            .call(&csbs::POLICIES_LIST, &[])
            .query("limit", &PAGE.to_string())
            .query("marker", marker.as_deref().unwrap_or_default())
            .send()
            .await?;
        Ok(answer.policies.into_iter().map(Policy::from).collect())
    };
    all_pages(page, |policy: &Policy| &policy.id).await
}

/// One policy.
pub async fn policy(api: Api, id: &str) -> Result<Policy, ApiError> {
    let answer: PolicyAnswer = api.call(&csbs::POLICIES_SHOW, &[id]).send().await?;
    Ok(answer.policy.into())
}

/// Creates a policy.
pub async fn create_policy(
    api: Api,
    request: &PolicyCreateRequest,
    once: &str,
) -> Result<Policy, ApiError> {
    let answer: PolicyAnswer = api
        .call(&csbs::POLICIES_CREATE, &[])
        .json(request)
        .once(once)
        .send()
        .await?;
    Ok(answer.policy.into())
}

/// Changes a policy; what the request leaves out stays.
pub async fn update_policy(
    api: Api,
    id: &str,
    request: &PolicyUpdateRequest,
) -> Result<Policy, ApiError> {
    let answer: PolicyAnswer = api
        .call(&csbs::POLICIES_UPDATE, &[id])
        .json(request)
        .send()
        .await?;
    Ok(answer.policy.into())
}

/// Deletes a policy; its backups stay.
pub async fn delete_policy(api: Api, id: &str, once: &str) -> Result<(), ApiError> {
    api.call(&csbs::POLICIES_DELETE, &[id])
        .once(once)
        .done()
        .await
}

/// The request to run a policy now, for all its servers or for some of them.
pub fn run_request(id: &str, servers: Option<Vec<String>>) -> RunPolicyRequest {
    RunPolicyRequest {
        checkpoint: RunPolicy {
            plan_id: id.to_owned(),
            parameters: RunParameters {
                auto_trigger: Some(false),
                resources: servers,
            },
        },
    }
}

/// Runs a policy now, for all its servers or for some of them; answers the id of the group of
/// backups it makes.
pub async fn run_policy(
    api: Api,
    id: &str,
    servers: Option<Vec<String>>,
    once: &str,
) -> Result<String, ApiError> {
    let request = run_request(id, servers);
    let answer: CheckpointAnswer = api
        .call(&csbs::POLICIES_RUN, &[])
        .json(&request)
        .once(once)
        .send()
        .await?;
    Ok(answer.checkpoint.id)
}

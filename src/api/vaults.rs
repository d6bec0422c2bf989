//! Calls about vaults: what there is, and what is done to them (cbr-v3 5.1, 5.8).

use contract::cbr::checkpoints::{CheckpointCreate, CheckpointCreateRequest, CheckpointParameters};
use contract::cbr::vaults as wire;
use contract::cbr::{PoliciesAnswer, policies::Policy};
use contract::operations::cbr;
use contract::request::RequestText;
use contract::vault::{Vault, VaultPolicy};

use super::call::Api;
use super::error::ApiError;
use super::pages::{PAGE, all_pages};

/// All vaults of the project, the newest first.
pub async fn vaults(api: Api) -> Result<Vec<Vault>, ApiError> {
    let page = |marker: Option<String>| async move {
        let answer: wire::VaultsAnswer = api
            .call(&cbr::VAULTS_LIST, &[])
            .query("limit", &PAGE.to_string())
            .query("marker", marker.as_deref().unwrap_or_default())
            .send()
            .await?;
        Ok(answer.vaults.into_iter().map(Vault::from).collect())
    };
    all_pages(page, |vault: &Vault| &vault.id).await
}

/// One vault.
pub async fn vault(api: Api, id: &str) -> Result<Vault, ApiError> {
    let answer: wire::VaultAnswer = api.call(&cbr::VAULTS_SHOW, &[id]).send().await?;
    Ok(answer.vault.into())
}

/// Vaults for replicas in a project of another region, or of this one.
pub async fn replica_vaults(api: Api, project: &str, region: &str) -> Result<Vec<Vault>, ApiError> {
    let answer: wire::VaultsAnswer = api
        .call(&cbr::VAULTS_EXTERNAL, &[])
        .query("external_project_id", project)
        .query("region_id", region)
        .query("protect_type", "replication")
        .query("limit", &PAGE.to_string())
        .send()
        .await?;
    Ok(answer.vaults.into_iter().map(Vault::from).collect())
}

/// All policies that can be applied to vaults.
pub async fn vault_policies(api: Api) -> Result<Vec<VaultPolicy>, ApiError> {
    let page = |marker: Option<String>| async move {
        let answer: PoliciesAnswer = api
            .call(&cbr::POLICIES_LIST, &[])
            .query("limit", &PAGE.to_string())
            .query("marker", marker.as_deref().unwrap_or_default())
            .send()
            .await?;
        let policies = answer.policies.into_iter();
        Ok(policies.map(|policy: Policy| policy.into()).collect())
    };
    all_pages(page, |policy: &VaultPolicy| &policy.id).await
}

/// Makes a vault.
pub async fn create_vault(
    api: Api,
    request: &wire::VaultCreateRequest,
    once: &str,
) -> Result<Vault, ApiError> {
    let answer: wire::VaultAnswer = api
        .call(&cbr::VAULTS_CREATE, &[])
        .json(request)
        .once(once)
        .send()
        .await?;
    Ok(answer.vault.into())
}

/// Changes a vault; what the request leaves out stays.
pub async fn update_vault(
    api: Api,
    id: &str,
    change: wire::VaultUpdate,
) -> Result<Vault, ApiError> {
    let request = wire::VaultUpdateRequest { vault: change };
    let answer: wire::VaultAnswer = api
        .call(&cbr::VAULTS_UPDATE, &[id])
        .json(&request)
        .send()
        .await?;
    Ok(answer.vault.into())
}

/// The request of [`update_vault`].
pub fn update_request(id: &str, change: &wire::VaultUpdate) -> RequestText {
    let request = wire::VaultUpdateRequest {
        vault: change.clone(),
    };
    RequestText::new(&cbr::VAULTS_UPDATE, &[id]).with_body(&request)
}

/// Deletes a vault with all its backups; it is gone when the service's task is over.
pub async fn delete_vault(api: Api, id: &str, once: &str) -> Result<(), ApiError> {
    api.call(&cbr::VAULTS_DELETE, &[id]).once(once).done().await
}

/// Something done to what a vault holds, or to its policies; each is one request.
#[derive(Clone, Debug, PartialEq)]
pub enum VaultDeed {
    /// Puts resources in.
    Add(wire::ResourcesAdd),
    /// Takes resources out, and their backups with them.
    Remove(wire::ResourcesRemove),
    /// Moves resources and their backups to another vault.
    Migrate(wire::ResourcesMigrate),
    /// Leaves resources out of scheduled backups, or takes them in again.
    Set(wire::ResourcesSet),
    /// Applies a policy.
    Apply(wire::PolicyAssociate),
    /// Takes a policy off.
    TakeOff(wire::PolicyDissociate),
    /// Backs up what it holds, or some of it.
    BackUp(CheckpointCreateRequest),
}

impl VaultDeed {
    /// Backs up resources of a vault now; none named means all.
    pub fn back_up(vault: &str, resources: Option<Vec<String>>) -> Self {
        let parameters = CheckpointParameters {
            auto_trigger: Some(false),
            resources,
            ..CheckpointParameters::default()
        };
        Self::BackUp(CheckpointCreateRequest {
            checkpoint: CheckpointCreate {
                vault_id: vault.to_owned(),
                parameters: Some(parameters),
            },
        })
    }

    /// The request it is.
    pub fn request(&self, vault: &str) -> RequestText {
        let text = |operation| RequestText::new(operation, &[vault]);
        match self {
            Self::Add(body) => text(&cbr::VAULTS_ADD_RESOURCES).with_body(body),
            Self::Remove(body) => text(&cbr::VAULTS_REMOVE_RESOURCES).with_body(body),
            Self::Migrate(body) => text(&cbr::VAULTS_MIGRATE_RESOURCES).with_body(body),
            Self::Set(body) => text(&cbr::VAULTS_SET_RESOURCES).with_body(body),
            Self::Apply(body) => text(&cbr::VAULTS_ASSOCIATE_POLICY).with_body(body),
            Self::TakeOff(body) => text(&cbr::VAULTS_DISSOCIATE_POLICY).with_body(body),
            Self::BackUp(body) => RequestText::new(&cbr::CHECKPOINTS_CREATE, &[]).with_body(body),
        }
    }

    /// Does it.
    pub async fn carry_out(&self, api: Api, vault: &str, once: &str) -> Result<(), ApiError> {
        let call = |operation| api.call(operation, &[vault]).once(once);
        let call = match self {
            Self::Add(body) => call(&cbr::VAULTS_ADD_RESOURCES).json(body),
            Self::Remove(body) => call(&cbr::VAULTS_REMOVE_RESOURCES).json(body),
            Self::Migrate(body) => call(&cbr::VAULTS_MIGRATE_RESOURCES).json(body),
            Self::Set(body) => call(&cbr::VAULTS_SET_RESOURCES).json(body),
            Self::Apply(body) => call(&cbr::VAULTS_ASSOCIATE_POLICY).json(body),
            Self::TakeOff(body) => call(&cbr::VAULTS_DISSOCIATE_POLICY).json(body),
            Self::BackUp(body) => {
                let call = api.call(&cbr::CHECKPOINTS_CREATE, &[]);
                call.once(once).json(body)
            }
        };
        call.done().await
    }
}

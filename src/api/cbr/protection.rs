//! What protects: vaults with what is in them, their policies, and backing up into them
//! (cbr-v3 5.1, 5.2, 5.5).

use contract::cbr::backups::{StorageUsage, StorageUsageAnswer};
use contract::cbr::checkpoints::{CheckpointAnswer, CheckpointCreateRequest};
use contract::cbr::policies::PoliciesAnswer;
use contract::cbr::vaults::{Summary, VaultsAnswer};
use contract::model::{Policy, PolicyServer, Quota, Vault};
use contract::operations::cbr;

use crate::api::call::Api;
use crate::api::error::ApiError;
use crate::api::joined::{First, Joined, behind, join};
use crate::api::pages::{PAGE, all_pages};

/// What the vaults protect.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Protection {
    pub vaults: Vec<Vault>,
    /// Backup policies; their servers are what is in the vaults they are applied to.
    pub policies: Vec<Policy>,
}

impl Protection {
    /// The vault that backs a resource up.
    pub fn vault_of(&self, resource: &str) -> Option<&Vault> {
        self.vaults.iter().find(|vault| {
            !vault.replication && vault.resources.iter().any(|held| held.id == resource)
        })
    }
}

async fn vaults(api: Api) -> Result<Vec<Vault>, ApiError> {
    let page = |marker: Option<String>| async move {
        let answer: VaultsAnswer = api
            .call(&cbr::VAULTS_LIST, &[])
            .query("limit", &PAGE.to_string())
            .query("marker", marker.as_deref().unwrap_or_default())
            .send()
            .await?;
        Ok(answer.vaults.into_iter().map(Vault::from).collect())
    };
    all_pages(page, |vault: &Vault| &vault.id).await
}

pub(super) async fn read(api: Api) -> Result<Protection, ApiError> {
    let vaults = vaults(api).await?;
    let answer: PoliciesAnswer = api.call(&cbr::POLICIES_LIST, &[]).send().await?;
    let policies = answer
        .policies
        .into_iter()
        .filter(|policy| policy.operation_type != "replication")
        .map(|wire| {
            let applied: Vec<String> = wire
                .associated_vaults
                .iter()
                .map(|vault| vault.vault_id.clone())
                .collect();
            let mut policy = Policy::from(wire);
            policy.servers = vaults
                .iter()
                .filter(|vault| applied.contains(&vault.id))
                .flat_map(|vault| &vault.resources)
                .map(|held| PolicyServer {
                    id: held.id.clone(),
                    name: held.name.clone(),
                    kind: held.kind.clone(),
                    ..PolicyServer::default()
                })
                .collect();
            policy
        })
        .collect();
    Ok(Protection { vaults, policies })
}

pub(super) async fn quotas(
    api: Api,
    first: First<Vec<Quota>>,
) -> Result<Joined<Vec<Quota>>, ApiError> {
    let capacity = async {
        let summary: Summary = api.call(&cbr::VAULTS_SUMMARY, &[]).send().await?;
        Ok(vec![Quota {
            kind: "vault_capacity".to_owned(),
            unit: "GB".to_owned(),
            limit: summary.size,
            used: summary.used_size.unwrap_or(0),
        }])
    };
    join(first, capacity, behind).await
}

pub(super) async fn usage(api: Api) -> Result<Vec<StorageUsage>, ApiError> {
    let mut all: Vec<StorageUsage> = Vec::new();
    loop {
        let answer: StorageUsageAnswer = api
            .call(&cbr::STORAGE_USAGE, &[])
            .query("limit", &PAGE.to_string())
            .query("offset", &all.len().to_string())
            .send()
            .await?;
        let full = answer.storage_usage.len() >= PAGE;
        let before = all.len();
        for row in answer.storage_usage {
            // What slid into the next page meanwhile comes once.
            if all.iter().all(|known| known.resource_id != row.resource_id) {
                all.push(row);
            }
        }
        if !full || all.len() == before {
            return Ok(all);
        }
    }
}

pub(super) async fn back_up(
    api: Api,
    request: CheckpointCreateRequest,
    once: String,
) -> Result<String, ApiError> {
    let answer: CheckpointAnswer = api
        .call(&cbr::CHECKPOINTS_CREATE, &[])
        .json(&request)
        .once(&once)
        .send()
        .await?;
    Ok(answer.checkpoint.id)
}

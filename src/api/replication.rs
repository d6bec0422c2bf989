//! Calls about copies of backups in other regions (cbr-v3 5.2, 5.3, 5.11).

use contract::cbr::checkpoints::CheckpointReplicateRequest;
use contract::cbr::sharing::{
    BackupReplicateRequest, ReplicationAnswer, ReplicationBegun, ReplicationCapabilities,
};
use contract::cbr::vaults::{Vault, VaultsAnswer};
use contract::operations::cbr;

use super::call::Api;
use super::error::ApiError;
use super::pages::PAGE;

/// Which regions copy to which.
pub async fn replication_capabilities(api: Api) -> Result<ReplicationCapabilities, ApiError> {
    api.call(&cbr::REPLICATION_CAPABILITIES, &[]).send().await
}

/// The vaults of a project in a region, as far as the service lets anybody see them: `None` where it
/// does not, and their ids have to be typed.
pub async fn vaults_elsewhere(
    api: Api,
    project: &str,
    region: &str,
) -> Result<Option<Vec<Vault>>, ApiError> {
    let call = api
        .call(&cbr::VAULTS_EXTERNAL, &[])
        .query("external_project_id", project)
        .query("region_id", region)
        .query("limit", &PAGE.to_string());
    match call.send::<VaultsAnswer>().await {
        Ok(answer) => Ok(Some(answer.vaults)),
        Err(ApiError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Begins to copy one backup.
pub async fn replicate_backup(
    api: Api,
    backup: &str,
    request: &BackupReplicateRequest,
    once: &str,
) -> Result<ReplicationBegun, ApiError> {
    let answer: ReplicationAnswer = api
        .call(&cbr::BACKUPS_REPLICATE, &[backup])
        .json(request)
        .once(once)
        .send()
        .await?;
    Ok(answer.replication)
}

/// Begins to copy what a vault holds and the destination does not.
pub async fn replicate_vault(
    api: Api,
    request: &CheckpointReplicateRequest,
    once: &str,
) -> Result<ReplicationBegun, ApiError> {
    let answer: ReplicationAnswer = api
        .call(&cbr::CHECKPOINTS_REPLICATE, &[])
        .json(request)
        .once(once)
        .send()
        .await?;
    Ok(answer.replication)
}

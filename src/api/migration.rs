//! Calls for the migration lens: what both services tell of a project, and the migration itself
//! (cbr-v3 5.12).

use std::collections::HashMap;

use contract::cbr::BackupsAnswer;
use contract::cbr::policies::{PoliciesAnswer, Policy};
use contract::cbr::tasks::{MigrationRequest, MigrationStatus};
use contract::cbr::vaults::{Vault, VaultsAnswer};
use contract::image::ImagesAnswer;
use contract::migration::{After, Gathered, SPARE_PERCENT};
use contract::operations::{cbr, image};
use serde_json::Value;

use super::call::Api;
use super::cbr::migration_begins;
use super::error::ApiError;
use super::pages::{PAGE, all_pages};
use super::{backups, can_be_backed_up, policies, servers, volumes};

/// Servers asked about in one check.
const CHECKED: usize = 64;

/// What there is in both services, as far as the project has them.
pub async fn gathered(api: Api, older: bool, newer: bool) -> Result<Gathered, ApiError> {
    let mut told = Gathered {
        spare_percent: SPARE_PERCENT,
        ..Gathered::default()
    };
    if newer {
        told.vaults = vaults(api).await?;
        told.cbr_policies = cbr_policies(api).await?;
    }
    if !older {
        return Ok(told);
    }
    told.policies = policies(api).await?;
    told.backups = backups(api, &[]).await?;
    // A backup does not say which policy made it; the list can be asked.
    for policy in &told.policies {
        for backup in backups(api, &[("policy_id", &policy.id)]).await? {
            told.made_by.insert(backup.id, policy.id.clone());
        }
    }
    told.servers = servers(api).await?;
    told.volumes = volumes(api).await?;
    let mut listed: Vec<String> = told
        .policies
        .iter()
        .flat_map(|policy| policy.servers.iter().map(|server| server.id.clone()))
        .collect();
    listed.sort_unstable();
    listed.dedup();
    for some in listed.chunks(CHECKED) {
        told.checks.extend(can_be_backed_up(api, some).await?);
    }
    if told
        .backups
        .iter()
        .any(|backup| !backup.image_ids.is_empty())
    {
        let answer: ImagesAnswer = api
            .call(&image::IMAGES_LIST, &[])
            .query("__imagetype", "private")
            .send()
            .await?;
        told.images = answer.images;
    }
    Ok(told)
}

async fn vaults(api: Api) -> Result<Vec<Vault>, ApiError> {
    let page = |marker: Option<String>| async move {
        let answer: VaultsAnswer = api
            .call(&cbr::VAULTS_LIST, &[])
            .query("limit", &PAGE.to_string())
            .query("marker", marker.as_deref().unwrap_or_default())
            .send()
            .await?;
        Ok(answer.vaults)
    };
    all_pages(page, |vault: &Vault| &vault.id).await
}

async fn cbr_policies(api: Api) -> Result<Vec<Policy>, ApiError> {
    let page = |marker: Option<String>| async move {
        let answer: PoliciesAnswer = api
            .call(&cbr::POLICIES_LIST, &[])
            .query("limit", &PAGE.to_string())
            .query("marker", marker.as_deref().unwrap_or_default())
            .send()
            .await?;
        Ok(answer.policies)
    };
    all_pages(page, |policy: &Policy| &policy.id).await
}

/// What CBR has now, with the number of backups in each vault.
pub async fn after_migration(api: Api) -> Result<After, ApiError> {
    let mut after = After {
        vaults: vaults(api).await?,
        policies: cbr_policies(api).await?,
        backups: HashMap::new(),
    };
    for vault in &after.vaults {
        let answer: BackupsAnswer = api
            .call(&cbr::BACKUPS_LIST, &[])
            .query("vault_id", &vault.id)
            .query("limit", "1")
            .send()
            .await?;
        if let Some(count) = answer.count {
            after.backups.insert(vault.id.clone(), count);
        }
    }
    Ok(after)
}

/// How far the migration of the account is; `None` while none was ever begun.
pub async fn migration_status(api: Api) -> Result<Option<MigrationStatus>, ApiError> {
    let answer = api
        .call(&cbr::MIGRATION_SHOW, &[])
        .query("all_regions", "false")
        .send()
        .await;
    match answer {
        Ok(status) => Ok(Some(status)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Begins the migration of this project.
pub async fn start_migration(api: Api, spare_percent: i64, once: &str) -> Result<(), ApiError> {
    let request = MigrationRequest {
        all_regions: false,
        reservation: spare_percent as f64 / 100.0,
    };
    let _: Value = api
        .call(&cbr::MIGRATION_START, &[])
        .json(&request)
        .once(once)
        .send()
        .await?;
    migration_begins(api);
    Ok(())
}

//! Calls about backups in vaults (cbr-v3 5.3).

use contract::cbr::backups::{BackupAnswer, BackupUpdate, BackupUpdateRequest, BackupsAnswer};
use contract::cbr::rules::ShortName;
use contract::model::{Backup, BackupStatus};
use contract::operations::cbr;

use super::Filters;
use crate::api::call::{Api, Call};
use crate::api::error::ApiError;
use crate::api::joined::{First, Joined, behind, join};
use crate::api::pages::{PAGE, all_pages};

pub(super) fn filtered(call: Call, filters: &Filters) -> Call {
    filters
        .iter()
        .fold(call, |call, (name, value)| call.query(name, value))
}

async fn page(
    api: Api,
    filters: &Filters,
    marker: Option<&str>,
    limit: usize,
) -> Result<Vec<Backup>, ApiError> {
    let answer: BackupsAnswer = filtered(api.call(&cbr::BACKUPS_LIST, &[]), filters)
        .query("limit", &limit.to_string())
        .query("marker", marker.unwrap_or_default())
        .send()
        .await?;
    let project = api.project();
    Ok(answer
        .backups
        .into_iter()
        .map(|backup| backup.seen_from(&project))
        .collect())
}

pub(super) async fn newest(
    api: Api,
    filters: Filters,
    limit: usize,
    first: First<Vec<Backup>>,
) -> Result<Joined<Vec<Backup>>, ApiError> {
    let mut joined = join(first, page(api, &filters, None, limit), behind).await?;
    let newest = |backup: &Backup| std::cmp::Reverse(backup.created_at);
    joined.all.sort_by_key(newest);
    joined.all.truncate(limit);
    Ok(joined)
}

/// The service takes several states in one question (cbr-v3 section 2).
pub(super) async fn busy(api: Api) -> Result<Vec<Backup>, ApiError> {
    let states = BackupStatus::DOCUMENTED
        .iter()
        .filter(|status| status.is_busy())
        .map(|status| ("status".to_owned(), status.as_str().to_owned()));
    Ok(all(api, states.collect(), None).await?.all)
}

pub(super) async fn all(
    api: Api,
    filters: Filters,
    first: First<Vec<Backup>>,
) -> Result<Joined<Vec<Backup>>, ApiError> {
    let filters = &filters;
    let next =
        |marker: Option<String>| async move { page(api, filters, marker.as_deref(), PAGE).await };
    let second = all_pages(next, |backup: &Backup| &backup.id);
    join(first, second, behind).await
}

pub(super) async fn one(api: Api, id: String) -> Result<Backup, ApiError> {
    let answer: BackupAnswer = api.call(&cbr::BACKUPS_SHOW, &[&id]).send().await?;
    Ok(answer.backup.seen_from(&api.project()))
}

pub(super) async fn delete(api: Api, id: String, once: String) -> Result<(), ApiError> {
    api.call(&cbr::BACKUPS_DELETE, &[&id])
        .once(&once)
        .done()
        .await
}

pub(super) async fn rename(api: Api, id: String, name: String) -> Result<(), ApiError> {
    let name = ShortName::try_from(name).map_err(|rule| ApiError::Refused {
        status: 400,
        code: "BackupService.9900".to_owned(),
        message: rule.to_string(),
        request_id: String::new(),
    })?;
    let request = BackupUpdateRequest {
        backup: BackupUpdate { name },
    };
    api.call(&cbr::BACKUPS_UPDATE, &[&id])
        .json(&request)
        .done()
        .await
}

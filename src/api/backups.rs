//! Calls about backups and quotas (csbs-v1 4.10–4.13, 4.15).

use contract::csbs::QuotasAnswer;
use contract::csbs::backups::{CheckpointItemAnswer, CheckpointItemsAnswer, CountAnswer};
use contract::model::{Backup, Quota};
use contract::operations::csbs;
use serde::de::DeserializeOwned;

use super::call::{Api, Call};
use super::error::ApiError;
use super::pages::{PAGE, all_pages};

/// A page of backups and the marker of the next one, if the page was full.
pub struct BackupsPage {
    pub backups: Vec<Backup>,
    pub next: Option<String>,
}

/// One page of the backups that match service-side filters (`status`, `resource_id`, `start_time` …).
pub async fn backups_page(
    api: Api,
    filters: &[(&str, &str)],
    marker: Option<&str>,
    limit: usize,
) -> Result<BackupsPage, ApiError> {
    let answer: CheckpointItemsAnswer = filtered(api.call(&csbs::BACKUPS_LIST, &[]), filters)
        .query("limit", &limit.to_string())
        .query("marker", marker.unwrap_or_default())
        .send()
        .await?;
    let backups: Vec<Backup> = answer
        .checkpoint_items
        .into_iter()
        .map(Into::into)
        .collect();
    let next = (backups.len() >= limit)
        .then(|| backups.last().map(|backup| backup.id.clone()))
        .flatten();
    Ok(BackupsPage { backups, next })
}

/// All backups that match service-side filters. For lists that can be long, prefer [`backups_page`].
pub async fn backups(api: Api, filters: &[(&str, &str)]) -> Result<Vec<Backup>, ApiError> {
    let page = |marker: Option<String>| async move {
        Ok(backups_page(api, filters, marker.as_deref(), PAGE)
            .await?
            .backups)
    };
    all_pages(page, |backup: &Backup| &backup.id).await
}

/// How many backups match service-side filters.
pub async fn count_backups(api: Api, filters: &[(&str, &str)]) -> Result<u64, ApiError> {
    let answer: CountAnswer = filtered(api.call(&csbs::BACKUPS_COUNT, &[]), filters)
        .send()
        .await?;
    Ok(answer
        .count
        .and_then(|count| u64::try_from(count).ok())
        .unwrap_or_default())
}

/// One backup.
pub async fn backup(api: Api, id: &str) -> Result<Backup, ApiError> {
    let answer: CheckpointItemAnswer = api.call(&csbs::BACKUPS_SHOW, &[id]).send().await?;
    Ok(answer.checkpoint_item.into())
}

/// Deletes backups of one checkpoint; the service goes on with it after the answer.
pub async fn delete_backups(
    api: Api,
    checkpoint: &str,
    ids: &[&str],
    once: &str,
) -> Result<(), ApiError> {
    api.call(&csbs::BACKUPS_DELETE, &[checkpoint])
        .query("checkpoint_items", &ids.join(","))
        .once(once)
        .done()
        .await
}

/// The project's quotas in v1.
pub(super) async fn quotas(api: Api) -> Result<Vec<Quota>, ApiError> {
    let answer: QuotasAnswer = api.call(&csbs::QUOTAS_SHOW, &[]).send().await?;
    Ok(answer
        .quotas
        .resources
        .into_iter()
        .map(Into::into)
        .collect())
}

fn filtered(call: Call, filters: &[(&str, &str)]) -> Call {
    filters
        .iter()
        .fold(call, |call, (name, value)| call.query(name, value))
}

/// One page of backups, read as whatever part of it the caller keeps. `marker` is the id of the last row before it.
pub async fn backup_rows<T: DeserializeOwned>(
    api: Api,
    filters: &[(&str, &str)],
    marker: Option<&str>,
    limit: usize,
) -> Result<T, ApiError> {
    filtered(api.call(&csbs::BACKUPS_LIST, &[]), filters)
        .query("limit", &limit.to_string())
        .query("marker", marker.unwrap_or_default())
        .send()
        .await
}

/// One backup, read as whatever part of it the caller keeps.
pub async fn backup_row<T: DeserializeOwned>(api: Api, id: &str) -> Result<T, ApiError> {
    api.call(&csbs::BACKUPS_SHOW, &[id]).send().await
}

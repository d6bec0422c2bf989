//! Cloud Backup and Recovery, in the model's terms. Its code is a part of its own, fetched when a project has
//! that service: the first screen knows only the table [`Cbr`].

mod backups;
mod protection;
mod restores;
mod rows;
mod works;

use std::future::Future;
use std::pin::Pin;

use contract::cbr::backups::StorageUsage;
use contract::cbr::checkpoints::CheckpointCreateRequest;
use contract::model::{Backup, Failure, Quota};
use contract::restore::RestorePlan;
use contract::time::Timestamp;
use leptos::wasm_split::SplitLoaderError;
#[cfg(not(debug_assertions))]
use leptos::wasm_split::wasm_split;

use super::both::both;
use super::call::Api;
use super::error::ApiError;
use super::joined::{First, Joined, behind, join};
use super::restores::ListedRestore;

pub use protection::Protection;
pub use rows::VaultRow;
pub use works::migration_begins;

/// An answer on its way.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// Names and values of service-side filters.
pub type Filters = Vec<(String, String)>;

/// A page of a list, and how much there is in all.
#[derive(Debug, Default)]
pub struct Listed<T> {
    pub rows: Vec<T>,
    pub total: Option<usize>,
}

/// A list of both services on its way.
type Together<T> = Answer<Joined<Vec<T>>>;

/// [`Cbr::newest_backups`].
type Newest = fn(Api, Filters, usize, First<Vec<Backup>>) -> Together<Backup>;

/// [`Cbr::all_backups`].
type All = fn(Api, Filters, First<Vec<Backup>>) -> Together<Backup>;

/// What is going on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Busy {
    /// The backups something is going on with.
    pub backups: Vec<Backup>,
    /// Everything else.
    pub works: Vec<Work>,
}

impl Busy {
    /// All that is going on where only backups tell it.
    pub fn of_backups(backups: Vec<Backup>) -> Self {
        Self {
            backups,
            works: Vec::new(),
        }
    }
}

/// Something a service does that no backup tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Id of the service's task; `None` for the migration.
    pub task: Option<String>,
    /// What it is: `Replication of web-01`.
    pub title: String,
    /// Queued, not begun.
    pub waiting: bool,
    /// 0–100, where the service says.
    pub percent: Option<u8>,
    pub started: Option<Timestamp>,
}

/// What the console asks the service.
#[derive(Clone, Copy)]
pub struct Cbr {
    /// The newest backups that match, with those of v1, newest first and at most so many.
    pub newest_backups: Newest,
    /// All backups that match, behind those of v1.
    pub all_backups: All,
    /// The backups something is going on with, behind those of v1, and what else is under way.
    pub busy: fn(Api, First<Vec<Backup>>) -> Answer<Joined<Busy>>,
    /// A page of rows for the list, behind the row with this id.
    pub rows: fn(Api, Filters, Option<String>, usize) -> Answer<Listed<VaultRow>>,
    pub backup: fn(Api, String) -> Answer<Backup>,
    /// Deletes a backup; the service goes on with it after the answer.
    pub delete: fn(Api, String, String) -> Answer<()>,
    pub rename: fn(Api, String, String) -> Answer<()>,
    /// Begins a restore: the plan, the reason for the record, the id it is sent once by.
    pub restore: fn(Api, RestorePlan, String, String) -> Answer<()>,
    /// Restores as the service's tasks tell them, newest first; of one backup, or of all.
    pub restores: fn(Api, String) -> Answer<Vec<ListedRestore>>,
    /// Why a backup failed.
    pub failure: fn(Api, Backup) -> Answer<Option<Failure>>,
    /// Vaults, and the policies that look after what is in them.
    pub protection: fn(Api) -> Answer<Protection>,
    /// Room and use of all vaults together, behind the quotas of v1.
    pub quotas: fn(Api, First<Vec<Quota>>) -> Together<Quota>,
    /// What the backups of each server take.
    pub usage: fn(Api) -> Answer<Vec<StorageUsage>>,
    /// Backs up what a request names; answers the id of the backups made together.
    pub back_up: fn(Api, CheckpointCreateRequest, String) -> Answer<String>,
}

#[cfg(not(debug_assertions))]
#[wasm_split(cbr, fallible, wasm_split_path = leptos::wasm_split)]
fn table() -> Result<Cbr, SplitLoaderError> {
    Ok(calls())
}

/// DOM tests run a module that nobody has split, in which every page asks for this.
#[cfg(debug_assertions)]
async fn table() -> Result<Cbr, SplitLoaderError> {
    Ok(calls())
}

fn calls() -> Cbr {
    Cbr {
        newest_backups: |api, filters, limit, first| {
            Box::pin(backups::newest(api, filters, limit, first))
        },
        all_backups: |api, filters, first| Box::pin(backups::all(api, filters, first)),
        busy: |api, first| Box::pin(busy(api, first)),
        rows: |api, filters, marker, limit| Box::pin(rows::page(api, filters, marker, limit)),
        backup: |api, id| Box::pin(backups::one(api, id)),
        delete: |api, id, once| Box::pin(backups::delete(api, id, once)),
        rename: |api, id, name| Box::pin(backups::rename(api, id, name)),
        restore: |api, plan, reason, once| Box::pin(restores::begin(api, plan, reason, once)),
        restores: |api, backup| Box::pin(restores::list(api, backup)),
        failure: |api, backup| Box::pin(restores::failure(api, backup)),
        protection: |api| Box::pin(protection::read(api)),
        quotas: |api, first| Box::pin(protection::quotas(api, first)),
        usage: |api| Box::pin(protection::usage(api)),
        back_up: |api, request, once| Box::pin(protection::back_up(api, request, once)),
    }
}

async fn busy(api: Api, first: First<Vec<Backup>>) -> Result<Joined<Busy>, ApiError> {
    let first = first
        .map(|first| Box::pin(async move { first.await.map(Busy::of_backups) }) as Answer<Busy>);
    let second = async move {
        let (backups, works) = both(backups::busy(api), works::under_way(api)).await;
        Ok(Busy {
            backups: backups?,
            works: works?,
        })
    };
    let add = |first: Busy, second: Busy| Busy {
        backups: behind(first.backups, second.backups),
        works: second.works,
    };
    join(first, second, add).await
}

/// The service's calls; fetched the first time.
pub async fn cbr() -> Result<Cbr, ApiError> {
    table()
        .await
        .map_err(|_: SplitLoaderError| ApiError::Network)
}

/// Filters of the caller's as the table takes them.
pub fn filters(pairs: &[(&str, &str)]) -> Filters {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

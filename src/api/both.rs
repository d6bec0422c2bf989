//! Questions that both services answer, asked of those the project has and answered as one. The first screen asks
//! them too: what there is to put together is put together in the part of the second service.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use contract::model::{Backup, Generation, Quota};
use contract::operations::Service;

use super::backups;
use super::call::Api;
use super::cbr::{Protection, cbr, filters as owned};
use super::error::ApiError;

impl Api {
    /// The services of the project that keep backups.
    pub fn generations(self) -> Vec<Generation> {
        let of = [
            (Service::Csbs, Generation::Csbs),
            (Service::Cbr, Generation::Cbr),
        ];
        of.into_iter()
            .filter(|(service, _)| self.has(*service))
            .map(|(_, generation)| generation)
            .collect()
    }
}

thread_local! {
    /// Backups that were opened and live in vaults: the next question about one goes there first.
    static IN_VAULTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// One backup, whichever service keeps it.
pub async fn backup(api: Api, id: &str) -> Result<Backup, ApiError> {
    let mut services = api.generations();
    let in_vault = IN_VAULTS.with_borrow(|known| known.iter().any(|known| known == id));
    if in_vault {
        services.reverse();
    }
    let (mut missing, mut nameless) = (None, None);
    for generation in services {
        let found = match generation {
            Generation::Csbs => backups::backup(api, id).await,
            Generation::Cbr => (cbr().await?.backup)(api, id.to_owned()).await,
        };
        match found {
            Ok(backup) if !backup.id.is_empty() => {
                if generation == Generation::Cbr && !in_vault {
                    IN_VAULTS.with_borrow_mut(|known| known.push(id.to_owned()));
                }
                return Ok(backup);
            }
            // An answer without an id says nothing: the other service may know better.
            Ok(backup) => nameless = Some(backup),
            Err(error) if error.is_missing() => missing = missing.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    nameless.ok_or_else(|| missing.unwrap_or(ApiError::Network))
}

/// All backups that match filters both services know: `resource_id`, `checkpoint_id`, `name`, `status`, `start_time`
/// and `end_time`. For lists that can be long, prefer [`newest_backups`].
pub async fn all_backups(api: Api, filters: &[(&str, &str)]) -> Result<Vec<Backup>, ApiError> {
    let mut all = Vec::new();
    if api.has(Service::Csbs) {
        all = backups::backups(api, filters).await?;
    }
    if api.has(Service::Cbr) {
        all = (cbr().await?.all_backups)(api, owned(filters), all).await?;
    }
    Ok(all)
}

/// The newest backups that match such filters, newest first, at most `limit`.
pub async fn newest_backups(
    api: Api,
    filters: &[(&str, &str)],
    limit: usize,
) -> Result<Vec<Backup>, ApiError> {
    let mut all = Vec::new();
    if api.has(Service::Csbs) {
        all = backups::backups_page(api, filters, None, limit)
            .await?
            .backups;
    }
    if api.has(Service::Cbr) {
        all = (cbr().await?.newest_backups)(api, owned(filters), limit, all).await?;
    }
    Ok(all)
}

/// What backups may take, and do: the quotas of v1, and the room in vaults.
pub async fn quotas(api: Api) -> Result<Vec<Quota>, ApiError> {
    let mut all = Vec::new();
    if api.has(Service::Csbs) {
        all = backups::quotas(api).await?;
    }
    if api.has(Service::Cbr) {
        all.push((cbr().await?.capacity)(api).await?);
    }
    Ok(all)
}

/// What vaults protect; nothing where there are none.
pub async fn protection(api: Api) -> Result<Protection, ApiError> {
    if !api.has(Service::Cbr) {
        return Ok(Protection::default());
    }
    (cbr().await?.protection)(api).await
}

/// Waits for two things at once.
pub async fn both<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    poll_fn(|context| {
        if first.is_none()
            && let Poll::Ready(value) = a.as_mut().poll(context)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = b.as_mut().poll(context)
        {
            second = Some(value);
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (one, other) => {
                (first, second) = (one, other);
                Poll::Pending
            }
        }
    })
    .await
}

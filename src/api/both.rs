//! Questions that both services answer, asked of those the project has and answered as one. The first screen asks
//! them too: what there is to put together is put together in the part of the second service.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use contract::model::{Backup, Generation, Policy, Quota};
use contract::operations::Service;

use super::backups;
use super::call::Api;
use super::cbr::{Answer, Filters, Protection, cbr, filters as owned};
use super::error::ApiError;
use super::joined::{First, Joined, behind, join};
use super::policies::policies;

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
    let (mut failed, mut nameless) = (None::<ApiError>, None);
    for generation in services {
        match backup_of(api, generation, id).await {
            Ok(backup) if !backup.id.is_empty() => {
                if generation == Generation::Cbr && !in_vault {
                    IN_VAULTS.with_borrow_mut(|known| known.push(id.to_owned()));
                }
                return Ok(backup);
            }
            // An answer without an id says nothing: the other service may know better.
            Ok(backup) => nameless = Some(backup),
            // It is missing only where every service says so.
            Err(error) => failed = failed.filter(|known| !known.is_missing()).or(Some(error)),
        }
    }
    nameless.ok_or_else(|| failed.unwrap_or(ApiError::Network))
}

/// One backup of the service that keeps it.
pub async fn backup_of(api: Api, of: Generation, id: &str) -> Result<Backup, ApiError> {
    match of {
        Generation::Csbs => backups::backup(api, id).await,
        Generation::Cbr => (cbr().await?.backup)(api, id.to_owned()).await,
    }
}

/// All backups that match filters both services know: `resource_id`, `checkpoint_id`, `name`, `status`, `start_time`
/// and `end_time`. For lists that can be long, prefer [`newest_backups`].
pub async fn all_backups(
    api: Api,
    filters: &[(&str, &str)],
) -> Result<Joined<Vec<Backup>>, ApiError> {
    let filters = owned(filters);
    let first: First<Vec<Backup>> = api.has(Service::Csbs).then(|| {
        let filters = filters.clone();
        Box::pin(async move { backups::backups(api, &borrowed(&filters)).await }) as Answer<_>
    });
    match api.has(Service::Cbr) {
        true => (cbr().await?.all_backups)(api, filters, first).await,
        false => only(first).await,
    }
}

/// The newest backups that match such filters, newest first, at most `limit`.
pub async fn newest_backups(
    api: Api,
    filters: &[(&str, &str)],
    limit: usize,
) -> Result<Joined<Vec<Backup>>, ApiError> {
    let filters = owned(filters);
    let first: First<Vec<Backup>> = api.has(Service::Csbs).then(|| {
        let filters = filters.clone();
        Box::pin(async move {
            let page = backups::backups_page(api, &borrowed(&filters), None, limit).await;
            page.map(|page| page.backups)
        }) as Answer<_>
    });
    match api.has(Service::Cbr) {
        true => (cbr().await?.newest_backups)(api, filters, limit, first).await,
        false => only(first).await,
    }
}

/// What backups may take, and do: the quotas of v1, and the room in vaults.
pub async fn quotas(api: Api) -> Result<Joined<Vec<Quota>>, ApiError> {
    let first: First<Vec<Quota>> =
        (api.has(Service::Csbs)).then(|| Box::pin(backups::quotas(api)) as Answer<_>);
    match api.has(Service::Cbr) {
        true => (cbr().await?.quotas)(api, first).await,
        false => only(first).await,
    }
}

/// What vaults protect; nothing where there are none.
pub async fn protection(api: Api) -> Result<Protection, ApiError> {
    if !api.has(Service::Cbr) {
        return Ok(Protection::default());
    }
    (cbr().await?.protection)(api).await
}

/// Vaults, and the policies of every service; those of vaults list what is in them.
pub async fn protectors(api: Api) -> Result<Joined<Protection>, ApiError> {
    let first: First<Protection> = api.has(Service::Csbs).then(|| {
        Box::pin(async move {
            policies(api).await.map(|policies| Protection {
                policies,
                ..Protection::default()
            })
        }) as Answer<_>
    });
    if !api.has(Service::Cbr) {
        return only(first).await;
    }
    join(first, protection(api), |mut first, second| {
        // A policy of vaults looks after what is in them.
        let known = |policy: &Policy| second.policies.iter().any(|other| other.id == policy.id);
        first.policies.retain(|policy| !known(policy));
        Protection {
            vaults: second.vaults,
            policies: behind(first.policies, second.policies),
        }
    })
    .await
}

/// The answer of v1 alone.
pub async fn only<T: Default>(first: First<T>) -> Result<Joined<T>, ApiError> {
    match first {
        Some(first) => first.await.map(Joined::whole),
        None => Ok(Joined::default()),
    }
}

fn borrowed(filters: &Filters) -> Vec<(&str, &str)> {
    let pairs = filters.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
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

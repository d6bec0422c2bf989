//! Questions that both services answer, asked of those the project has and answered as one.

use std::cell::RefCell;
use std::collections::HashMap;
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

    fn keeps(self, generation: Generation) -> bool {
        self.has(match generation {
            Generation::Csbs => Service::Csbs,
            Generation::Cbr => Service::Cbr,
        })
    }
}

thread_local! {
    /// Which service answered for an id: the next question goes there first. Grows by one entry for each backup
    /// somebody opens.
    static LIVES_IN: RefCell<HashMap<String, Generation>> = RefCell::default();
}

/// One backup, whichever service keeps it.
pub async fn backup(api: Api, id: &str) -> Result<Backup, ApiError> {
    let mut services = api.generations();
    if LIVES_IN.with_borrow(|known| known.get(id).copied()) == Some(Generation::Cbr) {
        services.reverse();
    }
    let mut missing = None;
    for generation in services {
        let found = match generation {
            Generation::Csbs => backups::backup(api, id).await,
            Generation::Cbr => (cbr().await?.backup)(api, id.to_owned()).await,
        };
        match found {
            // An id nobody knows is answered with an object without one by some.
            Ok(backup) if !backup.id.is_empty() => {
                LIVES_IN.with_borrow_mut(|known| known.insert(id.to_owned(), generation));
                return Ok(backup);
            }
            Ok(backup) => return Ok(backup),
            Err(error) if error.is_missing() => missing = missing.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    Err(missing.unwrap_or(ApiError::Network))
}

/// All backups that match filters both services know: `resource_id`, `checkpoint_id`, `name`, `status`, `start_time`
/// and `end_time`. For lists that can be long, prefer [`newest_backups`].
pub async fn all_backups(api: Api, filters: &[(&str, &str)]) -> Result<Vec<Backup>, ApiError> {
    let first = async {
        match api.keeps(Generation::Csbs) {
            true => backups::backups(api, filters).await,
            false => Ok(Vec::new()),
        }
    };
    let second = async {
        match api.keeps(Generation::Cbr) {
            true => (cbr().await?.all_backups)(api, owned(filters)).await,
            false => Ok(Vec::new()),
        }
    };
    let (first, second) = both(first, second).await;
    let mut all = first?;
    all.extend(second?);
    Ok(all)
}

/// The newest backups that match such filters, newest first, at most `limit`.
pub async fn newest_backups(
    api: Api,
    filters: &[(&str, &str)],
    limit: usize,
) -> Result<Vec<Backup>, ApiError> {
    let first = async {
        match api.keeps(Generation::Csbs) {
            true => Ok(backups::backups_page(api, filters, None, limit)
                .await?
                .backups),
            false => Ok(Vec::new()),
        }
    };
    let second = async {
        match api.keeps(Generation::Cbr) {
            true => (cbr().await?.backups)(api, owned(filters), limit).await,
            false => Ok(Vec::new()),
        }
    };
    let (first, second) = both(first, second).await;
    let (mut all, second) = (first?, second?);
    if !second.is_empty() {
        all.extend(second);
        all.sort_by_key(|backup| std::cmp::Reverse(backup.created_at));
        all.truncate(limit);
    }
    Ok(all)
}

/// What backups may take, and do: the quotas of v1, and the room in vaults.
pub async fn quotas(api: Api) -> Result<Vec<Quota>, ApiError> {
    let first = async {
        match api.keeps(Generation::Csbs) {
            true => backups::quotas(api).await,
            false => Ok(Vec::new()),
        }
    };
    let second = async {
        match api.keeps(Generation::Cbr) {
            true => (cbr().await?.capacity)(api).await.map(Some),
            false => Ok(None),
        }
    };
    let (first, second) = both(first, second).await;
    let mut all = first?;
    all.extend(second?);
    Ok(all)
}

/// What vaults protect; nothing where there are none.
pub async fn protection(api: Api) -> Result<Protection, ApiError> {
    match api.keeps(Generation::Cbr) {
        true => (cbr().await?.protection)(api).await,
        false => Ok(Protection::default()),
    }
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

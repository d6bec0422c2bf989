//! What is going on: the backups something is done with, in as few calls as the service's order allows.
//!
//! Sorted by status, largest word first, five of the six busy states come before all others
//! (csbs-v1 2.5, 6.1); only `deleting` has to be asked for by itself. A service that does not sort
//! so is asked state by state.

use contract::model::{Backup, BackupStatus};
use contract::operations::Service;

use crate::api::{self, Answer, Api, ApiError, BackupsPage, Busy, First, Joined};

/// The states that stand before `error` in that order.
const FIRST: [BackupStatus; 5] = [
    BackupStatus::WaitingRestore,
    BackupStatus::WaitingProtect,
    BackupStatus::WaitingDelete,
    BackupStatus::Restoring,
    BackupStatus::Protecting,
];

/// Rows of the first page: mostly little is going on. Further pages are larger.
const FEW: usize = 5;
const MORE: usize = 100;

/// What is going on in every service the project has.
pub(super) async fn busy(api: Api) -> Result<Joined<Busy>, ApiError> {
    let first: First<Vec<Backup>> =
        (api.has(Service::Csbs)).then(|| Box::pin(busy_of_v1(api)) as Answer<_>);
    match api.has(Service::Cbr) {
        true => (api::cbr().await?.busy)(api, first).await,
        false => Ok(api::only(first).await?.map(Busy::of_backups)),
    }
}

async fn busy_of_v1(api: Api) -> Result<Vec<Backup>, ApiError> {
    let mut all = match sorted(api).await? {
        Some(busy) => busy,
        None => {
            let mut busy = Vec::new();
            for status in FIRST {
                add(&mut busy, of_status(api, &status).await?);
            }
            busy
        }
    };
    add(&mut all, of_status(api, &BackupStatus::Deleting).await?);
    Ok(all)
}

async fn of_status(api: Api, status: &BackupStatus) -> Result<Vec<Backup>, ApiError> {
    api::backups(api, &[("status", status.as_str())]).await
}

/// Adds what is new: a backup may move on from one state to the next between two calls.
fn add(all: &mut Vec<Backup>, more: Vec<Backup>) {
    for backup in more {
        if !all.iter().any(|known| known.id == backup.id) {
            all.push(backup);
        }
    }
}

/// The backups in one of the [`FIRST`] states; `None` when the service does not sort by status.
async fn sorted(api: Api) -> Result<Option<Vec<Backup>>, ApiError> {
    let mut busy = Vec::new();
    let (mut marker, mut limit) = (None::<String>, FEW);
    loop {
        let page = api::backups_page(api, &[("sort", "status:desc")], marker.as_deref(), limit);
        let BackupsPage { backups, next } = match page.await {
            Ok(page) => page,
            Err(ApiError::Refused { status: 400, .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let before = busy.len();
        match part_of(&backups) {
            Part::Unsorted => return Ok(None),
            Part::Begins(number) => {
                add(&mut busy, backups.into_iter().take(number).collect());
                return Ok(Some(busy));
            }
            Part::All => add(&mut busy, backups),
        }
        // A page that repeats the one before would be asked for for ever.
        marker = match next {
            Some(next) if busy.len() > before => Some(next),
            _ => return Ok(Some(busy)),
        };
        limit = MORE;
    }
}

/// How much of a page is busy.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Every row, so the next page may hold more.
    All,
    /// So many rows at its beginning.
    Begins(usize),
    /// The page is not in the order asked for.
    Unsorted,
}

fn part_of(page: &[Backup]) -> Part {
    if !page.is_sorted_by(|a, b| a.status.as_str() >= b.status.as_str()) {
        return Part::Unsorted;
    }
    let others = |backup: &Backup| !FIRST.contains(&backup.status);
    match page.iter().position(others) {
        None => Part::All,
        // A word nobody knows may stand before the busy ones; what is behind it must not be missed.
        Some(index) if page[index..].iter().any(|backup| !others(backup)) => Part::Unsorted,
        Some(index) if page[index].status.as_str() > BackupStatus::Protecting.as_str() => {
            Part::Unsorted
        }
        Some(index) => Part::Begins(index),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::csbs::backups::CheckpointItem;

    fn page(words: &[&str]) -> Vec<Backup> {
        let of_word = |word: &&str| {
            Backup::from(CheckpointItem {
                status: (*word).to_owned(),
                ..CheckpointItem::default()
            })
        };
        words.iter().map(of_word).collect()
    }

    #[test]
    fn the_busy_states_stand_before_all_others_but_deleting() {
        let error = BackupStatus::Error.as_str();
        for status in BackupStatus::DOCUMENTED {
            let first = status.as_str() > error;
            assert_eq!(FIRST.contains(&status), first, "{}", status.as_str());
            let known = first || status == BackupStatus::Deleting;
            assert_eq!(status.is_busy(), known, "{}", status.as_str());
        }
    }

    #[test]
    fn a_page_says_how_much_of_it_is_busy() {
        for (words, part) in [
            (&[][..], Part::All),
            (&["waiting_protect", "protecting"], Part::All),
            (&["restoring", "error", "available"], Part::Begins(1)),
            (&["error", "deleting"], Part::Begins(0)),
            (&["available", "protecting"], Part::Unsorted),
            (&["thawing", "protecting"], Part::Unsorted),
            (&["thawing", "thawing"], Part::Unsorted),
        ] {
            assert_eq!(part_of(&page(words)), part, "{words:?}");
        }
    }
}

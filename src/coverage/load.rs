//! Fetches what the computation needs, and no more: a project may hold a hundred thousand backups.

use contract::model::{Backup, Policy, Server, Vault};
use contract::operations::Service;
use contract::time::Timestamp;

use super::both::both;
use super::model::Missing;
use super::{Coverage, Target, cover};
use crate::api::{self, Api, ApiError, Joined};

/// The answers the coverage was computed from, and the coverage.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverageData {
    pub servers: Vec<Server>,
    /// Policies of all services; those of vaults list what is in them.
    pub policies: Vec<Policy>,
    /// Vaults, where the project has any.
    pub vaults: Vec<Vault>,
    /// Backups begun within the target, and the newest of servers that have none there.
    pub backups: Vec<Backup>,
    pub coverage: Coverage,
    /// What could not be asked.
    pub missing: Missing,
    pub now: Timestamp,
}

/// Servers without a fresh backup are asked for one by one. Where there are more than a few, the newest older backups are read
/// in one page first, which holds those of most of them.
const FEW: usize = 10;
/// Servers asked for one by one at most; what protects the others is said not to be known.
const LOOKED_UP: usize = 100;

/// What the coverage is computed from.
pub(super) struct World {
    pub servers: Vec<Server>,
    pub policies: Vec<Policy>,
    pub vaults: Vec<Vault>,
    /// Those begun within the target.
    pub backups: Vec<Backup>,
    pub missing: Missing,
}

/// Loads and computes.
pub async fn load_coverage(
    api: Api,
    target: Target,
    now: Timestamp,
) -> Result<Joined<CoverageData>, ApiError> {
    if api.has(Service::Cbr) {
        let load = both().await.map_err(|_| ApiError::Network)?;
        return load(api, target, now).await;
    }
    let world = World {
        servers: api::servers(api).await?,
        policies: api::policies(api).await?,
        vaults: Vec::new(),
        backups: api::backups(api, &[("start_time", &since(target, now))]).await?,
        missing: Missing::default(),
    };
    computed(api, world, target, now).await
}

/// The beginning of what counts as fresh, as filters have it.
pub(super) fn since(target: Target, now: Timestamp) -> String {
    let since = now.plus_seconds(-target.hours() * 3600);
    since.to_filter_text()
}

/// Looks for older backups where there is no fresh one, and computes.
pub(super) async fn computed(
    api: Api,
    mut world: World,
    target: Target,
    now: Timestamp,
) -> Result<Joined<CoverageData>, ApiError> {
    let mut silent = None;
    // A service in trouble is not asked again for each server; without it nothing about them is known anyway.
    if world.missing.backups.is_none() {
        let fresh = cover(&world.servers, &world.policies, &world.backups, target, now);
        let without = fresh
            .servers
            .iter()
            .filter(|server| server.newest.is_none());
        let ids = without.map(|server| server.server_id.clone()).collect();
        let older = older(api, ids, &since(target, now)).await?;
        world.backups.extend(older.all.backups);
        world.missing.unasked = older.all.unasked;
        world.missing.backups = older.silent.as_ref().map(|silent| silent.of);
        silent = older.silent;
    }
    let coverage =
        cover(&world.servers, &world.policies, &world.backups, target, now).without(&world.missing);
    let all = CoverageData {
        vaults: world.vaults,
        servers: world.servers,
        policies: world.policies,
        backups: world.backups,
        coverage,
        missing: world.missing,
        now,
    };
    Ok(Joined { all, silent })
}

/// Older backups of some servers.
#[derive(Default)]
struct Older {
    backups: Vec<Backup>,
    /// The servers nobody was asked about.
    unasked: Vec<String>,
}

async fn older(api: Api, ids: Vec<String>, before: &str) -> Result<Joined<Older>, ApiError> {
    let mut found = Joined::whole(Older::default());
    let mut page = None;
    if ids.len() > FEW {
        let filters = [("status", "available"), ("end_time", before)];
        let newest = api::newest_backups(api, &filters, api::PAGE).await?;
        found.silent = newest.silent;
        page = Some(newest.all);
    }
    let (ask, unasked) = to_ask(ids, page.as_deref());
    found.all.unasked = unasked;
    found.all.backups = page.unwrap_or_default();
    for id in ask {
        if found.silent.is_some() {
            break;
        }
        let filters = [("resource_id", id.as_str()), ("status", "available")];
        let newest = api::newest_backups(api, &filters, 1).await?;
        found.silent = newest.silent;
        found.all.backups.extend(newest.all);
    }
    Ok(found)
}

/// The servers to ask about one by one after a page of the newest older backups, and those that nobody is asked about.
fn to_ask(mut ids: Vec<String>, page: Option<&[Backup]>) -> (Vec<String>, Vec<String>) {
    if let Some(page) = page {
        // Whoever is not in a page that holds all there are has none.
        let all = page.len() < api::PAGE;
        ids.retain(|id| !all && page.iter().all(|backup| backup.server_id != *id));
    }
    let unasked = ids.split_off(ids.len().min(LOOKED_UP));
    (ids, unasked)
}

#[cfg(test)]
mod tests {
    use contract::csbs::backups::CheckpointItem;

    use super::*;

    fn page(backups: usize) -> Vec<Backup> {
        let of = |server: usize| CheckpointItem {
            resource_id: server.to_string(),
            ..CheckpointItem::default()
        };
        (0..backups).map(|number| of(number % 200).into()).collect()
    }

    fn servers(number: usize) -> Vec<String> {
        (0..number).map(|number| number.to_string()).collect()
    }

    #[test]
    fn a_few_are_asked_about_one_by_one() {
        assert_eq!(to_ask(servers(10), None), (servers(10), Vec::new()));
    }

    #[test]
    fn who_is_in_a_page_or_missing_from_all_there_are_is_not_asked_about() {
        let (ask, unasked) = to_ask(servers(250), Some(&page(api::PAGE)));
        assert_eq!(ask, servers(250)[200..]);
        assert!(unasked.is_empty());
        assert_eq!(
            to_ask(servers(250), Some(&page(30))),
            (Vec::new(), Vec::new())
        );
    }

    #[test]
    fn beyond_a_hundred_nobody_is_asked_and_nobody_forgotten() {
        let (ask, unasked) = to_ask(servers(400), Some(&page(api::PAGE)));
        assert_eq!((ask.len(), unasked.len()), (LOOKED_UP, 100));
    }
}

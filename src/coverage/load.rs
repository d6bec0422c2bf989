//! Fetches what the computation needs, and no more: a project may hold a hundred thousand backups.

use contract::model::{Backup, Policy, Server, Vault};
use contract::operations::Service;
use contract::time::Timestamp;

use super::{Coverage, Target, cover};
use crate::api::{self, Api, ApiError};

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
    pub now: Timestamp,
}

/// Servers without a fresh backup are asked for one by one; beyond this many, only these are, and
/// the others count as never backed up.
const LOOKED_UP: usize = 100;

/// Loads and computes.
pub async fn load_coverage(
    api: Api,
    target: Target,
    now: Timestamp,
) -> Result<CoverageData, ApiError> {
    let servers = api::servers(api).await?;
    let mut policies = Vec::new();
    if api.has(Service::Csbs) {
        policies = api::policies(api).await?;
    }
    let held = api::protection(api).await?;
    // A policy of vaults looks after what is in them.
    policies.retain(|policy| {
        held.policies
            .iter()
            .all(|of_vaults| of_vaults.id != policy.id)
    });
    policies.extend(held.policies);
    let since = now.plus_seconds(-target.hours() * 3600).to_filter_text();
    let mut backups = api::all_backups(api, &[("start_time", &since)]).await?;
    let missing: Vec<String> = cover(&servers, &policies, &backups, target, now)
        .servers
        .iter()
        .filter(|server| server.newest.is_none())
        .map(|server| server.server_id.clone())
        .take(LOOKED_UP)
        .collect();
    for server in missing {
        let filters = [("resource_id", server.as_str()), ("status", "available")];
        backups.extend(api::newest_backups(api, &filters, 1).await?);
    }
    let coverage = cover(&servers, &policies, &backups, target, now);
    Ok(CoverageData {
        vaults: held.vaults,
        servers,
        policies,
        backups,
        coverage,
        now,
    })
}

//! What the services tell of a project → [`Present`].

use std::collections::{HashMap, HashSet};

use crate::cbr::policies::Policy as CbrPolicy;
use crate::cbr::vaults::Vault;
use crate::csbs::backups::CheckResult;
use crate::image::Image;
use crate::model::{Backup, Policy, Server, Volume};

use super::{Kept, Present};

/// The code of a server whose zone has no backup service.
const ZONE_CODE: &str = "CSBS.6027";

/// Answers of the services, as they came.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Policies of CSBS, in the order of their list.
    pub policies: Vec<Policy>,
    /// Servers.
    pub servers: Vec<Server>,
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// CSBS' check of the servers of policies.
    pub checks: Vec<CheckResult>,
    /// Backups of CSBS.
    pub backups: Vec<Backup>,
    /// Which policy made a backup, by their ids: a backup itself does not say it.
    pub made_by: HashMap<String, String>,
    /// Images of the project.
    pub images: Vec<Image>,
    /// Vaults of CBR.
    pub vaults: Vec<Vault>,
    /// Policies of CBR.
    pub cbr_policies: Vec<CbrPolicy>,
    /// Spare share of the new vaults, percent.
    pub spare_percent: i64,
}

impl From<Gathered> for Present {
    fn from(told: Gathered) -> Self {
        let images = told.images.into_iter();
        let tagged: HashSet<String> = images
            .filter(|image| !image.tags.is_empty())
            .map(|image| image.id)
            .collect();
        let mut made_by = told.made_by;
        let backups = told
            .backups
            .iter()
            .map(|backup| Kept::of(backup, made_by.remove(&backup.id), &tagged));
        Self {
            backups: backups.collect(),
            policies: told.policies,
            servers: told.servers,
            volumes: told.volumes,
            unserved: told
                .checks
                .into_iter()
                .filter(|check| check.error_code == ZONE_CODE)
                .map(|check| check.resource_id)
                .collect(),
            vaults: told.vaults,
            known_policies: told
                .cbr_policies
                .into_iter()
                .filter(|policy| policy.operation_type != "replication")
                .map(|policy| policy.name)
                .collect(),
            spare_percent: told.spare_percent,
        }
    }
}

//! The world as the console reads it.

use std::collections::BTreeMap;

use contract::compute::ServersAnswer;
use contract::csbs::backups::{CheckpointItemAnswer, CheckpointItemsAnswer};
use contract::csbs::policies::{PoliciesAnswer, Policy};
use contract::csbs::{QuotasAnswer, policies as wire};
use contract::image::ImagesAnswer;
use contract::model::{Backup, Quota, Server, Volume};
use contract::protect::{Candidate, Running};
use contract::volumes::VolumesAnswer;
use hyper::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::csbs::Company;

pub struct Seen {
    pub servers: Vec<Server>,
    /// The volumes of each server, its system disk first.
    pub volumes: BTreeMap<String, Vec<Volume>>,
    pub policies: Vec<wire::Policy>,
    /// Backups of several states.
    pub backups: Vec<Backup>,
    /// Which servers are being backed up, and who began it.
    pub running: BTreeMap<String, Running>,
    pub quotas: Vec<Quota>,
    /// Names of images.
    pub names: Vec<String>,
    /// Backups from which images are being made.
    pub imaging: Vec<String>,
}

async fn read<T: DeserializeOwned>(company: &Company, path: &str) -> T {
    let answer = company.call(Method::GET, path, Value::Null).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
    serde_json::from_slice(&answer.body).unwrap()
}

/// Backups that a query finds.
pub async fn backups(company: &Company, query: &str) -> Vec<Backup> {
    let path = format!("/v1/{{p}}/checkpoint_items?{query}");
    let page: CheckpointItemsAnswer = read(company, &path).await;
    page.checkpoint_items
        .into_iter()
        .map(Backup::from)
        .collect()
}

/// Who began the backups of this list that are being made.
pub fn who_began(backups: &[Backup]) -> Option<Running> {
    let automatic = backups.iter().map(|backup| backup.automatic).max()?;
    Some(if automatic {
        Running::Scheduled
    } else {
        Running::Manual
    })
}

impl Seen {
    pub async fn read(company: &Company) -> Self {
        let servers: ServersAnswer = read(company, "/v1/{p}/cloudservers/detail?limit=1000").await;
        let servers: Vec<_> = servers.servers.into_iter().map(Server::from).collect();
        let all: VolumesAnswer = read(company, "/v2/{p}/cloudvolumes/detail?limit=1000").await;
        let all: Vec<_> = all.volumes.into_iter().map(Volume::from).collect();
        let of = |server: &Server| {
            let attached = server.attachments.iter();
            let volumes = attached.filter_map(|at| all.iter().find(|v| v.id == at.volume_id));
            (server.id.clone(), volumes.cloned().collect())
        };
        let policies: PoliciesAnswer = read(company, "/v1/{p}/policies").await;
        let protecting = backups(company, "status=protecting").await;
        let mut several = backups(company, "limit=12").await;
        for status in ["available", "error", "restoring", "deleting", "protecting"] {
            several.extend(backups(company, &format!("status={status}&limit=4")).await);
        }
        // What was made together with something that is still being made.
        if let Some(backup) = protecting.first() {
            let query = format!("checkpoint_id={}&limit=4", backup.checkpoint_id);
            several.extend(backups(company, &query).await);
        }
        let quotas: QuotasAnswer = read(company, "/v1/{p}/quotas").await;
        let images: ImagesAnswer = read(company, "/v2/cloudimages").await;
        let living: Vec<_> = images
            .images
            .into_iter()
            .filter(|image| image.status != "killed")
            .collect();
        for image in &living {
            let path = format!("/v1/{{p}}/checkpoint_items/{}", image.backup_id);
            let answer: CheckpointItemAnswer = read(company, &path).await;
            several.push(answer.checkpoint_item.into());
        }
        Self {
            volumes: servers.iter().map(of).collect(),
            servers,
            policies: policies.policies,
            backups: several,
            running: protecting
                .iter()
                .filter_map(|backup| {
                    let one = std::slice::from_ref(backup);
                    Some((backup.server_id.clone(), who_began(one)?))
                })
                .collect(),
            quotas: quotas
                .quotas
                .resources
                .into_iter()
                .map(Quota::from)
                .collect(),
            imaging: living
                .iter()
                .filter(|image| image.status != "active")
                .map(|image| image.backup_id.clone())
                .collect(),
            names: living.into_iter().map(|image| image.name).collect(),
        }
    }

    pub fn policy(&self, id: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.id == id)
    }

    /// A server as a candidate for a backup.
    pub fn candidate<'a>(&'a self, server_id: &str, kind: &'a str) -> Candidate<'a> {
        let server = self.servers.iter().find(|server| server.id == server_id);
        Candidate {
            kind,
            server,
            volumes: self.volumes.get(server_id).map_or(&[], Vec::as_slice),
            // Known of this cloud, see docs/sandbox.md.
            zone_served: server.is_none_or(|server| server.zone != "eu-de-03"),
            policy: None,
            running: self.running.get(server_id).copied(),
        }
    }
}

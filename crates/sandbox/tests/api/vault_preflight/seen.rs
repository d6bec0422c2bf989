//! The world as the console reads it.

use std::collections::BTreeMap;

use contract::cbr::backups::BackupsAnswer;
use contract::cbr::policies::PoliciesAnswer;
use contract::cbr::rules::VOLUME_KIND;
use contract::cbr::tasks::{ProtectablesAnswer, TasksAnswer};
use contract::cbr::vaults::{ResourceCreate, VaultsAnswer};
use contract::compute::ServersAnswer;
use contract::model::{Server, Volume};
use contract::rules::{BARE_METAL_KIND, SERVER_KIND};
use contract::vault::{Candidate, Found, ServerFacts, Vault, VaultPolicy, Work};
use contract::volumes::VolumesAnswer;
use hyper::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::csbs::Company;

/// What is known of a vault's backups.
#[derive(Default)]
pub struct Kept {
    /// Resources with a backup from which an image was made.
    pub imaged: Vec<String>,
    /// Resources with a backup that a schedule made.
    pub automatic: Vec<String>,
}

pub struct Seen {
    pub vaults: Vec<Vault>,
    pub servers: Vec<Server>,
    pub volumes: Vec<Volume>,
    /// The volumes of each server.
    pub attached: BTreeMap<String, Vec<Volume>>,
    pub files: Vec<(String, String)>,
    pub policies: Vec<VaultPolicy>,
    pub kept: BTreeMap<String, Kept>,
    pub work: BTreeMap<String, Vec<Work>>,
}

async fn read<T: DeserializeOwned>(company: &Company, path: &str) -> T {
    let answer = company.call(Method::GET, path, Value::Null).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
    serde_json::from_slice(&answer.body).unwrap()
}

impl Seen {
    pub async fn read(company: &Company) -> Self {
        let vaults: VaultsAnswer = read(company, "/v3/{p}/vaults").await;
        let vaults: Vec<Vault> = vaults.vaults.into_iter().map(Vault::from).collect();
        let servers: ServersAnswer = read(company, "/v1/{p}/cloudservers/detail?limit=1000").await;
        let servers: Vec<_> = servers.servers.into_iter().map(Server::from).collect();
        let volumes: VolumesAnswer = read(company, "/v2/{p}/cloudvolumes/detail?limit=1000").await;
        let volumes: Vec<_> = volumes.volumes.into_iter().map(Volume::from).collect();
        let of = |server: &Server| {
            let own = volumes.iter().filter(|volume| {
                let mut attachments = volume.attachments.iter();
                attachments.any(|(id, _)| *id == server.id)
            });
            (server.id.clone(), own.cloned().collect())
        };
        let files: ProtectablesAnswer = read(company, "/v3/{p}/protectables/turbo/instances").await;
        let policies: PoliciesAnswer = read(company, "/v3/{p}/policies").await;
        let (mut kept, mut work) = (BTreeMap::new(), BTreeMap::new());
        for vault in &vaults {
            let id = &vault.id;
            let backups: BackupsAnswer =
                read(company, &format!("/v3/{{p}}/backups?vault_id={id}")).await;
            let mut known = Kept::default();
            for backup in backups.backups {
                if !backup.extend_info.os_images_data.is_empty() {
                    known.imaged.push(backup.resource_id.clone());
                }
                if backup.extend_info.auto_trigger == Some(true) {
                    known.automatic.push(backup.resource_id);
                }
            }
            kept.insert(id.clone(), known);
            let path = format!("/v3/{{p}}/operation-logs?vault_id={id}&status=running");
            let tasks: TasksAnswer = read(company, &path).await;
            let going = tasks.operation_logs.iter();
            let going = going.filter_map(|task| match task.operation_type.as_str() {
                "backup" | "restore" => Some(Work::Protecting),
                "replication" | "copy" => Some(Work::Replicating),
                "remove_resource" => Some(Work::Removing),
                _ => None,
            });
            work.insert(id.clone(), going.collect());
        }
        Self {
            attached: servers.iter().map(of).collect(),
            files: files
                .instances
                .into_iter()
                .map(|files| (files.id, files.name))
                .collect(),
            policies: policies.policies.into_iter().map(Into::into).collect(),
            vaults,
            servers,
            volumes,
            kept,
            work,
        }
    }

    pub fn vault(&self, id: &str) -> Option<&Vault> {
        self.vaults.iter().find(|vault| vault.id == id)
    }

    pub fn policy(&self, id: &str) -> Option<&VaultPolicy> {
        self.policies.iter().find(|policy| policy.id == id)
    }

    pub fn work(&self, vault: &str) -> &[Work] {
        self.work.get(vault).map_or(&[], Vec::as_slice)
    }

    /// What is known of resources that are asked for.
    pub fn candidates(&self, wanted: &[ResourceCreate]) -> Vec<Candidate<'_>> {
        let find = |resource: &ResourceCreate| match resource.kind.as_str() {
            SERVER_KIND | BARE_METAL_KIND => {
                let server = self
                    .servers
                    .iter()
                    .find(|server| server.id == resource.id)?;
                Some(Found::Server(ServerFacts {
                    server,
                    volumes: &self.attached[&server.id],
                    // Known of this cloud, see docs/sandbox.md.
                    zone_served: server.zone != "eu-de-03",
                }))
            }
            VOLUME_KIND => {
                let volume = self
                    .volumes
                    .iter()
                    .find(|volume| volume.id == resource.id)?;
                Some(Found::Volume(volume))
            }
            _ => {
                let (_, name) = self.files.iter().find(|(id, _)| *id == resource.id)?;
                Some(Found::FileSystem {
                    name,
                    status: "available",
                    sub_status: "",
                })
            }
        };
        wanted.iter().map(find).collect()
    }
}

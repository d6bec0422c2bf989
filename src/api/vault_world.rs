//! What the checks about vaults have to know: resources that could go into one, its backups, and
//! what is going on in it.

use std::collections::HashMap;

use contract::cbr::backups::BackupsAnswer;
use contract::cbr::rules::{MAX_PROTECTABLES, TURBO_KIND, VOLUME_KIND};
use contract::cbr::tasks::{ProtectablesAnswer, Task, TasksAnswer};
use contract::model::{Server, Volume};
use contract::operations::cbr;
use contract::rules::{BARE_METAL_KIND, SERVER_KIND};
use contract::time::Timestamp;
use contract::vault::{Candidate, Found, ServerFacts, Vault, Work};

use super::call::Api;
use super::error::ApiError;
use super::pages::PAGE;
use super::servers::{servers, volumes};
use super::vaults::vaults;

/// A file system, as far as vaults care.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSystem {
    pub id: String,
    pub name: String,
    pub size_gb: i64,
    pub status: String,
}

/// Everything that could be in a vault, and the vaults.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resources {
    pub vaults: Vec<Vault>,
    /// Servers, the oldest first, each with its volumes.
    pub servers: Vec<(Server, Vec<Volume>)>,
    pub volumes: Vec<Volume>,
    pub file_systems: Vec<FileSystem>,
}

impl Resources {
    /// What is known of a resource of this kind.
    pub fn candidate(&self, kind: &str, id: &str) -> Candidate<'_> {
        match kind {
            SERVER_KIND | BARE_METAL_KIND => self.server(id).map(Found::Server),
            VOLUME_KIND => {
                let volume = self.volumes.iter().find(|volume| volume.id == id);
                volume.map(Found::Volume)
            }
            TURBO_KIND => {
                let files = self.file_systems.iter().find(|files| files.id == id)?;
                Some(Found::FileSystem {
                    name: &files.name,
                    status: &files.status,
                    sub_status: "",
                })
            }
            _ => None,
        }
    }

    /// A server with its volumes. Which zones have the service nobody tells; the service refuses.
    pub fn server(&self, id: &str) -> Option<ServerFacts<'_>> {
        let (server, volumes) = self.servers.iter().find(|(server, _)| server.id == id)?;
        Some(ServerFacts {
            server,
            volumes,
            zone_served: true,
        })
    }

    /// All servers.
    pub fn all_servers(&self) -> Vec<ServerFacts<'_>> {
        let servers = self.servers.iter();
        servers
            .map(|(server, volumes)| ServerFacts {
                server,
                volumes,
                zone_served: true,
            })
            .collect()
    }
}

/// Loads all that could be in a vault.
pub async fn resources(api: Api) -> Result<Resources, ApiError> {
    let vaults = vaults(api).await?;
    let servers = servers(api).await?;
    let volumes = volumes(api).await?;
    let file_systems = file_systems(api).await?;
    let mut attached: HashMap<&str, Vec<Volume>> = HashMap::new();
    for volume in &volumes {
        for (server, _) in &volume.attachments {
            attached.entry(server).or_default().push(volume.clone());
        }
    }
    let mut servers: Vec<_> = servers
        .into_iter()
        .map(|server| {
            let own = attached.remove(server.id.as_str()).unwrap_or_default();
            (server, own)
        })
        .collect();
    servers.sort_by(|(a, _), (b, _)| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(Resources {
        vaults,
        servers,
        volumes,
        file_systems,
    })
}

/// The project's file systems, as the service itself lists them.
async fn file_systems(api: Api) -> Result<Vec<FileSystem>, ApiError> {
    let mut all: Vec<FileSystem> = Vec::new();
    loop {
        let marker = all.last().map(|files| files.id.clone()).unwrap_or_default();
        let answer: ProtectablesAnswer = api
            .call(&cbr::PROTECTABLES_LIST, &["turbo"])
            .query("limit", &MAX_PROTECTABLES.to_string())
            .query("marker", &marker)
            .send()
            .await?;
        let number = answer.instances.len();
        let before = all.len();
        for files in answer.instances {
            if all.iter().all(|known| known.id != files.id) {
                all.push(FileSystem {
                    id: files.id,
                    name: files.name,
                    size_gb: files.size.unwrap_or(0),
                    status: files.status,
                });
            }
        }
        // A page without anything new would be asked for for ever.
        if number < MAX_PROTECTABLES || all.len() == before {
            return Ok(all);
        }
    }
}

/// What is known of the backups in a vault, from the newest thousand of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VaultBackups {
    /// How many there are.
    pub count: i64,
    /// The newest usable one of each resource.
    pub newest: HashMap<String, Timestamp>,
    /// Resources with one that a schedule made.
    pub automatic: Vec<String>,
    /// Resources with one from which an image was made.
    pub imaged: Vec<String>,
}

impl VaultBackups {
    /// Resources whose backups cannot be deleted from a vault.
    pub fn kept(&self, locked: bool) -> Vec<String> {
        let mut kept = self.imaged.clone();
        if locked {
            kept.extend(self.automatic.iter().cloned());
        }
        kept
    }
}

/// The backups in a vault.
pub async fn vault_backups(api: Api, vault: &str) -> Result<VaultBackups, ApiError> {
    let answer: BackupsAnswer = api
        .call(&cbr::BACKUPS_LIST, &[])
        .query("vault_id", vault)
        .query("sort", "created_at:desc")
        .query("limit", &PAGE.to_string())
        .send()
        .await?;
    let mut known = VaultBackups {
        count: answer.count.unwrap_or(answer.backups.len() as i64),
        ..VaultBackups::default()
    };
    for backup in answer.backups {
        let id = backup.resource_id;
        if backup.status == "available"
            && let Some(at) = backup.created_at
        {
            let newest = known.newest.entry(id.clone()).or_insert(at);
            *newest = (*newest).max(at);
        }
        let info = backup.extend_info;
        if info.auto_trigger == Some(true) && !known.automatic.contains(&id) {
            known.automatic.push(id.clone());
        }
        if !info.os_images_data.is_empty() && !known.imaged.contains(&id) {
            known.imaged.push(id);
        }
    }
    Ok(known)
}

/// The newest tasks about a vault.
pub async fn vault_tasks(api: Api, vault: &str) -> Result<Vec<Task>, ApiError> {
    let answer: TasksAnswer = api
        .call(&cbr::TASKS_LIST, &[])
        .query("vault_id", vault)
        .query("limit", "100")
        .send()
        .await?;
    Ok(answer.operation_logs)
}

/// What is going on in a vault, as its tasks tell.
pub fn work_of(tasks: &[Task]) -> Vec<Work> {
    let mut work = Vec::new();
    for task in tasks {
        if !matches!(task.status.as_str(), "running" | "waiting") {
            continue;
        }
        let kind = match task.operation_type.as_str() {
            "backup" | "restore" => Work::Protecting,
            "replication" | "copy" => Work::Replicating,
            "remove_resource" => Work::Removing,
            _ => continue,
        };
        if !work.contains(&kind) {
            work.push(kind);
        }
    }
    work
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_is_work() {
        let task = |kind: &str, status: &str| Task {
            operation_type: kind.into(),
            status: status.into(),
            ..Task::default()
        };
        let tasks = [
            task("backup", "success"),
            task("copy", "running"),
            task("replication", "waiting"),
            task("delete", "running"),
        ];
        assert_eq!(work_of(&tasks), [Work::Replicating]);
    }

    #[test]
    fn a_lock_keeps_what_schedules_made() {
        let known = VaultBackups {
            automatic: vec!["a".into()],
            imaged: vec!["b".into()],
            ..VaultBackups::default()
        };
        assert_eq!(known.kept(false), ["b"]);
        assert_eq!(known.kept(true), ["b", "a"]);
    }
}

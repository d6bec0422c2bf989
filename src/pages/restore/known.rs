//! What the wizard has to know, read together: the backup and its siblings, servers, volumes,
//! and the restores under way.

use contract::model::{Backup, Generation, ResourceKind, Server, Volume};
use contract::restore::{RestoreFacts, RestorePlan, RestoreRefusal, TargetVolume, check};

use super::draft::targets;
use crate::api::{self, Api, ApiError, Joined, ListedRestore, Protection, both};

/// Everything the decision depends on, as it was at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// All backups of the server, newest first; the one asked for is among them.
    pub backups: Vec<Backup>,
    pub servers: Vec<Server>,
    pub volumes: Vec<Volume>,
    pub restores: Vec<ListedRestore>,
    /// Vaults: what is in one can be backed up before it is overwritten.
    pub protection: Protection,
}

impl Known {
    /// Reads it for one backup.
    pub async fn fetch(api: Api, backup: String) -> Result<Joined<Self>, ApiError> {
        let world = both(
            both(api::servers(api), api::volumes(api)),
            both(api::restores(api), api::protection(api)),
        );
        let backups = async {
            let backup = api::backup(api, &backup).await?;
            let (filter, of) = (
                [("resource_id", backup.server_id.as_str())],
                backup.generation,
            );
            let Joined { mut all, silent } = if backup.server_id.is_empty() {
                Joined::default()
            } else {
                api::all_backups(api, &filter).await?
            };
            if !all.iter().any(|known| known.id == backup.id) {
                all.push(backup);
            }
            all.sort_by(|a, b| {
                b.created_at
                    .cmp(&a.created_at)
                    .then_with(|| a.id.cmp(&b.id))
            });
            Ok((all, silent, of))
        };
        let (backups, ((servers, volumes), (restores, protection))) = both(backups, world).await;
        let (backups, silent, of) = backups?;
        let known = Self {
            backups,
            servers: servers?,
            volumes: volumes?,
            // Only the service that keeps the backup decides about restoring it.
            restores: restores?.heard(of)?,
            protection: match (protection, of) {
                (Err(error), Generation::Cbr) => return Err(error),
                (protection, _) => protection.unwrap_or_default(),
            },
        };
        Ok(Joined { all: known, silent })
    }

    /// A backup by id.
    pub fn backup(&self, id: &str) -> Option<&Backup> {
        self.backups.iter().find(|backup| backup.id == id)
    }

    /// A server by id.
    pub fn server(&self, id: &str) -> Option<&Server> {
        self.servers.iter().find(|server| server.id == id)
    }

    /// What a target is called: a server, or of a single volume's backup the volume, else its own name.
    pub fn target_name(&self, plan: &RestorePlan) -> String {
        let id = plan.target();
        let server = self.server(id).map(|server| &server.name);
        let volume = self.volumes.iter().find(|volume| volume.id == id);
        let name = server.or(volume.map(|volume| &volume.name));
        match (name, self.backup(&plan.backup)) {
            (Some(name), _) if !name.is_empty() => name.clone(),
            (None, Some(backup)) if backup.server_id == id => backup.server_name.clone(),
            _ => id.to_owned(),
        }
    }

    /// Why the target cannot be backed up first; `None` when it can or the service has to be asked.
    pub fn safety_obstacle(&self, plan: &RestorePlan) -> Option<String> {
        if !plan.generation.capabilities().vaults || plan.target().is_empty() {
            return None;
        }
        match self.protection.vault_of(plan.target()) {
            Some(vault) => vault.closed(),
            None => Some(format!(
                "{} is in no vault, so nothing can be backed up first. Put it into one to have a way back.",
                self.target_name(plan)
            )),
        }
    }

    /// The servers a volume is attached to.
    pub fn users_of(&self, volume: &str) -> Vec<&Server> {
        let attached = |server: &&Server| {
            let mut volumes = server.attachments.iter();
            volumes.any(|attachment| attachment.volume_id == volume)
        };
        self.servers.iter().filter(attached).collect()
    }

    /// All volumes, as a restore to the plan's target looks at them.
    pub fn targets(&self, plan: &RestorePlan) -> Vec<TargetVolume> {
        if ResourceKind::from_word(&plan.kind) == ResourceKind::Volume {
            return self.volumes.iter().map(TargetVolume::alone).collect();
        }
        self.server(&plan.server)
            .map(|server| targets(server, &self.volumes))
            .unwrap_or_default()
    }

    /// The facts for a plan, over its [`Known::targets`].
    pub fn facts<'a>(
        &'a self,
        plan: &RestorePlan,
        targets: &'a [TargetVolume],
    ) -> RestoreFacts<'a> {
        RestoreFacts {
            backup: self.backup(&plan.backup),
            target: self.server(&plan.server),
            volumes: targets,
            restoring: self
                .restores
                .iter()
                .any(|restore| restore.is_running() && restore.server_id == plan.target()),
        }
    }

    /// Everything that stands against a plan. Without a target chosen only the backup is judged.
    pub fn refusals(&self, plan: &RestorePlan) -> Vec<RestoreRefusal> {
        let targets = self.targets(plan);
        let mut found = check(plan, &self.facts(plan, &targets));
        if plan.server.is_empty() {
            found.retain(|refusal| *refusal != RestoreRefusal::NoServer);
        }
        found
    }
}

//! What the wizard has to know, read together: the backup and its siblings, servers, volumes,
//! and the restores under way.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use contract::model::{Backup, Server, Volume};
use contract::restore::{RestoreFacts, RestorePlan, RestoreRefusal, TargetVolume, check};

use super::draft::targets;
use crate::api::{self, Api, ApiError, ListedRestore};

/// Everything the decision depends on, as it was at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// All backups of the server, newest first; the one asked for is among them.
    pub backups: Vec<Backup>,
    pub servers: Vec<Server>,
    pub volumes: Vec<Volume>,
    pub restores: Vec<ListedRestore>,
}

impl Known {
    /// Reads it for one backup.
    pub async fn fetch(api: Api, backup: String) -> Result<Self, ApiError> {
        let world = both(
            both(api::servers(api), api::volumes(api)),
            api::restores(api),
        );
        let backups = async {
            let backup = api::backup(api, &backup).await?;
            let filter = [("resource_id", backup.server_id.as_str())];
            let mut all = if backup.server_id.is_empty() {
                Vec::new()
            } else {
                api::backups(api, &filter).await?
            };
            if !all.iter().any(|known| known.id == backup.id) {
                all.push(backup);
            }
            all.sort_by(|a, b| {
                b.created_at
                    .cmp(&a.created_at)
                    .then_with(|| a.id.cmp(&b.id))
            });
            Ok(all)
        };
        let (backups, ((servers, volumes), restores)) = both(backups, world).await;
        Ok(Self {
            backups: backups?,
            servers: servers?,
            volumes: volumes?,
            restores: restores?,
        })
    }

    /// A backup by id.
    pub fn backup(&self, id: &str) -> Option<&Backup> {
        self.backups.iter().find(|backup| backup.id == id)
    }

    /// A server by id.
    pub fn server(&self, id: &str) -> Option<&Server> {
        self.servers.iter().find(|server| server.id == id)
    }

    /// All volumes, as a restore to the plan's server looks at them.
    pub fn targets(&self, plan: &RestorePlan) -> Vec<TargetVolume> {
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
                .any(|restore| restore.is_running() && restore.server_id == plan.server),
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

/// Waits for two things at once.
async fn both<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
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

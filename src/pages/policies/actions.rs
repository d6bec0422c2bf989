//! What can be done with a policy at once: run it, switch it on or off.

use contract::cbr::policies as vault_wire;
use contract::csbs::policies::{PolicyUpdate, PolicyUpdateRequest};
use contract::model::{Policy, PolicyKind};
use leptos::prelude::*;

use super::preflight::RunSeen;
use crate::api::{
    Api, ApiError, operation_id, run_policy, update_policy, update_policy_of_vaults, use_api,
};
use crate::format::count;
use crate::layout::use_paths;
use crate::routes::Paths;
use crate::ui::{Toasts, use_toasts};

/// What the deeds need; copied into whatever does them.
#[derive(Clone)]
pub struct PolicyDeeds {
    api: Api,
    toasts: Toasts,
    paths: Paths,
    /// Told when something changed.
    refresh: Callback<()>,
}

/// The deeds of this page; `refresh` loads its policies anew.
pub fn use_policy_deeds(refresh: Callback<()>) -> PolicyDeeds {
    PolicyDeeds {
        api: use_api(),
        toasts: use_toasts(),
        paths: use_paths(),
        refresh,
    }
}

/// Why a policy cannot be run now, if it cannot.
pub fn run_blocked(policy: &Policy) -> Option<String> {
    let service = policy.generation.capabilities();
    if matches!(policy.kind, PolicyKind::Replication(_)) {
        return Some("A policy that copies backups runs by its schedule only.".to_owned());
    }
    if service.vaults && policy.vaults.is_empty() {
        return Some("The policy is applied to no vault.".to_owned());
    }
    (service.servers_in_policy && policy.servers.is_empty())
        .then(|| "The policy has no server to back up.".to_owned())
}

/// Switches the schedule of a policy of either service.
async fn send_enabled(api: Api, policy: &Policy, on: bool) -> Result<(), ApiError> {
    if policy.generation.capabilities().vaults {
        let request = vault_wire::PolicyUpdateRequest {
            policy: vault_wire::PolicyUpdate {
                enabled: Some(on),
                ..vault_wire::PolicyUpdate::default()
            },
        };
        update_policy_of_vaults(api, &policy.id, &request).await?;
    } else {
        let request = PolicyUpdateRequest {
            policy: PolicyUpdate::switch(&policy.operation_id, on),
        };
        update_policy(api, &policy.id, &request).await?;
    }
    Ok(())
}

impl PolicyDeeds {
    /// Backs up the policy's servers now.
    pub fn run_now(&self, policy: &Policy) {
        let (deeds, policy) = (self.clone(), policy.clone());
        let once = operation_id();
        leptos::task::spawn_local(async move {
            let title = format!("{} was not run", policy.name);
            let seen = RunSeen::look(deeds.api, &policy.id).await;
            if let Some(refusal) = seen.ok().and_then(|seen| seen.refusal(&policy, &[])) {
                deeds.toasts.failure(title, refusal);
                return;
            }
            match run_policy(deeds.api, &policy.id, None, &once).await {
                Ok(_) => {
                    let servers = count(policy.servers.len(), "server", "servers");
                    let follow = deeds.paths.backups_where(&[("policy", &policy.id)]);
                    deeds.toasts.started(
                        format!("Backing up {servers} of {}", policy.name),
                        follow,
                        "Show its backups",
                    );
                }
                Err(error) => deeds.toasts.failure(title, error.to_string()),
            }
        });
    }

    /// Switches the schedule on or off; can be taken back.
    pub fn switch(&self, policy: &Policy, on: bool) {
        self.send_switch(policy.clone(), on, true);
    }

    fn send_switch(&self, policy: Policy, on: bool, undoable: bool) {
        let deeds = self.clone();
        leptos::task::spawn_local(async move {
            let word = if on { "on" } else { "off" };
            match send_enabled(deeds.api, &policy, on).await {
                Ok(_) => {
                    let title = format!("Schedule of {} switched {word}", policy.name);
                    if undoable {
                        let again = deeds.clone();
                        let undo = move |()| again.send_switch(policy.clone(), !on, false);
                        deeds.toasts.undoable(title, Callback::new(undo));
                    } else {
                        deeds.toasts.success(title);
                    }
                    deeds.refresh.try_run(());
                }
                Err(error) => {
                    deeds.toasts.failure(
                        format!("Schedule of {} was not switched {word}", policy.name),
                        error.to_string(),
                    );
                    deeds.refresh.try_run(());
                }
            }
        });
    }
}

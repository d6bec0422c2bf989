//! What can be done with a policy at once: run it, switch it on or off, delete it.

use std::sync::Arc;

use contract::csbs::policies::{PolicyUpdate, PolicyUpdateRequest};
use contract::model::Policy;
use leptos::prelude::*;

use super::preflight::{RunSeen, being_made, delete_refusal};
use crate::api::{Api, delete_policy, operation_id, run_policy, update_policy, use_api};
use crate::form::Submission;
use crate::format::count;
use crate::layout::use_paths;
use crate::routes::Paths;
use crate::ui::{Confirm, Toasts, use_toasts};

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
    policy
        .servers
        .is_empty()
        .then(|| "The policy has no server to back up.".to_owned())
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
            let request = PolicyUpdateRequest {
                policy: PolicyUpdate::switch(&policy.operation_id, on),
            };
            let word = if on { "on" } else { "off" };
            match update_policy(deeds.api, &policy.id, &request).await {
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

/// The question before a policy is deleted; its name has to be typed when servers depend on it.
#[component]
pub fn DeletePolicy(
    open: RwSignal<bool>,
    #[prop(into)] policy: Signal<Option<Arc<Policy>>>,
    /// Told when it is deleted.
    #[prop(into)]
    on_done: Callback<()>,
) -> AnyView {
    let (api, toasts) = (use_api(), use_toasts());
    let submission = Submission::new();
    // What the service would say, known before it is asked.
    let refused = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        if !open.get() {
            return;
        }
        submission.reset();
        refused.set(None);
        if let Some(policy) = policy.get_untracked() {
            leptos::task::spawn_local(async move {
                if let Ok(made) = being_made(api, &policy.id).await {
                    refused.try_set(delete_refusal(&policy, &made));
                }
            });
        }
    });
    let failure = Signal::derive(move || submission.failure().get().or_else(|| refused.get()));
    let with = move |read: fn(&Policy) -> String| {
        policy.with(|policy| policy.as_deref().map(read).unwrap_or_default())
    };
    let name = Signal::derive(move || with(|policy| policy.name.clone()));
    let servers = Signal::derive(move || {
        policy.with(|policy| policy.as_ref().map_or(0, |policy| policy.servers.len()))
    });
    let names = move || {
        with(|policy| {
            let names: Vec<&str> = policy
                .servers
                .iter()
                .take(8)
                .map(|server| server.name.as_str())
                .collect();
            names.join(", ")
        })
    };
    let typed_name = Signal::derive(move || (servers.get() > 0).then(|| name.get()));
    let confirm = move |()| {
        let Some(policy) = policy.get_untracked() else {
            return;
        };
        let once = operation_id();
        let name = policy.name.clone();
        submission.send(
            async move {
                let refusal = delete_refusal(&policy, &being_made(api, &policy.id).await?);
                if refusal.is_none() {
                    delete_policy(api, &policy.id, &once).await?;
                }
                Ok(refusal)
            },
            move |refusal| {
                if refusal.is_some() {
                    refused.try_set(refusal);
                    submission.reset();
                    return;
                }
                toasts.success(format!("Policy {name} deleted"));
                open.try_set(false);
                on_done.try_run(());
            },
        );
    };
    view! {
        <Confirm open=open title=Signal::derive(move || format!("Delete policy {}?", name.get()))
            verb=Signal::derive(move || format!("Delete {}", name.get())) safe_verb="Keep the policy"
            typed_name=typed_name busy=submission.busy() failure=failure on_confirm=confirm>
            {move || match servers.get() {
                0 => view! { <p>"No server uses it."</p> }.into_any(),
                number => view! {
                    <p><strong>{count(number, "server", "servers")}</strong> " will no longer be backed up on a schedule: "
                        <bdi>{names()}</bdi> {(number > 8).then_some(" …")} "."</p>
                }.into_any(),
            }}
            <p>"The backups it has made stay until somebody deletes them; no retention cleans them up any more."</p>
        </Confirm>
    }
    .into_any()
}

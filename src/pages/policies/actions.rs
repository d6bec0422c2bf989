//! What can be done with a policy at once: run it, switch it on or off, delete it.

use std::sync::Arc;

use contract::csbs::policies::{PolicyUpdate, PolicyUpdateRequest};
use contract::model::Policy;
use leptos::prelude::*;

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
                Err(error) => {
                    deeds
                        .toasts
                        .failure(format!("{} was not run", policy.name), error.to_string());
                }
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
    Effect::new(move |_| {
        if open.get() {
            submission.reset();
        }
    });
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
        let (id, name) = (policy.id.clone(), policy.name.clone());
        submission.send(
            async move { delete_policy(api, &id, &once).await },
            move |()| {
                toasts.success(format!("Policy {name} deleted"));
                open.try_set(false);
                on_done.try_run(());
            },
        );
    };
    view! {
        <Confirm open=open title=Signal::derive(move || format!("Delete policy {}?", name.get()))
            verb=Signal::derive(move || format!("Delete {}", name.get())) safe_verb="Keep the policy"
            typed_name=typed_name busy=submission.busy() failure=submission.failure() on_confirm=confirm>
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

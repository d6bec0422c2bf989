//! Deleting a policy: who depends on it, and what the service would say.

use std::sync::Arc;

use contract::model::Policy;
use leptos::prelude::*;

use super::preflight::{being_made, delete_refusal};
use crate::api::{Api, ApiError, delete_policy, delete_policy_of_vaults, operation_id, use_api};
use crate::form::Submission;
use crate::format::count;
use crate::ui::{Confirm, use_toasts};

/// Names listed in the question.
const NAMED: usize = 8;

/// What stops being backed up with a policy.
#[derive(Clone, PartialEq)]
struct Depends {
    number: usize,
    /// `server`, `servers`; `vault`, `vaults`.
    words: (&'static str, &'static str),
    /// Names of the first ones, as far as they are known.
    names: Vec<String>,
}

impl Depends {
    fn of(policy: &Policy) -> Self {
        if policy.generation.capabilities().vaults {
            return Self {
                number: policy.vaults.len(),
                words: ("vault", "vaults"),
                names: Vec::new(),
            };
        }
        let servers = policy.servers.iter().take(NAMED);
        Self {
            number: policy.servers.len(),
            words: ("server", "servers"),
            names: servers.map(|server| server.name.clone()).collect(),
        }
    }
}

/// What the service would say to it.
async fn refusal(api: Api, policy: &Policy) -> Result<Option<String>, ApiError> {
    // A policy of vaults can be deleted at any time (cbr-v3 5.5, 41).
    if policy.generation.capabilities().vaults {
        return Ok(None);
    }
    Ok(delete_refusal(policy, &being_made(api, &policy.id).await?))
}

async fn send(api: Api, policy: &Policy, once: &str) -> Result<(), ApiError> {
    if policy.generation.capabilities().vaults {
        delete_policy_of_vaults(api, &policy.id, once).await
    } else {
        delete_policy(api, &policy.id, once).await
    }
}

fn consequence(depends: Depends) -> AnyView {
    let Depends {
        number,
        words: (one, many),
        names,
    } = depends;
    if number == 0 {
        return view! { <p>{format!("No {one} uses it.")}</p> }.into_any();
    }
    let rest = (number > names.len() && !names.is_empty()).then_some(" …");
    let names = (!names.is_empty()).then(|| format!(": {}", names.join(", ")));
    view! {
        <p><strong>{count(number, one, many)}</strong> " will no longer be backed up on a schedule"
            <bdi>{names}</bdi> {rest} "."</p>
    }
    .into_any()
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
                if let Ok(refusal) = refusal(api, &policy).await {
                    refused.try_set(refusal);
                }
            });
        }
    });
    let failure = Signal::derive(move || submission.failure().get().or_else(|| refused.get()));
    let with = move |read: fn(&Policy) -> String| {
        policy.with(|policy| policy.as_deref().map(read).unwrap_or_default())
    };
    let name = Signal::derive(move || with(|policy| policy.name.clone()));
    let depends = Memo::new(move |_| policy.with(|policy| policy.as_deref().map(Depends::of)));
    let is_used = move || depends.with(|on| on.as_ref().is_some_and(|on| on.number > 0));
    let typed_name = Signal::derive(move || is_used().then(|| name.get()));
    let confirm = move |()| {
        let Some(policy) = policy.get_untracked() else {
            return;
        };
        let once = operation_id();
        let name = policy.name.clone();
        submission.send(
            async move {
                let refusal = refusal(api, &policy).await?;
                if refusal.is_none() {
                    send(api, &policy, &once).await?;
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
            {move || depends.get().map(consequence)}
            <p>"The backups it has made stay until somebody deletes them; no retention cleans them up any more."</p>
        </Confirm>
    }
    .into_any()
}

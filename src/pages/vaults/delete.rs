//! Deleting a vault: what goes with it, and why it cannot be done now (level 2: the name is typed).

use contract::vault::{DeletionFacts, delete_refusals};
use leptos::prelude::*;

use super::deeds::OneVault;
use super::fill::mb;
use super::words::failure;
use crate::api::{delete_vault, operation_id, use_api};
use crate::form::Submission;
use crate::format::count;
use crate::layout::use_paths;
use crate::router::{use_navigate, use_params_map};
use crate::routes::Pairs;
use crate::tasks::use_tasks;
use crate::ui::{Confirm, use_toasts};

/// Why the vault cannot be deleted now, if it cannot; tracked.
pub fn blocked(one: OneVault) -> Option<String> {
    let backups = one.backups.data();
    let known = backups.as_deref();
    let work = one.work();
    let vault = one.vault.get();
    let facts = DeletionFacts {
        vault: Some(&vault),
        work: &work,
        imaged: known.is_some_and(|known| !known.imaged.is_empty()),
        automatic: known.is_some_and(|known| !known.automatic.is_empty()),
    };
    let refusals = delete_refusals(&vault.id, &facts);
    refusals.first().map(ToString::to_string)
}

/// The question.
#[component]
pub fn DeleteVault(open: RwSignal<bool>, one: OneVault) -> AnyView {
    let (api, toasts, paths, navigate) = (use_api(), use_toasts(), use_paths(), use_navigate());
    let tasks = use_tasks();
    let submission = Submission::new();
    Effect::new(move |_| {
        if open.get() {
            submission.reset();
        }
    });
    let home = paths.vaults();
    let here = use_params_map();
    let confirm = move |()| {
        let (id, name) = one
            .vault
            .with_untracked(|vault| (vault.id.clone(), vault.name.clone()));
        let (once, home, gone) = (operation_id(), home.clone(), id.clone());
        submission.send(
            async move { delete_vault(api, &id, &once).await },
            move |()| {
                toasts.success(format!("Vault {name} is being deleted"));
                tasks.look_now();
                open.try_set(false);
                // Whoever left the vault meanwhile is not taken away from where they are.
                let of = |params: &Pairs| params.get("id").as_ref() == Some(&gone);
                if here.try_with_untracked(of) == Some(true) {
                    navigate(&home, Default::default());
                }
            },
        );
    };
    let name = one.name();
    let typed = Signal::derive(move || Some(name.get()));
    let policies = Memo::new(move |_| {
        let id = one.vault.with(|vault| vault.id.clone());
        let policies = one.policies.data().unwrap_or_default();
        let on = policies.iter().filter(|policy| policy.is_on(&id));
        on.map(|policy| policy.name.clone()).collect::<Vec<_>>()
    });
    let lost = move || {
        let known = one.backups.data().map_or(0, |known| known.count);
        let (members, used) = one
            .vault
            .with(|vault| (vault.members.len(), mb(vault.used_mb)));
        let policies = policies.with(|names| match names.as_slice() {
            [] => "No policy is applied to it.".to_owned(),
            names => format!("Taken off it, and kept: {}.", names.join(", ")),
        });
        view! {
            <ul>
                <li><strong>{count(usize::try_from(known).unwrap_or(0), "backup", "backups")}</strong> {format!(" ({used}) are deleted for good, replicas of them elsewhere are not.")}</li>
                <li>{format!("{} are no longer backed up. They themselves stay as they are.", count(members, "resource", "resources"))}</li>
                <li><bdi>{policies}</bdi></li>
            </ul>
        }
    };
    view! {
        <Confirm open=open title=Signal::derive(move || format!("Delete vault {} with its backups?", name.get()))
            verb=Signal::derive(move || format!("Delete {}", name.get())) safe_verb="Keep the vault" typed_name=typed
            busy=submission.busy() failure=failure(submission) on_confirm=confirm>
            <p>"This cannot be undone. It deletes:"</p>
            {lost}
        </Confirm>
    }
    .into_any()
}

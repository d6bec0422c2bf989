//! Ending a share: what the other side loses is said first.

use contract::cbr::backups::Backup;
use contract::cbr::share::{ACCEPTED, revoke_refusal};
use contract::cbr::sharing::{AccountProject, Member};
use leptos::prelude::*;

use super::words::{backup_name, project_text};
use crate::api::{end_share, operation_id, use_api};
use crate::form::Submission;
use crate::ui::{Button, Confirm, use_toasts};

/// The button that ends a share, with its question; `done` is told when it has ended.
pub fn revoke_button(
    backup: &Backup,
    member: &Member,
    projects: Signal<Vec<AccountProject>>,
    done: Callback<()>,
) -> AnyView {
    let (api, toasts) = (use_api(), use_toasts());
    let open = RwSignal::new(false);
    let submission = Submission::new();
    let once = StoredValue::new(operation_id());
    let receiver = member.dest_project_id.clone();
    let blocked = revoke_refusal(&receiver, Some(member))
        .map(|refusal| format!("{refusal} ({})", refusal.code()));
    let (name, id) = (backup_name(backup), backup.id.clone());
    let with = {
        let receiver = receiver.clone();
        Signal::derive(move || project_text(&projects.read(), &receiver))
    };
    let accepted = member.status == ACCEPTED;
    let title = {
        let name = name.clone();
        Signal::derive(move || format!("Stop sharing {name} with {}?", with.get()))
    };
    let label = {
        let name = name.clone();
        Signal::derive(move || Some(format!("Stop sharing {name} with {}", with.get())))
    };
    let confirm = move |()| {
        let (id, receiver, name) = (id.clone(), receiver.clone(), name.clone());
        let with = with.get_untracked();
        submission.send(
            async move { end_share(api, &id, &receiver, &once.get_value()).await },
            move |()| {
                toasts.success(format!("{name} is no longer shared with {with}"));
                open.try_set(false);
                done.try_run(());
            },
        );
    };
    view! {
        <Button name=label blocked=Signal::stored(blocked) on_press=move || {
            submission.reset();
            open.set(true);
        }>"Stop sharing"</Button>
        <Confirm open=open title=title verb="Stop sharing" safe_verb="Keep sharing"
            busy=submission.busy() failure=submission.failure() on_confirm=confirm>
            {if accepted {
                view! { <p>"The other project accepted it: the backup disappears from their vault, and they can make no more disks or images from it."</p> }
            } else {
                view! { <p>"The other project no longer sees the backup and cannot accept it any more."</p> }
            }}
            <p>"The backup itself stays as it is. It can be shared again."</p>
        </Confirm>
    }
    .into_any()
}

//! Sharing a backup with another project.

use std::sync::Arc;

use contract::cbr::share::{ShareFacts, ShareRefusal, share_refusal};
use contract::cbr::sharing::MembersAdd;
use contract::operations::cbr;
use contract::request::RequestText;
use leptos::prelude::*;

use super::of_backup::Shares;
use super::project::{ProjectChoice, project_field, use_account_projects};
use super::words::{backup_name, project_text};
use crate::api::{operation_id, share_backup, use_api};
use crate::form::{ErrorSummary, Problem, Problems, ShowRequest, Submission};
use crate::ui::{Button, ButtonKind, Dialog, DialogActions, Notice, Tone, use_toasts};

const PROJECT: &str = "share-project";

/// What is against sharing with this project, and whether it is the project's fault.
fn check(shares: &Shares, project: &str) -> Option<(ShareRefusal, bool)> {
    let receivers: Vec<String> = [project.to_owned()]
        .into_iter()
        .filter(|id| !id.is_empty())
        .collect();
    let facts = ShareFacts {
        backup: &shares.backup,
        vault: shares.vault.as_ref(),
        members: &shares.members,
        projects: None,
    };
    let refusal = share_refusal(&receivers, &facts)?;
    let of_project = matches!(
        refusal,
        ShareRefusal::NoReceiver
            | ShareRefusal::OwnProject
            | ShareRefusal::NoProject(_)
            | ShareRefusal::Twice(_)
            | ShareRefusal::Already(_)
    );
    Some((refusal, of_project))
}

fn sentence(refusal: &ShareRefusal) -> String {
    match refusal {
        ShareRefusal::NoReceiver => "Choose the project that is to have the backup.".to_owned(),
        other => format!("{other} ({})", other.code()),
    }
}

/// The dialog, open while `open` is true; `done` is told when the backup is shared.
pub fn share_dialog(
    open: RwSignal<bool>,
    shares: Signal<Arc<Shares>>,
    done: Callback<()>,
) -> AnyView {
    let title = Signal::derive(move || format!("Share {}", backup_name(&shares.read().backup)));
    view! {
        <Dialog open=open title=title>{move || form(open, shares, done)}</Dialog>
    }
    .into_any()
}

fn form(open: RwSignal<bool>, shares: Signal<Arc<Shares>>, done: Callback<()>) -> AnyView {
    let (api, toasts) = (use_api(), use_toasts());
    let projects = use_account_projects();
    let choice = ProjectChoice::new(projects, Some(api.project()));
    let (problems, submission) = (Problems::default(), Submission::new());
    let once = StoredValue::new(operation_id());
    let tried = RwSignal::new(false);
    let refused = Memo::new(move |_| check(&shares.read(), &choice.id()));
    // Nobody is told what is missing before the first try.
    let message = Signal::derive(move || {
        let (refusal, of_project) = refused.get()?;
        let early = refusal == ShareRefusal::NoReceiver && !tried.get();
        (of_project && !early).then(|| sentence(&refusal))
    });
    let request = Memo::new(move |_| MembersAdd {
        members: vec![choice.id()],
        domains: None,
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if let Some((refusal, of_project)) = refused.get_untracked() {
            let field = if of_project {
                untrack(|| choice.field(PROJECT))
            } else {
                String::new()
            };
            problems.show(vec![Problem::at(field, sentence(&refusal))]);
            return;
        }
        problems.show(Vec::new());
        let backup = shares.read_untracked().backup.clone();
        let (id, request) = (backup.id.clone(), request.get_untracked());
        let receiver = untrack(|| project_text(&projects.read(), &choice.id()));
        submission.send(
            async move { share_backup(api, &id, &request, &once.get_value()).await },
            move |_| {
                let name = backup_name(&backup);
                toasts.success(format!(
                    "{name} is shared with {receiver}; it waits for their answer"
                ));
                open.try_set(false);
                done.try_run(());
            },
        );
    };
    let preview = move || {
        let id = shares.read().backup.id.clone();
        let request = RequestText::new(&cbr::MEMBERS_ADD, &[&id]).with_body(&request.get());
        view! { <ShowRequest request=Signal::stored(request)/> }
    };
    view! {
        <form class="form" novalidate=true on:submit=send>
            <p class="field-hint">
                "The other project sees the backup, accepts or rejects it, and can make disks and images from it while it is shared. "
                "It stays in your vault, and you pay for it. While it is shared it cannot be deleted."
            </p>
            <ErrorSummary problems=problems/>
            {move || submission.failure().get().map(|text| view! {
                <Notice tone=Tone::Bad title="The backup was not shared" announce=true><p>{text}</p></Notice>
            })}
            {project_field(PROJECT, "Project", choice, message)}
            {preview}
            <DialogActions>
                <Button on_press=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=submission.busy() on_press=|| ()>"Share backup"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::cbr::backups::Backup;

    #[test]
    fn what_is_wrong_with_the_project_stands_at_its_field_and_the_rest_at_the_head() {
        let mut shares = Shares {
            backup: Backup {
                project_id: "0605767a1b80d5ee2fb4c00950e4ae11".into(),
                resource_type: contract::rules::SERVER_KIND.into(),
                status: "available".into(),
                ..Backup::default()
            },
            vault: None,
            members: Vec::new(),
        };
        assert_eq!(check(&shares, ""), Some((ShareRefusal::NoReceiver, true)));
        let own = check(&shares, "0605767a1b80d5ee2fb4c00950e4ae11");
        assert_eq!(own, Some((ShareRefusal::OwnProject, true)));
        assert_eq!(check(&shares, "1605767a1b80d5ee2fb4c00950e4ae11"), None);
        shares.backup.status = "error".into();
        let failed = check(&shares, "1605767a1b80d5ee2fb4c00950e4ae11");
        assert_eq!(failed, Some((ShareRefusal::State("error".into()), false)));
    }
}

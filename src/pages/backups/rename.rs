//! Giving a backup another name, where its service can.

use std::sync::Arc;

use contract::cbr::backups::{BackupUpdate, BackupUpdateRequest};
use contract::cbr::rules::ShortName;
use contract::model::Backup;
use contract::operations::cbr as operations;
use contract::request::RequestText;
use leptos::prelude::*;

use crate::api::{cbr, use_api};
use crate::form::{Field, ShowRequest, Submission, TextInput};
use crate::ui::{Button, ButtonKind, Dialog, DialogActions, Notice, Tone, use_toasts};

/// The dialog; `done` is called when the service has taken the name.
pub(super) fn rename_dialog(
    open: RwSignal<bool>,
    backup: Arc<Backup>,
    done: Callback<()>,
) -> AnyView {
    let title = format!("Rename {}", backup.name);
    let backup = StoredValue::new(backup);
    view! {
        <Dialog open=open title=title>{move || open.get().then(|| backup.with_value(|backup| form(open, backup, done)))}</Dialog>
    }
    .into_any()
}

fn form(open: RwSignal<bool>, backup: &Backup, done: Callback<()>) -> AnyView {
    let (api, toasts, submission) = (use_api(), use_toasts(), Submission::new());
    let (id, shown_id) = (backup.id.clone(), backup.id.clone());
    let text = RwSignal::new(backup.name.clone());
    let message = Signal::derive(move || {
        let rule = ShortName::try_from(text.get()).err()?;
        Some(format!("Name: {rule}."))
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if message.with_untracked(Option::is_some) {
            return;
        }
        let (id, name) = (id.clone(), text.get_untracked());
        let said = name.clone();
        submission.send(
            async move { (cbr().await?.rename)(api, id, name).await },
            move |()| {
                toasts.success(format!("The backup is called {said} now"));
                open.set(false);
                done.run(());
            },
        );
    };
    let request = Memo::new(move |_| {
        let name = ShortName::try_from(text.get()).ok()?;
        let body = BackupUpdateRequest {
            backup: BackupUpdate { name },
        };
        Some(RequestText::new(&operations::BACKUPS_UPDATE, &[&shown_id]).with_body(&body))
    });
    view! {
        <form class="form" on:submit=send>
            {move || submission.failure().get().map(|text| view! {
                <Notice tone=Tone::Bad title="The backup was not renamed" announce=true><p>{text}</p></Notice>
            })}
            <Field id="backup-name" label="Name" required=true message=message
                hint="1 to 64 letters, digits, _ and -. Its disk backups keep their names.">
                <TextInput value=text on_input=move |typed| text.set(typed)/>
            </Field>
            {move || request.get().map(|request| view! { <ShowRequest request=Signal::stored(request)/> })}
            <DialogActions>
                <Button on_press=move || open.set(false)>"Keep the name"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=submission.busy() on_press=|| ()>"Rename backup"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

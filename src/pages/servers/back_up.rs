//! "Back up now": a form on the server's page, opened by its address.

use contract::operations::csbs;
use contract::request::RequestText;
use leptos::prelude::*;

use super::draft::{BackUpDraft, DESCRIPTION, NAME, TAGS};
use crate::api::{back_up_server, operation_id, use_api};
use crate::form::{ErrorSummary, Field, Problems, ShowRequest, Submission, TextArea, TextInput};
use crate::layout::use_paths;
use crate::tags::TagRows;
use crate::tasks::use_tasks;
use crate::ui::{Button, ButtonKind, Card, Choice, Notice, Pick, Tone, use_toasts};

/// The form; `done` is called when the backup was started or the form was put away.
#[component]
pub(super) fn BackUpNow(
    server: String,
    #[prop(into)] server_name: Signal<String>,
    /// Why it cannot be backed up now.
    #[prop(into)]
    blocked: Signal<Option<String>>,
    done: Callback<()>,
) -> AnyView {
    let (api, paths, tasks, toasts) = (use_api(), use_paths(), use_tasks(), use_toasts());
    let draft = RwSignal::new(BackUpDraft::default());
    let tags = TagRows::new();
    Effect::new(move |_| {
        let typed = tags.typed();
        draft.update(|draft| draft.tags = typed);
    });
    let (problems, submission) = (Problems::default(), Submission::new());
    // One id for one filled-in form: a second send cannot make a second backup.
    let once = StoredValue::new(operation_id());
    let shown_server = server.clone();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if blocked.with_untracked(Option::is_some) {
            return;
        }
        let request = match draft.with_untracked(BackUpDraft::check) {
            Ok(request) => request,
            Err(broken) => return problems.show(broken),
        };
        problems.show(Vec::new());
        let (server, name, paths) = (server.clone(), server_name.get_untracked(), paths.clone());
        submission.send(
            async move { back_up_server(api, &server, &request, &once.get_value()).await },
            move |checkpoint| {
                let href = paths.backups_where(&[("checkpoint", &checkpoint)]);
                toasts.started(
                    format!("{name} is being backed up"),
                    href,
                    "Follow the backup",
                );
                tasks.look_now();
                done.run(());
            },
        );
    };
    let request = Memo::new(move |_| {
        let body = draft.with(BackUpDraft::check).ok()?;
        Some(RequestText::new(&csbs::BACK_UP_SERVER, &[&shown_server]).with_body(&body))
    });
    let live = move |field: &'static str| {
        Signal::derive(move || {
            let now = draft.with(|draft| draft.check().err().unwrap_or_default());
            now.into_iter()
                .find(|problem| problem.field == field)
                .map(|problem| problem.text)
        })
    };
    view! {
        <Card title="Back up now">
            <form class="form" on:submit=send>
                <ErrorSummary problems=problems/>
                {move || submission.failure().get().map(|text| view! {
                    <Notice tone=Tone::Bad title="The backup was not started" announce=true><p>{text}</p></Notice>
                })}
                <Field id=NAME label="Name" message=live(NAME)
                    hint="Letters, digits, _ and -. Left empty, the service makes a name.">
                    <TextInput value=Signal::derive(move || draft.read().name.clone()) on_input=move |text| draft.write().name = text/>
                </Field>
                <Field id=DESCRIPTION label="Description" message=live(DESCRIPTION)>
                    <TextArea rows=2 value=Signal::derive(move || draft.read().description.clone())
                        on_input=move |text| draft.write().description = text/>
                </Field>
                <Choice legend="Kind" picks=vec![Pick::new("incremental", "Incremental"), Pick::new("full", "Full")]
                    chosen=Signal::derive(move || if draft.read().incremental { "incremental" } else { "full" }.to_owned())
                    on_choose=move |key: String| draft.write().incremental = key == "incremental"/>
                <fieldset class="field" id=TAGS tabindex="-1">
                    <legend class="field-label">"Tags"<span class="field-optional">" (optional)"</span></legend>
                    <p class="field-hint">"Up to 10 keys, each with a value or none; for finding this backup again."</p>
                    {tags.view()}
                </fieldset>
                <p class="field-hint">"An incremental backup holds what changed since the one before. The first backup of a server is full in any case."</p>
                {move || request.get().map(|request| view! { <ShowRequest request=Signal::stored(request)/> })}
                <div class="form-actions">
                    <Button kind=ButtonKind::Primary submit=true busy=submission.busy() blocked=blocked on_press=|| ()>
                        {move || format!("Back up {}", server_name.get())}
                    </Button>
                    <Button on_press=move || done.run(())>"Put the form away"</Button>
                </div>
            </form>
        </Card>
    }
    .into_any()
}

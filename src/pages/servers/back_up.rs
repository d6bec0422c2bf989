//! "Back up now": a form on the server's page, opened by its address.

use contract::cbr::checkpoints::CheckpointCreateRequest;
use contract::csbs::backups::ProtectRequest;
use contract::model::Vault;
use contract::operations::{Service, cbr as operations, csbs};
use contract::request::RequestText;
use leptos::prelude::*;

use super::draft::{BackUpDraft, DESCRIPTION, NAME, TAGS};
use crate::api::{back_up_server, cbr, operation_id, use_api};
use crate::form::{ErrorSummary, Field, Problems, ShowRequest, Submission, TextArea, TextInput};
use crate::layout::use_paths;
use crate::session::use_session;
use crate::tags::TagRows;
use crate::tasks::use_tasks;
use crate::ui::{Button, ButtonKind, Card, Choice, Notice, Pick, Tone, use_toasts};

/// What is sent: v1 backs a server up by itself, v3 into the vault it is in.
enum Request {
    ByItself(ProtectRequest),
    IntoVault(CheckpointCreateRequest),
}

/// The form; `done` is called when the backup was started or the form was put away.
#[component]
pub(super) fn BackUpNow(
    server: String,
    #[prop(into)] server_name: Signal<String>,
    /// Why it cannot be backed up by itself, by the service that does so; `None` also where there is no such service.
    #[prop(into)]
    blocked: Signal<Option<String>>,
    /// The vault it is in.
    #[prop(into)]
    vault: Signal<Option<Vault>>,
    done: Callback<()>,
) -> AnyView {
    let by_itself = use_session().has(Service::Csbs);
    // Where both services could, the vault it is in comes first.
    let chosen = RwSignal::new(None::<bool>);
    let into_vault = Memo::new(move |_| {
        let in_one = vault.with(Option::is_some);
        in_one && chosen.get().unwrap_or(true) || !by_itself
    });
    let blocked = Signal::derive(move || {
        if !into_vault.get() {
            return blocked.get();
        }
        vault.with(|vault| match vault {
            Some(vault) => vault.closed(),
            None => Some("The server is in no vault; put it into one first.".to_owned()),
        })
    });
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
        let vault_id = into_vault
            .get_untracked()
            .then(|| vault.get_untracked())
            .flatten()
            .map(|vault| vault.id);
        let request = draft.with_untracked(|draft| match &vault_id {
            Some(vault) => draft
                .check_for_vault(vault, &server)
                .map(Request::IntoVault),
            None => draft.check().map(Request::ByItself),
        });
        let request = match request {
            Ok(request) => request,
            Err(broken) => return problems.show(broken),
        };
        problems.show(Vec::new());
        let (server, name, paths) = (server.clone(), server_name.get_untracked(), paths.clone());
        submission.send(
            async move {
                let once = once.get_value();
                match request {
                    Request::ByItself(request) => {
                        back_up_server(api, &server, &request, &once).await
                    }
                    Request::IntoVault(request) => (cbr().await?.back_up)(api, request, once).await,
                }
            },
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
        if into_vault.get() {
            let vault = vault.get()?;
            let body = draft.with(|draft| draft.check_for_vault(&vault.id, &shown_server).ok())?;
            return Some(RequestText::new(&operations::CHECKPOINTS_CREATE, &[]).with_body(&body));
        }
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
                {move || vault.get().map(|vault| {
                    let title = format!("Vault {}", vault.name);
                    if by_itself {
                        view! {
                            <Choice legend="Kept in" picks=vec![Pick::new("vault", title), Pick::new("itself", "No vault (CSBS)")]
                                chosen=Signal::derive(move || if into_vault.get() { "vault" } else { "itself" }.to_owned())
                                on_choose=move |key: String| chosen.set(Some(key == "vault"))/>
                        }.into_any()
                    } else {
                        view! { <p>"Kept in the vault "<bdi>{vault.name}</bdi>"."</p> }.into_any()
                    }
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
                <fieldset class="field" id=TAGS tabindex="-1" hidden=move || into_vault.get()>
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

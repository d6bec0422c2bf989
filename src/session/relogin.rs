//! Signing in again over the page, so that nothing on it is lost; and the wall that stands when
//! another person signed in in another tab.

use std::time::Duration;

use contract::session::{SignIn, SignInKind};
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use super::{Phase, Session, use_session};
use crate::api::{self, use_api};
use crate::form::{Field, Submission, TextInput};
use crate::ui::{
    Button, ButtonKind, Dialog, DialogActions, Fetched, Notice, Shown, Tone, use_toasts,
    when_wanted,
};

/// How long until the dialogs are asked for again when they did not come.
const AGAIN: Duration = Duration::from_secs(5);

/// Stands over the page when this tab may not act. The dialogs are fetched when they are first needed.
#[component]
pub fn SessionGuard() -> AnyView {
    let (session, toasts) = (use_session(), use_toasts());
    let tries = RwSignal::new(0);
    let wanted = Signal::derive(move || {
        tries.track();
        session.phase() != Phase::Live
    });
    when_wanted(wanted, fetch, move || {
        if tries.try_get_untracked() == Some(0) {
            toasts.failure(
                "Your session has ended",
                "The form to sign in again could not be fetched. It is tried again every few seconds; what you entered stays.",
            );
        }
        set_timeout(
            move || {
                tries.try_update(|tries| *tries += 1);
            },
            AGAIN,
        );
    })
}

fn fetch() -> Fetched {
    Box::pin(async { guard().await.ok() })
}

#[wasm_split(dialogs, fallible, wasm_split_path = leptos::wasm_split)]
fn guard() -> Result<Shown, SplitLoaderError> {
    Ok(dialogs)
}

fn dialogs() -> AnyView {
    let session = use_session();
    // Every refused call says again that the session has ended; only the first one opens the dialog, or
    // the next would empty the password that is being typed.
    let phase = Memo::new(move |_| session.phase());
    let ended = RwSignal::new(false);
    Effect::new(move |_| ended.set(phase.get() == Phase::Ended));
    let taken = RwSignal::new(false);
    Effect::new(move |_| taken.set(phase.get() == Phase::TakenOver));
    view! {
        <Dialog open=ended title="Sign in again" firm=true>
            {sign_in_form(session)}
        </Dialog>
        <Dialog open=taken title="Somebody else signed in" firm=true alert=true>
            <p>"In another tab of this browser another person signed in. This tab still shows the earlier person's page and cannot act any more."</p>
            <DialogActions>
                <Button kind=ButtonKind::Primary first_focus=true on_press=|| { let _ = window().location().assign("/"); }>
                    "Open the console anew"
                </Button>
            </DialogActions>
        </Dialog>
    }
    .into_any()
}

fn sign_in_form(session: Session) -> AnyView {
    let api = use_api();
    let secret = RwSignal::new(String::new());
    let security_token = RwSignal::new(String::new());
    let kind = session.info.with_untracked(|info| info.sign_in);
    let submission = Submission::new();
    let who = move || session.with(|info| format!("{} in {}", info.user, info.domain));
    // A key session's user is its access key.
    let (label, announced) = match kind {
        SignInKind::Password => ("Password", "You are "),
        SignInKind::AccessKey | SignInKind::TemporaryKey => ("Secret key", "Your access key is "),
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let request = session.info.with_untracked(|info| {
            let with = SignIn {
                cloud: info.cloud.id.clone(),
                project: session.project_name(),
                ..SignIn::default()
            };
            match kind {
                SignInKind::Password => SignIn {
                    domain: info.domain.clone(),
                    user: info.user.clone(),
                    password: secret.get_untracked(),
                    ..with
                },
                SignInKind::AccessKey | SignInKind::TemporaryKey => SignIn {
                    access_key: info.user.clone(),
                    secret_key: secret.get_untracked(),
                    security_token: security_token.get_untracked(),
                    ..with
                },
            }
        });
        submission.send(
            async move { api::session::sign_in(api, &request).await },
            move |info| {
                session.renewed(info);
                session.announce();
            },
        );
    };
    view! {
        <form on:submit=send>
            <p>"Your session has ended. The page behind this dialog keeps everything you entered; nothing is sent again by itself."</p>
            <p>{announced}<strong><bdi>{who}</bdi></strong>"."</p>
            {move || submission.failure().get().map(|text| view! {
                <Notice tone=Tone::Bad title="Signing in did not work" announce=true><p>{text}</p></Notice>
            })}
            <Field id="relogin-password" label=label required=true>
                <TextInput kind="password" autocomplete="current-password" value=secret
                    on_input=move |text| secret.set(text)/>
            </Field>
            {(kind == SignInKind::TemporaryKey).then(|| view! {
                <Field id="relogin-token" label="Security token" required=true>
                    <TextInput kind="password" autocomplete="off" value=security_token
                        on_input=move |text| security_token.set(text)/>
                </Field>
            })}
            <DialogActions>
                <a class="button" href="/sign-in">"Leave for the sign-in page"</a>
                <Button kind=ButtonKind::Primary submit=true busy=submission.busy() on_press=|| ()>"Sign in"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

//! Beginning anew: a fresh world, after its name was typed.

use leptos::prelude::*;

use crate::api::{operation_id, reset_world, use_api};
use crate::form::{Field, Select, SelectOption, Submission};
use crate::ui::{Button, ButtonKind, Card, Confirm, Glyph};

/// The worlds: seed and what it holds.
const SEEDS: [(&str, &str); 4] = [
    (
        "demo",
        "A small company: 30 servers, 11 policies, 60 days of backups",
    ),
    ("empty", "Nothing but the accounts"),
    ("scale:10000", "10 000 backups"),
    ("scale:100000", "100 000 backups"),
];

/// What has to be typed.
const WORD: &str = "reset";

/// The reset.
#[component]
pub(super) fn WorldCard() -> AnyView {
    let api = use_api();
    let (seed, open) = (RwSignal::new("demo".to_owned()), RwSignal::new(false));
    let submission = Submission::new();
    let options: Vec<SelectOption> = SEEDS
        .map(|(seed, text)| SelectOption::new(seed, text))
        .into();
    let reset = move || {
        let (seed, once) = (seed.get_untracked(), operation_id());
        submission.send(async move { reset_world(api, &seed, &once).await }, |()| {
            // Everything on screen belongs to a world that is gone.
            let _ = window().location().reload();
        });
    };
    let ask = move || {
        submission.reset();
        open.set(true);
    };
    view! {
        <Card title="World">
            <Field id="world-seed" label="Fill the new world with" required=true>
                <Select options=options value=seed on_change=move |key| seed.set(key)/>
            </Field>
            <div class="form-actions">
                <Button kind=ButtonKind::Danger icon=Glyph::Trash on_press=ask>"Reset the world"</Button>
            </div>
        </Card>
        <Confirm open=open title="Reset the sandbox's world?" verb="Reset the world" safe_verb="Keep the world"
            typed_name=Signal::stored(Some(WORD.to_owned())) busy=submission.busy() failure=submission.failure() on_confirm=reset>
            <p>"Every server, policy, backup and restore of the sandbox is replaced, for everybody who uses it."</p>
            <ul><li>"Accounts, access keys and armed faults stay."</li><li>"This cannot be undone."</li></ul>
        </Confirm>
    }
    .into_any()
}

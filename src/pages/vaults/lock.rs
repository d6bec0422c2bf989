//! The lock: what becomes impossible, and the question before it (level 3: the name is typed).

use leptos::prelude::*;

use crate::ui::{Confirm, Details, Notice, Tone};

/// What a lock makes impossible, as a list.
pub fn consequences() -> AnyView {
    view! {
        <p>"A locked vault keeps what schedules have put into it, whoever asks. From then on it is impossible, for you, for administrators and for anybody with your password:"</p>
        <ul>
            <li>"to delete a backup that a schedule made, before its retention ends"</li>
            <li>"to take out a resource that has such backups"</li>
            <li>"to delete the vault while it holds any"</li>
            <li>"to unlock it: there is no way back, not even through the provider’s support"</li>
        </ul>
        <p>"Retention goes on deleting what is old. Backups made by hand can still be deleted. The vault goes on being paid for until its last scheduled backup has expired."</p>
    }
    .into_any()
}

/// The question before a vault is locked.
#[component]
pub fn LockQuestion(
    open: RwSignal<bool>,
    #[prop(into)] name: Signal<String>,
    /// The button: `Lock servers for good`.
    #[prop(into)]
    verb: Signal<String>,
    #[prop(into)] on_confirm: Callback<()>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] failure: Signal<Option<String>>,
    /// Where it can be tried without harm; nothing in the sandbox itself.
    #[prop(optional, into)]
    rehearsal: Signal<bool>,
) -> AnyView {
    let typed = Signal::derive(move || Some(name.get()));
    view! {
        <Confirm open=open title=Signal::derive(move || format!("Lock vault {} for good?", name.get()))
            verb=verb safe_verb="Leave it unlocked" typed_name=typed busy=busy failure=failure on_confirm=on_confirm>
            <Notice tone=Tone::Warning title="This cannot be undone">{consequences()}</Notice>
            {move || rehearsal.get().then(|| view! {
                <Details summary="Try it first">
                    <p>"Anchorage has a sandbox with the same rules: lock a vault there, move its clock, and see what is refused."</p>
                </Details>
            })}
        </Confirm>
    }
    .into_any()
}

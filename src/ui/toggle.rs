//! Toggle buttons in a group with one tab stop, and switches.

use leptos::{ev, html, prelude::*};

use super::dom::{all, rove};

/// One button of a [`ToggleGroup`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toggle {
    /// What is on the button: `Mo`.
    pub short: String,
    /// Its whole name: `Monday`.
    pub name: String,
    pub pressed: bool,
}

/// A group of buttons that are each on or off; arrows move, Space or Enter toggles.
#[component]
pub fn ToggleGroup(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] toggles: Signal<Vec<Toggle>>,
    /// Called with the index of the button that was pressed.
    #[prop(into)]
    on_toggle: Callback<usize>,
    /// Id of the text that describes the group (a hint or a message).
    #[prop(optional, into)]
    described_by: MaybeProp<String>,
    #[prop(optional, into)] id: Option<String>,
) -> AnyView {
    let root: NodeRef<html::Div> = NodeRef::new();
    let stop = RwSignal::new(0_usize);
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(root) = root.get_untracked() else {
            return;
        };
        let backwards = event.key() == "ArrowUp";
        let key = if backwards {
            "ArrowLeft".to_owned()
        } else {
            event.key().replace("ArrowDown", "ArrowRight")
        };
        if rove(&key, &all(&root, "button"), ("ArrowLeft", "ArrowRight")) {
            event.prevent_default();
        }
    };
    let length = Memo::new(move |_| toggles.with(Vec::len));
    let buttons = move || {
        (0..length.get())
            .map(|index| {
                let of = move |read: fn(&Toggle) -> String| {
                    toggles.with(|toggles| toggles.get(index).map(read).unwrap_or_default())
                };
                view! {
                    <button
                        type="button"
                        class="toggle"
                        tabindex=move || if stop.get() == index { "0" } else { "-1" }
                        aria-pressed=move || of(|toggle| toggle.pressed.to_string())
                        aria-label=move || of(|toggle| toggle.name.clone())
                        on:focus=move |_| stop.set(index)
                        on:click=move |_| on_toggle.run(index)
                    >
                        {move || of(|toggle| toggle.short.clone())}
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <div
            class="toggle-group"
            role="group"
            id=id
            tabindex="-1"
            aria-label=move || label.get()
            aria-describedby=move || described_by.get()
            node_ref=root
            on:keydown=on_key
        >
            {buttons}
        </div>
    }
    .into_any()
}

/// Something that is on or off at once, without saving.
#[component]
pub fn Switch(
    /// What is on when it is on: `Make a safety backup first`.
    #[prop(into)]
    label: Signal<String>,
    #[prop(into)] on: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
    #[prop(optional, into)] blocked: Signal<Option<String>>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] hint: MaybeProp<String>,
) -> AnyView {
    let press = move |_| {
        if blocked.with_untracked(Option::is_none) && !busy.get_untracked() {
            on_change.run(!on.get_untracked());
        }
    };
    let explanation = move || blocked.get().or_else(|| hint.get());
    view! {
        <div class="switch-row">
            <button
                type="button"
                role="switch"
                class="switch"
                aria-checked=move || on.get().to_string()
                aria-disabled=move || (blocked.with(Option::is_some) || busy.get()).then_some("true")
                on:click=press
            >
                <span class="switch-track" aria-hidden="true"><span class="switch-thumb"></span></span>
                <span>{move || label.get()}</span>
            </button>
            {move || explanation().map(|text| view! { <p class="field-hint">{text}</p> })}
        </div>
    }
    .into_any()
}

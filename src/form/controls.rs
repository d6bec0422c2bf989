//! The inputs that stand in a [`Field`](super::Field).

use leptos::prelude::*;

use super::field::use_field;

fn aria_invalid(invalid: Signal<bool>) -> impl Fn() -> Option<&'static str> + Clone {
    move || invalid.get().then_some("true")
}

/// A line of text.
#[component]
pub fn TextInput(
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
    /// `text`, `password`, `search` …
    #[prop(default = "text")]
    kind: &'static str,
    /// The token of HTML's `autocomplete`; `off` where a browser's guess would be wrong.
    #[prop(default = "off")]
    autocomplete: &'static str,
    #[prop(optional, into)] placeholder: MaybeProp<String>,
    #[prop(optional, into)] on_leave: Option<Callback<()>>,
    #[prop(optional)] disabled: bool,
) -> AnyView {
    let field = use_field();
    view! {
        <input
            class="input"
            id=field.id.get_value()
            type=kind
            autocomplete=autocomplete
            spellcheck="false"
            placeholder=move || placeholder.get()
            required=field.required
            disabled=disabled
            aria-describedby=move || field.described_by.get()
            aria-invalid=aria_invalid(field.invalid)
            prop:value=move || value.get()
            on:input:target=move |event| on_input.run(event.target().value())
            on:blur=move |_| if let Some(leave) = on_leave { leave.run(()) }
        />
    }
    .into_any()
}

/// Several lines of text.
#[component]
pub fn TextArea(
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
    #[prop(default = 3)] rows: u32,
    /// Code: fixed width, no checking.
    #[prop(optional)]
    code: bool,
) -> AnyView {
    let field = use_field();
    view! {
        <textarea
            class="input"
            class:input-code=code
            id=field.id.get_value()
            rows=rows.to_string()
            spellcheck=if code { "false" } else { "true" }
            required=field.required
            aria-describedby=move || field.described_by.get()
            aria-invalid=aria_invalid(field.invalid)
            prop:value=move || value.get()
            on:input:target=move |event| on_input.run(event.target().value())
        ></textarea>
    }
    .into_any()
}

/// A whole number as it is typed; the draft decides what it means. Text, not `type=number`: that
/// one hides what cannot be read and changes under the mouse wheel.
#[component]
pub fn NumberInput(
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
    /// What is counted: `days`.
    #[prop(optional, into)]
    unit: MaybeProp<String>,
    #[prop(optional)] disabled: bool,
) -> AnyView {
    let field = use_field();
    view! {
        <span class="input-with-unit">
            <input
                class="input input-number"
                id=field.id.get_value()
                type="text"
                inputmode="numeric"
                autocomplete="off"
                required=field.required
                disabled=disabled
                aria-describedby=move || field.described_by.get()
                aria-invalid=aria_invalid(field.invalid)
                prop:value=move || value.get()
                on:input:target=move |event| on_input.run(event.target().value())
            />
            {move || unit.get().map(|unit| view! { <span class="input-unit">{unit}</span> })}
        </span>
    }
    .into_any()
}

/// One entry of a [`Select`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectOption {
    pub value: String,
    pub label: String,
    /// Why it cannot be chosen; part of its text.
    pub blocked: Option<String>,
}

impl SelectOption {
    /// An entry.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            blocked: None,
        }
    }
}

/// One of many.
#[component]
pub fn Select(
    #[prop(into)] options: Signal<Vec<SelectOption>>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> AnyView {
    let field = use_field();
    let options = move || {
        options
            .get()
            .into_iter()
            .map(|option| {
                let blocked = option.blocked.is_some();
                let mine = option.value.clone();
                let text = match option.blocked {
                    Some(reason) => format!("{} ({reason})", option.label),
                    None => option.label,
                };
                view! {
                    <option value=option.value disabled=blocked prop:selected=move || value.with(|value| *value == mine)>
                        {text}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <select
            class="input select"
            id=field.id.get_value()
            required=field.required
            aria-describedby=move || field.described_by.get()
            aria-invalid=aria_invalid(field.invalid)
            on:change:target=move |event| on_change.run(event.target().value())
        >
            {options}
        </select>
    }
    .into_any()
}

/// Yes or no, with its own label: stands outside a field.
#[component]
pub fn Checkbox(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] checked: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] blocked: Signal<Option<String>>,
) -> AnyView {
    let id = id.unwrap_or_else(|| crate::ui::dom::fresh_id("check"));
    let hint_id = format!("{id}-hint");
    let described = {
        let hint_id = hint_id.clone();
        move || {
            (blocked.with(Option::is_some) || hint.with(Option::is_some)).then(|| hint_id.clone())
        }
    };
    view! {
        <div class="checkbox">
            <input
                type="checkbox"
                id=id.clone()
                disabled=move || blocked.with(Option::is_some)
                aria-describedby=described
                prop:checked=move || checked.get()
                on:change:target=move |event| on_change.run(event.target().checked())
            />
            <label for=id>{move || label.get()}</label>
            {move || blocked.get().or_else(|| hint.get()).map(|text| view! {
                <p class="field-hint" id=hint_id.clone()>{text}</p>
            })}
        </div>
    }
    .into_any()
}

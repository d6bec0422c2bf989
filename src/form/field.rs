//! One field: ties label, hint and message to whatever input stands in it.

use leptos::context::Provider;
use leptos::prelude::*;

use crate::ui::{Glyph, Icon};

/// What the input of a field puts on itself.
#[derive(Clone)]
pub struct FieldControl {
    /// The input's id.
    pub id: StoredValue<String>,
    /// Ids of hint and message, as far as they are there.
    pub described_by: Signal<Option<String>>,
    /// Whether its value breaks a rule.
    pub invalid: Signal<bool>,
    pub required: bool,
}

/// The field an input stands in.
pub fn use_field() -> FieldControl {
    expect_context()
}

/// A labelled field. Its input, one of this module's, takes the id, the description and the state
/// from it; several inputs under one label want a `group`.
#[component]
pub fn Field(
    /// The input's id; the error summary links to it.
    #[prop(into)]
    id: String,
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] hint: MaybeProp<String>,
    /// The sentence of the rule that is broken, or nothing.
    #[prop(optional, into)]
    message: Signal<Option<String>>,
    #[prop(optional)] required: bool,
    /// The field is a group of inputs: a fieldset with a legend.
    #[prop(optional)]
    group: bool,
    children: Children,
) -> AnyView {
    let (hint_id, message_id) = (format!("{id}-hint"), format!("{id}-message"));
    let described_by = {
        let (hint_id, message_id) = (hint_id.clone(), message_id.clone());
        Signal::derive(move || {
            let mut ids = Vec::new();
            if hint.with(Option::is_some) {
                ids.push(hint_id.as_str());
            }
            if message.with(Option::is_some) {
                ids.push(message_id.as_str());
            }
            (!ids.is_empty()).then(|| ids.join(" "))
        })
    };
    let invalid = Signal::derive(move || message.with(Option::is_some));
    let control = FieldControl {
        id: StoredValue::new(id.clone()),
        described_by,
        invalid,
        required,
    };
    // Provided below this field only: what an input builds anew later must still find its own.
    let content = view! { <Provider value=control>{children()}</Provider> };
    let mark = (!required).then(|| view! { <span class="field-optional">" (optional)"</span> });
    let hint = move || {
        hint.get()
            .map(|hint| view! { <p class="field-hint" id=hint_id.clone()>{hint}</p> })
    };
    let message = view! {
        // The region is always there, so that a message that appears is announced.
        <div class="field-message-region" aria-live="polite">
            {move || message.get().map(|text| view! {
                <p class="field-message" id=message_id.clone()><Icon of=Glyph::Warning/><span>{text}</span></p>
            })}
        </div>
    };
    if group {
        view! {
            <fieldset class="field" class:field-invalid=move || invalid.get() id=id tabindex="-1"
                aria-describedby=move || described_by.get()>
                <legend class="field-label">{move || label.get()}{mark}</legend>
                {hint}{content}{message}
            </fieldset>
        }
        .into_any()
    } else {
        view! {
            <div class="field" class:field-invalid=move || invalid.get()>
                <label class="field-label" for=id>{move || label.get()}{mark}</label>
                {hint}{content}{message}
            </div>
        }
        .into_any()
    }
}

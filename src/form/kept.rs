//! The word that entries of an earlier visit are back, with the way to begin afresh.

use leptos::prelude::*;

use crate::ui::dom::focus_id;
use crate::ui::{Button, Notice};

/// Shown until the entries are discarded.
#[component]
pub fn EntriesBack(
    back: RwSignal<bool>,
    /// Where they were kept meanwhile, as a sentence.
    kept: &'static str,
    /// Id of the field the focus goes to when the notice goes.
    first_field: &'static str,
    #[prop(into)] on_discard: Callback<()>,
) -> AnyView {
    let discard = move |()| {
        on_discard.run(());
        back.set(false);
        focus_id(first_field);
    };
    view! {
        {move || back.get().then(|| view! {
            <Notice title="Your unsaved entries are back">
                <p>{kept}</p>
                <Button on_press=discard>"Discard them"</Button>
            </Notice>
        })}
    }
    .into_any()
}

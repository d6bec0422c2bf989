//! Ids and code that can be copied with one press.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// Copies a text; answers whether the browser allowed it.
pub async fn copy_text(text: &str) -> bool {
    let promise = window().navigator().clipboard().write_text(text);
    wasm_bindgen_futures::JsFuture::from(promise).await.is_ok()
}

/// A copy button that says for a moment how it went.
#[component]
pub fn CopyButton(
    #[prop(into)] text: Signal<String>,
    /// What is copied, for the button's name.
    #[prop(into)]
    what: String,
) -> AnyView {
    let outcome = RwSignal::new(None::<bool>);
    let press = move |_| {
        leptos::task::spawn_local(async move {
            let text = text.get_untracked();
            outcome.set(Some(copy_text(&text).await));
            set_timeout(
                move || {
                    outcome.try_set(None);
                },
                std::time::Duration::from_secs(2),
            );
        });
    };
    let glyph = move || {
        if outcome.get() == Some(true) {
            Glyph::Check
        } else {
            Glyph::Copy
        }
    };
    view! {
        <button type="button" class="copy-button" aria-label=format!("Copy {what}") on:click=press>
            <Icon of=Signal::derive(glyph)/>
            <span class="copy-outcome" role="status">
                {move || outcome.get().map(|copied| if copied { "Copied" } else { "The browser did not allow copying" })}
            </span>
        </button>
    }
    .into_any()
}

/// An id in full, breakable, with a copy button.
#[component]
pub fn CopyId(#[prop(into)] id: Signal<String>, #[prop(into)] what: String) -> AnyView {
    view! {
        <span class="copy-id">
            <code>{move || id.get()}</code>
            <CopyButton text=id what=what/>
        </span>
    }
    .into_any()
}

/// A block of code or a request, with a copy button.
#[component]
pub fn CodeBlock(#[prop(into)] code: Signal<String>, #[prop(into)] what: String) -> AnyView {
    view! {
        <div class="code-block">
            <pre tabindex="0" role="region" aria-label=what.clone()><code>{move || code.get()}</code></pre>
            <CopyButton text=code what=what/>
        </div>
    }
    .into_any()
}

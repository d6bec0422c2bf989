//! A short explanation beside a term: hoverable, focusable, dismissed by Escape (WCAG 1.4.13).

use leptos::prelude::*;

use super::dom::fresh_id;
use super::icon::{Glyph, Icon};

/// A question mark that explains `about`.
#[component]
pub fn Tip(
    /// What is explained, for the button's name.
    #[prop(into)]
    about: String,
    children: Children,
) -> AnyView {
    let id = fresh_id("tip");
    let hidden = RwSignal::new(false);
    view! {
        <span
            class="tip-anchor"
            class:tip-hidden=move || hidden.get()
            on:keydown=move |event| if event.key() == "Escape" { hidden.set(true) }
            on:focusin=move |_| hidden.set(false)
            on:pointerenter=move |_| hidden.set(false)
        >
            <button type="button" class="tip-button" aria-label=format!("About: {about}") aria-describedby=id.clone()>
                <Icon of=Glyph::Question/>
            </button>
            <span class="tip" role="tooltip" id=id>{children()}</span>
        </span>
    }
    .into_any()
}

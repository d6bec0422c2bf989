//! A message in its place: what happened, what still works, what to do.

use leptos::prelude::*;

use super::badge::Tone;
use super::icon::{Glyph, Icon};

/// A framed message. Bad ones are announced at once, the others politely.
#[component]
pub fn Notice(
    #[prop(optional)] tone: Tone,
    #[prop(into)] title: Signal<String>,
    /// Announce it when it appears; off for what was there when the page opened.
    #[prop(optional)]
    announce: bool,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    let glyph = if tone == Tone::Neutral {
        Glyph::Info
    } else {
        tone.glyph()
    };
    let role = announce.then_some(if tone == Tone::Bad { "alert" } else { "status" });
    view! {
        <div class=format!("notice {}", tone.class()) role=role>
            <Icon of=glyph/>
            <div class="notice-body">
                <p class="notice-title">{move || title.get()}</p>
                {children.map(|children| view! { <div class="notice-text">{children()}</div> })}
            </div>
        </div>
    }
    .into_any()
}

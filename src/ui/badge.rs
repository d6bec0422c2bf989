//! A status: icon, word and colour together, never colour alone.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// What a status, a notice or a meter means for the reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Neutral,
    /// Under way.
    Active,
    Good,
    Warning,
    Bad,
}

impl Tone {
    /// The CSS class that colours it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "tone-neutral",
            Self::Active => "tone-active",
            Self::Good => "tone-good",
            Self::Warning => "tone-warning",
            Self::Bad => "tone-bad",
        }
    }

    /// The icon that goes with it.
    pub const fn glyph(self) -> Glyph {
        match self {
            Self::Neutral => Glyph::Dash,
            Self::Active => Glyph::Refresh,
            Self::Good => Glyph::Check,
            Self::Warning => Glyph::Warning,
            Self::Bad => Glyph::Cross,
        }
    }
}

/// Icon, word and colour of a status.
#[component]
pub fn Badge(
    #[prop(into)] tone: Signal<Tone>,
    #[prop(into)] text: Signal<String>,
    /// Another icon than the tone's.
    #[prop(optional, into)]
    icon: Option<Glyph>,
) -> AnyView {
    view! {
        <span class=move || format!("badge {}", tone.get().class())>
            <Icon of=Signal::derive(move || icon.unwrap_or_else(|| tone.get().glyph()))/>
            <bdi>{move || text.get()}</bdi>
        </span>
    }
    .into_any()
}

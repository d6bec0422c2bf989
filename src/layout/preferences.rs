//! Theme and density: kept in this browser, put on the document.
//!
//! The page's start script puts the remembered theme on the document before the first paint; here
//! it is changed.

use leptos::prelude::*;

use crate::session::{recall, remember};
use crate::ui::{ButtonKind, Glyph, Menu, MenuItem};

/// Light, dark, or what the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// As it is remembered and stands on the document.
    pub const fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The inverse of `key`.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.key() == key)
    }
}

/// How much room rows take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    #[default]
    Compact,
    Comfortable,
}

impl Density {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Compact, Self::Comfortable];

    /// As it is remembered and stands on the document.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Comfortable => "comfortable",
        }
    }

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Compact => "Compact",
            Self::Comfortable => "Comfortable",
        }
    }

    /// The inverse of `key`.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|density| density.key() == key)
    }
}

/// What the reader chose.
#[derive(Clone, Copy)]
pub struct Preferences {
    pub theme: RwSignal<Theme>,
    pub density: RwSignal<Density>,
}

/// What the reader chose.
pub fn use_preferences() -> Preferences {
    expect_context()
}

impl Preferences {
    /// Reads what is remembered, puts it on the document and keeps both in step with the choice.
    pub fn provide() -> Self {
        let theme = recall("theme")
            .and_then(|key| Theme::from_key(&key))
            .unwrap_or_default();
        let density = recall("density")
            .and_then(|key| Density::from_key(&key))
            .unwrap_or_default();
        let preferences = Self {
            theme: RwSignal::new(theme),
            density: RwSignal::new(density),
        };
        provide_context(preferences);
        Effect::new(move |_| put("theme", preferences.theme.get().key()));
        Effect::new(move |_| put("density", preferences.density.get().key()));
        preferences
    }
}

fn put(name: &str, key: &str) {
    remember(name, Some(key));
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute(&format!("data-{name}"), key);
    }
}

/// The theme in the top bar.
#[component]
pub(super) fn ThemeMenu() -> AnyView {
    let theme = use_preferences().theme;
    let label = Signal::derive(move || format!("Theme: {}", theme.get().title()));
    let items = Signal::derive(move || {
        let chosen = theme.get();
        Theme::ALL
            .into_iter()
            .map(|choice| {
                MenuItem::new(choice.title(), move || theme.set(choice)).checked(choice == chosen)
            })
            .collect::<Vec<_>>()
    });
    view! { <Menu label=label items=items icon=Glyph::Sun icon_only=true kind=ButtonKind::Quiet at_end=true/> }.into_any()
}

//! Our own line icons: one 16 × 16 path each, drawn with the text's colour.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Anchor,
    Arrow,
    Backup,
    Bell,
    Check,
    Chevron,
    Clock,
    Close,
    Copy,
    Cross,
    Dash,
    Download,
    Edit,
    Gear,
    Globe,
    Home,
    Info,
    Keyboard,
    Lock,
    Menu,
    Moon,
    More,
    Pause,
    Play,
    Plus,
    Policy,
    Practice,
    Question,
    Refresh,
    Restore,
    Search,
    Server,
    Sort,
    SortDown,
    SortUp,
    Spinner,
    Sun,
    Trash,
    User,
    Vault,
    Volume,
    Warning,
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Anchor => {
                "M8 5.2V14M8 5.2a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6ZM5.2 7.6h5.6M2.2 9.4c.2 2.8 2.6 4.6 5.8 4.6s5.6-1.8 5.8-4.6"
            }
            Self::Arrow => "M3 8h10M9 4l4 4-4 4",
            Self::Backup => {
                "M2.5 4.2C2.5 3 5 2 8 2s5.5 1 5.5 2.2S11 6.4 8 6.4 2.5 5.4 2.5 4.2ZM2.5 4.2v7.6C2.5 13 5 14 8 14s5.5-1 5.5-2.2V4.2M2.5 8c0 1.2 2.5 2.2 5.5 2.2s5.5-1 5.5-2.2"
            }
            Self::Bell => "M4 11V7a4 4 0 0 1 8 0v4l1.2 1.2H2.8ZM6.6 14h2.8",
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::Chevron => "M4 6l4 4 4-4",
            Self::Clock => "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM8 4.5V8l2.5 1.5",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Copy => "M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3",
            Self::Cross => {
                "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"
            }
            Self::Dash => "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM5 8h6",
            Self::Download => "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
            Self::Edit => "M10.5 3l2.5 2.5L6 12.5l-3.2.7.7-3.2Z",
            Self::Gear => {
                "M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M3.6 12.4 5 11M11 5l1.4-1.4"
            }
            Self::Globe => {
                "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM1.8 8h12.4M8 1.8c-4 4-4 8.4 0 12.4 4-4 4-8.4 0-12.4"
            }
            Self::Home => "M2 8l6-5.5L14 8M4 6.5v7h8v-7",
            Self::Info => "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM8 7.2V11M8 4.8v.2",
            Self::Keyboard => "M1.5 4h13v8h-13ZM4 6.5h.2M6.5 6.5h.2M9 6.5h.2M11.5 6.5h.2M5 9.5h6",
            Self::Lock => "M3.5 7.5h9v6.5h-9ZM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
            Self::Menu => "M2 4h12M2 8h12M2 12h12",
            Self::Moon => "M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3Z",
            Self::More => "M3.5 8h.01M8 8h.01M12.5 8h.01",
            Self::Pause => "M5.5 3v10M10.5 3v10",
            Self::Play => "M4.5 2.8 12.5 8l-8 5.2Z",
            Self::Plus => "M8 3v10M3 8h10",
            Self::Policy => {
                "M2.5 3.5h11v10.5h-11ZM2.5 6.5h11M5.5 1.8v3M10.5 1.8v3M5.5 10l1.8 1.8L11 8.5"
            }
            Self::Practice => "M2 8h3l2-5 3 10 1.8-5H14",
            Self::Question => {
                "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM6 6.2c0-2.6 4-2.6 4 0 0 1.6-2 1.6-2 3.2M8 11.5v.2"
            }
            Self::Refresh => "M13 8a5 5 0 1 1-1.5-3.6M13.5 2v3h-3",
            Self::Restore => "M3 8a5 5 0 1 0 1.5-3.6M2.5 2v3h3M8 5.5V8l1.8 1.2",
            Self::Search => "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.6 10.6 14 14",
            Self::Server => "M2.5 2.5h11v4.5h-11ZM2.5 9h11v4.5h-11ZM5 4.8h.01M5 11.2h.01",
            Self::Sort => "M5 6l3-3 3 3M5 10l3 3 3-3",
            Self::SortDown => "M4 6l4 4.5L12 6",
            Self::SortUp => "M4 10l4-4.5L12 10",
            Self::Spinner => "M8 2a6 6 0 0 1 6 6",
            Self::Sun => {
                "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M3.2 12.8l1.1-1.1M11.7 4.3l1.1-1.1"
            }
            Self::Trash => "M2.5 4h11M6 4V2.5h4V4M4 4l.7 10h6.6L12 4M6.7 6.5v5M9.3 6.5v5",
            Self::User => {
                "M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8ZM2.5 14c.5-3 2.7-4 5.5-4s5 1 5.5 4"
            }
            Self::Vault => {
                "M2.5 3h11v9.5h-11ZM4.5 12.5V14M11.5 12.5V14M8 10a2.2 2.2 0 1 0 0-4.4A2.2 2.2 0 0 0 8 10ZM8 7.8h2.2M12 6v3.6"
            }
            Self::Volume => {
                "M3 2.5h10v11H3ZM8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM10.8 11.5h.4"
            }
            Self::Warning => "M8 2.2 14.5 13.5h-13ZM8 6.5v3.5M8 11.8v.1",
        }
    }
}

/// Decoration beside a word; the word carries the meaning.
#[component]
pub fn Icon(#[prop(into)] of: Signal<Glyph>) -> AnyView {
    view! {
        <svg class="icon" class:icon-spin=move || of.get() == Glyph::Spinner viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=move || of.get().path()></path>
        </svg>
    }
    .into_any()
}

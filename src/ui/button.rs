//! Buttons and links. A button that cannot be pressed says why.

use leptos::prelude::*;

use super::dom::fresh_id;
use super::icon::{Glyph, Icon};

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing the screen is for.
    Primary,
    #[default]
    Normal,
    /// No frame until hovered: toolbars, rows.
    Quiet,
    /// Destroys or overwrites something.
    Danger,
}

impl ButtonKind {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Normal => "button",
            Self::Quiet => "button button-quiet",
            Self::Danger => "button button-danger",
        }
    }
}

/// A button that does something.
///
/// `blocked` holds the reason it cannot be pressed now: the button stays focusable and says so.
/// `busy` shows that its deed is under way; presses are ignored meanwhile.
#[component]
pub fn Button(
    #[prop(into)] on_press: Callback<()>,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional, into)] icon: Option<Glyph>,
    #[prop(optional, into)] blocked: Signal<Option<String>>,
    #[prop(optional, into)] busy: Signal<bool>,
    /// The whole name where the visible text is not enough (`Delete backup nightly-3`).
    #[prop(optional, into)]
    name: MaybeProp<String>,
    /// Sends the form it stands in.
    #[prop(optional)]
    submit: bool,
    /// Takes the focus when a dialog opens.
    #[prop(optional)]
    first_focus: bool,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    let reason_id = fresh_id("why");
    let described = {
        let reason_id = reason_id.clone();
        move || blocked.with(Option::is_some).then(|| reason_id.clone())
    };
    let press = move |event: leptos::ev::MouseEvent| {
        if blocked.with_untracked(Option::is_some) || busy.get_untracked() {
            event.prevent_default();
            return;
        }
        if submit {
            return;
        }
        on_press.run(());
    };
    let icon_only = children.is_none();
    view! {
        <span class="tip-anchor">
            <button
                id=id
                class=kind.class()
                class:button-icon=icon_only
                type=if submit { "submit" } else { "button" }
                aria-disabled=move || (blocked.with(Option::is_some) || busy.get()).then_some("true")
                aria-describedby=described
                aria-label=move || name.get()
                autofocus=first_focus
                on:click=press
            >
                {move || match (busy.get(), icon) {
                    (true, _) => Some(view! { <Icon of=Glyph::Spinner/> }),
                    (false, Some(icon)) => Some(view! { <Icon of=icon/> }),
                    (false, None) => None,
                }}
                {children.map(|children| view! { <span>{children()}</span> })}
            </button>
            {move || blocked.get().map(|reason| view! {
                <span class="tip" role="tooltip" id=reason_id.clone()>{reason}</span>
            })}
        </span>
    }
    .into_any()
}

/// A link that looks like a button, because it leads to the deed's own page.
#[component]
pub fn ButtonLink(
    #[prop(into)] href: Signal<String>,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional, into)] icon: Option<Glyph>,
    children: Children,
) -> AnyView {
    view! {
        <a href=move || href.get() class=kind.class()>
            {icon.map(|icon| view! { <Icon of=icon/> })}
            <span>{children()}</span>
        </a>
    }
    .into_any()
}

/// A link inside the console; the router takes the click.
#[component]
pub fn TextLink(
    #[prop(into)] href: Signal<String>,
    #[prop(optional, into)] name: MaybeProp<String>,
    children: Children,
) -> AnyView {
    view! {
        <a href=move || href.get() class="link" aria-label=move || name.get()>
            {children()}
        </a>
    }
    .into_any()
}

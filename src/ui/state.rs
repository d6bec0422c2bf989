//! What a list shows while it has nothing to show: loading, nothing yet, an error, old data.

use leptos::prelude::*;

use super::badge::Tone;
use super::button::{Button, ButtonKind};
use super::icon::{Glyph, Icon};
use super::notice::Notice;

/// Grey rows in the place of what is being fetched.
#[component]
pub fn Skeleton(
    /// What is being fetched, for screen readers: `Loading servers`.
    #[prop(into)]
    label: String,
    #[prop(default = 4)] rows: usize,
) -> AnyView {
    view! {
        <div class="skeleton">
            <p class="visually-hidden" role="status">{label}</p>
            {(0..rows).map(|_| view! { <div class="skeleton-row" aria-hidden="true"></div> }).collect_view()}
        </div>
    }
    .into_any()
}

/// Nothing is there: why, and the one next step.
#[component]
pub fn EmptyState(
    #[prop(into)] title: String,
    #[prop(optional, into)] icon: Option<Glyph>,
    children: Children,
) -> AnyView {
    view! {
        <div class="empty-state">
            {icon.map(|icon| view! { <Icon of=icon/> })}
            <h3>{title}</h3>
            <div class="empty-state-body">{children()}</div>
        </div>
    }
    .into_any()
}

/// Something could not be fetched: what failed, what still works, what to do, and the id to name.
#[component]
pub fn ErrorState(
    /// `The servers could not be loaded`.
    #[prop(into)]
    title: Signal<String>,
    /// What the failure means and what to do.
    #[prop(into)]
    text: Signal<String>,
    /// The service's code and the request id.
    #[prop(optional, into)]
    reference: Signal<Option<String>>,
    #[prop(into)] on_retry: Callback<()>,
    #[prop(optional, into)] busy: Signal<bool>,
) -> AnyView {
    view! {
        <div class="error-state">
            <Notice tone=Tone::Bad title=title announce=true>
                <p>{move || text.get()}</p>
                {move || reference.get().map(|reference| view! { <p class="reference"><bdi>{reference}</bdi></p> })}
                <Button icon=Glyph::Refresh busy=busy on_press=on_retry>"Try again"</Button>
            </Notice>
        </div>
    }
    .into_any()
}

/// A refresh failed: what is on screen is old, and from when.
#[component]
pub fn StaleNotice(
    /// `The servers could not be refreshed`.
    #[prop(into)]
    title: Signal<String>,
    /// When what is shown was fetched, and why newer data did not come.
    #[prop(into)]
    text: Signal<String>,
    #[prop(into)] on_retry: Callback<()>,
    #[prop(optional, into)] busy: Signal<bool>,
) -> AnyView {
    view! {
        <Notice tone=Tone::Warning title=title announce=true>
            <p>{move || text.get()}</p>
            <Button kind=ButtonKind::Quiet icon=Glyph::Refresh busy=busy on_press=on_retry>"Try again"</Button>
        </Notice>
    }
    .into_any()
}

//! A panel under a button (disclosure): trays, switchers. Escape and a click elsewhere close it.

use leptos::{ev, html, prelude::*};

use super::button::ButtonKind;
use super::dom::{fresh_id, is_inside};
use super::icon::{Glyph, Icon};

/// A button and the panel it opens.
#[component]
pub fn Popover(
    /// The button's name; also the panel's.
    #[prop(into)]
    label: Signal<String>,
    #[prop(into)] icon: Signal<Glyph>,
    /// Text beside the icon; without it the button shows its icon only.
    #[prop(optional, into)]
    text: MaybeProp<String>,
    /// A small number on the icon.
    #[prop(optional, into)]
    count: Signal<usize>,
    #[prop(default = RwSignal::new(false))] open: RwSignal<bool>,
    #[prop(optional)] at_end: bool,
    children: ChildrenFn,
) -> AnyView {
    let root: NodeRef<html::Div> = NodeRef::new();
    let button: NodeRef<html::Button> = NodeRef::new();
    let panel_id = fresh_id("panel");
    let leave = move |target: Option<web_sys::EventTarget>| {
        let inside = root
            .get_untracked()
            .is_some_and(|root| is_inside(target, &root));
        if open.get_untracked() && !inside {
            open.set(false);
        }
    };
    let outside = window_event_listener(ev::pointerdown, move |event| leave(event.target()));
    on_cleanup(move || outside.remove());
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            open.set(false);
            if let Some(button) = button.get_untracked() {
                let _ = button.focus();
            }
            event.stop_propagation();
        }
    };
    let on_focusout = move |event: ev::FocusEvent| {
        if event.related_target().is_some() {
            leave(event.related_target());
        }
    };
    view! {
        <div class="popover" class:popover-at-end=at_end node_ref=root on:keydown=on_key on:focusout=on_focusout>
            <button
                node_ref=button
                type="button"
                class=ButtonKind::Quiet.class()
                class:button-icon=move || text.with(Option::is_none)
                aria-expanded=move || open.get().to_string()
                aria-controls=panel_id.clone()
                aria-label=move || label.get()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <Icon of=icon/>
                {move || text.get().map(|text| view! { <bdi class="popover-text">{text}</bdi> <Icon of=Glyph::Chevron/> })}
                {move || (count.get() > 0).then(|| view! { <span class="popover-count">{count.get()}</span> })}
            </button>
            {move || open.get().then(|| view! {
                <div class="popover-panel" id=panel_id.clone() role="region" aria-label=move || label.get()>
                    {children()}
                </div>
            })}
        </div>
    }
    .into_any()
}

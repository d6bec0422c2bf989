//! A place in the document for one part, and waiting for what it shows.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

/// Mounts a view in a place of its own at the top of the page, so that what other tests wrote or
/// scrolled does not move it; it stays until the returned handle goes.
pub fn mount<N: IntoView + 'static>(
    view: impl FnOnce() -> N + 'static,
) -> (HtmlElement, impl Sized) {
    let place: HtmlElement = document()
        .create_element("div")
        .expect("a place")
        .unchecked_into();
    document()
        .body()
        .expect("a body")
        .prepend_with_node_1(&place)
        .expect("room");
    window().scroll_to_with_x_and_y(0.0, 0.0);
    let handle = leptos::mount::mount_to(place.clone(), view);
    (place, handle)
}

/// Waits until something holds, as long as a slow machine may need.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("waited in vain until {what}");
}

/// The elements that match a selector.
pub fn all(place: &Element, selector: &str) -> Vec<HtmlElement> {
    let found = place.query_selector_all(selector).expect("a selector");
    (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect()
}

/// The one element that matches.
pub fn one(place: &Element, selector: &str) -> HtmlElement {
    all(place, selector)
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("no {selector}"))
}

/// Presses a key on an element.
pub fn press(element: &HtmlElement, key: &str, shift: bool) {
    let wishes = web_sys::KeyboardEventInit::new();
    wishes.set_key(key);
    wishes.set_bubbles(true);
    wishes.set_cancelable(true);
    wishes.set_shift_key(shift);
    let event = web_sys::KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &wishes)
        .expect("an event");
    element.dispatch_event(&event).expect("a target");
}

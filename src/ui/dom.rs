//! The few things the DOM is asked directly: fresh ids, focus, what is inside what.

use std::cell::Cell;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, Node};

thread_local! {
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// An id nobody else in this document has.
pub fn fresh_id(stem: &str) -> String {
    let number = NEXT.with(|next| next.replace(next.get() + 1));
    format!("{stem}-{number}")
}

/// Text in lower case. The browser has the tables for it; ours would be a part of the first screen.
pub fn lowercase(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// Moves the focus to an element by id; false when it is not there.
pub fn focus_id(id: &str) -> bool {
    let element = document()
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

/// Every element under `root` that matches a selector, in document order.
pub fn all(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(list) = root.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|index| list.get(index)?.dyn_into().ok())
        .collect()
}

/// Moves the focus among `items` the way arrow keys do; true when the key was one of them.
///
/// Arrows wrap around; Home and End go to the ends.
pub fn rove(key: &str, items: &[HtmlElement], keys: (&str, &str)) -> bool {
    if items.is_empty() {
        return false;
    }
    let active = document().active_element();
    let here = items
        .iter()
        .position(|item| active.as_ref() == Some(item.as_ref()));
    let last = items.len() - 1;
    let next = match key {
        "Home" => 0,
        "End" => last,
        _ if key == keys.0 => here.map_or(last, |here| here.checked_sub(1).unwrap_or(last)),
        _ if key == keys.1 => here.map_or(0, |here| if here == last { 0 } else { here + 1 }),
        _ => return false,
    };
    let _ = items[next].focus();
    true
}

/// Whether an event target lies inside an element.
pub fn is_inside(target: Option<web_sys::EventTarget>, element: &Element) -> bool {
    target
        .and_then(|target| target.dyn_into::<Node>().ok())
        .is_some_and(|node| element.contains(Some(&node)))
}

/// Whether a key press is meant for a text field and not for a shortcut.
pub fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let Some(target) = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
    else {
        return false;
    };
    matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        || target.get_attribute("contenteditable").is_some()
}

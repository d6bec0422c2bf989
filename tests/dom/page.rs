//! A place to mount a view, and ways to look at it and to press keys.

use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, KeyboardEvent, KeyboardEventInit};

/// A mounted view; taken away again when it is dropped.
pub struct Mounted<M: Mountable> {
    pub root: HtmlElement,
    _handle: UnmountHandle<M>,
}

impl<M: Mountable> Drop for Mounted<M> {
    fn drop(&mut self) {
        self.root.remove();
    }
}

/// Mounts a view into the document.
pub fn mount<N: IntoView + 'static>(view: impl FnOnce() -> N + 'static) -> Mounted<N::State> {
    let root: HtmlElement = document()
        .create_element("div")
        .expect("a div")
        .unchecked_into();
    document()
        .body()
        .expect("a body")
        .append_child(&root)
        .expect("appended");
    let handle = mount_to(root.clone(), view);
    Mounted {
        root,
        _handle: handle,
    }
}

impl<M: Mountable> Mounted<M> {
    /// The first element that matches.
    pub fn find(&self, selector: &str) -> HtmlElement {
        self.maybe(selector)
            .unwrap_or_else(|| panic!("nothing matches {selector}: {}", self.root.inner_text()))
    }

    /// The first element that matches, if one does.
    pub fn maybe(&self, selector: &str) -> Option<HtmlElement> {
        self.root
            .query_selector(selector)
            .expect("a valid selector")
            .map(|element| element.unchecked_into())
    }

    /// The button with this text or name.
    pub fn button(&self, name: &str) -> HtmlElement {
        let list = self
            .root
            .query_selector_all("button, [role=tab]")
            .expect("a valid selector");
        (0..list.length())
            .filter_map(|index| list.get(index)?.dyn_into::<HtmlElement>().ok())
            .find(|button| {
                button.get_attribute("aria-label").as_deref() == Some(name)
                    || button
                        .text_content()
                        .is_some_and(|text| text.trim() == name)
            })
            .unwrap_or_else(|| panic!("no button {name}"))
    }
}

/// Presses a key on the focused element.
pub fn press(key: &str) {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event =
        KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event");
    focused().dispatch_event(&event).expect("dispatched");
}

/// The element that has the focus.
pub fn focused() -> HtmlElement {
    document()
        .active_element()
        .expect("something always has the focus")
        .unchecked_into()
}

/// The name of the focused element.
pub fn focused_name() -> String {
    let focused = focused();
    focused
        .get_attribute("aria-label")
        .unwrap_or_else(|| focused.text_content().unwrap_or_default())
        .trim()
        .to_owned()
}

/// Waits until a condition holds; a test that waits too long fails with its name.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..300 {
        if condition() {
            return;
        }
        gloo_timers::future::TimeoutFuture::new(10).await;
    }
    panic!("waited in vain until {what}");
}

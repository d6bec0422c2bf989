//! A screen of one test: mounts a view, finds things as people do, presses and types.

use console::clock::Clock;
use contract::time::Timestamp;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

/// The instant every test takes place at: a Saturday in winter.
pub const NOW: &str = "2026-11-21T04:00:00";

/// A mounted view; goes away with the test.
pub struct Screen {
    root: HtmlElement,
    _mounted: Box<dyn std::any::Any>,
}

impl Screen {
    /// Mounts a view on a clock that stands at [`NOW`].
    pub fn show(view: impl FnOnce() -> AnyView + 'static) -> Self {
        // A test that failed left its screen behind: nothing was unwound, and its ids would be
        // found before those of this one.
        let left = document().query_selector_all("[data-screen]").unwrap();
        for index in 0..left.length() {
            left.get(index)
                .unwrap()
                .unchecked_into::<Element>()
                .remove();
        }
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        root.set_attribute("data-screen", "").unwrap();
        document().body().unwrap().append_child(&root).unwrap();
        let mounted = leptos::mount::mount_to(root.clone(), move || {
            let clock = Clock::provide();
            clock.observe(Timestamp::parse(NOW).unwrap());
            view()
        });
        Self {
            root,
            _mounted: Box::new(mounted),
        }
    }

    /// Everything a selector finds.
    pub fn all(&self, selector: &str) -> Vec<HtmlElement> {
        let list = self.root.query_selector_all(selector).unwrap();
        (0..list.length())
            .map(|index| list.get(index).unwrap().unchecked_into())
            .collect()
    }

    /// The one thing with a role or tag and a name.
    #[track_caller]
    pub fn the(&self, selector: &str, name: &str) -> HtmlElement {
        let found: Vec<HtmlElement> = self
            .all(selector)
            .into_iter()
            .filter(|element| name_of(element) == name)
            .collect();
        assert_eq!(
            found.len(),
            1,
            "{selector} called {name}; there are {:?}",
            self.all(selector).iter().map(name_of).collect::<Vec<_>>()
        );
        found.into_iter().next().unwrap()
    }

    /// The input, text area or select under a label.
    #[track_caller]
    pub fn field(&self, label: &str) -> HtmlElement {
        let found = self
            .all("label")
            .into_iter()
            .find(|element| {
                let text = element.text_content().unwrap_or_default();
                text == label || text == format!("{label} (optional)")
            })
            .unwrap_or_else(|| panic!("no label {label}"));
        let id = found.get_attribute("for").unwrap();
        document()
            .get_element_by_id(&id)
            .unwrap_or_else(|| panic!("nothing has the id {id}"))
            .unchecked_into()
    }

    /// Presses a button.
    pub async fn press(&self, name: &str) {
        self.the("button", name).click();
        settled().await;
    }

    /// Types into a field, replacing what is there.
    pub async fn type_into(&self, label: &str, text: &str) {
        let field = self.field(label);
        match field.dyn_ref::<HtmlTextAreaElement>() {
            Some(area) => area.set_value(text),
            None => field.unchecked_ref::<HtmlInputElement>().set_value(text),
        }
        fire(&field, "input");
        settled().await;
    }

    /// Chooses an option of a select by its text; one that is not offered cannot be chosen.
    pub async fn choose(&self, label: &str, option: &str) {
        let select: HtmlSelectElement = self.field(label).unchecked_into();
        let offered: Vec<HtmlElement> = self.all(&format!("#{} option", select.id()));
        let index = offered.iter().position(|offer| name_of(offer) == option);
        let index = index.unwrap_or_else(|| panic!("no option {option} in {label}"));
        select.set_selected_index(index as i32);
        fire(&select, "change");
        settled().await;
    }

    /// What stands in a field.
    #[track_caller]
    pub fn value(&self, label: &str) -> String {
        let field = self.field(label);
        match field.dyn_ref::<HtmlTextAreaElement>() {
            Some(area) => area.value(),
            None => field.unchecked_ref::<HtmlInputElement>().value(),
        }
    }

    /// The text of everything.
    pub fn text(&self) -> String {
        self.root.text_content().unwrap_or_default()
    }

    #[track_caller]
    pub fn says(&self, text: &str) {
        assert!(
            self.text().contains(text),
            "no “{text}” in: {}",
            self.text()
        );
    }

    #[track_caller]
    pub fn does_not_say(&self, text: &str) {
        assert!(
            !self.text().contains(text),
            "“{text}” is in: {}",
            self.text()
        );
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.root.remove();
    }
}

/// What assistive technology calls an element, as far as our markup goes.
pub fn name_of(element: &HtmlElement) -> String {
    element
        .get_attribute("aria-label")
        .unwrap_or_else(|| element.text_content().unwrap_or_default().trim().to_owned())
}

/// Presses a key on what has the focus.
pub async fn key(key: &str, shift: bool) {
    let init = web_sys::KeyboardEventInit::new();
    init.set_key(key);
    init.set_shift_key(shift);
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event =
        web_sys::KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    focused().dispatch_event(&event).unwrap();
    settled().await;
}

/// What has the focus.
pub fn focused() -> HtmlElement {
    document().active_element().unwrap().unchecked_into()
}

/// Lets an element hear of something.
pub fn fire(element: &Element, kind: &str) {
    let init = web_sys::EventInit::new();
    init.set_bubbles(true);
    let event = web_sys::Event::new_with_event_init_dict(kind, &init).unwrap();
    element.dispatch_event(&event).unwrap();
}

/// When every effect has run and the browser has drawn.
pub async fn settled() {
    leptos::task::tick().await;
    let drawn = js_sys::Promise::new(&mut |resolve, _| {
        window().request_animation_frame(&resolve).unwrap();
    });
    wasm_bindgen_futures::JsFuture::from(drawn).await.unwrap();
    leptos::task::tick().await;
}

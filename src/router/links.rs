//! Ordinary links: a plain click on one that leads into the console changes the page without loading the document again.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlAnchorElement};

use crate::routes::Place;

/// Calls `go` for each such click. Anything else a link can do (new tab, download, other sites, the gateway's own pages) is left
/// to the browser.
pub(super) fn follow(go: impl Fn(&str) + 'static) -> WindowListenerHandle {
    window_event_listener(leptos::ev::click, move |event| {
        let plain = event.button() == 0
            && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        if event.default_prevented() || !plain {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into().ok());
        if let Some(href) = target.and_then(|target: Element| inner_address(&target)) {
            event.prevent_default();
            go(&href);
        }
    })
}

/// The path and query of the link around an element, when the console itself shows that page.
fn inner_address(element: &Element) -> Option<String> {
    let link: HtmlAnchorElement = element.closest("a[href]").ok()??.dyn_into().ok()?;
    let here = window().location();
    let elsewhere = !matches!(link.target().as_str(), "" | "_self")
        || link.has_attribute("download")
        || here.origin().ok()? != link.origin();
    // `#part` stays on the page, and the browser goes there itself.
    let inside = !link.hash().is_empty()
        && here.pathname().ok()? == link.pathname()
        && here.search().ok()? == link.search();
    if elsewhere || inside || Place::of_path(&link.pathname()).is_none() {
        return None;
    }
    Some(link.pathname() + &link.search())
}

//! A text handed to the browser as a file.

use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};

use super::button::{Button, ButtonKind};
use super::icon::Glyph;
use super::toast::use_toasts;
use crate::format::count;

/// Saves a text under a name; `kind` is its media type.
///
/// # Errors
/// What the browser said when it did not allow it.
pub fn download(text: &str, kind: &str, name: &str) -> Result<(), JsValue> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser has taken what it needs by the next minute.
    set_timeout(
        move || {
            let _ = web_sys::Url::revoke_object_url(&url);
        },
        std::time::Duration::from_secs(60),
    );
    Ok(())
}

/// What a text is saved as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileKind {
    pub name: &'static str,
    /// Media type.
    pub media: &'static str,
}

/// A button that saves a text, and says how that went.
#[component]
pub fn SaveButton(
    text: Memo<String>,
    #[prop(into)] file: Signal<FileKind>,
    /// Why there is nothing to save, when the text is empty.
    empty: &'static str,
    label: &'static str,
    #[prop(optional)] kind: ButtonKind,
) -> AnyView {
    let toasts = use_toasts();
    let blocked = Signal::derive(move || text.with(String::is_empty).then(|| empty.to_owned()));
    let save = move |()| {
        let (text, FileKind { name, media }) = (text.get_untracked(), file.get_untracked());
        match download(&text, media, name) {
            Ok(()) => {
                let lines = count(text.lines().count(), "line", "lines");
                toasts.success(format!("{name} saved, {lines}"));
            }
            Err(_) => toasts.failure(
                format!("{name} was not saved"),
                "The browser did not allow it. Copy the text instead.",
            ),
        }
    };
    view! { <Button kind=kind icon=Glyph::Download blocked=blocked on_press=save>{label}</Button> }
        .into_any()
}

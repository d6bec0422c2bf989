//! Small things the browser remembers between visits. Where storage is switched off, nothing is
//! remembered and nothing else breaks.

use leptos::prelude::window;

/// Prefix of everything the console keeps in the browser.
const PREFIX: &str = "anchorage.";

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// What was remembered under a key.
pub fn recall(key: &str) -> Option<String> {
    storage()?
        .get_item(&format!("{PREFIX}{key}"))
        .ok()
        .flatten()
}

/// Remembers a value; `None` forgets it.
pub fn remember(key: &str, value: Option<&str>) {
    let Some(storage) = storage() else { return };
    let key = format!("{PREFIX}{key}");
    // A full storage refuses; then the next visit starts without it.
    let _ = match value {
        Some(value) => storage.set_item(&key, value),
        None => storage.remove_item(&key),
    };
}

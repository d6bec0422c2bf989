//! The primitives in a real browser: what only a DOM can show, focus above all.
#![cfg(target_arch = "wasm32")]

mod dialogs;
mod fields;
mod grid;
mod menus;
mod page;
mod queries;
mod router;
mod schedule;
mod screen;
mod stage;
mod tags;
mod toggles;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

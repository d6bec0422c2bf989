//! Menus by keyboard.

use console::ui::{Menu, MenuItem};
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{focused_name, mount, press, until};

#[wasm_bindgen_test]
async fn a_menu_is_walked_with_arrows_letters_home_and_end() {
    let chosen = RwSignal::new("");
    let page = mount(move || {
        let items = vec![
            MenuItem::new("Edit policy", move || chosen.set("edit")),
            MenuItem::new("Run policy", move || chosen.set("run")),
            MenuItem::new("Delete policy", move || chosen.set("delete"))
                .blocked(Some("It is running.".into())),
        ];
        view! { <Menu label="Actions" items=items/> }
    });
    page.find("button").focus().expect("focusable");
    press("ArrowDown");
    until("the first entry has the focus", || {
        focused_name().starts_with("Edit")
    })
    .await;
    press("ArrowUp");
    assert!(
        focused_name().starts_with("Delete"),
        "up from the first goes to the last"
    );
    press("Home");
    assert!(focused_name().starts_with("Edit"));
    press("r");
    assert!(focused_name().starts_with("Run"));
    press("Escape");
    until("the menu is closed", || page.maybe("[role=menu]").is_none()).await;
    assert_eq!(focused_name(), "Actions");
    assert_eq!(chosen.get_untracked(), "");
}

#[wasm_bindgen_test]
async fn a_blocked_entry_says_why_and_does_nothing() {
    let chosen = RwSignal::new(false);
    let page = mount(move || {
        let items = vec![
            MenuItem::new("Delete policy", move || chosen.set(true))
                .blocked(Some("It is running.".into())),
        ];
        view! { <Menu label="Actions" items=items/> }
    });
    page.find("button").click();
    until("the menu is open", || {
        page.maybe("[role=menuitem]").is_some()
    })
    .await;
    let entry = page.find("[role=menuitem]");
    assert_eq!(
        entry.get_attribute("aria-disabled").as_deref(),
        Some("true")
    );
    assert!(entry.inner_text().contains("It is running."));
    entry.click();
    assert!(!chosen.get_untracked());
}

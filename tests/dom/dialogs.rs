//! Dialogs: the focus goes in, stays in, comes back.

use console::ui::{Button, Confirm, Dialog, DialogActions};
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{focused, focused_name, mount, until};

#[wasm_bindgen_test]
async fn a_dialog_takes_the_focus_keeps_it_and_gives_it_back() {
    let open = RwSignal::new(false);
    let page = mount(move || {
        view! {
            <Button on_press=move || open.set(true)>"Open it"</Button>
            <Dialog open=open title="A dialog">
                <DialogActions><Button on_press=move || open.set(false)>"Done"</Button></DialogActions>
            </Dialog>
        }
    });
    let opener = page.button("Open it");
    opener.focus().expect("focusable");
    opener.click();
    until("the focus is in the dialog", || {
        page.find("dialog").contains(Some(&focused()))
    })
    .await;
    // What is behind a modal dialog cannot take the focus.
    let _ = opener.focus();
    assert!(page.find("dialog").contains(Some(&focused())));
    page.button("Done").click();
    until("the focus is back", || focused_name() == "Open it").await;
    assert!(page.find("dialog").get_attribute("open").is_none());
}

#[wasm_bindgen_test]
async fn the_dialogs_title_is_its_name() {
    let open = RwSignal::new(true);
    let page =
        mount(move || view! { <Dialog open=open title="Delete policy nightly?">"Text"</Dialog> });
    until("the dialog is open", || {
        page.find("dialog").get_attribute("open").is_some()
    })
    .await;
    let label = page
        .find("dialog")
        .get_attribute("aria-labelledby")
        .expect("a label");
    assert_eq!(
        page.find(&format!("#{label}")).text_content().as_deref(),
        Some("Delete policy nightly?")
    );
}

#[wasm_bindgen_test]
async fn a_confirmation_starts_on_the_safe_button_and_wants_the_name() {
    let (open, done) = (RwSignal::new(true), RwSignal::new(0));
    let page = mount(move || {
        view! {
            <Confirm open=open title="Overwrite web-01?" verb="Overwrite web-01" on_confirm=move || done.update(|done| *done += 1)
                typed_name=Signal::stored(Some("web-01".to_owned()))>
                "Two disks are overwritten."
            </Confirm>
        }
    });
    until("the safe button has the focus", || {
        focused_name() == "Keep everything"
    })
    .await;
    page.button("Overwrite web-01").click();
    assert_eq!(done.get_untracked(), 0, "without the name nothing happens");
    let input: web_sys::HtmlInputElement = wasm_bindgen::JsCast::unchecked_into(page.find("input"));
    input.set_value(" web-01 ");
    input
        .dispatch_event(&web_sys::Event::new("input").expect("an event"))
        .expect("dispatched");
    until("the button is free", || {
        page.button("Overwrite web-01")
            .get_attribute("aria-disabled")
            .is_none()
    })
    .await;
    page.button("Overwrite web-01").click();
    assert_eq!(done.get_untracked(), 1);
}

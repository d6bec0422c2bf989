//! Toggle groups: one tab stop, arrows, pressed states.

use console::ui::{Toggle, ToggleGroup};
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{focused_name, mount, press, until};

#[wasm_bindgen_test]
async fn a_toggle_group_is_one_tab_stop_walked_with_arrows() {
    let days = RwSignal::new([false, true, false]);
    let page = mount(move || {
        let toggles = Signal::derive(move || {
            ["Monday", "Tuesday", "Wednesday"]
                .into_iter()
                .zip(days.get())
                .map(|(name, pressed)| Toggle {
                    short: name[..2].to_owned(),
                    name: name.to_owned(),
                    pressed,
                })
                .collect::<Vec<_>>()
        });
        view! { <ToggleGroup label="Weekdays" toggles=toggles on_toggle=move |index: usize| days.update(|days| days[index] = !days[index])/> }
    });
    assert_eq!(
        page.root
            .query_selector_all("[tabindex='0']")
            .expect("valid")
            .length(),
        1
    );
    page.button("Monday").focus().expect("focusable");
    press("ArrowRight");
    assert_eq!(focused_name(), "Tuesday");
    until("the tab stop has moved", || {
        page.button("Tuesday").get_attribute("tabindex").as_deref() == Some("0")
    })
    .await;
    press("ArrowLeft");
    press("ArrowLeft");
    assert_eq!(focused_name(), "Wednesday");
    page.button("Wednesday").click();
    until("it is pressed", || {
        page.button("Wednesday")
            .get_attribute("aria-pressed")
            .as_deref()
            == Some("true")
    })
    .await;
    assert_eq!(days.get_untracked(), [false, true, true]);
}

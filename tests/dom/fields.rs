//! Fields: label, hint and message belong to their input; the summary takes the focus.

use console::form::{ErrorSummary, Field, Problem, Problems, TextInput};
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{focused, mount, until};

#[wasm_bindgen_test]
async fn a_field_ties_label_hint_and_message_to_its_input() {
    let message = RwSignal::new(None::<String>);
    let page = mount(move || {
        view! {
            <Field id="policy-name" label="Name" hint="Letters and digits" message=message required=true>
                <TextInput value="nightly" on_input=|_| ()/>
            </Field>
        }
    });
    let input = page.find("input");
    assert_eq!(page.find("label").get_attribute("for"), Some(input.id()));
    assert_eq!(
        input.get_attribute("aria-describedby").as_deref(),
        Some("policy-name-hint")
    );
    assert_eq!(input.get_attribute("aria-invalid"), None);
    message.set(Some("Name: must not be empty".into()));
    until("the input is marked", || {
        input.get_attribute("aria-invalid").as_deref() == Some("true")
    })
    .await;
    for id in input
        .get_attribute("aria-describedby")
        .expect("described")
        .split(' ')
    {
        assert!(page.maybe(&format!("#{id}")).is_some(), "{id} is there");
    }
    assert!(
        page.find("#policy-name-message")
            .inner_text()
            .contains("must not be empty")
    );
}

#[wasm_bindgen_test]
async fn a_refused_form_leads_to_its_problems_and_from_there_to_the_field() {
    let problems = Problems::default();
    let page = mount(move || {
        view! {
            <ErrorSummary problems=problems/>
            <Field id="name" label="Name" required=true><TextInput value="" on_input=|_| ()/></Field>
        }
    });
    problems.show(vec![Problem::at("name", "Name: must not be empty")]);
    until("the summary has the focus", || {
        focused().get_attribute("role").as_deref() == Some("group")
    })
    .await;
    page.find("a").click();
    assert_eq!(focused().id(), "name");
    problems.show(Vec::new());
    until("the summary is gone", || {
        page.maybe("[role=group]").is_none()
    })
    .await;
}

//! The rows of tags: problems stand at their field, and the focus is never lost with a row.

use std::cell::Cell;
use std::rc::Rc;

use console::tags::TagRows;
use contract::model::Tag;
use contract::rules::TagRules;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, HtmlInputElement};

use crate::page::{focused, mount, until};
use crate::stage::all;

fn type_into(field: &HtmlElement, text: &str) {
    let input: &HtmlInputElement = field.unchecked_ref();
    input.set_value(text);
    let event = web_sys::Event::new("input").expect("an event");
    input.dispatch_event(&event).expect("a target");
}

#[wasm_bindgen_test]
async fn a_broken_key_is_said_at_its_field_and_the_tags_follow_what_is_typed() {
    let kept = Rc::new(Cell::new(None::<TagRows>));
    let keep = Rc::clone(&kept);
    let page = mount(move || {
        let rows = TagRows::new();
        rows.load(&[Tag {
            key: "env".into(),
            value: "test".into(),
        }]);
        keep.set(Some(rows));
        rows.view()
    });
    let rows = kept.get().expect("mounted");
    let key = page.find("input");
    type_into(&key, "a b");
    until("the field is marked", || {
        key.get_attribute("aria-invalid").as_deref() == Some("true")
    })
    .await;
    assert!(untrack(|| rows.tags()).is_err());
    type_into(&key, "team");
    until("the mark is gone", || {
        key.get_attribute("aria-invalid").is_none()
    })
    .await;
    let tags = untrack(|| rows.tags()).expect("one tag");
    assert_eq!(
        (tags[0].key.as_str(), tags[0].value.as_str()),
        ("team", "test")
    );
}

#[wasm_bindgen_test]
async fn adding_and_removing_rows_moves_the_focus_to_a_key() {
    let page = mount(|| {
        let rows = TagRows::new();
        rows.load(&[]);
        rows.view()
    });
    let buttons = all(&page.root, "button");
    let add = buttons.last().expect("the button below the rows").clone();
    add.click();
    until("the new key has the focus", || {
        focused().tag_name() == "INPUT" && all(&page.root, "li").len() == 2
    })
    .await;
    let label = |element: &HtmlElement| {
        let id = element.id();
        page.find(&format!("label[for=\"{id}\"]")).inner_text()
    };
    assert_eq!(label(&focused()), "Key 2");
    all(&page.root, "li button")
        .last()
        .expect("its button")
        .click();
    until("one row is left", || all(&page.root, "li").len() == 1).await;
    assert_eq!(label(&focused()), "Key 1");
}

#[wasm_bindgen_test]
async fn as_many_rows_as_an_object_carries_tags_and_no_more() {
    let page = mount(|| {
        let rows = TagRows::of(TagRules {
            limit: 2,
            ..TagRules::CSBS
        });
        rows.load(&[]);
        rows.view()
    });
    let add = || {
        all(&page.root, "button")
            .last()
            .expect("the button below the rows")
            .clone()
    };
    add().click();
    until("two rows are there", || all(&page.root, "li").len() == 2).await;
    until("the button says why not", || {
        let why = add().get_attribute("aria-describedby").unwrap_or_default();
        let reason = document().get_element_by_id(&why);
        reason.is_some_and(|reason| {
            let text = reason.text_content().unwrap_or_default();
            text.contains("at most 2 tags")
        })
    })
    .await;
    add().click();
    assert_eq!(all(&page.root, "li").len(), 2);
}

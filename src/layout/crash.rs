//! What is left on screen when the console itself breaks: a sentence and a way to start again.

use leptos::prelude::document;

/// Puts the last screen up. Plain DOM calls only: after a panic nothing else can be relied on, and
/// the message holds no data of the page.
pub fn show_crash() {
    let document = document();
    let Some(body) = document.body() else { return };
    body.set_text_content(None);
    let Ok(main) = document.create_element("main") else {
        return;
    };
    let _ = main.set_attribute("class", "crash");
    let _ = main.set_attribute("role", "alert");
    for (tag, text) in [
        ("h1", "The console has stopped"),
        (
            "p",
            "Something went wrong in the console itself. Nothing was sent to the service by this. Load the page again to go on.",
        ),
        ("a", "Load the page again"),
    ] {
        let Ok(element) = document.create_element(tag) else {
            continue;
        };
        element.set_text_content(Some(text));
        if tag == "a" {
            let _ = element.set_attribute("href", "");
            let _ = element.set_attribute("class", "button button-primary");
        }
        let _ = main.append_child(&element);
    }
    let _ = body.append_child(&main);
}

//! Cards, fact sheets and details: how a page is divided.

use leptos::prelude::*;

use super::dom::fresh_id;
use super::icon::{Glyph, Icon};

/// A titled part of a page.
#[component]
pub fn Card(
    #[prop(into)] title: Signal<String>,
    /// Buttons and links at the end of the title's line.
    #[prop(optional, into)]
    actions: ViewFn,
    children: Children,
) -> AnyView {
    let id = fresh_id("card");
    view! {
        <section class="card" aria-labelledby=id.clone()>
            <header class="card-head">
                <h2 id=id.clone()>{move || title.get()}</h2>
                <div class="card-actions">{actions.run()}</div>
            </header>
            <div class="card-body">{children()}</div>
        </section>
    }
    .into_any()
}

/// A list of facts: name and value.
#[component]
pub fn Facts(children: Children) -> AnyView {
    view! { <dl class="facts">{children()}</dl> }.into_any()
}

/// One fact. Values from the service are kept apart from the text around them.
#[component]
pub fn Fact(#[prop(into)] name: String, children: Children) -> AnyView {
    view! { <div class="fact"><dt>{name}</dt><dd><bdi>{children()}</bdi></dd></div> }.into_any()
}

/// More, on demand. The content is made when it is first opened.
#[component]
pub fn Details(
    #[prop(into)] summary: Signal<String>,
    #[prop(optional)] open: bool,
    children: ChildrenFn,
) -> AnyView {
    let opened = RwSignal::new(open);
    view! {
        <details class="details" open=open on:toggle=move |_| opened.set(true)>
            <summary><Icon of=Glyph::Chevron/><span>{move || summary.get()}</span></summary>
            <div class="details-body">{move || opened.get().then(|| children())}</div>
        </details>
    }
    .into_any()
}

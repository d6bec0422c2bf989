//! The head of a page: title of the document, heading that takes the focus after a change of page.

use std::cell::Cell;

use leptos::{html, prelude::*};

use crate::api::use_api;
use crate::routes::{Paths, document_title};

thread_local! {
    /// The first page of a document leaves the focus where the browser puts it.
    static FIRST: Cell<bool> = const { Cell::new(true) };
}

/// The addresses of the project this page is in.
pub fn use_paths() -> Paths {
    Paths::new(use_api().project())
}

/// A page: its head, then its content.
#[component]
pub fn Page(
    #[prop(into)] title: Signal<String>,
    /// One sentence under the title, or where the object belongs.
    #[prop(optional, into)]
    lead: ViewFn,
    /// Buttons and links beside the title.
    #[prop(optional, into)]
    actions: ViewFn,
    children: Children,
) -> AnyView {
    view! {
        <div class="page">
            <PageHead title=title lead=lead actions=actions/>
            {children()}
        </div>
    }
    .into_any()
}

/// The head alone, for pages with a layout of their own.
#[component]
pub fn PageHead(
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] lead: ViewFn,
    #[prop(optional, into)] actions: ViewFn,
) -> AnyView {
    let heading: NodeRef<html::H1> = NodeRef::new();
    Effect::new(move |_| document().set_title(&document_title(&title.read())));
    Effect::new(move |_| {
        if let Some(heading) = heading.get()
            && !FIRST.with(|first| first.replace(false))
        {
            let _ = heading.focus();
        }
    });
    view! {
        <header class="page-head">
            <div class="page-title">
                <h1 tabindex="-1" node_ref=heading><bdi>{move || title.get()}</bdi></h1>
                <div class="page-lead">{lead.run()}</div>
            </div>
            <div class="page-actions">{actions.run()}</div>
        </header>
    }
    .into_any()
}

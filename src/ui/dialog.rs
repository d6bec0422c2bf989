//! Modal dialogs on the browser's own `<dialog>`: it keeps the focus inside and gives it back.

use leptos::{ev, html, prelude::*};

use super::button::{Button, ButtonKind};
use super::dom::fresh_id;
use super::icon::Glyph;

/// A modal dialog, shown while `open` is true. Escape and the close button close it.
///
/// With `alert` it interrupts: screen readers read it at once (`alertdialog`).
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(optional)] alert: bool,
    #[prop(optional)] wide: bool,
    /// Cannot be closed without an answer.
    #[prop(optional)]
    firm: bool,
    children: ChildrenFn,
) -> AnyView {
    let node: NodeRef<html::Dialog> = NodeRef::new();
    let title_id = fresh_id("dialog");
    let labelled_by = title_id.clone();
    Effect::new(move |_| {
        let (Some(dialog), open) = (node.get(), open.get()) else {
            return;
        };
        match (open, dialog.open()) {
            // The content is rendered by effects of its own; it has to be there for the first focus.
            (true, false) => queue_microtask(move || {
                if dialog.is_connected() && !dialog.open() {
                    let _ = dialog.show_modal();
                }
            }),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let on_cancel = move |event: ev::Event| {
        event.prevent_default();
        if !firm {
            open.set(false);
        }
    };
    // Chromium closes on a second Escape whatever `cancel` says.
    let on_close = move |_| {
        if !open.get_untracked() {
            return;
        }
        match node.get_untracked().filter(|_| firm) {
            Some(dialog) => {
                let _ = dialog.show_modal();
            }
            None => open.set(false),
        }
    };
    view! {
        <dialog
            node_ref=node
            class="dialog"
            class:dialog-wide=wide
            role=alert.then_some("alertdialog")
            aria-labelledby=labelled_by
            on:cancel=on_cancel
            on:close=on_close
        >
            {move || open.get().then(|| view! {
                <header class="dialog-head">
                    <h2 id=title_id.clone()>{move || title.get()}</h2>
                    {(!firm && !alert).then(|| view! {
                        <Button kind=ButtonKind::Quiet icon=Glyph::Close name="Close" on_press=move || open.set(false)/>
                    })}
                </header>
                <div class="dialog-body">{children()}</div>
            })}
        </dialog>
    }
    .into_any()
}

/// The row of buttons at the end of a dialog.
#[component]
pub fn DialogActions(children: Children) -> AnyView {
    view! { <div class="dialog-actions">{children()}</div> }.into_any()
}

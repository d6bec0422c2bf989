//! Tabs with manual activation: arrows move, Enter or Space opens, because panels load data.

use leptos::{ev, html, prelude::*};

use super::dom::{all, fresh_id, rove};

/// One tab: its key in the URL and its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    pub key: &'static str,
    pub title: String,
}

impl Tab {
    /// A tab.
    pub fn new(key: &'static str, title: impl Into<String>) -> Self {
        Self {
            key,
            title: title.into(),
        }
    }
}

/// A row of tabs and the panel of the selected one.
#[component]
pub fn Tabs(
    /// What the tabs divide.
    #[prop(into)]
    label: String,
    #[prop(into)] tabs: Signal<Vec<Tab>>,
    /// Key of the selected tab; anything unknown selects the first.
    #[prop(into)]
    selected: Signal<String>,
    #[prop(into)] on_select: Callback<&'static str>,
    /// The panel of a key.
    panel: Callback<&'static str, AnyView>,
) -> AnyView {
    let row: NodeRef<html::Div> = NodeRef::new();
    let stem = fresh_id("tab");
    let current = Memo::new(move |_| {
        tabs.with(|tabs| {
            selected.with(|selected| {
                tabs.iter()
                    .find(|tab| tab.key == selected)
                    .or(tabs.first())
                    .map(|tab| tab.key)
            })
        })
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(row) = row.get_untracked() else {
            return;
        };
        if rove(
            &event.key(),
            &all(&row, "[role=tab]"),
            ("ArrowLeft", "ArrowRight"),
        ) {
            event.prevent_default();
        }
    };
    let panel_id = format!("{stem}-panel");
    let controls = panel_id.clone();
    let buttons = move || {
        tabs.get()
            .into_iter()
            .map(|tab| {
                let here = move || current.get() == Some(tab.key);
                view! {
                    <button
                        type="button"
                        role="tab"
                        class="tab"
                        id=format!("{stem}-{}", tab.key)
                        aria-selected=move || here().to_string()
                        aria-controls=controls.clone()
                        tabindex=move || if here() { "0" } else { "-1" }
                        on:click=move |_| on_select.run(tab.key)
                    >
                        {tab.title}
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <div class="tabs">
            <div class="tabs-row" role="tablist" aria-label=label node_ref=row on:keydown=on_key>{buttons}</div>
            <div class="tabs-panel" role="tabpanel" id=panel_id tabindex="0">
                {move || current.get().map(|key| panel.run(key))}
            </div>
        </div>
    }
    .into_any()
}

//! One of a few: radio buttons drawn as one row.

use leptos::prelude::*;

use super::dom::fresh_id;

/// One possible answer of a [`Choice`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    pub key: String,
    pub label: String,
}

impl Pick {
    /// An answer.
    pub fn new(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            label: label.into(),
        }
    }
}

/// A row of answers of which exactly one is chosen.
#[component]
pub fn Choice(
    #[prop(into)] legend: String,
    /// Keep the legend for screen readers only.
    #[prop(optional)]
    quiet: bool,
    #[prop(into)] picks: Signal<Vec<Pick>>,
    #[prop(into)] chosen: Signal<String>,
    #[prop(into)] on_choose: Callback<String>,
) -> AnyView {
    let name = fresh_id("choice");
    let options = move || {
        let name = name.clone();
        picks
            .get()
            .into_iter()
            .map(move |Pick { key, label }| {
                let (mine, value) = (key.clone(), key.clone());
                view! {
                    <label class="choice-option">
                        <input
                            type="radio"
                            name=name.clone()
                            value=key
                            prop:checked=move || chosen.with(|chosen| *chosen == mine)
                            on:change=move |_| on_choose.run(value.clone())
                        />
                        <span>{label}</span>
                    </label>
                }
            })
            .collect_view()
    };
    view! {
        <fieldset class="choice">
            <legend class=if quiet { "visually-hidden" } else { "field-label" }>{legend}</legend>
            <div class="choice-row">{options}</div>
        </fieldset>
    }
    .into_any()
}

//! Plain tables for up to a few hundred rows; on narrow screens each row becomes a list of facts.

use leptos::prelude::*;

/// Where a column's content stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    #[default]
    Start,
    /// Quantities.
    End,
}

/// A column: its title and alignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub title: &'static str,
    pub align: Align,
}

impl Column {
    /// A column of text.
    pub const fn text(title: &'static str) -> Self {
        Self {
            title,
            align: Align::Start,
        }
    }

    /// A column of quantities.
    pub const fn number(title: &'static str) -> Self {
        Self {
            title,
            align: Align::End,
        }
    }
}

/// A table; `children` are rows of [`Cell`]s. An untitled column holds the row's actions.
#[component]
pub fn Table(
    /// What the table lists; read by screen readers.
    #[prop(into)]
    caption: Signal<String>,
    columns: Vec<Column>,
    children: Children,
) -> AnyView {
    let head = columns
        .into_iter()
        .map(|column| {
            view! {
                <th scope="col" role="columnheader" class:cell-end=column.align == Align::End>
                    {if column.title.is_empty() {
                        view! { <span class="visually-hidden">"Actions"</span> }.into_any()
                    } else {
                        column.title.into_any()
                    }}
                </th>
            }
        })
        .collect_view();
    // Explicit roles: the narrow layout changes `display`, which would drop the native ones.
    view! {
        <div class="table-scroll">
            <table class="table" role="table">
                <caption class="visually-hidden">{move || caption.get()}</caption>
                <thead role="rowgroup"><tr role="row">{head}</tr></thead>
                <tbody role="rowgroup">{children()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A cell; `label` is its column's title, shown beside it on narrow screens.
#[component]
pub fn Cell(
    #[prop(optional)] label: &'static str,
    #[prop(optional)] align: Align,
    /// The cell that names its row.
    #[prop(optional)]
    heading: bool,
    children: Children,
) -> AnyView {
    let class = if align == Align::End {
        "cell cell-end"
    } else {
        "cell"
    };
    if heading {
        view! { <th scope="row" role="rowheader" class=class data-label=label>{children()}</th> }
            .into_any()
    } else {
        view! { <td role="cell" class=class data-label=label>{children()}</td> }.into_any()
    }
}

//! The list of problems at the head of a form: takes the focus when sending was refused.

use leptos::{html, prelude::*};

use crate::format::count;
use crate::ui::{Glyph, Icon, dom::focus_id};

/// What keeps a draft from being a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Id of the field; empty for a problem of the whole form.
    pub field: String,
    /// A sentence that names the field: `Name: must not be empty`.
    pub text: String,
}

impl Problem {
    /// A problem of a field.
    pub fn at(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            text: text.into(),
        }
    }
}

/// The problems of a form, as they were when the user last tried to send it.
#[derive(Clone, Copy, Default)]
pub struct Problems {
    shown: RwSignal<Vec<Problem>>,
    tries: RwSignal<u32>,
}

impl Problems {
    /// Shows problems and moves the focus to them; none clears the summary.
    pub fn show(self, problems: Vec<Problem>) {
        let any = !problems.is_empty();
        self.shown.set(problems);
        if any {
            self.tries.update(|tries| *tries += 1);
        }
    }

    /// The message for a field, if it has a problem; tracked.
    pub fn message(self, field: &str) -> Option<String> {
        self.shown.with(|shown| {
            shown
                .iter()
                .find(|problem| problem.field == field)
                .map(|problem| problem.text.clone())
        })
    }
}

/// The summary; nothing while there are no problems. Each entry leads to its field.
#[component]
pub fn ErrorSummary(problems: Problems) -> AnyView {
    let node: NodeRef<html::Div> = NodeRef::new();
    Effect::new(move |_| {
        if problems.tries.get() > 0
            && let Some(node) = node.get()
        {
            let _ = node.focus();
        }
    });
    let any = Memo::new(move |_| problems.shown.with(|shown| !shown.is_empty()));
    let entries = move || {
        problems
            .shown
            .get()
            .into_iter()
            .map(|Problem { field, text }| {
                if field.is_empty() {
                    return view! { <li>{text}</li> }.into_any();
                }
                let href = format!("#{field}");
                let go = move |event: leptos::ev::MouseEvent| {
                    event.prevent_default();
                    event.stop_propagation();
                    focus_id(&field);
                };
                view! { <li><a class="link" href=href on:click=go>{text}</a></li> }.into_any()
            })
            .collect_view()
    };
    let title = move || {
        let number = problems.shown.with(Vec::len);
        format!("{} to solve first", count(number, "problem", "problems"))
    };
    view! {
        {move || any.get().then(|| view! {
            <div class="notice tone-bad" role="group" aria-label=title tabindex="-1" node_ref=node>
                <Icon of=Glyph::Cross/>
                <div class="notice-body">
                    <p class="notice-title">{title}</p>
                    <ul class="notice-text">{entries}</ul>
                </div>
            </div>
        })}
    }
    .into_any()
}

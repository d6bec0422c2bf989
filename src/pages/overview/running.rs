//! What is under way.

use leptos::prelude::*;

use crate::format::count;
use crate::layout::use_paths;
use crate::tasks::{Task, use_tasks};
use crate::ui::{Card, Progress, TextLink};

/// Tasks shown here.
const SHOWN: usize = 5;

/// Running tasks.
#[component]
pub(super) fn Running() -> AnyView {
    let (tasks, paths) = (use_tasks(), use_paths());
    let running = Memo::new(move |_| tasks.running());
    let restores = paths.restores();
    let summary = move || {
        match running.with(Vec::len) {
        0 if tasks.unknown().is_some() => ().into_any(),
        0 => view! { "Nothing is running." }.into_any(),
        number => view! { <TextLink href=restores.clone()>{format!("{} running", count(number, "task", "tasks"))}</TextLink> }.into_any(),
    }
    };
    let entries = move || {
        running.with(|running| {
            running
                .iter()
                .take(SHOWN)
                .map(|task| entry(task.href(&paths), task))
                .collect_view()
        })
    };
    view! {
        <Card title="Running">
            <p class="big-number">{summary}</p>
            {move || tasks.unknown().map(|text| view! { <p class="field-hint">{text}</p> })}
            <ul class="overview-list">{entries}</ul>
        </Card>
    }
    .into_any()
}

fn entry(href: String, task: &Task) -> AnyView {
    let (title, percent, waiting) = (task.title(), task.percent, task.waiting);
    let label = title.clone();
    view! {
        <li>
            <TextLink href=href><bdi>{title}</bdi></TextLink>
            {if waiting {
                view! { <p class="field-hint">"Waiting for its turn"</p> }.into_any()
            } else {
                view! { <Progress label=label percent=Signal::derive(move || percent)/> }.into_any()
            }}
        </li>
    }
    .into_any()
}

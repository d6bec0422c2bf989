//! What is under way, from everywhere.

use leptos::prelude::*;

use super::page::use_paths;
use crate::tasks::{Task, use_tasks};
use crate::ui::{Glyph, Popover, Progress, TextLink};

/// The tray with its count.
#[component]
pub(super) fn TaskTray() -> AnyView {
    let (tasks, paths) = (use_tasks(), use_paths());
    let running = Memo::new(move |_| tasks.running());
    let count = Signal::derive(move || running.with(Vec::len));
    let label = Signal::derive(move || match count.get() {
        0 => "Tasks: none running".to_owned(),
        count => format!("Tasks: {count} running"),
    });
    let icon = Signal::derive(move || {
        if count.get() > 0 {
            Glyph::Spinner
        } else {
            Glyph::Clock
        }
    });
    let paths = StoredValue::new(paths);
    let entries = move || {
        running
            .get()
            .into_iter()
            .map(|task| {
                let href = paths.with_value(|paths| task.href(paths));
                entry(task, href)
            })
            .collect_view()
    };
    view! {
        <Popover label=label icon=icon count=count at_end=true>
            <p class="panel-head">"Running tasks"</p>
            {move || tasks.unknown().or_else(|| (count.get() == 0).then(|| "Nothing is running.".to_owned())).map(|text| view! { <p class="panel-empty">{text}</p> })}
            <ul class="panel-list">{entries}</ul>
            <p class="panel-foot">
                <TextLink href=paths.with_value(crate::routes::Paths::restores)>"All restores and tasks"</TextLink>
            </p>
        </Popover>
    }
    .into_any()
}

fn entry(task: Task, href: String) -> AnyView {
    let title = task.title();
    let text = title.clone();
    let percent = task.percent;
    view! {
        <li class="panel-item">
            <TextLink href=href><bdi>{text}</bdi></TextLink>
            {if task.waiting {
                view! { <p class="field-hint">"Waiting for its turn"</p> }.into_any()
            } else {
                view! { <Progress label=title percent=Signal::derive(move || percent)/> }.into_any()
            }}
        </li>
    }
    .into_any()
}

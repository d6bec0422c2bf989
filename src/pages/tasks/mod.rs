//! Restores and tasks: what is under way, what waits for a press, and what was restored.

mod history;
mod record;

use std::sync::Arc;

use contract::operations::Service;
use leptos::prelude::*;

use crate::form::{Field, TextInput};
use crate::format::count;
use crate::layout::{Page, use_paths};
use crate::pages::restore::{PROGRESS, Runs, Stage};
use crate::query::{Query, query_view, refresh_bar};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::routes::with_query;
use crate::session::use_session;
use crate::tasks::{Task, TaskKind, use_tasks};
use crate::ui::{
    Badge, ButtonKind, ButtonLink, Card, Cell, Column, EmptyState, Glyph, Notice, Progress, Table,
    TextLink, Time, Tone,
};

pub use record::{RestoresOf, restores_card};

use record::{COLUMNS, History, ROWS, history_row, read};

/// The page.
pub fn restores_page() -> AnyView {
    let tasks = use_tasks();
    let history = Query::joined(move |api| read(api, tasks.restores(), RestoresOf::Project))
        .polled(History::pace);
    let table = |read: Signal<Arc<History>>| history_card(read);
    let of_service = use_paths().tasks();
    let has_log = use_session().has(Service::Cbr);
    let lead = move || {
        let href = of_service.clone();
        has_log
            .then(|| view! { <TextLink href=href>"Tasks of the service"</TextLink> })
            .into_any()
    };
    view! {
        <Page title="Restores & tasks" lead=lead actions=move || refresh_bar(history, "restores and tasks")>
            {waiting()}
            {running()}
            {query_view(history, "history of restores", table)}
        </Page>
    }
    .into_any()
}

/// Restores asked for here that wait for a person.
fn waiting() -> AnyView {
    let runs = Runs::open();
    let paths = StoredValue::new(use_paths());
    let entries = move || {
        runs.all()
            .into_iter()
            .filter(|run| !matches!(run.stage, Stage::Running | Stage::Ended(_) | Stage::Stopped(_)))
            .map(|run| {
                let href = with_query(
                    paths.with_value(|paths| paths.restore(&run.plan.backup, PROGRESS)),
                    &[("run", &run.id)],
                );
                let text = match run.stage {
                    Stage::Ready => "The safety backup is available. The restore is sent when you say so.",
                    Stage::Protecting => "Its safety backup is being made. Open it to let the restore follow.",
                    // The page may have been left, or loaded again, before the answer came.
                    Stage::SafetySent | Stage::Sent => "Its answer has not come. Open it to find out what became of it.",
                    _ => "An answer was lost. Open it to find out what became of it.",
                };
                view! {
                    <Notice tone=Tone::Warning title=format!("The restore of {} waits for you", run.server_name)>
                        <p>{text}</p>
                        <ButtonLink kind=ButtonKind::Primary href=href>"Open the restore"</ButtonLink>
                    </Notice>
                }
            })
            .collect_view()
    };
    view! { {entries} }.into_any()
}

fn running() -> AnyView {
    let tasks = use_tasks();
    let paths = StoredValue::new(use_paths());
    let all = Memo::new(move |_| tasks.running());
    let rows = move || {
        all.get()
            .into_iter()
            .map(|task| paths.with_value(|paths| task_row(task, paths)))
            .collect_view()
    };
    let table = move || {
        if all.with(Vec::is_empty) {
            view! {
                <EmptyState title="Nothing is running" icon=Glyph::Clock>
                    <p>"Backups, restores, deletions and whatever else is under way appear here, whoever started them."</p>
                </EmptyState>
            }
            .into_any()
        } else {
            view! {
                <Table caption="Running tasks" columns=vec![
                    Column::text("Task"), Column::text("Backup"), Column::text("Since"), Column::text("Progress"),
                ]>{rows}</Table>
            }
            .into_any()
        }
    };
    let title = Signal::derive(move || match all.with(Vec::len) {
        0 => "Running tasks".to_owned(),
        number => format!("Running tasks ({number})"),
    });
    view! { <Card title=title>{table}</Card> }.into_any()
}

fn task_row(task: Task, paths: &crate::routes::Paths) -> AnyView {
    let title = task.title();
    let label = title.clone();
    let href = match task.kind {
        TaskKind::Restore => paths.restore(&task.id, PROGRESS),
        _ => task.href(paths),
    };
    let backup = match task.kind {
        TaskKind::Work => view! { <span class="dash">"—"</span> }.into_any(),
        _ => {
            let href = paths.backup(&task.id);
            view! { <TextLink href=href><bdi>{task.name}</bdi></TextLink> }.into_any()
        }
    };
    let (percent, started, waiting) = (task.percent, task.started, task.waiting);
    view! {
        <tr role="row">
            <Cell label="Task" heading=true><TextLink href=href><bdi>{title}</bdi></TextLink></Cell>
            <Cell label="Backup">{backup}</Cell>
            <Cell label="Since"><Time at=Signal::derive(move || started)/></Cell>
            <Cell label="Progress">
                {if waiting {
                    view! { <Badge tone=Tone::Neutral text="Waiting for its turn"/> }.into_any()
                } else {
                    view! { <Progress label=label percent=Signal::derive(move || percent)/> }.into_any()
                }}
            </Cell>
        </tr>
    }
    .into_any()
}

fn history_card(read: Signal<Arc<History>>) -> AnyView {
    let query = use_query_map();
    let (navigate, paths) = (use_navigate(), use_paths());
    // The URL is the state: a filtered history can be sent to somebody.
    let filter = Memo::new(move |_| query.read().get("find").unwrap_or_default());
    let base = paths.restores();
    let find = move |text: String| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        navigate(&with_query(base.clone(), &[("find", &text)]), options);
    };
    let shown = Memo::new(move |_| {
        let filter = filter.get();
        read.get()
            .rows
            .iter()
            .filter(|entry| entry.mentions(&filter))
            .cloned()
            .collect::<Vec<_>>()
    });
    let any = Memo::new(move |_| !read.get().rows.is_empty());
    let paths = StoredValue::new(paths);
    let rows = move || {
        shown
            .get()
            .into_iter()
            .map(|entry| paths.with_value(|paths| history_row(entry, paths)))
            .collect_view()
    };
    let find = StoredValue::new(find);
    let content = move || {
        if !any.get() {
            return view! {
                <EmptyState title="Nothing was restored yet" icon=Glyph::Restore>
                    <p>"Restores started through this console appear here: who, when, from where to where, why, and how they went."</p>
                    <ButtonLink href=paths.with_value(crate::routes::Paths::backups)>"Show backups"</ButtonLink>
                </EmptyState>
            }
            .into_any();
        }
        view! {
            <div class="wizard-narrow">
                <Field id="history-find" label="Find in the history" hint="A server, a backup, a person, a reason or a result.">
                    <TextInput kind="search" value=filter on_input=move |text: String| find.with_value(|find| find(text))/>
                </Field>
            </div>
            <p role="status" class="field-hint">{move || count(shown.with(Vec::len), "restore", "restores")}</p>
            <Table caption="History of restores, newest first" columns=COLUMNS.to_vec()>{rows}</Table>
            {move || read.get().more.then(|| view! {
                <p class="field-hint">{format!("The newest {ROWS} rows of the record; older ones are kept by the gateway.")}</p>
            })}
        }
        .into_any()
    };
    view! { <Card title="History of restores">{content}</Card> }.into_any()
}

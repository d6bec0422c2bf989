//! The tasks of the service: live, filtered by the service itself.

use std::sync::Arc;

use contract::cbr::tasks::{Named, Task, TaskKind, TaskStatus};
use leptos::prelude::*;

use super::filter::{Filter, PER_PAGE, SPANS};
use super::words::{failure, kind_word, resource_href, status_tone, status_word};
use crate::api::{TasksPage, service_tasks};
use crate::clock::use_clock;
use crate::form::{Field, Select, SelectOption, TextInput};
use crate::format::{count, duration};
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::routes::{Paths, with_query};
use crate::ui::{
    Badge, Button, ButtonKind, Cell, Column, EmptyState, Glyph, Pagination, Progress, Table,
    TextLink, Time,
};

const COLUMNS: [Column; 6] = [
    Column::text("Task"),
    Column::text("State"),
    Column::text("Vault"),
    Column::text("Begun"),
    Column::text("Took"),
    Column::text("Result"),
];

/// The page.
pub fn tasks_page() -> AnyView {
    let query = use_query_map();
    let filter = Memo::new(move |_| Filter::from_query(|name| query.read().get(name)));
    let clock = use_clock();
    let change = change_filter();
    let tasks = Query::new(move |api| {
        let filter = filter.get();
        let now = clock.now();
        async move {
            let asked = filter.to_service(now);
            let asked: Vec<_> = asked
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            service_tasks(api, &asked, filter.offset(), PER_PAGE).await
        }
    })
    .polled(|page: &TasksPage| {
        if page.tasks.iter().any(|task| task.state().is_open()) {
            Pace::Lively
        } else {
            Pace::Calm
        }
    });
    let paths = use_paths();
    let restores = paths.restores();
    let lead = move || {
        let href = restores.clone();
        view! {
            "What the service does with vaults and their backups, and what it did. Restores through this console are also under "
            <TextLink href=href>"Restores & tasks"</TextLink> "."
        }
        .into_any()
    };
    let table = move |page: Signal<Arc<TasksPage>>| results(page, filter, change);
    view! {
        <Page title="Tasks of the service" lead=lead actions=move || refresh_bar(tasks, "tasks of the service")>
            {filter_bar(filter, change)}
            {query_view(tasks, "tasks of the service", table)}
        </Page>
    }
    .into_any()
}

/// Writes a filter into the address.
fn change_filter() -> Callback<Filter> {
    let (navigate, paths) = (use_navigate(), use_paths());
    Callback::new(move |filter: Filter| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        let query = filter.to_query();
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        navigate(&with_query(paths.tasks(), &query), options);
    })
}

fn filter_bar(filter: Memo<Filter>, change: Callback<Filter>) -> AnyView {
    // Another question begins on its first page.
    let set = move |edit: &dyn Fn(&mut Filter)| {
        let mut next = Filter {
            page: 1,
            ..filter.get_untracked()
        };
        edit(&mut next);
        change.run(next);
    };
    let any = |label: &str| SelectOption::new("", label);
    let kinds = TaskKind::DOCUMENTED
        .iter()
        .map(|kind| SelectOption::new(kind.as_str(), kind_word(kind)));
    let kinds: Vec<_> = [any("Any")].into_iter().chain(kinds).collect();
    let states = TaskStatus::DOCUMENTED
        .iter()
        .map(|status| SelectOption::new(status.as_str(), status_word(status)));
    let states: Vec<_> = [any("Any")].into_iter().chain(states).collect();
    let spans = SPANS
        .iter()
        .map(|(key, label, _)| SelectOption::new(*key, *label));
    let spans: Vec<_> = [any("Any time")].into_iter().chain(spans).collect();
    let value = move |read: fn(&Filter) -> &String| {
        Signal::derive(move || filter.with(|filter| read(filter).clone()))
    };
    let narrowed =
        move || filter.with(|filter| !filter.resource_id.is_empty() || !filter.vault_id.is_empty());
    view! {
        <div class="filter-row" role="search" aria-label="Tasks of the service">
            <Field id="task-kind" label="Kind" required=true>
                <Select options=kinds value=value(|filter| &filter.kind)
                    on_change=move |word: String| set(&|filter| filter.kind.clone_from(&word))/>
            </Field>
            <Field id="task-status" label="State" required=true>
                <Select options=states value=value(|filter| &filter.status)
                    on_change=move |word: String| set(&|filter| filter.status.clone_from(&word))/>
            </Field>
            <Field id="task-resource" label="Server or other resource" required=true>
                <TextInput kind="search" value=value(|filter| &filter.resource)
                    on_input=move |text: String| set(&|filter| filter.resource.clone_from(&text))/>
            </Field>
            <Field id="task-vault" label="Vault" required=true>
                <TextInput kind="search" value=value(|filter| &filter.vault)
                    on_input=move |text: String| set(&|filter| filter.vault.clone_from(&text))/>
            </Field>
            <Field id="task-since" label="Begun in" required=true>
                <Select options=spans value=value(|filter| &filter.span)
                    on_change=move |word: String| set(&|filter| filter.span.clone_from(&word))/>
            </Field>
        </div>
        {move || narrowed().then(|| view! {
            <p class="field-hint">
                "Only tasks of one vault or resource are shown. "
                <Button kind=ButtonKind::Quiet on_press=move || set(&|filter| {
                    filter.resource_id.clear();
                    filter.vault_id.clear();
                })>"Show those of all"</Button>
            </p>
        })}
    }
    .into_any()
}

fn results(
    page: Signal<Arc<TasksPage>>,
    filter: Memo<Filter>,
    change: Callback<Filter>,
) -> AnyView {
    let total = Memo::new(move |_| page.with(|page| page.total));
    let none = Memo::new(move |_| page.with(|page| page.tasks.is_empty()));
    let on_page = move |number: usize| {
        change.run(Filter {
            page: number,
            ..filter.get_untracked()
        })
    };
    let content = move || {
        match (none.get(), filter.with(Filter::is_any)) {
        (true, true) => view! {
            <EmptyState title="The service has done nothing yet" icon=Glyph::Clock>
                <p>"Backups, restores, copies and deletions of vaults appear here as soon as they begin, whoever started them."</p>
            </EmptyState>
        }
        .into_any(),
        (true, false) => view! {
            <EmptyState title="No task matches" icon=Glyph::Search>
                <p>"Try another state or a longer time, or show all tasks."</p>
                <Button on_press=move || change.run(Filter::default())>"Show all tasks"</Button>
            </EmptyState>
        }
        .into_any(),
        (false, _) => table(page),
    }
    };
    let more = move || {
        (total.get() > PER_PAGE).then(|| {
            let number = Signal::derive(move || filter.with(|filter| filter.page));
            view! { <Pagination label="Tasks" page=number total=total per_page=PER_PAGE on_page=on_page/> }
        })
    };
    view! {
        <p class="field-hint" role="status">{move || count(total.get(), "task", "tasks")}</p>
        {content}
        {more}
    }
    .into_any()
}

fn table(page: Signal<Arc<TasksPage>>) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let ids = Memo::new(move |_| {
        page.with(|page| {
            let ids = page.tasks.iter().map(|task| task.id.clone());
            ids.collect::<Vec<_>>()
        })
    });
    // A row stays when its task goes on: what has the focus keeps it.
    let row = move |id: String| {
        let first = page.with_untracked(|page| find(page, &id))?;
        let task = Memo::new(move |_| {
            page.with(|page| find(page, &id))
                .unwrap_or_else(|| first.clone())
        });
        Some(paths.with_value(|paths| task_row(task, paths)))
    };
    view! {
        <Table caption="Tasks of the service, newest first" columns=COLUMNS.to_vec()>
            <For each=move || ids.get() key=String::clone children=row/>
        </Table>
    }
    .into_any()
}

fn find(page: &TasksPage, id: &str) -> Option<Task> {
    page.tasks.iter().find(|task| task.id == id).cloned()
}

fn task_row(task: Memo<Task>, paths: &Paths) -> AnyView {
    let clock = use_clock();
    let whole = task.get_untracked();
    let name = whole.title();
    let href = paths.task(&whole.id);
    let vault = Named {
        id: &whole.vault_id,
        name: &whole.vault_name,
    };
    let vault = match whole.vault_id.as_str() {
        "" => view! { <span class="dash">"—"</span> }.into_any(),
        id => {
            let (href, text) = (paths.vault(id), vault.text().to_owned());
            view! { <TextLink href=href><bdi>{text}</bdi></TextLink> }.into_any()
        }
    };
    let resource = resource_href(&whole, paths).map(|href| {
        let label = format!("Show the server {}", whole.extra_info.resource.name);
        view! { <p class="field-hint"><TextLink href=href name=label>"Show the server"</TextLink></p> }
    });
    let begun = whole.started_at.or(whole.created_at);
    let label = name.clone();
    let state = move || task_state(&task.read(), &label);
    let took = move || {
        let seconds = task.with(|task| task.seconds(clock.ticking()));
        seconds.map_or_else(|| "—".to_owned(), duration)
    };
    let result = move || {
        let (code, text) =
            task.with(|task| (task.error_info.code.clone(), failure(&task.error_info)));
        let Some(text) = text else {
            return view! { <span class="dash">"—"</span> }.into_any();
        };
        let code = (!code.is_empty()).then(|| view! { <p class="reference"><bdi>{code}</bdi></p> });
        view! { <bdi>{text}</bdi> {code} }.into_any()
    };
    view! {
        <tr role="row">
            <Cell label="Task" heading=true><TextLink href=href><bdi>{name}</bdi></TextLink>{resource}</Cell>
            <Cell label="State">{state}</Cell>
            <Cell label="Vault">{vault}</Cell>
            <Cell label="Begun"><Time at=begun/></Cell>
            <Cell label="Took">{took}</Cell>
            <Cell label="Result">{result}</Cell>
        </tr>
    }
    .into_any()
}

/// How a task stands: its progress while it runs.
pub(super) fn task_state(task: &Task, label: &str) -> AnyView {
    let status = task.state();
    if status == TaskStatus::Running {
        let percent = task.percent();
        let label = label.to_owned();
        return view! { <Progress label=label percent=Signal::stored(percent)/> }.into_any();
    }
    let (tone, word) = (status_tone(&status), status_word(&status).to_owned());
    view! { <Badge tone=tone text=word/> }.into_any()
}

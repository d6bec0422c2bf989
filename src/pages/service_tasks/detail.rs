//! One task of the service: how it stands, what it is for, what came out, and why it failed.

use std::sync::Arc;

use contract::cbr::tasks::{ErrorInfo, Named, Task, TaskKind};
use contract::errors::{Action, lookup_all};
use contract::vault::VaultPolicy;
use leptos::prelude::*;

use super::list::task_state;
use super::words::{failure, kind_word, resource_href, status_tone, status_word};
use crate::api::{service_task, vault_policies};
use crate::clock::use_clock;
use crate::format::{count, duration};
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::router::use_params_map;
use crate::routes::Paths;
use crate::ui::{
    Badge, ButtonLink, Card, CopyId, EmptyState, Fact, Facts, Glyph, Notice, TextLink, Time, Tone,
};

/// The page.
pub fn task_page() -> AnyView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let found = Query::new(move |api| {
        let id = id.get();
        async move { service_task(api, &id).await }
    })
    .polled(|task: &Task| {
        if task.state().is_open() {
            Pace::Lively
        } else {
            Pace::Never
        }
    });
    let missing = Memo::new(move |_| found.error().is_some_and(|error| error.is_missing()));
    let name = Signal::derive(move || {
        found
            .data()
            .map_or_else(|| "Task".to_owned(), |task| task.title())
    });
    let all = use_paths().tasks();
    let back = all.clone();
    let lead = move || {
        let href = back.clone();
        view! { <TextLink href=href>"All tasks of the service"</TextLink> }.into_any()
    };
    let content = move || {
        if missing.get() {
            let href = all.clone();
            return view! {
                <EmptyState title="There is no such task" icon=Glyph::Search>
                    <p>"The service keeps tasks for a while only, or it belongs to another project."</p>
                    <ButtonLink href=href>"Show all tasks"</ButtonLink>
                </EmptyState>
            }
            .into_any();
        }
        query_view(found, "task", facts)
    };
    view! {
        <Page title=name lead=lead actions=move || refresh_bar(found, "task")>{content}</Page>
    }
    .into_any()
}

fn facts(task: Signal<Arc<Task>>) -> AnyView {
    let clock = use_clock();
    let paths = StoredValue::new(use_paths());
    let failed = Memo::new(move |_| task.with(|task| task.error_info.clone()));
    let request = Memo::new(move |_| task.with(|task| task.extra_info.common.request_id.clone()));
    // Their names, when they come; until then, and without them, their ids.
    let policies = Query::new(vault_policies);
    let notice = move || {
        let error = failed.get();
        failure(&error).map(|text| paths.with_value(|paths| refusal(&error, text, request, paths)))
    };
    let took = move || {
        let seconds = task.with(|task| task.seconds(clock.ticking()));
        seconds.map_or_else(|| "—".to_owned(), duration)
    };
    // Milestones only: a screen reader must not hear each percent.
    let milestone = move || {
        task.with(|task| {
            let quarter = task.percent().map_or(0, |percent| percent / 25 * 25);
            match task.state().is_open() {
                true if quarter > 0 => format!("{quarter} percent"),
                true => "It is running".to_owned(),
                false => status_word(&task.state()).to_owned(),
            }
        })
    };
    view! {
        {notice}
        <p class="visually-hidden" role="status">{milestone}</p>
        <Card title="Task">
            <Facts>
                <Fact name="State">{move || {
                    let task = task.get();
                    let status = task.state();
                    if status.is_open() {
                        task_state(&task, "Progress of the task")
                    } else {
                        view! { <Badge tone=status_tone(&status) text=status_word(&status).to_owned()/> }.into_any()
                    }
                }}</Fact>
                <Fact name="Kind">{move || task.with(|task| kind_word(&task.kind()).to_owned())}</Fact>
                <Fact name="Asked for"><Time at=Signal::derive(move || task.read().created_at)/></Fact>
                <Fact name="Begun"><Time at=Signal::derive(move || task.read().started_at)/></Fact>
                <Fact name="Ended"><Time at=Signal::derive(move || task.read().ended_at)/></Fact>
                <Fact name="Took">{took}</Fact>
                <Fact name="Task id"><CopyId id=Signal::derive(move || task.read().id.clone()) what="task id"/></Fact>
                <Fact name="Request id">{move || id_or_dash(&request.get(), "request id")}</Fact>
            </Facts>
        </Card>
        <Card title="What it is for">{move || paths.with_value(|paths| purpose(&task.get(), policies, paths))}</Card>
        {move || paths.with_value(|paths| outcome(&task.get(), paths))}
    }
    .into_any()
}

/// Why it failed, and the way out.
fn refusal(error: &ErrorInfo, text: String, request: Memo<String>, paths: &Paths) -> AnyView {
    let action = lookup_all(&error.code, 0).and_then(|known| known.action);
    let way = action.and_then(|action| Some((action_href(action, paths)?, action.label())));
    let code = (!error.code.is_empty()).then(|| error.code.clone());
    let said = Some(error.message.clone()).filter(|said| !said.is_empty() && !text.contains(said));
    view! {
        <Notice tone=Tone::Bad title="The task failed">
            <p>{text}</p>
            {said.map(|said| view! { <p>"The service says: "<bdi>{said}</bdi></p> })}
            <p class="reference"><bdi>{code}</bdi>
                {move || { let id = request.get(); (!id.is_empty()).then(|| format!(" · Request {id}")) }}</p>
            {way.map(|(href, label)| view! { <ButtonLink href=href>{label}</ButtonLink> })}
        </Notice>
    }
    .into_any()
}

/// Where the way out of a failure leads, when it is a page.
pub fn action_href(action: Action, paths: &Paths) -> Option<String> {
    Some(match action {
        Action::OpenBackups | Action::DeleteImage => paths.backups(),
        Action::OpenPolicies => paths.policies(),
        Action::OpenServers => paths.servers(),
        Action::OpenTasks => paths.tasks(),
        Action::OpenQuotas => paths.quota(),
        Action::OpenVaults => paths.vaults(),
        Action::Retry | Action::Reload | Action::SignIn | Action::Correct | Action::AskOperator => {
            return None;
        }
    })
}

fn dash() -> AnyView {
    view! { <span class="dash">"—"</span> }.into_any()
}

fn id_or_dash(id: &str, what: &str) -> AnyView {
    if id.is_empty() {
        dash()
    } else {
        view! { <CopyId id=id.to_owned() what=what.to_owned()/> }.into_any()
    }
}

fn link(href: String, named: Named<'_>) -> AnyView {
    let text = named.text().to_owned();
    view! { <TextLink href=href>{text}</TextLink> }.into_any()
}

fn fact(name: &'static str, content: AnyView) -> AnyView {
    view! { <Fact name=name>{content}</Fact> }.into_any()
}

/// Vault, policy and resource it works for.
fn purpose(task: &Task, policies: Query<Vec<VaultPolicy>>, paths: &Paths) -> AnyView {
    let resource = &task.extra_info.resource;
    let named = Named {
        id: &resource.id,
        name: &resource.name,
    };
    let vault = Named {
        id: &task.vault_id,
        name: &task.vault_name,
    };
    let mut facts = Vec::new();
    if !task.vault_id.is_empty() {
        facts.push(fact("Vault", link(paths.vault(&task.vault_id), vault)));
    }
    if resource.id != task.vault_id {
        let content = match resource_href(task, paths) {
            Some(href) => link(href, named),
            None => named.text().to_owned().into_any(),
        };
        facts.push(fact("Resource", content));
        facts.push(fact("Kind of resource", resource.kind.clone().into_any()));
    }
    let policy = match task.policy_id.as_str() {
        "" => "None: it was asked for by hand".into_any(),
        id => {
            let (href, id) = (paths.policy(id), id.to_owned());
            let name = move || {
                let known = policies.data().unwrap_or_default();
                let found = known.iter().find(|policy| policy.id == id);
                found.map_or_else(|| id.clone(), |policy| policy.name.clone())
            };
            view! { <TextLink href=href>{name}</TextLink> }.into_any()
        }
    };
    facts.push(fact("Policy", policy));
    if let Some(target) = task.target() {
        facts.push(fact("Restored to", link(paths.server(target.id), target)));
    }
    view! { <Facts>{facts}</Facts> }.into_any()
}

/// What came out: backups, copies, numbers; nothing for what leaves nothing.
fn outcome(task: &Task, paths: &Paths) -> AnyView {
    let mut facts = Vec::new();
    if let Some(backup) = task.backup() {
        let name = match task.kind() {
            TaskKind::Delete => "Deleted backup",
            TaskKind::Replication | TaskKind::Copy => "Copied backup",
            _ => "Backup",
        };
        let content = match task.kind() {
            // It is gone when the task is over.
            TaskKind::Delete if !task.state().is_open() && task.error_info.code.is_empty() => {
                backup.text().to_owned().into_any()
            }
            _ => link(paths.backup(backup.id), backup),
        };
        facts.push(fact(name, content));
    }
    if let Some(incremental) = task.incremental() {
        let word = if incremental {
            "Incremental: what changed since the backup before"
        } else {
            "Full"
        };
        facts.push(fact("Type", word.into_any()));
    }
    if let Some((region, project, copy)) = task.destination() {
        facts.push(fact("Region of the copy", region.to_owned().into_any()));
        facts.push(fact(
            "Project of the copy",
            id_or_dash(project, "project id"),
        ));
        if let Some(copy) = copy {
            facts.push(fact("Copy", id_or_dash(copy.id, "backup id")));
        }
    }
    for (name, label) in [
        ("total_count", "Backups in all"),
        ("fail_count", "Backups that failed"),
        ("sync_backup_num", "Backups taken over"),
        ("delete_backup_num", "Backups dropped"),
        (
            "err_sync_backup_num",
            "Backups that could not be taken over",
        ),
        ("affected_backups_count", "Backups with another end"),
    ] {
        if let Some(number) = task.count(name) {
            facts.push(fact(label, number.to_string().into_any()));
        }
    }
    let extra = &task.extra_info;
    if let Some(resources) = extra
        .remove_resources
        .as_ref()
        .and_then(|all| all["resources"].as_array())
    {
        let number = count(resources.len(), "resource", "resources");
        facts.push(fact("Taken out", number.into_any()));
    }
    let together = (!task.checkpoint_id.is_empty() && task.kind() == TaskKind::Backup).then(|| {
        let href = paths.backups_where(&[("checkpoint", &task.checkpoint_id)]);
        view! { <p><TextLink href=href>"Show everything that was backed up together with it"</TextLink></p> }
    });
    if facts.is_empty() {
        return ().into_any();
    }
    view! { <Card title="What came out"><Facts>{facts}</Facts>{together}</Card> }.into_any()
}

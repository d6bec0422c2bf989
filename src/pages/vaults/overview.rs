//! What a vault is, how full it is, what fills it, and what was done with it last.

use contract::cbr::tasks::Task;
use contract::vault::{Member, Protects};
use leptos::prelude::*;

use super::deeds::OneVault;
use super::fill::{FillMeter, gb, mb};
use super::words::{kind_title, resource_title, status_badges};
use crate::layout::use_paths;
use crate::pages::service_tasks::words::{kind_word, status_tone, status_word};
use crate::query::query_view;
use crate::routes::Paths;
use crate::ui::{Align, Badge, Card, Cell, Column, CopyId, Fact, Facts, Table, TextLink, Time};

/// Largest resources shown.
const LARGEST: usize = 8;
/// Tasks shown.
const TASKS: usize = 10;

/// The tab.
pub fn tab(one: OneVault) -> AnyView {
    view! {
        <div class="policy-editor">
            <div class="policy-form">
                <Card title="Size">{size(one)}</Card>
                <Card title="What fills it">{largest(one)}</Card>
                <Card title="What was done with it">{query_view(one.tasks, "tasks of the vault", tasks)}</Card>
            </div>
            <div class="policy-consequences"><Card title="Vault">{facts(one)}</Card></div>
        </div>
    }
    .into_any()
}

fn facts(one: OneVault) -> AnyView {
    let vault = one.vault;
    let text = move |read: fn(&contract::vault::Vault) -> String| {
        move || {
            vault.with(|vault| {
                Some(read(vault))
                    .filter(|text| !text.is_empty())
                    .unwrap_or_else(|| "—".to_owned())
            })
        }
    };
    let keeps = |vault: &contract::vault::Vault| match &vault.protects {
        Protects::Backup => "Backups".to_owned(),
        Protects::Replication => "Replicas of backups from elsewhere".to_owned(),
        Protects::Hybrid => "Backups of on-premises machines".to_owned(),
        Protects::Unknown(word) => word.clone(),
    };
    let consistency = |vault: &contract::vault::Vault| {
        if vault.with_applications {
            "With applications"
        } else {
            "As after a power cut"
        }
        .to_owned()
    };
    view! {
        <Facts>
            <Fact name="State">{move || vault.with(|vault| status_badges(vault))}</Fact>
            <Fact name="Holds">{text(kind_title)}</Fact>
            <Fact name="Keeps">{text(keeps)}</Fact>
            <Fact name="Consistency">{text(consistency)}</Fact>
            <Fact name="Description">{text(|vault| vault.description.clone())}</Fact>
            <Fact name="Names of its backups begin with">{text(|vault| vault.name_prefix.clone())}</Fact>
            <Fact name="Zone">{text(|vault| vault.zone.clone())}</Fact>
            <Fact name="Kept in several zones">{text(|vault| if vault.multi_az { "Yes" } else { "No" }.to_owned())}</Fact>
            <Fact name="Billed as">{text(|vault| vault.spec().to_owned())}</Fact>
            <Fact name="Created"><Time at=Signal::derive(move || vault.read().created_at)/></Fact>
            <Fact name="Id"><CopyId id=Signal::derive(move || vault.read().id.clone()) what="vault id"/></Fact>
        </Facts>
    }
    .into_any()
}

fn size(one: OneVault) -> AnyView {
    let vault = one.vault;
    let now = Signal::derive(move || (*vault.get()).clone());
    let told = move || {
        vault.with(|vault| {
            let told = if vault.notify {
                "a message is sent"
            } else {
                "nobody is told"
            };
            format!("At {} %: {told}", vault.threshold)
        })
    };
    view! {
        <FillMeter vault=now/>
        <Facts>
            <Fact name="Free">{move || vault.with(|vault| mb(vault.free_mb()))}</Fact>
            <Fact name="Allocated to resources">{move || vault.with(|vault| gb(vault.allocated_gb))}</Fact>
            <Fact name="Threshold">{told}</Fact>
            <Fact name="When it is full">{move || if vault.read().auto_expand { "It grows by itself" } else { "Backups fail until it is enlarged" }}</Fact>
        </Facts>
    }
    .into_any()
}

/// Where a resource has a page of its own.
pub fn resource_link(paths: &Paths, member: &Member) -> AnyView {
    let name = member.title().to_owned();
    if member.kind == contract::rules::SERVER_KIND {
        let href = paths.server(&member.id);
        view! { <TextLink href=href><bdi>{name}</bdi></TextLink> }.into_any()
    } else {
        view! { <bdi>{name}</bdi> }.into_any()
    }
}

fn largest(one: OneVault) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let columns = [
        Column::text("Resource"),
        Column::text("Kind"),
        Column::number("Backups"),
        Column::number("Used"),
    ];
    let row = move |member: &Member| {
        let link = paths.with_value(|paths| resource_link(paths, member));
        let (kind, number, used) = (
            resource_title(&member.kind).to_owned(),
            member.backups,
            mb(member.backup_mb),
        );
        view! {
            <tr role="row">
                <Cell label="Resource" heading=true>{link}</Cell>
                <Cell label="Kind"><bdi>{kind}</bdi></Cell>
                <Cell label="Backups" align=Align::End>{number}</Cell>
                <Cell label="Used" align=Align::End>{used}</Cell>
            </tr>
        }
    };
    let content = move || {
        let vault = one.vault.get();
        let mut members: Vec<&Member> = vault.members.iter().collect();
        members.sort_by_key(|member| std::cmp::Reverse(member.backup_mb));
        if members.is_empty() {
            return view! { <p class="field-hint">"Nothing is in the vault."</p> }.into_any();
        }
        let more = members.len().saturating_sub(LARGEST);
        let rows = members.into_iter().take(LARGEST).map(row).collect_view();
        let more =
            (more > 0).then(|| view! { <p class="field-hint">{format!("and {more} more")}</p> });
        view! { <Table caption="What fills the vault" columns=columns.to_vec()>{rows}</Table> {more} }
            .into_any()
    };
    view! { {content} }.into_any()
}

fn tasks(all: Signal<std::sync::Arc<Vec<Task>>>) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let columns = [
        Column::text("Task"),
        Column::text("Resource"),
        Column::text("State"),
        Column::text("Begun"),
    ];
    let row = move |task: &Task| {
        let href = paths.with_value(|paths| paths.task(&task.id));
        let (kind, status) = (task.kind(), task.state());
        let (title, word) = (kind_word(&kind).to_owned(), status_word(&status).to_owned());
        let tone = status_tone(&status);
        let resource = task.extra_info.resource.name.clone();
        let at = task.started_at.or(task.created_at);
        view! {
            <tr role="row">
                <Cell label="Task" heading=true><TextLink href=href><bdi>{title}</bdi></TextLink></Cell>
                <Cell label="Resource"><bdi>{if resource.is_empty() { "—".to_owned() } else { resource }}</bdi></Cell>
                <Cell label="State"><Badge tone=tone text=word/></Cell>
                <Cell label="Begun"><Time at=at/></Cell>
            </tr>
        }
    };
    let content = move || {
        let all = all.get();
        if all.is_empty() {
            return view! { <p class="field-hint">"Nothing yet."</p> }.into_any();
        }
        let rows = all.iter().take(TASKS).map(row).collect_view();
        view! { <Table caption="Newest tasks of the vault" columns=columns.to_vec()>{rows}</Table> }
            .into_any()
    };
    let href = paths.with_value(|paths| paths.tasks());
    view! { {content} <p><TextLink href=href>"All tasks"</TextLink></p> }.into_any()
}

//! One backup: everything the service tells of it, what can be done with it, and its siblings.

use std::sync::Arc;

use contract::model::{Backup, BackupAction, BackupStatus, Failure, InVault};
use leptos::prelude::*;

use super::deletable::ask_about;
use super::deletion::{WORD, deletion_panel};
use super::disks::disk_list;
use super::facts::{failure_notice, main_facts, server_facts, service_facts, vault_facts};
use super::image::image_card;
use super::rename::rename_dialog;
use super::shelf::{Scope, Shelf};
use crate::api::{Api, Tagged, all_backups, backup, cbr, newest_backups, protection, use_api};
use crate::clock::use_clock;
use crate::data::status;
use crate::format::{count, megabytes};
use crate::layout::{Page, use_paths};
use crate::pages::sharing::{replication_section, sharing_section};
use crate::pages::tasks::{RestoresOf, restores_card};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::router::{use_navigate, use_params_map};
use crate::routes::{Paths, RESTORE_STEPS};
use crate::tags::{TagList, tag_editor};
use crate::ui::{
    Badge, Button, ButtonKind, ButtonLink, Card, Confirm, EmptyState, Glyph, Notice, Progress,
    TextLink, Tone, use_toasts,
};

/// The page of one backup.
pub fn backup_page() -> AnyView {
    let params = use_params_map();
    let shelf = StoredValue::new(Shelf::of_project(use_api(), use_clock(), Scope::Project));
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let found = Query::new(move |api| {
        let id = id.get();
        async move { backup(api, &id).await }
    })
    .polled(|backup: &Backup| {
        if backup.status.is_busy() {
            Pace::Lively
        } else {
            Pace::Calm
        }
    });
    let title = Signal::derive(move || {
        found
            .data()
            .map_or_else(|| "Backup".to_owned(), |backup| name_of(&backup))
    });
    let missing = Memo::new(move |_| found.error().is_some_and(|error| error.is_missing()));
    let actions = move || {
        view! {
            {refresh_bar(found, "backup")}
            {move || (!missing.get()).then(|| found.data().map(|backup| deeds(found, backup, shelf)))}
        }
        .into_any()
    };
    let paths = StoredValue::new(use_paths());
    let lead = move || {
        let href = paths.with_value(|paths| paths.backups());
        view! { <TextLink href=href>"All backups"</TextLink> }.into_any()
    };
    let content = move || {
        if missing.get() {
            gone(found.data(), paths.with_value(|paths| paths.backups()))
        } else {
            query_view(found, "backup", move |data| facts(found, data))
        }
    };
    let queue = RwSignal::from(shelf.with_value(|shelf| shelf.queue.clone()));
    view! {
        <Page title=title lead=lead actions=actions>
            {deletion_panel(queue, shelf)}
            {content}
        </Page>
    }
    .into_any()
}

fn name_of(backup: &Backup) -> String {
    if backup.name.is_empty() {
        backup.id.clone()
    } else {
        backup.name.clone()
    }
}

/// It does not exist: never did here, or not any more.
fn gone(before: Option<Arc<Backup>>, all: String) -> AnyView {
    let (title, text) = match before {
        Some(backup) => (
            format!("{} is gone", name_of(&backup)),
            "It was deleted while this page was open: by somebody, or because its policy keeps it no longer.",
        ),
        None => (
            "There is no such backup".to_owned(),
            "It may have been deleted, or it lies in another project. The address names it by its id.",
        ),
    };
    view! {
        <EmptyState title=title icon=Glyph::Search>
            <p>{text}</p>
            <ButtonLink kind=ButtonKind::Primary href=all>"Show all backups"</ButtonLink>
        </EmptyState>
    }
    .into_any()
}

fn deeds(found: Query<Backup>, backup: Arc<Backup>, shelf: StoredValue<Shelf>) -> AnyView {
    let navigate = use_navigate();
    let (api, toasts) = (use_api(), use_toasts());
    let (asking, looking) = (RwSignal::new(false), RwSignal::new(false));
    let others = RwSignal::new(Others::Unknown);
    let restore_at = use_paths().restore(&backup.id, RESTORE_STEPS[0]);
    let (restore, delete) = (
        BackupAction::Restore.blocked_by(&backup),
        BackupAction::Delete.blocked_by(&backup),
    );
    let name = name_of(&backup);
    let size = if backup.generation.capabilities().stored_size {
        megabytes(backup.size_mb.unsigned_abs())
    } else {
        "room in its vault".to_owned()
    };
    let in_vault = backup.in_vault.is_some();
    let renaming = RwSignal::new(false);
    let rename = BackupAction::Rename.blocked_by(&backup);
    let renamed = Arc::clone(&backup);
    let server = match backup.server_name.as_str() {
        "" => backup.server_id.clone(),
        name => name.to_owned(),
    };
    let question = format!("Delete backup {name}?");
    let ask = {
        let backup = Arc::clone(&backup);
        move || {
            let backup = Arc::clone(&backup);
            looking.set(true);
            leptos::task::spawn_local(async move {
                if let Some(refusal) = ask_about(api, &backup).await {
                    looking.try_set(false);
                    let title = format!("{} cannot be deleted now", name_of(&backup));
                    toasts.failure(title, refusal.text());
                    return;
                }
                let found = others_than(api, &backup).await;
                others.try_set(found);
                looking.try_set(false);
                asking.try_set(true);
            });
        }
    };
    let typed = Signal::derive(move || (others.get() != Others::Remain).then(|| WORD.to_owned()));
    let confirm = move |()| {
        asking.set(false);
        let (shelf, backup) = (shelf.get_value(), Arc::clone(&backup));
        toasts.held(format!("Deleting {name} in 10 seconds"), move || {
            shelf.delete_backup(&backup)
        });
    };
    let consequences = move || {
        let server = &server;
        match others.get() {
            Others::Remain => view! {
                <p>{format!("This frees {size} and cannot be undone. Other usable backups of {server} stay.")}</p>
            }
            .into_any(),
            Others::None => view! {
                <p>{format!("This frees {size} and cannot be undone.")}</p>
                <Notice tone=Tone::Warning title=format!("No usable backup remains of {server}.")/>
            }
            .into_any(),
            Others::Unknown => view! {
                <p>{format!("This frees {size} and cannot be undone.")}</p>
                <Notice tone=Tone::Warning title=format!("Whether {server} has another usable backup could not be asked.")/>
            }
            .into_any(),
        }
    };
    view! {
        <Button kind=ButtonKind::Primary icon=Glyph::Restore blocked=restore
            on_press=move || navigate(&restore_at, Default::default())>"Restore backup"</Button>
        {in_vault.then(|| view! { <Button blocked=rename on_press=move || renaming.set(true)>"Rename"</Button> })}
        {in_vault.then(|| rename_dialog(renaming, renamed, Callback::new(move |()| found.refresh())))}
        <Button icon=Glyph::Trash blocked=delete busy=looking on_press=ask>"Delete backup"</Button>
        <Confirm open=asking title=question verb="Delete backup" safe_verb="Keep it" typed_name=typed on_confirm=confirm>
            {consequences.clone()}
        </Confirm>
    }
    .into_any()
}

/// Whether a server keeps a usable backup when one of its backups goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Others {
    Remain,
    /// It is the last one.
    None,
    /// The service did not say; then it is treated as the last one.
    Unknown,
}

/// Asks the service which usable backups the server has beside this one. A failed backup protects
/// nothing, so nothing is lost with it.
async fn others_than(api: Api, backup: &Backup) -> Others {
    if backup.status != BackupStatus::Available {
        return Others::Remain;
    }
    let filters = [
        ("resource_id", backup.server_id.as_str()),
        ("status", BackupStatus::Available.as_str()),
    ];
    match newest_backups(api, &filters, 2).await {
        Ok(found) if found.all.iter().any(|other| other.id != backup.id) => Others::Remain,
        Ok(found) if found.silent.is_none() => Others::None,
        _ => Others::Unknown,
    }
}

/// The backups that carry a tag.
pub fn tagged_backups(paths: &Paths, tag: &str) -> String {
    paths.backups_where(&[("tag", tag)])
}

fn facts(found: Query<Backup>, data: Signal<Arc<Backup>>) -> AnyView {
    let status = Memo::new(move |_| data.with(|backup| backup.status.clone()));
    let percent = Signal::derive(move || {
        data.with(|backup| {
            backup
                .status
                .is_busy()
                .then(|| u8::try_from(backup.progress).unwrap_or(0))
        })
    });
    let busy = move || {
        let status = status.get();
        status.is_busy().then(|| view! {
            <div role="group" aria-label="Progress"><Progress label=status::title(&status) percent=percent/></div>
        })
    };
    let failed = reason_of(data);
    let in_vault = Memo::new(move |_| data.with(|backup| backup.in_vault.clone()));
    let tagged =
        Memo::new(move |_| data.with(|backup| backup.generation.capabilities().backup_tags));
    let tags = Signal::derive(move || data.with(|backup| backup.tags.clone()));
    let id = Memo::new(move |_| data.with(|backup| backup.id.clone()));
    let restored = Signal::derive(move || RestoresOf::Backup(id.get()));
    let shared = Memo::new(move |_| data.with(|backup| backup.generation.capabilities().vaults));
    let edit_tags = move || {
        let of = Signal::derive(move || data.with(|backup| Tagged::Backup(backup.id.clone())));
        let name = Signal::derive(move || data.with(|backup| name_of(backup)));
        tag_editor(of, name, tags, Callback::new(move |()| found.refresh()))
    };
    let checkpoint =
        Memo::new(move |_| data.with(|backup| (backup.checkpoint_id.clone(), backup.id.clone())));
    view! {
        {busy}
        {move || failed.get().map(|failure| failure_notice(&failure))}
        <Card title="Backup">{move || main_facts(&data.get())}</Card>
        {move || in_vault.get().map(|vault| vault_card(&vault))}
        {move || tagged.get().then(|| view! {
            <Card title="Tags" actions=edit_tags><TagList tags=tags href=tagged_backups/></Card>
        })}
        <Card title=Signal::derive(move || data.with(|backup| count(backup.disks.len(), "disk backup", "disk backups")))>
            {move || disk_list(&data.get())}
        </Card>
        <Card title=Signal::derive(move || format!("{} at backup time", data.with(|backup| backup.resource().title().to_owned())))>{move || server_facts(&data.get())}</Card>
        <Card title="Details of the service">{move || service_facts(&data.get())}</Card>
        {move || { let (checkpoint, id) = checkpoint.get(); siblings(checkpoint, id) }}
        {restores_card("Restores from it", restored)}
        {image_card(data, Callback::new(move |()| found.refresh()))}
        {move || shared.get().then(|| id.get()).map(|id| view! {
            {sharing_section(id.clone())}
            {replication_section(id)}
        })}
    }
    .into_any()
}

/// What failed: from the backup itself, or where it does not say, from the service's tasks.
fn reason_of(data: Signal<Arc<Backup>>) -> Memo<Option<Failure>> {
    let silent = Memo::new(move |_| {
        data.with(|backup| {
            let silent = !backup.generation.capabilities().failure_in_backup;
            (silent && backup.status == BackupStatus::Error).then(|| backup.id.clone())
        })
    });
    let told = Query::new(move |api| {
        let wanted = silent.get().is_some();
        let backup = data.get_untracked();
        async move {
            match wanted {
                true => (cbr().await?.failure)(api, (*backup).clone()).await,
                false => Ok(None),
            }
        }
    });
    Memo::new(move |_| {
        let own = data.with(|backup| backup.failure.clone());
        own.or_else(|| told.data().and_then(|told| (*told).clone()))
    })
}

/// Where it lies; the vault's name is an extra that comes when it comes.
fn vault_card(vault: &InVault) -> AnyView {
    let names = Query::new(protection);
    let vault = vault.clone();
    let content = move || {
        let name = names.data().and_then(|held| {
            let found = held.vaults.iter().find(|known| known.id == vault.vault_id);
            found.map(|known| known.name.clone())
        });
        vault_facts(&vault, name)
    };
    view! { <Card title="Vault">{content}</Card> }.into_any()
}

/// The other backups that were made with it.
fn siblings(checkpoint: String, id: String) -> AnyView {
    if checkpoint.is_empty() {
        return ().into_any();
    }
    let paths = StoredValue::new(use_paths());
    let in_list = paths.with_value(|paths| paths.backups_where(&[("checkpoint", &checkpoint)]));
    let others = Query::joined(move |api| {
        let (checkpoint, id) = (checkpoint.clone(), id.clone());
        async move {
            let mut found = all_backups(api, &[("checkpoint_id", &checkpoint)]).await?;
            found.all.retain(|backup| backup.id != id);
            Ok(found)
        }
    });
    let list = move |others: Signal<Arc<Vec<Backup>>>| {
        let items = move || {
            others.with(|others| others.iter().map(|backup| {
                let href = paths.with_value(|paths| paths.backup(&backup.id));
                let name = name_of(backup);
                view! {
                    <li class="sibling">
                        <Badge tone=status::tone(&backup.status) text=status::title(&backup.status)/>
                        <TextLink href=href>{name}</TextLink>
                        <bdi>{backup.server_name.clone()}</bdi>
                    </li>
                }
            }).collect_view())
        };
        view! {
            {move || others.with(|others| others.is_empty()).then(|| view! { <p>"It was made alone."</p> })}
            <ul class="siblings">{items}</ul>
        }
        .into_any()
    };
    let actions = move || {
        view! { <TextLink href=in_list.clone()>"Show them in the list"</TextLink> }
    };
    view! { <Card title="Made together with it" actions=actions>{query_view(others, "siblings", list)}</Card> }
        .into_any()
}

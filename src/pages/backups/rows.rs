//! The rows of the grid: their cells, their menu, and the panel of an opened one.

use std::sync::Arc;

use contract::model::{BackupAction, BackupStatus};
use leptos::{ev, prelude::*};

use super::columns::{Column, failure, kind, named, origin};
use super::deletion::Deletion;
use super::disks::disk_panel;
use super::list::{Line, List};
use crate::api::backup;
use crate::data::filter::{Names, Property};
use crate::data::status;
use crate::data::store::{BackupStore, kind_of_word};
use crate::format::{count, megabytes};
use crate::query::Query;
use crate::router::{NavigateOptions, use_navigate};
use crate::routes::RESTORE_STEPS;
use crate::table::RowState;
use crate::ui::copy::copy_text;
use crate::ui::{
    Badge, Button, ButtonKind, Glyph, Icon, Menu, MenuItem, TextLink, Tone, use_toasts, use_zone,
};

/// The cells of a line.
pub fn line_cells(
    list: List,
    columns: Memo<Vec<Column>>,
    deletion: Deletion,
    key: u32,
    state: RowState,
) -> AnyView {
    match Line::of_key(key) {
        Line::Group(index) => group_cells(list, index),
        Line::Row(row) => row_cells(list, columns, deletion, row, state),
    }
}

fn group_cells(list: List, index: usize) -> AnyView {
    let text = move || {
        list.listing.with(|listing| {
            listing.groups.get(index).map(|group| {
                let size = megabytes(group.size_mb.unsigned_abs());
                let mut facts = format!("{} · {size}", count(group.rows, "backup", "backups"));
                if group.servers > 0 {
                    facts = format!("{} · {facts}", count(group.servers, "server", "servers"));
                }
                let failed = (group.failed > 0).then(|| {
                    view! { <Badge tone=Tone::Bad text=format!("{} failed", group.failed)/> }
                });
                let only = (!group.checkpoint.is_empty()).then(|| {
                    let id = group.checkpoint.clone();
                    let name = format!("Only these backups, made together {}", group.title);
                    let href = list
                        .paths
                        .with_value(|paths| paths.backups_where(&[("checkpoint", &id)]));
                    view! { <TextLink href=href name=name>"Only these"</TextLink> }
                });
                view! {
                    <strong><bdi>{group.title.clone()}</bdi></strong>
                    <span class="grid-group-facts">{facts}</span>
                    {failed} {only}
                }
            })
        })
    };
    view! { <div role="gridcell" class="grid-cell grid-group">{text}</div> }.into_any()
}

fn row_cells(
    list: List,
    columns: Memo<Vec<Column>>,
    deletion: Deletion,
    row: u32,
    state: RowState,
) -> AnyView {
    let tab_index = state.tab_index;
    let name = list
        .store
        .with_untracked(|store| store.name(row).to_owned());
    let blocked = Memo::new(move |_| {
        list.store
            .with(|store| store.blocked(row, BackupAction::Delete))
    });
    let chosen = Memo::new(move |_| {
        blocked.with(Option::is_none) && list.selection.with(|selection| selection.has(row))
    });
    let open = Memo::new(move |_| list.is_open(row));
    let cells = move || {
        let columns = columns.get();
        let (policies, vaults) = (list.policies.get(), list.vaults.get());
        let names = Names {
            policies: &policies,
            vaults: &vaults,
        };
        list.store.with(|store| {
            columns
                .into_iter()
                .map(|column| cell(list, column, store, row, tab_index, names))
                .collect_view()
        })
    };
    let open_label = {
        let name = name.clone();
        move || {
            format!(
                "{} disk backups of {name}",
                if open.get() { "Hide" } else { "Show" }
            )
        }
    };
    view! {
        <div role="gridcell" class="grid-cell grid-check">
            <input
                type="checkbox"
                aria-label=format!("Select backup {name}")
                tabindex=move || tab_index.get()
                prop:checked=move || chosen.get()
                disabled=move || blocked.with(Option::is_some)
                title=move || blocked.get()
                on:click=move |event: ev::MouseEvent| if event.shift_key() { event.prevent_default() }
                on:change:target=move |event| list.choose(row, event.target().checked())
            />
        </div>
        <div role="gridcell" class="grid-cell grid-expander">
            <button type="button" class="grid-button" tabindex=move || tab_index.get() aria-label=open_label
                class:grid-button-open=move || open.get()
                aria-expanded=move || open.get().to_string() on:click=move |_| list.set_open(row, !open.get_untracked())>
                <Icon of=Glyph::Chevron/>
            </button>
        </div>
        {cells}
        <div role="gridcell" class="grid-cell grid-actions">{row_menu(list, deletion, row, tab_index)}</div>
        {move || open.get().then(|| disks_panel(list, row))}
    }
    .into_any()
}

fn cell(
    list: List,
    column: Column,
    store: &BackupStore,
    row: u32,
    tab_index: Signal<&'static str>,
    names: Names<'_>,
) -> AnyView {
    let text = |text: String| {
        if text.is_empty() {
            view! { <span class="dash">"—"</span> }.into_any()
        } else {
            view! { <bdi class="grid-text" title=text.clone()>{text.clone()}</bdi> }.into_any()
        }
    };
    let content = match column {
        Column::Name => {
            let href = list.paths.with_value(|paths| paths.backup(store.id(row)));
            let name = match store.name(row) {
                "" => store.id(row).to_owned(),
                name => name.to_owned(),
            };
            view! {
                <a class="link grid-text" href=href tabindex=move || tab_index.get() title=name.clone()><bdi>{name.clone()}</bdi></a>
            }
            .into_any()
        }
        Column::Status => status_cell(store, row),
        Column::Server => {
            let (id, name) = (store.server.text(row), store.server_name.text(row));
            let shown = if name.is_empty() { id } else { name }.to_owned();
            // Only servers have a page.
            if id.is_empty() || !kind_of_word(store.kind.text(row)).is_server() {
                text(shown)
            } else {
                let href = list.paths.with_value(|paths| paths.server(id));
                view! {
                    <a class="link grid-text" href=href tabindex=move || tab_index.get() title=shown.clone()><bdi>{shown.clone()}</bdi></a>
                }
                .into_any()
            }
        }
        Column::Created => time_cell(store.created(row)),
        Column::Finished => time_cell(store.finished(row)),
        Column::Size => match (store.size_mb(row), store.stored_mb(row)) {
            (0, _) => text(String::new()),
            (size, Some(_)) => megabytes(size.unsigned_abs()).into_any(),
            (size, None) => {
                let size = megabytes(size.unsigned_abs());
                view! { <span title="The size of what was backed up; the service does not say how much room the backup takes.">{size}</span> }
                    .into_any()
            }
        },
        Column::Type => kind(store, row).into_any(),
        Column::Origin => origin(store, row).into_any(),
        Column::Disks => store.disks(row).to_string().into_any(),
        Column::Failure => text(failure(store, row)),
        Column::Policy => text(named(Property::Policy, store.policy.text(row), names)),
        Column::Service => {
            let generation = store.generation(row);
            view! { <abbr title=generation.name()>{generation.short_name()}</abbr> }.into_any()
        }
        Column::Kind => text(kind_of_word(store.kind.text(row)).title().to_owned()),
        Column::Vault => match store.vault.text(row) {
            "" => text(String::new()),
            id => {
                let href = list.paths.with_value(|paths| paths.vault(id));
                let name = named(Property::Vault, id, names);
                view! {
                    <a class="link grid-text" href=href tabindex=move || tab_index.get() title=name.clone()><bdi>{name.clone()}</bdi></a>
                }
                .into_any()
            }
        },
        Column::Expires => match store.in_vault(row) && store.expires(row).is_none() {
            true => "Never".into_any(),
            false => time_cell(store.expires(row)),
        },
        Column::Zone | Column::Tags | Column::Ip | Column::Checkpoint | Column::Id => {
            text(column.text(store, row))
        }
    };
    view! {
        <div role="gridcell" class="grid-cell" class:grid-cell-end=column.is_quantity()
            class:grid-cell-name=column == Column::Name data-label=column.title()>
            {content}
        </div>
    }
    .into_any()
}

fn time_cell(at: Option<contract::time::Timestamp>) -> AnyView {
    let zone = use_zone();
    match at {
        None => view! { <span class="dash">"—"</span> }.into_any(),
        Some(at) => {
            let exact = move || zone.with(|zone| zone.exact(at));
            view! { <time class="grid-text" datetime=at.to_seconds_text() title=exact>{exact}</time> }.into_any()
        }
    }
}

fn status_cell(store: &BackupStore, row: u32) -> AnyView {
    let state = store.status(row);
    let (title, tone) = (status::title(&state), status::tone(&state));
    let progress = store.progress(row);
    let is_running = matches!(
        state,
        BackupStatus::Protecting | BackupStatus::Restoring | BackupStatus::Deleting
    );
    let why = failure(store, row);
    let text = if is_running && progress > 0 {
        format!("{title} {progress} %")
    } else {
        title
    };
    view! { <span title=why><Badge tone=tone text=text/></span> }.into_any()
}

/// The menu of a row. The real one is made when it is first opened: a screen of rows has one.
fn row_menu(list: List, deletion: Deletion, row: u32, tab_index: Signal<&'static str>) -> AnyView {
    let mine = Memo::new(move |_| list.menu_of.get() == Some(row));
    let upwards = RwSignal::new(false);
    let name = list
        .store
        .with_untracked(|store| store.name(row).to_owned());
    let label = format!("Actions for {name}");
    let navigate = use_navigate();
    let toasts = use_toasts();
    let items = Signal::derive(move || {
        let backup = list.store.with(|store| store.backup(row));
        let (open_at, restore_at) = list.paths.with_value(|paths| {
            (
                paths.backup(&backup.id),
                paths.restore(&backup.id, RESTORE_STEPS[0]),
            )
        });
        let to = |href: String| move || navigate(&href, NavigateOptions::default());
        let copy = |what: &'static str, text: String| {
            MenuItem::new(format!("Copy {what}"), move || {
                let text = text.clone();
                leptos::task::spawn_local(async move {
                    if copy_text(&text).await {
                        toasts.success(format!("The {what} was copied"));
                    } else {
                        toasts.failure(
                            format!("The {what} was not copied"),
                            "The browser did not allow it.",
                        );
                    }
                });
            })
            .icon(Glyph::Copy)
        };
        vec![
            MenuItem::new("Restore…", to(restore_at))
                .icon(Glyph::Restore)
                .blocked(BackupAction::Restore.blocked_by(&backup)),
            MenuItem::new("Open details", to(open_at)).icon(Glyph::Arrow),
            copy("backup id", backup.id.clone()),
            copy(
                if backup.resource().is_server() {
                    "server id"
                } else {
                    "resource id"
                },
                backup.server_id.clone(),
            ),
            MenuItem::new(
                if backup.resource().is_server() {
                    "Show backups of this server"
                } else {
                    "Show backups of the same resource"
                },
                {
                    let server = backup.server_id.clone();
                    move || list.show_server(&server)
                },
            )
            .icon(Glyph::Server),
            MenuItem::new("Delete…", move || deletion.ask_one(row))
                .icon(Glyph::Trash)
                .danger()
                .blocked(BackupAction::Delete.blocked_by(&backup)),
        ]
    });
    let open = move |event: ev::MouseEvent| {
        let screen = window()
            .inner_height()
            .ok()
            .and_then(|height| height.as_f64())
            .unwrap_or(800.0);
        upwards.set(f64::from(event.client_y()) > screen * 0.6);
        list.menu_of.set(Some(row));
    };
    view! {
        <div class:grid-menu-up=move || upwards.get()>
            {move || if mine.get() {
                view! { <Menu label=label.clone() items=items icon=Glyph::More icon_only=true kind=ButtonKind::Quiet at_end=true start_open=true/> }
                    .into_any()
            } else {
                view! {
                    <button type="button" class="button button-quiet button-icon" aria-haspopup="menu" aria-expanded="false"
                        aria-label=label.clone() tabindex=move || tab_index.get() on:click=open>
                        <Icon of=Glyph::More/>
                    </button>
                }
                .into_any()
            }}
        </div>
    }
    .into_any()
}

/// The disk backups of an opened row; asked for now, as the list does not keep them.
fn disks_panel(list: List, row: u32) -> AnyView {
    let id = list.store.with_untracked(|store| store.id(row).to_owned());
    let lines = list
        .store
        .with_untracked(|store| store.disks(row).max(1) + 2);
    let whole = Query::new(move |api| {
        let id = id.clone();
        async move {
            if let Some(known) = list.whole.with_value(|whole| whole.get(&id).cloned()) {
                return Ok(known);
            }
            let found = Arc::new(backup(api, &id).await?);
            list.whole.update_value(|whole| {
                whole.insert(id, Arc::clone(&found));
            });
            Ok(found)
        }
    });
    let content = move || match (whole.data(), whole.error()) {
        (Some(backup), _) => disk_panel(&backup),
        (None, Some(error)) => view! {
            <p class="grid-panel-note tone-bad">
                <Icon of=Glyph::Cross/>{format!("The disk backups could not be loaded. {error} ")}
                <Button kind=ButtonKind::Quiet on_press=move || whole.refresh()>"Try again"</Button>
            </p>
        }
        .into_any(),
        (None, None) => {
            view! { <p class="grid-panel-note" role="status">"Loading disk backups…"</p> }
                .into_any()
        }
    };
    view! {
        <div role="gridcell" class="grid-panel" style=("--grid-panel-lines", lines.to_string())>{content}</div>
    }
    .into_any()
}

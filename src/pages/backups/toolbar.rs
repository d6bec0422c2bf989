//! The line above the grid: views, grouping, columns, export; and the bar for what is chosen.

use contract::model::Generation;
use leptos::prelude::*;

use super::address::Group;
use super::columns::Column;
use super::deletion::Deletion;
use super::export;
use super::list::List;
use super::shelf::Scope;
use super::views::{BUILT_IN, Saved, name_problem, recall_views, remember_views};
use crate::api::{Tagged, use_api};
use crate::form::{Checkbox, Field, TextInput};
use crate::format::{count, grouped, megabytes};
use crate::layout::{Density, use_preferences};
use crate::table::Selection;
use crate::tags::{BulkTags, TagTarget, bulk_dialog};
use crate::ui::{
    Button, ButtonKind, Choice, CopyButton, Dialog, DialogActions, Glyph, Menu, MenuItem, Pick,
    Popover, download, use_toasts,
};

/// Views, grouping, columns and export.
pub fn toolbar(list: List) -> AnyView {
    let project = StoredValue::new(use_api().project());
    let saved = RwSignal::new(project.with_value(|project| recall_views(project)));
    let saving = RwSignal::new(false);
    let managing = RwSignal::new(false);
    let here = Memo::new(move |_| {
        list.address
            .with(|address| address.clone().at_top().print())
    });
    let current = Memo::new(move |_| {
        let here = here.get();
        let own = saved.with(|saved| {
            saved
                .iter()
                .find(|view| view.query == here)
                .map(|view| view.name.clone())
        });
        own.or_else(|| {
            BUILT_IN
                .iter()
                .find(|(_, query)| *query == here)
                .map(|(name, _)| (*name).to_owned())
        })
    });
    let label = Signal::derive(move || {
        format!(
            "View: {}",
            current.get().unwrap_or_else(|| "not saved".to_owned())
        )
    });
    let items = Signal::derive(move || {
        let current = current.get();
        let to = |query: String| move || list.go(&super::address::Address::parse(&query).0);
        let mut items: Vec<MenuItem> = BUILT_IN
            .iter()
            .map(|(name, query)| {
                MenuItem::new(*name, to((*query).to_owned()))
                    .checked(current.as_deref() == Some(*name))
            })
            .collect();
        saved.with(|saved| {
            items.extend(saved.iter().map(|view| {
                MenuItem::new(view.name.clone(), to(view.query.clone()))
                    .checked(current.as_ref() == Some(&view.name))
            }));
        });
        items.push(
            MenuItem::new("Save this view…", move || saving.set(true))
                .icon(Glyph::Plus)
                .blocked(current.map(|name| format!("It is “{name}” already."))),
        );
        items.push(
            MenuItem::new("Manage saved views…", move || managing.set(true))
                .icon(Glyph::Edit)
                .blocked(
                    saved
                        .with(Vec::is_empty)
                        .then(|| "No view is saved yet.".to_owned()),
                ),
        );
        items
    });
    let keep = Callback::new(move |views: Vec<Saved>| {
        project.with_value(|project| remember_views(project, &views));
        saved.set(views);
    });
    let group_label = Signal::derive(move || {
        list.address.with(|address| {
            address
                .group
                .map_or("Not grouped".to_owned(), |group| group.title().to_owned())
        })
    });
    let groups = Signal::derive(move || {
        let now = list.address.with(|address| address.group);
        let pick = |title: &str, group: Option<Group>| {
            MenuItem::new(title, move || list.change(|address| address.group = group))
                .checked(now == group)
        };
        let mut items = vec![pick("Not grouped", None)];
        items.extend(
            Group::ALL
                .into_iter()
                .map(|group| pick(group.title(), Some(group))),
        );
        let all = list
            .address
            .with(|address| address.scope == Scope::AllProjects);
        let turn = move || {
            list.change(|address| {
                address.scope = if all {
                    Scope::Project
                } else {
                    Scope::AllProjects
                };
            });
        };
        // Only v1 lists the backups of all projects.
        let lists_all = list
            .services
            .with_value(|services| services.contains(&Generation::Csbs));
        let blocked = (!lists_all)
            .then(|| "This service lists the backups of one project at a time.".to_owned());
        let item = MenuItem::new("All projects (administrators)", turn).checked(all);
        items.push(item.blocked(blocked));
        items
    });
    view! {
        <div class="list-tools" role="toolbar" aria-label="List">
            <Menu label=label items=items/>
            <Menu label=group_label items=groups/>
            {column_chooser(list)}
            {export_menu(list)}
        </div>
        {save_dialog(saving, saved, here, keep)}
        {manage_dialog(managing, saved, keep)}
    }
    .into_any()
}

fn column_chooser(list: List) -> AnyView {
    let density = use_preferences().density;
    let shown = Memo::new(move |_| list.columns());
    let (mixed, vaults) = (list.is_mixed(), list.has_vaults());
    let boxes = move || {
        Column::ALL
            .into_iter()
            .filter(|column| column.exists(mixed, vaults))
            .map(|column| {
                let blocked = Signal::derive(move || (column == Column::Name).then(|| "always shown".to_owned()));
                let toggle = move |on: bool| {
                    list.adjust(|address| {
                        let mut columns = address.shown_columns(mixed, vaults);
                        columns.retain(|known| *known != column);
                        if on {
                            columns.push(column);
                        }
                        address.set_columns(&columns);
                        if address.columns == Some(Column::default_of(mixed, vaults)) {
                            address.columns = None;
                        }
                    });
                };
                view! {
                    <Checkbox label=column.title() checked=Signal::derive(move || shown.with(|shown| shown.contains(&column)))
                        on_change=toggle blocked=blocked/>
                }
            })
            .collect_view()
    };
    let picks = Signal::derive(|| {
        Density::ALL
            .into_iter()
            .map(|density| Pick::new(density.key(), density.title()))
            .collect::<Vec<_>>()
    });
    view! {
        <Popover label="Columns and density" icon=Glyph::Gear text="Columns" at_end=true>
            <fieldset class="column-boxes">
                <legend class="field-label">"Columns"</legend>
                {boxes}
            </fieldset>
            <Choice legend="Density" picks=picks chosen=Signal::derive(move || density.get().key().to_owned())
                on_choose=move |key: String| if let Some(choice) = Density::from_key(&key) { density.set(choice) }/>
            <Button kind=ButtonKind::Quiet on_press=move || list.adjust(|address| address.columns = None)>"Show the default columns"</Button>
        </Popover>
    }
    .into_any()
}

fn export_menu(list: List) -> AnyView {
    let toasts = use_toasts();
    let export = move |as_csv: bool| {
        let columns = untrack(|| list.columns());
        // What is chosen, or everything that is shown.
        let chosen = untrack(|| list.chosen());
        let rows = if chosen.is_empty() {
            list.listing.with_untracked(|listing| listing.rows.to_vec())
        } else {
            chosen
        };
        let (text, kind, name) = list.store.with_untracked(|store| {
            if as_csv {
                (
                    export::csv(store, &rows, &columns),
                    "text/csv;charset=utf-8",
                    "backups.csv",
                )
            } else {
                (
                    export::json(store, &rows, &columns),
                    "application/json",
                    "backups.json",
                )
            }
        });
        match download(&text, kind, name) {
            Ok(()) => toasts.success(format!(
                "{} exported to {name}",
                count(rows.len(), "backup", "backups")
            )),
            Err(_) => toasts.failure("The export failed", "The browser did not take the file."),
        }
    };
    let items = Signal::derive(move || {
        let number = list.listing.with(|listing| listing.rows.len());
        let chosen = list.chosen().len();
        let what = if chosen > 0 {
            format!("{} chosen", grouped(chosen as u64))
        } else {
            format!("{} shown", grouped(number as u64))
        };
        let blocked = (number == 0).then(|| "Nothing is shown.".to_owned());
        vec![
            MenuItem::new(format!("CSV, {what}"), move || export(true)).blocked(blocked.clone()),
            MenuItem::new(format!("JSON, {what}"), move || export(false)).blocked(blocked),
        ]
    });
    view! { <Menu label="Export" items=items icon=Glyph::Download at_end=true/> }.into_any()
}

fn save_dialog(
    open: RwSignal<bool>,
    saved: RwSignal<Vec<Saved>>,
    here: Memo<String>,
    keep: Callback<Vec<Saved>>,
) -> AnyView {
    let name = RwSignal::new(String::new());
    let message = RwSignal::new(None::<String>);
    let save = Callback::new(move |()| {
        let problem =
            saved.with_untracked(|saved| name_problem(&name.get_untracked(), saved, None));
        if problem.is_none() {
            let mut views = saved.get_untracked();
            views.push(Saved {
                name: name.get_untracked().trim().to_owned(),
                query: here.get_untracked(),
            });
            keep.run(views);
            name.set(String::new());
            open.set(false);
        }
        message.set(problem);
    });
    view! {
        <Dialog open=open title="Save this view">
            <form on:submit=move |event| { event.prevent_default(); save.run(()) }>
                <Field id="view-name" label="Name" required=true message=message
                    hint="A view is this list's address: filters, order, columns and grouping. It is kept in this browser.">
                    <TextInput value=name on_input=move |text| { message.set(None); name.set(text) }/>
                </Field>
                <DialogActions>
                    <Button on_press=move || open.set(false)>"Cancel"</Button>
                    <Button kind=ButtonKind::Primary on_press=save>"Save view"</Button>
                </DialogActions>
            </form>
        </Dialog>
    }
    .into_any()
}

fn manage_dialog(
    open: RwSignal<bool>,
    saved: RwSignal<Vec<Saved>>,
    keep: Callback<Vec<Saved>>,
) -> AnyView {
    let rows = move || {
        saved
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, view)| manage_row(index, view, saved, keep))
            .collect_view()
    };
    view! {
        <Dialog open=open title="Saved views" wide=true>
            <ul class="view-rows">{rows}</ul>
            {move || saved.with(Vec::is_empty).then(|| view! { <p>"No view is saved."</p> })}
            <DialogActions><Button kind=ButtonKind::Primary on_press=move || open.set(false)>"Done"</Button></DialogActions>
        </Dialog>
    }
    .into_any()
}

fn manage_row(
    index: usize,
    view: Saved,
    saved: RwSignal<Vec<Saved>>,
    keep: Callback<Vec<Saved>>,
) -> AnyView {
    let Saved { name, query } = view;
    let message = RwSignal::new(None::<String>);
    let typed = RwSignal::new(name.clone());
    let known = name.clone();
    let rename = Callback::new(move |()| {
        let wish = typed.get_untracked().trim().to_owned();
        let problem = saved.with_untracked(|saved| name_problem(&wish, saved, Some(&known)));
        if problem.is_none() && wish != known {
            let mut views = saved.get_untracked();
            if let Some(view) = views.get_mut(index) {
                view.name = wish;
            }
            keep.run(views);
        }
        message.set(problem);
    });
    let delete = move || {
        let mut views = saved.get_untracked();
        if index < views.len() {
            views.remove(index);
        }
        keep.run(views);
    };
    let link = Signal::derive(move || {
        let location = window().location();
        location.origin().unwrap_or_default() + &location.pathname().unwrap_or_default() + &query
    });
    view! {
        <li class="view-row">
            <Field id=format!("view-{index}") label=format!("Name of view {}", index + 1) message=message required=true>
                <TextInput value=typed on_input=move |text| typed.set(text)/>
            </Field>
            <Button on_press=rename name=format!("Rename view {name}")>"Rename"</Button>
            <CopyButton text=link what=format!("link to view {name}")/>
            <Button kind=ButtonKind::Quiet icon=Glyph::Trash name=format!("Delete view {name}") on_press=delete/>
        </li>
    }
    .into_any()
}

/// What is chosen and what can be done with it; nothing while nothing is.
pub fn bulk_bar(list: List, deletion: Deletion) -> AnyView {
    let bulk = BulkTags::new();
    let edit = move || bulk.ask(tag_targets(list));
    let changed = Callback::new(move |changed: Vec<Tagged>| {
        list.shelf.with_value(|shelf| shelf.look_at(changed));
    });
    let chosen = Memo::new(move |_| {
        let rows = list.chosen();
        let size: i64 = list
            .store
            .with(|store| rows.iter().map(|row| store.size_mb(*row)).sum());
        (rows.len(), size)
    });
    let any = Memo::new(move |_| list.selection.with(|selection| !selection.is_empty()));
    let all = Memo::new(move |_| list.selection.with(Selection::is_all));
    let matching = Memo::new(move |_| list.listing.with(|listing| listing.rows.len()));
    let text = move || {
        let (number, size) = chosen.get();
        format!(
            "{} chosen · {}",
            count(number, "backup", "backups"),
            megabytes(size.unsigned_abs())
        )
    };
    let more = move || {
        (!all.get() && matching.get() > chosen.get().0).then(|| {
        view! {
            <Button kind=ButtonKind::Quiet on_press=move || list.adjust(|address| address.all_chosen = true)>
                {format!("Choose all {} matching", grouped(matching.get() as u64))}
            </Button>
        }
    })
    };
    let blocked = Signal::derive(move || {
        (chosen.get().0 == 0).then(|| "None of the chosen backups can be deleted now.".to_owned())
    });
    view! {
        {move || any.get().then(|| view! {
            <div class="bulk-bar" role="toolbar" aria-label="Chosen backups">
                <span role="status">{text}</span>
                {more}
                <span class="bulk-deeds">
                    <Button kind=ButtonKind::Quiet on_press=move || list.choose_none()>"Choose none"</Button>
                    <Button icon=Glyph::Edit on_press=edit>"Edit tags"</Button>
                    <Button kind=ButtonKind::Danger icon=Glyph::Trash blocked=blocked busy=deletion.busy() on_press=move || deletion.ask_chosen()>
                        {move || format!("Delete {}", count(chosen.get().0, "backup", "backups"))}
                    </Button>
                </span>
            </div>
        })}
        {bulk_dialog(bulk, ("backup", "backups"), changed)}
    }
    .into_any()
}

/// The chosen backups with the tags that are known of them.
fn tag_targets(list: List) -> Vec<TagTarget> {
    let rows = untrack(|| list.chosen());
    list.store.with_untracked(|store| {
        rows.iter()
            .map(|row| TagTarget {
                of: Tagged::Backup(store.id(*row).to_owned()),
                name: store.name(*row).to_owned(),
                tags: store.tag_list(*row),
            })
            .collect()
    })
}

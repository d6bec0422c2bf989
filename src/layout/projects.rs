//! The project this tab is in, and the way to the others.

use leptos::prelude::*;

use crate::api::use_api;
use crate::form::{Field, TextInput};
use crate::routes::Paths;
use crate::session::use_session;
use crate::ui::dom::lowercase;
use crate::ui::{Glyph, Icon, Popover};

/// More projects than this are searched, not read.
const SEARCH_ABOVE: usize = 6;

/// Shows the project; opens a searchable list of all.
#[component]
pub(super) fn ProjectSwitcher() -> AnyView {
    let session = use_session();
    let here = use_api().project();
    let wanted = RwSignal::new(String::new());
    let name = Signal::derive(move || session.project_name());
    let found = {
        let here = here.clone();
        move || {
            let needle = lowercase(wanted.read().trim());
            session.with(|info| {
                info.projects
                    .iter()
                    .filter(|project| {
                        lowercase(&project.name).contains(&needle) || project.id.contains(&needle)
                    })
                    .map(|project| entry(&project.id, &project.name, project.id == here))
                    .collect_view()
            })
        }
    };
    let searchable = move || session.with(|info| info.projects.len() > SEARCH_ABOVE);
    view! {
        <Popover label=Signal::derive(move || format!("Project {}: switch", name.get())) icon=Glyph::Globe
            text=Signal::derive(move || Some(name.get()))>
            <p class="panel-head">{move || session.with(|info| format!("{} · {}", info.cloud.label, info.region))}</p>
            {searchable().then(|| view! {
                <Field id="project-search" label="Find a project" required=true>
                    <TextInput kind="search" value=wanted on_input=move |text| wanted.set(text)/>
                </Field>
            })}
            <ul class="panel-list">{found.clone()}</ul>
        </Popover>
    }
    .into_any()
}

/// Switching loads the console anew: nothing of one project can be left over in another.
fn entry(id: &str, name: &str, here: bool) -> AnyView {
    view! {
        <li>
            <a class="panel-link" rel="external" href=Paths::new(id).overview() aria-current=here.then_some("true")>
                {here.then(|| view! { <Icon of=Glyph::Check/> })}
                <bdi>{name.to_owned()}</bdi>
            </a>
        </li>
    }
    .into_any()
}

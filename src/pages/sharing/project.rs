//! A project to choose: one of the account's, or any other by its id.

use contract::cbr::sharing::AccountProject;
use leptos::prelude::*;

use crate::api::account_projects;
use crate::form::{Field, Select, SelectOption, TextInput};
use crate::query::Query;
use crate::session::use_session;

/// The entry for a project that is not listed.
const OTHER: &str = "other";

/// The account's projects, as far as the service tells them.
pub fn use_account_projects() -> Signal<Vec<AccountProject>> {
    let domain = use_session().with(|info| info.domain.clone());
    let found = Query::new(move |api| {
        let domain = domain.clone();
        async move { account_projects(api, &domain).await }
    });
    Signal::derive(move || {
        found
            .data()
            .map_or_else(Vec::new, |all| all.as_ref().clone())
    })
}

/// What has been chosen or typed.
#[derive(Clone, Copy)]
pub struct ProjectChoice {
    /// An id of the list, or [`OTHER`]; empty until something is chosen.
    chosen: RwSignal<String>,
    typed: RwSignal<String>,
    listed: Signal<Vec<AccountProject>>,
}

impl ProjectChoice {
    /// Nothing chosen yet; `but` is not offered.
    pub fn new(projects: Signal<Vec<AccountProject>>, but: Option<String>) -> Self {
        let listed = Signal::derive(move || {
            let mut listed = projects.get();
            listed.retain(|project| Some(&project.project_id) != but.as_ref());
            listed
        });
        Self {
            chosen: RwSignal::new(String::new()),
            typed: RwSignal::new(String::new()),
            listed,
        }
    }

    /// The id as it stands now, empty when there is none; tracked.
    pub fn id(self) -> String {
        if self.is_typed() {
            self.typed.read().trim().to_owned()
        } else {
            self.chosen.get()
        }
    }

    /// Whether the id is typed, not chosen; tracked.
    fn is_typed(self) -> bool {
        self.listed.with(Vec::is_empty) || *self.chosen.read() == OTHER
    }

    /// The id of the input a message belongs to.
    pub fn field(self, id: &str) -> String {
        if self.is_typed() {
            format!("{id}-typed")
        } else {
            id.to_owned()
        }
    }
}

/// The fields of a [`ProjectChoice`].
pub fn project_field(
    id: &'static str,
    label: &'static str,
    choice: ProjectChoice,
    message: Signal<Option<String>>,
) -> AnyView {
    let typed = Memo::new(move |_| choice.is_typed());
    let any = Memo::new(move |_| choice.listed.with(|listed| !listed.is_empty()));
    let options = Signal::derive(move || {
        let projects = choice.listed.get();
        let listed = projects
            .into_iter()
            .map(|project| SelectOption::new(project.project_id, project.project_name));
        let first = [SelectOption::new("", "Choose a project")];
        let last = [SelectOption::new(OTHER, "Another project, by its id")];
        first
            .into_iter()
            .chain(listed)
            .chain(last)
            .collect::<Vec<_>>()
    });
    let above = Signal::derive(move || message.get().filter(|_| !typed.get()));
    let below = Signal::derive(move || message.get().filter(|_| typed.get()));
    view! {
        {move || any.get().then(|| view! {
            <Field id=id label=label required=true message=above>
                <Select options=options value=choice.chosen on_change=move |id: String| choice.chosen.set(id)/>
            </Field>
        })}
        {move || typed.get().then(|| view! {
            <Field id=format!("{id}-typed") label=format!("{label}: id") required=true message=below
                hint="32 hexadecimal digits; the other side finds it under its projects.">
                <TextInput value=choice.typed on_input=move |text: String| choice.typed.set(text)/>
            </Field>
        })}
    }
    .into_any()
}

//! Policies: the list, one policy, the editor.

mod actions;
mod conflict;
mod detail;
mod draft;
mod editor;
mod fields;
mod filter;
mod forecast;
mod form;
mod keep;
mod list;
mod preflight;
mod retention_form;
mod review;
mod run_some;
mod save;
mod servers_form;
mod text;
mod words;

pub use detail::detail_page as policy_page;
pub use list::list_page as policies_page;
pub use text::{export_page, import_page};

use std::sync::Arc;

use crate::router::{use_params_map, use_query_map};
use contract::model::Policy;
use leptos::prelude::*;

use crate::api::policy;
use crate::layout::{Page, use_paths};
use crate::query::{Query, query_view};
use crate::ui::TextLink;

/// The editor for a new policy; `?server=` puts a server into it.
pub fn new_policy_page() -> AnyView {
    let server = use_query_map().read_untracked().get("server");
    view! { <Page title="Create policy">{editor::editor(None, server)}</Page> }.into_any()
}

/// The editor of a policy.
pub fn edit_policy_page() -> AnyView {
    let (params, paths) = (use_params_map(), use_paths());
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let found = Query::new(move |api| {
        let id = id.get();
        async move { policy(api, &id).await }
    });
    let title = Signal::derive(move || {
        found.data().map_or_else(
            || "Edit policy".to_owned(),
            |policy| format!("Edit {}", policy.name),
        )
    });
    let lead = move || {
        let paths = paths.clone();
        let href = Signal::derive(move || paths.policy(&id.read()));
        view! { <TextLink href=href>"Back to the policy"</TextLink> }.into_any()
    };
    // The form begins with the policy as it first came; what changes later is found on saving.
    let form = |policy: Signal<Arc<Policy>>| {
        let policy = Policy::clone(&policy.get_untracked());
        editor::editor(Some(policy), None)
    };
    view! { <Page title=title lead=lead>{query_view(found, "policy", form)}</Page> }.into_any()
}

//! Policies: the list, one policy, the editor.

mod actions;
mod backups;
mod conflict;
mod delete;
mod detail;
mod draft;
mod editor;
mod facts;
mod fields;
mod filter;
mod form;
mod keep;
mod list;
mod preflight;
mod purpose_form;
mod retention_form;
mod review;
mod rows;
mod rules_form;
mod run_some;
mod run_vault;
mod save;
mod save_vaults;
mod servers_form;
mod service;
mod text;
mod timeline;
mod vaults_form;
mod words;

pub use detail::detail_page as policy_page;
pub use list::list_page as policies_page;
pub use text::{export_page, import_page};

use std::sync::Arc;

use contract::model::{Generation, Policy};
use leptos::prelude::*;

use crate::layout::{Page, use_paths};
use crate::query::{Query, query_view};
use crate::router::{NavigateOptions, use_navigate, use_params_map, use_query_map};
use crate::routes::with_query;
use crate::ui::{Card, Choice, Pick, TextLink};
use editor::Begin;

/// The editor for a new policy; `?server=` puts a server into it, `?service=` says where it lives.
pub fn new_policy_page() -> AnyView {
    let (query, navigate, paths) = (use_query_map(), use_navigate(), use_paths());
    let services = service::use_services();
    let generation = Memo::new(move |_| {
        let query = query.read();
        let asked = query.get("service").and_then(|key| service::from_key(&key));
        // A server that is put into a policy belongs to one of servers.
        let of_server = query.get("server").is_some() && services.csbs;
        match asked {
            _ if !services.both() => services.newest(),
            Some(asked) => asked,
            None if of_server => Generation::Csbs,
            None => services.newest(),
        }
    });
    let choose = move |key: String| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        navigate(
            &with_query(paths.new_policy(), &[("service", &key)]),
            options,
        );
    };
    let choice = services
        .both()
        .then(|| service_choice(generation, Callback::new(choose)));
    let form = move || {
        let generation = generation.get();
        let server = query.read_untracked().get("server");
        editor::editor(Begin::New { generation, server })
    };
    view! { <Page title="Create policy">{choice} {form}</Page> }.into_any()
}

/// Which service the policy shall live in, with what speaks for each.
fn service_choice(generation: Memo<Generation>, choose: Callback<String>) -> AnyView {
    let picks: Vec<Pick> = [Generation::Cbr, Generation::Csbs]
        .into_iter()
        .map(|of| Pick::new(service::key(of), service::full_name(of)))
        .collect();
    let chosen = Signal::derive(move || service::key(generation.get()).to_owned());
    let why = move || match generation.get() {
        Generation::Cbr => {
            "For everything new: backups live in vaults with a size of their own, a policy has several rules, keeps backups by week and month, and can copy them to another region."
        }
        Generation::Csbs => {
            "The older service, closed to new customers. Take it for servers whose other backups are there; its policies list servers instead of vaults."
        }
    };
    view! {
        <Card title="Service">
            <Choice legend="The policy belongs to" picks=picks chosen=chosen on_choose=choose/>
            <p class="field-hint" role="status">{why}</p>
        </Card>
    }
    .into_any()
}

/// The editor of a policy.
pub fn edit_policy_page() -> AnyView {
    let (params, paths) = (use_params_map(), use_paths());
    let services = service::use_services();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let found = Query::new(move |api| {
        let id = id.get();
        async move { service::find(api, &id, services, None).await }
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
        editor::editor(Begin::Edit(Box::new(policy)))
    };
    view! { <Page title=title lead=lead>{query_view(found, "policy", form)}</Page> }.into_any()
}

//! Running a policy now for some of its servers; the service's own check says beside each whether
//! it can be backed up.

use std::collections::HashSet;
use std::sync::Arc;

use contract::csbs::backups::CheckResult;
use contract::model::Policy;
use contract::operations::csbs;
use contract::request::RequestText;
use leptos::prelude::*;

use super::preflight::RunSeen;
use crate::api::{can_be_backed_up, operation_id, run_policy, run_request, use_api};
use crate::coverage::backup_refusal;
use crate::form::{Checkbox, ShowRequest, Submission};
use crate::format::count;
use crate::layout::use_paths;
use crate::query::Query;
use crate::tasks::use_tasks;
use crate::ui::{Button, ButtonKind, Dialog, DialogActions, Glyph, Notice, Tone, use_toasts};

/// The servers of a policy by their ids.
fn server_ids(policy: &Policy) -> Vec<String> {
    policy
        .servers
        .iter()
        .map(|server| server.id.clone())
        .collect()
}

/// The dialog, open while `open` is true.
#[component]
pub fn RunSome(open: RwSignal<bool>, #[prop(into)] policy: Signal<Option<Arc<Policy>>>) -> AnyView {
    let title = Signal::derive(move || {
        let name = policy.with(|policy| policy.as_ref().map(|policy| policy.name.clone()));
        format!("Run {} now for some servers", name.unwrap_or_default())
    });
    let content = move || {
        let policy = policy.get_untracked()?;
        Some(choice(open, policy))
    };
    view! { <Dialog open=open title=title wide=true>{content}</Dialog> }.into_any()
}

fn choice(open: RwSignal<bool>, policy: Arc<Policy>) -> AnyView {
    let (api, paths, tasks, toasts) = (use_api(), use_paths(), use_tasks(), use_toasts());
    let ids = StoredValue::new(server_ids(&policy));
    let all = ids.with_value(Vec::len);
    let chosen = RwSignal::new(HashSet::<String>::new());
    let submission = Submission::new();
    let once = StoredValue::new(operation_id());
    let check = Query::new(move |api| {
        let ids = ids.get_value();
        async move { can_be_backed_up(api, &ids).await }
    });
    let seen = {
        let id = policy.id.clone();
        Query::new(move |api| {
            let id = id.clone();
            async move { RunSeen::look(api, &id).await }
        })
    };
    // In the order of the policy, however they were chosen.
    let wanted = Memo::new(move |_| {
        ids.with_value(|ids| {
            let chosen = chosen.read();
            let wanted = ids.iter().filter(|id| chosen.contains(*id));
            wanted.cloned().collect::<Vec<_>>()
        })
    });
    let boxes = policy
        .servers
        .iter()
        .map(|server| server_box(server.id.clone(), server.name.clone(), chosen, check))
        .collect_view();
    let every = move |on: bool| {
        let choice = ids.with_value(|ids| ids.iter().cloned().collect());
        chosen.set(if on { choice } else { HashSet::new() });
    };
    let judged = Arc::clone(&policy);
    let refusal = Memo::new(move |_| {
        let wanted = wanted.read();
        // None chosen is not the same as all of them.
        let seen = seen.data().filter(|_| !wanted.is_empty())?;
        seen.refusal(&judged, &wanted)
    });
    let blocked = Signal::derive(move || {
        let nothing = wanted.with(Vec::is_empty);
        let nothing = nothing.then(|| "Choose at least one server.".to_owned());
        nothing.or_else(|| refusal.get())
    });
    let id = StoredValue::new(policy.id.clone());
    let name = policy.name.clone();
    let run = move |()| {
        let (name, paths) = (name.clone(), paths.clone());
        let servers = wanted.get_untracked();
        let number = count(servers.len(), "server", "servers");
        submission.send(
            async move { run_policy(api, &id.get_value(), Some(servers), &once.get_value()).await },
            move |checkpoint| {
                let follow = paths.backups_where(&[("checkpoint", &checkpoint)]);
                toasts.started(
                    format!("Backing up {number} of {name}"),
                    follow,
                    "Follow the backups",
                );
                tasks.look_now();
                open.try_set(false);
            },
        );
    };
    let request = move || {
        let body = run_request(&id.get_value(), Some(wanted.get()));
        let request = RequestText::new(&csbs::POLICIES_RUN, &[]).with_body(&body);
        view! { <ShowRequest request=Signal::stored(request)/> }
    };
    let failed = Memo::new(move |_| check.error().map(|error| error.to_string()));
    let verb = move || match wanted.with(Vec::len) {
        0 => "Back up".to_owned(),
        number => format!("Back up {}", count(number, "server", "servers")),
    };
    view! {
        <p class="field-hint">"Their backups are made together, outside the schedule; no retention deletes them."</p>
        <fieldset class="field">
            <legend class="field-label">"Servers"</legend>
            <Checkbox label=format!("All {all}") checked=Signal::derive(move || wanted.with(Vec::len) == all) on_change=every/>
            <div class="column-boxes run-some">{boxes}</div>
        </fieldset>
        {move || failed.get().map(|text| view! {
            <Notice title="Whether these servers can be backed up could not be asked">
                <p>{text}</p>
                <Button kind=ButtonKind::Quiet icon=Glyph::Refresh on_press=move || check.refresh()>"Ask again"</Button>
            </Notice>
        })}
        {move || refusal.get().map(|text| view! {
            <Notice tone=Tone::Warning title="The service would refuse this run" announce=true><p>{text}</p></Notice>
        })}
        {move || submission.failure().get().map(|text| view! {
            <Notice tone=Tone::Bad title="The policy was not run" announce=true><p>{text}</p></Notice>
        })}
        {request}
        <DialogActions>
            <Button on_press=move || open.set(false)>"Cancel"</Button>
            <Button kind=ButtonKind::Primary icon=Glyph::Play blocked=blocked busy=submission.busy() on_press=run>{verb}</Button>
        </DialogActions>
    }
    .into_any()
}

fn server_box(
    id: String,
    name: String,
    chosen: RwSignal<HashSet<String>>,
    check: Query<Vec<CheckResult>>,
) -> AnyView {
    let label = if name.is_empty() { id.clone() } else { name };
    let (mine, own, asked) = (id.clone(), id.clone(), id);
    let hint = Signal::derive(move || {
        check.data().and_then(|results| {
            let result = results.iter().find(|result| result.resource_id == asked)?;
            backup_refusal(result).map(|why| format!("The service cannot back it up now: {why}"))
        })
    });
    let toggle = move |on: bool| {
        chosen.update(|chosen| {
            if on {
                chosen.insert(own.clone());
            } else {
                chosen.remove(&own);
            }
        });
    };
    let checked = Signal::derive(move || chosen.with(|chosen| chosen.contains(&mine)));
    view! { <Checkbox label=label checked=checked hint=hint on_change=toggle/> }.into_any()
}

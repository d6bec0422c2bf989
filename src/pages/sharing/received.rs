//! What other projects share with this one: accepted into a vault, or rejected.

use std::sync::Arc;

use contract::cbr::share::{
    ACCEPTED, AnswerFacts, PENDING, REJECTED, answer_refusal, taking_refusal,
};
use contract::cbr::sharing::{AccountProject, MemberUpdate};
use contract::cbr::vaults::Vault;
use contract::operations::cbr;
use contract::request::RequestText;
use leptos::prelude::*;

use super::words::{backup_name, named, share_state};
use crate::api::{SharedBackup, answer_share, operation_id, own_vaults, use_api, whose_project};
use crate::form::{Field, Select, SelectOption, ShowRequest, Submission};
use crate::layout::use_paths;
use crate::query::{Query, query_view};
use crate::ui::{
    Badge, Button, ButtonKind, ButtonLink, Confirm, Dialog, DialogActions, EmptyState, Glyph,
    Notice, TextLink, Tone, use_toasts,
};

/// How a share stands, from the receiver's side.
pub fn state_badge(status: &str) -> AnyView {
    let (tone, word) = share_state(status);
    view! { <Badge tone=tone text=word/> }.into_any()
}

/// Whose project shares something, by name where the service tells it.
pub fn giver(project: String) -> AnyView {
    let asked = project.clone();
    let whose = Query::new(move |api| {
        let id = asked.clone();
        async move { whose_project(api, &id).await }
    });
    let text = move || {
        let known = whose.data().and_then(|known| known.as_ref().clone());
        match known {
            Some(AccountProject {
                project_name,
                domain_name,
                ..
            }) if !domain_name.is_empty() => format!("{project_name} of {domain_name}"),
            Some(known) if !known.project_name.is_empty() => known.project_name,
            _ => project.clone(),
        }
    };
    view! { <bdi>{text}</bdi> }.into_any()
}

/// The buttons that answer a share, with their questions; `done` is told when it is answered.
pub fn answer_buttons(shared: &SharedBackup, done: Callback<()>) -> AnyView {
    let name = backup_name(&shared.backup);
    let status = shared.member.status.clone();
    let (accepting, rejecting) = (RwSignal::new(false), RwSignal::new(false));
    let (accept, reject) = (format!("Accept {name}"), format!("Reject {name}"));
    let again = status == ACCEPTED;
    let accept_word = if again {
        "Move to another vault"
    } else {
        "Accept"
    };
    let shared = StoredValue::new(shared.clone());
    let accept_name = if again {
        format!("Move {name} to another vault")
    } else {
        accept
    };
    let title = if again {
        format!("Move {name} to another vault")
    } else {
        format!("Accept {name}")
    };
    view! {
        <Button kind=if status == PENDING { ButtonKind::Primary } else { ButtonKind::Normal } name=accept_name
            on_press=move || accepting.set(true)>{accept_word}</Button>
        {(status != REJECTED).then(|| view! {
            <Button name=reject on_press=move || rejecting.set(true)>"Reject"</Button>
        })}
        <Dialog open=accepting title=title>
            {move || shared.with_value(|shared| accept_form(accepting, shared, done))}
        </Dialog>
        {shared.with_value(|shared| reject_question(rejecting, shared, done))}
    }
    .into_any()
}

fn reject_question(open: RwSignal<bool>, shared: &SharedBackup, done: Callback<()>) -> AnyView {
    let (api, toasts) = (use_api(), use_toasts());
    let submission = Submission::new();
    let once = StoredValue::new(operation_id());
    let (id, name) = (shared.backup.id.clone(), backup_name(&shared.backup));
    let accepted = shared.member.status == ACCEPTED;
    let title = format!("Reject {name}?");
    let confirm = move |()| {
        let (id, name) = (id.clone(), name.clone());
        let change = MemberUpdate {
            status: REJECTED.to_owned(),
            vault_id: None,
        };
        submission.send(
            async move { answer_share(api, &id, &change, &once.get_value()).await },
            move |()| {
                toasts.success(format!("{name} rejected"));
                open.try_set(false);
                done.try_run(());
            },
        );
    };
    view! {
        <Confirm open=open title=title verb="Reject backup" safe_verb="Keep it as it is"
            busy=submission.busy() failure=submission.failure() on_confirm=confirm>
            {if accepted {
                view! { <p>"It disappears from your vault. Images made from it stay."</p> }
            } else {
                view! { <p>"It is not put into a vault of yours."</p> }
            }}
            <p>"It can be accepted later, as long as the other project shares it."</p>
        </Confirm>
    }
    .into_any()
}

fn accept_form(open: RwSignal<bool>, shared: &SharedBackup, done: Callback<()>) -> AnyView {
    let vaults = Query::new(own_vaults);
    let shared = StoredValue::new(shared.clone());
    let content = move |vaults: Signal<Arc<Vec<Vault>>>| {
        let vaults = vaults.get_untracked();
        let fits = vaults.iter().any(|vault| taking_refusal(vault).is_none());
        if fits {
            shared.with_value(|shared| vault_form(open, shared, vaults, done))
        } else {
            let href = use_paths().new_vault();
            view! {
                <EmptyState title="No vault can take it" icon=Glyph::Backup>
                    <p>"A shared backup goes into a vault for backups of servers that is available. Make one first."</p>
                    <ButtonLink kind=ButtonKind::Primary href=href>"Create vault"</ButtonLink>
                </EmptyState>
            }
            .into_any()
        }
    };
    query_view(vaults, "vaults", content)
}

fn vault_form(
    open: RwSignal<bool>,
    shared: &SharedBackup,
    vaults: Arc<Vec<Vault>>,
    done: Callback<()>,
) -> AnyView {
    let (api, toasts) = (use_api(), use_toasts());
    let first = vaults.iter().find(|vault| taking_refusal(vault).is_none());
    let present = shared.member.vault_id.clone();
    let start = if present.is_empty() {
        first.map(|vault| vault.id.clone()).unwrap_or_default()
    } else {
        present
    };
    let chosen = RwSignal::new(start);
    let submission = Submission::new();
    let once = StoredValue::new(operation_id());
    let options: Vec<_> = vaults
        .iter()
        .map(|vault| SelectOption {
            blocked: taking_refusal(vault).map(|refusal| refusal.to_string()),
            ..SelectOption::new(vault.id.clone(), named(&vault.name, &vault.id))
        })
        .collect();
    let vaults = StoredValue::new(vaults);
    let vault_name = move |id: &str| {
        vaults.with_value(|vaults| {
            let vault = vaults.iter().find(|vault| vault.id == id);
            vault.map_or_else(String::new, |vault| named(&vault.name, &vault.id))
        })
    };
    let change = move || MemberUpdate {
        status: ACCEPTED.to_owned(),
        vault_id: Some(chosen.get()),
    };
    let (backup, member) = (
        StoredValue::new(shared.backup.clone()),
        StoredValue::new(shared.member.clone()),
    );
    let refused = Memo::new(move |_| {
        let (change, project) = (change(), api.project());
        vaults.with_value(|vaults| {
            member.with_value(|member| {
                let facts = AnswerFacts {
                    project: &project,
                    member_id: &project,
                    member: Some(member),
                    vault: vaults.iter().find(|vault| vault.id == chosen.get()),
                };
                let refusal = answer_refusal(&change, &facts)?;
                Some(format!("{refusal} ({})", refusal.code()))
            })
        })
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if refused.with_untracked(Option::is_some) {
            return;
        }
        let (id, name) = backup.with_value(|backup| (backup.id.clone(), backup_name(backup)));
        let change = untrack(change);
        let vault = vault_name(&chosen.get_untracked());
        submission.send(
            async move { answer_share(api, &id, &change, &once.get_value()).await },
            move |()| {
                toasts.success(format!("{name} accepted into {vault}"));
                open.try_set(false);
                done.try_run(());
            },
        );
    };
    let preview = move || {
        let (id, project) = (backup.with_value(|backup| backup.id.clone()), api.project());
        let request = RequestText::new(&cbr::MEMBERS_UPDATE, &[&id, &project]).with_body(&change());
        view! { <ShowRequest request=Signal::stored(request)/> }
    };
    let verb = move || format!("Accept into {}", vault_name(&chosen.read()));
    view! {
        <form class="form" novalidate=true on:submit=send>
            <p class="field-hint">
                "The vault only shows it: the backup stays with the other project and takes no room here. "
                "It cannot be restored to a server (BackupService.2003): make an image from it, and servers from that."
            </p>
            {move || submission.failure().get().map(|text| view! {
                <Notice tone=Tone::Bad title="The backup was not accepted" announce=true><p>{text}</p></Notice>
            })}
            <Field id="accept-vault" label="Vault" required=true message=refused>
                <Select options=options value=chosen on_change=move |id: String| chosen.set(id)/>
            </Field>
            {preview}
            <DialogActions>
                <Button on_press=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=submission.busy() blocked=refused on_press=|| ()>{verb}</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

/// The vault an accepted backup is shown in; a dash before that.
pub fn vault_link(shared: &SharedBackup) -> AnyView {
    let id = shared.member.vault_id.clone();
    if id.is_empty() {
        return view! { <span class="dash">"—"</span> }.into_any();
    }
    let href = use_paths().vault(&id);
    let asked = id.clone();
    let vault = Query::new(move |api| {
        let id = asked.clone();
        async move { crate::api::vault(api, &id).await }
    });
    let text = move || {
        vault
            .data()
            .map_or_else(|| id.clone(), |vault| named(&vault.name, &vault.id))
    };
    view! { <TextLink href=href><bdi>{text}</bdi></TextLink> }.into_any()
}

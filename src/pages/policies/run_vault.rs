//! Running a policy of vaults now: one vault at a time, all of it or some of its resources.

use std::collections::HashSet;
use std::sync::Arc;

use contract::model::Policy;
use contract::operations::cbr;
use contract::request::RequestText;
use contract::vault::{Member, Vault, VaultStatus};
use leptos::prelude::*;

use crate::api::{operation_id, run_vault, run_vault_request, use_api, vaults};
use crate::form::{Checkbox, Field, Select, SelectOption, ShowRequest, Submission};
use crate::format::count;
use crate::layout::use_paths;
use crate::query::{Query, query_view};
use crate::tasks::use_tasks;
use crate::ui::{Button, ButtonKind, Dialog, DialogActions, Glyph, Notice, Tone, use_toasts};

/// The dialog, open while `open` is true.
#[component]
pub fn RunVault(
    open: RwSignal<bool>,
    #[prop(into)] policy: Signal<Option<Arc<Policy>>>,
) -> AnyView {
    let title = Signal::derive(move || {
        let name = policy.with(|policy| policy.as_ref().map(|policy| policy.name.clone()));
        format!("Run {} now", name.unwrap_or_default())
    });
    let content = move || {
        let policy = policy.get_untracked()?;
        let all = Query::new(vaults);
        let view = move |vaults: Signal<Arc<Vec<Vault>>>| choice(open, Arc::clone(&policy), vaults);
        Some(query_view(all, "vaults", view))
    };
    view! { <Dialog open=open title=title wide=true>{content}</Dialog> }.into_any()
}

/// The vaults of a policy, by name; one that is gone is left out.
fn of_policy(policy: &Policy, all: &[Vault]) -> Vec<Vault> {
    let applied = |vault: &&Vault| policy.vaults.iter().any(|of| of.id == vault.id);
    let mut own: Vec<Vault> = all.iter().filter(applied).cloned().collect();
    own.sort_by(|one, two| one.name.cmp(&two.name));
    own
}

/// Why a vault cannot be backed up now, as far as it shows.
fn vault_blocked(vault: &Vault) -> Option<String> {
    if vault.members.is_empty() {
        return Some("The vault holds nothing to back up.".to_owned());
    }
    (vault.status != VaultStatus::Available).then(|| {
        format!(
            "The vault is {}; it takes no backup now.",
            vault.status.as_str()
        )
    })
}

fn choice(open: RwSignal<bool>, policy: Arc<Policy>, all: Signal<Arc<Vec<Vault>>>) -> AnyView {
    let own = all.with_untracked(|all| of_policy(&policy, all));
    let Some(first) = own.first().map(|vault| vault.id.clone()) else {
        return view! { <p>"The policy is applied to no vault that is still there."</p> }
            .into_any();
    };
    let own = StoredValue::new(own);
    let vault_id = RwSignal::new(first);
    let vault = Memo::new(move |_| {
        let id = vault_id.read();
        own.with_value(|own| own.iter().find(|vault| vault.id == *id).cloned())
    });
    let options = own.with_value(|own| {
        let option = |vault: &Vault| SelectOption::new(vault.id.clone(), vault.name.clone());
        own.iter().map(option).collect::<Vec<_>>()
    });
    let dialog = move || vault.get().map(|vault| of_vault(open, vault));
    view! {
        <p class="field-hint">"A policy of vaults is run by backing up a vault: one checkpoint, outside the schedule. The policy's retention does not count what is made by hand."</p>
        <Field id="run-vault" label="Vault" required=true>
            <Select options=options value=vault_id on_change=move |id| vault_id.set(id)/>
        </Field>
        {dialog}
    }
    .into_any()
}

fn of_vault(open: RwSignal<bool>, vault: Vault) -> AnyView {
    let (api, paths, tasks, toasts) = (use_api(), use_paths(), use_tasks(), use_toasts());
    let submission = Submission::new();
    let once = StoredValue::new(operation_id());
    let all = vault.members.len();
    let every: HashSet<String> = vault.members.iter().map(|of| of.id.clone()).collect();
    let chosen = RwSignal::new(every.clone());
    let ids: Vec<String> = vault.members.iter().map(|of| of.id.clone()).collect();
    let ids = StoredValue::new(ids);
    // All of them is the vault itself: what joins it meanwhile is backed up as well.
    let wanted = Memo::new(move |_| {
        let chosen = chosen.read();
        let some = ids.with_value(|ids| {
            let some = ids.iter().filter(|id| chosen.contains(*id));
            some.cloned().collect::<Vec<_>>()
        });
        (some.len() < all).then_some(some)
    });
    let number = Memo::new(move |_| wanted.with(|some| some.as_ref().map_or(all, Vec::len)));
    let stopped = vault_blocked(&vault);
    let blocked = Signal::derive(move || {
        let nothing = (number.get() == 0).then(|| "Choose at least one resource.".to_owned());
        stopped.clone().or(nothing)
    });
    let boxes = vault
        .members
        .iter()
        .map(|member| member_box(member, chosen))
        .collect_view();
    let toggle_all = move |on: bool| chosen.set(if on { every.clone() } else { HashSet::new() });
    let (id, name) = (StoredValue::new(vault.id.clone()), vault.name.clone());
    let run = move |()| {
        let (name, paths) = (name.clone(), paths.clone());
        let (resources, said) = (
            wanted.get_untracked(),
            count(number.get_untracked(), "resource", "resources"),
        );
        submission.send(
            async move { run_vault(api, &id.get_value(), resources, &once.get_value()).await },
            move |_| {
                let follow = paths.vault(&id.get_value());
                toasts.started(
                    format!("Backing up {said} of vault {name}"),
                    follow,
                    "Show the vault",
                );
                tasks.look_now();
                open.try_set(false);
            },
        );
    };
    let request = move || {
        let body = run_vault_request(&id.get_value(), wanted.get());
        let request = RequestText::new(&cbr::CHECKPOINTS_CREATE, &[]).with_body(&body);
        view! { <ShowRequest request=Signal::stored(request)/> }
    };
    let verb = move || format!("Back up {}", count(number.get(), "resource", "resources"));
    view! {
        <fieldset class="field">
            <legend class="field-label">"Resources of the vault"</legend>
            <Checkbox label=format!("All {all}") checked=Signal::derive(move || number.get() == all && all > 0) on_change=toggle_all/>
            <div class="column-boxes run-some">{boxes}</div>
        </fieldset>
        {move || submission.failure().get().map(|text| view! {
            <Notice tone=Tone::Bad title="The vault is not backed up" announce=true><p>{text}</p></Notice>
        })}
        {request}
        <DialogActions>
            <Button on_press=move || open.set(false)>"Cancel"</Button>
            <Button kind=ButtonKind::Primary icon=Glyph::Play blocked=blocked busy=submission.busy() on_press=run>{verb}</Button>
        </DialogActions>
    }
    .into_any()
}

fn member_box(member: &Member, chosen: RwSignal<HashSet<String>>) -> AnyView {
    let label = if member.name.is_empty() {
        member.id.clone()
    } else {
        member.name.clone()
    };
    let (mine, own) = (member.id.clone(), member.id.clone());
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
    view! { <Checkbox label=label checked=checked on_change=toggle/> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::PolicyVault;

    #[test]
    fn a_policy_offers_its_own_vaults_and_an_empty_or_frozen_one_is_not_run() {
        let vault = |id: &str| Vault {
            id: id.into(),
            name: format!("vault {id}"),
            ..Vault::default()
        };
        let all = [vault("b"), vault("a"), vault("other")];
        let applied = |id: &str| PolicyVault {
            id: id.into(),
            destination_id: String::new(),
        };
        let policy = Policy {
            vaults: vec![applied("a"), applied("b"), applied("gone")],
            ..Policy::default()
        };
        let names: Vec<String> = of_policy(&policy, &all).into_iter().map(|v| v.id).collect();
        assert_eq!(names, ["a", "b"]);
        let mut one = vault("a");
        assert!(vault_blocked(&one).is_some());
        one.members = vec![Member::default()];
        assert_eq!(vault_blocked(&one), None);
        one.status = VaultStatus::Frozen;
        assert!(vault_blocked(&one).is_some_and(|why| why.contains("frozen")));
    }
}

//! Which vaults a policy is applied to. A vault has one policy of each kind: what is replaced is
//! said beside it.

use std::sync::Arc;

use contract::model::{Policy, PolicyKind};
use contract::vault::Vault;
use leptos::prelude::*;

use super::draft::id;
use super::fields::VaultRef;
use super::form::Editing;
use super::preflight::apply_refusal;
use crate::api::replica_vaults;
use crate::form::{Checkbox, Field, Select, SelectOption};
use crate::format::count;
use crate::layout::use_paths;
use crate::query::{Query, query_view};
use crate::ui::{EmptyState, Glyph, TextLink};

/// The other policy of the same kind a vault has.
pub fn other_policy<'a>(vault: &str, kind: &PolicyKind, others: &'a [Policy]) -> Option<&'a str> {
    let alike = others
        .iter()
        .filter(|other| other.kind.as_str() == kind.as_str());
    let mut holding = alike.filter(|other| other.vaults.iter().any(|applied| applied.id == vault));
    holding.next().map(|policy| policy.name.as_str())
}

/// What stands beside a vault: why it takes no such policy, or what is replaced, or what it holds.
fn about(vault: &Vault, kind: &PolicyKind, others: &[Policy]) -> (Option<String>, String) {
    if let Some(refused) = apply_refusal(vault, kind) {
        return (Some(refused), String::new());
    }
    let holds = count(vault.members.len(), "resource", "resources");
    let said = match other_policy(&vault.id, kind, others) {
        Some(other) => format!("{holds}; replaces its present policy, {other}"),
        None => holds,
    };
    (None, said)
}

/// The picker.
pub fn vault_fields(editing: Editing) -> AnyView {
    let message = move || editing.problems.message(id::VAULTS);
    view! {
        <div id=id::VAULTS tabindex="-1" role="group" aria-label="Vaults" class="policy-vaults">
            <p class="field-hint">"The policy backs up what these vaults hold. A vault has one policy of each kind; applying another one replaces it when you save."</p>
            {move || message().map(|text| view! { <p class="field-message">{text}</p> })}
            {query_view(editing.around.vaults, "vaults", move |vaults| boxes(editing, vaults))}
        </div>
    }
    .into_any()
}

fn boxes(editing: Editing, vaults: Signal<Arc<Vec<Vault>>>) -> AnyView {
    let paths = use_paths();
    let empty = Memo::new(move |_| vaults.with(|vaults| vaults.is_empty()));
    let ids = Memo::new(move |_| {
        let mut all: Vec<(String, String)> = vaults.with(|vaults| {
            let all = vaults.iter();
            all.map(|vault| (vault.name.clone(), vault.id.clone()))
                .collect()
        });
        all.sort_unstable();
        all
    });
    let gone = Memo::new(move |_| {
        let chosen = editing.form.vaults.get().into_iter();
        vaults.with(|vaults| {
            let is_gone = |there: &VaultRef| vaults.iter().all(|vault| vault.id != there.id);
            chosen.filter(is_gone).collect::<Vec<_>>()
        })
    });
    let copies = copies_of(editing);
    view! {
        {move || empty.get().then(|| {
            let href = paths.new_vault();
            view! {
                <EmptyState title="No vault yet" icon=Glyph::Backup>
                    <p>"Save the policy and apply it later, or "<TextLink href=href>"create a vault"</TextLink>" first."</p>
                </EmptyState>
            }
        })}
        <ul class="policy-vault-list">
            <For each=move || ids.get() key=|pair| pair.clone() children=move |(name, id)| vault_row(editing, vaults, copies, name, id)/>
            <For each=move || gone.get() key=|vault| vault.id.clone() children=move |vault| gone_row(editing, vault)/>
        </ul>
    }
    .into_any()
}

/// Vaults that can take copies, of the chosen project.
fn copies_of(editing: Editing) -> Query<Vec<Vault>> {
    let to = Memo::new(move |_| {
        let replicates = editing.form.replicates.get();
        let to = editing.form.destination.get();
        (replicates && !to.project_id.is_empty()).then_some((to.region, to.project_id))
    });
    Query::new(move |api| {
        let to = to.get();
        async move {
            match to {
                Some((region, project)) => replica_vaults(api, &project, &region).await,
                None => Ok(Vec::new()),
            }
        }
    })
}

fn choose(editing: Editing, id: &str, name: &str, on: bool) {
    editing.form.vaults.update(|vaults| {
        vaults.retain(|vault| vault.id != id);
        if on {
            vaults.push(VaultRef {
                id: id.to_owned(),
                name: name.to_owned(),
                destination_id: String::new(),
            });
        }
    });
}

fn vault_row(
    editing: Editing,
    vaults: Signal<Arc<Vec<Vault>>>,
    copies: Query<Vec<Vault>>,
    name: String,
    id: String,
) -> AnyView {
    let form = editing.form;
    let (mine, own) = (id.clone(), id.clone());
    let known = Memo::new(move |_| {
        let kind = match form.replicates.get() {
            true => PolicyKind::Replication(form.destination.get()),
            false => PolicyKind::Backup,
        };
        let others = editing.others();
        vaults.with(|vaults| {
            let vault = vaults.iter().find(|vault| vault.id == mine)?;
            Some(about(vault, &kind, &others))
        })
    });
    let checked = Memo::new(move |_| {
        form.vaults
            .with(|vaults| vaults.iter().any(|vault| vault.id == own))
    });
    // What is applied can be taken off, whatever the vault has become.
    let blocked = Signal::derive(move || known.get()?.0.filter(|_| !checked.get()));
    let hint = Signal::derive(move || {
        known
            .get()
            .map(|(_, said)| said)
            .filter(|said| !said.is_empty())
    });
    let (toggled, label) = (id.clone(), name.clone());
    let toggle = {
        let name = name.clone();
        move |on: bool| choose(editing, &toggled, &name, on)
    };
    let destination = move || {
        let shown = checked.get() && form.replicates.get();
        shown.then(|| destination_field(editing, copies, id.clone(), name.clone()))
    };
    view! {
        <li>
            <Checkbox label=label checked=checked hint=hint blocked=blocked on_change=toggle/>
            {destination}
        </li>
    }
    .into_any()
}

/// Where the copies of one vault go.
fn destination_field(
    editing: Editing,
    copies: Query<Vec<Vault>>,
    id: String,
    name: String,
) -> AnyView {
    let vaults = editing.form.vaults;
    let options = Signal::derive(move || {
        let found = copies.data().unwrap_or_default();
        let none = SelectOption::new("", "Choose a vault");
        let offered = found
            .iter()
            .map(|vault| SelectOption::new(vault.id.clone(), vault.name.clone()));
        core::iter::once(none).chain(offered).collect::<Vec<_>>()
    });
    let mine = id.clone();
    let value = Signal::derive(move || {
        vaults.with(|vaults| {
            let found = vaults.iter().find(|vault| vault.id == mine);
            found
                .map(|vault| vault.destination_id.clone())
                .unwrap_or_default()
        })
    });
    let field = format!("policy-copies-{id}");
    let choose = move |to: String| {
        vaults.update(|vaults| {
            if let Some(vault) = vaults.iter_mut().find(|vault| vault.id == id) {
                vault.destination_id = to;
            }
        });
    };
    let hint = Signal::derive(move || {
        let none = copies.data().is_some_and(|found| found.is_empty());
        let text = if none {
            "That project has no vault for copies; make one there first."
        } else {
            "A vault for copies in the project they go to."
        };
        Some(text.to_owned())
    });
    view! {
        <Field id=field label=format!("Copies of {name} go into") required=true hint=hint>
            <Select options=options value=value on_change=choose/>
        </Field>
    }
    .into_any()
}

/// A vault the policy is applied to and the project does not list.
fn gone_row(editing: Editing, vault: VaultRef) -> AnyView {
    let id = vault.id.clone();
    let label = format!("Vault {}", vault.shown());
    let remove = move |_| choose(editing, &id, "", false);
    view! {
        <li><Checkbox label=label checked=true hint="No longer there." on_change=remove/></li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::PolicyVault;
    use contract::vault::Protects;

    #[test]
    fn what_is_replaced_and_what_takes_no_policy_is_said() {
        let mut vault = Vault {
            id: "v".into(),
            name: "servers".into(),
            object_word: "server".into(),
            ..Vault::default()
        };
        let nightly = Policy {
            name: "nightly".into(),
            vaults: vec![PolicyVault {
                id: "v".into(),
                destination_id: String::new(),
            }],
            ..Policy::default()
        };
        let others = [nightly];
        let said = about(&vault, &PolicyKind::Backup, &others);
        assert_eq!(
            said,
            (
                None,
                "0 resources; replaces its present policy, nightly".to_owned()
            )
        );
        let copies = PolicyKind::Replication(Default::default());
        assert_eq!(about(&vault, &copies, &others).1, "0 resources");
        vault.protects = Protects::Replication;
        let (blocked, _) = about(&vault, &PolicyKind::Backup, &others);
        assert!(blocked.is_some_and(|text| text.ends_with("(BackupService.6127)")));
    }
}

//! The replication policy of a vault: which, to which vault elsewhere, and when it runs next.

use std::sync::Arc;

use contract::vault::{AssociateFacts, Vault, VaultPolicy, associate_refusals};
use leptos::prelude::*;

use super::deeds::OneVault;
use super::policies_tab::{apply, policy_facts, take_off};
use crate::api::replica_vaults;
use crate::form::{Field, Select, SelectOption};
use crate::query::{Query, query_view};
use crate::ui::{Button, ButtonKind, Card, CopyId, EmptyState, Fact, Facts, Glyph};

/// The card.
pub fn card(one: OneVault) -> AnyView {
    let content = move |all: Signal<Arc<Vec<VaultPolicy>>>| {
        let present = Memo::new(move |_| {
            let id = one.vault.with(|vault| vault.id.clone());
            all.with(|all| {
                let own = all
                    .iter()
                    .find(|policy| policy.is_on(&id) && policy.replication)?;
                let link = own.vaults.iter().find(|(vault, _)| *vault == id)?;
                Some((own.clone(), link.1.clone()))
            })
        });
        view! {
            {move || match present.get() {
                Some((policy, target)) => applied(one, policy, target),
                None => view! {
                    <EmptyState title="No replication policy" icon=Glyph::Globe>
                        <p>"Backups stay in this region."</p>
                    </EmptyState>
                }.into_any(),
            }}
            {chooser(one, all, present)}
        }
        .into_any()
    };
    view! { <Card title="Replication policy">{query_view(one.policies, "policies", content)}</Card> }
        .into_any()
}

fn applied(one: OneVault, policy: VaultPolicy, target: String) -> AnyView {
    let region = policy.region.clone();
    let facts = policy_facts(&policy);
    let (shown, back) = (target.clone(), target);
    let press = move |()| {
        one.carry_out(
            take_off(&policy.id),
            format!("{} is taken off", policy.name),
            format!("{} was not taken off", policy.name),
            Some(apply(&policy.id, Some(back.clone()))),
        );
    };
    view! {
        {facts}
        <Facts>
            <Fact name="To the region">{region}</Fact>
            <Fact name="To the vault"><CopyId id=shown what="vault id"/></Fact>
        </Facts>
        <Button icon=Glyph::Close on_press=press>"Take the replication policy off"</Button>
    }
    .into_any()
}

/// What applying it would be refused for; tracked.
fn refused(
    one: OneVault,
    policy: &VaultPolicy,
    destination: Option<&str>,
    target: Option<&Vault>,
) -> Option<String> {
    let vault = one.vault.get();
    let facts = AssociateFacts {
        vault: Some(&vault),
        policies: &[(&policy.id, Some(policy.facts()))],
        target,
    };
    let refusals = associate_refusals(&vault.id, destination, &facts);
    refusals.first().map(ToString::to_string)
}

fn chooser(
    one: OneVault,
    all: Signal<Arc<Vec<VaultPolicy>>>,
    present: Memo<Option<(VaultPolicy, String)>>,
) -> AnyView {
    let chosen = RwSignal::new(String::new());
    let options = Signal::derive(move || {
        let all = all.get();
        let policies = all.iter().filter(|policy| policy.replication);
        let mut options: Vec<_> = policies
            .map(|policy| {
                let label = format!("{} (to {})", policy.name, policy.region);
                SelectOption::new(policy.id.clone(), label)
            })
            .collect();
        options.sort_by(|a, b| a.label.cmp(&b.label));
        options.insert(0, SelectOption::new("", "Choose a policy"));
        options
    });
    let picked = Memo::new(move |_| {
        let id = chosen.read();
        all.with(|all| all.iter().find(|policy| policy.id == *id).cloned())
    });
    let any = Memo::new(move |_| options.with(|options| options.len() > 1));
    view! {
        {move || if any.get() {
            view! {
                <div class="filter-row">
                    <Field id="vault-replication-choice" label="Replication policy to apply" required=true>
                        <Select options=options value=chosen on_change=move |id| chosen.set(id)/>
                    </Field>
                </div>
                {move || picked.get().map(|policy| target_fields(one, policy, present, chosen))}
            }.into_any()
        } else {
            view! { <p class="field-hint">"There is no replication policy in this project."</p> }.into_any()
        }}
    }
    .into_any()
}

/// The vaults for replicas where the policy replicates to.
fn target_fields(
    one: OneVault,
    policy: VaultPolicy,
    present: Memo<Option<(VaultPolicy, String)>>,
    chosen: RwSignal<String>,
) -> AnyView {
    let (project, region) = (policy.project.clone(), policy.region.clone());
    let targets = Query::new(move |api| {
        let (project, region) = (project.clone(), region.clone());
        async move { replica_vaults(api, &project, &region).await }
    });
    let policy = StoredValue::new(policy);
    let content = move |targets: Signal<Arc<Vec<Vault>>>| {
        let target = RwSignal::new(String::new());
        let options = Signal::derive(move || {
            let mut options = vec![SelectOption::new("", "Choose a vault")];
            options.extend(targets.get().iter().map(|vault| SelectOption {
                value: vault.id.clone(),
                label: vault.name.clone(),
                blocked:
                    policy.with_value(|policy| refused(one, policy, Some(&vault.id), Some(vault))),
            }));
            options
        });
        let blocked = Signal::derive(move || {
            let id = target.get();
            let targets = targets.get();
            let vault = targets.iter().find(|vault| vault.id == id);
            let destination = (!id.is_empty()).then_some(id.as_str());
            if destination.is_none() {
                return Some("Choose the vault to replicate to first.".to_owned());
            }
            policy.with_value(|policy| refused(one, policy, destination, vault))
        });
        let press = move |()| {
            let (id, name) = policy.with_value(|policy| (policy.id.clone(), policy.name.clone()));
            let back = match present.get_untracked() {
                Some((before, target)) => apply(&before.id, Some(target)),
                None => take_off(&id),
            };
            let destination = Some(target.get_untracked());
            chosen.set(String::new());
            one.carry_out(
                apply(&id, destination),
                format!("{name} is applied"),
                format!("{name} was not applied"),
                Some(back),
            );
        };
        let none = move || targets.with(|targets| targets.is_empty());
        view! {
            {move || none().then(|| view! {
                <p class="field-hint">"There is no vault for replicas where the policy replicates to. Make one there first."</p>
            })}
            <div class="filter-row">
                <Field id="vault-replication-target" label="Vault to replicate to" required=true>
                    <Select options=options value=target on_change=move |id| target.set(id)/>
                </Field>
                <Button kind=ButtonKind::Primary blocked=blocked on_press=press>"Apply the replication policy"</Button>
            </div>
        }
        .into_any()
    };
    view! { {query_view(targets, "vaults for replicas", content)} }.into_any()
}

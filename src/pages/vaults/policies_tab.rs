//! The backup policy of a vault: applied, replaced, taken off, and when it runs next.

use std::sync::Arc;

use contract::cbr::vaults::{PolicyAssociate, PolicyDissociate};
use contract::schedule::{Clock, Schedule};
use contract::time::Timestamp;
use contract::vault::{AssociateFacts, VaultPolicy, associate_refusals};
use leptos::prelude::*;

use super::deeds::OneVault;
use crate::api::VaultDeed;
use crate::clock::use_clock;
use crate::form::{Field, Select, SelectOption};
use crate::format::zone::Zone;
use crate::layout::use_paths;
use crate::query::query_view;
use crate::ui::{
    Badge, Button, ButtonKind, Card, EmptyState, Fact, Facts, Glyph, TextLink, Time, Tone, use_zone,
};

/// Runs shown.
const RUNS: usize = 5;

/// The rules of a policy in words, each on the clock of a zone as its offset is at `now`.
pub fn rule_words(policy: &VaultPolicy, zone: &Zone, now: Timestamp) -> Vec<String> {
    let name = zone.title();
    let words = |rule: &String| match Schedule::parse(rule) {
        Ok(rule) if name != "UTC" => {
            let groups = rule.local_view(zone.offset(now) * 60);
            let groups = groups.describe(Clock::Zone(&name));
            let texts: Vec<_> = groups.iter().map(ToString::to_string).collect();
            texts.join("; ")
        }
        Ok(rule) => rule.describe(Clock::Utc).to_string(),
        Err(_) => format!("Not readable here: {rule}"),
    };
    policy.rules.iter().map(words).collect()
}

/// What applying a policy to the vault would be refused for; tracked.
fn refused(one: OneVault, policy: &VaultPolicy) -> Option<String> {
    let vault = one.vault.get();
    let facts = AssociateFacts {
        vault: Some(&vault),
        policies: &[(&policy.id, Some(policy.facts()))],
        target: None,
    };
    let refusals = associate_refusals(&vault.id, None, &facts);
    refusals.first().map(ToString::to_string)
}

/// The request that applies a policy.
pub fn apply(policy: &str, destination: Option<String>) -> VaultDeed {
    VaultDeed::Apply(PolicyAssociate {
        policy_id: Some(policy.to_owned()),
        add_policy_ids: None,
        destination_vault_id: destination,
    })
}

/// The request that takes a policy off.
pub fn take_off(policy: &str) -> VaultDeed {
    VaultDeed::TakeOff(PolicyDissociate {
        policy_id: policy.to_owned(),
    })
}

/// What a policy does and when, with its next runs.
pub fn policy_facts(policy: &VaultPolicy) -> AnyView {
    let (paths, zone, clock) = (use_paths(), use_zone(), use_clock());
    let (href, name) = (paths.policy(&policy.id), policy.name.clone());
    let state = if policy.enabled {
        view! { <Badge tone=Tone::Good text="Runs on schedule"/> }.into_any()
    } else {
        view! { <Badge tone=Tone::Warning text="Switched off" icon=Glyph::Pause/> }.into_any()
    };
    let policy = Arc::new(policy.clone());
    let rules = {
        let policy = Arc::clone(&policy);
        move || {
            let words = zone.with(|zone| rule_words(&policy, zone, clock.now()));
            let items = words
                .into_iter()
                .map(|text| view! { <li><bdi>{text}</bdi></li> });
            view! { <ul class="plain-list">{items.collect_view()}</ul> }
        }
    };
    let retention = policy.retention.to_string();
    let runs = {
        let policy = Arc::clone(&policy);
        Memo::new(move |_| policy.next_runs(clock.ticking(), RUNS))
    };
    let next = move || {
        if runs.with(Vec::is_empty) {
            return view! { <span class="dash">"None while it is switched off"</span> }.into_any();
        }
        let items = move || {
            let runs = runs.get().into_iter();
            runs.map(|at| view! { <li><Time at=Signal::stored(Some(at))/></li> })
                .collect_view()
        };
        view! { <ol class="plain-list" aria-label="Next runs">{items}</ol> }.into_any()
    };
    let backs_up = !policy.replication;
    view! {
        <Facts>
            <Fact name="Policy"><TextLink href=href><bdi>{name}</bdi></TextLink></Fact>
            <Fact name="State">{state}</Fact>
            <Fact name="Schedule">{rules}</Fact>
            {backs_up.then(|| view! { <Fact name="Retention">{retention}</Fact> })}
            <Fact name="Next runs">{next}</Fact>
        </Facts>
    }
    .into_any()
}

/// The card of the backup policy.
pub fn tab(one: OneVault) -> AnyView {
    let content = move |all: Signal<Arc<Vec<VaultPolicy>>>| {
        let present = Memo::new(move |_| {
            let id = one.vault.with(|vault| vault.id.clone());
            all.with(|all| {
                let own = all
                    .iter()
                    .find(|policy| policy.is_on(&id) && !policy.replication);
                own.cloned()
            })
        });
        view! {
            {move || match present.get() {
                Some(policy) => {
                    let off = policy.clone();
                    view! {
                        {policy_facts(&policy)}
                        <Button icon=Glyph::Close on_press=move |()| {
                            let (name, id) = (off.name.clone(), off.id.clone());
                            one.carry_out(take_off(&id), format!("{name} is taken off"), format!("{name} was not taken off"), Some(apply(&id, None)));
                        }>"Take the policy off"</Button>
                    }.into_any()
                }
                None => view! {
                    <EmptyState title="No backup policy" icon=Glyph::Policy>
                        <p>"Nothing in this vault is backed up by itself."</p>
                    </EmptyState>
                }.into_any(),
            }}
            {chooser(one, all, present)}
        }
        .into_any()
    };
    view! { <Card title="Backup policy">{query_view(one.policies, "policies", content)}</Card> }
        .into_any()
}

fn chooser(
    one: OneVault,
    all: Signal<Arc<Vec<VaultPolicy>>>,
    present: Memo<Option<VaultPolicy>>,
) -> AnyView {
    let chosen = RwSignal::new(String::new());
    let options = Signal::derive(move || {
        let all = all.get();
        let own = present.with(|own| own.as_ref().map(|own| own.id.clone()));
        let others = all
            .iter()
            .filter(|policy| !policy.replication && Some(&policy.id) != own.as_ref());
        let mut options: Vec<_> = others
            .map(|policy| SelectOption {
                value: policy.id.clone(),
                label: policy.name.clone(),
                blocked: refused(one, policy),
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
    let blocked = Signal::derive(move || match picked.get() {
        None => Some("Choose a policy first.".to_owned()),
        Some(policy) => refused(one, &policy),
    });
    let press = move |()| {
        let Some(policy) = picked.get_untracked() else {
            return;
        };
        let before = present.get_untracked();
        let back = match &before {
            Some(before) => apply(&before.id, None),
            None => take_off(&policy.id),
        };
        chosen.set(String::new());
        one.carry_out(
            apply(&policy.id, None),
            format!("{} is applied", policy.name),
            format!("{} was not applied", policy.name),
            Some(back),
        );
    };
    let replaces = move || {
        present.with(|own| own.as_ref().map(|own| own.name.clone())).map(|name| view! {
            <p class="field-hint"><bdi>{format!("It replaces {name}: a vault has one backup policy. Backups that exist stay; the new policy’s retention decides about them from its next run on.")}</bdi></p>
        })
    };
    view! {
        <div class="filter-row">
            <Field id="vault-policy-choice" label=Signal::derive(move || if present.with(Option::is_some) { "Apply another policy" } else { "Apply a policy" }.to_owned()) required=true>
                <Select options=options value=chosen on_change=move |id| chosen.set(id)/>
            </Field>
            <Button kind=ButtonKind::Primary blocked=blocked on_press=press>"Apply the policy"</Button>
        </div>
        {move || picked.get().map(|policy| view! { {replaces()} {policy_facts(&policy)} })}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_said_and_one_that_cannot_be_read_is_shown_as_it_is() {
        let policy = VaultPolicy {
            rules: vec![
                "FREQ=DAILY;BYHOUR=2;BYMINUTE=30".into(),
                "FREQ=HOURLY".into(),
            ],
            ..VaultPolicy::default()
        };
        let words = rule_words(&policy, &Zone::Utc, Timestamp::from_seconds(0));
        assert_eq!(words.len(), 2);
        assert!(words[0].contains("02:30"), "{}", words[0]);
        assert_eq!(words[1], "Not readable here: FREQ=HOURLY");
    }
}

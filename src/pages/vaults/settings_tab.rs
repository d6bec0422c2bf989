//! Settings of a vault: name, size, growing, threshold; and the lock, which is for ever.

use contract::cbr::rules::ShortName;
use contract::cbr::vaults::{BillingUpdate, VaultUpdate};
use contract::vault::{Vault, update_refusals};
use leptos::prelude::*;

use super::deeds::OneVault;
use super::draft::{field_of, id, number, sentence};
use super::fill::{gb, used};
use super::lock::{LockQuestion, consequences};
use super::words::failure;
use crate::api::{update_request, update_vault, use_api};
use crate::form::{
    Checkbox, ErrorSummary, Field, NumberInput, Problem, Problems, ShowRequest, Submission,
    TextInput,
};
use crate::session::use_session;
use crate::ui::{Badge, Button, ButtonKind, Card, Details, Glyph, Notice, Tone, use_toasts};

/// The settings as they are typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub name: String,
    pub size: String,
    pub auto_expand: bool,
    pub notify: bool,
    pub threshold: String,
}

impl Settings {
    pub fn of(vault: &Vault) -> Self {
        Self {
            name: vault.name.clone(),
            size: vault.size_gb.to_string(),
            auto_expand: vault.auto_expand,
            notify: vault.notify,
            threshold: vault.threshold.to_string(),
        }
    }

    /// The change they stand for, only what differs from the vault; or everything against it.
    pub fn check(&self, vault: &Vault) -> Result<VaultUpdate, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut change = VaultUpdate::default();
        if self.name != vault.name {
            match ShortName::try_from(self.name.clone()) {
                Ok(name) => change.name = Some(name),
                Err(broken) => {
                    problems.push(Problem::at(id::NAME, format!("Name: {broken}.")));
                }
            }
        }
        match number(&self.size) {
            Ok(size) if size == vault.size_gb => {}
            Ok(size) => {
                change.billing = Some(BillingUpdate {
                    size: Some(size),
                    consistent_level: None,
                });
            }
            Err(rule) => problems.push(Problem::at(id::SIZE, format!("Size: {rule}."))),
        }
        match number(&self.threshold) {
            Ok(percent) if percent == vault.threshold => {}
            Ok(percent) => change.threshold = Some(percent),
            Err(rule) => problems.push(Problem::at(id::THRESHOLD, format!("Threshold: {rule}."))),
        }
        change.auto_expand = (self.auto_expand != vault.auto_expand).then_some(self.auto_expand);
        change.smn_notify = (self.notify != vault.notify).then_some(self.notify);
        let refusals = update_refusals(&vault.id, &change, Some(vault));
        problems.extend(
            refusals
                .iter()
                .map(|refusal| Problem::at(field_of(refusal), sentence(refusal))),
        );
        if problems.is_empty() {
            Ok(change)
        } else {
            Err(problems)
        }
    }
}

/// The tab.
pub fn tab(one: OneVault) -> AnyView {
    view! {
        <div class="vault-cards">
            <Card title="Name and size">{form(one)}</Card>
            <Card title="Lock">{lock(one)}</Card>
        </div>
    }
    .into_any()
}

fn form(one: OneVault) -> AnyView {
    let (api, toasts) = (use_api(), use_toasts());
    let typed = RwSignal::new(one.vault.with_untracked(|vault| Settings::of(vault)));
    let problems = Problems::default();
    let submission = Submission::new();
    let checked = Memo::new(move |_| {
        one.vault
            .with(|vault| typed.with(|typed| typed.check(vault)))
    });
    let message = move |field: &'static str| {
        Signal::derive(move || match checked.get() {
            Err(problems) => problems
                .into_iter()
                .find(|problem| problem.field == field)
                .map(|problem| problem.text),
            Ok(_) => None,
        })
    };
    // What was sent may be changed and sent again; a summary of what is solved would only confuse.
    Effect::new(move |_| {
        typed.track();
        submission.reset();
        if checked.with(Result::is_ok) {
            problems.show(Vec::new());
        }
    });
    let read = move |part: fn(&Settings) -> String| Signal::derive(move || typed.with(part));
    let edit = move |write: fn(&mut Settings, String)| {
        Callback::new(move |text: String| typed.update(|typed| write(typed, text)))
    };
    let press = move |()| match checked.get_untracked() {
        Err(found) => problems.show(found),
        Ok(change) if change == VaultUpdate::default() => {
            toasts.success("Nothing is changed, so there is nothing to save");
        }
        Ok(change) => {
            let id = one.vault.with_untracked(|vault| vault.id.clone());
            submission.send(
                async move { update_vault(api, &id, change).await },
                move |vault| {
                    toasts.success(format!("Vault {} saved", vault.name));
                    one.refresh();
                },
            );
        }
    };
    let request = Signal::derive(move || {
        let id = one.vault.with(|vault| vault.id.clone());
        update_request(&id, &checked.get().unwrap_or_default())
    });
    let limits = Signal::derive(move || {
        Some(one.vault.with(|vault| {
            format!(
                "Its backups take {}, its resources have {}: it cannot be smaller than either.",
                used(vault),
                gb(vault.allocated_gb)
            )
        }))
    });
    let failed = failure(submission);
    view! {
        <ErrorSummary problems=problems/>
        <div class="form">
            <Field id=id::NAME label="Name" required=true message=message(id::NAME) hint="Letters, digits, _ and -, up to 64.">
                <TextInput value=read(|typed| typed.name.clone()) on_input=edit(|typed, text| typed.name = text)/>
            </Field>
            <Field id=id::SIZE label="Size" required=true message=message(id::SIZE) hint=limits>
                <NumberInput unit="GB" value=read(|typed| typed.size.clone()) on_input=edit(|typed, text| typed.size = text)/>
            </Field>
            <Checkbox label="Grow by itself when it is full" checked=Signal::derive(move || typed.read().auto_expand)
                on_change=move |on| typed.update(|typed| typed.auto_expand = on)/>
            <Field id=id::THRESHOLD label="Threshold" required=true message=message(id::THRESHOLD) hint="From 1 to 100 percent of the size.">
                <NumberInput unit="%" value=read(|typed| typed.threshold.clone()) on_input=edit(|typed, text| typed.threshold = text)/>
            </Field>
            <Checkbox label="Send a message when the threshold is reached" checked=Signal::derive(move || typed.read().notify)
                on_change=move |on| typed.update(|typed| typed.notify = on)/>
        </div>
        {move || failed.get().map(|text| view! {
            <Notice tone=Tone::Bad title="The vault was not changed" announce=true><p><bdi>{text}</bdi></p></Notice>
        })}
        <ShowRequest request=request/>
        <Button kind=ButtonKind::Primary icon=Glyph::Check busy=submission.busy() on_press=press>"Save settings"</Button>
    }
    .into_any()
}

fn lock(one: OneVault) -> AnyView {
    let (api, toasts, session) = (use_api(), use_toasts(), use_session());
    let open = RwSignal::new(false);
    let submission = Submission::new();
    Effect::new(move |_| {
        if open.get() {
            submission.reset();
        }
    });
    let locked = Memo::new(move |_| one.vault.read().locked);
    let change = || VaultUpdate {
        locked: Some(true),
        ..VaultUpdate::default()
    };
    let blocked = Signal::derive(move || {
        let vault = one.vault.get();
        let refusals = update_refusals(&vault.id, &change(), Some(&vault));
        refusals.first().map(ToString::to_string)
    });
    let confirm = move |()| {
        let id = one.vault.with_untracked(|vault| vault.id.clone());
        submission.send(
            async move { update_vault(api, &id, change()).await },
            move |vault| {
                toasts.success(format!("Vault {} is locked for good", vault.name));
                open.try_set(false);
                one.refresh();
            },
        );
    };
    let name = one.name();
    view! {
        {move || if locked.get() {
            view! {
                <p><Badge tone=Tone::Neutral text="Locked for good" icon=Glyph::Lock/></p>
                <Details summary="What a lock makes impossible">{consequences()}</Details>
            }.into_any()
        } else {
            view! {
                <p>"A lock protects scheduled backups from everybody, also from somebody who has taken over an account. It can never be undone."</p>
                <Button kind=ButtonKind::Danger icon=Glyph::Lock blocked=blocked on_press=move |()| open.set(true)>"Lock the vault…"</Button>
            }.into_any()
        }}
        <LockQuestion open=open name=name verb=Signal::derive(move || format!("Lock {} for good", name.get()))
            busy=submission.busy() failure=failure(submission) rehearsal=Signal::derive(move || !session.is_sandbox()) on_confirm=confirm/>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        Vault {
            name: "servers".into(),
            object_word: "server".into(),
            size_gb: 100,
            allocated_gb: 60,
            used_mb: 50 * 1024,
            threshold: 80,
            ..Vault::default()
        }
    }

    #[test]
    fn only_what_differs_is_sent() {
        let vault = vault();
        let mut typed = Settings::of(&vault);
        assert_eq!(typed.check(&vault), Ok(VaultUpdate::default()));
        typed.size = " 200 ".into();
        typed.auto_expand = true;
        let change = typed.check(&vault).expect("a change");
        let json = serde_json::to_value(&change).expect("json");
        assert_eq!(
            json,
            serde_json::json!({"billing": {"size": 200}, "auto_expand": true})
        );
    }

    #[test]
    fn a_size_below_what_is_in_the_vault_is_said_at_the_size() {
        let vault = vault();
        for (size, words) in [
            ("59", "have 60 GB"),
            ("49", "take 51200 MB"),
            ("x", "whole number"),
        ] {
            let typed = Settings {
                size: size.into(),
                ..Settings::of(&vault)
            };
            let problems = typed.check(&vault).expect_err("a problem");
            assert_eq!(problems.len(), 1);
            assert_eq!(problems[0].field, id::SIZE);
            assert!(problems[0].text.contains(words), "{}", problems[0].text);
        }
    }
}

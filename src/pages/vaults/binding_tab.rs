//! Auto-bind of a vault: the tags by which it takes servers in, with a preview of what that means.

use std::sync::Arc;

use contract::cbr::rules::{BIND_TAGS, ObjectType};
use contract::cbr::vaults::{BindRules, VaultUpdate};
use contract::vault::{Protects, Vault, update_refusals};
use leptos::prelude::*;

use super::deeds::OneVault;
use super::draft::sentence;
use super::preview::BindingPreview;
use super::words::failure;
use crate::api::{Resources, resources, update_request, update_vault, use_api};
use crate::form::{Checkbox, ShowRequest, Submission};
use crate::query::{Query, query_view};
use crate::tags::TagRows;
use crate::ui::{Button, ButtonKind, Card, Glyph, Notice, Tone, use_toasts};

/// Whether such a vault can take servers in by their tags.
pub fn is_possible(vault: &Vault) -> bool {
    vault.object() == Some(ObjectType::Server) && vault.protects == Protects::Backup
}

/// The tab. What is typed stays while newer data come.
pub fn tab(one: OneVault) -> AnyView {
    let known = Query::new(resources);
    let rows = TagRows::of(BIND_TAGS);
    let (on, tags) = one
        .vault
        .with_untracked(|vault| (vault.auto_bind, vault.bind_tags.clone()));
    rows.load(&tags);
    let on = RwSignal::new(on);
    let wanted = Memo::new(move |_| {
        let tags = rows.tags()?;
        let wire: Vec<contract::cbr::Tag> = tags.into_iter().map(Into::into).collect();
        Ok::<_, String>(VaultUpdate {
            auto_bind: Some(on.get()),
            bind_rules: Some(BindRules { tags: Some(wire) }),
            ..VaultUpdate::default()
        })
    });
    let as_it_would_be = Signal::derive(move || Vault {
        auto_bind: on.get(),
        bind_tags: rows.tags().unwrap_or_default(),
        ..(*one.vault.get()).clone()
    });
    let preview = move |known: Signal<Arc<Resources>>| {
        view! { <BindingPreview resources=known vault=as_it_would_be/> }.into_any()
    };
    view! {
<div class="vault-cards">
        <Card title="Auto-bind">
            <Checkbox label="Take in servers by their tags" checked=on on_change=move |now| on.set(now)
                hint="Servers that carry one of these tags, with its value, are put in by themselves."/>
            <div role="group" aria-label="Tags of servers to take in">{rows.view()}</div>
            {save(one, on, wanted)}
        </Card>
        {move || on.get().then(|| view! {
            <Card title="What that means now">{query_view(known, "servers", preview)}</Card>
        })}
</div>
    }
    .into_any()
}

fn save(one: OneVault, on: RwSignal<bool>, wanted: Memo<Result<VaultUpdate, String>>) -> AnyView {
    let (api, toasts) = (use_api(), use_toasts());
    let submission = Submission::new();
    // What was sent may be changed and sent again.
    Effect::new(move |_| {
        wanted.track();
        submission.reset();
    });
    let problem = Signal::derive(move || match wanted.get() {
        Err(text) => Some(text),
        Ok(wanted) => {
            let vault = one.vault.get();
            let refusals = update_refusals(&vault.id, &wanted, Some(&vault));
            refusals.first().map(sentence)
        }
    });
    let press = move |()| {
        let Ok(wanted) = wanted.get_untracked() else {
            return;
        };
        let id = one.vault.with_untracked(|vault| vault.id.clone());
        submission.send(
            async move { update_vault(api, &id, wanted).await },
            move |vault| {
                let what = if on.try_get_untracked() == Some(true) {
                    format!("{} takes servers in by their tags", vault.name)
                } else {
                    format!("{} takes no servers in by itself", vault.name)
                };
                toasts.success(what);
                one.refresh();
            },
        );
    };
    let request = Signal::derive(move || {
        let id = one.vault.with(|vault| vault.id.clone());
        update_request(&id, &wanted.get().unwrap_or_default())
    });
    let failed = failure(submission);
    view! {
        {move || failed.get().map(|text| view! {
            <Notice tone=Tone::Bad title="The rules were not saved" announce=true><p><bdi>{text}</bdi></p></Notice>
        })}
        <ShowRequest request=request/>
        <Button kind=ButtonKind::Primary icon=Glyph::Check blocked=problem busy=submission.busy() on_press=press>"Save the rules"</Button>
    }
    .into_any()
}

//! One vault: its tabs, which the address keeps, and what can be done with the whole of it.

use std::sync::Arc;

use contract::vault::{Vault, VaultStatus};
use leptos::prelude::*;

use super::deeds::OneVault;
use super::delete::DeleteVault;
use super::{
    backups_tab, binding_tab, overview, policies_tab, replication, resources_tab, settings_tab,
};
use crate::api::{Tagged, VaultDeed, vault, vault_backups, vault_policies, vault_tasks, work_of};
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::router::{NavigateOptions, use_navigate, use_params_map, use_query_map};
use crate::tags::{TagList, tag_editor};
use crate::ui::{Button, ButtonKind, Card, Glyph, Notice, Tab, Tabs, TextLink, Tone};

/// While something moves, newer data are wanted soon.
fn pace(vault: &Vault) -> Pace {
    let busy = vault
        .members
        .iter()
        .any(|member| !matches!(member.status.as_str(), "available" | "error" | ""));
    if busy || vault.status == VaultStatus::Deleting {
        Pace::Lively
    } else {
        Pace::Calm
    }
}

/// The page.
pub fn vault_page() -> AnyView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let found = Query::new(move |api| {
        let id = id.get();
        async move { vault(api, &id).await }
    })
    .polled(pace);
    let policies = Query::new(vault_policies);
    let backups = Query::new(move |api| {
        let id = id.get();
        async move { vault_backups(api, &id).await }
    })
    .polled(move |_| {
        found
            .data_untracked()
            .map_or(Pace::Calm, |vault| pace(&vault))
    });
    let tasks = Query::new(move |api| {
        let id = id.get();
        async move { vault_tasks(api, &id).await }
    })
    .polled(|tasks| {
        if work_of(tasks).is_empty() {
            Pace::Calm
        } else {
            Pace::Lively
        }
    });
    let title = Signal::derive(move || {
        found
            .data()
            .map_or_else(|| "Vault".to_owned(), |vault| vault.name.clone())
    });
    let paths = StoredValue::new(use_paths());
    let lead = move || {
        let home = paths.with_value(|paths| paths.vaults());
        view! { <TextLink href=home>"All vaults"</TextLink> }.into_any()
    };
    let actions = move || {
        let data = Signal::derive(move || found.data());
        let there = Memo::new(move |_| data.with(Option::is_some));
        let buttons = move || {
            there.get().then(|| {
                let vault = Signal::derive(move || data.get().unwrap_or_default());
                head(OneVault::new(vault, found, policies, backups, tasks))
            })
        };
        view! { {refresh_bar(found, "vault")} {buttons} }.into_any()
    };
    let content = move |vault: Signal<Arc<Vault>>| {
        tabs(OneVault::new(vault, found, policies, backups, tasks))
    };
    view! { <Page title=title lead=lead actions=actions>{query_view(found, "vault", content)}</Page> }
        .into_any()
}

/// Why nothing can be backed up now, if it cannot.
fn back_up_blocked(vault: &Vault) -> Option<String> {
    if vault.members.is_empty() {
        return Some("The vault holds nothing to back up.".to_owned());
    }
    (!vault.status.is_usable()).then(|| {
        format!(
            "The vault is {}; it can be used when it is available.",
            vault.status.as_str()
        )
    })
}

fn head(one: OneVault) -> AnyView {
    let deleting = RwSignal::new(false);
    let blocked = Signal::derive(move || back_up_blocked(&one.vault.read()));
    let back_up = move |()| {
        let (id, name) = one
            .vault
            .with_untracked(|vault| (vault.id.clone(), vault.name.clone()));
        one.carry_out(
            VaultDeed::back_up(&id, None),
            format!("Backing up what is in {name}"),
            format!("{name} was not backed up"),
            None,
        );
    };
    let why_not = Signal::derive(move || super::delete::blocked(one));
    view! {
        <Button icon=Glyph::Play blocked=blocked on_press=back_up>"Back up now"</Button>
        <Button kind=ButtonKind::Danger icon=Glyph::Trash blocked=why_not on_press=move |()| deleting.set(true)>"Delete vault"</Button>
        <DeleteVault open=deleting one=one/>
    }
    .into_any()
}

fn tabs(one: OneVault) -> AnyView {
    let (query, paths, navigate) = (use_query_map(), use_paths(), use_navigate());
    let selected = Signal::derive(move || query.read().get("tab").unwrap_or_default());
    let list = Signal::derive(move || {
        let vault = one.vault.read();
        let mut tabs = vec![
            Tab::new("overview", "Overview"),
            Tab::new("resources", format!("Resources ({})", vault.members.len())),
            Tab::new("policies", "Policies"),
        ];
        if binding_tab::is_possible(&vault) {
            tabs.push(Tab::new("binding", "Auto-bind"));
        }
        tabs.push(Tab::new("tags", "Tags"));
        tabs.push(Tab::new("backups", "Backups"));
        tabs.push(Tab::new("settings", "Settings"));
        tabs
    });
    let list = Memo::new(move |_| list.get());
    let select = move |key: &'static str| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        let id = one.vault.with_untracked(|vault| vault.id.clone());
        navigate(&paths.vault_tab(&id, key), options);
    };
    let panel = Callback::new(move |key: &'static str| match key {
        "resources" => resources_tab::tab(one),
        "policies" => {
            let cards = (policies_tab::tab(one), replication::card(one));
            view! { <div class="vault-cards">{cards}</div> }.into_any()
        }
        "binding" => binding_tab::tab(one),
        "tags" => tags(one),
        "backups" => backups_tab::tab(one),
        "settings" => settings_tab::tab(one),
        _ => overview::tab(one),
    });
    view! {
        {move || going(&one.vault.read())}
        <Tabs label="Vault" tabs=list selected=selected on_select=Callback::new(select) panel=panel/>
    }
    .into_any()
}

fn going(vault: &Vault) -> Option<AnyView> {
    let (tone, title, text) = match vault.status {
        VaultStatus::Deleting => (
            Tone::Active,
            "The vault is being deleted",
            "Its backups go with it. The page says so when it is gone.",
        ),
        VaultStatus::Frozen => (
            Tone::Bad,
            "The vault is frozen by billing",
            "Nothing is backed up and nothing can be restored from it until the account is settled.",
        ),
        VaultStatus::Lock => (
            Tone::Warning,
            "The vault is locked by billing",
            "Backups can still be restored. Settle the account before it is frozen.",
        ),
        VaultStatus::Error => (
            Tone::Bad,
            "Something failed in the vault",
            "Its tasks say what. It can be deleted; for anything else ask the provider’s support.",
        ),
        _ => return None,
    };
    Some(view! { <Notice tone=tone title=title><p>{text}</p></Notice> }.into_any())
}

fn tags(one: OneVault) -> AnyView {
    let tags = Signal::derive(move || one.vault.read().tags.clone());
    let edit = move || {
        let of = Signal::derive(move || Tagged::Vault(one.vault.read().id.clone()));
        tag_editor(of, one.name(), tags, Callback::new(move |()| one.refresh()))
    };
    view! {
        <Card title="Tags" actions=edit>
            <TagList tags=tags href=|paths, tag| paths.vaults_where(&[("q", tag)])/>
            <p class="field-hint">"Tags of the vault itself. They say nothing about which servers it takes in."</p>
        </Card>
    }
    .into_any()
}

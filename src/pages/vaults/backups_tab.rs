//! The backups of a vault: how many there are, and the way into the list of backups.

use std::sync::Arc;

use leptos::prelude::*;

use super::deeds::OneVault;
use super::fill::used;
use crate::api::VaultBackups;
use crate::format::count;
use crate::layout::use_paths;
use crate::query::query_view;
use crate::ui::{ButtonLink, Card, Fact, Facts, Time};

/// The tab.
pub fn tab(one: OneVault) -> AnyView {
    let paths = use_paths();
    let href = Signal::derive(move || {
        let id = one.vault.with(|vault| vault.id.clone());
        paths.backups_where(&[("vault", &id)])
    });
    let facts = move |known: Signal<Arc<VaultBackups>>| {
        let newest = Signal::derive(move || known.read().newest.values().max().copied());
        let never = move || {
            let known = known.get();
            let members = one.vault.get();
            let without = members
                .members
                .iter()
                .filter(|member| !known.newest.contains_key(&member.id))
                .count();
            match (
                without,
                known.count > known.newest.len() as i64 && known.count > 1000,
            ) {
                (0, _) => "None".to_owned(),
                (without, true) => format!("{without}, none among the newest 1000"),
                (without, false) => count(without, "resource", "resources"),
            }
        };
        view! {
            <Facts>
                <Fact name="Backups">{move || known.read().count}</Fact>
                <Fact name="They take">{move || one.vault.with(|vault| used(vault))}</Fact>
                <Fact name="Newest usable one"><Time at=newest/></Fact>
                <Fact name="Resources without one">{never}</Fact>
            </Facts>
        }
        .into_any()
    };
    view! {
        <Card title="Backups">
            {query_view(one.backups, "backups of the vault", facts)}
            <p><ButtonLink href=href>"Show them in the list of backups"</ButtonLink></p>
        </Card>
    }
    .into_any()
}

//! What fills the vaults: each vault with its room, and the servers whose backups take most of it.

use std::sync::Arc;

use contract::cbr::backups::StorageUsage;
use contract::model::{ResourceKind, Vault};
use leptos::prelude::*;

use crate::api::{self, Api, ApiError, cbr};
use crate::format::{gigabytes, grouped, megabytes};
use crate::layout::use_paths;
use crate::query::{Query, query_view};
use crate::routes::Paths;
use crate::ui::{Align, Card, Cell, Column, Meter, Table, TextLink};

/// Servers shown; the rest is in the list of backups.
const SERVERS: usize = 20;

/// Vaults, fullest first, and servers, largest first.
#[derive(Clone, Debug, Default, PartialEq)]
struct Filled {
    vaults: Vec<Vault>,
    servers: Vec<StorageUsage>,
}

async fn read(api: Api) -> Result<Filled, ApiError> {
    let usage = async { (cbr().await?.usage)(api).await };
    let (held, servers) = api::both(api::protection(api), usage).await;
    Ok(sorted(held?.vaults, servers?))
}

fn sorted(mut vaults: Vec<Vault>, mut servers: Vec<StorageUsage>) -> Filled {
    let share = |vault: &Vault| vault.used_mb as f64 / vault.size_gb.max(1) as f64;
    vaults.sort_by(|a, b| {
        share(b)
            .total_cmp(&share(a))
            .then_with(|| a.name.cmp(&b.name))
    });
    servers
        .sort_by(|a, b| (b.backup_size, &a.resource_name).cmp(&(a.backup_size, &b.resource_name)));
    Filled { vaults, servers }
}

/// The card.
pub(super) fn vaults_card() -> AnyView {
    let filled = Query::new(read);
    view! { <Card title="What fills the vaults">{query_view(filled, "vaults", tables)}</Card> }
        .into_any()
}

fn tables(filled: Signal<Arc<Filled>>) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let none = Memo::new(move |_| filled.with(|filled| filled.vaults.is_empty()));
    let vaults = move || {
        filled.with(|filled| {
            let row = |vault: &Vault| paths.with_value(|paths| vault_row(vault, paths));
            filled.vaults.iter().map(row).collect_view()
        })
    };
    let servers = move || {
        filled.with(|filled| {
            let row = |usage: &StorageUsage| paths.with_value(|paths| server_row(usage, paths));
            filled.servers.iter().take(SERVERS).map(row).collect_view()
        })
    };
    let any = Memo::new(move |_| filled.with(|filled| !filled.servers.is_empty()));
    let vault_columns = vec![
        Column::text("Vault"),
        Column::text("Used"),
        Column::number("Resources"),
    ];
    let server_columns = vec![
        Column::text("Server"),
        Column::number("Backups"),
        Column::number("Size"),
    ];
    let columns = StoredValue::new((vault_columns, server_columns));
    view! {
        {move || if none.get() {
            view! { <p>"There is no vault in this project."</p> }.into_any()
        } else {
            view! { <Table caption="Vaults, fullest first" columns=columns.get_value().0>{vaults}</Table> }.into_any()
        }}
        {move || any.get().then(|| view! {
            <Table caption="Servers in vaults, largest backups first" columns=columns.get_value().1>{servers}</Table>
        })}
    }
    .into_any()
}

fn vault_row(vault: &Vault, paths: &Paths) -> AnyView {
    let (href, name) = (paths.vault(&vault.id), vault.name.clone());
    let text = format!(
        "{} of {}",
        megabytes(vault.used_mb.unsigned_abs()),
        gigabytes(vault.size_gb.unsigned_abs())
    );
    let (used, size) = (vault.used_mb as f64 / 1024.0, vault.size_gb as f64);
    let label = format!("Room used in {name}");
    let resources = vault.resources.len();
    view! {
        <tr role="row">
            <Cell label="Vault" heading=true><TextLink href=href><bdi>{name}</bdi></TextLink></Cell>
            <Cell label="Used"><div class="vault-fill meter-named"><Meter label=label text=text value=used max=size/></div></Cell>
            <Cell label="Resources" align=Align::End>{resources}</Cell>
        </tr>
    }
    .into_any()
}

fn server_row(usage: &StorageUsage, paths: &Paths) -> AnyView {
    let href = paths.backups_where(&[("server", &usage.resource_id), ("service", "cbr")]);
    let name = match usage.resource_name.as_str() {
        "" => usage.resource_id.clone(),
        name => name.to_owned(),
    };
    let kind = ResourceKind::from_word(&usage.resource_type);
    let detail = (kind != ResourceKind::Server).then(|| format!(" ({})", kind.title()));
    let backups = grouped(usage.backup_count.unwrap_or(0).unsigned_abs());
    let size = megabytes(usage.backup_size.unwrap_or(0).unsigned_abs());
    view! {
        <tr role="row">
            <Cell label="Server" heading=true><TextLink href=href><bdi>{name}</bdi></TextLink>{detail}</Cell>
            <Cell label="Backups" align=Align::End>{backups}</Cell>
            <Cell label="Size" align=Align::End>{size}</Cell>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_vault_and_the_largest_server_come_first() {
        let vault = |name: &str, used_mb: i64, size_gb: i64| Vault {
            name: name.into(),
            used_mb,
            size_gb,
            ..Vault::default()
        };
        let server = |name: &str, size: i64| StorageUsage {
            resource_name: name.into(),
            backup_size: Some(size),
            ..StorageUsage::default()
        };
        let filled = sorted(
            vec![vault("large", 1_000, 1_000), vault("full", 900, 1)],
            vec![server("a", 5), server("b", 50)],
        );
        assert_eq!(filled.vaults[0].name, "full");
        assert_eq!(filled.servers[0].resource_name, "b");
    }
}

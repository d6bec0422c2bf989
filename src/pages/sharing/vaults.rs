//! Whole vaults copied to another region.

use std::sync::Arc;

use contract::cbr::replicate::vault_refusal;
use contract::cbr::vaults::Vault;
use leptos::prelude::*;

use super::replicate::replicate_vault_button;
use super::words::named;
use crate::api::own_vaults;
use crate::format::megabytes;
use crate::layout::use_paths;
use crate::query::{Query, query_view};
use crate::routes::with_query;
use crate::ui::{Card, Cell, Column, Table, TextLink};

const COLUMNS: [Column; 4] = [
    Column::text("Vault"),
    Column::number("Its backups take"),
    Column::text("Copies"),
    Column::text(""),
];

/// The card: every vault whose backups can be copied.
pub fn vaults_card() -> AnyView {
    let vaults = Query::new(|api| async move {
        let mut vaults = own_vaults(api).await?;
        vaults.retain(|vault| vault_refusal(vault).is_none());
        Ok(vaults)
    });
    let content = |vaults: Signal<Arc<Vec<Vault>>>| {
        let content = move || {
            let vaults = vaults.get();
            if vaults.is_empty() {
                return view! { <p class="field-hint">"No vault of this project holds backups of servers; only those can be copied."</p> }
                    .into_any();
            }
            let rows = vaults.iter().map(row).collect_view();
            view! { <Table caption="Vaults that can be copied" columns=COLUMNS.to_vec()>{rows}</Table> }
                .into_any()
        };
        view! { {content} }.into_any()
    };
    view! {
        <Card title="Copies in other regions">
            <p class="field-hint">
                "A vault is copied at once here, one backup on that backup's page, and again and again by a replication policy."
            </p>
            {query_view(vaults, "vaults", content)}
        </Card>
    }
    .into_any()
}

fn row(vault: &Vault) -> AnyView {
    let paths = use_paths();
    let (href, name) = (paths.vault(&vault.id), named(&vault.name, &vault.id));
    let tasks = with_query(
        paths.tasks(),
        &[("kind", "replication"), ("vault_id", &vault.id)],
    );
    let taken = megabytes(vault.billing.used.unwrap_or(0).unsigned_abs());
    let about = format!("Its replications: {name}");
    let button = replicate_vault_button(vault.clone());
    view! {
        <tr role="row">
            <Cell label="Vault" heading=true><TextLink href=href><bdi>{name}</bdi></TextLink></Cell>
            <Cell label="Its backups take" align=crate::ui::Align::End>{taken}</Cell>
            <Cell label="Copies"><TextLink href=tasks name=about>"Its replications"</TextLink></Cell>
            <Cell>{button}</Cell>
        </tr>
    }
    .into_any()
}

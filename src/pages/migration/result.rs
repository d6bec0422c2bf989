//! What the migration made, beside what the plan had said.

use std::sync::Arc;

use contract::migration::{After, Comparison, Finding, compare};
use leptos::prelude::*;

use super::promise::Promise;
use crate::api::after_migration;
use crate::layout::use_paths;
use crate::query::{Query, query_view};
use crate::routes::Paths;
use crate::ui::{Badge, Card, Cell, Column, Notice, Table, TextLink, Tone};

/// The card for a migration that is over.
pub fn result() -> AnyView {
    let after = Query::new(after_migration);
    let promise = StoredValue::new(Promise::open().recall());
    let content = move |after: Signal<Arc<After>>| {
        let view = move || {
            let found = promise.with_value(|promise| {
                let promise = promise.as_ref()?;
                Some(after.with(|after| compare(promise, after)))
            });
            match found {
                Some(found) => compared(&found),
                None => after.with(|after| not_noted(after)),
            }
        };
        view! { {view} }.into_any()
    };
    view! { <Card title="The migration is done">{query_view(after, "result", content)}</Card> }
        .into_any()
}

fn compared(found: &Comparison) -> AnyView {
    let paths = use_paths();
    let notice = if found.is_same() {
        view! { <Notice tone=Tone::Good title="The result is what the plan had said"/> }.into_any()
    } else {
        view! {
            <Notice tone=Tone::Warning title="The result is not in everything what the plan had said">
                <p>"Changes since then count as well: new backups, a vault that was enlarged."</p>
            </Notice>
        }
        .into_any()
    };
    let vaults: Vec<AnyView> = found
        .vaults
        .iter()
        .map(|finding| row("Vault", finding, |id| paths.vault(id)))
        .collect();
    let policies: Vec<AnyView> = found
        .policies
        .iter()
        .map(|finding| row("Policy", finding, |id| paths.policy(id)))
        .collect();
    let columns = vec![
        Column::text("Planned"),
        Column::text("Kind"),
        Column::text("Result"),
    ];
    view! {
        {notice}
        <Table caption="What was planned, and what there is" columns=columns>{vaults} {policies}</Table>
    }
    .into_any()
}

fn row(kind: &'static str, finding: &Finding, address: impl Fn(&str) -> String) -> AnyView {
    let name = finding.name.clone();
    let named = match &finding.id {
        Some(id) => view! { <TextLink href=address(id)><bdi>{name}</bdi></TextLink> }.into_any(),
        None => view! { <bdi>{name}</bdi> }.into_any(),
    };
    let (tone, text) = match (&finding.id, finding.is_same()) {
        (_, true) => (Tone::Good, "As planned"),
        (Some(_), false) => (Tone::Warning, "Different"),
        (None, false) => (Tone::Bad, "Not there"),
    };
    let differences: Vec<AnyView> = finding
        .differences
        .iter()
        .map(|difference| {
            let text = format!(
                "{}: planned {}, is {}",
                difference.what, difference.planned, difference.found
            );
            view! { <span class="migration-line"><bdi>{text}</bdi></span> }.into_any()
        })
        .collect();
    view! {
        <tr role="row">
            <Cell label="Planned" heading=true>{named}</Cell>
            <Cell label="Kind">{kind}</Cell>
            <Cell label="Result"><Badge tone=tone text=text/> {differences}</Cell>
        </tr>
    }
    .into_any()
}

/// Without a plan to hold it against.
fn not_noted(after: &After) -> AnyView {
    let paths: Paths = use_paths();
    let vaults: Vec<AnyView> = after
        .vaults
        .iter()
        .map(|vault| {
            let (href, name) = (paths.vault(&vault.id), vault.name.clone());
            view! { <li><TextLink href=href><bdi>{name}</bdi></TextLink></li> }.into_any()
        })
        .collect();
    view! {
        <p>"It was not begun in this browser, so there is no plan to hold the result against. These are the vaults there are:"</p>
        <ul class="migration-servers">{vaults}</ul>
    }
    .into_any()
}

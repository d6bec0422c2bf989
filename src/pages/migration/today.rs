//! Side by side: what there is today, and what it becomes.

use std::sync::Arc;

use contract::migration::{Kept, Object, PlannedVault};
use contract::model::Policy;
use contract::schedule::{Clock, Schedule};
use leptos::prelude::*;

use super::Seen;
use crate::format::{count, gigabytes, megabytes};
use crate::layout::use_paths;
use crate::routes::Paths;
use crate::ui::{Cell, Column, Details, Table, TextLink};

/// One line for each policy, and one for what belongs to none.
pub fn today(seen: Signal<Arc<Seen>>) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let rows = move || {
        seen.with(|seen| {
            let of_policies = seen.present.policies.iter();
            let of_policies = of_policies.map(|policy| policy_row(seen, policy, paths));
            let rest = seen.plan.vaults.iter().filter(|vault| vault.from.is_none());
            let rest = rest.map(|vault| rest_row(vault, paths));
            of_policies.chain(rest).collect_view()
        })
    };
    let columns = vec![
        Column::text("Today in CSBS"),
        Column::text("Afterwards in CBR"),
        Column::text("Size of the vault"),
    ];
    view! { <Table caption="Policies today, and what they become" columns=columns>{rows}</Table> }
        .into_any()
}

/// A rule as a sentence; as it came where it cannot be read.
fn when(pattern: &str, enabled: bool) -> String {
    let rule = Schedule::parse(pattern).map_or_else(
        |_| "A schedule that cannot be read".to_owned(),
        |rule| rule.describe(Clock::Utc).to_string(),
    );
    if enabled {
        rule
    } else {
        format!("{rule} (off)")
    }
}

fn lines(texts: Vec<String>) -> AnyView {
    let line = |text: String| view! { <span class="migration-line"><bdi>{text}</bdi></span> };
    texts.into_iter().map(line).collect_view().into_any()
}

fn policy_row(seen: &Seen, policy: &Policy, paths: StoredValue<Paths>) -> AnyView {
    let made: Vec<&Kept> = seen
        .present
        .backups
        .iter()
        .filter(|kept| kept.policy.as_deref() == Some(policy.id.as_str()))
        .collect();
    let mb: i64 = made.iter().map(|kept| kept.size_mb).sum();
    let backups = match made.len() {
        0 => "No backup yet".to_owned(),
        some => format!(
            "{} of {}",
            count(some, "backup", "backups"),
            megabytes(mb.unsigned_abs())
        ),
    };
    let href = paths.with_value(|paths| paths.policy(&policy.id));
    let servers = policy
        .servers
        .iter()
        .map(|server| {
            let known = seen
                .present
                .servers
                .iter()
                .find(|known| known.id == server.id);
            let name = known.map_or(&server.name, |known| &known.name);
            Object::new(&server.id, name)
        })
        .collect();
    let about = lines(vec![
        when(&policy.pattern, policy.enabled),
        policy.retention.to_string(),
        backups,
    ]);
    let vault = seen
        .plan
        .vaults
        .iter()
        .find(|vault| vault.from.as_ref().is_some_and(|from| from.id == policy.id));
    let (name, servers) = (policy.name.clone(), server_list(servers, paths));
    let (after, size) = (after(seen, policy, vault, paths), size(vault));
    view! {
        <tr role="row">
            <Cell label="Today in CSBS" heading=true>
                <TextLink href=href><bdi>{name}</bdi></TextLink> {about} {servers}
            </Cell>
            <Cell label="Afterwards in CBR">{after}</Cell>
            <Cell label="Size of the vault">{size}</Cell>
        </tr>
    }
    .into_any()
}

fn after(
    seen: &Seen,
    policy: &Policy,
    vault: Option<&PlannedVault>,
    paths: StoredValue<Paths>,
) -> AnyView {
    let planned = seen
        .plan
        .policies
        .iter()
        .find(|planned| planned.from.id == policy.id);
    let head = match (vault, planned) {
        (Some(vault), Some(_)) => format!("Vault “{}” with a policy", vault.name.as_str()),
        (Some(vault), None) => format!("Vault “{}” without a policy", vault.name.as_str()),
        (None, Some(planned)) => format!("Policy “{}” only", planned.create.name.as_str()),
        (None, None) => "Nothing".to_owned(),
    };
    let mut about = Vec::new();
    if let Some(planned) = planned {
        let rules = &planned.create.trigger.properties.pattern;
        let enabled = planned.create.enabled != Some(false);
        about.extend(rules.iter().map(|rule| when(rule, enabled)));
        let kept = planned.create.operation_definition.retention();
        about.push(kept.to_string());
    }
    let mut servers = Vec::new();
    if let Some(vault) = vault {
        about.push(count(vault.backups.len(), "backup", "backups"));
        servers = vault
            .servers
            .iter()
            .map(|server| Object::new(&server.id, server.name.as_deref().unwrap_or_default()))
            .collect();
    }
    view! { <strong><bdi>{head}</bdi></strong> {lines(about)} {server_list(servers, paths)} }
        .into_any()
}

/// How large, and why.
fn size(vault: Option<&PlannedVault>) -> AnyView {
    let Some(vault) = vault else {
        return view! { <span>"No vault"</span> }.into_any();
    };
    let gb = gigabytes(u64::try_from(vault.size.gb).unwrap_or_default());
    let how = vault.size.to_string();
    view! { <strong>{gb}</strong> {lines(vec![sentence(&how)])} }.into_any()
}

/// A sentence from words that begin small and have no full stop.
fn sentence(words: &str) -> String {
    let mut rest = words.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(rest).chain(['.']).collect()
}

fn server_list(servers: Vec<Object>, paths: StoredValue<Paths>) -> AnyView {
    if servers.is_empty() {
        return lines(vec!["No server".to_owned()]);
    }
    let summary = count(servers.len(), "server", "servers");
    let servers = StoredValue::new(servers);
    let list = move || {
        let link = |server: Object| {
            let href = paths.with_value(|paths| paths.server(&server.id));
            let name = if server.name.is_empty() {
                server.id
            } else {
                server.name
            };
            view! { <li><TextLink href=href><bdi>{name}</bdi></TextLink></li> }
        };
        servers.get_value().into_iter().map(link).collect_view()
    };
    view! { <Details summary=summary><ul class="migration-servers">{list()}</ul></Details> }
        .into_any()
}

/// Backups of no policy.
fn rest_row(vault: &PlannedVault, paths: StoredValue<Paths>) -> AnyView {
    let what = if vault.replicas {
        "Replicas from another region"
    } else {
        "Backups of no policy"
    };
    let (backups, kind) = (
        count(vault.backups.len(), "backup", "backups"),
        if vault.replicas {
            "Vault for replicas"
        } else {
            "Vault"
        },
    );
    let head = format!("{kind} “{}” without a policy", vault.name.as_str());
    let by_hand = paths.with_value(|paths| paths.backups_where(&[("origin", "manual")]));
    let today = lines(vec![backups.clone()]);
    let after = lines(vec![
        backups,
        "They stay until somebody deletes them".to_owned(),
    ]);
    let size = size(Some(vault));
    view! {
        <tr role="row">
            <Cell label="Today in CSBS" heading=true><TextLink href=by_hand>{what}</TextLink> {today}</Cell>
            <Cell label="Afterwards in CBR"><strong><bdi>{head}</bdi></strong> {after}</Cell>
            <Cell label="Size of the vault">{size}</Cell>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_told_with_whether_they_run() {
        assert_eq!(
            when("FREQ=DAILY;BYHOUR=2;BYMINUTE=0", false),
            "Every day at 02:00 UTC (off)"
        );
        assert_eq!(when("FREQ=HOURLY", true), "A schedule that cannot be read");
        assert_eq!(sentence("no backup yet"), "No backup yet.");
    }
}

//! Finding vaults: in the project, in another one, and all of them in two numbers (cbr-v3 5.1, 2, 13, 14).

use contract::cbr::vaults::{Summary, Vault};

use super::all;
use crate::cbr::page::{self, Listed};
use crate::cbr::{associations, invalid};
use crate::csbs::Page;
use crate::http::Pairs;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Which vaults are asked for (2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    name: Option<String>,
    ids: Vec<String>,
    words: Vec<(&'static str, String)>,
    policy: Option<String>,
    resources: Vec<String>,
    nothing: bool,
}

impl Filter {
    /// Reads the query; misspelt names that clients send are read too.
    pub fn parse(pairs: &Pairs) -> Self {
        let words = [
            "cloud_type",
            "protect_type",
            "object_type",
            "status",
            "availability_zone",
        ]
        .into_iter()
        .filter_map(|name| {
            let alias = if name == "object_type" {
                "objcet_type"
            } else {
                name
            };
            Some((
                name,
                pairs
                    .filled(name)
                    .or_else(|| pairs.filled(alias))?
                    .to_owned(),
            ))
        })
        .collect();
        let split = |name: &str| -> Vec<String> {
            pairs
                .all(name)
                .flat_map(|list| list.split(','))
                .map(str::trim)
                .filter(|id| !id.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let mut resources = split("resource_ids");
        resources.extend(split("resources_ids"));
        Self {
            name: page::filter(pairs, "name"),
            ids: split("id"),
            words,
            policy: page::filter(pairs, "policy_id"),
            resources,
            nothing: page::other_enterprise_project(pairs),
        }
    }

    fn finds(&self, vault: &Vault, policies: &[String]) -> bool {
        let billing = &vault.billing;
        !self.nothing
            && self
                .name
                .as_ref()
                .is_none_or(|part| vault.name.contains(part))
            && (self.ids.is_empty() || self.ids.contains(&vault.id))
            && self.policy.as_ref().is_none_or(|id| policies.contains(id))
            && (self.resources.is_empty()
                || vault
                    .resources
                    .iter()
                    .any(|resource| self.resources.contains(&resource.id)))
            && self.words.iter().all(|(name, word)| {
                let value = match *name {
                    "cloud_type" => &billing.cloud_type,
                    "protect_type" => &billing.protect_type,
                    "object_type" => &billing.object_type,
                    "status" => &billing.status,
                    _ => &vault.availability_zone,
                };
                value == word
            })
    }
}

/// Vaults of a project, filtered and paged (2).
pub fn list(
    turn: &Turn<'_>,
    project_id: &str,
    filter: &Filter,
    page: &Page,
) -> Outcome<Listed<Vault>> {
    let tenant = turn.tenant(project_id)?;
    let mut found = Vec::new();
    for stored in all(turn, tenant)? {
        let policies = associations::of_vault(turn, stored.no)?;
        let ids: Vec<_> = policies.into_iter().map(|link| link.policy_id).collect();
        if filter.finds(&stored.vault, &ids) {
            found.push(stored.vault);
        }
    }
    page::cut(found, page, |vault| &vault.id)
}

/// Capacity and use of all vaults (13).
pub fn summary(turn: &Turn<'_>, project_id: &str) -> Outcome<Summary> {
    let tenant = turn.tenant(project_id)?;
    let (size, used_mb): (i64, i64) = turn
        .db
        .prepare_cached("SELECT coalesce(sum(size_gb), 0), coalesce(sum(used_mb), 0) FROM cbr_vaults WHERE project = ?1")?
        .query_row([tenant], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Summary {
        size: Some(size),
        // Begun gigabytes count, so that something never shows as nothing.
        used_size: Some((used_mb + 1023) / 1024),
    })
}

/// Vaults of another project or region (14).
pub fn external(turn: &Turn<'_>, pairs: &Pairs, page: &Page) -> Outcome<Listed<Vault>> {
    let required = |name: &str| {
        pairs
            .filled(name)
            .ok_or_else(|| invalid(name, "is missing"))
    };
    let project_id = required("external_project_id")?;
    let region = required("region_id")?;
    let known = crate::cbr::region_of(turn, project_id)?;
    let one = pairs.filled("vault_id");
    let filter = Filter {
        ids: one.map(str::to_owned).into_iter().collect(),
        ..if one.is_some() {
            Filter::default()
        } else {
            Filter::parse(pairs)
        }
    };
    let reachable = known
        .as_deref()
        .is_some_and(|own| own == region || crate::cbr::runs::REGIONS.contains(&region));
    if !reachable {
        return page::cut(Vec::new(), page, |vault: &Vault| &vault.id);
    }
    list(turn, project_id, &filter, page)
}

//! Making a vault (cbr-v3 5.1, 1).

use contract::cbr::rules::{DEFAULT_THRESHOLD, ShortText};
use contract::cbr::vaults::{Vault, VaultCreate};
use contract::vault::{CreateFacts, VaultPolicy, create_refusals};
use rusqlite::params;

use super::{facts, show, stored};
use crate::cbr::{associations, policies, resources, tags};
use crate::iam::Authenticated;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Makes a vault (1).
pub fn create(turn: &Turn<'_>, who: &Authenticated, wanted: &VaultCreate) -> Outcome<Vault> {
    let project_id = &who.project.id;
    let tenant = turn.tenant(project_id)?;
    refuse_creation(turn, project_id, wanted)?;
    let auto_bind = wanted.auto_bind.unwrap_or(false);
    let rules = wanted.bind_rules.clone().unwrap_or_default();
    let bind = tags::added(
        &[],
        &rules.tags.unwrap_or_default(),
        "vault.bind_rules.tags",
    )?;
    let own_tags = tags::added(
        &[],
        wanted.tags.as_deref().unwrap_or_default(),
        "vault.tags",
    )?;
    let id = turn.new_id();
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_vaults (id, project, user_id, name, description, created_at, object_type, protect_type,
                 consistent_level, cloud_type, size_gb, multi_az, auto_bind, bind_rules, auto_expand, smn_notify,
                 threshold, locked, zone, name_prefix, demand_billing, tags, charging_mode)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                 ?23)",
        )?
        .execute(params![
            id,
            tenant,
            who.user.id,
            wanted.name.as_str(),
            wanted.description.as_ref().map_or("", ShortText::as_str),
            turn.now.micros(),
            wanted.billing.object_type,
            wanted.billing.protect_type,
            wanted.billing.consistent_level,
            wanted.billing.cloud_type.as_deref().unwrap_or("public"),
            wanted.billing.size,
            wanted.billing.is_multi_az.unwrap_or(false),
            auto_bind,
            serde_json::to_string(&bind)?,
            wanted.auto_expand.unwrap_or(false),
            wanted.smn_notify.unwrap_or(true),
            wanted.threshold.unwrap_or(DEFAULT_THRESHOLD),
            wanted.locked.unwrap_or(false),
            wanted.availability_zone.as_deref().unwrap_or_default(),
            wanted.backup_name_prefix.as_deref().unwrap_or_default(),
            wanted.demand_billing.unwrap_or(false),
            serde_json::to_string(&own_tags)?,
            wanted.billing.charging_mode.as_deref().unwrap_or("post_paid"),
        ])?;
    let made = stored(turn, project_id, &id)?;
    resources::put_in(turn, &made, &wanted.resources)?;
    if let Some(policy) = wanted
        .backup_policy_id
        .as_deref()
        .filter(|id| !id.is_empty())
    {
        let policy = policies::stored(turn, project_id, policy)?;
        associations::apply(turn, &made, &policy, None)?;
    }
    if auto_bind {
        resources::bind_by_tags(turn, tenant)?;
    }
    show(turn, project_id, &id)
}

fn refuse_creation(turn: &Turn<'_>, project_id: &str, wanted: &VaultCreate) -> Outcome<()> {
    let tenant = turn.tenant(project_id)?;
    let candidates = facts::Candidates::of(turn, project_id, &wanted.resources)?;
    let policy = wanted.backup_policy_id.as_deref();
    let policy = match policy.filter(|id| !id.is_empty()) {
        Some(id) => facts::policy(turn, project_id, id)?,
        None => None,
    };
    let known = CreateFacts {
        vaults: &facts::vaults(turn, tenant)?,
        candidates: &candidates.all(),
        policy: policy.as_ref().map(VaultPolicy::facts),
    };
    facts::refuse(create_refusals(wanted, &known))
}

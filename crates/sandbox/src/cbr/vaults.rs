//! Vaults: made, shown, found, changed and deleted (cbr-v3 5.1).

use contract::cbr::Tag;
use contract::cbr::rules::{
    DEFAULT_THRESHOLD, MAX_BIND_TAGS, MAX_VAULTS, MIN_NEW_SIZE, ObjectType, SIZES, ShortName,
    ShortText, spec_code, within,
};
use contract::cbr::vaults::{
    Billing, BillingCreate, BindRules, Resource, Summary, Vault, VaultBatchUpdate, VaultCreate,
    VaultUpdate,
};
use contract::time::Timestamp;
use rusqlite::{Row, params};
use serde_json::json;

use super::page::{self, Listed};
use super::{associations, invalid, refusal, resources, tags, tasks};
use crate::csbs::Page;
use crate::http::Pairs;
use crate::iam::Authenticated;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The operation that deletes vaults.
pub const DELETE: &str = "cbr.vaults.delete";

const COLUMNS: &str = "v.no, v.id, v.user_id, v.name, v.description, v.created_at, v.object_type, v.protect_type,
     v.consistent_level, v.cloud_type, v.size_gb, v.used_mb, v.status, v.multi_az, v.auto_bind, v.bind_rules,
     v.auto_expand, v.smn_notify, v.threshold, v.locked, v.zone, v.name_prefix, v.demand_billing, v.tags,
     t.project_id, v.project";

/// A vault and its number in the store.
pub struct Stored {
    /// Row number.
    pub no: i64,
    /// Number of its project.
    pub tenant: i64,
    /// What it holds.
    pub object: ObjectType,
    /// As the service shows it, without its resources.
    pub vault: Vault,
}

impl Stored {
    /// MB that its backups take.
    pub fn used_mb(&self) -> i64 {
        self.vault.billing.used.unwrap_or(0)
    }

    /// MB it can hold.
    pub fn capacity_mb(&self) -> i64 {
        self.vault.billing.size.unwrap_or(0) * 1024
    }

    /// Whether it grows by itself.
    pub fn expands(&self) -> bool {
        self.vault.auto_expand == Some(true)
    }

    /// Whether nothing automatic may be deleted from it.
    pub fn locked(&self) -> bool {
        self.vault.locked == Some(true)
    }

    /// Whether it takes replicas only.
    pub fn for_replicas(&self) -> bool {
        self.vault.billing.protect_type == "replication"
    }

    /// Whether applications take part in its backups.
    pub fn with_applications(&self) -> bool {
        self.vault.billing.consistent_level == "app_consistent"
    }

    /// Refuses with this code unless the vault is available (or locked by billing, where that is enough).
    pub fn require_usable(&self, code: &'static str) -> Outcome<()> {
        match self.vault.billing.status.as_str() {
            "available" | "lock" => Ok(()),
            status => {
                let message = format!(
                    "Vault {} is {status}; wait until it is available.",
                    self.vault.name
                );
                Err(refusal(code, message).into())
            }
        }
    }
}

/// There is no such vault.
pub fn unknown(id: &str) -> Refusal {
    refusal("BackupService.6105", format!("There is no vault {id}."))
}

fn read(row: &Row<'_>) -> Outcome<Stored> {
    let word: String = row.get(6)?;
    let object = ObjectType::from_word(&word).unwrap_or(ObjectType::Server);
    let (protect, consistent): (String, String) = (row.get(7)?, row.get(8)?);
    let bind: Vec<Tag> = serde_json::from_str(&row.get::<_, String>(15)?)?;
    let spec = spec_code(object, &protect, &consistent);
    Ok(Stored {
        no: row.get(0)?,
        tenant: row.get(25)?,
        object,
        vault: Vault {
            id: row.get(1)?,
            name: row.get(3)?,
            description: row.get(4)?,
            project_id: row.get(24)?,
            user_id: row.get(2)?,
            provider_id: object.provider_id().to_owned(),
            created_at: Some(Timestamp::from_micros(row.get(5)?)),
            billing: Billing {
                allocated: Some(0),
                used: Some(row.get(11)?),
                size: Some(row.get(10)?),
                cloud_type: row.get(9)?,
                consistent_level: consistent,
                object_type: word,
                protect_type: protect,
                charging_mode: "post_paid".to_owned(),
                spec_code: spec.to_owned(),
                status: row.get(12)?,
                is_multi_az: Some(row.get(13)?),
                ..Billing::default()
            },
            resources: Vec::new(),
            tags: serde_json::from_str(&row.get::<_, String>(23)?)?,
            enterprise_project_id: "0".to_owned(),
            auto_bind: Some(row.get(14)?),
            bind_rules: BindRules {
                tags: (!bind.is_empty()).then_some(bind),
            },
            auto_expand: Some(row.get(16)?),
            smn_notify: Some(row.get(17)?),
            threshold: Some(row.get(18)?),
            locked: Some(row.get(19)?),
            availability_zone: row.get(20)?,
            backup_name_prefix: row.get(21)?,
            sys_lock_source_service: String::new(),
            demand_billing: Some(row.get(22)?),
            frozen: Some(false),
            cbc_delete_count: Some(0),
        },
    })
}

fn fill_resources(turn: &Turn<'_>, stored: &mut Stored) -> Outcome<()> {
    let busy: Vec<(String, String)> = turn
        .db
        .prepare_cached(
            "SELECT resource_id, status FROM cbr_backups
             WHERE project = ?1 AND status IN ('protecting', 'restoring') AND vault = ?2 AND image_type = 'backup'",
        )?
        .query_map((stored.tenant, stored.no), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut query = turn.db.prepare_cached(
        "SELECT resource_id, kind, name, size_gb, excluded, suspended, backups, backups_mb FROM cbr_resources
         WHERE vault = ?1 ORDER BY no",
    )?;
    let mut rows = query.query([stored.no])?;
    let mut allocated = 0;
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let size: i64 = row.get(3)?;
        allocated += size;
        let excluded: Vec<String> = serde_json::from_str(&row.get::<_, String>(4)?)?;
        let status = busy
            .iter()
            .find(|(of, _)| *of == id)
            .map_or("available", |(_, status)| status);
        stored.vault.resources.push(Resource {
            kind: row.get(1)?,
            name: row.get(2)?,
            extra_info: if excluded.is_empty() {
                json!({})
            } else {
                json!({"exclude_volumes": excluded})
            },
            size: Some(size),
            backup_size: Some(row.get(7)?),
            backup_count: Some(row.get(6)?),
            protect_status: status.to_owned(),
            auto_protect: Some(!row.get::<_, bool>(5)?),
            id,
        });
    }
    stored.vault.billing.allocated = Some(allocated);
    Ok(())
}

fn select(turn: &Turn<'_>, condition: &str, value: impl rusqlite::ToSql) -> Outcome<Vec<Stored>> {
    let mut query = turn.db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM cbr_vaults v JOIN tenants t ON t.no = v.project WHERE {condition}
         ORDER BY v.created_at DESC, v.no DESC"
    ))?;
    let mut rows = query.query([value])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut stored = read(row)?;
        fill_resources(turn, &mut stored)?;
        found.push(stored);
    }
    Ok(found)
}

/// A vault by its number; `None` when it is gone.
pub fn by_number(turn: &Turn<'_>, no: i64) -> Outcome<Option<Stored>> {
    Ok(select(turn, "v.no = ?1", no)?.pop())
}

/// A vault of any project.
pub fn anywhere(turn: &Turn<'_>, id: &str) -> Outcome<Option<Stored>> {
    Ok(select(turn, "v.id = ?1", id)?.pop())
}

/// A vault of the project.
pub fn stored(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Stored> {
    match anywhere(turn, id)? {
        Some(stored) if stored.vault.project_id == project_id => Ok(stored),
        _ => Err(unknown(id).into()),
    }
}

/// One vault (3).
pub fn show(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Vault> {
    Ok(stored(turn, project_id, id)?.vault)
}

/// Every vault of a project, newest first.
pub fn all(turn: &Turn<'_>, tenant: i64) -> Outcome<Vec<Stored>> {
    select(turn, "v.project = ?1", tenant)
}

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

/// Makes a vault (1).
pub fn create(turn: &Turn<'_>, who: &Authenticated, wanted: &VaultCreate) -> Outcome<Vault> {
    let project_id = &who.project.id;
    let tenant = turn.tenant(project_id)?;
    let object = check_billing(&wanted.billing)?;
    let threshold = check_threshold(wanted.threshold)?.unwrap_or(DEFAULT_THRESHOLD);
    let bind = bind_tags(wanted.bind_rules.as_ref())?;
    let auto_bind = wanted.auto_bind.unwrap_or(false);
    check_binding(auto_bind, &bind, object)?;
    let own_tags = tags::added(
        &[],
        wanted.tags.as_deref().unwrap_or_default(),
        "vault.tags",
    )?;
    let text = |member: &str, text: Option<&str>, limit: usize| -> Outcome<String> {
        let text = text.unwrap_or_default();
        let length = text.chars().count();
        if length > limit {
            let rule = contract::rules::Broken::TooLong { length, limit };
            return Err(invalid(&format!("vault.{member}"), rule).into());
        }
        Ok(text.to_owned())
    };
    let zone = text("availability_zone", wanted.availability_zone.as_deref(), 32)?;
    let prefix = text(
        "backup_name_prefix",
        wanted.backup_name_prefix.as_deref(),
        32,
    )?;
    if !prefix.is_empty() {
        ShortName::try_from(prefix.clone())
            .map_err(|rule| invalid("vault.backup_name_prefix", rule))?;
    }
    if wanted
        .enterprise_project_id
        .as_deref()
        .is_some_and(|id| !matches!(id, "" | "0"))
    {
        return Err(invalid(
            "vault.enterprise_project_id",
            "only the default one, 0, exists here",
        )
        .into());
    }
    let vaults: i64 = turn
        .db
        .prepare_cached("SELECT count(*) FROM cbr_vaults WHERE project = ?1")?
        .query_row([tenant], |row| row.get(0))?;
    if usize::try_from(vaults).unwrap_or(usize::MAX) >= MAX_VAULTS {
        let message = format!("The project has {vaults} vaults; at most {MAX_VAULTS} are allowed.");
        return Err(refusal("BackupService.6133", message).into());
    }
    let id = turn.new_id();
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_vaults (id, project, user_id, name, description, created_at, object_type, protect_type,
                 consistent_level, cloud_type, size_gb, multi_az, auto_bind, bind_rules, auto_expand, smn_notify,
                 threshold, locked, zone, name_prefix, demand_billing, tags)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
        )?
        .execute(params![
            id,
            tenant,
            who.user.id,
            wanted.name.as_str(),
            wanted.description.as_ref().map_or("", ShortText::as_str),
            turn.now.micros(),
            object.as_str(),
            wanted.billing.protect_type,
            wanted.billing.consistent_level,
            wanted.billing.cloud_type.as_deref().unwrap_or("public"),
            wanted.billing.size,
            wanted.billing.is_multi_az.unwrap_or(false),
            auto_bind,
            serde_json::to_string(&bind)?,
            wanted.auto_expand.unwrap_or(false),
            wanted.smn_notify.unwrap_or(true),
            threshold,
            wanted.locked.unwrap_or(false),
            zone,
            prefix,
            wanted.demand_billing.unwrap_or(false),
            serde_json::to_string(&own_tags)?,
        ])?;
    let made = stored(turn, project_id, &id)?;
    resources::put_in(turn, &made, &wanted.resources, "vault.resources")?;
    if let Some(policy) = wanted
        .backup_policy_id
        .as_deref()
        .filter(|id| !id.is_empty())
    {
        associations::apply(turn, &stored(turn, project_id, &id)?, policy, None)?;
    }
    if auto_bind {
        resources::bind_by_tags(turn, tenant)?;
    }
    show(turn, project_id, &id)
}

fn check_billing(billing: &BillingCreate) -> Outcome<ObjectType> {
    let word = |member: &str, given: &str, allowed: &[&str]| {
        if allowed.contains(&given) {
            return Ok(());
        }
        let rule = format!("`{given}` is none of {}", allowed.join(", "));
        Err(invalid(&format!("vault.billing.{member}"), rule))
    };
    word(
        "consistent_level",
        &billing.consistent_level,
        &["crash_consistent", "app_consistent"],
    )?;
    if !matches!(
        billing.protect_type.as_str(),
        "backup" | "replication" | "hybrid"
    ) {
        let message = format!(
            "vault.billing.protect_type: `{}` is neither backup nor replication.",
            billing.protect_type
        );
        return Err(refusal("BackupService.6116", message).into());
    }
    let object = ObjectType::from_word(&billing.object_type).ok_or_else(|| {
        let words: Vec<_> = ObjectType::ALL.iter().map(|kind| kind.as_str()).collect();
        let rule = format!("`{}` is none of {}", billing.object_type, words.join(", "));
        invalid("vault.billing.object_type", rule)
    })?;
    if let Some(cloud) = &billing.cloud_type {
        word("cloud_type", cloud, &["public", "hybrid"])?;
    }
    if within(billing.size, (MIN_NEW_SIZE, SIZES.1)).is_err() {
        let message = format!(
            "vault.billing.size: {} GB is outside the range from {MIN_NEW_SIZE} to {}.",
            billing.size, SIZES.1
        );
        return Err(refusal("BackupService.6101", message).into());
    }
    match billing.charging_mode.as_deref() {
        None | Some("post_paid") => Ok(object),
        Some("pre_paid") => Err(not_sold().into()),
        Some(other) => {
            let rule = format!("`{other}` is neither post_paid nor pre_paid");
            Err(invalid("vault.billing.charging_mode", rule).into())
        }
    }
}

/// What orders and changes of payment are answered with.
pub fn not_sold() -> Refusal {
    refusal(
        "BackupService.8400",
        "There is no product to order: nothing is sold here. Make a vault with charging_mode post_paid.",
    )
}

fn check_threshold(given: Option<i64>) -> Outcome<Option<i64>> {
    match given.map(|percent| within(percent, (1, 100))) {
        Some(Err(rule)) => Err(invalid("vault.threshold", rule).into()),
        _ => Ok(given),
    }
}

fn bind_tags(rules: Option<&BindRules>) -> Outcome<Vec<Tag>> {
    let given = rules
        .and_then(|rules| rules.tags.clone())
        .unwrap_or_default();
    if given.len() > MAX_BIND_TAGS {
        let rule = format!(
            "{} tags are too many; at most {MAX_BIND_TAGS} are allowed",
            given.len()
        );
        return Err(invalid("vault.bind_rules.tags", rule).into());
    }
    tags::added(&[], &given, "vault.bind_rules.tags")
}

fn check_binding(auto_bind: bool, tags: &[Tag], object: ObjectType) -> Outcome<()> {
    if auto_bind && tags.is_empty() {
        return Err(invalid("vault.bind_rules.tags", "is needed when auto_bind is on").into());
    }
    if auto_bind && object != ObjectType::Server {
        return Err(invalid(
            "vault.auto_bind",
            "only vaults for servers take them in by their tags",
        )
        .into());
    }
    Ok(())
}

/// Changes a vault (4).
pub fn update(turn: &Turn<'_>, project_id: &str, id: &str, change: &VaultUpdate) -> Outcome<Vault> {
    let stored = stored(turn, project_id, id)?;
    stored.require_usable("BackupService.6112")?;
    if change.locked == Some(false) && stored.locked() {
        let message = format!(
            "Vault {} is locked, and a lock is never undone.",
            stored.vault.name
        );
        return Err(refusal("BackupService.6110", message).into());
    }
    let threshold = check_threshold(change.threshold)?;
    let size = change.billing.as_ref().and_then(|billing| billing.size);
    if let Some(size) = size {
        check_resize(&stored, size)?;
    }
    let bind = match &change.bind_rules {
        Some(rules) => bind_tags(Some(rules))?,
        None => stored.vault.bind_rules.tags.clone().unwrap_or_default(),
    };
    let auto_bind = change.auto_bind.or(stored.vault.auto_bind).unwrap_or(false);
    check_binding(auto_bind, &bind, stored.object)?;
    turn.db
        .prepare_cached(
            "UPDATE cbr_vaults SET name = coalesce(?2, name), size_gb = coalesce(?3, size_gb), auto_bind = ?4,
                 bind_rules = ?5, auto_expand = coalesce(?6, auto_expand), smn_notify = coalesce(?7, smn_notify),
                 threshold = coalesce(?8, threshold), locked = coalesce(?9, locked) WHERE no = ?1",
        )?
        .execute(params![
            stored.no,
            change.name.as_ref().map(ShortName::as_str),
            size,
            auto_bind,
            serde_json::to_string(&bind)?,
            change.auto_expand,
            change.smn_notify,
            threshold,
            change.locked,
        ])?;
    if auto_bind {
        resources::bind_by_tags(turn, stored.tenant)?;
    }
    show(turn, project_id, id)
}

fn check_resize(stored: &Stored, size: i64) -> Outcome<()> {
    let name = &stored.vault.name;
    let allocated = stored.vault.billing.allocated.unwrap_or(0);
    if within(size, SIZES).is_err() {
        let message = format!(
            "vault.billing.size: {size} GB is outside the range from {} to {}.",
            SIZES.0, SIZES.1
        );
        return Err(refusal("BackupService.6101", message).into());
    }
    if size * 1024 < stored.used_mb() {
        let message = format!(
            "The backups in vault {name} take {} MB; {size} GB would not hold them.",
            stored.used_mb()
        );
        return Err(refusal("BackupService.6114", message).into());
    }
    if size < allocated && size < stored.vault.billing.size.unwrap_or(0) {
        let message = format!(
            "The resources in vault {name} have {allocated} GB; it cannot be made smaller than that."
        );
        return Err(refusal("BackupService.6101", message).into());
    }
    Ok(())
}

/// Changes every vault of the project (12).
pub fn update_all(
    turn: &Turn<'_>,
    project_id: &str,
    change: &VaultBatchUpdate,
) -> Outcome<Vec<String>> {
    let tenant = turn.tenant(project_id)?;
    let threshold = check_threshold(change.threshold)?;
    turn.db
        .prepare_cached(
            "UPDATE cbr_vaults SET smn_notify = coalesce(?2, smn_notify), threshold = coalesce(?3, threshold)
             WHERE project = ?1",
        )?
        .execute((tenant, change.smn_notify, threshold))?;
    Ok(all(turn, tenant)?
        .into_iter()
        .map(|stored| stored.vault.id)
        .collect())
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

/// Deletes a vault with all its backups (5); it is gone when its task is over.
pub fn delete(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<()> {
    let stored = stored(turn, project_id, id)?;
    let name = &stored.vault.name;
    match stored.vault.billing.status.as_str() {
        "available" | "error" => {}
        status => {
            let message = format!("Vault {name} is {status}; only available ones can be deleted.");
            return Err(refusal("BackupService.6112", message).into());
        }
    }
    resources::require_idle(turn, &stored)?;
    let count = |condition: &str| -> Outcome<i64> {
        let sql = format!("SELECT count(*) FROM cbr_backups WHERE vault = ?1 AND {condition}");
        Ok(turn
            .db
            .prepare_cached(&sql)?
            .query_row([stored.no], |row| row.get(0))?)
    };
    if count("image_id IS NOT NULL")? > 0 {
        let message =
            format!("Images were made from backups in vault {name}; delete the images first.");
        return Err(refusal("BackupService.6204", message).into());
    }
    if stored.locked() && count("automatic")? > 0 {
        let message = format!(
            "Vault {name} is locked and holds automatic backups; it can be deleted when they have expired."
        );
        return Err(refusal("BackupService.6111", message).into());
    }
    let total = count("1")?;
    turn.db
        .prepare_cached("UPDATE cbr_vaults SET status = 'deleting' WHERE no = ?1")?
        .execute([stored.no])?;
    turn.db
        .prepare_cached(
            "UPDATE cbr_backups SET status = 'deleting', updated_at = ?2 WHERE vault = ?1",
        )?
        .execute((stored.no, turn.now.micros()))?;
    turn.db
        .prepare_cached("DELETE FROM cbr_vault_policies WHERE vault = ?1")?
        .execute([stored.no])?;
    tasks::begin(
        turn,
        &tasks::Begin {
            operation_type: "vault_delete",
            // An empty one is gone when the next call looks: clients take the answer for the end.
            seconds: match total {
                0 => 0,
                _ => crate::csbs::numbers::delete_seconds(stored.used_mb()),
            },
            extra: json!({"vault_delete": {"fail_count": 0, "total_count": total}}),
            operation: DELETE,
            ..tasks::Begin::of_vault(&stored)
        },
    )?;
    Ok(())
}

/// The end of a deletion (tasks): gone, or, when it failed, in error with its backups.
pub fn deleted(turn: &Turn<'_>, vault_id: &str, failed: bool) -> Outcome<()> {
    let Some(stored) = anywhere(turn, vault_id)? else {
        return Ok(());
    };
    let sql = if failed {
        "UPDATE cbr_backups SET status = 'available' WHERE vault = ?1 AND status = 'deleting'"
    } else {
        "DELETE FROM cbr_vaults WHERE no = ?1"
    };
    turn.db.prepare_cached(sql)?.execute([stored.no])?;
    if failed {
        turn.db
            .prepare_cached("UPDATE cbr_vaults SET status = 'error' WHERE no = ?1")?
            .execute([stored.no])?;
    }
    Ok(())
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
    let known = super::region_of(turn, project_id)?;
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
        .is_some_and(|own| own == region || super::runs::REGIONS.contains(&region));
    if !reachable {
        return page::cut(Vec::new(), page, |vault: &Vault| &vault.id);
    }
    list(turn, project_id, &filter, page)
}

/// Makes room for so many MB: whether there is room, after growing where that is allowed.
pub fn make_room(turn: &Turn<'_>, stored: &Stored, mb: i64) -> Outcome<bool> {
    let needed = stored.used_mb() + mb;
    if needed <= stored.capacity_mb() {
        return Ok(true);
    }
    if !stored.expands() {
        return Ok(false);
    }
    // By a tenth at least, so that it does not grow with every backup.
    let size = stored.vault.billing.size.unwrap_or(0);
    let grown = (size + (size + 9) / 10)
        .min(SIZES.1)
        .max((needed + 1023) / 1024);
    if grown > SIZES.1 {
        return Ok(false);
    }
    turn.db
        .prepare_cached("UPDATE cbr_vaults SET size_gb = ?2 WHERE no = ?1")?
        .execute((stored.no, grown))?;
    Ok(true)
}

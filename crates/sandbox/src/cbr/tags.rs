//! Tags of vaults, and searching by them (cbr-v3 5.8).

use std::collections::{BTreeMap, BTreeSet};

use contract::cbr::Tag;
use contract::csbs::tags::{BatchAction, BatchTag, KeyValues, TagSearch, removed};
use contract::vault::checked_tags;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusal;
use super::vaults::{self, Stored};
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// Add or remove several tags; `sys_tags` are the service's own and are ignored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Batch {
    pub action: BatchAction,
    #[serde(default)]
    pub tags: Option<Vec<BatchTag>>,
}

/// A search by tags, with what this service adds to it: members of one body, read as two so that
/// what is wrong is said with its member.
#[derive(Clone, Debug)]
pub struct Search {
    pub common: TagSearch,
    pub more: VaultSearch,
}

/// What this service adds to a search by tags.
#[derive(Clone, Debug, Deserialize)]
pub struct VaultSearch {
    #[serde(default)]
    pub without_any_tag: Option<bool>,
    #[serde(default)]
    pub cloud_type: Option<String>,
    #[serde(default)]
    pub object_type: Option<String>,
}

/// Adds tags to those an object has; the same key gets the new value.
pub fn added(present: &[Tag], new: &[Tag], field: &str) -> Outcome<Vec<Tag>> {
    checked_tags(present, new, field).map_err(|refused| Refusal::from(refused).into())
}

fn write(turn: &Turn<'_>, stored: &Stored, tags: &[Tag]) -> Outcome<()> {
    turn.db
        .prepare_cached("UPDATE cbr_vaults SET tags = ?2 WHERE no = ?1")?
        .execute((stored.no, serde_json::to_string(tags)?))?;
    Ok(())
}

/// Tags of one vault (53).
pub fn show(turn: &Turn<'_>, project_id: &str, vault_id: &str) -> Outcome<Vec<Tag>> {
    Ok(vaults::show(turn, project_id, vault_id)?.tags)
}

/// Adds a tag (50).
pub fn add(turn: &Turn<'_>, project_id: &str, vault_id: &str, tag: Tag) -> Outcome<()> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    let tags = added(&stored.vault.tags, &[tag], "tag")?;
    write(turn, &stored, &tags)
}

/// Adds or removes several tags, all or none (52).
pub fn batch(turn: &Turn<'_>, project_id: &str, vault_id: &str, wanted: &Batch) -> Outcome<()> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    let given = wanted.tags.as_deref().unwrap_or_default();
    let tags = match wanted.action {
        BatchAction::Create => {
            let new: Vec<_> = given
                .iter()
                .map(|tag| Tag {
                    key: tag.key.clone(),
                    value: tag.value.clone().unwrap_or_default(),
                })
                .collect();
            added(&stored.vault.tags, &new, "tags")?
        }
        BatchAction::Delete => removed(&stored.vault.tags, given),
    };
    write(turn, &stored, &tags)
}

/// Removes one tag (51).
pub fn remove(turn: &Turn<'_>, project_id: &str, vault_id: &str, key: &str) -> Outcome<()> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    let left: Vec<_> = stored
        .vault
        .tags
        .iter()
        .filter(|tag| tag.key != key.trim())
        .cloned()
        .collect();
    if left.len() == stored.vault.tags.len() {
        let message = format!("Vault {} has no tag `{key}`.", stored.vault.name);
        return Err(refusal("BackupService.6601", message).into());
    }
    write(turn, &stored, &left)
}

/// All tags of the project's vaults (54).
pub fn of_project(turn: &Turn<'_>, project_id: &str) -> Outcome<Vec<KeyValues>> {
    let tenant = turn.tenant(project_id)?;
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for stored in vaults::all(turn, tenant)? {
        for tag in stored.vault.tags {
            keys.entry(tag.key).or_default().insert(tag.value);
        }
    }
    let rows = keys.into_iter().map(|(key, values)| KeyValues {
        key,
        values: values.into_iter().collect(),
    });
    Ok(rows.collect())
}

/// Filters or counts vaults by tags (55).
pub fn search(turn: &Turn<'_>, project_id: &str, wanted: &Search) -> Outcome<Value> {
    let broken = |rule: String| refusal("BackupService.9900", format!("{rule}."));
    wanted.common.check().map_err(broken)?;
    if wanted.common.matches.len() > 1 {
        return Err(broken("matches has more than one entry".to_owned()).into());
    }
    let (limit, offset) = wanted.common.page().map_err(broken)?;
    let tenant = turn.tenant(project_id)?;
    let same =
        |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|word| word == value);
    let found: Vec<Stored> = vaults::all(turn, tenant)?
        .into_iter()
        .filter(|stored| {
            let vault = &stored.vault;
            let by_tags = if wanted.more.without_any_tag == Some(true) {
                vault.tags.is_empty()
            } else {
                wanted.common.finds(&vault.name, &vault.tags)
            };
            by_tags
                && same(&wanted.more.cloud_type, &vault.billing.cloud_type)
                && same(&wanted.more.object_type, &vault.billing.object_type)
        })
        .collect();
    let total = found.len();
    if wanted.common.action == "count" {
        return Ok(json!({"total_count": total}));
    }
    let resources: Vec<_> = found
        .into_iter()
        .skip(offset)
        .take(limit)
        .map(|Stored { vault, .. }| {
            json!({
                "resource_id": vault.id,
                "resource_name": vault.name,
                "tags": vault.tags,
                "sys_tags": [],
                "resource_detail": {"vault": vault},
            })
        })
        .collect();
    Ok(json!({"resources": resources, "total_count": total}))
}

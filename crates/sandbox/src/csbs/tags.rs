//! Tags of backups and policies, and searching by them (csbs-v1 section 5).

use std::collections::{BTreeMap, BTreeSet};

use contract::csbs::Tag;
use contract::csbs::tags::{
    self as rules, BatchAction, KeyValues, TagBatchRequest, TagProblem, TagSearch,
};
use serde_json::{Value, json};

use super::{backups, policies};
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// What carries tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// A backup.
    Backup,
    /// A policy.
    Policy,
}

/// Tags of a new object: checked, blanks trimmed.
pub fn check_new(tags: &[Tag], field: &str) -> Outcome<Vec<Tag>> {
    rules::checked(tags).map_err(|problem| refusal(problem, field).into())
}

fn refusal(problem: TagProblem, field: &str) -> Refusal {
    match problem {
        TagProblem::TooMany { count } => {
            let message = format!("{field}: {count} tags are too many; at most 10 are allowed.");
            Refusal::bad("CSBS.7000", message)
        }
        TagProblem::Broken { member, rule } => {
            Refusal::parameter(&format!("{field}.{member}"), rule)
        }
    }
}

struct Tagged {
    no: i64,
    tags: Vec<Tag>,
}

fn find(turn: &Turn<'_>, project_id: &str, carrier: Carrier, id: &str) -> Outcome<Tagged> {
    match carrier {
        Carrier::Backup => {
            let found = backups::find(turn, project_id, id)?;
            let stored = found.ok_or_else(|| backups::unknown(id))?;
            Ok(Tagged {
                no: stored.seq,
                tags: stored.item.tags,
            })
        }
        Carrier::Policy => {
            let stored = policies::stored(turn, project_id, id)?;
            Ok(Tagged {
                no: stored.no,
                tags: stored.policy.tags,
            })
        }
    }
}

fn write(turn: &Turn<'_>, carrier: Carrier, no: i64, tags: &[Tag]) -> Outcome<()> {
    match carrier {
        Carrier::Backup => {
            turn.db
                .prepare_cached("UPDATE backups SET tags = ?2, updated_at = ?3 WHERE seq = ?1")?
                .execute((no, serde_json::to_string(tags)?, turn.now.micros()))?;
            Ok(())
        }
        Carrier::Policy => policies::write_tags(turn, no, tags),
    }
}

/// Tags of one object (5.4).
pub fn show(turn: &Turn<'_>, project_id: &str, carrier: Carrier, id: &str) -> Outcome<Vec<Tag>> {
    Ok(find(turn, project_id, carrier, id)?.tags)
}

/// Adds a tag; the same key gets the new value (5.4).
pub fn add(turn: &Turn<'_>, project_id: &str, carrier: Carrier, id: &str, tag: Tag) -> Outcome<()> {
    let tagged = find(turn, project_id, carrier, id)?;
    let tags = rules::added(&tagged.tags, &[tag]).map_err(|problem| refusal(problem, "tag"))?;
    write(turn, carrier, tagged.no, &tags)
}

/// Adds or removes several tags, all or none (5.3).
pub fn batch(
    turn: &Turn<'_>,
    project_id: &str,
    carrier: Carrier,
    id: &str,
    wanted: &TagBatchRequest,
) -> Outcome<()> {
    let tagged = find(turn, project_id, carrier, id)?;
    if wanted.tags.is_empty() {
        return Err(Refusal::parameter("tags", "must not be empty").into());
    }
    let tags = match wanted.action {
        BatchAction::Create => {
            let new: Vec<_> = wanted
                .tags
                .iter()
                .map(|tag| Tag {
                    key: tag.key.clone(),
                    value: tag.value.clone().unwrap_or_default(),
                })
                .collect();
            rules::added(&tagged.tags, &new).map_err(|problem| refusal(problem, "tags"))?
        }
        BatchAction::Delete => {
            for tag in &wanted.tags {
                check_gone(&tag.key, tag.value.as_deref().unwrap_or_default())?;
            }
            rules::removed(&tagged.tags, &wanted.tags)
        }
    };
    write(turn, carrier, tagged.no, &tags)
}

/// Removal takes any characters, but not any length (5.1).
fn check_gone(key: &str, value: &str) -> Outcome<()> {
    let too_long = |limit: usize, text: &str| text.chars().count() > limit;
    if key.trim().is_empty() {
        Err(Refusal::parameter("key", "must not be empty").into())
    } else if too_long(127, key) {
        Err(Refusal::parameter("key", "has more than 127 characters").into())
    } else if too_long(255, value) {
        Err(Refusal::parameter("value", "has more than 255 characters").into())
    } else {
        Ok(())
    }
}

/// Removes one tag (5.4).
pub fn remove(
    turn: &Turn<'_>,
    project_id: &str,
    carrier: Carrier,
    id: &str,
    key: &str,
) -> Outcome<()> {
    let tagged = find(turn, project_id, carrier, id)?;
    check_gone(key, "")?;
    let left: Vec<_> = tagged
        .tags
        .iter()
        .filter(|tag| tag.key != key.trim())
        .cloned()
        .collect();
    if left.len() == tagged.tags.len() {
        let message = format!("There is no tag `{key}` to remove.");
        return Err(Refusal::not_found("CSBS.7001", message).into());
    }
    write(turn, carrier, tagged.no, &left)
}

/// An object that a search looks at.
struct Found {
    no: i64,
    id: String,
    name: String,
    tags: Vec<Tag>,
}

/// Every object, or every one with tags, newest first.
fn all(turn: &Turn<'_>, tenant: i64, carrier: Carrier, tagged_only: bool) -> Outcome<Vec<Found>> {
    let sql = match (carrier, tagged_only) {
        (Carrier::Backup, true) => {
            "SELECT seq, id, name, tags FROM backups WHERE project = ?1 AND tags <> '[]' ORDER BY created_at DESC, seq DESC"
        }
        (Carrier::Backup, false) => {
            "SELECT seq, id, name, tags FROM backups WHERE project = ?1 ORDER BY created_at DESC, seq DESC"
        }
        (Carrier::Policy, _) => {
            "SELECT no, id, name, tags FROM policies WHERE project = ?1 ORDER BY created_at DESC, no DESC"
        }
    };
    let mut query = turn.db.prepare_cached(sql)?;
    let mut rows = query.query([tenant])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let tags = serde_json::from_str(row.get_ref(3)?.as_str().unwrap_or("[]"))?;
        found.push(Found {
            no: row.get(0)?,
            id: row.get(1)?,
            name: row.get(2)?,
            tags,
        });
    }
    Ok(found)
}

/// All tags of the project's backups or policies (5.4).
pub fn of_project(turn: &Turn<'_>, project_id: &str, carrier: Carrier) -> Outcome<Vec<KeyValues>> {
    let tenant = turn.tenant(project_id)?;
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for found in all(turn, tenant, carrier, true)? {
        for tag in found.tags {
            keys.entry(tag.key).or_default().insert(tag.value);
        }
    }
    Ok(keys
        .into_iter()
        .map(|(key, values)| KeyValues {
            key,
            values: values.into_iter().collect(),
        })
        .collect())
}

/// Filters or counts by tags (5.2).
pub fn search(
    turn: &Turn<'_>,
    project_id: &str,
    carrier: Carrier,
    wanted: &TagSearch,
) -> Outcome<Value> {
    let invalid = |rule: String| Refusal::bad("CSBS.9001", format!("{rule}."));
    wanted.check().map_err(invalid)?;
    let (limit, offset) = wanted.page().map_err(invalid)?;
    let tenant = turn.tenant(project_id)?;
    let tagged_only = !wanted.tags.is_empty() || !wanted.tags_any.is_empty();
    let mut found = all(turn, tenant, carrier, tagged_only)?;
    found.retain(|found| wanted.finds(&found.name, &found.tags));
    let total = found.len();
    if wanted.action == "count" {
        return Ok(json!({"total_count": total}));
    }
    let mut resources = Vec::new();
    for Found { no, id, name, tags } in found.into_iter().skip(offset).take(limit) {
        let detail = match carrier {
            Carrier::Backup => {
                let item = backups::by_number(turn, no)?.map(|stored| stored.item);
                json!({"checkpoint_item": item})
            }
            Carrier::Policy => json!({}),
        };
        resources.push(json!({
            "resource_id": id,
            "resource_name": name,
            "resource_detail": detail,
            "tags": tags,
        }));
    }
    Ok(json!({"resources": resources, "total_count": total}))
}

//! What a vault holds: put in, taken out, moved, left out of runs, taken in by tags (cbr-v3 5.1, 6 to 9).

use contract::cbr::vaults::{ResourceCreate, ResourcesMigrate, ResourcesSet};
use contract::rules::SERVER_KIND;
use contract::vault::{
    BindingFacts, MigrateFacts, RemoveFacts, VaultRefusal, add_refusals, bound, migrate_refusals,
    remove_refusals, set_refusals,
};
use rusqlite::OptionalExtension as _;
use serde_json::json;

use super::subjects::{self, Subject};
use super::tasks;
use super::vaults::{self, Stored, facts};
use crate::csbs::numbers;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The operation that takes resources out.
pub const REMOVE: &str = "cbr.vaults.remove_resources";

/// Puts resources into a vault (6); says their ids in the order they came.
pub fn add(
    turn: &Turn<'_>,
    project_id: &str,
    vault_id: &str,
    wanted: &[ResourceCreate],
) -> Outcome<Vec<String>> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    let candidates = facts::Candidates::of(turn, project_id, wanted)?;
    let (known, vaults) = (facts::of(&stored), facts::vaults(turn, stored.tenant)?);
    let candidates = candidates.all();
    facts::refuse(add_refusals(
        vault_id,
        wanted,
        &candidates,
        Some(&known),
        &vaults,
    ))?;
    if tasks::running(turn, vault_id, &["vault_delete"])? > 0 {
        return Err(Refusal::from(VaultRefusal::Going(stored.vault.name)).into());
    }
    put_in(turn, &stored, wanted)?;
    Ok(wanted.iter().map(|resource| resource.id.clone()).collect())
}

/// Puts resources into a vault; whoever calls has checked them.
pub fn put_in(turn: &Turn<'_>, stored: &Stored, wanted: &[ResourceCreate]) -> Outcome<()> {
    let project_id = &stored.vault.project_id;
    for resource in wanted {
        let extra = resource.extra_info.as_ref();
        let excluded = extra.and_then(|extra| extra.exclude_volumes.clone());
        let excluded = excluded.unwrap_or_default();
        let subject = subjects::find(turn, project_id, &resource.kind, &resource.id, &excluded)?;
        insert(turn, stored.no, &subject, false)?;
    }
    Ok(())
}

fn insert(turn: &Turn<'_>, vault: i64, subject: &Subject, bound: bool) -> Outcome<()> {
    let (backups, mb): (i64, i64) = turn
        .db
        .prepare_cached(
            "SELECT count(*), coalesce(sum(size_mb), 0) FROM cbr_backups
             WHERE resource_id = ?1 AND vault = ?2 AND image_type = 'backup'",
        )?
        .query_row((&subject.id, vault), |row| Ok((row.get(0)?, row.get(1)?)))?;
    turn.db
        .prepare_cached(
            "INSERT INTO cbr_resources (vault, resource_id, kind, name, size_gb, excluded, bound, backups, backups_mb)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            vault,
            &subject.id,
            &subject.kind,
            subject.name(),
            subject.size_gb(),
            serde_json::to_string(&subject.excluded)?,
            bound,
            backups,
            mb,
        ))?;
    Ok(())
}

/// The vault a resource is in.
pub fn vault_of(turn: &Turn<'_>, resource_id: &str) -> Outcome<Option<Stored>> {
    let found: Option<i64> = turn
        .db
        .prepare_cached("SELECT vault FROM cbr_resources WHERE resource_id = ?1")?
        .query_row([resource_id], |row| row.get(0))
        .optional()?;
    match found {
        Some(no) => vaults::by_number(turn, no),
        None => Ok(None),
    }
}

/// Takes resources out of a vault, and their backups with them (7).
pub fn remove(
    turn: &Turn<'_>,
    project_id: &str,
    vault_id: &str,
    ids: &[String],
) -> Outcome<Vec<String>> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    let names: Vec<_> = stored
        .vault
        .resources
        .iter()
        .filter(|resource| ids.contains(&resource.id))
        .collect();
    let (mut backups, mut mb, mut kept) = (0, 0, Vec::new());
    for id in ids {
        let (count, of, stays): (i64, i64, bool) = turn
            .db
            .prepare_cached(
                "SELECT count(*), coalesce(sum(size_mb), 0), coalesce(max(image_id IS NOT NULL OR (?3 AND automatic)), 0)
                 FROM cbr_backups WHERE resource_id = ?1 AND vault = ?2",
            )?
            .query_row((id, stored.no, stored.locked()), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        if stays {
            kept.push(id.clone());
        }
        backups += count;
        mb += of;
    }
    let known = RemoveFacts {
        vault: Some(&facts::of(&stored)),
        work: &facts::work(turn, vault_id)?,
        kept: &kept,
    };
    facts::refuse(remove_refusals(vault_id, ids, &known))?;
    for id in ids {
        turn.db
            .prepare_cached("DELETE FROM cbr_resources WHERE resource_id = ?1")?
            .execute([id])?;
        turn.db
            .prepare_cached("UPDATE cbr_backups SET status = 'deleting', updated_at = ?3 WHERE resource_id = ?1 AND vault = ?2")?
            .execute((id, stored.no, turn.now.micros()))?;
    }
    let gone: Vec<_> = names
        .iter()
        .map(|resource| json!({"id": resource.id, "type": resource.kind, "name": resource.name}))
        .collect();
    tasks::begin(
        turn,
        &tasks::Begin {
            operation_type: "remove_resource",
            // With nothing to delete it is over when the next call looks: clients put them elsewhere at once.
            seconds: if backups == 0 {
                0
            } else {
                numbers::delete_seconds(mb)
            },
            extra: json!({"remove_resources": {"fail_count": 0, "total_count": ids.len(), "resources": gone}}),
            operation: REMOVE,
            ..tasks::Begin::of_vault(&stored)
        },
    )?;
    Ok(ids.to_vec())
}

/// The end of taking resources out (tasks): their backups are gone, or, when it failed, still there.
pub fn removed(turn: &Turn<'_>, task: &tasks::Ending, failed: bool) -> Outcome<()> {
    let Some(stored) = vaults::anywhere(turn, &task.vault_id)? else {
        return Ok(());
    };
    let gone = task.extra["remove_resources"]["resources"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    for resource in &gone {
        let id = resource["id"].as_str().unwrap_or_default();
        let sql = if failed {
            "UPDATE cbr_backups SET status = 'error' WHERE resource_id = ?1 AND vault = ?2 AND status = 'deleting'"
        } else {
            "DELETE FROM cbr_backups WHERE resource_id = ?1 AND vault = ?2 AND status = 'deleting'"
        };
        turn.db.prepare_cached(sql)?.execute((id, stored.no))?;
    }
    Ok(())
}

/// Moves resources and their backups to another vault (8).
pub fn migrate(
    turn: &Turn<'_>,
    project_id: &str,
    vault_id: &str,
    wanted: &ResourcesMigrate,
) -> Outcome<Vec<String>> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    let ids = &wanted.resource_ids;
    let target = vaults::anywhere(turn, &wanted.destination_vault_id)?
        .filter(|target| target.vault.project_id == project_id);
    let known = target.as_ref().map(facts::of);
    let migration = MigrateFacts {
        vault: Some(&facts::of(&stored)),
        work: &facts::work(turn, vault_id)?,
        target: known.as_ref(),
        target_work: &facts::work(turn, &wanted.destination_vault_id)?,
    };
    facts::refuse(migrate_refusals(vault_id, wanted, &migration))?;
    let Some(target) = target else {
        return Err(vaults::unknown(&wanted.destination_vault_id).into());
    };
    let moved: i64 = stored
        .vault
        .resources
        .iter()
        .filter(|resource| ids.contains(&resource.id))
        .filter_map(|resource| resource.backup_size)
        .sum();
    vaults::make_room(turn, &target, moved)?;
    for id in ids {
        turn.db
            .prepare_cached("UPDATE cbr_resources SET vault = ?2 WHERE resource_id = ?1")?
            .execute((id, target.no))?;
        turn.db
            .prepare_cached(
                "UPDATE cbr_backups SET vault = ?3 WHERE resource_id = ?1 AND vault = ?2",
            )?
            .execute((id, stored.no, target.no))?;
    }
    Ok(ids.clone())
}

/// Leaves resources out of scheduled backups, or takes them in again (9).
pub fn set(
    turn: &Turn<'_>,
    project_id: &str,
    vault_id: &str,
    wanted: &ResourcesSet,
) -> Outcome<Vec<String>> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    facts::refuse(set_refusals(vault_id, wanted, Some(&facts::of(&stored))))?;
    let suspended = wanted.action == "suspend";
    for id in &wanted.resource_ids {
        turn.db
            .prepare_cached("UPDATE cbr_resources SET suspended = ?2 WHERE resource_id = ?1")?
            .execute((id, suspended))?;
    }
    Ok(wanted.resource_ids.clone())
}

/// Takes servers into the vaults that bind them by their tags, and servers that lost theirs stay.
///
/// Servers that cannot be backed up for good, and those of another vault, are left where they are.
pub fn bind_by_tags(turn: &Turn<'_>, tenant: i64) -> Outcome<()> {
    let all = vaults::all(turn, tenant)?;
    if all
        .iter()
        .all(|stored| stored.vault.auto_bind != Some(true))
    {
        return Ok(());
    }
    let project_id = super::project_of(turn, tenant)?;
    let free: Vec<String> = turn
        .db
        .prepare_cached(
            "SELECT s.id FROM servers s
             WHERE s.project_id = ?1 AND s.kind = 'ecs' AND s.tags <> '[]'
                 AND NOT EXISTS (SELECT 1 FROM cbr_resources r WHERE r.resource_id = s.id)
             ORDER BY s.created_at, s.id",
        )?
        .query_map([&project_id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut subjects = Vec::with_capacity(free.len());
    for id in &free {
        let mut subject = subjects::find(turn, &project_id, SERVER_KIND, id, &[])?;
        facts::attach(turn, &mut subject)?;
        subjects.push(subject);
    }
    let vaults: Vec<_> = all.iter().map(facts::of).collect();
    let known = BindingFacts {
        vaults: &vaults,
        servers: &facts::servers(&subjects),
    };
    for (server, vault) in bound(&known) {
        let stored = all.iter().find(|stored| stored.vault.id == vault);
        let subject = subjects.iter().find(|subject| subject.id == server);
        if let (Some(stored), Some(subject)) = (stored, subject) {
            insert(turn, stored.no, subject, true)?;
        }
    }
    Ok(())
}

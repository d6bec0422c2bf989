//! Changing, enlarging and deleting vaults (cbr-v3 5.1, 4, 5 and 12).

use contract::cbr::rules::ShortName;
use contract::cbr::vaults::{Vault, VaultBatchUpdate, VaultUpdate};
use contract::vault::{DeletionFacts, batch_refusals, delete_refusals, update_refusals};
use rusqlite::params;
use serde_json::json;

use super::{DELETE, Stored, all, anywhere, facts, show, stored};
use crate::cbr::{resources, tags, tasks};
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Changes a vault (4).
pub fn update(turn: &Turn<'_>, project_id: &str, id: &str, change: &VaultUpdate) -> Outcome<Vault> {
    let stored = stored(turn, project_id, id)?;
    let known = facts::of(&stored);
    facts::refuse(update_refusals(id, change, Some(&known)))?;
    let billing = change.billing.clone().unwrap_or_default();
    let bind = match &change.bind_rules {
        Some(rules) => tags::added(
            &[],
            rules.tags.as_deref().unwrap_or_default(),
            "vault.bind_rules.tags",
        )?,
        None => stored.vault.bind_rules.tags.clone().unwrap_or_default(),
    };
    let auto_bind = change.auto_bind.or(stored.vault.auto_bind).unwrap_or(false);
    turn.db
        .prepare_cached(
            "UPDATE cbr_vaults SET name = coalesce(?2, name), size_gb = coalesce(?3, size_gb), auto_bind = ?4,
                 bind_rules = ?5, auto_expand = coalesce(?6, auto_expand), smn_notify = coalesce(?7, smn_notify),
                 threshold = coalesce(?8, threshold), locked = coalesce(?9, locked),
                 consistent_level = coalesce(?10, consistent_level) WHERE no = ?1",
        )?
        .execute(params![
            stored.no,
            change.name.as_ref().map(ShortName::as_str),
            billing.size,
            auto_bind,
            serde_json::to_string(&bind)?,
            change.auto_expand,
            change.smn_notify,
            change.threshold,
            change.locked,
            billing.consistent_level,
        ])?;
    if auto_bind {
        resources::bind_by_tags(turn, stored.tenant)?;
    }
    show(turn, project_id, id)
}

/// Changes every vault of the project (12).
pub fn update_all(
    turn: &Turn<'_>,
    project_id: &str,
    change: &VaultBatchUpdate,
) -> Outcome<Vec<String>> {
    let tenant = turn.tenant(project_id)?;
    facts::refuse(batch_refusals(change))?;
    turn.db
        .prepare_cached(
            "UPDATE cbr_vaults SET smn_notify = coalesce(?2, smn_notify), threshold = coalesce(?3, threshold)
             WHERE project = ?1",
        )?
        .execute((tenant, change.smn_notify, change.threshold))?;
    Ok(all(turn, tenant)?
        .into_iter()
        .map(|stored| stored.vault.id)
        .collect())
}

/// Deletes a vault with all its backups (5); it is gone when its task is over.
pub fn delete(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<()> {
    let stored = stored(turn, project_id, id)?;
    let count = |condition: &str| -> Outcome<i64> {
        let sql = format!("SELECT count(*) FROM cbr_backups WHERE vault = ?1 AND {condition}");
        Ok(turn
            .db
            .prepare_cached(&sql)?
            .query_row([stored.no], |row| row.get(0))?)
    };
    let known = DeletionFacts {
        vault: Some(&facts::of(&stored)),
        work: &facts::work(turn, id)?,
        imaged: count("image_id IS NOT NULL")? > 0,
        automatic: count("automatic")? > 0,
    };
    facts::refuse(delete_refusals(id, &known))?;
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

/// Makes room for so many MB: whether there is room, after growing where that is allowed.
pub fn make_room(turn: &Turn<'_>, stored: &Stored, mb: i64) -> Outcome<bool> {
    let Some(size) = facts::of(stored).size_for(mb) else {
        return Ok(false);
    };
    if Some(size) == stored.vault.billing.size {
        return Ok(true);
    }
    turn.db
        .prepare_cached("UPDATE cbr_vaults SET size_gb = ?2 WHERE no = ?1")?
        .execute((stored.no, size))?;
    Ok(true)
}

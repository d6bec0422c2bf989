//! What a vault holds: put in, taken out, moved, left out of runs, taken in by tags (cbr-v3 5.1, 6 to 9).

use contract::cbr::Tag;
use contract::cbr::protect::Unfit;
use contract::cbr::rules::MAX_RESOURCES;
use contract::cbr::vaults::{ResourceCreate, ResourcesMigrate, ResourcesSet};
use contract::rules::{Broken, SERVER_KIND};
use rusqlite::OptionalExtension as _;
use serde_json::json;

use super::subjects::{self, Subject, What};
use super::vaults::{self, Stored};
use super::{invalid, listed, refusal, tasks};
use crate::csbs::numbers;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The operation that takes resources out.
pub const REMOVE: &str = "cbr.vaults.remove_resources";

fn check_length(count: usize, field: &str) -> Outcome<()> {
    let rule = match count {
        0 => Broken::Empty,
        1..=MAX_RESOURCES => return Ok(()),
        _ => Broken::TooMany {
            count,
            limit: MAX_RESOURCES,
            what: "resources",
        },
    };
    Err(invalid(field, rule).into())
}

/// Puts resources into a vault (6); says their ids in the order they came.
pub fn add(
    turn: &Turn<'_>,
    project_id: &str,
    vault_id: &str,
    wanted: &[ResourceCreate],
) -> Outcome<Vec<String>> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    check_length(wanted.len(), "resources")?;
    stored.require_usable("BackupService.6112")?;
    if tasks::running(turn, vault_id, &["vault_delete"])? > 0 {
        let message = format!("Vault {} is being deleted.", stored.vault.name);
        return Err(refusal("BackupService.6108", message).into());
    }
    put_in(turn, &stored, wanted, "resources")?;
    Ok(wanted.iter().map(|resource| resource.id.clone()).collect())
}

/// Checks resources and puts them into a vault, all or none.
pub fn put_in(
    turn: &Turn<'_>,
    stored: &Stored,
    wanted: &[ResourceCreate],
    field: &str,
) -> Outcome<()> {
    let name = &stored.vault.name;
    if stored.for_replicas() && !wanted.is_empty() {
        let message =
            format!("Vault {name} takes replicas only; put resources into a backup vault.");
        return Err(refusal("BackupService.6102", message).into());
    }
    let total = stored.vault.resources.len() + wanted.len();
    if total > MAX_RESOURCES {
        let message = format!(
            "Vault {name} would hold {total} resources; at most {MAX_RESOURCES} are allowed."
        );
        return Err(refusal("BackupService.6100", message).into());
    }
    for (n, resource) in wanted.iter().enumerate() {
        if wanted[..n].iter().any(|earlier| earlier.id == resource.id) {
            let message = format!("{field}: {} is listed twice.", resource.id);
            return Err(refusal("BackupService.6104", message).into());
        }
        if resource
            .name
            .as_ref()
            .is_some_and(|name| name.chars().count() > 255)
        {
            return Err(invalid(
                &format!("{field}[{n}].name"),
                "has more than 255 characters",
            )
            .into());
        }
        if !stored.object.kinds().contains(&resource.kind.as_str()) {
            let message = format!(
                "{field}: {} is a `{}`; vault {name} holds {} only.",
                resource.id,
                resource.kind,
                stored.object.kinds().join(" and ")
            );
            return Err(refusal("BackupService.6102", message).into());
        }
        put_one(turn, stored, resource)?;
    }
    if stored.used_mb() >= stored.capacity_mb() && !wanted.is_empty() && !stored.expands() {
        let message = format!("Vault {name} is full; enlarge it before you add resources.");
        return Err(refusal("BackupService.6129", message).into());
    }
    Ok(())
}

fn put_one(turn: &Turn<'_>, stored: &Stored, resource: &ResourceCreate) -> Outcome<()> {
    let project_id = &stored.vault.project_id;
    let excluded = resource
        .extra_info
        .as_ref()
        .and_then(|extra| extra.exclude_volumes.clone())
        .unwrap_or_default();
    let subject = subjects::find(turn, project_id, &resource.kind, &resource.id, &excluded)?;
    if let What::Server(server) = &subject.what
        && let Some(stranger) = excluded
            .iter()
            .find(|id| server.volumes.iter().all(|v| v.id != **id))
    {
        let rule = format!("volume {stranger} is not attached to {}", subject.name());
        return Err(invalid("extra_info.exclude_volumes", rule).into());
    }
    if let Some((_, vault_id, vault)) = vault_of(turn, &resource.id)? {
        return Err(taken(&subject, &vault, vault_id == stored.vault.id).into());
    }
    let unfit = subject.unfit(false);
    if let Some(unfit) = unfit.iter().find(|unfit| !unfit.passes()) {
        return Err(subject.refused(unfit).into());
    }
    refuse_shared_elsewhere(turn, stored, &subject)?;
    insert(turn, stored.no, &subject, false)
}

fn taken(subject: &Subject, vault: &str, same: bool) -> Refusal {
    let name = subject.name();
    let (code, message) = match (same, &subject.what) {
        (true, What::Server(_)) => (
            "BackupService.7116",
            format!("Server {name} is in this vault already."),
        ),
        (true, _) => (
            "BackupService.7006",
            format!("{name} is in this vault already."),
        ),
        (false, _) => (
            "BackupService.6103",
            format!("{name} is in vault {vault}; take it out there first, or migrate it."),
        ),
    };
    refusal(code, message)
}

/// A shared volume is backed up in one vault: all its servers have to be there.
fn refuse_shared_elsewhere(turn: &Turn<'_>, stored: &Stored, subject: &Subject) -> Outcome<()> {
    for volume in subject.disks().iter().filter(|volume| volume.shared) {
        let elsewhere: Option<(String, String)> = turn
            .db
            .prepare_cached(
                "SELECT r.name, v.name FROM attachments a
                 JOIN cbr_resources r ON r.resource_id = a.server_id JOIN cbr_vaults v ON v.no = r.vault
                 WHERE a.volume_id = ?1 AND a.server_id <> ?2 AND r.vault <> ?3
                     AND NOT EXISTS (SELECT 1 FROM json_each(r.excluded) e WHERE e.value = a.volume_id)",
            )?
            .query_row((&volume.id, &subject.id, stored.no), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((server, vault)) = elsewhere {
            let message = format!(
                "Volume {} is shared with server {server} of vault {vault}; both servers belong into one vault.",
                volume.name
            );
            return Err(refusal("BackupService.6137", message).into());
        }
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

/// Number, id and name of the vault a resource is in.
pub fn vault_of(turn: &Turn<'_>, resource_id: &str) -> Outcome<Option<(i64, String, String)>> {
    let found = turn
        .db
        .prepare_cached(
            "SELECT v.no, v.id, v.name FROM cbr_resources r JOIN cbr_vaults v ON v.no = r.vault WHERE r.resource_id = ?1",
        )?
        .query_row([resource_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(found)
}

/// Refuses ids that are not in the vault.
fn require_inside(stored: &Stored, ids: &[String]) -> Outcome<()> {
    match ids.iter().find(|id| {
        stored
            .vault
            .resources
            .iter()
            .all(|resource| resource.id != **id)
    }) {
        Some(stranger) => {
            let message = format!("{stranger} is not in vault {}.", stored.vault.name);
            Err(refusal("BackupService.6135", message).into())
        }
        None => Ok(()),
    }
}

/// Refuses while something is being written to, read from or taken out of a vault.
pub fn require_idle(turn: &Turn<'_>, stored: &Stored) -> Outcome<()> {
    let (id, name) = (&stored.vault.id, &stored.vault.name);
    if tasks::running(turn, id, &["backup", "restore"])? > 0 {
        let message = format!("A backup or restore of vault {name} is running; wait for it.");
        return Err(refusal("BackupService.6125", message).into());
    }
    if tasks::running(turn, id, &["replication", "copy"])? > 0 {
        let message = format!("Backups of vault {name} are being replicated; wait for it.");
        return Err(refusal("BackupService.6130", message).into());
    }
    if tasks::running(turn, id, &["remove_resource"])? > 0 {
        let message = format!("Resources are being taken out of vault {name}; wait for it.");
        return Err(refusal("BackupService.6134", message).into());
    }
    Ok(())
}

/// Takes resources out of a vault, and their backups with them (7).
pub fn remove(
    turn: &Turn<'_>,
    project_id: &str,
    vault_id: &str,
    ids: &[String],
) -> Outcome<Vec<String>> {
    let stored = vaults::stored(turn, project_id, vault_id)?;
    check_length(ids.len(), "resource_ids")?;
    require_inside(&stored, ids)?;
    require_idle(turn, &stored)?;
    let names: Vec<_> = stored
        .vault
        .resources
        .iter()
        .filter(|resource| ids.contains(&resource.id))
        .collect();
    let (mut backups, mut mb) = (0, 0);
    for id in ids {
        let (count, of, kept): (i64, i64, bool) = turn
            .db
            .prepare_cached(
                "SELECT count(*), coalesce(sum(size_mb), 0), coalesce(max(image_id IS NOT NULL OR (?3 AND automatic)), 0)
                 FROM cbr_backups WHERE resource_id = ?1 AND vault = ?2",
            )?
            .query_row((id, stored.no, stored.locked()), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        if kept {
            let message = format!(
                "Backups of {id} cannot be deleted: an image was made from one, or vault {} is locked.",
                stored.vault.name
            );
            return Err(refusal("BackupService.6115", message).into());
        }
        backups += count;
        mb += of;
    }
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
    check_length(ids.len(), "resource_ids")?;
    let target = vaults::anywhere(turn, &wanted.destination_vault_id)?
        .filter(|target| target.vault.project_id == project_id)
        .ok_or_else(|| {
            let message = format!("There is no vault {}.", wanted.destination_vault_id);
            refusal("BackupService.6120", message)
        })?;
    if target.no == stored.no {
        return Err(invalid("destination_vault_id", "is the vault the resources are in").into());
    }
    require_inside(&stored, ids)?;
    require_idle(turn, &stored)?;
    require_idle(turn, &target)?;
    target.require_usable("BackupService.6112")?;
    let same_kind = target.object == stored.object
        && target.vault.billing.protect_type == stored.vault.billing.protect_type
        && target.with_applications() == stored.with_applications();
    if !same_kind {
        let message = format!(
            "Vault {} is of another kind ({}) than vault {} ({}).",
            target.vault.name,
            target.vault.billing.spec_code,
            stored.vault.name,
            stored.vault.billing.spec_code
        );
        return Err(refusal("BackupService.6102", message).into());
    }
    let total = target.vault.resources.len() + ids.len();
    if total > MAX_RESOURCES {
        let message = format!("Vault {} would hold {total} resources.", target.vault.name);
        return Err(refusal("BackupService.6100", message).into());
    }
    let moved: i64 = stored
        .vault
        .resources
        .iter()
        .filter(|resource| ids.contains(&resource.id))
        .filter_map(|resource| resource.backup_size)
        .sum();
    if !vaults::make_room(turn, &target, moved)? {
        let message = format!(
            "Vault {} has {} MB free; the backups of {} take {moved} MB.",
            target.vault.name,
            target.capacity_mb() - target.used_mb(),
            listed(ids)
        );
        return Err(refusal("BackupService.6129", message).into());
    }
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
    let suspended = match wanted.action.as_str() {
        "suspend" => true,
        "unsuspend" => false,
        other => {
            let rule = format!("`{other}` is neither suspend nor unsuspend");
            return Err(invalid("action", rule).into());
        }
    };
    check_length(wanted.resource_ids.len(), "resource_ids")?;
    require_inside(&stored, &wanted.resource_ids)?;
    for id in &wanted.resource_ids {
        turn.db
            .prepare_cached("UPDATE cbr_resources SET suspended = ?2 WHERE resource_id = ?1")?
            .execute((id, suspended))?;
    }
    Ok(wanted.resource_ids.clone())
}

/// Whether a server's tags (`key=value` or `key`) have one of these.
fn matches(tags: &[String], rules: &[Tag]) -> bool {
    tags.iter().any(|tag| {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        rules
            .iter()
            .any(|rule| rule.key == key && rule.value == value)
    })
}

/// Takes servers into the vaults that bind them by their tags, and servers that lost theirs stay.
///
/// Servers that cannot be backed up for good, and those of another vault, are left where they are.
pub fn bind_by_tags(turn: &Turn<'_>, tenant: i64) -> Outcome<()> {
    let binding: Vec<Stored> = vaults::all(turn, tenant)?
        .into_iter()
        .filter(|stored| {
            stored.vault.auto_bind == Some(true) && stored.vault.billing.status == "available"
        })
        .collect();
    if binding.is_empty() {
        return Ok(());
    }
    let free: Vec<(String, String)> = turn
        .db
        .prepare_cached(
            "SELECT s.id, s.tags FROM servers s JOIN tenants t ON t.project_id = s.project_id
             WHERE t.no = ?1 AND s.kind = 'ecs' AND s.tags <> '[]'
                 AND NOT EXISTS (SELECT 1 FROM cbr_resources r WHERE r.resource_id = s.id)
             ORDER BY s.created_at, s.id",
        )?
        .query_map([tenant], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut held: Vec<usize> = binding
        .iter()
        .map(|stored| stored.vault.resources.len())
        .collect();
    for (id, tags) in free {
        let tags: Vec<String> = serde_json::from_str(&tags)?;
        for (stored, held) in binding.iter().zip(&mut held) {
            let rules = stored.vault.bind_rules.tags.as_deref().unwrap_or_default();
            if *held >= MAX_RESOURCES || !matches(&tags, rules) {
                continue;
            }
            let subject = subjects::find(turn, &stored.vault.project_id, SERVER_KIND, &id, &[])?;
            if subject.unfit(false).iter().all(Unfit::passes)
                && refuse_shared_elsewhere(turn, stored, &subject).is_ok()
            {
                insert(turn, stored.no, &subject, true)?;
                *held += 1;
            }
            break;
        }
    }
    Ok(())
}

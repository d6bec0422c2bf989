//! Backups shared with other projects, from both sides (cbr-v3 4.9, 5.4).

use contract::cbr::rules::{MAX_MEMBERS, ObjectType};
use contract::cbr::sharing::{Member, MemberUpdate};
use contract::rules::Broken;
use contract::time::Timestamp;
use rusqlite::Row;

use super::backups::{self, Stored};
use super::page::{self, Listed};
use super::{invalid, refusal, vaults};
use crate::csbs::Page;
use crate::http::Pairs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

fn read(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        id: row.get(0)?,
        backup_id: row.get(1)?,
        dest_project_id: row.get(2)?,
        status: row.get(3)?,
        vault_id: row.get(4)?,
        image_id: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
        created_at: Some(Timestamp::from_micros(row.get(6)?)),
        updated_at: Some(Timestamp::from_micros(row.get(7)?)),
    })
}

/// Every share of a backup, oldest first.
fn of_backup(turn: &Turn<'_>, seq: i64) -> Outcome<Vec<Member>> {
    let members = turn
        .db
        .prepare_cached(
            "SELECT m.id, b.id, t.project_id, m.status, m.vault_id, m.image_id, m.created_at, m.updated_at
             FROM cbr_members m JOIN cbr_backups b ON b.seq = m.backup JOIN tenants t ON t.no = m.receiver
             WHERE m.backup = ?1 ORDER BY m.no",
        )?
        .query_map([seq], read)?
        .collect::<Result<_, _>>()?;
    Ok(members)
}

/// What of these a project may see: the owner all, a receiver its own.
fn visible(turn: &Turn<'_>, project_id: &str, backup_id: &str) -> Outcome<(Stored, Vec<Member>)> {
    let stored = backups::visible(turn, project_id, backup_id)?;
    let mut members = of_backup(turn, stored.seq)?;
    if stored.backup.project_id != project_id {
        members.retain(|member| member.dest_project_id == project_id);
    }
    Ok((stored, members))
}

fn unknown(member_id: &str) -> Refusal {
    let message = format!("The backup is not shared with project {member_id}.");
    refusal("BackupService.6705", message)
}

/// Shares a backup with projects, all or none (32).
pub fn add(
    turn: &Turn<'_>,
    project_id: &str,
    backup_id: &str,
    projects: &[String],
) -> Outcome<Vec<Member>> {
    let stored = backups::stored(turn, project_id, backup_id)?;
    if projects.is_empty() {
        return Err(invalid("members", Broken::Empty).into());
    }
    let backup = &stored.backup;
    if ObjectType::of_kind(&backup.resource_type) != Some(ObjectType::Server) {
        let message = format!(
            "Backup {} is not of a server; only those can be shared.",
            backup.name
        );
        return Err(refusal("BackupService.6700", message).into());
    }
    if backup.image_type == "replication" {
        let message = format!("Backup {} is a replica; share the original.", backup.name);
        return Err(refusal("BackupService.6707", message).into());
    }
    if backup.status != "available" {
        let message = format!(
            "Backup {} is {}; only available ones can be shared.",
            backup.name, backup.status
        );
        return Err(refusal("BackupService.6702", message).into());
    }
    if backup
        .children
        .iter()
        .any(|child| child.extend_info.encrypted == Some(true))
    {
        let message = format!(
            "Backup {} has encrypted disks, which cannot be shared.",
            backup.name
        );
        return Err(refusal("BackupService.6709", message).into());
    }
    if let Some(vault) = vaults::by_number(turn, stored.vault)? {
        vault.require_usable("BackupService.6712")?;
    }
    let present = of_backup(turn, stored.seq)?;
    if present.len() + projects.len() > MAX_MEMBERS {
        let message = format!(
            "Backup {} would be shared with {} projects; at most {MAX_MEMBERS} are allowed.",
            backup.name,
            present.len() + projects.len()
        );
        return Err(refusal("BackupService.6701", message).into());
    }
    for (n, receiver) in projects.iter().enumerate() {
        if receiver == project_id || super::region_of(turn, receiver)?.is_none() {
            let message = format!("members: {receiver} is no project to share with.");
            return Err(refusal("BackupService.6704", message).into());
        }
        if projects[..n].contains(receiver) {
            let message = format!("members: {receiver} is listed twice.");
            return Err(refusal("BackupService.6714", message).into());
        }
        if present
            .iter()
            .any(|member| member.dest_project_id == *receiver)
        {
            let message = format!(
                "Backup {} is shared with project {receiver} already.",
                backup.name
            );
            return Err(refusal("BackupService.6703", message).into());
        }
        turn.db
            .prepare_cached(
                "INSERT INTO cbr_members (id, backup, receiver, status, created_at, updated_at)
                 VALUES (?1, ?2, ?3, 'pending', ?4, ?4)",
            )?
            .execute((
                turn.new_id(),
                stored.seq,
                turn.tenant(receiver)?,
                turn.now.micros(),
            ))?;
    }
    let mut members = of_backup(turn, stored.seq)?;
    members.retain(|member| projects.contains(&member.dest_project_id));
    Ok(members)
}

/// Who a backup is shared with (33).
pub fn list(
    turn: &Turn<'_>,
    project_id: &str,
    backup_id: &str,
    pairs: &Pairs,
    page: &Page,
) -> Outcome<Listed<Member>> {
    let (_, mut members) = visible(turn, project_id, backup_id)?;
    members.retain(|member| {
        [
            ("dest_project_id", &member.dest_project_id),
            ("image_id", &member.image_id),
            ("status", &member.status),
            ("vault_id", &member.vault_id),
        ]
        .into_iter()
        .all(|(name, value)| pairs.filled(name).is_none_or(|wanted| wanted == value))
    });
    crate::csbs::page::sort_by(&mut members, page, |member, key| {
        use crate::csbs::page::{Key, Value};
        let micros = |at: Option<Timestamp>| Value::Number(at.unwrap_or_default().micros());
        match key {
            Key::CreatedAt | Key::ProtectedAt => micros(member.created_at),
            Key::UpdatedAt => micros(member.updated_at),
            Key::Status => Value::Text(member.status.clone()),
            Key::Name | Key::Id => Value::Text(member.id.clone()),
        }
    });
    page::cut(members, page, |member| &member.id)
}

/// One share, named by the receiving project (34).
pub fn show(
    turn: &Turn<'_>,
    project_id: &str,
    backup_id: &str,
    member_id: &str,
) -> Outcome<Member> {
    let (_, members) = visible(turn, project_id, backup_id)?;
    let mut members = members.into_iter();
    members
        .find(|member| member.dest_project_id == member_id)
        .ok_or_else(|| unknown(member_id).into())
}

/// The receiver accepts or rejects (35).
pub fn update(
    turn: &Turn<'_>,
    project_id: &str,
    backup_id: &str,
    member_id: &str,
    change: &MemberUpdate,
) -> Outcome<Member> {
    let (stored, members) = visible(turn, project_id, backup_id)?;
    let Some(member) = members
        .iter()
        .find(|member| member.dest_project_id == member_id)
    else {
        return Err(unknown(member_id).into());
    };
    if member_id != project_id {
        let message = "Only the receiving project accepts or rejects a backup.";
        return Err(refusal("BackupService.6708", message).into());
    }
    let vault_id = match change.status.as_str() {
        "accepted" => accepting(turn, project_id, &stored, change.vault_id.as_deref())?,
        "rejected" | "pending" => String::new(),
        other => {
            let message = format!("status: `{other}` is none of accepted, rejected, pending.");
            return Err(refusal("BackupService.6706", message).into());
        }
    };
    if change.status == "pending" && member.status != "pending" {
        let message = format!(
            "The backup is {} already; it cannot become pending again.",
            member.status
        );
        return Err(refusal("BackupService.6708", message).into());
    }
    turn.db
        .prepare_cached(
            "UPDATE cbr_members SET status = ?2, vault_id = ?3, updated_at = ?4 WHERE id = ?1",
        )?
        .execute((&member.id, &change.status, vault_id, turn.now.micros()))?;
    show(turn, project_id, backup_id, member_id)
}

/// The receiver's vault, of the kind the backup is of.
fn accepting(
    turn: &Turn<'_>,
    project_id: &str,
    stored: &Stored,
    vault_id: Option<&str>,
) -> Outcome<String> {
    let Some(id) = vault_id.filter(|id| !id.is_empty()) else {
        return Err(invalid("vault_id", "is needed to accept a backup").into());
    };
    let vault = vaults::stored(turn, project_id, id)?;
    vault.require_usable("BackupService.6712")?;
    if vault.object != ObjectType::Server || vault.vault.billing.protect_type != "backup" {
        let message = format!(
            "Vault {} is a {}; backup {} needs one for backups of servers.",
            vault.vault.name, vault.vault.billing.spec_code, stored.backup.name
        );
        return Err(refusal("BackupService.6713", message).into());
    }
    Ok(vault.vault.id)
}

/// Ends a share (36).
pub fn remove(turn: &Turn<'_>, project_id: &str, backup_id: &str, member_id: &str) -> Outcome<()> {
    let member = show(turn, project_id, backup_id, member_id)?;
    if !member.image_id.is_empty() {
        let message = format!(
            "Project {member_id} made image {} from it; that has to go first.",
            member.image_id
        );
        return Err(refusal("BackupService.6710", message).into());
    }
    turn.db
        .prepare_cached("DELETE FROM cbr_members WHERE id = ?1")?
        .execute([&member.id])?;
    Ok(())
}

//! Backups shared with other projects, from both sides (cbr-v3 4.9, 5.4).

use contract::cbr::share::{
    ACCEPTED, AnswerFacts, RevokeRefusal, ShareFacts, answer_refusal, revoke_refusal, share_refusal,
};
use contract::cbr::sharing::{Member, MemberUpdate};
use contract::time::Timestamp;
use rusqlite::Row;

use super::backups::{self, Stored};
use super::page::{self, Listed};
use super::vaults;
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
    RevokeRefusal::NotShared(member_id.to_owned()).into()
}

/// Which of these are projects.
fn known(turn: &Turn<'_>, projects: &[String]) -> Outcome<Vec<String>> {
    let mut known = Vec::new();
    for id in projects {
        if super::region_of(turn, id)?.is_some() {
            known.push(id.clone());
        }
    }
    Ok(known)
}

/// Shares a backup with projects, all or none (32).
pub fn add(
    turn: &Turn<'_>,
    project_id: &str,
    backup_id: &str,
    projects: &[String],
) -> Outcome<Vec<Member>> {
    let stored = backups::stored(turn, project_id, backup_id)?;
    let vault = vaults::by_number(turn, stored.vault)?;
    let facts = ShareFacts {
        backup: &stored.backup,
        vault: vault.as_ref().map(|vault| &vault.vault),
        members: &of_backup(turn, stored.seq)?,
        projects: Some(&known(turn, projects)?),
    };
    if let Some(refused) = share_refusal(projects, &facts) {
        return Err(Refusal::from(refused).into());
    }
    for receiver in projects {
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
    let (_, members) = visible(turn, project_id, backup_id)?;
    let member = members
        .iter()
        .find(|member| member.dest_project_id == member_id);
    let named = change.vault_id.as_deref().unwrap_or_default();
    let vault = vaults::anywhere(turn, named)?.map(|stored| stored.vault);
    let facts = AnswerFacts {
        project: project_id,
        member_id,
        member,
        vault: vault
            .as_ref()
            .filter(|vault| vault.project_id == project_id),
    };
    if let Some(refused) = answer_refusal(change, &facts) {
        return Err(Refusal::from(refused).into());
    }
    let vault_id = if change.status == ACCEPTED { named } else { "" };
    turn.db
        .prepare_cached(
            "UPDATE cbr_members SET status = ?2, vault_id = ?3, updated_at = ?4 WHERE id = ?1",
        )?
        .execute((
            member.map(|member| &member.id),
            &change.status,
            vault_id,
            turn.now.micros(),
        ))?;
    show(turn, project_id, backup_id, member_id)
}

/// Ends a share (36).
pub fn remove(turn: &Turn<'_>, project_id: &str, backup_id: &str, member_id: &str) -> Outcome<()> {
    let (_, members) = visible(turn, project_id, backup_id)?;
    let member = members
        .iter()
        .find(|member| member.dest_project_id == member_id);
    if let Some(refused) = revoke_refusal(member_id, member) {
        return Err(Refusal::from(refused).into());
    }
    turn.db
        .prepare_cached("DELETE FROM cbr_members WHERE id = ?1")?
        .execute([member.map(|member| &member.id)])?;
    Ok(())
}

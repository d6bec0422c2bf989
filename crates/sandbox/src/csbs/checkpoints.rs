//! Groups of backups that were made together, as the native superset reads them (csbs-v1 3.1, 11).

use contract::csbs::backups::{Checkpoint, ProtectionPlan};
use contract::csbs::policies::Resource;
use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, Row, named_params};
use serde_json::{Value, json};

use super::page::{Page, unknown_marker};
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// Every group that has a backup left. What is being made makes the group's state, then what is usable,
/// then what is going.
const GROUPS: &str = "SELECT c.id, c.created_at, c.policy_id, c.automatic,
         ifnull((SELECT name FROM policies WHERE id = c.policy_id), '') AS policy,
         (SELECT CASE WHEN max(status IN ('waiting_protect', 'protecting')) THEN 'protecting'
              WHEN max(status IN ('available', 'waiting_restore', 'restoring')) THEN 'available'
              WHEN max(status IN ('waiting_delete', 'deleting')) THEN 'deleting' ELSE 'error' END
          FROM backups WHERE checkpoint_id = c.id) AS status
     FROM checkpoints c
     WHERE c.project = :project AND EXISTS (SELECT 1 FROM backups WHERE checkpoint_id = c.id)";

struct Group {
    checkpoint: Checkpoint,
    of_policy: bool,
}

fn read(row: &Row<'_>, project_id: &str) -> rusqlite::Result<Group> {
    let policy_id: Option<String> = row.get(2)?;
    let created_by = if row.get(3)? { "scheduler" } else { "manual" };
    Ok(Group {
        of_policy: policy_id.is_some(),
        checkpoint: Checkpoint {
            id: row.get(0)?,
            status: row.get(5)?,
            created_at: Some(Timestamp::from_micros(row.get(1)?)),
            project_id: project_id.to_owned(),
            resource_graph: Value::Null,
            extra_info: match policy_id {
                Some(_) => Value::String(json!({"created_by": created_by}).to_string()),
                None => Value::Null,
            },
            protection_plan: ProtectionPlan {
                id: policy_id.unwrap_or_default(),
                name: row.get(4)?,
                resources: Vec::new(),
            },
        },
    })
}

/// The servers of a group, and the plan of one that no policy made.
fn fill(turn: &Turn<'_>, group: Group) -> Outcome<Checkpoint> {
    let Group {
        mut checkpoint,
        of_policy,
    } = group;
    let mut query = turn.db.prepare_cached(
        "SELECT s.server_id, s.kind, s.name FROM backups b JOIN sources s ON s.no = b.source
         WHERE b.checkpoint_id = ?1 ORDER BY b.seq",
    )?;
    let mut rows = query.query([&checkpoint.id])?;
    let plan = &mut checkpoint.protection_plan;
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        plan.resources.push(Resource {
            kind: row.get(1)?,
            name: match of_policy {
                true => row.get(2)?,
                false => format!("resource_{id}"),
            },
            extra_info: match of_policy {
                true => Value::String("{}".to_owned()),
                false => json!({}),
            },
            id,
        });
    }
    if !of_policy && let Some(server) = plan.resources.first() {
        plan.name = format!("server protect plan for {}", server.id);
        plan.id = format!("fake_{}", checkpoint.id);
    }
    Ok(checkpoint)
}

fn find(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Option<Group>> {
    let tenant = turn.tenant(project_id)?;
    Ok(turn
        .db
        .prepare_cached(&format!("{GROUPS} AND c.id = :id"))?
        .query_row(named_params! {":project": tenant, ":id": id}, |row| {
            read(row, project_id)
        })
        .optional()?)
}

/// One group.
pub fn show(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Checkpoint> {
    match find(turn, project_id, id)? {
        Some(group) => fill(turn, group),
        None => Err(Refusal::not_found("CSBS.3001", "There is no such checkpoint.").into()),
    }
}

/// Groups, newest first, of one policy where it is named; `sort` is read but has no effect on their order.
pub fn list(
    turn: &Turn<'_>,
    project_id: &str,
    plan_id: Option<&str>,
    page: &Page,
) -> Outcome<Vec<Checkpoint>> {
    let tenant = turn.tenant(project_id)?;
    let behind = match &page.marker {
        None => None,
        Some(marker) => match find(turn, project_id, marker)? {
            Some(group) => group
                .checkpoint
                .created_at
                .map(|at| (at.micros(), marker.clone())),
            None => return Err(unknown_marker(marker).into()),
        },
    };
    let (at, id) = behind.unwrap_or((i64::MAX, String::new()));
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let mut query = turn.db.prepare_cached(&format!(
        "{GROUPS} AND (:plan IS NULL OR c.policy_id = :plan)
             AND (c.created_at < :at OR (c.created_at = :at AND c.id < :id))
         ORDER BY c.created_at DESC, c.id DESC LIMIT :limit OFFSET :offset"
    ))?;
    let groups = query.query_map(
        named_params! {
            ":project": tenant, ":plan": plan_id, ":at": at, ":id": id,
            ":limit": number(page.limit), ":offset": number(page.offset),
        },
        |row| read(row, project_id),
    )?;
    groups.map(|group| fill(turn, group?)).collect()
}

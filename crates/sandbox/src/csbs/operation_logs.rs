//! What was done in a project (csbs-v1 section 11): made from the checkpoints and restores there
//! are, so a group of backups leaves the list with its last backup.

use contract::csbs::operation_logs::OperationLog;
use contract::rules::PROVIDER_ID;
use contract::time::Timestamp;
use rusqlite::{Row, named_params};

use super::page::{Page, unknown_marker};
use crate::http::Pairs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// Which entries; every filter that is set must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    status: Option<String>,
    kind: Option<String>,
    checkpoint_id: Option<String>,
    plan_id: Option<String>,
    restore_id: Option<String>,
}

impl LogFilter {
    /// Reads the query; empty values are no filter.
    pub fn parse(pairs: &Pairs) -> Self {
        let own = |name: &str| pairs.filled(name).map(str::to_owned);
        Self {
            status: own("status"),
            kind: own("operation_type"),
            checkpoint_id: own("checkpoint_id"),
            plan_id: own("plan_id"),
            restore_id: own("restore_id"),
        }
    }
}

/// Every entry of a project. A group failed when all of its backups did; one without any (worlds made
/// by hand may have some) is none.
const ENTRIES: &str = "WITH entries AS (
         SELECT id, 'protect' AS kind, id AS checkpoint_id, ifnull(policy_id, '') AS plan_id, '' AS restore_id,
             created_at AS started_at,
             (SELECT CASE WHEN max(status IN ('waiting_protect', 'protecting')) THEN 'in_progress'
                  WHEN min(fail_op = 'backup') THEN 'failed' ELSE 'success' END
              FROM backups WHERE checkpoint_id = checkpoints.id) AS status,
             (SELECT max(finished_at) FROM backups WHERE checkpoint_id = checkpoints.id) AS ended_at,
             (SELECT max(CASE fail_op WHEN 'backup' THEN fail_reason ELSE '' END)
              FROM backups WHERE checkpoint_id = checkpoints.id) AS reason
         FROM checkpoints WHERE project = :project
             AND EXISTS (SELECT 1 FROM backups WHERE checkpoint_id = checkpoints.id)
         UNION ALL
         SELECT id, 'restore', checkpoint_id, '', id, created_at,
             CASE status WHEN 'fail' THEN 'failed' ELSE status END, finished_at, reason
         FROM restores WHERE project = :project
     )
     SELECT id, kind, checkpoint_id, plan_id, restore_id, started_at, status, ended_at, reason FROM entries";

fn read(row: &Row<'_>, project_id: &str) -> rusqlite::Result<OperationLog> {
    let status: String = row.get(6)?;
    let over = status != "in_progress";
    Ok(OperationLog {
        id: row.get(0)?,
        operation_type: row.get(1)?,
        checkpoint_id: row.get(2)?,
        plan_id: row.get(3)?,
        restore_id: row.get(4)?,
        started_at: Some(Timestamp::from_micros(row.get(5)?)),
        ended_at: row
            .get::<_, Option<i64>>(7)?
            .filter(|_| over)
            .map(Timestamp::from_micros),
        error_info: row.get(8)?,
        status,
        project_id: project_id.to_owned(),
        provider_id: PROVIDER_ID.to_owned(),
    })
}

/// One entry.
pub fn show(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<OperationLog> {
    let tenant = turn.tenant(project_id)?;
    let mut query = turn
        .db
        .prepare_cached(&format!("{ENTRIES} WHERE id = :id"))?;
    let mut rows = query.query(named_params! {":project": tenant, ":id": id})?;
    match rows.next()? {
        Some(row) => Ok(read(row, project_id)?),
        None => {
            let message = format!("There is no entry {id}.");
            Err(Refusal::not_found("CSBS.6040", message).into())
        }
    }
}

/// Entries, newest first; `sort` is read but has no effect on their order.
pub fn list(
    turn: &Turn<'_>,
    project_id: &str,
    filter: &LogFilter,
    page: &Page,
) -> Outcome<Vec<OperationLog>> {
    let tenant = turn.tenant(project_id)?;
    let behind = match &page.marker {
        None => None,
        Some(marker) => match show(turn, project_id, marker) {
            Ok(entry) => entry.started_at.map(|at| (at.micros(), marker.clone())),
            Err(failure) if failure.refusal().is_some() => {
                return Err(unknown_marker(marker).into());
            }
            Err(failure) => return Err(failure),
        },
    };
    let (at, id) = behind.unwrap_or((i64::MAX, String::new()));
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let mut query = turn.db.prepare_cached(&format!(
        "{ENTRIES} WHERE (:status IS NULL OR status = :status) AND (:kind IS NULL OR kind = :kind)
             AND (:checkpoint IS NULL OR checkpoint_id = :checkpoint) AND (:plan IS NULL OR plan_id = :plan)
             AND (:restore IS NULL OR restore_id = :restore)
             AND (started_at < :at OR (started_at = :at AND id < :id))
         ORDER BY started_at DESC, id DESC LIMIT :limit OFFSET :offset"
    ))?;
    let rows = query.query_map(
        named_params! {
            ":project": tenant, ":status": filter.status, ":kind": filter.kind,
            ":checkpoint": filter.checkpoint_id, ":plan": filter.plan_id, ":restore": filter.restore_id,
            ":at": at, ":id": id, ":limit": number(page.limit), ":offset": number(page.offset),
        },
        |row| read(row, project_id),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

//! Taking over what a project has in the older service: policies, servers and backups become policies
//! and vaults (cbr-v3 5.12).
//!
//! What becomes of what is said by `contract::migration`, the same that the console shows before; here
//! it is carried out.

mod carry_out;
mod present;

use contract::cbr::tasks::{MigrationRequest, MigrationStatus, ProjectMigration};
use contract::migration::{self, LossKind};
use rusqlite::OptionalExtension as _;
use serde_json::{Map, Value, json};

use super::{invalid, project_of, refusal, tasks};
use crate::csbs::numbers;
use crate::csbs::policies as older;
use crate::iam::Authenticated;
use crate::jobs;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;
use carry_out::carry_out;
use present::present;

/// The operation that converts.
pub const START: &str = "cbr-account.migration.start";
/// Seconds a conversion takes.
const SECONDS: i64 = 300;

/// Number, id, name and region of the projects that are meant.
fn projects(
    turn: &Turn<'_>,
    who: &Authenticated,
    all: bool,
) -> Outcome<Vec<(i64, String, String, String)>> {
    let found = turn
        .db
        .prepare_cached(
            "SELECT t.no, p.id, p.name, p.region FROM projects p JOIN tenants t ON t.project_id = p.id
             WHERE p.domain_id = ?1 AND (?2 OR p.id = ?3) ORDER BY t.no",
        )?
        .query_map((&who.user.domain.id, all, &who.project.id), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// Begins to convert (73); a project that was converted stays as it is.
pub fn start(turn: &Turn<'_>, who: &Authenticated, wanted: &MigrationRequest) -> Outcome<Value> {
    if !(0.0..=1.0).contains(&wanted.reservation) {
        let rule = format!("{} is outside the range from 0 to 1", wanted.reservation);
        return Err(invalid("reservation", rule).into());
    }
    let mut regions = Map::new();
    for (tenant, _, name, region) in projects(turn, who, wanted.all_regions)? {
        regions.insert(region, json!("running"));
        let known: Option<String> = turn
            .db
            .prepare_cached(
                "SELECT status FROM cbr_migrations WHERE project = ?1 AND status <> 'failed'",
            )?
            .query_row([tenant], |row| row.get(0))
            .optional()?;
        if known.is_some() {
            continue;
        }
        let busy: i64 = turn
            .db
            .prepare_cached(
                "SELECT count(*) FROM backups b WHERE b.project = ?1 AND (b.status NOT IN ('available', 'error')
                     OR EXISTS (SELECT 1 FROM images i WHERE i.id = b.image_id AND i.status = 'saving'))",
            )?
            .query_row([tenant], |row| row.get(0))?;
        if busy > 0 {
            let message = format!(
                "{busy} backups of project {name} are being made, restored, deleted or made into an image; wait for them."
            );
            return Err(refusal("BackupService.4006", message).into());
        }
        let end = turn.now.plus_seconds(SECONDS);
        turn.db
            .prepare_cached(
                "INSERT OR REPLACE INTO cbr_migrations (project, status, reservation, started_at, busy_until)
                 VALUES (?1, 'migrating', ?2, ?3, ?4)",
            )?
            .execute((
                tenant,
                (wanted.reservation * 100.0).round() as i64,
                turn.now.micros(),
                end.micros(),
            ))?;
        let fail_code = turn.faults.job_failure(START);
        jobs::schedule(
            turn,
            jobs::Kind::CbrMigration,
            tenant,
            end,
            fail_code.as_deref(),
        )?;
    }
    Ok(Value::Object(regions))
}

/// How far the conversion is (74).
pub fn show(turn: &Turn<'_>, who: &Authenticated, all: bool) -> Outcome<MigrationStatus> {
    let mut rows = Vec::new();
    for (tenant, project_id, project_name, region_id) in projects(turn, who, all)? {
        let found = turn
            .db
            .prepare_cached(
                "SELECT status, started_at, busy_until, fail_code, fail_reason FROM cbr_migrations WHERE project = ?1",
            )?
            .query_row([tenant], |row| {
                let status: String = row.get(0)?;
                let progress = match status.as_str() {
                    "migrating" => numbers::progress(row.get(1)?, row.get(2)?, turn.now.micros()),
                    "success" => 100,
                    _ => 0,
                };
                Ok(ProjectMigration {
                    project_id: project_id.clone(),
                    project_name,
                    region_id,
                    status,
                    progress: Some(progress),
                    fail_code: row.get(3)?,
                    fail_reason: row.get(4)?,
                })
            })
            .optional()?;
        rows.extend(found);
    }
    let any = |status: &str| rows.iter().any(|row| row.status == status);
    let status = match () {
        () if rows.is_empty() => {
            return Err(refusal("BackupService.4001", "No conversion was ever begun.").into());
        }
        () if any("migrating") => "migrating",
        () if any("failed") => "failed",
        () => "success",
    };
    Ok(MigrationStatus {
        status: status.to_owned(),
        project_status: rows,
    })
}

/// The end of a conversion (jobs): everything is taken over at once, or nothing is.
pub fn finish(turn: &Turn<'_>, tenant: i64, fail_code: Option<&str>) -> Outcome<()> {
    let (status, code, reason) = match fail_code {
        Some(code) => ("failed", code.to_owned(), tasks::reason(code)),
        None => match whole(turn, tenant) {
            Ok(()) => ("success", String::new(), String::new()),
            Err(failure) => match failure.refusal() {
                Some(refused) => ("failed", refused.code.to_owned(), refused.message.clone()),
                None => return Err(failure),
            },
        },
    };
    turn.db
        .prepare_cached("UPDATE cbr_migrations SET status = ?2, fail_code = ?3, fail_reason = ?4 WHERE project = ?1")?
        .execute((tenant, status, code, reason))?;
    Ok(())
}

/// Converts, or leaves everything as it is.
fn whole(turn: &Turn<'_>, tenant: i64) -> Outcome<()> {
    turn.db.execute_batch("SAVEPOINT take_over")?;
    let done = convert(turn, tenant);
    if done.is_err() {
        turn.db.execute_batch("ROLLBACK TO take_over")?;
    }
    turn.db.execute_batch("RELEASE take_over")?;
    done
}

fn convert(turn: &Turn<'_>, tenant: i64) -> Outcome<()> {
    let project_id = project_of(turn, tenant)?;
    let who = super::owner(turn, &project_id)?;
    let present = present(turn, tenant, &project_id)?;
    let plan = migration::plan(&present);
    if let Some(blocker) = plan.blockers().next() {
        return Err(blocked(&blocker.kind, blocker.what()).into());
    }
    carry_out(turn, &who, &plan)?;
    for policy in &present.policies {
        let policy = older::stored(turn, &project_id, &policy.id)?;
        jobs::cancel(turn, jobs::Kind::Run, policy.no)?;
        turn.db
            .prepare_cached("DELETE FROM policies WHERE no = ?1")?
            .execute([policy.no])?;
    }
    Ok(())
}

fn blocked(kind: &LossKind, message: String) -> Refusal {
    let code = match kind {
        LossKind::Busy(_) => "BackupService.4006",
        LossKind::TooManyPolicies { .. } => "BackupService.6001",
        LossKind::TooManyVaults { .. } => "BackupService.6133",
        _ => "BackupService.4005",
    };
    refusal(code, message)
}

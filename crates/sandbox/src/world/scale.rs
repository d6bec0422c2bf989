//! `scale:N`: the company with N backups, written in one go.
//!
//! The backups follow the same model of sizes and durations as all others, but nobody lived through
//! them: they are one long history of hourly rounds over all servers that can be backed up, ending
//! at the beginning of the world. Its policies keep everything, so that nothing of it goes away.

use contract::csbs::policies::Definition;
use contract::time::Timestamp;
use rusqlite::params;

use super::company::Story;
use crate::csbs::making::{self, SourceRow};
use crate::csbs::numbers;
use crate::csbs::servers::{Subject, protect_refusals};
use crate::refusal::Outcome;
use crate::turn::{Turn, scatter};

pub const HOUR: i64 = 3_600;
/// One backup in so many failed …
pub const FAILED: u64 = 64;
/// … and one round in so many was begun by hand.
pub const BY_HAND: u64 = 12;

/// A server that takes part in every round.
struct Member {
    source: SourceRow,
    policy_id: Option<String>,
    full_mb: i64,
    hour_mb: i64,
    source_mb: i64,
    /// MB of each disk after an hour.
    disks: Vec<i64>,
}

/// Makes the company with this many backups; the turn's instant is the present.
pub fn found(turn: &Turn<'_>, backups: u64) -> Outcome<()> {
    let story = Story::without_past(
        turn,
        &Definition {
            permanent: Some(true),
            ..Definition::default()
        },
    )?;
    let project_id = story.project_id().to_owned();
    let tenant = turn.tenant(&project_id)?;
    turn.db.execute(
        "UPDATE tenants SET quota_backups = -1, quota_gb = -1 WHERE no = ?1",
        [tenant],
    )?;
    let members = members(turn, &project_id, tenant, story.servers())?;
    if members.is_empty() {
        return Ok(());
    }
    super::in_bulk(turn.db, || write(turn, tenant, &members, backups))?;
    recount(turn)
}

fn members<'a>(
    turn: &Turn<'_>,
    project_id: &str,
    tenant: i64,
    servers: impl Iterator<Item = &'a String>,
) -> Outcome<Vec<Member>> {
    let mut servers: Vec<_> = servers.collect();
    servers.sort_unstable();
    let mut members = Vec::new();
    for id in servers {
        let Some(subject) = Subject::find(turn, project_id, id)? else {
            continue;
        };
        let kind = contract::rules::SERVER_KIND;
        if !protect_refusals(turn, kind, id, Some(&subject), None)?.is_empty() {
            continue;
        }
        let sum = |since| -> i64 {
            let of = |v: &contract::model::Volume| numbers::disk_backup_mb(&v.id, v.size_gb, since);
            subject.volumes.iter().map(of).sum()
        };
        let policy_id = turn
            .db
            .prepare_cached(
                "SELECT p.id FROM policies p JOIN policy_servers s ON s.policy_no = p.no WHERE s.server_id = ?1",
            )?
            .query_map([id], |row| row.get(0))?
            .next()
            .transpose()?;
        members.push(Member {
            source: making::source(turn, tenant, &subject)?,
            policy_id,
            full_mb: sum(None),
            hour_mb: sum(Some(HOUR)),
            source_mb: subject.volumes.iter().map(|v| v.size_gb * 1024).sum(),
            disks: subject
                .volumes
                .iter()
                .map(|v| numbers::disk_backup_mb(&v.id, v.size_gb, Some(HOUR)))
                .collect(),
        });
    }
    Ok(members)
}

/// Oldest first, so that row numbers grow with time.
fn write(turn: &Turn<'_>, tenant: i64, members: &[Member], backups: u64) -> Outcome<()> {
    let per_round = members.len() as u64;
    let rounds = backups.div_ceil(per_round.max(1));
    let mut insert = turn.db.prepare(
        "INSERT INTO backups (id, project, source, checkpoint_id, policy_id, name, status, automatic, incremental,
             created_at, updated_at, finished_at, protected_at, progress, size_mb, speed_kbs, saving, restore_mode,
             fail_op, fail_code, fail_reason, task_id, disks)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
    )?;
    let mut checkpoint = turn.db.prepare(
        "INSERT INTO checkpoints (id, project, policy_id, automatic, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    // The last round is two hours old, so that everything in it is over.
    let newest = turn.now.seconds() - 2 * HOUR;
    let mut left = backups;
    for round in 0..rounds {
        let ago = i64::try_from(rounds - 1 - round).unwrap_or(i64::MAX / HOUR) * HOUR;
        let automatic = !round.is_multiple_of(BY_HAND);
        for (n, member) in members.iter().enumerate() {
            if left == 0 {
                return Ok(());
            }
            left -= 1;
            let chance = scatter(round * per_round + n as u64);
            let begun = Timestamp::from_seconds(newest - ago).plus_seconds((chance % 900) as i64);
            let full = round.is_multiple_of(168);
            let failed = (chance / 900).is_multiple_of(FAILED);
            // Failed ones of a schedule would be cleaned up after its next run.
            let automatic = automatic && !failed;
            let mb = match (failed, full) {
                (true, _) => 0,
                (false, true) => member.full_mb,
                (false, false) => member.hour_mb,
            };
            let seconds = numbers::backup_seconds(mb);
            let ended = begun.plus_seconds(seconds);
            let id = turn.new_id();
            let checkpoint_id = turn.new_id();
            let policy_id = member.policy_id.as_deref().filter(|_| automatic);
            checkpoint.execute((&checkpoint_id, tenant, policy_id, automatic, begun.micros()))?;
            let word = if automatic { "autobk" } else { "manualbk" };
            insert.execute(params![
                id,
                tenant,
                member.source.no(),
                checkpoint_id,
                policy_id,
                format!("{word}_{}", &id[..4]),
                if failed { "error" } else { "available" },
                automatic,
                !full,
                begun.micros(),
                ended.micros(),
                if failed { 40 } else { 100 },
                mb,
                mb * 1024 / seconds,
                numbers::saving_percent(mb, member.source_mb),
                if failed { "na" } else { "backup" },
                if failed { "backup" } else { "" },
                if failed { "CSBS.9998" } else { "" },
                if failed {
                    "The backup failed while running: the service was out of order."
                } else {
                    ""
                },
                turn.new_id(),
                disks(turn, member, full, failed),
            ])?;
        }
    }
    Ok(())
}

fn disks(turn: &Turn<'_>, member: &Member, full: bool, failed: bool) -> String {
    if failed {
        return "[]".to_owned();
    }
    let scale = |mb: i64| {
        if full && member.hour_mb > 0 {
            mb * member.full_mb / member.hour_mb
        } else {
            mb
        }
    };
    let parts: Vec<_> = member
        .disks
        .iter()
        .map(|mb| format!("[\"{}\",{}]", turn.new_id(), scale(*mb)))
        .collect();
    format!("[{}]", parts.join(","))
}

/// The sums the triggers would have kept.
fn recount(turn: &Turn<'_>) -> Outcome<()> {
    turn.db.execute_batch(
        "UPDATE tenants SET (backups, backups_mb) =
             (SELECT count(*), ifnull(sum(size_mb), 0) FROM backups WHERE project = tenants.no);
         UPDATE sources SET backups = (SELECT count(*) FROM backups WHERE source = sources.no);",
    )?;
    Ok(())
}

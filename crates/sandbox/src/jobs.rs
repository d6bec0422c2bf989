//! What happens by itself: a row per job, done in order, each at its own time.
//!
//! Nothing runs in the background. Whoever looks at the world first lets everything happen that
//! fell due until then (`turn.rs`); what was seen in between is the same either way.

use contract::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::cbr;
use crate::csbs::{deletions, making, restores, retention, runs};
use crate::images;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// What a job does, and what its subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scheduled run of a policy (`policies.no`).
    Run,
    /// The end of a backup (`backups.seq`).
    Backup,
    /// The end of a restore (`restores.no`).
    Restore,
    /// The end of a deletion (`deletions.no`).
    Deletion,
    /// The end of making an image (`images.no`).
    Image,
    /// The daily clean-up (0).
    Sweep,
    /// A scheduled run of a policy for vaults (`cbr_policies.no`).
    CbrRun,
    /// A vault's turn in such a run, where its policy has a start window (`cbr_vaults.no`).
    CbrVaultRun,
    /// The end of a task on a vault (`cbr_tasks.no`).
    CbrTask,
    /// The end of a conversion to vaults (`tenants.no`).
    CbrMigration,
}

impl Kind {
    const ALL: [(Self, &'static str); 10] = [
        (Self::Run, "run"),
        (Self::Backup, "backup"),
        (Self::Restore, "restore"),
        (Self::Deletion, "deletion"),
        (Self::Image, "image"),
        (Self::Sweep, "sweep"),
        (Self::CbrRun, "cbr_run"),
        (Self::CbrVaultRun, "cbr_vault_run"),
        (Self::CbrTask, "cbr_task"),
        (Self::CbrMigration, "cbr_migration"),
    ];

    fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, word)| word)
    }
}

/// Plans a job, or moves the one that is planned.
pub fn schedule(
    turn: &Turn<'_>,
    kind: Kind,
    subject: i64,
    at: Timestamp,
    fail_code: Option<&str>,
) -> Outcome<()> {
    turn.db
        .prepare_cached("INSERT OR REPLACE INTO jobs (due_at, kind, subject, fail_code) VALUES (?1, ?2, ?3, ?4)")?
        .execute((at.micros(), kind.word(), subject, fail_code))?;
    Ok(())
}

/// Drops a job, if it is planned.
pub fn cancel(turn: &Turn<'_>, kind: Kind, subject: i64) -> Outcome<()> {
    turn.db
        .prepare_cached("DELETE FROM jobs WHERE kind = ?1 AND subject = ?2")?
        .execute((kind.word(), subject))?;
    Ok(())
}

/// When the next job is due; the end of time when none is planned.
pub fn next_due(db: &Connection) -> Outcome<i64> {
    let next: Option<i64> = db
        .prepare_cached("SELECT min(due_at) FROM jobs")?
        .query_row([], |row| row.get(0))?;
    Ok(next.unwrap_or(i64::MAX))
}

/// Does jobs that are due until `until`, at most `max`, each at its own time; says how many.
pub fn run_due(turn: &Turn<'_>, until: Timestamp, max: usize) -> Outcome<usize> {
    let mut done = 0;
    while done < max {
        let next: Option<(i64, i64, String, i64, Option<String>)> = turn
            .db
            .prepare_cached(
                "SELECT no, due_at, kind, subject, fail_code FROM jobs WHERE due_at <= ?1
                 ORDER BY due_at, no LIMIT 1",
            )?
            .query_row([until.micros()], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            })
            .optional()?;
        let Some((no, due_at, word, subject, fail_code)) = next else {
            break;
        };
        turn.db
            .prepare_cached("DELETE FROM jobs WHERE no = ?1")?
            .execute([no])?;
        let then = turn.at(Timestamp::from_micros(due_at));
        let fail_code = fail_code.as_deref();
        match Kind::ALL
            .iter()
            .find(|(_, w)| *w == word)
            .map(|(kind, _)| *kind)
        {
            Some(Kind::Run) => runs::scheduled(&then, subject)?,
            Some(Kind::Backup) => making::finish(&then, subject, fail_code)?,
            Some(Kind::Restore) => restores::finish(&then, subject, fail_code)?,
            Some(Kind::Deletion) => deletions::finish(&then, subject, fail_code)?,
            Some(Kind::Image) => images::finish(&then, subject, fail_code)?,
            Some(Kind::Sweep) => {
                cbr::retention::sweep(&then)?;
                retention::sweep(&then)?;
            }
            Some(Kind::CbrRun) => cbr::runs::scheduled(&then, subject)?,
            Some(Kind::CbrVaultRun) => cbr::runs::turn_of_vault(&then, subject)?,
            Some(Kind::CbrTask) => cbr::tasks::finish(&then, subject, fail_code)?,
            Some(Kind::CbrMigration) => cbr::migration::finish(&then, subject, fail_code)?,
            None => tracing::warn!(word, "a job of an unknown kind was dropped"),
        }
        done += 1;
    }
    Ok(done)
}

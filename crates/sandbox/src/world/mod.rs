//! Whole worlds: making one from a seed, emptying it, and taking it out and in as one document.

mod company;
mod document;
mod inventory;
mod scale;
mod scale_vaults;
mod vaults;

use contract::time::Timestamp;
use rusqlite::Connection;

use crate::Sandbox;
use crate::csbs::retention;
use crate::faults::Faults;
use crate::refusal::Outcome;
use crate::seed::Seed;
use crate::turn::{Ids, Turn};

/// The project the seeds fill, and its partner, whose backups are in vaults.
const PROJECTS: [&str; 2] = ["demo-project", "demo-project-2"];

/// Every table of a world, children before parents. Accounts and the clock are not in it.
const TABLES: [&str; 27] = [
    "jobs",
    "images",
    "cbr_members",
    "cbr_replications",
    "cbr_disks",
    "cbr_backups",
    "cbr_checkpoints",
    "cbr_tasks",
    "cbr_vault_policies",
    "cbr_resources",
    "cbr_policies",
    "cbr_vaults",
    "cbr_agents",
    "cbr_organization_policies",
    "cbr_migrations",
    "file_systems",
    "deletions",
    "restores",
    "backups",
    "checkpoints",
    "sources",
    "policy_servers",
    "policies",
    "attachments",
    "volumes",
    "server_addresses",
    "servers",
];

/// Fills an empty world; everything in it is relative to `now`.
pub fn plant(db: &Connection, now: Timestamp, seed: Seed) -> Outcome<()> {
    // The failures of the past are part of the story, not of what somebody armed.
    let faults = Faults::default();
    let ids = Ids::sequence(1);
    let turn = Turn::new(db, now, &faults, &ids);
    match seed {
        Seed::Empty => {}
        Seed::Demo => company::found(&turn)?,
        Seed::Scale(backups) => scale::found(&turn, backups)?,
        Seed::ScaleCbr(backups) => scale_vaults::found(&turn, backups)?,
    }
    retention::plan_sweep(&turn)
}

/// Tables with very many rows.
const LARGE: &str = "('backups', 'cbr_backups', 'cbr_disks')";

/// What the triggers of these tables keep elsewhere, made anew.
const RECOUNT: &str = "
    INSERT INTO backup_names (backup_names) VALUES ('rebuild');
    DELETE FROM backup_name_counts;
    INSERT INTO backup_name_counts SELECT project, name, count(*) FROM backups GROUP BY project, name;
    DELETE FROM cbr_name_counts;
    INSERT INTO cbr_name_counts SELECT project, name, count(*) FROM cbr_backups GROUP BY project, name;
    DELETE FROM cbr_tallies;
    INSERT INTO cbr_tallies
        SELECT project, vault, resource_id, resource_kind, resource_name, resource_zone, image_type, status,
            incremental, count(*)
        FROM cbr_backups GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;";

/// Does something to many backups: their indices and triggers are built faster afterwards than kept
/// up row by row. What the triggers add up on projects, servers and vaults is for the caller to set.
fn in_bulk(db: &Connection, work: impl FnOnce() -> Outcome<()>) -> Outcome<()> {
    let found: Vec<(String, String, String)> = db
        .prepare(&format!(
            "SELECT type, name, sql FROM sqlite_schema
             WHERE tbl_name IN {LARGE} AND type IN ('index', 'trigger') AND sql IS NOT NULL"
        ))?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (kind, name, _) in &found {
        db.execute_batch(&format!("DROP {kind} {name}"))?;
    }
    work()?;
    for (.., sql) in &found {
        db.execute_batch(sql)?;
    }
    db.execute_batch(RECOUNT)?;
    Ok(())
}

fn clear(db: &Connection) -> Outcome<()> {
    in_bulk(db, || {
        for table in TABLES {
            db.execute(&format!("DELETE FROM {table}"), [])?;
        }
        Ok(())
    })?;
    db.execute(
        "UPDATE tenants SET backups = 0, backups_mb = 0, quota_backups = 600, quota_gb = -1",
        [],
    )?;
    Ok(())
}

impl Sandbox {
    /// A fresh world; accounts and keys stay, and so does the clock unless it is told the time.
    pub fn reset(&self, seed: Seed, now: Option<Timestamp>) -> Outcome<()> {
        let _one_at_a_time = self.settling();
        let told = now.map(|now| self.clock.state().set_to(now.micros()));
        self.write_world(|db| {
            let now = now.unwrap_or_else(|| Timestamp::from_micros(self.clock.now()));
            clear(db)?;
            if let Some(state) = told {
                state.save(db)?;
            }
            plant(db, now, seed)
        })?;
        if let Some(state) = told {
            self.clock.set(state);
        }
        Ok(())
    }
}

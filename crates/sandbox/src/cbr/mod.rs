//! Cloud Backup and Recovery v3: typed behaviour per subject, and its thin HTTP layer (cbr-v3).
//!
//! - [`vaults`], [`resources`], [`associations`], [`tags`], [`orders`]: vaults and what they hold.
//! - [`policies`], [`runs`], [`checkpoints`], [`retention`]: what is backed up when, and what is kept.
//! - [`backups`], [`list`], [`restores`]; [`tasks`]: what the service does.
//! - [`members`], [`replication`], [`imports`]: backups that leave the project, or come into it.
//! - [`protectables`], [`agents`], [`organization`], [`region`], [`migration`]: everything around them.
//! - [`subjects`]: servers, volumes and file systems as vaults look at them.

pub mod agents;
pub mod associations;
pub mod backups;
pub mod checkpoints;
mod http;
pub mod imports;
pub mod list;
pub mod members;
pub mod migration;
pub mod orders;
pub mod organization;
mod page;
pub mod policies;
pub mod protectables;
pub mod region;
pub mod replication;
pub mod resources;
pub mod restores;
pub mod retention;
pub mod runs;
pub mod subjects;
pub mod tags;
pub mod tasks;
pub mod vaults;

pub use http::{account_routes, discovery, routes};

use std::fmt;

use contract::errors::lookup_all;
use rusqlite::OptionalExtension as _;

use crate::iam::{Authenticated, User};
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// A refusal with the status the catalogue gives its code.
fn refusal(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal {
        code,
        status: lookup_all(code, 0).map_or(400, |text| text.status),
        message: message.into(),
    }
}

/// `BackupService.9900`: a field of the request and the rule it breaks.
fn invalid(field: &str, rule: impl fmt::Display) -> Refusal {
    refusal("BackupService.9900", format!("{field}: {rule}."))
}

/// A refusal of something both services share, with this one's code for a wrong parameter.
fn own(refusal: Refusal) -> Refusal {
    match refusal.code {
        "CSBS.9001" => Refusal {
            code: "BackupService.9900",
            ..refusal
        },
        _ => refusal,
    }
}

/// The project with this number.
fn project_of(turn: &Turn<'_>, tenant: i64) -> Outcome<String> {
    Ok(turn
        .db
        .prepare_cached("SELECT project_id FROM tenants WHERE no = ?1")?
        .query_row([tenant], |row| row.get(0))?)
}

/// The region of a project; `None` when there is no such project.
fn region_of(turn: &Turn<'_>, project_id: &str) -> Outcome<Option<String>> {
    let found = turn
        .db
        .prepare_cached("SELECT region FROM projects WHERE id = ?1")?
        .query_row([project_id], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// A user of the project, in whose name vaults are made.
pub fn owner(turn: &Turn<'_>, project_id: &str) -> Outcome<Authenticated> {
    let user_id: String = turn
        .db
        .prepare_cached(
            "SELECT g.user_id FROM grants g JOIN users u ON u.id = g.user_id
             WHERE g.project_id = ?1 ORDER BY u.admin, u.id LIMIT 1",
        )?
        .query_row([project_id], |row| row.get(0))?;
    let user = User::by_id(turn.db, &user_id)?;
    let found = match user {
        Some(user) => {
            let project = user
                .projects(turn.db)?
                .into_iter()
                .find(|project| project.id == project_id);
            project.map(|project| Authenticated { user, project })
        }
        None => None,
    };
    found.ok_or_else(|| {
        refusal(
            "BackupService.4005",
            "The project has no user to make vaults for.",
        )
        .into()
    })
}

//! Cloud Server Backup Service v1: typed behaviour per subject, and its thin HTTP layer (csbs-v1).
//!
//! - [`policies`], [`runs`], [`retention`]: what is backed up when, and what is kept.
//! - [`backups`], [`list`]: backups as they are shown and found; [`deletions`].
//! - [`restores`], [`checks`], [`quotas`], [`tags`], [`operation_logs`].
//! - [`numbers`]: the written model of sizes and durations; [`servers`]: what is backed up.

pub mod backups;
pub mod checkpoints;
pub mod checks;
pub mod deletions;
mod http;
pub mod list;
pub mod making;
mod native;
pub mod numbers;
pub mod operation_logs;
pub mod page;
pub mod policies;
pub mod quotas;
pub mod restores;
pub mod retention;
pub mod runs;
pub mod servers;
pub mod tags;

pub use http::routes;
pub use list::BackupFilter;
pub use native::ABSENT;
pub use page::Page;

/// What people read about a task that failed while running.
pub(crate) fn failure_reason(code: &str, task: &str) -> String {
    let why = match code {
        "CSBS.9998" => "the service was out of order",
        "CSBS.9999" => "the service failed internally",
        "CSBS.6005" => "the server changed its state",
        "CSBS.9006" => "the quota was used up",
        _ => "the service gave no reason",
    };
    format!("The {task} failed while running: {why}.")
}

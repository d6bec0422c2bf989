//! The only HTTP of the console: typed calls of the operations in `contract::operations`, sent
//! through the gateway this page came from.

mod audit;
mod backups;
mod both;
mod call;
mod catalogue;
mod cbr;
mod error;
mod images;
mod joined;
mod migration;
mod pages;
mod policies;
mod replication;
mod restores;
mod sandbox;
mod servers;
mod service_tasks;
pub mod session;
mod sharing;
mod tags;
mod trouble;
mod vault_policies;
mod vault_world;
mod vaults;

pub use audit::audit;
pub use backups::{
    BackupsPage, backup_row, backup_rows, backups, backups_page, count_backups, delete_backups,
};
pub use both::{
    all_backups, backup, backup_of, both, newest_backups, only, protection, protectors, quotas,
};
pub use call::{Api, Call, operation_id, use_api};
pub use catalogue::{explain, learn};
pub use cbr::{Answer, Busy, Cbr, Filters, Listed, Protection, VaultRow, Work, cbr, filters};
pub use error::ApiError;
pub use images::{create_image, image_job, image_names};
pub use joined::{First, Joined, Silent};
pub use migration::{after_migration, gathered, migration_status, start_migration};
pub use pages::{PAGE, all_pages};
pub use policies::{
    create_policy, delete_policy, policies, policy, run_policy, run_request, update_policy,
};
pub use replication::{
    replicate_backup, replicate_vault, replication_capabilities, vaults_elsewhere,
};
pub use restores::{ListedRestore, can_be_restored, restore, restores, restores_of};
pub use sandbox::{
    ArmedFault, Fault, FaultEffect, SandboxClock, advance_clock, arm_fault, clear_faults, faults,
    reset_world, sandbox_clock, set_clock_rate,
};
pub use servers::{back_up_server, can_be_backed_up, server, servers, volumes, volumes_of};
pub use service_tasks::{TasksPage, service_task, service_tasks};
pub use sharing::{
    SharedBackup, account_projects, answer_share, end_share, members, own_vaults, share_backup,
    shareable_backups, shared_before, shared_with_us, vault_backup, vault_of_backup, whose_project,
};
pub use tags::{Tagged, change_tags, policy_tags, tag_requests};
pub use trouble::Trouble;
pub use vault_policies::{
    create_policy_of_vaults, delete_policy_of_vaults, policies_of_vaults, policy_backups,
    policy_of_vaults, run_vault, run_vault_request, update_policy_of_vaults,
};
pub use vault_world::{
    FileSystem, Resources, VaultBackups, resources, vault_backups, vault_tasks, work_of,
};
pub use vaults::{
    VaultDeed, create_vault, delete_vault, replica_vaults, update_request, update_vault, vault,
    vault_policies, vaults,
};

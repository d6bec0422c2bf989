//! The pages, one folder per area, and the parts in which they are fetched.

mod backups;
mod gallery;
mod migration;
mod not_found;
mod overview;
mod policies;
mod practice;
mod quota;
mod restore;
mod search;
mod servers;
mod service_tasks;
mod settings;
mod sharing;
mod tasks;
mod vaults;

use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::router::PageView;
use crate::routes::{Part, Place};
use crate::ui::Shown;

/// The search, for the dialog that stands over every page.
pub fn search_panel() -> PageView {
    page_of(Some(Place::Search))
}

/// The page of a place, or the one for an address that names none.
pub fn page_of(place: Option<Place>) -> PageView {
    let Some(place) = place else {
        return PageView::There(not_found::not_found_page);
    };
    match place.part() {
        Part::First => PageView::There(overview::overview_page),
        Part::Objects => PageView::Fetched(Box::pin(async move { objects(place).await.ok() })),
        Part::Policies => PageView::Fetched(Box::pin(async move { policies(place).await.ok() })),
        Part::Vaults => PageView::Fetched(Box::pin(async move { vaults(place).await.ok() })),
        Part::Aside => PageView::Fetched(Box::pin(async move { aside(place).await.ok() })),
    }
}

// Each of these is split off the first module under its own name, with all that only it needs. A place that is in another part
// does not come here; `Place::part` says which.

#[wasm_split(objects, fallible, wasm_split_path = leptos::wasm_split)]
fn objects(place: Place) -> Result<Shown, SplitLoaderError> {
    Ok(match place {
        Place::Servers => servers::servers_page,
        Place::Server => servers::server_page,
        Place::Backups => backups::backups_page,
        Place::Backup => backups::backup_page,
        Place::Quota => quota::quota_page,
        Place::Search => search::search_page,
        Place::Restores => tasks::restores_page,
        Place::Restore => restore::restore_page,
        _ => not_found::not_found_page,
    })
}

#[wasm_split(policies, fallible, wasm_split_path = leptos::wasm_split)]
fn policies(place: Place) -> Result<Shown, SplitLoaderError> {
    Ok(match place {
        Place::Policies => policies::policies_page,
        Place::NewPolicy => policies::new_policy_page,
        Place::ExportPolicies => policies::export_page,
        Place::ImportPolicies => policies::import_page,
        Place::Policy => policies::policy_page,
        Place::EditPolicy => policies::edit_policy_page,
        _ => not_found::not_found_page,
    })
}

#[wasm_split(vaults, fallible, wasm_split_path = leptos::wasm_split)]
fn vaults(place: Place) -> Result<Shown, SplitLoaderError> {
    Ok(match place {
        Place::Vaults => vaults::vaults_page,
        Place::NewVault => vaults::new_vault_page,
        Place::Sharing => sharing::sharing_page,
        Place::Vault => vaults::vault_page,
        Place::Tasks => service_tasks::tasks_page,
        Place::Task => service_tasks::task_page,
        Place::Migration => migration::migration_page,
        _ => not_found::not_found_page,
    })
}

#[wasm_split(aside, fallible, wasm_split_path = leptos::wasm_split)]
fn aside(place: Place) -> Result<Shown, SplitLoaderError> {
    Ok(match place {
        Place::Practice => practice::practice_page,
        Place::Settings => settings::settings_page,
        Place::Gallery => gallery::gallery_page,
        _ => not_found::not_found_page,
    })
}

//! The pages, one folder per area, and the parts in which they are fetched.

mod backups;
mod gallery;
mod not_found;
mod overview;
mod policies;
mod practice;
mod restore;
mod servers;
mod settings;
mod tasks;

use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::router::{PageView, Shown};
use crate::routes::{Part, Place};

/// The page of a place, or the one for an address that names none.
pub fn page_of(place: Option<Place>) -> PageView {
    let Some(place) = place else {
        return PageView::There(not_found::not_found_page);
    };
    match place.part() {
        Part::First => PageView::There(overview::overview_page),
        Part::Pages => PageView::Fetched(Box::pin(async move { pages(place).await.ok() })),
    }
}

/// Everything but the overview, split off the first module under this name.
#[wasm_split(pages, fallible, wasm_split_path = leptos::wasm_split)]
fn pages(place: Place) -> Result<Shown, SplitLoaderError> {
    Ok(match place {
        Place::Overview => overview::overview_page,
        Place::Servers => servers::servers_page,
        Place::Server => servers::server_page,
        Place::Backups => backups::backups_page,
        Place::Backup => backups::backup_page,
        Place::Policies => policies::policies_page,
        Place::NewPolicy => policies::new_policy_page,
        Place::Policy => policies::policy_page,
        Place::EditPolicy => policies::edit_policy_page,
        Place::Restores => tasks::restores_page,
        Place::Restore => restore::restore_page,
        Place::Practice => practice::practice_page,
        Place::Settings => settings::settings_page,
        Place::Gallery => gallery::gallery_page,
    })
}

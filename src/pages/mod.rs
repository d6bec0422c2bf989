//! The pages, one folder per area. Each is fetched when it is first visited.

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

pub use backups::{BackupPage, BackupsPage};
pub use gallery::GalleryPage;
pub use not_found::NotFound;
pub use overview::OverviewPage;
pub use policies::{EditPolicyPage, NewPolicyPage, PoliciesPage, PolicyPage};
pub use practice::PracticePage;
pub use restore::RestorePage;
pub use servers::{ServerPage, ServersPage};
pub use settings::SettingsPage;
pub use tasks::RestoresPage;

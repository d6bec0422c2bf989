//! Backups: the list with its filters, and one backup with everything the service tells of it.

mod address;
mod bulk;
mod columns;
mod deletion;
mod detail;
mod export;
mod filter_bar;
mod list;
mod page;
mod rows;
mod shelf;
mod toolbar;
mod views;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// The list.
pub struct BackupsPage;

#[lazy_route]
impl LazyRoute for BackupsPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        page::backups_page()
    }
}

/// One backup.
pub struct BackupPage;

#[lazy_route]
impl LazyRoute for BackupPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        detail::backup_page()
    }
}

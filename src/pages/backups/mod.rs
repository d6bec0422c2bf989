//! Backups: the list with its filters, and one backup with everything the service tells of it.

mod address;
mod bulk;
mod columns;
mod deletable;
mod deletion;
mod detail;
mod disks;
mod export;
mod facts;
mod filter_bar;
mod image;
mod list;
mod loading;
mod page;
mod rename;
mod rows;
mod shelf;
mod shelf_deletion;
mod timeline;
mod toolbar;
mod views;

pub use detail::backup_page;
pub use page::backups_page;

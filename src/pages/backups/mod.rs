//! Backups: the list with its filters, and one backup with everything the service tells of it.

mod address;
mod bulk;
mod columns;
mod deletable;
mod deletion;
mod detail;
mod export;
mod filter_bar;
mod image;
mod list;
mod page;
mod rows;
mod shelf;
mod timeline;
mod toolbar;
mod views;

pub use detail::backup_page;
pub use page::backups_page;

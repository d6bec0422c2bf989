//! Backups that leave the project or come into it: shared with other projects, copied to other regions.

mod add;
mod copies;
mod destination;
mod given;
mod of_backup;
mod page;
mod project;
mod received;
mod replicate;
mod revoke;
mod vaults;
mod words;

pub use copies::replication_section;
pub use of_backup::sharing_section;
pub use page::sharing_page;

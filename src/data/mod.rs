//! The backups of a project in the browser's memory, and the language they are filtered with.

pub mod bits;
pub mod filter;
pub mod paging;
pub mod row;
pub mod sort;
pub mod status;
pub mod store;
#[cfg(test)]
mod tests;
pub mod texts;

//! Vaults: the list, the form for a new one, one vault with its tabs.

mod fill;
mod filter;
mod list;
mod words;

pub use list::list_page as vaults_page;

//! Vaults: the list, the form for a new one, one vault with its tabs.

mod add_dialog;
mod backups_tab;
mod binding_tab;
mod create;
mod create_fields;
mod deeds;
mod delete;
mod draft;
mod fill;
mod filter;
mod keep;
mod list;
mod lock;
mod move_dialog;
mod overview;
mod page;
mod picker;
mod policies_tab;
mod preview;
mod replication;
mod resources_tab;
mod settings_tab;
mod words;

pub use create::create_page as new_vault_page;
pub use list::list_page as vaults_page;
pub use page::vault_page;

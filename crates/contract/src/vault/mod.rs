//! Vaults: what they are, what they hold, and whether the service would do what is asked of them
//! (cbr-v3 4.1 to 4.3, 5.1).
//!
//! - [`Vault`]: a vault as pages know it.
//! - [`VaultRefusal`]: every documented refusal about vaults, with its code and its sentence.
//! - [`create_refusals`], [`update_refusals`], [`delete_refusals`]: making, changing and deleting one.
//! - [`add_refusals`], [`remove_refusals`], [`migrate_refusals`], [`set_refusals`]: what it holds.
//! - [`associate_refusals`], [`dissociate_refusals`]: policies on it; [`policy_create_refusals`],
//!   [`policy_update_refusals`]: making and changing one.
//! - [`bindings`]: which servers a vault takes in by their tags, and why it leaves the others out.
//! - [`VaultPolicy`]: a policy as a vault looks at it; [`as_terraform`]: a vault as configuration.
//!
//! Each check lists all reasons, the one the service answers with first.

mod applied;
mod binding;
mod change;
mod create;
mod model;
mod policies;
mod policy;
mod refusal;
mod resources;
mod tags;
mod terraform;
#[cfg(test)]
mod tests;

pub use applied::VaultPolicy;
pub use binding::{Binding, BindingFacts, Fate, bindings, bound, carries_any};
pub use change::{DeletionFacts, batch_refusals, delete_refusals, update_refusals};
pub use create::{CreateFacts, create_refusals};
pub use model::{Member, Protects, Vault, VaultStatus};
pub use policies::{
    AssociateFacts, PolicyFacts, associate_refusals, dissociate_refusals, policy_ids,
};
pub use policy::{START_WINDOW, policy_create_refusals, policy_update_refusals};
pub use refusal::{CONSISTENT, VaultRefusal, Work};
pub use resources::{
    Candidate, Found, MigrateFacts, RemoveFacts, ServerFacts, add_refusals, migrate_refusals,
    put_in_refusals, remove_refusals, set_refusals,
};
pub use tags::{checked_tags, tag_refusals};
pub use terraform::as_terraform;

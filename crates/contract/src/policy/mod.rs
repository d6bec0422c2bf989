//! Whether a policy can be made, changed, deleted or run: one typed check for each documented
//! refusal, for the console's forms and for the service (csbs-v1 4.4 to 4.9).
//!
//! - [`create_refusals`], [`update_refusals`], [`delete_refusals`] with [`PolicyFacts`].
//! - [`run_refusals`] with [`RunFacts`].
//!
//! One refusal cannot be known before: that the scheduler will not stop (CSBS.5001).

mod change;
mod fields;
mod run;
#[cfg(test)]
mod tests;

pub use change::{
    PolicyFacts, PolicyRefusal, ServerFact, as_shown, create_refusals, delete_refusals,
    update_refusals,
};
pub use run::{RunFacts, RunRefusal, run_refusals};

//! Policies as text: taken away as a document or as Terraform, and brought in by a plan.

mod carry_out;
mod export;
mod import;
mod results;
mod run;
mod steps;
mod store;

pub use export::export_page;
pub use import::import_page;

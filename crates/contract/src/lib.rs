//! The cloud's backup services as Rust types, rules and the schedule engine.
//!
//! This crate does no I/O and reads no clock; the browser, the gateway, the sandbox and the
//! tests all compile the same rules from here.
//!
//! - [`model`]: what the console's pages know (`Policy`, `Backup`, `Server`, `Volume` …).
//! - [`csbs`], [`cbr`], [`compute`], [`volumes`], [`image`], [`iam`]: the wire dialects, read leniently, written
//!   strictly, each converted to the model at the edge.
//! - [`operations`]: every operation of the services, described once.
//! - [`errors`]: what each error code means and what to do about it.
//! - [`schedule`]: rules of policies, read, printed, enumerated and moved between clocks.
//! - [`retention`]: which backups a retention keeps, and why.
//! - [`restore`]: what a restore would do and whether the service would do it; the same for backups
//!   ([`protect`], [`quota`]), policies ([`policy`]), deletions ([`deletion`]) and images ([`image`]).
//! - [`vault`]: vaults, and whether the service would do what is asked of them.
//! - [`rules`]: names, lengths and limits, with the sentence shown when one is broken.
//! - [`request`]: a request as a person reads it, and as a `curl` command.
//! - [`session`]: what the console and the gateway say to each other.
//! - [`document`]: policies as one JSON text, and the plan that makes a project what it says;
//!   [`terraform`]: policies as configuration.
//! - [`migration`]: what a project of the older service becomes in the newer one, and what does not survive.
//! - [`time`], [`lenient`]: instants and forgiving readers.

pub mod cbr;
pub mod compute;
pub mod csbs;
pub mod deletion;
pub mod document;
pub mod errors;
pub mod iam;
pub mod image;
pub mod lenient;
pub mod migration;
pub mod model;
pub mod operations;
pub mod policy;
pub mod protect;
pub mod quota;
pub mod request;
pub mod restore;
pub mod retention;
pub mod rules;
pub mod schedule;
pub mod session;
pub mod terraform;
pub mod time;
pub mod vault;
pub mod volumes;

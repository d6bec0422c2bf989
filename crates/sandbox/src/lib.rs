//! A complete local implementation of the cloud's backup APIs on SQLite.
//!
//! [`start`] opens a world and serves it on one port; [`Sandbox`] is the same thing without a
//! socket, for tests and for the programs that embed it.
//!
//! How the parts hang together:
//!
//! - [`store`]: one SQLite file (or memory), one writer, snapshots for readers.
//! - [`clock`]: the virtual clock; every rule of time asks it, nothing else reads the time.
//! - [`http`]: request ids, body and path checks, the error forms, serving connections.
//! - [`iam`]: accounts, tokens, the catalog; signatures are checked with the crate `signing`.
//! - `compute`, `volumes`: servers and volumes; `csbs`: backups and policies; `images`: whole images
//!   made from backups; `cbr`: backups and policies in vaults.
//! - `controls`: the sandbox's own `/sandbox/…` switches, never part of a cloud's API.
//!
//! Each of the last ones is a route group: `pub fn routes() -> Router<Arc<Sandbox>>`, put together
//! in [`http::router`].

pub mod cbr;
pub mod clock;
mod compute;
mod controls;
pub mod csbs;
pub mod faults;
pub mod http;
pub mod iam;
pub mod images;
mod jobs;
mod refusal;
mod seed;
mod start;
pub mod store;
mod turn;
mod volumes;
mod world;

pub use refusal::{Failure, Outcome, Refusal};
pub use seed::{Seed, SeedProblem};
pub use signing;
pub use start::{Data, Options, Running, Sandbox, StartError, start};
pub use turn::{Ids, Turn};

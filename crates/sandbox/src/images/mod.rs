//! The image service: whole images made from backups, images of the system disks of servers, their
//! jobs and lists (compute-and-volumes sections 1 and 6).
//!
//! A job moves by the clock like everything else. An image holds its backup from the moment its job
//! begins: until it is deleted, the backup stays, and no second image is made from it.

mod http;
mod listing;
mod making;
mod source;
mod system;

pub use http::routes;
pub use making::{adopt, create, finish};

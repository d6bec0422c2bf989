//! The image service: whole images made from backups, their jobs and lists (compute-and-volumes
//! section 6).
//!
//! A job moves by the clock like everything else. An image holds its backup from the moment its job
//! begins: until it is deleted, the backup stays, and no second image is made from it.

mod http;
mod listing;
mod making;
mod source;

pub use http::routes;
pub use making::{adopt, create, finish};

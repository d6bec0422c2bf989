//! What the service does and did: its log of tasks, and one of them.

mod detail;
mod filter;
mod list;
pub mod words;

pub use detail::task_page;
pub use list::tasks_page;

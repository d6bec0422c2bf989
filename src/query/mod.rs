//! What a page asked the service for: loaded, refreshed without losing what was there, polled
//! while somebody looks.

mod poll;
mod state;
mod view;

pub use poll::Pace;
pub use state::Query;
pub use view::{query_view, refresh_bar};

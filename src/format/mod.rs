//! Values as people read them: sizes, counts, durations, instants. Pure text, no DOM.

mod duration;
mod number;
mod size;
pub mod time;
pub mod zone;

pub use duration::{ago, duration};
pub use number::{count, grouped, percent};
pub use size::{gigabytes, megabytes};

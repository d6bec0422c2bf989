//! The schedule builder: days and times, rule text and sentence, each following the others, and
//! the runs that come of it on every clock that matters.

mod builder;
mod calendar;
mod daylight;
mod days;
mod draft;
mod hours;
mod notes;
mod runs;
mod text;
mod times;
mod zones;

pub use builder::{Builder, ScheduleBuilder};
pub use draft::{Frequency, Outcome, ScheduleDraft, limit_sentence};
pub use runs::NextRuns;
pub use zones::{offset_table, zone_of};

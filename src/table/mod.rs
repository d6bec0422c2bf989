//! Long lists: only the rows on screen are in the document, all of them are within reach.

mod geometry;
mod grid;
mod selection;

pub use geometry::Geometry;
pub use grid::{Grid, GridEvent, Head, Lines, RowState, grid};
pub use selection::Selection;

//! Tags of backups and policies: shown, edited one by one, edited on many at once.

mod bulk;
mod draft;
mod editor;
mod rows;

pub use bulk::{BulkTags, TagTarget, bulk_dialog};
pub use draft::{Change, TagRow, tag_text, tags_by, tags_hint, tags_of, too_many};
pub use editor::{TagList, tag_editor};
pub use rows::TagRows;

//! Whole images made from backups, and images of system disks: the image service on the wire, and
//! whether it would make one (compute-and-volumes sections 1 and 6).
//!
//! ```
//! use contract::image::{ImageFacts, WholeImageRequest, refusals};
//! let request = WholeImageRequest::from_backup("504b7d59", "web01 golden");
//! let facts = ImageFacts { backup: None, names: &[], being_made: false };
//! assert_eq!(refusals(&request, &facts)[0].code(), "IMG.0020");
//! ```

mod refusal;
mod system;
mod wire;

pub use refusal::{
    IMAGE_DESCRIPTION_LIMIT, IMAGE_NAME_LIMIT, ImageFacts, ImageRefusal, backup_refusal,
    check_description, check_name, refusals,
};
pub use system::{SystemImageFacts, SystemImageRefusal, SystemImageRequest, system_refusals};
pub use wire::{
    Image, ImageJob, ImageTag, ImagesAnswer, JobEntities, JobIdAnswer, WholeImageRequest,
};

/// What a whole image is made from, when nothing is said (6.1).
pub const FROM_CSBS: &str = "CSBS";
/// A backup of the other generation.
pub const FROM_CBR: &str = "CBR";

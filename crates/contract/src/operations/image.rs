//! Images (compute-and-volumes.md section 6). The endpoint has neither version nor project in it.

use super::{Method::*, Operation, Service};

const fn operation(
    id: &'static str,
    method: super::Method,
    path: &'static str,
    ok: u16,
    codes: &'static [&'static str],
) -> Operation {
    Operation {
        id,
        service: Service::Image,
        method,
        path,
        ok,
        codes,
    }
}

/// Make a whole image from a backup, asynchronously (6.1).
pub const WHOLE_IMAGES_CREATE: Operation = operation(
    "image.whole_images.create",
    Post,
    "/v1/cloudimages/wholeimages/action",
    200,
    &[
        "IMG.0002",
        "IMG.0003",
        "IMG.0004",
        "IMG.0009",
        "IMG.0013",
        "IMG.0019",
        "IMG.0020",
        "IMG.0032",
        "IMG.0132",
        "IMG.0134",
        "IMG.0198",
        "CSBS.8001",
        "CSBS.8009",
        "CSBS.9008",
    ],
);
/// Make an image of a server's system disk, asynchronously (1, operation 24).
pub const IMAGES_CREATE: Operation = operation(
    "image.images.create",
    Post,
    "/v2/cloudimages/action",
    200,
    &[
        "IMG.0002", "IMG.0003", "IMG.0004", "IMG.0005", "IMG.0009", "IMG.0012", "IMG.0013",
        "IMG.0063", "IMG.0119", "IMG.0126", "IMG.0136", "IMG.0153",
    ],
);
/// How far a job is (6.2).
pub const JOBS_SHOW: Operation = operation(
    "image.jobs.show",
    Get,
    "/v1/{project_id}/jobs/{job_id}",
    200,
    &[],
);
/// Images, in the vendor's form (6.4).
pub const IMAGES_LIST: Operation = operation("image.images.list", Get, "/v2/cloudimages", 200, &[]);
/// Images, in Glance's form (6.4).
pub const GLANCE_IMAGES_LIST: Operation =
    operation("image.glance_images.list", Get, "/v2/images", 200, &[]);
/// One image (1).
pub const IMAGES_SHOW: Operation =
    operation("image.images.show", Get, "/v2/images/{image_id}", 200, &[]);
/// Delete an image, so that its backup can be deleted; a body may ask for both (1).
pub const IMAGES_DELETE: Operation = operation(
    "image.images.delete",
    Delete,
    "/v2/images/{image_id}",
    204,
    &[],
);
/// How many images there may be (1).
pub const QUOTA_SHOW: Operation =
    operation("image.quota.show", Get, "/v1/cloudimages/quota", 200, &[]);

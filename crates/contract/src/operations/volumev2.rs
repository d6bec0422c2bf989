//! Volumes, vendor API and Cinder v2 (compute-and-volumes.md).

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
        service: Service::VolumeV2,
        method,
        path,
        ok,
        codes,
    }
}

/// Volumes with all attributes (4.1).
pub const VOLUMES_LIST: Operation = operation(
    "volumev2.volumes.list",
    Get,
    "/cloudvolumes/detail",
    200,
    &[],
);
/// One volume (4.1).
pub const VOLUMES_SHOW: Operation = operation(
    "volumev2.volumes.show",
    Get,
    "/cloudvolumes/{volume_id}",
    200,
    &[],
);
/// One volume, the other documented path (4.1).
pub const VOLUMES_SHOW_VENDOR: Operation = operation(
    "volumev2.volumes.show_vendor",
    Get,
    "/os-vendor-volumes/{volume_id}",
    200,
    &[],
);
/// Cinder list, older path (4.2).
pub const VOLUMES_DETAIL: Operation =
    operation("volumev2.volumes.detail", Get, "/volumes/detail", 200, &[]);

//! Volumes, Cinder v3 (compute-and-volumes.md).

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
        service: Service::VolumeV3,
        method,
        path,
        ok,
        codes,
    }
}

/// Cinder list (4.2).
pub const VOLUMES_DETAIL: Operation =
    operation("volumev3.volumes.detail", Get, "/volumes/detail", 200, &[]);
/// Cinder show (4.2).
pub const VOLUMES_SHOW: Operation = operation(
    "volumev3.volumes.show",
    Get,
    "/volumes/{volume_id}",
    200,
    &[],
);
/// Cinder brief list (4.2).
pub const VOLUMES_LIST: Operation = operation("volumev3.volumes.list", Get, "/volumes", 200, &[]);
/// Availability zones (1).
pub const ZONES_LIST: Operation = operation(
    "volumev3.zones.list",
    Get,
    "/os-availability-zone",
    200,
    &[],
);

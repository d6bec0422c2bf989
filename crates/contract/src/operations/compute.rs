//! Servers, Nova (compute-and-volumes.md).

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
        service: Service::Compute,
        method,
        path,
        ok,
        codes,
    }
}

/// Nova server list (3.3).
pub const SERVERS_DETAIL: Operation =
    operation("compute.servers.detail", Get, "/servers/detail", 200, &[]);
/// Nova server (3.3).
pub const SERVERS_SHOW: Operation = operation(
    "compute.servers.show",
    Get,
    "/servers/{server_id}",
    200,
    &[],
);
/// Volume ids and devices (3.3).
pub const ATTACHMENTS_LIST: Operation = operation(
    "compute.attachments.list",
    Get,
    "/servers/{server_id}/os-volume_attachments",
    200,
    &[],
);
/// Nova brief list (3.3).
pub const SERVERS_LIST: Operation = operation("compute.servers.list", Get, "/servers", 200, &[]);

//! Servers, vendor API (compute-and-volumes.md).

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
        service: Service::Ecs,
        method,
        path,
        ok,
        codes,
    }
}

/// Servers with their volumes; `offset` is a page number (compute-and-volumes 3.1).
pub const SERVERS_LIST: Operation =
    operation("ecs.servers.list", Get, "/cloudservers/detail", 200, &[]);
/// One server (3.1).
pub const SERVERS_SHOW: Operation = operation(
    "ecs.servers.show",
    Get,
    "/cloudservers/{server_id}",
    200,
    &[],
);
/// Volumes of a server with size, device and boot index (3.2).
pub const ATTACHMENTS_LIST: Operation = operation(
    "ecs.attachments.list",
    Get,
    "/cloudservers/{server_id}/block_device",
    200,
    &[],
);
/// One attached volume (3.2).
pub const ATTACHMENTS_SHOW: Operation = operation(
    "ecs.attachments.show",
    Get,
    "/cloudservers/{server_id}/block_device/{volume_id}",
    200,
    &[],
);

//! The vendor's server API, operations 1 to 4: servers with their volumes in one answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::rows::{self, Attached, Server};
use super::select::{self, Filter, SortKey};
use crate::Sandbox;
use crate::http::{Page, Pairs, Problem, number};
use crate::iam::Authenticated;

/// Volumes a server can have: in all, and of those as virtio devices. The clouds differ by flavour;
/// the sandbox takes the largest documented numbers for every one.
const MOST_DISKS: usize = 60;
const MOST_VIRTIO: usize = 24;

fn invalid(message: impl Into<String>) -> Problem {
    Problem::nested(StatusCode::BAD_REQUEST, "Ecs.0005", message)
}

fn unknown_server(id: &str) -> Problem {
    Problem::nested(
        StatusCode::NOT_FOUND,
        "Ecs.0114",
        format!("Instance[{id}] could not be found."),
    )
}

/// A comma-separated list without its blanks.
fn words(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The first of the filters that a request means.
fn read_filter(query: &Pairs) -> Filter {
    if let Some(ids) = query.filled("server_id") {
        // Excludes the other filters.
        return Filter {
            ids: Some(words(ids)),
            ..Filter::default()
        };
    }
    let own = |name: &str| query.filled(name).map(str::to_owned);
    let project = query.filled("enterprise_project_id").unwrap_or("0");
    Filter {
        name: query.filled("name").map(select::contains_with_dots),
        status: own("status"),
        flavor: own("flavor"),
        ip: query.filled("ip").map(select::contains),
        ip_eq: own("ip_eq"),
        tags: query.all("tags").flat_map(words).collect(),
        not_tags: query.all("not-tags").flat_map(words).collect(),
        // No server of a sandbox was made with a reservation or in another enterprise project.
        nothing: query.filled("reservation_id").is_some()
            || !matches!(project, "0" | "all_granted_eps"),
        ..Filter::default()
    }
}

/// Here `offset` is the number of a page, and 0 is the first page like 1.
fn read_page(query: &Pairs) -> Result<Page, Problem> {
    let limit = match number(query, "limit").map_err(invalid)? {
        None | Some(0) => 25,
        Some(limit) => limit.min(1000),
    };
    let marker = query.filled("marker").map(str::to_owned);
    let page = number(query, "offset")
        .map_err(invalid)?
        .unwrap_or(0)
        .max(1);
    // With a marker the page's number has no meaning.
    let offset = if marker.is_some() {
        0
    } else {
        (page - 1).saturating_mul(limit)
    };
    Ok(Page {
        limit,
        marker,
        offset,
    })
}

/// `GET /v1/{project_id}/cloudservers/detail`
pub async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    query: Pairs,
) -> Result<Json<Value>, Problem> {
    let (filter, page) = (read_filter(&query), read_page(&query)?);
    let (servers, total) = sandbox
        .store
        .read(move |db| {
            let ids = select::ids(db, &caller.project.id, &filter, SortKey::CreatedAt, true)?;
            let part = page
                .cut(ids)
                .ok_or_else(|| invalid("`marker` is not the id of a server."))?;
            Ok::<_, Problem>((rows::load(db, &part.ids)?, part.total))
        })
        .await?;
    let servers: Vec<Value> = servers.iter().map(server_json).collect();
    Ok(Json(json!({"count": total, "servers": servers})))
}

async fn one(sandbox: &Sandbox, caller: Authenticated, id: String) -> Result<Server, Problem> {
    sandbox
        .store
        .read(move |db| rows::find(db, &caller.project.id, &id)?.ok_or_else(|| unknown_server(&id)))
        .await
}

/// `GET /v1/{project_id}/cloudservers/{server_id}`
pub async fn show(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let server = one(&sandbox, caller, id).await?;
    Ok(Json(json!({"server": server_json(&server)})))
}

/// `GET /v1/{project_id}/cloudservers/{server_id}/block_device`
pub async fn attachments(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let server = one(&sandbox, caller, id).await?;
    let virtio = server.volumes.iter().filter(|volume| !volume.scsi).count();
    let free = MOST_DISKS.saturating_sub(server.volumes.len());
    let attached: Vec<Value> = server
        .volumes
        .iter()
        .map(|v| attachment_json(&server.id, v))
        .collect();
    Ok(Json(json!({
        "volumeAttachments": attached,
        "attachableQuantity": {
            "free_scsi": free,
            "free_blk": MOST_VIRTIO.saturating_sub(virtio).min(free),
            "free_disk": free,
        },
    })))
}

/// `GET /v1/{project_id}/cloudservers/{server_id}/block_device/{volume_id}`
pub async fn attachment(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    Path((_, id, volume_id)): Path<(String, String, String)>,
) -> Result<Json<Value>, Problem> {
    let server = one(&sandbox, caller, id).await?;
    let found = server
        .volumes
        .iter()
        .find(|volume| volume.volume_id == volume_id);
    let volume = found.ok_or_else(|| {
        let message = format!("Volume[{volume_id}] is not attached to the server.");
        Problem::nested(StatusCode::NOT_FOUND, "Ecs.0000", message)
    })?;
    Ok(Json(
        json!({"volumeAttachment": attachment_json(&server.id, volume)}),
    ))
}

fn attachment_json(server_id: &str, volume: &Attached) -> Value {
    json!({
        "id": volume.volume_id,
        "serverId": server_id,
        "volumeId": volume.volume_id,
        "size": volume.size_gb,
        "device": volume.device,
        "bootIndex": volume.boot_index,
        "bus": if volume.scsi { "scsi" } else { "virtio" },
        "pciAddress": volume.pci_address,
    })
}

fn server_json(server: &Server) -> Value {
    let mut addresses: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for address in &server.addresses {
        addresses
            .entry(&address.network_id)
            .or_default()
            .push(json!({
                "addr": address.address,
                // A number in Nova's answer, text in this one.
                "version": address.version.to_string(),
                "OS-EXT-IPS:type": address.kind,
                "OS-EXT-IPS-MAC:mac_addr": address.mac,
                "OS-EXT-IPS:port_id": address.port_id,
            }));
    }
    let volumes: Vec<Value> = server
        .volumes
        .iter()
        .map(|volume| {
            json!({
                "id": volume.volume_id,
                "device": volume.device,
                "bootIndex": volume.boot_index.to_string(),
                "delete_on_termination": "false",
            })
        })
        .collect();
    let created = server.created_at.to_seconds_text();
    json!({
        "id": server.id,
        "name": server.name,
        "description": server.description,
        "status": server.status,
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "OS-EXT-STS:vm_state": server.vm_state(),
        "OS-EXT-STS:task_state": server.task_state,
        "OS-EXT-STS:power_state": server.power_state(),
        "OS-EXT-AZ:availability_zone": server.zone,
        "OS-EXT-SRV-ATTR:root_device_name": server.root_device(),
        "OS-EXT-SRV-ATTR:hostname": server.name,
        "OS-EXT-SRV-ATTR:instance_name": format!("instance-{}", server.id),
        "OS-SRV-USG:launched_at": server.created_at.to_naive_text(),
        "OS-SRV-USG:terminated_at": null,
        "OS-DCF:diskConfig": "MANUAL",
        "flavor": {
            "id": server.flavor_id,
            "name": server.flavor_id,
            "vcpus": server.vcpus.to_string(),
            "ram": server.ram_mb.to_string(),
            "disk": "0",
        },
        "image": {"id": server.image_id},
        "metadata": {
            "charging_mode": "0",
            "vpc_id": server.vpc_id,
            "os_type": server.os_type,
            "os_bit": "64",
            "image_name": server.image_name,
            "metering.imagetype": server.image_type,
            "EcmResStatus": "normal",
        },
        "addresses": addresses,
        "os-extended-volumes:volumes_attached": volumes,
        "security_groups": [],
        "tags": server.tags,
        "sys_tags": [],
        "key_name": server.key_name,
        "locked": server.locked,
        "host_status": "UP",
        "hypervisor_type": if server.bare_metal { "ironic" } else { "QEMU" },
        "enterprise_project_id": "0",
        "created": created,
        "updated": server.updated_at.to_seconds_text(),
    })
}

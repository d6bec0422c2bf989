//! Nova, operations 5 to 8, at microversion 2.1: the same servers in OpenStack's shape.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use contract::time::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::rows::{self, Server};
use super::select::{self, Filter, SortKey};
use crate::Sandbox;
use crate::http::{Asked, Collection, Page, Pairs, Problem, base_url, root};
use crate::iam::Authenticated;

fn invalid(message: impl Into<String>) -> Problem {
    Problem::openstack(StatusCode::BAD_REQUEST, message)
}

const SERVERS: Collection<Server> = Collection {
    name: "servers",
    one: "server",
    load: rows::load,
    id: |server| &server.id,
};

/// What is asked for, in which order.
struct Question {
    filter: Filter,
    sort: SortKey,
    descending: bool,
    page: Page,
}

impl Question {
    fn read(query: &Pairs) -> Result<Self, Problem> {
        let own = |name: &str| query.filled(name).map(str::to_owned);
        let words = |name: &str| {
            query
                .all(name)
                .flat_map(|text| text.split(','))
                .map(str::to_owned)
                .filter(|tag| !tag.is_empty())
                .collect()
        };
        let filter = if let Some(image) = own("image") {
            // Excludes the other filters.
            Filter {
                image: Some(image),
                ..Filter::default()
            }
        } else {
            let changed_since = match query.filled("changes-since") {
                None => None,
                Some(text) => Some(
                    Timestamp::parse(text)
                        .ok_or_else(|| invalid("`changes-since` is not a date and time."))?,
                ),
            };
            Filter {
                name: query.filled("name").map(select::contains),
                status: query.filled("status").map(str::to_ascii_uppercase),
                flavor: own("flavor"),
                ip: query.filled("ip").map(select::contains),
                tags: words("tags"),
                not_tags: words("not-tags"),
                changed_since,
                nothing: query.filled("reservation_id").is_some(),
                ..Filter::default()
            }
        };
        let sort = match query.filled("sort_key") {
            None => SortKey::default(),
            Some(word) => SortKey::from_word(word)
                .ok_or_else(|| invalid("`sort_key` is not one to sort by."))?,
        };
        let descending = match query.filled("sort_dir").unwrap_or("desc") {
            "desc" => true,
            "asc" => false,
            _ => return Err(invalid("`sort_dir` must be asc or desc.")),
        };
        // Nova has no offset.
        let page = Page {
            offset: 0,
            ..Page::read(query, 25, 1000).map_err(invalid)?
        };
        Ok(Self {
            filter,
            sort,
            descending,
            page,
        })
    }
}

async fn listed(
    sandbox: &Sandbox,
    caller: Authenticated,
    asked: Asked<'_>,
    json_of: fn(&Server, &str) -> Value,
) -> Result<Json<Value>, Problem> {
    let Question {
        filter,
        sort,
        descending,
        page,
    } = Question::read(asked.query)?;
    let choose =
        move |db: &Connection| select::ids(db, &caller.project.id, &filter, sort, descending);
    let listed = SERVERS.page(sandbox, asked, page, choose).await?;
    Ok(listed.answer(json_of))
}

/// `GET /v2.1/{project_id}/servers/detail`
pub async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    uri: Uri,
    headers: HeaderMap,
    query: Pairs,
) -> Result<Json<Value>, Problem> {
    let asked = Asked {
        uri: &uri,
        headers: &headers,
        query: &query,
    };
    listed(&sandbox, caller, asked, server_json).await
}

/// `GET /v2.1/{project_id}/servers`
pub async fn brief(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    uri: Uri,
    headers: HeaderMap,
    query: Pairs,
) -> Result<Json<Value>, Problem> {
    let json_of = |server: &Server, root: &str| json!({"id": server.id, "name": server.name, "links": links(root, "servers", &server.id)});
    let asked = Asked {
        uri: &uri,
        headers: &headers,
        query: &query,
    };
    listed(&sandbox, caller, asked, json_of).await
}

async fn one(sandbox: &Sandbox, caller: Authenticated, id: String) -> Result<Server, Problem> {
    sandbox
        .store
        .read(move |db| {
            rows::find(db, &caller.project.id, &id)?.ok_or_else(|| {
                Problem::openstack(
                    StatusCode::NOT_FOUND,
                    format!("Instance {id} could not be found."),
                )
            })
        })
        .await
}

/// `GET /v2.1/{project_id}/servers/{server_id}`
pub async fn show(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    Path((_, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let server = one(&sandbox, caller, id).await?;
    Ok(Json(
        json!({"server": server_json(&server, &root(&base_url(&headers), &uri))}),
    ))
}

/// `GET /v2.1/{project_id}/servers/{server_id}/os-volume_attachments`
pub async fn attachments(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let server = one(&sandbox, caller, id).await?;
    let attached: Vec<Value> = server
        .volumes
        .iter()
        .map(|volume| {
            json!({
                "id": volume.volume_id,
                "volumeId": volume.volume_id,
                "serverId": server.id,
                "device": volume.device,
            })
        })
        .collect();
    Ok(Json(json!({"volumeAttachments": attached})))
}

/// `GET /v2.1`: one version, without microversions above the first.
pub async fn version(headers: HeaderMap) -> Json<Value> {
    Json(json!({"version": {
        "id": "v2.1",
        "status": "CURRENT",
        "version": "2.1",
        "min_version": "2.1",
        "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": format!("{}/v2.1/", base_url(&headers))}],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.compute+json;version=2.1",
        }],
    }}))
}

fn links(root: &str, kind: &str, id: &str) -> Value {
    json!([
        {"rel": "self", "href": format!("{root}/{kind}/{id}")},
        {"rel": "bookmark", "href": format!("{root}/{kind}/{id}")},
    ])
}

fn server_json(server: &Server, root: &str) -> Value {
    let mut addresses: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for address in &server.addresses {
        addresses
            .entry(&address.network_id)
            .or_default()
            .push(json!({
                "addr": address.address,
                "version": address.version,
                "OS-EXT-IPS:type": address.kind,
                "OS-EXT-IPS-MAC:mac_addr": address.mac,
            }));
    }
    let volumes: Vec<Value> = server
        .volumes
        .iter()
        .map(|volume| json!({"id": volume.volume_id}))
        .collect();
    json!({
        "id": server.id,
        "name": server.name,
        "status": server.status,
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "hostId": server.id.replace('-', ""),
        "accessIPv4": "",
        "accessIPv6": "",
        "config_drive": "",
        "progress": 0,
        "key_name": server.key_name,
        "metadata": {"os_type": server.os_type, "image_name": server.image_name, "vpc_id": server.vpc_id},
        "image": {"id": server.image_id, "links": links(root, "images", &server.image_id)},
        "flavor": {"id": server.flavor_id, "links": links(root, "flavors", &server.flavor_id)},
        "addresses": addresses,
        "security_groups": [],
        "links": links(root, "servers", &server.id),
        "OS-DCF:diskConfig": "MANUAL",
        "OS-EXT-AZ:availability_zone": server.zone,
        "OS-EXT-STS:vm_state": server.vm_state(),
        "OS-EXT-STS:task_state": server.task_state,
        "OS-EXT-STS:power_state": server.power_state(),
        "OS-SRV-USG:launched_at": server.created_at.to_naive_text(),
        "OS-SRV-USG:terminated_at": null,
        "os-extended-volumes:volumes_attached": volumes,
        "created": server.created_at.to_seconds_text(),
        "updated": server.updated_at.to_seconds_text(),
    })
}

//! Cinder, operations 11 to 15: the same volumes in OpenStack's shape.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::rows::{self, Volume};
use super::select::{self, Filter, Order};
use super::{VOLUMES, invalid, read_metadata, unknown_volume};
use crate::Sandbox;
use crate::http::{Asked, Page, Pairs, Problem, base_url};
use crate::iam::{Authenticated, ZONES};
use crate::store::StoreError;

async fn listed(
    sandbox: &Sandbox,
    caller: Authenticated,
    asked: Asked<'_>,
    json_of: fn(&Volume, &str) -> Value,
) -> Result<Json<Value>, Problem> {
    let query = asked.query;
    let own = |name: &str| query.filled(name).map(str::to_owned);
    let filter = Filter {
        name: own("name"),
        status: own("status"),
        zone: own("availability_zone"),
        metadata: read_metadata(query)?,
        ..Filter::default()
    };
    let order = Order::read(query).map_err(invalid)?;
    let page = Page::read(query, 1000, 1000).map_err(invalid)?;
    let choose = move |db: &Connection| select::ids(db, &caller.project.id, &filter, order);
    let listed = VOLUMES.page(sandbox, asked, page, choose).await?;
    Ok(listed.answer(json_of))
}

/// `GET /v3/{project_id}/volumes/detail`, also as `/v2/…`.
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
    listed(&sandbox, caller, asked, Volume::json).await
}

/// `GET /v3/{project_id}/volumes`
pub async fn brief(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    uri: Uri,
    headers: HeaderMap,
    query: Pairs,
) -> Result<Json<Value>, Problem> {
    let json_of = |volume: &Volume, root: &str| json!({"id": volume.id, "name": volume.name, "links": volume.links(root)});
    let asked = Asked {
        uri: &uri,
        headers: &headers,
        query: &query,
    };
    listed(&sandbox, caller, asked, json_of).await
}

/// `GET /v3/{project_id}/volumes/{volume_id}`
pub async fn show(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let root = format!("{}/v3/{}", base_url(&headers), caller.project.id);
    let volume = sandbox
        .store
        .read(move |db| rows::find(db, &caller.project.id, &id)?.ok_or_else(|| unknown_volume(&id)))
        .await?;
    Ok(Json(json!({"volume": volume.json(&root)})))
}

/// `GET /v3/{project_id}/os-availability-zone`: the region's zones and any other a volume is in.
pub async fn zones(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
) -> Result<Json<Value>, Problem> {
    let used: Vec<String> = sandbox
        .store
        .read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT DISTINCT availability_zone FROM volumes WHERE project_id = ?1",
            )?;
            let zones = query.query_map([&caller.project.id], |row| row.get(0))?;
            Ok::<_, StoreError>(zones.collect::<Result<_, _>>()?)
        })
        .await?;
    let mut zones: Vec<String> = ZONES
        .iter()
        .map(|zone| (*zone).to_owned())
        .chain(used)
        .collect();
    zones.sort();
    zones.dedup();
    let zones: Vec<Value> = zones
        .iter()
        .map(|zone| json!({"zoneName": zone, "zoneState": {"available": true}, "hosts": null}))
        .collect();
    Ok(Json(json!({"availabilityZoneInfo": zones})))
}

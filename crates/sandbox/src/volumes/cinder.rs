//! Cinder, operations 11 to 15: the same volumes in OpenStack's shape.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use serde_json::{Value, json};

use super::rows::{self, Volume};
use super::select::{self, Filter, Order};
use super::{invalid, unknown_volume};
use crate::Sandbox;
use crate::http::{Page, Pairs, Problem, base_url, next_link};
use crate::iam::{Authenticated, ZONES};
use crate::store::StoreError;

async fn listed(
    sandbox: &Sandbox,
    caller: Authenticated,
    uri: &Uri,
    headers: &HeaderMap,
    query: &Pairs,
    json_of: fn(&Volume, &str) -> Value,
) -> Result<Json<Value>, Problem> {
    let own = |name: &str| query.filled(name).map(str::to_owned);
    let metadata = match query.filled("metadata") {
        None => Default::default(),
        Some(text) => {
            select::read_metadata(text).ok_or_else(|| invalid("`metadata` must be an object."))?
        }
    };
    let filter = Filter {
        name: own("name"),
        status: own("status"),
        zone: own("availability_zone"),
        metadata,
        ..Filter::default()
    };
    let order = Order::read(query).map_err(invalid)?;
    let page = Page::read(query, 1000, 1000).map_err(invalid)?;
    let base = base_url(headers);
    let version = uri.path().split('/').nth(1).unwrap_or_default();
    let root = format!("{base}/{version}/{}", caller.project.id);
    let (volumes, more) = sandbox
        .store
        .read(move |db| {
            let ids = select::ids(db, &caller.project.id, &filter, order)?;
            let part = page
                .cut(ids)
                .ok_or_else(|| invalid("`marker` is not the id of a volume."))?;
            Ok::<_, Problem>((rows::load(db, &part.ids)?, part.more))
        })
        .await?;
    let bodies: Vec<Value> = volumes
        .iter()
        .map(|volume| json_of(volume, &root))
        .collect();
    let mut answer = json!({"volumes": bodies});
    if let Some(last) = volumes.last().filter(|_| more) {
        let href = next_link(&format!("{base}{}", uri.path()), query, &last.id);
        answer["volumes_links"] = json!([{"rel": "next", "href": href}]);
    }
    Ok(Json(answer))
}

/// `GET /v3/{project_id}/volumes/detail`, also as `/v2/…`.
pub async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    uri: Uri,
    headers: HeaderMap,
    query: Pairs,
) -> Result<Json<Value>, Problem> {
    listed(&sandbox, caller, &uri, &headers, &query, Volume::json).await
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
    listed(&sandbox, caller, &uri, &headers, &query, json_of).await
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

//! The vendor's volume API, operations 9 and 10.

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
use crate::iam::Authenticated;

/// Ids one question may name.
const MOST_IDS: usize = 60;

fn read_filter(query: &Pairs) -> Result<Filter, Problem> {
    let own = |name: &str| query.filled(name).map(str::to_owned);
    let ids = match (query.filled("ids"), query.filled("id")) {
        (Some(text), _) => {
            let ids = select::read_list(text)
                .filter(|ids| ids.len() <= MOST_IDS)
                .ok_or_else(|| invalid("`ids` must be a list like ['a','b'] of at most 60 ids."))?;
            Some(ids)
        }
        (None, Some(id)) => Some(vec![id.to_owned()]),
        (None, None) => None,
    };
    let multiattach = match query
        .filled("multiattach")
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(invalid("`multiattach` must be true or false.")),
    };
    let project = query.filled("enterprise_project_id").unwrap_or("0");
    Ok(Filter {
        name: own("name"),
        status: own("status"),
        zone: own("availability_zone"),
        multiattach,
        server_id: own("server_id"),
        ids,
        volume_type: own("volume_type_id"),
        service_type: own("service_type"),
        dedicated_storage_id: own("dedicated_storage_id"),
        dedicated_storage_name: own("dedicated_storage_name"),
        metadata: read_metadata(query)?,
        // No volume of a sandbox is in another enterprise project.
        nothing: !matches!(project, "0" | "all_granted_eps"),
    })
}

/// `GET /v2/{project_id}/cloudvolumes/detail`
pub async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    uri: Uri,
    headers: HeaderMap,
    query: Pairs,
) -> Result<Json<Value>, Problem> {
    let filter = read_filter(&query)?;
    let order = Order::read(&query).map_err(invalid)?;
    let page = Page::read(&query, 1000, 1000).map_err(invalid)?;
    let asked = Asked {
        uri: &uri,
        headers: &headers,
        query: &query,
    };
    let choose = move |db: &Connection| select::ids(db, &caller.project.id, &filter, order);
    let listed = VOLUMES.page(&sandbox, asked, page, choose).await?;
    Ok(Json(json!({
        "count": listed.total,
        "volumes": listed.bodies(volume_json),
        // There even when it is empty, unlike OpenStack's.
        "volumes_links": listed.links(),
    })))
}

/// `GET /v2/{project_id}/cloudvolumes/{volume_id}`, also under the older documented path.
pub async fn show(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Authenticated,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let root = format!("{}/v2/{}", base_url(&headers), caller.project.id);
    let volume = sandbox
        .store
        .read(move |db| rows::find(db, &caller.project.id, &id)?.ok_or_else(|| unknown_volume(&id)))
        .await?;
    Ok(Json(json!({"volume": volume_json(&volume, &root)})))
}

fn volume_json(volume: &Volume, root: &str) -> Value {
    let mut body = volume.json(root);
    body["service_type"] = json!(volume.service_type);
    body["shareable"] = json!(if volume.multiattach { "true" } else { "false" });
    body["dedicated_storage_id"] = json!(volume.dedicated_storage_id);
    body["dedicated_storage_name"] = json!(volume.dedicated_storage_name);
    body["wwn"] = json!(volume.wwn);
    body["tags"] = json!({});
    body["enterprise_project_id"] = json!("0");
    body
}

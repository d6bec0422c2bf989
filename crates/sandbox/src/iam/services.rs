//! The directory of regions, services and endpoints (iam-v3 operation 13), from the same list as the
//! catalog.

use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::accounts::REGION;
use super::caller::Caller;
use super::catalog::catalog;
use crate::http::{Pairs, Problem, base_url};

fn list(name: &str, items: Vec<Value>, base: &str) -> Json<Value> {
    let own = format!("{base}/v3/{name}");
    Json(json!({name: items, "links": {"self": own, "previous": null, "next": null}}))
}

/// `GET /v3/regions`
pub async fn regions(headers: HeaderMap) -> Json<Value> {
    let base = base_url(&headers);
    let region = json!({
        "id": REGION,
        "description": "",
        "parent_region_id": null,
        "links": {"self": format!("{base}/v3/regions/{REGION}")},
    });
    list("regions", vec![region], &base)
}

/// `GET /v3/services`, maybe of one `type`.
pub async fn services(
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    query: Pairs,
) -> Json<Value> {
    let base = base_url(&headers);
    let services = catalog(&caller.scope, &base)
        .into_iter()
        .filter(|entry| {
            query
                .filled("type")
                .is_none_or(|kind| entry["type"] == kind)
        })
        .map(|entry| {
            let id = entry["id"].as_str().unwrap_or_default();
            json!({
                "id": id,
                "type": entry["type"],
                "name": entry["name"],
                "enabled": true,
                "links": {"self": format!("{base}/v3/services/{id}")},
            })
        })
        .collect();
    list("services", services, &base)
}

/// `GET /v3/endpoints`, maybe of one `service_id` or one `interface`.
pub async fn endpoints(
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    query: Pairs,
) -> Result<Json<Value>, Problem> {
    let interface = query.filled("interface");
    if interface.is_some_and(|name| !matches!(name, "public" | "admin" | "internal")) {
        let message = "`interface` must be public, admin or internal.";
        return Err(Problem::identity(StatusCode::BAD_REQUEST, message));
    }
    let base = base_url(&headers);
    let endpoints = catalog(&caller.scope, &base)
        .into_iter()
        .filter(|entry| {
            query
                .filled("service_id")
                .is_none_or(|id| entry["id"] == id)
        })
        .flat_map(|entry| {
            let service = entry["id"].clone();
            let endpoints = entry["endpoints"].as_array().cloned().unwrap_or_default();
            endpoints.into_iter().map(move |mut endpoint| {
                endpoint["service_id"] = service.clone();
                endpoint["enabled"] = json!(true);
                endpoint
            })
        })
        .filter(|endpoint| interface.is_none_or(|name| endpoint["interface"] == name))
        .map(|mut endpoint| {
            let id = endpoint["id"].as_str().unwrap_or_default().to_owned();
            endpoint["links"] = json!({"self": format!("{base}/v3/endpoints/{id}")});
            endpoint
        })
        .collect();
    Ok(list("endpoints", endpoints, &base))
}

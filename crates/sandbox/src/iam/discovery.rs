//! Version discovery: what unconfigured clients ask first (iam-v3 section 2).

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::http::base_url;

fn v3(headers: &HeaderMap) -> Value {
    json!({
        "id": "v3.6",
        "status": "stable",
        "updated": "2016-04-04T00:00:00Z",
        // Clients go on with this address, so it has to be the one they used.
        "links": [{"rel": "self", "href": format!("{}/v3/", base_url(headers))}],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.identity-v3+json",
        }],
    })
}

/// The image service's second version: its address in the catalog is this root too
/// (compute-and-volumes, operation 23).
fn image_v2(headers: &HeaderMap) -> Value {
    json!({
        "id": "v2.0",
        "status": "CURRENT",
        "links": [{"rel": "self", "href": format!("{}/v2/", base_url(headers))}],
    })
}

/// `GET /`: 300 and the list of versions, the identity service's first.
pub async fn versions(headers: HeaderMap) -> (StatusCode, Json<Value>) {
    (
        StatusCode::MULTIPLE_CHOICES,
        Json(json!({"versions": {"values": [v3(&headers), image_v2(&headers)]}})),
    )
}

/// `GET /v3`: the one version.
pub async fn version(headers: HeaderMap) -> Json<Value> {
    Json(json!({"version": v3(&headers)}))
}

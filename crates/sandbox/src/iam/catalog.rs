//! The service catalog: which service is where, in the addresses the caller can reach
//! (clients.md section 2).

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::accounts::fixed_id;
use super::caller::Caller;
use super::tokens::Scope;
use crate::Sandbox;
use crate::http::base_url;

/// Type, name and path of every service that belongs to a project; `{}` is the project id.
///
/// The vendor's SDK keeps only scheme, host and port of an address, so nothing has a prefix.
const SERVICES: [(&str, &str, &str); 7] = [
    ("cbr", "cbr", "/v3/{}"),
    ("data-protect", "csbs", "/v1/{}"),
    ("compute", "nova", "/v2.1/{}"),
    ("ecs", "ecs", "/v1/{}"),
    ("volumev2", "cinderv2", "/v2/{}"),
    ("volumev3", "cinderv3", "/v3/{}"),
    ("image", "glance", ""),
];

/// The catalog of a scope: a project's services, or the identity service alone for a domain.
///
/// Regions are never `null`: the Go client compares them, the Python one filters by them.
pub fn catalog(scope: &Scope, base: &str) -> Vec<Value> {
    let mut entries = vec![entry("identity", "iam", "*", format!("{base}/v3"))];
    if let Scope::Project(project) = scope {
        entries.extend(SERVICES.iter().map(|(kind, name, path)| {
            let url = format!("{base}{}", path.replace("{}", &project.id));
            entry(kind, name, &project.region, url)
        }));
    }
    entries
}

fn entry(kind: &str, name: &str, region: &str, url: String) -> Value {
    json!({
        "type": kind,
        "name": name,
        "id": fixed_id("service", kind),
        "endpoints": [{
            "id": fixed_id("endpoint", kind),
            "interface": "public",
            "region": region,
            "region_id": region,
            "url": url,
        }],
    })
}

/// `GET /v3/auth/catalog` (iam-v3 5.4).
pub async fn show(
    State(_): State<Arc<Sandbox>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Json<Value> {
    let base = base_url(&headers);
    Json(json!({
        "catalog": catalog(&caller.scope, &base),
        "links": {"self": format!("{base}/v3/auth/catalog"), "previous": null, "next": null},
    }))
}

//! Volumes, read through two APIs: the vendor's (`evs`, preferred) and Cinder (`cinder`).
//! Contract: compute-and-volumes section 4.

mod cinder;
mod evs;
mod rows;
mod select;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use serde_json::{Map, Value};

use crate::Sandbox;
use crate::http::{Collection, Pairs, Problem};

/// Volume routes behind the project check.
pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/v2/{project_id}/cloudvolumes/detail", get(evs::list))
        .route("/v2/{project_id}/cloudvolumes/{volume_id}", get(evs::show))
        .route(
            "/v2/{project_id}/os-vendor-volumes/{volume_id}",
            get(evs::show),
        )
        .route("/v2/{project_id}/volumes/detail", get(cinder::list))
        .route("/v3/{project_id}/volumes/detail", get(cinder::list))
        .route("/v3/{project_id}/volumes/{volume_id}", get(cinder::show))
        .route("/v3/{project_id}/volumes", get(cinder::brief))
        .route("/v3/{project_id}/os-availability-zone", get(cinder::zones))
}

const VOLUMES: Collection<rows::Volume> = Collection {
    name: "volumes",
    one: "volume",
    load: rows::load,
    id: |volume| &volume.id,
};

/// The `metadata` that volumes are asked to have.
fn read_metadata(query: &Pairs) -> Result<Map<String, Value>, Problem> {
    match query.filled("metadata") {
        None => Ok(Map::new()),
        Some(text) => {
            select::read_metadata(text).ok_or_else(|| invalid("`metadata` must be an object."))
        }
    }
}

/// Both volume APIs word their errors like OpenStack.
fn unknown_volume(id: &str) -> Problem {
    let message = format!("Volume {id} could not be found.");
    Problem::openstack(axum::http::StatusCode::NOT_FOUND, message)
}

fn invalid(message: impl Into<String>) -> Problem {
    Problem::openstack(axum::http::StatusCode::BAD_REQUEST, message)
}

//! Volumes, read through two APIs: the vendor's (`evs`, preferred) and Cinder (`cinder`).
//! Contract: compute-and-volumes section 4.

mod cinder;
mod evs;
mod rows;
mod select;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::Sandbox;

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

/// Both volume APIs word their errors like OpenStack.
fn unknown_volume(id: &str) -> crate::http::Problem {
    let message = format!("Volume {id} could not be found.");
    crate::http::Problem::openstack(axum::http::StatusCode::NOT_FOUND, message)
}

fn invalid(message: impl Into<String>) -> crate::http::Problem {
    crate::http::Problem::openstack(axum::http::StatusCode::BAD_REQUEST, message)
}

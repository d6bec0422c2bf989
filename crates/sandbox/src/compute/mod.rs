//! Servers, read through two APIs: the vendor's (`ecs`, preferred) and Nova (`nova`).
//! Contract: compute-and-volumes section 3.

mod ecs;
mod nova;
mod rows;
mod select;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::Sandbox;

/// Server routes behind the project check.
pub fn routes() -> Router<Arc<Sandbox>> {
    let mut router = Router::new()
        .route("/v1/{project_id}/cloudservers/detail", get(ecs::list))
        .route("/v1/{project_id}/cloudservers/{server_id}", get(ecs::show))
        .route(
            "/v1/{project_id}/cloudservers/{server_id}/block_device",
            get(ecs::attachments),
        )
        .route(
            "/v1/{project_id}/cloudservers/{server_id}/block_device/{volume_id}",
            get(ecs::attachment),
        );
    for version in ["v2.1", "v2"] {
        let path = |rest: &str| format!("/{version}/{{project_id}}/servers{rest}");
        router = router
            .route(&path(""), get(nova::brief))
            .route(&path("/detail"), get(nova::list))
            .route(&path("/{server_id}"), get(nova::show))
            .route(
                &path("/{server_id}/os-volume_attachments"),
                get(nova::attachments),
            );
    }
    router
}

/// Nova's own version discovery, open to anybody.
pub fn open_routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/v2.1", get(nova::version))
        .route("/v2.1/", get(nova::version))
}

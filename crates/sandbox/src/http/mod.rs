//! What every route has around it: ids, limits, error forms, and the connections themselves.

mod body;
mod collection;
mod exchange;
mod faulty;
mod mistake;
mod origins;
mod page;
mod problem;
mod query;
mod server;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, Uri};
use axum::middleware;

pub use body::{read_json, read_value};
pub use collection::{Asked, Collection, root};
pub use exchange::{BODY_LIMIT, WORLD_LIMIT, base_url, request_id};
pub use page::{Page, next_link, number};
pub use problem::Problem;
pub use query::{Pairs, decode_bytes, decode_component};
pub use server::Server;

use crate::{Sandbox, cbr, compute, controls, csbs, iam, images, volumes};

/// All route groups over one world.
pub fn router(sandbox: Arc<Sandbox>) -> Router {
    // Everything merged here is behind the project check; no route can forget it.
    let services = Router::new()
        .merge(compute::routes())
        .merge(volumes::routes())
        .merge(csbs::routes())
        .merge(images::routes())
        .merge(cbr::routes())
        .merge(cbr::account_routes())
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(&sandbox),
            iam::require_project,
        ));
    let mut router = Router::new()
        .merge(iam::open_routes())
        .merge(iam::routes(&sandbox))
        .merge(compute::open_routes())
        .merge(cbr::discovery())
        .merge(services);
    if sandbox.controls {
        router = router.merge(controls::routes());
    }
    router
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        // The outermost layer has read the body within limits of its own.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(
            Arc::clone(&sandbox),
            faulty::layer,
        ))
        .layer(middleware::from_fn(origins::layer))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&sandbox),
            exchange::around,
        ))
        .with_state(sandbox)
}

/// Whether a host, maybe with a port, is this machine by one of its loopback names.
pub fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

/// The identity service answers in its own form, what only the native backup service has in that service's
/// (clients.md section 5), everything else like the gateway before it.
fn in_form_of(uri: &Uri, status: StatusCode, code: &'static str, message: String) -> Problem {
    let mut segments = uri.path().split('/').skip(1);
    let identity = matches!(
        (segments.next(), segments.next()),
        (
            Some("v3"),
            Some("auth" | "projects" | "users" | "regions" | "services" | "endpoints")
        ) | (Some("v3.0"), _)
    );
    let mut segments = uri.path().split('/').skip(1);
    let native = segments.next() == Some("v1")
        && segments
            .nth(1)
            .is_some_and(|word| csbs::ABSENT.contains(&word));
    if identity {
        Problem::identity(status, message)
    } else if native {
        Problem::service(status, code, message).native()
    } else {
        Problem::gateway(status, code, message)
    }
}

async fn unknown_route(uri: Uri) -> Problem {
    in_form_of(
        &uri,
        StatusCode::NOT_FOUND,
        "APIGW.0101",
        "There is no such API.".to_owned(),
    )
}

async fn wrong_method(uri: Uri) -> Problem {
    let message = "The API does not have this method.".to_owned();
    in_form_of(&uri, StatusCode::METHOD_NOT_ALLOWED, "APIGW.0101", message)
}

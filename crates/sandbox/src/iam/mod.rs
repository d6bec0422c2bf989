//! The identity service: accounts, tokens, projects and the catalog (iam-v3).

pub mod accounts;
mod caller;
mod catalog;
mod directory;
mod discovery;
mod projects;
mod services;
mod sign_in;
mod temporary;
mod token_reads;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};

pub use accounts::{REGION, ZONES};
pub use caller::{Authenticated, require_project};
pub use directory::{Named, Project, User};

use crate::Sandbox;

/// Routes that anybody may ask: discovery and signing in.
pub fn open_routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/", get(discovery::versions))
        .route("/v3", get(discovery::version))
        .route("/v3/", get(discovery::version))
        .route("/v3/auth/tokens", post(sign_in::create_token))
}

/// Routes for callers with a token or a signature.
pub fn routes(sandbox: &Arc<Sandbox>) -> Router<Arc<Sandbox>> {
    // Its caller may also be named in the body, so its layer lets a request without credentials pass.
    let temporary = Router::new()
        .route(
            "/v3.0/OS-CREDENTIAL/securitytokens",
            post(temporary::create),
        )
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(sandbox),
            caller::note_caller,
        ));
    let signed_in = middleware::from_fn_with_state(Arc::clone(sandbox), caller::require_caller);
    Router::new()
        .route(
            "/v3/auth/tokens",
            get(token_reads::show).delete(token_reads::revoke),
        )
        .route("/v3/auth/projects", get(projects::enterable))
        .route("/v3/auth/domains", get(projects::domains))
        .route("/v3/auth/catalog", get(catalog::show))
        .route("/v3/projects", get(projects::by_criteria))
        .route("/v3/regions", get(services::regions))
        .route("/v3/services", get(services::services))
        .route("/v3/endpoints", get(services::endpoints))
        .route("/v3/users/{user_id}/projects", get(projects::of_user))
        .route_layer(signed_in)
        .merge(temporary)
}

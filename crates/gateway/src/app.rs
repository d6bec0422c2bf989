//! Everything a request can need, and the router made of all routes.

use std::sync::Arc;

use axum::{Router, middleware, routing};

use crate::{
    audit::{self, Audit},
    clock::Clock,
    cloud::Cloud,
    envelope::{RequestIds, envelope},
    gate::gate,
    health,
    hosts::Hosts,
    limits::Limits,
    metrics::Metrics,
    pages, proxy,
    proxy::repeats::Repeats,
    session::{self, Sessions},
    sign_in::{self, Throttle},
    site::Site,
};

/// The running gateway.
#[derive(Debug)]
pub struct Gateway {
    pub clock: Clock,
    pub limits: Limits,
    pub hosts: Hosts,
    pub clouds: Vec<Arc<Cloud>>,
    pub site: Site,
    /// Path of the sign-in page's style sheet.
    pub sign_in_style: String,
    /// Path of the script that page shares with the console.
    pub early_script: String,
    pub sessions: Sessions,
    pub throttle: Throttle,
    pub repeats: Repeats,
    pub audit: Audit,
    pub metrics: Arc<Metrics>,
    pub request_ids: RequestIds,
}

pub type App = Arc<Gateway>;

impl Gateway {
    pub fn new(
        clock: Clock,
        limits: Limits,
        hosts: Hosts,
        clouds: Vec<Cloud>,
        mut site: Site,
        audit: Audit,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            sign_in_style: site.add_asset("sign-in", "css", sign_in::STYLE),
            early_script: site.add_asset("early", "js", sign_in::EARLY),
            sessions: Sessions::new(&limits),
            throttle: Throttle::default(),
            repeats: Repeats::new(limits.repeat),
            clouds: clouds.into_iter().map(Arc::new).collect(),
            request_ids: RequestIds::default(),
            clock,
            limits,
            hosts,
            site,
            audit,
            metrics,
        }
    }

    pub fn cloud(&self, id: &str) -> Option<&Arc<Cloud>> {
        match id {
            "" => self.clouds.first(),
            _ => self.clouds.iter().find(|cloud| cloud.id == id),
        }
    }
}

/// All routes with their layers.
pub fn router(app: App) -> Router {
    Router::new()
        .route(
            "/sign-in",
            routing::get(sign_in::show).post(sign_in::submit),
        )
        .route(
            "/session",
            routing::get(session::routes::show)
                .post(session::routes::sign_in)
                .delete(session::routes::sign_out),
        )
        .route("/clouds", routing::get(session::routes::clouds))
        .route("/api/{*rest}", routing::any(proxy::forward))
        .route("/audit/{project_id}", routing::get(audit::routes::list))
        .route("/healthz", routing::get(health::healthz))
        .route("/readyz", routing::get(health::readyz))
        .route("/metrics", routing::get(health::metrics))
        .method_not_allowed_fallback(|| async { crate::error::Refusal::MethodNotAllowed })
        .fallback(pages::page)
        .layer(middleware::from_fn_with_state(app.clone(), gate))
        .layer(middleware::from_fn_with_state(app.clone(), envelope))
        .with_state(app)
}

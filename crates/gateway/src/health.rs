//! Whether it runs, whether it can do its work, and its counters.

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use crate::{app::App, connection::Peer, error::Refusal};

/// It runs.
pub async fn healthz() -> Response {
    text("ok\n".to_owned())
}

/// It can do its work: the audit log can be written, so changes are possible.
pub async fn readyz(State(app): State<App>) -> Response {
    match app.audit.check().await {
        Ok(()) => text("ready\n".to_owned()),
        Err(_) => Refusal::AuditUnavailable.into_response(),
    }
}

/// Counters, for programs on this machine only; a reverse proxy's requests are not from this machine.
pub async fn metrics(
    State(app): State<App>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let forwarded = ["forwarded", "x-forwarded-for", "via"]
        .into_iter()
        .any(|name| headers.contains_key(name));
    let local_name = crate::hosts::of(&app, &headers).is_some_and(|origin| !origin.secure);
    if !peer.ip().is_loopback() || forwarded || !local_name {
        return Err(Refusal::OnlyLocal);
    }
    Ok(text(app.metrics.render(app.sessions.len())))
}

fn text(body: String) -> Response {
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        body,
    )
        .into_response()
}

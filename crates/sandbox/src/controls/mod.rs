//! `/sandbox/…`: the sandbox's own switches. They need no token, answer on loopback hosts only and
//! change state only for `Content-Type: application/json`, which no web page sends unasked.

mod clock;
mod faults;
mod worlds;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use crate::Sandbox;
use crate::http::Problem;
use crate::iam::accounts;

pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/sandbox/accounts", get(list_accounts))
        .route("/sandbox/clock", get(clock::show).post(clock::set))
        .route("/sandbox/reset", post(worlds::reset))
        .route("/sandbox/world", get(worlds::export).put(worlds::import))
        .route("/sandbox/preview", get(worlds::preview))
        .route(
            "/sandbox/faults",
            get(faults::list).post(faults::arm).delete(faults::clear),
        )
        .route_layer(middleware::from_fn(guard))
}

/// Bad input to a control: 400 `Sandbox.0001`, nothing changed.
fn refused(status: StatusCode, message: impl Into<String>) -> Problem {
    Problem::service(status, "Sandbox.0001", message)
}

fn bad(message: impl Into<String>) -> Problem {
    refused(StatusCode::BAD_REQUEST, message)
}

/// The members of a body; any that is not in `known` is refused, so that a typing error has no
/// silent effect.
fn members(body: &Bytes, known: &[&str]) -> Result<Map<String, Value>, Problem> {
    let members: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| bad("The body must be a JSON object."))?;
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => {
            let known = known.join(", ");
            Err(bad(format!("`{unknown}` is not known here; use {known}.")))
        }
        None => Ok(members),
    }
}

async fn guard(request: Request, next: Next) -> Response {
    if !is_loopback(request.headers()) {
        let message = "The controls answer on loopback addresses only.";
        return refused(StatusCode::MISDIRECTED_REQUEST, message).into_response();
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && !is_json(request.headers()) {
        let message = "Send Content-Type: application/json.";
        return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, message).into_response();
    }
    next.run(request).await
}

fn is_loopback(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    kind.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/json")
}

async fn list_accounts(State(sandbox): State<Arc<Sandbox>>) -> Result<Json<Value>, Problem> {
    let accounts = sandbox.store.read(accounts::all).await?;
    Ok(Json(json!({"accounts": accounts})))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_loopback_hosts_are_answered() {
        let answered = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            is_loopback(&headers)
        };
        for host in [
            "127.0.0.1",
            "127.0.0.1:8081",
            "localhost",
            "localhost:1",
            "[::1]",
            "[::1]:8081",
        ] {
            assert!(answered(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost:",
            "127.0.0.1:80a",
            "::1",
            "0.0.0.0:8081",
        ] {
            assert!(!answered(host), "{host}");
        }
        assert!(!is_loopback(&HeaderMap::new()));
    }
}

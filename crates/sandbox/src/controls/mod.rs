//! `/sandbox/…`: the sandbox's own switches. They need no token, answer on loopback hosts only and
//! change state only for `Content-Type: application/json`, which no web page sends unasked.

mod clock;
mod faults;
mod worlds;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use crate::Sandbox;
use crate::http::{Problem, is_loopback};
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
    if !is_on_loopback(request.headers()) {
        let message = "The controls answer on loopback addresses only.";
        return refused(StatusCode::MISDIRECTED_REQUEST, message).into_response();
    }
    let kind = request.headers().get(header::CONTENT_TYPE);
    let asked = match *request.method() {
        Method::GET | Method::HEAD => true,
        // It has no body whose type could be named, and no page sends one to another address unasked.
        Method::DELETE if kind.is_none() => true,
        _ => kind.is_some_and(is_json),
    };
    if !asked {
        return bad("Send Content-Type: application/json.").into_response();
    }
    next.run(request).await
}

fn is_on_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST);
    is_loopback(host.and_then(|host| host.to_str().ok()).unwrap_or_default())
}

fn is_json(kind: &HeaderValue) -> bool {
    let kind = kind.to_str().unwrap_or_default();
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

    #[test]
    fn only_loopback_hosts_are_answered() {
        let answered = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            is_on_loopback(&headers)
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
        assert!(!is_on_loopback(&HeaderMap::new()));
    }
}

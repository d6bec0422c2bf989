//! The layer around every request: its id, its limits, and the service's date.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::problem::Problem;
use super::query::decode_component;
use crate::Sandbox;

/// The largest request body, in bytes (iam-v3: signed requests may carry 12 MB).
pub const BODY_LIMIT: usize = 12 * 1024 * 1024;

/// The largest world taken in, in bytes: what `GET /sandbox/world` gives for some 250,000 backups.
pub const WORLD_LIMIT: usize = 256 * 1024 * 1024;

/// How long a client may take to send its body.
const BODY_TIME: Duration = Duration::from_secs(30);

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The id of the request being answered; empty outside of one.
pub fn request_id() -> String {
    REQUEST_ID.try_with(String::clone).unwrap_or_default()
}

/// Scheme, host and port as the client addressed them, for the links and the catalog it gets.
///
/// What is not plainly a host (and maybe a port) is never echoed: then it is a relative link.
pub fn base_url(headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let plain = !host.is_empty()
        && host.len() <= 255
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    if plain {
        format!("http://{host}")
    } else {
        String::new()
    }
}

/// Gives the request an id, refuses what no route should see, reads the body within its limits and
/// dates the answer with the virtual clock.
pub async fn around(State(sandbox): State<Arc<Sandbox>>, request: Request, next: Next) -> Response {
    let id = uuid::Uuid::new_v4().simple().to_string();
    let world = Arc::clone(&sandbox);
    let answered = REQUEST_ID.scope(id.clone(), async move {
        match complete(request).await {
            Ok(request) => match world.settle_async().await {
                Ok(()) => next.run(request).await,
                Err(failure) => Problem::from(failure).into_response(),
            },
            Err(problem) => problem.into_response(),
        }
    });
    // On a task of its own, so that a change that was begun is finished when its client goes away,
    // and a mistake in one handler costs one answer and not the connection.
    let mut response = match tokio::spawn(answered).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(request_id = id, %error, "a handler panicked");
            let message = "The sandbox made a mistake; the log says which.";
            REQUEST_ID.sync_scope(id.clone(), || {
                Problem::gateway(StatusCode::INTERNAL_SERVER_ERROR, "APIGW.0500", message)
                    .into_response()
            })
        }
    };
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    if let Ok(date) = HeaderValue::from_str(&http_date(sandbox.clock.now())) {
        headers.insert(header::DATE, date);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn complete(request: Request) -> Result<Request, Problem> {
    let readable = request
        .uri()
        .path()
        .split('/')
        .all(|segment| decode_component(segment, false).is_ok());
    if !readable {
        let message = "The path is not UTF-8 text.";
        return Err(Problem::gateway(
            StatusCode::BAD_REQUEST,
            "APIGW.0201",
            message,
        ));
    }
    let (parts, body) = request.into_parts();
    let limit = match parts.uri.path() {
        "/sandbox/world" => WORLD_LIMIT,
        _ => BODY_LIMIT,
    };
    let body = read_body(body, limit).await?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

async fn read_body(body: Body, limit: usize) -> Result<Bytes, Problem> {
    match tokio::time::timeout(BODY_TIME, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::gateway(
            StatusCode::PAYLOAD_TOO_LARGE,
            "APIGW.0201",
            format!("The body is larger than {} MB.", limit / 1024 / 1024),
        )),
        Ok(Err(_)) => Err(Problem::gateway(
            StatusCode::BAD_REQUEST,
            "APIGW.0201",
            "The body could not be read to its end.",
        )),
        Err(_) => Err(Problem::gateway(
            StatusCode::REQUEST_TIMEOUT,
            "APIGW.0201",
            "The body did not arrive in time.",
        )),
    }
}

/// `Sat, 14 Mar 2026 09:26:53 GMT` (RFC 9110 section 5.6.7).
fn http_date(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros)
        .unwrap_or_default()
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_header_has_the_form_of_rfc_9110() {
        assert_eq!(
            http_date(784_111_777_000_000),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
        assert_eq!(
            http_date(i64::MAX).len(),
            "Sun, 06 Nov 1994 08:49:37 GMT".len()
        );
    }

    #[tokio::test]
    async fn a_handler_that_panics_costs_one_answer() {
        let options = crate::Options {
            seed: crate::Seed::Empty,
            ..crate::Options::default()
        };
        let sandbox = Arc::new(Sandbox::open(&options).unwrap());
        async fn mistaken() -> &'static str {
            panic!("a mistake, for this test")
        }
        let router = axum::Router::new()
            .route("/mistake", axum::routing::get(mistaken))
            .layer(axum::middleware::from_fn_with_state(sandbox, around));
        let request = Request::get("/mistake").body(Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let id = response.headers()["x-request-id"].clone();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error_code"], "APIGW.0500");
        assert_eq!(body["request_id"], id.to_str().unwrap());
    }

    #[test]
    fn links_use_the_callers_host_and_nothing_else() {
        let with = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            base_url(&headers)
        };
        assert_eq!(with("127.0.0.1:8081"), "http://127.0.0.1:8081");
        assert_eq!(with("[::1]:8081"), "http://[::1]:8081");
        assert_eq!(with("localhost"), "http://localhost");
        for hostile in ["evil\"<script>", "user@host", "host/path", "a b"] {
            assert_eq!(with(hostile), "");
        }
        assert_eq!(base_url(&HeaderMap::new()), "");
    }
}

//! Pages that call the services themselves (iam-v3 7.3): those of this machine may, others are not
//! told anything, and the sandbox's own controls are for no page.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// What a page may send: the headers that sign a request in.
const SENT: &str = "authorization, content-type, x-auth-token, x-domain-id, x-project-id, x-sdk-content-sha256, \
     x-sdk-date, x-security-token, x-subject-token";
/// What a page may read of an answer's headers beyond the ordinary ones.
const READ: &str = "x-subject-token, x-request-id";
const METHODS: &str = "GET, HEAD, POST, PUT, DELETE";

/// Answers the question before a call, and lets the page read the answer of the call.
pub async fn layer(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_control = path == "/sandbox" || path.starts_with("/sandbox/");
    let Some(origin) = own_machine(request.headers()).filter(|_| !is_control) else {
        return next.run(request).await;
    };
    let asks = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match asks {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    let headers = response.headers_mut();
    let texts = match asks {
        true => [
            (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, SENT),
        ]
        .as_slice(),
        false => &[(header::ACCESS_CONTROL_EXPOSE_HEADERS, READ)],
    };
    for (name, text) in texts {
        headers.insert(name, HeaderValue::from_static(text));
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// The origin of a page that this machine serves itself.
fn own_machine(headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let (scheme, host) = origin.to_str().ok()?.split_once("://")?;
    (matches!(scheme, "http" | "https") && super::is_loopback(host)).then(|| origin.clone())
}

//! What goes around every answer, errors included: the request id, the security headers, a log line.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};
use contract::session::REQUEST_ID_HEADER;
use serde_json::json;
use tokio::time::Instant;

use crate::{app::App, error::Refusal};

/// Pages and what they load: everything from here, nothing inline, compiling WebAssembly allowed.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     connect-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'; object-src 'none'";
/// Data opened as a page by mistake or on purpose: nothing in it runs.
const DATA_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
     hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()";

/// The id an exchange can be found under in the log.
#[derive(Debug, Clone)]
pub struct RequestId(String);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes ids that differ within a run, and between runs.
#[derive(Debug)]
pub struct RequestIds {
    run: String,
    next: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        Self {
            run: crate::random::hex::<6>(),
            next: AtomicU64::new(1),
        }
    }
}

impl RequestIds {
    fn next(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        RequestId(format!("{}-{number:08x}", self.run))
    }
}

/// The outermost layer.
pub async fn envelope(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = app.request_ids.next();
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let group = group(request.uri().path());
    let secure = crate::hosts::of(&app, request.headers()).is_some_and(|origin| origin.secure);

    let mut response = next.run(request).await;

    let refusal = response.extensions_mut().remove::<Refusal>();
    if let Some(refusal) = &refusal {
        write_refusal(&mut response, refusal, &id, &method);
    }
    write_headers(&mut response, &id, secure);
    let status = response.status();
    app.metrics.answered(group, status, began.elapsed());
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    let code = refusal.as_ref().map(Refusal::code);
    if refusal.is_some() {
        tracing::info!(%id, %method, group, status = status.as_u16(), code, micros, "refused");
    } else {
        tracing::debug!(%id, %method, group, status = status.as_u16(), micros, "answered");
    }
    response
}

/// The kind of address, for metrics and the log; never the path itself, which a stranger chooses.
fn group(path: &str) -> &'static str {
    let first = path.split('/').nth(1).unwrap_or_default();
    [
        "api", "session", "sign-in", "clouds", "audit", "assets", "healthz", "readyz", "metrics",
    ]
    .into_iter()
    .find(|known| *known == first)
    .unwrap_or("page")
}

fn write_refusal(response: &mut Response, refusal: &Refusal, id: &RequestId, method: &Method) {
    let body = json!({
        "error_code": refusal.code(),
        "error_msg": refusal.message(),
        "request_id": id.0,
    });
    let body = body.to_string();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    *response.body_mut() = match method {
        &Method::HEAD => Body::empty(),
        _ => Body::from(body),
    };
}

fn write_headers(response: &mut Response, id: &RequestId, secure: bool) {
    let headers = response.headers_mut();
    let data = headers
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"application/json"));
    let policy = if data { DATA_POLICY } else { PAGE_POLICY };
    let fixed: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("no-referrer"));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if secure {
        let two_years = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, two_years);
    }
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(HeaderName::from_static(REQUEST_ID_HEADER), id);
    }
}

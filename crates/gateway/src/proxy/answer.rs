//! What of a service's answer reaches the browser: its status, its JSON, and a handful of headers.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::{Bytes, BytesMut};
use contract::{operations::Service, session::SERVICE_DATE_HEADER};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use tokio::time::Instant;

use super::{Asked, Sent, relay::Relay};
use crate::{app::App, breaker::Permit, error::Refusal, limits::Limits};

/// Up to this size an answer is read whole before any of it is passed on, so that one that breaks off can still
/// become an error with a sentence instead of a cut connection.
const WHOLE: usize = 64 * 1024;
/// The id in the service's own logs; ours is in `X-Request-Id`.
const SERVICE_REQUEST_ID: &str = "x-service-request-id";

/// An answer that was read whole.
#[derive(Debug, Clone)]
pub struct Whole {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Whole {
    pub fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

pub enum Begun {
    Whole(Bytes),
    /// The beginning of something larger, and the rest.
    Partly(Bytes, Incoming),
}

/// A read's answer: small ones whole, large ones as they come.
pub async fn pass_on(app: &App, asked: &Asked, sent: Sent) -> Result<Response, Refusal> {
    let ends = Instant::now() + app.limits.total;
    let (parts, body) = sent.answer.into_parts();
    let headers = headers(app, asked, parts.status, &parts.headers)?;
    let begun = begin(body, WHOLE, &app.limits, ends).await;
    judge(
        sent.permit,
        begun.as_ref().map(|begun| (parts.status, begun)),
    );
    let begun = begun?;
    let json = is_json(&parts.headers);
    match begun {
        Begun::Whole(body) => {
            let body = readable(parts.status, json, body)?;
            Ok(Whole {
                status: parts.status,
                headers,
                body,
            }
            .into_response())
        }
        Begun::Partly(..) if !json => Err(not_json(parts.status)),
        Begun::Partly(start, rest) => {
            let length = rest
                .size_hint()
                .exact()
                .map(|rest| rest + start.len() as u64);
            let relay = Relay::new(start, rest, &app.limits, ends);
            let mut response = Response::new(Body::new(relay));
            *response.status_mut() = parts.status;
            *response.headers_mut() = headers;
            if let Some(length) = length {
                response
                    .headers_mut()
                    .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
            }
            Ok(response)
        }
    }
}

/// A write's answer, always whole: it is also kept for a repeated request and for the audit log.
pub async fn read_whole(app: &App, asked: &Asked, sent: Sent) -> Result<Whole, Refusal> {
    let ends = Instant::now() + app.limits.total;
    let (parts, body) = sent.answer.into_parts();
    let headers = headers(app, asked, parts.status, &parts.headers)?;
    let limit = match asked.route.operation.service {
        Service::Sandbox => usize::try_from(app.limits.answer).unwrap_or(usize::MAX),
        // What is kept whole for everybody at once has to be small; a change says little.
        _ => app.limits.body,
    };
    let begun = begin(body, limit, &app.limits, ends).await;
    judge(
        sent.permit,
        begun.as_ref().map(|begun| (parts.status, begun)),
    );
    match begun? {
        Begun::Whole(body) => Ok(Whole {
            body: readable(parts.status, is_json(&parts.headers), body)?,
            status: parts.status,
            headers,
        }),
        Begun::Partly(..) => Err(Refusal::UpstreamTooLarge),
    }
}

/// Says whether an exchange shows a service that is well. A refusal in its own words does, even one with status 500:
/// these services say "not possible now" that way.
pub fn judge(permit: Option<Permit>, exchange: Result<(StatusCode, &Begun), &Refusal>) {
    let Some(permit) = permit else { return };
    let trouble = match exchange {
        Err(refusal) => refusal.is_upstream_trouble(),
        Ok((StatusCode::INTERNAL_SERVER_ERROR, Begun::Whole(body))) => !names_an_error(body),
        Ok((status, _)) => status.is_server_error(),
    };
    if trouble {
        permit.failed();
    } else {
        permit.succeeded();
    }
}

fn names_an_error(body: &Bytes) -> bool {
    let body: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    // The image service puts its code one level deeper; a number there is only the status again.
    body.is_some_and(|body| !body["error_code"].is_null() || body["error"]["code"].is_string())
}

/// Reads until the end or until more than `whole` bytes are there.
async fn begin(
    mut body: Incoming,
    whole: usize,
    limits: &Limits,
    ends: Instant,
) -> Result<Begun, Refusal> {
    if body.size_hint().lower() > limits.answer {
        return Err(Refusal::UpstreamTooLarge);
    }
    let mut start = BytesMut::new();
    loop {
        let idle = (Instant::now() + limits.idle).min(ends);
        let frame = tokio::time::timeout_at(idle, body.frame())
            .await
            .map_err(|_| {
                Refusal::UpstreamTimeout("The service stopped in the middle of its answer.")
            })?;
        let Some(frame) = frame else {
            return Ok(Begun::Whole(start.freeze()));
        };
        let frame = frame.map_err(|error| {
            tracing::warn!(%error, "a service's answer broke off");
            Refusal::UpstreamUnreadable("its answer broke off")
        })?;
        if let Ok(data) = frame.into_data() {
            start.extend_from_slice(&data);
        }
        if start.len() > whole {
            return Ok(Begun::Partly(start.freeze(), body));
        }
    }
}

/// The headers that are passed on; an error for statuses that are none a service should send.
fn headers(
    app: &App,
    asked: &Asked,
    status: StatusCode,
    given: &HeaderMap,
) -> Result<HeaderMap, Refusal> {
    if status.is_redirection() {
        tracing::warn!(
            status = status.as_u16(),
            operation = asked.route.operation.id,
            "a service redirects"
        );
        return Err(Refusal::UpstreamRedirect);
    }
    asked.session.cloud.note_date(given, app.clock.now());
    let mut headers = HeaderMap::new();
    let mut pass = |from: &str, to: &'static str| {
        let short = given.get(from).filter(|value| value.len() <= 128);
        if let Some(value) = short {
            headers.insert(HeaderName::from_static(to), value.clone());
        }
    };
    pass("date", SERVICE_DATE_HEADER);
    pass("retry-after", "retry-after");
    pass("x-openstack-request-id", SERVICE_REQUEST_ID);
    pass("x-compute-request-id", SERVICE_REQUEST_ID);
    pass("x-request-id", SERVICE_REQUEST_ID);
    if status != StatusCode::NO_CONTENT {
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
    }
    Ok(headers)
}

fn is_json(headers: &HeaderMap) -> bool {
    // Some services of this family send JSON without saying so, or as text; none sends HTML on purpose.
    let kind = headers
        .get(header::CONTENT_TYPE)
        .map_or(&b""[..], HeaderValue::as_bytes);
    let kind = kind.to_ascii_lowercase();
    let coded = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|coding| coding != "identity");
    let known =
        kind.is_empty() || kind.starts_with(b"application/json") || kind.starts_with(b"text/plain");
    known && !coded
}

/// Bytes a browser may be given as JSON. A page in place of data becomes an error that says so.
fn readable(status: StatusCode, json: bool, body: Bytes) -> Result<Bytes, Refusal> {
    if body.is_empty() {
        return Ok(body);
    }
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if json && first != Some(&b'<') {
        return Ok(body);
    }
    Err(not_json(status))
}

fn not_json(status: StatusCode) -> Refusal {
    tracing::warn!(
        status = status.as_u16(),
        "a service answered something other than JSON"
    );
    match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY => {
            Refusal::Unreachable("The service is not available at the moment.")
        }
        StatusCode::GATEWAY_TIMEOUT => {
            Refusal::UpstreamTimeout("The service did not answer in time.")
        }
        _ => Refusal::UpstreamUnreadable("it is not JSON"),
    }
}

//! Faults somebody asked for, done to answers: the layer every service route is behind.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use contract::operations::{self, Service};
use http_body_util::BodyExt as _;
use hyper::body::Frame;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use super::problem::Problem;
use crate::Sandbox;
use crate::faults::Effect;

/// Does to a call what was armed for its operation.
pub async fn layer(State(sandbox): State<Arc<Sandbox>>, request: Request, next: Next) -> Response {
    let effect = operation_of(request.method(), request.uri().path())
        .and_then(|operation| sandbox.faults.of_request(operation));
    let Some(effect) = effect else {
        return next.run(request).await;
    };
    match effect {
        Effect::Error {
            status,
            error_code,
            error_msg,
            retry_after,
        } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = Problem::service(status, error_code, error_msg).into_response();
            if let Some(seconds) = retry_after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, seconds.into());
            }
            response
        }
        Effect::Delay { delay_ms } => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            next.run(request).await
        }
        Effect::Body { body, content_type } => {
            let mut response = Response::new(Body::from(body));
            if let Ok(kind) = HeaderValue::from_str(&content_type) {
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
            }
            response
        }
        Effect::Reset { .. } => {
            let hang_up = request.extensions().get::<HangUp>().cloned();
            // The call is done before its answer is lost: that is what makes this fault a hard one.
            let response = next.run(request).await;
            if let Some(hang_up) = hang_up {
                hang_up.0.store(true, Ordering::Release);
            }
            response
        }
        Effect::Cut { cut_after_bytes } => {
            with_body(next.run(request).await, |bytes| {
                Body::new(Cut {
                    first: Some(bytes.slice(..cut_after_bytes.min(bytes.len()))),
                    flushed: false,
                })
            })
            .await
        }
        Effect::Drip { drip_ms } => {
            with_body(next.run(request).await, |bytes| {
                Body::new(Drip {
                    bytes,
                    pause: Duration::from_millis(drip_ms),
                    sleep: None,
                })
            })
            .await
        }
        Effect::Job { .. } => next.run(request).await,
    }
}

/// Another body under the length of the whole one.
async fn with_body(response: Response, change: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = body.collect().await.map(|body| body.to_bytes()) else {
        return Response::from_parts(parts, Body::empty());
    };
    parts
        .headers
        .insert(header::CONTENT_LENGTH, bytes.len().into());
    Response::from_parts(parts, change(bytes))
}

/// The operation a call means; the sandbox's own controls are none.
fn operation_of(method: &Method, path: &str) -> Option<&'static str> {
    let method = match method.as_str() {
        "GET" => operations::Method::Get,
        "HEAD" => operations::Method::Head,
        "POST" => operations::Method::Post,
        "PUT" => operations::Method::Put,
        "DELETE" => operations::Method::Delete,
        _ => return None,
    };
    let (version, rest) = path.strip_prefix('/')?.split_once('/')?;
    let below_project = rest.find('/').map(|at| &rest[at..]);
    let services: &[Service] = match version {
        "v1" => &[Service::Csbs, Service::Ecs],
        "v2" => &[Service::VolumeV2, Service::Compute],
        "v2.1" => &[Service::Compute],
        "v3" => &[Service::VolumeV3, Service::Cbr],
        _ => &[],
    };
    let identity = (version == "v3").then(|| {
        let path = &path["/v3".len()..];
        [Service::Identity, Service::CbrAccount]
            .into_iter()
            .find_map(|service| operations::find(service, method, path))
    });
    // Images have no project in their paths, but for that of a job.
    let image = || operations::find(Service::Image, method, path);
    let found = identity.flatten().or_else(image).or_else(|| {
        let path = below_project?;
        services
            .iter()
            .find_map(|service| operations::find(*service, method, path))
    });
    found.map(|(operation, _)| operation.id)
}

/// The beginning of a body, then the end of the connection.
struct Cut {
    first: Option<Bytes>,
    flushed: bool,
}

impl hyper::body::Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.first.take()
            && !bytes.is_empty()
        {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !self.flushed {
            // What was written so far leaves when there is nothing more at hand.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}

/// A body byte by byte.
struct Drip {
    bytes: Bytes,
    pause: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl hyper::body::Body for Drip {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.bytes.is_empty() {
            return Poll::Ready(None);
        }
        let pause = self.pause;
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        if sleep.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.sleep = None;
        let byte = self.bytes.split_to(1);
        Poll::Ready(Some(Ok(Frame::data(byte))))
    }
}

/// Set to end a connection the hard way instead of answering.
#[derive(Clone, Debug, Default)]
pub struct HangUp(Arc<AtomicBool>);

/// A connection that can be told to hang up.
pub struct Line {
    stream: TcpStream,
    hang_up: HangUp,
}

impl Line {
    /// The connection and its switch.
    pub fn new(stream: TcpStream) -> (Self, HangUp) {
        let hang_up = HangUp::default();
        let line = Self {
            stream,
            hang_up: hang_up.clone(),
        };
        (line, hang_up)
    }

    /// Closing then sends a reset (RST) and not an orderly end (FIN).
    fn ended(&self) -> Option<io::Error> {
        if !self.hang_up.0.load(Ordering::Acquire) {
            return None;
        }
        if let Err(error) = self.stream.set_zero_linger() {
            return Some(error);
        }
        Some(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.ended() {
            Some(error) => Poll::Ready(Err(error)),
            None => Pin::new(&mut self.stream).poll_write(context, buffer),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.ended() {
            Some(error) => Poll::Ready(Err(error)),
            None => Pin::new(&mut self.stream).poll_write_vectored(context, buffers),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.ended() {
            // Nothing that would end it in an orderly way before it is dropped.
            Some(_) => Poll::Ready(Ok(())),
            None => Pin::new(&mut self.stream).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_known_by_their_operation() {
        let of = |method: Method, path: &str| operation_of(&method, path);
        let project = "0605767a1b80d5ee2fb4c00950e4ae11";
        for (method, path, id) in [
            (
                Method::GET,
                format!("/v1/{project}/policies"),
                "csbs.policies.list",
            ),
            (
                Method::GET,
                format!("/v1/{project}/checkpoint_items/count"),
                "csbs.backups.count",
            ),
            (
                Method::GET,
                format!("/v1/{project}/cloudservers/detail"),
                "ecs.servers.list",
            ),
            (
                Method::GET,
                format!("/v2.1/{project}/servers/detail"),
                "compute.servers.detail",
            ),
            (
                Method::GET,
                format!("/v2/{project}/cloudvolumes/detail"),
                "volumev2.volumes.list",
            ),
            (
                Method::GET,
                format!("/v3/{project}/volumes/detail"),
                "volumev3.volumes.detail",
            ),
            (
                Method::GET,
                format!("/v3/{project}/vaults/summary"),
                "cbr.vaults.summary",
            ),
            (
                Method::POST,
                "/v3/migrates".to_owned(),
                "cbr-account.migration.start",
            ),
            (
                Method::POST,
                "/v3/auth/tokens".to_owned(),
                "identity.tokens.create",
            ),
        ] {
            assert_eq!(of(method, &path), Some(id), "{path}");
        }
        for path in [
            "/",
            "",
            "/sandbox/clock",
            "/v1",
            "/v9/a/policies",
            "/v1/é/policies/",
        ] {
            assert_eq!(of(Method::GET, path), None, "{path}");
        }
    }
}

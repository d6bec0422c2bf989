//! Accepts connections and drives hyper on each, with the limits `axum::serve` does not have.

mod guard;
mod roster;
mod screen;

use std::{
    future::poll_fn,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc, watch},
};
use tower::ServiceExt;

use self::{
    guard::{Guard, Refused},
    roster::{Roster, Seated},
};
use crate::limits::Limits;

/// How long a new connection waits for the one that makes room for it.
const ROOM_TIME: Duration = Duration::from_secs(2);

/// The address at the other end of the connection a request came on.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// A request that was refused before it could be read; the application only makes the answer.
#[derive(Debug, Clone, Copy)]
pub struct Unreadable(pub StatusCode);

/// Serves `app` until `stop` says so, then lets running answers finish for [`Limits::shutdown`].
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let refused = Refused::new(&crate::random::hex::<16>());
    let roster = Roster::new();
    let room = Arc::new(Semaphore::new(limits.connections));
    let (alive, mut all_done) = mpsc::channel::<()>(1);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Usually: no file descriptors left. A short rest lets some connections end.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let place = room.clone().try_acquire_owned().ok();
        // Whoever waits for room has sent somebody away for it, so few wait.
        if place.is_none() && !roster.make_room() {
            tracing::warn!(%peer, limit = limits.connections, "no room for another connection");
            continue;
        }
        let _ = stream.set_nodelay(true);
        let (room, roster, alive) = (room.clone(), roster.clone(), alive.clone());
        let (app, refused) = (app.clone(), refused.clone());
        let (limits, stop) = (limits.clone(), stop.clone());
        tokio::spawn(async move {
            let place = match place {
                Some(place) => Some(place),
                None => tokio::time::timeout(ROOM_TIME, room.acquire_owned())
                    .await
                    .ok()
                    .and_then(Result::ok),
            };
            if place.is_some() {
                drive(stream, roster.seat(), peer, app, refused, limits, stop).await;
            }
            drop((place, alive));
        });
    }
    drop((listener, alive));
    if tokio::time::timeout(limits.shutdown, all_done.recv())
        .await
        .is_err()
    {
        tracing::warn!("some answers did not finish in time and were cut");
    }
}

async fn drive(
    stream: TcpStream,
    seated: Seated,
    peer: SocketAddr,
    app: Router,
    refused: Refused,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let stream = Guard::new(stream, &limits, refused.clone(), seated.0.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        answer(request.map(Body::new), peer, app.clone(), &refused)
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // The guard keeps the time of heads; hyper's own clock would also count the wait between two requests.
        .header_read_timeout(None)
        .max_headers(limits.headers + 8)
        .max_buf_size((limits.head + limits.target + 1024).max(64 * 1024))
        .half_close(false);
    let mut connection = builder.serve_connection(TokioIo::new(stream), service);
    let ended = {
        let mut stopping = pin!(stop.wait_for(|stop| *stop));
        let mut told = false;
        loop {
            tokio::select! {
                ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break ended,
                () = seated.0.told_to_leave() => break Ok(()),
                _ = &mut stopping, if !told => {
                    told = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
            }
        }
    };
    if let Err(error) = &ended {
        tracing::debug!(%peer, %error, "connection ended early");
    }
    let mut guard = connection.into_parts().io.into_inner();
    let _ = tokio::time::timeout(Duration::from_secs(1), guard.shutdown()).await;
    if let Some(stream) = guard.into_lingering() {
        let _ = tokio::time::timeout(Duration::from_secs(1), read_away(stream)).await;
    }
}

/// Closing a socket with unread bytes resets it, and the client would lose the answer that says why.
async fn read_away(mut stream: TcpStream) {
    let mut space = [0; 8 * 1024];
    let mut left: usize = 4 * 1024 * 1024;
    while let Ok(bytes @ 1..) = stream.read(&mut space).await {
        let Some(rest) = left.checked_sub(bytes) else {
            break;
        };
        left = rest;
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Response, std::convert::Infallible>> + Send>>;

fn answer(mut request: Request, peer: SocketAddr, app: Router, refused: &Refused) -> Answer {
    request.extensions_mut().insert(Peer(peer));
    if let Some(status) = refused.status(request.uri().path()) {
        request.extensions_mut().insert(Unreadable(status));
    }
    Box::pin(async move { Ok(app.oneshot(request).await.into_response()) })
}

//! The byte stream between a client and hyper: the screen's verdicts and the clocks of a slow client.
//!
//! A head that is refused reaches hyper as a request of our own to [`Refused::path`], so that its answer is made
//! where all answers are made, with the same headers and in the right order.

use std::{
    future::Future,
    io,
    mem::MaybeUninit,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::http::StatusCode;
use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep},
};

use super::{
    roster::Seat,
    screen::{Screen, Step},
};
use crate::limits::Limits;

/// The way a refusal is handed to the application: a path no client can guess.
#[derive(Debug, Clone)]
pub struct Refused {
    prefix: Arc<str>,
}

impl Refused {
    pub fn new(nonce: &str) -> Self {
        Self {
            prefix: format!("/{nonce}/").into(),
        }
    }

    fn request(&self, status: StatusCode) -> Vec<u8> {
        let (prefix, status) = (&self.prefix, status.as_u16());
        format!("GET {prefix}{status} HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n")
            .into_bytes()
    }

    /// The status that a request's path stands for, when it is one of ours.
    pub fn status(&self, path: &str) -> Option<StatusCode> {
        let status = path.strip_prefix(&*self.prefix)?;
        StatusCode::from_bytes(status.as_bytes()).ok()
    }
}

/// One connection's stream.
#[derive(Debug)]
pub struct Guard<S> {
    inner: S,
    screen: Screen,
    refused: Refused,
    /// Bytes from the client; the first `checked` of them may go on.
    incoming: BytesMut,
    checked: usize,
    clocks: Clocks,
    seat: Arc<Seat>,
    /// Nothing more is read: the client ended, or was refused.
    closed: bool,
    /// Whether the client may still be sending what we no longer read.
    linger: bool,
}

#[derive(Debug)]
struct Clocks {
    head_time: Duration,
    keep_alive: Duration,
    write_stall: Duration,
    /// When the wait for (the rest of) a head is over.
    read: Pin<Box<Sleep>>,
    head_began: bool,
    /// A request is being answered; the client owes us nothing.
    busy: bool,
    /// The end of the last answer so far; nothing on a new connection.
    last_write: Option<Instant>,
    write: Option<Pin<Box<Sleep>>>,
}

impl<S> Guard<S> {
    pub fn new(inner: S, limits: &Limits, refused: Refused, seat: Arc<Seat>) -> Self {
        Self {
            inner,
            screen: Screen::new(limits),
            refused,
            incoming: BytesMut::new(),
            checked: 0,
            clocks: Clocks {
                head_time: limits.head_time,
                keep_alive: limits.keep_alive,
                write_stall: limits.write_stall,
                // A new connection has the time of a head for its first one.
                read: Box::pin(tokio::time::sleep(limits.head_time)),
                head_began: false,
                busy: false,
                last_write: None,
                write: None,
            },
            seat,
            closed: false,
            linger: false,
        }
    }

    /// The bare stream, when what the client still sends has to be read away before it is closed.
    pub fn into_lingering(self) -> Option<S> {
        self.linger.then_some(self.inner)
    }

    /// Hands `status` to the application as the last request of this connection.
    fn refuse(&mut self, status: StatusCode) {
        self.incoming.clear();
        self.incoming
            .extend_from_slice(&self.refused.request(status));
        self.checked = self.incoming.len();
        self.closed = true;
        self.linger = true;
    }

    /// Looks at what has arrived and not been checked yet.
    fn check(&mut self) -> io::Result<()> {
        if self.closed || self.checked == self.incoming.len() {
            return Ok(());
        }
        match self.screen.step(&self.incoming[self.checked..]) {
            Step::Pass(bytes) => {
                self.checked += bytes;
                if bytes > 0 {
                    self.clocks.busy = true;
                    self.clocks.head_began = false;
                    if self.screen.in_head() {
                        self.seat.answering();
                    } else {
                        self.seat.quiet();
                    }
                }
            }
            Step::Refuse(status) => self.refuse(status),
            Step::Broken => {
                self.linger = true;
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the body's chunks are broken",
                ));
            }
        }
        let open_head = self.checked < self.incoming.len() && self.screen.in_head();
        if open_head && !self.clocks.head_began {
            self.clocks.head_began = true;
            let end = Instant::now() + self.clocks.head_time;
            self.clocks.read.as_mut().reset(end);
        }
        Ok(())
    }

    fn poll_expired(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.screen.in_head() || self.clocks.busy {
            return Poll::Pending;
        }
        loop {
            ready!(self.clocks.read.as_mut().poll(cx));
            let idle_since = self.clocks.last_write.filter(|_| !self.clocks.head_began);
            let idle_end = idle_since.map(|since| since + self.clocks.keep_alive);
            let Some(idle_end) = idle_end.filter(|end| *end > Instant::now()) else {
                return Poll::Ready(());
            };
            self.clocks.read.as_mut().reset(idle_end);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.checked > 0 {
                let bytes = this.checked.min(out.remaining());
                out.put_slice(&this.incoming[..bytes]);
                this.incoming.advance(bytes);
                this.checked -= bytes;
                return Poll::Ready(Ok(()));
            }
            this.check()?;
            if this.checked > 0 {
                continue;
            }
            if this.linger {
                // The refusal is being answered; an end here would look like a client that has gone.
                return Poll::Pending;
            }
            if this.closed {
                return Poll::Ready(Ok(()));
            }
            if this.poll_expired(cx).is_ready() {
                if this.clocks.head_began {
                    this.refuse(StatusCode::REQUEST_TIMEOUT);
                    continue;
                }
                this.closed = true;
                return Poll::Ready(Ok(()));
            }
            let mut space = [MaybeUninit::uninit(); 8 * 1024];
            let mut read = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                this.closed = true;
                return Poll::Ready(Ok(()));
            }
            this.incoming.extend_from_slice(read.filled());
        }
    }
}

impl<S: AsyncWrite + Unpin> Guard<S> {
    /// A client that takes nothing for too long is given up.
    fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            // The answer has begun; from here on the keep-alive time runs.
            self.clocks.busy = false;
            self.clocks.last_write = Some(Instant::now());
            self.clocks.write = None;
            self.seat.quiet();
            return result;
        }
        if self.clocks.write.is_none() {
            self.seat.quiet();
        }
        let stall = self.clocks.write_stall;
        let clock = self
            .clocks
            .write
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(stall)));
        match clock.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.inner).poll_write(cx, bytes);
        this.watch(cx, result)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.inner).poll_write_vectored(cx, bytes);
        this.watch(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

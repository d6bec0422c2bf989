//! The rest of a large answer, passed on piece by piece: no slower, no longer and no larger than allowed.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

use crate::limits::Limits;

/// A body that ends with an error, and so cuts the browser's connection, when the service's does not end well.
#[derive(Debug)]
pub struct Relay {
    start: Option<Bytes>,
    rest: Incoming,
    left: u64,
    idle: Duration,
    ends: Instant,
    wait: Pin<Box<Sleep>>,
}

impl Relay {
    pub fn new(start: Bytes, rest: Incoming, limits: &Limits, ends: Instant) -> Self {
        let first = (Instant::now() + limits.idle).min(ends);
        Self {
            left: limits.answer.saturating_sub(start.len() as u64),
            start: Some(start),
            rest,
            idle: limits.idle,
            ends,
            wait: Box::pin(tokio::time::sleep_until(first)),
        }
    }
}

impl Body for Relay {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        if let Some(start) = this.start.take() {
            return Poll::Ready(Some(Ok(Frame::data(start))));
        }
        let Poll::Ready(frame) = Pin::new(&mut this.rest).poll_frame(cx) else {
            ready!(this.wait.as_mut().poll(cx));
            tracing::warn!("a service stopped in the middle of its answer");
            return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
        };
        let Some(frame) = frame else {
            return Poll::Ready(None);
        };
        let frame = frame.map_err(|error| {
            tracing::warn!(%error, "a service's answer broke off");
            io::Error::other(error)
        });
        let Ok(data) = frame?.into_data() else {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        };
        let Some(left) = this.left.checked_sub(data.len() as u64) else {
            tracing::warn!("a service's answer is too large");
            return Poll::Ready(Some(Err(io::ErrorKind::FileTooLarge.into())));
        };
        this.left = left;
        this.wait
            .as_mut()
            .reset((Instant::now() + this.idle).min(this.ends));
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.start.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let start = self.start.as_ref().map_or(0, |start| start.len() as u64);
        match self.rest.size_hint().exact() {
            Some(rest) => SizeHint::with_exact(start + rest),
            None => SizeHint::default(),
        }
    }
}

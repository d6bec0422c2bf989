//! Every size and time the gateway insists on, so that a test can make one of them short.

use std::time::Duration;

/// Sizes in bytes, times as durations; [`Limits::default`] is what the documentation promises.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at a time; one more is closed at once.
    pub connections: usize,
    /// From the first byte of a request's head to its last.
    pub head_time: Duration,
    /// Between two requests of one connection.
    pub keep_alive: Duration,
    /// For a whole request body.
    pub body_time: Duration,
    /// How long a client may take no byte of its answer.
    pub write_stall: Duration,
    /// Request target.
    pub target: usize,
    /// All header lines together.
    pub head: usize,
    /// Header lines.
    pub headers: usize,
    /// Request body.
    pub body: usize,
    /// Answer of a service.
    pub answer: u64,
    /// To a service: TCP connection.
    pub connect: Duration,
    /// To a service: from the request to the head of the answer.
    pub first_byte: Duration,
    /// To a service: between two pieces of the answer.
    pub idle: Duration,
    /// To a service: the whole exchange.
    pub total: Duration,
    /// To a service: after so many failures in a row it is left alone …
    pub failures: u32,
    /// … for this long at first …
    pub rest: Duration,
    /// … and for this long at most.
    pub longest_rest: Duration,
    /// Running answers get this long when the program is told to stop.
    pub shutdown: Duration,
    /// Sessions in memory; one more ends the one that was idle longest.
    pub sessions: usize,
    /// A session ends when it is not used for this long …
    pub session_idle: Duration,
    /// … and at this age at the latest, or with its token.
    pub session_age: Duration,
    /// For this long, a repeated operation id gets the first one's answer.
    pub repeat: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            head_time: Duration::from_secs(10),
            keep_alive: Duration::from_secs(60),
            body_time: Duration::from_secs(10),
            write_stall: Duration::from_secs(30),
            target: 8 * 1024,
            head: 16 * 1024,
            headers: 100,
            body: 1024 * 1024,
            answer: 32 * 1024 * 1024,
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(120),
            failures: 8,
            rest: Duration::from_secs(1),
            longest_rest: Duration::from_secs(30),
            shutdown: Duration::from_secs(10),
            sessions: 10_000,
            session_idle: Duration::from_secs(60 * 60),
            session_age: Duration::from_secs(12 * 60 * 60),
            repeat: Duration::from_secs(10 * 60),
        }
    }
}

//! Clients that send one request after the other on a connection of their own, and note how long each took.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

/// A request, sent again and again.
#[derive(Clone)]
pub struct Target {
    address: SocketAddr,
    request: Vec<u8>,
}

/// What came of it.
pub struct Run {
    /// Per second.
    pub requests: f64,
    /// Of each request, in microseconds, ascending.
    pub times: Vec<f64>,
}

impl Target {
    pub fn new(address: SocketAddr, path: &str, cookie: &str) -> Self {
        let cookie = match cookie {
            "" => String::new(),
            cookie => format!("Cookie: {cookie}\r\n"),
        };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: br\r\n{cookie}\r\n"
        );
        Self {
            address,
            request: request.into_bytes(),
        }
    }

    /// As many clients as given, for this long.
    pub fn load(&self, clients: usize, time: Duration) -> Result<Run> {
        let began = Instant::now();
        let threads: Vec<_> = (0..clients)
            .map(|_| {
                let target = self.clone();
                thread::spawn(move || target.client(began + time))
            })
            .collect();
        let mut times = Vec::new();
        for thread in threads {
            let client = thread.join();
            let client = client.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            times.extend(client?);
        }
        let requests = times.len() as f64 / began.elapsed().as_secs_f64();
        times.sort_by(f64::total_cmp);
        ensure!(!times.is_empty(), "{} answered nothing", self.address);
        Ok(Run { requests, times })
    }

    fn client(&self, until: Instant) -> Result<Vec<f64>> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut times = Vec::new();
        let mut space = vec![0; 256 * 1024];
        while Instant::now() < until {
            let sent = Instant::now();
            stream.write_all(&self.request)?;
            take_answer(&mut stream, &mut space)?;
            times.push(sent.elapsed().as_secs_f64() * 1e6);
        }
        Ok(times)
    }
}

/// Reads one answer with a `Content-Length` and forgets it.
fn take_answer(stream: &mut TcpStream, space: &mut [u8]) -> Result<()> {
    let mut filled = 0;
    let head = loop {
        let count = stream.read(&mut space[filled..])?;
        ensure!(count > 0, "the connection was closed");
        filled += count;
        if let Some(end) = space[..filled].windows(4).position(|w| w == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = String::from_utf8_lossy(&space[..head]);
    if !text.starts_with("HTTP/1.1 200 ") {
        bail!("answered {text}");
    }
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let length: usize = lines
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .find_map(|(_, value)| value.trim().parse().ok())
        .context("an answer without its length")?;
    let mut left = (head + length).saturating_sub(filled);
    while left > 0 {
        let count = stream.read(space)?;
        ensure!(count > 0, "the answer broke off");
        left = left.saturating_sub(count);
    }
    Ok(())
}

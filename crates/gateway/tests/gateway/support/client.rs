//! A client that sends exactly the bytes it is told to, and notices how an answer ends.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longest wait for anything; reaching it fails the test.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer as it came.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Whether the body is all that was announced.
    pub complete: bool,
    /// Bytes behind the answer: further answers on the same connection.
    pub rest: Vec<u8>,
    /// Whether the connection was closed at the end.
    pub closed: bool,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn code(&self) -> String {
        self.json()["error_code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// All answers in the bytes of a connection.
    pub fn all(mut bytes: Vec<u8>, closed: bool) -> Vec<Self> {
        let mut replies = Vec::new();
        while let Some(reply) = Self::parse(&bytes, closed) {
            bytes.clone_from(&reply.rest);
            replies.push(reply);
        }
        replies
    }

    fn parse(bytes: &[u8], closed: bool) -> Option<Self> {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut reply = Self {
            status,
            headers,
            closed,
            ..Self::default()
        };
        let (body, used, complete) = reply.body_of(&bytes[end + 4..]);
        reply.body = String::from_utf8_lossy(&body).into_owned();
        reply.complete = complete;
        reply.rest = bytes[end + 4 + used..].to_vec();
        Some(reply)
    }

    fn body_of(&self, bytes: &[u8]) -> (Vec<u8>, usize, bool) {
        if matches!(self.status, 204 | 304) {
            return (Vec::new(), 0, true);
        }
        if self.header("transfer-encoding") == Some("chunked") {
            return chunks(bytes);
        }
        let length: usize = self
            .header("content-length")
            .map_or(0, |text| text.parse().unwrap());
        let here = length.min(bytes.len());
        (bytes[..here].to_vec(), here, here == length)
    }
}

fn chunks(bytes: &[u8]) -> (Vec<u8>, usize, bool) {
    let (mut body, mut at) = (Vec::new(), 0);
    while let Some(line) = bytes[at..].windows(2).position(|w| w == b"\r\n") {
        let size = std::str::from_utf8(&bytes[at..at + line]).unwrap_or_default();
        let size = usize::from_str_radix(size, 16).expect("a chunk size");
        let start = at + line + 2;
        if bytes.len() < start + size + 2 {
            return (body, bytes.len(), false);
        }
        body.extend_from_slice(&bytes[start..start + size]);
        at = start + size + 2;
        if size == 0 {
            return (body, at, true);
        }
    }
    (body, bytes.len(), false)
}

/// A connection to the gateway.
pub struct Connection {
    pub stream: TcpStream,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    /// Writes raw bytes; a gateway that has closed already is no failure.
    pub async fn write(&mut self, bytes: &[u8]) {
        let _ = timeout(PATIENCE, self.stream.write_all(bytes))
            .await
            .expect("writable");
    }

    /// A whole request that asks for the connection to be closed.
    pub async fn send(
        &mut self,
        host: SocketAddr,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) {
        let mut request = format!("{method} {path} HTTP/1.1\r\n");
        if headers.iter().all(|(name, _)| *name != "Host") {
            request += &format!("Host: {host}\r\n");
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() || matches!(method, "POST" | "PUT") {
            request += &format!("Content-Length: {}\r\n", body.len());
        }
        request += "Connection: close\r\n\r\n";
        request += body;
        self.write(request.as_bytes()).await;
    }

    /// Everything until the gateway closes; a reset counts as closing.
    pub async fn bytes_to_end(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut space = vec![0; 64 * 1024];
        loop {
            let read = timeout(PATIENCE, self.stream.read(&mut space)).await;
            match read.expect("the gateway closes the connection") {
                Ok(0) | Err(_) => return bytes,
                Ok(count) => bytes.extend_from_slice(&space[..count]),
            }
        }
    }

    /// The first answer, and whatever follows it, until the connection is closed.
    pub async fn read_to_end(&mut self) -> Reply {
        let bytes = self.bytes_to_end().await;
        let mut replies = Reply::all(bytes, true);
        if replies.is_empty() {
            return Reply {
                closed: true,
                ..Reply::default()
            };
        }
        replies.remove(0)
    }

    /// One answer on a connection that stays open.
    pub async fn read_one(&mut self) -> Reply {
        let mut bytes = Vec::new();
        let mut space = vec![0; 64 * 1024];
        loop {
            if let Some(reply) = Reply::parse(&bytes, false).filter(|reply| reply.complete) {
                return reply;
            }
            let read = timeout(PATIENCE, self.stream.read(&mut space))
                .await
                .expect("an answer");
            match read {
                Ok(count @ 1..) => bytes.extend_from_slice(&space[..count]),
                _ => panic!("closed after {:?}", String::from_utf8_lossy(&bytes)),
            }
        }
    }
}

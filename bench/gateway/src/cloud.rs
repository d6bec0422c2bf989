//! A cloud that costs as little as possible: a thread for each connection, answers made before.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use anyhow::Result;
use serde_json::{Value, json};

pub const PROJECT: &str = "0605767a1b80d5ee2fb4c00950e4ae11";
/// Tokens of these clouds are several kilobytes long.
pub const TOKEN: usize = 6 * 1024;

pub struct Cloud {
    pub address: SocketAddr,
}

struct Answers {
    token: Vec<u8>,
    projects: Vec<u8>,
    /// By the number of records asked for.
    lists: Vec<(String, Vec<u8>)>,
}

impl Cloud {
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let answers = Arc::new(Answers::new(address));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answers = answers.clone();
                thread::spawn(move || serve(stream, &answers));
            }
        });
        Ok(Self { address })
    }
}

impl Answers {
    fn new(address: SocketAddr) -> Self {
        let url = format!("http://{address}/v1/{PROJECT}");
        let catalog = json!([{"type": "data-protect",
            "endpoints": [{"interface": "public", "region": "eu-de", "url": url}]}]);
        let token = json!({"token": {"expires_at": "2999-01-01T00:00:00.000000Z", "catalog": catalog,
            "user": {"id": "u1", "name": "demo"}, "project": {"id": PROJECT, "name": "eu-de"}}});
        let header = format!("X-Subject-Token: {}\r\n", "T".repeat(TOKEN));
        let projects = json!({"projects": [{"id": PROJECT, "name": "eu-de"}]});
        let lists = [1, 36, 1000].map(|records| {
            (
                format!("limit={records} "),
                answer("200 OK", "", &list(records)),
            )
        });
        Self {
            token: answer("201 Created", &header, &token),
            projects: answer("200 OK", "", &projects),
            lists: lists.into(),
        }
    }

    fn to(&self, head: &str) -> &[u8] {
        let line = head.lines().next().unwrap_or_default();
        if line.starts_with("POST /v3/auth/tokens") {
            return &self.token;
        }
        let listed = self.lists.iter().find(|(wanted, _)| line.contains(wanted));
        listed.map_or(&self.projects, |(_, answer)| answer)
    }
}

/// Records of about 1.8 KB each.
fn list(records: usize) -> Value {
    let record = json!({"id": "b9ae2a5c-0bde-4bf0-9d5d-0a3c5dbb6ae1", "status": "available",
        "resource_name": "web-01", "extend_info": {"description": "x".repeat(1650)}});
    json!({"checkpoint_items": vec![record; records]})
}

fn answer(status: &str, headers: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// Until the connection ends.
fn serve(mut stream: TcpStream, answers: &Answers) {
    let _ = stream.set_nodelay(true);
    let mut bytes = Vec::new();
    let mut space = [0; 16 * 1024];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let lines = head.lines().filter_map(|line| line.split_once(':'));
            let length: usize = lines
                .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .find_map(|(_, value)| value.trim().parse().ok())
                .unwrap_or(0);
            let whole = end + 4 + length;
            if bytes.len() >= whole {
                bytes.drain(..whole);
                if stream.write_all(answers.to(&head)).is_err() {
                    return;
                }
                continue;
            }
        }
        match stream.read(&mut space) {
            Ok(count @ 1..) => bytes.extend_from_slice(&space[..count]),
            _ => return,
        }
    }
}

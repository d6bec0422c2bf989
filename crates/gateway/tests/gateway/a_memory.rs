//! A07: what many and large answers cost, measured on the program itself.
#![cfg(target_os = "linux")]

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use tokio::io::AsyncReadExt;

use crate::support::{Connection, READ, Step, Upstream, cookie_of};

const MIB: u64 = 1024 * 1024;

/// `anchorage serve` with this service as its only cloud.
struct Program {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(upstream: &Upstream) -> Program {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("anchorage.toml");
    let cloud = format!(
        "[[cloud]]\nid = \"test\"\nauth_url = \"{}/v3\"\n",
        upstream.url()
    );
    std::fs::write(&config, cloud).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_anchorage"))
        .args(["serve", "--listen", "127.0.0.1:0", "--no-sandbox"])
        .args(["--data", ":memory:", "--config"])
        .arg(config)
        .env("RUST_LOG", "info")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = log
        .find_map(|line| {
            line.ok()
                .filter(|line| line.contains("console is at http://"))
        })
        .expect("it says where the console is");
    let address = line.split("http://").nth(1).unwrap().trim_end_matches('/');
    let address = address.parse().unwrap();
    // Somebody has to take what it says, or it waits.
    std::thread::spawn(move || log.for_each(drop));
    Program {
        child,
        address,
        _folder: folder,
    }
}

impl Program {
    /// Bytes of memory in use: at the moment, and at most so far.
    fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let kib = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace()
                .nth(1)
                .unwrap()
                .parse::<u64>()
                .unwrap()
        };
        (kib("VmRSS:") * 1024, kib("VmHWM:") * 1024)
    }

    async fn sign_in(&self) -> String {
        let origin = format!("http://{}", self.address);
        let form = "domain=acme&user=demo&password=right";
        let headers = [
            ("Origin", origin.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let mut connection = Connection::open(self.address).await;
        connection
            .send(self.address, "POST", "/sign-in", &headers, form)
            .await;
        cookie_of(&connection.read_to_end().await)
    }

    async fn ask(&self, cookie: &str) -> Connection {
        let mut connection = Connection::open(self.address).await;
        connection
            .send(self.address, "GET", READ, &[("Cookie", cookie)], "")
            .await;
        connection
    }
}

/// The head of an answer, and as much of it as anybody takes.
fn endless(length: &str) -> Vec<Step> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{length}\r\n\r\n\"");
    let piece = match length.starts_with("Content") {
        true => vec![b'a'; 64 * 1024],
        false => format!("10000\r\n{}\r\n", "a".repeat(0x10000)).into_bytes(),
    };
    let head = match length.starts_with("Content") {
        true => head.into_bytes(),
        false => head.trim_end_matches('"').as_bytes().to_vec(),
    };
    vec![Step::Send(head), Step::Endless(piece)]
}

#[tokio::test]
async fn a07_slow_readers_of_large_answers_cost_little() {
    const READERS: u64 = 200;
    gateway::process::raise_file_limit();
    let upstream = Upstream::start().await;
    let program = start(&upstream);
    let cookie = program.sign_in().await;
    // The largest that is passed on: together they would be more than six gigabytes.
    upstream.always(endless("Content-Length: 33000000"));
    let (before, _) = program.memory();
    let mut slow = Vec::new();
    for _ in 0..READERS {
        let mut reader = program.ask(&cookie).await;
        // The beginning has arrived, so the rest is on its way; nobody takes it.
        let mut beginning = vec![0; 100_000];
        reader.stream.read_exact(&mut beginning).await.unwrap();
        assert!(beginning.starts_with(b"HTTP/1.1 200 "));
        slow.push(reader);
    }
    let (_, most) = program.memory();
    let each = most.saturating_sub(before) / READERS;
    assert!(each < MIB, "{each} bytes for each reader of 33 MB");
    upstream.always(crate::support::upstream::json_answer(200, "{}"));
    let reply = program.ask(&cookie).await.read_to_end().await;
    assert_eq!(reply.status, 200, "others are answered meanwhile");
}

#[tokio::test]
async fn a07_answers_that_are_too_large_are_not_kept() {
    let upstream = Upstream::start().await;
    let program = start(&upstream);
    let cookie = program.sign_in().await;
    let (before, _) = program.memory();
    upstream.always(endless("Content-Length: 209715200"));
    for _ in 0..5 {
        let reply = program.ask(&cookie).await.read_to_end().await;
        assert_eq!((reply.status, reply.code().as_str()), (502, "Gateway.0021"));
    }
    upstream.always(endless("Transfer-Encoding: chunked"));
    for _ in 0..3 {
        let bytes = program.ask(&cookie).await.bytes_to_end().await;
        assert!(!bytes.ends_with(b"\r\n0\r\n\r\n"), "a clean end");
        assert!((bytes.len() as u64) < 33 * MIB, "{}", bytes.len());
    }
    let (_, most) = program.memory();
    let grown = most.saturating_sub(before);
    assert!(grown < 16 * MIB, "{grown} bytes more");
}

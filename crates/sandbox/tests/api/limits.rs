//! Clients that dawdle or leave: the clock is paused, so it jumps to the next limit when nobody works.

use std::time::Duration;

use hyper::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::client::World;

/// Sends some bytes, then nothing, and reads until the sandbox closes: what it said, and when.
async fn dawdle(world: &World, bytes: &[u8]) -> (String, Duration) {
    let started = Instant::now();
    let mut stream = TcpStream::connect(world.running.addr).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    (
        String::from_utf8_lossy(&answer).into_owned(),
        started.elapsed(),
    )
}

#[tokio::test(start_paused = true)]
async fn half_a_head_and_idle_connections_are_closed() {
    let world = World::empty().await;
    for bytes in [
        &b""[..],
        b"GET /v3 HTTP/1.1\r\nHost: 127",
        b"GET /v3 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ] {
        let (_, elapsed) = dawdle(&world, bytes).await;
        assert!(elapsed <= Duration::from_secs(61), "{elapsed:?}");
    }
    assert_eq!(world.get("/v3", &[]).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn half_a_body_is_answered_408() {
    let world = World::empty().await;
    let head = b"POST /v3/auth/tokens HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{\"auth\":";
    let (answer, elapsed) = dawdle(&world, head).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("APIGW.0201"), "{answer}");
    assert!(elapsed >= Duration::from_secs(30), "{elapsed:?}");
}

#[tokio::test]
async fn clients_that_leave_early_leave_nothing_behind() {
    let world = World::empty().await;
    for _ in 0..200 {
        let mut stream = TcpStream::connect(world.running.addr).await.unwrap();
        stream
            .write_all(b"GET /v3 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            .await
            .unwrap();
        drop(stream);
    }
    assert_eq!(world.get("/v3", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn stopping_lets_a_request_in_flight_finish() {
    let world = World::empty().await;
    let mut stream = TcpStream::connect(world.running.addr).await.unwrap();
    let body = r#"{"auth": {}}"#;
    let head = format!(
        "POST /v3/auth/tokens HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // An answer on another connection: by now the sandbox has met the first one.
    assert_eq!(world.get("/v3", &[]).await.status, StatusCode::OK);
    let addr = world.running.addr;
    let stopping = tokio::spawn(world.running.shutdown());
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    stopping.await.unwrap().unwrap();
    assert!(TcpStream::connect(addr).await.is_err());
}

//! E: slow, silent, vanishing and impolite clients, and what happens to them when the program ends.

use std::time::Duration;

use tokio::io::AsyncReadExt;

use crate::support::{
    READ, Step, start, start_with, until,
    upstream::{gated, json_answer},
};

#[tokio::test]
async fn e10_half_a_head_is_not_waited_for() {
    let setup = start_with(|limits| limits.head_time = Duration::from_millis(200)).await;
    let mut half = setup.connect().await;
    half.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-")
        .await;
    assert_eq!(half.read_to_end().await.status, 408);

    let mut silent = setup.connect().await;
    assert_eq!(silent.bytes_to_end().await, b"");

    // The time is for the whole head: bytes that keep coming do not extend it.
    let mut drip = setup.connect().await;
    let head = format!(
        "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: {}",
        "a".repeat(1000)
    );
    let (mut reader, mut writer) = drip.stream.split();
    let dripping = async {
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        for byte in head.as_bytes() {
            pace.tick().await;
            let _ = tokio::io::AsyncWriteExt::write_all(&mut writer, &[*byte]).await;
        }
    };
    let mut answer = Vec::new();
    tokio::select! {
        _ = reader.read_to_end(&mut answer) => {}
        () = dripping => panic!("still open after a thousand bytes"),
    }
    assert!(
        answer.starts_with(b"HTTP/1.1 408 "),
        "{}",
        answer.escape_ascii()
    );
}

#[tokio::test]
async fn e10_an_idle_connection_is_closed() {
    let setup = start_with(|limits| limits.keep_alive = Duration::from_millis(200)).await;
    let mut connection = setup.connect().await;
    connection
        .write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        .await;
    assert_eq!(connection.read_one().await.status, 200);
    assert_eq!(connection.bytes_to_end().await, b"");
}

#[tokio::test]
async fn e10_a_slow_service_does_not_count_against_a_waiting_client() {
    let setup = start_with(|limits| {
        limits.keep_alive = Duration::from_millis(50);
        limits.head_time = Duration::from_millis(50);
    })
    .await;
    let cookie = setup.sign_in().await;
    let (gate, steps) = gated(json_answer(200, "{}"));
    setup.upstream.then(steps);
    let waiting = setup.get(READ, &cookie);
    let elsewhere = async {
        until("the service is asked", || setup.upstream.calls().len() == 1).await;
        // A connection made later is given up for saying nothing; so the first one has waited longer than that.
        assert_eq!(setup.connect().await.bytes_to_end().await, b"");
        gate.notify_one();
    };
    let (reply, ()) = tokio::join!(waiting, elsewhere);
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn e10_a_client_that_does_not_read_is_given_up() {
    let setup = start_with(|limits| limits.write_stall = Duration::from_millis(200)).await;
    let cookie = setup.sign_in().await;
    setup
        .upstream
        .then(json_answer(200, &format!("\"{}\"", "a".repeat(20 << 20))));
    let mut connection = setup.connect().await;
    connection
        .send(setup.address, "GET", READ, &[("Cookie", &cookie)], "")
        .await;
    until("the service's connection is dropped", || {
        setup.upstream.calls().len() == 1 && setup.upstream.state().open == 0
    })
    .await;
    assert!(!connection.read_to_end().await.complete);
}

#[tokio::test]
async fn e10_a_connection_too_many_is_closed_and_the_others_work() {
    let setup = start_with(|limits| limits.connections = 3).await;
    let mut kept = Vec::new();
    for _ in 0..3 {
        let mut connection = setup.connect().await;
        connection
            .write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            .await;
        assert_eq!(connection.read_one().await.status, 200);
        kept.push(connection);
    }
    assert_eq!(setup.connect().await.bytes_to_end().await, b"");
    kept[0]
        .write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        .await;
    assert_eq!(kept[0].read_one().await.status, 200);
    drop(kept.pop());
    loop {
        let mut connection = setup.connect().await;
        connection
            .send(setup.address, "GET", "/healthz", &[], "")
            .await;
        if connection.read_to_end().await.status == 200 {
            break;
        }
    }
}

#[tokio::test]
async fn e11_a_client_that_goes_away_takes_its_call_along() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let open_files = || std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let before = open_files();
    for _ in 0..100 {
        setup.upstream.then(vec![Step::Hang]);
        let calls = setup.upstream.calls().len();
        let mut connection = setup.connect().await;
        connection
            .send(setup.address, "GET", READ, &[("Cookie", &cookie)], "")
            .await;
        until("the service is asked", || {
            setup.upstream.calls().len() > calls
        })
        .await;
        drop(connection);
    }
    until("every call is taken back", || {
        setup.upstream.state().open == 0
    })
    .await;
    if before > 0 && std::env::var_os("NEXTEST").is_some() {
        until("no file stays open", || open_files() <= before + 8).await;
    }
}

#[tokio::test]
async fn e16_told_to_stop_it_finishes_what_it_began() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let (gate, steps) = gated(json_answer(200, "\"in time\""));
    setup.upstream.then(steps);
    let mut running = setup.connect().await;
    let host = setup.address;
    running
        .write(
            format!("GET {READ} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n").as_bytes(),
        )
        .await;
    let mut idle = setup.connect().await;
    idle.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        .await;
    assert_eq!(idle.read_one().await.status, 200);
    until("the service is asked", || setup.upstream.calls().len() == 1).await;
    setup.begin_to_stop();
    assert_eq!(idle.bytes_to_end().await, b"");
    gate.notify_one();
    let reply = running.read_to_end().await;
    assert_eq!(
        (reply.status, reply.body.as_str(), reply.complete),
        (200, "\"in time\"", true)
    );
    setup.stop().await;
    assert!(tokio::net::TcpStream::connect(host).await.is_err());
}

#[tokio::test]
async fn e16_what_does_not_finish_is_cut() {
    let setup = start_with(|limits| limits.shutdown = Duration::from_millis(200)).await;
    let cookie = setup.sign_in().await;
    setup.upstream.then(vec![Step::Hang]);
    let mut running = setup.connect().await;
    running
        .send(setup.address, "GET", READ, &[("Cookie", &cookie)], "")
        .await;
    until("the service is asked", || setup.upstream.calls().len() == 1).await;
    setup.stop().await;
}

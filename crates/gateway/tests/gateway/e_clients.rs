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

const ALIVE: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

#[tokio::test]
async fn e10_who_has_been_quiet_longest_makes_room() {
    let setup = start_with(|limits| limits.connections = 3).await;
    let mut kept = Vec::new();
    for _ in 0..3 {
        let mut connection = setup.connect().await;
        connection.write(ALIVE).await;
        assert_eq!(connection.read_one().await.status, 200);
        kept.push(connection);
    }
    kept[0].write(ALIVE).await;
    assert_eq!(kept[0].read_one().await.status, 200);
    let mut newcomer = setup.connect().await;
    newcomer.write(ALIVE).await;
    assert_eq!(newcomer.read_one().await.status, 200);
    assert_eq!(
        kept[1].bytes_to_end().await,
        b"",
        "the second one was quiet longest"
    );
    for at in [0, 2] {
        kept[at].write(ALIVE).await;
        assert_eq!(kept[at].read_one().await.status, 200);
    }
}

#[tokio::test]
async fn e10_a_connection_too_many_is_closed_when_everybody_is_being_answered() {
    let setup = start_with(|limits| limits.connections = 3).await;
    let cookie = setup.sign_in().await;
    setup.upstream.always(vec![Step::Hang]);
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let mut connection = setup.connect().await;
        connection
            .send(setup.address, "GET", READ, &[("Cookie", &cookie)], "")
            .await;
        waiting.push(connection);
    }
    until("all three are being answered", || {
        setup.upstream.calls().len() == 3
    })
    .await;
    assert_eq!(setup.connect().await.bytes_to_end().await, b"");
    drop(waiting.pop());
    until("one has gone", || setup.upstream.state().open == 2).await;
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
async fn e10_slow_clients_by_the_hundred_keep_nobody_out() {
    gateway::process::raise_file_limit();
    let setup = start_with(|limits| {
        limits.connections = 300;
        limits.keep_alive = Duration::from_secs(600);
        limits.head_time = Duration::from_secs(600);
        limits.body_time = Duration::from_secs(600);
        limits.write_stall = Duration::from_secs(600);
    })
    .await;
    let cookie = setup.sign_in().await;
    let large = format!("\"{}\"", "a".repeat(4 << 20));
    let mut slow = Vec::new();
    for round in 0..200 {
        // Silent; half a head; half a body; a large answer that nobody reads.
        slow.push(setup.connect().await);
        let mut half = setup.connect().await;
        half.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-")
            .await;
        slow.push(half);
        let mut body = setup.connect().await;
        let head = "Host: 127.0.0.1\r\nX-Anchorage: 1\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json";
        body.write(
            format!("POST /session HTTP/1.1\r\n{head}\r\nContent-Length: 1000\r\n\r\n{{")
                .as_bytes(),
        )
        .await;
        slow.push(body);
        if round % 20 == 0 {
            setup.upstream.then(json_answer(200, &large));
            let mut reader = setup.connect().await;
            let host = setup.address;
            reader
                .write(
                    format!("GET {READ} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n")
                        .as_bytes(),
                )
                .await;
            slow.push(reader);
            until("the answer nobody reads is asked for", || {
                setup.upstream.calls().len() == round + round / 20 + 1
            })
            .await;
        }
        let reply = setup.get(READ, &cookie).await;
        assert_eq!(
            reply.status,
            200,
            "after {} slow clients: {reply:?}",
            slow.len()
        );
    }
    assert!(slow.len() > 600, "twice as many as there is room for");
}

#[tokio::test]
async fn e11_clients_that_go_away_take_their_calls_along() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let open_files = || std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let before = open_files();
    let partly =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n";
    let partly = format!("{partly}\"{}", "a".repeat(200_000));
    for round in 0..1000 {
        // One half before the answer, the other half in the middle of it.
        let steps = match round % 2 {
            0 => vec![Step::Hang],
            _ => vec![Step::Send(partly.clone().into_bytes()), Step::Hang],
        };
        setup.upstream.then(steps);
        let mut connection = setup.connect().await;
        connection
            .send(setup.address, "GET", READ, &[("Cookie", &cookie)], "")
            .await;
        if round % 2 == 0 {
            until("the service is asked", || setup.upstream.calls().len() == 1).await;
        } else {
            let mut some = [0; 1024];
            connection.stream.read_exact(&mut some).await.unwrap();
        }
        drop(connection);
        setup.upstream.forget();
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

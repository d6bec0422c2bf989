//! What holds for every route: ids, dates, limits, the forms of general errors, start and stop.

use hyper::{Method, StatusCode};
use sandbox::store::StoreError;
use sandbox::{Data, Options, Seed};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::World;

#[tokio::test]
async fn every_answer_has_an_id_and_the_virtual_date() {
    let world = World::empty().await;
    let answer = world.get("/nothing/here", &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.json()["error_code"], "APIGW.0101");
    assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
    assert_eq!(answer.header("x-request-id").len(), 32);
    assert!(answer.header("date").ends_with(" GMT"));
    assert_eq!(answer.headers.get_all("date").iter().count(), 1);

    let state = world.sandbox().clock.state();
    let ahead = sandbox::clock::ClockState {
        virtual_at: 4_102_444_800_000_000,
        rate: 0,
        ..state
    };
    world.sandbox().clock.set(ahead);
    assert_eq!(
        world.get("/", &[]).await.header("date"),
        "Fri, 01 Jan 2100 00:00:00 GMT"
    );
}

#[tokio::test]
async fn pages_of_this_machine_may_call_the_services_and_nothing_may_call_the_controls() {
    let world = World::empty().await;
    let ask = async |path: &str, origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "x-auth-token"),
        ];
        world.send(Method::OPTIONS, path, &headers, "").await
    };
    for origin in [
        "http://localhost:8080",
        "http://127.0.0.1:3000",
        "https://[::1]",
    ] {
        let answer = ask("/v1/p/policies/x", origin).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        assert_eq!(answer.header("vary"), "origin");
        let methods = answer.header("access-control-allow-methods");
        assert!(methods.split(", ").any(|method| method == "PUT"));
        let allowed = answer.header("access-control-allow-headers");
        let allowed: Vec<_> = allowed.split(", ").collect();
        for name in [
            "authorization",
            "content-type",
            "x-auth-token",
            "x-domain-id",
            "x-project-id",
            "x-sdk-date",
            "x-security-token",
            "x-subject-token",
        ] {
            assert!(allowed.contains(&name), "{name}");
        }
        let answer = world.get("/v3", &[("origin", origin)]).await;
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        assert_eq!(
            answer.header("access-control-expose-headers"),
            "x-subject-token, x-request-id"
        );
    }
    for (path, origin) in [
        ("/v3/auth/tokens", "https://evil.example"),
        ("/v3/auth/tokens", "http://localhost.evil.example"),
        ("/v3/auth/tokens", "null"),
        ("/sandbox/reset", "http://localhost:8080"),
        ("/sandbox", "http://localhost:8080"),
    ] {
        let answer = ask(path, origin).await;
        assert!(answer.status.is_client_error(), "{path} {origin}");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    let answer = world
        .get("/sandbox/clock", &[("origin", "http://localhost:8080")])
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_body_over_12_mb_is_refused_and_the_next_request_works() {
    let world = World::empty().await;
    let answer = world
        .send(
            Method::POST,
            "/nothing",
            &[],
            vec![b' '; sandbox::http::BODY_LIMIT + 1],
        )
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.json()["error_code"], "APIGW.0201");
    assert_eq!(
        world.get("/nothing", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn bytes_that_are_no_http_get_a_400_and_a_path_that_is_no_text_too() {
    let world = World::empty().await;
    assert_eq!(
        world.get("/v1/%ff%fe/policies", &[]).await.status,
        StatusCode::BAD_REQUEST
    );
    for bytes in [
        &b"\x16\x03\x01\x00\xa5\x01\x00\x00\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(world.running.addr).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{answer}"
        );
    }
    assert_eq!(
        world.get("/nothing", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_start_line_is_one_line_with_every_documented_member() {
    let world = World::empty().await;
    let line = world.running.start_line();
    assert!(!line.contains('\n'));
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    let members = line["sandbox"].as_object().unwrap();
    let mut names: Vec<_> = members.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "access_key",
            "domain",
            "password",
            "project",
            "project_id",
            "region",
            "secret_key",
            "url",
            "user"
        ]
    );
    assert!(
        members
            .values()
            .all(|value| value.as_str().is_some_and(|text| !text.is_empty()))
    );
    assert_eq!(members["url"], world.running.url());
    assert_eq!(members["region"], "eu-de");
    assert_eq!(members["project_id"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn accounts_are_listed_on_loopback_only_and_not_without_controls() {
    let world = World::empty().await;
    let answer = world.get("/sandbox/accounts", &[]).await;
    let users: Vec<_> = answer.json()["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["user"].clone())
        .collect();
    assert_eq!(users, ["demo", "demo2", "admin"]);
    let answer = world
        .get("/sandbox/accounts", &[("host", "evil.example")])
        .await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);

    let options = Options {
        controls: false,
        seed: Seed::Empty,
        ..Options::default()
    };
    let closed = World::with(options).await;
    assert_eq!(
        closed.get("/sandbox/accounts", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn accounts_and_the_clock_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        data: Data::Dir(dir.path().to_owned()),
        seed: Seed::Empty,
        ..Options::default()
    };
    let first = sandbox::start(options.clone()).await.unwrap();
    let state = first.sandbox.clock.state();
    let ahead = sandbox::clock::ClockState {
        virtual_at: 4_102_444_800_000_000,
        rate: 0,
        ..state
    };
    first.sandbox.clock.set(ahead);
    let account = |running: &sandbox::Running| {
        let line: serde_json::Value = serde_json::from_str(&running.start_line()).unwrap();
        line["sandbox"]["secret_key"].clone()
    };
    let key = account(&first);
    first.shutdown().await.unwrap();

    let second = sandbox::start(options).await.unwrap();
    assert_eq!(account(&second), key);
    assert_eq!(second.sandbox.clock.now(), ahead.virtual_at);
    second.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_named_changes_nothing_and_passes() {
    let world = World::empty().await;
    let before = world.demo().await;
    let pages = async |more: i64| {
        let store = world.sandbox().store.clone();
        let limit = store.write(move |db| {
            let used: i64 = db.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            db.query_row(
                &format!("PRAGMA max_page_count = {}", used + more),
                [],
                |_| Ok(()),
            )?;
            Ok::<_, StoreError>(())
        });
        limit.await.unwrap();
    };
    pages(0).await;
    let sign_in = serde_json::json!({"auth": {"identity": {
        "methods": ["token"], "token": {"id": before.token},
    }}});
    let mut refused = None;
    for _ in 0..200 {
        let answer = world.post("/v3/auth/tokens", sign_in.clone()).await;
        if answer.status != StatusCode::CREATED {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the database never got full");
    assert_eq!(refused.status, StatusCode::INSUFFICIENT_STORAGE);
    assert!(
        refused.json()["error_msg"]
            .as_str()
            .unwrap()
            .contains("disk is full")
    );
    assert_eq!(refused.header("x-subject-token"), "");
    let read = world.get_as(&before, "/v3/auth/projects").await;
    assert_eq!(read.status, StatusCode::OK);

    pages(1000).await;
    let answer = world.post("/v3/auth/tokens", sign_in).await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

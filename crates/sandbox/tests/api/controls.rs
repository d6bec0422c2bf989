//! The sandbox's own controls: clock, worlds, preview, faults.

use std::time::{Duration, Instant};

use contract::time::Timestamp;
use hyper::{Method, StatusCode};
use sandbox::{Options, Seed};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Answer, World};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

async fn send(world: &World, method: Method, path: &str, body: Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    world
        .send(method, &format!("/sandbox/{path}"), &JSON, body)
        .await
}

async fn ok(world: &World, method: Method, path: &str, body: Value) -> Value {
    let answer = send(world, method, path, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn the_clock_stops_jumps_and_runs() {
    let world = World::start(Seed::Empty).await;
    let stopped = ok(&world, Method::POST, "clock", json!({"rate": 0})).await;
    assert_eq!(stopped["rate"], 0);
    assert_eq!(ok(&world, Method::GET, "clock", Value::Null).await, stopped);
    let parse =
        |value: &Value| contract::time::Timestamp::parse(value["now"].as_str().unwrap()).unwrap();
    let later = ok(
        &world,
        Method::POST,
        "clock",
        json!({"advance": "P1DT0.5S"}),
    )
    .await;
    assert_eq!(
        parse(&later).micros() - parse(&stopped).micros(),
        86_400_500_000
    );
    assert!(later["now"].as_str().unwrap().ends_with('Z'));
    let fast = ok(&world, Method::POST, "clock", json!({"rate": 86_400})).await;
    while parse(&ok(&world, Method::GET, "clock", Value::Null).await).micros()
        <= parse(&fast).micros() + 3_600_000_000
    {}
}

#[tokio::test]
async fn what_a_control_does_not_understand_changes_nothing() {
    let world = World::start(Seed::Empty).await;
    let before = ok(&world, Method::POST, "clock", json!({"rate": 0})).await;
    for (method, path, body) in [
        (Method::POST, "clock", json!({})),
        (Method::POST, "clock", json!([])),
        (Method::POST, "clock", json!({"advance": "tomorrow"})),
        (Method::POST, "clock", json!({"advance": "-PT1H"})),
        (Method::POST, "clock", json!({"advance": 5})),
        (Method::POST, "clock", json!({"rate": 86_401})),
        (Method::POST, "clock", json!({"rate": -1})),
        (Method::POST, "clock", json!({"rate": 1.5})),
        (Method::POST, "clock", json!({"rate": 1, "speed": 2})),
        (Method::POST, "reset", json!({})),
        (Method::POST, "reset", json!({"seed": "moon"})),
        (Method::POST, "reset", json!({"seed": "empty", "now": 5})),
        (
            Method::POST,
            "reset",
            json!({"seed": "empty", "now": "noon"}),
        ),
        (
            Method::POST,
            "reset",
            json!({"seed": "empty", "now": "1970-01-01T00:00:00Z"}),
        ),
        (
            Method::POST,
            "faults",
            json!({"operation": "csbs.policies.list"}),
        ),
        (
            Method::POST,
            "faults",
            json!({"operation": "csbs.policies.lists", "status": 503}),
        ),
        (
            Method::POST,
            "faults",
            json!({"operation": "csb*", "status": 503}),
        ),
        (
            Method::POST,
            "faults",
            json!({"operation": "sandbox.*", "status": 503}),
        ),
        (
            Method::POST,
            "faults",
            json!({"operation": "*", "status": 503, "reset": true}),
        ),
        (
            Method::POST,
            "faults",
            json!({"operation": "*", "status": 99}),
        ),
        (
            Method::POST,
            "faults",
            json!({"operation": "*", "delay_ms": 5, "retry_after": 1}),
        ),
        (
            Method::POST,
            "faults",
            json!({"operation": "*", "delay_ms": 5, "times": 0}),
        ),
        (
            Method::POST,
            "faults",
            json!({"operation": "*", "reset": false}),
        ),
        (
            Method::POST,
            "faults",
            json!({"operation": "*", "job": "succeed"}),
        ),
        (Method::PUT, "world", json!({})),
        (Method::PUT, "world", json!({"version": 2})),
        (Method::GET, "preview", Value::Null),
        (Method::GET, "preview?pattern=FREQ=YEARLY", Value::Null),
        (Method::GET, "preview?pattern=%5B%5D", Value::Null),
        (Method::GET, "preview?pattern=x&count=0", Value::Null),
        (Method::GET, "preview?pattern=x&from=soon", Value::Null),
    ] {
        let answer = send(&world, method, path, body.clone()).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{path} {body}: {answer:?}"
        );
        assert_eq!(answer.json()["error_code"], "Sandbox.0001");
        assert!(!answer.json()["error_msg"].as_str().unwrap().is_empty());
    }
    assert_eq!(ok(&world, Method::GET, "clock", Value::Null).await, before);
    assert_eq!(
        ok(&world, Method::GET, "faults", Value::Null).await,
        json!({"faults": []})
    );
    let plain = [("content-type", "text/plain")];
    let answer = world
        .send(
            Method::POST,
            "/sandbox/reset",
            &plain,
            "{\"seed\":\"demo\"}",
        )
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["error_code"], "Sandbox.0001");
    // A deletion has no body and so no type to name; one with another type is refused like the rest.
    for (headers, status) in [(&plain[..], 400), (&[], 200), (&JSON, 200)] {
        let answer = world
            .send(Method::DELETE, "/sandbox/faults", headers, "")
            .await;
        assert_eq!(answer.status, status, "{headers:?}");
    }
    let foreign = [
        ("content-type", "application/json"),
        ("host", "evil.example"),
    ];
    let answer = world
        .send(
            Method::POST,
            "/sandbox/reset",
            &foreign,
            "{\"seed\":\"demo\"}",
        )
        .await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_preview_shows_what_the_engine_would_run() {
    let world = World::start(Seed::Empty).await;
    let runs = async |query: &str| {
        ok(
            &world,
            Method::GET,
            &format!("preview?{query}"),
            Value::Null,
        )
        .await["runs"]
            .clone()
    };
    assert_eq!(
        runs("pattern=FREQ%3DWEEKLY%3BBYDAY%3DMO%3BBYHOUR%3D12%3BBYMINUTE%3D27&from=2026-03-14T00:00:00Z&count=2").await,
        json!(["2026-03-16T12:27:00Z", "2026-03-23T12:27:00Z"])
    );
    let two = "%5B%22FREQ%3DDAILY%3BBYHOUR%3D1%3BBYMINUTE%3D0%22%2C%22FREQ%3DDAILY%3BBYHOUR%3D13%3BBYMINUTE%3D30%22%5D";
    assert_eq!(
        runs(&format!("pattern={two}&from=2026-03-14T02:00:00Z&count=3")).await,
        json!([
            "2026-03-14T13:30:00Z",
            "2026-03-15T01:00:00Z",
            "2026-03-15T13:30:00Z"
        ])
    );
}

#[tokio::test]
async fn a_fresh_world_begins_at_the_time_it_is_given_and_sessions_go_on() {
    let world = World::start(Seed::Empty).await;
    let session = world.demo().await;
    ok(&world, Method::POST, "clock", json!({"rate": 0})).await;
    for now in ["2031-02-03T04:05:06Z", "2012-02-29T23:59:59Z"] {
        let body = json!({"seed": "demo", "now": now});
        ok(&world, Method::POST, "reset", body).await;
        let clock = ok(&world, Method::GET, "clock", Value::Null).await;
        let shown = Timestamp::parse(clock["now"].as_str().unwrap());
        assert_eq!(shown, Timestamp::parse(now), "{clock}");
        let answer = world
            .get_as(&session, "/v1/{p}/checkpoint_items?limit=1")
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let newest = answer.json()["checkpoint_items"][0]["created_at"].clone();
        assert!(newest.as_str().unwrap().starts_with(&now[..10]), "{newest}");
    }
    // A new token is as good as an old one.
    let again = world.demo().await;
    assert_eq!(
        world.get_as(&again, "/v1/{p}/policies").await.status,
        StatusCode::OK
    );

    let world = World::with(Options {
        seed: Seed::Empty,
        now: Timestamp::parse("2031-02-03T04:05:06Z"),
        ..Options::default()
    })
    .await;
    let clock = ok(&world, Method::GET, "clock", Value::Null).await;
    let shown = clock["now"].as_str().unwrap();
    assert!(shown.starts_with("2031-02-03T04:05"), "{shown}");
}

#[tokio::test]
async fn a_world_goes_out_and_in_unchanged_and_a_reset_empties_it() {
    let world = World::start(Seed::Demo).await;
    let session = world.demo().await;
    ok(&world, Method::POST, "clock", json!({"rate": 0})).await;
    let document = ok(&world, Method::GET, "world", Value::Null).await;
    assert!(document["tables"]["backups"].as_array().unwrap().len() > 1_000);
    let list = async || {
        world
            .get_as(&session, "/v1/{p}/checkpoint_items?sort=id")
            .await
            .json()
    };
    let before = list().await;

    ok(&world, Method::POST, "reset", json!({"seed": "empty"})).await;
    assert_eq!(list().await, json!({"checkpoint_items": []}));
    let quotas = world.get_as(&session, "/v1/{p}/quotas").await.json();
    assert_eq!(
        quotas["quotas"]["resources"][1],
        json!({"type": "backups", "quota": 600, "used": 0})
    );

    ok(&world, Method::PUT, "world", document.clone()).await;
    assert_eq!(list().await, before);
    assert_eq!(
        ok(&world, Method::GET, "world", Value::Null).await,
        document
    );

    // A mistake anywhere leaves everything as it was.
    let mut broken = document.clone();
    broken["tables"]["backups"][7]["created_at"] = json!("yesterday");
    assert_eq!(
        send(&world, Method::PUT, "world", broken).await.json()["error_code"],
        "Sandbox.0001"
    );
    let mut broken = document.clone();
    broken["tables"]["backups"][7]["source"] = json!(999_999);
    assert_eq!(
        send(&world, Method::PUT, "world", broken).await.json()["error_code"],
        "Sandbox.0001"
    );
    let mut broken = document.clone();
    broken["tables"]["backups"][7]["disks"] = json!("{}");
    assert_eq!(
        send(&world, Method::PUT, "world", broken).await.json()["error_code"],
        "Sandbox.0001"
    );
    let mut broken = document.clone();
    broken["tables"]["users"] = json!([]);
    assert_eq!(
        send(&world, Method::PUT, "world", broken).await.json()["error_code"],
        "Sandbox.0001"
    );
    assert_eq!(
        ok(&world, Method::GET, "world", Value::Null).await,
        document
    );
    // The world goes on from there.
    ok(&world, Method::POST, "clock", json!({"advance": "P1D"})).await;
}

#[tokio::test]
async fn older_data_may_hold_any_text_and_comes_out_as_it_is() {
    let world = World::start(Seed::Scale(3)).await;
    let session = world.demo().await;
    let mut document = ok(&world, Method::GET, "world", Value::Null).await;
    let hostile = [
        "<img src=x onerror=alert(1)>",
        "\u{202e}txt.exe\u{0}\n\"'{{7*7}}",
        "=HYPERLINK(\"http://evil.example\")",
    ];
    for (n, text) in hostile.iter().enumerate() {
        document["tables"]["backups"][n]["name"] = json!(text);
        document["tables"]["backups"][n]["description"] = json!(text.repeat(200));
    }
    ok(&world, Method::PUT, "world", document).await;
    let page = world
        .get_as(&session, "/v1/{p}/checkpoint_items?sort=created_at:asc")
        .await
        .json();
    let names: Vec<_> = page["checkpoint_items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect();
    for text in hostile {
        assert!(names.iter().any(|name| name == text), "{names:?}");
    }
    let found = world
        .get_as(&session, "/v1/{p}/checkpoint_items/count?name=%3Cimg%20src")
        .await
        .json();
    assert_eq!(found["count"], 1);
}

#[tokio::test]
async fn scale_makes_exactly_so_many_backups() {
    let world = World::start(Seed::Scale(2_000)).await;
    let session = world.demo().await;
    let count = async |query: &str| {
        world
            .get_as(
                &session,
                &format!("/v1/{{p}}/checkpoint_items/count?{query}"),
            )
            .await
            .json()["count"]
            .as_i64()
            .unwrap()
    };
    assert_eq!(count("").await, 2_000);
    assert_eq!(
        count("status=available").await + count("status=error").await,
        2_000
    );
    ok(&world, Method::POST, "reset", json!({"seed": "scale:10"})).await;
    assert_eq!(count("").await, 10);
    assert_eq!(
        count("resource_name=-").await + count("az=eu-de-01").await,
        {
            let quotas = world.get_as(&session, "/v1/{p}/quotas").await.json();
            assert_eq!(quotas["quotas"]["resources"][1]["used"], 10);
            count("resource_name=-").await + count("az=eu-de-01").await
        }
    );
}

#[tokio::test]
async fn faults_do_to_answers_what_they_say_and_then_are_gone() {
    let world = World::start(Seed::Empty).await;
    let session = world.demo().await;
    let list = async || world.get_as(&session, "/v1/{p}/policies").await;
    let arm = async |fault: Value| drop(ok(&world, Method::POST, "faults", fault).await);

    arm(
        json!({"operation": "csbs.policies.list", "times": 2, "after": 1, "status": 503,
        "error_code": "CSBS.9998", "error_msg": "out of order", "retry_after": 5}),
    )
    .await;
    assert_eq!(list().await.status, StatusCode::OK);
    for _ in 0..2 {
        let answer = list().await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            answer.json(),
            json!({"error_code": "CSBS.9998", "error_msg": "out of order"})
        );
        assert_eq!(answer.header("retry-after"), "5");
        assert_eq!(answer.header("x-request-id").len(), 32);
    }
    assert_eq!(list().await.status, StatusCode::OK);

    arm(json!({"operation": "csbs.*", "body": "<html>login</html>", "content_type": "text/html"}))
        .await;
    let answer = list().await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (StatusCode::OK, "text/html")
    );
    assert_eq!(answer.body, "<html>login</html>");

    arm(json!({"operation": "*", "delay_ms": 80})).await;
    let begun = Instant::now();
    assert_eq!(list().await.status, StatusCode::OK);
    assert!(begun.elapsed() >= Duration::from_millis(80));

    arm(json!({"operation": "csbs.policies.list", "drip_ms": 5})).await;
    let begun = Instant::now();
    assert_eq!(list().await.json(), json!({"policies": []}));
    assert!(begun.elapsed() >= Duration::from_millis(5 * 15));

    arm(json!({"operation": "csbs.policies.list", "times": 9, "status": 500})).await;
    let listed = ok(&world, Method::GET, "faults", Value::Null).await;
    assert_eq!(listed["faults"][0]["times"], 9);
    assert_eq!(listed["faults"][0]["status"], 500);
    ok(&world, Method::DELETE, "faults", Value::Null).await;
    assert_eq!(list().await.status, StatusCode::OK);
}

/// The bytes of an answer as they come off the wire, and how the connection ended.
async fn raw(world: &World, token: &str, path: &str) -> (String, std::io::Result<usize>) {
    let mut stream = TcpStream::connect(world.running.addr).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await;
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}

#[tokio::test]
async fn an_answer_is_cut_short_or_lost_with_a_reset() {
    let world = World::start(Seed::Empty).await;
    let session = world.demo().await;
    let path = format!("/v1/{}/policies", session.project_id);
    ok(
        &world,
        Method::POST,
        "faults",
        json!({"operation": "csbs.policies.list", "cut_after_bytes": 5}),
    )
    .await;
    let (answer, _) = raw(&world, &session.token, &path).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains("content-length: 15"), "{head}");
    assert_eq!(body, "{\"pol");

    ok(
        &world,
        Method::POST,
        "faults",
        json!({"operation": "csbs.policies.list", "reset": true}),
    )
    .await;
    let (answer, end) = raw(&world, &session.token, &path).await;
    assert_eq!(answer, "");
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    let (answer, _) = raw(&world, &session.token, &path).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn thirty_days_of_the_demo_pass_in_order_and_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let options = sandbox::Options {
        data: sandbox::Data::Dir(dir.path().to_owned()),
        ..sandbox::Options::default()
    };
    let world = World::with(options.clone()).await;
    let session = world.demo().await;
    ok(&world, Method::POST, "clock", json!({"rate": 0})).await;
    ok(&world, Method::POST, "clock", json!({"advance": "P30D"})).await;
    let before = ok(&world, Method::GET, "world", Value::Null).await;
    let busy = world
        .get_as(&session, "/v1/{p}/checkpoint_items?status=protecting")
        .await
        .json();
    for item in busy["checkpoint_items"].as_array().unwrap() {
        assert!(
            item["extend_info"]["progress"].as_i64().unwrap() < 100,
            "{item}"
        );
    }
    world.running.shutdown().await.unwrap();

    let world = World::with(options).await;
    assert_eq!(ok(&world, Method::GET, "world", Value::Null).await, before);
}

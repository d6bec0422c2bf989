//! A: services that are late, silent, gone or far away.

use std::time::Duration;

use crate::support::{
    self, READ, Step, WRITE, start, start_with, until,
    upstream::{gated, json_answer},
};

/// The head of an answer with a body of this length.
fn head(length: usize) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")
}

#[tokio::test]
async fn a17_a_service_that_says_nothing_is_given_up() {
    let setup = start_with(|limits| limits.first_byte = Duration::from_millis(150)).await;
    let cookie = setup.sign_in().await;
    setup.upstream.then(vec![Step::Hang]);
    let reply = setup.get(READ, &cookie).await;
    assert_eq!(
        (reply.status, reply.code()),
        (504, "Gateway.0019".to_owned())
    );
    assert_eq!(setup.upstream.calls().len(), 1, "not asked again");
    until("the call is taken back", || {
        setup.upstream.state().open == 0
    })
    .await;
}

#[tokio::test]
async fn a17_a_service_that_stops_in_the_middle_is_given_up() {
    let setup = start_with(|limits| limits.idle = Duration::from_millis(150)).await;
    let cookie = setup.sign_in().await;
    setup.upstream.then(vec![
        Step::Send(format!("{}{{", head(100)).into_bytes()),
        Step::Hang,
    ]);
    let reply = setup.get(READ, &cookie).await;
    assert_eq!(
        (reply.status, reply.code()),
        (504, "Gateway.0019".to_owned())
    );

    let long = format!("{}\"{}", head(1_000_000), "a".repeat(300_000));
    setup
        .upstream
        .then(vec![Step::Send(long.into_bytes()), Step::Hang]);
    let reply = setup.get(READ, &cookie).await;
    assert!(reply.status == 200 && !reply.complete);
}

#[tokio::test]
async fn a17_a_service_that_drips_is_given_up_in_the_end() {
    let setup = start_with(|limits| limits.total = Duration::from_millis(300)).await;
    let cookie = setup.sign_in().await;
    let steps = vec![
        Step::Send(head(10_000).into_bytes()),
        Step::Drip(vec![b'1'; 10_000], Duration::from_millis(20)),
    ];
    setup.upstream.then(steps);
    let reply = setup.get(READ, &cookie).await;
    assert_eq!(
        (reply.status, reply.code()),
        (504, "Gateway.0019".to_owned())
    );
}

#[tokio::test]
async fn a17_an_answer_that_comes_just_in_time_is_an_answer() {
    let setup = start_with(|limits| limits.first_byte = Duration::from_secs(5)).await;
    let cookie = setup.sign_in().await;
    let (gate, steps) = gated(json_answer(200, "{}"));
    setup.upstream.then(steps);
    let open = async {
        until("the service is asked", || setup.upstream.calls().len() == 1).await;
        gate.notify_one();
    };
    let (reply, ()) = tokio::join!(setup.get(READ, &cookie), open);
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a18_a_read_that_meets_a_dead_connection_is_repeated_once() {
    for end in [Step::Close, Step::Reset] {
        let setup = start().await;
        let cookie = setup.sign_in().await;
        setup.upstream.then(vec![end.clone()]);
        assert_eq!(setup.get(READ, &cookie).await.status, 200, "{end:?}");
        assert_eq!(setup.upstream.calls().len(), 2);

        setup.upstream.forget();
        setup.upstream.then(vec![end.clone()]);
        setup.upstream.then(vec![end.clone()]);
        let reply = setup.get(READ, &cookie).await;
        assert_eq!(
            (reply.status, reply.code()),
            (502, "Gateway.0017".to_owned()),
            "{end:?}"
        );
        assert_eq!(setup.upstream.calls().len(), 2);
    }
}

#[tokio::test]
async fn a18_a_change_is_never_repeated() {
    for method in ["POST", "PUT", "DELETE"] {
        for end in [Step::Close, Step::Reset] {
            let setup = start().await;
            let cookie = setup.sign_in().await;
            // A read before it leaves a kept connection behind, on which a careless gateway would send the change.
            assert_eq!(setup.get(READ, &cookie).await.status, 200);
            setup.upstream.forget();
            setup.upstream.then(vec![end.clone()]);
            let path = if method == "POST" {
                WRITE.to_owned()
            } else {
                format!("{WRITE}/17e2b861")
            };
            let body = if method == "DELETE" { "" } else { "{}" };
            let reply = setup.change(method, &path, &cookie, body).await;
            assert_eq!(
                (reply.status, reply.code()),
                (502, "Gateway.0017".to_owned()),
                "{method} {end:?}"
            );
            assert_eq!(setup.upstream.calls().len(), 1, "{method} {end:?}");
        }
    }
}

#[tokio::test]
async fn a19_a_cloud_that_cannot_be_reached_is_named_without_its_address() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let upstream = support::Upstream::start().await;
    let setup = support::start_for(upstream, &format!("http://{address}/v3"), |_| {}).await;
    let body = "{\"domain\":\"acme\",\"user\":\"demo\",\"password\":\"right\"}";
    let reply = setup.change("POST", "/session", "", body).await;
    assert_eq!(
        (reply.status, reply.code()),
        (502, "Gateway.0017".to_owned())
    );
    assert!(
        reply.body.contains("refused the connection"),
        "{}",
        reply.body
    );
    assert!(!reply.body.contains(&address.port().to_string()) && !reply.body.contains("127.0.0.1"));

    let upstream = support::Upstream::start().await;
    let setup = support::start_for(upstream, "https://nowhere.invalid/v3", |_| {}).await;
    let reply = setup.change("POST", "/session", "", body).await;
    assert_eq!(reply.status / 100, 5);
    assert!(!reply.body.contains("nowhere"), "{}", reply.body);
}

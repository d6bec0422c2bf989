//! A: what services answer, and what becomes of it.

use std::time::Duration;

use futures_util::future::join_all;

use crate::support::{
    self, PROJECT, READ, Step, WRITE, start, start_with, until,
    upstream::{answer, json_answer, raw},
};

fn head(length: usize) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")
}

#[tokio::test]
async fn a02_a_small_answer_that_is_cut_becomes_an_error() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    setup
        .upstream
        .then(raw(&format!("{}{{\"policies\":[", head(1000))));
    let reply = setup.get(READ, &cookie).await;
    assert_eq!(
        (reply.status, reply.code()),
        (502, "Gateway.0020".to_owned())
    );
}

#[tokio::test]
async fn a02_a_large_answer_that_is_cut_never_ends_cleanly() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    setup.upstream.then(raw(&format!(
        "{}\"{}",
        head(2_000_000),
        "a".repeat(500_000)
    )));
    let reply = setup.get(READ, &cookie).await;
    assert_eq!(reply.status, 200);
    assert!(
        !reply.complete && reply.closed,
        "{} bytes",
        reply.body.len()
    );
}

#[tokio::test]
async fn a03_bytes_behind_an_answer_reach_nobody() {
    let setup = start().await;
    let (first, second) = (setup.sign_in().await, setup.sign_in().await);
    let extra = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n\"stolen\"";
    setup.upstream.then(vec![Step::Send(
        format!("{}{{}}{extra}", head(2)).into_bytes(),
    )]);
    let reply = setup.get(READ, &first).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "{}"));
    setup.upstream.then(json_answer(200, "\"own\""));
    assert_eq!(setup.get(READ, &second).await.body, "\"own\"");
    let calls = setup.upstream.calls();
    assert_ne!(calls[0].connection, calls[1].connection);
}

#[tokio::test]
async fn a04_broken_chunks_become_an_error_and_the_connection_is_dropped() {
    let chunked =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    for body in [
        "4\r\n{\"a\"\r\n",
        "zz\r\n{}\r\n0\r\n\r\n",
        "fffffffffffffffff\r\n{}",
    ] {
        let setup = start().await;
        let cookie = setup.sign_in().await;
        setup.upstream.then(raw(&format!("{chunked}{body}")));
        let reply = setup.get(READ, &cookie).await;
        assert_eq!(
            (reply.status, reply.code()),
            (502, "Gateway.0020".to_owned()),
            "{body}"
        );
        assert_eq!(setup.get(READ, &cookie).await.status, 200);
        let calls = setup.upstream.calls();
        assert_ne!(calls[0].connection, calls[1].connection);
    }
}

#[tokio::test]
async fn a05_a_page_in_place_of_data_is_an_error() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let page = "<html><script>alert(1)</script>Please sign in to the network</html>";
    for (status, kind) in [
        (200, "text/html"),
        (200, "application/json"),
        (500, "text/html"),
        (403, "text/html"),
    ] {
        setup
            .upstream
            .then(answer(status, &format!("Content-Type: {kind}\r\n"), page));
        let reply = setup.get(READ, &cookie).await;
        assert_eq!(reply.status, 502, "{status} {kind}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert!(!reply.body.contains('<'), "{}", reply.body);
    }
    setup.upstream.then(answer(
        200,
        "Content-Type: text/plain\r\n",
        "{\"policies\":[]}",
    ));
    let reply = setup.get(READ, &cookie).await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("application/json"))
    );
}

#[tokio::test]
async fn a06_an_empty_answer_stays_an_empty_answer() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    for status in [200, 204] {
        setup.upstream.then(match status {
            204 => vec![Step::Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())],
            _ => json_answer(status, ""),
        });
        let reply = setup.get(READ, &cookie).await;
        assert_eq!((reply.status, reply.body.as_str()), (status, ""));
    }
}

#[tokio::test]
async fn a07_an_answer_beyond_the_limit_is_refused_or_cut() {
    let setup = start_with(|limits| limits.answer = 200_000).await;
    let cookie = setup.sign_in().await;
    setup
        .upstream
        .then(vec![Step::Send(head(200 << 20).into_bytes()), Step::Hang]);
    let reply = setup.get(READ, &cookie).await;
    assert_eq!(
        (reply.status, reply.code()),
        (502, "Gateway.0021".to_owned())
    );

    let chunk = format!("2710\r\n{}\r\n", "a".repeat(10_000)).into_bytes();
    let chunked =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    setup.upstream.then(vec![
        Step::Send(chunked.into()),
        Step::Endless(chunk.clone()),
    ]);
    let reply = setup.get(READ, &cookie).await;
    assert!(
        !reply.complete && reply.body.len() <= 200_000,
        "{} bytes",
        reply.body.len()
    );

    setup
        .upstream
        .then(vec![Step::Send(chunked.into()), Step::Endless(chunk)]);
    let reply = setup.change("POST", WRITE, &cookie, "{}").await;
    assert_eq!(
        (reply.status, reply.code()),
        (502, "Gateway.0021".to_owned())
    );
    until("both connections are given up", || {
        setup.upstream.state().open == 0
    })
    .await;
}

/// Long enough that only the test ends a rest.
const FOR_EVER: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a08_a_storm_of_errors_is_not_answered_with_a_storm_of_requests() {
    for (status, body) in [
        (500, "{}"),
        (502, "{\"error_code\":\"CSBS.9998\",\"error_msg\":\"x\"}"),
        (503, "<html>out of order</html>"),
        (504, ""),
    ] {
        let setup = start_with(|limits| limits.rest = FOR_EVER).await;
        let cookie = setup.sign_in().await;
        setup.upstream.always(json_answer(status, body));
        let refused = (503, "Gateway.0030".to_owned());
        for _ in 0..setup.app.limits.failures {
            let reply = setup.get(READ, &cookie).await;
            assert_ne!(
                (reply.status, reply.body.contains("Gateway.0030")),
                (503, true)
            );
        }
        // Fifty people who go on trying are not heard by the service, and hear at once why.
        let everybody = (0..50).map(|_| setup.get(READ, &cookie));
        for reply in join_all(everybody).await {
            assert_eq!((reply.status, reply.code()), refused, "{status}");
            assert!(reply.header("retry-after").is_some());
        }
        let change = setup.change("POST", WRITE, &cookie, "{}").await;
        assert_eq!((change.status, change.code()), refused);
        assert_eq!(
            setup.upstream.calls().len(),
            setup.app.limits.failures as usize,
            "{status}"
        );
        let rows = setup.get(&format!("/audit/{PROJECT}"), &cookie).await;
        assert_eq!(
            rows.json()["entries"].as_array().unwrap().len(),
            0,
            "nothing was sent"
        );
        // Signing in, and so the identity service, goes on.
        assert_eq!(setup.get("/session", &cookie).await.status, 200);
        setup.sign_in().await;
    }
}

#[tokio::test]
async fn a08_a_service_that_is_back_is_found_by_itself() {
    let setup = start_with(|limits| {
        limits.failures = 3;
        limits.rest = Duration::from_millis(50);
        limits.longest_rest = Duration::from_millis(100);
    })
    .await;
    let cookie = setup.sign_in().await;
    setup.upstream.always(vec![Step::Reset]);
    let mut last = setup.get(READ, &cookie).await;
    while last.code() != "Gateway.0030" {
        last = setup.get(READ, &cookie).await;
    }
    setup.upstream.always(json_answer(200, "{}"));
    let mut tries = 0;
    while last.status != 200 {
        assert_eq!(last.code(), "Gateway.0030");
        tries += 1;
        assert!(tries < 10_000, "it never comes back");
        last = setup.get(READ, &cookie).await;
    }
    for _ in 0..20 {
        assert_eq!(setup.get(READ, &cookie).await.status, 200);
    }
}

#[tokio::test]
async fn a08_refusals_in_the_services_own_words_do_not_open_it() {
    let setup = start_with(|limits| limits.rest = FOR_EVER).await;
    let cookie = setup.sign_in().await;
    let body = "{\"error_code\":\"CSBS.1001\",\"error_msg\":\"the policy is being executed\"}";
    for status in [500, 400, 403, 404, 409, 429] {
        setup.upstream.always(json_answer(status, body));
        for _ in 0..20 {
            assert_eq!(setup.get(READ, &cookie).await.status, status);
        }
    }
}

#[tokio::test]
async fn a08_an_identity_service_that_fails_is_left_alone_too() {
    let setup = start_with(|limits| limits.rest = FOR_EVER).await;
    let unwell = "HTTP/1.1 503 Status\r\nContent-Length: 0\r\n\r\n";
    setup.upstream.state().identity = Some(unwell.as_bytes().to_vec());
    let body = "{\"domain\":\"acme\",\"user\":\"demo\",\"password\":\"right\"}";
    for _ in 0..setup.app.limits.failures {
        let reply = setup.change("POST", "/session", "", body).await;
        assert_eq!((reply.status, reply.code().as_str()), (502, "Gateway.0023"));
    }
    let asked = setup.upstream.state().recorded.len();
    for _ in 0..20 {
        let reply = setup.change("POST", "/session", "", body).await;
        assert_eq!((reply.status, reply.code().as_str()), (503, "Gateway.0030"));
    }
    assert_eq!(setup.upstream.state().recorded.len(), asked);
}

#[tokio::test]
async fn a09_a10_the_wait_a_service_asks_for_is_passed_on() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    for status in [503, 429] {
        setup.upstream.then(answer(
            status,
            "Content-Type: application/json\r\nRetry-After: 7\r\n",
            "{}",
        ));
        let reply = setup.get(READ, &cookie).await;
        assert_eq!(
            (reply.status, reply.header("retry-after")),
            (status, Some("7"))
        );
    }
}

#[tokio::test]
async fn a11_an_error_the_service_means_is_passed_on_once_and_whole() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    for code in ["CSBS.1001", "CSBS.6019", "CSBS.6023", "CSBS.5001"] {
        setup.upstream.forget();
        let body = format!("{{\"error_code\":\"{code}\",\"error_msg\":\"as documented\"}}");
        setup.upstream.then(json_answer(500, &body));
        let reply = setup.change("POST", WRITE, &cookie, "{}").await;
        assert_eq!((reply.status, reply.body), (500, body));
        assert_eq!(setup.upstream.calls().len(), 1);
    }
}

#[tokio::test]
async fn a14_a_redirect_is_never_followed() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let elsewhere = support::Upstream::start().await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("Location: {}/v1/{PROJECT}/policies\r\n", elsewhere.url());
        setup.upstream.then(answer(status, &location, ""));
        let reply = setup.get(READ, &cookie).await;
        assert_eq!(
            (reply.status, reply.code()),
            (502, "Gateway.0022".to_owned())
        );
        assert_eq!(reply.header("location"), None);
    }
    assert!(elsewhere.state().recorded.is_empty());
}

#[tokio::test]
async fn a15_only_known_headers_of_an_answer_are_passed_on() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let headers = "Content-Type: application/json\r\nSet-Cookie: anchorage=evil\r\nAccess-Control-Allow-Origin: *\r\n\
        Content-Security-Policy: default-src *\r\nStrict-Transport-Security: max-age=0\r\nServer: inner/1.0\r\n\
        Link: </evil.js>; rel=preload\r\nX-Subject-Token: TOKEN-CANARY\r\nClear-Site-Data: \"*\"\r\nRefresh: 0; url=//evil\r\n\
        X-Request-Id: service-7\r\nConnection: X-Secret\r\nX-Secret: 1\r\nCache-Control: public\r\nETag: \"1\"\r\n";
    setup.upstream.then(answer(200, headers, "{}"));
    let reply = setup.get(READ, &cookie).await;
    let mut names: Vec<&str> = reply
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    let expected = [
        "cache-control",
        "connection",
        "content-length",
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "date",
        "permissions-policy",
        "referrer-policy",
        "x-content-type-options",
        "x-frame-options",
        "x-request-id",
        "x-service-date",
        "x-service-request-id",
    ];
    assert_eq!(names, expected);
    assert_eq!(reply.header("x-service-request-id"), Some("service-7"));
    assert_eq!(
        reply.header("x-service-date"),
        Some("Sat, 14 Mar 2026 09:26:53 GMT")
    );
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a16_early_answers_are_ignored_and_a_tunnel_is_refused() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let early =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"
            .repeat(3);
    setup.upstream.then(vec![Step::Send(
        format!("{early}{}{{}}", head(2)).into_bytes(),
    )]);
    let reply = setup.get(READ, &cookie).await;
    assert_eq!((reply.status, reply.header("link")), (200, None));

    let tunnel = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\ntunnelled";
    setup
        .upstream
        .then(vec![Step::Send(tunnel.into()), Step::Hang]);
    let reply = setup.get(READ, &cookie).await;
    assert_eq!(
        (reply.status, reply.code()),
        (502, "Gateway.0020".to_owned())
    );
    assert!(!reply.body.contains("tunnelled") && reply.rest.is_empty());
}

#[tokio::test]
async fn a20_only_plain_answers_are_asked_for_and_accepted() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    setup.upstream.then(answer(
        200,
        "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
        "\x1f gzip bomb",
    ));
    let reply = setup
        .send(
            "GET",
            READ,
            &[("Cookie", &cookie), ("Accept-Encoding", "gzip, br")],
            "",
        )
        .await;
    assert_eq!(
        (reply.status, reply.code()),
        (502, "Gateway.0020".to_owned())
    );
    assert_eq!(
        setup.upstream.calls()[0].headers("accept-encoding"),
        ["identity"]
    );
}

#[tokio::test]
async fn a_large_answer_passes_byte_for_byte() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let body = format!("[{}0]", "1234567890123456, ".repeat(100_000));
    setup.upstream.then(json_answer(200, &body));
    let reply = setup.get(READ, &cookie).await;
    assert!(reply.complete && reply.body == body);
    assert_eq!(
        reply.header("content-length"),
        Some(body.len().to_string().as_str())
    );
}

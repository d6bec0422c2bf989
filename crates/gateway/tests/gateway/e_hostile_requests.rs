//! E01: the measured hostile requests, each as raw bytes. What must hold is asserted on what the service received,
//! not only on the answer.

use crate::support::{self, Reply, Setup};

/// `POST …` with these header lines (each with its line end) and this body.
fn post(setup: &Setup, cookie: &str, headers: &str, body: &str) -> Vec<u8> {
    let (host, path) = (setup.address, support::WRITE);
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nOrigin: http://{host}\r\n\
         X-Anchorage: 1\r\nContent-Type: application/json\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}

/// `GET target` with more header lines.
fn get(setup: &Setup, cookie: &str, target: &str, headers: &str) -> Vec<u8> {
    let host = setup.address;
    format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n{headers}Connection: close\r\n\r\n"
    )
    .into_bytes()
}

async fn exchange(setup: &Setup, bytes: &[u8]) -> Vec<Reply> {
    let mut connection = setup.connect().await;
    connection.write(bytes).await;
    Reply::all(connection.bytes_to_end().await, true)
}

/// One refusal with every header, the connection closed, and no word to the service.
async fn refused(status: u16, bytes: impl Fn(&Setup, &str) -> Vec<u8>) {
    let setup = support::start().await;
    let cookie = setup.sign_in().await;
    let replies = exchange(&setup, &bytes(&setup, &cookie)).await;
    assert_eq!(replies.len(), 1, "{replies:?}");
    assert_eq!(replies[0].status, status, "{replies:?}");
    assert!(
        replies[0].header("content-security-policy").is_some(),
        "{replies:?}"
    );
    assert!(replies[0].code().starts_with("Gateway."));
    assert_eq!(setup.upstream.calls(), []);
}

/// Passed on; the service saw one request with our token and nothing of these words.
async fn passed(never: &[&str], bytes: impl Fn(&Setup, &str) -> Vec<u8>) {
    let setup = support::start().await;
    let cookie = setup.sign_in().await;
    let replies = exchange(&setup, &bytes(&setup, &cookie)).await;
    assert_eq!(replies.len(), 1, "{replies:?}");
    assert_eq!(replies[0].status, 200, "{replies:?}");
    let calls = setup.upstream.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].headers("x-auth-token"), ["TOKEN-CANARY-0"]);
    let head = calls[0].head.to_lowercase();
    for word in never.iter().chain(&["cookie", "anchorage="]) {
        assert!(!head.contains(word), "{word}: {head}");
    }
}

macro_rules! refused {
    ($($name:ident $status:literal $bytes:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            refused($status, $bytes).await;
        }
    )*};
}

refused! {
    e01_dots_in_the_path 400 |s, c| get(s, c, "/api/v1/../../etc/passwd", "");
    e01_encoded_dots 400 |s, c| get(s, c, "/api/%2e%2e/%2e%2e/admin", "");
    e01_half_encoded_dots 400 |s, c| get(s, c, "/api/..%2f..%2fadmin", "");
    e01_twice_encoded_dots 400 |s, c| get(s, c, "/api/%252e%252e/admin", "");
    e01_backslashes 400 |s, c| get(s, c, "/api/..\\..\\admin", "");
    e01_dots_with_a_semicolon 400 |s, c| get(s, c, "/api/..;/admin", "");
    e01_two_slashes 400 |s, c| get(s, c, "//evil.example/x", "");
    e01_two_slashes_below_api 400 |s, c| get(s, c, "/api//evil.example/x", "");
    e01_nul_in_the_path 400 |s, c| get(s, c, "/api/p%00.json", "");
    e01_line_end_in_the_path 400 |s, c| get(s, c, "/api/p%0d%0aX-Injected:1", "");
    e01_absolute_form 400 |s, c| get(s, c, "http://169.254.169.254/api/latest", "");
    e01_connect 400 |_, _| b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n".to_vec();
    e01_two_hosts 400 |s, c| get(s, c, support::READ, "Host: b\r\n");
    e01_no_host 400 |_, c| format!("GET {} HTTP/1.1\r\nCookie: {c}\r\n\r\n", support::READ).into_bytes();
    e01_another_host 421 |_, c| format!("GET {} HTTP/1.1\r\nHost: evil.example\r\nCookie: {c}\r\nConnection: close\r\n\r\n", support::READ).into_bytes();
    e01_length_and_chunks 400 |s, c| post(s, c, "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nGET /api/smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
    e01_two_lengths 400 |s, c| post(s, c, "Content-Length: 2\r\nContent-Length: 5\r\n", "{}abc");
    e01_length_with_a_plus 400 |s, c| post(s, c, "Content-Length: +2\r\n", "{}");
    e01_negative_length 400 |s, c| post(s, c, "Content-Length: -1\r\n", "{}");
    e01_length_beyond_numbers 400 |s, c| post(s, c, "Content-Length: 99999999999999999999\r\n", "{}");
    e01_unknown_transfer_coding 400 |s, c| post(s, c, "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n");
    e01_chunked_then_identity 400 |s, c| post(s, c, "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n");
    e01_blank_before_the_colon 400 |s, c| post(s, c, "Transfer-Encoding : chunked\r\n", "0\r\n\r\n");
    e01_long_chunk_extension 400 |s, c| post(s, c, "Transfer-Encoding: chunked\r\n", &format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "a".repeat(20_000)));
    e01_chunk_size_beyond_numbers 400 |s, c| post(s, c, "Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n");
    e01_folded_header 400 |s, c| get(s, c, support::READ, "X-A: 1\r\n  folded\r\n");
    e01_nul_in_a_header 400 |s, c| get(s, c, support::READ, "X-A: a\0b\r\n");
    e01_bare_return_in_a_header 400 |s, c| get(s, c, support::READ, "X-A: a\rX-Auth-Token: evil\r\n");
    e01_bare_line_feeds 400 |_, c| format!("GET {} HTTP/1.1\nHost: x\nCookie: {c}\n\n", support::READ).into_bytes();
    e01_two_session_cookies 401 |s, c| get(s, &format!("anchorage={}; {c}", "0".repeat(64)), support::READ, "");
    e01_two_cookie_headers_that_differ 401 |s, c| get(s, c, support::READ, &format!("Cookie: anchorage={}\r\n", "0".repeat(64)));
    e01_header_of_64_kilobytes 431 |s, c| get(s, c, support::READ, &format!("X-A: {}\r\n", "a".repeat(65_536)));
    e01_header_of_a_megabyte 431 |s, c| get(s, c, support::READ, &format!("X-A: {}\r\n", "a".repeat(1_048_576)));
    e01_a_thousand_headers 431 |s, c| get(s, c, support::READ, &"X-A: 1\r\n".repeat(1000));
    e01_url_of_64_kilobytes 414 |s, c| get(s, c, &format!("{}?{}", support::READ, "a".repeat(65_536)), "");
    e01_trace 405 |s, c| String::from_utf8(get(s, c, support::READ, "")).unwrap().replacen("GET", "TRACE", 1).into_bytes();
    e01_unknown_method 405 |s, c| String::from_utf8(get(s, c, support::READ, "")).unwrap().replacen("GET", "FOO", 1).into_bytes();
    e01_http_0_9 400 |_, _| format!("GET {}\r\n", support::READ).into_bytes();
    e01_http_2_preface 400 |_, _| b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    e01_tls_on_the_plain_port 400 |_, _| [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], &[0; 64]].concat();
    e01_garbage 400 |_, _| (0..=255).cycle().take(1024).collect();
}

#[tokio::test]
async fn e01_a_plain_request_passes() {
    passed(&[], |s, c| get(s, c, support::READ, "")).await;
}

#[tokio::test]
async fn e01_the_clients_own_token_is_replaced() {
    passed(&["evil"], |s, c| {
        get(s, c, support::READ, "X-Auth-Token: evil\r\n")
    })
    .await;
    passed(&["evil"], |s, c| {
        get(s, c, support::READ, "X_Auth_Token: evil\r\n")
    })
    .await;
}

#[tokio::test]
async fn e01_the_connection_header_cannot_strip_our_token() {
    passed(&["close, x-auth"], |s, c| {
        let request = String::from_utf8(get(s, c, support::READ, "")).unwrap();
        request
            .replace("Connection: close", "Connection: close, X-Auth-Token")
            .into_bytes()
    })
    .await;
}

#[tokio::test]
async fn e01_forwarded_headers_are_dropped() {
    let spoofed = "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: evil\r\nForwarded: for=1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\n";
    passed(&["1.2.3.4", "evil", "forwarded"], |s, c| {
        get(s, c, support::READ, spoofed)
    })
    .await;
}

#[tokio::test]
async fn e01_an_upgrade_is_dropped_and_answered_normally() {
    passed(&["upgrade", "websocket"], |s, c| {
        get(
            s,
            c,
            support::READ,
            "Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n",
        )
    })
    .await;
}

#[tokio::test]
async fn e01_two_equal_session_cookies_are_one() {
    passed(&[], |s, c| get(s, &format!("{c}; {c}"), support::READ, "")).await;
}

#[tokio::test]
async fn e01_three_requests_at_once_get_three_answers_in_order() {
    let setup = support::start().await;
    let cookie = setup.sign_in().await;
    for name in ["a", "b", "c"] {
        setup
            .upstream
            .then(support::upstream::json_answer(200, &format!("\"{name}\"")));
    }
    let one = String::from_utf8(get(&setup, &cookie, support::READ, "")).unwrap();
    let kept = one.replace("Connection: close\r\n", "");
    let replies = exchange(&setup, format!("{kept}{kept}{one}").as_bytes()).await;
    let bodies: Vec<&str> = replies.iter().map(|reply| reply.body.as_str()).collect();
    assert_eq!(bodies, ["\"a\"", "\"b\"", "\"c\""]);
}

#[tokio::test]
async fn e01_a_body_that_stops_is_answered_before_the_service_is_asked() {
    let setup =
        support::start_with(|limits| limits.body_time = std::time::Duration::from_millis(100))
            .await;
    let cookie = setup.sign_in().await;
    let replies = exchange(
        &setup,
        &post(&setup, &cookie, "Content-Length: 1000\r\n", "0123456789"),
    )
    .await;
    assert_eq!(replies[0].status, 408, "{replies:?}");
    assert_eq!(setup.upstream.calls(), []);
}

/// E05: what follows a framing error is never read as a request.
#[tokio::test]
async fn e05_nothing_behind_a_framing_error_is_a_request() {
    let setup = support::start().await;
    let cookie = setup.sign_in().await;
    let smuggled = String::from_utf8(get(&setup, &cookie, support::READ, "")).unwrap();
    for (headers, body) in [
        (
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n",
        ),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            "0\r\n\r\n",
        ),
        (
            "Transfer-Encoding: chunked\r\n",
            "2\r\n{}\r\n0\r\nHost: evil\r\n\r\n",
        ),
        ("Transfer-Encoding: chunked\r\n", "2;a=b\r\n{}\r\n0\r\n\r\n"),
        ("Content-Length: 0\r\nContent-Length: 200\r\n", ""),
        ("X-A: b\r\n c\r\nContent-Length: 0\r\n", ""),
    ] {
        let bytes = [
            &post(&setup, &cookie, headers, body)[..],
            smuggled.as_bytes(),
        ]
        .concat();
        let replies = exchange(&setup, &bytes).await;
        assert_eq!(replies.len(), 1, "{headers}: {replies:?}");
        assert_eq!(replies[0].status, 400, "{headers}: {replies:?}");
    }
    let http_10 = String::from_utf8(post(
        &setup,
        &cookie,
        "Transfer-Encoding: chunked\r\n",
        "0\r\n\r\n",
    ))
    .unwrap();
    let replies = exchange(
        &setup,
        http_10.replacen("HTTP/1.1", "HTTP/1.0", 1).as_bytes(),
    )
    .await;
    assert_eq!((replies.len(), replies[0].status), (1, 400));
    assert_eq!(setup.upstream.calls(), []);
    // Another person's connection gets its own answer.
    setup
        .upstream
        .then(support::upstream::json_answer(200, "\"mine\""));
    assert_eq!(setup.get(support::READ, &cookie).await.body, "\"mine\"");
}

/// E05: a thousand times, beside a client that tries to have its second request taken for another person's.
#[tokio::test]
async fn e05_another_persons_request_always_gets_its_own_answer() {
    let setup = support::start().await;
    let (attacker, person) = (setup.sign_in().await, setup.sign_in().await);
    setup.upstream.always(vec![support::Step::Mirror]);
    let token = setup.get(support::READ, &person).await.json()["token"].clone();
    let smuggled = format!("{}?smuggled=1", support::READ);
    let smuggled = String::from_utf8(get(&setup, &attacker, &smuggled, "")).unwrap();
    let length = smuggled.len();
    let tricks = [
        (
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n".to_owned(),
            "0\r\n\r\n",
        ),
        (
            format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n"),
            "0\r\n\r\n",
        ),
        ("Transfer-Encoding: xchunked\r\n".to_owned(), "0\r\n\r\n"),
        ("Transfer-Encoding : chunked\r\n".to_owned(), "0\r\n\r\n"),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n".to_owned(),
            "0\r\n\r\n",
        ),
        (
            format!("Content-Length: 0\r\nContent-Length: {length}\r\n"),
            "",
        ),
        ("Content-Length: +0\r\n".to_owned(), ""),
        (
            "Transfer-Encoding: chunked\r\n".to_owned(),
            "0;a=\r\n\r\n\r\n",
        ),
        (
            "Transfer-Encoding: chunked\r\n".to_owned(),
            "fffffffffffffffff\r\n",
        ),
        (
            "Transfer-Encoding: chunked\r\n".to_owned(),
            "0\r\nHost: evil\r\n\r\n",
        ),
        ("X-A: b\r\n Content-Length: 0\r\n".to_owned(), ""),
        ("X-A: b\rContent-Length: 0\r\n".to_owned(), ""),
    ];
    for round in 0..1000 {
        let (headers, body) = &tricks[round % tricks.len()];
        let mut bytes = post(&setup, &attacker, headers, body);
        bytes.extend_from_slice(smuggled.as_bytes());
        let mine = format!("{}?mine={round}", support::READ);
        let (replies, reply) = tokio::join!(exchange(&setup, &bytes), setup.get(&mine, &person));
        assert_eq!(
            (replies.len(), replies[0].status),
            (1, 400),
            "{headers:?} {replies:?}"
        );
        assert_eq!(reply.status, 200, "{reply:?}");
        let said = reply.json();
        assert!(
            said["line"]
                .as_str()
                .unwrap()
                .contains(&format!("?mine={round} ")),
            "{said}"
        );
        assert_eq!(said["token"], token);
    }
    let calls = setup.upstream.calls();
    assert_eq!(calls.len(), 1001);
    assert!(calls.iter().all(|call| !call.line().contains("smuggled")));
}

//! E: the proxy's own duties, its files, and slow or vanishing clients.

use crate::support::{PROJECT, READ, WRITE, cookie_of, start, upstream::json_answer};

#[tokio::test]
async fn e02_no_spelling_of_a_path_leaves_the_route_table() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    for tail in [
        "csbs/policies/../quotas",
        "csbs/policies/%2e%2e/quotas",
        "csbs/policies/..%2fquotas",
        "csbs/policies/.%2e",
        "csbs/policies/%c0%ae%c0%ae",
        "csbs/policies/%e0%80%ae",
        "csbs/policies/a%2fb",
        "csbs/policies/a;b=c",
        "csbs//policies",
        "csbs/./policies",
        "csbs/policies/",
        "csbs/Policies",
        "csbs/policies/a/b/c",
        "csbs/../../v3/auth/tokens",
        "identity/auth/tokens",
        "obs/x",
        "csbs",
        "",
        "csbs/policies/%00",
        "csbs/policies/a%20b",
        "csbs/policies/%EF%BC%8E",
        "csbs/policies/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        let reply = setup.get(&format!("/api/{PROJECT}/{tail}"), &cookie).await;
        assert!(
            matches!(reply.status, 400 | 404),
            "{tail}: {}",
            reply.status
        );
    }
    for project in [
        "..",
        "%2e%2e",
        "evil.example:80",
        "a@b",
        "x%2fy",
        "x;y",
        "0".repeat(65).as_str(),
    ] {
        let reply = setup
            .get(&format!("/api/{project}/csbs/policies"), &cookie)
            .await;
        assert!(
            matches!(reply.status, 400 | 404),
            "{project}: {}",
            reply.status
        );
    }
    assert_eq!(setup.upstream.calls(), []);
}

#[tokio::test]
async fn e04_a_project_is_one_of_the_sessions_or_none() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    for path in [
        "/api/ffffffffffffffffffffffffffffffff/csbs/policies",
        "/audit/ffffffffffffffffffffffffffffffff",
    ] {
        let reply = setup.get(path, &cookie).await;
        assert_eq!(
            (reply.status, reply.code()),
            (403, "Gateway.0006".to_owned())
        );
    }
    let reply = setup
        .get(&format!("/api/{PROJECT}/cbr/vaults"), &cookie)
        .await;
    assert!(
        matches!(reply.code().as_str(), "Gateway.0009" | "Gateway.0007"),
        "{reply:?}"
    );
    let reply = setup
        .get(&format!("/api/{PROJECT}/sandbox/clock"), &cookie)
        .await;
    assert_eq!(
        (reply.status, reply.code()),
        (404, "Gateway.0009".to_owned()),
        "a real cloud has no controls"
    );
    assert!(setup.upstream.state().recorded.is_empty());
}

#[tokio::test]
async fn e06_a_filter_cannot_write_headers() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let path = format!(
        "/api/{PROJECT}/csbs/checkpoint_items?name=a%0d%0aX-Auth-Token:%20evil%0d%0a%0d%0aGET%20/&x=%C3%A9+%26"
    );
    assert_eq!(setup.get(&path, &cookie).await.status, 200);
    let calls = setup.upstream.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        calls[0].line(),
        format!(
            "GET /v1/{PROJECT}/checkpoint_items?name=a%0D%0AX-Auth-Token%3A%20evil%0D%0A%0D%0AGET%20%2F&x=%C3%A9%20%26 HTTP/1.1"
        )
    );
    assert_eq!(calls[0].headers("x-auth-token"), ["TOKEN-CANARY-0"]);
    for query in ["name=%ff", "name=%00"] {
        let reply = setup
            .get(
                &format!("/api/{PROJECT}/csbs/checkpoint_items?{query}"),
                &cookie,
            )
            .await;
        assert_eq!(reply.status, 400, "{query}");
    }
}

#[tokio::test]
async fn e07_a_service_gets_our_headers_and_no_others() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let more = [
        ("Authorization", "Basic evil"),
        ("X-Auth-Token", "evil"),
        ("X_Auth_Token", "evil"),
        ("X-Subject-Token", "evil"),
        ("X-Forwarded-For", "6.6.6.6"),
        ("Forwarded", "for=6.6.6.6"),
        ("X-Real-IP", "6.6.6.6"),
        ("X-Project-Id", "evil"),
        ("TE", "trailers"),
        ("Proxy-Authorization", "evil"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("Accept-Language", "de"),
        ("User-Agent", "evil/1"),
        ("Referer", "http://evil.example/"),
        ("X-Anchorage-Reason", "test"),
    ];
    assert_eq!(
        setup
            .change_with("POST", WRITE, &cookie, "{\"a\":1}", &more)
            .await
            .status,
        200
    );
    let calls = setup.upstream.calls();
    let mut names: Vec<String> = calls[0]
        .head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "accept-encoding",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "x-auth-token"
        ]
    );
    assert_eq!(
        calls[0].headers("host"),
        [setup.upstream.address.to_string()]
    );
    assert_eq!(calls[0].headers("x-auth-token"), ["TOKEN-CANARY-0"]);
    assert_eq!(
        calls[0].headers("content-type"),
        ["application/json;charset=utf-8"]
    );
    assert!(!calls[0].head.contains("evil") && !calls[0].head.contains("6.6.6.6"));
}

#[tokio::test]
async fn e08_only_the_operations_of_the_contract() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    for (method, path, status) in [
        ("PUT", READ.to_owned(), 405),
        ("DELETE", READ.to_owned(), 405),
        ("POST", format!("{READ}/17e2b861"), 405),
        ("POST", format!("/api/{PROJECT}/identity/auth/tokens"), 404),
        (
            "DELETE",
            format!("/api/{PROJECT}/identity/auth/tokens"),
            404,
        ),
        (
            "DELETE",
            format!("/api/{PROJECT}/ecs/cloudservers/0a1b"),
            405,
        ),
        ("POST", format!("/api/{PROJECT}/compute/servers"), 405),
        ("POST", "/clouds".to_owned(), 405),
        ("PUT", "/session".to_owned(), 405),
        ("POST", "/healthz".to_owned(), 405),
        ("POST", "/p/x".to_owned(), 405),
    ] {
        let reply = setup.change(method, &path, &cookie, "{}").await;
        assert!(
            reply.status == status || (status == 405 && reply.status == 404),
            "{method} {path}: {}",
            reply.status
        );
    }
    assert_eq!(setup.upstream.calls(), []);
}

#[tokio::test]
async fn e09_a_body_is_json_of_a_bounded_size_and_goes_on_unchanged() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let huge = format!("\"{}\"", "a".repeat(10 << 20));
    let reply = setup.change("POST", WRITE, &cookie, &huge).await;
    assert_eq!(
        (reply.status, reply.code()),
        (413, "Gateway.0010".to_owned())
    );
    for (body, status) in [
        ("{\"a\":1,\"a\":2}", 400),
        ("{", 400),
        ("\u{feff}{}", 400),
        ("NaN", 400),
    ] {
        assert_eq!(
            setup.change("POST", WRITE, &cookie, body).await.status,
            status,
            "{body}"
        );
    }
    for more in [("Content-Encoding", "gzip"), ("Content-Type", "text/plain")] {
        let origin = setup.origin();
        let headers = [
            ("Cookie", cookie.as_str()),
            ("Origin", &origin),
            ("X-Anchorage", "1"),
            more,
        ];
        assert_eq!(
            setup.send("POST", WRITE, &headers, "{}").await.status,
            415,
            "{more:?}"
        );
    }
    assert_eq!(setup.upstream.calls(), []);
    let body = "{ \"b\": 9007199254740993, \"a\": 1e3,\n\"name\": \"\\u00e9\" }";
    assert_eq!(setup.change("POST", WRITE, &cookie, body).await.status, 200);
    assert_eq!(setup.upstream.calls()[0].body, body);
}

#[tokio::test]
async fn e09_chunks_without_an_end_are_cut_at_the_limit() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let mut connection = setup.connect().await;
    let host = setup.address;
    let head = format!(
        "POST {WRITE} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nOrigin: http://{host}\r\nX-Anchorage: 1\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    connection.write(head.as_bytes()).await;
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(65_536));
    for _ in 0..40 {
        connection.write(chunk.as_bytes()).await;
    }
    assert_eq!(connection.read_to_end().await.status, 413);
    assert_eq!(setup.upstream.calls(), []);
}

#[tokio::test]
async fn e13_no_answer_is_kept_for_anybody() {
    let setup = start().await;
    let (first, second) = (setup.sign_in().await, setup.sign_in().await);
    for (cookie, body) in [
        (&first, "\"first\""),
        (&second, "\"second\""),
        (&first, "\"third\""),
    ] {
        setup.upstream.then(json_answer(200, body));
        let reply = setup.get(READ, cookie).await;
        assert_eq!(reply.body, body);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("etag"), None);
    }
    let tokens: Vec<_> = setup
        .upstream
        .calls()
        .iter()
        .map(|c| c.headers("x-auth-token")[0].to_owned())
        .collect();
    assert_eq!(
        tokens,
        ["TOKEN-CANARY-0", "TOKEN-CANARY-1", "TOKEN-CANARY-0"]
    );
}

#[tokio::test]
async fn e14_only_the_consoles_files_in_the_form_the_browser_reads() {
    let setup = start().await;
    let file = "/assets/app-1.js";
    for (accept, coding, body) in [
        ("", None, "console.log(1) // plain"),
        ("gzip, deflate, br", Some("br"), "brotli bytes"),
        ("gzip", Some("gzip"), "gzip bytes"),
        ("br;q=0, gzip;q=0.5", Some("gzip"), "gzip bytes"),
        ("zstd", None, "console.log(1) // plain"),
    ] {
        let reply = setup
            .send("GET", file, &[("Accept-Encoding", accept)], "")
            .await;
        assert_eq!(
            (
                reply.status,
                reply.header("content-encoding"),
                reply.body.as_str()
            ),
            (200, coding, body),
            "{accept}"
        );
        assert_eq!(
            reply.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        assert_eq!(reply.header("vary"), Some("Accept-Encoding"));
        let tag = reply.header("etag").unwrap().to_owned();
        let again = [("Accept-Encoding", accept), ("If-None-Match", &tag)];
        let reply = setup.send("GET", file, &again, "").await;
        assert_eq!((reply.status, reply.body.as_str()), (304, ""));
        let reply = setup
            .send("HEAD", file, &[("Accept-Encoding", accept)], "")
            .await;
        assert_eq!(reply.status, 200);
        assert_eq!(
            reply.header("content-length"),
            Some(body.len().to_string().as_str())
        );
        assert_eq!(reply.body, "");
    }
    for (range, status, body) in [
        ("bytes=0-6", 206, "console"),
        ("bytes=-5", 206, "plain"),
        ("bytes=900-", 416, ""),
        ("bytes=1-2,4-5", 200, "console.log(1) // plain"),
    ] {
        let reply = setup
            .send(
                "GET",
                file,
                &[("Range", range), ("Accept-Encoding", "br")],
                "",
            )
            .await;
        assert_eq!(
            (reply.status, reply.body.as_str()),
            (status, body),
            "{range}"
        );
    }
    for (path, status) in [
        ("/assets/../Cargo.toml", 400),
        ("/assets/app-1.js.br", 404),
        ("/assets/app-1.js.gz", 404),
        ("/assets/", 404),
        ("/assets", 404),
        ("/Cargo.toml", 404),
        ("/assets/app-2.js", 404),
        ("/api", 404),
        ("/sandbox/clock", 404),
    ] {
        assert_eq!(setup.get(path, "").await.status, status, "{path}");
    }
    for path in ["/", "/index.html", "/p/x/backups", "/anything"] {
        let reply = setup.get(path, "").await;
        assert_eq!(
            (reply.status, reply.header("cache-control")),
            (200, Some("no-cache")),
            "{path}"
        );
        assert!(reply.body.contains("<title>Console</title>"));
    }
}

/// E03: what the catalog of a cloud elsewhere may not name.
#[tokio::test]
async fn e03_a_catalog_cannot_lead_a_token_elsewhere_unchecked() {
    let setup = start().await;
    for url in [
        "http://example.com/v1/x",
        "https://169.254.169.254/v1/x",
        "file:///etc/passwd",
        "https://u:p@example.com/v1/x",
        "https://0x7f.1/",
    ] {
        let about = format!(
            "{{\"token\":{{\"expires_at\":\"2026-03-15T09:26:53Z\",\"user\":{{\"id\":\"u1\",\"name\":\"demo\"}},\"project\":{{\"id\":\"{PROJECT}\",\"name\":\"eu-de\"}},\
             \"projects\":[],\"catalog\":[{{\"type\":\"data-protect\",\"endpoints\":[{{\"interface\":\"public\",\"region\":\"eu-de\",\"url\":\"{url}\"}}]}}]}}}}"
        );
        let length = about.len();
        let identity = format!(
            "HTTP/1.1 200 OK\r\nX-Subject-Token: T\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{about}"
        );
        setup.upstream.state().identity = Some(identity.into_bytes());
        let cookie = cookie_of(
            &setup
                .submit_form("domain=a&user=b&password=c&project=eu-de", &[])
                .await,
        );
        let reply = setup.get(READ, &cookie).await;
        assert_eq!(
            (reply.status, reply.code()),
            (404, "Gateway.0009".to_owned()),
            "{url}"
        );
    }
    assert_eq!(setup.upstream.calls(), []);
}

#[tokio::test]
async fn upstream_connections_are_kept_for_reads() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    for _ in 0..5 {
        assert_eq!(setup.get(READ, &cookie).await.status, 200);
    }
    let calls = setup.upstream.calls();
    assert!(
        calls
            .iter()
            .all(|call| call.connection == calls[0].connection),
        "{calls:?}"
    );
}

//! D: what a hostile page, link or frame in the same browser can make of us: nothing.

use crate::support::{READ, WRITE, cookie_of, start};

const FORM: &str = "domain=acme&user=demo&password=right&project=eu-de";

#[tokio::test]
async fn d01_requests_of_other_pages_change_nothing() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let origin = setup.origin();
    let ours = ("Origin", origin.as_str());
    let json = ("Content-Type", "application/json");
    let marked = ("X-Anchorage", "1");
    for headers in [
        &[ours, json][..],
        &[json, marked],
        &[("Origin", "http://evil.example"), json, marked],
        &[("Origin", "null"), json, marked],
        &[ours, ("Sec-Fetch-Site", "cross-site"), json, marked],
        &[ours, ("Sec-Fetch-Site", "same-site"), json, marked],
        &[ours, ("Sec-Fetch-Site", "none"), json, marked],
        &[("Origin", "http://sub.127.0.0.1"), json, marked],
        &[
            ("Origin", "http://evil.example"),
            ("Content-Type", "text/plain"),
        ],
        &[],
    ] {
        let headers = [&[("Cookie", cookie.as_str())], headers].concat();
        for (method, body) in [("POST", "{}"), ("POST", ""), ("PUT", "{}"), ("DELETE", "")] {
            let path = if method == "POST" {
                WRITE.to_owned()
            } else {
                format!("{WRITE}/17e2b861")
            };
            let reply = setup.send(method, &path, &headers, body).await;
            assert_eq!(
                (reply.status, reply.code()),
                (403, "Gateway.0005".to_owned()),
                "{method} {headers:?}"
            );
        }
        let reply = setup.send("DELETE", "/session", &headers, "").await;
        assert_eq!(reply.status, 403);
    }
    let plain = [
        ("Cookie", cookie.as_str()),
        ours,
        marked,
        ("Content-Type", "text/plain"),
    ];
    assert_eq!(setup.send("POST", WRITE, &plain, "{}").await.status, 415);
    assert_eq!(setup.upstream.calls(), []);
    assert_eq!(setup.get("/session", &cookie).await.status, 200);
}

#[tokio::test]
async fn d02_signing_in_from_another_page_is_refused() {
    let setup = start().await;
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    let trick = format!("{}.evil.example", setup.origin());
    for headers in [
        &[kind][..],
        &[kind, ("Origin", "null")],
        &[kind, ("Origin", "http://evil.example")],
        &[kind, ("Origin", &trick)],
        &[kind, ("Sec-Fetch-Site", "cross-site")],
    ] {
        assert_eq!(
            setup.send("POST", "/sign-in", headers, FORM).await.status,
            403,
            "{headers:?}"
        );
    }
    assert!(setup.upstream.state().recorded.is_empty());
    // With `no-referrer` browsers would say `Origin: null`; so the form's page says otherwise.
    assert_eq!(
        setup.get("/sign-in", "").await.header("referrer-policy"),
        Some("same-origin")
    );
}

#[tokio::test]
async fn d03_reading_methods_change_nothing() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    for method in ["GET", "HEAD"] {
        for operation in contract::operations::ALL
            .iter()
            .filter(|o| !o.method.is_read())
        {
            let values: Vec<&str> = operation.parameters().map(|_| "0a1b").collect();
            let path = format!(
                "/api/{}/{}{}",
                crate::support::PROJECT,
                operation.service.word(),
                operation.path_with(&values)
            );
            setup.send(method, &path, &[("Cookie", &cookie)], "").await;
        }
    }
    let calls = setup.upstream.calls();
    assert!(
        calls.iter().all(|call| call.line().starts_with("GET ")),
        "{calls:?}"
    );
    assert_eq!(setup.get("/session", &cookie).await.status, 200);
}

#[tokio::test]
async fn d04_no_other_origin_is_ever_allowed() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    for (method, path) in [
        ("OPTIONS", READ),
        ("GET", READ),
        ("OPTIONS", "/session"),
        ("GET", "/clouds"),
        ("OPTIONS", "/sign-in"),
    ] {
        let headers = [
            ("Cookie", cookie.as_str()),
            ("Origin", "http://evil.example"),
            ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "x-anchorage"),
        ];
        let reply = setup.send(method, path, &headers, "").await;
        assert!(
            reply
                .headers
                .iter()
                .all(|(name, _)| !name.starts_with("access-control")),
            "{reply:?}"
        );
        if method == "OPTIONS" {
            assert_eq!(reply.status, 405);
        }
    }
}

/// D05, D08, D09: the same headers on everything, whatever its status.
#[tokio::test]
async fn d09_every_answer_has_the_security_headers() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let tag = setup
        .get("/assets/app-1.js", "")
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    let mut seen = std::collections::BTreeSet::new();
    for (method, path, headers) in [
        ("GET", "/", &[][..]),
        (
            "GET",
            "/",
            &[("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Site", "none")],
        ),
        ("GET", "/p/x/backups", &[]),
        ("GET", "/sign-in", &[]),
        ("POST", "/sign-in", &[]),
        ("GET", "/session", &[]),
        ("GET", "/session", &[("Cookie", cookie.as_str())]),
        ("GET", "/clouds", &[]),
        ("GET", READ, &[("Cookie", cookie.as_str())]),
        ("GET", READ, &[]),
        ("GET", "/api/x", &[("Cookie", cookie.as_str())]),
        ("PUT", READ, &[("Cookie", cookie.as_str())]),
        ("GET", "/audit/x", &[("Cookie", cookie.as_str())]),
        ("GET", "/assets/app-1.js", &[]),
        (
            "GET",
            "/assets/app-1.js",
            &[("If-None-Match", tag.as_str())],
        ),
        ("GET", "/assets/app-1.js", &[("Range", "bytes=0-3")]),
        ("GET", "/assets/app-1.js", &[("Range", "bytes=900-")]),
        ("GET", "/assets/none.js", &[]),
        ("GET", "/favicon.svg", &[]),
        ("GET", "/../x", &[]),
        ("GET", "/", &[("Host", "evil.example")]),
        ("TRACE", "/", &[]),
        ("GET", "/healthz", &[]),
        ("GET", "/readyz", &[]),
        ("GET", "/metrics", &[]),
    ] {
        let reply = setup.send(method, path, headers, "").await;
        let case = format!("{method} {path} {headers:?} {}", reply.status);
        seen.insert(reply.status);
        let policy = reply
            .header("content-security-policy")
            .unwrap_or_else(|| panic!("{case}"));
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{case}"
        );
        assert!(
            policy.contains("base-uri 'none'") && policy.contains("form-action '"),
            "{case}"
        );
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{case}"
        );
        let html = reply
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"));
        assert_eq!(
            policy.contains("'wasm-unsafe-eval'"),
            html || !policy.contains("sandbox"),
            "{case}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{case}");
        }
        let referrer = if path == "/sign-in" && method == "GET" {
            "same-origin"
        } else {
            "no-referrer"
        };
        assert_eq!(reply.header("referrer-policy"), Some(referrer), "{case}");
        assert!(
            reply
                .header("permissions-policy")
                .is_some_and(|p| p.contains("camera=()")),
            "{case}"
        );
        assert!(reply.header("x-request-id").is_some(), "{case}");
        assert_eq!(reply.header("server"), None, "{case}");
        assert_eq!(
            reply.header("strict-transport-security"),
            None,
            "{case}: plain HTTP"
        );
        let file = reply.header("etag").is_some();
        assert_eq!(
            reply.header("cache-control") == Some("no-store"),
            !file,
            "{case}"
        );
        if reply.status >= 400 && !(path.starts_with("/assets/app") || path == "/") {
            assert!(reply.code().starts_with("Gateway."), "{case}");
        }
    }
    for status in [200, 206, 303, 304, 400, 401, 403, 404, 405, 416, 421] {
        assert!(seen.contains(&status), "{status} is not among {seen:?}");
    }
}

/// D08: the table of the public scanner that grades such headers; 100 points without preloading.
#[tokio::test]
async fn d08_the_page_earns_full_marks() {
    let setup = start().await;
    let reply = setup
        .send("GET", "/", &[("Host", "backups.example.org")], "")
        .await;
    let policy = reply.header("content-security-policy").unwrap();
    let directives: std::collections::BTreeMap<&str, &str> = policy
        .split(';')
        .map(|part| part.trim().split_once(' ').unwrap_or((part.trim(), "")))
        .collect();
    assert_eq!(directives["default-src"], "'none'");
    assert_eq!(directives["script-src"], "'self' 'wasm-unsafe-eval'");
    for (name, value) in [
        ("style-src", "'self'"),
        ("connect-src", "'self'"),
        ("img-src", "'self'"),
        ("object-src", "'none'"),
        ("base-uri", "'none'"),
        ("form-action", "'self'"),
        ("frame-ancestors", "'none'"),
    ] {
        assert_eq!(directives[name], value, "{name}");
    }
    let age = reply.header("strict-transport-security").unwrap();
    let seconds: u64 = age.split(['=', ';']).nth(1).unwrap().parse().unwrap();
    assert!(seconds >= 15_768_000);
}

#[tokio::test]
async fn d10_after_signing_in_only_our_own_addresses_follow() {
    let setup = start().await;
    for (next, location) in [
        (
            "%2Fp%2F0605%2Fbackups%3Fstatus%3Derror",
            "/p/0605/backups?status=error",
        ),
        ("%2F%2Fevil.example", "/"),
        ("%2F%5Cevil.example", "/"),
        ("https%3Aevil.example", "/"),
        ("%2F%0d%0aSet-Cookie%3Ax%3Dy", "/"),
        ("%2F%2509%2Fevil.example", "/"),
        ("javascript%3Aalert(1)", "/"),
    ] {
        let reply = setup.submit_form(&format!("{FORM}&next={next}"), &[]).await;
        assert_eq!(
            (reply.status, reply.header("location")),
            (303, Some(location)),
            "{next}"
        );
        let page = setup.get(&format!("/sign-in?next={next}"), "").await;
        assert!(
            !page.body.contains("evil.example") && !page.body.contains("javascript"),
            "{}",
            page.body
        );
        let signed_in = setup
            .get(&format!("/sign-in?next={next}"), &cookie_of(&reply))
            .await;
        assert_eq!(
            (signed_in.status, signed_in.header("location")),
            (303, Some(location)),
            "{next}"
        );
    }
}

#[tokio::test]
async fn d11_data_is_not_opened_as_a_page() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    for (dest, site) in [
        ("document", "none"),
        ("iframe", "same-origin"),
        ("image", "cross-site"),
        ("script", "cross-site"),
        ("empty", "cross-site"),
    ] {
        for path in [READ, "/session", "/audit/0605767a1b80d5ee2fb4c00950e4ae11"] {
            let headers = [
                ("Cookie", cookie.as_str()),
                ("Sec-Fetch-Dest", dest),
                ("Sec-Fetch-Site", site),
            ];
            assert_eq!(
                setup.send("GET", path, &headers, "").await.status,
                403,
                "{dest} {site} {path}"
            );
        }
    }
    let fetched = [
        ("Cookie", cookie.as_str()),
        ("Sec-Fetch-Dest", "empty"),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    let reply = setup.send("GET", READ, &fetched, "").await;
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .header("content-security-policy")
            .unwrap()
            .ends_with("sandbox")
    );
    assert_eq!(setup.upstream.calls().len(), 1);
}

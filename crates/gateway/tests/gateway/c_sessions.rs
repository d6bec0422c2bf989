//! C: sessions, their cookie, and signing in.

use std::time::Duration;

use crate::support::{READ, WRITE, cookie_of, start, start_with, until, upstream::json_answer};

const FORM: &str = "domain=acme&user=demo&password=right&project=eu-de";
const JSON: &str =
    "{\"domain\":\"acme\",\"user\":\"demo\",\"password\":\"right\",\"project\":\"\"}";

#[tokio::test]
async fn c01_the_cookie_has_exactly_these_attributes() {
    let setup = start().await;
    let reply = setup.submit_form(FORM, &[]).await;
    let line = reply.header("set-cookie").unwrap();
    let (pair, flags) = line.split_once("; ").unwrap();
    assert_eq!(flags, "HttpOnly; SameSite=Strict; Path=/");
    assert!(
        pair.strip_prefix("anchorage=")
            .is_some_and(|id| id.len() == 64),
        "{pair}"
    );

    let public = [
        ("Host", "backups.example.org"),
        ("Origin", "https://backups.example.org"),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    let headers = [
        &public[..],
        &[("Content-Type", "application/x-www-form-urlencoded")],
    ]
    .concat();
    let reply = setup.send("POST", "/sign-in", &headers, FORM).await;
    let (pair, flags) = reply
        .header("set-cookie")
        .unwrap()
        .split_once("; ")
        .unwrap();
    assert_eq!(flags, "Secure; HttpOnly; SameSite=Strict; Path=/");
    assert!(pair.starts_with("__Host-anchorage="), "{pair}");
    assert!(
        reply
            .header("strict-transport-security")
            .unwrap()
            .contains("max-age=63072000")
    );
}

#[tokio::test]
async fn c02_each_sign_in_has_a_new_id_and_ends_the_one_before() {
    let setup = start().await;
    let planted = format!("anchorage={}", "ab".repeat(32));
    let first = cookie_of(&setup.submit_form(FORM, &[("Cookie", &planted)]).await);
    assert_ne!(first, planted);
    assert_eq!(setup.get("/session", &planted).await.status, 401);
    let second = cookie_of(&setup.submit_form(FORM, &[("Cookie", &first)]).await);
    assert_ne!(first, second);
    assert_eq!(setup.get("/session", &first).await.status, 401);
    assert_eq!(setup.get("/session", &second).await.status, 200);
}

#[tokio::test]
async fn c03_a_session_ends_when_idle_and_with_its_token() {
    let setup = start_with(|limits| limits.session_idle = Duration::from_millis(100)).await;
    let cookie = setup.sign_in().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_millis(101)).await;
    tokio::time::resume();
    let reply = setup.get("/session", &cookie).await;
    assert_eq!(
        (reply.status, reply.code()),
        (401, "Gateway.0003".to_owned())
    );
    assert!(
        reply.header("set-cookie").unwrap().contains("anchorage=; ")
            && reply.header("set-cookie").unwrap().contains("Max-Age=0")
    );

    let setup = start().await;
    setup.upstream.state().token_life = 300;
    let cookie = setup.sign_in().await;
    let info = setup.get("/session", &cookie).await.json();
    assert_eq!(
        info["expires_at"].as_i64().unwrap() - info["now"].as_i64().unwrap(),
        300
    );
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(299)).await;
    tokio::time::resume();
    assert_eq!(setup.get("/session", &cookie).await.status, 200);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(2)).await;
    tokio::time::resume();
    assert_eq!(setup.get("/session", &cookie).await.status, 401);
}

#[tokio::test]
async fn c04_signing_out_ends_everything() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let reply = setup.change("DELETE", "/session", &cookie, "").await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("clear-site-data"), Some("\"storage\""));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert!(reply.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(setup.get("/session", &cookie).await.status, 401);
    assert_eq!(setup.get(READ, &cookie).await.status, 401);
    until("the token is revoked at the cloud", || {
        setup.upstream.state().tokens.is_empty()
    })
    .await;
    assert_eq!(setup.upstream.calls(), []);
}

#[tokio::test]
async fn c05_a_token_that_ended_is_replaced_once_for_reads_and_never_for_changes() {
    let setup = start().await;
    // Signed in without a project: the first project's token is a second one, made from the first.
    let cookie = cookie_of(&setup.change("POST", "/session", "", JSON).await);
    assert_eq!(setup.get(READ, &cookie).await.status, 200);
    setup.upstream.state().tokens.remove(1);
    setup.upstream.forget();
    assert_eq!(setup.get(READ, &cookie).await.status, 200);
    assert_eq!(setup.upstream.calls().len(), 2);

    setup.upstream.state().tokens.truncate(1);
    setup.upstream.forget();
    let reply = setup.change("POST", WRITE, &cookie, "{\"a\":1}").await;
    assert_eq!(
        (reply.status, reply.code()),
        (401, "Gateway.0003".to_owned())
    );
    assert_eq!(setup.upstream.calls().len(), 1, "a change is sent once");
    assert_eq!(setup.get("/session", &cookie).await.status, 401);
}

#[tokio::test]
async fn c05_a_session_ends_when_no_token_can_be_had() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    setup.upstream.state().tokens.clear();
    let reply = setup.get(READ, &cookie).await;
    assert_eq!(
        (reply.status, reply.code()),
        (401, "Gateway.0003".to_owned())
    );
    assert!(reply.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(setup.get("/session", &cookie).await.status, 401);
}

#[tokio::test]
async fn c06_a_missing_right_is_not_the_end_of_the_session() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    setup.upstream.then(json_answer(
        403,
        "{\"error_code\":\"CSBS.0403\",\"error_msg\":\"no right\"}",
    ));
    assert_eq!(setup.get(READ, &cookie).await.status, 403);
    assert_eq!(setup.get("/session", &cookie).await.status, 200);
}

#[tokio::test]
async fn c07_a_tab_of_another_sign_in_is_refused() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let epoch = setup.get("/session", &cookie).await.json()["epoch"]
        .as_str()
        .unwrap()
        .to_owned();
    let ours = [("X-Anchorage-Epoch", epoch.as_str())];
    assert_eq!(
        setup
            .change_with("POST", WRITE, &cookie, "{}", &ours)
            .await
            .status,
        200
    );
    let theirs = [("X-Anchorage-Epoch", "0000000000000000")];
    let reply = setup
        .change_with("POST", WRITE, &cookie, "{}", &theirs)
        .await;
    assert_eq!(
        (reply.status, reply.code()),
        (401, "Gateway.0004".to_owned())
    );
    assert_eq!(
        setup.get("/session", &cookie).await.status,
        200,
        "the session of the other tab lives on"
    );
    assert_eq!(setup.upstream.calls().len(), 1);
}

#[tokio::test]
async fn c08_guessing_is_held_back_alike_for_known_and_unknown_users() {
    let setup = start().await;
    let attempt = |user: &'static str, password: &'static str| {
        let setup = &setup;
        async move {
            let body =
                format!("{{\"domain\":\"acme\",\"user\":\"{user}\",\"password\":\"{password}\"}}");
            setup.change("POST", "/session", "", &body).await
        }
    };
    for user in ["demo", "nobody"] {
        for _ in 0..5 {
            let reply = attempt(user, "wrong").await;
            assert_eq!(
                (reply.status, reply.code()),
                (401, "Gateway.0016".to_owned()),
                "{user}"
            );
        }
        setup.upstream.forget();
        let reply = attempt(user, "right").await;
        assert_eq!(
            (reply.status, reply.code()),
            (429, "Gateway.0015".to_owned()),
            "{user}"
        );
        assert!(reply.header("retry-after").is_some());
        assert!(
            setup.upstream.state().recorded.is_empty(),
            "the cloud is not asked"
        );
    }
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(2)).await;
    tokio::time::resume();
    assert_eq!(attempt("demo", "right").await.status, 200);
}

#[tokio::test]
async fn c08_behind_a_proxy_one_guesser_does_not_keep_others_out() {
    let setup = start().await;
    let attempt = async |address: &str, user: &str| {
        let headers = [
            ("Host", "backups.example.org"),
            ("Origin", "https://backups.example.org"),
            ("X-Anchorage", "1"),
            ("X-Forwarded-For", address),
            ("Content-Type", "application/json"),
        ];
        let body = format!("{{\"domain\":\"acme\",\"user\":\"{user}\",\"password\":\"wrong\"}}");
        setup.send("POST", "/session", &headers, &body).await.status
    };
    for n in 0..60 {
        let spoofed = format!("198.51.100.{n}, 203.0.113.7");
        assert_eq!(attempt(&spoofed, &format!("user{n}")).await, 401);
    }
    assert_eq!(attempt("198.51.100.99, 203.0.113.7", "another").await, 429);
    assert_eq!(attempt("203.0.113.8", "another").await, 401);
}

#[tokio::test]
async fn c09_only_a_reasonable_sign_in_is_read() {
    let setup = start().await;
    let deep = "[".repeat(10_000);
    for (kind, body, status) in [
        (
            "application/json",
            "{\"domain\":\"a\",\"domain\":\"b\",\"user\":\"u\",\"password\":\"p\"}",
            400,
        ),
        ("application/json", deep.as_str(), 400),
        ("application/json", "[]", 400),
        ("application/json", "{\"domain\":1}", 400),
        ("application/x-www-form-urlencoded", FORM, 415),
        ("text/plain", JSON, 415),
        ("application/json; charset=utf-16", JSON, 415),
    ] {
        let origin = setup.origin();
        let headers = [
            ("Origin", origin.as_str()),
            ("X-Anchorage", "1"),
            ("Content-Type", kind),
        ];
        let reply = setup.send("POST", "/session", &headers, body).await;
        assert_eq!(reply.status, status, "{kind} {:.40}", body);
    }
    let huge = format!("{{\"password\":\"{}\"}}", "a".repeat(10 << 20));
    assert_eq!(
        setup.change("POST", "/session", "", &huge).await.status,
        413
    );
    for (body, status) in [
        (format!("domain={}", "a".repeat(40_000)), 413),
        ("domain=a&domain=b".to_owned(), 400),
        ("x=1".to_owned(), 400),
    ] {
        assert_eq!(setup.submit_form(&body, &[]).await.status, status);
    }
    let reply = setup.change("POST", "/sign-in", "", JSON).await;
    assert_eq!(reply.status, 415);
    assert!(setup.upstream.state().recorded.is_empty());
}

#[tokio::test]
async fn c10_a_strange_cookie_is_no_session() {
    let setup = start().await;
    let good = setup.sign_in().await;
    let id = good.strip_prefix("anchorage=").unwrap();
    let long = format!("anchorage={}", "a".repeat(8_000));
    let many = format!("{}anchorage={}", "a=b; ".repeat(200), "0".repeat(64));
    let quoted = format!("anchorage=\"{id}\"");
    let upper = format!("Anchorage={id}");
    let cut = format!("anchorage={}", &id[..63]);
    for cookie in [
        long.as_str(),
        &many,
        &quoted,
        &upper,
        &cut,
        "anchorage=",
        "anchorage",
        ";;;",
        "\u{fc}\u{20ac}=1",
    ] {
        let reply = setup.get(READ, cookie).await;
        assert_eq!(reply.status, 401, "{cookie:.60}");
    }
    let among_others = format!("{}{good}; z=1", "a=b; ".repeat(200));
    assert_eq!(setup.get(READ, &among_others).await.status, 200);
}

#[tokio::test]
async fn c11_a_token_of_many_kilobytes_works() {
    let setup = start().await;
    setup.upstream.state().token = "M".repeat(30_000);
    let cookie = setup.sign_in().await;
    assert_eq!(setup.get(READ, &cookie).await.status, 200);
    assert_eq!(
        setup.upstream.calls()[0].headers("x-auth-token")[0].len(),
        30_002
    );
}

#[tokio::test]
async fn c12_sessions_end_with_the_program() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let upstream = setup.stop().await;
    let url = format!("{}/v3", upstream.url());
    let setup = crate::support::start_for(upstream, &url, |_| {}).await;
    let reply = setup.get("/session", &cookie).await;
    assert_eq!(
        (reply.status, reply.code()),
        (401, "Gateway.0003".to_owned())
    );
}

#[tokio::test]
async fn c13_one_session_too_many_ends_the_one_idle_longest() {
    let setup = start_with(|limits| limits.sessions = 3).await;
    let mut cookies = Vec::new();
    for _ in 0..3 {
        cookies.push(setup.sign_in().await);
    }
    assert_eq!(setup.get("/session", &cookies[0]).await.status, 200);
    let fourth = setup.sign_in().await;
    assert_eq!(setup.get("/session", &cookies[1]).await.status, 401);
    for cookie in [&cookies[0], &cookies[2], &fourth] {
        assert_eq!(setup.get("/session", cookie).await.status, 200);
    }
}

#[tokio::test]
async fn the_session_tells_what_the_console_needs_and_no_token() {
    let setup = start().await;
    let reply = setup.change("POST", "/session", "", JSON).await;
    let info: contract::session::SessionInfo = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(
        (
            info.user.as_str(),
            info.region.as_str(),
            info.domain.as_str()
        ),
        ("demo", "eu-de", "acme")
    );
    assert_eq!(info.projects.len(), 2);
    assert_eq!(info.project_id, crate::support::PROJECT);
    assert!(!reply.body.contains("TOKEN"));
    let again = setup.get("/session", &cookie_of(&reply)).await;
    assert_eq!(again.json()["epoch"], reply.json()["epoch"]);
    let clouds = setup.get("/clouds", "").await.json();
    assert_eq!(
        clouds,
        serde_json::json!([{"id": "test", "label": "Test cloud", "sandbox": false}])
    );
}

#[tokio::test]
async fn a_second_project_gets_a_token_of_its_own() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let other = READ.replace(crate::support::PROJECT, crate::support::OTHER_PROJECT);
    assert_eq!(setup.get(&other, &cookie).await.status, 200);
    assert_eq!(setup.get(&other, &cookie).await.status, 200);
    let calls = setup.upstream.calls();
    assert!(
        calls[0]
            .line()
            .contains(&format!("/v1/{}/policies", crate::support::OTHER_PROJECT))
    );
    assert_eq!(calls[1].headers("x-auth-token"), ["TOKEN-CANARY-1"]);
    assert_eq!(setup.upstream.state().tokens.len(), 2, "fetched once");
}

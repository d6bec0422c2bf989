//! L: what is written down, and what never is.

use std::time::Duration;

use crate::support::{PROJECT, READ, Step, WRITE, logs, start, start_with, upstream::json_answer};

const CANARIES: [&str; 3] = ["TOKEN-L01", "PW-L01-CANARY", "right-L01"];

/// Signs in, fails to, reads, changes, meets errors and signs out, with secrets that are found again if anybody
/// writes them down.
#[tokio::test]
async fn l01_no_secret_is_ever_written_down() {
    let setup = start_with(|limits| limits.first_byte = Duration::from_millis(300)).await;
    setup.upstream.state().token = "TOKEN-L01".to_owned();
    let mut said = Vec::new();
    said.push(
        setup
            .submit_form("domain=acme&user=demo&password=PW-L01-CANARY", &[])
            .await,
    );
    said.push(
        setup
            .change(
                "POST",
                "/session",
                "",
                "{\"domain\":\"acme\",\"user\":\"demo\",\"password\":\"PW-L01-CANARY\"}",
            )
            .await,
    );
    said.push(
        setup
            .change("POST", "/session", "", "{\"password\":\"PW-L01-CANARY\"")
            .await,
    );
    said.push(
        setup
            .change("POST", "/session", "", "{\"password\":[\"PW-L01-CANARY\"]}")
            .await,
    );
    let cookie = setup.sign_in().await;
    let id = cookie.strip_prefix("anchorage=").unwrap().to_owned();
    for steps in [
        json_answer(200, "{}"),
        json_answer(500, "{}"),
        vec![Step::Close],
        vec![Step::Hang],
        vec![Step::Send(b"garbage\r\n\r\n".to_vec()), Step::Close],
        vec![Step::Send(
            b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n".to_vec(),
        )],
    ] {
        setup.upstream.then(steps.clone());
        said.push(setup.get(READ, &cookie).await);
        setup.upstream.then(steps);
        said.push(setup.change("POST", WRITE, &cookie, "{}").await);
    }
    said.push(setup.get("/session", &cookie).await);
    said.push(setup.get("/metrics", "").await);
    said.push(setup.get(&format!("/audit/{PROJECT}"), &cookie).await);
    said.push(setup.get("/api/../x", &cookie).await);
    said.push(setup.change("DELETE", "/session", &cookie, "").await);
    said.push(setup.get(READ, &cookie).await);
    let debug = format!("{:?}", setup.app);
    let log = logs::text();
    assert!(
        log.contains("signed in") && log.contains("sign-in refused"),
        "the log is captured"
    );
    for canary in CANARIES.iter().copied().chain([id.as_str()]) {
        if let Some(line) = log.lines().find(|line| line.contains(canary)) {
            panic!("{canary} is in the log: {line}");
        }
        assert!(!debug.contains(canary), "{canary} is in Debug");
        for reply in &said {
            let told = format!("{:?}", reply);
            assert!(!told.contains(canary), "{canary} in {told}");
        }
    }
    let environment = std::fs::read("/proc/self/environ").unwrap_or_default();
    assert!(!String::from_utf8_lossy(&environment).contains("L01-CANARY"));
}

#[tokio::test]
async fn l02_what_a_stranger_writes_stays_out_of_the_log() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    setup
        .get("/L02-path-canary/%1b%5b31m?q=L02-query-canary", &cookie)
        .await;
    setup
        .submit_form(
            "domain=L02-domain-canary%0AERROR+forged&user=L02-user-canary&password=x",
            &[],
        )
        .await;
    let reason = [("X-Anchorage-Reason", "L02-reason-canary%0aforged")];
    setup
        .change_with(
            "POST",
            WRITE,
            &cookie,
            "{\"name\":\"L02-name-canary\"}",
            &reason,
        )
        .await;
    let log = logs::text();
    let ours = log.lines().filter(|line| line.contains("gateway::"));
    for line in ours {
        assert!(!line.contains("L02-"), "{line}");
    }
    assert!(
        !log.lines()
            .any(|line| line.starts_with("ERROR forged") || line.starts_with("forged"))
    );
}

#[tokio::test]
async fn l03_what_matters_is_logged_with_its_request_id() {
    let setup = start().await;
    let refused = setup
        .submit_form("domain=acme&user=demo&password=wrong", &[])
        .await;
    let accepted = setup
        .submit_form("domain=acme&user=demo&password=right", &[])
        .await;
    let cookie = crate::support::cookie_of(&accepted);
    let foreign = setup
        .send(
            "POST",
            WRITE,
            &[("Cookie", &cookie), ("Origin", "http://evil.example")],
            "{}",
        )
        .await;
    let out = setup.change("DELETE", "/session", &cookie, "").await;
    let log = logs::text();
    for (reply, words) in [
        (&refused, "sign-in refused"),
        (&accepted, "signed in"),
        (&foreign, "Gateway.0005"),
        (&out, "signed out"),
    ] {
        let id = reply.header("x-request-id").unwrap();
        let line = log
            .lines()
            .find(|line| line.contains(id) && line.contains(words));
        let line = line.unwrap_or_else(|| panic!("{words} is not logged"));
        assert!(
            line.starts_with("20") && line.contains("Z "),
            "in UTC: {line}"
        );
    }
}

#[tokio::test]
async fn l04_errors_tell_nothing_of_the_inside() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let port = setup.upstream.address.port().to_string();
    for steps in [
        vec![Step::Close, Step::Close],
        vec![
            Step::Send(
                b"HTTP/1.1 200 OK\r\nX-Inner: 10.0.0.1\r\nContent-Length: x\r\n\r\n".to_vec(),
            ),
            Step::Close,
        ],
    ] {
        setup.upstream.then(steps.clone());
        setup.upstream.then(steps);
        let reply = setup.get(READ, &cookie).await;
        assert_eq!(reply.status, 502);
        let told = format!("{:?}", reply);
        for inner in [
            port.as_str(),
            "10.0.0.1",
            "src/",
            "panicked",
            "hyper",
            "x-inner",
        ] {
            assert!(!told.contains(inner), "{inner}: {told}");
        }
        assert_eq!(
            reply.json()["request_id"].as_str(),
            reply.header("x-request-id")
        );
    }
}

#[tokio::test]
async fn l08_metrics_are_numbers_for_this_machine() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    setup.get(READ, &cookie).await;
    setup.get("/L08-canary", "").await;
    let page = setup.get("/metrics", "").await;
    assert_eq!(page.status, 200);
    for line in [
        "anchorage_sessions 1",
        "anchorage_sign_ins_total 1",
        "anchorage_answer_seconds_count{group=\"api\",status=\"200\"} 1",
    ] {
        assert!(
            page.body.lines().any(|l| l == line),
            "{line} in {}",
            page.body
        );
    }
    for word in ["demo", "acme", PROJECT, "canary", "anchorage="] {
        assert!(!page.body.contains(word), "{word}");
    }
    for headers in [
        [("X-Forwarded-For", "10.1.1.1")],
        [("Via", "1.1 proxy")],
        [("Host", "backups.example.org")],
    ] {
        assert_eq!(
            setup.send("GET", "/metrics", &headers, "").await.status,
            403,
            "{headers:?}"
        );
    }
    assert_eq!(setup.get("/healthz", "").await.body, "ok\n");
    assert_eq!(setup.get("/readyz", "").await.body, "ready\n");
}

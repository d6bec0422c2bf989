//! F: changes are made once and leave a trace.

use std::time::Duration;

use crate::support::{
    PROJECT, READ, Step, WRITE, start, until,
    upstream::{gated, json_answer},
};

fn id(text: &str) -> [(&str, &str); 1] {
    [("X-Anchorage-Operation-Id", text)]
}

#[tokio::test]
async fn f01_a_repeated_change_gets_the_first_ones_answer() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    setup.upstream.then(json_answer(200, "\"first\""));
    for _ in 0..3 {
        let reply = setup
            .change_with("POST", WRITE, &cookie, "{\"a\":1}", &id("op-1"))
            .await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "\"first\""));
    }
    assert_eq!(setup.upstream.calls().len(), 1);
    let other = setup
        .change_with("POST", WRITE, &cookie, "{\"a\":2}", &id("op-1"))
        .await;
    assert_eq!(
        (other.status, other.code()),
        (409, "Gateway.0025".to_owned())
    );
    assert_eq!(
        setup
            .change_with("POST", WRITE, &cookie, "{\"a\":1}", &id("op-2"))
            .await
            .status,
        200
    );
    let stranger = setup.sign_in().await;
    assert_eq!(
        setup
            .change_with("POST", WRITE, &stranger, "{\"a\":1}", &id("op-1"))
            .await
            .body,
        "{\"policies\":[]}"
    );
    assert_eq!(
        setup
            .change_with("POST", WRITE, &cookie, "{}", &id("a b"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn f01_two_at_once_are_one() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let (gate, steps) = gated(json_answer(200, "\"once\""));
    setup.upstream.then(steps);
    let (op1, op2) = (id("op-1"), id("op-1"));
    let open = async {
        until("the service is asked", || setup.upstream.calls().len() == 1).await;
        gate.notify_one();
    };
    let (a, b, ()) = tokio::join!(
        setup.change_with("POST", WRITE, &cookie, "{}", &op1),
        setup.change_with("POST", WRITE, &cookie, "{}", &op2),
        open,
    );
    assert_eq!((a.body.as_str(), b.body.as_str()), ("\"once\"", "\"once\""));
    assert_eq!(setup.upstream.calls().len(), 1);
}

#[tokio::test]
async fn f01_an_id_is_forgotten_after_ten_minutes() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    setup
        .change_with("POST", WRITE, &cookie, "{}", &id("op-1"))
        .await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(601)).await;
    tokio::time::resume();
    setup
        .change_with("POST", WRITE, &cookie, "{}", &id("op-1"))
        .await;
    assert_eq!(setup.upstream.calls().len(), 2);
}

#[tokio::test]
async fn f02_a_lost_answer_is_lost_for_the_repetition_too() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    setup.upstream.then(vec![Step::Reset]);
    for _ in 0..2 {
        let reply = setup
            .change_with("POST", WRITE, &cookie, "{}", &id("op-1"))
            .await;
        assert_eq!(
            (reply.status, reply.code()),
            (502, "Gateway.0017".to_owned())
        );
    }
    assert_eq!(setup.upstream.calls().len(), 1);
    let rows = setup
        .get(&format!("/audit/{PROJECT}"), &cookie)
        .await
        .json();
    assert_eq!(rows["entries"][0]["status"], 0, "nobody knows");
}

#[tokio::test]
async fn a_change_is_finished_and_noted_when_the_browser_has_gone() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let (gate, steps) = gated(json_answer(200, "\"done\""));
    setup.upstream.then(steps);
    let origin = setup.origin();
    let mut connection = setup.connect().await;
    let headers = [
        ("Cookie", cookie.as_str()),
        ("Origin", &origin),
        ("X-Anchorage", "1"),
        ("Content-Type", "application/json"),
    ];
    connection
        .send(setup.address, "POST", WRITE, &headers, "{}")
        .await;
    until("the service is asked", || setup.upstream.calls().len() == 1).await;
    drop(connection);
    gate.notify_one();
    loop {
        let rows = setup
            .get(&format!("/audit/{PROJECT}"), &cookie)
            .await
            .json();
        if rows["entries"][0]["status"] == 200 {
            assert_eq!(rows["entries"][0]["response"], "done");
            return;
        }
    }
}

#[tokio::test]
async fn the_audit_log_tells_who_did_what_and_why() {
    let setup = start().await;
    let cookie = setup.sign_in().await;
    let reason = [("X-Anchorage-Reason", "Quartals%C3%BCbung%0a2")];
    setup.upstream.then(json_answer(
        400,
        "{\"error_code\":\"CSBS.9007\",\"error_msg\":\"name\"}",
    ));
    setup
        .change_with(
            "POST",
            WRITE,
            &cookie,
            "{\"policy\":{\"name\":\"x\"}}",
            &reason,
        )
        .await;
    setup
        .change("DELETE", &format!("{WRITE}/17e2b861"), &cookie, "")
        .await;
    setup.get(READ, &cookie).await;
    let page = setup.get(&format!("/audit/{PROJECT}"), &cookie).await;
    let page: contract::session::AuditPage = serde_json::from_str(&page.body).unwrap();
    let [deleted, created] = page.entries.as_slice() else {
        panic!("{page:?}");
    };
    assert_eq!(
        (
            deleted.operation.as_str(),
            deleted.path.as_str(),
            deleted.status
        ),
        ("csbs.policies.delete", "/policies/17e2b861", 200)
    );
    assert_eq!(
        (created.operation.as_str(), created.status),
        ("csbs.policies.create", 400)
    );
    assert_eq!(created.reason, "Quartalsübung2");
    assert_eq!((created.user.as_str(), created.at), ("demo", 1_773_480_413));
    assert_eq!(created.request["policy"]["name"], "x");
    assert_eq!(created.response["error_code"], "CSBS.9007");
    assert_eq!(deleted.request, serde_json::Value::Null);

    let ask = async |query: &str| {
        setup
            .get(&format!("/audit/{PROJECT}?{query}"), &cookie)
            .await
    };
    let only = ask("operation=csbs.policies.create").await.json();
    assert_eq!(only["entries"].as_array().unwrap().len(), 1);
    let older = ask(&format!("before={}&limit=5", deleted.id)).await.json();
    assert_eq!(older["entries"][0]["id"], created.id);
    for query in ["limit=x", "before=x", "color=red"] {
        assert_eq!(ask(query).await.status, 400, "{query}");
    }
    assert_eq!(
        setup.get(&format!("/audit/{PROJECT}"), "").await.status,
        401
    );
}

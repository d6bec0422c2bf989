//! The gateway with the real sandbox behind it, over HTTP, as it runs.

use contract::session::SessionInfo;
use gateway::cloud::Cloud;
use sandbox::{Options, Running, Seed};

use crate::support::{self, Reply, Setup, Upstream, cookie_of};

async fn start() -> (Setup, Running) {
    let options = Options {
        seed: Seed::Empty,
        ..Options::default()
    };
    let running = sandbox::start(options).await.unwrap();
    let url = running.url();
    let made = |limits: &_, metrics| Cloud::sandbox(&url, limits, metrics).unwrap();
    (
        support::start_made(Upstream::start().await, made, |_| {}).await,
        running,
    )
}

async fn sign_in(setup: &Setup) -> (String, SessionInfo) {
    let body = "{\"domain\":\"sandbox\",\"user\":\"demo\",\"password\":\"demo\"}";
    let reply = setup.change("POST", "/session", "", body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    (
        cookie_of(&reply),
        serde_json::from_str(&reply.body).unwrap(),
    )
}

fn ok(reply: Reply) -> serde_json::Value {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

#[tokio::test]
async fn a_person_signs_in_and_every_service_answers() {
    let (setup, running) = start().await;
    let (cookie, info) = sign_in(&setup).await;
    assert!(info.cloud.sandbox);
    assert_eq!(info.region, "eu-de");
    let project = &info.project_id;
    for path in [
        "csbs/policies",
        "csbs/checkpoint_items",
        "csbs/quotas",
        "ecs/cloudservers/detail",
        "volumev3/volumes/detail",
    ] {
        ok(setup.get(&format!("/api/{project}/{path}"), &cookie).await);
    }
    running.shutdown().await.unwrap();
    let reply = setup
        .get(&format!("/api/{project}/csbs/policies"), &cookie)
        .await;
    assert_eq!(
        (reply.status, reply.code()),
        (502, "Gateway.0017".to_owned())
    );
    assert_eq!(setup.get("/session", &cookie).await.status, 200);
}

#[tokio::test]
async fn the_sandboxs_controls_answer_and_are_noted() {
    let (setup, _running) = start().await;
    let (cookie, info) = sign_in(&setup).await;
    let path = |tail: &str| format!("/api/{}/sandbox/{tail}", info.project_id);
    let before = ok(setup.get(&path("clock"), &cookie).await)["now"]
        .as_str()
        .unwrap()
        .to_owned();
    let after = ok(setup
        .change("POST", &path("clock"), &cookie, "{\"advance\":\"P30D\"}")
        .await);
    let moved = |text: &str| contract::time::Timestamp::parse(text).unwrap().seconds();
    assert!(moved(after["now"].as_str().unwrap()) - moved(&before) >= 30 * 86_400);
    assert_eq!(
        setup.get("/session", &cookie).await.status,
        200,
        "a jump ends no session"
    );

    let world = setup.get(&path("world"), &cookie).await;
    assert_eq!(world.status, 200);
    let back = setup
        .change("PUT", &path("world"), &cookie, &world.body)
        .await;
    assert_eq!(back.status / 100, 2, "{back:?}");
    let cleared = setup.change("DELETE", &path("faults"), &cookie, "").await;
    assert_eq!(cleared.status / 100, 2, "{cleared:?}");

    let rows = ok(setup
        .get(&format!("/audit/{}", info.project_id), &cookie)
        .await);
    let operations: Vec<_> = rows["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["operation"].clone())
        .collect();
    assert_eq!(
        operations,
        [
            "sandbox.faults.clear",
            "sandbox.world.import",
            "sandbox.clock.set"
        ]
    );
}

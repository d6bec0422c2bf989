//! The gateway with the real sandbox behind it, over HTTP, as it runs.

use contract::{operations::Service, session::SessionInfo, time::Timestamp};
use gateway::{clock::Clock, cloud::Cloud};
use sandbox::{Options, Running, Seed};
use serde_json::json;

use crate::support::{self, Reply, Setup, Upstream, cookie_of};

async fn start() -> (Setup, Running) {
    start_with(Seed::Empty).await
}

/// On the sandbox's own clock, which signatures are dated by.
async fn start_with(seed: Seed) -> (Setup, Running) {
    let options = Options {
        seed,
        ..Options::default()
    };
    let running = sandbox::start(options).await.unwrap();
    let url = running.url();
    let made = |limits: &_, metrics| Cloud::sandbox(&url, limits, metrics).unwrap();
    let world = running.sandbox.clone();
    let clock = Clock::new(move || Timestamp::from_micros(world.clock.real_now()));
    (
        support::start_clocked(Upstream::start().await, made, clock, |_| {}).await,
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
    for service in [Service::Csbs, Service::Cbr, Service::Compute] {
        assert!(
            info.services.iter().any(|word| word == service.word()),
            "{:?}",
            info.services
        );
    }
    let project = &info.project_id;
    for path in [
        "csbs/policies",
        "csbs/checkpoint_items",
        "csbs/quotas",
        "csbs/operation_logs",
        "ecs/cloudservers/detail",
        "volumev3/volumes/detail",
        // The endpoint of images is a root: version and project are part of the operation.
        "image/v2/cloudimages",
        "image/v2/images",
        "image/v1/cloudimages/quota",
    ] {
        ok(setup.get(&format!("/api/{project}/{path}"), &cookie).await);
    }
    let path = format!("/api/{project}/image/v1/cloudimages/wholeimages/action");
    let body = "{\"name\":\"golden\",\"backup_id\":\"none\"}";
    let refused = setup.change("POST", &path, &cookie, body).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(refused.json()["error"]["code"], "IMG.0020");
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

/// The first screen asks about the last days before any answer of a service has come.
#[tokio::test]
async fn the_services_clock_is_known_with_the_session() {
    let (setup, running) = start().await;
    running
        .sandbox
        .reset(Seed::Empty, Timestamp::parse("2031-02-03T04:05:06Z"))
        .unwrap();
    let body = "{\"domain\":\"sandbox\",\"user\":\"demo\",\"password\":\"demo\"}";
    let entered = setup.change("POST", "/session", "", body).await;
    let shown = setup.get("/session", &cookie_of(&entered)).await;
    for reply in [entered, shown] {
        let date = reply.header("x-service-date").unwrap_or_default();
        assert!(date.starts_with("Mon, 03 Feb 2031 04:"), "{reply:?}");
    }
}

/// Images have no project in their service's address; one of their paths names it again.
#[tokio::test]
async fn an_image_is_made_from_a_backup_with_a_token_and_with_a_signature() {
    let (setup, running) = start_with(Seed::Demo).await;
    let line: serde_json::Value = serde_json::from_str(&running.start_line()).unwrap();
    let (password, info) = sign_in(&setup).await;
    let keys = json!({"access_key": line["sandbox"]["access_key"], "secret_key": line["sandbox"]["secret_key"]});
    let signed = setup
        .change("POST", "/session", "", &keys.to_string())
        .await;
    assert_eq!(signed.status, 200, "{signed:?}");
    let api = |path: &str| format!("/api/{}/{path}", info.project_id);
    let backups = setup
        .get(
            &api("csbs/checkpoint_items?status=available&limit=2"),
            &password,
        )
        .await;
    let backups = ok(backups);
    for (at, cookie) in [(0, password), (1, cookie_of(&signed))] {
        let body = json!({
            "name": format!("golden-{at}"), "whole_image_type": "CSBS",
            "backup_id": backups["checkpoint_items"][at]["id"],
        });
        let path = api("image/v1/cloudimages/wholeimages/action");
        let made = setup
            .change("POST", &path, &cookie, &body.to_string())
            .await;
        let job = ok(made)["job_id"].as_str().unwrap().to_owned();
        let path = api(&format!("image/v1/{}/jobs/{job}", info.project_id));
        assert_eq!(ok(setup.get(&path, &cookie).await)["job_id"], job.as_str());
        let images = ok(setup.get(&api("image/v2/cloudimages"), &cookie).await);
        let names: Vec<_> = images["images"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| &i["name"])
            .collect();
        assert!(names.contains(&&json!(format!("golden-{at}"))), "{images}");
        ok(setup.get(&api("image/v1/cloudimages/quota"), &cookie).await);
        // The other project's job is not asked for, whatever the path says.
        let path = api(&format!(
            "image/v1/1605767a1b80d5ee2fb4c00950e4ae22/jobs/{job}"
        ));
        assert_eq!(setup.get(&path, &cookie).await.status, 404);
    }
}

/// Vaults, and what belongs to the account one level above them.
#[tokio::test]
async fn vaults_are_reached_with_a_token_and_with_a_signature() {
    let (setup, running) = start_with(Seed::Empty).await;
    let line: serde_json::Value = serde_json::from_str(&running.start_line()).unwrap();
    let (password, info) = sign_in(&setup).await;
    let keys = json!({"access_key": line["sandbox"]["access_key"], "secret_key": line["sandbox"]["secret_key"]});
    let signed = setup
        .change("POST", "/session", "", &keys.to_string())
        .await;
    assert_eq!(signed.status, 200, "{signed:?}");
    let api = |path: &str| format!("/api/{}/{path}", info.project_id);
    for (name, cookie) in [("by-token", password), ("by-signature", cookie_of(&signed))] {
        let body = json!({"vault": {
            "name": name, "resources": [], "description": "blanks and é",
            "billing": {"object_type": "server", "protect_type": "backup", "size": 100,
                "consistent_level": "crash_consistent"},
        }});
        let made = setup
            .change("POST", &api("cbr/vaults"), &cookie, &body.to_string())
            .await;
        let id = ok(made)["vault"]["id"].as_str().unwrap().to_owned();
        let listed = setup
            .get(&api(&format!("cbr/vaults?name={name}&limit=5")), &cookie)
            .await;
        assert_eq!(ok(listed)["vaults"][0]["id"], id.as_str());
        let tag = json!({"tag": {"key": "cost-centre", "value": "a-b"}});
        let tags = api(&format!("cbr/vault/{id}/tags"));
        let tagged = setup.change("POST", &tags, &cookie, &tag.to_string()).await;
        assert_eq!(tagged.status / 100, 2, "{tagged:?}");
        let untagged = setup
            .change("DELETE", &format!("{tags}/cost-centre"), &cookie, "")
            .await;
        assert_eq!(untagged.status / 100, 2, "{untagged:?}");
        for path in [
            "cbr/policies",
            "cbr/operation-logs",
            "cbr/vaults/summary",
            "cbr-account/region-projects",
        ] {
            ok(setup.get(&api(path), &cookie).await);
        }
        let gone = setup
            .change("DELETE", &api(&format!("cbr/vaults/{id}")), &cookie, "")
            .await;
        assert_eq!(gone.status / 100, 2, "{gone:?}");
        let missing = setup.get(&api("cbr/vaults/none"), &cookie).await;
        assert!(missing.code().starts_with("BackupService."), "{missing:?}");
    }
}

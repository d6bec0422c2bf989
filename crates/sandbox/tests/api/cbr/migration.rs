//! Taking over what a project has in the older service.

use hyper::Method;
use sandbox::Seed;
use serde_json::{Value, json};

use super::{Vaults, text};
use crate::csbs::{Company, DAILY, policy};

const START: &str = "/v3/migrates";

fn request(reservation: f64) -> Value {
    json!({"all_regions": false, "reservation": reservation})
}

#[tokio::test]
async fn policies_servers_and_backups_become_vaults() {
    let world = Vaults::of(Company::with(Seed::Empty).await).await;
    crate::fixture::plant(&world.0.world).await;
    world
        .meddle(
            "UPDATE volumes SET multiattach = 0, scsi = 0 WHERE name = 'shared' AND id <> ?1",
            "",
        )
        .await;
    let web = crate::fixture::WEB;
    let made = world
        .0
        .ok(
            Method::POST,
            "/v1/{p}/policies",
            policy(
                "nightly",
                DAILY,
                &[web],
                json!({"max_backups": 5, "permanent": false}),
            ),
        )
        .await;
    assert!(made["policy"]["id"].is_string());
    world.0.advance("P3D").await;
    let loose = world.0.protect(crate::fixture::DB, json!({})).await;
    assert_eq!(
        world.0.refused(Method::POST, START, request(0.2)).await.0,
        "500 BackupService.4006"
    );
    world.0.advance("P1D").await;
    assert_eq!(
        world.0.refused(Method::GET, START, Value::Null).await.0,
        "404 BackupService.4001"
    );
    assert_eq!(
        world.0.refused(Method::POST, START, request(1.5)).await.0,
        "400 BackupService.9900"
    );
    let before = world.0.count("").await;
    assert_eq!(
        world.0.ok(Method::POST, START, request(0.2)).await,
        json!({"eu-de": "running"})
    );
    let status = world.0.get(START).await;
    assert_eq!(
        (&status["status"], &status["project_status"][0]["status"]),
        (&json!("migrating"), &json!("migrating"))
    );
    world.0.advance("PT1H").await;
    assert_eq!(world.0.get(START).await["status"], "success");
    assert_eq!(world.0.count("").await, 0);
    assert_eq!(world.0.get("/v1/{p}/policies").await["policies"], json!([]));
    assert_eq!(world.count("").await, before);
    let vaults = world.get("/vaults").await["vaults"].clone();
    assert_eq!(vaults.as_array().unwrap().len(), 2);
    for vault in vaults.as_array().unwrap() {
        let used = vault["billing"]["used"].as_i64().unwrap();
        let expected = contract::cbr::rules::migrated_size_gb(used, 0.2);
        assert_eq!(vault["billing"]["size"], expected, "{vault}");
    }
    let named = |name: &str| {
        vaults
            .as_array()
            .unwrap()
            .iter()
            .find(|vault| vault["name"] == name)
            .unwrap()
    };
    assert_eq!(named("nightly")["resources"][0]["id"], json!(web));
    assert_eq!(named("default")["resources"], json!([]));
    let moved = world.backup(&text(&loose["id"])).await;
    assert_eq!(moved["vault_id"], named("default")["id"]);
    let policy = world.get("/policies").await["policies"][0].clone();
    assert_eq!(policy["trigger"]["properties"]["pattern"], json!([DAILY]));
    assert_eq!(policy["operation_definition"], json!({"max_backups": 5}));
    assert_eq!(
        policy["associated_vaults"][0]["vault_id"],
        named("nightly")["id"]
    );
    // It goes on where the older service stopped.
    world.0.advance("P10D").await;
    assert_eq!(
        world
            .count(&format!(
                "vault_id={}&status=available",
                text(&named("nightly")["id"])
            ))
            .await,
        5
    );
    // Once is enough.
    world.0.ok(Method::POST, START, request(0.2)).await;
    assert_eq!(world.0.get(START).await["status"], "success");
}

#[tokio::test]
async fn a_conversion_that_fails_says_why_and_can_be_begun_again() {
    let world = Vaults::of(Company::with(Seed::Empty).await).await;
    world.0.arm(json!({"operation": "cbr-account.migration.start", "job": "fail", "code": "BackupService.4005"})).await;
    world.0.ok(Method::POST, START, request(0.0)).await;
    world.0.advance("PT1H").await;
    let status = world.0.get(START).await;
    assert_eq!(
        (&status["status"], &status["project_status"][0]["fail_code"]),
        (&json!("failed"), &json!(4005))
    );
    world.0.ok(Method::POST, START, request(0.0)).await;
    world.0.advance("PT1H").await;
    let status = world.0.get(START).await;
    assert_eq!(status["status"], "success");
    assert_eq!(status["project_status"][0].get("fail_code"), None);
    assert_eq!(
        world.get("/vaults").await["count"],
        0,
        "there was nothing to take over"
    );
}

#[tokio::test]
async fn an_image_without_a_tag_comes_along_and_an_age_goes_on() {
    let world = Vaults::of(Company::with(Seed::Empty).await).await;
    crate::fixture::plant(&world.0.world).await;
    world
        .meddle(
            "UPDATE volumes SET multiattach = 0, scsi = 0 WHERE name = 'shared' AND id <> ?1",
            "",
        )
        .await;
    let keep = json!({"retention_duration_days": 3, "permanent": false});
    world
        .0
        .ok(
            Method::POST,
            "/v1/{p}/policies",
            policy("nightly", DAILY, &[crate::fixture::WEB], keep),
        )
        .await;
    let (plain, tagged) = (
        world.0.backup(crate::fixture::WEB).await,
        world.0.backup(crate::fixture::WEB).await,
    );
    world.0.advance("P1D").await;
    for (backup, tags) in [
        (&plain, json!([])),
        (&tagged, json!([{"key": "env", "value": "prod"}])),
    ] {
        let body = json!({"name": text(&backup["id"]), "backup_id": backup["id"], "whole_image_type": "CSBS",
            "image_tags": tags});
        world
            .0
            .ok(Method::POST, "/v1/cloudimages/wholeimages/action", body)
            .await;
    }
    assert_eq!(
        world.0.refused(Method::POST, START, request(0.2)).await.0,
        "500 BackupService.4006",
        "an image is being made"
    );
    world.0.advance("PT6H").await;
    world.0.ok(Method::POST, START, request(0.2)).await;
    world.0.advance("PT6M").await;
    assert_eq!(world.0.get(START).await["status"], "success");

    let left = world.0.get("/v1/{p}/checkpoint_items").await;
    assert_eq!(left["checkpoint_items"].as_array().unwrap().len(), 1);
    assert_eq!(left["checkpoint_items"][0]["id"], tagged["id"]);
    let id = text(&plain["id"]);
    let moved = world.backup(&id).await;
    let image = text(&moved["extend_info"]["os_images_data"][0]["image_id"]);
    assert_eq!(moved["expired_at"], Value::Null, "made by hand");
    let path = format!("/backups/{id}");
    assert_eq!(
        world.refused(Method::DELETE, &path, Value::Null).await,
        "400 6204"
    );
    // It goes when its image has gone.
    let path = format!("/v2/images/{image}");
    world.0.call(Method::DELETE, &path, Value::Null).await;
    world.delete(&format!("/backups/{id}")).await;

    let all = world.get("/backups?resource_name=web01").await["backups"].clone();
    let automatic = |backup: &&Value| backup["extend_info"]["auto_trigger"] == true;
    let nightly = all.as_array().unwrap().iter().find(automatic).unwrap();
    let at = |member: &str| {
        contract::time::Timestamp::parse(nightly[member].as_str().unwrap())
            .unwrap()
            .seconds()
    };
    assert_eq!(at("expired_at") - at("created_at"), 3 * 86_400);
}

//! Images from backups in vaults (compute-and-volumes 6; codes BackupService.6204, 6207 to 6214).

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Vaults, text};

const MAKE: &str = "/v1/cloudimages/wholeimages/action";

impl Vaults {
    /// Begins an image; says its job.
    async fn image(&self, body: Value) -> String {
        text(&self.0.ok(Method::POST, MAKE, body).await["job_id"])
    }

    async fn image_job(&self, id: &str) -> Value {
        self.0.get(&format!("/v1/{{p}}/jobs/{id}")).await
    }

    /// Status, the image service's code and the number of the backup service's.
    async fn no_image(&self, body: Value) -> String {
        let answer = self.0.call(Method::POST, MAKE, body).await;
        let said = answer.json();
        assert!(!text(&said["error"]["message"]).is_empty(), "{answer:?}");
        let cause = said["error_code"].as_str().unwrap_or_default();
        let cause = cause.replace("BackupService.", "");
        let code = text(&said["error"]["code"]);
        format!("{} {code} {cause}", answer.status.as_u16())
            .trim_end()
            .to_owned()
    }
}

fn of(backup: &str, name: &str) -> Value {
    json!({"name": name, "backup_id": backup, "whole_image_type": "CBR"})
}

#[tokio::test]
async fn a_backup_in_a_vault_becomes_an_image_and_stays_as_long_as_it() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 2_000, &["web01"]).await;
    let backup = world.backed_up(&vault).await.remove(0);
    let job = world.image(of(&backup, "golden")).await;
    assert_eq!(world.image_job(&job).await["status"], "INIT");
    assert_eq!(
        world.no_image(of(&backup, "two")).await,
        "500 IMG.0134 6211"
    );
    world.0.advance("PT6H").await;
    let done = world.image_job(&job).await;
    assert_eq!(done["status"], "SUCCESS", "{done}");
    assert_eq!(done["job_type"], "imsCreateWholeImageByBackupJob");
    let image = text(&done["entities"]["image_id"]);
    let shown = world.backup(&backup).await;
    assert_eq!(
        shown["extend_info"]["os_images_data"],
        json!([{"image_id": image}])
    );
    assert_eq!(
        world.no_image(of(&backup, "two")).await,
        "500 IMG.0134 6210"
    );

    let path = format!("/backups/{backup}");
    assert_eq!(
        world.refused(Method::DELETE, &path, Value::Null).await,
        "400 6204"
    );
    let vault_path = format!("/vaults/{vault}");
    assert_eq!(
        world
            .refused(Method::DELETE, &vault_path, Value::Null)
            .await,
        "400 6204"
    );
    let listed = world.0.get("/v2/cloudimages?__whole_image=true").await;
    assert_eq!(listed["images"][0]["__backup_id"], json!(backup));

    let gone = world
        .0
        .call(Method::DELETE, &format!("/v2/images/{image}"), Value::Null)
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    world.delete(&path).await;
}

#[tokio::test]
async fn an_image_takes_its_backup_along_when_told_to() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 2_000, &["web01"]).await;
    let backup = world.backed_up(&vault).await.remove(0);
    let job = world.image(of(&backup, "golden")).await;
    world.0.advance("PT6H").await;
    let image = text(&world.image_job(&job).await["entities"]["image_id"]);
    let answer = world
        .0
        .call(
            Method::DELETE,
            &format!("/v2/images/{image}"),
            json!({"delete_backup": true}),
        )
        .await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(world.backup(&backup).await["status"], "deleting");
    world.0.advance("PT6H").await;
    let path = format!("/backups/{backup}");
    assert_eq!(
        world.refused(Method::GET, &path, Value::Null).await,
        "404 6200"
    );
}

#[tokio::test]
async fn what_cannot_become_an_image_is_refused_with_its_code() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 2_000, &["web01"]).await;
    let backup = world.backed_up(&vault).await.remove(0);
    // A backup of a server by another word, and of a vault by another.
    let as_server = json!({"name": "x", "backup_id": backup});
    assert_eq!(world.no_image(as_server).await, "400 IMG.0198");
    assert_eq!(world.no_image(of("none", "x")).await, "400 IMG.0020");
    let child = text(&world.backup(&backup).await["children"][0]["id"]);
    assert_eq!(world.no_image(of(&child, "x")).await, "400 IMG.0020");

    world.run(&vault, json!({})).await;
    let made = world
        .ids("/backups?status=protecting", "backups")
        .await
        .remove(0);
    assert_eq!(world.no_image(of(&made, "x")).await, "500 IMG.0132 6208");
    world.0.advance("PT12H").await;

    const FAILED: &str = "UPDATE cbr_backups SET status = 'error' WHERE id = ?1";
    const VOLUME: &str = "UPDATE cbr_backups SET status = 'available', resource_kind = 'OS::Cinder::Volume' WHERE id = ?1";
    const SERVER: &str = "UPDATE cbr_backups SET resource_kind = 'OS::Nova::Server' WHERE id = ?1";
    const NO_SYSTEM: &str = "UPDATE cbr_disks SET system = 0 WHERE backup = (SELECT seq FROM cbr_backups WHERE id = ?1)";
    for (change, expected) in [
        (FAILED, "500 IMG.0032 6208"),
        (VOLUME, "500 IMG.0032 6207"),
        (SERVER, ""),
        (NO_SYSTEM, "500 IMG.0032 6209"),
    ] {
        world.meddle(change, &backup).await;
        if !expected.is_empty() {
            assert_eq!(world.no_image(of(&backup, "x")).await, expected, "{change}");
        }
    }
}

#[tokio::test]
async fn an_image_that_fails_leaves_its_backup_free() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 2_000, &["web01"]).await;
    let backup = world.backed_up(&vault).await.remove(0);
    for code in [
        "BackupService.6212",
        "BackupService.6213",
        "BackupService.6214",
    ] {
        world
            .0
            .arm(json!({"operation": "image.whole_images.create", "job": "fail", "code": code}))
            .await;
        let job = world.image(of(&backup, "golden")).await;
        world.0.advance("PT6H").await;
        let failed = world.image_job(&job).await;
        assert_eq!(
            (&failed["status"], &failed["error_code"]),
            (&json!("FAIL"), &json!(code))
        );
        assert!(!text(&failed["fail_reason"]).is_empty());
    }
    world.delete(&format!("/backups/{backup}")).await;
}

#[tokio::test]
async fn a_server_is_backed_up_into_its_vault_and_becomes_an_image() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 2_000, &["web01"]).await;
    let (web01, web02) = (world.0.server("web01").await, world.0.server("web02").await);
    let wish = |server: &str| json!({"name": "straight", "instance_id": server, "whole_image_type": "CBR", "vault_id": vault});
    let mut without = wish(&web01);
    without["vault_id"] = Value::Null;
    assert_eq!(world.no_image(without).await, "400 IMG.0003");
    // One that is not in the vault is not backed up into it.
    let outside = world.no_image(wish(&web02)).await;
    assert!(outside.contains(" IMG.0032 "), "{outside}");
    let job = world.image(wish(&web01)).await;
    assert_eq!(world.count("status=protecting").await, 1);
    world.0.advance("PT12H").await;
    let done = world.image_job(&job).await;
    assert_eq!(done["status"], "SUCCESS", "{done}");
    assert_eq!(done["job_type"], "imsCreateWholeImageByInstanceJob");
    let backup = world.ids("/backups", "backups").await.remove(0);
    let shown = world.backup(&backup).await;
    assert_eq!(
        shown["extend_info"]["os_images_data"],
        json!([{"image_id": done["entities"]["image_id"]}])
    );
}

/// A receiver's image is its own affair, but the owner's backup stays for it.
#[tokio::test]
async fn a_shared_backup_becomes_an_image_of_the_receiver() {
    let world = Vaults::open().await;
    let partner = world.0.world.sign_in("demo2", "demo-project-2").await;
    let vault = world.vault("servers", 2_000, &["web01"]).await;
    let backup = world.backed_up(&vault).await.remove(0);
    world
        .post(
            &format!("/backups/{backup}/members"),
            json!({"members": [partner.project_id]}),
        )
        .await;
    let headers = [
        ("x-auth-token", partner.token.as_str()),
        ("content-type", "application/json"),
    ];
    let answer = world
        .0
        .world
        .send(
            Method::POST,
            MAKE,
            &headers,
            of(&backup, "theirs").to_string(),
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    world.0.advance("PT6H").await;
    let member = world
        .get(&format!("/backups/{backup}/members/{}", partner.project_id))
        .await["member"]
        .clone();
    assert!(!text(&member["image_id"]).is_empty(), "{member}");
    // The owner has made none.
    assert_eq!(
        world.backup(&backup).await["extend_info"]["os_images_data"],
        json!([])
    );
    let path = format!("/backups/{backup}");
    assert_eq!(
        world.refused(Method::DELETE, &path, Value::Null).await,
        "400 6710"
    );
}

//! The image service: whole images from backups, their jobs, and what they do to the backups.

use hyper::{Method, StatusCode};
use sandbox::Seed;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::csbs::{Company, P};

const MAKE: &str = "/v1/cloudimages/wholeimages/action";

impl Company {
    async fn make_image(&self, body: Value) -> Answer {
        self.call(Method::POST, MAKE, body).await
    }

    /// Status, image code and the backup service's code of a refusal.
    async fn not_made(&self, body: Value) -> (u16, String, String) {
        let answer = self.make_image(body).await;
        let json = answer.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        assert!(!text(&json["error"]["message"]).is_empty(), "{answer:?}");
        (
            answer.status.as_u16(),
            text(&json["error"]["code"]),
            text(&json["error_code"]),
        )
    }

    async fn job(&self, job_id: &str) -> Value {
        self.get(&format!("/v1/{{p}}/jobs/{job_id}")).await
    }
}

#[tokio::test]
async fn a_backup_becomes_an_image_and_stays_as_long_as_the_image_does() {
    let company = Company::open().await;
    let server = company.server("web01").await;
    let item = company.backup(&server).await;
    let id = item["id"].as_str().unwrap();
    let body = json!({"name": "web01 golden", "backup_id": id, "whole_image_type": "CSBS",
        "description": "before the upgrade", "image_tags": [{"key": "env", "value": "prod"}]});
    let job = company.ok(Method::POST, MAKE, body.clone()).await["job_id"].clone();
    let job = job.as_str().unwrap();
    assert_eq!(job.len(), 32);
    assert_eq!(company.job(job).await["status"], "INIT");
    assert_eq!(
        company.get("/v2/cloudimages").await["images"][0]["status"],
        "queued"
    );

    company.advance("PT30S").await;
    let running = company.job(job).await;
    assert_eq!(running["status"], "RUNNING");
    assert_eq!(running["entities"].get("image_id"), None);
    assert_eq!(running["end_time"], Value::Null);
    assert!(running["entities"]["process_percent"].as_i64() > Some(0));
    // Nothing was made from it yet, but it is spoken for.
    assert_eq!(
        company.item(id).await["extend_info"]["os_images_data"],
        json!([])
    );
    assert_eq!(
        company.delete(&item).await.json()["error_code"],
        "CSBS.8007"
    );
    let again = json!({"name": "another", "backup_id": id});
    assert_eq!(company.not_made(again.clone()).await.1, "IMG.0134");

    company.advance("P1D").await;
    let done = company.job(job).await;
    assert_eq!(done["status"], "SUCCESS");
    assert_eq!(done["job_type"], "imsCreateWholeImageByBackupJob");
    assert_eq!(done["error_code"], Value::Null);
    assert!(done["end_time"].as_str().unwrap().ends_with('Z'));
    assert_eq!(done["end_time"].as_str().unwrap().len(), 24);
    assert_eq!(done["entities"]["image_name"], "web01 golden");
    let image_id = done["entities"]["image_id"].as_str().unwrap();
    assert_eq!(
        company.item(id).await["extend_info"]["os_images_data"],
        json!([{"image_id": image_id}])
    );
    let image = company.get(&format!("/v2/images/{image_id}")).await;
    for (member, value) in [
        ("status", json!("active")),
        ("__whole_image", json!("true")),
        ("__backup_id", json!(id)),
        ("__imagetype", json!("private")),
        ("__description", json!("before the upgrade")),
        ("__os_type", json!("Linux")),
        (
            "min_disk",
            item["extend_info"]["volume_backups"][0]["source_volume_size"].clone(),
        ),
        ("tags", json!(["env.prod"])),
    ] {
        assert_eq!(image[member], value, "{member}");
    }
    assert_eq!(
        company.delete(&item).await.json()["error_code"],
        "CSBS.8007"
    );
    assert_eq!(
        company.not_made(again).await,
        (400, "IMG.0134".to_owned(), String::new())
    );

    let path = format!("/v2/images/{image_id}");
    let gone = company.call(Method::DELETE, &path, Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let none = company.call(Method::GET, &path, Value::Null).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert_eq!(company.job(job).await["status"], "SUCCESS");
    assert_eq!(company.delete(&item).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_image_may_take_its_backup_along() {
    let company = Company::open().await;
    let server = company.server("web01").await;
    let item = company.backup(&server).await;
    let id = item["id"].as_str().unwrap();
    company
        .ok(Method::POST, MAKE, json!({"name": "x", "backup_id": id}))
        .await;
    company.advance("P1D").await;
    let image = company.item(id).await["extend_info"]["os_images_data"][0]["image_id"].clone();
    let path = format!("/v2/images/{}", image.as_str().unwrap());
    let body = json!({"delete_backup": true});
    assert_eq!(
        company.call(Method::DELETE, &path, body).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(company.item(id).await["status"], "deleting");
}

#[tokio::test]
async fn a_failed_or_deleted_job_frees_the_backup() {
    let company = Company::open().await;
    let server = company.server("web01").await;
    let item = company.backup(&server).await;
    let id = item["id"].as_str().unwrap();
    company
        .arm(json!({"operation": "image.whole_images.create", "job": "fail", "code": "CSBS.9998"}))
        .await;
    let body = json!({"name": "x", "backup_id": id});
    let job = company.ok(Method::POST, MAKE, body.clone()).await["job_id"].clone();
    company.advance("P1D").await;
    let failed = company.job(job.as_str().unwrap()).await;
    assert_eq!(failed["status"], "FAIL");
    assert_eq!(failed["error_code"], "CSBS.9998");
    assert!(!failed["fail_reason"].as_str().unwrap().is_empty());
    let images = company.get("/v2/cloudimages").await;
    assert_eq!(images["images"][0]["status"], "killed");

    // The same name again: a dead image does not keep it.
    let job = company.ok(Method::POST, MAKE, body).await["job_id"].clone();
    let saving = company.get("/v2/cloudimages?status=queued").await;
    let path = format!("/v2/images/{}", saving["images"][0]["id"].as_str().unwrap());
    company.call(Method::DELETE, &path, Value::Null).await;
    assert_eq!(company.job(job.as_str().unwrap()).await["status"], "FAIL");
    company.advance("P1D").await;
    assert_eq!(company.delete(&item).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_cannot_become_an_image_is_refused_with_its_reason() {
    let company = Company::open().await;
    let server = company.server("web01").await;
    let item = company.backup(&server).await;
    let id = item["id"].as_str().unwrap();
    let refused = async |change: Value| {
        let mut body = json!({"name": "x", "backup_id": id});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let (status, code, cause) = company.not_made(body).await;
        format!("{status} {code} {cause}").trim_end().to_owned()
    };
    assert_eq!(refused(json!({"name": ""})).await, "400 IMG.0013");
    assert_eq!(
        refused(json!({"name": "x".repeat(129)})).await,
        "400 IMG.0002"
    );
    assert_eq!(refused(json!({"name": "a/b"})).await, "400 IMG.0003");
    assert_eq!(refused(json!({"name": 7})).await, "400 IMG.0003");
    assert_eq!(refused(json!({"description": "<b>"})).await, "400 IMG.0004");
    assert_eq!(refused(json!({"backup_id": null})).await, "400 IMG.0019");
    assert_eq!(refused(json!({"backup_id": "none"})).await, "400 IMG.0020");
    assert_eq!(
        refused(json!({"whole_image_type": "CBR"})).await,
        "400 IMG.0198"
    );
    assert_eq!(
        refused(json!({"whole_image_type": "VBS"})).await,
        "400 IMG.0198"
    );

    company
        .ok(
            Method::POST,
            MAKE,
            json!({"name": "x", "backup_id": company.backup(&server).await["id"]}),
        )
        .await;
    assert_eq!(refused(json!({})).await, "400 IMG.0009");

    let busy = company.protect(&server, json!({})).await;
    assert_eq!(
        refused(json!({"name": "y", "backup_id": busy["id"]})).await,
        "400 IMG.0132 CSBS.9008"
    );
    company.delete(&item).await;
    assert_eq!(
        refused(json!({"name": "y"})).await,
        "500 IMG.0032 CSBS.8001"
    );
    company.sql(
        "UPDATE backups SET status = 'available' WHERE status = 'protecting';
         UPDATE sources SET volumes = replace(volumes, 'true', 'false');",
    );
    assert_eq!(
        refused(json!({"name": "y", "backup_id": busy["id"]})).await,
        "500 IMG.0032 CSBS.8009"
    );
}

#[tokio::test]
async fn images_are_listed_filtered_and_paged_in_both_forms() {
    let company = Company::with(Seed::Demo).await;
    // The company made one of its past.
    let images = company
        .get("/v2/cloudimages?__whole_image=true&__imagetype=private")
        .await;
    let images = images["images"].as_array().unwrap().clone();
    assert_eq!(images.len(), 1);
    assert_eq!(images[0]["name"], "web01 golden");
    assert_eq!(images[0]["status"], "active");
    let server = company.server("web02").await;
    let item = company.backup(&server).await;
    company
        .ok(
            Method::POST,
            MAKE,
            json!({"name": "second", "backup_id": item["id"]}),
        )
        .await;

    let page = company.get("/v2/images?limit=1").await;
    assert_eq!(page["images"][0]["name"], "second");
    let next = page["next"].as_str().unwrap();
    let page = company.get(next).await;
    assert_eq!(page["images"][0]["name"], "web01 golden");
    assert_eq!(page.get("next"), None);
    assert_eq!(page["first"], "/v2/images");
    let named = company
        .get("/v2/images?name=second&sort_key=name&sort_dir=asc")
        .await;
    assert_eq!(named["images"].as_array().unwrap().len(), 1);
    let marker = company
        .call(Method::GET, "/v2/images?marker=none", Value::Null)
        .await;
    assert_eq!(marker.status, StatusCode::BAD_REQUEST);
    assert_eq!(marker.json()["error"]["code"], "IMG.0003");
    let quota = company.get("/v1/cloudimages/quota").await;
    assert_eq!(quota["quotas"]["resources"][0]["used"], 2);

    // Nobody else sees them.
    let other = company.world.sign_in("demo2", "demo-project-2").await;
    let theirs = company.world.get_as(&other, "/v2/images").await.json();
    assert_eq!(theirs["images"], json!([]));
    let anonymous = company.world.get("/v2/images", &[]).await;
    assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_world_from_before_images_gets_one_for_each_backup_that_names_one() {
    let company = Company::open().await;
    let server = company.server("web01").await;
    let item = company.backup(&server).await;
    let image = "ea0d5dce-ddb2-4f6f-83e3-55da065347fd";
    let id = item["id"].as_str().unwrap();
    company.sql(&format!(
        "UPDATE backups SET image_id = '{image}' WHERE id = '{id}'"
    ));
    let mut world = company.get("/sandbox/world").await;
    world["tables"].as_object_mut().unwrap().remove("images");
    let headers = [("content-type", "application/json")];
    let answer = company
        .world
        .send(Method::PUT, "/sandbox/world", &headers, world.to_string())
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let shown = company.get(&format!("/v2/images/{image}")).await;
    assert_eq!(shown["__backup_id"], item["id"]);
    let path = format!(
        "/v1/{{p}}/providers/{P}/checkpoints/{}",
        item["checkpoint_id"].as_str().unwrap()
    );
    assert_eq!(
        company.refused(Method::DELETE, &path, Value::Null).await.0,
        "400 CSBS.8007"
    );
}

/// An image straight from a server: the service backs it up first.
#[tokio::test]
async fn a_server_is_backed_up_and_becomes_an_image() {
    let company = Company::open().await;
    let server = company.server("web01").await;
    let body = json!({"name": "straight", "instance_id": server});
    let job = company.ok(Method::POST, MAKE, body.clone()).await["job_id"].clone();
    let items = company
        .get(&format!("/v1/{{p}}/checkpoint_items?resource_id={server}"))
        .await;
    let item = items["checkpoint_items"][0].clone();
    assert_eq!(item["status"], "protecting");
    // It is busy already, and its backup service says so.
    assert_eq!(
        company
            .not_made(json!({"name": "again", "instance_id": server}))
            .await,
        (400, "IMG.0032".to_owned(), "CSBS.6005".to_owned())
    );
    company.advance("P1D").await;
    let done = company.job(job.as_str().unwrap()).await;
    assert_eq!(done["status"], "SUCCESS");
    assert_eq!(done["job_type"], "imsCreateWholeImageByInstanceJob");
    let item = company.item(item["id"].as_str().unwrap()).await;
    assert_eq!(item["status"], "available");
    assert_eq!(
        item["extend_info"]["os_images_data"][0]["image_id"],
        done["entities"]["image_id"]
    );

    // When the backup fails there is no image either.
    company
        .arm(json!({"operation": "csbs.servers.protect", "job": "fail", "code": "CSBS.9998"}))
        .await;
    let body = json!({"name": "in vain", "instance_id": server});
    let job = company.ok(Method::POST, MAKE, body).await["job_id"].clone();
    company.advance("P1D").await;
    let failed = company.job(job.as_str().unwrap()).await;
    assert_eq!(
        (&failed["status"], &failed["error_code"]),
        (&json!("FAIL"), &json!("IMG.0032"))
    );
}

//! `POST /v2/cloudimages/action`: an image of a server's system disk, and who gets none
//! (compute-and-volumes section 1, operation 24).

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::csbs::Company;

const MAKE: &str = "/v2/cloudimages/action";

async fn job(company: &Company, begun: &Value) -> Value {
    let id = begun["job_id"].as_str().unwrap();
    company.get(&format!("/v1/{{p}}/jobs/{id}")).await
}

#[tokio::test]
async fn the_system_disk_of_a_server_becomes_an_image_without_a_backup() {
    let company = Company::open().await;
    let server = company.server("vpn01").await;
    let body = json!({"name": "vpn01 golden", "instance_id": server, "description": "as it was",
        "image_tags": [{"key": "env", "value": "prod"}], "min_ram": 1024});
    let begun = company.ok(Method::POST, MAKE, body).await;
    assert_eq!(job(&company, &begun).await["status"], "INIT");
    assert_eq!(company.count("").await, 0);

    company.advance("P1D").await;
    let done = job(&company, &begun).await;
    assert_eq!(done["status"], "SUCCESS");
    assert_eq!(done["job_type"], "imsCreateImageByInstance");
    assert_eq!(done["entities"]["image_name"], "vpn01 golden");
    let image_id = done["entities"]["image_id"].as_str().unwrap();
    let image = company.get(&format!("/v2/images/{image_id}")).await;
    for (member, value) in [
        ("status", json!("active")),
        ("__whole_image", json!("false")),
        ("__imagetype", json!("private")),
        ("__description", json!("as it was")),
        ("__os_type", json!("Linux")),
        ("min_disk", json!(40)),
        ("min_ram", json!(1024)),
        ("tags", json!(["env.prod"])),
    ] {
        assert_eq!(image[member], value, "{member}");
    }
    assert_eq!(image.get("__backup_id"), None);
    let listed = async |query: &str| {
        let answer = company.get(&format!("/v2/cloudimages?{query}")).await;
        answer["images"].as_array().unwrap().len()
    };
    assert_eq!(listed("__whole_image=true").await, 0);
    assert_eq!(listed("__whole_image=false").await, 1);

    // Neither the image nor its end has anything to do with a backup.
    let path = format!("/v2/images/{image_id}");
    let gone = company
        .call(Method::DELETE, &path, json!({"delete_backup": true}))
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(listed("").await, 0);
}

#[tokio::test]
async fn a_job_that_is_made_to_fail_leaves_a_dead_image() {
    let company = Company::open().await;
    company
        .arm(json!({"operation": "image.images.create", "job": "fail", "code": "IMG.0032"}))
        .await;
    let body = json!({"name": "in vain", "instance_id": company.server("web01").await});
    let begun = company.ok(Method::POST, MAKE, body).await;
    company.advance("P1D").await;
    let failed = job(&company, &begun).await;
    assert_eq!(
        (&failed["status"], &failed["error_code"]),
        (&json!("FAIL"), &json!("IMG.0032"))
    );
    let images = company.get("/v2/cloudimages").await;
    assert_eq!(images["images"][0]["status"], "killed");
}

#[tokio::test]
async fn what_cannot_become_an_image_is_refused_with_its_reason() {
    let company = Company::open().await;
    let web = company.server("web01").await;
    let refused = async |change: Value| {
        let mut body = json!({"name": "x", "instance_id": web});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = company.call(Method::POST, MAKE, body).await;
        let error = answer.json()["error"].clone();
        assert!(!error["message"].as_str().unwrap().is_empty(), "{answer:?}");
        let code = error["code"].as_str().unwrap().to_owned();
        (answer.status.as_u16(), code)
    };
    let images = company.get("/v2/cloudimages").await["images"].clone();
    for (change, code) in [
        (json!({"name": ""}), "IMG.0013"),
        (json!({"name": "x".repeat(129)}), "IMG.0002"),
        (json!({"name": "a/b"}), "IMG.0003"),
        (json!({"description": "<b>"}), "IMG.0004"),
        (
            json!({"tags": ["a"], "image_tags": [{"key": "a", "value": "b"}]}),
            "IMG.0003",
        ),
        (json!({"min_ram": 2, "max_ram": 1}), "IMG.0003"),
        // From a backup only whole images are made; from a volume or a file none here.
        (json!({"instance_id": "", "backup_id": "b"}), "IMG.0012"),
        (json!({"instance_id": "none"}), "IMG.0005"),
        (json!({"instance_id": ["x"]}), "IMG.0003"),
    ] {
        assert_eq!(
            refused(change.clone()).await,
            (400, code.to_owned()),
            "{change}"
        );
    }
    for (server, code) in [
        ("hana01", "IMG.0063"),
        ("legacy01", "IMG.0126"),
        ("netboot01", "IMG.0119"),
    ] {
        let change = json!({"instance_id": company.server(server).await});
        assert_eq!(refused(change).await, (400, code.to_owned()), "{server}");
    }
    company.sql(&format!(
        "UPDATE volumes SET service_type = 'DSS' WHERE id =
             (SELECT volume_id FROM attachments WHERE server_id = '{web}' AND boot_index = 0)"
    ));
    assert_eq!(refused(json!({})).await.1, "IMG.0153");
    company.sql("UPDATE volumes SET service_type = 'EVS'");

    company.protect(&web, json!({})).await;
    assert_eq!(refused(json!({})).await.1, "IMG.0136");
    assert_eq!(company.get("/v2/cloudimages").await["images"], images);
    company.advance("P1D").await;
    company
        .ok(Method::POST, MAKE, json!({"name": "x", "instance_id": web}))
        .await;
    assert_eq!(refused(json!({})).await.1, "IMG.0009");

    // A server of another project is none.
    let other = company.world.sign_in("demo2", "demo-project-2").await;
    let headers = [("x-auth-token", other.token.as_str())];
    let body = json!({"name": "theirs", "instance_id": web}).to_string();
    let answer = company.world.send(Method::POST, MAKE, &headers, body).await;
    assert_eq!(answer.json()["error"]["code"], "IMG.0005");
}

//! The provider and its checkpoints, by the native superset of the service (csbs-v1 section 11).

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Company, P};

fn checkpoints() -> String {
    format!("/v1/{{p}}/providers/{P}/checkpoints")
}

async fn shown(company: &Company, id: &Value) -> Value {
    let path = format!("{}/{}", checkpoints(), id.as_str().unwrap());
    company.get(&path).await["checkpoint"].clone()
}

#[tokio::test]
async fn there_is_one_provider() {
    let company = Company::open().await;
    let all = company.get("/v1/{p}/providers").await["providers"].clone();
    assert_eq!(all.as_array().unwrap().len(), 1);
    assert_eq!(all[0]["id"], P);
    let one = company.get(&format!("/v1/{{p}}/providers/{P}")).await;
    assert_eq!(one["provider"], all[0]);
}

#[tokio::test]
async fn a_checkpoint_reads_as_it_was_answered_and_goes_with_its_last_backup() {
    let company = Company::open().await;
    company.without_schedules();
    let plan = company.policy("web-nightly").await["id"].clone();
    let body = json!({"checkpoint": {"plan_id": plan, "parameters": {}}});
    let made = company.ok(Method::POST, &checkpoints(), body).await["checkpoint"].clone();
    let of_policy = shown(&company, &made["id"]).await;
    for member in [
        "id",
        "status",
        "created_at",
        "project_id",
        "extra_info",
        "resource_graph",
    ] {
        assert_eq!(of_policy[member], made[member], "{member}");
    }
    assert_eq!(of_policy["protection_plan"]["id"], plan);
    assert_eq!(of_policy["protection_plan"]["name"], "web-nightly");
    let servers = of_policy["protection_plan"]["resources"]
        .as_array()
        .unwrap();
    assert_eq!(servers.len(), 5);
    assert!(servers.iter().all(|server| server["extra_info"] == "{}"));

    company.advance("P1D").await;
    assert_eq!(shown(&company, &made["id"]).await["status"], "available");
    let server = company.server("app01").await;
    let item = company.backup(&server).await;
    let by_hand = shown(&company, &item["checkpoint_id"]).await;
    assert_eq!(by_hand["extra_info"], Value::Null);
    let plan_by_hand = &by_hand["protection_plan"];
    assert!(plan_by_hand["id"].as_str().unwrap().starts_with("fake_"));
    assert_eq!(
        plan_by_hand["name"],
        format!("server protect plan for {server}")
    );
    assert_eq!(plan_by_hand["resources"][0]["id"], json!(server));

    let listed = async |query: &str| {
        let answer = company.get(&format!("{}?{query}", checkpoints())).await;
        answer["checkpoints"].as_array().unwrap().clone()
    };
    let all = listed("").await;
    assert_eq!(all.len(), 2);
    assert_eq!((&all[0], &all[1]["id"]), (&by_hand, &made["id"]));
    assert_eq!(listed("limit=1").await, all[..1]);
    let marker = by_hand["id"].as_str().unwrap();
    assert_eq!(listed(&format!("marker={marker}&limit=1")).await, all[1..]);
    let of_plan = listed(&format!("plan_id={}", plan.as_str().unwrap())).await;
    assert_eq!(of_plan, all[1..]);

    company.delete(&item).await;
    assert_eq!(
        shown(&company, &item["checkpoint_id"]).await["status"],
        "deleting"
    );
    company.advance("P1D").await;
    assert_eq!(listed("").await, all[1..]);

    let other = company.world.sign_in("demo2", "demo-project-2").await;
    let theirs = company.world.get_as(&other, &checkpoints()).await;
    assert_eq!(theirs.json()["checkpoints"], json!([]));
}

/// Also where the native service has something that this one has not.
#[tokio::test]
async fn the_native_client_can_read_what_is_refused() {
    let company = Company::open().await;
    for path in [
        "/v1/{p}/providers/none".to_owned(),
        format!("{}/none", checkpoints()),
        "/v1/{p}/plans".to_owned(),
        "/v1/{p}/scheduled_operations/none".to_owned(),
        "/v1/{p}/protectables/OS::Nova::Server/instances".to_owned(),
    ] {
        let answer = company.call(Method::GET, &path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.starts_with("{\"itemNotFound\":{"), "{path}: {text}");
        assert!(answer.json()["error_code"].is_string(), "{text}");
    }
    for query in ["limit=0", "marker=none"] {
        let path = format!("{}?{query}", checkpoints());
        let answer = company.call(Method::GET, &path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.json()["badRequest"]["code"], 400);
    }
    let path = "/v1/{p}/providers/none/checkpoints";
    let answer = company.call(Method::GET, path, Value::Null).await;
    assert_eq!(answer.json()["badRequest"]["code"], 400, "{answer:?}");
}

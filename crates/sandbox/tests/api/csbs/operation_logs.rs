//! What was done in a project, by the native superset of the service.

use hyper::{Method, StatusCode};
use sandbox::Seed;
use serde_json::{Value, json};

use super::{Company, DAILY, P, policy};

#[tokio::test]
async fn backups_and_restores_are_logged_with_how_they_went() {
    let company = Company::open().await;
    company.without_schedules();
    let server = company.server("web01").await;
    let item = company.protect(&server, json!({})).await;
    let id = item["checkpoint_id"].as_str().unwrap();
    let path = format!("/v1/{{p}}/operation_logs/{id}");
    let running = company.get(&path).await["operation_log"].clone();
    assert_eq!(running["operation_type"], "protect");
    assert_eq!(running["status"], "in_progress");
    assert_eq!(running["checkpoint_id"], id);
    assert_eq!(running["ended_at"], Value::Null);
    company.advance("P1D").await;
    let done = company.get(&path).await["operation_log"].clone();
    assert_eq!(done["status"], "success");
    assert!(done["ended_at"].as_str() > done["started_at"].as_str());

    company
        .arm(json!({"operation": "csbs.servers.protect", "job": "fail", "code": "CSBS.9999"}))
        .await;
    company.protect(&server, json!({})).await;
    company.advance("P1D").await;
    let failed = company.get("/v1/{p}/operation_logs?status=failed").await;
    let failed = failed["operation_logs"].as_array().unwrap().clone();
    assert_eq!(failed.len(), 1);
    assert!(!failed[0]["error_info"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn the_whole_log_is_read_page_by_page() {
    let company = Company::with(Seed::Demo).await;
    let all = company.get("/v1/{p}/operation_logs").await;
    let all = all["operation_logs"].as_array().unwrap().clone();
    assert!(all.iter().any(|log| log["operation_type"] == "restore"));
    let (mut paged, mut marker) = (Vec::new(), String::new());
    while paged.len() < 300 {
        let page = company
            .get(&format!("/v1/{{p}}/operation_logs?limit=100{marker}"))
            .await;
        paged.extend(page["operation_logs"].as_array().unwrap().clone());
        marker = format!("&marker={}", paged.last().unwrap()["id"].as_str().unwrap());
    }
    assert_eq!(paged, all[..300]);
}

#[tokio::test]
async fn a_run_over_no_server_is_not_logged_and_in_nobodys_way() {
    let company = Company::open().await;
    company.without_schedules();
    let nothing = policy("nothing", DAILY, &[], json!({}));
    company.ok(Method::POST, "/v1/{p}/policies", nothing).await;
    company.advance("P2D").await;
    let left = async || {
        let world = company.world.get("/sandbox/world", &[]).await.json();
        world["tables"]["checkpoints"].as_array().unwrap().len()
    };
    assert_eq!(left().await, 0);
    // A world from elsewhere may have such a group all the same.
    company.sql(
        "INSERT INTO checkpoints (id, project, automatic, created_at)
         SELECT 'empty', no, 1, 0 FROM tenants LIMIT 1",
    );
    assert_eq!(left().await, 1);
    let logs = company.get("/v1/{p}/operation_logs").await;
    assert_eq!(logs, json!({"operation_logs": []}));
}

/// The native client takes the first member of an error for an object with a message.
#[tokio::test]
async fn errors_of_the_superset_read_in_both_dialects() {
    let company = Company::open().await;
    for path in ["/v1/{p}/operation_logs/none", "/v1/{p}/restores/none"] {
        let answer = company.call(Method::GET, path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.starts_with("{\"itemNotFound\":{"), "{text}");
        let body = answer.json();
        assert_eq!(body["itemNotFound"]["code"], 404);
        assert_eq!(body["itemNotFound"]["message"], body["error_msg"]);
        assert_eq!(body["error_code"], "CSBS.6040");
    }
    let answer = company
        .call(Method::GET, "/v1/{p}/operation_logs?limit=0", Value::Null)
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.json()["badRequest"]["message"].is_string());
    assert_eq!(answer.json()["error_code"], "CSBS.9001");
}

/// What the native client sends for a run has no `parameters` but always `extra-info` (clients.md
/// section 5); from anybody else they are mandatory (csbs-v1 4.9).
#[tokio::test]
async fn the_native_client_runs_a_policy_without_parameters() {
    let company = Company::open().await;
    let plan = company.policy("web-nightly").await["id"].clone();
    let path = format!("/v1/{{p}}/providers/{P}/checkpoints");
    let refused = async |checkpoint: Value| {
        let body = json!({"checkpoint": checkpoint});
        company.refused(Method::POST, &path, body).await
    };
    for checkpoint in [
        json!({"plan_id": plan}),
        json!({"plan_id": plan, "parameters": null}),
    ] {
        let (code, words) = refused(checkpoint).await;
        assert_eq!(code, "400 CSBS.9001");
        assert_eq!(words, "checkpoint: `parameters` is missing.");
    }
    let wrong = json!({"plan_id": plan, "extra-info": null, "parameters": []});
    assert_eq!(refused(wrong).await.0, "400 CSBS.9001");
    assert_eq!(company.count("").await, 0);

    let body = json!({"checkpoint": {"plan_id": plan, "extra-info": null}});
    let made = company.ok(Method::POST, &path, body).await["checkpoint"].clone();
    assert_eq!(made["protection_plan"]["id"], plan);
    assert_eq!(company.count("").await, 5);
}

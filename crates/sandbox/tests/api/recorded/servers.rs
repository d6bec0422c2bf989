//! Servers, backups and policies of the first generation, as the Go client and Terraform use them.

use contract::time::Timestamp;
use hyper::{Method, StatusCode};
use sandbox::Seed;
use serde_json::{Value, json};

use super::{Go, endpoint, sign_in};
use crate::client::World;
use crate::csbs::{Company, DAILY, P, pattern};

#[tokio::test]
async fn the_go_client_reads_every_page_and_every_member_it_decodes() {
    let world = World::start(Seed::Demo).await;
    let go = Go::open(&world).await;
    // It fetches the first page twice: once to see whether there is one.
    let first = "/checkpoint_items?limit=500";
    let page = go.ok(Method::GET, first, Value::Null).await;
    assert_eq!(go.ok(Method::GET, first, Value::Null).await, page);
    // Without this member it stops.
    assert_eq!(page.get("checkpoint_items_links"), None);
    for item in page["checkpoint_items"].as_array().unwrap() {
        let info = &item["extend_info"];
        let code = &info["fail_code"];
        assert!(code == &json!({}) || code["Code"].is_string(), "{code}");
        for disk in info["volume_backups"].as_array().unwrap() {
            assert!(disk["average_speed"].is_i64() && disk["space_saving_ratio"].is_i64());
        }
        assert!(item["tags"].is_array());
    }
    let policies = go.ok(Method::GET, "/policies", Value::Null).await;
    assert_eq!(policies.get("policies_links"), None);
    for policy in policies["policies"].as_array().unwrap() {
        let made = policy["created_at"].as_str().unwrap();
        // 2006-01-02T15:04:05.999999: nothing may follow.
        assert_eq!(made.len(), 26, "{made}");
        assert!(Timestamp::parse(made).is_some());
    }

    // With a token it asks what the token is for.
    let headers = [
        ("x-auth-token", go.token.as_str()),
        ("x-subject-token", go.token.as_str()),
    ];
    let shown = world.get("/v3/auth/tokens", &headers).await;
    assert_eq!(shown.status, StatusCode::OK);
    let address = endpoint(&shown.json()["token"], "data-protect");
    assert!(address.ends_with(&go.service));
}

#[tokio::test]
async fn terraform_makes_and_destroys_a_backup() {
    let company = Company::with(Seed::Scale(0)).await;
    let world = &company.world;
    let go = Go::open(world).await;
    // Its second session is for the domain; both must have a catalog.
    let (_, domain) = sign_in(world, json!({"domain": {"name": "sandbox"}})).await;
    assert!(!domain["catalog"].as_array().unwrap().is_empty());

    let server = go.free_server().await;
    let path = format!("/providers/{P}/resources/{server}/action");
    let body =
        json!({"protect": {"backup_name": "from-terraform", "resource_type": "OS::Nova::Server"}});
    let checkpoint = go.ok(Method::POST, &path, body).await["checkpoint"]["id"].clone();
    let checkpoint = checkpoint.as_str().unwrap();
    let listed = format!("/checkpoint_items?checkpoint_id={checkpoint}");
    let item = go.ok(Method::GET, &listed, Value::Null).await["checkpoint_items"][0].clone();
    assert_eq!(item["status"], "protecting");
    let show = format!("/checkpoint_items/{}", item["id"].as_str().unwrap());
    for _ in 0..200 {
        let status =
            go.ok(Method::GET, &show, Value::Null).await["checkpoint_item"]["status"].clone();
        if status == "available" {
            break;
        }
        assert_eq!(status, "protecting");
        company.advance("PT1M").await;
    }

    // It repeats the deletion with every look.
    let delete = format!("/providers/{P}/checkpoints/{checkpoint}");
    let mut looks = 0;
    loop {
        let shown = go.call(Method::GET, &show, Value::Null).await;
        if shown.status == StatusCode::NOT_FOUND {
            break;
        }
        let status = shown.json()["checkpoint_item"]["status"].clone();
        assert!(status == "available" || status == "deleting", "{status}");
        let answer = go.call(Method::DELETE, &delete, Value::Null).await;
        assert!(
            matches!(answer.status.as_u16(), 200 | 400 | 404 | 409),
            "{answer:?}"
        );
        company.advance("PT10S").await;
        looks += 1;
        assert!(looks < 200, "the backup never goes");
    }
    assert!(looks > 1);
}

#[tokio::test]
async fn terraform_makes_changes_and_destroys_a_policy() {
    let company = Company::with(Seed::Scale(0)).await;
    let go = Go::open(&company.world).await;
    let server = go.free_server().await;
    let resource = json!({"id": server, "type": "OS::Nova::Server", "name": "a server"});
    let operation = json!({
        "enabled": true, "operation_type": "backup",
        "operation_definition": {"max_backups": 14}, "trigger": {"properties": {"pattern": pattern(DAILY)}},
    });
    let body = json!({"policy": {
        "name": "from-terraform", "provider_id": P, "parameters": {"common": {}},
        "resources": [resource], "scheduled_operations": [operation],
    }});
    let made = go.ok(Method::POST, "/policies", body).await["policy"].clone();
    let path = format!("/policies/{}", made["id"].as_str().unwrap());
    let shown = go.ok(Method::GET, &path, Value::Null).await["policy"].clone();
    // It waits for this word, whatever `enabled` says.
    assert_eq!(shown["status"], "suspended");
    assert_eq!(
        shown["scheduled_operations"][0]["operation_definition"]["max_backups"],
        "14"
    );
    let change = json!({"policy": {
        "name": "from-terraform-2", "parameters": {"common": {}},
        "scheduled_operations": [{"id": shown["scheduled_operations"][0]["id"], "enabled": false}],
    }});
    let changed = go.ok(Method::PUT, &path, change).await["policy"].clone();
    assert_eq!(changed["name"], "from-terraform-2");
    assert_eq!(changed["status"], "suspended");
    let gone = go.call(Method::DELETE, &path, Value::Null).await;
    assert_eq!((gone.status, gone.body.len()), (StatusCode::OK, 0));
    let none = go.call(Method::GET, &path, Value::Null).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert_eq!(none.json()["error_code"], "CSBS.3000");
}

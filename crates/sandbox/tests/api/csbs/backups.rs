//! Backups: shape, progress, list filters, deletion.

use hyper::Method;
use sandbox::Seed;
use serde_json::{Value, json};

use super::{Company, P};

#[tokio::test]
async fn a_backup_is_protecting_at_once_then_available_in_the_documented_shape() {
    let company = Company::open().await;
    let server = company.server("db01").await;
    let path = format!("/v1/{{p}}/providers/{P}/resources/{server}/action");
    let options = json!({"protect": {"backup_name": "before-upgrade", "description": "x", "tags": [{"key": "env", "value": "test"}]}});
    let answer = company.ok(Method::POST, &path, options).await;
    let checkpoint = &answer["checkpoint"];
    assert_eq!(checkpoint["status"], "protecting");
    assert_eq!(checkpoint["resource_graph"], Value::Null);
    assert_eq!(checkpoint["extra_info"], Value::Null);
    let plan = &checkpoint["protection_plan"];
    assert!(plan["id"].as_str().unwrap().starts_with("fake_"));
    assert_eq!(plan["name"], format!("server protect plan for {server}"));
    assert_eq!(
        plan["resources"],
        json!([{"id": server, "type": "OS::Nova::Server", "name": format!("resource_{server}"), "extra_info": {}}])
    );

    let id = checkpoint["id"].as_str().unwrap();
    let items = company
        .get(&format!("/v1/{{p}}/checkpoint_items?checkpoint_id={id}"))
        .await;
    let item = &items["checkpoint_items"][0];
    assert_eq!(item["status"], "protecting");
    assert_eq!(item["extend_info"]["progress"], 0);
    assert_eq!(item["extend_info"].get("finished_at"), None);
    assert_eq!(
        item["extend_info"]["incremental"], false,
        "the first one is full"
    );

    company.advance("PT5M").await;
    let half = company.item(item["id"].as_str().unwrap()).await;
    let progress = half["extend_info"]["progress"].as_i64().unwrap();
    assert!((1..100).contains(&progress), "{progress}");
    company.advance("P1D").await;
    let done = company.item(item["id"].as_str().unwrap()).await;
    assert_eq!(done["status"], "available");
    let info = &done["extend_info"];
    assert_eq!(info["progress"], 100);
    assert_eq!(info["fail_code"], json!({}));
    assert_eq!(info["fail_op"], "");
    assert_eq!(info["supported_restore_mode"], "backup");
    assert_eq!(info["image_type"], "backup");
    assert_eq!(info["auto_trigger"], false);
    assert_eq!(info["resource_name"], "db01");
    assert_eq!(done["name"], "before-upgrade");
    assert_eq!(done["tags"], json!([{"key": "env", "value": "test"}]));
    assert_eq!(done["backup_data"]["__openstack_region_name"], "eu-de");
    let disks = info["volume_backups"].as_array().unwrap();
    assert_eq!(disks.len(), 3);
    let sum: i64 = disks
        .iter()
        .map(|disk| disk["size"].as_i64().unwrap())
        .sum();
    assert_eq!(info["size"], sum);
    assert_eq!(
        disks.iter().filter(|disk| disk["bootable"] == true).count(),
        1
    );

    let next = company.backup(&server).await;
    assert_eq!(next["extend_info"]["incremental"], true);
    assert!(next["extend_info"]["size"].as_i64() < info["size"].as_i64());
    assert!(next["name"].as_str().unwrap().starts_with("manualbk_"));
}

#[tokio::test]
async fn a_failing_backup_says_so_and_can_only_be_deleted() {
    let company = Company::open().await;
    let server = company.server("web01").await;
    company
        .arm(json!({"operation": "csbs.servers.protect", "job": "fail", "code": "CSBS.9998"}))
        .await;
    let item = company.protect(&server, json!({})).await;
    company.advance("PT1H").await;
    let item = company.item(item["id"].as_str().unwrap()).await;
    assert_eq!(item["status"], "error");
    assert_eq!(item["extend_info"]["fail_op"], "backup");
    assert_eq!(item["extend_info"]["fail_code"]["Code"], "CSBS.9998");
    assert_eq!(company.delete(&item).await.status, 200);
    company.advance("PT1H").await;
    let path = format!(
        "/v1/{{p}}/checkpoint_items/{}",
        item["id"].as_str().unwrap()
    );
    assert_eq!(
        company.refused(Method::GET, &path, Value::Null).await.0,
        "404 CSBS.3001"
    );
}

#[tokio::test]
async fn five_deletions_run_at_a_time_and_the_sixth_waits() {
    let company = Company::with(Seed::Scale(40)).await;
    company.without_schedules();
    let page = company
        .get("/v1/{p}/checkpoint_items?status=available&limit=12")
        .await;
    let items = page["checkpoint_items"].as_array().unwrap();
    for item in items {
        assert_eq!(company.delete(item).await.json(), json!({}));
    }
    let status =
        async |item: &Value| company.item(item["id"].as_str().unwrap()).await["status"].clone();
    for (n, item) in items.iter().enumerate() {
        assert_eq!(
            status(item).await,
            if n < 5 { "deleting" } else { "waiting_delete" },
            "{n}"
        );
        // Asking again does no harm.
        assert_eq!(company.delete(item).await.status, 200);
    }
    assert_eq!(company.count("status=deleting").await, 5);
    company.advance("PT25S").await;
    assert_eq!(company.count("").await, 35);
    assert_eq!(status(&items[5]).await, "deleting");
    assert_eq!(status(&items[10]).await, "waiting_delete");
    company.advance("PT30M").await;
    assert_eq!(company.count("").await, 28);
    let answer = company.delete(&items[0]).await;
    assert_eq!(answer.json()["error_code"], "CSBS.3001");
}

#[tokio::test]
async fn a_failed_deletion_leaves_the_backup_in_error_and_the_queue_goes_on() {
    let company = Company::with(Seed::Scale(30)).await;
    company.without_schedules();
    company
        .arm(json!({"operation": "csbs.backups.delete", "job": "fail", "code": "CSBS.9999"}))
        .await;
    let page = company
        .get("/v1/{p}/checkpoint_items?status=available&limit=7")
        .await;
    let items = page["checkpoint_items"].as_array().unwrap();
    for item in items {
        company.delete(item).await;
    }
    company.advance("PT1H").await;
    assert_eq!(company.count("").await, 24);
    let failed = company.item(items[0]["id"].as_str().unwrap()).await;
    assert_eq!(failed["status"], "error");
    assert_eq!(failed["extend_info"]["fail_op"], "delete");
    assert_eq!(company.delete(&failed).await.status, 200);
}

#[tokio::test]
async fn filters_find_what_they_say_and_wildcards_are_letters() {
    let company = Company::open().await;
    company.without_schedules();
    let server = company.server("web01").await;
    company.backup(&server).await;
    let now = company.advance("PT1S").await;
    for (query, expected) in [
        ("name=manualbk", 1),
        ("name=%25", 0),
        ("name=_", 1),
        ("name=MANUAL", 0),
        ("resource_name=eb0", 1),
        ("resource_name=%25", 0),
        ("az=eu-de-01", 1),
        ("az=eu-de", 0),
        ("image_type=backup", 1),
        ("image_type=snapshot", 0),
        ("resource_type=OS%3A%3ANova%3A%3AServer", 1),
        ("policy_id=none", 0),
        ("status=available", 1),
        ("status=", 1),
        ("ip=192.168.0.11", 1),
        ("ip=192.168.0.1", 0),
        ("start_time=2200-01-01T00:00:00", 0),
        ("end_time=2000-01-01T00:00:00.000000", 0),
        ("name=x'%20OR%20'1'='1", 0),
    ] {
        assert_eq!(
            company
                .count(&format!("resource_id={server}&{query}"))
                .await,
            expected,
            "{query}"
        );
        let listed = company
            .get(&format!(
                "/v1/{{p}}/checkpoint_items?resource_id={server}&{query}"
            ))
            .await;
        let listed = listed["checkpoint_items"].as_array().unwrap().len();
        assert_eq!(i64::try_from(listed).unwrap(), expected, "{query}");
    }
    assert_eq!(
        company
            .count(&format!("end_time={}", now.trim_end_matches('Z')))
            .await,
        1
    );
    for bad in [
        "status=fine",
        "start_time=yesterday",
        "end_time=2026-02-31T00:00:00",
    ] {
        let path = format!("/v1/{{p}}/checkpoint_items/count?{bad}");
        assert_eq!(
            company.refused(Method::GET, &path, Value::Null).await.0,
            "400 CSBS.9001",
            "{bad}"
        );
    }
}

//! Backups: made, shown, found, renamed, deleted; capacity.

use hyper::Method;
use serde_json::{Value, json};

use super::{Vaults, text};

#[tokio::test]
async fn a_vault_is_backed_up_now() {
    let world = Vaults::open().await;
    let id = world.vault("servers", 1000, &["db01", "web01"]).await;
    let checkpoint = world
        .run(
            &id,
            json!({"name": "before-upgrade", "description": "Just in case"}),
        )
        .await;
    assert_eq!(checkpoint["status"], "protecting");
    assert_eq!(
        (
            &checkpoint["vault"]["id"],
            &checkpoint["vault"]["skipped_resources"]
        ),
        (&json!(id), &json!([]))
    );
    let resource = &checkpoint["vault"]["resources"][0];
    for (member, value) in [
        ("protect_status", json!("protecting")),
        ("resource_size", json!("440")),
        ("extra_info", json!("{}")),
    ] {
        assert_eq!(resource[member], value, "{member}");
    }
    assert_eq!(
        checkpoint["extra_info"],
        json!({"name": "before-upgrade", "description": "Just in case", "retention_duration": -1})
    );
    assert_eq!(
        world.show(&id).await["resources"][0]["protect_status"],
        "protecting"
    );
    let path = format!("/checkpoints/{}", text(&checkpoint["id"]));
    let running = world.get("/operation-logs?status=running").await;
    assert_eq!(running["count"], 2);
    world.0.advance("PT5M").await;
    let task = world.get("/operation-logs?status=running").await["operation_logs"][0].clone();
    let progress = task["extra_info"]["common"]["progress"].as_i64().unwrap();
    assert!((1..100).contains(&progress), "{task}");
    assert_eq!(task["extra_info"]["backup"]["incremental"], "false");
    assert_eq!(task["ended_at"], Value::Null);
    world.0.advance("PT12H").await;
    assert_eq!(world.get(&path).await["checkpoint"]["status"], "available");
    let found = world
        .get(&format!(
            "/backups?checkpoint_id={}",
            text(&checkpoint["id"])
        ))
        .await;
    assert_eq!(found["count"], 2);
    let backup = found["backups"]
        .as_array()
        .unwrap()
        .iter()
        .find(|b| b["resource_name"] == "db01")
        .unwrap();
    assert_eq!(
        (&backup["name"], &backup["status"], &backup["incremental"]),
        (&json!("before-upgrade"), &json!("available"), &json!(false))
    );
    assert_eq!(
        (
            &backup["version"],
            &backup["parent_id"],
            &backup["expired_at"]
        ),
        (&json!(3), &Value::Null, &Value::Null)
    );
    assert_eq!(backup["extend_info"]["supported_restore_mode"], "backup");
    let children = backup["children"].as_array().unwrap();
    assert_eq!(children.len(), 3);
    assert_eq!(children[0]["extend_info"]["bootable"], true);
    assert!(
        children
            .iter()
            .all(|child| child["parent_id"] == backup["id"])
    );
    // One without its system disk says so.
    let (server, root) = (&backup["resource_id"], &children[0]["resource_id"]);
    assert_eq!(backup["extend_info"]["contain_system_disk"], true);
    let without = json!({"resource_details": [{"id": server, "type": "OS::Nova::Server",
        "extra_info": {"exclude_volumes": [root]}}]});
    let run = text(&world.run(&id, without).await["id"]);
    world.0.advance("PT12H").await;
    let path = format!("/backups?checkpoint_id={run}");
    let data = world.get(&path).await["backups"][0].clone();
    assert_eq!(data["children"].as_array().unwrap().len(), 2);
    assert_eq!(data["extend_info"]["contain_system_disk"], false);
    // The second one takes what changed.
    let second = world.backup(&world.backed_up(&id).await[0]).await;
    assert_eq!(second["incremental"], true);
    let task = world
        .get(&format!(
            "/operation-logs?resource_id={}&status=success",
            text(&second["resource_id"])
        ))
        .await;
    let task = task["operation_logs"][0].clone();
    let shown = world
        .get(&format!("/operation-logs/{}", text(&task["id"])))
        .await;
    assert_eq!(shown["operation_log"], task);
    assert_eq!(task["error_info"], json!({"code": "", "message": ""}));
    assert_eq!(
        world
            .refused(Method::GET, "/operation-logs/none", Value::Null)
            .await,
        "404 6500"
    );
    assert_eq!(
        world
            .refused(Method::GET, "/operation-logs?provider_id=x", Value::Null)
            .await,
        "400 6301"
    );
    assert_eq!(
        world
            .refused(Method::GET, "/checkpoints/none", Value::Null)
            .await,
        "404 6217"
    );
}

#[tokio::test]
async fn what_cannot_be_backed_up_is_refused_with_its_reason() {
    let world = Vaults::open().await;
    let id = world.vault("servers", 1000, &["web01", "vpn01"]).await;
    let empty = world.vault("empty", 100, &[]).await;
    let refused = async |vault: &str, parameters: Value| {
        let body = json!({"checkpoint": {"vault_id": vault, "parameters": parameters}});
        world.refused(Method::POST, "/checkpoints", body).await
    };
    let web = world.0.server("web01").await;
    assert_eq!(refused("none", json!({})).await, "404 6105");
    assert_eq!(refused(&empty, json!({})).await, "400 0001");
    assert_eq!(refused(&id, json!({"resources": ["x"]})).await, "400 6135");
    assert_eq!(
        refused(&id, json!({"retention_duration_days": 0})).await,
        "400 9900"
    );
    assert_eq!(
        refused(
            &id,
            json!({"retention_duration_days": 5, "auto_trigger": true})
        )
        .await,
        "400 9900"
    );
    assert_eq!(
        refused(&id, json!({"description": "<b>"})).await,
        "400 9900"
    );
    let first = world.run(&id, json!({"resources": [web]})).await;
    assert_eq!(first["vault"]["resources"].as_array().unwrap().len(), 1);
    assert_eq!(refused(&id, json!({"resources": [web]})).await, "400 6203");
    // The other one is still begun, and the busy one is named.
    let second = world.run(&id, json!({})).await;
    assert_eq!(
        second["vault"]["skipped_resources"][0]["code"],
        "BackupService.6203"
    );
    assert_eq!(refused(&id, json!({})).await, "500 0002");
    world.0.advance("PT12H").await;
    world
        .meddle("UPDATE servers SET status = 'ERROR' WHERE id = ?1", &web)
        .await;
    assert_eq!(refused(&id, json!({"resources": [web]})).await, "400 7101");
    world
        .meddle("DELETE FROM servers WHERE id = ?1", &web)
        .await;
    assert_eq!(refused(&id, json!({"resources": [web]})).await, "404 7100");
    world
        .meddle("UPDATE cbr_vaults SET status = 'frozen' WHERE id = ?1", &id)
        .await;
    assert_eq!(refused(&id, json!({})).await, "400 6113");
}

#[tokio::test]
async fn a_vault_fills_up_refuses_and_grows_where_it_may() {
    let world = Vaults::open().await;
    let id = world.vault("small", 40, &["web01", "db01"]).await;
    // The web server fits, the database does not.
    let checkpoint = world.run(&id, json!({})).await;
    let skipped = &checkpoint["vault"]["skipped_resources"];
    assert_eq!(skipped[0]["code"], "BackupService.6142", "{checkpoint}");
    world.0.advance("PT12H").await;
    let used = world.show(&id).await["billing"]["used"].as_i64().unwrap();
    assert!(used > 0 && used < 40 * 1024);
    let db = world.0.server("db01").await;
    let body = json!({"checkpoint": {"vault_id": id, "parameters": {"resources": [db]}}});
    assert_eq!(
        world
            .refused(Method::POST, "/checkpoints", body.clone())
            .await,
        "400 6142"
    );
    world
        .put(
            &format!("/vaults/{id}"),
            json!({"vault": {"auto_expand": true}}),
        )
        .await;
    world.post("/checkpoints", body).await;
    let grown = world.show(&id).await["billing"].clone();
    assert!(grown["size"].as_i64().unwrap() * 1024 >= grown["used"].as_i64().unwrap());
    assert!(grown["size"].as_i64().unwrap() > 40);
    world.0.advance("PT12H").await;
    world
        .put(
            &format!("/vaults/{id}"),
            json!({"vault": {"auto_expand": false}}),
        )
        .await;
    world
        .meddle("UPDATE cbr_vaults SET size_gb = 10 WHERE id = ?1", &id)
        .await;
    let body = json!({"checkpoint": {"vault_id": id}});
    assert_eq!(
        world.refused(Method::POST, "/checkpoints", body).await,
        "400 6114"
    );
    let more = json!({"resources": [super::server(&world.0.server("web02").await)]});
    assert_eq!(
        world
            .refused(Method::POST, &format!("/vaults/{id}/addresources"), more)
            .await,
        "400 6129"
    );
}

#[tokio::test]
async fn lists_find_what_they_are_asked_for() {
    let world = Vaults::open().await;
    let id = world
        .vault("servers", 2000, &["web01", "web02", "db01"])
        .await;
    world.backed_up(&id).await;
    let begin = world.0.advance("PT1H").await;
    world.0.advance("PT1H").await;
    world.backed_up(&id).await;
    let web = world.0.server("web01").await;
    let begin = begin.replace(':', "%3A");
    for (query, count) in [
        ("".to_owned(), 6),
        ("limit=100&offset=0".to_owned(), 6),
        (
            "resource_type=OS::Nova::Server&limit=5&offset=0".to_owned(),
            6,
        ),
        (format!("resource_id={web}"), 2),
        ("resource_name=web".to_owned(), 4),
        ("name=manualbk".to_owned(), 6),
        ("status=available&status=error".to_owned(), 6),
        ("status=error".to_owned(), 0),
        (format!("vault_id={id}"), 6),
        ("vault_id=other".to_owned(), 0),
        ("incremental=true".to_owned(), 3),
        ("incremental=false".to_owned(), 6),
        ("resource_az=eu-de-01".to_owned(), 6),
        ("image_type=replication".to_owned(), 0),
        ("used_percent=5".to_owned(), 1),
        ("own_type=shared".to_owned(), 0),
        ("own_type=all_granted".to_owned(), 6),
        (format!("start_time={begin}"), 3),
        (format!("end_time={begin}"), 3),
        (
            "existed_quantity_based_retention_backups=true".to_owned(),
            0,
        ),
    ] {
        assert_eq!(
            world.get(&format!("/backups?{query}")).await["count"],
            count,
            "{query}"
        );
    }
    for bad in [
        "used_percent=0",
        "start_time=soon",
        "own_type=mine",
        "sort=size",
        "incremental=maybe",
        "marker=x",
    ] {
        assert_eq!(
            world
                .refused(Method::GET, &format!("/backups?{bad}"), Value::Null)
                .await,
            "400 9900",
            "{bad}"
        );
    }
    for sort in [
        "",
        "&sort=name:asc",
        "&sort=status:desc,created_at:asc",
        "&sort=updated_at",
    ] {
        let everything = world
            .ids(&format!("/backups?limit=100{sort}"), "backups")
            .await;
        let mut paged = Vec::new();
        loop {
            let marker = paged
                .last()
                .map_or(String::new(), |id| format!("&marker={id}"));
            let page = world
                .ids(&format!("/backups?limit=2{sort}{marker}"), "backups")
                .await;
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, everything, "{sort}");
    }
    let parent = world
        .ids("/backups?resource_name=db01", "backups")
        .await
        .remove(0);
    let children = world.get(&format!("/backups?parent_id={parent}")).await;
    assert_eq!(children["count"], 3);
    let child = &children["backups"][0];
    assert_eq!(world.backup(&text(&child["id"])).await, *child);
}

#[tokio::test]
async fn a_backup_is_renamed_described_and_deleted() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 500, &["web01"]).await;
    let id = world.backed_up(&vault).await.remove(0);
    let path = format!("/backups/{id}");
    let renamed = world
        .put(&path, json!({"backup": {"name": "golden"}}))
        .await["backup"]
        .clone();
    assert_eq!(
        (&renamed["name"], world.backup(&id).await == renamed),
        (&json!("golden"), true)
    );
    assert_eq!(
        world
            .refused(Method::PUT, &path, json!({"backup": {"name": "a b"}}))
            .await,
        "400 9900"
    );
    let metadata = world.get(&format!("{path}/metadata")).await;
    let server: Value = serde_json::from_str(metadata["server"].as_str().unwrap()).unwrap();
    assert_eq!(server["name"], "web01");
    let volume: Value = serde_json::from_str(metadata["volumes"][0].as_str().unwrap()).unwrap();
    assert_eq!(volume["size"], 40);
    world
        .meddle("UPDATE cbr_backups SET image_id = 'i' WHERE id = ?1", &id)
        .await;
    assert_eq!(
        world.refused(Method::DELETE, &path, Value::Null).await,
        "400 6204"
    );
    world
        .meddle("UPDATE cbr_backups SET image_id = NULL WHERE id = ?1", &id)
        .await;
    world.delete(&path).await;
    assert_eq!(world.backup(&id).await["status"], "deleting");
    assert_eq!(
        world
            .refused(Method::GET, &format!("{path}/metadata"), Value::Null)
            .await,
        "400 6206"
    );
    world.delete(&path).await;
    world.0.advance("PT1H").await;
    assert_eq!(
        world.refused(Method::GET, &path, Value::Null).await,
        "404 6200"
    );
    let shown = world.show(&vault).await;
    assert_eq!(
        (
            &shown["billing"]["used"],
            &shown["resources"][0]["backup_count"]
        ),
        (&json!(0), &json!(0))
    );
    let tasks = world.get("/operation-logs?operation_type=delete").await;
    assert_eq!(
        tasks["operation_logs"][0]["extra_info"]["delete"]["backup_name"],
        "golden"
    );
    world.run(&vault, json!({})).await;
    let busy = world.ids("/backups", "backups").await.remove(0);
    assert_eq!(
        world
            .refused(Method::DELETE, &format!("/backups/{busy}"), Value::Null)
            .await,
        "400 6201"
    );
}

#[tokio::test]
async fn a_backup_that_fails_leaves_a_task_with_its_reason() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 500, &["web01"]).await;
    world.0.arm(json!({"operation": "cbr.checkpoints.create", "job": "fail", "code": "BackupService.7504"})).await;
    let checkpoint = world.run(&vault, json!({})).await;
    world.0.advance("PT12H").await;
    let task = world.get("/operation-logs?status=failed").await["operation_logs"][0].clone();
    assert_eq!(task["error_info"]["code"], "BackupService.7504");
    assert!(!text(&task["error_info"]["message"]).is_empty());
    assert!(task["extra_info"]["common"]["progress"].as_i64().unwrap() < 100);
    let shown = world
        .get(&format!("/checkpoints/{}", text(&checkpoint["id"])))
        .await;
    assert_eq!(shown["checkpoint"]["status"], "error");
    let backup = world.get("/backups?status=error").await["backups"][0].clone();
    assert_eq!(backup["extend_info"]["supported_restore_mode"], "na");
    assert_eq!(world.show(&vault).await["billing"]["used"], 0);
}

#[tokio::test]
async fn backups_by_hand_go_at_the_end_they_were_given() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 500, &["web01"]).await;
    world
        .run(&vault, json!({"retention_duration_days": 3}))
        .await;
    world.0.advance("PT12H").await;
    world.backed_up(&vault).await;
    assert_eq!(world.count("").await, 2);
    world.0.advance("P5D").await;
    assert_eq!(world.count("").await, 1);
    let path = format!("/vaults/{vault}/update-backup-expiration-time");
    let body = |day: &str| json!({"expect_expiration_date": day, "time_zone": "UTC+01:00"});
    let changed = world.put(&path, body("2099-12-31")).await;
    assert_eq!(changed["affected_backups_count"], 1);
    let backup = world.get("/backups").await["backups"][0].clone();
    assert_eq!(backup["expired_at"], "2099-12-31T23:00:00.000000");
    assert_eq!(
        world.refused(Method::PUT, &path, body("2001-01-01")).await,
        "400 9900"
    );
    assert_eq!(
        world.refused(Method::PUT, &path, body("tomorrow")).await,
        "400 9900"
    );
}

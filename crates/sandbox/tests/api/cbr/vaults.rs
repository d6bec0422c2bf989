//! Vaults: made, shown, found, changed, deleted; their tags.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::{NIGHTLY, Vaults, policy, server, text, vault, vault_with};

#[tokio::test]
async fn a_vault_is_shown_as_it_was_made() {
    let world = Vaults::open().await;
    let made = world
        .post(
            "/vaults",
            vault_with("servers", 200, |vault| {
                vault["description"] = json!("All of them");
                vault["tags"] = json!([{"key": " env ", "value": "prod"}]);
                vault["threshold"] = json!(70);
            }),
        )
        .await["vault"]
        .clone();
    assert_eq!(world.show(&text(&made["id"])).await, made);
    assert_eq!(made["provider_id"], "0daac4c5-6707-4851-97ba-169e36266b66");
    assert_eq!(made["tags"], json!([{"key": "env", "value": "prod"}]));
    assert_eq!(
        (&made["bind_rules"], &made["resources"]),
        (&json!({}), &json!([]))
    );
    assert_eq!(
        (&made["threshold"], &made["smn_notify"], &made["locked"]),
        (&json!(70), &json!(true), &json!(false))
    );
    assert_eq!(made["enterprise_project_id"], "0");
    let billing = &made["billing"];
    for (member, value) in [
        ("allocated", json!(0)),
        ("used", json!(0)),
        ("size", json!(200)),
        ("status", json!("available")),
        ("cloud_type", json!("public")),
        ("charging_mode", json!("post_paid")),
        ("spec_code", json!("vault.backup.server.normal")),
        ("storage_unit", Value::Null),
        ("order_id", Value::Null),
    ] {
        assert_eq!(billing[member], value, "{member}");
    }
    // As clients parse it: naive, with microseconds.
    assert_eq!(
        text(&made["created_at"]).len(),
        "2026-03-14T09:26:53.589793".len()
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_new_vault_is_named() {
    let world = Vaults::open().await;
    type Case = (&'static str, Box<dyn FnOnce(&mut Value)>, &'static str);
    let cases: [Case; 16] = [
        (
            "400 9900",
            Box::new(|v| v["name"] = json!("a b")),
            "vault.name",
        ),
        (
            "400 9900",
            Box::new(|v| v["name"] = json!("n".repeat(65))),
            "65 characters",
        ),
        (
            "400 9900",
            Box::new(|v| v["description"] = json!("d".repeat(65))),
            "vault.description",
        ),
        (
            "400 6101",
            Box::new(|v| v["billing"]["size"] = json!(9)),
            "vault.billing.size",
        ),
        (
            "400 6101",
            Box::new(|v| v["billing"]["size"] = json!(10_485_761)),
            "10485760",
        ),
        (
            "400 9900",
            Box::new(|v| v["billing"]["size"] = json!("10")),
            "vault.billing.size",
        ),
        (
            "400 9900",
            Box::new(|v| v["billing"]["object_type"] = json!("shoe")),
            "turbo",
        ),
        (
            "400 6116",
            Box::new(|v| v["billing"]["protect_type"] = json!("magic")),
            "protect_type",
        ),
        (
            "400 9900",
            Box::new(|v| v["billing"]["consistent_level"] = json!("none")),
            "app_consistent",
        ),
        (
            "400 9900",
            Box::new(|v| v["billing"]["charging_mode"] = json!("free")),
            "post_paid",
        ),
        (
            "400 9900",
            Box::new(|v| v["threshold"] = json!(101)),
            "vault.threshold",
        ),
        (
            "400 9900",
            Box::new(|v| v["auto_bind"] = json!(true)),
            "bind_rules",
        ),
        (
            "400 9900",
            Box::new(|v| v["enterprise_project_id"] = json!("7")),
            "enterprise_project_id",
        ),
        ("400 6600", Box::new(|v| v["tags"] = tags(21)), "at most 20"),
        (
            "404 6000",
            Box::new(|v| v["backup_policy_id"] = json!("none")),
            "no policy",
        ),
        (
            "404 7100",
            Box::new(|v| v["resources"] = json!([server("none")])),
            "no server",
        ),
    ];
    for (expected, change, words) in cases {
        let (code, message) = world
            .refusal(Method::POST, "/vaults", vault_with("v", 100, change))
            .await;
        assert_eq!(code, expected, "{message}");
        assert!(message.contains(words), "{message} has no {words}");
    }
    let (code, message) = world
        .refusal(Method::POST, "/vaults", json!({"vault": {"name": "v"}}))
        .await;
    assert_eq!(code, "400 9900");
    assert!(
        message.contains("billing") || message.contains("resources"),
        "{message}"
    );
    assert_eq!(
        world.get("/vaults").await["count"],
        0,
        "nothing of it was left behind"
    );
}

fn tags(count: usize) -> Value {
    (0..count)
        .map(|n| json!({"key": format!("k{n}"), "value": "v"}))
        .collect()
}

#[tokio::test]
async fn more_vaults_than_allowed_are_refused() {
    let world = Vaults::open().await;
    for n in 0..100 {
        world.post("/vaults", vault(&format!("v{n}"), 10)).await;
    }
    assert_eq!(
        world
            .refused(Method::POST, "/vaults", vault("more", 10))
            .await,
        "400 6133"
    );
}

#[tokio::test]
async fn lists_are_filtered_and_their_pages_end() {
    let world = Vaults::open().await;
    let web = world.vault("web-servers", 500, &["web01"]).await;
    let disks = vault_with("disks", 100, |v| {
        v["billing"]["object_type"] = json!("disk")
    });
    let disks = text(&world.post("/vaults", disks).await["vault"]["id"]);
    let ids = async |query: &str| world.ids(&format!("/vaults?{query}"), "vaults").await;
    let both = ids("").await;
    assert_eq!(both.len(), 2);
    assert_eq!(ids("object_type=disk").await, std::slice::from_ref(&disks));
    assert_eq!(ids("objcet_type=disk").await, std::slice::from_ref(&disks));
    assert_eq!(ids("name=serv").await, std::slice::from_ref(&web));
    assert_eq!(ids(&format!("id={web}&id={disks}")).await, both);
    assert_eq!(ids("status=lock").await, Vec::<String>::new());
    assert_eq!(ids("enterprise_project_id=5").await, Vec::<String>::new());
    assert_eq!(ids("enterprise_project_id=all_granted_eps").await, both);
    let server = world.0.server("web01").await;
    assert_eq!(
        ids(&format!("resource_ids=x,{server}")).await,
        std::slice::from_ref(&web)
    );
    assert_eq!(ids(&format!("resources_ids={server}")).await, [web]);
    assert_eq!(ids("limit=1").await, both[..1]);
    assert_eq!(ids(&format!("limit=1&marker={}", both[0])).await, both[1..]);
    assert_eq!(
        ids(&format!("limit=1&marker={}", both[1])).await,
        Vec::<String>::new()
    );
    let page = world.get("/vaults?limit=1&offset=1").await;
    assert_eq!(
        (&page["count"], &page["limit"], &page["offset"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(
        world
            .refused(Method::GET, "/vaults?limit=0", Value::Null)
            .await,
        "400 9900"
    );
    assert_eq!(
        world
            .refused(Method::GET, "/vaults?marker=x", Value::Null)
            .await,
        "400 9900"
    );
}

#[tokio::test]
async fn a_vault_is_changed_within_its_limits() {
    let world = Vaults::open().await;
    let id = world.vault("servers", 1000, &["web01", "db01"]).await;
    let path = format!("/vaults/{id}");
    let changed = world
        .put(&path, json!({"vault": {"name": "more", "billing": {"size": 1200}, "smn_notify": false, "threshold": 50}}))
        .await["vault"]
        .clone();
    assert_eq!(world.show(&id).await, changed);
    assert_eq!(
        (&changed["name"], &changed["billing"]["size"]),
        (&json!("more"), &json!(1200))
    );
    let size = |size: i64| json!({"vault": {"billing": {"size": size}}});
    // web01 has 40 GB, db01 has 440.
    assert_eq!(changed["billing"]["allocated"], 480);
    assert_eq!(
        world.refused(Method::PUT, &path, size(479)).await,
        "400 6101"
    );
    assert_eq!(world.refused(Method::PUT, &path, size(0)).await, "400 6101");
    world.backed_up(&id).await;
    assert_eq!(world.refused(Method::PUT, &path, size(1)).await, "400 6114");
    assert_eq!(
        world.refused(Method::PUT, "/vaults/none", size(100)).await,
        "404 6105"
    );
    let level = |word: &str| json!({"vault": {"billing": {"consistent_level": word}}});
    let changed = world.put(&path, level("app_consistent")).await["vault"]["billing"].clone();
    assert_eq!(
        (&changed["consistent_level"], &changed["spec_code"]),
        (
            &json!("app_consistent"),
            &json!("vault.backup.database.normal")
        )
    );
    assert_eq!(
        world.refused(Method::PUT, &path, level("so so")).await,
        "400 9900"
    );
    world.put(&path, json!({"vault": {"locked": true}})).await;
    assert_eq!(
        world
            .refused(Method::PUT, &path, json!({"vault": {"locked": false}}))
            .await,
        "400 6110"
    );
    world
        .meddle("UPDATE cbr_vaults SET status = 'frozen' WHERE id = ?1", &id)
        .await;
    assert_eq!(
        world.refused(Method::PUT, &path, size(2000)).await,
        "400 6112"
    );
}

#[tokio::test]
async fn every_vault_is_changed_at_once_and_summed_up() {
    let world = Vaults::open().await;
    let first = world.vault("first", 100, &["web01"]).await;
    let second = world.vault("second", 300, &[]).await;
    world.backed_up(&first).await;
    let summary = world.get("/vaults/summary").await;
    assert_eq!(summary["size"], 400);
    let used = world.show(&first).await["billing"]["used"]
        .as_i64()
        .unwrap();
    assert_eq!(summary["used_size"], (used + 1023) / 1024);
    let changed = world
        .put(
            "/vaults/batch-update",
            json!({"vault": {"smn_notify": false, "threshold": 33}}),
        )
        .await;
    assert_eq!(changed["updated_vaults_id"], json!([second, first]));
    assert_eq!(world.show(&first).await["threshold"], 33);
    assert_eq!(
        world
            .refused(
                Method::PUT,
                "/vaults/batch-update",
                json!({"vault": {"threshold": 0}})
            )
            .await,
        "400 9900"
    );
}

#[tokio::test]
async fn a_deleted_vault_takes_its_backups_with_it() {
    let world = Vaults::open().await;
    let id = world.vault("servers", 500, &["web01"]).await;
    let backup = world.backed_up(&id).await.remove(0);
    world.run(&id, json!({})).await;
    assert_eq!(
        world
            .refused(Method::DELETE, &format!("/vaults/{id}"), Value::Null)
            .await,
        "400 6125"
    );
    world.0.advance("PT12H").await;
    world.delete(&format!("/vaults/{id}")).await;
    assert_eq!(world.show(&id).await["billing"]["status"], "deleting");
    assert_eq!(
        world
            .refused(Method::DELETE, &format!("/vaults/{id}"), Value::Null)
            .await,
        "400 6112"
    );
    world.0.advance("PT1H").await;
    assert_eq!(
        world
            .refused(Method::GET, &format!("/vaults/{id}"), Value::Null)
            .await,
        "404 6105"
    );
    assert_eq!(
        world
            .refused(Method::GET, &format!("/backups/{backup}"), Value::Null)
            .await,
        "404 6200"
    );
    let tasks = world
        .get("/operation-logs?operation_type=vault_delete")
        .await;
    assert_eq!(
        (&tasks["count"], &tasks["operation_logs"][0]["status"]),
        (&json!(1), &json!("success"))
    );
    // The server is free for another vault.
    world.vault("again", 500, &["web01"]).await;
}

#[tokio::test]
async fn a_locked_vault_keeps_its_automatic_backups() {
    let world = Vaults::open().await;
    let id = world.vault("locked", 500, &["web01"]).await;
    world
        .apply(
            &id,
            policy("nightly", &[NIGHTLY], json!({"retention_duration_days": 3})),
        )
        .await;
    world
        .put(&format!("/vaults/{id}"), json!({"vault": {"locked": true}}))
        .await;
    world.0.advance("P1DT12H").await;
    let backup = world.ids("/backups", "backups").await.remove(0);
    assert_eq!(
        world
            .refused(Method::DELETE, &format!("/backups/{backup}"), Value::Null)
            .await,
        "400 6220"
    );
    assert_eq!(
        world
            .refused(Method::DELETE, &format!("/vaults/{id}"), Value::Null)
            .await,
        "400 6111"
    );
    let by_hand = world.backed_up(&id).await.remove(0);
    world.delete(&format!("/backups/{by_hand}")).await;
    // They go when they expire.
    world.0.advance("P5D").await;
    assert_eq!(
        world
            .refused(Method::GET, &format!("/backups/{backup}"), Value::Null)
            .await,
        "404 6200"
    );
}

#[tokio::test]
async fn tags_are_added_replaced_removed_and_searched() {
    let world = Vaults::open().await;
    let id = world.vault("servers", 100, &[]).await;
    let other = world.vault("others", 100, &[]).await;
    let path = format!("/vault/{id}/tags");
    let tag = |key: &str, value: &str| json!({"tag": {"key": key, "value": value}});
    let done = StatusCode::NO_CONTENT;
    world
        .done(Method::POST, &path, tag("env", "v1.0"), done)
        .await;
    world
        .done(Method::POST, &path, tag("env", "prod"), done)
        .await;
    let batch =
        json!({"action": "create", "tags": [{"key": "team", "value": "a"}], "sys_tags": []});
    world
        .done(Method::POST, &format!("{path}/action"), batch, done)
        .await;
    let shown = world.get(&path).await;
    assert_eq!(
        shown,
        json!({"tags": [{"key": "env", "value": "prod"}, {"key": "team", "value": "a"}], "sys_tags": []})
    );
    assert_eq!(
        world.get("/vault/tags").await["tags"][0],
        json!({"key": "env", "values": ["prod"]})
    );
    let search = async |body: Value| world.post("/vault/resource_instances/action", body).await;
    let found =
        search(json!({"action": "filter", "tags": [{"key": "env", "values": ["prod"]}]})).await;
    assert_eq!(found["total_count"], 1);
    assert_eq!(
        found["resources"][0]["resource_detail"]["vault"]["id"],
        json!(id)
    );
    let found = search(json!({"action": "filter", "without_any_tag": true})).await;
    assert_eq!(found["resources"][0]["resource_id"], json!(other));
    assert_eq!(
        search(json!({"action": "count"})).await,
        json!({"total_count": 2})
    );
    let part = json!({"key": "resource_name", "value": "serv"});
    let found = search(json!({"action": "filter", "matches": [part]})).await;
    assert_eq!(found["total_count"], 1);
    let both = json!({"action": "filter", "matches": [part, part]});
    assert_eq!(
        world
            .refused(Method::POST, "/vault/resource_instances/action", both)
            .await,
        "400 9900"
    );
    let gone = json!({"action": "delete", "tags": [{"key": "missing"}, {"key": "team"}]});
    world
        .done(Method::POST, &format!("{path}/action"), gone, done)
        .await;
    world.delete(&format!("{path}/env")).await;
    assert_eq!(
        world
            .refused(Method::DELETE, &format!("{path}/env"), Value::Null)
            .await,
        "404 6601"
    );
    assert_eq!(
        world.refused(Method::POST, &path, tag("a=b", "")).await,
        "400 9900"
    );
    // The alphabet that is named is this service's own: its values have dots.
    let (_, words) = world.refusal(Method::POST, &path, tag("env", "v1 0")).await;
    assert_eq!(
        words,
        "tag.value: ` ` is not allowed; use letters, digits, `-`, `_` and `.`."
    );
    let many = json!({"action": "create", "tags": tags(21)});
    assert_eq!(
        world
            .refused(Method::POST, &format!("{path}/action"), many)
            .await,
        "400 6600"
    );
    assert_eq!(world.get(&path).await["tags"], json!([]));
}

#[tokio::test]
async fn another_projects_vaults_are_not_there_but_can_be_listed_as_external() {
    let world = Vaults::open().await;
    let id = world.vault("servers", 100, &[]).await;
    let other = world.0.world.sign_in("demo2", "demo-project-2").await;
    let answer = world
        .0
        .world
        .get_as(&other, &format!("/v3/{{p}}/vaults/{id}"))
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let own = &world.0.session.project_id;
    let answer = world
        .0
        .world
        .get_as(
            &other,
            &format!("/v3/{{p}}/vaults/external?external_project_id={own}&region_id=eu-de"),
        )
        .await
        .json();
    assert_eq!(answer["vaults"][0]["id"], json!(id));
    assert_eq!(
        world
            .refused(Method::GET, "/vaults/external?region_id=eu-de", Value::Null)
            .await,
        "400 9900"
    );
}

//! Protectables, agents, policies of the account, the region, and orders.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::{NIGHTLY, Vaults, server, text, vault_with};

#[tokio::test]
async fn protectables_say_whether_and_why_not() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 500, &["web01"]).await;
    let list =
        async |query: &str| world.get(&format!("/protectables/{query}")).await["instances"].clone();
    let all = list("server/instances").await;
    let one = async |name: &str| {
        let found = all
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["name"] == name);
        found.unwrap()["protectable"].clone()
    };
    assert_eq!(one("web02").await["result"], true);
    let taken = one("web01").await;
    assert_eq!(
        (&taken["code"], &taken["vault"]["id"]),
        (&json!("BackupService.6103"), &json!(vault))
    );
    assert_eq!(taken["vault"]["billing"]["size"], 500);
    assert_eq!(one("netboot01").await["code"], "BackupService.7108");
    assert_eq!(one("ledger01").await["code"], "BackupService.7111");
    assert_eq!(one("edge01").await["code"], "BackupService.7103");
    assert_eq!(one("legacy01").await["code"], "BackupService.7101");
    let db = world.0.server("db01").await;
    let shown = world
        .get(&format!("/protectables/server/instances/{db}"))
        .await["instance"]
        .clone();
    assert_eq!(
        (&shown["size"], &shown["status"]),
        (&json!(440), &json!("ACTIVE"))
    );
    assert_eq!(shown["children"].as_array().unwrap().len(), 3);
    let disks = list(&format!("disk/instances?server_id={db}&status=IN-USE")).await;
    assert_eq!(disks.as_array().unwrap().len(), 3);
    assert_eq!(
        list("server/instances?limit=2")
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(list("workspace_v2/instances").await, json!([]));
    assert_eq!(
        world
            .refused(Method::GET, "/protectables/shoe/instances", Value::Null)
            .await,
        "400 9900"
    );
    assert_eq!(
        world
            .refused(Method::GET, "/protectables/server/instances/x", Value::Null)
            .await,
        "404 7100"
    );
    assert_eq!(
        world
            .refused(Method::GET, "/protectables/disk/instances/x", Value::Null)
            .await,
        "404 7000"
    );
    assert_eq!(
        world
            .refused(Method::GET, "/protectables/turbo/instances/x", Value::Null)
            .await,
        "404 7500"
    );
    assert_eq!(
        world
            .refused(
                Method::GET,
                "/protectables/workspace/instances/x",
                Value::Null
            )
            .await,
        "404 6302"
    );
}

#[tokio::test]
async fn an_agent_registers_gets_paths_and_leaves() {
    let world = Vaults::open().await;
    let web = world.0.server("web01").await;
    let agent = json!({"agent": {"agent_id": "a1", "host_ip": "192.168.0.9", "host_name": "web01", "host_os": "Debian 12", "agent_version": "3.1.0"}});
    let made = world.post("/agents", agent.clone()).await["agent"].clone();
    assert_eq!(
        (&made["status"], &made["paths"]),
        (&json!("normal"), &json!([]))
    );
    assert_eq!(world.get("/agents/a1").await["agent"], made);
    assert_eq!(
        world.get("/agents?agent_id=a1&agent_id=a2").await["count"],
        1
    );
    let add = json!({"add_path": ["/etc", "/srv"], "exclude_path": [{"path_name": "/srv", "exclude_path_name": ["/srv/tmp"]}]});
    assert_eq!(
        world.post("/agents/a1/add-path", add.clone()).await,
        json!({"added": ["/etc", "/srv"], "existed": []})
    );
    assert_eq!(
        world.post("/agents/a1/add-path", add).await["existed"],
        json!(["/etc", "/srv"])
    );
    let removed = world
        .post(
            "/agents/a1/remove-path",
            json!({"remove_path": ["/etc", "/x"]}),
        )
        .await;
    assert_eq!(removed, json!({"removed": ["/etc"], "not_existed": ["/x"]}));
    assert_eq!(
        world.get("/agents/a1").await["agent"]["paths"][0]["exclude_paths"],
        json!("/srv/tmp")
    );
    let check = json!({"agent_status": [
        {"resource_id": web, "resource_type": "OS::Nova::Server", "resource_name": "web01"},
        {"resource_id": "x", "resource_type": "OS::Nova::Server"},
    ]});
    let status = world.post("/agent/check", check).await["agent_status"].clone();
    assert_eq!(
        (&status[0]["installed"], &status[0]["is_old"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        (&status[1]["installed"], &status[1]["version"]),
        (&json!(false), &Value::Null)
    );
    let off = json!({"agent": {"status": "uninstall"}});
    assert_eq!(
        world.put("/agents/a1", off).await["agent"]["status"],
        "uninstall"
    );
    assert_eq!(
        world
            .refused(
                Method::PUT,
                "/agents/a1",
                json!({"agent": {"status": "gone"}})
            )
            .await,
        "400 9900"
    );
    world
        .0
        .ok(Method::DELETE, "/v3/{p}/agents/a1", Value::Null)
        .await;
    assert_eq!(
        world.refused(Method::GET, "/agents/a1", Value::Null).await,
        "404 6302"
    );
    let mut bad = agent;
    bad["agent"]["agent_version"] = json!("new");
    assert_eq!(
        world.refused(Method::POST, "/agents", bad).await,
        "400 9900"
    );
}

#[tokio::test]
async fn a_policy_of_the_account_applies_in_every_project() {
    let world = Vaults::open().await;
    let body = json!({"policy": {"name": "company", "operation_type": "backup", "policy_name": "company-nightly",
        "policy_enabled": true, "policy_operation_definition": {"max_backups": 7},
        "policy_trigger": {"properties": {"pattern": [NIGHTLY]}}}});
    let made = world.post("/organization-policies", body).await["policy"].clone();
    let path = format!("/organization-policies/{}", text(&made["id"]));
    assert_eq!(world.get(&path).await["policy"], made);
    assert_eq!(
        world
            .get("/organization-policies?operation_type=backup")
            .await["count"],
        1
    );
    assert_eq!(
        world
            .refused(Method::GET, "/organization-policies", Value::Null)
            .await,
        "400 9900"
    );
    let detail = world.get(&format!("{path}/policy-detail")).await;
    assert_eq!(detail["count"], 2);
    let policy = world.get("/policies").await["policies"][0].clone();
    assert_eq!(
        (&policy["name"], &policy["policy_type"]),
        (&json!("company-nightly"), &json!("organization_policy_v1"))
    );
    world
        .put(
            &path,
            json!({"policy": {"policy_enabled": false, "description": "off"}}),
        )
        .await;
    assert_eq!(
        world.get("/policies").await["policies"][0]["enabled"],
        false
    );
    world.delete(&path).await;
    assert_eq!(
        world.refused(Method::GET, &path, Value::Null).await,
        "404 6000"
    );
    assert_eq!(
        world.get("/policies").await["policies"][0]["policy_type"],
        "organization_policy_removed"
    );
}

#[tokio::test]
async fn the_region_tells_what_it_offers() {
    let world = Vaults::open().await;
    let regions = world.get("/replication-capabilities").await;
    assert_eq!(
        regions["regions"][0],
        json!({"name": "eu-de", "replication_destinations": ["eu-nl"]})
    );
    assert_eq!(world.get("/cbr-features").await["replication.enable"], true);
    assert_eq!(
        world.get("/cbr-features/replication.enable").await,
        json!({"replication.enable": true})
    );
    assert_eq!(
        world
            .refused(Method::GET, "/cbr-features/x", Value::Null)
            .await,
        "400 9900"
    );
    let vault = world.vault("servers", 1000, &["web01", "web02"]).await;
    world.backed_up(&vault).await;
    let usage = world.get("/storage_usage?limit=1").await;
    assert_eq!(
        (
            &usage["resource_count"],
            &usage["storage_usage"][0]["backup_count"]
        ),
        (&json!(2), &json!(1))
    );
    let projects = world.0.get("/v3/region-projects").await;
    assert_eq!(
        projects["projects"][0]["id"],
        json!(world.0.session.project_id)
    );
    let domain = world.0.get("/v3/domain/{p}").await;
    assert_eq!(
        (&domain["domain_name"], &domain["project_name"]),
        (&json!("sandbox"), &json!("demo-project"))
    );
    assert_eq!(
        world.0.get("/v3/domain/sandbox/projects").await["projects"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let versions = world.0.world.get("/cbr", &[]).await;
    assert_eq!(
        (versions.status, &versions.json()["versions"][0]["id"]),
        (StatusCode::MULTIPLE_CHOICES, &json!("v3"))
    );
}

#[tokio::test]
async fn a_body_is_read_as_it_is_written() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 100, &[]).await;
    let (one, tags) = (format!("/vaults/{vault}"), format!("/vault/{vault}/tags"));
    let tagged = vault_with("v", 100, |v| v["tags"] = json!([{"key": "k", "value": 5}]));
    for (method, path, body, place) in [
        // A list could be read as the members in their order.
        (Method::PUT, &one, json!({"vault": ["name"]}), "vault: "),
        (Method::POST, &tags, json!({"tag": ["k", "v"]}), "tag: "),
        (Method::POST, &tags, json!({"tag": {"key": 5}}), "tag.key: "),
        (
            Method::POST,
            &"/vaults".to_owned(),
            tagged,
            "vault.tags[0].value: ",
        ),
        (
            Method::POST,
            &format!("{tags}/action"),
            json!({"action": "create", "tags": [["k"]]}),
            "tags[0]: ",
        ),
    ] {
        let (code, words) = world.refusal(method, path, body).await;
        assert_eq!(code, "400 9900", "{words}");
        assert!(words.starts_with(place), "{words}");
    }
    assert_eq!(world.show(&vault).await["name"], "servers");
}

#[tokio::test]
async fn an_order_is_carried_out_when_it_is_given() {
    let world = Vaults::open().await;
    let ordered = |answer: Value| {
        let order = answer["orders"][0].clone();
        assert_eq!(
            (&order["subscribeResult"], &answer["retCode"]),
            (&json!(1), &json!(0))
        );
        (text(&order["orderId"]), text(&order["resourceId"]))
    };
    let billing = async |vault: &str| world.show(vault).await["billing"].clone();
    let body = vault_with("ahead", 100, |v| {
        v["billing"]["period_type"] = json!("month");
        v["billing"]["period_num"] = json!(1);
    });
    let (order, vault) = ordered(world.post("/vaults/order", body.clone()).await);
    let shown = billing(&vault).await;
    assert_eq!(
        (&shown["charging_mode"], &shown["order_id"]),
        (&json!("pre_paid"), &json!(order))
    );
    let ahead = vault_with("too", 100, |v| {
        v["billing"]["charging_mode"] = json!("pre_paid")
    });
    let (_, too) = ordered(world.post("/vaults", ahead).await);
    assert_eq!(billing(&too).await["charging_mode"], "pre_paid");
    let mut small = body;
    small["vault"]["billing"]["size"] = json!(9);
    assert_eq!(
        world.refused(Method::POST, "/vaults/order", small).await,
        "400 6101"
    );

    let plain = world.vault("servers", 100, &[]).await;
    let change = |ids: &[&str], number: i64| json!({"vault_ids": ids, "charging_mode": "pre_paid", "period_num": number, "period_type": "year"});
    let path = "/vaults/change-charge-mode";
    for (ids, number, expected) in [
        (&["x"][..], 1, "404 6105"),
        (&[], 1, "400 9900"),
        (&[&plain], 10, "400 9900"),
    ] {
        assert_eq!(
            world.refused(Method::POST, path, change(ids, number)).await,
            expected
        );
    }
    assert_eq!(billing(&plain).await["charging_mode"], "post_paid");
    let changed = world.post(path, change(&[&plain], 1)).await;
    let shown = billing(&plain).await;
    assert_eq!(
        (&shown["charging_mode"], &shown["order_id"]),
        (&json!("pre_paid"), &changed["orderId"])
    );

    let size = |vault: &str, size: i64| json!({"resource_id": vault, "product_info": {"product_id": "p", "resource_size": size}});
    assert_eq!(
        world
            .refused(Method::POST, "/orders/change", size("x", 200))
            .await,
        "404 6105"
    );
    assert_eq!(
        world
            .refused(Method::POST, "/orders/change", size(&vault, 9))
            .await,
        "400 9900"
    );
    let changed = world.post("/orders/change", size(&vault, 200)).await;
    let shown = billing(&vault).await;
    assert_eq!(
        (&shown["size"], &shown["order_id"]),
        (&json!(200), &changed["orderId"])
    );
    let older = json!({"resourceId": vault, "productInfo": {"resourceSize": 300}});
    let path = format!("/orders/{}", text(&changed["orderId"]));
    assert_eq!(world.put(&path, older).await["orderId"], changed["orderId"]);
    assert_eq!(billing(&vault).await["size"], 300);
    assert_eq!(
        world.refused(Method::PUT, "/orders/7", json!({})).await,
        "400 6109"
    );
}

#[tokio::test]
async fn a_world_with_vaults_goes_out_and_in() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 1000, &["web01", "db01"]).await;
    world.backed_up(&vault).await;
    let (shown, backups) = (world.show(&vault).await, world.get("/backups").await);
    let document = world.0.world.get("/sandbox/world", &[]).await;
    assert_eq!(document.status, StatusCode::OK);
    let headers = [("content-type", "application/json")];
    let send = async |method, path, body: hyper::body::Bytes| {
        let answer = world.0.world.send(method, path, &headers, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    };
    send(
        Method::POST,
        "/sandbox/reset",
        r#"{"seed": "empty"}"#.into(),
    )
    .await;
    assert_eq!(world.get("/vaults").await["count"], 0);
    send(Method::PUT, "/sandbox/world", document.body).await;
    assert_eq!(world.show(&vault).await, shown);
    assert_eq!(world.get("/backups").await, backups);
    let mut again = shown;
    again["name"] = json!("same");
    world
        .put(
            &format!("/vaults/{vault}"),
            json!({"vault": {"name": "same"}}),
        )
        .await;
    assert_eq!(world.show(&vault).await, again);
    let more = json!({"resources": [server(&world.0.server("web01").await)]});
    assert_eq!(
        world
            .refused(Method::POST, &format!("/vaults/{vault}/addresources"), more)
            .await,
        "400 7116"
    );
}

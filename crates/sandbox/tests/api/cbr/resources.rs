//! Resources of vaults: put in, taken out, moved, left out of runs, taken in by tags.

use hyper::Method;
use serde_json::{Value, json};

use super::{NIGHTLY, Vaults, policy, server, text, vault_with};

async fn add(world: &Vaults, vault: &str, resources: Value) -> String {
    let path = format!("/vaults/{vault}/addresources");
    world
        .refused(Method::POST, &path, json!({"resources": resources}))
        .await
}

#[tokio::test]
async fn the_ids_that_were_put_in_come_out_in_their_order() {
    let world = Vaults::open().await;
    let id = world.vault("servers", 1000, &[]).await;
    let (web, db) = (world.0.server("web01").await, world.0.server("db01").await);
    let body = json!({"resources": [
        {"id": db, "type": "OS::Nova::Server", "name": "whatever", "extra_info": {"include_volumes": [{"id": "x"}]}},
        server(&web),
    ]});
    let added = world
        .post(&format!("/vaults/{id}/addresources"), body)
        .await;
    assert_eq!(added["add_resource_ids"], json!([db, web]));
    let shown = world.show(&id).await;
    let resource = &shown["resources"][0];
    assert_eq!(
        (&resource["name"], &resource["size"]),
        (&json!("db01"), &json!(440))
    );
    assert_eq!(
        (&resource["protect_status"], &resource["extra_info"]),
        (&json!("available"), &json!({}))
    );
    assert_eq!(shown["billing"]["allocated"], 480);
    let removed = world
        .post(
            &format!("/vaults/{id}/removeresources"),
            json!({"resource_ids": [db, web]}),
        )
        .await;
    assert_eq!(removed["remove_resource_ids"], added["add_resource_ids"]);
}

#[tokio::test]
async fn a_resource_is_in_one_vault_and_fits_it() {
    let world = Vaults::open().await;
    let first = world.vault("first", 1000, &["web01", "cluster01"]).await;
    let id = world.vault("second", 1000, &["web02"]).await;
    let named = async |name: &str| server(&world.0.server(name).await);
    let web02 = named("web02").await;
    assert_eq!(
        add(&world, &id, json!([named("web01").await])).await,
        "400 6103"
    );
    assert_eq!(add(&world, &id, json!([web02])).await, "400 7116");
    let web03 = named("web03").await;
    assert_eq!(add(&world, &id, json!([web03, web03])).await, "400 6104");
    assert_eq!(
        add(
            &world,
            &id,
            json!([{"id": "x", "type": "OS::Cinder::Volume"}])
        )
        .await,
        "400 6102"
    );
    assert_eq!(
        add(&world, &id, json!([server("nobody")])).await,
        "404 7100"
    );
    assert_eq!(
        add(&world, &id, json!([named("hana01").await])).await,
        "400 7109"
    );
    assert_eq!(
        add(&world, &id, json!([named("netboot01").await])).await,
        "400 7108"
    );
    assert_eq!(
        add(&world, &id, json!([named("ledger01").await])).await,
        "400 7111"
    );
    // Its shared disk is backed up with the other node.
    assert_eq!(
        add(&world, &id, json!([named("cluster02").await])).await,
        "500 6137"
    );
    assert_eq!(add(&world, &id, json!([])).await, "400 9900");
    assert_eq!(add(&world, "none", json!([web03])).await, "404 6105");
    // Bare metal under its own kind will do.
    let hana = world.0.server("hana01").await;
    let body = json!({"resources": [{"id": hana, "type": "OS::Ironic::BareMetalServer"}]});
    world
        .post(&format!("/vaults/{first}/addresources"), body)
        .await;
    assert_eq!(
        world.show(&id).await["resources"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn volumes_go_into_vaults_for_disks() {
    let world = Vaults::open().await;
    let body = vault_with("disks", 1000, |v| {
        v["billing"]["object_type"] = json!("disk")
    });
    let id = text(&world.post("/vaults", body).await["vault"]["id"]);
    let volumes = world.get("/volumes/detail").await;
    let volume = |name: &str| {
        let found = volumes["volumes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|volume| volume["name"] == name);
        json!({"id": found.unwrap()["id"], "type": "OS::Cinder::Volume"})
    };
    assert_eq!(
        add(
            &world,
            &id,
            json!([{"id": "x", "type": "OS::Cinder::Volume"}])
        )
        .await,
        "404 7000"
    );
    assert_eq!(
        add(&world, &id, json!([volume("cluster01-data1")])).await,
        "400 7106"
    );
    assert_eq!(
        add(&world, &id, json!([volume("ledger01-data1")])).await,
        "400 7001"
    );
    world
        .post(
            &format!("/vaults/{id}/addresources"),
            json!({"resources": [volume("db01-data1")]}),
        )
        .await;
    assert_eq!(
        add(&world, &id, json!([volume("db01-data1")])).await,
        "400 7006"
    );
    let backup = world.backup(&world.backed_up(&id).await[0]).await;
    assert_eq!(
        (&backup["resource_type"], &backup["resource_size"]),
        (&json!("OS::Cinder::Volume"), &json!(300))
    );
    assert_eq!(
        (&backup["children"], &backup["parent_id"]),
        (&json!([]), &Value::Null)
    );
}

#[tokio::test]
async fn volumes_that_are_left_out_are_neither_allocated_nor_backed_up() {
    let world = Vaults::open().await;
    let db = world.0.server("db01").await;
    let disks = world
        .0
        .get(&format!("/v1/{{p}}/cloudservers/{db}/block_device"))
        .await;
    let data = text(&disks["volumeAttachments"][1]["volumeId"]);
    let resource =
        json!({"id": db, "type": "OS::Nova::Server", "extra_info": {"exclude_volumes": [data]}});
    let id = world.vault("servers", 1000, &[]).await;
    world
        .post(
            &format!("/vaults/{id}/addresources"),
            json!({"resources": [resource]}),
        )
        .await;
    let shown = world.show(&id).await;
    assert_eq!(shown["billing"]["allocated"], 140);
    assert_eq!(
        shown["resources"][0]["extra_info"],
        json!({"exclude_volumes": [data]})
    );
    let backup = world.backup(&world.backed_up(&id).await[0]).await;
    let children = backup["children"].as_array().unwrap();
    assert_eq!(children.len(), 2);
    assert!(
        children
            .iter()
            .all(|child| child["resource_id"] != json!(data))
    );
    let stranger = json!([{"id": world.0.server("web01").await, "type": "OS::Nova::Server",
        "extra_info": {"exclude_volumes": ["x"]}}]);
    assert_eq!(add(&world, &id, stranger).await, "400 9900");
}

#[tokio::test]
async fn what_is_taken_out_loses_its_backups_in_this_vault() {
    let world = Vaults::open().await;
    let id = world.vault("servers", 1000, &["web01", "web02"]).await;
    world.backed_up(&id).await;
    let web = world.0.server("web01").await;
    let path = format!("/vaults/{id}/removeresources");
    let body = json!({"resource_ids": [web]});
    assert_eq!(
        world
            .refused(Method::POST, &path, json!({"resource_ids": ["x"]}))
            .await,
        "400 6135"
    );
    world.run(&id, json!({})).await;
    assert_eq!(
        world.refused(Method::POST, &path, body.clone()).await,
        "400 6125"
    );
    world.0.advance("PT12H").await;
    let before = world.show(&id).await["billing"]["used"].as_i64().unwrap();
    world.post(&path, body).await;
    let other = json!({"resource_ids": [world.0.server("web02").await]});
    assert_eq!(world.refused(Method::POST, &path, other).await, "400 6134");
    world.0.advance("PT1H").await;
    assert_eq!(world.count(&format!("resource_id={web}")).await, 0);
    assert_eq!(world.count("").await, 2);
    assert!(world.show(&id).await["billing"]["used"].as_i64().unwrap() < before);
    let task = world
        .get("/operation-logs?operation_type=remove_resource")
        .await["operation_logs"][0]
        .clone();
    assert_eq!(task["extra_info"]["remove_resources"]["total_count"], 1);
}

#[tokio::test]
async fn resources_move_with_their_backups() {
    let world = Vaults::open().await;
    let (from, to) = (
        world.vault("from", 500, &["web01", "db01"]).await,
        world.vault("to", 10, &[]).await,
    );
    world.backed_up(&from).await;
    let (web, db) = (world.0.server("web01").await, world.0.server("db01").await);
    let path = format!("/vaults/{from}/migrateresources");
    let body = |to: &str, id: &str| json!({"destination_vault_id": to, "resource_ids": [id]});
    assert_eq!(
        world.refused(Method::POST, &path, body("none", &web)).await,
        "400 6120"
    );
    assert_eq!(
        world.refused(Method::POST, &path, body(&to, "x")).await,
        "400 6135"
    );
    assert_eq!(
        world.refused(Method::POST, &path, body(&to, &db)).await,
        "400 6129"
    );
    let disks = vault_with("disks", 100, |v| {
        v["billing"]["object_type"] = json!("disk")
    });
    let disks = text(&world.post("/vaults", disks).await["vault"]["id"]);
    assert_eq!(
        world.refused(Method::POST, &path, body(&disks, &web)).await,
        "400 6102"
    );
    world
        .put(
            &format!("/vaults/{to}"),
            json!({"vault": {"billing": {"size": 100}}}),
        )
        .await;
    let before = world.show(&from).await["billing"]["used"].as_i64().unwrap();
    let moved = world.post(&path, body(&to, &web)).await;
    assert_eq!(moved["migrated_resources"], json!([web]));
    let (left, new) = (world.show(&from).await, world.show(&to).await);
    let used = |vault: &Value| vault["billing"]["used"].as_i64().unwrap();
    assert_eq!(used(&left) + used(&new), before);
    assert_eq!(new["resources"][0]["backup_count"], 1);
    assert_eq!(new["resources"][0]["backup_size"], new["billing"]["used"]);
    assert_eq!(world.count(&format!("vault_id={to}")).await, 1);
}

#[tokio::test]
async fn suspended_resources_are_left_out_of_scheduled_runs_only() {
    let world = Vaults::open().await;
    let id = world.vault("servers", 1000, &["web01", "web02"]).await;
    world
        .apply(&id, policy("nightly", &[NIGHTLY], json!({})))
        .await;
    let web = world.0.server("web01").await;
    let path = format!("/vaults/{id}/set-resources");
    let set = |action: &str, id: &str| json!({"action": action, "resource_ids": [id]});
    assert_eq!(
        world.put(&path, set("suspend", &web)).await["set_resource_ids"],
        json!([web])
    );
    world.0.advance("P1D").await;
    assert_eq!(world.count(&format!("resource_id={web}")).await, 0);
    assert_eq!(world.count("").await, 1);
    world.put(&path, set("unsuspend", &web)).await;
    world.0.advance("P1D").await;
    assert_eq!(world.count(&format!("resource_id={web}")).await, 1);
    assert_eq!(
        world.refused(Method::PUT, &path, set("stop", &web)).await,
        "400 9900"
    );
    assert_eq!(
        world.refused(Method::PUT, &path, set("suspend", "x")).await,
        "400 6135"
    );
}

#[tokio::test]
async fn a_vault_takes_in_servers_by_their_tags() {
    let world = Vaults::open().await;
    let taken = world.vault("taken", 1000, &["web01"]).await;
    let body = vault_with("bound", 5000, |v| {
        v["auto_bind"] = json!(true);
        v["bind_rules"] = json!({"tags": [{"key": "tier", "value": "web"}]});
    });
    let bound = world.post("/vaults", body).await["vault"].clone();
    let mut names: Vec<_> = bound["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| text(&r["name"]))
        .collect();
    names.sort();
    assert_eq!(names, ["blog01", "dr-web01", "proxy01", "web02", "web03"]);
    assert_eq!(
        world.show(&taken).await["resources"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // A server that gets the tag later is taken in by the next run.
    let dev = world.0.server("dev01").await;
    world
        .meddle(
            "UPDATE servers SET tags = '[\"tier=web\"]' WHERE id = ?1",
            &dev,
        )
        .await;
    world.0.advance("P1D").await;
    let shown = world.show(&text(&bound["id"])).await;
    assert!(
        shown["resources"]
            .as_array()
            .unwrap()
            .iter()
            .any(|r| r["id"] == json!(dev))
    );
}

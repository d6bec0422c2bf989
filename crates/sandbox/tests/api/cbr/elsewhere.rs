//! Backups that leave the project or come into it: shared, replicated, imported.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::{NIGHTLY, Vaults, policy, text, vault_with};
use crate::client::{Answer, Session};

/// A call as somebody else.
async fn call(world: &Vaults, who: &Session, method: Method, path: &str, body: Value) -> Answer {
    let path = format!("/v3/{}{path}", who.project_id);
    let headers = [
        ("x-auth-token", who.token.as_str()),
        ("content-type", "application/json"),
    ];
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    world.0.world.send(method, &path, &headers, body).await
}

async fn other(world: &Vaults) -> Session {
    world.0.world.sign_in("demo2", "demo-project-2").await
}

fn code(answer: &Answer) -> String {
    format!(
        "{} {}",
        answer.status.as_u16(),
        text(&answer.json()["error_code"]).replace("BackupService.", "")
    )
}

/// Makes a vault in another project; says its id.
async fn vault_of(world: &Vaults, who: &Session, change: impl FnOnce(&mut Value)) -> String {
    let answer = call(
        world,
        who,
        Method::POST,
        "/vaults",
        vault_with("theirs", 500, change),
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    text(&answer.json()["vault"]["id"])
}

#[tokio::test]
async fn a_backup_is_shared_seen_accepted_and_taken_back() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 500, &["web01"]).await;
    let id = world.backed_up(&vault).await.remove(0);
    let other = other(&world).await;
    let (me, them) = (world.0.session.project_id.clone(), other.project_id.clone());
    let members = format!("/backups/{id}/members");
    let shared = world
        .post(&members, json!({"members": [them], "domains": []}))
        .await;
    assert_eq!(
        (&shared["count"], &shared["members"][0]["status"]),
        (&json!(1), &json!("pending"))
    );
    let add = |id: &str| json!({"members": [id]});
    assert_eq!(
        world.refused(Method::POST, &members, add(&them)).await,
        "400 6703"
    );
    assert_eq!(
        world.refused(Method::POST, &members, add(&me)).await,
        "400 6704"
    );
    assert_eq!(
        world.refused(Method::POST, &members, add("x")).await,
        "400 6704"
    );
    assert_eq!(
        world
            .refused(Method::POST, "/backups/x/members", add(&them))
            .await,
        "404 6200"
    );
    let eleven: Vec<_> = (0..11).map(|n| n.to_string()).collect();
    assert_eq!(
        world
            .refused(Method::POST, &members, json!({"members": eleven}))
            .await,
        "400 6701"
    );
    // The receiver finds it, and nothing else.
    let found = call(
        &world,
        &other,
        Method::GET,
        "/backups?own_type=shared&member_status=pending",
        Value::Null,
    )
    .await
    .json();
    assert_eq!(
        (&found["count"], &found["backups"][0]["id"]),
        (&json!(1), &json!(id))
    );
    let found = call(&world, &other, Method::GET, "/backups", Value::Null)
        .await
        .json();
    assert_eq!(found["count"], 0);
    let one = format!("{members}/{them}");
    let update = async |body: Value| call(&world, &other, Method::PUT, &one, body).await;
    assert_eq!(code(&update(json!({"status": "maybe"})).await), "400 6706");
    assert_eq!(
        code(&update(json!({"status": "accepted"})).await),
        "400 9900"
    );
    assert_eq!(
        code(&update(json!({"status": "accepted", "vault_id": "x"})).await),
        "404 6105"
    );
    let disks = vault_of(&world, &other, |v| {
        v["billing"]["object_type"] = json!("disk")
    })
    .await;
    assert_eq!(
        code(&update(json!({"status": "accepted", "vault_id": disks})).await),
        "400 6713"
    );
    let theirs = vault_of(&world, &other, |_| {}).await;
    let accepted = update(json!({"status": "accepted", "vault_id": theirs}))
        .await
        .json();
    assert_eq!(
        (
            &accepted["member"]["status"],
            &accepted["member"]["vault_id"]
        ),
        (&json!("accepted"), &json!(theirs))
    );
    assert_eq!(world.get(&one).await["member"], accepted["member"]);
    assert_eq!(
        world.get(&format!("{members}?status=accepted")).await["count"],
        1
    );
    assert_eq!(
        code(&update(json!({"status": "pending"})).await),
        "400 6708"
    );
    assert_eq!(
        world
            .refused(Method::PUT, &one, json!({"status": "rejected"}))
            .await,
        "400 6708"
    );
    let restore = json!({"restore": {"server_id": "x", "mappings": []}});
    let refused = call(
        &world,
        &other,
        Method::POST,
        &format!("/backups/{id}/restore"),
        restore,
    )
    .await;
    assert_eq!(code(&refused), "400 2003");
    assert_eq!(
        world
            .refused(Method::DELETE, &format!("/backups/{id}"), Value::Null)
            .await,
        "400 6711"
    );
    assert_eq!(
        update(json!({"status": "rejected"})).await.status,
        StatusCode::OK
    );
    assert_eq!(
        world
            .refused(Method::GET, &format!("{members}/x"), Value::Null)
            .await,
        "404 6705"
    );
    world.delete(&one).await;
    let answer = call(
        &world,
        &other,
        Method::GET,
        &format!("/backups/{id}"),
        Value::Null,
    )
    .await;
    assert_eq!(code(&answer), "404 6200");
}

#[tokio::test]
async fn only_plain_backups_of_servers_are_shared() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 500, &["web01"]).await;
    let id = world.backed_up(&vault).await.remove(0);
    let them = other(&world).await.project_id;
    let refused = async || {
        let body = json!({"members": [them]});
        world
            .refused(Method::POST, &format!("/backups/{id}/members"), body)
            .await
    };
    world
        .meddle("UPDATE cbr_backups SET status = 'error' WHERE id = ?1", &id)
        .await;
    assert_eq!(refused().await, "400 6702");
    world.meddle("UPDATE cbr_backups SET status = 'available', resource_kind = 'OS::Cinder::Volume' WHERE id = ?1", &id).await;
    assert_eq!(refused().await, "400 6700");
    world.meddle("UPDATE cbr_backups SET resource_kind = 'OS::Nova::Server', image_type = 'replication' WHERE id = ?1", &id).await;
    assert_eq!(refused().await, "400 6707");
    world
        .meddle(
            "UPDATE cbr_backups SET image_type = 'backup' WHERE id = ?1",
            &id,
        )
        .await;
    world.meddle("UPDATE cbr_disks SET encrypted = 1 WHERE backup = (SELECT seq FROM cbr_backups WHERE id = ?1)", &id).await;
    assert_eq!(refused().await, "400 6709");
    world.meddle("UPDATE cbr_disks SET encrypted = 0 WHERE backup = (SELECT seq FROM cbr_backups WHERE id = ?1)", &id).await;
    world
        .meddle(
            "UPDATE cbr_vaults SET status = 'frozen' WHERE id = ?1",
            &vault,
        )
        .await;
    assert_eq!(refused().await, "400 6712");
    world
        .meddle(
            "UPDATE cbr_vaults SET status = 'available' WHERE id = ?1",
            &vault,
        )
        .await;
    let twice = json!({"members": [them, them]});
    assert_eq!(
        world
            .refused(Method::POST, &format!("/backups/{id}/members"), twice)
            .await,
        "400 6714"
    );
}

#[tokio::test]
async fn a_backup_is_replicated_to_the_other_region() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 1000, &["db01"]).await;
    let id = world.backed_up(&vault).await.remove(0);
    let other = other(&world).await;
    let target = vault_of(&world, &other, |v| {
        v["billing"]["protect_type"] = json!("replication")
    })
    .await;
    let path = format!("/backups/{id}/replicate");
    let to = |region: &str, project: &str, vault: &str| json!({"replicate": {"destination_region": region, "destination_project_id": project, "destination_vault_id": vault, "name": "copy"}});
    let them = &other.project_id;
    assert_eq!(
        world
            .refused(Method::POST, &path, to("moon", them, &target))
            .await,
        "500 1005"
    );
    assert_eq!(
        world
            .refused(Method::POST, &path, to("eu-nl", "x", &target))
            .await,
        "400 1011"
    );
    assert_eq!(
        world
            .refused(Method::POST, &path, to("eu-nl", them, "x"))
            .await,
        "400 6120"
    );
    assert_eq!(
        world
            .refused(Method::POST, &path, to("eu-nl", them, &vault))
            .await,
        "400 6118"
    );
    let plain = vault_of(&world, &other, |_| {}).await;
    assert_eq!(
        world
            .refused(Method::POST, &path, to("eu-nl", them, &plain))
            .await,
        "400 6119"
    );
    let answer = world.post(&path, to("eu-nl", them, &target)).await["replication"].clone();
    assert_eq!(
        (&answer["source_region"], &answer["destination_vault_id"]),
        (&json!("eu-de"), &json!(target))
    );
    assert_eq!(
        world
            .refused(Method::POST, &path, to("eu-nl", them, &target))
            .await,
        "500 1009"
    );
    let record = world.backup(&id).await["replication_records"][0].clone();
    assert_eq!(
        (&record["status"], &record["id"]),
        (&json!("replicating"), &answer["replication_record_id"])
    );
    assert_eq!(
        world
            .refused(Method::DELETE, &format!("/vaults/{vault}"), Value::Null)
            .await,
        "400 6130"
    );
    world.0.advance("PT12H").await;
    assert_eq!(
        world.backup(&id).await["replication_records"][0]["status"],
        "success"
    );
    let replica = call(
        &world,
        &other,
        Method::GET,
        "/backups?image_type=replication",
        Value::Null,
    )
    .await
    .json();
    let replica = replica["backups"][0].clone();
    assert_eq!(
        (&replica["name"], &replica["status"]),
        (&json!("copy"), &json!("available"))
    );
    assert_eq!(replica["children"].as_array().unwrap().len(), 3);
    let id = text(&replica["id"]);
    let again = call(
        &world,
        &other,
        Method::POST,
        &format!("/backups/{id}/replicate"),
        to("eu-de", them, &target),
    )
    .await;
    assert_eq!(code(&again), "500 1002");
    let task = world
        .get("/operation-logs?operation_type=replication&destination_region=eu-nl")
        .await;
    assert_eq!(
        task["operation_logs"][0]["extra_info"]["replication"]["destination_backup_id"],
        json!(id)
    );
    // The other vault is full one day.
    world
        .meddle("UPDATE cbr_vaults SET size_gb = 1 WHERE id = ?1", &target)
        .await;
    let next = world.backed_up(&vault).await.remove(0);
    let refused = world
        .refused(
            Method::POST,
            &format!("/backups/{next}/replicate"),
            to("eu-nl", them, &target),
        )
        .await;
    assert_eq!(refused, "400 6129");
}

#[tokio::test]
async fn a_replication_policy_copies_what_has_no_copy_yet() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 1000, &["web01", "web02"]).await;
    let other = other(&world).await;
    let target = vault_of(&world, &other, |v| {
        v["billing"]["protect_type"] = json!("replication")
    })
    .await;
    let body = |region: &str| {
        let keep = json!({"destination_region": region, "destination_project_id": other.project_id, "retention_duration_days": 5});
        let mut body = policy("offsite", &["FREQ=DAILY;BYHOUR=12;BYMINUTE=0"], keep);
        body["policy"]["operation_type"] = json!("replication");
        body
    };
    assert_eq!(
        world
            .refused(Method::POST, "/policies", body("eu-de"))
            .await,
        "400 9900"
    );
    let id = text(&world.post("/policies", body("eu-nl")).await["policy"]["id"]);
    let path = format!("/vaults/{vault}/associatepolicy");
    let link = |target: &str| json!({"policy_id": id, "destination_vault_id": target});
    assert_eq!(
        world
            .refused(Method::POST, &path, json!({"policy_id": id}))
            .await,
        "400 9900"
    );
    assert_eq!(
        world.refused(Method::POST, &path, link("x")).await,
        "400 6120"
    );
    assert_eq!(
        world.refused(Method::POST, &path, link(&vault)).await,
        "400 6118"
    );
    world.post(&path, link(&target)).await;
    assert_eq!(
        world
            .refused(Method::PUT, &format!("/policies/{id}"), body("eu-west"))
            .await,
        "400 6003"
    );
    world
        .apply(&vault, policy("nightly", &[NIGHTLY], json!({})))
        .await;
    world.0.advance("P3D").await;
    let replicas = call(
        &world,
        &other,
        Method::GET,
        "/backups?image_type=replication",
        Value::Null,
    )
    .await
    .json();
    let count = replicas["count"].as_i64().unwrap();
    assert!((4..=6).contains(&count), "{count}");
    assert_ne!(replicas["backups"][0]["expired_at"], Value::Null);
    let unlinked = call(
        &world,
        &other,
        Method::POST,
        &format!("/vaults/{target}/associatepolicy"),
        json!({"policy_id": id}),
    )
    .await;
    assert_eq!(code(&unlinked), "404 6000");
    let of_vault = json!({"replicate": {"vault_id": vault, "destination_project_id": other.project_id,
        "destination_region": "eu-nl", "destination_vault_id": target}});
    world.run(&vault, json!({})).await;
    // Before the policy does it.
    world.0.advance("PT1H").await;
    let begun = world
        .post("/checkpoints/replicate", json!({"checkpoint": of_vault}))
        .await;
    assert!(
        !begun["replication"]["backups"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        world
            .refused(Method::POST, "/checkpoints/replicate", of_vault)
            .await,
        "400 6130"
    );
}

#[tokio::test]
async fn a_replication_policy_keeps_as_many_copies_as_it_says() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 1000, &["web01"]).await;
    let other = other(&world).await;
    let target = vault_of(&world, &other, |v| {
        v["billing"]["protect_type"] = json!("replication")
    })
    .await;
    for _ in 0..4 {
        world.backed_up(&vault).await;
    }
    let keep = json!({"max_backups": 2, "destination_region": "eu-nl", "destination_project_id": other.project_id});
    let mut body = policy("copies", &["FREQ=DAILY;BYHOUR=9;BYMINUTE=0"], keep);
    body["policy"]["operation_type"] = json!("replication");
    let id = text(&world.post("/policies", body).await["policy"]["id"]);
    let link = json!({"policy_id": id, "destination_vault_id": target});
    world
        .post(&format!("/vaults/{vault}/associatepolicy"), link)
        .await;
    let copies = async || {
        let path = format!("/backups?vault_id={target}&sort=protected_at:asc");
        let found = call(&world, &other, Method::GET, &path, Value::Null).await;
        let rows = found.json()["backups"].as_array().unwrap().clone();
        let moments = rows.iter().map(|row| text(&row["protected_at"]));
        (rows[0].clone(), moments.collect::<Vec<_>>())
    };
    let own = async || {
        let path = format!("/backups?vault_id={vault}&sort=protected_at:asc");
        let rows = world.get(&path).await["backups"]
            .as_array()
            .unwrap()
            .clone();
        let moments = rows.iter().map(|row| text(&row["protected_at"]));
        moments.collect::<Vec<_>>()
    };
    // All four are copied at once; the two of the newest data stay.
    world.0.advance("P1D").await;
    let (copy, moments) = copies().await;
    assert_eq!(moments, own().await[2..]);
    assert_eq!(copy["scheduled_operation_id"], json!(id));
    // What was copied and went is not copied again.
    world.backed_up(&vault).await;
    world.0.advance("P2D").await;
    assert_eq!(copies().await.1, own().await[3..]);
}

#[tokio::test]
async fn backups_of_hybrid_vaults_are_imported() {
    let world = Vaults::open().await;
    let plain = world.vault("servers", 100, &[]).await;
    let sync = |vault: &str| json!({"sync": {"vault_id": vault, "auto_trigger": false}});
    let row = json!({"backup_id": "8b0851a8-adf3-4f4c-a914-dead08bf9664", "backup_name": "vm", "bucket_name": "b",
        "created_at": 1_700_000_000, "image_path": "/x", "resource_id": "r", "resource_name": "vm-1", "resource_type": "OS::Native::Server"});
    assert_eq!(
        world
            .refused(Method::POST, "/backups/sync", json!({"sync": [row]}))
            .await,
        "400 9900"
    );
    assert_eq!(
        world
            .refused(Method::POST, "/checkpoints/sync", sync(&plain))
            .await,
        "400 7300"
    );
    let body = vault_with("hybrid", 500, |v| {
        v["billing"]["protect_type"] = json!("hybrid");
        v["billing"]["object_type"] = json!("vmware");
    });
    let hybrid = text(&world.post("/vaults", body).await["vault"]["id"]);
    let answer = world.post("/checkpoints/sync", sync(&hybrid)).await;
    let task = text(&answer["sync"]["operation_log_id"]);
    assert_eq!(
        world
            .refused(Method::POST, "/checkpoints/sync", sync(&hybrid))
            .await,
        "400 7302"
    );
    world.0.advance("PT1H").await;
    assert_eq!(
        world.get(&format!("/operation-logs/{task}")).await["operation_log"]["status"],
        "success"
    );
    world.post("/backups/sync", json!({"sync": [row]})).await;
    assert_eq!(
        world
            .refused(Method::POST, "/backups/sync", json!({"sync": [row]}))
            .await,
        "400 7302"
    );
    world.0.advance("PT1H").await;
    let backup = world.backup("8b0851a8-adf3-4f4c-a914-dead08bf9664").await;
    assert_eq!(
        (&backup["status"], &backup["created_at"]),
        (&json!("available"), &json!("2023-11-14T22:13:20.000000"))
    );
    let body = json!({"checkpoint": {"vault_id": hybrid}});
    assert_eq!(
        world.refused(Method::POST, "/checkpoints", body).await,
        "400 6128"
    );
}

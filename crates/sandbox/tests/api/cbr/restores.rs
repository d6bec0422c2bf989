//! Restores: to the server, to volumes; what is refused.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Vaults, text, vault_with};

/// A restore of a server backup to the volumes its disks came from.
pub fn to_its_own(backup: &Value) -> Value {
    let mappings: Vec<_> = backup["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| json!({"backup_id": child["id"], "volume_id": child["resource_id"]}))
        .collect();
    json!({"restore": {"server_id": backup["resource_id"], "mappings": mappings}})
}

#[tokio::test]
async fn a_server_is_restored_and_started_again() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 1000, &["db01"]).await;
    let id = world.backed_up(&vault).await.remove(0);
    let backup = world.backup(&id).await;
    let path = format!("/backups/{id}/restore");
    world
        .done(
            Method::POST,
            &path,
            to_its_own(&backup),
            StatusCode::ACCEPTED,
        )
        .await;
    assert_eq!(world.backup(&id).await["status"], "restoring");
    assert_eq!(
        world.show(&vault).await["resources"][0]["protect_status"],
        "restoring"
    );
    let server = text(&backup["resource_id"]);
    let shown = world
        .0
        .get(&format!("/v1/{{p}}/cloudservers/{server}"))
        .await;
    assert_eq!(shown["server"]["status"], "SHUTOFF");
    assert_eq!(
        world
            .refused(Method::POST, &path, to_its_own(&backup))
            .await,
        "400 2005"
    );
    assert_eq!(
        world
            .refused(Method::DELETE, &format!("/backups/{id}"), Value::Null)
            .await,
        "400 6216"
    );
    let body = json!({"checkpoint": {"vault_id": vault}});
    assert_eq!(
        world.refused(Method::POST, "/checkpoints", body).await,
        "400 6215"
    );
    let task =
        world.get("/operation-logs?operation_type=restore").await["operation_logs"][0].clone();
    assert_eq!(
        task["extra_info"]["restore"]["target_resource_id"],
        json!(server)
    );
    world.0.advance("PT2H").await;
    assert_eq!(world.backup(&id).await["status"], "available");
    let shown = world
        .0
        .get(&format!("/v1/{{p}}/cloudservers/{server}"))
        .await;
    assert_eq!(shown["server"]["status"], "ACTIVE");
    let task = world
        .get(&format!("/operation-logs/{}", text(&task["id"])))
        .await;
    assert_eq!(task["operation_log"]["status"], "success");
}

#[tokio::test]
async fn a_restore_that_cannot_be_is_refused_with_its_code() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 2000, &["db01", "web01"]).await;
    world.backed_up(&vault).await;
    let id = world
        .ids("/backups?resource_name=db01", "backups")
        .await
        .remove(0);
    let backup = world.backup(&id).await;
    let path = format!("/backups/{id}/restore");
    let refused = async |change: &dyn Fn(&mut Value)| {
        let mut body = to_its_own(&backup);
        change(&mut body["restore"]);
        world.refused(Method::POST, &path, body).await
    };
    let web = world.0.server("web01").await;
    assert_eq!(refused(&|r| r["server_id"] = Value::Null).await, "400 9900");
    assert_eq!(refused(&|r| r["server_id"] = json!("x")).await, "404 7100");
    assert_eq!(refused(&|r| r["server_id"] = json!(web)).await, "400 7201");
    assert_eq!(
        refused(&|r| {
            r["mappings"].as_array_mut().unwrap().pop();
        })
        .await,
        "400 2012"
    );
    assert_eq!(
        refused(&|r| r["mappings"][0]["backup_id"] = json!("x")).await,
        "400 9900"
    );
    let swap = |r: &mut Value, a: usize, b: usize| {
        let (one, other) = (
            r["mappings"][a]["volume_id"].clone(),
            r["mappings"][b]["volume_id"].clone(),
        );
        r["mappings"][a]["volume_id"] = other;
        r["mappings"][b]["volume_id"] = one;
    };
    assert_eq!(refused(&|r| swap(r, 0, 1)).await, "400 2013");
    assert_eq!(refused(&|r| swap(r, 1, 2)).await, "400 2001");
    let volume = text(&backup["children"][1]["resource_id"]);
    world
        .meddle("UPDATE volumes SET multiattach = 1 WHERE id = ?1", &volume)
        .await;
    assert_eq!(refused(&|_| {}).await, "400 2009");
    world
        .meddle(
            "UPDATE volumes SET multiattach = 0, volume_type = 'uh-l1' WHERE id = ?1",
            &volume,
        )
        .await;
    assert_eq!(refused(&|_| {}).await, "400 7004");
    world
        .meddle(
            "UPDATE volumes SET volume_type = 'SSD', status = 'error' WHERE id = ?1",
            &volume,
        )
        .await;
    assert_eq!(refused(&|_| {}).await, "400 2011");
    world
        .meddle(
            "UPDATE volumes SET status = 'in-use' WHERE id = ?1",
            &volume,
        )
        .await;
    let system = text(&backup["children"][0]["resource_id"]);
    world
        .meddle("UPDATE volumes SET encrypted = 1 WHERE id = ?1", &system)
        .await;
    assert_eq!(refused(&|_| {}).await, "400 6140");
    world
        .meddle(
            "UPDATE volumes SET encrypted = 0, scsi = 1 WHERE id = ?1",
            &system,
        )
        .await;
    assert_eq!(refused(&|_| {}).await, "400 6141");
    world
        .meddle("UPDATE volumes SET scsi = 0 WHERE id = ?1", &system)
        .await;
    let server = text(&backup["resource_id"]);
    world
        .meddle("UPDATE servers SET status = 'ERROR' WHERE id = ?1", &server)
        .await;
    assert_eq!(refused(&|_| {}).await, "400 2008");
    world
        .meddle(
            "UPDATE servers SET status = 'DELETED' WHERE id = ?1",
            &server,
        )
        .await;
    assert_eq!(refused(&|_| {}).await, "400 2007");
    world
        .meddle(
            "UPDATE servers SET status = 'ACTIVE', kind = 'bms' WHERE id = ?1",
            &server,
        )
        .await;
    assert_eq!(refused(&|_| {}).await, "400 2006");
    world
        .meddle(
            "UPDATE cbr_backups SET resource_kind = 'OS::Ironic::BareMetalServer' WHERE id = ?1",
            &id,
        )
        .await;
    world
        .meddle(
            "UPDATE servers SET kind = 'ecs', task_state = 'restoring' WHERE id = ?1",
            &server,
        )
        .await;
    assert_eq!(refused(&|_| {}).await, "400 2014");
    world
        .meddle(
            "UPDATE cbr_backups SET resource_kind = 'OS::Nova::Server' WHERE id = ?1",
            &id,
        )
        .await;
    assert_eq!(refused(&|_| {}).await, "400 2010");
    world
        .meddle(
            "UPDATE servers SET task_state = NULL WHERE id = ?1",
            &server,
        )
        .await;
    world
        .meddle(
            "UPDATE cbr_vaults SET status = 'frozen' WHERE id = ?1",
            &vault,
        )
        .await;
    assert_eq!(refused(&|_| {}).await, "400 6202");
    world
        .meddle(
            "UPDATE cbr_vaults SET status = 'lock' WHERE id = ?1",
            &vault,
        )
        .await;
    world.run(&vault, json!({})).await;
    assert_eq!(refused(&|_| {}).await, "400 2002");
    world
        .meddle(
            "UPDATE cbr_backups SET image_type = 'replication' WHERE id = ?1",
            &id,
        )
        .await;
    assert_eq!(refused(&|_| {}).await, "400 2004");
}

#[tokio::test]
async fn a_volume_is_restored_to_another_one() {
    let world = Vaults::open().await;
    let volumes = world.get("/volumes/detail").await;
    let volume = |name: &str| {
        let found = volumes["volumes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|volume| volume["name"] == name);
        text(&found.unwrap()["id"])
    };
    let resource = json!({"id": volume("wiki01-data1"), "type": "OS::Cinder::Volume"});
    let body = vault_with("disks", 500, |v| {
        v["billing"]["object_type"] = json!("disk");
        v["resources"] = json!([resource]);
    });
    let vault = text(&world.post("/vaults", body).await["vault"]["id"]);
    let id = world.backed_up(&vault).await.remove(0);
    let path = format!("/backups/{id}/restore");
    let to = |volume: &str| json!({"restore": {"volume_id": volume}});
    assert_eq!(
        world
            .refused(Method::POST, &path, json!({"restore": {}}))
            .await,
        "400 9900"
    );
    assert_eq!(
        world.refused(Method::POST, &path, to("x")).await,
        "404 7000"
    );
    assert_eq!(
        world
            .refused(Method::POST, &path, to(&volume("web01-root")))
            .await,
        "400 2001"
    );
    assert_eq!(
        world
            .refused(Method::POST, &path, to(&volume("cluster01-data1")))
            .await,
        "400 2009"
    );
    let other = volume("wiki01-data2");
    world
        .done(Method::POST, &path, to(&other), StatusCode::ACCEPTED)
        .await;
    let shown = world.get(&format!("/volumes/{other}")).await;
    assert_eq!(shown["volume"]["status"], "restoring-backup");
    world.0.advance("PT2H").await;
    let shown = world.get(&format!("/volumes/{other}")).await;
    assert_eq!(shown["volume"]["status"], "in-use");
}

#[tokio::test]
async fn a_file_system_is_backed_up_and_restored_to_itself_only() {
    let world = Vaults::open().await;
    let project = world.0.session.project_id.clone();
    for id in ["f-1", "f-2"] {
        let sql = if id == "f-1" {
            "INSERT INTO file_systems (id, project_id, name, size_gb, availability_zone, created_at) VALUES ('f-1', ?1, 'shared-files', 500, 'eu-de-01', 0)"
        } else {
            "INSERT INTO file_systems (id, project_id, name, size_gb, availability_zone, created_at) VALUES ('f-2', ?1, 'scratch', 500, 'eu-de-01', 0)"
        };
        world.meddle(sql, &project).await;
    }
    let body = vault_with("files", 1000, |v| {
        v["billing"]["object_type"] = json!("turbo");
        v["resources"] = json!([{"id": "f-1", "type": "OS::Sfs::Turbo"}]);
    });
    let vault = world.post("/vaults", body).await["vault"].clone();
    assert_eq!(vault["billing"]["spec_code"], "vault.backup.turbo.normal");
    let vault = text(&vault["id"]);
    let add = json!({"resources": [{"id": "f-3", "type": "OS::Sfs::Turbo"}]});
    assert_eq!(
        world
            .refused(Method::POST, &format!("/vaults/{vault}/addresources"), add)
            .await,
        "404 7500"
    );
    let id = world.backed_up(&vault).await.remove(0);
    let path = format!("/backups/{id}/restore");
    let to = |id: &str| json!({"restore": {"resource_id": id}});
    assert_eq!(
        world.refused(Method::POST, &path, to("f-3")).await,
        "404 7500"
    );
    assert_eq!(
        world.refused(Method::POST, &path, to("f-2")).await,
        "400 7510"
    );
    world
        .meddle("UPDATE file_systems SET size_gb = 400 WHERE id = ?1", "f-1")
        .await;
    assert_eq!(
        world.refused(Method::POST, &path, to("f-1")).await,
        "400 7507"
    );
    world
        .meddle(
            "UPDATE file_systems SET size_gb = 500, status = 'error' WHERE id = ?1",
            "f-1",
        )
        .await;
    assert_eq!(
        world.refused(Method::POST, &path, to("f-1")).await,
        "400 7511"
    );
    let body = json!({"checkpoint": {"vault_id": vault}});
    assert_eq!(
        world
            .refused(Method::POST, "/checkpoints", body.clone())
            .await,
        "400 7502"
    );
    world
        .meddle(
            "UPDATE file_systems SET status = 'available', sub_status = 'expanding' WHERE id = ?1",
            "f-1",
        )
        .await;
    assert_eq!(
        world
            .refused(Method::POST, "/checkpoints", body.clone())
            .await,
        "400 7503"
    );
    world
        .meddle(
            "UPDATE file_systems SET sub_status = '' WHERE id = ?1",
            "f-1",
        )
        .await;
    world
        .done(Method::POST, &path, to("f-1"), StatusCode::ACCEPTED)
        .await;
    world.0.advance("PT2H").await;
    assert_eq!(world.backup(&id).await["status"], "available");
    world.post("/checkpoints", body.clone()).await;
    assert_eq!(
        world.refused(Method::POST, "/checkpoints", body).await,
        "400 7501"
    );
}

//! Restores: effects on server, volumes and backup; every refusal.

use hyper::Method;
use serde_json::{Value, json};

use super::{Company, P};

pub fn mapping(backup: &Value) -> Vec<Value> {
    backup["extend_info"]["volume_backups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|disk| json!({"backup_id": disk["id"], "volume_id": disk["source_volume_id"]}))
        .collect()
}

pub fn request(backup: &Value, server: &str, volumes: &[Value], power_on: bool) -> Value {
    json!({"restore": {
        "provider_id": P, "checkpoint_id": backup["checkpoint_id"],
        "parameters": {"checkpoint_item_id": backup["id"], "power_on": power_on,
            "targets": {"server_id": server, "volumes": volumes}},
    }})
}

impl Company {
    async fn server_state(&self, id: &str) -> (String, Value, Vec<String>) {
        let server = self.get(&format!("/v1/{{p}}/cloudservers/{id}")).await["server"].clone();
        let volumes = self
            .get(&format!("/v2/{{p}}/cloudvolumes/detail?server_id={id}"))
            .await;
        let volumes = volumes["volumes"].as_array().unwrap().clone();
        (
            server["status"].as_str().unwrap().to_owned(),
            server["OS-EXT-STS:task_state"].clone(),
            volumes
                .iter()
                .map(|volume| volume["status"].as_str().unwrap().to_owned())
                .collect(),
        )
    }
}

#[tokio::test]
async fn a_restore_stops_the_server_and_starts_it_again() {
    let company = Company::open().await;
    let server = company.server("app01").await;
    let backup = company.backup(&server).await;
    let body = request(&backup, &server, &mapping(&backup), true);
    let restore = company
        .ok(Method::POST, "/v1/{p}/restores", body.clone())
        .await["restore"]
        .clone();
    assert_eq!(restore["status"], "in_progress");
    assert_eq!(restore["parameters"], body["restore"]["parameters"]);
    assert_eq!(restore["resources_status"], json!({&server: "restoring"}));
    assert_eq!(restore["resources_reason"], json!({}));

    let (status, task, volumes) = company.server_state(&server).await;
    assert_eq!((status.as_str(), task), ("SHUTOFF", json!("restoring")));
    assert!(
        volumes.iter().all(|status| status == "restoring-backup"),
        "{volumes:?}"
    );
    company.advance("PT1M").await;
    let item = company.item(backup["id"].as_str().unwrap()).await;
    assert_eq!(item["status"], "restoring");
    assert!((1..100).contains(&item["extend_info"]["progress"].as_i64().unwrap()));

    // Nothing else may begin with it meanwhile.
    let (code, _) = company
        .refused(Method::POST, "/v1/{p}/restores", body)
        .await;
    assert_eq!(code, "400 CSBS.2003");
    let protect = format!("/v1/{{p}}/providers/{P}/resources/{server}/action");
    assert_eq!(
        company
            .refused(Method::POST, &protect, json!({"protect": {}}))
            .await
            .0,
        "400 CSBS.6005"
    );
    assert_eq!(
        company.delete(&backup).await.json()["error_code"],
        "CSBS.2003"
    );

    company.advance("PT2H").await;
    let (status, task, volumes) = company.server_state(&server).await;
    assert_eq!((status.as_str(), task), ("ACTIVE", Value::Null));
    assert!(
        volumes.iter().all(|status| status == "in-use"),
        "{volumes:?}"
    );
    assert_eq!(
        company.item(backup["id"].as_str().unwrap()).await["status"],
        "available"
    );
    let path = format!("/v1/{{p}}/restores/{}", restore["id"].as_str().unwrap());
    assert_eq!(company.get(&path).await["restore"]["status"], "success");
    assert_eq!(
        company.get("/v1/{p}/restores").await["restores"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        company
            .refused(Method::GET, "/v1/{p}/restores/none", Value::Null)
            .await
            .0,
        "404 CSBS.6040"
    );
}

#[tokio::test]
async fn without_power_on_the_server_stays_stopped_and_a_failure_keeps_the_backup() {
    let company = Company::open().await;
    let server = company.server("web02").await;
    let backup = company.backup(&server).await;
    let body = request(&backup, &server, &mapping(&backup), false);
    company
        .ok(Method::POST, "/v1/{p}/restores", body.clone())
        .await;
    company.advance("PT1H").await;
    assert_eq!(company.server_state(&server).await.0, "SHUTOFF");

    company
        .arm(json!({"operation": "csbs.restores.create", "job": "fail", "code": "CSBS.9999"}))
        .await;
    let restore = company.ok(Method::POST, "/v1/{p}/restores", body).await["restore"].clone();
    company.advance("PT1H").await;
    let path = format!("/v1/{{p}}/restores/{}", restore["id"].as_str().unwrap());
    let restore = company.get(&path).await["restore"].clone();
    assert_eq!(restore["status"], "fail");
    assert!(restore["resources_reason"][&server].is_string());
    let item = company.item(backup["id"].as_str().unwrap()).await;
    assert_eq!(item["status"], "available");
    assert_eq!(item["extend_info"]["fail_op"], "restore");
    assert_eq!(item["extend_info"]["fail_code"]["Code"], "CSBS.9999");
}

#[tokio::test]
async fn each_reason_against_a_restore_is_told_by_the_request_and_the_check() {
    let company = Company::open().await;
    let server = company.server("app01").await;
    let backup = company.backup(&server).await;
    let map = mapping(&backup);
    let disk = |n: usize| map[n]["backup_id"].clone();
    let volume = |n: usize| map[n]["volume_id"].clone();
    let pair = |d: Value, v: Value| json!({"backup_id": d, "volume_id": v});
    let with = |volumes: Vec<Value>| request(&backup, &server, &volumes, true);
    let other_zone = company.server("dr-web01").await;
    let no_volume = company.server("netboot01").await;
    let broken = company.server("legacy01").await;
    let metal = company.server("hana01").await;
    let shared = company.server("cluster01").await;
    let mut unknown = with(map.clone());
    unknown["restore"]["parameters"]["checkpoint_item_id"] = json!("none");
    let mut stranger = with(map.clone());
    stranger["restore"]["checkpoint_id"] = json!("none");
    let foreign = pair(json!("not-of-this-backup"), volume(1));
    let cases = vec![
        (unknown, "404 CSBS.3001"),
        (stranger, "404 CSBS.3001"),
        (request(&backup, "none", &map, true), "400 CSBS.6000"),
        (request(&backup, &broken, &map, true), "400 CSBS.6015"),
        (request(&backup, &metal, &map, true), "500 CSBS.6019"),
        (request(&backup, &other_zone, &map, true), "400 CSBS.6025"),
        (request(&backup, &no_volume, &map, true), "400 CSBS.6020"),
        (
            with(vec![pair(disk(0), volume(0)), foreign]),
            "400 CSBS.6017",
        ),
        (with(vec![pair(disk(0), volume(0))]), "400 CSBS.6018"),
        (
            with(vec![
                pair(disk(0), volume(0)),
                pair(disk(1), json!("elsewhere")),
            ]),
            "400 CSBS.6014",
        ),
        (
            request(
                &backup,
                &shared,
                &shared_map(&company, &shared, &map).await,
                true,
            ),
            "400 CSBS.6021",
        ),
        (
            with(vec![pair(disk(0), volume(1)), pair(disk(1), volume(0))]),
            "500 CSBS.6023",
        ),
        (
            with(vec![pair(disk(0), volume(0)), pair(disk(1), volume(0))]),
            "400 CSBS.9001",
        ),
    ];
    for (body, expected) in cases {
        let (code, message) = company
            .refused(Method::POST, "/v1/{p}/restores", body.clone())
            .await;
        assert_eq!(code, expected, "{message}\n{body}");
        if expected.ends_with("3001") {
            continue;
        }
        let checked = check(&company, &body, "OS::Nova::Server").await;
        assert_eq!(checked["result"], false);
        assert_eq!(checked["error_code"], expected[4..]);
        assert_eq!(checked["error_msg"], message);
    }
    assert_eq!(
        check(&company, &with(map.clone()), "OS::Cinder::Volume").await["error_code"],
        "CSBS.6013"
    );
    assert_eq!(
        check(&company, &with(map.clone()), "OS::Nova::Server").await["result"],
        true
    );
    let gone = check(
        &company,
        &json!({"restore": {"parameters": {"checkpoint_item_id": "none",
        "targets": {"server_id": server, "volumes": []}}}}),
        "OS::Nova::Server",
    )
    .await;
    assert_eq!(gone["error_code"], "CSBS.3001");

    company.sql("UPDATE volumes SET size_gb = 30 WHERE name = 'app01-data1'");
    assert_eq!(
        company
            .refused(Method::POST, "/v1/{p}/restores", with(map.clone()))
            .await
            .0,
        "400 CSBS.6024"
    );
    company
        .sql("UPDATE volumes SET size_gb = 60, volume_type = 'co-p1' WHERE name = 'app01-data1'");
    assert_eq!(
        company
            .refused(Method::POST, "/v1/{p}/restores", with(map.clone()))
            .await
            .0,
        "400 CSBS.6061"
    );
    company.sql("UPDATE volumes SET volume_type = 'SSD' WHERE name = 'app01-data1'; UPDATE backups SET status = 'error' WHERE name LIKE 'manual%'");
    assert_eq!(
        company
            .refused(Method::POST, "/v1/{p}/restores", with(map.clone()))
            .await
            .0,
        "400 CSBS.4000"
    );
    company.sql("UPDATE backups SET status = 'available' WHERE name LIKE 'manual%'; UPDATE sources SET kind = 'OS::Ironic::BareMetalServer'");
    let to_metal = request(&backup, &metal, &map, true);
    assert_eq!(
        company
            .refused(Method::POST, "/v1/{p}/restores", to_metal)
            .await
            .0,
        "400 CSBS.6016"
    );
}

/// The backup's disks on the volumes of a server with a shared one.
pub async fn shared_map(company: &Company, server: &str, map: &[Value]) -> Vec<Value> {
    let volumes = company
        .get(&format!("/v1/{{p}}/cloudservers/{server}/block_device"))
        .await;
    let mut volumes = volumes["volumeAttachments"].as_array().unwrap().clone();
    volumes.sort_by_key(|volume| volume["bootIndex"] != 0);
    map.iter()
        .zip(&volumes)
        .map(
            |(row, volume)| json!({"backup_id": row["backup_id"], "volume_id": volume["volumeId"]}),
        )
        .collect()
}

pub async fn check(company: &Company, body: &Value, kind: &str) -> Value {
    let parameters = &body["restore"]["parameters"];
    let body = json!({"check_restorable": [{
        "checkpoint_item_id": parameters["checkpoint_item_id"],
        "target": {"resource_id": parameters["targets"]["server_id"], "resource_type": kind,
            "volumes": parameters["targets"]["volumes"]},
    }]});
    let path = format!("/v1/{{p}}/providers/{P}/resources/action");
    company.ok(Method::POST, &path, body).await["restorable"][0].clone()
}

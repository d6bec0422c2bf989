//! Servers through the vendor's API and through Nova.

use hyper::{Method, StatusCode};
use sandbox::store::StoreError;
use serde_json::{Value, json};

use crate::client::{Session, World};
use crate::fixture::{self, DB, FOREIGN, METAL, SHARED, WEB, WEB_DATA, WEB_ROOT};

const ECS: &str = "/v1/{p}/cloudservers";
const NOVA: &str = "/v2.1/{p}/servers";

async fn planted() -> (World, Session) {
    let world = World::empty().await;
    let (demo, _) = fixture::plant(&world).await;
    (world, demo)
}

/// Ids of the servers in a list, in order.
async fn ids(world: &World, session: &Session, path: &str) -> Vec<String> {
    let answer = world.get_as(session, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path} {answer:?}");
    let servers = answer.json()["servers"].as_array().unwrap().clone();
    servers
        .iter()
        .map(|server| server["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_vendors_list_has_the_documented_shapes() {
    let (world, demo) = planted().await;
    let answer = world.get_as(&demo, &format!("{ECS}/detail")).await;
    let body = answer.json();
    assert_eq!(body["count"], 3);
    let web = body["servers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["id"] == WEB)
        .unwrap();
    assert_eq!(web["tenant_id"], demo.project_id);
    assert_eq!(web["status"], "ACTIVE");
    assert_eq!(web["OS-EXT-STS:vm_state"], "active");
    assert_eq!(web["OS-EXT-STS:task_state"], Value::Null);
    assert_eq!(web["OS-EXT-STS:power_state"], 1);
    assert_eq!(web["OS-EXT-AZ:availability_zone"], "eu-de-01");
    assert_eq!(web["OS-EXT-SRV-ATTR:root_device_name"], "/dev/vda");
    assert_eq!(
        web["flavor"],
        json!({"id": "s3.large.2", "name": "s3.large.2", "vcpus": "2", "ram": "4096", "disk": "0"})
    );
    assert_eq!(web["metadata"]["os_type"], "Linux");
    assert_eq!(web["created"], "2026-03-01T10:00:00Z");
    let addresses = web["addresses"]["164489f6-cbf7-45b4-b6d0-d407c48cf7fc"]
        .as_array()
        .unwrap();
    assert_eq!(addresses.len(), 3);
    assert!(
        addresses
            .iter()
            .all(|address| address["version"].is_string())
    );
    assert_eq!(
        web["os-extended-volumes:volumes_attached"][1],
        json!({"id": WEB_ROOT, "device": "/dev/vda", "bootIndex": "0", "delete_on_termination": "false"})
    );

    let read: contract::compute::ServersAnswer = serde_json::from_slice(&answer.body).unwrap();
    let model: Vec<contract::model::Server> = read.servers.into_iter().map(Into::into).collect();
    let web = model.iter().find(|server| server.id == WEB).unwrap();
    assert_eq!((web.vcpus, web.ram_mb), (Some(2), Some(4096)));
    assert_eq!(web.public_ips, ["80.158.1.2"]);
    assert_eq!(
        web.attachments
            .iter()
            .filter(|attachment| attachment.system)
            .count(),
        1
    );
    assert!(
        model
            .iter()
            .find(|server| server.id == METAL)
            .unwrap()
            .bare_metal
    );
    assert!(!web.bare_metal);
}

#[tokio::test]
async fn the_vendors_offset_is_the_number_of_a_page() {
    let (world, demo) = planted().await;
    let page = async |query: &str| ids(&world, &demo, &format!("{ECS}/detail?{query}")).await;
    assert_eq!(page("").await, [METAL, DB, WEB]);
    assert_eq!(page("limit=2").await, [METAL, DB]);
    assert_eq!(page("limit=2&offset=0").await, [METAL, DB]);
    assert_eq!(page("limit=2&offset=1").await, [METAL, DB]);
    assert_eq!(page("limit=2&offset=2").await, [WEB]);
    assert!(page("limit=2&offset=3").await.is_empty());
    assert_eq!(page(&format!("limit=2&marker={DB}")).await, [WEB]);
    assert_eq!(page("limit=100000").await.len(), 3);
    let body = world
        .get_as(&demo, &format!("{ECS}/detail?limit=1&offset=3"))
        .await
        .json();
    assert_eq!(body["count"], 3);
}

#[tokio::test]
async fn the_vendors_filters_take_wildcards_literally() {
    let (world, demo) = planted().await;
    let cases: [(&str, &[&str]); 21] = [
        ("name=web", &[WEB]),
        ("name=WEB0", &[WEB]),
        ("name=w.b01", &[WEB]),
        ("name=%25", &[DB]),
        ("name=0_0", &[]),
        ("name=b_1", &[DB]),
        ("name=%5C", &[]),
        ("name=", &[METAL, DB, WEB]),
        ("status=SHUTOFF", &[DB]),
        ("status=shut%25", &[]),
        ("flavor=physical.o2", &[METAL]),
        ("ip=192.168", &[DB, WEB]),
        ("ip=80.158.1.2", &[WEB]),
        ("ip_eq=192.168.0.2", &[]),
        ("ip_eq=192.168.0.20", &[WEB]),
        ("not-tags=__type_baremetal", &[DB, WEB]),
        ("tags=__type_baremetal", &[METAL]),
        ("tags=env%3Dprod,team", &[WEB]),
        ("not-tags=env%3Dprod,team", &[METAL, DB]),
        ("enterprise_project_id=x", &[]),
        ("reservation_id=r-1", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(
            ids(&world, &demo, &format!("{ECS}/detail?{query}")).await,
            expected,
            "{query}"
        );
    }
    let two = format!("{ECS}/detail?server_id={WEB},{DB},{FOREIGN}&name=nothing");
    assert_eq!(ids(&world, &demo, &two).await, [DB, WEB]);
    let injected = format!("{ECS}/detail?name=%27%20OR%201%3D1%20--");
    assert!(ids(&world, &demo, &injected).await.is_empty());
    for query in ["limit=x", "limit=-1", "offset=1.5", "marker=nothing"] {
        let answer = world.get_as(&demo, &format!("{ECS}/detail?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.json()["error"]["code"], "Ecs.0005", "{query}");
    }
}

#[tokio::test]
async fn block_devices_say_size_device_and_which_one_boots() {
    let (world, demo) = planted().await;
    let body = world
        .get_as(&demo, &format!("{ECS}/{WEB}/block_device"))
        .await
        .json();
    assert_eq!(
        body["attachableQuantity"],
        json!({"free_scsi": 57, "free_blk": 22, "free_disk": 57})
    );
    let rows: Vec<_> = body["volumeAttachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            assert_eq!(
                (&row["serverId"], &row["id"]),
                (&json!(WEB), &row["volumeId"])
            );
            (
                row["volumeId"].clone(),
                row["size"].clone(),
                row["bootIndex"].clone(),
                row["bus"].clone(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (json!(SHARED), json!(10), json!(2), json!("scsi")),
            (json!(WEB_ROOT), json!(40), json!(0), json!("virtio")),
            (json!(WEB_DATA), json!(100), json!(1), json!("virtio")),
        ]
    );
    let one = world
        .get_as(&demo, &format!("{ECS}/{WEB}/block_device/{WEB_DATA}"))
        .await
        .json();
    assert_eq!(one["volumeAttachment"]["size"], 100);
    let none = world
        .get_as(&demo, &format!("{ECS}/{DB}/block_device/{WEB_DATA}"))
        .await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert!(none.json()["error"]["code"].is_string());
    let one = world.get_as(&demo, &format!("{ECS}/{WEB}")).await.json();
    assert_eq!(one["server"]["name"], "web01");
}

#[tokio::test]
async fn nova_shows_the_same_servers_in_its_own_shape() {
    let (world, demo) = planted().await;
    for root in [NOVA, "/v2/{p}/servers"] {
        assert_eq!(
            ids(&world, &demo, &format!("{root}/detail")).await,
            [METAL, DB, WEB]
        );
    }
    let body = world.get_as(&demo, &format!("{NOVA}/{WEB}")).await;
    let web = &body.json()["server"];
    let members = web.as_object().unwrap();
    for absent in ["tags", "locked", "description", "count"] {
        assert!(
            !members.contains_key(absent),
            "{absent} belongs to later microversions"
        );
    }
    let addresses = web["addresses"]["164489f6-cbf7-45b4-b6d0-d407c48cf7fc"]
        .as_array()
        .unwrap();
    assert!(addresses.iter().all(|address| address["version"].is_i64()));
    assert_eq!(web["flavor"]["id"], "s3.large.2");
    assert_eq!(web["flavor"].get("vcpus"), None);
    assert_eq!(
        web["os-extended-volumes:volumes_attached"][1],
        json!({"id": WEB_ROOT})
    );
    let read: contract::compute::ServerAnswer = serde_json::from_slice(&body.body).unwrap();
    assert_eq!(
        contract::model::Server::from(read.server).public_ips,
        ["80.158.1.2"]
    );

    let brief = world.get_as(&demo, NOVA).await.json();
    let mut members: Vec<_> = brief["servers"][0]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    members.sort();
    assert_eq!(members, ["id", "links", "name"]);
    let attached = world
        .get_as(&demo, &format!("{NOVA}/{WEB}/os-volume_attachments"))
        .await
        .json();
    assert_eq!(attached["volumeAttachments"].as_array().unwrap().len(), 3);
    assert_eq!(
        attached["volumeAttachments"][1],
        json!({"id": WEB_ROOT, "volumeId": WEB_ROOT, "serverId": WEB, "device": "/dev/vda"})
    );
}

#[tokio::test]
async fn novas_pages_follow_their_links_to_the_end() {
    let (world, demo) = planted().await;
    let mut seen = Vec::new();
    let mut path = format!("{NOVA}/detail?limit=2&status=active");
    let base = world.running.url();
    loop {
        let body = world.get_as(&demo, &path).await.json();
        seen.extend(
            body["servers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|s| s["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = body["servers_links"][0]["href"].as_str() else {
            break;
        };
        path = next.strip_prefix(&base).unwrap().to_owned();
        assert!(seen.len() < 10, "the pages go round in circles");
    }
    assert_eq!(seen, [METAL, WEB]);

    let cases: [(&str, &[&str]); 8] = [
        ("sort_key=name&sort_dir=asc", &[DB, METAL, WEB]),
        ("sort_key=created_at&sort_dir=asc", &[WEB, DB, METAL]),
        ("name=b_1", &[DB]),
        ("name=.", &[]),
        ("changes-since=2026-03-01T10:01:00Z", &[METAL, DB]),
        (
            "image=1ce5800a-e487-4c1b-b264-3353a39e2b4b&name=x",
            &[METAL, DB, WEB],
        ),
        ("image=other", &[]),
        ("not-tags=__type_baremetal", &[DB, WEB]),
    ];
    for (query, expected) in cases {
        assert_eq!(
            ids(&world, &demo, &format!("{NOVA}/detail?{query}")).await,
            expected,
            "{query}"
        );
    }
    for query in [
        "limit=x",
        "sort_key=created_at;drop",
        "sort_dir=up",
        "marker=nothing",
        "changes-since=now",
    ] {
        let answer = world.get_as(&demo, &format!("{NOVA}/detail?{query}")).await;
        assert_eq!(answer.json()["badRequest"]["code"], 400, "{query}");
    }
}

#[tokio::test]
async fn nova_shows_25_servers_and_links_to_the_rest() {
    let world = World::start(sandbox::Seed::Scale(0)).await;
    let demo = world.demo().await;
    for path in [NOVA.to_owned(), format!("{NOVA}/detail")] {
        let page = world.get_as(&demo, &path).await.json();
        assert_eq!(page["servers"].as_array().unwrap().len(), 25);
        let next = page["servers_links"][0]["href"].as_str().unwrap();
        let next = next.strip_prefix(&world.running.url()).unwrap();
        let rest = world.get_as(&demo, next).await.json();
        assert_eq!(rest["servers"].as_array().unwrap().len(), 2);
        assert_eq!(rest.get("servers_links"), None);
        let all = world.get_as(&demo, &format!("{path}?limit=5000")).await;
        assert_eq!(all.json()["servers"].as_array().unwrap().len(), 27);
    }
}

#[tokio::test]
async fn nova_discovery_needs_no_token_and_the_project_path_is_no_version() {
    let (world, demo) = planted().await;
    for path in ["/v2.1", "/v2.1/"] {
        let answer = world.get(path, &[]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.json()["version"]["id"], "v2.1");
    }
    let answer = world.get(&format!("/v2.1/{}", demo.project_id), &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_project_sees_nothing_of_another() {
    let (world, demo) = planted().await;
    let other = world.sign_in("demo2", "demo-project-2").await;
    assert_eq!(
        ids(&world, &other, &format!("{ECS}/detail")).await,
        [FOREIGN]
    );
    let foreign = world.get_as(&demo, &format!("{ECS}/{FOREIGN}")).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    assert_eq!(foreign.json()["error"]["code"], "Ecs.0114");
    let foreign = world.get_as(&demo, &format!("{NOVA}/{FOREIGN}")).await;
    assert_eq!(foreign.json()["itemNotFound"]["code"], 404);

    let token = [("x-auth-token", demo.token.as_str())];
    for path in [
        "/v1/{q}/cloudservers/detail",
        "/v2.1/{q}/servers",
        "/v2/{q}/cloudvolumes/detail",
        "/v3/{q}/volumes",
    ] {
        for project in [other.project_id.as_str(), "0", "made-up"] {
            let path = path.replace("{q}", project);
            let answer = world.get(&path, &token).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(answer.json()["error_code"], "APIGW.0301", "{path}");
            let answer = world.get(&path, &[]).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(answer.json()["error_code"], "APIGW.0301", "{path}");
        }
    }
    let wrong = world
        .send(
            Method::POST,
            &format!("/v1/{}/cloudservers/detail", demo.project_id),
            &token,
            "",
        )
        .await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_restore_in_the_store_is_seen_by_every_reader() {
    let (world, demo) = planted().await;
    let store = world.sandbox().store.clone();
    let change = store.write(|db| {
        db.execute(
            "UPDATE servers SET status = 'SHUTOFF', task_state = 'restoring' WHERE id = ?1",
            [WEB],
        )?;
        Ok::<_, StoreError>(())
    });
    change.await.unwrap();
    for path in [format!("{ECS}/{WEB}"), format!("{NOVA}/{WEB}")] {
        let server = world.get_as(&demo, &path).await.json()["server"].clone();
        assert_eq!(server["status"], "SHUTOFF");
        assert_eq!(server["OS-EXT-STS:vm_state"], "stopped");
        assert_eq!(server["OS-EXT-STS:task_state"], "restoring");
        assert_eq!(server["OS-EXT-STS:power_state"], 4);
    }
}

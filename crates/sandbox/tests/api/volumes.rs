//! Volumes through the vendor's API and through Cinder.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::client::{Session, World};
use crate::fixture::{self, DB, FOREIGN_ROOT, LOOSE, SHARED, WEB, WEB_DATA, WEB_ROOT};

const EVS: &str = "/v2/{p}/cloudvolumes/detail";
const CINDER: &str = "/v3/{p}/volumes";

async fn planted() -> (World, Session) {
    let world = World::empty().await;
    let (demo, _) = fixture::plant(&world).await;
    (world, demo)
}

async fn ids(world: &World, session: &Session, path: &str) -> Vec<String> {
    let answer = world.get_as(session, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path} {answer:?}");
    let volumes = answer.json()["volumes"].as_array().unwrap().clone();
    volumes
        .iter()
        .map(|volume| volume["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_vendors_object_has_the_documented_shapes() {
    let (world, demo) = planted().await;
    let answer = world.get_as(&demo, EVS).await;
    assert_eq!(answer.json()["count"], 4);
    assert_eq!(answer.json()["volumes_links"], json!([]));
    let volume = |id: &str| {
        let body = answer.json();
        body["volumes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|v| v["id"] == id)
            .cloned()
            .unwrap()
    };
    let root = volume(WEB_ROOT);
    assert_eq!(
        (&root["size"], &root["status"]),
        (&json!(40), &json!("in-use"))
    );
    assert_eq!(
        (&root["bootable"], &root["multiattach"]),
        (&json!("true"), &json!(false))
    );
    assert_eq!(root["created_at"], "2026-03-01T10:00:00.000000");
    assert_eq!(root["service_type"], "EVS");
    assert_eq!(root["os-vol-tenant-attr:tenant_id"], demo.project_id);
    assert_eq!(root["metadata"], json!({}));
    let attachment = &root["attachments"][0];
    assert_eq!(
        (&attachment["server_id"], &attachment["device"]),
        (&json!(WEB), &json!("/dev/vda"))
    );
    assert_eq!(
        (&attachment["id"], &attachment["volume_id"]),
        (&json!(WEB_ROOT), &json!(WEB_ROOT))
    );
    let shared = volume(SHARED);
    assert_eq!(shared["attachments"].as_array().unwrap().len(), 2);
    assert_eq!(shared["shareable"], "true");
    assert_eq!(
        shared["metadata"],
        json!({"hw:passthrough": "true", "__system__encrypted": "1"})
    );

    let read: contract::volumes::VolumesAnswer = serde_json::from_slice(&answer.body).unwrap();
    let model: Vec<contract::model::Volume> = read.volumes.into_iter().map(Into::into).collect();
    let shared = model.iter().find(|volume| volume.id == SHARED).unwrap();
    assert!(shared.shared && shared.scsi && shared.encrypted && !shared.dedicated);
}

#[tokio::test]
async fn the_vendors_filters_match_exactly() {
    let (world, demo) = planted().await;
    let all = [LOOSE, SHARED, WEB_DATA, WEB_ROOT];
    let both = format!("ids=%5B%27{WEB_ROOT}%27,%27{LOOSE}%27%5D");
    let one = format!("id={LOOSE}");
    let (of_web, of_db) = (format!("server_id={WEB}"), format!("server_id={DB}"));
    let cases: [(&str, &[&str]); 18] = [
        ("", &all),
        ("name=web01-root", &[WEB_ROOT]),
        ("name=web01", &[]),
        ("name=%25", &[]),
        ("status=available", &[LOOSE]),
        ("multiattach=true", &[SHARED]),
        (&of_web, &[SHARED, WEB_DATA, WEB_ROOT]),
        (&of_db, &[SHARED]),
        (&both, &[LOOSE, WEB_ROOT]),
        (&one, &[LOOSE]),
        ("availability_zone=eu-de-02", &[]),
        ("service_type=EVS", &all),
        ("dedicated_storage_name=x", &[]),
        (
            "metadata=%7B%22hw%3Apassthrough%22%3A%22true%22%7D",
            &[SHARED],
        ),
        ("metadata=%7B%27other%27%3A%271%27%7D", &[]),
        (
            "sort_key=size&sort_dir=asc",
            &[LOOSE, SHARED, WEB_ROOT, WEB_DATA],
        ),
        ("sort_key=size", &[WEB_DATA, WEB_ROOT, SHARED, LOOSE]),
        ("limit=2&offset=1", &[SHARED, WEB_DATA]),
    ];
    for (query, expected) in cases {
        assert_eq!(
            ids(&world, &demo, &format!("{EVS}?{query}")).await,
            expected,
            "{query}"
        );
    }
    for query in [
        "limit=x",
        "offset=-1",
        "sort_key=name",
        "sort_dir=up",
        "marker=nothing",
        "ids=a,b",
        "multiattach=maybe",
        "metadata=x",
    ] {
        let answer = world.get_as(&demo, &format!("{EVS}?{query}")).await;
        assert_eq!(answer.json()["badRequest"]["code"], 400, "{query}");
    }
}

#[tokio::test]
async fn pages_of_both_apis_follow_their_links_to_the_end() {
    let (world, demo) = planted().await;
    for start in [
        EVS,
        "/v3/{p}/volumes/detail",
        "/v2/{p}/volumes/detail",
        CINDER,
    ] {
        let mut seen = Vec::new();
        let mut path = format!("{start}?limit=3");
        loop {
            let body = world.get_as(&demo, &path).await.json();
            seen.extend(
                body["volumes"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|v| v["id"].as_str().unwrap().to_owned()),
            );
            let Some(next) = body["volumes_links"][0]["href"].as_str() else {
                break;
            };
            path = next.strip_prefix(&world.running.url()).unwrap().to_owned();
            assert!(seen.len() < 10, "the pages of {start} go round in circles");
        }
        assert_eq!(seen, [LOOSE, SHARED, WEB_DATA, WEB_ROOT], "{start}");
    }
}

#[tokio::test]
async fn one_volume_is_found_under_every_documented_path() {
    let (world, demo) = planted().await;
    for (path, vendor) in [
        ("/v2/{p}/cloudvolumes", true),
        ("/v2/{p}/os-vendor-volumes", true),
        (CINDER, false),
    ] {
        let volume = world
            .get_as(&demo, &format!("{path}/{WEB_DATA}"))
            .await
            .json()["volume"]
            .clone();
        assert_eq!(volume["name"], "web01-data");
        for member in ["service_type", "tags", "wwn", "enterprise_project_id"] {
            assert_eq!(volume.get(member).is_some(), vendor, "{member} of {path}");
        }
        for missing in [FOREIGN_ROOT, "nothing"] {
            let answer = world.get_as(&demo, &format!("{path}/{missing}")).await;
            assert_eq!(answer.json()["itemNotFound"]["code"], 404, "{path}");
        }
    }
    let body = world
        .get_as(&demo, &format!("{CINDER}/detail"))
        .await
        .json();
    assert_eq!(body.get("count"), None);
    assert_eq!(body["volumes"][0].get("service_type"), None);
}

#[tokio::test]
async fn the_zones_of_the_region_are_listed() {
    let (world, demo) = planted().await;
    let body = world
        .get_as(&demo, "/v3/{p}/os-availability-zone")
        .await
        .json();
    let zones: Vec<&Value> = body["availabilityZoneInfo"]
        .as_array()
        .unwrap()
        .iter()
        .map(|z| &z["zoneName"])
        .collect();
    assert_eq!(zones, ["eu-de-01", "eu-de-02", "eu-de-03"]);
    assert_eq!(
        body["availabilityZoneInfo"][0]["zoneState"]["available"],
        true
    );
}

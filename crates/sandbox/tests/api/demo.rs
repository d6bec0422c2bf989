//! The demo world is what the documentation promises, over HTTP.

use hyper::{Method, StatusCode};
use sandbox::Seed;
use serde_json::json;

use crate::client::World;
use crate::csbs::{Company, DAILY, P, policy};

#[tokio::test]
async fn the_demo_company_is_there_end_to_end() {
    company_is_there(&World::start(Seed::Demo).await).await;
}

#[tokio::test]
async fn both_projects_have_vaults_with_a_past() {
    vaults_have_a_past(&World::start(Seed::Demo).await).await;
}

/// Much of the story hangs on which policies run shortly before it is told.
#[tokio::test]
async fn the_story_is_whole_at_all_hours_and_on_every_day_of_the_week() {
    /// A day, ten hours and seven minutes: a dozen of them come by every second hour.
    const STEP: i64 = ((24 + 10) * 60 + 7) * 60 * 1_000_000;
    let world = World::empty().await;
    for _ in 0..12 {
        world.pass(0, STEP);
        let made = world.post("/sandbox/reset", json!({"seed": "demo"})).await;
        assert!(made.status.is_success(), "{made:?}");
        company_is_there(&world).await;
        vaults_have_a_past(&world).await;
    }
}

async fn company_is_there(world: &World) {
    let demo = world.demo().await;
    let get = async |path: &str| {
        let answer = world.get_as(&demo, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer.json()
    };
    let count = async |query: &str| {
        let answer = get(&format!("/v1/{{p}}/checkpoint_items/count?{query}")).await;
        answer["count"].as_i64().unwrap()
    };

    let policies = get("/v1/{p}/policies").await;
    let policies = policies["policies"].as_array().unwrap();
    assert_eq!(policies.len(), 8);
    let off = policies
        .iter()
        .filter(|policy| policy["scheduled_operations"][0]["enabled"] == false);
    assert_eq!(off.count(), 1);

    let all = count("").await;
    assert!((1_500..=1_700).contains(&all), "{all} backups");
    let of_status = [
        count("status=available").await,
        count("status=error").await,
        count("status=protecting").await,
    ];
    assert_eq!(of_status.iter().sum::<i64>(), all);
    assert!(of_status.iter().all(|count| *count > 0), "{of_status:?}");

    let page = get("/v1/{p}/checkpoint_items?limit=2").await;
    let items = page["checkpoint_items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert!(items[0]["created_at"].as_str() >= items[1]["created_at"].as_str());
    let id = items[0]["id"].as_str().unwrap();
    let shown = get(&format!("/v1/{{p}}/checkpoint_items/{id}")).await;
    assert_eq!(shown["checkpoint_item"]["id"], id);

    let quotas = get("/v1/{p}/quotas").await;
    assert_eq!(quotas["quotas"]["resources"][1]["used"], all);
    let restores = get("/v1/{p}/restores").await;
    assert!(restores["restores"].as_array().unwrap().len() >= 2);
}

async fn vaults_have_a_past(world: &World) {
    let (demo, partner) = (
        world.demo().await,
        world.sign_in("demo2", "demo-project-2").await,
    );
    let get = async |session, path: &str| {
        let answer = world.get_as(session, &format!("/v3/{{p}}{path}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer.json()
    };
    let vaults = get(&partner, "/vaults").await["vaults"].clone();
    let vaults = vaults.as_array().unwrap();
    assert_eq!(vaults.len(), 4);
    assert!(vaults.iter().any(|vault| vault["locked"] == true));
    let failed = get(&partner, "/operation-logs?status=failed").await;
    assert_eq!(failed["count"], 1, "{failed}");
    for vault in vaults {
        let (size, used) = (&vault["billing"]["size"], &vault["billing"]["used"]);
        assert!(used.as_i64().unwrap() > 0, "{vault}");
        assert!(
            used.as_i64().unwrap() <= size.as_i64().unwrap() * 1024,
            "{vault}"
        );
    }
    let full = get(&demo, "/vaults?name=wiki-disks").await["vaults"][0]["billing"].clone();
    let percent = full["used"].as_i64().unwrap() * 100 / (full["size"].as_i64().unwrap() * 1024);
    assert!((90..=100).contains(&percent), "{full}");
    let backups = get(&partner, "/backups?limit=1000").await["backups"].clone();
    let backups = backups.as_array().unwrap();
    assert!(backups.len() > 40, "{}", backups.len());
    assert!(
        backups
            .iter()
            .any(|b| b["children"].as_array().unwrap().len() > 1)
    );
    assert!(backups.iter().any(|b| b["image_type"] == "replication"));
    assert!(backups.iter().any(|b| b["status"] == "protecting"));
    for session in [&demo, &partner] {
        let waiting = get(session, "/backups?own_type=shared&member_status=pending").await;
        assert_eq!(waiting["count"], 1);
    }
    assert!(
        get(&partner, "/operation-logs?limit=1").await["count"]
            .as_i64()
            .unwrap()
            > 100
    );
}

#[tokio::test]
async fn some_servers_are_free_for_whoever_wants_to_protect_them() {
    let company = Company::with(Seed::Demo).await;
    let servers = company.get("/v1/{p}/cloudservers/detail?limit=100").await;
    let servers = servers["servers"].as_array().unwrap();
    assert_eq!(servers.len(), 30);
    let question: Vec<_> = servers
        .iter()
        .map(|server| json!({"resource_id": server["id"], "resource_type": "OS::Nova::Server"}))
        .collect();
    let path = format!("/v1/{{p}}/providers/{P}/resources/action");
    let answer = company
        .ok(Method::POST, &path, json!({"check_protectable": question}))
        .await;
    let checks = answer["protectable"].as_array().unwrap();
    let free: Vec<_> = servers
        .iter()
        .zip(checks)
        .filter(|(server, check)| check["resource_id"] == server["id"] && check["result"] == true)
        .map(|(server, _)| server["name"].as_str().unwrap())
        .collect();
    assert_eq!(free, ["worker03", "worker02", "worker01", "wiki01"]);

    // One is backed up by hand, one goes under a policy, one into a vault.
    let ids: Vec<_> = servers[..3]
        .iter()
        .map(|server| server["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        company.protect(ids[0], json!({})).await["status"],
        "protecting"
    );
    let body = policy("workers", DAILY, &[ids[1]], json!({}));
    company.ok(Method::POST, "/v1/{p}/policies", body).await;
    let body = json!({"vault": {"name": "workers", "resources": [{"id": ids[2], "type": "OS::Nova::Server"}],
        "billing": {"consistent_level": "crash_consistent", "object_type": "server", "protect_type": "backup",
            "size": 200}}});
    company.ok(Method::POST, "/v3/{p}/vaults", body).await;
}

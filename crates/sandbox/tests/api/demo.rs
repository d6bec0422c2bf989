//! The demo world is what the documentation promises, over HTTP.

use hyper::StatusCode;
use sandbox::Seed;

use crate::client::World;

#[tokio::test]
async fn the_demo_company_is_there_end_to_end() {
    let world = World::start(Seed::Demo).await;
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

//! What happens with time: schedules fire when they say, retention keeps what it says.

use contract::schedule::Schedule;
use contract::time::Timestamp;
use hyper::Method;
use serde_json::{Value, json};

use super::{Company, policy};

fn instant(text: &Value) -> Timestamp {
    Timestamp::parse(text.as_str().unwrap()).unwrap()
}

impl Company {
    /// The items a policy left behind, oldest first.
    async fn of_policy(&self, policy: &Value) -> Vec<Value> {
        let id = policy["id"].as_str().unwrap();
        let page = self
            .get(&format!(
                "/v1/{{p}}/checkpoint_items?policy_id={id}&sort=created_at:asc"
            ))
            .await;
        page["checkpoint_items"].as_array().unwrap().clone()
    }

    async fn make(&self, name: &str, rule: &str, server: &str, keep: Value) -> Value {
        self.sql(&format!(
            "DELETE FROM policy_servers WHERE name = '{server}'"
        ));
        let id = self.server(server).await;
        self.ok(
            Method::POST,
            "/v1/{p}/policies",
            policy(name, rule, &[&id], keep),
        )
        .await["policy"]
            .clone()
    }
}

#[tokio::test]
async fn a_week_of_a_schedule_fires_at_the_right_instants() {
    let company = Company::open().await;
    let rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=6,18;BYMINUTE=30";
    let made = company.make("weekdays", rule, "web01", json!({})).await;
    let begin = instant(&json!(company.control(json!({"rate": 0})).await));
    let end = instant(&json!(company.advance("P7D").await));
    assert_eq!(end.seconds() - begin.seconds(), 7 * 86_400);
    let expected: Vec<_> = Schedule::parse(rule)
        .unwrap()
        .occurrences(begin)
        .take_while(|run| *run <= end)
        .collect();
    assert_eq!(expected.len(), 10);
    let items = company.of_policy(&made).await;
    let fired: Vec<_> = items
        .iter()
        .map(|item| instant(&item["created_at"]))
        .collect();
    assert_eq!(fired, expected);
    for item in &items {
        assert_eq!(item["extend_info"]["auto_trigger"], true);
        assert!(item["name"].as_str().unwrap().starts_with("autobk_"));
    }
    // Incremental from the second one on, each on the one before.
    let kinds: Vec<_> = items
        .iter()
        .map(|item| item["extend_info"]["incremental"].clone())
        .collect();
    assert_eq!(kinds[0], json!(false));
    assert!(kinds[1..].iter().all(|kind| *kind == json!(true)));
}

#[tokio::test]
async fn every_third_day_is_counted_from_the_start_of_the_policy() {
    let company = Company::open().await;
    let made = company
        .make(
            "third",
            "FREQ=DAILY;INTERVAL=3;BYHOUR=5;BYMINUTE=10",
            "web01",
            json!({}),
        )
        .await;
    company.advance("P10D").await;
    let start = &made["scheduled_operations"][0]["trigger"]["properties"]["start_time"];
    let day = |at: Timestamp| at.seconds().div_euclid(86_400);
    let first = day(instant(start));
    let items = company.of_policy(&made).await;
    assert!(items.len() >= 3);
    for item in items {
        assert_eq!((day(instant(&item["created_at"])) - first) % 3, 0, "{item}");
    }
}

#[tokio::test]
async fn retention_keeps_the_newest_by_count_and_nothing_made_by_hand() {
    let company = Company::open().await;
    let made = company
        .make(
            "keep-three",
            "FREQ=DAILY;BYHOUR=4;BYMINUTE=0",
            "web01",
            json!({"max_backups": 3}),
        )
        .await;
    company.advance("P2D").await;
    company.run(&made).await;
    company.advance("P8D").await;
    let items = company.of_policy(&made).await;
    let by_hand = items
        .iter()
        .filter(|item| item["extend_info"]["auto_trigger"] == false)
        .count();
    assert_eq!((items.len(), by_hand), (4, 1));
    let now = instant(&json!(company.control(json!({"rate": 0})).await));
    for item in items
        .iter()
        .filter(|item| item["extend_info"]["auto_trigger"] == true)
    {
        assert!(now.seconds() - instant(&item["created_at"]).seconds() <= 3 * 86_400);
    }
}

#[tokio::test]
async fn retention_by_age_and_failed_runs_do_not_pile_up() {
    let company = Company::open().await;
    let made = company
        .make(
            "two-days",
            "FREQ=DAILY;BYHOUR=0,6,12,18;BYMINUTE=0",
            "web01",
            json!({"retention_duration_days": 2}),
        )
        .await;
    company.advance("P6D").await;
    // Looked at when the last run is over.
    company.advance("PT30M").await;
    let items = company.of_policy(&made).await;
    assert!((8..=9).contains(&items.len()), "{}", items.len());

    company.sql("UPDATE servers SET status = 'ERROR' WHERE name = 'web01'");
    company.advance("P5D").await;
    let items = company.of_policy(&made).await;
    let failed: Vec<_> = items
        .iter()
        .filter(|item| item["status"] == "error")
        .collect();
    assert_eq!(failed.len(), 10);
    assert_eq!(failed[0]["extend_info"]["fail_code"]["Code"], "CSBS.6005");
    assert_eq!(
        failed.len(),
        items.len(),
        "the usable ones are too old by now"
    );
}

#[tokio::test]
async fn a_run_is_postponed_while_a_server_is_backed_up_by_hand() {
    let company = Company::open().await;
    let made = company
        .make(
            "files",
            "FREQ=DAILY;BYHOUR=4;BYMINUTE=0",
            "win-files01",
            json!({}),
        )
        .await;
    let begin = instant(&json!(company.control(json!({"rate": 0})).await));
    let due = Schedule::parse("FREQ=DAILY;BYHOUR=4;BYMINUTE=0")
        .unwrap()
        .occurrences(begin)
        .next()
        .unwrap();
    let wait = due.micros() - begin.micros() - 60_000_000;
    company
        .advance(&format!("PT{}.{:06}S", wait / 1_000_000, wait % 1_000_000))
        .await;
    let server = company.server("win-files01").await;
    let by_hand = company
        .protect(&server, json!({"incremental": false}))
        .await;
    company.advance("P1D").await;
    let by_hand = company.item(by_hand["id"].as_str().unwrap()).await;
    let items = company.of_policy(&made).await;
    assert_eq!(
        items[0]["created_at"],
        by_hand["extend_info"]["finished_at"]
    );
}

#[tokio::test]
async fn a_disabled_policy_does_not_run_and_a_run_by_hand_works() {
    let company = Company::open().await;
    let mut made = company
        .make("off", "FREQ=DAILY;BYHOUR=4;BYMINUTE=0", "web01", json!({}))
        .await;
    let path = format!("/v1/{{p}}/policies/{}", made["id"].as_str().unwrap());
    let off = json!({"policy": {"scheduled_operations": [{"id": made["scheduled_operations"][0]["id"], "enabled": false}]}});
    made = company.ok(Method::PUT, &path, off).await["policy"].clone();
    company.advance("P3D").await;
    assert!(company.of_policy(&made).await.is_empty());
    let checkpoint = company.run(&made).await;
    assert_eq!(checkpoint["extra_info"], "{\"created_by\":\"manual\"}");
    assert_eq!(checkpoint["protection_plan"]["id"], made["id"]);
    assert_eq!(
        checkpoint["protection_plan"]["resources"][0]["extra_info"],
        "{}"
    );
    company.advance("P1D").await;
    let items = company.of_policy(&made).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["status"], "available");
}

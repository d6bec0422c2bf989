//! Policies: made, changed, applied; what their runs leave behind.

use chrono::Datelike as _;
use contract::time::Timestamp;
use hyper::Method;
use serde_json::{Value, json};

use super::{NIGHTLY, Vaults, policy, text};

#[tokio::test]
async fn a_policy_is_shown_as_it_was_made() {
    let world = Vaults::open().await;
    let made = world
        .post(
            "/policies",
            policy(
                "nightly",
                &[NIGHTLY],
                json!({"retention_duration_days": 30}),
            ),
        )
        .await["policy"]
        .clone();
    assert_eq!(
        world.get(&format!("/policies/{}", text(&made["id"]))).await["policy"],
        made
    );
    assert_eq!(
        (
            &made["enabled"],
            &made["operation_type"],
            &made["policy_type"]
        ),
        (&json!(true), &json!("backup"), &json!("custom_policy"))
    );
    assert_eq!(
        made["operation_definition"],
        json!({"retention_duration_days": 30})
    );
    assert_eq!(
        (&made["trigger"]["name"], &made["trigger"]["type"]),
        (&json!("default"), &json!("time"))
    );
    assert_eq!(made["trigger"]["properties"]["pattern"], json!([NIGHTLY]));
    assert_eq!(
        text(&made["trigger"]["properties"]["start_time"]).len(),
        "2026-03-14 09:26:53".len()
    );
    assert_eq!(made["associated_vaults"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_with_a_policy_is_named() {
    let world = Vaults::open().await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = policy("p", &[NIGHTLY], json!({}));
        change(&mut body["policy"]);
        body
    };
    type Case<'a> = (&'a str, &'a dyn Fn(&mut Value), &'a str);
    let cases: [Case<'_>; 11] = [
        ("400 9900", &|p| p["name"] = json!(""), "policy.name"),
        (
            "400 9900",
            &|p| p["trigger"]["properties"]["pattern"] = json!([]),
            "pattern",
        ),
        (
            "400 9900",
            &|p| p["trigger"]["properties"]["pattern"] = json!("FREQ=DAILY"),
            "pattern",
        ),
        (
            "400 9900",
            &|p| {
                p["trigger"]["properties"]["pattern"] =
                    json!([NIGHTLY, "FREQ=DAILY;BYHOUR=3;BYMINUTE=0"])
            },
            "30 minutes",
        ),
        (
            "400 9900",
            &|p| p["trigger"]["properties"]["start_window_minutes"] = json!(30),
            "start_window_minutes",
        ),
        (
            "400 6117",
            &|p| p["operation_type"] = json!("copy"),
            "operation_type",
        ),
        (
            "400 9900",
            &|p| p["operation_type"] = json!("replication"),
            "destination_region",
        ),
        (
            "400 9900",
            &|p| p["operation_definition"] = json!({"week_backups": 3}),
            "timezone",
        ),
        (
            "400 9900",
            &|p| p["operation_definition"] = json!({"max_backups": "3"}),
            "policy.operation_definition.max_backups",
        ),
        (
            "400 9900",
            &|p| p["operation_definition"] = json!([]),
            "policy.operation_definition",
        ),
        (
            "400 9900",
            &|p| {
                p["operation_definition"] = json!({"max_backups": 3, "retention_duration_days": 3})
            },
            "excludes",
        ),
    ];
    for (expected, change, words) in cases {
        let (code, message) = world.refusal(Method::POST, "/policies", with(change)).await;
        assert_eq!(code, expected, "{message}");
        assert!(message.contains(words), "{message} has no {words}");
    }
    for n in 0..32 {
        world
            .post("/policies", policy(&format!("p{n}"), &[NIGHTLY], json!({})))
            .await;
    }
    assert_eq!(
        world
            .refused(Method::POST, "/policies", with(&|_| {}))
            .await,
        "400 6001"
    );
    assert_eq!(
        world
            .refused(Method::GET, "/policies/none", Value::Null)
            .await,
        "404 6000"
    );
}

#[tokio::test]
async fn a_vault_has_one_policy_of_each_kind() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 500, &["web01"]).await;
    let first = world
        .apply(&vault, policy("first", &[NIGHTLY], json!({})))
        .await;
    let path = format!("/vaults/{vault}/associatepolicy");
    world.post(&path, json!({"policy_id": first})).await;
    let second = world
        .apply(&vault, policy("second", &[NIGHTLY], json!({})))
        .await;
    let ids = world
        .ids(&format!("/policies?vault_id={vault}"), "policies")
        .await;
    assert_eq!(
        ids,
        std::slice::from_ref(&second),
        "the second replaced the first"
    );
    assert_eq!(
        world
            .ids(&format!("/vaults?policy_id={second}"), "vaults")
            .await,
        std::slice::from_ref(&vault)
    );
    assert_eq!(
        world
            .refused(Method::POST, &path, json!({"policy_id": "none"}))
            .await,
        "404 6000"
    );
    assert_eq!(
        world.refused(Method::POST, &path, json!({})).await,
        "400 9900"
    );
    let off = format!("/vaults/{vault}/dissociatepolicy");
    assert_eq!(
        world
            .refused(Method::POST, &off, json!({"policy_id": first}))
            .await,
        "404 6002"
    );
    let link = world.post(&off, json!({"policy_id": second})).await;
    assert_eq!(
        link["dissociate_policy"],
        json!({"vault_id": vault, "policy_id": second})
    );
    world.delete(&format!("/policies/{second}")).await;
    assert_eq!(
        world
            .refused(Method::GET, &format!("/policies/{second}"), Value::Null)
            .await,
        "404 6000"
    );
}

#[tokio::test]
async fn every_rule_of_a_policy_fires_for_every_resource_of_its_vaults() {
    let world = Vaults::open().await;
    let first = world.vault("first", 1000, &["web01", "web02"]).await;
    let second = world.vault("second", 1000, &["db01"]).await;
    let id = world
        .apply(
            &first,
            policy(
                "twice",
                &[NIGHTLY, "FREQ=DAILY;INTERVAL=2;BYHOUR=14;BYMINUTE=0"],
                json!({}),
            ),
        )
        .await;
    world
        .post(
            &format!("/vaults/{second}/associatepolicy"),
            json!({"policy_id": id}),
        )
        .await;
    world.0.advance("P10D").await;
    // Ten nights, and every second afternoon.
    assert_eq!(world.count(&format!("vault_id={first}")).await, 30);
    assert_eq!(world.count(&format!("vault_id={second}")).await, 15);
    let backup = world.get("/backups?limit=1").await["backups"][0].clone();
    assert_eq!(
        (
            &backup["extend_info"]["auto_trigger"],
            &backup["scheduled_operation_id"]
        ),
        (&json!(true), &json!(id))
    );
    assert!(text(&backup["name"]).starts_with("autobk_"));
    world
        .put(
            &format!("/policies/{id}"),
            json!({"policy": {"enabled": false}}),
        )
        .await;
    world.0.advance("P3D").await;
    assert_eq!(world.count("").await, 45);
}

async fn nights(world: &Vaults, keep: Value, days: &str) -> i64 {
    let vault = world.vault("servers", 1000, &["web01"]).await;
    world
        .apply(&vault, policy("nightly", &[NIGHTLY], keep))
        .await;
    world.0.advance(days).await;
    world.count("").await
}

#[tokio::test]
async fn a_count_and_an_age_are_kept_to() {
    assert_eq!(
        nights(&Vaults::open().await, json!({"max_backups": 5}), "P12D").await,
        5
    );
    assert_eq!(
        nights(
            &Vaults::open().await,
            json!({"retention_duration_days": 7}),
            "P12D"
        )
        .await,
        7
    );
    assert_eq!(
        nights(&Vaults::open().await, json!({"max_backups": -1}), "P12D").await,
        12
    );
}

#[tokio::test]
async fn long_term_slots_keep_the_newest_of_each_period_in_the_policys_zone() {
    let world = Vaults::open().await;
    let keep =
        json!({"max_backups": 2, "week_backups": 3, "month_backups": 2, "timezone": "UTC+08:00"});
    nights(&world, keep, "P70D").await;
    let now = world.0.control(json!({"rate": 0})).await;
    let at = |text: &str| Timestamp::parse(text).unwrap().plus_seconds(8 * 3600);
    let week = |t: Timestamp| (t.seconds().div_euclid(86_400) + 3).div_euclid(7);
    let kept: Vec<Timestamp> = world.get("/backups?sort=created_at:desc").await["backups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|backup| at(&text(&backup["created_at"])))
        .collect();
    let weeks: Vec<i64> = kept.iter().map(|t| week(*t)).collect();
    let this = week(at(&now));
    for back in 0..3 {
        assert!(
            weeks.contains(&(this - back)),
            "nothing of the week {back} before: {kept:?}"
        );
    }
    assert!((3..=6).contains(&kept.len()), "{kept:?}");
}

#[tokio::test]
async fn a_changed_rule_follows_the_four_transitions() {
    let change = async |before: Value, after: Value, days: &str| {
        let world = Vaults::open().await;
        nights(&world, before, "P6D").await;
        let id = world.ids("/policies", "policies").await.remove(0);
        world
            .put(
                &format!("/policies/{id}"),
                json!({"policy": {"operation_definition": after}}),
            )
            .await;
        world.0.advance(days).await;
        world.count("").await
    };
    // Count to count: the new one, with the next run.
    assert_eq!(
        change(json!({"max_backups": 3}), json!({"max_backups": 1}), "PT1H").await,
        3
    );
    assert_eq!(
        change(json!({"max_backups": 3}), json!({"max_backups": 1}), "P1D").await,
        1
    );
    // Count to age: the three older ones are never removed.
    assert_eq!(
        change(
            json!({"max_backups": 3}),
            json!({"retention_duration_days": 2}),
            "P10D"
        )
        .await,
        3 + 2
    );
    // Age to age: the older ones keep their end.
    assert_eq!(
        change(
            json!({"retention_duration_days": 30}),
            json!({"retention_duration_days": 2}),
            "P10D"
        )
        .await,
        6 + 2
    );
    // Age to count: whichever comes first.
    assert_eq!(
        change(
            json!({"retention_duration_days": 30}),
            json!({"max_backups": 4}),
            "P1D"
        )
        .await,
        4
    );
}

#[tokio::test]
async fn every_so_many_runs_a_backup_is_full() {
    let world = Vaults::open().await;
    nights(&world, json!({"full_backup_interval": 3}), "P9D").await;
    let full: Vec<bool> = world.get("/backups?sort=created_at:asc").await["backups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|backup| backup["incremental"] == false)
        .collect();
    assert_eq!(
        full,
        [true, false, false, false, true, false, false, false, true]
    );
}

#[tokio::test]
async fn a_slot_is_skipped_while_the_run_before_it_is_in_progress() {
    let world = Vaults::open().await;
    let vault = world.vault("files", 5000, &["win-files01"]).await;
    let hourly: Vec<_> = (0..24).map(|hour| hour.to_string()).collect();
    let rule = format!("FREQ=DAILY;BYHOUR={};BYMINUTE=0", hourly.join(","));
    world
        .apply(&vault, policy("hourly", &[&rule], json!({})))
        .await;
    world.0.advance("PT4H").await;
    let skipped = world.get("/operation-logs?status=skipped").await;
    assert!(skipped["count"].as_i64().unwrap() >= 1, "{skipped}");
    assert_eq!(
        skipped["operation_logs"][0]["error_info"]["code"],
        "BackupService.6125"
    );
}

#[tokio::test]
async fn a_run_that_finds_no_room_says_so_in_its_tasks() {
    let world = Vaults::open().await;
    let vault = world.vault("tiny", 10, &["db01"]).await;
    world
        .apply(&vault, policy("nightly", &[NIGHTLY], json!({})))
        .await;
    world.0.advance("P1D").await;
    let failed = world.get("/operation-logs?status=failed").await["operation_logs"][0].clone();
    assert_eq!(failed["error_info"]["code"], "BackupService.6142");
    assert_eq!(failed["extra_info"]["resource"]["name"], "db01");
    assert_eq!(world.count("").await, 0);
}

/// With a start window the vaults of a run begin one after the other, within it.
#[tokio::test]
async fn a_start_window_spreads_the_vaults_of_a_run() {
    let world = Vaults::open().await;
    let mut vaults = Vec::new();
    for (name, server) in [("one", "web01"), ("two", "web02"), ("three", "web03")] {
        vaults.push(world.vault(name, 1_000, &[server]).await);
    }
    let mut body = policy("spread", &[NIGHTLY], json!({"max_backups": 5}));
    body["policy"]["trigger"]["properties"]["start_window_minutes"] = json!(90);
    let id = world.apply(&vaults[0], body).await;
    for vault in &vaults[1..] {
        let path = format!("/vaults/{vault}/associatepolicy");
        world.post(&path, json!({"policy_id": id})).await;
    }
    world.0.advance("P1D").await;
    let rows = world.get("/backups?sort=created_at:asc").await["backups"].clone();
    let times: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| text(&row["created_at"])[11..16].to_owned())
        .collect();
    assert_eq!(times, ["02:30", "03:00", "03:30"]);

    // What is left out of a change stays, `null` takes the window away.
    let path = format!("/policies/{id}");
    let change = async |properties: Value| {
        let body = json!({"policy": {"trigger": {"properties": properties}}});
        world.put(&path, body).await["policy"]["trigger"]["properties"].clone()
    };
    let same = change(json!({"pattern": [NIGHTLY]})).await;
    assert_eq!(same["start_window_minutes"], 90);
    let without = change(json!({"start_window_minutes": null})).await;
    assert_eq!(
        (&without["start_window_minutes"], &without["pattern"]),
        (&Value::Null, &json!([NIGHTLY]))
    );
    let again = change(json!({"start_window_minutes": 90})).await;
    assert_eq!(again, same);

    // A vault whose turn has not come when the policy is switched off is left out.
    world.0.advance("PT16H10M").await;
    let count = world.count("").await;
    world
        .put(
            &format!("/policies/{id}"),
            json!({"policy": {"enabled": false}}),
        )
        .await;
    world.0.advance("P1D").await;
    assert_eq!(world.count("").await, count);
}

#[tokio::test]
async fn backups_of_chosen_days_stay_longer_than_the_others() {
    let world = Vaults::open().await;
    let vault = world.vault("servers", 20_000, &["web01"]).await;
    let rules = json!({
        "weekly_retention_rules": {"days_of_week": ["SUNDAY"], "retention_duration_periods": 3},
    });
    let keep = json!({"max_backups": 2, "advanced_retention_rules": rules});
    let id = world
        .apply(&vault, policy("chosen", &[NIGHTLY], keep.clone()))
        .await;
    let shown = world.get(&format!("/policies/{id}")).await["policy"].clone();
    assert_eq!(shown["operation_definition"], keep);
    world.0.advance("P30D").await;
    let rows = world.get("/backups?sort=created_at:asc").await["backups"].clone();
    let days: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| Timestamp::parse(&text(&row["created_at"])).unwrap().naive())
        .collect();
    let sundays = days
        .iter()
        .filter(|day| day.weekday() == chrono::Weekday::Sun)
        .count();
    // Three of them within three weeks, and the newest two of any day.
    assert!(sundays >= 3, "{days:?}");
    assert!((4..=6).contains(&days.len()), "{days:?}");

    let wrong = json!({"weekly_retention_rules": {"days_of_week": ["SOMEDAY"], "retention_duration_periods": 1}});
    let body = policy(
        "wrong",
        &[NIGHTLY],
        json!({"advanced_retention_rules": wrong}),
    );
    let (code, words) = world.refusal(Method::POST, "/policies", body).await;
    assert_eq!(code, "400 9900");
    assert!(
        words.contains("operation_definition.advanced_retention_rules"),
        "{words}"
    );
}

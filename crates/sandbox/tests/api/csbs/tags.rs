//! The tag operations, on backups and policies.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::Company;

#[tokio::test]
async fn tags_are_added_overwritten_searched_and_removed_on_both_carriers() {
    let company = Company::open().await;
    let server = company.server("dev01").await;
    let backup = company.backup(&server).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let policy = company.policy("office-weekdays").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (word, id) in [("csbs_backup", &backup), ("csbs_backup_policy", &policy)] {
        let base = format!("/v1/{{p}}/{word}");
        let own = format!("{base}/{id}/tags");
        let send = async |method: Method, path: &str, body: Value| {
            company.call(method, path, body).await.status
        };
        let tag = |key: &str, value: &str| json!({"tag": {"key": key, "value": value}});
        assert_eq!(
            send(Method::POST, &own, tag("color", "red")).await,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            send(Method::POST, &own, tag("color", "blue")).await,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            company.get(&own).await,
            json!({"tags": [{"key": "color", "value": "blue"}]})
        );
        let batch = json!({"action": "create", "tags": [{"key": "a", "value": "1"}, {"key": "b", "value": ""}]});
        assert_eq!(
            send(Method::POST, &format!("{own}/action"), batch).await,
            StatusCode::NO_CONTENT
        );
        let all = company.get(&format!("{base}/tags")).await;
        assert!(
            all["tags"]
                .as_array()
                .unwrap()
                .contains(&json!({"key": "color", "values": ["blue"]}))
        );

        let search = format!("{base}/resource_instances/action");
        let found = company
            .ok(
                Method::POST,
                &search,
                json!({"action": "filter", "tags": [{"key": "color", "values": ["*lu"]}]}),
            )
            .await;
        assert_eq!(found["total_count"], 1);
        assert_eq!(found["resources"][0]["resource_id"], **id);
        let count = company
            .ok(
                Method::POST,
                &search,
                json!({"action": "count", "not_tags": [{"key": "color", "values": []}]}),
            )
            .await;
        assert!(count.get("resources").is_none());
        // Neither limit nor offset matters to a count.
        let all = json!({"action": "filter", "limit": "1"});
        let all = company.ok(Method::POST, &search, all).await["total_count"].clone();
        for (limit, offset) in [("1", "5"), ("0", "x")] {
            let count = json!({"action": "count", "limit": limit, "offset": offset});
            let count = company.ok(Method::POST, &search, count).await;
            assert_eq!(count, json!({"total_count": all}));
        }
        // Limit and offset are texts; numbers are read as well.
        for (limit, offset) in [(json!("1"), json!("1")), (json!(1), json!(1))] {
            let page = json!({"action": "filter", "limit": limit, "offset": offset});
            let page = company.ok(Method::POST, &search, page).await;
            assert!(page["total_count"].as_i64() > Some(1), "{page}");
            assert_eq!(page["resources"].as_array().unwrap().len(), 1);
        }
        for bad in [json!("x"), json!(-1), json!("1001"), json!([])] {
            let page = json!({"action": "filter", "limit": bad});
            assert_eq!(
                company.refused(Method::POST, &search, page).await.0,
                "400 CSBS.9001"
            );
        }
        assert_eq!(
            company
                .refused(Method::POST, &search, json!({"action": "find"}))
                .await
                .0,
            "400 CSBS.9001"
        );

        assert_eq!(
            send(Method::DELETE, &format!("{own}/color"), Value::Null).await,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            company
                .refused(Method::DELETE, &format!("{own}/color"), Value::Null)
                .await
                .0,
            "404 CSBS.7001"
        );
        let gone =
            json!({"action": "delete", "tags": [{"key": "a"}, {"key": "b"}, {"key": "never"}]});
        assert_eq!(
            send(Method::POST, &format!("{own}/action"), gone).await,
            StatusCode::NO_CONTENT
        );
        assert_eq!(company.get(&own).await, json!({"tags": []}));
    }
}

#[tokio::test]
async fn an_eleventh_tag_is_refused_and_a_batch_is_all_or_nothing() {
    let company = Company::open().await;
    let policy = company.policy("office-weekdays").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let own = format!("/v1/{{p}}/csbs_backup_policy/{policy}/tags");
    let tags: Vec<_> = (0..11)
        .map(|n| json!({"key": format!("k{n}"), "value": ""}))
        .collect();
    let batch = json!({"action": "create", "tags": tags});
    assert_eq!(
        company
            .refused(Method::POST, &format!("{own}/action"), batch)
            .await
            .0,
        "400 CSBS.7000"
    );
    assert_eq!(company.get(&own).await, json!({"tags": []}));
    for (key, value) in [
        ("", ""),
        ("a=b", ""),
        (&"k".repeat(37), ""),
        ("k", &"v".repeat(44)),
        ("k", "<b>"),
    ] {
        let tag = json!({"tag": {"key": key, "value": value}});
        assert_eq!(
            company.refused(Method::POST, &own, tag).await.0,
            "400 CSBS.9001",
            "{key} {value}"
        );
    }
    for tag in [
        json!({"key": 5, "value": ""}),
        json!({"key": "k", "value": 5}),
        json!({"key": "k", "value": ["v"]}),
        json!({"value": "v"}),
        json!([]),
        json!("k"),
        Value::Null,
    ] {
        let words = company
            .refused(Method::POST, &own, json!({"tag": tag}))
            .await;
        assert_eq!(words.0, "400 CSBS.9001", "{tag}");
        let batch = json!({"action": "create", "tags": [tag]});
        let words = company
            .refused(Method::POST, &format!("{own}/action"), batch)
            .await;
        assert_eq!(words.0, "400 CSBS.9001", "{tag}");
    }
    // An empty value may be left out.
    let answer = company
        .call(Method::POST, &own, json!({"tag": {"key": "bare"}}))
        .await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(
        company.get(&own).await,
        json!({"tags": [{"key": "bare", "value": ""}]})
    );
    let missing = "/v1/{p}/csbs_backup/none/tags";
    assert_eq!(
        company.refused(Method::GET, missing, Value::Null).await.0,
        "404 CSBS.3001"
    );
    let missing = "/v1/{p}/csbs_backup_policy/none/tags";
    assert_eq!(
        company.refused(Method::GET, missing, Value::Null).await.0,
        "404 CSBS.3000"
    );
}

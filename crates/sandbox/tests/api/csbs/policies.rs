//! Policies: shape, validation, merge on update, deletion.

use hyper::Method;
use serde_json::{Value, json};

use super::{Company, DAILY, P, pattern, policy};

#[tokio::test]
async fn a_policy_is_answered_in_the_documented_shape() {
    let company = Company::open().await;
    let server = company.server("netboot01").await;
    let keep = json!({"max_backups": 14, "retention_duration_days": -1, "permanent": false});
    let mut body = policy("weekdays", DAILY, &[&server], keep);
    body["policy"]["tags"] = json!([{"key": " env ", "value": "test"}]);
    let made = company.ok(Method::POST, "/v1/{p}/policies", body).await;
    let made = &made["policy"];
    let operation = &made["scheduled_operations"][0];
    assert_eq!(made["status"], "suspended");
    assert_eq!(made["provider_id"], P);
    assert_eq!(made["parameters"], json!({"common": {}}));
    assert_eq!(made["description"], "");
    assert_eq!(made["tags"], json!([{"key": "env", "value": "test"}]));
    assert_eq!(
        made["resources"],
        json!([{"id": server, "type": "OS::Nova::Server", "name": "a server", "extra_info": {}}])
    );
    assert_eq!(
        operation["operation_definition"],
        json!({"max_backups": "14", "retention_duration_days": "-1", "permanent": "False",
            "plan_id": made["id"], "provider_id": P})
    );
    assert_eq!(operation["trigger_id"], operation["trigger"]["id"]);
    assert_eq!(operation["trigger"]["name"], "default");
    assert_eq!(operation["trigger"]["type"], "time");
    let properties = &operation["trigger"]["properties"];
    assert_eq!(properties["pattern"], pattern(DAILY));
    assert_eq!(properties["format"], "ical");
    assert_eq!(
        properties["start_time"].as_str().unwrap().as_bytes()[10],
        b' '
    );
    assert_eq!(made["created_at"].as_str().unwrap().len(), 26);

    let shown = company
        .get(&format!(
            "/v1/{{p}}/policies/{}",
            made["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(&shown["policy"], made);
    assert_eq!(&company.policy("weekdays").await, made);
    // The name filter is exact.
    assert_eq!(
        company.get("/v1/{p}/policies?name=weekday").await["policies"],
        json!([])
    );
}

#[tokio::test]
async fn an_update_merges_and_the_rest_stays() {
    let company = Company::open().await;
    let before = company.policy("web-nightly").await;
    let path = format!("/v1/{{p}}/policies/{}", before["id"].as_str().unwrap());
    let operation = before["scheduled_operations"][0]["id"].clone();
    let switch = json!({"policy": {"scheduled_operations": [{"id": operation, "enabled": false}]}});
    let after = company.ok(Method::PUT, &path, switch).await["policy"].clone();
    let mut expected = before.clone();
    expected["scheduled_operations"][0]["enabled"] = json!(false);
    assert_eq!(after, expected);

    let change = json!({"policy": {"description": "new", "scheduled_operations": [
        {"id": operation, "operation_definition": {"max_backups": "3", "permanent": "False"}}]}});
    let after = company.ok(Method::PUT, &path, change).await["policy"].clone();
    let definition = &after["scheduled_operations"][0]["operation_definition"];
    assert_eq!(definition["max_backups"], "3");
    assert_eq!(definition["permanent"], "False");
    assert_eq!(after["description"], "new");
    assert_eq!(after["name"], before["name"]);
    assert_eq!(after["resources"], before["resources"]);

    let servers = json!({"policy": {"resources": []}});
    let after = company.ok(Method::PUT, &path, servers).await["policy"].clone();
    assert_eq!(after["resources"], json!([]));
}

#[tokio::test]
async fn a_deleted_policy_is_gone_at_once_and_its_name_is_free() {
    let company = Company::open().await;
    let id = company.policy("databases").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/{{p}}/policies/{id}");
    let answer = company.call(Method::DELETE, &path, Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    let (code, _) = company.refused(Method::GET, &path, Value::Null).await;
    assert_eq!(code, "404 CSBS.3000");
    let (code, _) = company.refused(Method::DELETE, &path, Value::Null).await;
    assert_eq!(code, "404 CSBS.3000");
    company
        .ok(
            Method::POST,
            "/v1/{p}/policies",
            policy("databases", DAILY, &[], json!({})),
        )
        .await;
}

#[tokio::test]
async fn a_wrong_field_is_named_with_its_rule() {
    let company = Company::open().await;
    let good = || policy("good", DAILY, &[], json!({}));
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 29] = [
        (
            |b| b["policy"]["name"] = json!("café"),
            "policy.name: `é` is not allowed; use letters, digits, `_` and `-`.",
        ),
        (
            |b| b["policy"]["name"] = json!(""),
            "policy.name: must not be empty.",
        ),
        (
            |b| b["policy"]["name"] = json!("n".repeat(256)),
            "policy.name: has 256 characters; at most 255 are allowed.",
        ),
        (
            |b| b["policy"]["name"] = json!("good\n"),
            "policy.name: a control character (U+000A) is not allowed; use letters, digits, `_` and `-`.",
        ),
        (
            |b| b["policy"]["description"] = json!("a<b"),
            "policy.description: `<` is not allowed",
        ),
        (
            |b| b["policy"]["description"] = json!("d".repeat(256)),
            "policy.description: has 256 characters",
        ),
        (
            |b| b["policy"]["provider_id"] = json!("c714180d-ea34-4b13-9a5e-577c7c416eec"),
            "provider_id: must be `fc4d5750",
        ),
        (
            |b| drop(b["policy"].as_object_mut().unwrap().remove("parameters")),
            "policy: `parameters` is missing.",
        ),
        (
            |b| b["policy"]["parameters"] = json!("none"),
            "policy.parameters: must be an object",
        ),
        (
            |b| b["policy"]["resources"] = json!("all"),
            "policy.resources: must be a list, not the text",
        ),
        (
            |b| b["policy"]["scheduled_operations"] = json!([]),
            "policy.scheduled_operations: must have exactly one element, not 0.",
        ),
        (
            |b| b["policy"]["scheduled_operations"][0]["operation_type"] = json!("copy"),
            "policy.scheduled_operations[0].operation_type: must be `backup`.",
        ),
        (
            |b| b["policy"]["scheduled_operations"][0]["enabled"] = json!("yes"),
            "policy.scheduled_operations[0].enabled: must be true or false, not the text",
        ),
        (
            |b| {
                b["policy"]["scheduled_operations"][0]["operation_definition"] =
                    json!({"max_backups": 100_000})
            },
            "policy.scheduled_operations[0].operation_definition.max_backups: 100000 is outside the range from -1 to 99999.",
        ),
        (
            |b| {
                b["policy"]["scheduled_operations"][0]["operation_definition"] =
                    json!({"retention_duration_days": -2})
            },
            "policy.scheduled_operations[0].operation_definition.retention_duration_days: -2 is outside",
        ),
        (
            |b| {
                b["policy"]["scheduled_operations"][0]["operation_definition"] =
                    json!({"day_backups": 3})
            },
            "policy.scheduled_operations[0].operation_definition: timezone is needed",
        ),
        (
            |b| {
                b["policy"]["scheduled_operations"][0]["operation_definition"] =
                    json!({"day_backups": 101, "timezone": "UTC+01:00"})
            },
            "policy.scheduled_operations[0].operation_definition.day_backups: 101 is outside",
        ),
        (
            |b| {
                b["policy"]["scheduled_operations"][0]["operation_definition"] =
                    json!({"timezone": "Berlin"})
            },
            "policy.scheduled_operations[0].operation_definition.timezone: `Berlin` is not of the form UTC+08:00.",
        ),
        (
            |b| {
                b["policy"]["scheduled_operations"][0]["trigger"]["properties"]["pattern"] =
                    json!("FREQ=MONTHLY")
            },
            "policy.scheduled_operations[0].trigger.properties.pattern: ",
        ),
        (
            |b| b["policy"]["tags"] = json!([{"key": "", "value": "x"}]),
            "policy.tags.key: must not be empty.",
        ),
        (
            |b| {
                b["policy"]["resources"] =
                    json!([{"id": "", "type": "OS::Nova::Server", "name": ""}])
            },
            "policy.resources: must not be empty.",
        ),
        (
            |b| b["policy"]["scheduled_operations"][0]["operation_definition"] = json!([]),
            "policy.scheduled_operations[0].operation_definition: must be an object, not a list.",
        ),
        (
            |b| b["policy"]["tags"] = json!([]),
            "policy.tags: must not be empty.",
        ),
        (
            |b| b["policy"]["tags"] = json!([{"key": 1, "value": "x"}]),
            "policy.tags[0].key: must be a text, not the number 1.",
        ),
        (
            |b| b["policy"]["resources"] = json!([{"type": "OS::Nova::Server", "name": "x"}]),
            "policy.resources[0]: `id` is missing.",
        ),
        (
            |b| b["policy"]["resources"] = json!([{"id": "x", "type": "OS::Nova::Server"}]),
            "policy.resources[0]: `name` is missing.",
        ),
        (
            |b| {
                b["policy"]["resources"] =
                    json!([{"id": 7, "type": "OS::Nova::Server", "name": "x"}])
            },
            "policy.resources[0].id: must be a text, not the number 7.",
        ),
        (
            |b| {
                b["policy"]["resources"] = json!([{"id": "x", "type": "OS::Nova::Server", "name": "x", "extra_info": "{}"}])
            },
            "policy.resources[0].extra_info: must be an object.",
        ),
        (
            |b| *b = json!({"plan": {}}),
            "The body: `policy` is missing.",
        ),
    ];
    for (change, expected) in cases {
        let mut body = good();
        change(&mut body);
        let (code, message) = company
            .refused(Method::POST, "/v1/{p}/policies", body)
            .await;
        assert_eq!(code, "400 CSBS.9001", "{message}");
        assert!(
            message.starts_with(expected),
            "{message}\nexpected {expected}"
        );
    }
    for body in ["", "{", "[]", "null", "{\"policy\": {}} x", "\u{0}"] {
        let path = format!("/v1/{}/policies", company.session.project_id);
        let headers = [("x-auth-token", company.session.token.as_str())];
        let answer = company
            .world
            .send(Method::POST, &path, &headers, body)
            .await;
        assert_eq!(
            answer.json()["error_code"],
            "CSBS.9001",
            "{body}: {answer:?}"
        );
    }
    assert_eq!(
        company.get("/v1/{p}/policies").await["policies"]
            .as_array()
            .unwrap()
            .len(),
        8
    );
    company.ok(Method::POST, "/v1/{p}/policies", good()).await;
}

#[tokio::test]
async fn lists_are_paged_and_sorted() {
    let company = Company::open().await;
    let names = async |query: &str| -> Vec<String> {
        let page = company.get(&format!("/v1/{{p}}/policies?{query}")).await;
        let policies = page["policies"].as_array().unwrap().clone();
        policies
            .iter()
            .map(|p| p["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let sorted = names("sort=name:asc").await;
    assert!(sorted.is_sorted());
    assert_eq!(sorted.len(), 8);
    let second = company.policy(&sorted[1]).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        names(&format!("sort=name:asc&marker={second}&limit=2")).await,
        sorted[2..4]
    );
    assert_eq!(names("sort=name:asc&offset=7").await, sorted[7..]);
    for bad in ["marker=x", "limit=0", "limit=", "offset=-1", "sort=price"] {
        let (code, _) = company
            .refused(
                Method::GET,
                &format!("/v1/{{p}}/policies?{bad}"),
                Value::Null,
            )
            .await;
        assert_eq!(code, "400 CSBS.9001", "{bad}");
    }
}

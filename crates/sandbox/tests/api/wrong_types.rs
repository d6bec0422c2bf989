//! Whatever a member holds instead of what belongs there: the refusal speaks of JSON, names the member,
//! and never the type that reads it.

use hyper::Method;
use serde_json::{Value, json};

use crate::csbs::{Company, DAILY, P, policy};

/// Bodies as they are documented, and where they are sent.
fn requests() -> Vec<(Method, String, Value)> {
    let id = "504b7d59-c361-411f-9ed3-814f35d08e3d";
    let tags = json!([{"key": "a", "value": "b"}]);
    let search = json!({"action": "filter", "tags": [{"key": "a", "values": ["b"]}], "limit": "1", "offset": "0",
        "matches": [{"key": "resource_name", "value": "x"}]});
    let keep = json!({"max_backups": 3, "permanent": false});
    let mapping = json!([{"backup_id": id, "volume_id": id}]);
    let trigger = json!({"properties": {"pattern": [DAILY], "start_window_minutes": 60}});
    let csbs = format!("/v1/{{p}}/providers/{P}");
    let posts = vec![
        (
            format!("{csbs}/resources/{id}/action"),
            json!({"protect": {"backup_name": "x", "incremental": true, "extra_info": {}, "tags": tags}}),
        ),
        (
            format!("{csbs}/resources/action"),
            json!({"check_protectable": [{"resource_id": id, "resource_type": "OS::Nova::Server"}]}),
        ),
        (
            format!("{csbs}/resources/action"),
            json!({"check_restorable": [{"checkpoint_item_id": id,
                "target": {"resource_id": id, "resource_type": "OS::Nova::Server", "volumes": mapping}}]}),
        ),
        (
            format!("{csbs}/checkpoints"),
            json!({"checkpoint": {"plan_id": id, "parameters": {"auto_trigger": false, "resources": [id]}}}),
        ),
        (
            "/v1/{p}/policies".to_owned(),
            policy("p", DAILY, &[id], keep),
        ),
        (
            "/v1/{p}/restores".to_owned(),
            json!({"restore": {"provider_id": P, "checkpoint_id": id, "parameters": {"checkpoint_item_id": id,
                "power_on": true, "targets": {"server_id": id, "volumes": mapping}}}}),
        ),
        (
            format!("/v1/{{p}}/csbs_backup/{id}/tags"),
            json!({"tag": tags[0]}),
        ),
        (
            format!("/v1/{{p}}/csbs_backup_policy/{id}/tags/action"),
            json!({"action": "create", "tags": tags}),
        ),
        (
            "/v1/{p}/csbs_backup/resource_instances/action".to_owned(),
            search.clone(),
        ),
        (
            "/v3/{p}/vaults".to_owned(),
            json!({"vault": {"name": "v", "description": "x", "resources": [{"id": id, "type": "OS::Nova::Server"}],
                "billing": {"consistent_level": "crash_consistent", "object_type": "server", "protect_type": "backup",
                    "size": 5}, "tags": tags, "auto_bind": true, "bind_rules": {"tags": tags}, "auto_expand": false}}),
        ),
        (
            format!("/v3/{{p}}/vaults/{id}/addresources"),
            json!({"resources": [{"id": id, "type": "OS::Nova::Server", "extra_info": {"exclude_volumes": [id]}}]}),
        ),
        (
            format!("/v3/{{p}}/vaults/{id}/removeresources"),
            json!({"resource_ids": [id]}),
        ),
        (
            format!("/v3/{{p}}/vaults/{id}/associatepolicy"),
            json!({"policy_id": id}),
        ),
        (
            format!("/v3/{{p}}/vault/{id}/tags/action"),
            json!({"action": "create", "tags": tags}),
        ),
        ("/v3/{p}/vault/resource_instances/action".to_owned(), search),
        (
            "/v3/{p}/policies".to_owned(),
            json!({"policy": {"name": "p", "enabled": true, "operation_type": "backup", "trigger": trigger,
                "operation_definition": {"max_backups": 3, "retention_duration_days": 3}}}),
        ),
        (
            "/v3/{p}/organization-policies".to_owned(),
            json!({"policy": {"name": "p", "operation_type": "backup", "policy_name": "p", "policy_enabled": true,
                "policy_operation_definition": {"max_backups": 3}, "policy_trigger": trigger}}),
        ),
        (
            "/v3/{p}/checkpoints".to_owned(),
            json!({"checkpoint": {"vault_id": id, "parameters": {"auto_trigger": false, "description": "x",
                "incremental": true, "name": "n", "resources": [id],
                "resource_details": [{"id": id, "type": "OS::Nova::Server"}]}}}),
        ),
        (
            format!("/v3/{{p}}/backups/{id}/restore"),
            json!({"restore": {"server_id": id, "power_on": true, "mappings": mapping}}),
        ),
        (
            format!("/v3/{{p}}/backups/{id}/replicate"),
            json!({"replicate": {"destination_project_id": id, "destination_region": "eu-nl",
                "destination_vault_id": id, "name": "n"}}),
        ),
        (
            format!("/v3/{{p}}/backups/{id}/members"),
            json!({"members": [id], "domains": []}),
        ),
        (
            "/v1/cloudimages/wholeimages/action".to_owned(),
            json!({"name": "x", "backup_id": id, "tags": ["a"], "image_tags": tags, "min_ram": 1}),
        ),
        (
            "/v2/cloudimages/action".to_owned(),
            json!({"name": "x", "instance_id": id, "tags": ["a"], "image_tags": tags, "max_ram": 1}),
        ),
        (
            "/v3/auth/tokens".to_owned(),
            json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "nobody",
                "password": "x", "domain": {"name": "sandbox"}}}}, "scope": {"project": {"name": "x",
                "domain": {"id": "y"}}}}}),
        ),
        (
            "/v3.0/OS-CREDENTIAL/securitytokens".to_owned(),
            json!({"auth": {"identity": {"methods": ["token"], "token": {"id": "x", "duration_seconds": 900}}}}),
        ),
        ("/sandbox/clock".to_owned(), json!({"advance": "PT0S"})),
        (
            "/sandbox/faults".to_owned(),
            json!({"operation": "csbs.policies.list", "times": 1, "after": 0, "status": 503, "error_code": "CSBS.9998"}),
        ),
    ];
    let puts = vec![
        (
            format!("/v1/{{p}}/policies/{id}"),
            json!({"policy": {"name": "x", "scheduled_operations": [{"id": id, "enabled": true,
                "operation_definition": {"max_backups": 3}, "trigger": {"properties": {"pattern": "x"}}}]}}),
        ),
        (
            format!("/v3/{{p}}/vaults/{id}"),
            json!({"vault": {"name": "x", "billing": {"size": 5}, "auto_bind": true, "smn_notify": true,
                "threshold": 80}}),
        ),
        (
            format!("/v3/{{p}}/policies/{id}"),
            json!({"policy": {"name": "x", "trigger": trigger, "operation_definition": {"max_backups": 3}}}),
        ),
        (
            format!("/v3/{{p}}/backups/{id}/members/{id}"),
            json!({"status": "accepted", "vault_id": id}),
        ),
    ];
    let sent_by = |method: Method| move |(path, body)| (method.clone(), path, body);
    let posts = posts.into_iter().map(sent_by(Method::POST));
    posts
        .chain(puts.into_iter().map(sent_by(Method::PUT)))
        .collect()
}

/// Every place in a body, as a JSON pointer.
fn places(body: &Value, place: &str, found: &mut Vec<String>) {
    found.push(place.to_owned());
    match body {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| places(value, &format!("{place}/{name}"), found)),
        Value::Array(values) => values
            .iter()
            .enumerate()
            .for_each(|(n, value)| places(value, &format!("{place}/{n}"), found)),
        _ => {}
    }
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

/// Words of serde and of Rust, none of which is JSON's.
const FOREIGN: [&str; 17] = [
    "struct",
    "enum",
    "variant",
    "expected",
    "sequence",
    "map",
    "tuple",
    "unit",
    "newtype",
    "invalid type",
    "field",
    "i64",
    "u64",
    "u32",
    "usize",
    "f64",
    "::",
];

#[tokio::test]
async fn a_value_of_another_kind_is_refused_in_words_of_json() {
    let company = Company::open().await;
    let mut refused = 0;
    for (method, path, body) in requests() {
        let mut all = Vec::new();
        places(&body, "", &mut all);
        for place in all {
            let right = body.pointer(&place).unwrap();
            let others = [
                json!(true),
                json!(7),
                json!("word"),
                json!([]),
                json!([[7]]),
                json!({"x": 1}),
            ];
            for wrong in others.iter().filter(|wrong| kind(wrong) != kind(right)) {
                let mut sent = body.clone();
                *sent.pointer_mut(&place).unwrap() = wrong.clone();
                let answer = company.call(method.clone(), &path, sent).await;
                let said = answer.json();
                let words = [&said["error_msg"], &said["error"]["message"]];
                let Some(words) = words.iter().find_map(|words| words.as_str()) else {
                    assert!(
                        answer.status.is_success(),
                        "{path} {place} {wrong}: {answer:?}"
                    );
                    continue;
                };
                let foreign = FOREIGN.iter().find(|word| {
                    words
                        .split(|c: char| c.is_whitespace() || c == ',' || c == '.')
                        .any(|part| part == **word)
                        || (word.contains([' ', ':'])
                            && words.contains(**word)
                            && !words.contains("OS::"))
                });
                assert_eq!(foreign, None, "{path} {place} {wrong}: {words}");
                if !words.contains(": must be ") {
                    continue;
                }
                refused += 1;
                // An element is named by its list.
                let mut names = place.rsplit('/').filter(|name| name.parse::<u8>().is_err());
                let name = names.next().unwrap_or_default();
                let name = if name.is_empty() { "The body" } else { name };
                assert!(words.contains(name), "{path} {place} {wrong}: {words}");
            }
        }
    }
    assert!(refused > 500, "only {refused} were refused for their kind");
}

//! `opentelekomcloud_cbr_vault_v3`, `opentelekomcloud_cbr_policy_v3` and the data source of backups:
//! what Terraform sends for plan, apply, change and destroy.

use hyper::Method;
use sandbox::Seed;
use serde_json::{Value, json};

use super::{Go, sign_in};
use crate::csbs::Company;

/// The provider sends every counter, and a zone even where nobody asked for one.
fn policy(name: &str, definition: Value) -> Value {
    json!({"policy": {
        "name": name, "operation_definition": definition, "enabled": true, "operation_type": "backup",
        "trigger": {"properties": {"pattern": ["FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=14;BYMINUTE=00"]}},
    }})
}

/// What it sends where the configuration has no `operation_definition`.
fn nothing_said() -> Value {
    json!({
        "day_backups": 0, "week_backups": 0, "year_backups": 0, "month_backups": 0, "timezone": "UTC+00:00",
    })
}

/// A new reading must find the configuration as it was applied, or Terraform plans a change for ever.
fn as_applied(shown: &Value, sent: &Value) {
    match (shown, sent) {
        (Value::Object(shown), Value::Object(sent)) => {
            for (name, value) in sent {
                match shown.get(name) {
                    Some(found) => as_applied(found, value),
                    // Its decoder makes a zero of what is missing.
                    None => assert_eq!(value, &json!(0), "{name} is gone"),
                }
            }
        }
        _ => assert_eq!(shown, sent),
    }
}

#[tokio::test]
async fn a_policy_is_applied_changed_and_destroyed() {
    let company = Company::with(Seed::Scale(0)).await;
    let world = &company.world;
    let go = Go::of_vaults(world).await;
    // Its second session is for the domain.
    sign_in(world, json!({"domain": {"name": "sandbox"}})).await;

    let wish = policy("policy-01", nothing_said());
    let (_, path) = go.made("/policies", "policy", wish.clone()).await;
    as_applied(&go.shown(&path, "policy").await, &wish["policy"]);

    // It sends what differs, and the definition as a whole.
    let definition = json!({
        "day_backups": 1, "week_backups": 2, "year_backups": 3, "month_backups": 4, "max_backups": 10,
        "timezone": "UTC+03:00",
    });
    let change =
        json!({"policy": {"enabled": false, "name": "name2", "operation_definition": definition}});
    go.ok(Method::PUT, &path, change.clone()).await;
    let shown = go.shown(&path, "policy").await;
    as_applied(&shown, &change["policy"]);
    assert_eq!(
        shown["trigger"]["properties"]["pattern"],
        wish["policy"]["trigger"]["properties"]["pattern"]
    );

    // Unlimited in words of its own: a computed value of the last reading comes along.
    let forever = json!({
        "day_backups": 0, "week_backups": 0, "year_backups": 0, "month_backups": 0, "max_backups": -1,
        "retention_duration_days": -1, "timezone": "UTC+03:00",
    });
    let change = json!({"policy": {"operation_definition": forever}});
    go.ok(Method::PUT, &path, change.clone()).await;
    as_applied(&go.shown(&path, "policy").await, &change["policy"]);

    go.gone(&path).await;
    // Reading it takes this for "gone".
    go.missing(&path, "BackupService.6000").await;
}

#[tokio::test]
async fn a_vault_is_applied_changed_and_destroyed() {
    let company = Company::with(Seed::Scale(0)).await;
    let go = Go::of_vaults(&company.world).await;
    let (first, first_path) = go
        .made("/policies", "policy", policy("one", nothing_said()))
        .await;
    let (second, second_path) = go
        .made("/policies", "policy", policy("two", nothing_said()))
        .await;
    let server = company.server("web02").await;
    let other = company.server("web03").await;
    let resource = json!({"id": server, "type": "OS::Nova::Server", "name": "web02"});
    // A kind of period comes along though nothing is paid in advance.
    let wish = json!({"vault": {
        "backup_policy_id": first["id"],
        "billing": {
            "cloud_type": "public", "consistent_level": "crash_consistent", "object_type": "server",
            "protect_type": "backup", "size": 1000, "charging_mode": "post_paid", "period_type": "month",
        },
        "description": "CBR vault for terraform", "name": "cbr-vault-test",
        "resources": [resource], "tags": [{"key": "foo", "value": "bar"}], "enterprise_project_id": "0",
        "bind_rules": {"tags": [{"key": "env", "value": "nowhere"}]},
    }});
    let (vault, path) = go.made("/vaults", "vault", wish.clone()).await;
    // The policy is there already; it is associated once more.
    let bind = format!("{path}/associatepolicy");
    let link = json!({"policy_id": first["id"]});
    let bound = go.ok(Method::POST, &bind, link.clone()).await;
    assert_eq!(
        bound["associate_policy"],
        json!({"vault_id": vault["id"], "policy_id": first["id"]})
    );
    let shown = go.shown(&path, "vault").await;
    assert_eq!(shown["description"], "CBR vault for terraform");
    assert_eq!(shown["tags"], wish["vault"]["tags"]);
    assert_eq!(shown["bind_rules"], wish["vault"]["bind_rules"]);
    assert_eq!(shown["auto_bind"], false);
    assert_eq!(shown["resources"][0]["id"], json!(server));
    assert_eq!(shown["resources"][0]["name"], "web02");
    let applied = go.shown(&first_path, "policy").await["associated_vaults"].clone();
    assert_eq!(applied.as_array().unwrap().len(), 1, "{applied}");

    // Changed: the vault itself, its resources (out, then in), its policy (off, then on), its tags.
    let change = json!({"vault": {"billing": {"size": 1200}, "name": "cbr-vault-test-2", "auto_expand": false}});
    go.ok(Method::PUT, &path, change).await;
    let out = json!({"resource_ids": [server]});
    go.ok(Method::POST, &format!("{path}/removeresources"), out)
        .await;
    let add = json!({"resources": [{"id": other, "type": "OS::Nova::Server", "name": "web03"}]});
    go.ok(Method::POST, &format!("{path}/addresources"), add)
        .await;
    go.ok(Method::POST, &format!("{path}/dissociatepolicy"), link)
        .await;
    go.ok(Method::POST, &bind, json!({"policy_id": second["id"]}))
        .await;
    let tags = path.replacen("/vaults/", "/vault/", 1) + "/tags/action";
    for (action, value) in [("delete", "bar"), ("create", "baz")] {
        let body = json!({"action": action, "tags": [{"key": "foo", "value": value}]});
        go.done(Method::POST, &tags, body, [200, 204]).await;
    }
    let shown = go.shown(&path, "vault").await;
    assert_eq!(
        (&shown["name"], &shown["billing"]["size"]),
        (&json!("cbr-vault-test-2"), &json!(1200))
    );
    assert_eq!(shown["resources"][0]["id"], json!(other));
    assert_eq!(shown["resources"].as_array().unwrap().len(), 1);
    assert_eq!(shown["tags"], json!([{"key": "foo", "value": "baz"}]));
    for (path, vaults) in [(&first_path, 0), (&second_path, 1)] {
        let applied = go.shown(path, "policy").await["associated_vaults"].clone();
        assert_eq!(applied.as_array().unwrap().len(), vaults, "{applied}");
    }

    // Destroyed in the order of its graph: the vault, then its policies.
    go.gone(&path).await;
    go.missing(&path, "BackupService.6105").await;
    go.gone(&first_path).await;
    go.gone(&second_path).await;
}

#[tokio::test]
async fn the_data_source_takes_the_first_match_of_its_filters() {
    let company = Company::with(Seed::Demo).await;
    let go = Go::of_vaults(&company.world).await;
    let page = go
        .ok(
            Method::GET,
            "/backups?resource_type=OS%3A%3ANova%3A%3AServer&status=available",
            Value::Null,
        )
        .await;
    let backup = page["backups"][0].clone();
    let text = |name: &str| backup[name].as_str().unwrap().to_owned();
    for filter in [
        format!("checkpoint_id={}", text("checkpoint_id")),
        format!("name={}", text("name")),
        format!("resource_az={}&status=available", text("resource_az")),
        format!(
            "resource_id={}&vault_id={}",
            text("resource_id"),
            text("vault_id")
        ),
        format!(
            "image_type={}&resource_name={}",
            text("image_type"),
            text("resource_name")
        ),
    ] {
        let found = go
            .ok(Method::GET, &format!("/backups?{filter}"), Value::Null)
            .await;
        let rows = found["backups"].as_array().unwrap();
        assert!(rows.iter().any(|row| row["id"] == backup["id"]), "{filter}");
    }
    // Of its disks it asks by their parent.
    let children = go
        .ok(
            Method::GET,
            &format!("/backups?parent_id={}", text("id")),
            Value::Null,
        )
        .await;
    assert!(!children["backups"].as_array().unwrap().is_empty());
}

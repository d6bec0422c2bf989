//! Vaults, policies, backups, tags and tasks, as the Go client uses and decodes them.

use hyper::Method;
use sandbox::Seed;
use serde_json::{Value, json};

use super::Go;
use crate::csbs::Company;

/// What the client decodes a member into; `null` leaves each of them as it is.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Whole,
    Flag,
    List,
    Object,
}

/// Fails as the client would when a member is of another kind.
fn decodes(object: &Value, members: &[(&str, Kind)]) {
    for (pointer, kind) in members {
        let Some(value) = object.pointer(pointer) else {
            continue;
        };
        let fits = match kind {
            Kind::Text => value.is_string(),
            Kind::Whole => value.is_i64(),
            Kind::Flag => value.is_boolean(),
            Kind::List => value.is_array(),
            Kind::Object => value.is_object(),
        };
        assert!(value.is_null() || fits, "{pointer} is no {kind:?}: {value}");
    }
}

fn texts<'a>(members: &[&'a str]) -> Vec<(&'a str, Kind)> {
    members.iter().map(|member| (*member, Kind::Text)).collect()
}

fn decodes_vault(vault: &Value) {
    decodes(
        vault,
        &texts(&[
            "/id",
            "/name",
            "/description",
            "/project_id",
            "/provider_id",
            "/user_id",
            "/created_at",
            "/enterprise_project_id",
            "/billing/order_id",
            "/billing/product_id",
            "/billing/storage_unit",
            "/billing/frozen_scene",
        ]),
    );
    decodes(
        vault,
        &[
            ("/auto_bind", Kind::Flag),
            ("/auto_expand", Kind::Flag),
            ("/bind_rules", Kind::Object),
            ("/tags", Kind::List),
            ("/billing/allocated", Kind::Whole),
            ("/billing/used", Kind::Whole),
            ("/billing/size", Kind::Whole),
        ],
    );
    for resource in vault["resources"].as_array().unwrap() {
        decodes(
            resource,
            &[
                ("/extra_info", Kind::Object),
                ("/extra_info/exclude_volumes", Kind::List),
                ("/size", Kind::Whole),
                ("/backup_size", Kind::Whole),
                ("/backup_count", Kind::Whole),
                ("/protect_status", Kind::Text),
            ],
        );
    }
}

fn decodes_backup(backup: &Value) {
    decodes(
        backup,
        &texts(&[
            "/checkpoint_id",
            "/description",
            "/expired_at",
            "/image_type",
            "/parent_id",
            "/protected_at",
            "/resource_az",
            "/updated_at",
            "/vault_id",
            "/extend_info/snapshot_id",
            "/extend_info/supported_restore_mode",
        ]),
    );
    decodes(
        backup,
        &[
            ("/resource_size", Kind::Whole),
            ("/children", Kind::List),
            ("/extend_info", Kind::Object),
            ("/extend_info/auto_trigger", Kind::Flag),
            ("/extend_info/bootable", Kind::Flag),
            ("/extend_info/incremental", Kind::Flag),
            ("/extend_info/support_lld", Kind::Flag),
            ("/extend_info/os_images_data", Kind::List),
            ("/extend_info/contain_system_disk", Kind::Flag),
            ("/extend_info/encrypted", Kind::Flag),
            ("/extend_info/system_disk", Kind::Flag),
        ],
    );
    for child in backup["children"].as_array().into_iter().flatten() {
        decodes_backup(child);
    }
}

fn decodes_task(task: &Value) {
    decodes(
        task,
        &texts(&[
            "/checkpoint_id",
            "/ended_at",
            "/policy_id",
            "/error_info/code",
            "/error_info/message",
            "/extra_info/backup/incremental",
            "/extra_info/backup/app_consistency_status",
            "/extra_info/common/request_id",
            "/extra_info/common/task_id",
        ]),
    );
    decodes(
        task,
        &[
            ("/extra_info/common/progress", Kind::Whole),
            ("/extra_info/resource/extra_info", Kind::Object),
            ("/extra_info/vault_delete/fail_count", Kind::Whole),
            ("/extra_info/remove_resources/resources", Kind::List),
        ],
    );
}

/// A vault's body as the client's own tests send it: it leaves out what is empty or false.
pub fn body(name: &str, kind: &str) -> Value {
    json!({"vault": {
        "billing": {
            "consistent_level": "crash_consistent", "object_type": kind, "protect_type": "backup", "size": 100,
        },
        "description": "a vault of the client's tests", "name": name, "resources": [],
    }})
}

/// The same for a policy; its counters are always sent.
pub fn policy_body(name: &str) -> Value {
    json!({"policy": {
        "name": name,
        "operation_definition": {
            "day_backups": 1, "week_backups": 2, "year_backups": 3, "month_backups": 4, "max_backups": 10,
            "timezone": "UTC+03:00",
        },
        "enabled": true,
        "operation_type": "backup",
        "trigger": {"properties": {"pattern": ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=14;BYMINUTE=00"]}},
    }})
}

impl Go<'_> {
    /// Makes something; the object inside the answer, and its path.
    pub async fn made(&self, collection: &str, member: &str, body: Value) -> (Value, String) {
        let made = self.ok(Method::POST, collection, body).await[member].clone();
        let path = format!("{collection}/{}", made["id"].as_str().unwrap());
        (made, path)
    }

    pub async fn shown(&self, path: &str, member: &str) -> Value {
        self.ok(Method::GET, path, Value::Null).await[member].clone()
    }

    /// A page as the client gets it: once to see whether it is empty, and once for its rows.
    async fn rows(&self, path: &str, member: &str) -> Vec<Value> {
        let page = self.ok(Method::GET, path, Value::Null).await;
        assert_eq!(self.ok(Method::GET, path, Value::Null).await, page);
        // It ends where this member is missing.
        assert_eq!(page.get(format!("{member}_links")), None);
        page[member].as_array().unwrap().clone()
    }

    /// Something with an id of another service of the same project.
    async fn neighbour(&self, path: &str) -> Value {
        let project = self.service.rsplit('/').next().unwrap();
        let path = path.replace("{p}", project);
        let headers = [("x-auth-token", self.token.as_str())];
        self.world.get(&path, &headers).await.json()
    }

    /// Ids of the volumes that are attached to nothing else.
    async fn volumes(&self) -> Vec<String> {
        let page = self
            .neighbour("/v2/{p}/cloudvolumes/detail?limit=100&multiattach=false")
            .await;
        let rows = page["volumes"].as_array().unwrap();
        rows.iter()
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn a_vault_is_read_back_as_it_was_answered() {
    let company = Company::with(Seed::Scale(0)).await;
    let go = Go::of_vaults(&company.world).await;
    let (made, path) = go
        .made("/vaults", "vault", body("cbr-test-abcde", "server"))
        .await;
    decodes_vault(&made);
    assert_eq!(made["billing"]["size"], 100);
    assert_eq!(made["description"], "a vault of the client's tests");
    assert_eq!(go.shown(&path, "vault").await, made);
    let change = json!({"vault": {"name": "cbr-test-2-abcde"}});
    let changed = go.ok(Method::PUT, &path, change).await["vault"].clone();
    assert_eq!(
        (&changed["id"], &changed["name"]),
        (&made["id"], &json!("cbr-test-2-abcde"))
    );
    assert_eq!(go.shown(&path, "vault").await, changed);
    go.gone(&path).await;
    go.missing(&path, "BackupService.6105").await;
}

#[tokio::test]
async fn what_was_put_in_comes_out_under_the_same_ids() {
    let company = Company::with(Seed::Scale(0)).await;
    let go = Go::of_vaults(&company.world).await;
    let (_, path) = go
        .made("/vaults", "vault", body("cbr-test-abcde", "disk"))
        .await;
    let (other, elsewhere) = go
        .made("/vaults", "vault", body("cbr-test-migrateabcde", "disk"))
        .await;
    let volume = go.volumes().await.remove(0);
    let resource =
        json!({"id": volume, "type": "OS::Cinder::Volume", "name": "cbr-vault-test-volume"});
    let add = format!("{path}/addresources");
    let added = go
        .ok(Method::POST, &add, json!({"resources": [resource]}))
        .await["add_resource_ids"]
        .clone();
    assert_eq!(added, json!([volume]));
    decodes_vault(&go.shown(&path, "vault").await);
    let remove = format!("{path}/removeresources");
    let removed = go
        .ok(Method::POST, &remove, json!({"resource_ids": added}))
        .await;
    assert_eq!(removed["remove_resource_ids"], added);

    go.ok(Method::POST, &add, json!({"resources": [resource]}))
        .await;
    let migrate = json!({"destination_vault_id": other["id"], "resource_ids": added});
    let moved = go
        .ok(Method::POST, &format!("{path}/migrateresources"), migrate)
        .await;
    assert_eq!(moved["migrated_resources"], added);
    assert_eq!(go.shown(&path, "vault").await["resources"], json!([]));
    go.gone(&elsewhere).await;
    go.gone(&path).await;
}

#[tokio::test]
async fn a_policy_lives_alone_and_on_a_vault() {
    let company = Company::with(Seed::Scale(0)).await;
    let go = Go::of_vaults(&company.world).await;
    let (policy, path) = go
        .made("/policies", "policy", policy_body("test-policy"))
        .await;
    decodes(
        &policy,
        &[
            ("/enabled", Kind::Flag),
            ("/operation_definition/day_backups", Kind::Whole),
            ("/operation_definition/max_backups", Kind::Whole),
            ("/operation_definition/timezone", Kind::Text),
            ("/trigger/properties/pattern", Kind::List),
            ("/trigger/properties/start_time", Kind::Text),
            ("/associated_vaults", Kind::List),
        ],
    );
    let listed = go.rows("/policies", "policies").await;
    assert!(listed.iter().any(|row| row["id"] == policy["id"]));
    let change = json!({"policy": {"enabled": false, "name": "name2"}});
    let changed = go.ok(Method::PUT, &path, change).await["policy"].clone();
    assert_eq!(
        (&changed["enabled"], &changed["name"]),
        (&json!(false), &json!("name2"))
    );
    // What the change left out is as it was.
    assert_eq!(
        changed["operation_definition"],
        policy["operation_definition"]
    );
    assert_eq!(go.shown(&path, "policy").await, changed);

    let (vault, vault_path) = go
        .made("/vaults", "vault", body("cbr-test-abcde", "disk"))
        .await;
    let link = json!({"policy_id": policy["id"]});
    let both = json!({"vault_id": vault["id"], "policy_id": policy["id"]});
    let bind = format!("{vault_path}/associatepolicy");
    let bound = go.ok(Method::POST, &bind, link.clone()).await;
    assert_eq!(bound["associate_policy"], both);
    let unbind = format!("{vault_path}/dissociatepolicy");
    let unbound = go.ok(Method::POST, &unbind, link).await;
    assert_eq!(unbound["dissociate_policy"], both);
    go.gone(&path).await;
    go.missing(&path, "BackupService.6000").await;
    go.gone(&vault_path).await;
}

#[tokio::test]
async fn a_checkpoint_is_made_restored_and_deleted() {
    let company = Company::with(Seed::Scale(0)).await;
    let go = Go::of_vaults(&company.world).await;
    let (vault, path) = go
        .made("/vaults", "vault", body("cbr-test-abcde", "disk"))
        .await;
    let volume = go.volumes().await.remove(0);
    let resource = json!({"id": volume, "type": "OS::Cinder::Volume"});
    let add = format!("{path}/addresources");
    go.ok(Method::POST, &add, json!({"resources": [resource.clone()]}))
        .await;
    let wish = json!({"checkpoint": {"vault_id": vault["id"], "parameters": {
        "description": "Backup description", "incremental": true, "name": "test-backup-name",
        "resources": [volume], "resource_details": [resource],
    }}});
    let (checkpoint, checkpoint_path) = go.made("/checkpoints", "checkpoint", wish).await;
    // It needs the vault in both answers, and texts where other answers have numbers.
    for checkpoint in [
        checkpoint.clone(),
        go.shown(&checkpoint_path, "checkpoint").await,
    ] {
        assert_eq!(checkpoint["vault"]["id"], vault["id"]);
        decodes(
            &checkpoint,
            &[
                ("/status", Kind::Text),
                ("/extra_info", Kind::Object),
                ("/extra_info/retention_duration", Kind::Whole),
                ("/vault/skipped_resources", Kind::List),
                ("/vault/resources/0/resource_size", Kind::Text),
                ("/vault/resources/0/backup_size", Kind::Text),
                ("/vault/resources/0/backup_count", Kind::Text),
                ("/vault/resources/0/extra_info", Kind::Text),
            ],
        );
        assert!(checkpoint.pointer("/vault/resources/0/id").is_some());
    }
    wait(&company, async || {
        let status = go.shown(&checkpoint_path, "checkpoint").await["status"].clone();
        assert!(status == "protecting" || status == "available", "{status}");
        status == "available"
    })
    .await;

    let filter = format!(
        "/backups?checkpoint_id={}",
        checkpoint["id"].as_str().unwrap()
    );
    let backups = go.rows(&filter, "backups").await;
    assert_eq!(backups.len(), 1);
    decodes_backup(&backups[0]);
    let backup_path = format!("/backups/{}", backups[0]["id"].as_str().unwrap());
    let restore = json!({"restore": {"power_on": true, "volume_id": volume}});
    let restore_path = format!("{backup_path}/restore");
    go.done(Method::POST, &restore_path, restore, [201, 202])
        .await;
    assert_eq!(
        go.shown(&backup_path, "backup").await["status"],
        "restoring"
    );
    wait(&company, async || {
        let status = go.shown(&backup_path, "backup").await["status"].clone();
        assert_ne!(status, "error");
        status == "available"
    })
    .await;

    go.gone(&backup_path).await;
    wait(&company, async || {
        let look = go.call(Method::GET, &backup_path, Value::Null).await;
        look.status.as_u16() == 404
    })
    .await;
    let tasks = go.ok(Method::GET, "/operation-logs", Value::Null).await;
    let tasks = tasks["operation_logs"].as_array().unwrap();
    let kinds: Vec<_> = tasks.iter().map(|task| &task["operation_type"]).collect();
    assert!(
        kinds.contains(&&json!("backup")) && kinds.contains(&&json!("delete")),
        "{kinds:?}"
    );
    for task in tasks {
        decodes_task(task);
        let one = format!("/operation-logs/{}", task["id"].as_str().unwrap());
        assert_eq!(go.shown(&one, "operation_log").await, *task);
    }
    go.gone(&path).await;
}

/// Looks as the client's tests do until it has happened; here the clock moves, not the tester.
pub async fn wait(company: &Company, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if done().await {
            return;
        }
        company.advance("PT1M").await;
    }
    panic!("it never happened");
}

#[tokio::test]
async fn tags_are_found_taken_away_and_put_back() {
    let company = Company::with(Seed::Scale(0)).await;
    let go = Go::of_vaults(&company.world).await;
    let first = json!({"key": "TestKey", "value": "TestValue"});
    let both = json!([first, {"key": "TestKey2", "value": "TestValue2"}]);
    let mut wish = body("cbr-test-abcde", "disk");
    wish["vault"]["tags"] = both.clone();
    let (vault, path) = go.made("/vaults", "vault", wish).await;
    let project = go.shown("/vault/tags", "tags").await;
    assert_eq!(project.as_array().unwrap().len(), 2);
    decodes(
        &project[0],
        &[("/key", Kind::Text), ("/values", Kind::List)],
    );
    let question =
        json!({"tags": [{"key": "TestKey", "values": ["TestValue"]}], "action": "filter"});
    let found = go
        .ok(Method::POST, "/vault/resource_instances/action", question)
        .await;
    assert_eq!(found["resources"][0]["resource_id"], vault["id"]);
    decodes_vault(&found["resources"][0]["resource_detail"]["vault"]);
    let tags = path.replacen("/vaults/", "/vault/", 1) + "/tags";
    assert_eq!(go.shown(&tags, "tags").await, both);
    let action = format!("{tags}/action");
    let delete = json!({"action": "delete", "tags": both});
    go.done(Method::POST, &action, delete, [200, 204]).await;
    assert_eq!(go.shown(&tags, "tags").await, json!([]));
    let create = json!({"action": "create", "tags": [first]});
    go.done(Method::POST, &action, create, [200, 204]).await;
    assert_eq!(go.shown(&tags, "tags").await, json!([first]));
    go.gone(&path).await;
}

/// It wraps the body of this one call once more, and takes 201 or 202 alone; the service documents 200.
#[tokio::test]
async fn a_checkpoint_wrapped_twice_is_replicated() {
    let company = Company::with(Seed::Demo).await;
    let go = Go::of_vaults(&company.world).await;
    let vaults = go.rows("/vaults", "vaults").await;
    for vault in &vaults {
        decodes_vault(vault);
    }
    for backup in go.rows("/backups?limit=50", "backups").await {
        decodes_backup(&backup);
    }
    let wish = json!({
        "vault_id": vaults[0]["id"], "destination_project_id": "x", "destination_region": "eu-nl",
        "destination_vault_id": "x",
    });
    let plain = go
        .call(
            Method::POST,
            "/checkpoints/replicate",
            json!({"replicate": wish}),
        )
        .await;
    let wrapped = go
        .call(
            Method::POST,
            "/checkpoints/replicate",
            json!({"checkpoint": {"replicate": wish}}),
        )
        .await;
    assert_eq!(
        (plain.status, plain.json()["error_code"].clone()),
        (wrapped.status, wrapped.json()["error_code"].clone())
    );
    assert_ne!(
        plain.json()["error_code"],
        "BackupService.9900",
        "{plain:?}"
    );
}

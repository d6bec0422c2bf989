//! Vaults over HTTP: operations, refusals, what happens with time.

mod backups;
mod codes;
mod deletions;
mod elsewhere;
mod everything_else;
mod images;
mod lens;
mod migration;
mod policies;
mod resources;
mod restores;
mod vaults;

use contract::time::Timestamp;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::csbs::Company;

/// A policy's rule that runs every night.
pub const NIGHTLY: &str = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30";

/// The body of a vault for servers.
pub fn vault(name: &str, size: i64) -> Value {
    json!({"vault": {
        "name": name,
        "resources": [],
        "billing": {"consistent_level": "crash_consistent", "object_type": "server", "protect_type": "backup", "size": size},
    }})
}

/// The same, changed.
pub fn vault_with(name: &str, size: i64, change: impl FnOnce(&mut Value)) -> Value {
    let mut body = vault(name, size);
    change(&mut body["vault"]);
    body
}

pub fn server(id: &str) -> Value {
    json!({"id": id, "type": "OS::Nova::Server"})
}

pub fn policy(name: &str, rules: &[&str], keep: Value) -> Value {
    json!({"policy": {
        "name": name, "operation_definition": keep, "trigger": {"properties": {"pattern": rules}},
    }})
}

/// The text of a member.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

/// What the tests of vaults ask of a company.
pub struct Vaults(pub Company);

impl Vaults {
    pub async fn open() -> Self {
        Self::of(Company::open().await).await
    }

    /// A company at a time of day at which nothing is planned, whenever the tests run.
    pub async fn of(company: Company) -> Self {
        let now = company.control(json!({"rate": 0})).await;
        let seconds = Timestamp::parse(&now).unwrap().seconds().rem_euclid(86_400);
        let quiet = 10 * 3_600 + 37 * 60;
        company
            .advance(&format!("PT{}S", (quiet - seconds).rem_euclid(86_400)))
            .await;
        Self(company)
    }

    pub async fn get(&self, path: &str) -> Value {
        self.0.get(&format!("/v3/{{p}}{path}")).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.0
            .ok(Method::POST, &format!("/v3/{{p}}{path}"), body)
            .await
    }

    pub async fn put(&self, path: &str, body: Value) -> Value {
        self.0
            .ok(Method::PUT, &format!("/v3/{{p}}{path}"), body)
            .await
    }

    /// A call that must answer with this status and no body.
    pub async fn done(&self, method: Method, path: &str, body: Value, status: StatusCode) {
        let answer = self.0.call(method, &format!("/v3/{{p}}{path}"), body).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert!(answer.body.is_empty(), "{answer:?}");
    }

    pub async fn delete(&self, path: &str) {
        self.done(Method::DELETE, path, Value::Null, StatusCode::NO_CONTENT)
            .await;
    }

    /// The number of the code of a refusal: `"404 6105"`.
    pub async fn refused(&self, method: Method, path: &str, body: Value) -> String {
        self.refusal(method, path, body).await.0
    }

    pub async fn refusal(&self, method: Method, path: &str, body: Value) -> (String, String) {
        let (code, words) = self
            .0
            .refused(method, &format!("/v3/{{p}}{path}"), body)
            .await;
        (code.replace("BackupService.", ""), words)
    }

    /// Makes a vault with these servers in it; says its id.
    pub async fn vault(&self, name: &str, size: i64, servers: &[&str]) -> String {
        let mut resources = Vec::new();
        for name in servers {
            resources.push(server(&self.0.server(name).await));
        }
        let body = vault_with(name, size, |vault| vault["resources"] = json!(resources));
        text(&self.post("/vaults", body).await["vault"]["id"])
    }

    pub async fn show(&self, vault: &str) -> Value {
        self.get(&format!("/vaults/{vault}")).await["vault"].clone()
    }

    /// Begins a backup of a whole vault; its checkpoint.
    pub async fn run(&self, vault: &str, parameters: Value) -> Value {
        let body = json!({"checkpoint": {"vault_id": vault, "parameters": parameters}});
        self.post("/checkpoints", body).await["checkpoint"].clone()
    }

    /// Makes the finished backups of a vault; says their ids, oldest first.
    pub async fn backed_up(&self, vault: &str) -> Vec<String> {
        let checkpoint = self.run(vault, json!({})).await;
        self.0.advance("PT12H").await;
        let id = text(&checkpoint["id"]);
        let shown = self.get(&format!("/checkpoints/{id}")).await;
        assert_eq!(shown["checkpoint"]["status"], "available", "{shown}");
        self.ids(
            &format!("/backups?checkpoint_id={id}&sort=created_at:asc"),
            "backups",
        )
        .await
    }

    pub async fn ids(&self, path: &str, member: &str) -> Vec<String> {
        let answer = self.get(path).await;
        answer[member]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| text(&row["id"]))
            .collect()
    }

    pub async fn backup(&self, id: &str) -> Value {
        self.get(&format!("/backups/{id}")).await["backup"].clone()
    }

    pub async fn count(&self, query: &str) -> i64 {
        self.get(&format!("/backups?limit=1&{query}")).await["count"]
            .as_i64()
            .unwrap()
    }

    /// Makes a policy and applies it to a vault; says its id.
    pub async fn apply(&self, vault: &str, body: Value) -> String {
        let id = text(&self.post("/policies", body).await["policy"]["id"]);
        let link = self
            .post(
                &format!("/vaults/{vault}/associatepolicy"),
                json!({"policy_id": id}),
            )
            .await;
        assert_eq!(
            link["associate_policy"],
            json!({"vault_id": vault, "policy_id": id})
        );
        id
    }

    /// Does something to the store, for what no call leads to.
    pub async fn meddle(&self, sql: &'static str, id: &str) {
        let id = id.to_owned();
        self.0
            .world
            .sandbox()
            .store
            .write(move |db| {
                assert!(db.execute(sql, [id])? > 0, "{sql} changed nothing");
                Ok::<_, sandbox::store::StoreError>(())
            })
            .await
            .unwrap();
    }
}

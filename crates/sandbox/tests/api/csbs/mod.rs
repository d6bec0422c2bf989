//! The backup service over HTTP: operations, refusals, what happens with time.

mod backups;
mod checkpoints;
mod codes;
mod jobs;
mod operation_logs;
mod policies;
mod refusals;
mod restores;
mod tags;

pub use restores::{mapping, request};

use hyper::{Method, StatusCode};
use sandbox::Seed;
use serde_json::{Value, json};

use crate::client::{Answer, Session, World};

pub const P: &str = "fc4d5750-22e7-4798-8a46-f48f62c4c1da";

/// The company without a past, its clock stopped, and the demo user in it.
pub struct Company {
    pub world: World,
    pub session: Session,
}

impl Company {
    pub async fn open() -> Self {
        Self::with(Seed::Scale(0)).await
    }

    pub async fn with(seed: Seed) -> Self {
        let world = World::start(seed).await;
        let session = world.demo().await;
        let company = Self { world, session };
        company.control(json!({"rate": 0})).await;
        company
    }

    /// A call with the session's token; `{p}` is the project id.
    pub async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let path = path.replace("{p}", &self.session.project_id);
        let headers = [
            ("x-auth-token", self.session.token.as_str()),
            ("content-type", "application/json"),
        ];
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.world.send(method, &path, &headers, body).await
    }

    /// A call that must succeed.
    pub async fn ok(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer.json()
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ok(Method::GET, path, Value::Null).await
    }

    /// A call that must be refused: `"400 CSBS.9001"`, and the words.
    pub async fn refused(&self, method: Method, path: &str, body: Value) -> (String, String) {
        let answer = self.call(method, path, body).await;
        let words = answer.json();
        let code = words["error_code"].as_str().unwrap_or_default();
        assert!(!answer.status.is_success(), "{path}: {answer:?}");
        let message = words["error_msg"].as_str().unwrap_or_default().to_owned();
        assert!(!message.is_empty(), "{answer:?}");
        (format!("{} {code}", answer.status.as_u16()), message)
    }

    /// Sets the clock; says what it shows then.
    pub async fn control(&self, body: Value) -> String {
        let headers = [("content-type", "application/json")];
        let answer = self
            .world
            .send(Method::POST, "/sandbox/clock", &headers, body.to_string())
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()["now"].as_str().unwrap().to_owned()
    }

    pub async fn advance(&self, duration: &str) -> String {
        self.control(json!({"advance": duration})).await
    }

    pub async fn arm(&self, fault: Value) {
        let headers = [("content-type", "application/json")];
        let answer = self
            .world
            .send(Method::POST, "/sandbox/faults", &headers, fault.to_string())
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }

    /// The id of a server by its name.
    pub async fn server(&self, name: &str) -> String {
        let servers = self.get("/v1/{p}/cloudservers/detail?limit=100").await;
        let servers = servers["servers"].as_array().unwrap();
        let found = servers.iter().find(|server| server["name"] == name);
        found.unwrap_or_else(|| panic!("no server {name}"))["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The policy with this name.
    pub async fn policy(&self, name: &str) -> Value {
        self.get(&format!("/v1/{{p}}/policies?name={name}")).await["policies"][0].clone()
    }

    /// Begins a backup of a server; its only item.
    pub async fn protect(&self, server: &str, options: Value) -> Value {
        let path = format!("/v1/{{p}}/providers/{P}/resources/{server}/action");
        let checkpoint = self
            .ok(Method::POST, &path, json!({"protect": options}))
            .await;
        let id = checkpoint["checkpoint"]["id"].as_str().unwrap().to_owned();
        let items = self
            .get(&format!("/v1/{{p}}/checkpoint_items?checkpoint_id={id}"))
            .await;
        items["checkpoint_items"][0].clone()
    }

    pub async fn item(&self, id: &str) -> Value {
        self.get(&format!("/v1/{{p}}/checkpoint_items/{id}")).await["checkpoint_item"].clone()
    }

    /// A finished backup of a server.
    pub async fn backup(&self, server: &str) -> Value {
        let item = self.protect(server, json!({})).await;
        self.advance("P1D").await;
        let item = self.item(item["id"].as_str().unwrap()).await;
        assert_eq!(item["status"], "available", "{item}");
        item
    }

    pub async fn count(&self, query: &str) -> i64 {
        self.get(&format!("/v1/{{p}}/checkpoint_items/count?{query}"))
            .await["count"]
            .as_i64()
            .unwrap()
    }

    pub async fn delete(&self, item: &Value) -> Answer {
        let checkpoint = item["checkpoint_id"].as_str().unwrap();
        let id = item["id"].as_str().unwrap();
        let path =
            format!("/v1/{{p}}/providers/{P}/checkpoints/{checkpoint}?checkpoint_items={id}");
        self.call(Method::DELETE, &path, Value::Null).await
    }
}

/// A policy to create, over these servers.
pub fn policy(name: &str, rule: &str, servers: &[&str], keep: Value) -> Value {
    let resources: Vec<_> = servers
        .iter()
        .map(|id| json!({"id": id, "type": "OS::Nova::Server", "name": "a server"}))
        .collect();
    json!({"policy": {
        "name": name, "provider_id": P, "parameters": {"common": {}}, "resources": resources,
        "scheduled_operations": [{
            "enabled": true, "operation_type": "backup", "operation_definition": keep,
            "trigger": {"properties": {"pattern": pattern(rule)}},
        }],
    }})
}

pub fn pattern(rule: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

pub const DAILY: &str = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30";

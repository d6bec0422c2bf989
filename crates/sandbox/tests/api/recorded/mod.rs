//! What clients that cannot be installed everywhere send, as it was recorded: the Go client, the
//! Terraform provider, and the `curl` lines of `docs/sandbox.md`. What they insist on is checked.

mod manual;
mod servers;
mod terraform;
mod vaults;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{Answer, World};
use crate::csbs::P;

/// Headers of every request of the Go client.
const GO: [(&str, &str); 4] = [
    ("user-agent", "golangsdk/2.0.0"),
    ("accept", "application/json"),
    ("content-type", "application/json"),
    ("connection", "close"),
];

/// The Go client, signed in.
struct Go<'a> {
    world: &'a World,
    token: String,
    /// Path of the service it is for, from the catalog.
    service: String,
}

/// Signs in with a scope; the answer's token, and its body.
async fn sign_in(world: &World, scope: Value) -> (String, Value) {
    let user = json!({"name": "demo", "password": "demo", "domain": {"name": "sandbox"}});
    let identity = json!({"methods": ["password"], "password": {"user": user}});
    // Its JSON ends with a new line.
    let body = format!(
        "{}\n",
        json!({"auth": {"identity": identity, "scope": scope}})
    );
    let answer = world.send(Method::POST, "/v3/auth/tokens", &GO, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let token = answer.header("x-subject-token").to_owned();
    assert!(!token.is_empty());
    (token, answer.json()["token"].clone())
}

/// The first public endpoint of exactly this type and region.
fn endpoint(token: &Value, kind: &str) -> String {
    let catalog = token["catalog"].as_array().unwrap();
    let entry = catalog.iter().find(|entry| entry["type"] == kind).unwrap();
    let endpoints = entry["endpoints"].as_array().unwrap();
    let fits = |e: &&Value| e["interface"] == "public" && e["region"] == "eu-de";
    endpoints.iter().find(fits).unwrap()["url"]
        .as_str()
        .unwrap()
        .to_owned()
}

impl<'a> Go<'a> {
    /// For the first generation of backups.
    async fn open(world: &'a World) -> Self {
        Self::of(world, "data-protect").await
    }

    /// For vaults.
    async fn of_vaults(world: &'a World) -> Self {
        Self::of(world, "cbr").await
    }

    async fn of(world: &'a World, kind: &str) -> Self {
        let scope = json!({"project": {"name": "demo-project", "domain": {"name": "sandbox"}}});
        let (token, body) = sign_in(world, scope).await;
        let address = endpoint(&body, kind);
        Self {
            world,
            token,
            service: address.replacen(&world.running.url(), "", 1),
        }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let mut headers = GO.to_vec();
        headers.push(("x-auth-token", &self.token));
        let body = match body {
            Value::Null => String::new(),
            body => format!("{body}\n"),
        };
        let path = format!("{}{path}", self.service);
        self.world.send(method, &path, &headers, body).await
    }

    /// A call that must be answered with 200; the client takes nothing else.
    async fn ok(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer.json()
    }

    /// A call that must be answered with one of these, and without a body.
    async fn done(&self, method: Method, path: &str, body: Value, accepted: [u16; 2]) {
        let answer = self.call(method, path, body).await;
        assert!(
            accepted.contains(&answer.status.as_u16()),
            "{path}: {answer:?}"
        );
        assert!(answer.body.is_empty(), "{path}: {answer:?}");
    }

    /// Deletes as the client does it for vaults, backups and policies.
    async fn gone(&self, path: &str) {
        self.done(Method::DELETE, path, Value::Null, [202, 204])
            .await;
    }

    /// A look that must find nothing any more.
    async fn missing(&self, path: &str, code: &str) {
        let answer = self.call(Method::GET, path, Value::Null).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {answer:?}");
        assert_eq!(answer.json()["error_code"], code, "{path}");
    }

    /// A server that can be backed up and belongs to no policy.
    async fn free_server(&self) -> String {
        let project = self.service.rsplit('/').next().unwrap();
        let path = format!("/v1/{project}/cloudservers/detail?limit=100");
        let headers = [("x-auth-token", self.token.as_str())];
        let servers = self.world.get(&path, &headers).await.json();
        for server in servers["servers"].as_array().unwrap() {
            let check = self.checked(server["id"].as_str().unwrap()).await;
            if check["result"] == true {
                return check["resource_id"].as_str().unwrap().to_owned();
            }
        }
        panic!("every server is in a policy");
    }

    async fn checked(&self, server: &str) -> Value {
        let question = json!({"resource_id": server, "resource_type": "OS::Nova::Server"});
        let body = json!({"check_protectable": [question]});
        let path = format!("/providers/{P}/resources/action");
        self.ok(Method::POST, &path, body).await["protectable"][0].clone()
    }
}

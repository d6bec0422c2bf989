//! A sandbox on a free port and a client that says exactly what the tests want to say.

use std::sync::Arc;

use contract::time::Timestamp;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sandbox::clock::ClockState;
use sandbox::{Options, Running, Sandbox, Seed};
use serde_json::Value;

/// What time it is when a test begins, so that none hangs on when it is made. The test of the demo world goes to other hours.
const NOW: &str = "2026-11-25T10:20:00Z";

/// Microseconds.
pub const HOUR: i64 = 3600 * 1_000_000;

/// A running sandbox in memory; it stops when the test's runtime does.
pub struct World {
    pub running: Running,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

impl World {
    pub async fn start(seed: Seed) -> Self {
        Self::with(Options {
            seed,
            ..Options::default()
        })
        .await
    }

    /// Accounts and nothing else.
    pub async fn empty() -> Self {
        Self::start(Seed::Empty).await
    }

    pub async fn with(options: Options) -> Self {
        let options = Options {
            now: options.now.or_else(|| Timestamp::parse(NOW)),
            ..options
        };
        let running = sandbox::start(options).await.unwrap();
        Self {
            running,
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    pub fn sandbox(&self) -> Arc<Sandbox> {
        Arc::clone(&self.running.sandbox)
    }

    /// A request as it goes onto the wire; `path` includes the query.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.running.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).unwrap();
        let response = self.client.request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, path, &headers, body.to_string())
            .await
    }

    /// Host and port, as the `Host` header has them.
    pub fn host(&self) -> String {
        self.running.addr.to_string()
    }

    /// Moves the clock: `by` that much passing by itself, `jump` that much by hand (microseconds).
    pub fn pass(&self, by: i64, jump: i64) {
        let clock = &self.running.sandbox.clock;
        let state = clock.state();
        clock.set(ClockState {
            virtual_at: state.virtual_at + by + jump,
            jumped: state.jumped + jump,
            ..state
        });
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, Bytes::new()).await
    }
}

/// A signed-in caller: its token, project and keys.
pub struct Session {
    pub token: String,
    pub project_id: String,
    pub access_key: String,
    pub secret_key: String,
}

impl World {
    /// Signs in with a password; `user` is also the password, as in every sandbox.
    pub async fn sign_in(&self, user: &str, project: &str) -> Session {
        let body = serde_json::json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": user, "password": user, "domain": {"name": "sandbox"},
            }}},
            "scope": {"project": {"name": project}},
        }});
        let answer = self
            .send(Method::POST, "/v3/auth/tokens", &[], body.to_string())
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        let accounts = self.get("/sandbox/accounts", &[]).await.json();
        let account = accounts["accounts"]
            .as_array()
            .unwrap()
            .iter()
            .find(|a| a["user"] == user)
            .cloned()
            .unwrap();
        let member = |name: &str| account[name].as_str().unwrap().to_owned();
        Session {
            token: answer.header("x-subject-token").to_owned(),
            project_id: answer.json()["token"]["project"]["id"]
                .as_str()
                .unwrap()
                .to_owned(),
            access_key: member("access_key"),
            secret_key: member("secret_key"),
        }
    }

    /// The demo user in its project.
    pub async fn demo(&self) -> Session {
        self.sign_in("demo", "demo-project").await
    }

    /// A `GET` with a session's token; `path` may contain `{p}` for the project id.
    pub async fn get_as(&self, session: &Session, path: &str) -> Answer {
        let path = path.replace("{p}", &session.project_id);
        self.get(&path, &[("x-auth-token", &session.token)]).await
    }
}

//! A cloud of one socket: an identity service that grants tokens, and services that answer as a test tells them,
//! down to the byte. It records every request as it came.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::json;
use signing::{Authorization, Message, Scheme};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use super::{OTHER_PROJECT, PROJECT};

/// What a service does with a request, one step after the other. The connection stays open for the next one unless a
/// step ends it.
#[derive(Debug, Clone)]
pub enum Step {
    Send(Vec<u8>),
    /// An answer that says what was asked: the first line and the token.
    Mirror,
    /// Waits until the test opens it.
    Gate(Arc<Notify>),
    /// Waits until the gateway gives up.
    Hang,
    Close,
    /// Ends with RST instead of FIN.
    Reset,
    /// Sends one byte of this at a time, with this much time between.
    Drip(Vec<u8>, Duration),
    /// Sends as much as the gateway takes.
    Endless(Vec<u8>),
}

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub head: String,
    pub body: String,
    /// Number of the connection it came on.
    pub connection: usize,
}

impl Recorded {
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    pub fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'));
        let found = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).collect()
    }
}

#[derive(Debug)]
pub struct State {
    pub recorded: Vec<Recorded>,
    /// For the next calls of services, first come first served; then [`State::usual`].
    pub next: VecDeque<Vec<Step>>,
    pub usual: Vec<Step>,
    /// The identity service's answer, when it is not the usual one.
    pub identity: Option<Vec<u8>>,
    /// Tokens that services accept; granting one adds it.
    pub tokens: Vec<String>,
    /// How long tokens are valid, in seconds.
    pub token_life: i64,
    /// What a token looks like.
    pub token: String,
    /// The key pair that signs for somebody, if the cloud knows one.
    pub keys: Option<KeyRules>,
    /// Whether a token can be exchanged for another project's.
    pub rescoping: bool,
    /// Connections open right now.
    pub open: usize,
    connections: usize,
}

/// A key pair, and which variant of the signature is understood where.
#[derive(Debug, Clone, Copy)]
pub struct KeyRules {
    pub access: &'static str,
    pub secret: &'static str,
    pub identity_scoped: bool,
    pub services_scoped: bool,
}

impl KeyRules {
    fn accept(&self, request: &Recorded) -> bool {
        let lines = request
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'));
        let headers: Vec<_> = lines.map(|(name, value)| (name, value.trim())).collect();
        let mut words = request.line().split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let message = Message {
            method,
            path,
            query,
            headers: &headers,
            body: request.body.as_bytes(),
        };
        let scoped = match path.starts_with("/v3/") {
            true => self.identity_scoped,
            false => self.services_scoped,
        };
        let shown = request.headers("authorization");
        let shown = shown
            .first()
            .and_then(|line| Authorization::parse(line).ok());
        shown.is_some_and(|signed| {
            signed.access == self.access
                && (signed.scheme != Scheme::Plain) == scoped
                && signed.verify(self.secret, &message).is_ok()
        })
    }
}

#[derive(Clone)]
pub struct Upstream {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// An answer in JSON.
pub fn json_answer(status: u16, body: &str) -> Vec<Step> {
    answer(status, "Content-Type: application/json\r\n", body)
}

/// An answer with these header lines.
pub fn answer(status: u16, headers: &str, body: &str) -> Vec<Step> {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status} Status\r\nDate: Sat, 14 Mar 2026 09:26:53 GMT\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    vec![Step::Send(text.into_bytes())]
}

/// An answer that waits behind a gate, which the test opens with `notify_one`.
pub fn gated(answer: Vec<Step>) -> (Arc<Notify>, Vec<Step>) {
    let gate = Arc::new(Notify::new());
    let mut steps = vec![Step::Gate(gate.clone())];
    steps.extend(answer);
    (gate, steps)
}

/// These bytes, and then the end.
pub fn raw(text: &str) -> Vec<Step> {
    vec![Step::Send(text.as_bytes().to_vec()), Step::Close]
}

impl Upstream {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = Self {
            address: listener.local_addr().unwrap(),
            state: Arc::new(Mutex::new(State {
                recorded: Vec::new(),
                next: VecDeque::new(),
                usual: json_answer(200, "{\"policies\":[]}"),
                identity: None,
                tokens: Vec::new(),
                token_life: 24 * 3600,
                token: "TOKEN-CANARY".to_owned(),
                keys: None,
                rescoping: true,
                open: 0,
                connections: 0,
            })),
        };
        let accepting = upstream.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let upstream = accepting.clone();
                tokio::spawn(async move {
                    let number = {
                        let mut state = upstream.state();
                        state.open += 1;
                        state.connections += 1;
                        state.connections
                    };
                    upstream.connection(stream, number).await;
                    upstream.state().open -= 1;
                });
            }
        });
        upstream
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the next call of a service gets.
    pub fn then(&self, steps: Vec<Step>) {
        self.state().next.push_back(steps);
    }

    pub fn always(&self, steps: Vec<Step>) {
        self.state().usual = steps;
    }

    /// Calls of services; those of the identity service are not counted.
    pub fn calls(&self) -> Vec<Recorded> {
        let state = self.state();
        state
            .recorded
            .iter()
            .filter(|r| !r.line().contains(" /v3/"))
            .cloned()
            .collect()
    }

    pub fn forget(&self) {
        self.state().recorded.clear();
    }

    async fn connection(&self, mut stream: TcpStream, number: usize) {
        let mut bytes = Vec::new();
        while let Some((head, body)) = request(&mut stream, &mut bytes).await {
            let recorded = Recorded {
                head,
                body,
                connection: number,
            };
            let steps = self.decide(&recorded);
            self.state().recorded.push(recorded.clone());
            if !self.perform(&mut stream, &recorded, steps).await {
                return;
            }
        }
    }

    fn decide(&self, request: &Recorded) -> Vec<Step> {
        if request.line().contains(" /v3/auth/") {
            return vec![Step::Send(self.identity(request))];
        }
        let mut state = self.state();
        let token = request.headers("x-auth-token");
        let known = token
            .first()
            .is_some_and(|token| state.tokens.iter().any(|t| t == token))
            || state.keys.is_some_and(|keys| keys.accept(request));
        if !known {
            return json_answer(
                401,
                "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"token\"}",
            );
        }
        state
            .next
            .pop_front()
            .unwrap_or_else(|| state.usual.clone())
    }

    /// Whether the connection goes on.
    async fn perform(&self, stream: &mut TcpStream, request: &Recorded, steps: Vec<Step>) -> bool {
        for step in steps {
            let sent = match step {
                Step::Send(bytes) => stream.write_all(&bytes).await,
                Step::Mirror => {
                    let token = request.headers("x-auth-token").concat();
                    let body = json!({"line": request.line(), "token": token}).to_string();
                    let length = body.len();
                    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json";
                    let text = format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}");
                    stream.write_all(text.as_bytes()).await
                }
                Step::Gate(gate) => {
                    gate.notified().await;
                    Ok(())
                }
                Step::Hang => {
                    let mut space = [0; 1024];
                    while matches!(stream.read(&mut space).await, Ok(1..)) {}
                    return false;
                }
                Step::Close => return false,
                Step::Reset => {
                    stream.set_zero_linger().unwrap();
                    return false;
                }
                Step::Drip(bytes, time) => drip(stream, &bytes, time).await,
                Step::Endless(bytes) => loop {
                    if let Err(error) = stream.write_all(&bytes).await {
                        break Err(error);
                    }
                },
            };
            if sent.is_err() {
                return false;
            }
        }
        true
    }

    fn identity(&self, request: &Recorded) -> Vec<u8> {
        let mut state = self.state();
        if let Some(answer) = &state.identity {
            return answer.clone();
        }
        let reply = |status: u16, more: &str, body: String| {
            let length = body.len();
            format!(
                "HTTP/1.1 {status} Status\r\nDate: Sat, 14 Mar 2026 09:26:53 GMT\r\nContent-Type: application/json\r\n\
                 {more}Content-Length: {length}\r\n\r\n{body}"
            )
            .into_bytes()
        };
        let projects = json!({"projects": [{"id": PROJECT, "name": "eu-de"}, {"id": OTHER_PROJECT, "name": "eu-de_b"}]});
        if !request.headers("authorization").is_empty()
            && !state.keys.is_some_and(|keys| keys.accept(request))
        {
            return reply(401, "", json!({"error": {"code": 401}}).to_string());
        }
        if request.line().starts_with("GET /v3/auth/domains") {
            return reply(
                200,
                "",
                json!({"domains": [{"id": "d1", "name": "acme"}]}).to_string(),
            );
        }
        if request.line().starts_with("GET /v3/auth/catalog") {
            let project = request.headers("x-project-id").concat();
            let url = format!("http://{}/v1/{project}", self.address);
            let endpoint = json!({"interface": "public", "region": "eu-de", "url": url});
            let catalog = json!([{"type": "data-protect", "endpoints": [endpoint]}]);
            return reply(200, "", json!({"catalog": catalog}).to_string());
        }
        if request.line().starts_with("GET /v3/auth/projects") {
            return reply(200, "", projects.to_string());
        }
        if request.line().starts_with("DELETE") {
            let gone: Vec<String> = request
                .headers("x-subject-token")
                .iter()
                .map(|t| (*t).to_owned())
                .collect();
            state.tokens.retain(|token| !gone.contains(token));
            return "HTTP/1.1 204 No Content\r\n\r\n".as_bytes().to_vec();
        }
        let asked: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        let identity = &asked["auth"]["identity"];
        let user = &identity["password"]["user"];
        let granted = match identity["methods"][0].as_str() {
            Some("password") => user["name"] == "demo" && user["password"] == "right",
            _ => {
                state.rescoping
                    && state
                        .tokens
                        .iter()
                        .any(|t| identity["token"]["id"] == t.as_str())
            }
        };
        if !granted {
            let body = json!({"error": {"code": 401, "message": "wrong", "title": "Unauthorized"}});
            return reply(401, "", body.to_string());
        }
        let scope = &asked["auth"]["scope"]["project"];
        let project = if scope["id"] == OTHER_PROJECT || scope["name"] == "eu-de_b" {
            OTHER_PROJECT
        } else {
            PROJECT
        };
        let token = format!("{}-{}", state.token, state.tokens.len());
        state.tokens.push(token.clone());
        let url = format!("http://{}/v1/{project}", self.address);
        let ends = contract::time::Timestamp::parse("2026-03-14T09:26:53Z")
            .unwrap()
            .plus_seconds(state.token_life);
        let mut about = json!({"token": {
            "expires_at": ends.to_zulu_text(),
            "user": {"id": "u1", "name": "demo"},
            "catalog": [{"type": "data-protect", "endpoints": [{"interface": "public", "region": "eu-de", "url": url}]}],
        }});
        if !scope.is_null() {
            about["token"]["project"] = json!({"id": project, "name": "eu-de"});
        }
        reply(
            201,
            &format!("X-Subject-Token: {token}\r\n"),
            about.to_string(),
        )
    }
}

async fn drip(stream: &mut TcpStream, bytes: &[u8], time: Duration) -> std::io::Result<()> {
    let mut pace = tokio::time::interval(time);
    for byte in bytes {
        pace.tick().await;
        stream.write_all(&[*byte]).await?;
    }
    Ok(())
}

/// The next request of a connection; nothing when it ends.
async fn request(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<(String, String)> {
    let mut space = vec![0; 64 * 1024];
    loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                let body = String::from_utf8_lossy(&bytes[end + 4..end + 4 + length]).into_owned();
                bytes.drain(..end + 4 + length);
                return Some((head, body));
            }
        }
        match stream.read(&mut space).await {
            Ok(count @ 1..) => bytes.extend_from_slice(&space[..count]),
            _ => return None,
        }
    }
}

//! What `anchorage sandbox` acknowledged survives `kill -9`; what it did not is there whole or not at all.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const ROUNDS: usize = 15;
const WRITERS: usize = 3;
const PROVIDER: &str = "fc4d5750-22e7-4798-8a46-f48f62c4c1da";

/// The real program on a directory, killed when dropped.
struct Sandbox {
    child: Child,
    address: String,
    project_id: String,
    token: String,
}

impl Sandbox {
    fn start(dir: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_anchorage"))
            .args([
                "sandbox",
                "--listen",
                "127.0.0.1:0",
                "--seed",
                "empty",
                "--data",
            ])
            .arg(dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let start: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| start["sandbox"][name].as_str().unwrap().to_owned();
        let mut sandbox = Self {
            child,
            address: text("url").strip_prefix("http://").unwrap().to_owned(),
            project_id: text("project_id"),
            token: String::new(),
        };
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "demo", "password": "demo", "domain": {"name": "sandbox"},
            }}},
            "scope": {"project": {"id": sandbox.project_id}},
        }});
        let answer = sandbox
            .call("POST", "/v3/auth/tokens?nocatalog=1", Some(&body))
            .unwrap();
        assert_eq!(answer.status, 201);
        sandbox.token = answer.token;
        sandbox
    }

    /// One exchange on a connection of its own; `None` when the sandbox died before it answered.
    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(&self.address).ok()?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nX-Auth-Token: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            self.token,
            body.len(),
        )
        .ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let token = head
            .lines()
            .find_map(|line| line.strip_prefix("x-subject-token: "))
            .unwrap_or_default()
            .to_owned();
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(body).ok()?
        };
        Some(Answer {
            status,
            token,
            body,
        })
    }

    fn policies(&self, rest: &str) -> String {
        format!("/v1/{}/policies{rest}", self.project_id)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // SIGKILL: it gets no chance to tidy up.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

struct Answer {
    status: u16,
    token: String,
    body: Value,
}

fn policy(name: &str) -> Value {
    json!({"policy": {
        "name": name, "provider_id": PROVIDER, "parameters": {"common": {}}, "resources": [],
        "scheduled_operations": [{
            "enabled": true, "operation_type": "backup", "operation_definition": {"max_backups": 7},
            "trigger": {"properties": {
                "pattern": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=2;BYMINUTE=30\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            }},
        }],
    }})
}

/// What one writer knows about a policy of its own when its sandbox is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    There,
    Gone,
    /// The call was on its way.
    Either,
}

/// Makes and deletes policies until the sandbox is gone, and remembers what was acknowledged.
fn write_until_killed(
    sandbox: &Sandbox,
    writer: usize,
    round: usize,
    acknowledged: &Sender<()>,
) -> BTreeMap<String, Known> {
    let mut known = BTreeMap::new();
    let mut ids = Vec::new();
    for number in 0.. {
        let name = format!("r{round}-w{writer}-{number}");
        known.insert(name.clone(), Known::Either);
        let Some(answer) = sandbox.call("POST", &sandbox.policies(""), Some(&policy(&name))) else {
            return known;
        };
        assert_eq!(answer.status, 200, "{}", answer.body);
        // Nobody counts any more once the sandbox was killed.
        let _ = acknowledged.send(());
        known.insert(name.clone(), Known::There);
        ids.push((
            name,
            answer.body["policy"]["id"].as_str().unwrap().to_owned(),
        ));
        if ids.len() > 2 {
            let (name, id) = ids.remove(0);
            known.insert(name.clone(), Known::Either);
            let Some(answer) = sandbox.call("DELETE", &sandbox.policies(&format!("/{id}")), None)
            else {
                return known;
            };
            assert_eq!(answer.status, 200, "{}", answer.body);
            known.insert(name, Known::Gone);
        }
    }
    known
}

#[test]
fn every_acknowledged_write_survives_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut expected: BTreeMap<String, Known> = BTreeMap::new();
    for round in 0..=ROUNDS {
        let started = Instant::now();
        let sandbox = Sandbox::start(dir.path());
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "starting took {:?}",
            started.elapsed()
        );

        let answer = sandbox
            .call("GET", &sandbox.policies("?limit=1000"), None)
            .unwrap();
        let found: BTreeMap<String, String> = answer.body["policies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|policy| {
                let operation = &policy["scheduled_operations"][0];
                assert_eq!(
                    operation["operation_definition"]["max_backups"], "7",
                    "half a policy: {policy}"
                );
                assert!(
                    operation["trigger"]["properties"]["pattern"]
                        .as_str()
                        .unwrap()
                        .contains("RRULE:")
                );
                let text = |name: &str| policy[name].as_str().unwrap().to_owned();
                (text("name"), text("id"))
            })
            .collect();
        for (name, known) in &expected {
            match known {
                Known::There => assert!(
                    found.contains_key(name),
                    "round {round}: {name} was acknowledged and is lost"
                ),
                Known::Gone => assert!(
                    !found.contains_key(name),
                    "round {round}: {name} was deleted and is back"
                ),
                Known::Either => {}
            }
        }
        let file = rusqlite::Connection::open(dir.path().join("sandbox.sqlite3")).unwrap();
        let verdict: String = file
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(verdict, "ok");
        if round == ROUNDS {
            break;
        }

        // A clean slate, so that no round meets the limit of 32 policies.
        expected.clear();
        for (name, id) in found {
            let answer = sandbox
                .call("DELETE", &sandbox.policies(&format!("/{id}")), None)
                .unwrap();
            assert_eq!(answer.status, 200);
            expected.insert(name, Known::Gone);
        }
        let (acknowledged, count) = channel();
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    let (sandbox, acknowledged) = (&sandbox, acknowledged.clone());
                    scope.spawn(move || write_until_killed(sandbox, writer, round, &acknowledged))
                })
                .collect();
            // Another number of acknowledged writes each time, so that the blow falls anywhere.
            for _ in 0..5 + round * 3 {
                count
                    .recv_timeout(Duration::from_secs(60))
                    .expect("the writers do not get on");
            }
            let pid = sandbox.child.id().to_string();
            let killed = Command::new("kill").args(["-9", &pid]).status().unwrap();
            assert!(killed.success());
            for writer in writers {
                expected.extend(writer.join().unwrap());
            }
        });
    }
}

//! The programs a journey needs: the gateway with its sandbox, and chromedriver. They end with the test program, however that ends.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Runs a program in a group of its own and ends the whole group when our end of the pipe closes: a browser outlives neither a
/// finished nor a killed test run.
const UNTIL_WE_END: &str = r#""$@" & exec >/dev/null; cat; trap '' TERM; kill -TERM 0"#;

/// A started program. Its standard input is the pipe that keeps it alive.
pub struct Program {
    _child: Child,
}

impl Program {
    /// Answers the first line of standard output that `ready` accepts.
    fn start<T>(
        program: &Path,
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
        log: &str,
        mut ready: impl FnMut(&str) -> Option<T>,
    ) -> Result<(Self, T)> {
        let logs = target().join("logs");
        std::fs::create_dir_all(&logs)?;
        let log = std::fs::File::create(logs.join(format!("{log}.log")))?;
        let mut child = Command::new("sh")
            .args(["-c", UNTIL_WE_END, "sh"])
            .arg(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .process_group(0)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("piped above")?);
        let program = Self { _child: child };
        let mut line = String::new();
        loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                bail!("it ended before it was ready; see target/logs");
            }
            if let Some(answer) = ready(line.trim()) {
                // What it prints from now on must not fill the pipe.
                std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
                return Ok((program, answer));
            }
        }
    }
}

/// The gateway with a sandbox in memory, on ports of its own.
pub struct Anchorage {
    /// `http://127.0.0.1:PORT`, where the console is.
    pub console: String,
    /// What `anchorage serve` printed: addresses, keys and sign-in of the sandbox.
    pub start: Value,
    _program: Program,
}

impl Anchorage {
    pub fn start() -> Result<Self> {
        let binary = target().join("debug/anchorage");
        ensure!(
            binary.exists(),
            "{} is missing: cargo build --package gateway",
            binary.display()
        );
        ensure!(
            target().join("site/index.html").exists(),
            "the console is missing: cargo xtask build"
        );
        let listen = format!("127.0.0.1:{}", free_port()?);
        let (program, start) = Program::start(
            &binary,
            [
                "serve",
                "--listen",
                &listen,
                "--sandbox-listen",
                "127.0.0.1:0",
                "--data",
                ":memory:",
                "--seed",
                "demo",
            ],
            "gateway-e2e",
            |line| serde_json::from_str::<Value>(line).ok(),
        )
        .context("anchorage serve")?;
        Ok(Self {
            console: format!("http://{listen}"),
            start: start["sandbox"].clone(),
            _program: program,
        })
    }

    /// A control of the sandbox, such as `post("/sandbox/clock", &json!({"advance": "P7D"}))`.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.control("POST", path, &body.to_string())
    }

    /// Replaces what a control holds, such as `put("/sandbox/world", &world)`.
    pub fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.control("PUT", path, &body.to_string())
    }

    /// What a control of the sandbox says.
    pub fn get(&self, path: &str) -> Result<Value> {
        self.control("GET", path, "")
    }

    /// Takes back what a control did, such as `delete("/sandbox/faults")`.
    pub fn delete(&self, path: &str) -> Result<Value> {
        self.control("DELETE", path, "")
    }

    fn control(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let url = self.start["url"]
            .as_str()
            .context("the start line has no url")?;
        let host = url.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("no HTTP answer")?;
        let status = head.split(' ').nth(1).unwrap_or_default();
        ensure!(status.starts_with('2'), "{method} {path}: {status} {body}");
        if body.trim().is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_str(body)?)
    }
}

/// The WebDriver server of the system's Chromium.
pub struct Chromedriver {
    pub url: String,
    _program: Program,
}

impl Chromedriver {
    pub fn start() -> Result<Self> {
        let (program, port) = Program::start(
            Path::new("chromedriver"),
            ["--port=0"],
            "chromedriver",
            |line| {
                let (_, rest) = line.split_once("started successfully on port ")?;
                rest.trim_end_matches('.').parse::<u16>().ok()
            },
        )
        .context("chromedriver")?;
        Ok(Self {
            url: format!("http://127.0.0.1:{port}"),
            _program: program,
        })
    }
}

/// The folder that this test program was built in.
pub fn target() -> PathBuf {
    let program = std::env::current_exe().expect("this program has a path");
    program
        .ancestors()
        .nth(3)
        .expect("target/debug/deps/e2e")
        .to_owned()
}

/// The root of the working copy.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A port that nobody listens on at this moment; the gateway prints its console's address nowhere a program could read it.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

//! Runs commands with their whole output in a log, a sign of life on the terminal, and the tail of the log on failure.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::tree;

const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
const TAIL: usize = 60;

/// A command that ended, with every line that it printed on either stream.
pub struct Ended {
    pub status: ExitStatus,
    pub lines: Vec<String>,
}

impl Ended {
    /// The last lines of its output, for a message.
    pub fn tail(&self) -> String {
        let from = self.lines.len().saturating_sub(TAIL);
        self.lines[from..].join("\n")
    }
}

/// A command of `program` in the working copy's root, without the variables that cargo sets for programs it runs.
///
/// Those would reach nested cargo calls and make build scripts that watch them run again.
pub fn command(program: impl Into<OsString>) -> Command {
    let mut command = Command::new(program.into());
    command.current_dir(tree::root());
    // An expected error in a log is one line; whoever wants the way to it sets the variable for one command.
    command.env("RUST_BACKTRACE", "0");
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let of_a_package = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ]
        .iter()
        .any(|prefix| text.starts_with(prefix));
        if of_a_package || text == "OUT_DIR" {
            command.env_remove(&name);
        }
    }
    command
}

/// Cargo, the same one that runs this task.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs to the end, whatever that is; the output goes to `target/logs/{log}.log`.
pub fn run(command: &mut Command, log: &str) -> Result<Ended> {
    fs::create_dir_all(tree::logs())?;
    let mut file = File::create(tree::logs().join(format!("{log}.log")))?;
    let name = shown(command);
    writeln!(file, "$ {name}")?;
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{name}`"))?;
    let (sender, receiver) = channel();
    let readers = [
        read_lines(child.stdout.take().context("piped above")?, sender.clone()),
        read_lines(child.stderr.take().context("piped above")?, sender),
    ];
    let mut lines = Vec::new();
    let mut latest = VecDeque::with_capacity(1);
    let mut next_sign = started + SIGN_OF_LIFE;
    loop {
        let patience = next_sign.saturating_duration_since(Instant::now());
        match receiver.recv_timeout(patience) {
            Ok(line) => {
                writeln!(file, "{line}")?;
                if !line.trim().is_empty() {
                    latest.clear();
                    latest.push_back(line.trim().to_owned());
                }
                lines.push(line);
            }
            Err(RecvTimeoutError::Timeout) => {
                let line = latest.back().map_or("", String::as_str);
                let short: String = line.chars().take(90).collect();
                eprintln!("      {:>4} s  {short}", started.elapsed().as_secs());
                next_sign = Instant::now() + SIGN_OF_LIFE;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    for reader in readers {
        let _ = reader.join();
    }
    let status = child.wait()?;
    Ok(Ended { status, lines })
}

/// Runs to a good end, or fails with the tail of the output.
pub fn run_well(command: &mut Command, log: &str) -> Result<Ended> {
    let ended = run(command, log)?;
    if !ended.status.success() {
        bail!(
            "`{}` ended with {}; its last lines (all of them in target/logs/{log}.log):\n{}",
            shown(command),
            ended.status,
            ended.tail()
        );
    }
    Ok(ended)
}

/// The first line of what a command prints, or nothing if it cannot be started or fails.
pub fn first_line(program: impl AsRef<Path>, args: &[&str]) -> Option<String> {
    let output = Command::new(program.as_ref())
        .args(args)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().map(str::to_owned)
}

/// The command as a person would type it.
fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
    }
    text
}

fn read_lines(stream: impl Read + Send + 'static, to: Sender<String>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while let Ok(read) = reader.read_until(b'\n', &mut bytes) {
            if read == 0 {
                return;
            }
            let line = String::from_utf8_lossy(&bytes);
            let line = line.trim_end_matches(['\r', '\n']).to_owned();
            bytes.clear();
            if to.send(line).is_err() {
                return;
            }
        }
    })
}

//! A process that is killed at any moment loses nothing it has acknowledged and leaves no half
//! operation behind; many writers at once lose nothing either.

mod servers;
mod vaults;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sandbox::{Data, Failure, Options, Sandbox, Seed, Turn};

/// Names the directory for a child, and makes an ignored test one.
const DIRECTORY: &str = "SANDBOX_TEST_DIRECTORY";
const ROUNDS: u64 = 100;
/// How long it may take until a sandbox that was killed is there again.
const RESTART: Duration = Duration::from_secs(2);

/// The directory this process shall write in until it is killed; none where it is no child.
fn told() -> Option<PathBuf> {
    std::env::var_os(DIRECTORY).map(PathBuf::from)
}

fn open(dir: &Path, seed: Seed) -> Sandbox {
    let options = Options {
        data: Data::Dir(dir.to_owned()),
        seed,
        ..Options::default()
    };
    // The lock of a killed process is free when the process is gone.
    Sandbox::open(&options).unwrap()
}

fn project(turn: &Turn<'_>) -> String {
    let sql = "SELECT id FROM projects WHERE name = 'demo-project'";
    turn.db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Says what was acknowledged, one line each, before it goes on.
fn acknowledge(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ack {line}").unwrap();
    out.flush().unwrap();
}

/// Another in every process and at every step.
fn name_of(n: usize) -> String {
    format!("{}-{n}", std::process::id())
}

/// Lets a child, an ignored test of this program, write in a directory and kills it, again and again;
/// what it acknowledged is checked each time in the world it left behind.
fn kill_again_and_again(
    child: &str,
    dir: &Path,
    seed: Seed,
    check: impl Fn(&Sandbox, &[String], u64),
) {
    drop(open(dir, seed));
    for round in 0..ROUNDS {
        let acknowledged = killed_once(child, dir, round);
        let killed = Instant::now();
        let sandbox = open(dir, seed);
        let took = killed.elapsed();
        assert!(took < RESTART, "round {round}: {took:?} until it was back");
        check(&sandbox, &acknowledged, round);
    }
}

/// What a child said until it was killed, at another moment in every round.
fn killed_once(child: &str, dir: &Path, round: u64) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", child, "--ignored", "--nocapture"])
        .env(DIRECTORY, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    // A different number of acknowledged steps, then a few microseconds more.
    let steps = 1 + round * 7 % 23;
    for line in lines.by_ref() {
        let line = line.unwrap();
        // The harness writes its own words around ours.
        let Some(ack) = line.split("ack ").nth(1) else {
            continue;
        };
        acknowledged.push(ack.to_owned());
        if acknowledged.len() as u64 > steps {
            break;
        }
    }
    let spin = Instant::now();
    while spin.elapsed() < Duration::from_micros(round * 137 % 2_000) {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it wrote between our last look and its end was acknowledged too.
    acknowledged.extend(
        lines
            .map_while(Result::ok)
            .filter_map(|line| line.split("ack ").nth(1).map(str::to_owned)),
    );
    assert!(!acknowledged.is_empty(), "the child never wrote anything");
    acknowledged
}

/// The database is whole, and nothing in it is half done: each of these counts 0.
fn nothing_is_half_done(sandbox: &Sandbox, invariants: &[(&str, &str)], round: u64) {
    sandbox
        .store
        .read_blocking(|db| {
            let ok: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
            assert_eq!(ok, "ok", "round {round}");
            for (what, sql) in invariants {
                let count: i64 = db.query_row(sql, [], |row| row.get(0))?;
                assert_eq!(count, 0, "round {round}: {what}");
            }
            Ok::<_, Failure>(())
        })
        .unwrap();
}

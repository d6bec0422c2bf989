//! Third-party clients, unmodified, against `anchorage sandbox`: the scripts of tests/clients.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::{command, run, run_well};
use crate::tally::Tally;
use crate::tree;

/// The variable that holds the sandbox's start line, one JSON object with its address, keys and sign-in.
const START_LINE: &str = "ANCHORAGE_START_LINE";

/// Each script prints `pass NAME` and `fail NAME: why`, gets a sandbox of its own, and fails as a whole if it ends badly.
pub fn check() -> Result<Tally> {
    let folder = tree::root().join("tests/clients");
    let mut scripts: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| folder.display().to_string())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_script(path))
        .collect();
    scripts.sort();
    if scripts.is_empty() {
        bail!("tests/clients has no scripts");
    }
    let python = python(&folder.join("requirements.txt"))?;
    let mut all = Tally::default();
    for script in scripts {
        let sandbox = Sandbox::start()?;
        let name = script
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let ended = run(
            command(&python)
                .arg("-u")
                .arg(&script)
                .env(START_LINE, &sandbox.start_line)
                .env_remove("http_proxy")
                .env_remove("HTTP_PROXY"),
            &format!("client-{name}"),
        )?;
        let mut tally = Tally::of_client_output(&ended.lines);
        if !ended.status.success() || tally == Tally::default() {
            eprintln!("{name}:\n{}", ended.tail());
            if tally.failed == 0 {
                tally.add(Tally::ONE_FAILED);
            }
        }
        all.add(tally);
    }
    Ok(all)
}

/// A module that scripts share begins with an underscore.
fn is_script(path: &Path) -> bool {
    path.extension() == Some("py".as_ref())
        && !path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('_'))
}

/// A Python with the pinned clients, in a virtual environment that is made anew when the pins change.
fn python(requirements: &Path) -> Result<PathBuf> {
    let folder = tree::target().join("clients");
    let python = folder.join("bin/python");
    let stamp = folder.join("requirements.txt");
    let wanted = fs::read(requirements).with_context(|| requirements.display().to_string())?;
    if python.exists() && fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    run_well(
        command("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
        "venv",
    )
    .context("Python 3 with venv is needed; install it with: apt-get install python3-venv")?;
    run_well(
        command(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
            ])
            .arg(requirements),
        "pip",
    )?;
    fs::write(stamp, wanted)?;
    Ok(python)
}

/// A sandbox with demo data in memory, on a port of its own, until it is dropped.
struct Sandbox {
    child: Child,
    start_line: String,
}

impl Sandbox {
    fn start() -> Result<Self> {
        let mut child = command(tree::target().join("debug/anchorage"))
            .args([
                "sandbox",
                "--listen",
                "127.0.0.1:0",
                "--data",
                ":memory:",
                // At a quiet hour, whenever this runs.
                "--now",
                "2026-11-25T10:20:00Z",
                "--seed",
                "demo",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start target/debug/anchorage")?;
        let mut start_line = String::new();
        let stdout = child.stdout.take().context("piped above")?;
        let read = BufReader::new(stdout).read_line(&mut start_line);
        let sandbox = Self {
            child,
            start_line: start_line.trim().to_owned(),
        };
        if read? == 0 {
            bail!("`anchorage sandbox` ended before it printed its start line");
        }
        Ok(sandbox)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! The program `anchorage` as a person starts it: its start line, its signals, its words.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Output, Stdio},
};

fn anchorage() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anchorage"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ANCHORAGE_")) {
        command.env_remove(name);
    }
    command
}

fn output(arguments: &[&str]) -> Output {
    anchorage().args(arguments).output().unwrap()
}

/// Starts it and reads the start line.
fn start(arguments: &[&str]) -> (Child, serde_json::Value) {
    let mut child = anchorage()
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    child.stdout = Some(out.into_inner());
    (
        child,
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}")),
    )
}

/// Tells it to stop; what it said on standard output after the start line, and on standard error.
fn stop(mut child: Child) -> (String, String) {
    let told = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(told.success());
    let (mut out, mut log) = (String::new(), String::new());
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut out)
        .unwrap();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0), "{log}");
    (out, log)
}

#[test]
fn e16_serve_prints_one_line_answers_and_ends_well_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (child, line) = start(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--sandbox-listen",
        "127.0.0.1:0",
        "--seed",
        "empty",
        "--data",
        data.to_str().unwrap(),
    ]);
    let sandbox = &line["sandbox"];
    for name in [
        "url",
        "access_key",
        "secret_key",
        "project_id",
        "region",
        "domain",
        "user",
        "password",
        "project",
    ] {
        assert!(
            sandbox[name].as_str().is_some_and(|text| !text.is_empty()),
            "{name} in {line}"
        );
    }
    assert_eq!(sandbox["project"], "demo-project");
    let address = sandbox["url"]
        .as_str()
        .unwrap()
        .strip_prefix("http://")
        .unwrap()
        .to_owned();
    std::net::TcpStream::connect(address).unwrap();
    let (out, log) = stop(child);
    assert_eq!(out, "");
    assert!(log.contains("the console is at http://127.0.0.1:"), "{log}");
    assert!(log.contains("without `Secure`"), "{log}");
    assert!(
        !log.contains(sandbox["secret_key"].as_str().unwrap()),
        "{log}"
    );
    assert!(data.join("audit.sqlite").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&data).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "the audit log is nobody else's business");
    }
}

/// What is in memory, tokens and keys among it, must not end up in a file when the program crashes.
#[cfg(target_os = "linux")]
#[test]
fn l07_no_core_dump_is_written() {
    use std::os::unix::process::ExitStatusExt;
    let folder = tempfile::tempdir().unwrap();
    let shell = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(folder.path());
        command
    };
    let control = shell("ulimit -c unlimited && kill -ABRT $$")
        .status()
        .unwrap();
    let mut child =
        shell("ulimit -c unlimited; exec \"$0\" sandbox --listen 127.0.0.1:0 --seed empty")
            .arg(env!("CARGO_BIN_EXE_anchorage"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    assert!(line.contains("secret_key"), "{line}");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<_> = core.unwrap().split_whitespace().skip(4).take(2).collect();
    assert_eq!(words, ["0", "0"], "{limits}");
    let killed = Command::new("kill")
        .args(["-ABRT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(6));
    assert!(
        !status.core_dumped(),
        "while a shell does: {}",
        control.core_dumped()
    );
}

#[test]
fn sandbox_alone_prints_the_same_line() {
    let (child, line) = start(&["sandbox", "--listen", "127.0.0.1:0", "--seed", "empty"]);
    assert!(
        line["sandbox"]["url"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    assert_eq!(stop(child).0, "");
}

#[test]
fn flags_come_from_variables_too() {
    let mut command = anchorage();
    command.env("ANCHORAGE_SEED", "scale:x").arg("sandbox");
    let said = command.output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(
        said.contains("scale:x") && said.contains("empty, demo, scale:N or scale-cbr:N"),
        "{said}"
    );
}

#[test]
fn l05_check_config_names_the_line_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("anchorage.toml");
    let shown = path.to_str().unwrap();
    std::fs::write(
        &path,
        "[[cloud]]\nid = \"a\"\nauth_url = \"https://a.example/v3\"\n",
    )
    .unwrap();
    let said = output(&["check-config", shown]);
    assert!(said.status.success() && said.stdout.is_empty());
    assert!(String::from_utf8_lossy(&said.stderr).contains("no problems; clouds: a"));

    std::fs::write(
        &path,
        "[[cloud]]\nid = \"a\"\nauth_url = \"ftp://a.example/v3\"\ncolour = 1\n",
    )
    .unwrap();
    for arguments in [
        &["check-config", shown][..],
        &["serve", "--config", shown, "--no-sandbox"],
    ] {
        let said = output(arguments);
        let text = String::from_utf8_lossy(&said.stderr).into_owned();
        assert_eq!(said.status.code(), Some(1), "{text}");
        assert!(text.contains("line 4: unknown field `colour`"), "{text}");
    }
    let said = output(&["check-config", "/nowhere/anchorage.toml"]);
    assert!(String::from_utf8_lossy(&said.stderr).contains("/nowhere/anchorage.toml"));
    assert_eq!(said.status.code(), Some(1));
}

#[test]
fn help_is_helpful() {
    for (arguments, words) in [
        (&["--help"][..], &["serve", "sandbox", "check-config"][..]),
        (
            &["serve", "--help"],
            &[
                "--listen",
                "--config",
                "--data",
                "--sandbox-listen",
                "--seed",
                "--no-sandbox",
                "ANCHORAGE_LISTEN",
                "password `demo`",
            ],
        ),
        (
            &["sandbox", "--help"],
            &["--listen", "--data", "--seed", ":memory:", "ANCHORAGE_DATA"],
        ),
        (&["check-config", "--help"], &["<FILE>"]),
    ] {
        let said = output(arguments);
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.status.success());
        for word in words {
            assert!(text.contains(word), "{word} in {text}");
        }
    }
    assert_eq!(
        output(&["serve", "--no-sandbox"]).status.code(),
        Some(2),
        "without a cloud there is nothing to serve"
    );
}

//! `cargo xtask test`: every check in order, counted as one.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::process::{self, Ended, cargo};
use crate::steps::Steps;
use crate::tally::Tally;
use crate::{bundle, clients, site, tools, tree};

/// A named part of the suite. It answers how many checks it made; an error is one failed check with its reason.
struct Part {
    /// The word that selects it on the command line.
    key: &'static str,
    name: &'static str,
    check: fn() -> Result<Tally>,
}

/// Lints come before tests, quick before slow, and what the journeys need is built before them.
const PARTS: [Part; 9] = [
    Part {
        key: "format",
        name: "Format",
        check: format,
    },
    Part {
        key: "lints",
        name: "Lints, native",
        check: lints_native,
    },
    Part {
        key: "lints-wasm",
        name: "Lints, browser",
        check: lints_browser,
    },
    Part {
        key: "unit",
        name: "Unit, property and API tests",
        check: unit,
    },
    Part {
        key: "doc",
        name: "Documentation examples",
        check: doc,
    },
    Part {
        key: "dom",
        name: "DOM tests in Chromium",
        check: dom,
    },
    Part {
        key: "bundle",
        name: "The console as it ships, and its size",
        check: shipped_size,
    },
    Part {
        key: "journeys",
        name: "Journeys in Chromium",
        check: journeys,
    },
    Part {
        key: "clients",
        name: "Third-party clients against the sandbox",
        check: clients::check,
    },
];

/// Everything native but xtask, which is built with its own set of features by the command that runs this.
const NATIVE: [&str; 4] = ["--locked", "--workspace", "--exclude", "xtask"];

/// Runs the parts whose key contains one of the words, or all of them. The last line on standard output says how it went.
pub fn run(only: &[String]) -> Result<ExitCode> {
    let chosen: Vec<&Part> = PARTS
        .iter()
        .filter(|part| only.is_empty() || only.iter().any(|word| part.key.contains(word.as_str())))
        .collect();
    let mut steps = Steps::new(chosen.len() + 1);
    let mut all = Tally::default();
    let mut failed = Vec::new();
    if let Err(error) = steps.step("Tools", install) {
        eprintln!("{error:#}");
        all.add(Tally::ONE_FAILED);
        failed.push("Tools");
    }
    for part in chosen {
        let tally = steps
            .step(part.name, || {
                let tally = (part.check)()?;
                eprintln!("      {} passed, {} failed", tally.passed, tally.failed);
                Ok(tally)
            })
            .unwrap_or_else(|error| {
                eprintln!("{error:#}");
                Tally::ONE_FAILED
            });
        if tally.failed > 0 {
            failed.push(part.name);
        }
        all.add(tally);
    }
    if !failed.is_empty() {
        eprintln!("failed: {} (logs in target/logs)", failed.join("; "));
    }
    eprintln!("in all {}", steps.lasted());
    println!("{} passed, {} failed", all.passed, all.failed);
    Ok(if all.failed == 0 && all.passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn install() -> Result<()> {
    bundle::install()?;
    tools::nextest()?;
    tools::browser()
}

fn format() -> Result<Tally> {
    one(cargo().args(["fmt", "--all", "--check"]), "format")
}

fn lints_native() -> Result<Tally> {
    one(
        cargo()
            .args(["clippy", "--locked", "--workspace", "--all-targets"])
            .args(["--", "--deny", "warnings"]),
        "lints-native",
    )
}

fn lints_browser() -> Result<Tally> {
    one(
        cargo()
            .args(["clippy", "--locked", "--package", "console"])
            // The unit tests are native: what they need is not there in the browser.
            .args(["--lib", "--bins", "--test", "dom"])
            .args(["--target", tree::WASM, "--", "--deny", "warnings"]),
        "lints-browser",
    )
}

fn unit() -> Result<Tally> {
    const QUIET: [&str; 6] = [
        "--no-fail-fast",
        "--status-level=fail",
        "--final-status-level=fail",
        "--failure-output=final",
        "--color=never",
        "--no-tests=warn",
    ];
    // Also builds the programs that the journeys and the clients start.
    let built = process::run(
        cargo().arg("build").args(NATIVE).arg("--all-targets"),
        "build-native",
    )?;
    if !built.status.success() {
        return tests(built);
    }
    let mut all = tests(process::run(
        tools::nextest()?
            .arg("run")
            .args(NATIVE)
            .args(["-E", "not binary(e2e)"])
            .args(QUIET),
        "unit",
    )?)?;
    all.add(tests(process::run(
        tools::nextest()?
            .args(["run", "--locked", "--package", "xtask"])
            .args(QUIET),
        "unit-xtask",
    )?)?);
    Ok(all)
}

fn doc() -> Result<Tally> {
    tests(process::run(
        cargo()
            .arg("test")
            .args(NATIVE)
            .args(["--doc", "--no-fail-fast"]),
        "doc",
    )?)
}

fn dom() -> Result<Tally> {
    tests(process::run(
        cargo()
            .args(["test", "--locked", "--package", "console"])
            .args(["--target", tree::WASM, "--test", "dom"]),
        "dom",
    )?)
}

fn shipped_size() -> Result<Tally> {
    bundle::build(bundle::Kind::Release)?;
    eprintln!("{}", site::check_size()?);
    Ok(Tally::ONE_PASSED)
}

fn journeys() -> Result<Tally> {
    tests(process::run(
        cargo()
            .arg("test")
            .args(NATIVE)
            .args(["--test", "e2e", "--", "--test-threads=1"]),
        "journeys",
    )?)
}

/// A command that is one check.
fn one(command: &mut Command, log: &str) -> Result<Tally> {
    let ended = process::run(command, log)?;
    if ended.status.success() {
        return Ok(Tally::ONE_PASSED);
    }
    eprintln!("{}", ended.tail());
    Ok(Tally::ONE_FAILED)
}

/// What a test program counted; one that failed without counting a failure (it was not built, it crashed) is one failure.
fn tests(ended: Ended) -> Result<Tally> {
    let mut tally = Tally::of_test_output(&ended.lines);
    if !ended.status.success() {
        eprintln!("{}", ended.tail());
        if tally.failed == 0 {
            tally.add(Tally::ONE_FAILED);
        }
    }
    Ok(tally)
}

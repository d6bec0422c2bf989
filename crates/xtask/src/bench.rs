//! `cargo xtask bench`: sizes, and times beside what people would otherwise use, in one interleaved run each.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::process::{cargo, command, run_well};
use crate::steps::Steps;
use crate::{bundle, run, site, tools, tree};

/// A benchmark by the word that selects it.
type Bench = (&'static str, fn() -> Result<String>);

const BENCHES: [Bench; 5] = [
    ("sizes", sizes),
    ("schedule", schedule),
    ("filter", filter),
    ("sandbox", sandbox),
    ("gateway", gateway),
];

/// Times are only worth their ratios: machines differ and are shared.
pub fn run_chosen(only: &[String]) -> Result<()> {
    let chosen: Vec<&Bench> = BENCHES
        .iter()
        .filter(|(key, _)| only.is_empty() || only.iter().any(|word| key.contains(word.as_str())))
        .collect();
    if chosen.is_empty() {
        let keys: Vec<_> = BENCHES.iter().map(|(key, _)| *key).collect();
        bail!("there are: {}", keys.join(", "));
    }
    let mut steps = Steps::new(chosen.len() + 1);
    steps.step("Tools", || {
        bundle::install()?;
        tools::node_packages_in(&tree::root().join("bench"))?;
        tools::browser()
    })?;
    for (key, bench) in chosen {
        let report = steps.step(key, bench)?;
        println!("\n{report}\n");
    }
    Ok(())
}

fn sizes() -> Result<String> {
    bundle::build(bundle::Kind::Release)?;
    Ok(site::Sizes::read(&tree::site())?.to_string())
}

/// The engine natively and in Chromium beside npm's rrule.
fn schedule() -> Result<String> {
    const PACKAGE: [&str; 4] = ["build", "--locked", "--package", "bench-schedule"];
    run_well(cargo().args(PACKAGE).arg("--release"), "bench-native")?;
    // The console's own profile: what is measured is what ships.
    run_well(
        cargo()
            .args(PACKAGE)
            .args(["--lib", "--target", tree::WASM, "--profile", "wz"]),
        "bench-wasm",
    )?;
    let folder = tree::target().join("bench");
    let module = tree::target()
        .join(tree::WASM)
        .join("wz/bench_schedule.wasm");
    bindgen(&module, &folder)?;
    let script = tree::root().join("bench/schedule.mjs");
    let native = tree::target().join("release/bench-schedule");
    node(command("node").arg(script).arg(native).arg(folder))
}

/// Keystroke to painted count over 100,000 backups, on the console as it ships.
fn filter() -> Result<String> {
    bundle::build(bundle::Kind::Release)?;
    run::build_gateway()?;
    let script = tree::root().join("bench/filter.mjs");
    let anchorage = tree::target().join("release/anchorage");
    node(command("node").arg(script).arg(anchorage))
}

/// A million backups made, listed in every order and read page by page, and policies written durably.
fn sandbox() -> Result<String> {
    const EXAMPLE: [&str; 7] = [
        "run",
        "--release",
        "--locked",
        "--package",
        "sandbox",
        "--example",
        "speed",
    ];
    Ok(run_well(cargo().args(EXAMPLE), "bench-sandbox")?
        .lines
        .join("\n"))
}

/// What the gateway adds to a request, beside nginx where it is installed, and its memory.
fn gateway() -> Result<String> {
    bundle::build(bundle::Kind::Release)?;
    run::build_gateway()?;
    const PACKAGE: [&str; 4] = ["build", "--locked", "--package", "bench-gateway"];
    run_well(cargo().args(PACKAGE).arg("--release"), "bench-gateway")?;
    let release = tree::target().join("release");
    let mut bench = command(release.join("bench-gateway"));
    bench.arg(release.join("anchorage")).arg(tree::site());
    Ok(run_well(&mut bench, "bench")?.lines.join("\n"))
}

fn bindgen(module: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .typescript(false)
        .web(true)?
        .generate(folder)
        .with_context(|| module.display().to_string())
}

/// What a script prints.
fn node(script: &mut std::process::Command) -> Result<String> {
    Ok(run_well(script, "bench")?.lines.join("\n"))
}

//! The tools that building and testing need: found, or installed; what cannot be installed is named with the command that does it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{cargo, command, first_line, run_well};
use crate::tree;

const TRUNK: &str = "0.21.14";
const NEXTEST: &str = "0.9";

/// The standard library for the browser's target.
pub fn wasm_target() -> Result<()> {
    let sysroot = first_line(rustc(), &["--print", "sysroot"]).context("cannot start rustc")?;
    let library = Path::new(&sysroot).join("lib/rustlib").join(tree::WASM);
    if library.is_dir() {
        return Ok(());
    }
    run_well(
        command("rustup").args(["target", "add", tree::WASM]),
        "rustup",
    )
    .with_context(|| {
        format!(
            "the {} target is missing; install it with: rustup target add {}",
            tree::WASM,
            tree::WASM
        )
    })?;
    Ok(())
}

/// What package.json names: wasm-opt, esbuild and axe-core.
pub fn node_packages() -> Result<()> {
    node_packages_in(&tree::root())
}

/// The npm packages of the folder's package-lock.json, installed again when the lock is newer.
pub fn node_packages_in(folder: &Path) -> Result<()> {
    let changed = |path: PathBuf| fs::metadata(path).and_then(|data| data.modified()).ok();
    let lock = changed(folder.join("package-lock.json"));
    let installed = changed(folder.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= lock {
        return Ok(());
    }
    run_well(
        command("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(folder),
        "npm",
    )
    .context(
        "Node.js with npm is needed (20 or newer); install it with: apt-get install nodejs npm",
    )?;
    Ok(())
}

/// Binaryen's optimiser from npm. The system's own is never used: Debian's writes modules that do not start.
pub fn wasm_opt() -> PathBuf {
    tree::root().join("node_modules/.bin/wasm-opt")
}

/// The minifier of scripts, from npm.
pub fn esbuild() -> PathBuf {
    tree::root().join("node_modules/.bin/esbuild")
}

/// trunk, from PATH when it is the right one, else built once into target/tools.
pub fn trunk() -> Result<PathBuf> {
    let wanted = format!("trunk {TRUNK}");
    let own = tree::tools().join("bin/trunk");
    for candidate in [PathBuf::from("trunk"), own.clone()] {
        if first_line(&candidate, &["--version"]).as_deref() == Some(&wanted) {
            return Ok(candidate);
        }
    }
    install(&["trunk", "--version", TRUNK, "--no-default-features"]).with_context(|| {
        format!("install it with: cargo install trunk --locked --version {TRUNK}")
    })?;
    Ok(own)
}

/// `cargo nextest`, from PATH or built once into target/tools; answers the command that runs tests.
pub fn nextest() -> Result<Command> {
    let own = tree::tools().join("bin/cargo-nextest");
    for candidate in [PathBuf::from("cargo-nextest"), own.clone()] {
        if first_line(&candidate, &["nextest", "--version"]).is_some() {
            let mut command = command(candidate);
            command.arg("nextest");
            return Ok(command);
        }
    }
    install(&["cargo-nextest", "--version", NEXTEST])
        .context("install it with: cargo install cargo-nextest --locked")?;
    let mut command = command(own);
    command.arg("nextest");
    Ok(command)
}

/// Chromium and its WebDriver server. Installed with apt-get where that is allowed.
pub fn browser() -> Result<()> {
    let missing = || {
        ["chromium", "chromedriver"]
            .into_iter()
            .find(|program| first_line(program, &["--version"]).is_none())
    };
    if missing().is_none() {
        return Ok(());
    }
    const HOW: &str = "apt-get update && apt-get install -y chromium chromium-driver";
    if first_line("id", &["-u"]).as_deref() == Some("0") {
        run_well(
            command("sh")
                .args(["-c", HOW])
                .env("DEBIAN_FRONTEND", "noninteractive"),
            "apt",
        )
        .with_context(|| {
            format!("Chromium and its driver are missing; install them with: {HOW}")
        })?;
    }
    if let Some(program) = missing() {
        bail!("`{program}` is missing; install it with: sudo sh -c '{HOW}'");
    }
    Ok(())
}

/// This program under the name `wasm-bindgen`, in a folder that goes first on trunk's PATH.
pub fn bindgen_stand_in() -> Result<()> {
    let folder = tree::stand_ins();
    fs::create_dir_all(&folder)?;
    let here = std::env::current_exe()?;
    let there = folder.join("wasm-bindgen");
    let stamp = |path: &Path| {
        fs::metadata(path)
            .and_then(|data| Ok((data.len(), data.modified()?)))
            .ok()
    };
    if stamp(&here) == stamp(&there) {
        return Ok(());
    }
    // Beside it first: a build that runs at this moment keeps the file it has open.
    let fresh = folder.join(format!("wasm-bindgen.{}", std::process::id()));
    fs::copy(&here, &fresh)?;
    if let Ok(modified) = fs::metadata(&here)?.modified() {
        fs::File::options()
            .write(true)
            .open(&fresh)?
            .set_modified(modified)?;
    }
    fs::rename(&fresh, &there)?;
    Ok(())
}

/// Builds a published program into target/tools, for speed of building rather than of running.
fn install(what: &[&str]) -> Result<()> {
    run_well(
        cargo()
            .args(["install", "--locked"])
            .args(what)
            .arg("--root")
            .arg(tree::tools())
            .arg("--target-dir")
            .arg(tree::tools().join("build"))
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
            .env("CARGO_PROFILE_RELEASE_STRIP", "true"),
        what[0],
    )
    .with_context(|| format!("cannot install {}", what[0]))?;
    let _ = fs::remove_dir_all(tree::tools().join("build"));
    Ok(())
}

fn rustc() -> PathBuf {
    std::env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from)
}

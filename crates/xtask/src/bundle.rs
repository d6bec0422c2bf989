//! Builds the console with trunk into target/site.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{command, run_well};
use crate::steps::Steps;
use crate::{site, tools, tree};

/// How the console is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Fast to build: unoptimised, uncompressed.
    Dev,
    /// As it ships.
    Release,
}

/// The variable that tells the hook what to make of trunk's output.
pub const STAGE: &str = "ANCHORAGE_SITE";

impl Kind {
    fn stage(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }
}

/// Installs what is missing and builds, each a named step.
pub fn build_from_nothing(kind: Kind) -> Result<()> {
    let mut steps = Steps::new(2);
    steps.step("Tools for the console", install)?;
    steps.step("The console", || build(kind))?;
    match kind {
        Kind::Release => site::print_sizes(),
        // Weighing means compressing, which takes longer than the build; and nobody fetches this one from afar.
        Kind::Dev => Ok(()),
    }
}

/// Everything that [`build`] needs.
pub fn install() -> Result<()> {
    tools::wasm_target()?;
    tools::node_packages()?;
    tools::bindgen_stand_in()?;
    tools::trunk()?;
    Ok(())
}

/// Builds into target/site.
pub fn build(kind: Kind) -> Result<()> {
    let mut trunk = trunk("build")?;
    if kind == Kind::Release {
        trunk.args(["--release", "--cargo-profile", "wz"]);
        // Cargo adds these to the flags of .cargo/config.toml.
        trunk.env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            short_source_paths(),
        );
    }
    run_well(trunk.env(STAGE, kind.stage()), "console")?;
    Ok(())
}

/// Panics name the file they come from: what ships says which library that is, not where this machine keeps it.
fn short_source_paths() -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let registries = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    let flags: Vec<String> = registries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().to_str()?.to_owned()))
        // The variable's flags are divided by blanks.
        .filter(|path| !path.contains(char::is_whitespace))
        .map(|path| format!("--remap-path-prefix={path}/="))
        .collect();
    flags.join(" ")
}

/// A trunk command that finds our stand-in, asks nobody for updates and writes no escape codes.
pub fn trunk(verb: &str) -> Result<Command> {
    let mut paths = vec![tree::stand_ins()];
    paths.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    let mut trunk = command(tools::trunk()?);
    trunk
        .arg(verb)
        .env("PATH", std::env::join_paths(paths).context("PATH")?)
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        // trunk takes this variable's value for a boolean and refuses `1`.
        .env_remove("NO_COLOR");
    Ok(trunk)
}

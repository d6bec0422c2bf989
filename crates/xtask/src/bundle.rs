//! Builds the console with trunk into target/site.

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
    }
    run_well(trunk.env(STAGE, kind.stage()), "console")?;
    Ok(())
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

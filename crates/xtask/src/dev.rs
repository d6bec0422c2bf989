//! The inner loop: trunk rebuilds and reloads the console, the gateway answers behind its proxy.

use std::process::{Child, Command, ExitCode};

use anyhow::{Context, Result};

use crate::process::{cargo, run_well};
use crate::steps::Steps;
use crate::{bundle, tree};

/// Until trunk is stopped; the gateway stops with it.
pub fn run() -> Result<ExitCode> {
    let mut steps = Steps::new(2);
    steps.step("Tools for the console", bundle::install)?;
    steps.step("The gateway", || {
        run_well(
            cargo().args(["build", "--locked", "--package", "gateway"]),
            "gateway",
        )
    })?;
    let gateway = Command::new(tree::target().join("debug/anchorage"))
        .arg("serve")
        .spawn()
        .context("cannot start the gateway")?;
    let _gateway = Stopped(gateway);
    let status = bundle::trunk("serve")?
        .env(bundle::STAGE, "serve")
        .status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A child that does not outlive its owner.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

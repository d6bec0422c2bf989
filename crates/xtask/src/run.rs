//! From a fresh clone to a running console with demo data.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::process::{cargo, run_well};
use crate::steps::Steps;
use crate::{bundle, site, tools, tree};

/// Builds what has changed and becomes `anchorage serve`; answers its exit code.
pub fn run(serve: &[OsString]) -> Result<ExitCode> {
    let mut steps = Steps::new(6);
    steps.step("The browser's compile target", tools::wasm_target)?;
    steps.step("wasm-opt (npm)", tools::node_packages)?;
    steps.step("trunk", || {
        tools::bindgen_stand_in()?;
        tools::trunk().map(|_| ())
    })?;
    steps.step("The console", || bundle::build(bundle::Kind::Release))?;
    steps.step("The gateway with the sandbox", build_gateway)?;
    let mut anchorage = Command::new(tree::target().join("release/anchorage"));
    anchorage.arg("serve").args(serve);
    let mut child = steps.step("Starting", || {
        anchorage
            .spawn()
            .context("cannot start target/release/anchorage")
    })?;
    let sizes = site::Sizes::read(&tree::site())?;
    eprintln!(
        "\nBuilt in {}; the first screen weighs {:.0} KiB.\n\
         \x20 Console   {}\n\
         \x20 Sign in   domain sandbox · user demo · password demo\n\
         \x20 Stop      Ctrl-C\n",
        steps.lasted(),
        sizes.first_screen() as f64 / 1024.0,
        address(serve)
    );
    let status = child.wait()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The binary as it ships, with the console of target/site inside.
pub fn build_gateway() -> Result<()> {
    run_well(
        cargo().args(["build", "--locked", "--release", "--package", "gateway"]),
        "gateway",
    )?;
    Ok(())
}

/// Where the console will be: `--listen`, its variable, or the default.
fn address(serve: &[OsString]) -> String {
    let texts: Vec<_> = serve.iter().map(|arg| arg.to_string_lossy()).collect();
    let flag = texts.iter().enumerate().find_map(|(at, text)| {
        if text == "--listen" {
            texts.get(at + 1).map(ToString::to_string)
        } else {
            text.strip_prefix("--listen=").map(str::to_owned)
        }
    });
    let listen = flag
        .or_else(|| std::env::var("ANCHORAGE_LISTEN").ok())
        .unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    format!("http://{listen}/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_address_is_the_one_asked_for() {
        for (args, expected) in [
            (vec!["--listen", "127.0.0.1:9000"], "http://127.0.0.1:9000/"),
            (
                vec!["--seed", "empty", "--listen=[::1]:1"],
                "http://[::1]:1/",
            ),
        ] {
            let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
            assert_eq!(address(&args), expected);
        }
    }
}

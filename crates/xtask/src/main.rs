//! `cargo xtask`: builds, runs, tests and measures the project, and installs what that needs on a fresh machine.
#![expect(
    clippy::print_stdout,
    reason = "a command line tool answers on standard output"
)]

mod bench;
mod bindgen;
mod bundle;
mod clients;
mod dev;
mod dist;
mod process;
mod run;
mod site;
mod steps;
mod suite;
mod tally;
mod tools;
mod tree;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, runs, tests and measures Anchorage.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, build, and start the gateway with the sandbox and demo data on http://127.0.0.1:8080
    Run {
        /// Passed on to `anchorage serve` (`--listen`, `--config`, `--data`, `--seed` …)
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        serve: Vec<OsString>,
    },
    /// Install what is missing and run every check; the last line is `N passed, N failed`
    Test {
        /// Only the steps whose name contains one of these words (`format`, `lints`, `unit`, `doc`, `dom`, `bundle`, `journeys`, `clients`)
        only: Vec<String>,
    },
    /// Build the console into target/site
    Build {
        /// Fast: unoptimised and uncompressed, for working on the console
        #[arg(long)]
        dev: bool,
    },
    /// Rebuild and reload while you edit: the console on http://127.0.0.1:8090, the gateway behind it
    Dev,
    /// Make the release archive in target/dist
    Dist,
    /// Print sizes, and the measurements beside the libraries people would otherwise use
    Bench {
        /// Only the benchmarks whose name contains one of these words (`sizes`, `schedule`, `filter`, `sandbox`, `gateway`)
        only: Vec<String>,
    },
    /// What trunk calls after a build: names, compresses and measures the files of target/site
    #[command(hide = true)]
    Site,
    /// Run wasm tests in headless Chromium; cargo calls this for `--target wasm32-unknown-unknown`
    #[command(hide = true)]
    TestRunner {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let name = std::env::args_os().next().unwrap_or_default();
    let result = if Path::new(&name).file_stem() == Some("wasm-bindgen".as_ref()) {
        bindgen::stand_in(std::env::args_os().skip(1).collect()).map(|()| ExitCode::SUCCESS)
    } else {
        dispatch(Cli::parse().task)
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(task: Task) -> Result<ExitCode> {
    match task {
        Task::Run { serve } => run::run(&serve),
        Task::Test { only } => suite::run(&only),
        Task::Build { dev } => {
            bundle::build_from_nothing(if dev {
                bundle::Kind::Dev
            } else {
                bundle::Kind::Release
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Dev => dev::run(),
        Task::Dist => dist::run().map(|()| ExitCode::SUCCESS),
        Task::Bench { only } => bench::run_chosen(&only).map(|()| ExitCode::SUCCESS),
        Task::Site => site::hook().map(|()| ExitCode::SUCCESS),
        Task::TestRunner { args } => {
            // `cargo test --quiet` hands the runner a flag that it does not know.
            let known = args.into_iter().filter(|arg| arg != "--quiet");
            let all = std::iter::once("wasm-bindgen-test-runner".into()).chain(known);
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(all)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

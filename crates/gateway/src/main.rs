//! `anchorage`: reads the command line, says what it does on standard error, and runs.

use std::{io::IsTerminal, process::ExitCode};

use clap::Parser;
use contract::time::Timestamp;
use gateway::{
    cli::{Cli, Command},
    clock::Clock,
    config::Config,
    process, serve,
};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,hyper=warn,rustls=warn"));
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(filter)
        .init();
    process::harden();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("anchorage: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
    };
    match cli.command {
        Command::Serve(options) => runtime()?.block_on(serve::serve(options, system_clock())),
        Command::Sandbox(options) => runtime()?.block_on(serve::sandbox(options)),
        Command::CheckConfig { file } => {
            let config = Config::read(&file)
                .map_err(|problems| anyhow::anyhow!("{}\n{problems}", file.display()))?;
            let clouds: Vec<_> = config
                .clouds
                .iter()
                .map(|cloud| cloud.id.as_str())
                .collect();
            eprintln!(
                "{}: no problems; clouds: {}",
                file.display(),
                clouds.join(", ")
            );
            Ok(())
        }
    }
}

/// The one place where the gateway reads the time of day.
#[expect(
    clippy::disallowed_methods,
    reason = "this is where the gateway's clock comes from"
)]
fn system_clock() -> Clock {
    Clock::new(|| Timestamp::from_micros(chrono::Utc::now().timestamp_micros()))
}

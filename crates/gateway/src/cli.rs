//! The command line: every flag, its variable and its help text in one place.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use contract::time::Timestamp;
use sandbox::Seed;

/// Browser console for cloud-server backups: serves the console, keeps the cloud's tokens, and brings a
/// complete practice cloud along.
#[derive(Debug, Parser)]
#[command(name = "anchorage", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the console, with the sandbox as a cloud beside the configured ones.
    #[command(after_help = SERVE_HELP)]
    Serve(Serve),
    /// Serve the sandbox's API alone, for the tests of other programs.
    #[command(after_help = SANDBOX_HELP)]
    Sandbox(Sandbox),
    /// Read a configuration file, and say what is wrong with it and what to do about it.
    CheckConfig {
        /// The file, for example anchorage.toml.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Address of the console.
    #[arg(long, env = "ANCHORAGE_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Clouds, public address and limits (TOML). Without it the sandbox is the only cloud.
    #[arg(long, env = "ANCHORAGE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder for the audit log and the sandbox's world, made when missing [default:
    /// $XDG_DATA_HOME/anchorage or ~/.local/share/anchorage]
    #[arg(long, env = "ANCHORAGE_DATA", value_name = "DIR|:memory:")]
    pub data: Option<PathBuf>,
    /// Address of the sandbox's API.
    #[arg(
        long,
        env = "ANCHORAGE_SANDBOX_LISTEN",
        default_value = "127.0.0.1:8081"
    )]
    pub sandbox_listen: SocketAddr,
    /// What a new world holds: empty, demo, scale:N for N backups, or scale-cbr:N for N in vaults. An existing world is kept.
    #[arg(
        long,
        env = "ANCHORAGE_SEED",
        default_value = "demo",
        value_name = "SEED"
    )]
    pub seed: Seed,
    /// Do not start the sandbox; needs --config.
    #[arg(long, env = "ANCHORAGE_NO_SANDBOX", requires = "config")]
    pub no_sandbox: bool,
    /// Switch the sandbox's own controls (/sandbox/...) off.
    #[arg(long, env = "ANCHORAGE_NO_CONTROLS")]
    pub no_controls: bool,
}

#[derive(Debug, Args)]
pub struct Sandbox {
    /// Address of the API.
    #[arg(
        long,
        env = "ANCHORAGE_SANDBOX_LISTEN",
        default_value = "127.0.0.1:8081"
    )]
    pub listen: SocketAddr,
    /// Folder of the world, made when missing, or :memory: for one that ends with the program.
    #[arg(
        long,
        env = "ANCHORAGE_DATA",
        default_value = ":memory:",
        value_name = "DIR|:memory:"
    )]
    pub data: PathBuf,
    /// What a new world holds: empty, demo, scale:N for N backups, or scale-cbr:N for N in vaults. An existing world is kept.
    #[arg(
        long,
        env = "ANCHORAGE_SEED",
        default_value = "demo",
        value_name = "SEED"
    )]
    pub seed: Seed,
    /// What time it is when a new world begins, such as 2026-03-14T09:00:00Z [default: this machine's clock]
    #[arg(long, env = "ANCHORAGE_NOW", value_name = "TIME", value_parser = sandbox::clock::parse_now)]
    pub now: Option<Timestamp>,
    /// Switch the sandbox's own controls (/sandbox/...) off.
    #[arg(long, env = "ANCHORAGE_NO_CONTROLS")]
    pub no_controls: bool,
}

const SERVE_HELP: &str = "\
Sign in to the sandbox with domain `sandbox`, user `demo`, password `demo`, project `demo-project`.
When it accepts connections, one line of JSON with the sandbox's address and keys goes to standard
output; everything else goes to standard error (RUST_LOG sets how much).

  anchorage serve
  anchorage serve --config /etc/anchorage.toml --data /var/lib/anchorage --no-sandbox";

const SANDBOX_HELP: &str = "\
When it accepts connections, one line of JSON with its address, keys and sign-in goes to standard
output; everything else goes to standard error.

  anchorage sandbox --listen 127.0.0.1:0 --seed scale:100000
  anchorage sandbox --listen 127.0.0.1:0 --now 2026-03-14T09:00:00Z";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_has_its_variable() {
        for command in Cli::command().get_subcommands() {
            for flag in command.get_arguments().filter(|a| a.get_long().is_some()) {
                let name = flag.get_long().unwrap_or_default();
                if name == "help" || name == "version" {
                    continue;
                }
                let variable = flag.get_env().map(|v| v.to_string_lossy().into_owned());
                let same = format!("ANCHORAGE_{}", name.to_uppercase().replace('-', "_"));
                assert!(
                    variable.as_deref() == Some(&same)
                        || variable.as_deref() == Some("ANCHORAGE_SANDBOX_LISTEN"),
                    "--{name} has {variable:?}"
                );
            }
        }
    }
}

//! Puts a gateway together from the command line and runs it until it is told to stop.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use sandbox::Data;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    app::{App, Gateway, router},
    audit::Audit,
    cli,
    clock::Clock,
    cloud::Cloud,
    config::Config,
    connection,
    hosts::Hosts,
    metrics::Metrics,
    site::Site,
};

/// `anchorage serve`
pub async fn serve(options: cli::Serve, clock: Clock) -> Result<()> {
    let config = match &options.config {
        Some(file) => {
            Config::read(file).map_err(|problems| anyhow!("{}\n{problems}", file.display()))?
        }
        None => Config::default(),
    };
    let data = data_folder(options.data)?;
    let running = match options.no_sandbox {
        true => None,
        false => Some(
            start_sandbox(sandbox::Options {
                listen: options.sandbox_listen,
                data: data.clone(),
                seed: options.seed,
                controls: !options.no_controls,
                ..sandbox::Options::default()
            })
            .await?,
        ),
    };
    let metrics = Arc::new(Metrics::default());
    let app = Arc::new(Gateway::new(
        clock,
        config.limits.clone(),
        Hosts::new(config.public_host.as_deref()),
        clouds(&config, running.as_ref(), &metrics)?,
        Site::embedded(),
        Audit::open(folder(&data)).map_err(anyhow::Error::msg)?,
        metrics,
    ));
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    let address = listener.local_addr()?;
    announce(&app, &config, address);
    let told = told_to_stop()?;
    if let Some(running) = &running {
        print_line(&running.start_line())?;
    }
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(sweep(app.clone(), stopped.clone()));
    let serving = connection::serve(listener, router(app), config.limits, stopped);
    let serving = tokio::spawn(serving);
    told.await;
    tracing::info!("stopping: running answers are finished first");
    stop.send_replace(true);
    serving.await?;
    if let Some(running) = running {
        running.shutdown().await?;
    }
    Ok(())
}

/// `anchorage sandbox`
pub async fn sandbox(options: cli::Sandbox) -> Result<()> {
    let running = start_sandbox(sandbox::Options {
        listen: options.listen,
        data: data_folder(Some(options.data))?,
        seed: options.seed,
        now: options.now,
        controls: !options.no_controls,
        ..sandbox::Options::default()
    })
    .await?;
    tracing::info!(address = %running.addr, "the sandbox answers");
    let told = told_to_stop()?;
    print_line(&running.start_line())?;
    told.await;
    running.shutdown().await?;
    Ok(())
}

async fn start_sandbox(options: sandbox::Options) -> Result<sandbox::Running> {
    if !options.listen.ip().is_loopback() {
        tracing::warn!(
            address = %options.listen,
            "the sandbox can be reached from other machines; its password is public"
        );
    }
    sandbox::start(options)
        .await
        .context("the sandbox does not start")
}

fn clouds(
    config: &Config,
    running: Option<&sandbox::Running>,
    metrics: &Arc<Metrics>,
) -> Result<Vec<Cloud>> {
    let mut clouds = Vec::new();
    for cloud in &config.clouds {
        let made = Cloud::configured(cloud.clone(), &config.limits, metrics.clone());
        clouds.push(made.map_err(anyhow::Error::msg)?);
    }
    if let Some(running) = running {
        let port = running.addr.port();
        let made = Cloud::sandbox(
            &format!("http://127.0.0.1:{port}"),
            &config.limits,
            metrics.clone(),
        );
        clouds.push(made.map_err(anyhow::Error::msg)?);
    }
    Ok(clouds)
}

fn announce(app: &App, config: &Config, address: std::net::SocketAddr) {
    match &config.public_host {
        Some(host) => tracing::info!("the console is at https://{host}/, served on {address}"),
        None => {
            tracing::info!("the console is at http://{address}/");
            tracing::warn!(
                "plain HTTP: for this machine only, so the session's cookie goes without `Secure`; for others, put a \
                 TLS proxy in front and set public_url (docs/connecting.md)"
            );
        }
    }
    if config.public_host.is_none() && !address.ip().is_loopback() {
        tracing::warn!(%address, "other machines can connect, but only local names are answered: public_url is not set");
    }
    if !app.site.has_console() {
        tracing::warn!("the console has not been built; run `cargo xtask build`, then start again");
    }
}

/// Where a world and the audit log are kept.
fn data_folder(given: Option<PathBuf>) -> Result<Data> {
    let folder = match given {
        Some(folder) if folder == Path::new(":memory:") => return Ok(Data::Memory),
        Some(folder) => folder,
        None => default_folder(),
    };
    create_private(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    tracing::info!("data is kept in {}", folder.display());
    Ok(Data::Dir(folder))
}

fn default_folder() -> PathBuf {
    let set = |name| {
        std::env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
        .map_or_else(
            || PathBuf::from("anchorage-data"),
            |base| base.join("anchorage"),
        )
}

/// The audit log names people: nobody else's business.
fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn folder(data: &Data) -> Option<&Path> {
    match data {
        Data::Memory => None,
        Data::Dir(folder) => Some(folder),
    }
}

/// What has ended does not stay in memory until somebody asks for it.
async fn sweep(app: App, mut stopped: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(Duration::from_secs(60));
    loop {
        tokio::select! {
            _ = every.tick() => {
                app.sessions.sweep();
                app.repeats.sweep();
            }
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

/// The one thing that goes to standard output.
fn print_line(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}

/// Watches for the signals that mean "stop", from now on: before the start line says that it runs.
#[cfg(unix)]
fn told_to_stop() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn told_to_stop() -> Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

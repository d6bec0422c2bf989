//! The release: an archive of the binary with its papers, and a folder that builds a container image.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{command, run_well};
use crate::steps::Steps;
use crate::{bundle, run, site, tree};

/// The image needs nothing but the C library and the certificates of public authorities.
const CONTAINERFILE: &str = "\
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY anchorage /usr/local/bin/anchorage
USER 65532:65532
VOLUME /var/lib/anchorage
ENV ANCHORAGE_DATA=/var/lib/anchorage ANCHORAGE_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT [\"anchorage\"]
CMD [\"serve\"]
";

/// Leaves both in target/dist and prints where.
pub fn run() -> Result<()> {
    let mut steps = Steps::new(5);
    steps.step("Tools for the console", bundle::install)?;
    steps.step("The console", || bundle::build(bundle::Kind::Release))?;
    steps.step("Its size", || site::check_size().map(|_| ()))?;
    steps.step("The gateway with the sandbox", run::build_gateway)?;
    let archive = steps.step("The archive and the container's folder", pack)?;
    println!("{archive}");
    println!("target/dist/container  (podman build target/dist/container)");
    Ok(())
}

fn pack() -> Result<String> {
    let dist = tree::target().join("dist");
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    let name = format!(
        "anchorage-{}-{}-{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let binary = tree::target().join("release/anchorage");
    let folder = dist.join(&name);
    fs::create_dir_all(&folder)?;
    copy(&binary, &folder.join("anchorage"))?;
    for paper in ["README.md", "LICENSE", "CHANGELOG.md"] {
        copy(&tree::root().join(paper), &folder.join(paper))?;
    }
    let archive = format!("{name}.tar.gz");
    run_well(
        command("tar")
            .args(["--owner=0", "--group=0", "--numeric-owner", "-czf"])
            .args([&archive, &name])
            .current_dir(&dist),
        "tar",
    )?;
    fs::remove_dir_all(&folder)?;
    let container = dist.join("container");
    fs::create_dir_all(&container)?;
    copy(&binary, &container.join("anchorage"))?;
    fs::write(container.join("Containerfile"), CONTAINERFILE)?;
    Ok(format!("target/dist/{archive}"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| from.display().to_string())?;
    Ok(())
}

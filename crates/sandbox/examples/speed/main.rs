//! Measures the sandbox against its budgets: filtered pages out of many backups of either generation,
//! and durable writes.
//!
//! `cargo run --release -p sandbox --example speed [BACKUPS]` (1,000,000 when left out).

#![expect(
    clippy::print_stdout,
    reason = "the numbers are what this program is for"
)]

mod measure;
mod servers;
mod vaults;

use std::error::Error;
use std::time::Instant;

use sandbox::{Data, Options, Sandbox, Seed};

const ROUNDS: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let backups = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 1_000_000,
    };
    let begun = Instant::now();
    drop(Sandbox::open(&Options::default())?);
    println!("the demo world made in {:.0?}", begun.elapsed());
    in_world(Seed::Scale(backups), |sandbox, project| {
        servers::pages(sandbox, project)?;
        servers::whole(sandbox, project)?;
        servers::writes(sandbox, project)
    })?;
    in_world(Seed::ScaleCbr(backups), |sandbox, project| {
        vaults::pages(sandbox, project)?;
        vaults::whole(sandbox, project)
    })
}

/// Makes a world on the disk, measures in it, and takes it away.
fn in_world(
    seed: Seed,
    work: impl FnOnce(&Sandbox, &str) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let dir = std::env::temp_dir().join(format!("sandbox-speed-{}", std::process::id()));
    let begun = Instant::now();
    let sandbox = Sandbox::open(&Options {
        data: Data::Dir(dir.clone()),
        seed,
        ..Options::default()
    })?;
    println!("\n{seed} made in {:.1?}", begun.elapsed());
    let project = sandbox.look(|turn| {
        Ok(turn.db.query_row(
            "SELECT id FROM projects WHERE name = 'demo-project'",
            [],
            |row| row.get::<_, String>(0),
        )?)
    })?;
    work(&sandbox, &project)?;
    drop(sandbox);
    std::fs::remove_dir_all(dir)?;
    Ok(())
}

//! What the gateway adds to a request, beside nginx with the same duties where it is installed, and what it keeps in memory.
//!
//! `bench-gateway ANCHORAGE SITE [ROUNDS]`: the program, the folder of the built console, rounds of one second for each load
//! and target. Everything runs on this machine, one worker each, interleaved and every other round in reverse, so that only
//! ratios within a round count. It ends by itself.
#![expect(
    clippy::print_stdout,
    reason = "a command line tool answers on standard output"
)]

mod cloud;
mod load;
mod report;
mod servers;

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};

use crate::{
    cloud::Cloud,
    load::{Run, Target},
    report::Report,
    servers::{Anchorage, Nginx},
};

/// How long each target is loaded in a round.
const TIME: Duration = Duration::from_secs(1);
const SESSIONS: usize = 1000;

/// One kind of request.
struct Load {
    name: &'static str,
    /// Records asked of the service; none asks for the console's largest file.
    records: Option<usize>,
    clients: usize,
}

const LOADS: [Load; 5] = [
    load("2 KB, 1 client", Some(1), 1),
    load("2 KB, 32 clients", Some(1), 32),
    load("66 KB, 32 clients", Some(36), 32),
    load("1.8 MB, 8 clients", Some(1000), 8),
    load("largest asset, 8 clients", None, 8),
];

const fn load(name: &'static str, records: Option<usize>, clients: usize) -> Load {
    Load {
        name,
        records,
        clients,
    }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "bench-gateway ANCHORAGE SITE [ROUNDS]";
    let program = arguments.next().context(usage)?;
    let site = arguments.next().context(usage)?;
    let rounds: usize = arguments.next().map_or(Ok(5), |text| text.parse())?;

    let cloud = Cloud::start()?;
    let anchorage = Anchorage::start(Path::new(&program), &cloud)?;
    let idle = anchorage.memory();
    let cookie = anchorage.sign_in()?;
    let asset = servers::largest_asset(Path::new(&site))?;
    let nginx = Nginx::start(&cloud, asset.as_ref())?;

    let mut report = Report::default();
    for round in 0..rounds {
        for load in &LOADS {
            let mut targets = targets(load, &cloud, nginx.as_ref(), &anchorage, &cookie, &asset);
            if round % 2 == 1 {
                targets.reverse();
            }
            for (name, target) in targets {
                let Run { requests, times } = target.load(load.clients, TIME)?;
                report.add(load.name, name, requests, times);
            }
        }
        eprintln!("round {} of {rounds}", round + 1);
    }
    let loaded = anchorage.memory();
    for _ in 1..SESSIONS {
        anchorage.sign_in()?;
    }
    let full = anchorage.memory();
    println!("{}", report.text(nginx.is_some()));
    println!(
        "memory in MiB: {idle:.1} idle, {loaded:.1} after the load, {full:.1} with {SESSIONS} sessions of {} KB tokens",
        cloud::TOKEN / 1024
    );
    Ok(())
}

/// Whoever can answer this load.
fn targets(
    load: &Load,
    cloud: &Cloud,
    nginx: Option<&Nginx>,
    anchorage: &Anchorage,
    cookie: &str,
    asset: &Option<servers::Asset>,
) -> Vec<(&'static str, Target)> {
    let mut targets = Vec::new();
    match (load.records, asset) {
        (Some(records), _) => {
            let path = format!("checkpoint_items?limit={records}");
            let below = format!("/v1/{}/{path}", cloud::PROJECT);
            targets.push(("direct", Target::new(cloud.address, &below, "")));
            if let Some(nginx) = nginx {
                let target = Target::new(
                    nginx.address,
                    &format!("/api/{path}"),
                    servers::NGINX_COOKIE,
                );
                targets.push(("nginx", target));
            }
            let path = format!("/api/{}/csbs/{path}", cloud::PROJECT);
            targets.push(("anchorage", Target::new(anchorage.address, &path, cookie)));
        }
        (None, Some(asset)) => {
            if let Some(nginx) = nginx {
                targets.push(("nginx", Target::new(nginx.address, "/asset", "")));
            }
            targets.push(("anchorage", Target::new(anchorage.address, &asset.path, "")));
        }
        (None, None) => {}
    }
    targets
}

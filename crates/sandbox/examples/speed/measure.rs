//! Timing.

use std::time::{Duration, Instant};

use sandbox::Outcome;

/// KB of this process that are in memory; 0 where the system does not tell.
pub fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// How long something took, each time, shortest first.
pub struct Times(Vec<Duration>);

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |percent: usize| self.0[(self.0.len() - 1) * percent / 100];
        write!(
            f,
            "p50 {:8.2?}  p99 {:8.2?}  max {:8.2?}",
            at(50),
            at(99),
            at(100)
        )
    }
}

/// Does something so many times.
pub fn measure(rounds: usize, mut work: impl FnMut() -> Outcome<()>) -> Outcome<Times> {
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds.max(1) {
        let begun = Instant::now();
        work()?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(Times(times))
}

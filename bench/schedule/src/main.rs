//! The workloads natively: one round, in milliseconds a call, as a line of JSON for bench/schedule.mjs.
#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bench_schedule::{HOURLY, PATTERN, fleet, next_runs, patterns, runs_between};

const DAY: i64 = 86_400_000;
const AT_LEAST: Duration = Duration::from_millis(100);

fn main() {
    let mut args = std::env::args().skip(1);
    let mut number = || args.next().and_then(|text| text.parse::<i64>().ok());
    let (Some(from), Some(policies), Some(seed)) = (number(), number(), number()) else {
        eprintln!("bench-schedule FROM_MILLISECONDS POLICIES SEED");
        std::process::exit(2);
    };
    let all = patterns(policies.unsigned_abs() as usize, seed.unsigned_abs());
    let next = per_call(|| next_runs(black_box(PATTERN), from, 10));
    let year = per_call(|| runs_between(black_box(PATTERN), from, from + 365 * DAY));
    let hourly = per_call(|| runs_between(black_box(HOURLY), from, from + 365 * DAY));
    let month = per_call(|| fleet(black_box(&all), from, from + 30 * DAY));
    println!("{{\"next\": {next}, \"year\": {year}, \"hourly\": {hourly}, \"fleet\": {month}}}");
}

/// Calls until enough time has passed to be told from the clock's own grain.
fn per_call<T>(mut call: impl FnMut() -> T) -> f64 {
    black_box(call());
    let started = Instant::now();
    let mut calls = 0;
    while started.elapsed() < AT_LEAST {
        black_box(call());
        calls += 1;
    }
    started.elapsed().as_secs_f64() * 1000.0 / f64::from(calls)
}

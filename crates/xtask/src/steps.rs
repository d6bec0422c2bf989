//! Named, numbered and timed steps: `3/6 Building the console … 72 s`.

use std::time::Instant;

use anyhow::{Context, Result};

/// The steps of one task, counted from the start so that a reader sees how far it is.
pub struct Steps {
    total: usize,
    done: usize,
    started: Instant,
}

impl Steps {
    pub fn new(total: usize) -> Self {
        Self {
            total,
            done: 0,
            started: Instant::now(),
        }
    }

    /// Does the next step and says how long it took; a failure carries the step's name.
    pub fn step<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.done += 1;
        let (at, total) = (self.done, self.total);
        eprintln!("{at}/{total} {what} …");
        let started = Instant::now();
        let result = work().with_context(|| what.to_owned());
        let end = if result.is_ok() { "done" } else { "FAILED" };
        eprintln!("{at}/{total} {what}: {end} in {}", lasted(started));
        result
    }

    /// How long everything took so far.
    pub fn lasted(&self) -> String {
        lasted(self.started)
    }
}

fn lasted(since: Instant) -> String {
    let elapsed = since.elapsed();
    match elapsed.as_secs() {
        0..10 => format!("{:.1} s", elapsed.as_secs_f64()),
        10..120 => format!("{} s", elapsed.as_secs()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

//! Counters in Prometheus' text form: numbers of answers and their times, nothing about anybody.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::http::StatusCode;

/// Upper bounds of the histogram's buckets, in seconds.
const BOUNDS: [f64; 8] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0];

#[derive(Debug, Default)]
pub struct Metrics {
    answers: Mutex<BTreeMap<(&'static str, u16), Times>>,
    pub retries: AtomicU64,
    pub rests: AtomicU64,
    pub sign_ins: AtomicU64,
    pub sign_ins_refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Times {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

impl Metrics {
    pub fn answered(&self, group: &'static str, status: StatusCode, took: Duration) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let times = answers.entry((group, status.as_u16())).or_default();
        let seconds = took.as_secs_f64();
        if let Some(at) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            times.buckets[at] += 1;
        }
        times.count += 1;
        times.seconds += seconds;
    }

    /// The page of `/metrics`.
    pub fn render(&self, sessions: usize) -> String {
        let mut page = String::new();
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        for (name, kind, help, value) in [
            ("sessions", "gauge", "Sessions in memory.", sessions as u64),
            (
                "upstream_retries_total",
                "counter",
                "Reads repeated on a new connection.",
                count(&self.retries),
            ),
            (
                "upstream_rests_total",
                "counter",
                "Times a service was left alone after failures in a row.",
                count(&self.rests),
            ),
            (
                "sign_ins_total",
                "counter",
                "Accepted sign-ins.",
                count(&self.sign_ins),
            ),
            (
                "sign_ins_refused_total",
                "counter",
                "Refused sign-ins.",
                count(&self.sign_ins_refused),
            ),
        ] {
            let _ = writeln!(
                page,
                "# HELP anchorage_{name} {help}\n# TYPE anchorage_{name} {kind}\nanchorage_{name} {value}"
            );
        }
        let name = "anchorage_answer_seconds";
        let _ = writeln!(
            page,
            "# HELP {name} Time from a request's head to its answer's head.\n# TYPE {name} histogram"
        );
        for ((group, status), times) in self
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
        {
            let labels = format!("group=\"{group}\",status=\"{status}\"");
            let mut sum = 0;
            for (bound, bucket) in BOUNDS.iter().zip(times.buckets) {
                sum += bucket;
                let _ = writeln!(page, "{name}_bucket{{{labels},le=\"{bound}\"}} {sum}");
            }
            let (count, seconds) = (times.count, times.seconds);
            let _ = writeln!(page, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
            let _ = writeln!(
                page,
                "{name}_sum{{{labels}}} {seconds}\n{name}_count{{{labels}}} {count}"
            );
        }
        page
    }
}

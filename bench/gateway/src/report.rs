//! Medians over the rounds, and ratios within each.

use std::fmt::Write;

/// In the order things were first named.
type Named<T> = Vec<(&'static str, T)>;

/// Everything measured, in the order it came.
#[derive(Default)]
pub struct Report {
    loads: Named<Named<Vec<Sample>>>,
}

/// One second of one target.
#[derive(Clone, Copy)]
struct Sample {
    requests: f64,
    p50: f64,
    p99: f64,
}

impl Report {
    /// `times` ascend.
    pub fn add(
        &mut self,
        load: &'static str,
        target: &'static str,
        requests: f64,
        times: Vec<f64>,
    ) {
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        let sample = Sample {
            requests,
            p50: at(0.5),
            p99: at(0.99),
        };
        let targets = entry(&mut self.loads, load);
        entry(targets, target).push(sample);
    }

    /// A table in Markdown; the ratio is to nginx, or to the service itself where there is no nginx.
    pub fn text(&self, nginx: bool) -> String {
        let peer = if nginx { "nginx" } else { "direct" };
        let mut text = format!(
            "| load | target | requests/s | × {peer} | p50 µs | p99 µs | added p50 µs | added p99 µs |\n\
             |---|---|---|---|---|---|---|---|\n"
        );
        for (load, targets) in &self.loads {
            let of = |name: &str| {
                targets
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, s)| s)
            };
            for (target, samples) in targets {
                let middle = |read: fn(&Sample) -> f64| median(samples.iter().map(read).collect());
                let ratio = of(peer).map_or("–".to_owned(), |peers| {
                    let pairs = samples.iter().zip(peers);
                    format!(
                        "{:.2}",
                        median(pairs.map(|(a, b)| a.requests / b.requests).collect())
                    )
                });
                let added = |read: fn(&Sample) -> f64| {
                    of("direct").map_or("–".to_owned(), |direct| {
                        let pairs = samples.iter().zip(direct);
                        format!(
                            "{:.0}",
                            median(pairs.map(|(a, b)| read(a) - read(b)).collect())
                        )
                    })
                };
                let _ = writeln!(
                    text,
                    "| {load} | {target} | {:.0} | {ratio} | {:.0} | {:.0} | {} | {} |",
                    middle(|s| s.requests),
                    middle(|s| s.p50),
                    middle(|s| s.p99),
                    added(|s| s.p50),
                    added(|s| s.p99),
                );
            }
        }
        text
    }
}

fn entry<'a, T: Default>(all: &'a mut Named<T>, name: &'static str) -> &'a mut T {
    let at = all.iter().position(|(known, _)| *known == name);
    let at = at.unwrap_or_else(|| {
        all.push((name, T::default()));
        all.len() - 1
    });
    &mut all[at].1
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

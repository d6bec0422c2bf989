//! The schedule engine's workloads: text in, instants out, with parsing inside every call as an editor does at each keystroke.

use contract::schedule::Schedule;
use contract::time::Timestamp;

#[cfg(target_arch = "wasm32")]
mod browser;

/// Every third day of a week, four times; what a busy server's policy looks like.
pub const PATTERN: &str = "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=0,6,12,18;BYMINUTE=27";

/// Every hour of every day: the densest rule that the service takes.
pub const HOURLY: &str =
    "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=0";

const MICROSECONDS: i64 = 1_000;

/// The next runs of a pattern from an instant (milliseconds since 1970, UTC).
pub fn next_runs(pattern: &str, from: i64, count: usize) -> Vec<f64> {
    runs(pattern, from).take(count).collect()
}

/// Every run from one instant until before another.
pub fn runs_between(pattern: &str, from: i64, until: i64) -> Vec<f64> {
    let until = until as f64;
    runs(pattern, from).take_while(|run| *run < until).collect()
}

/// How many runs many patterns (one a line) have between two instants, and the sum of their minutes, so that two engines can be
/// held to the same answer.
pub fn fleet(patterns: &str, from: i64, until: i64) -> (u64, f64) {
    let until = until as f64;
    patterns
        .lines()
        .flat_map(|pattern| runs(pattern, from).take_while(move |run| *run < until))
        .fold((0, 0.0), |(count, sum), run| {
            (count + 1, sum + run / 60_000.0)
        })
}

fn runs(pattern: &str, from: i64) -> impl Iterator<Item = f64> {
    let schedule = Schedule::parse(pattern).expect("the workloads are valid patterns");
    schedule
        .occurrences(Timestamp::from_micros(from * MICROSECONDS))
        .map(|run| (run.micros() / MICROSECONDS) as f64)
}

/// Patterns of a large account, one a line: half daily, half on some weekdays, between one and 24 runs a day. The same seed gives
/// the same patterns everywhere.
pub fn patterns(count: usize, seed: u64) -> String {
    let mut random = Random(seed);
    let mut text = String::new();
    for _ in 0..count {
        let runs = [1, 1, 1, 2, 3, 4, 6, 8, 24][random.below(9)];
        let step = 24 / runs;
        let first = random.below(step);
        let hours: Vec<String> = (0..runs)
            .map(|run| (first + run * step).to_string())
            .collect();
        let minute = random.below(60);
        let days: Vec<&str> = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
            .into_iter()
            .filter(|_| random.below(2) == 0)
            .collect();
        let frequency = match days.is_empty() || random.below(2) == 0 {
            true => "FREQ=DAILY".to_owned(),
            false => format!("FREQ=WEEKLY;BYDAY={}", days.join(",")),
        };
        text.push_str(&format!(
            "{frequency};BYHOUR={};BYMINUTE={minute}\n",
            hours.join(",")
        ));
    }
    text
}

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): tiny and the same on every platform.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21T04:00:00Z, a Saturday.
    const SATURDAY: i64 = 1_795_233_600_000;
    const DAY: i64 = 86_400_000;

    #[test]
    fn the_workloads_are_what_they_say() {
        let monday = SATURDAY + 44 * 3_600_000 + 27 * 60_000;
        assert_eq!(next_runs(PATTERN, SATURDAY, 1), [monday as f64]);
        assert_eq!(runs_between(HOURLY, SATURDAY, SATURDAY + DAY).len(), 24);
    }

    #[test]
    fn every_pattern_is_one_that_the_service_takes() {
        let patterns = patterns(500, 7);
        assert_eq!(patterns.lines().count(), 500);
        let (runs, _) = fleet(&patterns, SATURDAY, SATURDAY + 30 * DAY);
        assert!(runs > 15_000, "{runs}");
    }
}

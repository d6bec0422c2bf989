//! The workloads as the browser calls them.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn next_runs(pattern: &str, from: f64, count: usize) -> Vec<f64> {
    super::next_runs(pattern, from as i64, count)
}

#[wasm_bindgen]
pub fn runs_between(pattern: &str, from: f64, until: f64) -> Vec<f64> {
    super::runs_between(pattern, from as i64, until as i64)
}

/// Number of runs and sum of minutes.
#[wasm_bindgen]
pub fn fleet(patterns: &str, from: f64, until: f64) -> Vec<f64> {
    let (count, sum) = super::fleet(patterns, from as i64, until as i64);
    vec![count as f64, sum]
}

#[wasm_bindgen]
pub fn patterns(count: usize, seed: u32) -> String {
    super::patterns(count, seed.into())
}

#[wasm_bindgen]
pub fn pattern() -> String {
    super::PATTERN.to_owned()
}

#[wasm_bindgen]
pub fn hourly() -> String {
    super::HOURLY.to_owned()
}

//! `/sandbox/reset`, `/sandbox/world` and `/sandbox/preview`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use contract::schedule::Schedule;
use contract::time::Timestamp;
use serde_json::{Value, json};

use super::{bad, members};
use crate::clock::parse_now;
use crate::http::{Pairs, Problem};
use crate::store::off_thread;
use crate::{Sandbox, Seed};

/// Most runs one preview shows.
const MOST_RUNS: usize = 10_000;
/// Most rules of one preview.
const MOST_RULES: usize = 100;

pub async fn reset(
    State(sandbox): State<Arc<Sandbox>>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let members = members(&body, &["seed", "now"])?;
    let Some(Value::String(text)) = members.get("seed") else {
        return Err(bad("seed must be empty, demo, scale:N or scale-cbr:N."));
    };
    let seed: Seed = text
        .parse()
        .map_err(|problem: crate::SeedProblem| bad(problem.to_string()))?;
    let now = match members.get("now") {
        None => None,
        Some(now) => Some(parse_now(now.as_str().unwrap_or_default()).map_err(bad)?),
    };
    off_thread(move || sandbox.reset(seed, now)).await?;
    Ok(Json(json!({"seed": seed.to_string()})))
}

pub async fn export(State(sandbox): State<Arc<Sandbox>>) -> Result<Json<Value>, Problem> {
    Ok(Json(off_thread(move || sandbox.export_world()).await?))
}

pub async fn import(
    State(sandbox): State<Arc<Sandbox>>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let document: Value = serde_json::from_slice(&body)
        .map_err(|error| bad(format!("The body is no JSON: {error}.")))?;
    off_thread(move || sandbox.import_world(&document)).await?;
    Ok(Json(json!({})))
}

pub async fn preview(
    State(sandbox): State<Arc<Sandbox>>,
    pairs: Pairs,
) -> Result<Json<Value>, Problem> {
    let pattern = pairs
        .filled("pattern")
        .ok_or_else(|| bad("pattern is missing."))?;
    let from = match pairs.filled("from") {
        None => Timestamp::from_micros(sandbox.clock.now()),
        Some(text) => Timestamp::parse(text)
            .ok_or_else(|| bad("from must be a time such as 2026-03-14T09:26:53Z."))?,
    };
    let count = match pairs.filled("count") {
        None => 10,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|count| (1..=MOST_RUNS).contains(count))
            .ok_or_else(|| {
                bad(format!(
                    "count must be a whole number from 1 to {MOST_RUNS}."
                ))
            })?,
    };
    let mut runs = Vec::new();
    for rule in rules(pattern).map_err(bad)? {
        let schedule = Schedule::parse(&rule).map_err(|problems| {
            let words: Vec<_> = problems.iter().map(ToString::to_string).collect();
            bad(words.join(" "))
        })?;
        runs.extend(schedule.occurrences(from).take(count));
    }
    // Several rules are one schedule; a moment that two of them name is one run.
    runs.sort_unstable();
    runs.dedup();
    runs.truncate(count);
    let runs: Vec<_> = runs.into_iter().map(Timestamp::to_seconds_text).collect();
    Ok(Json(json!({"runs": runs})))
}

/// One v1 pattern, or a JSON array of v3 rules.
fn rules(pattern: &str) -> Result<Vec<String>, String> {
    if !pattern.trim_start().starts_with('[') {
        return Ok(vec![pattern.to_owned()]);
    }
    let rules: Vec<String> = serde_json::from_str(pattern)
        .map_err(|_| "pattern must be a rule or a JSON array of rules.".to_owned())?;
    if (1..=MOST_RULES).contains(&rules.len()) {
        Ok(rules)
    } else {
        Err(format!("pattern must hold 1 to {MOST_RULES} rules."))
    }
}

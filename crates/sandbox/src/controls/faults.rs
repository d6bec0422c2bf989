//! `/sandbox/faults`: arming, listing and disarming faults.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use contract::operations;
use serde_json::{Map, Value, json};

use super::{bad, members};
use crate::Sandbox;
use crate::faults::{Effect, Fault};
use crate::http::Problem;

/// What may be armed at the same time.
const MOST: usize = 100;
/// The longest delay: an hour.
const MAX_MS: u64 = 3_600_000;

const MEMBERS: [&str; 15] = [
    "operation",
    "times",
    "after",
    "status",
    "error_code",
    "error_msg",
    "retry_after",
    "delay_ms",
    "cut_after_bytes",
    "reset",
    "drip_ms",
    "body",
    "content_type",
    "job",
    "code",
];

/// Each effect by the member that names it, with the members that go along.
const EFFECTS: [(&str, &[&str]); 7] = [
    ("status", &["error_code", "error_msg", "retry_after"]),
    ("delay_ms", &[]),
    ("cut_after_bytes", &[]),
    ("reset", &[]),
    ("drip_ms", &[]),
    ("body", &["content_type"]),
    ("job", &["code"]),
];

pub async fn list(State(sandbox): State<Arc<Sandbox>>) -> Json<Value> {
    Json(json!({"faults": sandbox.faults.list()}))
}

pub async fn clear(State(sandbox): State<Arc<Sandbox>>) -> Json<Value> {
    sandbox.faults.clear();
    Json(json!({"faults": []}))
}

pub async fn arm(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let members = members(&body, &MEMBERS)?;
    let fault = read(&members).map_err(bad)?;
    if sandbox.faults.list().len() >= MOST {
        return Err(bad(format!("{MOST} faults are armed; disarm them first.")));
    }
    sandbox.faults.arm(fault);
    Ok(list(State(sandbox)).await)
}

fn read(members: &Map<String, Value>) -> Result<Fault, String> {
    let operation = text(members, "operation")?.ok_or("operation is missing.")?;
    check_operation(&operation)?;
    let chosen: Vec<_> = EFFECTS
        .iter()
        .filter(|(name, _)| members.contains_key(*name))
        .collect();
    let [(name, along)] = chosen.as_slice() else {
        let names: Vec<_> = EFFECTS.iter().map(|(name, _)| *name).collect();
        return Err(format!("Send exactly one effect: {}.", names.join(", ")));
    };
    let stray = members.keys().find(|member| {
        !["operation", "times", "after", name].contains(&member.as_str())
            && !along.contains(&member.as_str())
    });
    if let Some(stray) = stray {
        return Err(format!("`{stray}` does not go with `{name}`."));
    }
    Ok(Fault {
        operation,
        times: number(members, "times", 1, 1_000_000)?.unwrap_or(1),
        after: number(members, "after", 0, 1_000_000)?.unwrap_or(0),
        effect: effect(members, name)?,
    })
}

fn effect(members: &Map<String, Value>, name: &str) -> Result<Effect, String> {
    let required = |value: Option<u64>| value.ok_or_else(|| format!("{name} is missing."));
    Ok(match name {
        "status" => Effect::Error {
            status: u16::try_from(required(number(members, name, 200, 599)?)?).unwrap_or(500),
            error_code: text(members, "error_code")?.unwrap_or_else(|| "CSBS.9999".to_owned()),
            error_msg: text(members, "error_msg")?.unwrap_or_else(|| words_of(members)),
            retry_after: number(members, "retry_after", 0, u64::MAX)?,
        },
        "delay_ms" => Effect::Delay {
            delay_ms: required(number(members, name, 0, MAX_MS)?)?,
        },
        "cut_after_bytes" => Effect::Cut {
            cut_after_bytes: usize::try_from(required(number(members, name, 0, u64::MAX)?)?)
                .unwrap_or(usize::MAX),
        },
        "drip_ms" => Effect::Drip {
            drip_ms: required(number(members, name, 0, MAX_MS)?)?,
        },
        "reset" if members.get(name) == Some(&Value::Bool(true)) => Effect::Reset { reset: true },
        "reset" => return Err("reset must be true.".to_owned()),
        "body" => Effect::Body {
            body: text(members, name)?.unwrap_or_default(),
            content_type: text(members, "content_type")?.unwrap_or_else(|| "text/html".to_owned()),
        },
        _ if members.get(name).and_then(Value::as_str) == Some("fail") => Effect::Job {
            job: "fail".to_owned(),
            code: text(members, "code")?.unwrap_or_else(|| "CSBS.9999".to_owned()),
        },
        _ => return Err("job must be `fail`.".to_owned()),
    })
}

/// What the catalogue says about the code of a fault that brings no words of its own.
fn words_of(members: &Map<String, Value>) -> String {
    let code = members
        .get("error_code")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let status = members.get("status").and_then(Value::as_u64).unwrap_or(0);
    contract::errors::lookup_all(code, u16::try_from(status).unwrap_or(0))
        .map_or("A fault that was asked for.", |text| text.meaning)
        .to_owned()
}

fn check_operation(given: &str) -> Result<(), String> {
    let known = match given.strip_suffix('*') {
        Some("") => true,
        Some(prefix) => {
            prefix.ends_with('.') && operations::ALL.iter().any(|o| o.id.starts_with(prefix))
        }
        None => operations::by_id(given).is_some(),
    };
    if !known || given.starts_with("sandbox.") {
        let short: String = given.chars().take(60).collect();
        return Err(format!(
            "`{short}` is no operation; use an id such as csbs.policies.list, csbs.* or *."
        ));
    }
    Ok(())
}

fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("{name} must be a text.")),
    }
}

fn number(
    members: &Map<String, Value>,
    name: &str,
    low: u64,
    high: u64,
) -> Result<Option<u64>, String> {
    match members.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_u64()
            .filter(|number| (low..=high).contains(number))
            .map(Some)
            .ok_or_else(|| format!("{name} must be a whole number from {low} to {high}.")),
    }
}

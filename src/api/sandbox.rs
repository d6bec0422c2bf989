//! The sandbox's own controls: its clock, its faults, its worlds (sandbox.md).

use contract::lenient;
use contract::operations::sandbox;
use contract::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::call::Api;
use super::error::ApiError;

/// The virtual clock.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct SandboxClock {
    /// The sandbox's present.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub now: Option<Timestamp>,
    /// Seconds of the sandbox per second of ours; 0 is stopped.
    #[serde(default)]
    pub rate: f64,
}

/// What a fault does to the calls it hits; exactly one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FaultEffect {
    /// An error instead of an answer.
    Status {
        status: u16,
        error_code: String,
        error_msg: String,
    },
    /// An answer that comes late.
    Delay { delay_ms: u32 },
    /// An answer that breaks off.
    Cut { cut_after_bytes: u32 },
    /// A connection that breaks.
    Reset { reset: bool },
    /// A page of HTML instead of JSON.
    Body { body: String, content_type: String },
    /// The next matching backup, restore or deletion fails while it runs.
    Job { job: String, code: String },
}

/// A fault to arm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    /// An operation's id, a prefix such as `csbs.*`, or `*`.
    pub operation: String,
    /// How many calls it hits.
    pub times: u32,
    /// How many it lets pass first.
    pub after: u32,
    #[serde(flatten)]
    pub effect: FaultEffect,
}

/// A fault that is armed, as the sandbox tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmedFault {
    pub operation: String,
    pub times: Option<i64>,
    /// The whole rule as JSON.
    pub rule: String,
}

impl From<Value> for ArmedFault {
    fn from(rule: Value) -> Self {
        Self {
            operation: rule["operation"].as_str().unwrap_or("*").to_owned(),
            times: rule["times"].as_i64(),
            rule: rule.to_string(),
        }
    }
}

/// Reads the clock.
pub async fn sandbox_clock(api: Api) -> Result<SandboxClock, ApiError> {
    api.call(&sandbox::CLOCK_SHOW, &[]).send().await
}

/// Moves the clock forward by an ISO 8601 duration; answers when everything due has happened.
pub async fn advance_clock(api: Api, duration: &str, once: &str) -> Result<SandboxClock, ApiError> {
    api.call(&sandbox::CLOCK_SET, &[])
        .json(&json!({ "advance": duration }))
        .once(once)
        .send()
        .await
}

/// Stops the clock (0), lets it run (1), or faster.
pub async fn set_clock_rate(api: Api, rate: u32) -> Result<SandboxClock, ApiError> {
    api.call(&sandbox::CLOCK_SET, &[])
        .json(&json!({ "rate": rate }))
        .send()
        .await
}

/// A fresh world: `empty`, `demo` or `scale:N`.
pub async fn reset_world(api: Api, seed: &str, once: &str) -> Result<(), ApiError> {
    api.call(&sandbox::RESET, &[])
        .json(&json!({ "seed": seed }))
        .once(once)
        .done()
        .await
}

/// Arms a fault.
pub async fn arm_fault(api: Api, fault: &Fault) -> Result<(), ApiError> {
    api.call(&sandbox::FAULTS_ARM, &[]).json(fault).done().await
}

/// The faults that are armed.
pub async fn faults(api: Api) -> Result<Vec<ArmedFault>, ApiError> {
    let answer: Value = api.call(&sandbox::FAULTS_LIST, &[]).send().await?;
    let list = answer.get("faults").unwrap_or(&answer);
    Ok(list
        .as_array()
        .into_iter()
        .flatten()
        .cloned()
        .map(ArmedFault::from)
        .collect())
}

/// Disarms all faults.
pub async fn clear_faults(api: Api) -> Result<(), ApiError> {
    api.call(&sandbox::FAULTS_CLEAR, &[]).done().await
}

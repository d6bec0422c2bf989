//! Cloud Server Backup Service v1 on the wire (csbs-v1.md), and its translation to the model.
//!
//! - `backups`: backups and checkpoints, capability checks.
//! - `policies`: policies, their requests and retention.
//! - `restores`: restores; `operation_logs`: what was done.
//! - `tags`: tags of both, and the search by them.
//!
//! Answers are read leniently, requests strictly (`given`); what is written has exactly the
//! documented types (numbers in `operation_definition` as text, times without a zone).

pub mod backups;
mod given;
pub mod operation_logs;
pub mod policies;
pub mod restores;
pub mod tags;
#[cfg(test)]
mod tests;

use crate::{lenient, model};
use serde::{Deserialize, Serialize};

/// A tag (csbs-v1 3.7).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Key.
    #[serde(default, deserialize_with = "lenient::text")]
    pub key: String,
    /// Value.
    #[serde(default, deserialize_with = "lenient::text")]
    pub value: String,
}

impl From<Tag> for model::Tag {
    fn from(tag: Tag) -> Self {
        Self {
            key: tag.key,
            value: tag.value,
        }
    }
}

impl From<model::Tag> for Tag {
    fn from(tag: model::Tag) -> Self {
        Self {
            key: tag.key,
            value: tag.value,
        }
    }
}

/// The body of every error of the service (csbs-v1 2.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// Such as `CSBS.3001`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub error_code: String,
    /// Free text.
    #[serde(default, deserialize_with = "lenient::text")]
    pub error_msg: String,
    /// Sent by gateways in front of the service.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub request_id: String,
}

/// `{"quotas": {"resources": […]}}` (csbs-v1 4.15).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QuotasAnswer {
    /// The wrapped list.
    #[serde(default, deserialize_with = "lenient::object")]
    pub quotas: Quotas,
}

/// The list of quotas.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quotas {
    /// One per kind.
    #[serde(default, deserialize_with = "lenient::list")]
    pub resources: Vec<Quota>,
}

/// One quota.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quota {
    /// `backup_capacity` or `backups`.
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    pub kind: String,
    /// `GB` for capacity; absent for a number.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub unit: String,
    /// Limit; −1 is unlimited.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub quota: Option<i64>,
    /// Used.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub used: Option<i64>,
}

impl From<Quota> for model::Quota {
    fn from(quota: Quota) -> Self {
        Self {
            kind: quota.kind,
            unit: quota.unit,
            limit: quota.quota.filter(|limit| *limit >= 0),
            used: quota.used.unwrap_or(0),
        }
    }
}

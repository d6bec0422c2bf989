//! Strict readers for the parts of requests whose types answers use too: a member that is missing or of
//! another type fails the request with its place, where in an answer it would read as nothing.

use super::Tag;
use super::backups::{RunParameters, RunPolicy};
use super::policies::Resource;
use crate::rules::Broken;
use serde::de::{Deserialize, Deserializer, IgnoredAny};
use serde_json::Value;

#[derive(serde::Deserialize)]
#[serde(rename = "Tag")]
struct GivenTag {
    key: String,
    /// Clients leave it out when it is empty.
    #[serde(default)]
    value: Option<String>,
}

impl From<GivenTag> for Tag {
    fn from(given: GivenTag) -> Self {
        Self {
            key: given.key,
            value: given.value.unwrap_or_default(),
        }
    }
}

/// An object of free content that a request may leave out.
pub(super) fn maybe_object<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Value>, D::Error> {
    Ok(match object_or_nothing(d)? {
        Value::Null => None,
        object => Some(object),
    })
}

#[derive(serde::Deserialize)]
#[serde(rename = "Resource")]
struct GivenResource {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default, deserialize_with = "object_or_nothing")]
    extra_info: Value,
}

impl From<GivenResource> for Resource {
    fn from(given: GivenResource) -> Self {
        Self {
            id: given.id,
            kind: given.kind,
            name: given.name,
            extra_info: given.extra_info,
        }
    }
}

fn object_or_nothing<'de, D: Deserializer<'de>>(d: D) -> Result<Value, D::Error> {
    match Value::deserialize(d)? {
        value @ (Value::Null | Value::Object(_)) => Ok(value),
        _ => Err(serde::de::Error::custom("must be an object")),
    }
}

fn all<T: Into<U>, U>(given: Vec<T>) -> Vec<U> {
    given.into_iter().map(Into::into).collect()
}

/// The tag of a request.
pub(super) fn tag<'de, D: Deserializer<'de>>(d: D) -> Result<Tag, D::Error> {
    GivenTag::deserialize(d).map(Into::into)
}

/// The tags of a request that may leave them out.
pub(super) fn maybe_tags<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<Tag>>, D::Error> {
    Ok(Option::<Vec<GivenTag>>::deserialize(d)?.map(all))
}

/// The same where none and no list are the same.
pub(super) fn tags<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Tag>, D::Error> {
    maybe_tags(d).map(Option::unwrap_or_default)
}

/// The tags of something new: a list that is there has at least one (csbs-v1 5.1).
pub(super) fn tags_of_new<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Tag>, D::Error> {
    match maybe_tags(d)? {
        Some(tags) if tags.is_empty() => Err(serde::de::Error::custom(Broken::Empty)),
        tags => Ok(tags.unwrap_or_default()),
    }
}

/// The servers of a request.
pub(super) fn resources<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Resource>, D::Error> {
    Vec::<GivenResource>::deserialize(d).map(all)
}

/// The servers of a request that may leave them out.
pub(super) fn maybe_resources<'de, D: Deserializer<'de>>(
    d: D,
) -> Result<Option<Vec<Resource>>, D::Error> {
    Ok(Option::<Vec<GivenResource>>::deserialize(d)?.map(all))
}

/// A run of a policy as it is asked for: `parameters` is mandatory (csbs-v1 4.9), but the native client
/// has none and always sends `extra-info` instead (clients.md section 5).
#[derive(serde::Deserialize)]
pub(super) struct Run {
    plan_id: String,
    #[serde(default)]
    parameters: Option<RunParameters>,
    #[serde(rename = "extra-info", default, deserialize_with = "is_there")]
    native: bool,
}

fn is_there<'de, D: Deserializer<'de>>(d: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(d).map(|_| true)
}

impl TryFrom<Run> for RunPolicy {
    type Error = &'static str;

    fn try_from(given: Run) -> Result<Self, Self::Error> {
        let parameters = match given.parameters {
            None if given.native => RunParameters::default(),
            parameters => parameters.ok_or("`parameters` is missing")?,
        };
        Ok(Self {
            plan_id: given.plan_id,
            parameters,
        })
    }
}

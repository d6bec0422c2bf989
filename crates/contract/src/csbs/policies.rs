//! Policies, the requests that make and change them, and how retention is written (csbs-v1 3.3, 4.4–4.8).

use super::{Tag, given};
use crate::lenient;
use crate::model::{self, Limits, LongTerm, Retention};
use crate::rules::{self, Broken, Description, Name};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `{"policy": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyAnswer {
    /// The policy.
    pub policy: Policy,
}

/// `{"policies": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PoliciesAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub policies: Vec<Policy>,
}

/// A policy (csbs-v1 3.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Policy id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Description.
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
    /// Opaque (csbs-v1 6.4).
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_id: String,
    /// Provider.
    #[serde(default, deserialize_with = "lenient::text")]
    pub provider_id: String,
    /// Made.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// `{"common": {}}`.
    #[serde(default)]
    pub parameters: Value,
    /// Servers.
    #[serde(default, deserialize_with = "lenient::list")]
    pub resources: Vec<Resource>,
    /// Exactly one.
    #[serde(default, deserialize_with = "lenient::list")]
    pub scheduled_operations: Vec<ScheduledOperation>,
    /// Tags.
    #[serde(default, deserialize_with = "lenient::list")]
    pub tags: Vec<Tag>,
}

/// A server of a policy (csbs-v1 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Server id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Kind.
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    pub kind: String,
    /// Name as the caller knows it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Free; an object or text, as it came.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub extra_info: Value,
}

/// The one scheduled operation of a policy (csbs-v1 3.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScheduledOperation {
    /// Id, needed to change it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Description.
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
    /// Scheduling on or off.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub enabled: Option<bool>,
    /// `backup`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub operation_type: String,
    /// Equals `trigger.id`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub trigger_id: String,
    /// Retention and references.
    #[serde(default, deserialize_with = "lenient::object")]
    pub operation_definition: DefinitionAnswer,
    /// When it runs.
    #[serde(default, deserialize_with = "lenient::object")]
    pub trigger: Trigger,
}

/// When a scheduled operation runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// `default`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// `time`.
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    pub kind: String,
    /// The schedule.
    #[serde(default, deserialize_with = "lenient::object")]
    pub properties: TriggerProperties,
}

/// The schedule of a trigger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerProperties {
    /// Verbatim as it was sent (csbs-v1 section 7).
    #[serde(default, deserialize_with = "lenient::text")]
    pub pattern: String,
    /// Anchor; written with a blank between date and time.
    #[serde(
        default,
        deserialize_with = "lenient::instant",
        serialize_with = "space_form"
    )]
    pub start_time: Option<Timestamp>,
    /// `ical`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub format: String,
}

fn space_form<S: serde::Serializer>(
    time: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.serialize_str(&time.to_space_text()),
        None => serializer.serialize_none(),
    }
}

/// `operation_definition` as answers write it: every number and flag as text (csbs-v1 3.3).
/// Reads numbers, numeric text, booleans and `"True"`/`"False"` alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionAnswer {
    /// −1 is no limit.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        serialize_with = "number_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_backups: Option<i64>,
    /// −1 is no limit.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        serialize_with = "number_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub retention_duration_days: Option<i64>,
    /// Overrides the two above.
    #[serde(
        default,
        deserialize_with = "lenient::boolean",
        serialize_with = "flag_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub permanent: Option<bool>,
    /// Long-term slots per day.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        serialize_with = "number_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub day_backups: Option<i64>,
    /// Per week.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        serialize_with = "number_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub week_backups: Option<i64>,
    /// Per month.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        serialize_with = "number_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub month_backups: Option<i64>,
    /// Per year.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        serialize_with = "number_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub year_backups: Option<i64>,
    /// Needed exactly with one of the four above.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub timezone: String,
    /// Policy id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub plan_id: String,
    /// Provider.
    #[serde(default, deserialize_with = "lenient::text")]
    pub provider_id: String,
}

fn number_text<S: serde::Serializer>(
    number: &Option<i64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serializer.collect_str(number),
        None => serializer.serialize_none(),
    }
}

fn flag_text<S: serde::Serializer>(flag: &Option<bool>, serializer: S) -> Result<S::Ok, S::Error> {
    match flag {
        Some(true) => serializer.serialize_str("True"),
        Some(false) => serializer.serialize_str("False"),
        None => serializer.serialize_none(),
    }
}

impl DefinitionAnswer {
    /// How long backups are kept by these numbers.
    pub fn retention(&self) -> Retention {
        let limit = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
        let slots = |value: Option<i64>| limit(value).unwrap_or(0);
        if self.permanent == Some(true) {
            return Retention::Forever;
        }
        let long_term = LongTerm {
            day: slots(self.day_backups),
            week: slots(self.week_backups),
            month: slots(self.month_backups),
            year: slots(self.year_backups),
            timezone: self.timezone.clone(),
        };
        let any_slot = long_term.day + long_term.week + long_term.month + long_term.year > 0;
        let limits = Limits {
            count: limit(self.max_backups),
            days: limit(self.retention_duration_days),
            long_term: any_slot.then_some(long_term),
        };
        if limits == Limits::default() {
            Retention::Forever
        } else {
            Retention::Limited(limits)
        }
    }
}

/// `operation_definition` as requests write it: plain numbers and flags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// −1 or 0–99999.
    #[serde(
        default,
        deserialize_with = "limit_request",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_backups: Option<i64>,
    /// −1 or 0–99999.
    #[serde(
        default,
        deserialize_with = "limit_request",
        skip_serializing_if = "Option::is_none"
    )]
    pub retention_duration_days: Option<i64>,
    /// Keep for ever.
    #[serde(
        default,
        deserialize_with = "flag_request",
        skip_serializing_if = "Option::is_none"
    )]
    pub permanent: Option<bool>,
    /// 0–100.
    #[serde(
        default,
        deserialize_with = "slots_request",
        skip_serializing_if = "Option::is_none"
    )]
    pub day_backups: Option<i64>,
    /// 0–100.
    #[serde(
        default,
        deserialize_with = "slots_request",
        skip_serializing_if = "Option::is_none"
    )]
    pub week_backups: Option<i64>,
    /// 0–100.
    #[serde(
        default,
        deserialize_with = "slots_request",
        skip_serializing_if = "Option::is_none"
    )]
    pub month_backups: Option<i64>,
    /// 0–100.
    #[serde(
        default,
        deserialize_with = "slots_request",
        skip_serializing_if = "Option::is_none"
    )]
    pub year_backups: Option<i64>,
    /// Such as `UTC+08:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Policy id; filled by the service, accepted in updates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<String>,
    /// Provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
}

fn number_request<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    use serde::de::Error as _;
    match Value::deserialize(d)? {
        Value::Null => Ok(None),
        Value::Number(number) if number.is_i64() => Ok(number.as_i64()),
        Value::String(text) => text
            .parse()
            .map(Some)
            .map_err(|_| D::Error::custom(format_args!("`{text}` is not a whole number"))),
        other => Err(D::Error::custom(format_args!(
            "{other} is not a whole number"
        ))),
    }
}

fn limit_request<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    let value = number_request(d)?;
    if let Some(value) = value {
        rules::retention_limit(value).map_err(serde::de::Error::custom)?;
    }
    Ok(value)
}

fn slots_request<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    let value = number_request(d)?;
    if let Some(value) = value {
        rules::long_term_slots(value).map_err(serde::de::Error::custom)?;
    }
    Ok(value)
}

fn flag_request<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<bool>, D::Error> {
    match Value::deserialize(d)? {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(flag)),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        other => Err(serde::de::Error::custom(format_args!(
            "{other} is neither true nor false"
        ))),
    }
}

impl Definition {
    /// The request for a retention; every member is set, so that nothing of an earlier one stays.
    pub fn from_retention(retention: &Retention) -> Self {
        let mut definition = Self {
            max_backups: Some(-1),
            retention_duration_days: Some(-1),
            permanent: Some(matches!(retention, Retention::Forever)),
            ..Self::default()
        };
        if let Retention::Limited(limits) = retention {
            let number = |value: Option<u32>| Some(value.map_or(-1, i64::from));
            definition.max_backups = number(limits.count);
            definition.retention_duration_days = number(limits.days);
            if let Some(long_term) = &limits.long_term {
                definition.day_backups = Some(long_term.day.into());
                definition.week_backups = Some(long_term.week.into());
                definition.month_backups = Some(long_term.month.into());
                definition.year_backups = Some(long_term.year.into());
                definition.timezone = Some(long_term.timezone.clone());
            }
        }
        definition
    }

    /// The request that puts one retention in the place of another: long-term slots of the old one
    /// that the new one has not are set to nothing, because what is absent stays (csbs-v1 4.6).
    pub fn replacing(wanted: &Retention, present: &Retention) -> Self {
        let mut definition = Self::from_retention(wanted);
        if let Retention::Limited(Limits {
            long_term: Some(old),
            ..
        }) = present
            && definition.timezone.is_none()
        {
            let is_offset = rules::fixed_offset(&old.timezone).is_some();
            let zone = if is_offset { &old.timezone } else { "UTC" };
            definition.day_backups = Some(0);
            definition.week_backups = Some(0);
            definition.month_backups = Some(0);
            definition.year_backups = Some(0);
            definition.timezone = Some(zone.to_owned());
        }
        definition
    }

    /// Rules that concern several members: a zone exactly when long-term slots are given.
    pub fn check(&self) -> Result<(), String> {
        let slots = [
            self.day_backups,
            self.week_backups,
            self.month_backups,
            self.year_backups,
        ];
        match (&self.timezone, slots.iter().any(Option::is_some)) {
            (None, true) => Err("timezone is needed when day_backups, week_backups, month_backups or year_backups is given".to_owned()),
            (Some(zone), _) if rules::fixed_offset(zone).is_none() => {
                Err(format!("timezone `{zone}` is not of the form UTC+08:00"))
            }
            _ => Ok(()),
        }
    }

    /// Lays these members over those of `answer`: present ones replace, absent ones stay (csbs-v1 4.6).
    pub fn merge_into(&self, answer: &mut DefinitionAnswer) {
        let lay = |over: Option<i64>, under: &mut Option<i64>| {
            if over.is_some() {
                *under = over;
            }
        };
        lay(self.max_backups, &mut answer.max_backups);
        lay(
            self.retention_duration_days,
            &mut answer.retention_duration_days,
        );
        lay(self.day_backups, &mut answer.day_backups);
        lay(self.week_backups, &mut answer.week_backups);
        lay(self.month_backups, &mut answer.month_backups);
        lay(self.year_backups, &mut answer.year_backups);
        if self.permanent.is_some() {
            answer.permanent = self.permanent;
        }
        if let Some(zone) = &self.timezone {
            answer.timezone.clone_from(zone);
        }
    }
}

/// `{"policy": {…}}`: the request to create one (csbs-v1 4.4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyCreateRequest {
    /// The wrapped request.
    pub policy: PolicyCreate,
}

/// A policy to create.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyCreate {
    /// Unique in the project.
    pub name: Name,
    /// Description.
    #[serde(default, skip_serializing_if = "Description::is_empty")]
    pub description: Description,
    /// [`rules::PROVIDER_ID`].
    pub provider_id: String,
    /// `{"common": {}}`.
    pub parameters: Value,
    /// Servers; may be empty.
    #[serde(deserialize_with = "given::resources")]
    pub resources: Vec<Resource>,
    /// Exactly one.
    pub scheduled_operations: Vec<ScheduledOperationCreate>,
    /// At most 10; absent is none.
    #[serde(
        default,
        deserialize_with = "given::tags_of_new",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tags: Vec<Tag>,
}

/// The scheduled operation of a policy to create.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScheduledOperationCreate {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// On or off; absent counts as on.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// `backup`.
    pub operation_type: String,
    /// Retention.
    pub operation_definition: Definition,
    /// Schedule.
    pub trigger: TriggerCreate,
}

const fn yes() -> bool {
    true
}

/// The schedule of a policy to create or change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerCreate {
    /// The wrapped pattern.
    pub properties: TriggerPropertiesCreate,
}

/// The pattern of a policy to create or change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerPropertiesCreate {
    /// See the schedule engine.
    pub pattern: String,
}

/// `{"policy": {…}}`: the request to change one (csbs-v1 4.6).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyUpdateRequest {
    /// The wrapped request.
    pub policy: PolicyUpdate,
}

/// What to change; absent members stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyUpdate {
    /// New name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// New description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// Replaces the whole list.
    #[serde(
        default,
        deserialize_with = "given::maybe_resources",
        skip_serializing_if = "Option::is_none"
    )]
    pub resources: Option<Vec<Resource>>,
    /// At most one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_operations: Option<Vec<ScheduledOperationUpdate>>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Value>,
}

/// What to change about the scheduled operation; absent members stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScheduledOperationUpdate {
    /// Which one; mandatory.
    pub id: String,
    /// New name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// New description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// On or off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// New retention members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_definition: Option<Definition>,
    /// New schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<TriggerCreate>,
}

impl PolicyUpdate {
    /// The request that only switches a schedule on or off.
    pub fn switch(operation_id: &str, enabled: bool) -> Self {
        Self {
            scheduled_operations: Some(vec![ScheduledOperationUpdate {
                id: operation_id.to_owned(),
                enabled: Some(enabled),
                ..ScheduledOperationUpdate::default()
            }]),
            ..Self::default()
        }
    }
}

/// Rules for a policy's list of servers: at most 64, none twice, ids given.
pub fn check_resources(resources: &[Resource]) -> Result<(), Broken> {
    if resources.len() > rules::MAX_SERVERS_PER_POLICY {
        return Err(Broken::TooMany {
            count: resources.len(),
            limit: rules::MAX_SERVERS_PER_POLICY,
            what: "servers",
        });
    }
    for (index, resource) in resources.iter().enumerate() {
        if resource.id.is_empty() {
            return Err(Broken::Empty);
        }
        if resources[..index]
            .iter()
            .any(|earlier| earlier.id == resource.id)
        {
            return Err(Broken::Duplicate(resource.id.clone()));
        }
    }
    Ok(())
}

impl From<Resource> for model::PolicyServer {
    fn from(resource: Resource) -> Self {
        Self {
            id: resource.id,
            name: resource.name,
            kind: resource.kind,
            extra: resource.extra_info,
        }
    }
}

impl From<model::PolicyServer> for Resource {
    fn from(server: model::PolicyServer) -> Self {
        Self {
            id: server.id,
            name: server.name,
            kind: server.kind,
            extra_info: server.extra,
        }
    }
}

impl From<Policy> for model::Policy {
    fn from(policy: Policy) -> Self {
        let operation = policy
            .scheduled_operations
            .into_iter()
            .next()
            .unwrap_or_default();
        Self {
            generation: model::Generation::Csbs,
            id: policy.id,
            name: policy.name,
            description: policy.description,
            created_at: policy.created_at,
            status: policy.status,
            servers: policy.resources.into_iter().map(Into::into).collect(),
            operation_id: operation.id,
            operation_name: operation.name,
            enabled: operation.enabled.unwrap_or(false),
            retention: operation.operation_definition.retention(),
            pattern: operation.trigger.properties.pattern,
            start_time: operation.trigger.properties.start_time,
            tags: policy.tags.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }
}

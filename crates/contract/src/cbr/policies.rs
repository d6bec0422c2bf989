//! Policies and their retention on the wire (cbr-v3 4.4, 4.5, 5.5, 5.6).

use super::instant_with_blank;
use super::rules::{LongText, ShortName};
use crate::lenient;
use crate::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// `{"policies": […], "count": n}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PoliciesAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub policies: Vec<Policy>,
    /// Total, beyond this page.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub count: Option<i64>,
}
/// `{"policy": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyAnswer {
    /// The policy.
    #[serde(default, deserialize_with = "lenient::object")]
    pub policy: Policy,
}
/// A policy; its servers are those of the vaults it is applied to (cbr-v3 4.4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Policy id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Schedule on or off.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub enabled: Option<bool>,
    /// `backup` or `replication`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub operation_type: String,
    /// `custom_policy`, or one that the account made.
    #[serde(default, deserialize_with = "lenient::text")]
    pub policy_type: String,
    /// Retention, or where to replicate to.
    #[serde(default, deserialize_with = "lenient::object")]
    pub operation_definition: Definition,
    /// When it runs.
    #[serde(default, deserialize_with = "lenient::object")]
    pub trigger: Trigger,
    /// Vaults it is applied to.
    #[serde(default, deserialize_with = "lenient::list")]
    pub associated_vaults: Vec<AssociatedVault>,
}
/// A vault a policy is applied to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AssociatedVault {
    /// The vault.
    #[serde(default, deserialize_with = "lenient::text")]
    pub vault_id: String,
    /// Where a replication policy copies to.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub destination_vault_id: String,
}
/// Retention of a policy (cbr-v3 4.5). Only what was sent is shown; `0` and `-1` mean "not set".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Count limit.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_backups: Option<i64>,
    /// Age limit, days.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub retention_duration_days: Option<i64>,
    /// Long-term slots per day.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub day_backups: Option<i64>,
    /// Per week.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub week_backups: Option<i64>,
    /// Per month.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub month_backups: Option<i64>,
    /// Per year.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub year_backups: Option<i64>,
    /// Fixed offset in which days begin.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub timezone: String,
    /// Where a replication goes.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub destination_region: String,
    /// To which project.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub destination_project_id: String,
    /// Taken and shown.
    #[serde(
        default,
        deserialize_with = "lenient::boolean",
        skip_serializing_if = "Option::is_none"
    )]
    pub enable_acceleration: Option<bool>,
    /// A full backup after so many runs; −1 for never.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub full_backup_interval: Option<i64>,
    /// Backups of chosen days that stay longer, see [`super::advanced`]; as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advanced_retention_rules: Option<Value>,
}
/// The same in a request, where a number in quotes is a mistake and not a number.
#[derive(Default, Deserialize)]
#[serde(default)]
struct DefinitionSet {
    max_backups: Option<i64>,
    retention_duration_days: Option<i64>,
    day_backups: Option<i64>,
    week_backups: Option<i64>,
    month_backups: Option<i64>,
    year_backups: Option<i64>,
    timezone: Option<String>,
    destination_region: Option<String>,
    destination_project_id: Option<String>,
    enable_acceleration: Option<bool>,
    full_backup_interval: Option<i64>,
    advanced_retention_rules: Option<Value>,
}

impl From<DefinitionSet> for Definition {
    fn from(set: DefinitionSet) -> Self {
        Self {
            max_backups: set.max_backups,
            retention_duration_days: set.retention_duration_days,
            day_backups: set.day_backups,
            week_backups: set.week_backups,
            month_backups: set.month_backups,
            year_backups: set.year_backups,
            timezone: set.timezone.unwrap_or_default(),
            destination_region: set.destination_region.unwrap_or_default(),
            destination_project_id: set.destination_project_id.unwrap_or_default(),
            enable_acceleration: set.enable_acceleration,
            full_backup_interval: set.full_backup_interval,
            advanced_retention_rules: set.advanced_retention_rules,
        }
    }
}

fn strictly<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Definition, D::Error> {
    DefinitionSet::deserialize(deserializer).map(Into::into)
}

fn strictly_if_given<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Definition>, D::Error> {
    Ok(Option::<DefinitionSet>::deserialize(deserializer)?.map(Into::into))
}
/// When a policy runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Trigger id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// `default`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// `time`.
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    pub kind: String,
    /// The rules.
    #[serde(default, deserialize_with = "lenient::object")]
    pub properties: TriggerProperties,
}
/// The rules of a trigger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerProperties {
    /// Up to 24 bare rules, without the calendar wrapping of v1.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub pattern: Vec<String>,
    /// Anchor of "every N days".
    #[serde(
        default,
        deserialize_with = "lenient::instant",
        serialize_with = "instant_with_blank"
    )]
    pub start_time: Option<Timestamp>,
    /// How late a run may begin.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub start_window_minutes: Option<i64>,
}
/// `{"policy": {…}}`: make a policy (cbr-v3 5.5, 37).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyCreateRequest {
    /// The policy.
    pub policy: PolicyCreate,
}
/// A policy to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyCreate {
    /// Name.
    pub name: ShortName,
    /// Retention.
    #[serde(deserialize_with = "strictly")]
    pub operation_definition: Definition,
    /// `backup` unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_type: Option<String>,
    /// When it runs.
    pub trigger: TriggerSet,
    /// On unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}
/// When a policy shall run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TriggerSet {
    /// The rules.
    pub properties: TriggerPropertiesSet,
}
/// The rules a policy shall have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TriggerPropertiesSet {
    /// One to 24 rules.
    pub pattern: Vec<String>,
    /// 60–480.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_window_minutes: Option<i64>,
}
/// `{"policy": {…}}`: change a policy (cbr-v3 5.5, 40).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyUpdateRequest {
    /// What changes.
    pub policy: PolicyUpdate,
}
/// What changes of a policy; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyUpdate {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<ShortName>,
    /// Retention, replaced as a whole.
    #[serde(
        default,
        deserialize_with = "strictly_if_given",
        skip_serializing_if = "Option::is_none"
    )]
    pub operation_definition: Option<Definition>,
    /// When it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<TriggerChange>,
    /// On or off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}
/// When a policy shall run from now on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TriggerChange {
    /// What changes.
    #[serde(default)]
    pub properties: TriggerPropertiesChange,
}
/// What changes of the rules of a policy; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TriggerPropertiesChange {
    /// One to 24 rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Vec<String>>,
    /// 60–480; `null` takes the window away.
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub start_window_minutes: Option<Option<i64>>,
}

/// Tells `null` from what is absent.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
/// A policy for every project of an account (cbr-v3 5.6).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OrganizationPolicy {
    /// Id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Description.
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
    /// `backup` or `replication`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub operation_type: String,
    /// The account.
    #[serde(default, deserialize_with = "lenient::text")]
    pub domain_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub domain_name: String,
    /// Name of the policies it makes.
    #[serde(default, deserialize_with = "lenient::text")]
    pub policy_name: String,
    /// On or off.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub policy_enabled: Option<bool>,
    /// Retention.
    #[serde(default, deserialize_with = "lenient::object")]
    pub policy_operation_definition: Definition,
    /// When they run.
    #[serde(default, deserialize_with = "lenient::object")]
    pub policy_trigger: Trigger,
    /// Which projects.
    #[serde(default, deserialize_with = "lenient::text")]
    pub effective_scope: String,
    /// `syncing`, `available`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
}
/// `{"policy": {…}}`: make or change a policy of the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OrganizationPolicyRequest {
    /// The policy.
    pub policy: OrganizationPolicySet,
}
/// A policy of the account; a new one needs all but description and scope.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OrganizationPolicySet {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<ShortName>,
    /// Description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<LongText>,
    /// `backup` or `replication`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_type: Option<String>,
    /// Name of the policies it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_name: Option<ShortName>,
    /// On or off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_enabled: Option<bool>,
    /// Retention.
    #[serde(
        default,
        deserialize_with = "strictly_if_given",
        skip_serializing_if = "Option::is_none"
    )]
    pub policy_operation_definition: Option<Definition>,
    /// When they run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_trigger: Option<TriggerChange>,
    /// Which projects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_scope: Option<LongText>,
}

//! Vaults: what they are, what they hold, and the requests that make and change them (cbr-v3 4.1 to 4.3, 5.1).

use super::rules::{ShortName, ShortText};
use super::{Tag, empty_as_null};
use crate::lenient;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `{"vault": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VaultAnswer {
    /// The vault.
    #[serde(default, deserialize_with = "lenient::object")]
    pub vault: Vault,
}
/// `{"vaults": […], "count": n}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VaultsAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub vaults: Vec<Vault>,
    /// Total, beyond this page.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub count: Option<i64>,
    /// As it was asked for.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub limit: Option<i64>,
    /// As it was asked for.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub offset: Option<i64>,
}
/// A vault (cbr-v3 4.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vault {
    /// Vault id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Description or `null`.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub description: String,
    /// Project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_id: String,
    /// Who made it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub user_id: String,
    /// Follows from what it holds.
    #[serde(default, deserialize_with = "lenient::text")]
    pub provider_id: String,
    /// Made.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// Kind, capacity and use.
    #[serde(default, deserialize_with = "lenient::object")]
    pub billing: Billing,
    /// What it backs up.
    #[serde(default, deserialize_with = "lenient::list")]
    pub resources: Vec<Resource>,
    /// Tags.
    #[serde(default, deserialize_with = "lenient::list")]
    pub tags: Vec<Tag>,
    /// `"0"` is the default one.
    #[serde(default, deserialize_with = "lenient::text")]
    pub enterprise_project_id: String,
    /// Takes in resources by their tags.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub auto_bind: Option<bool>,
    /// Which tags.
    #[serde(default, deserialize_with = "lenient::object")]
    pub bind_rules: BindRules,
    /// Grows by itself when it is full.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub auto_expand: Option<bool>,
    /// Tells somebody when it fills up.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub smn_notify: Option<bool>,
    /// Percent from which it tells.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub threshold: Option<i64>,
    /// Its automatic backups cannot be deleted; never undone.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub locked: Option<bool>,
    /// Zone.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub availability_zone: String,
    /// What names of its backups begin with.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub backup_name_prefix: String,
    /// Empty, or `SMB`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub sys_lock_source_service: String,
    /// Paid by what is used.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub demand_billing: Option<bool>,
    /// Frozen by billing.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub frozen: Option<bool>,
    /// Always 0.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub cbc_delete_count: Option<i64>,
}
/// Kind, capacity and use of a vault (cbr-v3 4.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Billing {
    /// GB of the resources in it.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub allocated: Option<i64>,
    /// MB its backups take.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub used: Option<i64>,
    /// GB it can hold.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub size: Option<i64>,
    /// `public` or `hybrid`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub cloud_type: String,
    /// `crash_consistent` or `app_consistent`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub consistent_level: String,
    /// `server`, `disk`, `turbo` …
    #[serde(default, deserialize_with = "lenient::text")]
    pub object_type: String,
    /// `backup` or `replication`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub protect_type: String,
    /// `post_paid` here.
    #[serde(default, deserialize_with = "lenient::text")]
    pub charging_mode: String,
    /// Follows from the kind.
    #[serde(default, deserialize_with = "lenient::text")]
    pub spec_code: String,
    /// `available`, `lock`, `frozen`, `deleting`, `error`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Bucket of a hybrid vault.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub storage_unit: String,
    /// Order.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub order_id: String,
    /// Product.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub product_id: String,
    /// Why it is frozen.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub frozen_scene: String,
    /// Kept in several zones.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub is_multi_az: Option<bool>,
}
/// A resource in a vault (cbr-v3 4.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Server, volume or file system.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Kind, such as `OS::Nova::Server`.
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    pub kind: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Excluded volumes.
    #[serde(default)]
    pub extra_info: Value,
    /// GB, without excluded volumes.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub size: Option<i64>,
    /// MB of its backups in this vault.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub backup_size: Option<i64>,
    /// Backups of it in this vault.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub backup_count: Option<i64>,
    /// `available`, `protecting`, `restoring`, `removing`, `error`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub protect_status: String,
    /// Part of scheduled backups.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub auto_protect: Option<bool>,
}
/// Tags by which a vault takes in resources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BindRules {
    /// One to five; any of them is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Tag>>,
}
/// `{"vault": {…}}`: make a vault (cbr-v3 5.1, 1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VaultCreateRequest {
    /// The vault.
    pub vault: VaultCreate,
}
/// A vault to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VaultCreate {
    /// Name.
    pub name: ShortName,
    /// Kind and capacity.
    pub billing: BillingCreate,
    /// What it backs up; may be empty.
    pub resources: Vec<ResourceCreate>,
    /// At most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<ShortText>,
    /// A policy applied to it at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_policy_id: Option<String>,
    /// At most 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Tag>>,
    /// Only `"0"` exists in a sandbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enterprise_project_id: Option<String>,
    /// Take in resources by their tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_bind: Option<bool>,
    /// By which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind_rules: Option<BindRules>,
    /// Grow by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_expand: Option<bool>,
    /// Tell when it fills up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smn_notify: Option<bool>,
    /// From so many percent, 1–100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<i64>,
    /// Lock it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// Zone, 1–32 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// At most 32 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_name_prefix: Option<String>,
    /// Paid by use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand_billing: Option<bool>,
}
/// Kind and capacity of a vault to make; words are checked by the service, which has codes for some.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BillingCreate {
    /// `crash_consistent` or `app_consistent`.
    pub consistent_level: String,
    /// `server`, `disk`, `turbo` …
    pub object_type: String,
    /// `backup` or `replication`.
    #[serde(alias = "operation_type")]
    pub protect_type: String,
    /// GB, 10–10485760.
    pub size: i64,
    /// `public` (default) or `hybrid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_type: Option<String>,
    /// `post_paid` (default) or `pre_paid`, which makes it an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charging_mode: Option<String>,
    /// Keep in several zones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_multi_az: Option<bool>,
}
/// A resource to put into a vault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceCreate {
    /// Server, volume or file system.
    pub id: String,
    /// Kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// At most 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Volumes to leave out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_info: Option<ResourceExtra>,
}
/// What to leave out of the backups of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourceExtra {
    /// Volume ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_volumes: Option<Vec<String>>,
}
/// `{"vault": {…}}`: change a vault (cbr-v3 5.1, 4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VaultUpdateRequest {
    /// What changes.
    pub vault: VaultUpdate,
}
/// What changes of a vault; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VaultUpdate {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<ShortName>,
    /// Capacity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing: Option<BillingUpdate>,
    /// Take in resources by their tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_bind: Option<bool>,
    /// By which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind_rules: Option<BindRules>,
    /// Grow by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_expand: Option<bool>,
    /// Tell when it fills up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smn_notify: Option<bool>,
    /// From so many percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<i64>,
    /// `true` locks it for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
}
/// A new capacity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BillingUpdate {
    /// GB, at least what is used and allocated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// `crash_consistent` or `app_consistent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistent_level: Option<String>,
}
/// `{"vault": {…}}`: change every vault of the project (cbr-v3 5.1, 12).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VaultBatchUpdateRequest {
    /// What changes.
    pub vault: VaultBatchUpdate,
}
/// What can be changed in all vaults at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VaultBatchUpdate {
    /// Tell when one fills up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smn_notify: Option<bool>,
    /// From so many percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<i64>,
}
/// `{"updated_vaults_id": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UpdatedVaults {
    /// The vaults that were changed.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub updated_vaults_id: Vec<String>,
}
/// Put resources into a vault (cbr-v3 5.1, 6).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourcesAdd {
    /// One to 256.
    pub resources: Vec<ResourceCreate>,
}
/// `{"add_resource_ids": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourcesAdded {
    /// In the order they came.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub add_resource_ids: Vec<String>,
}
/// Take resources out of a vault (cbr-v3 5.1, 7).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourcesRemove {
    /// One to 256.
    pub resource_ids: Vec<String>,
}
/// `{"remove_resource_ids": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourcesRemoved {
    /// In the order they came.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub remove_resource_ids: Vec<String>,
}
/// Move resources and their backups to another vault (cbr-v3 5.1, 8).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourcesMigrate {
    /// Where to.
    pub destination_vault_id: String,
    /// Which.
    pub resource_ids: Vec<String>,
}
/// `{"migrated_resources": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourcesMigrated {
    /// In the order they came.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub migrated_resources: Vec<String>,
}
/// Leave resources out of scheduled backups, or take them in again (cbr-v3 5.1, 9).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourcesSet {
    /// `suspend` or `unsuspend`.
    pub action: String,
    /// Which.
    pub resource_ids: Vec<String>,
}
/// `{"set_resource_ids": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourcesWereSet {
    /// In the order they came.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub set_resource_ids: Vec<String>,
}
/// Apply policies to a vault (cbr-v3 5.1, 10): exactly one of the first two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyAssociate {
    /// One policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_id: Option<String>,
    /// Several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add_policy_ids: Option<Vec<String>>,
    /// Where a replication policy copies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_vault_id: Option<String>,
}
/// `{"associate_policy": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyAssociated {
    /// The link.
    #[serde(default, deserialize_with = "lenient::object")]
    pub associate_policy: Association,
}
/// Take a policy off a vault (cbr-v3 5.1, 11).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyDissociate {
    /// The policy.
    pub policy_id: String,
}
/// `{"dissociate_policy": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyDissociated {
    /// The link that was.
    #[serde(default, deserialize_with = "lenient::object")]
    pub dissociate_policy: Association,
}
/// A policy applied to a vault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Association {
    /// The vault.
    #[serde(default, deserialize_with = "lenient::text")]
    pub vault_id: String,
    /// The policy.
    #[serde(default, deserialize_with = "lenient::text")]
    pub policy_id: String,
    /// Where a replication policy copies to.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub destination_vault_id: String,
}
/// Capacity and use of all vaults (cbr-v3 5.1, 13).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// GB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub size: Option<i64>,
    /// GB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub used_size: Option<i64>,
}
/// When the backups of a vault expire from now on (cbr-v3 5.1, 15).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExpirationUpdate {
    /// A day, `2026-03-14`.
    pub expect_expiration_date: String,
    /// `UTC+08:00`.
    pub time_zone: String,
}
/// What that changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExpirationUpdated {
    /// Backups with a new end.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub affected_backups_count: Option<i64>,
    /// The day.
    #[serde(default, deserialize_with = "lenient::text")]
    pub new_expiration_day: String,
    /// The task.
    #[serde(default, deserialize_with = "lenient::text")]
    pub operation_log_id: String,
}

//! Tasks, agents, protectables and what else the service tells (cbr-v3 4.10 to 4.12, 5.7 to 5.12).

use super::{empty_as_null, texts};
use crate::lenient;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `{"operation_logs": […], "count": n}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TasksAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub operation_logs: Vec<Task>,
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
/// `{"operation_log": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskAnswer {
    /// The task.
    #[serde(default, deserialize_with = "lenient::object")]
    pub operation_log: Task,
}
/// Something the service does or did (cbr-v3 4.10).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Task id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_id: String,
    /// `waiting`, `running`, `success`, `skipped`, `failed`, `timeout`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// `backup`, `restore`, `delete`, `replication`, `copy`, `sync`, `vault_delete`, `remove_resource`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub operation_type: String,
    /// Follows from the kind of resource.
    #[serde(default, deserialize_with = "lenient::text")]
    pub provider_id: String,
    /// Vault.
    #[serde(default, deserialize_with = "lenient::text")]
    pub vault_id: String,
    /// Its name then.
    #[serde(default, deserialize_with = "lenient::text")]
    pub vault_name: String,
    /// Policy that began it.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub policy_id: String,
    /// Checkpoint.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub checkpoint_id: String,
    /// Asked for.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// Begun.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub started_at: Option<Timestamp>,
    /// Ended.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub ended_at: Option<Timestamp>,
    /// Last changed.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub updated_at: Option<Timestamp>,
    /// Why it failed.
    #[serde(default, deserialize_with = "lenient::object")]
    pub error_info: ErrorInfo,
    /// What it is about.
    #[serde(default, deserialize_with = "lenient::object")]
    pub extra_info: TaskExtra,
}
/// Why a task failed; both empty when it did not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorInfo {
    /// Catalogue code.
    #[serde(default, deserialize_with = "lenient::text")]
    pub code: String,
    /// Words.
    #[serde(default, deserialize_with = "lenient::text")]
    pub message: String,
}
/// What a task is about: `common` and `resource`, and one member of its kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskExtra {
    /// Progress.
    #[serde(default, deserialize_with = "lenient::object")]
    pub common: TaskCommon,
    /// On what.
    #[serde(default, deserialize_with = "lenient::object")]
    pub resource: TaskResource,
    /// A backup that is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<Value>,
    /// A restore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore: Option<Value>,
    /// A deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete: Option<Value>,
    /// A copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replication: Option<Value>,
    /// Resources taken out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove_resources: Option<Value>,
    /// A vault deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault_delete: Option<Value>,
    /// An import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync: Option<Value>,
    /// Backups with a new end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_expiration_time: Option<Value>,
}
/// How far a task is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskCommon {
    /// 0–100.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub progress: Option<i64>,
    /// Request that began it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub request_id: String,
    /// Task id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub task_id: String,
}
/// What a task works on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskResource {
    /// Resource id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Kind.
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    pub kind: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Free.
    #[serde(default)]
    pub extra_info: Value,
}
/// A resource that could be backed up (cbr-v3 4.11).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Protectable {
    /// Resource id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Kind.
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    pub kind: String,
    /// GB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub size: Option<i64>,
    /// State in its own service.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Whether it can.
    #[serde(default, deserialize_with = "lenient::object")]
    pub protectable: Protection,
    /// Volumes of a server.
    #[serde(default, deserialize_with = "lenient::list")]
    pub children: Vec<Protectable>,
    /// As its own service shows it.
    #[serde(default)]
    pub detail: Value,
}
/// Whether a resource can be backed up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Protection {
    /// It can.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub result: Option<bool>,
    /// Why not: a catalogue code.
    #[serde(default, deserialize_with = "lenient::text")]
    pub code: String,
    /// Why not, shortly.
    #[serde(default, deserialize_with = "lenient::text")]
    pub reason: String,
    /// Why not, in words.
    #[serde(default, deserialize_with = "lenient::text")]
    pub message: String,
    /// The vault it is in, or `null`.
    #[serde(default)]
    pub vault: Value,
}
/// `{"instances": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProtectablesAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub instances: Vec<Protectable>,
}
/// `{"instance": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProtectableAnswer {
    /// The resource.
    #[serde(default, deserialize_with = "lenient::object")]
    pub instance: Protectable,
}
/// `{"agent": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentAnswer {
    /// The agent.
    #[serde(default, deserialize_with = "lenient::object")]
    pub agent: Agent,
}
/// `{"agents": […], "count": n}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentsAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub agents: Vec<Agent>,
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
/// A program on a server that takes part in backups (cbr-v3 4.12).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// Agent id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub agent_id: String,
    /// Address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub host_ip: String,
    /// Host.
    #[serde(default, deserialize_with = "lenient::text")]
    pub host_name: String,
    /// What people call it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub host_nickname: String,
    /// System.
    #[serde(default, deserialize_with = "lenient::text")]
    pub host_os: String,
    /// Kind.
    #[serde(default, deserialize_with = "lenient::text")]
    pub agent_type: String,
    /// `n.n.n`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub agent_version: String,
    /// `normal` or `uninstall`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Registered.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// Last changed.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub updated_at: Option<Timestamp>,
    /// Last heard of.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub last_active_time: Option<Timestamp>,
    /// What it backs up.
    #[serde(default, deserialize_with = "lenient::list")]
    pub paths: Vec<AgentPath>,
}
/// A path an agent backs up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentPath {
    /// Path id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Its agent.
    #[serde(default, deserialize_with = "lenient::text")]
    pub agent_id: String,
    /// The path.
    #[serde(default, deserialize_with = "lenient::text")]
    pub dir_path: String,
    /// Left out.
    #[serde(default, deserialize_with = "texts")]
    pub exclude_paths: Vec<String>,
    /// `available` or `removed`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
}
/// `{"agent": {…}}` (cbr-v3 5.10, 59).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentRegisterRequest {
    /// The agent.
    pub agent: AgentRegister,
}
/// An agent that registers itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentRegister {
    /// Its id.
    pub agent_id: String,
    /// Address.
    pub host_ip: String,
    /// Host.
    pub host_name: String,
    /// System.
    pub host_os: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_nickname: Option<String>,
    /// Kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_type: Option<String>,
    /// `n.n.n`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_version: Option<String>,
}
/// `{"agent": {"status": "uninstall"}}` (cbr-v3 5.10, 62).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentUpdateRequest {
    /// What changes.
    pub agent: AgentUpdate,
}
/// A new state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentUpdate {
    /// `normal` or `uninstall`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_nickname: Option<String>,
}
/// Further paths (cbr-v3 5.10, 64).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PathsAdd {
    /// The paths.
    pub add_path: Vec<String>,
    /// What to leave out of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_path: Option<Vec<ExcludePath>>,
}
/// What to leave out of a path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExcludePath {
    /// The path.
    pub path_name: String,
    /// Left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_path_name: Option<Vec<String>>,
}
/// Fewer paths (cbr-v3 5.10, 65).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PathsRemove {
    /// The paths.
    pub remove_path: Vec<String>,
}
/// `{"agent_status": […]}` (cbr-v3 5.10, 58).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentCheckRequest {
    /// One per server.
    pub agent_status: Vec<AgentCheck>,
}
/// A server to ask about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentCheck {
    /// The server.
    pub resource_id: String,
    /// Its kind.
    pub resource_type: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
}
/// Convert what there is in CSBS (cbr-v3 5.12, 73).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MigrationRequest {
    /// Every project of the account.
    pub all_regions: bool,
    /// Spare share of the new vaults, 0–1.
    pub reservation: f64,
}
/// How far the conversion is (cbr-v3 5.12, 74).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MigrationStatus {
    /// `migrating`, `success`, `failed`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// One per project.
    #[serde(default, deserialize_with = "lenient::list")]
    pub project_status: Vec<ProjectMigration>,
}
/// How far the conversion of a project is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProjectMigration {
    /// Project.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_name: String,
    /// Its region.
    #[serde(default, deserialize_with = "lenient::text")]
    pub region_id: String,
    /// `migrating`, `success`, `failed`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// 0–100.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub progress: Option<i64>,
    /// Code, or empty.
    #[serde(default, deserialize_with = "lenient::text")]
    pub fail_code: String,
    /// Words, or empty.
    #[serde(default, deserialize_with = "lenient::text")]
    pub fail_reason: String,
}

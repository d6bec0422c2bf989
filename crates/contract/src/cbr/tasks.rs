//! Tasks, agents, protectables and what else the service tells (cbr-v3 4.10 to 4.12, 5.7 to 5.12).

use super::empty_as_null;
use crate::lenient;
use crate::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
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
/// State of a task (cbr-v3 section 6).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TaskStatus {
    /// Queued.
    Waiting,
    /// Going on.
    Running,
    /// It did what it was for.
    Success,
    /// There was nothing to do.
    Skipped,
    /// It failed.
    Failed,
    /// It took too long and was given up.
    Timeout,
    /// Something the documents do not name, as it came.
    Unknown(String),
}

impl TaskStatus {
    /// Every documented status.
    pub const DOCUMENTED: [Self; 6] = [
        Self::Waiting,
        Self::Running,
        Self::Success,
        Self::Skipped,
        Self::Failed,
        Self::Timeout,
    ];

    /// The service's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Success => "success",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::Unknown(word) => word,
        }
    }

    /// Reads the service's word; an unknown one is kept.
    pub fn from_word(word: &str) -> Self {
        Self::DOCUMENTED
            .into_iter()
            .find(|status| status.as_str() == word)
            .unwrap_or_else(|| Self::Unknown(word.to_owned()))
    }

    /// Whether it is not over yet.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

/// What a task does (cbr-v3 section 3).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TaskKind {
    /// Makes a backup.
    Backup,
    /// Copies a backup within its region.
    Copy,
    /// Copies a backup elsewhere.
    Replication,
    /// Writes a backup back.
    Restore,
    /// Deletes a backup.
    Delete,
    /// Takes over backups made elsewhere.
    Sync,
    /// Deletes a vault.
    VaultDelete,
    /// Takes resources and their backups out of a vault.
    RemoveResource,
    /// Something the documents do not name, as it came.
    Unknown(String),
}

impl TaskKind {
    /// Every documented kind.
    pub const DOCUMENTED: [Self; 8] = [
        Self::Backup,
        Self::Restore,
        Self::Replication,
        Self::Copy,
        Self::Delete,
        Self::Sync,
        Self::VaultDelete,
        Self::RemoveResource,
    ];

    /// The service's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Backup => "backup",
            Self::Copy => "copy",
            Self::Replication => "replication",
            Self::Restore => "restore",
            Self::Delete => "delete",
            Self::Sync => "sync",
            Self::VaultDelete => "vault_delete",
            Self::RemoveResource => "remove_resource",
            Self::Unknown(word) => word,
        }
    }

    /// Reads the service's word; an unknown one is kept.
    pub fn from_word(word: &str) -> Self {
        Self::DOCUMENTED
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .unwrap_or_else(|| Self::Unknown(word.to_owned()))
    }
}

/// Something a task names: its id, and its name at that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// Id.
    pub id: &'a str,
    /// Name; may be empty.
    pub name: &'a str,
}

impl<'a> Named<'a> {
    /// What people read: the name, or the id of what has none.
    pub const fn text(self) -> &'a str {
        if self.name.is_empty() {
            self.id
        } else {
            self.name
        }
    }
}

impl Task {
    /// Its state.
    pub fn state(&self) -> TaskStatus {
        TaskStatus::from_word(&self.status)
    }

    /// What it does.
    pub fn kind(&self) -> TaskKind {
        TaskKind::from_word(&self.operation_type)
    }

    /// How far it is, 0–100; `None` while nobody knows.
    pub fn percent(&self) -> Option<u8> {
        let progress = self.extra_info.common.progress?;
        u8::try_from(progress.clamp(0, 100)).ok()
    }

    /// What it is, as a title: `Backup of web-01`.
    pub fn title(&self) -> String {
        let resource = Named {
            id: &self.extra_info.resource.id,
            name: &self.extra_info.resource.name,
        };
        let vault = Named {
            id: &self.vault_id,
            name: &self.vault_name,
        };
        let (resource, vault) = (resource.text(), vault.text());
        match self.kind() {
            TaskKind::Backup => format!("Backup of {resource}"),
            TaskKind::Restore => {
                format!("Restore of {}", self.target().map_or(resource, Named::text))
            }
            TaskKind::Replication => format!("Replication of {resource}"),
            TaskKind::Copy => format!("Copy of {resource}"),
            TaskKind::Delete => {
                format!(
                    "Deletion of {}",
                    self.backup().map_or(resource, Named::text)
                )
            }
            TaskKind::Sync => format!("Import into {vault}"),
            TaskKind::VaultDelete => format!("Deletion of vault {vault}"),
            TaskKind::RemoveResource => format!("Removal from vault {vault}"),
            TaskKind::Unknown(word) => format!("{word} {resource}"),
        }
    }

    /// Seconds it took, or has taken until now.
    pub fn seconds(&self, now: Timestamp) -> Option<i64> {
        let since = self.started_at.or(self.created_at)?;
        let until = match self.ended_at {
            Some(ended) => ended,
            None if self.state().is_open() => now,
            None => return None,
        };
        Some((until.seconds() - since.seconds()).max(0))
    }

    /// The backup it made, restored, deleted or copied.
    pub fn backup(&self) -> Option<Named<'_>> {
        let extra = &self.extra_info;
        let of_kind = [&extra.backup, &extra.restore, &extra.delete];
        let copied = extra.replication.as_ref();
        of_kind
            .into_iter()
            .flatten()
            .find_map(|value| named(value, "backup_id", "backup_name"))
            .or_else(|| named(copied?, "source_backup_id", "source_backup_name"))
    }

    /// What a restore wrote to.
    pub fn target(&self) -> Option<Named<'_>> {
        named(
            self.extra_info.restore.as_ref()?,
            "target_resource_id",
            "target_resource_name",
        )
    }

    /// Where a copy went: region, project and the copy.
    pub fn destination(&self) -> Option<(&str, &str, Option<Named<'_>>)> {
        let copy = self.extra_info.replication.as_ref()?;
        let copied = named(copy, "destination_backup_id", "destination_backup_name");
        let region = text(copy, "destination_region");
        Some((region, text(copy, "destination_project_id"), copied))
    }

    /// Whether a backup only holds what changed since the one before.
    pub fn incremental(&self) -> Option<bool> {
        match text(self.extra_info.backup.as_ref()?, "incremental") {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// A number of the member of its kind, such as `fail_count`.
    pub fn count(&self, name: &str) -> Option<i64> {
        let extra = &self.extra_info;
        [
            &extra.remove_resources,
            &extra.vault_delete,
            &extra.sync,
            &extra.update_expiration_time,
        ]
        .into_iter()
        .flatten()
        .find_map(|value| value.get(name)?.as_i64())
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn named<'a>(value: &'a Value, id: &str, name: &str) -> Option<Named<'a>> {
    let (id, name) = (text(value, id), text(value, name));
    (!id.is_empty() || !name.is_empty()).then_some(Named { id, name })
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
    /// Left out; on the wire one text, with commas between them.
    #[serde(
        default,
        deserialize_with = "comma_texts",
        serialize_with = "with_commas"
    )]
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

impl MigrationStatus {
    /// How far a project is; of an answer that does not name it, the first one's.
    pub fn of_project(&self, project: &str) -> Option<&ProjectMigration> {
        let all = &self.project_status;
        let own = all.iter().find(|one| one.project_id == project);
        own.or(all.first())
    }
}

impl ProjectMigration {
    /// Whether nothing more will come; a status nobody has heard of is one that goes on.
    pub fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "success" | "failed")
    }

    /// 0–100, where the service says.
    pub fn percent(&self) -> Option<u8> {
        u8::try_from(self.progress?.clamp(0, 100)).ok()
    }
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
    /// Code, or empty; on the wire only its number, and only when it failed.
    #[serde(
        default,
        deserialize_with = "numbered_code",
        serialize_with = "number_of_code",
        skip_serializing_if = "String::is_empty"
    )]
    pub fail_code: String,
    /// Words, or empty.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub fail_reason: String,
}

/// Paths in one text, or as a list.
fn comma_texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => {
            let paths = text.split(',').filter(|path| !path.is_empty());
            paths.map(str::to_owned).collect()
        }
        list => lenient::texts(list).unwrap_or_default(),
    })
}

fn with_commas<S: Serializer>(paths: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&paths.join(","))
}

/// A code that came as its number alone.
fn numbered_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let code = lenient::text(deserializer)?;
    let is_number = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    Ok(if is_number {
        format!("BackupService.{code}")
    } else {
        code
    })
}

/// The vendor's client reads a number here and breaks on anything else.
fn number_of_code<S: Serializer>(code: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let number = code.rsplit('.').next().unwrap_or(code);
    match number.parse::<i64>() {
        Ok(number) => serializer.serialize_i64(number),
        Err(_) => serializer.serialize_str(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn task(body: Value) -> Task {
        serde_json::from_value(body).expect("tasks are read leniently")
    }

    #[test]
    fn a_state_or_kind_nobody_has_heard_of_is_kept_as_it_came() {
        let odd = task(json!({"status": "thawing", "operation_type": "fold"}));
        assert_eq!(odd.state(), TaskStatus::Unknown("thawing".into()));
        assert_eq!(odd.kind(), TaskKind::Unknown("fold".into()));
        for status in TaskStatus::DOCUMENTED {
            assert_eq!(TaskStatus::from_word(status.as_str()), status);
        }
        for kind in TaskKind::DOCUMENTED {
            assert_eq!(TaskKind::from_word(kind.as_str()), kind);
        }
    }

    #[test]
    fn a_title_names_what_the_task_is_about() {
        let of = |kind: &str| {
            task(json!({
                "operation_type": kind, "vault_name": "offsite",
                "extra_info": {"resource": {"id": "s", "name": "web-01"}, "delete": {"backup_id": "b"}},
            }))
            .title()
        };
        assert_eq!(of("backup"), "Backup of web-01");
        assert_eq!(of("delete"), "Deletion of b");
        assert_eq!(of("vault_delete"), "Deletion of vault offsite");
        assert_eq!(of("fold"), "fold web-01");
    }

    #[test]
    fn a_task_tells_its_backup_whatever_it_does_with_it() {
        for (member, id) in [
            ("backup", "backup_id"),
            ("restore", "backup_id"),
            ("delete", "backup_id"),
            ("replication", "source_backup_id"),
        ] {
            let one = task(json!({"extra_info": {member: {id: "b"}}}));
            assert_eq!(one.backup().map(Named::text), Some("b"), "{member}");
        }
        let none =
            task(json!({"extra_info": {"vault_delete": {"total_count": 3}, "backup": null}}));
        assert_eq!((none.backup(), none.count("total_count")), (None, Some(3)));
    }

    #[test]
    fn the_code_of_a_failed_migration_is_a_number_on_the_wire() {
        let failed = ProjectMigration {
            fail_code: "BackupService.4006".to_owned(),
            ..ProjectMigration::default()
        };
        let wire = serde_json::to_value(&failed).expect("it can be written");
        assert_eq!(wire["fail_code"], 4006);
        assert_eq!(wire.get("fail_reason"), None);
        let read: ProjectMigration = serde_json::from_value(wire).expect("it can be read");
        assert_eq!(read, failed);
        let text: ProjectMigration =
            serde_json::from_value(json!({"fail_code": "X"})).expect("it can be read");
        assert_eq!(text.fail_code, "X");
    }

    #[test]
    fn excluded_paths_are_one_text_on_the_wire() {
        for (wire, paths) in [
            (json!("/a,/b"), vec!["/a", "/b"]),
            (json!(["/a"]), vec!["/a"]),
            (json!(""), vec![]),
            (json!(null), vec![]),
        ] {
            let path: AgentPath =
                serde_json::from_value(json!({"exclude_paths": wire})).expect("it can be read");
            assert_eq!(path.exclude_paths, paths);
            let written = serde_json::to_value(&path).expect("it can be written");
            assert_eq!(written["exclude_paths"], paths.join(","));
        }
    }

    #[test]
    fn a_task_takes_as_long_as_it_runs_and_no_longer() {
        let now = Timestamp::parse("2026-03-14T10:00:00Z").expect("a time");
        let seconds = |body| task(body).seconds(now);
        let running = json!({"status": "running", "created_at": "2026-03-14T09:59:00"});
        assert_eq!(seconds(running), Some(60));
        let ended = json!({"status": "success", "started_at": "2026-03-14T09:00:00Z", "ended_at": "2026-03-14T09:02:00Z"});
        assert_eq!(seconds(ended), Some(120));
        let lost = json!({"status": "timeout", "started_at": "2026-03-14T09:00:00Z"});
        assert_eq!(seconds(lost), None);
    }
}

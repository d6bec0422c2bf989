//! A vault as its own pages know it, read from what the service sends; what others know is [`crate::model::Vault`].

use crate::cbr::rules::{ObjectType, spec_code};
use crate::cbr::vaults as wire;
use crate::model::Tag;
use crate::time::Timestamp;

/// A vault.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vault {
    /// Vault id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Description, may be empty.
    pub description: String,
    /// The project it is in.
    pub project_id: String,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// State.
    pub status: VaultStatus,
    /// The service's word for what it holds; see [`Vault::object`].
    pub object_word: String,
    /// Whether it takes backups or replicas.
    pub protects: Protects,
    /// Whether applications take part in its backups.
    pub with_applications: bool,
    /// GB it can hold.
    pub size_gb: i64,
    /// GB of the resources in it, without what is left out.
    pub allocated_gb: i64,
    /// MB its backups take.
    pub used_mb: i64,
    /// What it holds.
    pub members: Vec<Member>,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Takes in servers by their tags.
    pub auto_bind: bool,
    /// By which tags; any of them is enough.
    pub bind_tags: Vec<Tag>,
    /// Grows by itself when it is full.
    pub auto_expand: bool,
    /// Tells somebody when it fills up.
    pub notify: bool,
    /// From so many percent.
    pub threshold: i64,
    /// Its automatic backups cannot be deleted; never undone.
    pub locked: bool,
    /// Zone; empty when it names none.
    pub zone: String,
    /// What names of its backups begin with; may be empty.
    pub name_prefix: String,
    /// Kept in several zones.
    pub multi_az: bool,
}

/// State of a vault (cbr-v3 section 3, `billing.status`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VaultStatus {
    /// In order.
    #[default]
    Available,
    /// Locked by billing; backups can still be restored.
    Lock,
    /// Frozen by billing.
    Frozen,
    /// Going.
    Deleting,
    /// Something failed.
    Error,
    /// A word nobody has heard of.
    Unknown(String),
}

impl VaultStatus {
    /// Every documented state.
    pub const DOCUMENTED: [Self; 5] = [
        Self::Available,
        Self::Lock,
        Self::Frozen,
        Self::Deleting,
        Self::Error,
    ];

    /// The service's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Available => "available",
            Self::Lock => "lock",
            Self::Frozen => "frozen",
            Self::Deleting => "deleting",
            Self::Error => "error",
            Self::Unknown(word) => word,
        }
    }

    /// Reads the service's word.
    pub fn from_word(word: &str) -> Self {
        Self::DOCUMENTED
            .into_iter()
            .find(|status| status.as_str() == word)
            .unwrap_or_else(|| Self::Unknown(word.to_owned()))
    }

    /// Whether it can be changed and put something into.
    pub const fn is_usable(&self) -> bool {
        matches!(self, Self::Available | Self::Lock)
    }
}

/// What is kept in a vault (`billing.protect_type`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Protects {
    /// Backups of its resources.
    #[default]
    Backup,
    /// Replicas of backups of another region.
    Replication,
    /// Backups of on-premises machines.
    Hybrid,
    /// A word nobody has heard of.
    Unknown(String),
}

impl Protects {
    /// Every documented one.
    pub const DOCUMENTED: [Self; 3] = [Self::Backup, Self::Replication, Self::Hybrid];

    /// The service's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Backup => "backup",
            Self::Replication => "replication",
            Self::Hybrid => "hybrid",
            Self::Unknown(word) => word,
        }
    }

    /// Reads the service's word.
    pub fn from_word(word: &str) -> Self {
        Self::DOCUMENTED
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .unwrap_or_else(|| Self::Unknown(word.to_owned()))
    }
}

/// A resource in a vault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Server, volume or file system.
    pub id: String,
    /// The service's word for its kind, such as `OS::Nova::Server`.
    pub kind: String,
    /// Name; may be empty.
    pub name: String,
    /// GB, without excluded volumes.
    pub size_gb: i64,
    /// MB its backups in this vault take.
    pub backup_mb: i64,
    /// How many backups of it are in this vault.
    pub backups: i64,
    /// Volumes that are left out.
    pub excluded: Vec<String>,
    /// What is being done with it, the service's word; `available` when nothing is.
    pub status: String,
    /// Left out of scheduled backups.
    pub suspended: bool,
}

impl Member {
    /// Its name, or its id where it has none.
    pub fn title(&self) -> &str {
        if self.name.is_empty() {
            &self.id
        } else {
            &self.name
        }
    }
}

impl Vault {
    /// What it holds; `None` for a word nobody has heard of.
    pub fn object(&self) -> Option<ObjectType> {
        ObjectType::from_word(&self.object_word)
    }

    /// The service's word for how consistent its backups are.
    pub const fn consistent_word(&self) -> &'static str {
        if self.with_applications {
            "app_consistent"
        } else {
            "crash_consistent"
        }
    }

    /// The specification it is billed by; resources only move between vaults of one specification.
    pub fn spec(&self) -> &'static str {
        let object = self.object().unwrap_or(ObjectType::Server);
        spec_code(object, self.protects.as_str(), self.consistent_word())
    }

    /// MB it can hold.
    pub const fn capacity_mb(&self) -> i64 {
        self.size_gb.saturating_mul(1024)
    }

    /// MB that are free; negative when it holds more than it should.
    pub const fn free_mb(&self) -> i64 {
        self.capacity_mb() - self.used_mb
    }

    /// How full it is, in percent; 0 without a size.
    pub fn used_percent(&self) -> f64 {
        if self.size_gb > 0 {
            self.used_mb as f64 * 100.0 / self.capacity_mb() as f64
        } else {
            0.0
        }
    }

    /// The resource with this id.
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }
}

impl From<wire::Vault> for Vault {
    fn from(vault: wire::Vault) -> Self {
        let billing = vault.billing;
        Self {
            id: vault.id,
            name: vault.name,
            description: vault.description,
            project_id: vault.project_id,
            created_at: vault.created_at,
            status: VaultStatus::from_word(&billing.status),
            object_word: billing.object_type,
            protects: Protects::from_word(&billing.protect_type),
            with_applications: billing.consistent_level == "app_consistent",
            size_gb: billing.size.unwrap_or(0),
            allocated_gb: billing.allocated.unwrap_or(0),
            used_mb: billing.used.unwrap_or(0),
            members: vault.resources.into_iter().map(Into::into).collect(),
            tags: vault.tags.into_iter().map(Into::into).collect(),
            auto_bind: vault.auto_bind.unwrap_or(false),
            bind_tags: vault
                .bind_rules
                .tags
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            auto_expand: vault.auto_expand.unwrap_or(false),
            notify: vault.smn_notify.unwrap_or(false),
            threshold: vault
                .threshold
                .unwrap_or(crate::cbr::rules::DEFAULT_THRESHOLD),
            locked: vault.locked.unwrap_or(false),
            zone: vault.availability_zone,
            name_prefix: vault.backup_name_prefix,
            multi_az: billing.is_multi_az.unwrap_or(false),
        }
    }
}

impl From<wire::Resource> for Member {
    fn from(resource: wire::Resource) -> Self {
        let excluded = resource.extra_info["exclude_volumes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect();
        Self {
            id: resource.id,
            kind: resource.kind,
            name: resource.name,
            size_gb: resource.size.unwrap_or(0),
            backup_mb: resource.backup_size.unwrap_or(0),
            backups: resource.backup_count.unwrap_or(0),
            excluded,
            status: resource.protect_status,
            suspended: resource.auto_protect == Some(false),
        }
    }
}

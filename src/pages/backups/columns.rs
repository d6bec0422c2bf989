//! The columns of the list: what they are called, how they sort, how wide they are.

use crate::data::filter::{Names, Property, name_of};
use crate::data::sort::SortBy;
use crate::data::store::BackupStore;

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    Name,
    Status,
    Server,
    Created,
    Size,
    Type,
    Origin,
    Zone,
    Finished,
    Disks,
    Failure,
    Policy,
    Tags,
    Ip,
    Checkpoint,
    Id,
    Service,
    Kind,
    Vault,
    Expires,
}

impl Column {
    /// All of them, in the order they stand in.
    pub const ALL: [Self; 20] = [
        Self::Name,
        Self::Service,
        Self::Status,
        Self::Server,
        Self::Kind,
        Self::Vault,
        Self::Created,
        Self::Size,
        Self::Type,
        Self::Origin,
        Self::Expires,
        Self::Zone,
        Self::Finished,
        Self::Disks,
        Self::Failure,
        Self::Policy,
        Self::Tags,
        Self::Ip,
        Self::Checkpoint,
        Self::Id,
    ];

    /// What is shown when nothing else is asked for, of services that keep backups in vaults or not, and where both
    /// stand side by side.
    pub fn default_of(mixed: bool, vaults: bool) -> Vec<Self> {
        let shown = |column: &Self| match column {
            Self::Service => mixed,
            Self::Kind | Self::Expires => vaults,
            column => Self::DEFAULT.contains(column),
        };
        Self::ALL.into_iter().filter(shown).collect()
    }

    /// Whether it can be shown there at all.
    pub const fn exists(self, mixed: bool, vaults: bool) -> bool {
        match self {
            Self::Service => mixed,
            Self::Kind | Self::Vault | Self::Expires => vaults,
            _ => true,
        }
    }

    /// What is shown of a single service without vaults.
    pub const DEFAULT: [Self; 7] = [
        Self::Name,
        Self::Status,
        Self::Server,
        Self::Created,
        Self::Size,
        Self::Type,
        Self::Origin,
    ];

    /// Its word in addresses and exports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Status => "status",
            Self::Server => "server",
            Self::Created => "created",
            Self::Size => "size",
            Self::Type => "type",
            Self::Origin => "origin",
            Self::Zone => "zone",
            Self::Finished => "finished",
            Self::Disks => "disks",
            Self::Failure => "failure",
            Self::Policy => "policy",
            Self::Tags => "tags",
            Self::Ip => "ip",
            Self::Checkpoint => "checkpoint",
            Self::Id => "id",
            Self::Service => "service",
            Self::Kind => "kind",
            Self::Vault => "vault",
            Self::Expires => "expires",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.word() == word)
    }

    /// Its head.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Status => "Status",
            Self::Server => "Server",
            Self::Created => "Created",
            Self::Size => "Size",
            Self::Type => "Type",
            Self::Origin => "Origin",
            Self::Zone => "Zone",
            Self::Finished => "Finished",
            Self::Disks => "Disks",
            Self::Failure => "Failure",
            Self::Policy => "Policy",
            Self::Tags => "Tags",
            Self::Ip => "IP address",
            Self::Checkpoint => "Checkpoint",
            Self::Id => "Id",
            Self::Service => "Service",
            Self::Kind => "Kind",
            Self::Vault => "Vault",
            Self::Expires => "Expires",
        }
    }

    /// What it is ordered by, if it can be.
    pub const fn sort(self) -> Option<SortBy> {
        Some(match self {
            Self::Name => SortBy::Name,
            Self::Status => SortBy::Status,
            Self::Server => SortBy::Server,
            Self::Created => SortBy::Created,
            Self::Size => SortBy::Size,
            Self::Type => SortBy::Type,
            Self::Origin => SortBy::Origin,
            Self::Zone => SortBy::Zone,
            Self::Finished => SortBy::Finished,
            Self::Disks => SortBy::Disks,
            Self::Checkpoint => SortBy::Checkpoint,
            Self::Service => SortBy::Service,
            Self::Kind => SortBy::Kind,
            Self::Vault => SortBy::Vault,
            Self::Expires => SortBy::Expires,
            Self::Failure | Self::Policy | Self::Tags | Self::Ip | Self::Id => return None,
        })
    }

    /// Its share of the width as a grid track.
    pub const fn track(self) -> &'static str {
        match self {
            Self::Name => "minmax(9rem, 1.6fr)",
            Self::Server => "minmax(7rem, 1.3fr)",
            Self::Status => "minmax(10.5rem, 1fr)",
            Self::Created | Self::Finished | Self::Expires => "minmax(12.5rem, 1fr)",
            Self::Service => "minmax(5.5rem, 0.4fr)",
            Self::Kind => "minmax(6.5rem, 0.6fr)",
            Self::Size | Self::Disks => "minmax(4.5rem, 0.5fr)",
            Self::Type | Self::Zone => "minmax(6.5rem, 0.6fr)",
            Self::Origin => "minmax(5.25rem, 0.5fr)",
            Self::Failure => "minmax(9rem, 1.5fr)",
            Self::Policy | Self::Tags | Self::Ip | Self::Vault => "minmax(7rem, 1fr)",
            Self::Checkpoint | Self::Id => "minmax(19rem, 1.5fr)",
        }
    }

    /// Quantities stand at the end of their column.
    pub const fn is_quantity(self) -> bool {
        matches!(self, Self::Size | Self::Disks)
    }

    /// What a row has in it as plain text, exact: for exports.
    pub fn text(self, store: &BackupStore, row: u32) -> String {
        let time = |at: Option<contract::time::Timestamp>| {
            at.map_or(String::new(), contract::time::Timestamp::to_seconds_text)
        };
        match self {
            Self::Name => store.name(row).to_owned(),
            Self::Status => store.status.text(row).to_owned(),
            Self::Server => store.server_name.text(row).to_owned(),
            Self::Created => time(store.created(row)),
            Self::Finished => time(store.finished(row)),
            Self::Size => store.size_mb(row).to_string(),
            Self::Type => kind(store, row).to_lowercase(),
            Self::Origin => if store.automatic(row) {
                "automatic"
            } else {
                "manual"
            }
            .to_owned(),
            Self::Zone => store.zone.text(row).to_owned(),
            Self::Disks => store.disks(row).to_string(),
            Self::Failure => failure(store, row),
            Self::Policy => store.policy.text(row).to_owned(),
            Self::Tags => store.tags(row).collect::<Vec<_>>().join(" "),
            Self::Ip => store.address.text(row).trim().to_owned(),
            Self::Checkpoint => store.checkpoint(row).to_owned(),
            Self::Id => store.id(row).to_owned(),
            Self::Service => store.generation(row).word().to_owned(),
            Self::Kind => store.kind.text(row).to_owned(),
            Self::Vault => store.vault.text(row).to_owned(),
            Self::Expires => time(store.expires(row)),
        }
    }

    /// The head of an exported column: with its unit.
    pub const fn export_title(self) -> &'static str {
        match self {
            Self::Size => "size_mb",
            Self::Created => "created_utc",
            Self::Finished => "finished_utc",
            Self::Expires => "expires_utc",
            Self::Vault => "vault_id",
            _ => self.word(),
        }
    }
}

/// `Full` or `Incremental`.
pub fn kind(store: &BackupStore, row: u32) -> &'static str {
    if store.incremental(row) {
        "Incremental"
    } else {
        "Full"
    }
}

/// `By a schedule` or `By hand`.
pub fn origin(store: &BackupStore, row: u32) -> &'static str {
    if store.automatic(row) {
        "Schedule"
    } else {
        "By hand"
    }
}

/// What failed and why, in one line; empty when nothing did.
pub fn failure(store: &BackupStore, row: u32) -> String {
    let parts = [
        store.fail_op.text(row),
        store.fail_code.text(row),
        store.fail_reason.text(row),
    ];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// The name of a row's policy or vault, or its id as long as the name is not known.
pub fn named(property: Property, id: &str, names: Names<'_>) -> String {
    name_of(property, id, names).unwrap_or_else(|| id.to_owned())
}

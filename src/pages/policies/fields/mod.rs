//! A policy as the form sees it: fields that can be compared, merged and sent one by one.

mod merge;
mod requests;

use contract::model::{Capabilities, Generation, Policy, PolicyKind, PolicyServer, Retention};
use contract::schedule::{Clock, Schedule};
use serde::{Deserialize, Serialize};

use super::words::retention_words;
pub use merge::Merge;

/// A server as a policy names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerRef {
    pub id: String,
    pub name: String,
}

/// A vault that a policy is applied to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultRef {
    pub id: String,
    /// Empty while the vaults have not come.
    pub name: String,
    /// Where copies from it go; only for replication.
    pub destination_id: String,
}

impl VaultRef {
    /// Its name, or its id where that is not known.
    pub fn shown(&self) -> &str {
        if self.name.is_empty() {
            &self.id
        } else {
            &self.name
        }
    }
}

/// The values of a policy's fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyFields {
    pub generation: Generation,
    pub name: String,
    pub description: String,
    pub enabled: bool,
    /// The rules, verbatim.
    pub patterns: Vec<String>,
    pub retention: Retention,
    pub servers: Vec<ServerRef>,
    pub kind: PolicyKind,
    /// A full backup after so many runs.
    pub full_every: Option<u32>,
    /// How late a run may begin, minutes.
    pub start_window: Option<u32>,
    pub vaults: Vec<VaultRef>,
}

/// One field of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Name,
    Description,
    Enabled,
    Kind,
    Schedule,
    Window,
    Retention,
    FullBackups,
    Servers,
    Vaults,
}

impl Field {
    /// Those a service's policies have.
    pub fn of(service: Capabilities) -> Vec<Self> {
        let all = [
            (Self::Name, true),
            (Self::Description, service.described_policies),
            (Self::Enabled, true),
            (Self::Kind, service.replication),
            (Self::Schedule, true),
            (Self::Window, service.vaults),
            (Self::Retention, true),
            (Self::FullBackups, service.replication),
            (Self::Servers, service.servers_in_policy),
            (Self::Vaults, service.vaults),
        ];
        all.into_iter()
            .filter_map(|(field, has)| has.then_some(field))
            .collect()
    }

    /// What the form calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Description => "Description",
            Self::Enabled => "Schedule on",
            Self::Kind => "Makes",
            Self::Schedule => "Schedule",
            Self::Window => "Start window",
            Self::Retention => "Retention",
            Self::FullBackups => "Full backups",
            Self::Servers => "Servers",
            Self::Vaults => "Vaults",
        }
    }
}

impl From<&Policy> for PolicyFields {
    fn from(policy: &Policy) -> Self {
        let server = |server: &PolicyServer| ServerRef {
            id: server.id.clone(),
            name: server.name.clone(),
        };
        let vaults = policy.vaults.iter().map(|vault| VaultRef {
            id: vault.id.clone(),
            name: String::new(),
            destination_id: vault.destination_id.clone(),
        });
        Self {
            generation: policy.generation,
            name: policy.name.clone(),
            description: policy.description.clone(),
            enabled: policy.enabled,
            patterns: policy.patterns().map(str::to_owned).collect(),
            retention: policy.retention.clone(),
            servers: policy.servers.iter().map(server).collect(),
            kind: policy.kind.clone(),
            full_every: policy.full_every,
            start_window: policy.start_window,
            vaults: vaults.collect(),
        }
    }
}

impl PolicyFields {
    /// The rules, if all of them can be read.
    pub fn rules(&self) -> Option<Vec<Schedule>> {
        let read = |pattern: &String| Schedule::parse(pattern).ok();
        self.patterns.iter().map(read).collect()
    }

    /// Whether a field has another value than in `other`; servers, vaults and rules are compared
    /// as sets, and patterns by their rule.
    pub fn differs(&self, other: &Self, field: Field) -> bool {
        match field {
            Field::Name => self.name != other.name,
            Field::Description => self.description != other.description,
            Field::Enabled => self.enabled != other.enabled,
            Field::Kind => self.kind != other.kind,
            Field::Schedule => self.spelled() != other.spelled(),
            Field::Window => self.start_window != other.start_window,
            Field::Retention => self.retention != other.retention,
            Field::FullBackups => self.full_every != other.full_every,
            Field::Servers => self.server_ids() != other.server_ids(),
            Field::Vaults => self.vault_ids() != other.vault_ids(),
        }
    }

    /// The fields that differ.
    pub fn changed(&self, other: &Self) -> Vec<Field> {
        Field::of(self.generation.capabilities())
            .into_iter()
            .filter(|field| self.differs(other, *field))
            .collect()
    }

    /// Takes over one field.
    pub fn take(&mut self, from: &Self, field: Field) {
        match field {
            Field::Name => self.name.clone_from(&from.name),
            Field::Description => self.description.clone_from(&from.description),
            Field::Enabled => self.enabled = from.enabled,
            Field::Kind => self.kind.clone_from(&from.kind),
            Field::Schedule => self.patterns.clone_from(&from.patterns),
            Field::Window => self.start_window = from.start_window,
            Field::Retention => self.retention.clone_from(&from.retention),
            Field::FullBackups => self.full_every = from.full_every,
            Field::Servers => self.servers.clone_from(&from.servers),
            Field::Vaults => self.vaults.clone_from(&from.vaults),
        }
    }

    /// A field in words.
    pub fn say(&self, field: Field) -> String {
        match field {
            Field::Name => self.name.clone(),
            Field::Description => self.description.clone(),
            Field::Enabled => if self.enabled { "on" } else { "off" }.to_owned(),
            Field::Kind => kind_words(&self.kind),
            Field::Schedule => {
                let words = |pattern: &String| match Schedule::parse(pattern) {
                    Ok(rule) => rule.describe(Clock::Utc).to_string(),
                    Err(_) => pattern.clone(),
                };
                let words: Vec<String> = self.patterns.iter().map(words).collect();
                words.join("; ")
            }
            Field::Window => match self.start_window {
                Some(minutes) => format!("a run may begin up to {minutes} minutes late"),
                None => String::new(),
            },
            Field::Retention => retention_words(&self.retention),
            Field::FullBackups => full_words(self.full_every),
            Field::Servers => {
                let name = |server: &ServerRef| match server.name.as_str() {
                    "" => server.id.clone(),
                    name => name.to_owned(),
                };
                let names: Vec<String> = self.servers.iter().map(name).collect();
                names.join(", ")
            }
            Field::Vaults => {
                let names: Vec<&str> = self.vaults.iter().map(VaultRef::shown).collect();
                names.join(", ")
            }
        }
    }

    /// The rules in one spelling and order; one that cannot be read as it is.
    fn spelled(&self) -> Vec<String> {
        let spell = |pattern: &String| match Schedule::parse(pattern) {
            Ok(rule) => rule.to_string(),
            Err(_) => pattern.clone(),
        };
        let mut spelled: Vec<String> = self.patterns.iter().map(spell).collect();
        spelled.sort_unstable();
        spelled
    }

    fn server_ids(&self) -> Vec<&str> {
        let ids = self.servers.iter().map(|server| server.id.as_str());
        let mut ids: Vec<&str> = ids.collect();
        ids.sort_unstable();
        ids
    }

    fn vault_ids(&self) -> Vec<(&str, &str)> {
        let mut ids: Vec<(&str, &str)> = self
            .vaults
            .iter()
            .map(|vault| (vault.id.as_str(), vault.destination_id.as_str()))
            .collect();
        ids.sort_unstable();
        ids
    }
}

/// What a policy makes, in words.
pub fn kind_words(kind: &PolicyKind) -> String {
    match kind {
        PolicyKind::Backup => "backups".to_owned(),
        PolicyKind::Replication(to) => {
            format!("copies in {}, project {}", to.region, to.project_id)
        }
    }
}

/// How often a backup is a full one, in words.
pub fn full_words(every: Option<u32>) -> String {
    match every {
        Some(1) => "every second backup is full".to_owned(),
        Some(runs) => format!("one full backup after every {runs} runs"),
        None => "only the first backup is full".to_owned(),
    }
}

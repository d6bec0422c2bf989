//! Which servers a vault takes in by their tags, and why it leaves the others out (cbr-v3 4.1,
//! `auto_bind`).

use super::resources::ServerFacts;
use super::{Vault, VaultRefusal, VaultStatus};
use crate::cbr::rules::MAX_RESOURCES;
use crate::model::Tag;

/// What becomes of a server that carries a tag of a vault's rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The vault takes it in.
    Bound,
    /// It is in this vault already.
    Inside,
    /// It is in the vault of this name, and stays there.
    Elsewhere(String),
    /// The rules of the vault of this name match too, and come first.
    TakenBy(String),
    /// The vault holds as many resources as it can.
    Full,
    /// It cannot be put into the vault.
    Refused(VaultRefusal),
}

/// A server that matches, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Id of the server.
    pub server: String,
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub fate: Fate,
}

/// What is known when servers are taken in by their tags.
#[derive(Clone, Copy, Debug)]
pub struct BindingFacts<'a> {
    /// Vaults of the project in the service's order, the newest first.
    pub vaults: &'a [Vault],
    /// Servers of the project, the oldest first.
    pub servers: &'a [ServerFacts<'a>],
}

/// Whether tags as the compute service lists them (`key=value`, or `key`) include one of these.
///
/// ```
/// use contract::{model::Tag, vault::carries_any};
/// let rule = Tag { key: "env".to_owned(), value: "prod".to_owned() };
/// assert!(carries_any(&["env=prod".to_owned()], &[rule.clone()]));
/// assert!(!carries_any(&["env=test".to_owned(), "env".to_owned()], &[rule]));
/// ```
pub fn carries_any(tags: &[String], rules: &[Tag]) -> bool {
    tags.iter().any(|tag| {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        rules
            .iter()
            .any(|rule| rule.key == key && rule.value == value)
    })
}

impl Vault {
    const fn binds(&self) -> bool {
        self.auto_bind && matches!(self.status, VaultStatus::Available)
    }
}

/// What becomes of each free server: the vault whose rules come first decides, and takes it in or,
/// when it cannot be backed up, leaves it. Pairs of server and vault, by their places in the facts.
fn decisions(facts: &BindingFacts<'_>) -> Vec<(usize, usize, Fate)> {
    let mut held: Vec<usize> = facts.vaults.iter().map(|v| v.members.len()).collect();
    let mut decided = Vec::new();
    for (n, server) in facts.servers.iter().enumerate() {
        let id = &server.server.id;
        if facts.vaults.iter().any(|vault| vault.member(id).is_some()) {
            continue;
        }
        let first = facts.vaults.iter().enumerate().find(|(at, vault)| {
            vault.binds()
                && held[*at] < MAX_RESOURCES
                && carries_any(&server.server.tags, &vault.bind_tags)
        });
        let Some((at, vault)) = first else { continue };
        let fate = match server.refusal(&vault.id, &[], false, facts.vaults) {
            Some(refusal) => Fate::Refused(refusal),
            None => {
                held[at] += 1;
                Fate::Bound
            }
        };
        decided.push((n, at, fate));
    }
    decided
}

/// The servers that vaults take in now, by their ids: server and vault.
pub fn bound(facts: &BindingFacts<'_>) -> Vec<(String, String)> {
    decisions(facts)
        .into_iter()
        .filter(|(_, _, fate)| *fate == Fate::Bound)
        .map(|(server, vault, _)| {
            let server = facts.servers[server].server.id.clone();
            (server, facts.vaults[vault].id.clone())
        })
        .collect()
}

/// Every server that matches the rules of the vault with this id, and what becomes of it.
pub fn bindings(vault: &str, facts: &BindingFacts<'_>) -> Vec<Binding> {
    let Some(own) = facts.vaults.iter().find(|other| other.id == vault) else {
        return Vec::new();
    };
    let decided = decisions(facts);
    let matching = facts.servers.iter().enumerate();
    matching
        .filter(|(_, server)| carries_any(&server.server.tags, &own.bind_tags))
        .map(|(n, server)| {
            let id = &server.server.id;
            let there = facts.vaults.iter().find(|other| other.member(id).is_some());
            let decision = decided.iter().find(|(server, ..)| *server == n);
            let fate = match (there, decision) {
                (Some(there), _) if there.id == own.id => Fate::Inside,
                (Some(there), _) => Fate::Elsewhere(there.name.clone()),
                (None, Some((_, at, fate))) if facts.vaults[*at].id == own.id => fate.clone(),
                (None, Some((_, at, _))) => Fate::TakenBy(facts.vaults[*at].name.clone()),
                (None, None) => Fate::Full,
            };
            Binding {
                server: id.clone(),
                name: server.server.name.clone(),
                fate,
            }
        })
        .collect()
}

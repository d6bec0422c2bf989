//! Steps in sentences.

use super::deed::Fields;
use super::plan::{Alone, Kind, Reason, Step};
use crate::model::{Policy, PolicyServer, Retention, Tag};
use crate::schedule::{Clock, Schedule};

/// Servers or tags that are named before the rest is only counted.
const NAMED: usize = 6;

/// What a server is called.
pub(super) fn server(server: &PolicyServer) -> String {
    if server.name.is_empty() {
        server.id.clone()
    } else {
        server.name.clone()
    }
}

fn list(names: &[String]) -> String {
    let (named, rest) = names.split_at(names.len().min(NAMED));
    match (named, rest.len()) {
        ([], _) => "nothing".to_owned(),
        (named, 0) if named.len() > 1 => {
            let (last, first) = (&named[named.len() - 1], &named[..named.len() - 1]);
            format!("{} and {last}", first.join(", "))
        }
        (named, 0) => named.concat(),
        (named, more) => format!("{} and {more} more", named.join(", ")),
    }
}

fn schedule(pattern: &str) -> String {
    match Schedule::parse(pattern) {
        Ok(rule) => lower(&rule.describe(Clock::Utc).to_string()),
        Err(_) if pattern.is_empty() => "no schedule".to_owned(),
        Err(_) => "a schedule that cannot be read".to_owned(),
    }
}

/// A sentence that goes on another one.
fn lower(sentence: &str) -> String {
    let mut characters = sentence.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

fn retention(retention: &Retention) -> String {
    lower(&retention.to_string())
}

fn servers(servers: &[PolicyServer]) -> String {
    list(&servers.iter().map(server).collect::<Vec<_>>())
}

fn tags(tags: &[Tag]) -> String {
    let pair = |tag: &Tag| {
        if tag.value.is_empty() {
            tag.key.clone()
        } else {
            format!("{}={}", tag.key, tag.value)
        }
    };
    list(&tags.iter().map(pair).collect::<Vec<_>>())
}

/// A text of somebody else's in quotes; nothing is said to be empty.
fn quoted(text: &str) -> String {
    if text.is_empty() {
        "empty".to_owned()
    } else {
        format!("“{text}”")
    }
}

/// Whether backups that the one retention keeps go under the other.
fn is_tighter(from: &Retention, to: &Retention) -> bool {
    let (from, to) = match (from, to) {
        (_, Retention::Forever) => return false,
        (Retention::Forever, _) => return true,
        (Retention::Limited(from), Retention::Limited(to)) => (from, to),
    };
    let less =
        |from: Option<u32>, to: Option<u32>| to.is_some_and(|to| from.is_none_or(|from| to < from));
    less(from.count, to.count) || less(from.days, to.days) || from.long_term != to.long_term
}

fn changes(before: &Policy, fields: &Fields) -> Vec<String> {
    let mut said = Vec::new();
    match fields.enabled {
        Some(true) => said.push("switch its schedule on".to_owned()),
        Some(false) => said.push("switch its schedule off".to_owned()),
        None => {}
    }
    if let Some(pattern) = &fields.pattern {
        let (new, old) = (schedule(pattern), schedule(&before.pattern));
        said.push(format!("run {new} instead of {old}"));
    }
    if let Some(new) = &fields.retention {
        let (new, old) = (retention(new), retention(&before.retention));
        said.push(format!("{new}, instead of: {old}"));
    }
    if !fields.put.is_empty() {
        said.push(format!("put {} in", servers(&fields.put)));
    }
    if !fields.taken.is_empty() {
        said.push(format!("take {} out", servers(&fields.taken)));
    }
    if let Some(new) = &fields.description {
        let (new, old) = (quoted(new), quoted(&before.description));
        said.push(format!("make the description {new} instead of {old}"));
    }
    said
}

impl Step {
    /// What the step does, as a sentence.
    pub fn sentence(&self) -> String {
        let name = &self.policy;
        match &self.kind {
            // What is missing is not known: no sentence may fill it in.
            Kind::Create(_) if !self.flaws.is_empty() => format!("Create policy {name}."),
            Kind::Create(policy) => {
                let mut said = vec![schedule(&policy.pattern), retention(&policy.retention)];
                said.push(match policy.servers.as_slice() {
                    [] => "no server".to_owned(),
                    some => format!("servers {}", servers(some)),
                });
                if !policy.tags.is_empty() {
                    said.push(format!("tags {}", tags(&policy.tags)));
                }
                if !policy.enabled {
                    said.push("switched off".to_owned());
                }
                format!("Create policy {name}: {}.", said.join("; "))
            }
            Kind::Release { servers, to } => format!(
                "Take {} out of policy {name}, so that {to} can have {}.",
                list(servers),
                if servers.len() == 1 { "it" } else { "them" }
            ),
            Kind::Change { before, fields } => match changes(before, fields) {
                none if none.is_empty() => format!("Change policy {name}."),
                said => format!("Change policy {name}: {}.", said.join("; ")),
            },
            Kind::Tags { before, gone, put } => {
                let had = |tag: &&Tag| before.iter().any(|old| old.key == tag.key);
                let (other, new): (Vec<&Tag>, Vec<&Tag>) = put.iter().partition(had);
                let told = |list: Vec<&Tag>| tags(&list.into_iter().cloned().collect::<Vec<_>>());
                let mut said = Vec::new();
                if !new.is_empty() {
                    said.push(format!("add {}", told(new)));
                }
                if !other.is_empty() {
                    said.push(format!("set {}", told(other)));
                }
                if !gone.is_empty() {
                    said.push(format!("remove {}", list(gone)));
                }
                format!("Change the tags of policy {name}: {}.", said.join("; "))
            }
            Kind::Delete { .. } => format!("Delete policy {name}."),
        }
    }

    /// What the step costs beyond its sentence, if anything.
    pub fn warning(&self) -> Option<String> {
        match &self.kind {
            Kind::Change { before, fields } => {
                let new = fields.retention.as_ref()?;
                is_tighter(&before.retention, new).then(|| {
                    "The service deletes the backups that the new retention does not keep; taking the step back does not bring them back."
                        .to_owned()
                })
            }
            Kind::Delete { servers: 0 } => None,
            Kind::Delete { servers } => Some(format!(
                "{} no longer backed up on a schedule; the backups made so far stay.",
                match servers {
                    1 => "1 server is".to_owned(),
                    many => format!("{many} servers are"),
                }
            )),
            _ => None,
        }
    }

    /// What taking the step back does, as a sentence.
    pub fn undo_sentence(&self) -> String {
        let name = &self.policy;
        match &self.kind {
            Kind::Create(_) => format!("Deletes policy {name} again."),
            Kind::Release { servers, .. } => {
                format!("Puts {} back into policy {name}.", list(servers))
            }
            Kind::Change { .. } => format!("Gives policy {name} its former values back."),
            Kind::Tags { .. } => format!("Gives policy {name} its former tags back."),
            Kind::Delete { .. } => format!(
                "Creates policy {name} again, under a new id; its earlier backups keep the old one."
            ),
        }
    }
}

impl Alone {
    /// Why nothing is done, as a sentence.
    pub fn sentence(&self) -> String {
        let name = &self.policy;
        match self.reason {
            Reason::Same => format!("{name} is already what the document says."),
            Reason::NotNamed => format!("{name} is not in the document and stays as it is."),
            Reason::Ambiguous(count) => format!(
                "{count} policies are called {name}; which one is meant is not clear. Rename all but one first."
            ),
        }
    }
}

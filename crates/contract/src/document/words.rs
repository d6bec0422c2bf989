//! Steps in sentences.

use super::deed::Fields;
use super::plan::{Alone, Kind, Reason, Step};
use crate::model::{Destination, Generation, Policy, PolicyKind, PolicyServer, Retention, Tag};
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

/// All rules of a policy of vaults; "twice" has to be seen, so each is told.
fn schedules<'a>(patterns: impl Iterator<Item = &'a str>) -> String {
    let told: Vec<String> = patterns.map(schedule).collect();
    if told.is_empty() {
        return schedule("");
    }
    told.join(", and ")
}

/// How often a backup is a full one.
fn full(every: Option<u32>) -> String {
    match every {
        Some(1) => "every second backup a full one".to_owned(),
        Some(runs) => format!("one full backup after every {runs} runs"),
        None => "only the first backup a full one".to_owned(),
    }
}

fn late(window: Option<u32>) -> String {
    match window {
        Some(minutes) => format!("runs begin up to {minutes} minutes late"),
        None => "runs begin on time".to_owned(),
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

/// Where copies go.
fn to_words(to: &Destination) -> String {
    let fast = if to.acceleration { ", accelerated" } else { "" };
    format!("project {} in {}{fast}", to.project_id, to.region)
}

/// What a new policy is, part by part.
fn parts(policy: &Policy) -> Vec<String> {
    let kept = retention(&policy.retention);
    if !policy.generation.capabilities().vaults {
        let mut said = vec![schedule(&policy.pattern), kept];
        said.push(match policy.servers.as_slice() {
            [] => "no server".to_owned(),
            some => format!("servers {}", servers(some)),
        });
        if !policy.tags.is_empty() {
            said.push(format!("tags {}", tags(&policy.tags)));
        }
        return said;
    }
    let mut said = vec![schedules(policy.patterns())];
    if policy.start_window.is_some() {
        said.push(late(policy.start_window));
    }
    said.push(kept);
    if policy.further_retention.is_some() {
        said.push("backups of chosen days longer".to_owned());
    }
    match &policy.kind {
        PolicyKind::Replication(to) => said.push(format!("copies go to {}", to_words(to))),
        PolicyKind::Backup => said.push(full(policy.full_every)),
    }
    said
}

/// What a policy is called in sentences; that of servers was there first.
fn policy_of(service: Generation, name: &str) -> String {
    match service {
        Generation::Csbs => format!("policy {name}"),
        Generation::Cbr => format!("CBR policy {name}"),
    }
}

fn changes(before: &Policy, fields: &Fields) -> Vec<String> {
    let mut said = Vec::new();
    match fields.enabled {
        Some(true) => said.push("switch its schedule on".to_owned()),
        Some(false) => said.push("switch its schedule off".to_owned()),
        None => {}
    }
    if let Some(patterns) = &fields.patterns {
        let new = schedules(patterns.iter().map(String::as_str));
        let old = schedules(before.patterns());
        said.push(format!("run {new} instead of {old}"));
    }
    if let Some(new) = fields.start_window {
        let (new, old) = (late(new), late(before.start_window));
        said.push(format!("let {new}, instead of: {old}"));
    }
    if let Some(new) = &fields.retention {
        let (new, old) = (retention(new), retention(&before.retention));
        said.push(format!("{new}, instead of: {old}"));
    }
    match (&fields.advanced, &before.further_retention) {
        (Some(Some(_)), Some(_)) => {
            said.push("keep backups of other chosen days longer".to_owned())
        }
        (Some(Some(_)), None) => said.push("keep backups of chosen days longer".to_owned()),
        (Some(None), _) => said.push("keep no backups of chosen days longer".to_owned()),
        (None, _) => {}
    }
    if let Some(new) = fields.full_every {
        let (new, old) = (full(new), full(before.full_every));
        said.push(format!("make {new}, instead of: {old}"));
    }
    if let (Some(new), PolicyKind::Replication(old)) = (&fields.destination, &before.kind) {
        said.push(format!(
            "copy to {} instead of {}",
            to_words(new),
            to_words(old)
        ));
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
        let policy = policy_of(self.service, name);
        match &self.kind {
            // What is missing is not known: no sentence may fill it in.
            Kind::Create(_) if !self.flaws.is_empty() => format!("Create {policy}."),
            Kind::Create(new) => {
                let mut said = parts(new);
                if !new.enabled {
                    said.push("switched off".to_owned());
                }
                format!("Create {policy}: {}.", said.join("; "))
            }
            Kind::Release { servers, to } => format!(
                "Take {} out of {policy}, so that {to} can have {}.",
                list(servers),
                if servers.len() == 1 { "it" } else { "them" }
            ),
            Kind::Change { before, fields } => match changes(before, fields) {
                none if none.is_empty() => format!("Change {policy}."),
                said => format!("Change {policy}: {}.", said.join("; ")),
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
                format!("Change the tags of {policy}: {}.", said.join("; "))
            }
            Kind::Delete { .. } => format!("Delete {policy}."),
            Kind::Apply {
                vault,
                copies_to,
                instead,
                moved,
            } => {
                let mut said = match (moved, copies_to.as_str()) {
                    (true, to) => format!("Copy from vault {vault} to vault {to} by {policy}"),
                    (false, "") => format!("Apply {policy} to vault {vault}"),
                    (false, to) => {
                        format!("Apply {policy} to vault {vault}, copying to vault {to}")
                    }
                };
                if !instead.is_empty() {
                    said.push_str(&format!(", instead of policy {instead}"));
                }
                said + "."
            }
            Kind::TakeOff { vault, .. } => format!("Take {policy} off vault {vault}."),
        }
    }

    /// What the step costs beyond its sentence, if anything.
    pub fn warning(&self) -> Option<String> {
        match &self.kind {
            Kind::Change { before, fields } => {
                let mut said = Vec::new();
                let new = fields.retention.as_ref();
                let is_tighter = new.is_some_and(|new| is_tighter(&before.retention, new))
                    || (fields.advanced.is_some() && before.further_retention.is_some());
                if is_tighter {
                    said.push("The service deletes the backups that the new retention does not keep; taking the step back does not bring them back.");
                }
                if fields.start_window.is_some() && before.start_window.is_none() {
                    said.push("The service may keep the start window when the step is taken back.");
                }
                (!said.is_empty()).then(|| said.join(" "))
            }
            Kind::Delete { servers, vaults } => {
                let unprotected = match (*servers, *vaults) {
                    (0, 0) => return None,
                    (0, 1) => "What 1 vault holds is".to_owned(),
                    (0, many) => format!("What {many} vaults hold is"),
                    (1, _) => "1 server is".to_owned(),
                    (many, _) => format!("{many} servers are"),
                };
                Some(format!(
                    "{unprotected} no longer backed up on a schedule; the backups made so far stay."
                ))
            }
            Kind::TakeOff { copies, .. } => {
                let no_longer = if *copies { "copied" } else { "backed up" };
                Some(format!(
                    "What the vault holds is no longer {no_longer} on a schedule; the backups made so far stay."
                ))
            }
            _ => None,
        }
    }

    /// What taking the step back does, as a sentence.
    pub fn undo_sentence(&self) -> String {
        let policy = policy_of(self.service, &self.policy);
        match &self.kind {
            Kind::Create(_) => format!("Deletes {policy} again."),
            Kind::Release { servers, .. } => format!("Puts {} back into {policy}.", list(servers)),
            Kind::Change { .. } => format!("Gives {policy} its former values back."),
            Kind::Tags { .. } => format!("Gives {policy} its former tags back."),
            Kind::Delete { vaults, .. } => format!(
                "Creates {policy} again, under a new id{}; its earlier backups keep the old one.",
                match vaults {
                    0 => "",
                    1 => ", and applies it to its vault",
                    _ => ", and applies it to its vaults",
                }
            ),
            Kind::Apply {
                vault, moved: true, ..
            } => {
                format!("Copies from vault {vault} to where it did.")
            }
            Kind::Apply { vault, instead, .. } if !instead.is_empty() => {
                format!("Applies policy {instead} to vault {vault} again.")
            }
            Kind::Apply { vault, .. } => format!("Takes {policy} off vault {vault} again."),
            Kind::TakeOff { vault, .. } => format!("Applies {policy} to vault {vault} again."),
        }
    }
}

impl Alone {
    /// Why nothing is done, as a sentence.
    pub fn sentence(&self) -> String {
        let name = match self.service {
            Generation::Csbs => self.policy.clone(),
            Generation::Cbr => policy_of(self.service, &self.policy),
        };
        match self.reason {
            Reason::Same => format!("{name} is already what the document says."),
            Reason::NotNamed => format!("{name} is not in the document and stays as it is."),
            Reason::Ambiguous(count) => format!(
                "{count} policies are called {}; which one is meant is not clear. Rename all but one first.",
                self.policy
            ),
        }
    }
}

//! Policies as text: one canonical JSON document, and the plan that makes a project what it says.
//!
//! - [`Document::of`] and [`Document::to_json`] write it: sorted, always the same text for the same policies.
//! - [`Document::read`] reads it back, forgiving in form (numbers as text, `null`, one policy instead of
//!   a list) and exact in what is wrong: every problem has its line, its member, the rule and the way out.
//! - [`plan::plan`] compares it with what there is; a [`plan::Plan`] is steps in sentences, each judged by
//!   the rules of [`crate::policy`] and [`crate::vault`] before it is sent, each with its inverse.
//!
//! A member that the document leaves out says nothing: an existing policy keeps what it has. Policies of
//! both services stand in one document; each says which it is of.

mod deed;
mod judge;
mod places;
pub mod plan;
mod plan_vaults;
mod problem;
mod read;
mod read_vaults;
mod reader;
mod refusal;
mod terraform;
mod words;
mod world;
mod write;

#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vault_tests;

pub use deed::{Deed, Fields, create_request};
pub use problem::DocumentProblem;
pub use refusal::DeedRefusal;
pub use terraform::LeftOut;
pub use world::{Targets, World};

use serde_json::Value;

use crate::cbr::policies::Definition;
use crate::cbr::rules::check_rules;
use crate::model::{Destination, Generation, Limits, Policy, PolicyKind, Retention, Tag};
use crate::schedule::Schedule;
use crate::vault::Vault;

/// What the document calls itself.
pub const FORMAT: &str = "backup-policies";
/// The version of a document whose policies all list servers.
pub const VERSION: i64 = 1;
/// The version of a document with policies of vaults.
pub const VERSION_OF_VAULTS: i64 = 2;

/// What a text was read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// The document of this module.
    #[default]
    Json,
    /// A configuration with policies among its resources.
    Terraform,
}

/// A text that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// What it was read as.
    pub form: Form,
    /// Its policies.
    pub document: Document,
    /// What else stands in it, by line.
    pub left_out: Vec<LeftOut>,
}

/// Reads a text as what it looks like: a document begins with a brace, everything else is Terraform.
///
/// ```
/// use contract::document::{Form, import};
/// let text = "resource \"opentelekomcloud_cbr_policy_v3\" \"nightly\" {\n  name = \"nightly\"\n  operation_type = \"backup\"\n\
///     trigger_pattern = [\"FREQ=DAILY;BYHOUR=2;BYMINUTE=0\"]\n}\nvariable \"size\" {}\n";
/// let read = import(text).unwrap();
/// assert_eq!((read.form, read.document.policies[0].name.as_str()), (Form::Terraform, "nightly"));
/// assert_eq!(read.left_out[0].to_string(), "Line 6: variable size is left out.");
/// ```
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn import(text: &str) -> Result<Imported, Vec<DocumentProblem>> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let is_json = start.is_empty() || start.starts_with(['{', '[', '"']);
    if is_json || read::is_too_long(text) {
        return Ok(Imported {
            document: Document::read(text)?,
            ..Imported::default()
        });
    }
    let (document, left_out) = terraform::read(text)?;
    Ok(Imported {
        form: Form::Terraform,
        document,
        left_out,
    })
}

/// Policies as they stand in a document, sorted by name.
///
/// ```
/// use contract::document::Document;
/// use contract::model::Policy;
///
/// let policy = Policy { name: "nightly".to_owned(), enabled: true, ..Policy::default() };
/// let document = Document::of(&[policy]);
/// assert_eq!(Document::read(&document.to_json()), Ok(document));
///
/// let problems = Document::read("{\"version\": 1,\n \"policies\": [{\"name\": \"café\"}]}").unwrap_err();
/// assert_eq!(
///     problems[0].to_string(),
///     "Line 2, policies[0].name: `é` is not allowed; use letters, digits, `_` and `-`."
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The policies; in one service no name twice.
    pub policies: Vec<PolicyText>,
}

/// One policy of a document; what is `None` is not stated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyText {
    /// The service it is a policy of.
    pub service: Generation,
    /// Its name, by which it is found again.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// Whether the schedule is on.
    pub enabled: Option<bool>,
    /// When it runs.
    pub schedule: Option<ScheduleText>,
    /// How long its backups are kept.
    pub retention: Option<Retention>,
    /// Which servers it backs up, sorted by name and id.
    pub servers: Option<Vec<ServerText>>,
    /// Tags, sorted by key.
    pub tags: Option<Vec<Tag>>,
    /// What only a policy of vaults has.
    pub of_vaults: OfVaults,
}

/// What only a policy of vaults has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OfVaults {
    /// What it makes, and where copies go; an empty destination is not stated.
    pub kind: Option<PolicyKind>,
    /// Advanced rules of the retention, as the service has them, or none.
    pub advanced: Option<Option<Value>>,
    /// A full backup after so many runs, or never.
    pub full_every: Option<Option<u32>>,
    /// How late a run may begin, minutes. That there is no such window cannot be stated: the
    /// service takes none away.
    pub start_window: Option<u32>,
    /// The vaults it is applied to, sorted by name and id.
    pub vaults: Option<Vec<VaultText>>,
}

/// The schedule of a policy in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleText {
    /// Member `schedule`: rules, checked when they are read, sorted by their text. A policy of
    /// servers has one.
    Rules(Vec<Schedule>),
    /// Member `pattern`: texts that are not rules by which the service would run, as it stores them.
    Patterns(Vec<String>),
}

impl ScheduleText {
    /// The schedule of a pattern as the older service stores it.
    pub fn of_pattern(pattern: &str) -> Self {
        match Schedule::parse(pattern) {
            Ok(rule) => Self::Rules(vec![rule]),
            Err(_) => Self::Patterns(vec![pattern.to_owned()]),
        }
    }

    /// The schedule of the rules of a policy of vaults.
    pub fn of_patterns(mut patterns: Vec<String>) -> Self {
        match check_rules(&patterns) {
            Ok(rules) => Self::of_rules(rules),
            Err(_) => {
                patterns.sort_unstable();
                Self::Patterns(patterns)
            }
        }
    }

    fn of_rules(mut rules: Vec<Schedule>) -> Self {
        rules.sort_by_cached_key(ToString::to_string);
        Self::Rules(rules)
    }

    /// The schedule of a policy.
    pub fn of(policy: &Policy) -> Self {
        if policy.generation.capabilities().several_rules {
            Self::of_patterns(policy.patterns().map(str::to_owned).collect())
        } else {
            Self::of_pattern(&policy.pattern)
        }
    }

    /// The patterns to send to a service; only the older one has a calendar around its rule.
    pub fn to_patterns(&self, service: Generation) -> Vec<String> {
        let text = |rule: &Schedule| {
            if service.capabilities().several_rules {
                rule.to_string()
            } else {
                rule.to_pattern()
            }
        };
        match self {
            Self::Rules(rules) => rules.iter().map(text).collect(),
            Self::Patterns(patterns) => patterns.clone(),
        }
    }
}

/// A server of a policy in a document; at least one of both is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerText {
    /// Name; for people, and to find the server by where there is no id.
    pub name: String,
    /// Server id; empty where only the name is known.
    pub id: String,
}

/// A vault that a policy is applied to; name or id is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct VaultText {
    /// Name; for people, and to find the vault by where there is no id.
    pub name: String,
    /// Vault id; empty where only the name is known.
    pub id: String,
    /// Id of the vault that takes the copies; empty for a policy that makes backups.
    pub copies_to: String,
}

impl Document {
    /// The document of policies; every member is stated.
    pub fn of<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Self {
        let mut policies: Vec<_> = policies.into_iter().map(PolicyText::from).collect();
        policies.sort_by(PolicyText::order);
        Self { policies }
    }

    /// The same with the names of vaults; policies know their ids only.
    #[must_use]
    pub fn naming(mut self, vaults: &[Vault]) -> Self {
        let listed = self.policies.iter_mut();
        for listed in listed.filter_map(|policy| policy.of_vaults.vaults.as_mut()) {
            for text in &mut *listed {
                if let Some(vault) = vaults.iter().find(|vault| vault.id == text.id) {
                    text.name.clone_from(&vault.name);
                }
            }
            listed.sort();
        }
        self
    }

    /// Reads a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn read(text: &str) -> Result<Self, Vec<DocumentProblem>> {
        read::read(text)
    }

    /// The canonical text, with a line end at its end.
    pub fn to_json(&self) -> String {
        write::json(self)
    }

    /// Whether it says anything about a service's policies. One without policies is about the
    /// service that was there first.
    pub fn is_about(&self, service: Generation) -> bool {
        let mut policies = self.policies.iter();
        policies.any(|policy| policy.service == service)
            || (self.policies.is_empty() && service == Generation::Csbs)
    }

    /// Where its policies copy to.
    pub fn destinations(&self) -> impl Iterator<Item = &Destination> {
        let kinds = self.policies.iter();
        let to = kinds.filter_map(|policy| policy.of_vaults.kind.as_ref()?.destination());
        to.filter(|to| !to.project_id.is_empty())
    }
}

impl PolicyText {
    fn order(&self, other: &Self) -> core::cmp::Ordering {
        let newer = |text: &Self| text.service == Generation::Cbr;
        let names = self.name.cmp(&other.name);
        names.then_with(|| newer(self).cmp(&newer(other)))
    }
}

impl From<&Policy> for PolicyText {
    fn from(policy: &Policy) -> Self {
        let common = Self {
            service: policy.generation,
            name: policy.name.clone(),
            enabled: Some(policy.enabled),
            schedule: Some(ScheduleText::of(policy)),
            retention: Some(plain(policy.generation, &policy.retention)),
            ..Self::default()
        };
        if policy.generation.capabilities().vaults {
            let mut vaults: Vec<_> = policy
                .vaults
                .iter()
                .map(|vault| VaultText {
                    id: vault.id.clone(),
                    copies_to: vault.destination_id.clone(),
                    name: String::new(),
                })
                .collect();
            vaults.sort();
            return Self {
                of_vaults: OfVaults {
                    kind: Some(policy.kind.clone()),
                    advanced: Some(policy.further_retention.clone()),
                    full_every: Some(policy.full_every),
                    start_window: policy.start_window,
                    vaults: Some(vaults),
                },
                ..common
            };
        }
        let mut servers: Vec<_> = policy
            .servers
            .iter()
            .map(|server| ServerText {
                name: server.name.clone(),
                id: server.id.clone(),
            })
            .collect();
        servers.sort();
        let mut tags = policy.tags.clone();
        tags.sort();
        Self {
            description: Some(policy.description.clone()),
            servers: Some(servers),
            tags: Some(tags),
            ..common
        }
    }
}

/// A retention in its simplest form: limits that limit nothing are none, and what a service does not
/// tell apart is one.
fn plain(service: Generation, retention: &Retention) -> Retention {
    if service.capabilities().vaults {
        return Definition::from(retention).retention();
    }
    let Retention::Limited(limits) = retention else {
        return Retention::Forever;
    };
    let slots = limits.long_term.clone();
    let limits = Limits {
        long_term: slots.filter(|slots| slots.day + slots.week + slots.month + slots.year > 0),
        ..limits.clone()
    };
    if limits == Limits::default() {
        Retention::Forever
    } else {
        Retention::Limited(limits)
    }
}

//! Policies as text: one canonical JSON document, and the plan that makes a project what it says.
//!
//! - [`Document::of`] and [`Document::to_json`] write it: sorted, always the same text for the same policies.
//! - [`Document::read`] reads it back, forgiving in form (numbers as text, `null`, one policy instead of
//!   a list) and exact in what is wrong: every problem has its line, its member, the rule and the way out.
//! - [`plan::plan`] compares it with what there is; a [`plan::Plan`] is steps in sentences, each judged by
//!   the rules of [`crate::policy`] before it is sent, each with its inverse.
//!
//! A member that the document leaves out says nothing: an existing policy keeps what it has.

mod deed;
mod judge;
mod places;
pub mod plan;
mod problem;
mod read;
mod reader;
mod words;
mod world;
mod write;

#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod tests;

pub use deed::{Deed, Fields, create_request};
pub use problem::DocumentProblem;
pub use world::World;

use crate::model::{Limits, Policy, Retention, Tag};
use crate::schedule::Schedule;

/// What the document calls itself.
pub const FORMAT: &str = "backup-policies";
/// The version this crate writes, and the only one there is.
pub const VERSION: i64 = 1;

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
    /// The policies; no name twice.
    pub policies: Vec<PolicyText>,
}

/// One policy of a document; what is `None` is not stated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyText {
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
}

/// The schedule of a policy in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleText {
    /// Member `schedule`: a rule, checked when it is read.
    Rule(Schedule),
    /// Member `pattern`: a text that the schedule engine cannot read, as the service stores it.
    Pattern(String),
}

impl ScheduleText {
    /// The schedule of a pattern as the service stores it.
    pub fn of_pattern(pattern: &str) -> Self {
        match Schedule::parse(pattern) {
            Ok(rule) => Self::Rule(rule),
            Err(_) => Self::Pattern(pattern.to_owned()),
        }
    }

    /// The pattern to send to the service.
    pub fn to_pattern(&self) -> String {
        match self {
            Self::Rule(rule) => rule.to_pattern(),
            Self::Pattern(pattern) => pattern.clone(),
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

impl Document {
    /// The document of policies; every member is stated.
    pub fn of<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Self {
        let mut policies: Vec<_> = policies.into_iter().map(PolicyText::from).collect();
        policies.sort_by(|one, two| one.name.cmp(&two.name));
        Self { policies }
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
}

impl From<&Policy> for PolicyText {
    fn from(policy: &Policy) -> Self {
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
            name: policy.name.clone(),
            description: Some(policy.description.clone()),
            enabled: Some(policy.enabled),
            schedule: Some(ScheduleText::of_pattern(&policy.pattern)),
            retention: Some(plain(&policy.retention)),
            servers: Some(servers),
            tags: Some(tags),
        }
    }
}

/// A retention in its simplest form: limits that limit nothing are none.
fn plain(retention: &Retention) -> Retention {
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

//! What has to be done so that a project's policies are what a document says.

use super::deed::{Deed, Fields};
pub use super::judge::{Flaw, StepProblem};
use super::{Document, PolicyText, ScheduleText, ServerText, World};
use crate::model::{Policy, PolicyServer, Tag};
use crate::rules::SERVER_KIND;
use crate::schedule::Schedule;

/// What happens to policies that the document does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// They stay as they are.
    #[default]
    Keep,
    /// They are deleted; their backups stay.
    Delete,
}

/// The steps, in the order they are done, and what is left alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Deletions first, then servers that leave a policy, then each policy of the document by name.
    pub steps: Vec<Step>,
    /// Policies nothing is done to, by name.
    pub alone: Vec<Alone>,
}

/// One step about one policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Name of the policy.
    pub policy: String,
    /// What kind of step, with what its sentence says.
    pub kind: Kind,
    /// What to do; nothing when the document does not say enough.
    pub deed: Option<Deed>,
    /// What the document does not say, or not clearly.
    pub flaws: Vec<Flaw>,
    /// The step for whose sake servers leave this policy, by its number.
    pub sake: Option<usize>,
}

/// The kinds of steps.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Makes the policy.
    Create(Box<Policy>),
    /// Takes servers out, because another policy of the document has them.
    Release {
        /// Their names.
        servers: Vec<String>,
        /// Name of that policy.
        to: String,
    },
    /// Changes fields.
    Change {
        /// The policy as it is before.
        before: Box<Policy>,
        /// New values.
        fields: Box<Fields>,
    },
    /// Changes tags.
    Tags {
        /// The policy's tags before.
        before: Vec<Tag>,
        /// Keys that go.
        gone: Vec<String>,
        /// Tags that are added or get another value.
        put: Vec<Tag>,
    },
    /// Deletes the policy, with so many servers in it.
    Delete {
        /// How many.
        servers: usize,
    },
}

/// A policy nothing is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alone {
    /// Name of the policy.
    pub policy: String,
    /// Why.
    pub reason: Reason,
}

/// Why nothing is done to a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is what the document says.
    Same,
    /// The document does not name it.
    NotNamed,
    /// So many policies have this name, and which one is meant is not clear.
    Ambiguous(usize),
}

/// Compares a document with what there is.
pub fn plan(document: &Document, world: &World, missing: Missing) -> Plan {
    let mut making = Making {
        after: world.clone(),
        plan: Plan::default(),
    };
    let named = |policy: &Policy| {
        let texts = &document.policies;
        texts.iter().any(|text| text.name == policy.name)
    };
    let mut others: Vec<&Policy> = world.policies.iter().filter(|old| !named(old)).collect();
    others.sort_by(|one, two| (&one.name, &one.id).cmp(&(&two.name, &two.id)));
    for policy in others {
        match missing {
            Missing::Keep => making.alone(&policy.name, Reason::NotNamed),
            Missing::Delete => making.delete(policy),
        }
    }
    let mut wanted = Vec::new();
    for text in &document.policies {
        let alike: Vec<&Policy> = world
            .policies
            .iter()
            .filter(|policy| policy.name == text.name)
            .collect();
        match alike.as_slice() {
            [] => wanted.push((Wanted::of(text, None, world), None)),
            [one] => wanted.push((Wanted::of(text, Some(one), world), Some(one.id.clone()))),
            many => making.alone(&text.name, Reason::Ambiguous(many.len())),
        }
    }
    let mut releases = Vec::new();
    for (wanted, own) in &wanted {
        if wanted.flaws.is_empty() {
            releases.extend(making.release(wanted, own.as_deref()));
        }
    }
    for (wanted, own) in wanted {
        let first = making.plan.steps.len();
        let name = wanted.policy.name.clone();
        match own {
            None => making.create(wanted),
            Some(id) => making.change(wanted, &id),
        }
        for (release, to) in &releases {
            if *to == name {
                making.plan.steps[*release].sake = Some(first);
            }
        }
    }
    let alone = &mut making.plan.alone;
    alone.sort_by(|one, two| one.policy.cmp(&two.policy));
    making.plan
}

/// A policy of the document with everything it does not state filled in.
struct Wanted {
    policy: Policy,
    flaws: Vec<Flaw>,
}

impl Wanted {
    fn of(text: &PolicyText, present: Option<&Policy>, world: &World) -> Self {
        let mut flaws = Vec::new();
        let mut policy = present.cloned().unwrap_or_else(|| Policy {
            name: text.name.clone(),
            enabled: true,
            ..Policy::default()
        });
        if let Some(description) = &text.description {
            policy.description.clone_from(description);
        }
        if let Some(enabled) = text.enabled {
            policy.enabled = enabled;
        }
        match &text.schedule {
            Some(schedule) if !is_same(schedule, &policy.pattern) => {
                policy.pattern = schedule.to_pattern();
            }
            None if present.is_none() => flaws.push(Flaw::NoSchedule),
            _ => {}
        }
        match &text.retention {
            Some(retention) => policy.retention.clone_from(retention),
            None if present.is_none() => flaws.push(Flaw::NoRetention),
            None => {}
        }
        if let Some(servers) = &text.servers {
            let own = core::mem::take(&mut policy.servers);
            for server in servers {
                match resolved(server, &own, world) {
                    Ok(server) => policy.servers.push(server),
                    Err(flaw) => flaws.push(flaw),
                }
            }
        }
        if let Some(tags) = &text.tags {
            policy.tags.clone_from(tags);
        }
        Self { policy, flaws }
    }
}

fn is_same(schedule: &ScheduleText, pattern: &str) -> bool {
    match schedule {
        ScheduleText::Rule(rule) => Schedule::parse(pattern).as_ref() == Ok(rule),
        ScheduleText::Pattern(text) => text == pattern,
    }
}

/// The server that is meant: by its id, or else by a name that only one has.
fn resolved(text: &ServerText, own: &[PolicyServer], world: &World) -> Result<PolicyServer, Flaw> {
    let id = if text.id.is_empty() {
        let alike: Vec<&str> = world
            .servers
            .iter()
            .filter(|server| server.name == text.name)
            .map(|server| server.id.as_str())
            .collect();
        match alike.as_slice() {
            [one] => (*one).to_owned(),
            [] => return Err(Flaw::NobodyNamed(text.name.clone())),
            many => return Err(Flaw::SeveralNamed(text.name.clone(), many.len())),
        }
    } else {
        text.id.clone()
    };
    if let Some(known) = own.iter().find(|server| server.id == id) {
        return Ok(known.clone());
    }
    let known = world.servers.iter().find(|server| server.id == id);
    Ok(PolicyServer {
        name: known.map_or_else(|| text.name.clone(), |server| server.name.clone()),
        id,
        kind: SERVER_KIND.to_owned(),
        ..PolicyServer::default()
    })
}

/// A plan in the making, with the project as it is after its steps.
struct Making {
    after: World,
    plan: Plan,
}

impl Making {
    fn alone(&mut self, policy: &str, reason: Reason) {
        self.plan.alone.push(Alone {
            policy: policy.to_owned(),
            reason,
        });
    }

    fn push(&mut self, policy: &str, kind: Kind, deed: Deed) {
        self.after.done(&deed, None);
        self.plan.steps.push(Step {
            policy: policy.to_owned(),
            kind,
            deed: Some(deed),
            flaws: Vec::new(),
            sake: None,
        });
    }

    fn delete(&mut self, policy: &Policy) {
        let servers = policy.servers.len();
        let id = policy.id.clone();
        self.push(&policy.name, Kind::Delete { servers }, Deed::Delete { id });
    }

    /// The steps that take a policy's new servers out of the policies they are in; each with the
    /// name of the policy that gets them.
    fn release(&mut self, wanted: &Wanted, own: Option<&str>) -> Vec<(usize, String)> {
        let servers = &wanted.policy.servers;
        let is_wanted = |server: &PolicyServer| servers.iter().any(|new| new.id == server.id);
        let homes: Vec<(Policy, Vec<PolicyServer>)> = self
            .after
            .policies
            .iter()
            .filter(|policy| Some(policy.id.as_str()) != own)
            .map(|policy| {
                let leaving = policy.servers.iter().filter(|server| is_wanted(server));
                (policy.clone(), leaving.cloned().collect())
            })
            .filter(|(_, leaving): &(_, Vec<_>)| !leaving.is_empty())
            .collect();
        let mut numbers = Vec::new();
        for (policy, leaving) in homes {
            let kind = Kind::Release {
                servers: leaving.iter().map(super::words::server).collect(),
                to: wanted.policy.name.clone(),
            };
            let fields = Fields {
                taken: leaving,
                ..Fields::default()
            };
            let deed = Deed::Change {
                id: policy.id,
                fields: Box::new(fields),
            };
            numbers.push((self.plan.steps.len(), wanted.policy.name.clone()));
            self.push(&policy.name, kind, deed);
        }
        numbers
    }

    fn create(&mut self, wanted: Wanted) {
        let Wanted { policy, flaws } = wanted;
        let kind = Kind::Create(Box::new(policy.clone()));
        let name = policy.name.clone();
        self.push(&name, kind, Deed::Create(Box::new(policy)));
        self.spoil(flaws);
    }

    /// Notes what keeps the newest step from being one.
    fn spoil(&mut self, flaws: Vec<Flaw>) {
        if let Some(step) = self.plan.steps.last_mut()
            && !flaws.is_empty()
        {
            step.deed = None;
            step.flaws = flaws;
        }
    }

    fn change(&mut self, wanted: Wanted, id: &str) {
        let Some(before) = self.after.policy(id).cloned() else {
            return;
        };
        let Wanted { policy, flaws } = wanted;
        let differs = |one: &[PolicyServer], two: &[PolicyServer]| -> Vec<PolicyServer> {
            let lacks = |server: &&PolicyServer| !two.iter().any(|other| other.id == server.id);
            one.iter().filter(lacks).cloned().collect()
        };
        let is_pattern_new = policy.pattern != before.pattern;
        let is_retention_new = super::plain(&policy.retention) != super::plain(&before.retention);
        let fields = Fields {
            description: (policy.description != before.description).then_some(policy.description),
            enabled: (policy.enabled != before.enabled).then_some(policy.enabled),
            pattern: is_pattern_new.then_some(policy.pattern),
            retention: is_retention_new.then_some(policy.retention),
            // A server that cannot be found is not a server that should leave.
            taken: if flaws.is_empty() {
                differs(&before.servers, &policy.servers)
            } else {
                Vec::new()
            },
            put: differs(&policy.servers, &before.servers),
        };
        let first = self.plan.steps.len();
        if fields != Fields::default() || !flaws.is_empty() {
            let kind = Kind::Change {
                before: Box::new(before.clone()),
                fields: Box::new(fields.clone()),
            };
            let deed = Deed::Change {
                id: id.to_owned(),
                fields: Box::new(fields),
            };
            self.push(&before.name, kind, deed);
            self.spoil(flaws);
        }
        self.retag(&before, &policy.tags);
        let released =
            |step: &Step| matches!(&step.deed, Some(Deed::Change { id: of, .. }) if of == id);
        if self.plan.steps.len() == first && !self.plan.steps.iter().any(released) {
            self.alone(&before.name, Reason::Same);
        }
    }

    fn retag(&mut self, before: &Policy, wanted: &[Tag]) {
        let has = |tags: &[Tag], key: &str| tags.iter().any(|tag| tag.key == key);
        let gone: Vec<String> = before
            .tags
            .iter()
            .filter(|tag| !has(wanted, &tag.key))
            .map(|tag| tag.key.clone())
            .collect();
        let put: Vec<Tag> = wanted
            .iter()
            .filter(|tag| !before.tags.contains(tag))
            .cloned()
            .collect();
        if gone.is_empty() && put.is_empty() {
            return;
        }
        let kind = Kind::Tags {
            before: before.tags.clone(),
            gone: gone.clone(),
            put: put.clone(),
        };
        let deed = Deed::Tags {
            id: before.id.clone(),
            gone,
            put,
        };
        self.push(&before.name, kind, deed);
    }
}

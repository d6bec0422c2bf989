//! What has to be done so that a project's policies are what a document says.

use super::deed::{Deed, Fields};
pub use super::judge::{Flaw, StepProblem};
use super::plan_vaults::{self, Link};
use super::{Document, PolicyText, ScheduleText, ServerText, World};
use crate::model::{Generation, Policy, PolicyKind, PolicyServer, Tag};
use crate::rules::SERVER_KIND;

/// What happens to policies that the document does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// They stay as they are.
    #[default]
    Keep,
    /// They are deleted, those of the services that the document has policies of; their backups stay.
    Delete,
}

/// The steps, in the order they are done, and what is left alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Deletions first, then servers that leave a policy, then each policy of the document by name:
    /// vaults it is taken off, the policy itself, vaults it is applied to.
    pub steps: Vec<Step>,
    /// Policies nothing is done to, by name.
    pub alone: Vec<Alone>,
}

/// One step about one policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The service of the policy.
    pub service: Generation,
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
    /// The step that makes the policy, when this one needs it, by its number.
    pub needs: Option<usize>,
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
    /// Deletes the policy.
    Delete {
        /// With so many servers in it.
        servers: usize,
        /// Applied to so many vaults.
        vaults: usize,
    },
    /// Applies the policy to a vault.
    Apply {
        /// What the vault is called.
        vault: String,
        /// What the vault that takes the copies is called, if there are any.
        copies_to: String,
        /// Name of the policy it replaces there, if it does.
        instead: String,
        /// Whether it is applied already and copies to another vault from now on.
        moved: bool,
    },
    /// Takes the policy off a vault.
    TakeOff {
        /// What the vault is called.
        vault: String,
        /// Whether it makes copies; otherwise backups.
        copies: bool,
    },
}

/// A policy nothing is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alone {
    /// The service of the policy.
    pub service: Generation,
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
    let means = |text: &PolicyText, policy: &Policy| {
        (text.service, &text.name) == (policy.generation, &policy.name)
    };
    let named = |policy: &Policy| document.policies.iter().any(|text| means(text, policy));
    let mut others: Vec<&Policy> = world.policies.iter().filter(|old| !named(old)).collect();
    others.sort_by(|one, two| (&one.name, &one.id).cmp(&(&two.name, &two.id)));
    for policy in others {
        match missing {
            Missing::Delete if document.is_about(policy.generation) => making.delete(policy),
            _ => making.alone(policy.generation, &policy.name, Reason::NotNamed),
        }
    }
    let mut wanted = Vec::new();
    for text in &document.policies {
        let all = world.policies.iter();
        let alike: Vec<&Policy> = all.filter(|policy| means(text, policy)).collect();
        match alike.as_slice() {
            [] => wanted.push((Wanted::of(text, None, world), None)),
            [one] => wanted.push((Wanted::of(text, Some(one), world), Some(one.id.clone()))),
            many => making.alone(text.service, &text.name, Reason::Ambiguous(many.len())),
        }
    }
    let mut releases = Vec::new();
    for (wanted, own) in &wanted {
        if wanted.flaws.is_empty() {
            releases.extend(making.release(wanted, own.as_deref()));
        }
    }
    let claims: Vec<plan_vaults::Claim> = wanted.iter().flat_map(|(it, _)| it.claims()).collect();
    for (wanted, own) in wanted {
        let first = making.plan.steps.len();
        let (name, of_servers) = (wanted.policy.name.clone(), wanted.of_servers());
        match own {
            _ if !of_servers => making.of_vaults(wanted, own.as_deref(), &claims),
            None => making.create(wanted),
            Some(id) => making.change(wanted, &id),
        }
        for (release, to) in &releases {
            if of_servers && *to == name {
                making.plan.steps[*release].sake = Some(first);
            }
        }
    }
    let alone = &mut making.plan.alone;
    alone.sort_by(|one, two| one.policy.cmp(&two.policy));
    making.plan
}

/// Whether a policy makes copies, and where they go is not said.
fn is_open(kind: &PolicyKind) -> bool {
    kind.destination()
        .is_some_and(|to| to.project_id.is_empty())
}

/// A policy of the document with everything it does not state filled in.
pub(super) struct Wanted {
    pub policy: Policy,
    pub flaws: Vec<Flaw>,
    /// The vaults it shall be applied to, where the document says so.
    pub links: Option<Vec<Link>>,
}

impl Wanted {
    fn of(text: &PolicyText, present: Option<&Policy>, world: &World) -> Self {
        let mut flaws = Vec::new();
        if world.lacks.contains(&text.service) {
            flaws.push(Flaw::NoService(text.service));
        }
        let mut policy = present.cloned().unwrap_or_else(|| Policy {
            generation: text.service,
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
            Some(schedule) if *schedule != ScheduleText::of(&policy) => {
                let mut patterns = schedule.to_patterns(text.service).into_iter();
                policy.pattern = patterns.next().unwrap_or_default();
                policy.further_patterns = patterns.collect();
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
        let more = &text.of_vaults;
        match &more.kind {
            Some(kind) if present.is_some() && kind.as_str() != policy.kind.as_str() => {
                flaws.push(Flaw::OtherKind(policy.kind.clone()));
            }
            Some(kind) if is_open(kind) && present.is_some() => {}
            Some(kind) => {
                flaws.extend(is_open(kind).then_some(Flaw::NoDestination));
                policy.kind.clone_from(kind);
            }
            None => {}
        }
        if let Some(advanced) = &more.advanced {
            policy.further_retention.clone_from(advanced);
        }
        policy.full_every = more.full_every.unwrap_or(policy.full_every);
        policy.start_window = more.start_window.or(policy.start_window);
        let links = more.vaults.as_ref();
        let links = links.map(|vaults| vaults.iter().map(|text| Link::of(text, world)).collect());
        Self {
            policy,
            flaws,
            links,
        }
    }

    fn of_servers(&self) -> bool {
        self.policy.generation.capabilities().servers_in_policy
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
pub(super) struct Making {
    pub after: World,
    pub plan: Plan,
}

impl Making {
    pub fn alone(&mut self, service: Generation, policy: &str, reason: Reason) {
        self.plan.alone.push(Alone {
            service,
            policy: policy.to_owned(),
            reason,
        });
    }

    pub fn push(&mut self, (service, policy): (Generation, &str), kind: Kind, deed: Deed) {
        self.after.done(&deed, None);
        self.plan.steps.push(Step {
            service,
            policy: policy.to_owned(),
            kind,
            deed: Some(deed),
            flaws: Vec::new(),
            sake: None,
            needs: None,
        });
    }

    fn delete(&mut self, policy: &Policy) {
        let kind = Kind::Delete {
            servers: policy.servers.len(),
            vaults: policy.vaults.len(),
        };
        let id = policy.id.clone();
        self.push((policy.generation, &policy.name), kind, Deed::Delete { id });
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
            self.push((policy.generation, &policy.name), kind, deed);
        }
        numbers
    }

    pub fn create(&mut self, wanted: Wanted) {
        let Wanted { policy, flaws, .. } = wanted;
        let kind = Kind::Create(Box::new(policy.clone()));
        let name = policy.name.clone();
        let about = (policy.generation, name.as_str());
        self.push(about, kind, Deed::Create(Box::new(policy)));
        self.spoil(flaws);
    }

    /// Notes what keeps the newest step from being one.
    pub fn spoil(&mut self, flaws: Vec<Flaw>) {
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
        let first = self.plan.steps.len();
        let tags = wanted.policy.tags.clone();
        self.change_fields(wanted, &before);
        self.retag(&before, &tags);
        let released =
            |step: &Step| matches!(&step.deed, Some(Deed::Change { id: of, .. }) if of == id);
        if self.plan.steps.len() == first && !self.plan.steps.iter().any(released) {
            self.alone(before.generation, &before.name, Reason::Same);
        }
    }

    /// The step that changes what differs of a policy, if anything does.
    pub fn change_fields(&mut self, wanted: Wanted, before: &Policy) {
        let Wanted { policy, flaws, .. } = wanted;
        let differs = |one: &[PolicyServer], two: &[PolicyServer]| -> Vec<PolicyServer> {
            let lacks = |server: &&PolicyServer| !two.iter().any(|other| other.id == server.id);
            one.iter().filter(lacks).cloned().collect()
        };
        let plain = |policy: &Policy| super::plain(policy.generation, &policy.retention);
        let is_retention_new = plain(&policy) != plain(before);
        let destination = match &policy.kind {
            PolicyKind::Replication(to) if policy.kind != before.kind => Some(to.clone()),
            _ => None,
        };
        let fields = Fields {
            enabled: (policy.enabled != before.enabled).then_some(policy.enabled),
            patterns: (!policy.patterns().eq(before.patterns()))
                .then(|| policy.patterns().map(str::to_owned).collect()),
            // A server that cannot be found is not a server that should leave.
            taken: if flaws.is_empty() {
                differs(&before.servers, &policy.servers)
            } else {
                Vec::new()
            },
            put: differs(&policy.servers, &before.servers),
            advanced: (policy.further_retention != before.further_retention)
                .then_some(policy.further_retention),
            full_every: (policy.full_every != before.full_every).then_some(policy.full_every),
            start_window: (policy.start_window != before.start_window)
                .then_some(policy.start_window),
            destination,
            retention: is_retention_new.then_some(policy.retention),
            description: (policy.description != before.description).then_some(policy.description),
        };
        if fields == Fields::default() && flaws.is_empty() {
            return;
        }
        let kind = Kind::Change {
            before: Box::new(before.clone()),
            fields: Box::new(fields.clone()),
        };
        let deed = Deed::Change {
            id: before.id.clone(),
            fields: Box::new(fields),
        };
        self.push((before.generation, &before.name), kind, deed);
        self.spoil(flaws);
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
        self.push((before.generation, &before.name), kind, deed);
    }
}

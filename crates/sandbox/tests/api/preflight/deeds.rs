//! Deeds made by chance from what is there, what the console's checks say about each, and the
//! requests they are.

use contract::csbs::policies::{PolicyCreate, PolicyUpdate};
use contract::csbs::tags::{TagProblem, checked};
use contract::csbs::{Tag, policies::Resource};
use contract::deletion::{self, DeletionFacts};
use contract::image::{self, ImageFacts, WholeImageRequest};
use contract::model::Policy;
use contract::policy::{
    PolicyFacts, RunFacts, create_refusals, delete_refusals, run_refusals, update_refusals,
};
use contract::protect;
use contract::quota::{QuotaRefusal, room};
use contract::rules::{BARE_METAL_KIND, SERVER_KIND};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::Dice;
use super::seen::{Seen, backups, who_began};
use crate::client::Answer;
use crate::csbs::{Company, P, pattern};

#[derive(Debug)]
pub enum Deed {
    Protect {
        server: String,
        kind: String,
        tags: Option<Vec<Tag>>,
    },
    Create(Value),
    Update(String, Value),
    Delete(String),
    Run(String, Vec<String>),
    Drop {
        checkpoint: String,
        chosen: Vec<String>,
    },
    Image(WholeImageRequest),
}

/// A code and a status, when there is a reason against it.
type Refused = Option<(String, u16)>;

fn refused(code: &str, status: u16) -> Refused {
    Some((code.to_owned(), status))
}

fn server(dice: &mut Dice, seen: &Seen) -> String {
    if dice.once_in(15) {
        "no-such-server".to_owned()
    } else {
        seen.servers[dice.below(seen.servers.len())].id.clone()
    }
}

fn policy(dice: &mut Dice, seen: &Seen) -> String {
    if seen.policies.is_empty() || dice.once_in(10) {
        "no-such-policy".to_owned()
    } else {
        seen.policies[dice.below(seen.policies.len())].id.clone()
    }
}

fn tags(dice: &mut Dice) -> Vec<Tag> {
    let number = dice.of(&[1, 2, 10, 11]);
    let key = dice.of(&["k", "k", "k", "k", "bad key"]);
    (0..number)
        .map(|n| Tag {
            key: format!("{key}{n}"),
            value: String::new(),
        })
        .collect()
}

fn name(dice: &mut Dice, seen: &Seen) -> String {
    if dice.once_in(4) && !seen.policies.is_empty() {
        seen.policies[dice.below(seen.policies.len())].name.clone()
    } else {
        format!("p{}", dice.below(60))
    }
}

fn resources(dice: &mut Dice, seen: &Seen) -> Vec<Resource> {
    (0..dice.below(3))
        .map(|_| Resource {
            id: server(dice, seen),
            kind: dice
                .of(&[SERVER_KIND, SERVER_KIND, SERVER_KIND, BARE_METAL_KIND])
                .to_owned(),
            name: "a server".to_owned(),
            extra_info: json!({}),
        })
        .collect()
}

fn definition(dice: &mut Dice) -> Value {
    match dice.below(5) {
        0 => json!({"max_backups": 3, "permanent": false}),
        1 => json!({"day_backups": 2}),
        2 => json!({"day_backups": 2, "timezone": "UTC+01:00"}),
        3 => json!({"timezone": "Berlin"}),
        _ => json!({}),
    }
}

fn trigger(dice: &mut Dice) -> Value {
    let rules = [
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
        "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=1,13;BYMINUTE=0",
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=0,30",
        "FREQ=HOURLY",
    ];
    json!({"properties": {"pattern": pattern(dice.of(&rules))}})
}

impl Deed {
    /// How many kinds of deeds there are.
    pub const KINDS: usize = 7;

    pub fn of(dice: &mut Dice, seen: &Seen) -> Self {
        match dice.below(Self::KINDS) {
            0 => Self::Protect {
                server: server(dice, seen),
                kind: dice
                    .of(&[SERVER_KIND, SERVER_KIND, SERVER_KIND, "OS::Cinder::Volume"])
                    .to_owned(),
                tags: match dice.below(6) {
                    0 => Some(Vec::new()),
                    1 => Some(tags(dice)),
                    _ => None,
                },
            },
            1 => {
                let mut operations = vec![json!({
                    "enabled": !dice.once_in(4), "operation_type": "backup",
                    "operation_definition": definition(dice), "trigger": trigger(dice),
                })];
                if dice.once_in(20) {
                    operations.clear();
                }
                let provider = if dice.once_in(20) { "other" } else { P };
                let tags = dice.once_in(6).then(|| tags(dice));
                let mut wanted = json!({
                    "name": name(dice, seen), "provider_id": provider, "parameters": {"common": {}},
                    "resources": resources(dice, seen), "scheduled_operations": operations,
                });
                if let Some(tags) = tags {
                    wanted["tags"] = json!(tags);
                }
                Self::Create(wanted)
            }
            2 => Self::update(dice, seen),
            // A policy that goes is missed by the others: a third of the time only.
            3 if dice.once_in(3) => Self::Delete(policy(dice, seen)),
            3 | 4 => {
                let id = policy(dice, seen);
                let own = seen.policy(&id).map_or(&[][..], |p| &p.resources[..]);
                let chosen = match dice.below(4) {
                    0 if !own.is_empty() => vec![own[dice.below(own.len())].id.clone()],
                    1 => vec![server(dice, seen)],
                    _ => Vec::new(),
                };
                Self::Run(id, chosen)
            }
            5 => {
                let backup = &seen.backups[dice.below(seen.backups.len())];
                let other = &seen.backups[dice.below(seen.backups.len())];
                let none = "no-such-backup".to_owned();
                Self::Drop {
                    checkpoint: if dice.once_in(12) {
                        none.clone()
                    } else {
                        backup.checkpoint_id.clone()
                    },
                    chosen: match dice.below(8) {
                        0 | 1 => Vec::new(),
                        2 => vec![backup.id.clone(), other.id.clone()],
                        3 => vec![none],
                        _ => vec![backup.id.clone()],
                    },
                }
            }
            _ => {
                let backup = seen.backups[dice.below(seen.backups.len())].id.clone();
                let names = ["golden", "silver", "a/b", "", "bronze 1", " blank", "tin.2"];
                Self::Image(WholeImageRequest {
                    name: dice.of(&names).to_owned(),
                    description: dice.of(&["", "", "", "two\nlines"]).to_owned(),
                    backup_id: match dice.below(10) {
                        0 => None,
                        1 => Some("no-such-backup".to_owned()),
                        _ => Some(backup),
                    },
                    whole_image_type: match dice.below(8) {
                        0 => Some("CBR".to_owned()),
                        1 => Some("CSBS".to_owned()),
                        _ => None,
                    },
                    min_ram: dice.once_in(12).then_some(-1),
                    ..WholeImageRequest::default()
                })
            }
        }
    }

    fn update(dice: &mut Dice, seen: &Seen) -> Self {
        let id = policy(dice, seen);
        let own = seen
            .policy(&id)
            .and_then(|policy| policy.scheduled_operations.first())
            .map_or("none", |operation| &operation.id);
        let mut change = json!({});
        if dice.once_in(3) {
            change["name"] = name(dice, seen).into();
        }
        if dice.once_in(3) {
            change["resources"] = json!(resources(dice, seen));
        }
        if dice.once_in(2) {
            let mut operation = json!({"id": if dice.once_in(8) { "other" } else { own }});
            if dice.once_in(2) {
                operation["operation_definition"] = definition(dice);
            }
            if dice.once_in(3) {
                operation["trigger"] = trigger(dice);
            }
            if dice.once_in(3) {
                operation["enabled"] = true.into();
            }
            change["scheduled_operations"] = json!([operation]);
        }
        Self::Update(id, change)
    }

    pub fn word(&self) -> &'static str {
        match self {
            Self::Protect { .. } => "protect",
            Self::Create(_) => "create",
            Self::Update(..) => "update",
            Self::Delete(_) => "delete",
            Self::Run(..) => "run",
            Self::Drop { .. } => "drop",
            Self::Image(_) => "image",
        }
    }

    /// What the console's checks say.
    pub async fn refusal(&self, company: &Company, seen: &Seen) -> Refused {
        let models: Vec<Policy> = seen.policies.iter().cloned().map(Policy::from).collect();
        match self {
            Self::Protect { server, kind, tags } => {
                let tagged = tags.as_ref().map(|tags| (tags.is_empty(), checked(tags)));
                match tagged {
                    Some((true, _)) | Some((_, Err(TagProblem::Broken { .. }))) => {
                        return refused("CSBS.9001", 400);
                    }
                    Some((_, Err(TagProblem::TooMany { .. }))) => return refused("CSBS.7000", 400),
                    _ => {}
                }
                let found = protect::refusals(&seen.candidate(server, kind));
                let first = found.first().map(|r| (r.code().to_owned(), r.status()));
                first.or_else(|| room(&seen.quotas, 1).and(refused(QuotaRefusal::CODE, 400)))
            }
            Self::Create(body) => {
                let wanted: PolicyCreate = serde_json::from_value(body.clone()).unwrap();
                let name = Some(wanted.name.as_str());
                let facts = PolicyFacts::of(name, &wanted.resources, &models, &seen.servers, false);
                let found = create_refusals(&wanted, &facts);
                found.first().map(|r| (r.code().to_owned(), r.status()))
            }
            Self::Update(id, body) => {
                let wanted: PolicyUpdate = serde_json::from_value(body.clone()).unwrap();
                let resources = wanted.resources.clone().unwrap_or_default();
                let name = wanted.name.as_ref().map(|name| name.as_str());
                let running = is_running(company, id).await.is_some();
                let facts = PolicyFacts::of(name, &resources, &models, &seen.servers, running);
                let found = update_refusals(id, &wanted, seen.policy(id), &facts);
                found.first().map(|r| (r.code().to_owned(), r.status()))
            }
            Self::Delete(id) => {
                let running = is_running(company, id).await.is_some();
                let found = delete_refusals(id, seen.policy(id).is_some(), running);
                found.first().map(|r| (r.code().to_owned(), r.status()))
            }
            Self::Run(id, chosen) => {
                let policy = models.iter().find(|policy| policy.id == *id);
                let servers = policy.map_or(&[][..], |policy| &policy.servers[..]);
                let candidates: Vec<_> = servers
                    .iter()
                    .filter(|server| chosen.is_empty() || chosen.contains(&server.id))
                    .map(|server| (server.id.as_str(), seen.candidate(&server.id, &server.kind)))
                    .collect();
                let facts = RunFacts {
                    policy,
                    running: is_running(company, id).await,
                    candidates: &candidates,
                    quotas: &seen.quotas,
                };
                let found = run_refusals(id, chosen, &facts);
                found.map(|r| (r.code().to_owned(), r.status()))
            }
            Self::Drop { checkpoint, chosen } => {
                let own = backups(company, &format!("checkpoint_id={checkpoint}")).await;
                let mut elsewhere = Vec::new();
                for id in chosen {
                    let path = format!("/v1/{{p}}/checkpoint_items/{id}");
                    let found = company.call(Method::GET, &path, Value::Null).await;
                    if found.status == StatusCode::OK && own.iter().all(|b| b.id != *id) {
                        elsewhere.push(id.clone());
                    }
                }
                let facts = DeletionFacts {
                    checkpoint: &own,
                    elsewhere: &elsewhere,
                    imaging: &seen.imaging,
                };
                let found = deletion::refusals(chosen, &facts);
                found.first().map(|r| (r.code().to_owned(), r.status()))
            }
            Self::Image(wanted) => {
                let id = wanted.backup_id.as_deref().unwrap_or_default();
                let facts = ImageFacts {
                    backup: seen.backups.iter().find(|backup| backup.id == id),
                    names: &seen.names,
                    being_made: seen.imaging.iter().any(|backup| backup == id),
                };
                let found = image::refusals(wanted, &facts);
                found.first().map(|r| {
                    (
                        r.code().to_owned(),
                        r.status(contract::model::Generation::Csbs),
                    )
                })
            }
        }
    }

    pub async fn send(&self, company: &Company) -> Answer {
        let provider = format!("/v1/{{p}}/providers/{P}");
        let (method, path, body) = match self {
            Self::Protect { server, kind, tags } => {
                let mut protect = json!({"resource_type": kind});
                if let Some(tags) = tags {
                    protect["tags"] = json!(tags);
                }
                let path = format!("{provider}/resources/{server}/action");
                (Method::POST, path, json!({"protect": protect}))
            }
            Self::Create(body) => {
                let path = "/v1/{p}/policies".to_owned();
                (Method::POST, path, json!({"policy": body}))
            }
            Self::Update(id, body) => {
                let path = format!("/v1/{{p}}/policies/{id}");
                (Method::PUT, path, json!({"policy": body}))
            }
            Self::Delete(id) => {
                let path = format!("/v1/{{p}}/policies/{id}");
                (Method::DELETE, path, Value::Null)
            }
            Self::Run(id, chosen) => {
                let parameters = json!({"resources": chosen});
                let body = json!({"checkpoint": {"plan_id": id, "parameters": parameters}});
                (Method::POST, format!("{provider}/checkpoints"), body)
            }
            Self::Drop { checkpoint, chosen } => {
                let query = format!("checkpoint_items={}", chosen.join(","));
                let path = format!("{provider}/checkpoints/{checkpoint}?{query}");
                (Method::DELETE, path, Value::Null)
            }
            Self::Image(wanted) => {
                let path = "/v1/cloudimages/wholeimages/action".to_owned();
                (Method::POST, path, json!(wanted))
            }
        };
        company.call(method, &path, body).await
    }
}

/// Who began the run of a policy that is in progress.
async fn is_running(company: &Company, policy_id: &str) -> Option<protect::Running> {
    let query = format!("status=protecting&policy_id={policy_id}");
    who_began(&backups(company, &query).await)
}

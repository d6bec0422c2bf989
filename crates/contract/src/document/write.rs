//! `Document` → canonical JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use serde_json::Value;

use super::{
    Document, FORMAT, OfVaults, PolicyText, ScheduleText, ServerText, VERSION, VERSION_OF_VAULTS,
    VaultText,
};
use crate::model::{LongTerm, PolicyKind, Retention};

#[derive(Serialize)]
struct Root<'a> {
    format: &'static str,
    version: i64,
    policies: Vec<Written<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Written<'a> {
    OfServers(OfServers<'a>),
    OfVaults(Box<PolicyOfVaults<'a>>),
}

#[derive(Serialize)]
struct OfServers<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention: Option<Kept<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    servers: Option<Vec<Server<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<BTreeMap<&'a str, &'a str>>,
}

#[derive(Serialize)]
struct PolicyOfVaults<'a> {
    name: &'a str,
    service: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    makes: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<To<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_window: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention: Option<Kept<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_every: Option<Runs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vaults: Option<Vec<Vault<'a>>>,
}

#[derive(Serialize)]
struct To<'a> {
    region: &'a str,
    project: &'a str,
    accelerated: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Runs {
    Number(u32),
    Word(&'static str),
}

#[derive(Serialize)]
struct Vault<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    copies_to: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Kept<'a> {
    Word(&'static str),
    Limits {
        #[serde(skip_serializing_if = "Option::is_none")]
        backups: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        days: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        long_term: Option<Slots<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        advanced: Option<Box<Value>>,
    },
}

#[derive(Serialize)]
struct Slots<'a> {
    days: u32,
    weeks: u32,
    months: u32,
    years: u32,
    timezone: &'a str,
}

#[derive(Serialize)]
struct Server<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
}

/// The text of a document.
pub fn json(document: &Document) -> String {
    let mut policies: Vec<&PolicyText> = document.policies.iter().collect();
    policies.sort_by(|one, two| one.order(two));
    let of_vaults = |policy: &&PolicyText| policy.service.capabilities().vaults;
    let root = Root {
        format: FORMAT,
        version: if policies.iter().any(of_vaults) {
            VERSION_OF_VAULTS
        } else {
            VERSION
        },
        policies: policies.into_iter().map(written).collect(),
    };
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

fn written(policy: &PolicyText) -> Written<'_> {
    if policy.service.capabilities().vaults {
        Written::OfVaults(Box::new(of_vaults(policy)))
    } else {
        Written::OfServers(of_servers(policy))
    }
}

fn of_servers(policy: &PolicyText) -> OfServers<'_> {
    let (schedule, pattern) = match &policy.schedule {
        Some(ScheduleText::Rules(rules)) => (rules.first().map(ToString::to_string), None),
        Some(ScheduleText::Patterns(patterns)) => (None, patterns.first().map(String::as_str)),
        None => (None, None),
    };
    let servers = policy.servers.as_ref().map(|servers| {
        let mut servers: Vec<&ServerText> = servers.iter().collect();
        servers.sort();
        servers
            .into_iter()
            .map(|ServerText { name, id }| Server { name, id })
            .collect()
    });
    let tags = policy.tags.as_ref().map(|tags| {
        tags.iter()
            .map(|tag| (tag.key.as_str(), tag.value.as_str()))
            .collect()
    });
    OfServers {
        name: &policy.name,
        description: policy.description.as_deref(),
        enabled: policy.enabled,
        schedule,
        pattern,
        retention: policy.retention.as_ref().map(|it| kept(it, None)),
        servers,
        tags,
    }
}

fn of_vaults(policy: &PolicyText) -> PolicyOfVaults<'_> {
    let (schedule, pattern) = match &policy.schedule {
        Some(ScheduleText::Rules(rules)) => {
            let rules = rules.iter().map(ToString::to_string);
            (Some(rules.collect()), None)
        }
        Some(ScheduleText::Patterns(patterns)) => (None, Some(patterns.as_slice())),
        None => (None, None),
    };
    let OfVaults {
        kind,
        advanced,
        full_every,
        start_window,
        vaults,
    } = &policy.of_vaults;
    PolicyOfVaults {
        name: &policy.name,
        service: policy.service.word(),
        enabled: policy.enabled,
        makes: kind.as_ref().map(|kind| match kind {
            PolicyKind::Backup => "backups",
            PolicyKind::Replication(_) => "copies",
        }),
        destination: kind.as_ref().and_then(destination),
        schedule,
        pattern,
        start_window: *start_window,
        retention: policy
            .retention
            .as_ref()
            .map(|it| kept(it, advanced.as_ref().and_then(Option::as_ref))),
        full_every: full_every.map(|runs| runs.map_or(Runs::Word("never"), Runs::Number)),
        vaults: vaults.as_ref().map(|vaults| {
            let mut vaults: Vec<&VaultText> = vaults.iter().collect();
            vaults.sort();
            vaults.into_iter().map(vault).collect()
        }),
    }
}

fn destination(kind: &PolicyKind) -> Option<To<'_>> {
    match kind {
        PolicyKind::Backup => None,
        PolicyKind::Replication(to) => Some(To {
            region: &to.region,
            project: &to.project_id,
            accelerated: to.acceleration,
        }),
    }
}

fn vault(text: &VaultText) -> Vault<'_> {
    Vault {
        name: &text.name,
        id: &text.id,
        copies_to: &text.copies_to,
    }
}

fn kept<'a>(retention: &'a Retention, advanced: Option<&'a Value>) -> Kept<'a> {
    match (retention, advanced) {
        (Retention::Forever, None) => Kept::Word("forever"),
        (Retention::Forever, Some(advanced)) => Kept::Limits {
            backups: None,
            days: None,
            long_term: None,
            advanced: Some(in_order(advanced)),
        },
        (Retention::Limited(limits), advanced) => Kept::Limits {
            backups: limits.count,
            days: limits.days,
            long_term: limits.long_term.as_ref().map(slots),
            advanced: advanced.map(in_order),
        },
    }
}

/// With the members of every object in order: a service may answer them in any.
fn in_order(value: &Value) -> Box<Value> {
    let mut value = Box::new(value.clone());
    value.sort_all_objects();
    value
}

fn slots(long_term: &LongTerm) -> Slots<'_> {
    Slots {
        days: long_term.day,
        weeks: long_term.week,
        months: long_term.month,
        years: long_term.year,
        timezone: &long_term.timezone,
    }
}

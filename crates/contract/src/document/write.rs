//! `Document` → canonical JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Document, FORMAT, PolicyText, ScheduleText, ServerText, VERSION};
use crate::model::{LongTerm, Retention};

#[derive(Serialize)]
struct Root<'a> {
    format: &'static str,
    version: i64,
    policies: Vec<Written<'a>>,
}

#[derive(Serialize)]
struct Written<'a> {
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
    policies.sort_by(|one, two| one.name.cmp(&two.name));
    let root = Root {
        format: FORMAT,
        version: VERSION,
        policies: policies.into_iter().map(written).collect(),
    };
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

fn written(policy: &PolicyText) -> Written<'_> {
    let (schedule, pattern) = match &policy.schedule {
        Some(ScheduleText::Rule(rule)) => (Some(rule.to_string()), None),
        Some(ScheduleText::Pattern(pattern)) => (None, Some(pattern.as_str())),
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
    Written {
        name: &policy.name,
        description: policy.description.as_deref(),
        enabled: policy.enabled,
        schedule,
        pattern,
        retention: policy.retention.as_ref().map(kept),
        servers,
        tags,
    }
}

fn kept(retention: &Retention) -> Kept<'_> {
    match retention {
        Retention::Forever => Kept::Word("forever"),
        Retention::Limited(limits) => Kept::Limits {
            backups: limits.count,
            days: limits.days,
            long_term: limits.long_term.as_ref().map(slots),
        },
    }
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

//! JSON → `Document`, with everything that is wrong, each with its line.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::places::Places;
use super::reader::{Named, Reader, below, given};
use super::{
    Document, DocumentProblem, FORMAT, PolicyText, ScheduleText, ServerText, VERSION,
    VERSION_OF_VAULTS,
};
use crate::csbs::tags::{TagProblem, checked};
use crate::model::{Generation, Limits, LongTerm, PolicyKind, Retention, Tag};
use crate::rules::{self, Description, Name};
use crate::schedule::Schedule;

/// Longest text that is read, in bytes; all policies a project can have fit in many times over.
const MAX_BYTES: usize = 4 << 20;

const HEAD: [&str; 3] = ["format", "version", "policies"];
const POLICY: [&str; 9] = [
    "name",
    "service",
    "description",
    "enabled",
    "schedule",
    "pattern",
    "retention",
    "servers",
    "tags",
];

/// Whether a text is longer than what is read.
pub fn is_too_long(text: &str) -> bool {
    text.len() > MAX_BYTES
}

/// Reads a document.
pub fn read(text: &str) -> Result<Document, Vec<DocumentProblem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let whole = |line, rule: String, remedy: &str| {
        Err(vec![DocumentProblem {
            line,
            place: String::new(),
            rule,
            remedy: remedy.to_owned(),
        }])
    };
    if is_too_long(text) {
        let rule = format!("the text has more than {} MiB", MAX_BYTES >> 20);
        return whole(1, rule, "Import fewer policies at a time.");
    }
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(_) if text.trim().is_empty() => {
            return whole(1, "there is no text".to_owned(), "Paste a document.");
        }
        Err(error) => {
            let said = error.to_string();
            let said = said
                .rsplit_once(" at line ")
                .map_or(&*said, |(said, _)| said);
            let rule = format!("this is not JSON at column {}: {said}", error.column());
            let remedy = "Look for a comma, quote or bracket too much or too few just before.";
            return whole(error.line(), rule, remedy);
        }
    };
    let mut reader = Reader {
        places: Places::of(text),
        problems: Vec::new(),
    };
    let document = reader.document(&value);
    let doubles = core::mem::take(&mut reader.places.doubles);
    for (place, line) in doubles {
        reader.problems.push(DocumentProblem {
            line,
            place,
            rule: "this member is there twice".to_owned(),
            remedy: "Remove one of the two.".to_owned(),
        });
    }
    reader.problems.sort_by_key(|problem| problem.line);
    if reader.problems.is_empty() {
        Ok(document)
    } else {
        Err(reader.problems)
    }
}

impl Reader {
    fn document(&mut self, value: &Value) -> Document {
        let Some(head) = self.object(value, "", &HEAD) else {
            return Document::default();
        };
        if let Some(format) = given(head, "format")
            && format != FORMAT
        {
            let remedy = format!("Write \"{FORMAT}\".");
            self.problem("format", format!("{format} is another format"), remedy);
        }
        let remedy = format!("Write \"version\": {VERSION_OF_VAULTS}.");
        match given(head, "version") {
            None => self.problem("version", "the version of the document is missing", remedy),
            Some(version) => match self.number(version, "version") {
                Some(VERSION | VERSION_OF_VAULTS) | None => {}
                Some(other) => {
                    self.problem("version", format!("version {other} is not known"), remedy);
                }
            },
        }
        let policies = match given(head, "policies") {
            None => {
                let remedy = "Write \"policies\": [ … ].";
                self.problem("policies", "the list of policies is missing", remedy);
                Vec::new()
            }
            Some(Value::Array(list)) => list
                .iter()
                .enumerate()
                .filter_map(|(at, value)| {
                    let place = format!("policies[{at}]");
                    Some((self.policy(value, &place)?, place))
                })
                .collect(),
            Some(one) => self
                .policy(one, "policies")
                .map(|policy| (policy, "policies".to_owned()))
                .into_iter()
                .collect(),
        };
        self.across(&policies);
        let mut policies: Vec<_> = policies.into_iter().map(|(policy, _)| policy).collect();
        policies.sort_by(PolicyText::order);
        Document { policies }
    }

    /// Rules across policies: in one service no name twice, no server in two of them, and no vault
    /// with two of one kind.
    pub(super) fn across(&mut self, policies: &[(PolicyText, String)]) {
        let mut names = HashMap::new();
        let mut homes = HashMap::new();
        let mut holders = HashMap::new();
        for (policy, place) in policies {
            let name = (policy.service, policy.name.as_str());
            if let Some(earlier) = names.insert(name, place) {
                let line = self.places.line(&below(earlier, "name"));
                let rule = format!("policy `{}` is on line {line} already", policy.name);
                let remedy = "Give one of the two another name, or remove it.";
                self.problem(&below(place, "name"), rule, remedy);
            }
            for server in policy.servers.iter().flatten() {
                let known = server.known_by();
                if let Some(earlier) = homes.insert(known, policy.name.as_str()) {
                    let rule = format!(
                        "server `{known}` is in `{earlier}` already; a server is in one policy at most"
                    );
                    let remedy = "Remove it from one of the two.";
                    self.problem(&below(place, "servers"), rule, remedy);
                }
            }
            let copies = matches!(policy.of_vaults.kind, Some(PolicyKind::Replication(_)));
            for vault in policy.of_vaults.vaults.iter().flatten() {
                let known = vault.known_by();
                let held = holders.insert((copies, known), policy.name.as_str());
                if let Some(earlier) = held {
                    let rule = format!(
                        "vault `{known}` has policy `{earlier}` already; a vault has one that makes backups and one that makes copies"
                    );
                    let remedy = "Remove it from one of the two, or say what each `makes`.";
                    self.problem(&below(place, "vaults"), rule, remedy);
                }
            }
        }
    }

    pub(super) fn policy(&mut self, value: &Value, place: &str) -> Option<PolicyText> {
        let service = value.get("service").filter(|value| !value.is_null());
        let service = match service {
            None => Generation::Csbs,
            Some(word) => self.service(word, &below(place, "service"))?,
        };
        if service.capabilities().vaults {
            return self.policy_of_vaults(value, place);
        }
        let members = self.object(value, place, &POLICY)?;
        let at = |member| below(place, member);
        let name = self.name(members, place)?;
        if let Err(rule) = Name::try_from(name.clone()) {
            self.problem(&at("name"), rule, "");
        }
        let description = given(members, "description")
            .and_then(|value| self.text(value, &at("description")))
            .inspect(|text| {
                if let Err(rule) = Description::try_from(text.clone()) {
                    self.problem(&at("description"), rule, "");
                }
            });
        let enabled = given(members, "enabled").and_then(|value| self.flag(value, &at("enabled")));
        Some(PolicyText {
            service,
            name,
            description,
            enabled,
            schedule: self.schedule(members, place),
            retention: given(members, "retention")
                .and_then(|value| self.retention(value, &at("retention"))),
            servers: given(members, "servers")
                .and_then(|value| self.servers(value, &at("servers"))),
            tags: given(members, "tags").and_then(|value| self.tags(value, &at("tags"))),
            ..PolicyText::default()
        })
    }

    /// The service of a policy, by its short or its long name.
    fn service(&mut self, word: &Value, place: &str) -> Option<Generation> {
        let text = self.text(word, place)?;
        let is = |of: &Generation| {
            [of.word(), of.name()]
                .map(str::to_lowercase)
                .contains(&text.to_lowercase())
        };
        let found = Generation::ALL.into_iter().find(is);
        if found.is_none() {
            let remedy =
                "Write \"csbs\" for policies that list servers, \"cbr\" for those of vaults.";
            self.problem(
                place,
                format!("`{text}` is no service that is known"),
                remedy,
            );
        }
        found
    }

    /// The name of a policy; without one nothing else is of use.
    pub(super) fn name(&mut self, members: &Map<String, Value>, place: &str) -> Option<String> {
        let Some(name) = given(members, "name") else {
            let remedy = "Write \"name\": \"…\"; by its name a policy is found again.";
            self.problem(place, "this policy has no name", remedy);
            return None;
        };
        self.text(name, &below(place, "name"))
    }

    fn schedule(&mut self, members: &Map<String, Value>, place: &str) -> Option<ScheduleText> {
        let pattern = given(members, "pattern");
        if let Some(schedule) = given(members, "schedule") {
            let place = below(place, "schedule");
            if pattern.is_some() {
                let rule = "`schedule` and `pattern` are both there";
                self.problem(&place, rule, "Keep `schedule`.");
            }
            let text = self.text(schedule, &place)?;
            return match Schedule::parse(&text) {
                Ok(rule) => Some(ScheduleText::Rules(vec![rule])),
                Err(problems) => {
                    // Sentences already.
                    for problem in problems {
                        self.problem(&place, problem, "");
                    }
                    None
                }
            };
        }
        let text = self.text(pattern?, &below(place, "pattern"))?;
        Some(ScheduleText::of_pattern(&text))
    }

    fn retention(&mut self, value: &Value, place: &str) -> Option<Retention> {
        let ways = "Write \"forever\", or an object with `backups`, `days` or both.";
        let known = ["backups", "days", "long_term"];
        let Some(members) = self.limits(value, place, &known, ways)? else {
            return Some(Retention::Forever);
        };
        let mut limit = |member: &str| {
            let place = below(place, member);
            let value = self.number(given(members, member)?, &place)?;
            match rules::retention_limit(value) {
                Ok(limit) => limit,
                Err(rule) => {
                    self.problem(&place, rule, "");
                    None
                }
            }
        };
        let (count, days) = (limit("backups"), limit("days"));
        let long_term = given(members, "long_term")
            .and_then(|value| self.long_term(value, &below(place, "long_term")));
        let limits = Limits {
            count,
            days,
            long_term,
        };
        Some(super::plain(Generation::Csbs, &Retention::Limited(limits)))
    }

    /// The members of a retention that limits something; `Some(None)` where everything is kept.
    pub(super) fn limits<'a>(
        &mut self,
        value: &'a Value,
        place: &str,
        known: &[&str],
        ways: &str,
    ) -> Option<Option<&'a Map<String, Value>>> {
        if let Value::String(word) = value {
            if word.eq_ignore_ascii_case("forever") {
                return Some(None);
            }
            self.problem(place, format!("`{word}` is no retention"), ways);
            return None;
        }
        let members = self.object(value, place, known)?;
        if members.values().all(Value::is_null) {
            self.problem(place, "this retention limits nothing", ways);
        }
        Some(Some(members))
    }

    pub(super) fn long_term(&mut self, value: &Value, place: &str) -> Option<LongTerm> {
        let known = ["days", "weeks", "months", "years", "timezone"];
        let members = self.object(value, place, &known)?;
        let mut slots = |member: &str| {
            let place = below(place, member);
            let value = given(members, member).and_then(|value| self.number(value, &place));
            rules::long_term_slots(value.unwrap_or(0)).unwrap_or_else(|rule| {
                self.problem(&place, rule, "");
                0
            })
        };
        let [day, week, month, year] = ["days", "weeks", "months", "years"].map(&mut slots);
        let zone_place = below(place, "timezone");
        let remedy = "Write a fixed offset such as \"UTC+01:00\".";
        let timezone = match given(members, "timezone") {
            None => {
                let rule = "long-term slots need the zone in which their days begin";
                self.problem(place, rule, remedy);
                String::new()
            }
            Some(value) => self.text(value, &zone_place)?,
        };
        if !timezone.is_empty() && rules::fixed_offset(&timezone).is_none() {
            self.problem(&zone_place, format!("`{timezone}` is no offset"), remedy);
        }
        Some(LongTerm {
            day,
            week,
            month,
            year,
            timezone,
        })
    }

    fn servers(&mut self, value: &Value, place: &str) -> Option<Vec<ServerText>> {
        let servers = self.each(value, place, "server", |reader, value, place| {
            let (server, _) = reader.named(value, place, "server", &["name", "id"])?;
            Some(server)
        })?;
        let limit = rules::MAX_SERVERS_PER_POLICY;
        if servers.len() > limit {
            let rule = format!(
                "{} servers are too many; at most {limit} are allowed",
                servers.len()
            );
            self.problem(place, rule, "Split them between two policies.");
        }
        Some(servers)
    }

    /// A list of servers or vaults in order, none of them twice.
    pub(super) fn each<T: Named + Ord>(
        &mut self,
        value: &Value,
        place: &str,
        what: &str,
        read: fn(&mut Self, &Value, &str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Value::Array(list) = value else {
            let remedy = "Write [{\"name\": \"…\", \"id\": \"…\"}, …]; [] is none.";
            self.problem(place, format!("the {what}s must be a list"), remedy);
            return None;
        };
        let mut all: Vec<T> = Vec::with_capacity(list.len());
        for (at, value) in list.iter().enumerate() {
            let place = format!("{place}[{at}]");
            let Some(one) = read(self, value, &place) else {
                continue;
            };
            if all.iter().any(|other| other.is_the_same(&one)) {
                let rule = format!("this {what} is there twice");
                self.problem(&place, rule, "Remove one of the two.");
            }
            all.push(one);
        }
        all.sort();
        Some(all)
    }

    /// The name and id of a server or vault, which stands as an object, or as its id alone; and the object.
    pub(super) fn named<'a>(
        &mut self,
        value: &'a Value,
        place: &str,
        what: &str,
        known: &[&str],
    ) -> Option<(ServerText, Option<&'a Map<String, Value>>)> {
        if let Value::String(id) = value
            && !id.is_empty()
        {
            let (id, name) = (id.clone(), String::new());
            return Some((ServerText { name, id }, None));
        }
        let members = self.object(value, place, known)?;
        let mut text = |member: &str| {
            let value = given(members, member)?;
            self.text(value, &below(place, member))
        };
        let (name, id) = (
            text("name").unwrap_or_default(),
            text("id").unwrap_or_default(),
        );
        if name.is_empty() && id.is_empty() {
            let remedy = "Write its `id`, its `name`, or both.";
            let rule = format!("this {what} has neither id nor name");
            self.problem(place, rule, remedy);
            return None;
        }
        Some((ServerText { name, id }, Some(members)))
    }

    /// Tags as an object, or as the service lists them.
    fn tags(&mut self, value: &Value, place: &str) -> Option<Vec<Tag>> {
        let mut tags = Vec::new();
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    let value = self.text(value, &below(place, key)).unwrap_or_default();
                    let key = key.clone();
                    tags.push(crate::csbs::Tag { key, value });
                }
            }
            Value::Array(list) => {
                for (at, tag) in list.iter().enumerate() {
                    let place = format!("{place}[{at}]");
                    let members = self.object(tag, &place, &["key", "value"])?;
                    let mut text = |member: &str| {
                        let value = given(members, member)?;
                        self.text(value, &below(&place, member))
                    };
                    tags.push(crate::csbs::Tag {
                        key: text("key").unwrap_or_default(),
                        value: text("value").unwrap_or_default(),
                    });
                }
            }
            _ => {
                let remedy = "Write {\"key\": \"value\", …}; {} is none.";
                self.problem(place, "the tags must be an object", remedy);
                return None;
            }
        }
        match checked(&tags) {
            Ok(tags) => {
                let mut tags: Vec<Tag> = tags.into_iter().map(Into::into).collect();
                tags.sort();
                Some(tags)
            }
            Err(TagProblem::TooMany { count }) => {
                let limit = rules::MAX_TAGS;
                let rule = format!("{count} tags are too many; at most {limit} are allowed");
                self.problem(place, rule, "Remove some.");
                None
            }
            Err(TagProblem::Broken { member, rule }) => {
                self.problem(place, format!("the {member} of a tag: {rule}"), "");
                None
            }
        }
    }
}

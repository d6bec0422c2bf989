//! The two resources of policies, argument by argument, as members of the document.

use serde_json::{Map, Value as Json, json};

use super::syntax::{Argument, Block, Body};
use super::{Reading, Resource};
use crate::cbr::rules::check_rules;
use crate::document::PolicyText;
use crate::document::reader::below;
use crate::model::{Destination, PolicyKind};
use crate::rules::{PROVIDER_ID, SERVER_KIND};
use crate::schedule::Schedule;

/// Arguments that make several resources of one.
const SEVERAL: [&str; 2] = ["count", "for_each"];
/// Arguments and blocks that say nothing of the policy, or nothing that is kept.
const ASIDE: [&str; 6] = [
    "depends_on",
    "provider",
    "lifecycle",
    "timeouts",
    "region",
    "common",
];

/// Limits, by their names in both resources and in the document.
const LIMITS: [(&str, &str); 2] = [
    ("max_backups", "backups"),
    ("retention_duration_days", "days"),
];
const SLOTS: [(&str, &str); 4] = [
    ("day_backups", "days"),
    ("week_backups", "weeks"),
    ("month_backups", "months"),
    ("year_backups", "years"),
];

impl Reading {
    /// `opentelekomcloud_csbs_backup_policy_v1`.
    pub(super) fn of_servers(&mut self, mut resource: Resource<'_>) -> Option<PolicyText> {
        self.begin(&mut resource);
        let body = resource.body;
        self.only(
            body,
            &resource.address,
            &["name", "description", "provider_id", "tags"],
            &["resource", "scheduled_operation", "tags"],
        );
        resource.members.insert("description".to_owned(), "".into());
        self.put(&mut resource, body, "", ("description", "description"));
        self.provider(&resource);
        match blocks(body, "scheduled_operation").as_slice() {
            [operation] => self.operation(&mut resource, operation),
            [] => {
                let rule = "the block scheduled_operation is missing";
                let remedy = "It says when the policy runs: scheduled_operation { trigger_pattern = \"…\" }.";
                self.at(resource.line, &resource.address.clone(), rule, remedy);
            }
            [_, second, ..] => {
                let address = format!("{}.scheduled_operation", resource.address);
                let remedy = "A policy has one; remove the others.";
                self.at(second.line, &address, "this block is there twice", remedy);
            }
        }
        self.servers(&mut resource);
        self.tags(&mut resource);
        self.finish(resource)
    }

    /// `opentelekomcloud_cbr_policy_v3`.
    pub(super) fn of_vaults(&mut self, mut resource: Resource<'_>) -> Option<PolicyText> {
        self.begin(&mut resource);
        let body = resource.body;
        self.only(
            body,
            &resource.address,
            &[
                "name",
                "enabled",
                "operation_type",
                "trigger_pattern",
                "destination_region",
                "destination_project_id",
            ],
            &["operation_definition"],
        );
        resource.members.insert("service".to_owned(), "cbr".into());
        resource.members.insert("enabled".to_owned(), true.into());
        self.put(&mut resource, body, "", ("enabled", "enabled"));
        self.pattern(&mut resource, body, "", |texts| check_rules(texts).is_ok());
        let definitions = blocks(body, "operation_definition");
        if let [_, second, ..] = definitions.as_slice() {
            let address = format!("{}.operation_definition", resource.address);
            let remedy = "A policy has one; remove the others.";
            self.at(second.line, &address, "this block is there twice", remedy);
        }
        let empty = Body::default();
        let (definition, line) = match definitions.first() {
            Some(block) => (&block.body, block.line),
            None => (&empty, resource.line),
        };
        let inner = format!("{}.operation_definition", resource.address);
        let limits = LIMITS.iter().chain(&SLOTS).map(|(name, _)| *name);
        let known: Vec<&str> = limits.chain(["timezone"]).collect();
        self.only(definition, &inner, &known, &[]);
        self.retention(&mut resource, definition, "operation_definition", line);
        let copies = self.kind(&mut resource);
        let mut policy = self.finish(resource)?;
        // The resource has no argument for them: nothing is said.
        policy.of_vaults.advanced = None;
        if copies && policy.of_vaults.kind.is_none() {
            // Where to is not said: the resource has no argument for it.
            policy.of_vaults.kind = Some(PolicyKind::Replication(Destination::default()));
        }
        Some(policy)
    }

    /// Name and place of a resource.
    fn begin(&mut self, resource: &mut Resource<'_>) {
        let (place, address) = (resource.place.clone(), resource.address.clone());
        self.note(&place, resource.line, &address);
        let body = resource.body;
        self.put(resource, body, "", ("name", "name"));
        let is_there = body
            .arguments
            .iter()
            .any(|argument| argument.name == "name");
        if !is_there {
            let remedy = "Write name = \"…\"; by its name a policy is found again.";
            self.at(resource.line, &address, "this policy has no name", remedy);
        }
    }

    /// The policy, once all members are there.
    fn finish(&mut self, resource: Resource<'_>) -> Option<PolicyText> {
        resource.members.get("name")?;
        let members = Json::Object(resource.members);
        self.reader.policy(&members, &resource.place)
    }

    /// Says which arguments and blocks are not among those that are known, or there twice.
    fn only(&mut self, body: &Body, address: &str, arguments: &[&str], inner: &[&str]) {
        let mut seen: Vec<&str> = Vec::new();
        for Argument { name, line, .. } in &body.arguments {
            let (name, line) = (name.as_str(), *line);
            let at = below(address, name);
            if SEVERAL.contains(&name) {
                let remedy = "Write each policy by itself.";
                self.at(
                    line,
                    &at,
                    format!("`{name}` makes several policies of one"),
                    remedy,
                );
            } else if ASIDE.contains(&name) {
                self.leave_out(line, at);
            } else if !arguments.contains(&name) {
                let rule = format!("there is no argument `{name}` here");
                let remedy = format!("The arguments are {}.", arguments.join(", "));
                self.at(line, &at, rule, &remedy);
            } else if seen.contains(&name) {
                let rule = "this argument is there twice";
                self.at(line, &at, rule, "Remove one of the two.");
            }
            seen.push(name);
        }
        for Block { kind, line, .. } in &body.blocks {
            let at = below(address, kind);
            if kind == "dynamic" {
                let rule = "`dynamic` blocks are worked out by Terraform and not known here";
                self.at(*line, &at, rule, "Write the blocks themselves.");
            } else if ASIDE.contains(&kind.as_str()) {
                self.leave_out(*line, at);
            } else if !inner.contains(&kind.as_str()) {
                let rule = format!("there is no block `{kind}` here");
                self.at(*line, &at, rule, "Remove it.");
            }
        }
    }

    /// Puts an argument into a member of the policy, if it is there.
    fn put(
        &mut self,
        resource: &mut Resource<'_>,
        body: &Body,
        within: &str,
        (name, member): (&str, &str),
    ) {
        let Some(argument) = argument(body, name) else {
            return;
        };
        let address = below(&resource.within(within), name);
        let place = below(&resource.place, member);
        self.note(&place, argument.line, &address);
        if let Some(value) = self.known(argument, &address) {
            resource.members.insert(member.to_owned(), value);
        }
    }

    fn provider(&mut self, resource: &Resource<'_>) {
        let Some(argument) = argument(resource.body, "provider_id") else {
            return;
        };
        let address = format!("{}.provider_id", resource.address);
        let value = self.known(argument, &address);
        if value.is_some_and(|value| value != PROVIDER_ID) {
            let rule = "this is not the provider of server backups";
            self.at(argument.line, &address, rule, "Remove the argument.");
        }
    }

    fn operation(&mut self, resource: &mut Resource<'_>, block: &Block) {
        let (body, within) = (&block.body, "scheduled_operation");
        let address = format!("{}.{within}", resource.address);
        let mut known = vec![
            "name",
            "description",
            "enabled",
            "operation_type",
            "trigger_pattern",
            "permanent",
            "timezone",
        ];
        known.extend(LIMITS.iter().chain(&SLOTS).map(|(name, _)| *name));
        self.only(body, &address, &known, &[]);
        for name in ["name", "description"] {
            if let Some(argument) = argument(body, name) {
                self.leave_out(argument.line, format!("{address}.{name}"));
            }
        }
        if let Some(argument) = argument(body, "operation_type") {
            let address = format!("{address}.operation_type");
            let value = self.known(argument, &address);
            if value.is_some_and(|value| value != "backup") {
                let rule = "a policy of servers makes backups only";
                self.at(argument.line, &address, rule, "Write \"backup\".");
            }
        }
        resource.members.insert("enabled".to_owned(), true.into());
        self.put(resource, body, within, ("enabled", "enabled"));
        self.pattern(resource, body, within, |texts| {
            texts.iter().all(|text| Schedule::parse(text).is_ok())
        });
        self.retention(resource, body, within, block.line);
    }

    /// When it runs: rules, or texts that go through as they are.
    fn pattern(
        &mut self,
        resource: &mut Resource<'_>,
        body: &Body,
        within: &str,
        are_rules: fn(&[String]) -> bool,
    ) {
        let is_there = argument(body, "trigger_pattern").is_some();
        if !is_there {
            let address = resource.within(within);
            let rule = "trigger_pattern is missing";
            let remedy =
                "It says when the policy runs, such as \"FREQ=DAILY;BYHOUR=2;BYMINUTE=0\".";
            self.at(resource.line, &address, rule, remedy);
            return;
        }
        self.put(resource, body, within, ("trigger_pattern", "pattern"));
        let Some(value) = resource.members.get("pattern") else {
            return;
        };
        let texts: Vec<String> = match value {
            Json::String(text) => vec![text.clone()],
            Json::Array(list) => {
                let texts = list.iter().filter_map(Json::as_str);
                texts.map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        if are_rules(&texts)
            && let Some(value) = resource.members.remove("pattern")
        {
            resource.members.insert("schedule".to_owned(), value);
        }
    }

    /// How long backups are kept; nothing said is for ever.
    fn retention(&mut self, resource: &mut Resource<'_>, body: &Body, within: &str, line: usize) {
        let place = below(&resource.place, "retention");
        let address = resource.within(within);
        self.note(&place, line, &address);
        let take = |reading: &mut Self, name: &str, place: String| {
            let argument = argument(body, name)?;
            let address = below(&address, name);
            reading.note(&place, argument.line, &address);
            Some((argument.line, reading.known(argument, &address)?))
        };
        let mut kept = Map::new();
        for (name, member) in LIMITS {
            if let Some((_, value)) = take(self, name, below(&place, member)) {
                kept.insert(member.to_owned(), value);
            }
        }
        let slots_place = below(&place, "long_term");
        let mut slots = Map::new();
        for (name, member) in SLOTS {
            if let Some((line, value)) = take(self, name, below(&slots_place, member)) {
                if slots.is_empty() {
                    self.note(&slots_place, line, &below(&address, name));
                }
                slots.insert(member.to_owned(), value);
            }
        }
        let number = |value: &Json| match value.as_str() {
            Some(text) => text.parse().ok(),
            None => value.as_i64(),
        };
        let is_set = |value: &Json| number(value) != Some(0);
        if slots.values().any(is_set) {
            let zone = take(self, "timezone", below(&slots_place, "timezone"));
            slots.extend(zone.map(|(_, zone)| ("timezone".to_owned(), zone)));
            kept.insert("long_term".to_owned(), Json::Object(slots));
        }
        let permanent = take(self, "permanent", place.clone());
        let is_permanent = permanent
            .as_ref()
            .is_some_and(|(_, value)| *value == true || *value == "true");
        if is_permanent && !kept.is_empty() {
            let (line, address) = (
                permanent.map_or(line, |(line, _)| line),
                below(&address, "permanent"),
            );
            let rule = "backups that are kept for ever have no limits";
            self.at(line, &address, rule, "Remove `permanent`, or the limits.");
        }
        let value = if kept.is_empty() {
            json!("forever")
        } else {
            Json::Object(kept)
        };
        resource.members.insert("retention".to_owned(), value);
    }

    fn servers(&mut self, resource: &mut Resource<'_>) {
        let mut servers = Vec::new();
        for block in blocks(resource.body, "resource") {
            let place = format!("{}.servers[{}]", resource.place, servers.len());
            let address = format!("{}.resource", resource.address);
            self.note(&place, block.line, &address);
            self.only(&block.body, &address, &["id", "type", "name"], &[]);
            let mut members = Map::new();
            for name in ["id", "name"] {
                if let Some(argument) = argument(&block.body, name) {
                    let address = format!("{address}.{name}");
                    self.note(&below(&place, name), argument.line, &address);
                    let value = self.known(argument, &address);
                    members.extend(value.map(|value| (name.to_owned(), value)));
                }
            }
            if let Some(argument) = argument(&block.body, "type") {
                let address = format!("{address}.type");
                let value = self.known(argument, &address);
                if value.is_some_and(|value| value != SERVER_KIND) {
                    let rule = "only servers can be in a policy";
                    let remedy = format!("Write \"{SERVER_KIND}\".");
                    self.at(argument.line, &address, rule, &remedy);
                }
            }
            servers.push(Json::Object(members));
        }
        let place = below(&resource.place, "servers");
        let first = blocks(resource.body, "resource")
            .first()
            .map_or(resource.line, |block| block.line);
        let address = format!("{}.resource", resource.address);
        self.note(&place, first, &address);
        resource
            .members
            .insert("servers".to_owned(), Json::Array(servers));
    }

    /// A block with key and value for each tag, or, as other resources have them, a map.
    fn tags(&mut self, resource: &mut Resource<'_>) {
        let place = below(&resource.place, "tags");
        let mut tags = Vec::new();
        let address = format!("{}.tags", resource.address);
        if let Some(argument) = argument(resource.body, "tags") {
            self.note(&place, argument.line, &address);
            match self.known(argument, &address) {
                Some(Json::Object(pairs)) => {
                    let pairs = pairs.into_iter();
                    tags.extend(pairs.map(|(key, value)| json!({"key": key, "value": value})));
                }
                Some(_) => {
                    let remedy = "Write tags { key = \"…\", value = \"…\" } for each.";
                    self.at(argument.line, &address, "these are no tags", remedy);
                }
                None => {}
            }
        }
        for block in blocks(resource.body, "tags") {
            let at = format!("{place}[{}]", tags.len());
            self.note(&at, block.line, &address);
            if tags.is_empty() {
                self.note(&place, block.line, &address);
            }
            let mut tag = Map::new();
            let mut pairs = Vec::new();
            for argument in &block.body.arguments {
                let address = format!("{address}.{}", argument.name);
                let Some(value) = self.known(argument, &address) else {
                    continue;
                };
                match argument.name.as_str() {
                    "key" | "value" => {
                        tag.insert(argument.name.clone(), value);
                    }
                    key => pairs.push(json!({"key": key, "value": value})),
                }
            }
            if !tag.is_empty() {
                tags.push(Json::Object(tag));
            }
            tags.extend(pairs);
        }
        resource
            .members
            .insert("tags".to_owned(), Json::Array(tags));
    }

    /// What a policy of vaults makes; whether it makes copies.
    fn kind(&mut self, resource: &mut Resource<'_>) -> bool {
        let mut given = |name: &str| {
            let argument = argument(resource.body, name)?;
            let address = below(&resource.address, name);
            Some((argument.line, self.known(argument, &address)?))
        };
        let kind = given("operation_type");
        let (region, project) = (given("destination_region"), given("destination_project_id"));
        let place = below(&resource.place, "makes");
        let address = below(&resource.address, "operation_type");
        match kind {
            None => {
                let is_there = argument(resource.body, "operation_type").is_some();
                if !is_there {
                    let remedy = "Write operation_type = \"backup\", or \"replication\".";
                    let line = resource.line;
                    self.at(
                        line,
                        &resource.address.clone(),
                        "operation_type is missing",
                        remedy,
                    );
                }
                false
            }
            Some((line, kind)) if kind != "backup" && kind != "replication" => {
                let word = kind
                    .as_str()
                    .map_or_else(|| kind.to_string(), str::to_owned);
                let rule = format!("`{word}` is nothing a policy does");
                self.at(line, &address, rule, "Write \"backup\" or \"replication\".");
                false
            }
            Some((line, kind)) => {
                self.note(&place, line, &address);
                let copies = kind == "replication";
                if !copies || region.is_some() || project.is_some() {
                    resource.members.insert("makes".to_owned(), kind);
                }
                if let Some((line, _)) = region.as_ref().or(project.as_ref()) {
                    let address = below(&resource.address, "destination_region");
                    self.note(&below(&resource.place, "destination"), *line, &address);
                    let member =
                        |found: Option<(usize, Json)>| found.map_or(Json::Null, |(_, value)| value);
                    let to = json!({"region": member(region), "project": member(project)});
                    resource.members.insert("destination".to_owned(), to);
                }
                copies
            }
        }
    }
}

fn argument<'a>(body: &'a Body, name: &str) -> Option<&'a Argument> {
    body.arguments.iter().find(|argument| argument.name == name)
}

fn blocks<'a>(body: &'a Body, kind: &str) -> Vec<&'a Block> {
    let blocks = body.blocks.iter();
    blocks.filter(|block| block.kind == kind).collect()
}

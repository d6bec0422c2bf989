//! JSON → a policy of vaults. What it shares with a policy of servers is read in `read`.

use serde_json::{Map, Value};

use super::reader::{Reader, below, given};
use super::{OfVaults, PolicyText, ScheduleText, VaultText, plain};
use crate::cbr::advanced::Advanced;
use crate::cbr::rules::{self as vault_rules, ShortName, check_rules};
use crate::model::{Destination, Generation, Limits, PolicyKind, Retention};
use crate::rules;
use crate::schedule::Schedule;
use crate::vault::START_WINDOW;

const POLICY: [&str; 11] = [
    "name",
    "service",
    "enabled",
    "makes",
    "destination",
    "schedule",
    "pattern",
    "start_window",
    "retention",
    "full_every",
    "vaults",
];

/// Runs between two full backups.
const FULL_EVERY: (i64, i64) = (1, 100);

impl Reader {
    pub(super) fn policy_of_vaults(&mut self, value: &Value, place: &str) -> Option<PolicyText> {
        let members = self.object(value, place, &POLICY)?;
        let at = |member| below(place, member);
        let name = self.name(members, place)?;
        if let Err(rule) = ShortName::try_from(name.clone()) {
            self.problem(&at("name"), rule, "");
        }
        let enabled = given(members, "enabled").and_then(|value| self.flag(value, &at("enabled")));
        let kind = self.kind(members, place);
        let schedule = self.rules(members, place);
        let window = given(members, "start_window")
            .and_then(|value| self.within(value, &at("start_window"), START_WINDOW));
        let kept = given(members, "retention")
            .and_then(|value| self.retention_of_vaults(value, &at("retention")));
        let (retention, advanced) = kept.unzip();
        let full_every = given(members, "full_every")
            .and_then(|value| self.full_every(value, &at("full_every")));
        let vaults = given(members, "vaults").and_then(|value| self.vaults(value, &at("vaults")));
        if let (Some(PolicyKind::Replication(_)), Some(vaults)) = (&kind, &vaults)
            && let Some(bare) = vaults.iter().find(|vault| vault.copies_to.is_empty())
        {
            let called = if bare.name.is_empty() {
                &bare.id
            } else {
                &bare.name
            };
            let rule = format!("where the copies of vault `{called}` go is not said");
            let remedy = "Write \"copies_to\": the id of the vault that takes them.";
            self.problem(&at("vaults"), rule, remedy);
        }
        Some(PolicyText {
            service: Generation::Cbr,
            name,
            enabled,
            schedule,
            retention,
            of_vaults: OfVaults {
                kind,
                advanced,
                full_every,
                start_window: window,
                vaults,
            },
            ..PolicyText::default()
        })
    }

    fn within(&mut self, value: &Value, place: &str, range: (i64, i64)) -> Option<u32> {
        let number = self.number(value, place)?;
        match vault_rules::within(number, range) {
            Ok(number) => u32::try_from(number).ok(),
            Err(rule) => {
                self.problem(place, rule, "");
                None
            }
        }
    }

    fn kind(&mut self, members: &Map<String, Value>, place: &str) -> Option<PolicyKind> {
        let at = |member| below(place, member);
        let to = given(members, "destination")
            .and_then(|value| self.destination(value, &at("destination")));
        let Some(makes) = given(members, "makes") else {
            return to.map(PolicyKind::Replication);
        };
        let word = self.text(makes, &at("makes"))?;
        match (word.to_ascii_lowercase().as_str(), to) {
            ("backups" | "backup", None) => Some(PolicyKind::Backup),
            ("copies" | "replication", Some(to)) => Some(PolicyKind::Replication(to)),
            ("backups" | "backup", Some(_)) => {
                let remedy = "Write \"makes\": \"copies\", or remove the destination.";
                let rule = "a policy that makes backups copies nowhere";
                self.problem(&at("destination"), rule, remedy);
                None
            }
            ("copies" | "replication", None) => {
                // A destination with mistakes of its own is told of there.
                if given(members, "destination").is_none() {
                    let remedy = "Write \"destination\": {\"region\": \"…\", \"project\": \"…\"}.";
                    self.problem(&at("makes"), "where the copies go is not said", remedy);
                }
                None
            }
            _ => {
                let rule = format!("`{word}` is nothing a policy makes");
                self.problem(&at("makes"), rule, "Write \"backups\" or \"copies\".");
                None
            }
        }
    }

    fn destination(&mut self, value: &Value, place: &str) -> Option<Destination> {
        let members = self.object(value, place, &["region", "project", "accelerated"])?;
        let mut text = |member: &str| {
            let found = given(members, member);
            let found = found.and_then(|value| self.text(value, &below(place, member)));
            let found = found.unwrap_or_default();
            if found.is_empty() {
                let remedy = "Copies go to a project of another region; name both.";
                self.problem(place, format!("the {member} is missing"), remedy);
            }
            found
        };
        let (region, project_id) = (text("region"), text("project"));
        let acceleration = given(members, "accelerated")
            .and_then(|value| self.flag(value, &below(place, "accelerated")));
        (!region.is_empty() && !project_id.is_empty()).then(|| Destination {
            region,
            project_id,
            acceleration: acceleration.unwrap_or(false),
        })
    }

    /// One rule or a list of them.
    fn rules(&mut self, members: &Map<String, Value>, place: &str) -> Option<ScheduleText> {
        let pattern = given(members, "pattern");
        let Some(schedule) = given(members, "schedule") else {
            let texts = self.texts(pattern?, &below(place, "pattern"))?;
            return Some(ScheduleText::of_patterns(texts));
        };
        let place = below(place, "schedule");
        if pattern.is_some() {
            let rule = "`schedule` and `pattern` are both there";
            self.problem(&place, rule, "Keep `schedule`.");
        }
        let texts = self.texts(schedule, &place)?;
        let before = self.problems.len();
        for (n, text) in texts.iter().enumerate() {
            // Sentences already.
            for problem in Schedule::parse(text).err().into_iter().flatten() {
                let one = format!("{place}[{n}]");
                let place = if schedule.is_array() { &one } else { &place };
                self.problem(place, problem, "");
            }
        }
        if self.problems.len() > before {
            return None;
        }
        match check_rules(&texts) {
            Ok(rules) => Some(ScheduleText::of_rules(rules)),
            Err(rule) => {
                self.problem(&place, rule.trim_end_matches('.'), "");
                None
            }
        }
    }

    fn texts(&mut self, value: &Value, place: &str) -> Option<Vec<String>> {
        let Value::Array(list) = value else {
            return Some(vec![self.text(value, place)?]);
        };
        let list = list.iter().enumerate();
        list.map(|(n, value)| self.text(value, &format!("{place}[{n}]")))
            .collect()
    }

    /// A retention, and its advanced rules.
    fn retention_of_vaults(
        &mut self,
        value: &Value,
        place: &str,
    ) -> Option<(Retention, Option<Value>)> {
        let ways = "Write \"forever\", or an object with `backups` or `days`.";
        let known = ["backups", "days", "long_term", "advanced"];
        let Some(members) = self.limits(value, place, &known, ways)? else {
            return Some((Retention::Forever, None));
        };
        let at = |member: &str| below(place, member);
        let mut limit = |member: &str| {
            let value = self.number(given(members, member)?, &at(member))?;
            match rules::retention_limit(value) {
                // Nothing is kept by zero, and the service reads it as no limit.
                Ok(limit) => limit.filter(|limit| *limit > 0),
                Err(rule) => {
                    self.problem(&at(member), rule, "");
                    None
                }
            }
        };
        let (count, days) = (limit("backups"), limit("days"));
        let long_term = given(members, "long_term")
            .and_then(|value| self.long_term(value, &at("long_term")))
            .filter(|slots| slots.day + slots.week + slots.month + slots.year > 0);
        if count.is_some() && days.is_some() {
            let rule = "a number of backups and an age exclude each other in this service";
            self.problem(&at("days"), rule, "Keep one of the two.");
        }
        if given(members, "backups").is_none() && long_term.is_some() {
            let rule = "some backups are kept longer than a number of backups, which is not said";
            let remedy = "Say how many backups are kept, or remove this.";
            self.problem(&at("long_term"), rule, remedy);
        }
        let advanced = given(members, "advanced").cloned();
        if let Some(Err(rule)) = advanced.as_ref().map(Advanced::parse) {
            let remedy = "They stand as the service has them in `advanced_retention_rules`.";
            self.problem(&at("advanced"), rule, remedy);
        }
        let limits = Limits {
            count,
            days,
            long_term,
        };
        Some((
            plain(Generation::Cbr, &Retention::Limited(limits)),
            advanced,
        ))
    }

    /// A number of runs, or never.
    fn full_every(&mut self, value: &Value, place: &str) -> Option<Option<u32>> {
        let never = match value {
            Value::String(word) => word.eq_ignore_ascii_case("never"),
            Value::Number(number) => matches!(number.as_i64(), Some(-1 | 0)),
            _ => false,
        };
        if never {
            return Some(None);
        }
        self.within(value, place, FULL_EVERY).map(Some)
    }

    fn vaults(&mut self, value: &Value, place: &str) -> Option<Vec<VaultText>> {
        self.each(value, place, "vault", |reader, value, place| {
            let known = ["name", "id", "copies_to"];
            let (vault, members) = reader.named(value, place, "vault", &known)?;
            let copies_to = members
                .and_then(|members| given(members, "copies_to"))
                .and_then(|value| reader.text(value, &below(place, "copies_to")));
            Some(VaultText {
                name: vault.name,
                id: vault.id,
                copies_to: copies_to.unwrap_or_default(),
            })
        })
    }
}

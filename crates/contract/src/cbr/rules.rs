//! The service's rules for vaults, policies and what is kept (cbr-v3 sections 2, 3, 7 and 8), each with
//! the sentence shown when one is broken.

use super::advanced::Advanced;
use super::policies::Definition;
use crate::rules::{self, Broken, TagRules};
use crate::schedule::Schedule;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Policies of one kind a project may have.
pub const MAX_POLICIES: usize = 32;
/// Vaults a project may have; the documents name no number.
pub const MAX_VAULTS: usize = 100;
/// Resources in one vault, and in one call.
pub const MAX_RESOURCES: usize = 256;
/// How a vault is paid for that was ordered for months or years.
pub const PRE_PAID: &str = "pre_paid";
/// GB a vault may hold.
pub const SIZES: (i64, i64) = (1, 10_485_760);
/// GB a new vault holds at least.
pub const MIN_NEW_SIZE: i64 = 10;
/// Tags of a vault.
pub const MAX_TAGS: usize = 20;
/// Tags in a bind rule.
pub const MAX_BIND_TAGS: usize = 5;
/// Rules in a policy, and runs a day over all of them.
pub const MAX_RULES: usize = 24;
/// Projects a backup may be shared with.
pub const MAX_MEMBERS: usize = 10;
/// Shared volumes a server may have.
pub const MAX_SHARED_VOLUMES: usize = 10;
/// Imports in one call.
pub const MAX_SYNC: usize = 50;
/// Replicas a project may have; the documents name no number.
pub const MAX_REPLICAS: usize = 1_000;
/// Days a backup made by hand may be kept.
pub const MAX_MANUAL_DAYS: i64 = 36_500;
/// Largest page of protectables.
pub const MAX_PROTECTABLES: usize = 50;
/// Longest name, in characters.
pub const MAX_NAME: usize = 64;
/// Percent of use at which a vault tells somebody, unless said otherwise.
pub const DEFAULT_THRESHOLD: i64 = 80;
/// The kind of a volume.
pub const VOLUME_KIND: &str = "OS::Cinder::Volume";
/// The kind of a file system.
pub const TURBO_KIND: &str = "OS::Sfs::Turbo";
/// The kind of an on-premises server.
pub const NATIVE_KIND: &str = "OS::Native::Server";

/// What a vault holds (cbr-v3 section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectType {
    /// Servers.
    Server,
    /// Volumes.
    Disk,
    /// File systems.
    Turbo,
    /// Desktops.
    Workspace,
    /// On-premises servers.
    Vmware,
    /// Databases.
    Rds,
    /// Files of servers with an agent.
    File,
}

impl ObjectType {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Server,
        Self::Disk,
        Self::Turbo,
        Self::Workspace,
        Self::Vmware,
        Self::Rds,
        Self::File,
    ];

    /// The service's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Disk => "disk",
            Self::Turbo => "turbo",
            Self::Workspace => "workspace",
            Self::Vmware => "vmware",
            Self::Rds => "rds",
            Self::File => "file",
        }
    }

    /// Reads the service's word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Kinds of resources that go into such a vault.
    pub const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Server => &[rules::SERVER_KIND, rules::BARE_METAL_KIND],
            Self::Disk => &[VOLUME_KIND],
            Self::Turbo => &[TURBO_KIND],
            Self::Workspace => &["OS::Workspace::DesktopV2"],
            Self::Vmware => &[NATIVE_KIND],
            Self::Rds | Self::File => &[],
        }
    }

    /// The provider of such vaults.
    pub const fn provider_id(self) -> &'static str {
        match self {
            Self::Server | Self::Rds | Self::File => "0daac4c5-6707-4851-97ba-169e36266b66",
            Self::Disk => "d1603440-187d-4516-af25-121250c7cc97",
            Self::Turbo => "3f3c3220-245c-4805-b811-758870015881",
            Self::Workspace => "86a80900-71bf-4961-956a-d52df944f84a",
            Self::Vmware => "a13639de-00be-4e94-af30-26912d75e4a2",
        }
    }

    /// What holds resources of this kind.
    pub fn of_kind(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.kinds().contains(&kind))
    }
}

/// The specification a vault is billed by (cbr-v3 4.2).
///
/// ```
/// use contract::cbr::rules::{ObjectType, spec_code};
/// assert_eq!(spec_code(ObjectType::Disk, "backup", "crash_consistent"), "vault.backup.volume.normal");
/// assert_eq!(spec_code(ObjectType::Server, "backup", "app_consistent"), "vault.backup.database.normal");
/// ```
pub fn spec_code(kind: ObjectType, protect: &str, consistent: &str) -> &'static str {
    match (protect, kind) {
        ("replication", _) => "vault.replication.server.normal",
        ("hybrid", _) | (_, ObjectType::Vmware) => "vault.hybrid.server.normal",
        (_, ObjectType::Disk) => "vault.backup.volume.normal",
        (_, ObjectType::Turbo) => "vault.backup.turbo.normal",
        (_, ObjectType::Rds) => "vault.backup.rds.normal",
        _ if consistent == "app_consistent" => "vault.backup.database.normal",
        _ => "vault.backup.server.normal",
    }
}

/// A name of a vault, policy or backup: 1–64 letters, digits, `_`, `-` and ideographs.
///
/// ```
/// use contract::cbr::rules::ShortName;
/// assert!(ShortName::try_from("vault-1".to_owned()).is_ok());
/// assert_eq!(ShortName::try_from("n".repeat(65)).unwrap_err().to_string(), "has 65 characters; at most 64 are allowed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShortName(String);

/// Text of at most `LIMIT` characters, without `<` and `>`; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const LIMIT: usize>(String);

/// The description of a new vault.
pub type ShortText = Text<64>;
/// Any other description.
pub type LongText = Text<255>;

impl ShortName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ShortName {
    type Error = Broken;

    fn try_from(text: String) -> Result<Self, Broken> {
        if text.is_empty() {
            return Err(Broken::Empty);
        }
        let ideograph = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || ideograph(c);
        if let Some(character) = text.chars().find(|c| !plain(*c)) {
            return Err(Broken::Character {
                character,
                allowed: "letters, digits, `_` and `-`",
            });
        }
        length(&text, MAX_NAME)?;
        Ok(Self(text))
    }
}

impl From<ShortName> for String {
    fn from(name: ShortName) -> Self {
        name.0
    }
}

impl<const LIMIT: usize> Text<LIMIT> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const LIMIT: usize> TryFrom<String> for Text<LIMIT> {
    type Error = Broken;

    fn try_from(text: String) -> Result<Self, Broken> {
        if let Some(character) = text.chars().find(|c| matches!(c, '<' | '>')) {
            return Err(Broken::Character {
                character,
                allowed: "any characters but `<` and `>`",
            });
        }
        length(&text, LIMIT)?;
        Ok(Self(text))
    }
}

impl<const LIMIT: usize> From<Text<LIMIT>> for String {
    fn from(text: Text<LIMIT>) -> Self {
        text.0
    }
}

fn length(text: &str, limit: usize) -> Result<(), Broken> {
    let length = text.chars().count();
    if length > limit {
        return Err(Broken::TooLong { length, limit });
    }
    Ok(())
}

/// A region in a policy: at most 255 letters, digits, `.`, `_` and `-`.
fn region(text: &str) -> Result<(), Broken> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    match text.chars().find(|c| !plain(*c)) {
        Some(character) => Err(Broken::Character {
            character,
            allowed: "letters, digits, `.`, `_` and `-`",
        }),
        None => length(text, 255),
    }
}

/// Whether a number lies within a range.
pub fn within(value: i64, (low, high): (i64, i64)) -> Result<i64, Broken> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(Broken::Range { value, low, high })
    }
}

/// A member of a definition and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionProblem {
    /// The member.
    pub member: &'static str,
    /// The rule it breaks.
    pub rule: String,
}

/// Checks a retention (cbr-v3 4.5): ranges, what excludes what, and what needs a zone. `0` and `-1` mean
/// "not set".
pub fn check_definition(
    definition: &Definition,
    replication: bool,
) -> Result<(), DefinitionProblem> {
    let problem = |member, rule: String| Err(DefinitionProblem { member, rule });
    let numbers = [
        ("max_backups", definition.max_backups, (-1, 99_999)),
        (
            "retention_duration_days",
            definition.retention_duration_days,
            (-1, 99_999),
        ),
        ("day_backups", definition.day_backups, (0, 100)),
        ("week_backups", definition.week_backups, (0, 100)),
        ("month_backups", definition.month_backups, (0, 100)),
        ("year_backups", definition.year_backups, (0, 100)),
        (
            "full_backup_interval",
            definition.full_backup_interval,
            (-1, 100),
        ),
    ];
    for (member, value, range) in numbers {
        if let Some(Err(rule)) = value.map(|value| within(value, range)) {
            return problem(member, rule.to_string());
        }
    }
    let set = |value: Option<i64>| value.is_some_and(|value| value > 0);
    let (count, days, slots) = (
        set(definition.max_backups),
        set(definition.retention_duration_days),
        definition.has_slots(),
    );
    if definition.max_backups == Some(0) && !days && !slots {
        return problem(
            "max_backups",
            "0 would keep nothing; use -1 to keep every backup".to_owned(),
        );
    }
    if count && days {
        return problem(
            "retention_duration_days",
            "excludes max_backups; send one of the two".to_owned(),
        );
    }
    if days && slots {
        return problem(
            "retention_duration_days",
            "excludes day_backups, week_backups, month_backups and year_backups".to_owned(),
        );
    }
    if slots && definition.timezone.is_empty() {
        return problem(
            "timezone",
            "is needed when day_backups, week_backups, month_backups or year_backups is given"
                .to_owned(),
        );
    }
    if !definition.timezone.is_empty() && rules::fixed_offset(&definition.timezone).is_none() {
        return problem(
            "timezone",
            format!("`{}` is not of the form UTC+08:00", definition.timezone),
        );
    }
    if let Some(Err(words)) = definition
        .advanced_retention_rules
        .as_ref()
        .map(Advanced::parse)
    {
        return problem("advanced_retention_rules", words);
    }
    if let Err(rule) = region(&definition.destination_region) {
        return problem("destination_region", rule.to_string());
    }
    if replication {
        for (member, text) in [
            ("destination_region", &definition.destination_region),
            ("destination_project_id", &definition.destination_project_id),
        ] {
            if text.is_empty() {
                return problem(member, "is needed for a replication policy".to_owned());
            }
        }
    }
    Ok(())
}

/// Days over which several rules are compared: longer than any two intervals need to meet.
const COMPARED_DAYS: i64 = 931;

/// Reads the rules of a policy: 1 to 24 bare rules, at most 24 runs a day and an hour between any two.
///
/// ```
/// use contract::cbr::rules::check_rules;
/// let rules = ["FREQ=DAILY;BYHOUR=1;BYMINUTE=0", "FREQ=WEEKLY;BYDAY=SU;BYHOUR=1;BYMINUTE=30"].map(str::to_owned);
/// assert!(check_rules(&rules[..1]).is_ok());
/// assert!(check_rules(&rules).unwrap_err().contains("30 minutes"));
/// ```
pub fn check_rules(rules: &[String]) -> Result<Vec<Schedule>, String> {
    if rules.is_empty() {
        return Err(Broken::Empty.to_string());
    }
    if rules.len() > MAX_RULES {
        let too_many = Broken::TooMany {
            count: rules.len(),
            limit: MAX_RULES,
            what: "rules",
        };
        return Err(too_many.to_string());
    }
    let mut schedules = Vec::with_capacity(rules.len());
    for (n, rule) in rules.iter().enumerate() {
        if rule.trim_start().to_ascii_uppercase().starts_with("BEGIN:") {
            return Err(format!(
                "rule {} has a calendar around it; send the bare rule, FREQ=…",
                n + 1
            ));
        }
        let schedule = Schedule::parse(rule).map_err(|problems| {
            let words: Vec<_> = problems.iter().map(ToString::to_string).collect();
            format!("rule {}: {}", n + 1, words.join(" "))
        })?;
        schedules.push(schedule);
    }
    if schedules.len() > 1 {
        check_together(&schedules)?;
    }
    Ok(schedules)
}

fn check_together(schedules: &[Schedule]) -> Result<(), String> {
    let start = Timestamp::from_seconds(0);
    let end = start.plus_seconds(COMPARED_DAYS * 86_400);
    let mut runs: Vec<i64> = schedules
        .iter()
        .flat_map(|schedule| {
            schedule
                .occurrences_since(start, start)
                .take_while(|at| *at < end)
                .map(Timestamp::seconds)
        })
        .collect();
    runs.sort_unstable();
    for pair in runs.windows(2) {
        let minutes = (pair[1] - pair[0]) / 60;
        if minutes < 60 {
            return Err(format!(
                "two rules run {minutes} minutes apart; runs need at least an hour between them"
            ));
        }
    }
    let busiest = runs
        .chunk_by(|a, b| a.div_euclid(86_400) == b.div_euclid(86_400))
        .map(<[i64]>::len)
        .max()
        .unwrap_or(0);
    if busiest > MAX_RULES {
        return Err(format!(
            "the rules run {busiest} times on one day; at most {MAX_RULES} times are allowed"
        ));
    }
    Ok(())
}

/// GB of the vault that takes over what another service kept: its backups and a spare share, or, before
/// the first backup, its volumes and a spare share (cbr-v3 5.12; 0.2 makes the vault 1.2 times as large).
///
/// ```
/// use contract::cbr::rules::migrated_size_gb;
/// assert_eq!(migrated_size_gb(102_400, 0.2), 120);
/// assert_eq!(migrated_size_gb(102_401, 0.2), 121);
/// assert_eq!(migrated_size_gb(0, 0.2), 10);
/// ```
pub fn migrated_size_gb(mb: i64, reservation: f64) -> i64 {
    let gb = mb as f64 * (1.0 + reservation) / 1024.0;
    // A thousandth of a GB is no reason to round up: 0.1 + 0.2 is not 0.3 here either.
    ((gb - 0.000_001).ceil() as i64).clamp(MIN_NEW_SIZE, SIZES.1)
}

/// A tag value as a vault carries it: 0–43 letters, digits, `-`, `_` and, unlike in the older service, `.`
/// (5.8).
///
/// ```
/// use contract::{cbr, rules};
/// assert_eq!(cbr::rules::tag_value(" v1.2 ").unwrap(), "v1.2");
/// assert!(rules::tag_value("v1.2").is_err());
/// ```
pub fn tag_value(text: &str) -> Result<String, Broken> {
    rules::tag_value_of(text, "letters, digits, `-`, `_` and `.`", |c| {
        c == '.' || rules::is_tag_letter(c)
    })
}

/// Tags of a vault.
pub const VAULT_TAGS: TagRules = TagRules {
    limit: MAX_TAGS,
    value: tag_value,
};
/// Tags in a bind rule.
pub const BIND_TAGS: TagRules = TagRules {
    limit: MAX_BIND_TAGS,
    value: tag_value,
};

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(json: serde_json::Value) -> Definition {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn names_take_ideographs_and_end_at_64() {
        for good in ["a", "vault_1-b", "备份", &"n".repeat(64)] {
            assert!(ShortName::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a.b", "é", "<x>", &"n".repeat(65)] {
            assert!(ShortName::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn zeros_beside_days_mean_nothing_is_set() {
        let sent = definition(
            serde_json::json!({"retention_duration_days": 30, "max_backups": 0,
            "day_backups": 0, "week_backups": 0, "month_backups": 0, "year_backups": 0}),
        );
        assert_eq!(check_definition(&sent, false), Ok(()));
    }

    #[test]
    fn what_excludes_each_other_is_named() {
        for (json, member) in [
            (
                serde_json::json!({"max_backups": 3, "retention_duration_days": 3}),
                "retention_duration_days",
            ),
            (
                serde_json::json!({"retention_duration_days": 3, "week_backups": 1, "timezone": "UTC+01:00"}),
                "retention_duration_days",
            ),
            (serde_json::json!({"week_backups": 1}), "timezone"),
            (
                serde_json::json!({"week_backups": 1, "timezone": "CET"}),
                "timezone",
            ),
            (serde_json::json!({"max_backups": 0}), "max_backups"),
            (serde_json::json!({"max_backups": 100_000}), "max_backups"),
            (
                serde_json::json!({"day_backups": 101, "timezone": "UTC+01:00"}),
                "day_backups",
            ),
            (
                serde_json::json!({"full_backup_interval": -2}),
                "full_backup_interval",
            ),
        ] {
            let problem = check_definition(&definition(json), false).unwrap_err();
            assert_eq!(problem.member, member);
        }
    }

    #[test]
    fn a_replication_needs_its_destination() {
        let problem = check_definition(&Definition::default(), true).unwrap_err();
        assert_eq!(problem.member, "destination_region");
        for (region, good) in [
            ("eu-de_1.x".to_owned(), true),
            ("r".repeat(255), true),
            ("r".repeat(256), false),
            ("eu de".to_owned(), false),
        ] {
            let to =
                serde_json::json!({"destination_region": region, "destination_project_id": "p"});
            assert_eq!(check_definition(&definition(to), true).is_ok(), good);
        }
    }

    #[test]
    fn rules_are_compared_with_each_other_across_midnight_and_intervals() {
        let rules = |texts: &[&str]| {
            let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
            check_rules(&texts).map(|rules| rules.len())
        };
        assert_eq!(
            rules(&[
                "FREQ=DAILY;BYHOUR=1;BYMINUTE=0",
                "FREQ=DAILY;BYHOUR=14;BYMINUTE=12"
            ]),
            Ok(2)
        );
        assert!(
            rules(&[
                "FREQ=DAILY;BYHOUR=23;BYMINUTE=30",
                "FREQ=WEEKLY;BYDAY=MO;BYHOUR=0;BYMINUTE=0"
            ])
            .is_err()
        );
        assert!(
            rules(&[
                "FREQ=DAILY;INTERVAL=7;BYHOUR=23;BYMINUTE=30",
                "FREQ=DAILY;INTERVAL=11;BYHOUR=0;BYMINUTE=0"
            ])
            .is_err()
        );
        assert!(
            rules(&[
                "FREQ=DAILY;BYHOUR=1;BYMINUTE=0",
                "FREQ=DAILY;BYHOUR=1;BYMINUTE=0"
            ])
            .is_err()
        );
        assert!(
            rules(&["BEGIN:VCALENDAR\r\nRRULE:FREQ=DAILY;BYHOUR=1;BYMINUTE=0\r\nEND:VCALENDAR"])
                .is_err()
        );
        assert!(rules(&[]).is_err());
        assert!(
            rules(&["FREQ=MONTHLY"])
                .unwrap_err()
                .starts_with("rule 1: ")
        );
    }
}

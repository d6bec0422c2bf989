//! A policy of this generation and the model's one, both ways.

use super::policies::{
    Definition, Policy, PolicyCreate, PolicyUpdate, TriggerChange, TriggerPropertiesChange,
    TriggerPropertiesSet, TriggerSet,
};
use super::rules::ShortName;
use crate::model::{
    self, Destination, Generation, Limits, LongTerm, PolicyKind, PolicyVault, Retention,
};
use crate::rules::Broken;

impl From<Policy> for model::Policy {
    fn from(policy: Policy) -> Self {
        let definition = policy.operation_definition;
        let retention = definition.retention();
        let positive = |value: Option<i64>| {
            let value = value.and_then(|value| u32::try_from(value).ok());
            value.filter(|value| *value > 0)
        };
        let mut patterns = policy.trigger.properties.pattern.into_iter();
        let kind = match policy.operation_type.as_str() {
            "replication" => PolicyKind::Replication(Destination {
                region: definition.destination_region,
                project_id: definition.destination_project_id,
                acceleration: definition.enable_acceleration.unwrap_or(false),
            }),
            _ => PolicyKind::Backup,
        };
        let vault = |vault: super::policies::AssociatedVault| PolicyVault {
            id: vault.vault_id,
            destination_id: vault.destination_vault_id,
        };
        Self {
            generation: Generation::Cbr,
            id: policy.id,
            name: policy.name,
            enabled: policy.enabled.unwrap_or(false),
            pattern: patterns.next().unwrap_or_default(),
            further_patterns: patterns.collect(),
            start_time: policy.trigger.properties.start_time,
            retention,
            kind,
            vaults: policy.associated_vaults.into_iter().map(vault).collect(),
            full_every: positive(definition.full_backup_interval),
            start_window: positive(policy.trigger.properties.start_window_minutes),
            further_retention: definition.advanced_retention_rules,
            ..Self::default()
        }
    }
}

impl Definition {
    /// What a policy says of keeping, copying and full backups; replaced as a whole by every change.
    pub fn of(policy: &model::Policy) -> Self {
        let mut definition = Self {
            full_backup_interval: policy.full_every.map(i64::from),
            advanced_retention_rules: policy.further_retention.clone(),
            ..Self::from(&policy.retention)
        };
        if let PolicyKind::Replication(destination) = &policy.kind {
            definition
                .destination_region
                .clone_from(&destination.region);
            definition
                .destination_project_id
                .clone_from(&destination.project_id);
            definition.enable_acceleration = destination.acceleration.then_some(true);
        }
        definition
    }
}

impl TriggerSet {
    /// When a policy runs.
    pub fn of(policy: &model::Policy) -> Self {
        Self {
            properties: TriggerPropertiesSet {
                pattern: policy.patterns().map(str::to_owned).collect(),
                start_window_minutes: policy.start_window.map(i64::from),
            },
        }
    }
}

impl TriggerChange {
    /// What turns one rhythm into another; `None` when nothing has to.
    fn between(before: &model::Policy, after: &model::Policy) -> Option<Self> {
        let (before, after) = (TriggerSet::of(before), TriggerSet::of(after));
        let window = after.properties.start_window_minutes;
        let had_one = before.properties.start_window_minutes.is_some();
        (before != after).then(|| Self {
            properties: TriggerPropertiesChange {
                pattern: Some(after.properties.pattern),
                // Left out it would stay.
                start_window_minutes: (had_one || window.is_some()).then_some(window),
            },
        })
    }
}

/// The request that makes a policy; applying it to vaults comes after it.
///
/// # Errors
/// The rule its name breaks.
pub fn create(policy: &model::Policy) -> Result<PolicyCreate, Broken> {
    Ok(PolicyCreate {
        name: ShortName::try_from(policy.name.clone())?,
        operation_definition: Definition::of(policy),
        operation_type: Some(policy.kind.as_str().to_owned()),
        trigger: TriggerSet::of(policy),
        enabled: Some(policy.enabled),
    })
}

/// The request that turns one policy into another; only what differs. Applying it to vaults, and
/// what it makes, is not part of it.
///
/// # Errors
/// The rule its name breaks.
pub fn update(before: &model::Policy, after: &model::Policy) -> Result<PolicyUpdate, Broken> {
    let renamed = (before.name != after.name).then(|| after.name.clone());
    let definition = Definition::of(after);
    Ok(PolicyUpdate {
        name: renamed.map(ShortName::try_from).transpose()?,
        operation_definition: (Definition::of(before) != definition).then_some(definition),
        trigger: TriggerChange::between(before, after),
        enabled: (before.enabled != after.enabled).then_some(after.enabled),
    })
}

impl From<&Retention> for Definition {
    /// The nearest rule this generation has: a count and an age exclude each other here, and an age
    /// excludes long-term slots; what keeps less certainly is what stays.
    fn from(retention: &Retention) -> Self {
        let Retention::Limited(limits) = retention else {
            return Self::default();
        };
        let number = |value: u32| Some(i64::from(value));
        match (limits.count, limits.days, &limits.long_term) {
            (Some(count), _, slots) => {
                let mut definition = Self {
                    max_backups: number(count),
                    ..Self::default()
                };
                if let Some(slots) = slots {
                    definition.day_backups = number(slots.day);
                    definition.week_backups = number(slots.week);
                    definition.month_backups = number(slots.month);
                    definition.year_backups = number(slots.year);
                    definition.timezone.clone_from(&slots.timezone);
                }
                definition
            }
            (None, Some(days), _) => Self {
                retention_duration_days: number(days),
                ..Self::default()
            },
            (None, None, _) => Self::default(),
        }
    }
}

impl Definition {
    /// How long backups are kept by these numbers.
    pub fn retention(&self) -> Retention {
        let limit = |value: Option<i64>| {
            value
                .and_then(|value| u32::try_from(value).ok())
                .filter(|value| *value > 0)
        };
        let slots = |value: Option<i64>| limit(value).unwrap_or(0);
        let long_term = LongTerm {
            day: slots(self.day_backups),
            week: slots(self.week_backups),
            month: slots(self.month_backups),
            year: slots(self.year_backups),
            timezone: self.timezone.clone(),
        };
        let limits = Limits {
            count: limit(self.max_backups),
            days: limit(self.retention_duration_days),
            long_term: self.has_slots().then_some(long_term),
        };
        if limits == Limits::default() {
            Retention::Forever
        } else {
            Retention::Limited(limits)
        }
    }

    /// Whether any long-term slot is set.
    pub fn has_slots(&self) -> bool {
        [
            self.day_backups,
            self.week_backups,
            self.month_backups,
            self.year_backups,
        ]
        .into_iter()
        .flatten()
        .any(|slots| slots > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(policy: serde_json::Value) -> model::Policy {
        let policy: Policy = serde_json::from_value(policy).unwrap();
        policy.into()
    }

    fn weekly() -> model::Policy {
        read(json!({
            "id": "p", "name": "weekly", "enabled": true, "operation_type": "backup",
            "operation_definition": {"max_backups": 7, "week_backups": 4, "timezone": "UTC+01:00",
                "full_backup_interval": 6, "advanced_retention_rules": {"weekly_retention_rules": {}}},
            "trigger": {"properties": {"pattern": ["FREQ=DAILY;BYHOUR=1;BYMINUTE=0", "FREQ=DAILY;BYHOUR=9;BYMINUTE=0"],
                "start_time": "2026-03-14 09:26:53", "start_window_minutes": 60}},
            "associated_vaults": [{"vault_id": "v", "destination_vault_id": ""}],
        }))
    }

    #[test]
    fn everything_of_a_policy_is_in_the_model_and_goes_back() {
        let policy = weekly();
        assert_eq!(policy.generation, Generation::Cbr);
        assert_eq!(policy.patterns().count(), 2);
        assert_eq!(policy.vaults[0].id, "v");
        assert_eq!(
            (policy.full_every, policy.start_window),
            (Some(6), Some(60))
        );
        let sent = serde_json::to_value(create(&policy).unwrap()).unwrap();
        assert_eq!(
            sent,
            json!({
                "name": "weekly", "enabled": true, "operation_type": "backup",
                "operation_definition": {"max_backups": 7, "day_backups": 0, "week_backups": 4, "month_backups": 0,
                    "year_backups": 0, "timezone": "UTC+01:00", "full_backup_interval": 6,
                    "advanced_retention_rules": {"weekly_retention_rules": {}}},
                "trigger": {"properties": {"pattern": ["FREQ=DAILY;BYHOUR=1;BYMINUTE=0", "FREQ=DAILY;BYHOUR=9;BYMINUTE=0"],
                    "start_window_minutes": 60}},
            })
        );
    }

    #[test]
    fn a_change_holds_only_what_differs_and_a_definition_as_a_whole() {
        let before = weekly();
        let sent = |change: fn(&mut model::Policy)| {
            let mut after = weekly();
            change(&mut after);
            serde_json::to_value(update(&before, &after).unwrap()).unwrap()
        };
        assert_eq!(sent(|_| ()), json!({}));
        assert_eq!(
            sent(|policy| policy.enabled = false),
            json!({"enabled": false})
        );
        assert_eq!(sent(|policy| policy.vaults.clear()), json!({}));
        assert_eq!(
            sent(|policy| policy.retention = Retention::Forever)["operation_definition"],
            json!({"full_backup_interval": 6, "advanced_retention_rules": {"weekly_retention_rules": {}}})
        );
        assert_eq!(
            sent(|policy| policy.further_patterns.clear())["trigger"]["properties"]["pattern"],
            json!(["FREQ=DAILY;BYHOUR=1;BYMINUTE=0"])
        );
        let without = sent(|policy| policy.start_window = None);
        assert_eq!(
            without["trigger"]["properties"].get("start_window_minutes"),
            Some(&serde_json::Value::Null),
            "left out it would stay"
        );
    }

    #[test]
    fn a_replication_says_where_to() {
        let policy = read(json!({
            "operation_type": "replication", "name": "far",
            "operation_definition": {"destination_region": "eu-nl", "destination_project_id": "p2", "retention_duration_days": 30},
            "trigger": {"properties": {"pattern": ["FREQ=DAILY;BYHOUR=1;BYMINUTE=0"]}},
        }));
        let PolicyKind::Replication(destination) = &policy.kind else {
            panic!("{:?}", policy.kind);
        };
        assert_eq!(
            (destination.region.as_str(), destination.acceleration),
            ("eu-nl", false)
        );
        let sent = serde_json::to_value(create(&policy).unwrap()).unwrap();
        assert_eq!(
            sent["operation_definition"],
            json!({"retention_duration_days": 30, "destination_region": "eu-nl", "destination_project_id": "p2"})
        );
    }

    #[test]
    fn a_policy_keeps_all_its_rules_and_zero_means_not_set() {
        let policy: Policy = serde_json::from_value(json!({
            "id": "p", "name": "nightly", "enabled": true, "operation_type": "backup",
            "operation_definition": {"retention_duration_days": 30, "max_backups": -1, "day_backups": 0, "week_backups": 0},
            "trigger": {"id": "t", "properties": {"pattern": ["FREQ=DAILY;BYHOUR=1;BYMINUTE=0", "FREQ=DAILY;BYHOUR=14;BYMINUTE=12"]}},
            "associated_vaults": null
        }))
        .unwrap();
        let policy = model::Policy::from(policy);
        assert_eq!(
            policy.retention,
            Retention::Limited(Limits {
                days: Some(30),
                ..Limits::default()
            })
        );
        assert!(policy.pattern.contains("BYHOUR=1;"));
        assert_eq!(policy.further_patterns.len(), 1);
    }
}

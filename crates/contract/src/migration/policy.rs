//! One policy of CSBS as a policy of CBR.

use crate::cbr::policies::{Definition, PolicyCreate, TriggerPropertiesSet, TriggerSet};
use crate::cbr::rules::{MAX_NAME, ShortName};
use crate::model::{Limits, LongTerm, Policy, Retention};
use crate::rules::fixed_offset;
use crate::schedule::{Rhythm, Schedule};
use crate::time::Timestamp;

use super::loss::{LossKind, Object};
use super::{DEFAULT_VAULT, PlannedPolicy};

/// Most long-term slots of a kind (cbr-v3 4.5).
const MAX_SLOTS: u32 = 100;
/// The zone in place of one that is no fixed offset.
const PLAIN_ZONE: &str = "UTC+00:00";

/// A name as vaults and policies of CBR have it: what they do not allow becomes `_`, and the end is cut
/// off after 64 characters.
pub fn short_name(name: &str) -> ShortName {
    let allowed = |c: char| ShortName::try_from(c.to_string()).is_ok();
    let kept: String = name
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .take(MAX_NAME)
        .collect();
    ShortName::try_from(kept)
        .or_else(|_| ShortName::try_from(DEFAULT_VAULT.to_owned()))
        .expect("`default` is a name")
}

/// The policy CBR is asked for, unless its schedule cannot be read, and what is not as it was.
pub fn convert(policy: &Policy) -> (Option<PlannedPolicy>, Vec<LossKind>) {
    let mut losses = Vec::new();
    let name = short_name(&policy.name);
    if name.as_str() != policy.name {
        losses.push(LossKind::Name {
            to: name.as_str().to_owned(),
        });
    }
    if !policy.description.is_empty() {
        losses.push(LossKind::Description(policy.description.clone()));
    }
    let Ok(rule) = Schedule::parse(&policy.pattern) else {
        losses.push(LossKind::Schedule);
        return (None, losses);
    };
    if !policy.enabled {
        losses.push(LossKind::Off);
    }
    if rule.minute() != 0 {
        losses.push(LossKind::Minutes {
            minute: rule.minute(),
        });
    }
    if let Rhythm::Daily { every } = rule.rhythm()
        && every > 1
    {
        losses.push(LossKind::Interval { every });
    }
    let definition = definition(&policy.retention, rule, &mut losses);
    let planned = PlannedPolicy {
        from: Object::new(&policy.id, &policy.name),
        create: PolicyCreate {
            name,
            operation_definition: definition,
            operation_type: Some("backup".to_owned()),
            trigger: TriggerSet {
                properties: TriggerPropertiesSet {
                    pattern: vec![rule.to_string()],
                    start_window_minutes: None,
                },
            },
            enabled: Some(policy.enabled),
        },
    };
    (Some(planned), losses)
}

/// How many backups a rule makes in so many days.
fn runs_in(rule: Schedule, days: u32) -> u64 {
    let start = Timestamp::from_seconds(0);
    let end = start.plus_seconds(i64::from(days) * 86_400);
    rule.count_between(start, start, end)
}

/// The nearest retention that CBR has.
fn definition(retention: &Retention, rule: Schedule, losses: &mut Vec<LossKind>) -> Definition {
    let Retention::Limited(limits) = retention else {
        return Definition::default();
    };
    let runs = |days: u32| (days <= 3_660).then(|| runs_in(rule, days));
    if limits.count == Some(0) || limits.days == Some(0) {
        losses.push(LossKind::KeepsNothing);
    }
    let count = limits.count.map(|count| count.max(1));
    let days = limits.days.map(|days| days.max(1));
    let slots = limits.long_term.as_ref();
    match (count, days, slots) {
        (Some(count), Some(days), _) => losses.push(LossKind::CountAndDays {
            count,
            days,
            runs: runs(days),
        }),
        (None, Some(days), Some(slots)) => losses.push(LossKind::LongTermSlots {
            days,
            slots: slots.to_string(),
            runs: runs(days),
        }),
        (None, None, Some(_)) => losses.push(LossKind::IdleSlots),
        _ => {}
    }
    let long_term = slots
        .filter(|_| count.is_some())
        .map(|slots| allowed(slots, losses));
    // A count wins over an age: it removes less than both together did.
    Definition::from(&Retention::Limited(Limits {
        count,
        days: days.filter(|_| count.is_none()),
        long_term,
    }))
}

/// The slots within CBR's limits.
fn allowed(slots: &LongTerm, losses: &mut Vec<LossKind>) -> LongTerm {
    let most = |number: u32| number.min(MAX_SLOTS);
    let mut kept = LongTerm {
        day: most(slots.day),
        week: most(slots.week),
        month: most(slots.month),
        year: most(slots.year),
        timezone: slots.timezone.clone(),
    };
    if kept != *slots {
        losses.push(LossKind::TooManySlots);
    }
    if fixed_offset(&slots.timezone).is_none() {
        losses.push(LossKind::Zone(slots.timezone.clone()));
        PLAIN_ZONE.clone_into(&mut kept.timezone);
    }
    kept
}

//! Policies in words: schedule, retention, and what a schedule and a retention come to.

use contract::model::{Policy, Retention};
use contract::schedule::{Clock, Schedule, together};
use contract::time::Timestamp;

use crate::format::zone::Zone;

/// A retention as a sentence without a full stop.
pub fn retention_words(retention: &Retention) -> String {
    retention.to_string()
}

/// A policy's rules; nothing when one of them cannot be read.
fn rules_of(policy: &Policy) -> Option<Vec<Schedule>> {
    let read = |pattern| Schedule::parse(pattern).ok();
    let rules: Option<Vec<Schedule>> = policy.patterns().map(read).collect();
    rules.filter(|rules| !rules.is_empty())
}

/// When a policy runs next; nothing while it is off or cannot be read.
pub fn next_run(policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let rules = rules_of(policy).filter(|_| policy.enabled)?;
    let start = policy.start_time.unwrap_or(now);
    let after = Timestamp::from_micros(now.max(start).micros().checked_add(1)?);
    together(&rules, start, after).next()
}

/// A policy's schedule in words; several rules one after the other.
pub fn schedule_words(policy: &Policy) -> String {
    let words = |pattern: &str| match Schedule::parse(pattern) {
        Ok(rule) => rule.describe(Clock::Utc).to_string(),
        Err(_) => format!("Not readable here: {}", pattern.trim()),
    };
    let words: Vec<String> = policy.patterns().map(words).collect();
    if words.is_empty() {
        return "No schedule".to_owned();
    }
    words.join("; ")
}

/// A policy's schedule in words on the clock of a zone, as its offset is at `now`.
pub fn schedule_words_on(policy: &Policy, zone: &Zone, now: Timestamp) -> String {
    let name = zone.title();
    let rules = rules_of(policy).filter(|_| name != "UTC");
    let Some(rules) = rules else {
        return schedule_words(policy);
    };
    let mut words: Vec<String> = Vec::new();
    for rule in rules {
        let view = rule.local_view(zone.offset(now) * 60);
        let groups = view.describe(Clock::Zone(&name));
        words.extend(groups.iter().map(ToString::to_string));
    }
    words.join("; ")
}

/// How many backups of a server a schedule and a retention come to once they have run long enough;
/// `None` without end.
pub fn steady_count(rules: &[Schedule], retention: &Retention, now: Timestamp) -> Option<u64> {
    let Retention::Limited(limits) = retention else {
        return None;
    };
    // Without a rule there is nothing to count.
    (!rules.is_empty()).then_some(())?;
    let by_age = limits.days.map(|days| {
        let from = now.plus_seconds(-i64::from(days) * 86_400);
        let of_each = rules.iter().map(|rule| rule.count_between(now, from, now));
        of_each.sum()
    });
    // The slots overlap with each other and with the newest: this is the most there can be.
    let slots = limits.long_term.as_ref().map_or(0, |slots| {
        u64::from(slots.day)
            + u64::from(slots.week)
            + u64::from(slots.month)
            + u64::from(slots.year)
    });
    match (limits.count.map(|count| u64::from(count) + slots), by_age) {
        (Some(count), Some(age)) => Some(count.min(age)),
        (count, age) => count.or(age),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::Limits;

    fn limited(count: Option<u32>, days: Option<u32>) -> Retention {
        Retention::Limited(Limits {
            count,
            days,
            long_term: None,
        })
    }

    #[test]
    fn retentions_read_as_they_act() {
        assert_eq!(retention_words(&Retention::Forever), "Keep for ever");
        assert_eq!(
            retention_words(&limited(Some(14), None)),
            "Keep the newest 14"
        );
        assert_eq!(retention_words(&limited(None, Some(1))), "Keep for 1 day");
        assert_eq!(
            retention_words(&limited(Some(14), Some(30))),
            "Keep the newest 14, none older than 30 days"
        );
    }

    #[test]
    fn the_smaller_limit_decides_how_many_there_will_be() {
        let rule = Schedule::parse("FREQ=DAILY;BYHOUR=0,12;BYMINUTE=0").expect("a rule");
        let now = Timestamp::parse("2026-11-21T04:00:00").expect("an instant");
        let rule = &[rule];
        assert_eq!(steady_count(rule, &limited(None, Some(7)), now), Some(14));
        assert_eq!(
            steady_count(rule, &limited(Some(10), Some(7)), now),
            Some(10)
        );
        assert_eq!(steady_count(rule, &Retention::Forever, now), None);
    }

    #[test]
    fn a_policy_that_is_off_or_unreadable_has_no_next_run() {
        let now = Timestamp::parse("2026-11-21T04:00:00").expect("an instant");
        let mut policy = Policy {
            enabled: true,
            pattern: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0".into(),
            ..Policy::default()
        };
        assert_eq!(
            next_run(&policy, now),
            Timestamp::parse("2026-11-22T02:00:00")
        );
        policy.enabled = false;
        assert_eq!(next_run(&policy, now), None);
        policy.enabled = true;
        policy.pattern = "FREQ=HOURLY".into();
        assert_eq!(next_run(&policy, now), None);
        assert_eq!(schedule_words(&policy), "Not readable here: FREQ=HOURLY");
    }

    #[test]
    fn of_several_rules_the_soonest_run_is_the_next() {
        let now = Timestamp::parse("2026-11-21T04:00:00").expect("an instant");
        let policy = Policy {
            enabled: true,
            pattern: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0".into(),
            further_patterns: vec!["FREQ=WEEKLY;BYDAY=SA;BYHOUR=14;BYMINUTE=0".into()],
            ..Policy::default()
        };
        assert_eq!(
            next_run(&policy, now),
            Timestamp::parse("2026-11-21T14:00:00")
        );
        assert_eq!(
            schedule_words(&policy),
            "Every day at 02:00 UTC; Every Saturday at 14:00 UTC"
        );
    }
}

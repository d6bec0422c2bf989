//! Policies in words: retention, and what a schedule and a retention come to.

use contract::model::Retention;
use contract::schedule::Schedule;
use contract::time::Timestamp;

/// A retention as a sentence without a full stop.
pub fn retention_words(retention: &Retention) -> String {
    retention.to_string()
}

/// How many backups of a server a schedule and a retention come to once they have run long enough;
/// `None` without end.
pub fn steady_count(rule: Schedule, retention: &Retention, now: Timestamp) -> Option<u64> {
    let Retention::Limited(limits) = retention else {
        return None;
    };
    let by_age = limits.days.map(|days| {
        let from = now.plus_seconds(-i64::from(days) * 86_400);
        rule.count_between(now, from, now)
    });
    match (limits.count.map(u64::from), by_age) {
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
        assert_eq!(steady_count(rule, &limited(None, Some(7)), now), Some(14));
        assert_eq!(
            steady_count(rule, &limited(Some(10), Some(7)), now),
            Some(10)
        );
        assert_eq!(steady_count(rule, &Retention::Forever, now), None);
    }
}

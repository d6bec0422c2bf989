//! The engine beside the `rrule` crate, on the grammar they share.
//!
//! Left out by name, because the crate is known to answer otherwise:
//! - `BYDAY=1MO` with `FREQ=WEEKLY`, which it reads as every day; we refuse it;
//! - zones with a daylight-saving gap, where it repeats and misorders runs; here everything is UTC;
//! - `FREQ=HOURLY` and the like, runs less than an hour apart, and repeated parts, which it takes;
//! - the iCalendar wrapper, which it does not read.

use proptest::prelude::*;
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

use super::super::Schedule;
use super::{any_instant, any_schedule};
use crate::time::Timestamp;

/// The first runs by the crate, the start being at midnight so that it names no time itself.
fn by_crate(rule: &str, start: Timestamp, count: u16) -> Vec<i64> {
    let start = chrono::DateTime::from_timestamp(start.seconds(), 0).unwrap();
    let start = start.with_timezone(&Tz::UTC);
    let rule: RRule<Unvalidated> = format!("{rule};BYSECOND=0").parse().unwrap();
    let rule = rule.validate(start).unwrap();
    let found = RRuleSet::new(start).rrule(rule).all(count);
    found.dates.iter().map(|run| run.timestamp()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_general_library_finds_the_same_runs(schedule in any_schedule(), start in any_instant()) {
        let midnight = Timestamp::from_seconds(start.seconds().div_euclid(86_400) * 86_400);
        let ours: Vec<i64> = schedule.occurrences(midnight).take(100).map(Timestamp::seconds).collect();
        prop_assert_eq!(ours, by_crate(&schedule.to_string(), midnight, 100), "{}", schedule);
    }
}

#[test]
fn what_the_library_takes_and_the_service_does_not_is_refused_here() {
    for rule in [
        "FREQ=WEEKLY;BYDAY=1MO;BYHOUR=1;BYMINUTE=0",
        "FREQ=HOURLY;BYMINUTE=0",
        "FREQ=DAILY;BYHOUR=1;BYMINUTE=0,30",
    ] {
        assert!(rule.parse::<RRule<Unvalidated>>().is_ok(), "{rule}");
        assert!(Schedule::parse(rule).is_err(), "{rule}");
    }
}

//! Enumeration and counting, beside a slow reading of the rule minute by minute.

use proptest::prelude::*;

use super::super::{Rhythm, Schedule, Weekday};
use super::{any_instant, any_schedule, at, rule};
use crate::time::Timestamp;

fn texts(runs: impl Iterator<Item = Timestamp>, count: usize) -> Vec<String> {
    runs.take(count).map(Timestamp::to_seconds_text).collect()
}

#[test]
fn runs_come_in_order_from_the_instant_itself_on() {
    let schedule = rule("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=0,6,12,18;BYMINUTE=27");
    assert_eq!(
        texts(schedule.occurrences(at("2026-11-23T06:27:00")), 5),
        [
            "2026-11-23T06:27:00Z",
            "2026-11-23T12:27:00Z",
            "2026-11-23T18:27:00Z",
            "2026-11-25T00:27:00Z",
            "2026-11-25T06:27:00Z",
        ]
    );
    assert_eq!(
        texts(schedule.occurrences(at("2026-11-23T06:27:00.000001")), 1),
        ["2026-11-23T12:27:00Z"]
    );
}

#[test]
fn a_year_of_the_sample_rule_has_624_or_628_runs() {
    let schedule = rule("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=0,6,12,18;BYMINUTE=27");
    let (from, until) = (at("2026-11-21T04:00:00"), at("2027-11-21T04:00:00"));
    assert_eq!(schedule.count_between(from, from, until), 624);
    assert_eq!(
        schedule
            .occurrences(from)
            .take_while(|run| *run < until)
            .count(),
        624
    );
}

#[test]
fn an_interval_keeps_its_step_over_month_and_leap_year() {
    let schedule = rule("FREQ=DAILY;INTERVAL=10;BYHOUR=5;BYMINUTE=0");
    let start = at("2028-02-09T20:00:00");
    assert_eq!(
        texts(schedule.occurrences_since(start, start), 3),
        [
            "2028-02-19T05:00:00Z",
            "2028-02-29T05:00:00Z",
            "2028-03-10T05:00:00Z"
        ]
    );
    // The anchor holds backwards as well.
    assert_eq!(
        texts(
            schedule.occurrences_since(start, at("2028-01-25T00:00:00")),
            1
        ),
        ["2028-01-30T05:00:00Z"]
    );
}

#[test]
fn the_next_run_is_after_the_instant_never_at_it() {
    let schedule = rule("FREQ=DAILY;BYHOUR=2;BYMINUTE=0");
    let run = at("2026-03-14T02:00:00");
    assert_eq!(
        schedule.next_after(run, run),
        Some(at("2026-03-15T02:00:00"))
    );
    assert_eq!(schedule.next_after(run, run.plus_seconds(-1)), Some(run));
}

#[test]
fn the_ends_of_time_are_quiet() {
    let schedule = rule("FREQ=WEEKLY;BYDAY=SU;BYHOUR=23;BYMINUTE=59");
    let last = Timestamp::from_micros(i64::MAX);
    assert_eq!(schedule.next_after(last, last), None);
    assert_eq!(schedule.occurrences(last).next(), None);
    let first = Timestamp::from_micros(i64::MIN);
    assert!(schedule.occurrences(first).nth(3).is_some());
    assert_eq!(schedule.count_between(first, last, first), 0);
    assert!(schedule.count_between(first, first, last) > 30_000_000);
}

#[test]
fn a_schedule_stays_small_enough_to_keep_100000_of_them() {
    assert!(size_of::<Schedule>() <= 8);
}

/// Whether the rule runs at a minute, read straight from its text's meaning.
fn runs_at(schedule: &Schedule, start: Timestamp, minute: i64) -> bool {
    let (day, of_day) = (minute.div_euclid(1440), minute.rem_euclid(1440));
    let day_fits = match schedule.rhythm() {
        Rhythm::Daily { every } => {
            (day - start.seconds().div_euclid(86_400)) % i64::from(every) == 0
        }
        // 1970-01-05 was a Monday.
        Rhythm::Weekly(days) => days.contains(Weekday::ALL[(day - 4).rem_euclid(7) as usize]),
    };
    day_fits
        && schedule.hours().contains((of_day / 60) as u8)
        && of_day % 60 == i64::from(schedule.minute())
}

proptest! {
    #[test]
    fn enumeration_finds_every_run_and_no_other(
        schedule in any_schedule(), start in any_instant(), from in any_instant(), days in 0i64..40,
    ) {
        let until = from.plus_seconds(days * 86_400);
        let first_minute = from.micros().div_euclid(60_000_000) + i64::from(from.micros() % 60_000_000 != 0);
        let last_minute = until.micros().div_euclid(60_000_000) + i64::from(until.micros() % 60_000_000 != 0);
        let expected: Vec<Timestamp> = (first_minute..last_minute)
            .filter(|minute| runs_at(&schedule, start, *minute))
            .map(|minute| Timestamp::from_seconds(minute * 60))
            .collect();
        let found: Vec<Timestamp> = schedule
            .occurrences_since(start, from)
            .take_while(|run| *run < until)
            .collect();
        prop_assert_eq!(schedule.count_between(start, from, until), expected.len() as u64);
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn next_after_walks_the_same_path_as_the_iterator(schedule in any_schedule(), from in any_instant()) {
        let runs: Vec<Timestamp> = schedule.occurrences(from).take(30).collect();
        for pair in runs.windows(2) {
            prop_assert_eq!(schedule.next_after(from, pair[0]), Some(pair[1]));
            prop_assert!(pair[1].seconds() - pair[0].seconds() >= 3600);
        }
    }
}

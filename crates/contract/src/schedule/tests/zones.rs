//! Wishes on local clocks: twelve tricky cases, and both directions over twenty years.

use chrono::{Offset as _, TimeZone as _};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::super::{
    Clock, DriftRemedy, LocalWish, OffsetTable, Reason, Remedy, Resolved, Rhythm, TimeOfDay,
    UtcRules, Weekday, Weekdays,
};
use super::{any_rhythm, any_schedule, at, rule, times};
use crate::time::Timestamp;

/// The offsets of a zone from 2010 to 2052, found by halving.
fn table(zone: Tz) -> OffsetTable {
    let offset = |second: i64| {
        let naive = chrono::DateTime::from_timestamp(second, 0)
            .unwrap()
            .naive_utc();
        zone.offset_from_utc_datetime(&naive)
            .fix()
            .local_minus_utc()
    };
    let (start, end) = (
        at("2010-01-01T00:00:00").seconds(),
        at("2052-01-01T00:00:00").seconds(),
    );
    let mut changes = Vec::new();
    let step = 5 * 86_400;
    let mut from = start;
    while from < end {
        let (mut low, mut high) = (from, from + step);
        if offset(low) != offset(high) {
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if offset(middle) == offset(low) {
                    low = middle
                } else {
                    high = middle
                }
            }
            changes.push((Timestamp::from_seconds(high), offset(high)));
        }
        from += step;
    }
    OffsetTable::new(offset(start), changes)
}

const ZONES: [Tz; 9] = [
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kathmandu,
    Tz::Pacific__Kiritimati,
    Tz::Pacific__Apia,
    Tz::Antarctica__Troll,
    Tz::America__Santiago,
    Tz::Africa__Cairo,
];

fn wish_runs(zone: Tz, rhythm: Rhythm, wished: &[&str], start: &str, count: usize) -> Vec<String> {
    let table = table(zone);
    let start = table.to_utc(local(start)).instant();
    let runs = LocalWish::new(rhythm, &times(wished)).runs(&table, start, start, count);
    let shown = runs
        .iter()
        .map(|run| run.resolved.instant().to_seconds_text());
    shown.map(|text| text[5..16].to_owned()).collect()
}

fn local(text: &str) -> super::super::LocalTime {
    super::super::LocalTime::from_seconds(at(text).seconds())
}

fn weekly(day: Weekday) -> Rhythm {
    Rhythm::Weekly(Weekdays::NONE.with(day))
}

#[test]
fn twelve_tricky_cases_follow_the_one_rule() {
    let daily = Rhythm::EVERY_DAY;
    // 02:30 is missing on 2027-03-28.
    assert_eq!(
        wish_runs(
            Tz::Europe__Berlin,
            daily,
            &["02:30"],
            "2027-03-27T02:30:00",
            3
        ),
        ["03-27T01:30", "03-28T01:30", "03-29T00:30"]
    );
    // 02:30 comes twice on 2026-10-25.
    assert_eq!(
        wish_runs(
            Tz::Europe__Berlin,
            daily,
            &["02:30"],
            "2026-10-24T02:30:00",
            3
        ),
        ["10-24T00:30", "10-25T00:30", "10-26T01:30"]
    );
    // Sunday 02:15 is missing on 2027-03-14.
    assert_eq!(
        wish_runs(
            Tz::America__New_York,
            weekly(Weekday::Sunday),
            &["02:15"],
            "2027-03-07T02:15:00",
            3
        ),
        ["03-07T07:15", "03-14T07:15", "03-21T06:15"]
    );
    // 02:00 is missing and falls on 03:00: one run, not two.
    assert_eq!(
        wish_runs(
            Tz::Europe__Berlin,
            daily,
            &["0:00", "1:00", "2:00", "3:00", "4:00"],
            "2027-03-28T00:00:00",
            5
        ),
        [
            "03-27T23:00",
            "03-28T00:00",
            "03-28T01:00",
            "03-28T02:00",
            "03-28T22:00"
        ]
    );
    // The repeated hour has one run.
    assert_eq!(
        wish_runs(
            Tz::Europe__Berlin,
            daily,
            &["0:00", "1:00", "2:00", "3:00"],
            "2026-10-25T00:00:00",
            4
        ),
        ["10-24T22:00", "10-24T23:00", "10-25T00:00", "10-25T02:00"]
    );
    // Midnight is missing on 2026-09-06.
    assert_eq!(
        wish_runs(
            Tz::America__Santiago,
            daily,
            &["00:00"],
            "2026-09-05T00:00:00",
            3
        ),
        ["09-05T04:00", "09-06T04:00", "09-07T03:00"]
    );
    // Friday 00:27 is missing on 2027-04-30, and stays a Friday.
    assert_eq!(
        wish_runs(
            Tz::Africa__Cairo,
            weekly(Weekday::Friday),
            &["00:27"],
            "2027-04-23T00:27:00",
            3
        ),
        ["04-22T22:27", "04-29T22:27", "05-06T21:27"]
    );
    // A jump of half an hour.
    assert_eq!(
        wish_runs(
            Tz::Australia__Lord_Howe,
            daily,
            &["02:15"],
            "2026-10-03T02:15:00",
            3
        ),
        ["10-02T15:45", "10-03T15:45", "10-04T15:15"]
    );
    assert_eq!(
        wish_runs(
            Tz::Asia__Kathmandu,
            daily,
            &["00:27", "12:27"],
            "2026-11-21T00:00:00",
            4
        ),
        ["11-20T18:42", "11-21T06:42", "11-21T18:42", "11-22T06:42"]
    );
    assert_eq!(
        wish_runs(
            Tz::Pacific__Kiritimati,
            weekly(Weekday::Monday),
            &["00:27"],
            "2026-11-23T00:27:00",
            2
        ),
        ["11-22T10:27", "11-29T10:27"]
    );
    // A jump of two hours: 01:30 falls on 03:30, and 02:30 comes after it.
    assert_eq!(
        wish_runs(
            Tz::Antarctica__Troll,
            daily,
            &["01:30", "02:30", "03:30"],
            "2027-03-27T01:30:00",
            6
        ),
        [
            "03-27T01:30",
            "03-27T02:30",
            "03-27T03:30",
            "03-28T01:30",
            "03-28T02:30",
            "03-28T23:30"
        ]
    );
    // 2011-12-30 does not exist: its noon is the noon of the 31st.
    assert_eq!(
        wish_runs(
            Tz::Pacific__Apia,
            daily,
            &["12:00"],
            "2011-12-28T12:00:00",
            3
        ),
        ["12-28T22:00", "12-29T22:00", "12-30T22:00"]
    );
}

#[test]
fn a_missing_time_says_what_the_clock_shows_instead() {
    let berlin = table(Tz::Europe__Berlin);
    assert_eq!(
        berlin.to_utc(local("2027-03-28T02:30:00")),
        Resolved::Missing {
            at: at("2027-03-28T01:30:00"),
            shown: local("2027-03-28T03:30:00")
        }
    );
    assert_eq!(
        berlin.to_utc(local("2026-10-25T02:30:00")),
        Resolved::Twice {
            first: at("2026-10-25T00:30:00"),
            second: at("2026-10-25T01:30:00")
        }
    );
    assert_eq!(
        berlin.to_utc(local("2026-10-25T03:00:00")),
        Resolved::Once(at("2026-10-25T02:00:00"))
    );
}

#[test]
fn monday_midnight_and_noon_in_berlin_are_two_rules_with_ways_out() {
    let berlin = table(Tz::Europe__Berlin);
    let now = at("2026-11-21T04:00:00");
    let wish = LocalWish::new(weekly(Weekday::Monday), &times(&["00:00", "12:00"]));
    let Ok(UtcRules::None(answer)) = wish.to_utc(&berlin, now) else {
        panic!("one rule cannot say it");
    };
    let rules: Vec<String> = answer.rules.iter().map(|rule| rule.to_string()).collect();
    assert_eq!(
        rules,
        [
            "FREQ=WEEKLY;BYDAY=SU;BYHOUR=23;BYMINUTE=0",
            "FREQ=WEEKLY;BYDAY=MO;BYHOUR=11;BYMINUTE=0"
        ]
    );
    assert_eq!(
        answer.reasons,
        [Reason::MixedDays {
            same_day: times(&["12:00"]),
            day_before: times(&["00:00"]),
            day_after: vec![],
        }]
    );
    let said: Vec<String> = answer
        .remedies
        .iter()
        .map(|remedy| match remedy {
            Remedy::MoveTimes { wish, rule } => format!(
                "{:?} → {rule}",
                wish.times()
                    .iter()
                    .map(|t| t.to_string())
                    .collect::<Vec<_>>()
            ),
            Remedy::EveryDay { rule } | Remedy::AsUtc { rule } => rule.to_string(),
            Remedy::SeveralPolicies => "several".into(),
        })
        .collect();
    assert_eq!(
        said,
        [
            // Two o'clock, because one o'clock would be Sunday again in summer.
            "[\"02:00\", \"12:00\"] → FREQ=WEEKLY;BYDAY=MO;BYHOUR=1,11;BYMINUTE=0",
            "FREQ=DAILY;BYHOUR=11,23;BYMINUTE=0",
            "FREQ=WEEKLY;BYDAY=MO;BYHOUR=0,12;BYMINUTE=0",
            "several",
        ]
    );
}

#[test]
fn times_with_two_minutes_are_two_rules_in_any_zone() {
    let wish = LocalWish::new(Rhythm::EVERY_DAY, &times(&["10:37", "14:12", "16:12"]));
    let Ok(UtcRules::None(answer)) = wish.to_utc(&OffsetTable::UTC, at("2026-01-01T00:00:00"))
    else {
        panic!("one rule cannot say it");
    };
    assert_eq!(answer.rules.len(), 2);
    assert_eq!(
        answer.reasons,
        [Reason::MixedMinutes {
            minutes: vec![12, 37]
        }]
    );
    assert!(answer.remedies.contains(&Remedy::MoveTimes {
        wish: LocalWish::new(Rhythm::EVERY_DAY, &times(&["10:12", "14:12", "16:12"])),
        rule: rule("FREQ=DAILY;BYHOUR=10,14,16;BYMINUTE=12"),
    }));
}

#[test]
fn a_wish_that_breaks_a_limit_is_refused_on_every_clock() {
    let close = LocalWish::new(Rhythm::EVERY_DAY, &times(&["23:30", "00:10"]));
    assert!(
        close
            .to_utc(&OffsetTable::UTC, at("2026-01-01T00:00:00"))
            .is_err()
    );
    // A day between the two runs makes room for them.
    let apart = LocalWish::new(
        Rhythm::Weekly(
            Weekdays::NONE
                .with(Weekday::Monday)
                .with(Weekday::Wednesday),
        ),
        &times(&["23:30", "00:10"]),
    );
    assert!(
        apart
            .to_utc(&OffsetTable::UTC, at("2026-01-01T00:00:00"))
            .is_ok()
    );
    // Sunday and Monday are neighbours over the end of the week.
    let wrapped = LocalWish::new(
        Rhythm::Weekly(Weekdays::NONE.with(Weekday::Sunday).with(Weekday::Monday)),
        &times(&["23:30", "00:10"]),
    );
    assert!(
        wrapped
            .to_utc(&OffsetTable::UTC, at("2026-01-01T00:00:00"))
            .is_err()
    );
}

#[test]
fn daylight_saving_moves_a_stored_rule_on_named_dates_with_ways_out() {
    let berlin = table(Tz::Europe__Berlin);
    let now = at("2026-11-21T04:00:00");
    // 23:30 on Sunday in winter, 00:30 on Monday in summer.
    let schedule = rule("FREQ=WEEKLY;BYDAY=SU;BYHOUR=22;BYMINUTE=30");
    let changes = schedule.clock_changes(&berlin, now, now, at("2027-11-21T04:00:00"));
    let dates: Vec<String> = changes
        .iter()
        .map(|change| change.at.to_seconds_text())
        .collect();
    assert_eq!(dates, ["2027-03-28T01:00:00Z", "2027-10-31T01:00:00Z"]);
    let said: Vec<String> = [&changes[0].before, &changes[0].after]
        .iter()
        .map(|view| view.describe(Clock::Unsaid)[0].to_string())
        .collect();
    assert_eq!(said, ["Every Sunday at 23:30", "Every Monday at 00:30"]);
    assert_eq!(changes[0].first_run, at("2027-03-28T22:30:00"));
    let remedies = schedule.drift_remedies(&changes[0]);
    assert_eq!(
        remedies,
        [
            DriftRemedy::Accept,
            DriftRemedy::SameDayInBothSeasons {
                rule: rule("FREQ=WEEKLY;BYDAY=SU;BYHOUR=21;BYMINUTE=30"),
                hours: -1
            },
            DriftRemedy::SwitchAt {
                at: changes[0].at,
                rules: UtcRules::One {
                    rule: rule("FREQ=WEEKLY;BYDAY=SU;BYHOUR=21;BYMINUTE=30"),
                    day_shift: 0
                },
            },
        ]
    );
    let kathmandu = table(Tz::Asia__Kathmandu);
    assert!(
        schedule
            .clock_changes(&kathmandu, now, now, at("2046-01-01T00:00:00"))
            .is_empty()
    );
}

fn any_wish() -> impl Strategy<Value = LocalWish> {
    (any_rhythm(), 1u32..1 << 24, 0u16..60).prop_map(|(rhythm, hours, minute)| {
        let times: Vec<TimeOfDay> = (0..24u8)
            .filter(|hour| hours >> hour & 1 == 1)
            .filter_map(|hour| TimeOfDay::new(hour, minute as u8))
            .collect();
        LocalWish::new(rhythm, &times)
    })
}

/// Twenty years from 2026 on.
fn any_date() -> impl Strategy<Value = Timestamp> {
    (1_767_225_600i64..2_398_377_600).prop_map(Timestamp::from_seconds)
}

proptest! {
    #[test]
    fn local_to_utc_to_local_is_the_wish_itself(wish in any_wish(), zone in 0..ZONES.len(), date in any_date()) {
        let table = table(ZONES[zone]);
        let rules = match wish.to_utc(&table, date) {
            Ok(UtcRules::One { rule, .. }) => vec![rule],
            Ok(UtcRules::None(answer)) => answer.rules,
            Err(problems) => return Err(TestCaseError::fail(format!("{problems:?}"))),
        };
        let mut back = Vec::new();
        for rule in &rules {
            let view = rule.local_view(table.offset_at(date));
            for group in view.groups {
                prop_assert!(group.rhythm == wish.rhythm() || wish.rhythm().is_every_day() && group.rhythm.is_every_day());
                back.extend(group.times);
            }
        }
        back.sort_unstable();
        prop_assert_eq!(back, wish.times());
    }

    #[test]
    fn utc_to_local_to_utc_is_the_rule_itself(schedule in any_schedule(), zone in 0..ZONES.len(), date in any_date()) {
        let table = table(ZONES[zone]);
        if let Some(wish) = schedule.local_view(table.offset_at(date)).wish() {
            let Ok(UtcRules::One { rule, .. }) = wish.to_utc(&table, date) else {
                return Err(TestCaseError::fail("a view that is a wish is one rule"));
            };
            prop_assert_eq!(rule.times().collect::<Vec<_>>(), schedule.times().collect::<Vec<_>>());
            prop_assert!(rule.rhythm() == schedule.rhythm() || rule.rhythm().is_every_day() && schedule.rhythm().is_every_day());
        }
    }

    #[test]
    fn the_rules_run_when_the_wish_means_until_the_clock_changes(wish in any_wish(), zone in 0..ZONES.len(), date in any_date()) {
        // An interval has no rule of its own for where it begins.
        prop_assume!(matches!(wish.rhythm(), Rhythm::Weekly(_) | Rhythm::Daily { every: 1 }));
        let table = table(ZONES[zone]);
        let until = date.plus_seconds(14 * 86_400);
        prop_assume!(table.changes_between(date.plus_seconds(-86_400), until.plus_seconds(86_400)).next().is_none());
        let rules = match wish.to_utc(&table, date).unwrap() {
            UtcRules::One { rule, .. } => vec![rule],
            UtcRules::None(answer) => answer.rules,
        };
        let mut stored: Vec<Timestamp> = rules
            .iter()
            .flat_map(|rule| rule.occurrences(date).take_while(|run| *run < until))
            .collect();
        stored.sort_unstable();
        let meant: Vec<Timestamp> = wish
            .runs(&table, date, date, stored.len())
            .iter()
            .map(|run| run.resolved.instant())
            .collect();
        prop_assert_eq!(stored, meant);
    }

    #[test]
    fn wished_runs_are_unique_ordered_and_complete_through_every_change(wish in any_wish(), zone in 0..ZONES.len(), date in any_date()) {
        let table = table(ZONES[zone]);
        let runs = wish.runs(&table, date, date, 80);
        prop_assert_eq!(runs.len(), 80);
        for pair in runs.windows(2) {
            prop_assert!(pair[0].resolved.instant() < pair[1].resolved.instant());
        }
        for run in &runs {
            prop_assert!(run.resolved.instant() >= date);
            let shown = table.to_local(run.resolved.instant());
            match run.resolved {
                Resolved::Missing { shown: said, .. } => {
                    prop_assert_eq!(said, shown);
                    prop_assert!(shown > run.wished);
                }
                _ => prop_assert_eq!(shown, run.wished),
            }
        }
        // Asking for fewer finds the same beginning.
        let few: Vec<_> = wish.runs(&table, date, date, 7);
        prop_assert_eq!(&few[..], &runs[..7]);
    }

    #[test]
    fn every_instant_shows_a_local_time_that_leads_back_to_it(zone in 0..ZONES.len(), date in any_date()) {
        let table = table(ZONES[zone]);
        let resolved = table.to_utc(table.to_local(date));
        let back = match resolved {
            Resolved::Once(at) => at == date,
            Resolved::Twice { first, second } => first == date || second == date,
            Resolved::Missing { .. } => false,
        };
        prop_assert!(back, "{:?}", resolved);
    }
}

//! What stays and what goes, and why.

use super::*;
use crate::model::Limits;

fn day(n: i64) -> Timestamp {
    Timestamp::parse("2026-03-01T02:00:00")
        .unwrap()
        .plus_seconds(n * DAY_SECONDS)
}

fn nightly(nights: i64) -> Vec<Row<'static>> {
    (0..nights)
        .map(|n| Row {
            id: "x",
            at: day(n),
            automatic: true,
        })
        .collect()
}

fn kept(limits: Limits, rows: &[Row<'_>], now: Timestamp) -> Vec<usize> {
    let fates = fates(&Retention::Limited(limits), rows, now);
    (0..rows.len()).filter(|n| fates[*n].stays()).collect()
}

#[test]
fn a_count_keeps_the_newest_in_whatever_order_rows_come() {
    let mut rows = nightly(5);
    rows.reverse();
    let limits = Limits {
        count: Some(2),
        ..Limits::default()
    };
    assert_eq!(kept(limits, &rows, day(5)), [0, 1]);
}

#[test]
fn an_age_is_reached_on_the_minute() {
    let rows = nightly(1);
    let limits = Limits {
        days: Some(14),
        ..Limits::default()
    };
    assert_eq!(kept(limits.clone(), &rows, day(14).plus_seconds(-1)), [0]);
    assert!(kept(limits, &rows, day(14)).is_empty());
}

#[test]
fn of_both_limits_the_first_one_passed_counts() {
    let rows = nightly(10);
    let limits = Limits {
        count: Some(5),
        days: Some(3),
        ..Limits::default()
    };
    assert_eq!(kept(limits, &rows, day(9)), [7, 8, 9]);
    let limits = Limits {
        count: Some(2),
        days: Some(3),
        ..Limits::default()
    };
    assert_eq!(kept(limits, &rows, day(9)), [8, 9]);
}

#[test]
fn backups_by_hand_stay_and_take_no_place() {
    let mut rows = nightly(3);
    rows[2].automatic = false;
    let limits = Limits {
        count: Some(1),
        ..Limits::default()
    };
    assert_eq!(kept(limits, &rows, day(900)), [1, 2]);
}

#[test]
fn a_count_of_nothing_keeps_nothing() {
    let limits = Limits {
        count: Some(0),
        ..Limits::default()
    };
    assert!(kept(limits, &nightly(3), day(3)).is_empty());
}

#[test]
fn long_term_slots_keep_the_newest_of_each_period_on_their_own_calendar() {
    // Nights at 02:00 UTC from 2026-03-01 (a Sunday) to 2026-04-29.
    let rows = nightly(60);
    let slots = LongTerm {
        month: 3,
        week: 2,
        ..LongTerm::default()
    };
    let limits = Limits {
        count: Some(1),
        long_term: Some(slots),
        ..Limits::default()
    };
    // 29 April is the newest, the week's and April's; 26 April ends the week before; 31 March.
    assert_eq!(kept(limits, &rows, day(59)), [30, 56, 59]);
    // Three hours west, 02:00 UTC belongs to the evening before.
    let slots = LongTerm {
        month: 2,
        timezone: "UTC-03:00".into(),
        ..LongTerm::default()
    };
    let limits = Limits {
        count: Some(1),
        long_term: Some(slots),
        ..Limits::default()
    };
    assert_eq!(kept(limits, &rows, day(59)), [31, 59]);
}

#[test]
fn an_edit_names_what_it_deletes_and_nothing_that_was_going_anyway() {
    let rows = nightly(10);
    let to = |count| {
        Retention::Limited(Limits {
            count: Some(count),
            ..Limits::default()
        })
    };
    let lost = lost_by_edit(&to(6), &to(4), &rows, day(10));
    let indexes: Vec<usize> = lost.iter().map(|(index, _)| *index).collect();
    assert_eq!(indexes, [4, 5]);
    assert!(lost_by_edit(&to(4), &Retention::Forever, &rows, day(10)).is_empty());
}

proptest::proptest! {
    #[test]
    fn a_longer_retention_never_loses_a_backup(
        times in proptest::collection::vec((0i64..400, proptest::bool::ANY), 0..60),
        count in 0u32..30, more in 0u32..30, days in 0u32..400,
    ) {
        let rows: Vec<Row<'_>> = times.iter()
            .map(|(at, automatic)| Row { id: "x", at: day(*at), automatic: *automatic })
            .collect();
        let limited = |count, days| Retention::Limited(Limits { count: Some(count), days: Some(days), ..Limits::default() });
        let lost = lost_by_edit(&limited(count, days), &limited(count + more, days + more), &rows, day(400));
        proptest::prop_assert!(lost.is_empty());
    }
}

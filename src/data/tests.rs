//! The store: what arrives stays right, small and in order.

use std::time::Instant;

use contract::time::Timestamp;

use super::bits::Bits;
use super::filter::UTC;
use super::filter::{Filter, Known, Operator, Property, Token, matching};
use super::row::{Page, Row};
use super::sort::{Days, SortBy, SortKey, sort};
use super::store::{Arrival, BackupStore};

fn now() -> Timestamp {
    Timestamp::parse("2026-03-14T09:26:53").expect("a date")
}

/// A row as the service would send it, made by number.
fn row(number: u64) -> Row {
    let text = format!(
        r#"{{"id": "{:08x}-0000-4000-8000-{:012x}", "checkpoint_id": "{:08x}-1111-4000-8000-{:012x}",
        "name": "autobk_{:06}", "status": "{}", "created_at": "{}", "resource_id": "{:08x}-2222-4000-8000-000000000000",
        "extend_info": {{"auto_trigger": {}, "incremental": true, "size": {}, "resource_az": "eu-de-0{}",
        "resource_name": "server-{:03}", "progress": 100, "supported_restore_mode": "backup", "image_type": "backup",
        "volume_backups": [{{}}, {{}}]}}, "backup_data": {{"private_ip": "192.168.{}.{}"}},
        "tags": [{{"key": "env", "value": "{}"}}]}}"#,
        number.wrapping_mul(2_654_435_761) as u32,
        number,
        (number / 8).wrapping_mul(40_503) as u32,
        number / 8,
        number,
        if number.is_multiple_of(50) {
            "error"
        } else {
            "available"
        },
        now().plus_seconds(-(number as i64) * 600).to_naive_text(),
        number % 300,
        !number.is_multiple_of(7),
        1_000 + number % 9_000,
        1 + number % 3,
        number % 300,
        number % 256,
        number % 250,
        if number.is_multiple_of(2) {
            "prod"
        } else {
            "test"
        },
    );
    serde_json::from_str(&text).expect("a row")
}

fn filled(rows: u64) -> BackupStore {
    let mut store = BackupStore::default();
    store.reserve(rows as usize);
    for number in 0..rows {
        assert!(matches!(store.upsert(&row(number), None), Arrival::New(_)));
    }
    store
}

fn found(store: &BackupStore, tokens: &[(Property, Operator, &str)]) -> Bits {
    let filter = tokens
        .iter()
        .fold(Filter::default(), |filter, (property, operator, value)| {
            filter.with(Token::new(*property, *operator, value).expect("a token"))
        });
    matching(
        store,
        &filter,
        Known {
            now: now(),
            servers: None,
            vaults: &[],
        },
    )
}

#[test]
fn a_hundred_thousand_backups_take_less_than_thirty_mebibytes() {
    let store = filled(100_000);
    assert_eq!(store.count(), 100_000);
    assert!(store.memory() < 30 << 20, "{} bytes", store.memory());
}

#[test]
fn a_row_reads_back_what_was_sent() {
    let store = filled(100);
    let row = store.row_of(&row(50).id).expect("it is there");
    assert_eq!(store.name(row), "autobk_000050");
    assert_eq!(store.status.text(row), "error");
    assert_eq!(store.server_name.text(row), "server-050");
    assert_eq!(store.created(row), Some(now().plus_seconds(-30_000)));
    assert_eq!((store.disks(row), store.size_mb(row)), (2, 1_050));
    assert_eq!(store.tags(row).collect::<Vec<_>>(), ["env=prod"]);
    assert!(store.incremental(row) && store.automatic(row) && !store.has_image(row));
}

#[test]
fn a_backup_that_comes_again_replaces_its_row() {
    let mut store = filled(10);
    let mut changed = row(3);
    changed.status = "deleting".into();
    let Arrival::Known(at) = store.upsert(&changed, None) else {
        panic!("it was there")
    };
    assert_eq!((store.count(), store.rows()), (10, 10));
    assert_eq!(store.status.text(at), "deleting");
    changed.name = "renamed".into();
    let Arrival::Known(at) = store.upsert(&changed, None) else {
        panic!("it was there")
    };
    assert_eq!((store.count(), store.rows()), (10, 11));
    assert_eq!(store.row_of(&changed.id), Some(at));
    assert_eq!(
        found(&store, &[(Property::Name, Operator::Contains, "rename")]).count(),
        1
    );
    assert_eq!(
        found(
            &store,
            &[(Property::Name, Operator::Contains, "autobk_000003")]
        )
        .count(),
        0
    );
}

#[test]
fn a_deleted_backup_is_gone_from_every_answer_and_may_come_back() {
    let mut store = filled(10);
    let id = row(4).id;
    assert!(store.remove(&id));
    assert!(!store.remove("no such id"));
    assert_eq!((store.count(), store.row_of(&id)), (9, None));
    assert_eq!(
        found(&store, &[(Property::Text, Operator::Contains, &id)]).count(),
        0
    );
    store.upsert(&row(4), None);
    assert_eq!((store.count(), store.rows()), (10, 10));
}

#[test]
fn the_policy_a_row_was_asked_by_is_remembered() {
    let mut store = filled(3);
    store.upsert(&row(1), Some("p-1"));
    store.upsert(&row(1), None);
    assert_eq!(
        found(&store, &[(Property::Policy, Operator::Is, "p-1")])
            .iter()
            .collect::<Vec<_>>(),
        [1]
    );
}

#[test]
fn rows_without_an_id_are_refused_and_every_other_field_may_be_missing() {
    let mut store = BackupStore::default();
    let page: Page = serde_json::from_str(
        r#"{"checkpoint_items": [{}, {"id": "a"}, {"id": "b", "name": null, "extend_info": 3, "tags": "x",
        "created_at": "yesterday", "resource_id": 7}, 5, null]}"#,
    )
    .expect("a page");
    let arrivals: Vec<Arrival> = page
        .checkpoint_items
        .iter()
        .map(|row| store.upsert(row, None))
        .collect();
    assert_eq!(arrivals[0], Arrival::Refused);
    assert_eq!(store.count(), 2);
    assert_eq!(store.name(1), "");
    assert_eq!(store.created(1), None);
    assert_eq!(store.server.text(1), "7");
}

#[test]
fn a_filter_over_a_hundred_thousand_rows_gives_the_right_rows() {
    let store = filled(100_000);
    type Tokens<'a> = &'a [(Property, Operator, &'a str)];
    let cases: [(Tokens<'_>, usize); 9] = [
        (&[(Property::Status, Operator::Is, "error")], 2_000),
        (&[(Property::Text, Operator::Contains, "AUTOBK_0000")], 100),
        (
            &[
                (Property::Zone, Operator::Is, "eu-de-01"),
                (Property::Zone, Operator::Is, "eu-de-02"),
            ],
            66_667,
        ),
        (&[(Property::Origin, Operator::Is, "manual")], 14_286),
        (&[(Property::Created, Operator::Last, "24h")], 145),
        (
            &[
                (Property::Size, Operator::AtLeast, "1050MB"),
                (Property::Size, Operator::AtMost, "1051MB"),
            ],
            24,
        ),
        (&[(Property::Tag, Operator::Is, "env=test")], 50_000),
        (
            &[
                (Property::Server, Operator::Is, "SERVER-007"),
                (Property::Status, Operator::IsNot, "error"),
            ],
            334,
        ),
        (
            &[
                (Property::Text, Operator::Contains, "server-00"),
                (Property::Text, Operator::Contains, "99999"),
            ],
            0,
        ),
    ];
    for (tokens, expected) in cases {
        let begun = Instant::now();
        assert_eq!(
            found(&store, tokens).count(),
            expected,
            "{tokens:?} in {:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn order_is_by_every_key_and_then_newest_first() {
    let store = filled(1_000);
    let mut rows: Vec<u32> = (0..1_000).rev().collect();
    let by = |by, descending| SortKey { by, descending };
    sort(
        &store,
        &[by(SortBy::Zone, false), by(SortBy::Size, true)],
        &mut rows,
        &Days::on(UTC),
    );
    let keys: Vec<(&str, i64)> = rows
        .iter()
        .map(|row| (store.zone.text(*row), -store.size_mb(*row)))
        .collect();
    assert!(keys.is_sorted());
    sort(&store, &[], &mut rows, &Days::on(UTC));
    assert_eq!(rows, (0..1_000).collect::<Vec<u32>>());
    sort(&store, &[by(SortBy::Name, true)], &mut rows, &Days::on(UTC));
    assert_eq!(store.name(rows[0]), "autobk_000999");
}

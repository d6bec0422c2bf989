//! The language: every token is written and read the same, in addresses and by hand.

use contract::model::Generation;
use contract::time::Timestamp;
use proptest::prelude::*;

use super::suggest::{Offer, Setting, suggestions};
use super::*;
use crate::data::row::Row;
use crate::data::store::BackupStore;

fn any_token() -> impl Strategy<Value = Token> {
    let pairs: Vec<(Property, Operator)> = Property::ALL
        .into_iter()
        .flat_map(|property| {
            property
                .operators()
                .iter()
                .map(move |operator| (property, *operator))
        })
        .collect();
    let seconds = -60_000_000_000i64..250_000_000_000;
    (
        proptest::sample::select(pairs),
        "\\PC{1,12}",
        1u32..500,
        0i64..100_000_000,
        seconds,
    )
        .prop_filter_map(
            "values that are refused",
            |((property, operator), text, number, size, seconds)| {
                let value = match operator {
                    Operator::Last | Operator::Older | Operator::Next => {
                        format!("{number}{}", ['m', 'h', 'd', 'w'][number as usize % 4])
                    }
                    Operator::AtLeast | Operator::AtMost => format!("{size}MB"),
                    Operator::From | Operator::Until => {
                        Timestamp::from_seconds(seconds).to_filter_text()
                    }
                    _ => match property.fixed_values() {
                        [] => text,
                        fixed => fixed[number as usize % fixed.len()].0.to_owned(),
                    },
                };
                Token::new(property, operator, &value).ok()
            },
        )
}

proptest! {
    #[test]
    fn a_token_reads_back_from_an_address(token in any_token()) {
        let (key, value) = print_pair(&token);
        prop_assert_eq!(parse_pair(&key, &value), Ok(token));
    }

    #[test]
    fn a_token_reads_back_as_typed(token in any_token()) {
        prop_assert_eq!(parse_typed(&quoted(&token, UTC), UTC), Ok(token));
    }

    #[test]
    fn no_text_is_a_panic(key in "\\PC{0,20}", value in "\\PC{0,40}") {
        let _ = parse_pair(&key, &value);
        let _ = parse_typed(&key, UTC);
        let _ = parse_typed(&format!("created:{value}"), UTC);
        let _ = parse_typed(&format!("size>{value}"), UTC);
        let store = BackupStore::default();
        let rows = store.alive().clone();
        let _ = suggestions(&value, Setting { store: &store, rows: &rows, names: Names::default(), mixed: true, vaults: true, clock: UTC });
    }
}

fn token(property: Property, operator: Operator, value: &str) -> Token {
    Token::new(property, operator, value).expect("a token")
}

#[test]
fn what_people_type_is_understood() {
    use Operator::{AtLeast, AtMost, Contains, From, Is, IsNot, Lacks, Last, Next, Older, Until};
    for (typed, property, operator, value) in [
        ("web", Property::Text, Contains, "web"),
        ("\"status:error\"", Property::Text, Contains, "status:error"),
        ("http://x", Property::Text, Contains, "http://x"),
        ("status:error", Property::Status, Is, "error"),
        ("Status = error", Property::Status, Is, "error"),
        ("status!=error", Property::Status, IsNot, "error"),
        ("-status:error", Property::Status, IsNot, "error"),
        ("name:web", Property::Name, Contains, "web"),
        ("name=web", Property::Name, Is, "web"),
        ("name!~web", Property::Name, Lacks, "web"),
        ("ip address:10.0.0.1", Property::Ip, Is, "10.0.0.1"),
        ("type:Full", Property::Type, Is, "full"),
        ("size>10GB", Property::Size, AtLeast, "10GB"),
        ("size <= 1.5 tb", Property::Size, AtMost, "1536GB"),
        ("service:cbr", Property::Service, Is, "cbr"),
        ("kind:volume", Property::Kind, Is, "volume"),
        ("vault!=gold", Property::Vault, IsNot, "gold"),
        ("expires:never", Property::Expires, Is, "never"),
        ("expires:7d", Property::Expires, Next, "7d"),
        (
            "expires<2026-03-14",
            Property::Expires,
            Until,
            "2026-03-14T00:00:00",
        ),
        ("created:24h", Property::Created, Last, "24h"),
        ("created:last 7 days", Property::Created, Last, "7d"),
        ("created>30d", Property::Created, Older, "30d"),
        (
            "created>2026-03-14",
            Property::Created,
            From,
            "2026-03-14T00:00:00",
        ),
        (
            "created<2026-03-14 18:30",
            Property::Created,
            Until,
            "2026-03-14T18:30:00",
        ),
    ] {
        assert_eq!(
            parse_typed(typed, UTC),
            Ok(token(property, operator, value)),
            "{typed}"
        );
    }
}

/// A clock one hour ahead of UTC, two from 29 March 2026 01:00 UTC on.
fn summer(at: Timestamp) -> i32 {
    let change = Timestamp::parse("2026-03-29T01:00:00").expect("an instant");
    if at < change { 60 } else { 120 }
}

#[test]
fn times_are_meant_and_shown_on_the_chosen_clock() {
    for (typed, utc, title) in [
        (
            "2026-03-14 18:30",
            "2026-03-14T17:30:00",
            "2026-03-14 18:30 UTC+1",
        ),
        (
            "2026-03-14",
            "2026-03-13T23:00:00",
            "2026-03-14 00:00 UTC+1",
        ),
        (
            "2026-03-29 03:00",
            "2026-03-29T01:00:00",
            "2026-03-29 03:00 UTC+2",
        ),
        (
            "2026-07-01 12:00:05",
            "2026-07-01T10:00:05",
            "2026-07-01 12:00:05 UTC+2",
        ),
        (
            "2026-03-14 18:30Z",
            "2026-03-14T18:30:00",
            "2026-03-14 19:30 UTC+1",
        ),
        (
            "2026-03-14T18:30:00+05:30",
            "2026-03-14T13:00:00",
            "2026-03-14 14:00 UTC+1",
        ),
    ] {
        let found = parse_typed(&format!("created:from {typed}"), &summer);
        let wanted = token(Property::Created, Operator::From, utc);
        assert_eq!(found.as_ref(), Ok(&wanted), "{typed}");
        assert_eq!(wanted.value_title(&|_, _| None, &summer), title);
        assert_eq!(
            parse_typed(&quoted(&wanted, &summer), &summer),
            found,
            "{typed}"
        );
    }
}

#[test]
fn what_cannot_be_meant_is_refused_with_a_sentence() {
    for (typed, sentence) in [
        (
            "type:half",
            "Type cannot be “half”; use full or incremental",
        ),
        (
            "created:soon",
            "“soon” is not a date; write 2026-03-14 or 2026-03-14 18:30",
        ),
        ("size>big", "“big” is not a size; write 500MB or 10GB"),
        ("status:", "Status has no value"),
        ("status>error", "Status cannot be compared like that"),
        (
            "created:last 5 moons",
            "“5 moons” is not a span of time; write 24h, 7d or 4w",
        ),
    ] {
        assert_eq!(
            parse_typed(typed, UTC).expect_err(typed).to_string(),
            sentence
        );
    }
    assert_eq!(
        parse_pair("colour", "red")
            .expect_err("no property")
            .to_string(),
        "“colour” is not a property of backups"
    );
}

fn setting_rows() -> BackupStore {
    let mut store = BackupStore::default();
    for number in 0..6 {
        let mut row = Row {
            id: format!("0000000{number}-0000-4000-8000-000000000000"),
            ..Row::default()
        };
        row.name = format!("night-{number}");
        row.status = if number == 0 { "error" } else { "available" }.into();
        row.resource_id = format!("5e74e700-0000-4000-8000-00000000000{}", number % 2);
        row.extend_info.resource_name = format!("web-{}", number % 2);
        row.checkpoint_id = "c4ec4000-0000-4000-8000-000000000000".into();
        store.upsert(&row, None);
    }
    store
}

fn offered(store: &BackupStore, text: &str) -> Vec<(String, Option<usize>)> {
    let policies = [(
        "90110000-0000-4000-8000-000000000000".to_owned(),
        "weekdays".to_owned(),
    )];
    let rows = store.alive().clone();
    suggestions(
        text,
        Setting {
            store,
            rows: &rows,
            names: Names {
                policies: &policies,
                vaults: &[],
            },
            mixed: true,
            vaults: true,
            clock: UTC,
        },
    )
    .into_iter()
    .map(|offer| (offer.label, offer.count))
    .collect()
}

#[test]
fn live_values_come_with_their_counts() {
    let store = setting_rows();
    assert_eq!(
        offered(&store, "status:"),
        [
            ("Status is Available".to_owned(), Some(5)),
            ("Status is Failed".to_owned(), Some(1))
        ]
    );
    assert!(offered(&store, "fail").contains(&("Status is Failed".to_owned(), Some(1))));
    assert!(offered(&store, "web-1").contains(&("Server is web-1".to_owned(), Some(3))));
    assert!(offered(&store, "week").contains(&("Policy is weekdays".to_owned(), None)));
    assert_eq!(offered(&store, "web")[0].0, "Text contains web");
    assert_eq!(offered(&store, "").len(), Property::ALL.len() - 1);
}

#[test]
fn a_pasted_id_says_what_it_is() {
    let store = setting_rows();
    let first = |id: &str| offered(&store, id)[0].clone();
    assert_eq!(
        first("00000003-0000-4000-8000-000000000000").0,
        "Open backup night-3"
    );
    assert_eq!(first("5e74e700-0000-4000-8000-000000000001").1, Some(3));
    assert_eq!(first("c4ec4000-0000-4000-8000-000000000000").1, Some(6));
    assert_eq!(
        first("90110000-0000-4000-8000-000000000000").0,
        "Policy is weekdays"
    );
    let rows = store.alive().clone();
    let unknown = "ffffffff-0000-4000-8000-000000000000";
    let offers = suggestions(
        unknown,
        Setting {
            store: &store,
            rows: &rows,
            names: Names::default(),
            mixed: true,
            vaults: true,
            clock: UTC,
        },
    );
    assert_eq!(offers[0].offer, Offer::Open(unknown.to_owned()));
    assert_eq!(offers.len(), 5);
}

#[test]
fn the_service_is_asked_for_no_less_than_matches() {
    let now = Timestamp::parse("2026-03-14T09:26:53").expect("a date");
    let filter = |typed: &[&str]| {
        typed.iter().fold(Filter::default(), |filter, text| {
            filter.with(parse_typed(text, UTC).expect("a token"))
        })
    };
    let query = |typed: &[&str]| service_query(&filter(typed), Generation::Csbs, now);
    assert_eq!(query(&["status:error"]), [("status", "error".to_owned())]);
    assert_eq!(query(&["status:thawing"]), []);
    assert_eq!(query(&["status:error", "status:available"]), []);
    assert_eq!(query(&["-status:error", "web"]), []);
    assert_eq!(
        query(&["server~web"]),
        [("resource_name", "web".to_owned())]
    );
    assert_eq!(query(&["server:web-1"]), []);
    assert_eq!(
        query(&["server:5e74e700-0000-4000-8000-000000000001"]),
        [(
            "resource_id",
            "5e74e700-0000-4000-8000-000000000001".to_owned()
        )]
    );
    assert_eq!(
        query(&["created:24h"]),
        [("start_time", "2026-03-13T09:26:53".to_owned())]
    );
    assert_eq!(
        query(&["created<2026-03-14", "created>2026-03-01"]),
        [
            ("start_time", "2026-03-01T00:00:00".to_owned()),
            ("end_time", "2026-03-14T00:00:01".to_owned())
        ]
    );
    assert_eq!(wanted_policies(&filter(&["policy:p-1", "web"])), ["p-1"]);
}

/// Three of v1 and, of a vault, one server, one volume that expires and one replica.
fn both_services() -> BackupStore {
    let mut store = setting_rows();
    for (id, kind, expires, replica) in [
        ("c1", "OS::Nova::Server", None, false),
        ("c2", "OS::Cinder::Volume", Some(1_000_000), false),
        ("c3", "OS::Sfs::Turbo", Some(9_000_000), true),
    ] {
        let mut row = Row {
            id: id.to_owned(),
            name: format!("in-vault-{id}"),
            resource_type: kind.to_owned(),
            ..Row::default()
        };
        row.in_vault = Some(contract::model::InVault {
            vault_id: "vault-1".to_owned(),
            expires_at: expires.map(Timestamp::from_seconds),
            policy_id: "p-9".to_owned(),
            resource_gb: 40,
            replica,
            ..contract::model::InVault::default()
        });
        row.extend_info.size = Some(40 * 1024);
        store.upsert(&row, None);
    }
    store
}

fn typed_filter(typed: &[&str]) -> Filter {
    let tokens = typed
        .iter()
        .map(|text| parse_typed(text, UTC).expect("a token"));
    tokens.fold(Filter::default(), Filter::with)
}

#[test]
fn rows_of_both_services_are_told_apart() {
    let store = both_services();
    let now = Timestamp::from_seconds(900_000);
    let count = |typed: &str| {
        let vaults = [("vault-1".to_owned(), "Gold".to_owned())];
        let known = Known {
            now,
            servers: None,
            vaults: &vaults,
        };
        matching(&store, &typed_filter(&[typed]), known).count()
    };
    let v1 = setting_rows().count();
    for (typed, expected) in [
        ("service:cbr", 3),
        ("service:csbs", v1),
        ("kind:volume", 1),
        ("kind!=server", 2),
        ("vault=vault-1", 3),
        ("vault:gold", 3),
        ("expires:7d", 1),
        ("expires:never", v1 + 1),
        ("expires:set", 2),
        ("expires<1970-02-01", 1),
        ("policy=p-9", 3),
    ] {
        assert_eq!(count(typed), expected, "{typed}");
    }
    let row = store.row_of("c2").expect("it is there");
    let backup = store.backup(row);
    assert_eq!(backup.resource(), contract::model::ResourceKind::Volume);
    assert_eq!(backup.vault(), Some("vault-1"));
    assert_eq!(
        (store.stored_mb(row), store.size_mb(row)),
        (None, 40 * 1024)
    );
    let asked = service_query(
        &typed_filter(&["kind:volume", "vault=vault-1"]),
        Generation::Cbr,
        now,
    );
    assert_eq!(
        asked,
        [
            ("resource_type", "OS::Cinder::Volume".to_owned()),
            ("vault_id", "vault-1".to_owned())
        ]
    );
}

//! Reading, writing and their problems.

use proptest::prelude::*;

use super::*;
use crate::model::{LongTerm, PolicyServer};

const RULE: &str = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30";

fn problems(text: &str) -> Vec<String> {
    let problems = Document::read(text).expect_err("problems");
    problems.iter().map(ToString::to_string).collect()
}

fn nightly() -> Policy {
    Policy {
        name: "nightly".to_owned(),
        description: "of the shop".to_owned(),
        enabled: true,
        pattern: Schedule::parse(RULE).expect("a rule").to_pattern(),
        retention: Retention::Limited(Limits {
            count: Some(14),
            long_term: Some(LongTerm {
                month: 12,
                timezone: "UTC+01:00".to_owned(),
                ..LongTerm::default()
            }),
            ..Limits::default()
        }),
        servers: vec![PolicyServer {
            id: "5aa1".to_owned(),
            name: "web01".to_owned(),
            ..PolicyServer::default()
        }],
        tags: vec![Tag {
            key: "env".to_owned(),
            value: "prod".to_owned(),
        }],
        ..Policy::default()
    }
}

#[test]
fn a_policy_is_written_with_everything_that_can_be_set() {
    assert_eq!(
        Document::of(&[nightly()]).to_json(),
        r#"{
  "format": "backup-policies",
  "version": 1,
  "policies": [
    {
      "name": "nightly",
      "description": "of the shop",
      "enabled": true,
      "schedule": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
      "retention": {
        "backups": 14,
        "long_term": {
          "days": 0,
          "weeks": 0,
          "months": 12,
          "years": 0,
          "timezone": "UTC+01:00"
        }
      },
      "servers": [
        {
          "name": "web01",
          "id": "5aa1"
        }
      ],
      "tags": {
        "env": "prod"
      }
    }
  ]
}
"#
    );
}

#[test]
fn the_order_of_policies_servers_and_tags_makes_no_difference() {
    let mut one = nightly();
    one.servers.push(PolicyServer::default());
    one.tags.push(Tag::default());
    let mut two = one.clone();
    two.servers.reverse();
    two.tags.reverse();
    let other = Policy {
        name: "a".to_owned(),
        ..Policy::default()
    };
    assert_eq!(
        Document::of(&[one, other.clone()]).to_json(),
        Document::of(&[other, two]).to_json()
    );
}

#[test]
fn a_schedule_that_cannot_be_read_goes_through_as_it_is() {
    let odd = Policy {
        pattern: "RRULE:FREQ=HOURLY\r\n".to_owned(),
        ..nightly()
    };
    let document = Document::of(&[odd]);
    assert!(
        document
            .to_json()
            .contains(r#""pattern": "RRULE:FREQ=HOURLY\r\n""#)
    );
    assert_eq!(Document::read(&document.to_json()), Ok(document));
}

#[test]
fn the_form_is_read_leniently() {
    let text = format!(
        "\u{feff}{{\"version\": \"1\", \"policies\": {{\"name\": \"nightly\", \"enabled\": \"True\", \"schedule\": \"{RULE}\",
          \"description\": null, \"retention\": {{\"backups\": \"14\", \"days\": -1}}, \"servers\": [\"5aa1\", {{\"name\": \"web01\"}}],
          \"tags\": [{{\"key\": \"env\", \"value\": \"prod\"}}]}}}}"
    );
    let document = Document::read(&text).expect("a document");
    let policy = &document.policies[0];
    assert_eq!((policy.enabled, &policy.description), (Some(true), &None));
    assert_eq!(
        policy.retention,
        Some(Retention::Limited(Limits {
            count: Some(14),
            ..Limits::default()
        }))
    );
    let servers = policy.servers.as_deref().expect("servers");
    assert_eq!(
        (servers[0].id.as_str(), servers[0].name.as_str()),
        ("5aa1", "")
    );
    assert_eq!(
        (servers[1].id.as_str(), servers[1].name.as_str()),
        ("", "web01")
    );
    assert_eq!(policy.tags.as_ref().map(Vec::len), Some(1));
}

#[test]
fn every_problem_is_told_with_its_line_and_a_way_out() {
    let text = r#"{
  "version": 1,
  "policies": [
    {
      "name": "night ly",
      "enabeld": true,
      "schedule": "FREQ=DAILY;BYHOUR=2;BYMINUTE=0,30",
      "retention": {"backups": 100000, "days": "soon"},
      "tags": {"bad key": "x"}
    },
    {
      "name": "a",
      "description": "<b>",
      "retention": {},
      "servers": ["1", "1"]
    },
    {
      "name": "a",
      "retention": "never",
      "servers": [{"id": "1"}, {}]
    }
  ]
}"#;
    assert_eq!(
        problems(text),
        [
            "Line 5, policies[0].name: ` ` is not allowed; use letters, digits, `_` and `-`.",
            "Line 6, policies[0].enabeld: there is no member `enabeld` here. The members are name, service, description, enabled, schedule, pattern, retention, servers, tags.",
            "Line 7, policies[0].schedule: 02:00 and 02:30 are 30 minutes apart; runs need at least an hour between them.",
            "Line 8, policies[0].retention.backups: 100000 is outside the range from -1 to 99999.",
            "Line 8, policies[0].retention.days: \"soon\" is no whole number. Write digits, without quotes.",
            "Line 9, policies[0].tags: the key of a tag: ` ` is not allowed; use letters, digits, `-` and `_`.",
            "Line 13, policies[1].description: `<` is not allowed; use any characters but `<` and `>`.",
            "Line 14, policies[1].retention: this retention limits nothing. Write \"forever\", or an object with `backups`, `days` or both.",
            "Line 15, policies[1].servers[1]: this server is there twice. Remove one of the two.",
            "Line 15, policies[1].servers: server `1` is in `a` already; a server is in one policy at most. Remove it from one of the two.",
            "Line 18, policies[2].name: policy `a` is on line 12 already. Give one of the two another name, or remove it.",
            "Line 19, policies[2].retention: `never` is no retention. Write \"forever\", or an object with `backups`, `days` or both.",
            "Line 20, policies[2].servers[1]: this server has neither id nor name. Write its `id`, its `name`, or both.",
            "Line 20, policies[2].servers: server `1` is in `a` already; a server is in one policy at most. Remove it from one of the two.",
        ]
    );
}

#[test]
fn what_is_no_document_at_all_is_said_so() {
    assert_eq!(
        problems(" \n"),
        ["Line 1: there is no text. Paste a document."]
    );
    assert_eq!(
        problems("{\n \"version\": 1,\n}"),
        [
            "Line 3: this is not JSON at column 1: trailing comma. Look for a comma, quote or bracket too much or too few just before."
        ]
    );
    assert_eq!(
        problems("[]"),
        ["Line 1: this must be an object. Write an object with format, version, policies."]
    );
    assert_eq!(
        problems("{\"format\": \"x\",\n\"version\": 3, \"version\": 3}"),
        [
            "Line 1, format: \"x\" is another format. Write \"backup-policies\".",
            "Line 1, policies: the list of policies is missing. Write \"policies\": [ … ].",
            "Line 2, version: version 3 is not known. Write \"version\": 2.",
            "Line 2, version: this member is there twice. Remove one of the two.",
        ]
    );
}

#[test]
fn the_examples_of_the_paper_are_canonical() {
    let paper = include_str!("../../../../docs/policies-as-text.md");
    let mut examples = paper.split("```json\n");
    examples.next();
    let mut seen = 0;
    for rest in examples {
        let (example, _) = rest.split_once("```").expect("its end");
        let document = Document::read(example).expect("a document");
        assert_eq!(document.to_json(), example);
        seen += 1;
    }
    assert_eq!(seen, 2);
}

fn retentions() -> impl Strategy<Value = Retention> {
    let limit = || prop::option::of(0..=99_999u32);
    let slots = (0..=100u32, 0..=100u32, 0..=100u32, 0..=100u32).prop_map(|slots| LongTerm {
        day: slots.0,
        week: slots.1,
        month: slots.2,
        year: slots.3,
        timezone: "UTC-03:30".to_owned(),
    });
    let limits =
        (limit(), limit(), prop::option::of(slots)).prop_map(|(count, days, long_term)| {
            let limits = Limits {
                count,
                days,
                long_term,
            };
            plain(Generation::Csbs, &Retention::Limited(limits))
        });
    prop_oneof![Just(Retention::Forever), limits]
}

fn texts() -> impl Strategy<Value = PolicyText> {
    let schedule = (0..24u8, 0..60u8).prop_map(|(hour, minute)| {
        ScheduleText::of_pattern(&format!("FREQ=DAILY;BYHOUR={hour};BYMINUTE={minute}"))
    });
    let schedule = prop_oneof![
        schedule,
        ".{0,20}".prop_map(|text| ScheduleText::of_pattern(&text))
    ];
    let servers = prop::collection::btree_set("[a-z0-9-]{1,6}", 0..4);
    let tags = prop::collection::btree_map("[a-zé0-9_-]{1,5}", "[A-Za-z0-9_-]{0,5}", 0..4);
    (
        prop::option::of("[^<>]{0,30}"),
        prop::option::of(any::<bool>()),
        prop::option::of(schedule),
        prop::option::of(retentions()),
        prop::option::of(servers),
        prop::option::of(tags),
    )
        .prop_map(
            |(description, enabled, schedule, retention, servers, tags)| PolicyText {
                description,
                enabled,
                schedule,
                retention,
                servers: servers.map(|ids| {
                    let server = |id| ServerText {
                        id,
                        name: "a \"name\"".to_owned(),
                    };
                    ids.into_iter().map(server).collect()
                }),
                tags: tags.map(|tags| {
                    tags.into_iter()
                        .map(|(key, value)| Tag { key, value })
                        .collect()
                }),
                ..PolicyText::default()
            },
        )
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(texts in prop::collection::vec(texts(), 0..5)) {
        let named = |(at, text): (usize, PolicyText)| PolicyText {
            name: format!("policy-{at}"),
            // A server is in one policy at most.
            servers: text.servers.map(|servers| {
                servers
                    .into_iter()
                    .map(|server| ServerText { id: format!("{}-{at}", server.id), ..server })
                    .collect::<std::collections::BTreeSet<_>>()
                    .into_iter()
                    .collect()
            }),
            ..text
        };
        let document = Document {
            policies: texts.into_iter().enumerate().map(named).collect(),
        };
        let text = document.to_json();
        let read = Document::read(&text);
        prop_assert_eq!(read.as_ref().map(Document::to_json), Ok(text));
        prop_assert_eq!(read, Ok(document));
    }

    #[test]
    fn any_text_is_a_document_or_has_problems_on_its_lines(text in "([\\[\\]{}:,\" \n]|\"version\"|\"policies\"|\"name\"|1|null|x|é){0,40}") {
        if let Err(problems) = Document::read(&text) {
            let lines = text.split('\n').count();
            prop_assert!(!problems.is_empty());
            prop_assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)));
        }
    }
}

//! How policies of vaults stand in a document, and what is wrong with one.

use super::*;

#[test]
fn both_services_stand_in_one_document_with_everything_that_can_be_set() {
    let document = Document::of(&[weekly(), far(), policy("far", DAILY, &[])])
        .naming(&world(Vec::new()).vaults);
    let text = document.to_json();
    assert_eq!(
        text,
        r#"{
  "format": "backup-policies",
  "version": 2,
  "policies": [
    {
      "name": "far",
      "description": "",
      "enabled": true,
      "schedule": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
      "retention": {
        "backups": 14
      },
      "servers": [],
      "tags": {}
    },
    {
      "name": "far",
      "service": "cbr",
      "enabled": false,
      "makes": "copies",
      "destination": {
        "region": "eu-nl",
        "project": "p2",
        "accelerated": false
      },
      "schedule": [
        "FREQ=WEEKLY;BYDAY=MO;BYHOUR=3;BYMINUTE=0"
      ],
      "retention": {
        "days": 30
      },
      "full_every": "never",
      "vaults": [
        {
          "name": "name-v1",
          "id": "v1",
          "copies_to": "t1"
        }
      ]
    },
    {
      "name": "weekly",
      "service": "cbr",
      "enabled": true,
      "makes": "backups",
      "schedule": [
        "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
        "FREQ=WEEKLY;BYDAY=SU;BYHOUR=14;BYMINUTE=0"
      ],
      "start_window": 60,
      "retention": {
        "backups": 7,
        "long_term": {
          "days": 0,
          "weeks": 4,
          "months": 0,
          "years": 0,
          "timezone": "UTC+01:00"
        },
        "advanced": {
          "weekly_retention_rules": {
            "days_of_week": [
              "SUNDAY"
            ],
            "retention_duration_periods": 8
          }
        }
      },
      "full_every": 6,
      "vaults": [
        {
          "name": "name-v1",
          "id": "v1"
        },
        {
          "name": "name-v2",
          "id": "v2"
        }
      ]
    }
  ]
}
"#
    );
    assert_eq!(Document::read(&text), Ok(document));
}

#[test]
fn the_form_of_policies_of_vaults_is_read_leniently() {
    let lenient = document(json!([{
        "name": "weekly", "service": "Cloud Backup and Recovery", "schedule": "freq=daily;byminute=30;byhour=2",
        "retention": {"backups": "7"}, "full_every": "6", "start_window": "60", "vaults": ["v1", {"name": "name-v2"}],
    }]));
    let policy = &lenient.policies[0];
    assert_eq!(policy.schedule, Some(ScheduleText::of_pattern(DAILY)));
    assert_eq!(policy.of_vaults.full_every, Some(Some(6)));
    assert_eq!(policy.of_vaults.start_window, Some(60));
    assert_eq!(policy.of_vaults.vaults.as_ref().map(Vec::len), Some(2));
    let copies = document(
        json!([{"name": "far", "service": "CBR", "destination": {"region": "eu-nl", "project": "p2"}}]),
    );
    assert!(matches!(
        copies.policies[0].of_vaults.kind,
        Some(PolicyKind::Replication(_))
    ));
}

#[test]
fn rules_that_the_service_would_not_run_by_go_through_as_they_are() {
    let mut odd = weekly();
    odd.further_patterns = vec!["FREQ=HOURLY".to_owned()];
    let document = Document::of(&[odd]);
    assert!(document.to_json().contains("\"pattern\": ["));
    assert_eq!(Document::read(&document.to_json()), Ok(document));
}

#[test]
fn what_is_wrong_with_a_policy_of_vaults_is_told_with_a_way_out() {
    let of = |members: serde_json::Value| {
        let mut policy = json!({"name": "p", "service": "cbr"});
        for (key, value) in members.as_object().expect("an object") {
            policy[key] = value.clone();
        }
        problems(policy)
    };
    assert_eq!(
        of(json!({"service": "ebs"})),
        [
            "service: `ebs` is no service that is known. Write \"csbs\" for policies that list servers, \"cbr\" for those of vaults."
        ]
    );
    assert_eq!(
        of(json!({"servers": []})),
        [
            "servers: there is no member `servers` here. The members are name, service, enabled, makes, destination, schedule, pattern, start_window, retention, full_every, vaults."
        ]
    );
    assert_eq!(
        of(json!({"schedule": [DAILY, "FREQ=HOURLY"]}))[0]
            .split(':')
            .next(),
        Some("schedule[1]")
    );
    assert_eq!(
        of(json!({"schedule": [DAILY, "FREQ=DAILY;BYHOUR=3;BYMINUTE=0"]})),
        ["schedule: two rules run 30 minutes apart; runs need at least an hour between them."]
    );
    assert_eq!(
        of(json!({"retention": {"backups": 3, "days": 3}})),
        [
            "retention.days: a number of backups and an age exclude each other in this service. Keep one of the two."
        ]
    );
    assert_eq!(
        of(json!({"retention": {"long_term": {"weeks": 4, "timezone": "UTC+01:00"}}})),
        [
            "retention.long_term: some backups are kept longer than a number of backups, which is not said. Say how many backups are kept, or remove this."
        ]
    );
    assert_eq!(
        of(json!({"retention": {"backups": 1, "advanced": {"weekly_retention_rules": {"days_of_week": ["NEVER"]}}}})).len(),
        1
    );
    assert_eq!(
        of(json!({"makes": "copies"})),
        [
            "makes: where the copies go is not said. Write \"destination\": {\"region\": \"…\", \"project\": \"…\"}."
        ]
    );
    assert_eq!(
        of(json!({"makes": "backups", "destination": {"region": "eu-nl", "project": "p2"}})),
        [
            "destination: a policy that makes backups copies nowhere. Write \"makes\": \"copies\", or remove the destination."
        ]
    );
    assert_eq!(
        of(json!({"destination": {"region": "eu-nl", "project": "p2"}, "vaults": ["v1"]})),
        [
            "vaults: where the copies of vault `v1` go is not said. Write \"copies_to\": the id of the vault that takes them."
        ]
    );
    assert_eq!(
        of(json!({"start_window": 5})),
        ["start_window: 5 is outside the range from 60 to 480."]
    );
    assert_eq!(
        of(json!({"full_every": 101})),
        ["full_every: 101 is outside the range from 1 to 100."]
    );
    let two = r#"{"version": 2, "policies": [
        {"name": "a", "service": "cbr", "vaults": ["v1"]},
        {"name": "a", "vaults": [], "schedule": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"},
        {"name": "b", "service": "cbr", "vaults": [{"id": "v1"}]}]}"#;
    let told: Vec<String> = Document::read(two)
        .expect_err("problems")
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "Line 3, policies[1].vaults: there is no member `vaults` here. The members are name, service, description, enabled, schedule, pattern, retention, servers, tags.",
            "Line 4, policies[2].vaults: vault `v1` has policy `a` already; a vault has one that makes backups and one that makes copies. Remove it from one of the two, or say what each `makes`.",
        ]
    );
}

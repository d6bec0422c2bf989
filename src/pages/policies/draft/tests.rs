//! Drafts of both services: what they stand for, and what keeps them from it.

use contract::model::{Destination, Generation, Limits, LongTerm, Policy, Retention};
use contract::rules::MAX_POLICIES;
use contract::schedule::OffsetTable;
use contract::time::Timestamp;

use super::{Keep, PolicyDraft, RetentionDraft, RuleDraft, Surroundings, id};
use crate::form::Problem;
use crate::pages::policies::fields::{PolicyFields, ServerRef, VaultRef};
use crate::schedule::Outcome;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T04:00:00").expect("an instant")
}

fn good() -> PolicyDraft {
    PolicyDraft {
        name: "nightly".into(),
        ..PolicyDraft::new(Generation::Csbs, "utc")
    }
}

fn check(
    draft: &PolicyDraft,
    base: Option<&PolicyFields>,
    others: &[Policy],
) -> Result<PolicyFields, Vec<Problem>> {
    let outcome = |rule: &RuleDraft| rule.schedule.outcome(&OffsetTable::UTC, now());
    let outcomes: Vec<Outcome> = draft.rules.iter().map(outcome).collect();
    draft.check(Surroundings {
        outcomes: &outcomes,
        base,
        others,
        region: "eu-de",
    })
}

fn fields_at(problems: Vec<Problem>) -> Vec<String> {
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn a_new_draft_needs_only_a_name() {
    assert_eq!(
        fields_at(check(&PolicyDraft::new(Generation::Csbs, "utc"), None, &[]).unwrap_err()),
        [id::NAME]
    );
    let fields = check(&good(), None, &[]).expect("a policy");
    assert_eq!(
        fields.rules().expect("rules")[0].to_string(),
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=2;BYMINUTE=0"
    );
    assert!(fields.to_create().is_ok());
}

#[test]
fn every_field_has_its_rule_and_all_are_reported() {
    let mut draft = good();
    draft.name = "café".into();
    draft.description = "a<b".into();
    draft.retention = RetentionDraft {
        keep: Keep::Both,
        count: "-1".into(),
        days: "100000".into(),
        ..RetentionDraft::default()
    };
    draft.servers = vec![ServerRef::default(); 65];
    draft.rules[0].schedule.set_hours(0, 23, false);
    let problems = check(&draft, None, &[]).unwrap_err();
    assert_eq!(
        problems[0].text,
        "Name: `é` is not allowed; use letters, digits, `_` and `-`."
    );
    assert_eq!(problems[2].text, "Schedule: Choose at least one time.");
    assert_eq!(
        fields_at(problems),
        [
            id::NAME,
            id::DESCRIPTION,
            id::SCHEDULE,
            id::COUNT,
            id::DAYS,
            id::SERVERS
        ]
    );
}

#[test]
fn a_name_is_taken_once_and_a_full_project_takes_no_more() {
    let other = Policy {
        name: "nightly".into(),
        ..Policy::default()
    };
    assert_eq!(
        fields_at(check(&good(), None, std::slice::from_ref(&other)).unwrap_err()),
        [id::NAME]
    );
    let many = vec![
        Policy {
            name: "other".into(),
            ..Policy::default()
        };
        MAX_POLICIES
    ];
    assert_eq!(fields_at(check(&good(), None, &many).unwrap_err()), [""]);
    let base = check(&good(), None, &[]).expect("a policy");
    assert!(check(&good(), Some(&base), &many).is_ok());
}

#[test]
fn what_cannot_be_read_is_not_touched() {
    let slots = LongTerm {
        day: 7,
        timezone: "UTC+01:00".into(),
        ..LongTerm::default()
    };
    let base = PolicyFields {
        name: "foreign".into(),
        patterns: vec!["FREQ=HOURLY".into()],
        retention: Retention::Limited(Limits {
            long_term: Some(slots),
            ..Limits::default()
        }),
        ..PolicyFields::default()
    };
    let mut draft = PolicyDraft::of_fields(&base, "utc", 0);
    draft.description = "now with words".into();
    let wanted = check(&draft, Some(&base), &[]).expect("a policy");
    assert_eq!(
        wanted.changed(&base),
        [crate::pages::policies::fields::Field::Description]
    );
}

#[test]
fn an_unchanged_schedule_keeps_its_spelling() {
    let base = PolicyFields {
        name: "odd".into(),
        patterns: vec!["freq=daily;byminute=00;byhour=3".into()],
        ..PolicyFields::default()
    };
    let wanted =
        check(&PolicyDraft::of_fields(&base, "utc", 0), Some(&base), &[]).expect("a policy");
    assert_eq!(wanted.patterns, base.patterns);
    assert_eq!(wanted, base);
}

#[test]
fn a_kept_draft_reads_back() {
    let text = serde_json::to_string(&good()).expect("plain data");
    assert_eq!(
        serde_json::from_str::<PolicyDraft>(&text).expect("what was written"),
        good()
    );
}

fn of_vaults() -> PolicyDraft {
    PolicyDraft {
        generation: Generation::Cbr,
        ..good()
    }
}

#[test]
fn a_policy_of_vaults_has_several_bare_rules_that_are_judged_together() {
    let mut draft = of_vaults();
    let second = |rule: &str| RuleDraft::of_pattern(rule, "utc", 0);
    draft
        .rules
        .push(second("FREQ=WEEKLY;BYDAY=SU;BYHOUR=14;BYMINUTE=0"));
    let fields = check(&draft, None, &[]).expect("a policy");
    assert_eq!(fields.patterns.len(), 2);
    assert!(fields.patterns[1].starts_with("FREQ=WEEKLY"), "{fields:?}");
    draft.rules[1] = second("FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=30");
    let problems = check(&draft, None, &[]).unwrap_err();
    assert_eq!(problems[0].field, id::SCHEDULE);
    assert!(
        problems[0].text.contains("30 minutes apart"),
        "{problems:?}"
    );
    draft.rules[1].schedule.set_hours(0, 23, false);
    let problems = check(&draft, None, &[]).unwrap_err();
    assert_eq!(problems[0].text, "Rule 2: Choose at least one time.");
}

#[test]
fn copies_go_to_another_region_and_into_a_vault_there() {
    let mut draft = of_vaults();
    draft.replicates = true;
    draft.full_every = "101".into();
    draft.start_window = "59".into();
    draft.vaults = vec![VaultRef {
        id: "v".into(),
        name: "servers".into(),
        ..VaultRef::default()
    }];
    let problems = check(&draft, None, &[]).unwrap_err();
    assert_eq!(
        fields_at(problems),
        [id::DESTINATION, id::WINDOW, id::FULL, id::VAULTS]
    );
    draft.full_every = "6".into();
    draft.start_window = "60".into();
    draft.vaults[0].destination_id = "far".into();
    draft.destination = Destination {
        region: "eu-de".into(),
        project_id: "p".into(),
        acceleration: false,
    };
    assert_eq!(
        fields_at(check(&draft, None, &[]).unwrap_err()),
        [id::DESTINATION],
        "the project's own region"
    );
    draft.destination.region = "eu-nl".into();
    let fields = check(&draft, None, &[]).expect("a policy");
    assert_eq!(
        (fields.full_every, fields.start_window),
        (Some(6), Some(60))
    );
}

#[test]
fn as_many_policies_of_each_kind_of_vaults_are_allowed() {
    let many = vec![
        Policy {
            generation: Generation::Cbr,
            ..Policy::default()
        };
        MAX_POLICIES
    ];
    assert_eq!(
        fields_at(check(&of_vaults(), None, &many).unwrap_err()),
        [""]
    );
    let mut copies = of_vaults();
    copies.replicates = true;
    copies.destination = Destination {
        region: "eu-nl".into(),
        project_id: "p".into(),
        acceleration: false,
    };
    assert!(check(&copies, None, &many).is_ok());
}

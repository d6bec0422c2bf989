//! Policies of vaults as text, and plans about them, alone and beside those of servers.

use proptest::prelude::*;
use serde_json::json;

use super::plan::{Missing, Plan, Reason, plan};
use super::plan_tests::{DAILY, MONDAYS, all, anything, carried_out, content, policy, sentences};
use super::*;
use crate::model::PolicyVault;
use crate::vault::Protects;

const SUNDAYS: &str = "FREQ=WEEKLY;BYDAY=SU;BYHOUR=14;BYMINUTE=0";

/// A policy of vaults as the service would show it.
fn shown(members: serde_json::Value) -> Policy {
    let policy: crate::cbr::Policy = serde_json::from_value(members).expect("a policy");
    policy.into()
}

fn weekly() -> Policy {
    shown(json!({
        "id": "id-weekly", "name": "weekly", "enabled": true, "operation_type": "backup",
        "operation_definition": {"max_backups": 7, "week_backups": 4, "timezone": "UTC+01:00", "full_backup_interval": 6,
            "advanced_retention_rules": {"weekly_retention_rules": {"retention_duration_periods": 8, "days_of_week": ["SUNDAY"]}}},
        "trigger": {"properties": {"pattern": [SUNDAYS, DAILY], "start_window_minutes": 60}},
        "associated_vaults": [{"vault_id": "v2"}, {"vault_id": "v1"}],
    }))
}

fn far() -> Policy {
    shown(json!({
        "id": "id-far", "name": "far", "enabled": false, "operation_type": "replication",
        "operation_definition": {"retention_duration_days": 30, "destination_region": "eu-nl", "destination_project_id": "p2"},
        "trigger": {"properties": {"pattern": [MONDAYS]}},
        "associated_vaults": [{"vault_id": "v1", "destination_vault_id": "t1"}],
    }))
}

fn vault(id: &str) -> Vault {
    Vault {
        id: id.to_owned(),
        name: format!("name-{id}"),
        object_word: "server".to_owned(),
        ..Vault::default()
    }
}

fn target(id: &str, project: &str) -> Vault {
    Vault {
        project_id: project.to_owned(),
        protects: Protects::Replication,
        ..vault(id)
    }
}

fn world(policies: Vec<Policy>) -> World {
    let targets = [("p2", "t1", "t2"), ("p3", "t3", "t4")];
    World {
        vaults: ["v1", "v2", "v3"].map(vault).to_vec(),
        targets: targets
            .map(|(project, one, two)| Targets {
                project: project.to_owned(),
                vaults: Some(vec![target(one, project), target(two, project)]),
            })
            .to_vec(),
        region: "eu-de".to_owned(),
        ..super::plan_tests::world(policies)
    }
}

fn document(policies: serde_json::Value) -> Document {
    let text = json!({"version": 2, "policies": policies}).to_string();
    Document::read(&text).expect("a document")
}

fn problems(policy: serde_json::Value) -> Vec<String> {
    let text = json!({"version": 2, "policies": [policy]}).to_string();
    let problems = Document::read(&text).expect_err("problems");
    let said = problems.iter().map(ToString::to_string);
    said.map(|said| said.replace("Line 1, policies[0].", ""))
        .collect()
}

fn against(plan: &Plan, world: &World, chosen: &[bool]) -> Vec<Vec<String>> {
    let problems = plan.judge(world, chosen).into_iter();
    problems
        .map(|of_step| of_step.iter().map(ToString::to_string).collect())
        .collect()
}

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

#[test]
fn steps_about_vaults_are_told_in_sentences_with_what_they_cost_and_how_they_are_undone() {
    let present = world(vec![weekly(), far()]);
    let wanted = document(json!([
        {"name": "far", "service": "cbr", "destination": {"region": "eu-fr", "project": "p3"}, "vaults": [{"id": "v1", "copies_to": "t3"}]},
        {"name": "nightly", "service": "cbr", "schedule": DAILY, "retention": {"days": 7}, "vaults": ["v1", {"name": "name-v3"}]},
        {"name": "weekly", "service": "cbr", "full_every": "never", "retention": "forever", "vaults": []},
    ]));
    let plan = plan(&wanted, &present, Missing::Keep);
    assert_eq!(
        sentences(&plan),
        [
            "Take CBR policy far off vault name-v1.",
            "Change CBR policy far: copy to project p3 in eu-fr instead of project p2 in eu-nl.",
            "Apply CBR policy far to vault name-v1, copying to vault name-t3.",
            "Create CBR policy nightly: every day at 02:30 UTC; keep for 7 days; only the first backup a full one.",
            "Apply CBR policy nightly to vault name-v1, instead of policy weekly.",
            "Apply CBR policy nightly to vault name-v3.",
            "Take CBR policy weekly off vault name-v2.",
            "Change CBR policy weekly: keep for ever, instead of: keep the newest 7, and one for each of the last 4 weeks (UTC+01:00); keep no backups of chosen days longer; make only the first backup a full one, instead of: one full backup after every 6 runs.",
        ]
    );
    assert_eq!(
        against(&plan, &present, &all(&plan)),
        vec![Vec::<String>::new(); 8]
    );
    assert_eq!(
        plan.steps[4].undo_sentence(),
        "Applies policy weekly to vault name-v1 again."
    );
    assert_eq!(
        plan.steps[6].warning().as_deref(),
        Some(
            "What the vault holds is no longer backed up on a schedule; the backups made so far stay."
        )
    );
    let mut chosen = all(&plan);
    plan.choose(&mut chosen, 3, false);
    assert_eq!(chosen, [true, true, true, false, false, false, true, true]);
    plan.choose(&mut chosen, 5, true);
    assert_eq!(chosen, [true, true, true, true, false, true, true, true]);
    chosen[3] = false;
    assert_eq!(
        against(&plan, &present, &chosen)[5],
        [
            "The step that makes policy nightly is not done, and without it there is nothing to apply."
        ]
    );
    chosen[0] = false;
    assert_eq!(
        against(&plan, &present, &chosen)[1],
        ["Policy far is applied to 1 vault; take it off before it replicates to another place."]
    );
}

#[test]
fn what_cannot_be_is_said_before_anything_is_sent() {
    let mut lacking = world(vec![weekly(), far()]);
    let wanted = document(json!([
        {"name": "far", "service": "cbr", "makes": "backups"},
        {"name": "weekly", "service": "cbr", "vaults": ["nowhere", {"name": "nobody"}, {"id": "v1", "name": "x"}]},
    ]));
    let first = plan(&wanted, &lacking, Missing::Keep);
    assert_eq!(
        against(&first, &lacking, &all(&first)).concat(),
        [
            "The policy makes copies, and the service never turns it into one that makes backups; give the one of the document another name.",
            "There is no vault nowhere.",
            "There is no vault called nobody here; write its id, or take it out of the document.",
        ]
    );
    assert!(
        !sentences(&first).concat().contains("off vault"),
        "nothing is taken off by mistake"
    );
    lacking.policies.clear();
    lacking.lacks = vec![Generation::Cbr];
    let second = plan(
        &document(
            json!([{"name": "n", "service": "cbr", "schedule": DAILY, "retention": "forever"}]),
        ),
        &lacking,
        Missing::Keep,
    );
    assert_eq!(
        against(&second, &lacking, &all(&second)).concat(),
        [
            "This project does not have Cloud Backup and Recovery; import the policy where it is, or take it out of the document."
        ]
    );
}

#[test]
fn a_deletion_reaches_only_the_services_that_the_document_is_about() {
    let both = world(vec![weekly(), policy("old", DAILY, &["s1"])]);
    let of = |policies| sentences(&plan(&document(policies), &both, Missing::Delete));
    assert_eq!(of(json!([])), ["Delete policy old."]);
    let one = json!([{"name": "far", "service": "cbr", "schedule": DAILY, "retention": "forever"}]);
    assert_eq!(of(one)[0], "Delete CBR policy weekly.");
    let plan = plan(&document(json!([{"name": "old"}])), &both, Missing::Delete);
    assert_eq!(sentences(&plan), [""; 0]);
    assert_eq!(plan.alone[1].reason, Reason::NotNamed);
}

#[test]
fn what_was_deleted_comes_back_under_a_new_id_and_later_steps_know_it() {
    let mut now = world(vec![weekly()]);
    let taken = now.done(
        &Deed::TakeOff {
            vault: "v2".to_owned(),
            policy: "id-weekly".to_owned(),
        },
        None,
    );
    let deleted = now
        .done(
            &Deed::Delete {
                id: "id-weekly".to_owned(),
            },
            None,
        )
        .expect("an inverse");
    let Deed::Several(back) = &deleted else {
        panic!("{deleted:?}");
    };
    assert_eq!(now.refusals(&deleted), []);
    let made = Policy {
        id: "id-again".to_owned(),
        ..weekly()
    };
    now.done(&back[0], Some(&made));
    for deed in back[1..].iter().chain(&taken) {
        assert_eq!(now.refusals(deed), []);
        now.done(deed, None);
    }
    let again = now.policy("id-weekly").expect("by its old id");
    assert_eq!((again.id.as_str(), again.vaults.len()), ("id-again", 2));
}

#[test]
fn no_inverse_takes_somebody_elses_policy_off_a_vault() {
    let mut now = world(vec![weekly()]);
    let inverse = now.done(
        &Deed::TakeOff {
            vault: "v1".to_owned(),
            policy: "id-weekly".to_owned(),
        },
        None,
    );
    let other = Policy {
        id: "id-other".to_owned(),
        name: "other".to_owned(),
        vaults: vec![PolicyVault {
            id: "v1".to_owned(),
            ..PolicyVault::default()
        }],
        ..weekly()
    };
    now.policies.push(other);
    let told: Vec<String> = now
        .refusals(&inverse.expect("an inverse"))
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        ["Vault name-v1 has policy other by now, which would be taken off it."]
    );
}

#[test]
fn what_somebody_else_changed_since_is_seen() {
    let mut now = world(vec![weekly()]);
    let fields = Fields {
        enabled: Some(false),
        ..Fields::default()
    };
    let change = Deed::Change {
        id: "id-weekly".to_owned(),
        fields: Box::new(fields),
    };
    let create = Deed::Create(Box::new(Policy {
        id: String::new(),
        name: "new".to_owned(),
        ..weekly()
    }));
    now.done(&change, None);
    now.done(&create, None);
    assert!(!now.is_changed_since(&change));
    assert!(!now.is_changed_since(&create));
    now.policies[0].full_every = None;
    assert!(
        !now.is_changed_since(&change),
        "of another field nothing is lost"
    );
    now.policies[0].enabled = true;
    now.policies[1].retention = Retention::Forever;
    assert!(now.is_changed_since(&change));
    assert!(now.is_changed_since(&create));
}

#[test]
fn deeds_are_kept_as_text() {
    let deeds = Deed::Several(vec![
        Deed::Create(Box::new(weekly())),
        Deed::Change {
            id: "p".to_owned(),
            fields: Box::new(Fields {
                advanced: Some(None),
                full_every: Some(Some(3)),
                start_window: Some(None),
                ..Fields::default()
            }),
        },
    ]);
    let text = serde_json::to_string(&deeds).expect("json");
    assert_eq!(serde_json::from_str::<Deed>(&text).expect("a deed"), deeds);
}

/// What there is or is wanted of vaults, by chance: each vault has one policy of each kind, or none.
pub(super) fn of_vaults() -> impl Strategy<Value = Vec<Policy>> {
    let one = (
        any::<bool>(),
        0..3usize,
        0..3u32,
        any::<bool>(),
        prop::option::of(1..9u32),
        any::<bool>(),
    );
    let homes = prop::collection::vec((0..6usize, 0..6usize, any::<bool>()), 3);
    (prop::collection::btree_map("[a-f]", one, 0..5), homes).prop_map(|(policies, homes)| {
        let mut policies: Vec<Policy> = policies
            .into_iter()
            .map(|(name, (on, rules, kept, advanced, full, near))| {
                // The kind of a policy never changes: its name says it.
                let copies = name.as_str() > "c";
                let destination = match (copies, near) {
                    (false, _) => json!({}),
                    (true, true) => json!({"destination_region": "eu-nl", "destination_project_id": "p2"}),
                    (true, false) => json!({"destination_region": "eu-fr", "destination_project_id": "p3"}),
                };
                let mut policy = shown(json!({
                    "id": format!("id-cbr-{name}"), "name": name, "enabled": on,
                    "operation_type": if copies { "replication" } else { "backup" }, "operation_definition": destination,
                    "trigger": {"properties": {"pattern": &[DAILY, SUNDAYS, "FREQ=DAILY;BYHOUR=20;BYMINUTE=0"][rules.min(1)..=rules]}},
                }));
                policy.retention = match kept {
                    0 => Retention::Forever,
                    1 => Retention::Limited(Limits { days: Some(9), ..Limits::default() }),
                    _ => Retention::Limited(Limits { count: Some(9), ..Limits::default() }),
                };
                policy.further_retention = advanced.then(|| json!({"weekly_retention_rules": {"retention_duration_periods": 4, "days_of_week": ["MONDAY"]}}));
                policy.full_every = full;
                policy
            })
            .collect();
        for (at, (backup, copy, second)) in homes.into_iter().enumerate() {
            for (wanted, is_copy) in [(backup, false), (copy, true)] {
                let Some(home) = policies.get_mut(wanted) else { continue };
                let destination_id = match &home.kind {
                    PolicyKind::Replication(to) if is_copy => {
                        let names = if to.project_id == "p2" { ["t1", "t2"] } else { ["t3", "t4"] };
                        names[usize::from(second)].to_owned()
                    }
                    PolicyKind::Backup if !is_copy => String::new(),
                    _ => continue,
                };
                let id = format!("v{}", at + 1);
                home.vaults.push(PolicyVault { id, destination_id });
            }
        }
        policies
    })
}

/// Policies of both services.
fn both() -> impl Strategy<Value = Vec<Policy>> {
    (anything(), of_vaults()).prop_map(|(one, two)| one.into_iter().chain(two).collect())
}

proptest! {
    #[test]
    fn what_is_written_of_both_services_is_read_back(policies in both()) {
        let document = Document::of(&policies).naming(&world(Vec::new()).vaults);
        let text = document.to_json();
        let read = Document::read(&text);
        prop_assert_eq!(read.as_ref().map(Document::to_json), Ok(text));
        prop_assert_eq!(read, Ok(document));
    }

    #[test]
    fn plans_about_both_services_lead_to_the_document_and_back(
        present in both(), wanted in both(), delete in any::<bool>()
    ) {
        let missing = if delete { Missing::Delete } else { Missing::Keep };
        let start = world(present);
        let document = Document::of(&wanted);
        let first = plan(&document, &start, missing);
        prop_assert_eq!(against(&first, &start, &all(&first)), vec![Vec::<String>::new(); first.steps.len()]);
        let mut now = start.clone();
        let inverses = carried_out(&first, &mut now, &all(&first));
        let second = plan(&document, &now, missing);
        prop_assert_eq!(sentences(&second), Vec::<String>::new());
        for inverse in inverses {
            prop_assert_eq!(now.refusals(&inverse), []);
            prop_assert!(now.done(&inverse, None).is_some());
        }
        prop_assert_eq!(content(&now), content(&start));
    }

    #[test]
    fn any_choice_about_vaults_can_be_done_and_taken_back(
        present in both(), wanted in both(), choice in prop::collection::vec(any::<bool>(), 40)
    ) {
        let start = world(present);
        let first = plan(&Document::of(&wanted), &start, Missing::Delete);
        let mut chosen = all(&first);
        for (at, on) in choice.iter().enumerate().take(chosen.len()) {
            first.choose(&mut chosen, at, *on);
        }
        let mut now = start.clone();
        let inverses = carried_out(&first, &mut now, &chosen);
        for inverse in inverses {
            prop_assert_eq!(now.refusals(&inverse), []);
            now.done(&inverse, None);
        }
        prop_assert_eq!(content(&now), content(&start));
    }
}

//! Plans: what they say, what they need, and that doing and undoing them leads where it should.

use proptest::prelude::*;
use serde_json::json;

use super::plan::{Missing, Plan, Reason, plan};
use super::*;
use crate::csbs::policies::Policy as WirePolicy;
use crate::model::Server;

fn server(id: &str) -> Server {
    crate::compute::Server {
        id: id.to_owned(),
        name: format!("name-{id}"),
        ..crate::compute::Server::default()
    }
    .into()
}

/// A policy as the service would show it.
pub(super) fn policy(name: &str, pattern: &str, servers: &[&str]) -> Policy {
    let resources: Vec<_> = servers
        .iter()
        .map(|id| json!({"id": id, "name": format!("name-{id}"), "type": "OS::Nova::Server"}))
        .collect();
    let shown: WirePolicy = serde_json::from_value(json!({
        "id": format!("id-{name}"), "name": name, "resources": resources,
        "scheduled_operations": [{"id": format!("op-{name}"), "enabled": true,
            "operation_definition": {"max_backups": "14"},
            "trigger": {"properties": {"pattern": pattern}}}],
    }))
    .expect("a policy");
    shown.into()
}

pub(super) const DAILY: &str = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30";
pub(super) const MONDAYS: &str = "FREQ=WEEKLY;BYDAY=MO;BYHOUR=3;BYMINUTE=0";

pub(super) fn world(policies: Vec<Policy>) -> World {
    World {
        policies,
        servers: ["s1", "s2", "s3", "s4", "s5"].map(server).to_vec(),
        ..World::default()
    }
}

fn document(policies: serde_json::Value) -> Document {
    let text = json!({"version": 1, "policies": policies}).to_string();
    Document::read(&text).expect("a document")
}

pub(super) fn sentences(plan: &Plan) -> Vec<String> {
    plan.steps.iter().map(plan::Step::sentence).collect()
}

/// Does every chosen step that nothing is against; answers the inverses, newest first.
pub(super) fn carried_out(plan: &Plan, world: &mut World, chosen: &[bool]) -> Vec<Deed> {
    let mut inverses = Vec::new();
    for ((step, problems), chosen) in plan.steps.iter().zip(plan.judge(world, chosen)).zip(chosen) {
        if let (Some(deed), true, true) = (&step.deed, problems.is_empty(), *chosen) {
            assert_eq!(world.refusals(deed), [], "{}", step.sentence());
            inverses.extend(world.done(deed, None));
        }
    }
    inverses.reverse();
    inverses
}

pub(super) fn all(plan: &Plan) -> Vec<bool> {
    vec![true; plan.steps.len()]
}

#[test]
fn what_is_the_same_is_left_alone_whatever_its_form() {
    let world = world(vec![policy("nightly", DAILY, &["s2", "s1"])]);
    let same = document(json!([{
        "name": "nightly", "schedule": "freq=daily;byminute=30;byhour=2", "retention": {"backups": 14},
        "servers": ["s1", {"name": "name-s2"}], "tags": {},
    }]));
    let plan = plan(&same, &world, Missing::Delete);
    assert_eq!(sentences(&plan), [""; 0]);
    assert_eq!(plan.alone[0].reason, Reason::Same);
}

#[test]
fn steps_are_told_in_sentences_with_what_they_cost() {
    let mut old = policy("old", DAILY, &["s5"]);
    old.description = "first".to_owned();
    let world = world(vec![policy("nightly", DAILY, &["s1", "s2"]), old]);
    let wanted = document(json!([
        {"name": "nightly", "enabled": false, "schedule": MONDAYS, "retention": {"days": 7}, "servers": ["s1", "s3"],
            "description": "shop", "tags": {"env": "prod", "team": ""}},
        {"name": "weekly", "schedule": MONDAYS, "retention": "forever", "servers": ["s2"], "enabled": false},
    ]));
    let plan = plan(&wanted, &world, Missing::Delete);
    assert_eq!(
        sentences(&plan),
        [
            "Delete policy old.",
            "Take name-s2 out of policy nightly, so that weekly can have it.",
            "Change policy nightly: switch its schedule off; run every Monday at 03:00 UTC instead of every day at 02:30 UTC; keep for 7 days, instead of: keep the newest 14; put name-s3 in; make the description “shop” instead of empty.",
            "Change the tags of policy nightly: add env=prod and team.",
            "Create policy weekly: every Monday at 03:00 UTC; keep for ever; servers name-s2; switched off.",
        ]
    );
    let warnings: Vec<bool> = plan
        .steps
        .iter()
        .map(|step| step.warning().is_some())
        .collect();
    assert_eq!(warnings, [true, false, true, false, false]);
    assert_eq!(
        plan.steps[1].undo_sentence(),
        "Puts name-s2 back into policy nightly."
    );
    assert_eq!(plan.judge(&world, &all(&plan)), vec![Vec::new(); 5]);
}

#[test]
fn servers_that_change_places_leave_both_policies_first() {
    let mut world = world(vec![
        policy("a", DAILY, &["s1"]),
        policy("b", DAILY, &["s2"]),
    ]);
    let swapped =
        document(json!([{"name": "a", "servers": ["s2"]}, {"name": "b", "servers": ["s1"]}]));
    let plan = plan(&swapped, &world, Missing::Keep);
    assert_eq!(
        sentences(&plan),
        [
            "Take name-s2 out of policy b, so that a can have it.",
            "Take name-s1 out of policy a, so that b can have it.",
            "Change policy a: put name-s2 in.",
            "Change policy b: put name-s1 in.",
        ]
    );
    carried_out(&plan, &mut world, &all(&plan));
    let homes: Vec<&str> = world
        .policies
        .iter()
        .map(|p| p.servers[0].id.as_str())
        .collect();
    assert_eq!(homes, ["s2", "s1"]);
}

#[test]
fn no_server_leaves_a_policy_for_a_step_that_cannot_be_done() {
    let world = world(vec![policy("a", DAILY, &["s1"])]);
    let unknown = document(
        json!([{"name": "b", "schedule": DAILY, "retention": "forever", "servers": ["s1", "nowhere"]}]),
    );
    let plan = plan(&unknown, &world, Missing::Keep);
    let problems = plan.judge(&world, &[true, true]);
    assert_eq!(
        problems[0][0].to_string(),
        "The step that takes these servers into b cannot be done, and without it they would be in no policy."
    );
    assert_eq!(problems[1][0].to_string(), "There is no server nowhere.");
    let mut chosen = vec![true, true];
    plan.choose(&mut chosen, 1, false);
    assert_eq!(chosen, [false, false]);
    plan.choose(&mut chosen, 0, true);
    assert_eq!(chosen, [true, true]);
}

#[test]
fn what_the_document_does_not_say_clearly_is_a_flaw_of_the_step() {
    let mut world = world(vec![
        policy("twice", DAILY, &[]),
        policy("twice", DAILY, &[]),
        policy("known", DAILY, &["s1"]),
    ]);
    world.servers.push(Server {
        id: "s6".to_owned(),
        ..world.servers[0].clone()
    });
    let unclear = document(json!([
        {"name": "known", "servers": [{"name": "name-s1"}]},
        {"name": "new", "servers": [{"name": "nobody"}]},
        {"name": "twice", "enabled": false},
    ]));
    let plan = plan(&unclear, &world, Missing::Keep);
    let told: Vec<String> = plan
        .judge(&world, &all(&plan))
        .concat()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "2 servers are called name-s1; write the id of the one you mean.",
            "A new policy needs a schedule; write \"schedule\": \"FREQ=DAILY;BYHOUR=2;BYMINUTE=0\", for example.",
            "A new policy needs a retention; write \"retention\": {\"backups\": 14}, for example.",
            "There is no server called nobody here; write its id, or take it out of the document.",
        ]
    );
    assert_eq!(plan.steps[1].sentence(), "Create policy new.");
    assert_eq!(
        plan.alone[0].sentence(),
        "2 policies are called twice; which one is meant is not clear. Rename all but one first."
    );
    assert!(carried_out(&plan, &mut world.clone(), &all(&plan)).is_empty());
}

#[test]
fn a_running_policy_is_not_changed() {
    let mut world = world(vec![policy("a", DAILY, &[])]);
    world.running.push("id-a".to_owned());
    let plan = plan(
        &document(json!([{"name": "a", "enabled": false}])),
        &world,
        Missing::Keep,
    );
    let problems = plan.judge(&world, &[true]);
    assert_eq!(
        problems[0][0].to_string(),
        "The policy is running right now; wait for the run."
    );
}

#[test]
fn long_term_slots_go_when_they_are_no_longer_wanted() {
    let mut slots = policy("a", DAILY, &[]);
    slots.retention = Retention::Limited(Limits {
        count: Some(3),
        long_term: Some(crate::model::LongTerm {
            day: 7,
            timezone: "UTC+01:00".to_owned(),
            ..crate::model::LongTerm::default()
        }),
        ..Limits::default()
    });
    let fields = Fields {
        retention: Some(Retention::Limited(Limits {
            count: Some(3),
            ..Limits::default()
        })),
        ..Fields::default()
    };
    let request = fields.request(&slots).expect("a request");
    let operations = request.scheduled_operations.expect("an operation");
    let mut answer = crate::csbs::policies::DefinitionAnswer::default();
    crate::csbs::policies::Definition::from_retention(&slots.retention).merge_into(&mut answer);
    let definition = operations[0]
        .operation_definition
        .as_ref()
        .expect("a definition");
    definition.merge_into(&mut answer);
    assert_eq!(Some(answer.retention()), fields.retention);
}

/// What there is or is wanted, by chance: up to six policies, each server in one of them or none.
pub(super) fn anything() -> impl Strategy<Value = Vec<Policy>> {
    let one = (
        any::<bool>(),
        any::<bool>(),
        0..3u32,
        prop::collection::btree_map("[ab]", "[xy]", 0..3),
        "[a-c]{0,1}",
    );
    (
        prop::collection::btree_map("[a-f]", one, 0..6),
        prop::collection::vec(0..9usize, 5),
    )
        .prop_map(|(policies, homes)| {
            let mut policies: Vec<Policy> = policies
                .into_iter()
                .map(|(name, (on, daily, limit, tags, description))| Policy {
                    enabled: on,
                    description,
                    retention: match limit {
                        0 => Retention::Forever,
                        limit => Retention::Limited(Limits {
                            days: Some(limit),
                            ..Limits::default()
                        }),
                    },
                    tags: tags
                        .into_iter()
                        .map(|(key, value)| Tag { key, value })
                        .collect(),
                    ..policy(&name, if daily { DAILY } else { MONDAYS }, &[])
                })
                .collect();
            for (at, home) in homes.into_iter().enumerate() {
                if let Some(home) = policies.get_mut(home) {
                    let id = format!("s{}", at + 1);
                    home.servers.extend(policy("", DAILY, &[&id]).servers);
                }
            }
            policies
        })
}

/// What can be compared before and after: everything but ids and orders.
pub(super) fn content(world: &World) -> String {
    Document::of(&world.policies).to_json()
}

proptest! {
    #[test]
    fn after_a_plan_there_is_nothing_left_to_do_and_its_inverses_lead_back(
        present in anything(), wanted in anything(), delete in any::<bool>()
    ) {
        let missing = if delete { Missing::Delete } else { Missing::Keep };
        let start = world(present);
        let document = Document::of(&wanted);
        let first = plan(&document, &start, missing);
        prop_assert_eq!(first.judge(&start, &all(&first)), vec![Vec::new(); first.steps.len()]);
        let mut now = start.clone();
        let inverses = carried_out(&first, &mut now, &all(&first));
        let second = plan(&document, &now, missing);
        prop_assert_eq!(sentences(&second), Vec::<String>::new());
        if delete {
            prop_assert_eq!(content(&now), document.to_json());
        }
        for inverse in inverses {
            prop_assert_eq!(now.refusals(&inverse), []);
            prop_assert!(now.done(&inverse, None).is_some());
        }
        prop_assert_eq!(content(&now), content(&start));
    }

    #[test]
    fn any_choice_of_steps_can_be_done_and_taken_back_and_no_server_gets_lost(
        present in anything(), wanted in anything(), choice in prop::collection::vec(any::<bool>(), 30)
    ) {
        let start = world(present);
        let first = plan(&Document::of(&wanted), &start, Missing::Keep);
        let mut chosen = all(&first);
        for (at, on) in choice.iter().enumerate().take(chosen.len()) {
            first.choose(&mut chosen, at, *on);
        }
        let mut now = start.clone();
        let inverses = carried_out(&first, &mut now, &chosen);
        for step in &first.steps {
            if let plan::Kind::Release { servers, .. } = &step.kind {
                let home = |name: &String| now.policies.iter().any(|p| p.servers.iter().any(|s| s.name == *name));
                prop_assert!(servers.iter().all(home));
            }
        }
        for inverse in inverses {
            prop_assert_eq!(now.refusals(&inverse), []);
            now.done(&inverse, None);
        }
        prop_assert_eq!(content(&now), content(&start));
    }
}

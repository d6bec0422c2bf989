//! Each documented refusal of a policy, by the request and the facts that lead to it.

use super::*;
use crate::csbs::policies::{self as wire, PolicyCreate, PolicyUpdate};
use crate::model::Policy;
use crate::protect::{Candidate, Running};
use crate::rules::{PROVIDER_ID, SERVER_KIND};
use serde_json::{Value, json};

const DAILY: &str = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30";

fn create(change: impl FnOnce(&mut Value)) -> PolicyCreate {
    let mut body = json!({
        "name": "nightly", "provider_id": PROVIDER_ID, "parameters": {"common": {}},
        "resources": [{"id": "web", "type": SERVER_KIND, "name": "web01"}],
        "scheduled_operations": [{"enabled": true, "operation_type": "backup", "operation_definition": {},
            "trigger": {"properties": {"pattern": DAILY}}}],
    });
    change(&mut body);
    serde_json::from_value(body).unwrap()
}

fn present() -> wire::Policy {
    serde_json::from_value(json!({
        "id": "p", "name": "nightly", "resources": [{"id": "web", "type": SERVER_KIND}],
        "scheduled_operations": [{"id": "o", "enabled": true, "trigger": {"properties": {"pattern": DAILY}}}],
    }))
    .unwrap()
}

fn web(policy: Option<(&'static str, &'static str)>) -> PolicyFacts<'static> {
    PolicyFacts {
        policies: 1,
        servers: vec![ServerFact {
            id: "web",
            exists: true,
            policy,
        }],
        ..PolicyFacts::default()
    }
}

fn codes(found: &[PolicyRefusal]) -> Vec<&'static str> {
    found.iter().map(PolicyRefusal::code).collect()
}

#[test]
fn what_is_within_the_rules_is_made() {
    assert_eq!(create_refusals(&create(|_| {}), &web(None)), []);
}

#[test]
fn each_reason_against_a_new_policy_has_its_code() {
    let of = |change: fn(&mut Value)| codes(&create_refusals(&create(change), &web(None)));
    assert_eq!(of(|p| p["provider_id"] = json!("other")), ["CSBS.9001"]);
    assert_eq!(of(|p| p["parameters"] = json!([])), ["CSBS.9001"]);
    assert_eq!(of(|p| p["scheduled_operations"] = json!([])), ["CSBS.9001"]);
    let pattern = |p: &mut Value| {
        p["scheduled_operations"][0]["trigger"]["properties"]["pattern"] = json!("FREQ=HOURLY");
    };
    assert_eq!(of(pattern), ["CSBS.9001"]);
    let slots = |p: &mut Value| {
        p["scheduled_operations"][0]["operation_definition"] = json!({"day_backups": 3});
    };
    assert_eq!(of(slots), ["CSBS.9001"]);
    let tags = |p: &mut Value| {
        p["tags"] = (0..11)
            .map(|n| json!({"key": format!("k{n}"), "value": ""}))
            .collect();
    };
    assert_eq!(of(tags), ["CSBS.7000"]);
    assert_eq!(
        of(|p| p["resources"][0]["type"] = json!("x")),
        ["CSBS.6003"]
    );
    assert_eq!(of(|p| p["resources"][0]["id"] = json!("x")), ["CSBS.6000"]);
    let wanted = create(|_| {});
    assert_eq!(
        codes(&create_refusals(&wanted, &web(Some(("q", "other"))))),
        ["CSBS.6004"]
    );
    let many = PolicyFacts {
        policies: 32,
        named: Some("q"),
        ..web(None)
    };
    assert_eq!(
        codes(&create_refusals(&wanted, &many)),
        ["CSBS.0001", "CSBS.9007"]
    );
}

#[test]
fn each_reason_against_a_change_has_its_code_and_its_own_things_are_none() {
    let policy = present();
    let of = |change: Value, facts: &PolicyFacts<'_>| {
        let wanted: PolicyUpdate = serde_json::from_value(change).unwrap();
        codes(&update_refusals("p", &wanted, Some(&policy), facts))
    };
    let own = PolicyFacts {
        named: Some("p"),
        ..web(Some(("p", "nightly")))
    };
    let server = json!({"id": "web", "type": SERVER_KIND, "name": "web"});
    let same = json!({"name": "nightly", "resources": [server]});
    assert!(of(same.clone(), &own).is_empty());
    let others = PolicyFacts {
        named: Some("q"),
        running: true,
        ..web(Some(("q", "other")))
    };
    assert_eq!(of(same, &others), ["CSBS.2004", "CSBS.9007", "CSBS.6004"]);
    let operation = |members: Value| json!({"scheduled_operations": [members]});
    assert_eq!(of(operation(json!({"id": "x"})), &own), ["CSBS.9001"]);
    let slots = json!({"id": "o", "operation_definition": {"week_backups": 1}});
    assert_eq!(of(operation(slots), &own), ["CSBS.9001"]);
    let two = json!({"scheduled_operations": [{"id": "o"}, {"id": "o"}]});
    assert_eq!(of(two, &own), ["CSBS.9001"]);
    assert_eq!(
        codes(&update_refusals("p", &PolicyUpdate::default(), None, &own)),
        ["CSBS.3000"]
    );
}

#[test]
fn a_policy_is_deleted_when_it_exists_and_does_not_run() {
    assert_eq!(codes(&delete_refusals("p", true, false)), [""; 0]);
    assert_eq!(codes(&delete_refusals("p", true, true)), ["CSBS.2004"]);
    assert_eq!(codes(&delete_refusals("p", false, false)), ["CSBS.3000"]);
}

#[test]
fn each_reason_against_a_run_has_its_code() {
    let policy = Policy::from(present());
    let gone = |running| {
        let candidate = Candidate {
            kind: SERVER_KIND,
            server: None,
            volumes: &[],
            zone_served: true,
            policy: None,
            running,
        };
        [("web", candidate)]
    };
    let run = |chosen: &[&str], running, candidates: &[(&str, Candidate<'_>)]| {
        let facts = RunFacts {
            policy: Some(&policy),
            running,
            candidates,
            quotas: &[],
        };
        let chosen: Vec<String> = chosen.iter().map(|id| (*id).to_owned()).collect();
        run_refusals("p", &chosen, &facts).map(|refusal| (refusal.code(), refusal.status()))
    };
    assert_eq!(run(&["db"], None, &[]), Some(("CSBS.9001", 400)));
    let scheduled = Some(Running::Scheduled);
    assert_eq!(run(&[], scheduled, &[]), Some(("CSBS.6030", 500)));
    assert_eq!(
        run(&[], Some(Running::Manual), &[]),
        Some(("CSBS.1001", 500))
    );
    let by_hand = gone(Some(Running::Manual));
    assert_eq!(run(&[], None, &by_hand), Some(("CSBS.1001", 500)));
    assert_eq!(run(&[], None, &gone(None)), Some(("CSBS.6032", 500)));
    assert_eq!(run(&[], None, &[]), Some(("CSBS.6032", 500)));
    assert_eq!(run(&["web"], None, &gone(None)), Some(("CSBS.6000", 400)));
}

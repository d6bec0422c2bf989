//! The steps of a plan about vaults: what they say, what they refuse, and the way back.

use super::*;

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

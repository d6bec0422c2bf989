//! What is kept of a plan, and what holds for any of them.

use super::*;

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
pub(in crate::document) fn of_vaults() -> impl Strategy<Value = Vec<Policy>> {
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

//! What the console's checks about vaults let pass the service accepts, and what they refuse it refuses
//! with the same code and status: making, changing and deleting vaults, what they hold, their policies
//! and tags, over HTTP and in both directions. What is done changes the world that the next deed meets.

mod deeds;
mod seen;

use std::collections::BTreeMap;

use hyper::{Method, StatusCode};
use proptest::test_runner::TestRunner;
use sandbox::Seed;
use serde_json::{Value, json};

use crate::cbr::text;
use crate::csbs::Company;
use crate::preflight::Dice;
use deeds::Deed;
use seen::Seen;

/// How many deeds are done.
const DEEDS: usize = 360;

#[tokio::test]
async fn the_consoles_checks_and_the_service_agree_on_every_deed_about_vaults() {
    let company = Company::with(Seed::Demo).await;
    prepare(&company).await;
    let mut runner = TestRunner::deterministic();
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..DEEDS {
        let mut dice = Dice::throw(&mut runner);
        change_the_world(&company, &mut dice).await;
        let seen = Seen::read(&company).await;
        let deed = Deed::of(&mut dice, &seen);
        let expected = deed.refusal(&seen);
        let answer = deed.send(&company).await;
        let heard = match answer.status {
            StatusCode::OK | StatusCode::NO_CONTENT => None,
            status => {
                let code = answer.json()["error_code"].as_str().map(str::to_owned);
                Some((code.unwrap_or_default(), status.as_u16()))
            }
        };
        assert_eq!(heard, expected, "{deed:?}\n{answer:?}");
        let word = heard.map_or_else(|| "done".to_owned(), |(code, _)| code);
        let word = word.replace("BackupService.", "");
        *met.entry(format!("{} {word}", deed.word())).or_default() += 1;
    }
    // The generator is worth something: every deed is done, and the documented reasons are met.
    let done = met.keys().filter(|key| key.ends_with(" done")).count();
    assert_eq!(done, Deed::KINDS, "{met:#?}");
    assert!(met.len() >= 44, "{} outcomes: {met:#?}", met.len());
}

/// Vaults of every kind, a policy that copies to a vault for replicas of the same project, and a volume
/// that two servers of the company share.
async fn prepare(company: &Company) {
    let make = async |name: &str, change: &dyn Fn(&mut Value)| {
        let mut body = crate::cbr::vault(name, 200);
        change(&mut body["vault"]);
        let made = company.ok(Method::POST, "/v3/{p}/vaults", body).await;
        text(&made["vault"]["id"])
    };
    make("other-servers", &|_| {}).await;
    make("small", &|vault| {
        vault["billing"]["size"] = 10.into();
        vault["auto_expand"] = true.into();
    })
    .await;
    make("applications", &|vault| {
        vault["billing"]["consistent_level"] = "app_consistent".into();
    })
    .await;
    make("replicas", &|vault| {
        vault["billing"]["protect_type"] = "replication".into();
    })
    .await;
    make("hybrid", &|vault| {
        vault["billing"]["protect_type"] = "hybrid".into();
    })
    .await;
    company.sql(&format!(
        "UPDATE cbr_policies SET definition = json_set(definition, '$.destination_project_id', '{}')
         WHERE operation_type = 'replication' AND name = 'cluster-offsite'",
        company.session.project_id
    ));
    company.sql(
        "UPDATE volumes SET multiattach = 1 WHERE name = 'wiki01-data2'
             AND project_id = (SELECT project_id FROM servers WHERE name = 'wiki01')",
    );
    company.sql(
        "INSERT INTO attachments (id, server_id, volume_id, device, boot_index, attached_at)
         SELECT s.id || v.id, s.id, v.id, '/dev/vdz', 9, 0 FROM servers s, volumes v
         WHERE s.name = 'app01' AND v.name = 'wiki01-data2'",
    );
}

/// Time passes, backups begin, images are made, vaults fill up, are locked or frozen.
async fn change_the_world(company: &Company, dice: &mut Dice) {
    if dice.once_in(4) {
        let durations = ["PT20S", "PT3M", "PT40M", "PT3H", "PT14H"];
        company.advance(dice.of(&durations)).await;
    }
    if dice.once_in(8) {
        let vaults = company.get("/v3/{p}/vaults").await;
        let vaults = vaults["vaults"].as_array().unwrap();
        let vault = vaults.get(dice.below(vaults.len()));
        let id = vault.map_or("", |vault| vault["id"].as_str().unwrap());
        let body = json!({"checkpoint": {"vault_id": id, "parameters": {}}});
        // Whether it begins or is refused is another test's business.
        let answer = company
            .call(Method::POST, "/v3/{p}/checkpoints", body)
            .await;
        assert_ne!(answer.json(), json!(null));
    }
    let some_vault = "no = (SELECT no FROM cbr_vaults WHERE project = 1 ORDER BY no DESC LIMIT 1)";
    match dice.below(30) {
        0 => company.sql(&format!(
            "UPDATE cbr_vaults SET status = 'frozen' WHERE status = 'available' AND {some_vault}"
        )),
        1 | 2 => company.sql("UPDATE cbr_vaults SET status = 'available' WHERE status = 'frozen'"),
        3 => company.sql(
            "UPDATE cbr_backups SET image_id = 'an-image' WHERE seq = (SELECT min(seq) FROM cbr_backups)",
        ),
        4 | 5 => company.sql("UPDATE cbr_backups SET image_id = NULL WHERE image_id IS NOT NULL"),
        6 => company.sql("UPDATE cbr_vaults SET locked = 1 WHERE name = 'wiki-disks'"),
        7 => company.sql("UPDATE cbr_vaults SET locked = 0 WHERE name = 'wiki-disks'"),
        _ => {}
    }
}

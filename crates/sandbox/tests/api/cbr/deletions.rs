//! What the console's check of deleting backups in vaults lets pass the service deletes, and what it refuses the
//! service refuses with the same code and words: every backup of the demo's project, spoilt here and there.

use std::collections::BTreeMap;

use contract::cbr::backups::BackupsAnswer;
use contract::cbr::delete::{BackupDeletionFacts, deletion_refusal};
use contract::cbr::sharing::MembersAnswer;
use contract::cbr::vaults::VaultsAnswer;
use hyper::{Method, StatusCode};
use sandbox::Seed;
use serde_json::Value;

use crate::csbs::Company;

/// Every thirteenth of each project, counted within it: which row numbers its backups have depends on the hour.
const SPOILT: [&str; 7] = [
    "CREATE TEMP TABLE places AS
     SELECT seq, (row_number() OVER (PARTITION BY project ORDER BY seq)) % 13 AS place FROM cbr_backups",
    "UPDATE cbr_backups SET status = 'error' WHERE seq IN (SELECT seq FROM places WHERE place = 0)",
    "UPDATE cbr_backups SET status = 'restoring' WHERE seq IN (SELECT seq FROM places WHERE place = 1)",
    "UPDATE cbr_backups SET status = 'protecting' WHERE seq IN (SELECT seq FROM places WHERE place = 2)",
    "UPDATE cbr_backups SET image_id = 'an-image' WHERE seq IN (SELECT seq FROM places WHERE place = 3)",
    "INSERT OR REPLACE INTO cbr_members (id, backup, receiver, status, image_id, created_at, updated_at)
     SELECT 'm' || b.seq, b.seq, (SELECT max(no) FROM tenants), 'accepted', iif(place = 4, 'theirs', NULL), 0, 0
         FROM cbr_backups b JOIN places USING (seq)
         WHERE place IN (4, 5) AND b.project <> (SELECT max(no) FROM tenants)",
    "UPDATE cbr_vaults SET locked = 1 WHERE name = 'cluster'",
];

#[tokio::test]
async fn the_consoles_check_and_the_service_agree_on_deleting_every_backup_in_vaults() {
    let company = Company::with(Seed::Demo).await;
    for sql in SPOILT {
        company.sql(sql);
    }
    let vaults: VaultsAnswer = read(&company, "/vaults").await;
    let listed: BackupsAnswer = read(&company, "/backups?own_type=all_granted").await;
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for backup in listed.backups {
        let members: MembersAnswer =
            read(&company, &format!("/backups/{}/members", backup.id)).await;
        let vault = vaults
            .vaults
            .iter()
            .find(|vault| vault.id == backup.vault_id);
        let facts = BackupDeletionFacts {
            locked: vault
                .filter(|vault| vault.locked == Some(true))
                .map(|vault| vault.name.as_str()),
            shares: members.members.len(),
            imaged_elsewhere: members
                .members
                .iter()
                .any(|member| !member.image_id.is_empty()),
        };
        let path = format!("/v3/{{p}}/backups/{}", backup.id);
        let refusal = deletion_refusal(&backup.seen_from(&company.session.project_id), &facts);
        let answer = company.call(Method::DELETE, &path, Value::Null).await;
        let Some(refusal) = refusal else {
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
            *met.entry("deleted").or_default() += 1;
            continue;
        };
        let said = answer.json();
        let heard = (
            answer.status.as_u16(),
            said["error_code"].as_str().unwrap_or_default(),
        );
        assert_eq!(heard, (refusal.status(), refusal.code()), "{answer:?}");
        if refusal.status() == 400 {
            assert_eq!(said["error_msg"], refusal.to_string());
        }
        *met.entry(refusal.code()).or_default() += 1;
    }
    // The world is worth something: everything documented was met.
    assert_eq!(met.len(), 8, "{met:?}");
}

async fn read<T: serde::de::DeserializeOwned>(company: &Company, path: &str) -> T {
    let answer = company
        .call(Method::GET, &format!("/v3/{{p}}{path}"), Value::Null)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
    serde_json::from_slice(&answer.body).unwrap()
}

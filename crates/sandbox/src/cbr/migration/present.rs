//! What the migration looks at: the same that the console learns over HTTP.

use std::collections::HashMap;

use contract::migration::{Kept, KeptImage, KeptState, Present};
use contract::model::{Policy, Volume};
use contract::rules::SERVER_KIND;
use contract::time::Timestamp;

use crate::cbr::subjects::{self, What};
use crate::cbr::vaults;
use crate::csbs::policies as older;
use crate::csbs::servers::ZONE_WITHOUT_BACKUP;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// What there is in both services.
pub(super) fn present(turn: &Turn<'_>, tenant: i64, project_id: &str) -> Outcome<Present> {
    let spare_percent = turn
        .db
        .prepare_cached("SELECT reservation FROM cbr_migrations WHERE project = ?1")?
        .query_row([tenant], |row| row.get(0))?;
    let policies: Vec<Policy> = older::list(turn, project_id, &older::PolicyQuery::default())?
        .into_iter()
        .map(Policy::from)
        .collect();
    let mut present = Present {
        spare_percent,
        backups: kept(turn, tenant)?,
        vaults: vaults::all(turn, tenant)?
            .into_iter()
            .map(|stored| stored.vault)
            .collect(),
        known_policies: turn
            .db
            .prepare_cached(
                "SELECT name FROM cbr_policies WHERE project = ?1 AND operation_type = 'backup'",
            )?
            .query_map([tenant], |row| row.get(0))?
            .collect::<Result<_, _>>()?,
        ..Present::default()
    };
    let mut volumes: HashMap<String, Volume> = HashMap::new();
    for listed in policies.iter().flat_map(|policy| &policy.servers) {
        let Ok(subject) = subjects::find(turn, project_id, SERVER_KIND, &listed.id, &[]) else {
            continue;
        };
        let What::Server(found) = subject.what else {
            continue;
        };
        for attached in found.volumes {
            // As the volume service tells it: with every server it is attached to.
            if let Some(volume) = subjects::volume(turn, project_id, &attached.id)? {
                volumes.insert(volume.id.clone(), volume);
            }
        }
        if found.server.zone == ZONE_WITHOUT_BACKUP {
            present.unserved.push(found.server.id.clone());
        }
        present.servers.push(found.server);
    }
    present.policies = policies;
    present.volumes = volumes.into_values().collect();
    Ok(present)
}

/// The backups of the project, as far as the plan looks at them.
fn kept(turn: &Turn<'_>, tenant: i64) -> Outcome<Vec<Kept>> {
    let mut query = turn.db.prepare_cached(
        "SELECT b.id, b.name, b.policy_id, b.created_at, b.automatic, b.size_mb, b.status, b.image_id IS NOT NULL,
             ifnull(i.tags, '[]') <> '[]', ifnull(i.status, '') = 'saving', json_array_length(b.tags)
         FROM backups b LEFT JOIN images i ON i.id = b.image_id WHERE b.project = ?1 ORDER BY b.seq",
    )?;
    let found = query
        .query_map([tenant], |row| {
            let status: String = row.get(6)?;
            let (has_image, tagged, saving): (bool, bool, bool) =
                (row.get(7)?, row.get(8)?, row.get(9)?);
            Ok(Kept {
                id: row.get(0)?,
                name: row.get(1)?,
                policy: row.get(2)?,
                at: Some(Timestamp::from_micros(row.get(3)?)),
                automatic: row.get(4)?,
                size_mb: row.get(5)?,
                state: match status.as_str() {
                    "available" if saving => KeptState::Busy,
                    "available" => KeptState::Usable,
                    "error" => KeptState::Failed,
                    _ => KeptState::Busy,
                },
                image: match (has_image, tagged) {
                    (false, _) => KeptImage::None,
                    (true, false) => KeptImage::Plain,
                    (true, true) => KeptImage::Tagged,
                },
                replica: false,
                tags: usize::from(row.get::<_, u16>(10)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

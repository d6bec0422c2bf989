//! What a project may use and uses (csbs-v1 4.15).

use contract::csbs::{Quota, Quotas};

use crate::refusal::Outcome;
use crate::turn::Turn;

/// The project's quotas.
pub fn show(turn: &Turn<'_>, project_id: &str) -> Outcome<Quotas> {
    let tenant = turn.tenant(project_id)?;
    let quotas = turn
        .db
        .prepare_cached(
            "SELECT backups, backups_mb, quota_backups, quota_gb FROM tenants WHERE no = ?1",
        )?
        .query_row([tenant], |row| {
            let mb: i64 = row.get(1)?;
            Ok(Quotas {
                resources: vec![
                    Quota {
                        kind: "backup_capacity".to_owned(),
                        unit: "GB".to_owned(),
                        quota: row.get(3)?,
                        used: Some((mb + 1023) / 1024),
                    },
                    Quota {
                        kind: "backups".to_owned(),
                        unit: String::new(),
                        quota: row.get(2)?,
                        used: row.get(0)?,
                    },
                ],
            })
        })?;
    Ok(quotas)
}

/// The same as everybody knows them.
pub fn all(turn: &Turn<'_>, project_id: &str) -> Outcome<Vec<contract::model::Quota>> {
    let quotas = show(turn, project_id)?;
    Ok(quotas.resources.into_iter().map(Into::into).collect())
}

//! What the region offers, how much backups take, and whose projects there are (cbr-v3 5.11).

use contract::rules::{BARE_METAL_KIND, SERVER_KIND};
use rusqlite::OptionalExtension as _;
use serde_json::{Value, json};

use super::page;
use super::runs::REGIONS;
use super::{invalid, refusal};
use crate::csbs::Page;
use crate::http::Pairs;
use crate::refusal::Outcome;
use crate::turn::Turn;

/// Which regions replicate where (66).
pub fn capabilities() -> Value {
    let [one, other] = REGIONS;
    json!({"regions": [
        {"name": one, "replication_destinations": [other]},
        {"name": other, "replication_destinations": [one]},
    ]})
}

/// What the region offers (67).
pub fn features() -> Value {
    let [own, other] = REGIONS;
    json!({
        "replication.enable": true,
        "replication.source_region": own,
        "replication.destination_regions": [other],
        "replication.destination_dgw_regions": [],
        "features.backup_double_az": false,
        "features.bccrack_enable": false,
    })
}

/// One of these (68).
pub fn feature(key: &str) -> Outcome<Value> {
    match features().get(key) {
        Some(value) => Ok(json!({ key: value })),
        None => Err(invalid("feature_key", format!("`{key}` is no feature")).into()),
    }
}

/// How much the backups of each server take (69).
pub fn usage(turn: &Turn<'_>, project_id: &str, pairs: &Pairs, page: &Page) -> Outcome<Value> {
    let tenant = turn.tenant(project_id)?;
    let kind = pairs.filled("resource_type");
    if let Some(kind) = kind
        && ![SERVER_KIND, BARE_METAL_KIND].contains(&kind)
    {
        let rule = format!("`{kind}` is neither {SERVER_KIND} nor {BARE_METAL_KIND}");
        return Err(invalid("resource_type", rule).into());
    }
    let found: Vec<(String, Value)> = turn
        .db
        .prepare_cached(
            "SELECT resource_id, max(resource_name), resource_kind, count(*), sum(size_mb) FROM cbr_backups
             WHERE project = ?1 AND image_type = 'backup' AND (?2 IS NULL OR resource_kind = ?2)
                 AND (?3 IS NULL OR resource_id = ?3) AND resource_kind IN (?4, ?5)
             GROUP BY resource_id, resource_kind ORDER BY 2, 1",
        )?
        .query_map(
            (tenant, kind, pairs.filled("resource_id"), SERVER_KIND, BARE_METAL_KIND),
            |row| {
                let id: String = row.get(0)?;
                let usage = json!({
                    "resource_id": id,
                    "resource_name": row.get::<_, String>(1)?,
                    "resource_type": row.get::<_, String>(2)?,
                    "backup_count": row.get::<_, i64>(3)?,
                    "backup_size": row.get::<_, i64>(4)?,
                    "backup_size_multiaz": 0,
                });
                Ok((id, usage))
            },
        )?
        .collect::<Result<_, _>>()?;
    let cut = page::cut(found, page, |(id, _)| id)?;
    let rows: Vec<_> = cut.rows.into_iter().map(|(_, usage)| usage).collect();
    Ok(json!({"resource_count": cut.count, "storage_usage": rows}))
}

/// Projects of an account (71).
pub fn projects_of(turn: &Turn<'_>, domain: &str) -> Outcome<Value> {
    let rows: Vec<Value> = turn
        .db
        .prepare_cached(
            "SELECT p.id, p.name FROM projects p JOIN domains d ON d.id = p.domain_id WHERE d.name = ?1 ORDER BY p.rowid",
        )?
        .query_map([domain], |row| {
            Ok(json!({"project_id": row.get::<_, String>(0)?, "project_name": row.get::<_, String>(1)?}))
        })?
        .collect::<Result<_, _>>()?;
    if rows.is_empty() {
        return Err(refusal(
            "BackupService.9900",
            format!("domain_name: there is no account {domain}."),
        )
        .into());
    }
    Ok(json!({"projects": rows}))
}

/// Whose project this is (72): who shared a backup.
pub fn domain_of(turn: &Turn<'_>, project_id: &str) -> Outcome<Value> {
    let found: Option<Value> = turn
        .db
        .prepare_cached(
            "SELECT d.id, d.name, p.name FROM projects p JOIN domains d ON d.id = p.domain_id WHERE p.id = ?1",
        )?
        .query_row([project_id], |row| {
            Ok(json!({
                "domain_id": row.get::<_, String>(0)?,
                "domain_name": row.get::<_, String>(1)?,
                "project_id": project_id,
                "project_name": row.get::<_, String>(2)?,
            }))
        })
        .optional()?;
    found.ok_or_else(|| {
        invalid(
            "source_project_id",
            format!("there is no project {project_id}"),
        )
        .into()
    })
}

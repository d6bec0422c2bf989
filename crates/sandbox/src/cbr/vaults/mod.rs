//! Vaults (cbr-v3 5.1): as they are stored and shown; made, found, changed and deleted in the files beside.

mod change;
mod create;
pub mod facts;
mod list;

pub use change::{delete, deleted, make_room, update, update_all};
pub use create::create;
pub use list::{Filter, external, list, summary};

use contract::cbr::Tag;
use contract::cbr::rules::{ObjectType, spec_code};
use contract::cbr::vaults::{Billing, BindRules, Resource, Vault};
use contract::time::Timestamp;
use contract::vault::VaultRefusal;
use rusqlite::Row;
use serde_json::json;

use super::refusal;
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// The operation that deletes vaults.
pub const DELETE: &str = "cbr.vaults.delete";

const COLUMNS: &str = "v.no, v.id, v.user_id, v.name, v.description, v.created_at, v.object_type, v.protect_type,
     v.consistent_level, v.cloud_type, v.size_gb, v.used_mb, v.status, v.multi_az, v.auto_bind, v.bind_rules,
     v.auto_expand, v.smn_notify, v.threshold, v.locked, v.zone, v.name_prefix, v.demand_billing, v.tags,
     t.project_id, v.project, v.charging_mode, v.order_id";

/// A vault and its number in the store.
pub struct Stored {
    /// Row number.
    pub no: i64,
    /// Number of its project.
    pub tenant: i64,
    /// What it holds.
    pub object: ObjectType,
    /// As the service shows it, without its resources.
    pub vault: Vault,
}

impl Stored {
    /// MB that its backups take.
    pub fn used_mb(&self) -> i64 {
        self.vault.billing.used.unwrap_or(0)
    }

    /// MB it can hold.
    pub fn capacity_mb(&self) -> i64 {
        self.vault.billing.size.unwrap_or(0) * 1024
    }

    /// Whether it grows by itself.
    pub fn expands(&self) -> bool {
        self.vault.auto_expand == Some(true)
    }

    /// Whether nothing automatic may be deleted from it.
    pub fn locked(&self) -> bool {
        self.vault.locked == Some(true)
    }

    /// Whether it takes replicas only.
    pub fn for_replicas(&self) -> bool {
        self.vault.billing.protect_type == "replication"
    }

    /// Whether applications take part in its backups.
    pub fn with_applications(&self) -> bool {
        self.vault.billing.consistent_level == "app_consistent"
    }

    /// Refuses with this code unless the vault is available (or locked by billing, where that is enough).
    pub fn require_usable(&self, code: &'static str) -> Outcome<()> {
        match self.vault.billing.status.as_str() {
            "available" | "lock" => Ok(()),
            status => {
                let message = format!(
                    "Vault {} is {status}; wait until it is available.",
                    self.vault.name
                );
                Err(refusal(code, message).into())
            }
        }
    }
}

/// There is no such vault.
pub fn unknown(id: &str) -> Refusal {
    VaultRefusal::NoVault(id.to_owned()).into()
}

fn read(row: &Row<'_>) -> Outcome<Stored> {
    let word: String = row.get(6)?;
    let object = ObjectType::from_word(&word).unwrap_or(ObjectType::Server);
    let (protect, consistent): (String, String) = (row.get(7)?, row.get(8)?);
    let bind: Vec<Tag> = serde_json::from_str(&row.get::<_, String>(15)?)?;
    let spec = spec_code(object, &protect, &consistent);
    Ok(Stored {
        no: row.get(0)?,
        tenant: row.get(25)?,
        object,
        vault: Vault {
            id: row.get(1)?,
            name: row.get(3)?,
            description: row.get(4)?,
            project_id: row.get(24)?,
            user_id: row.get(2)?,
            provider_id: object.provider_id().to_owned(),
            created_at: Some(Timestamp::from_micros(row.get(5)?)),
            billing: Billing {
                allocated: Some(0),
                used: Some(row.get(11)?),
                size: Some(row.get(10)?),
                cloud_type: row.get(9)?,
                consistent_level: consistent,
                object_type: word,
                protect_type: protect,
                charging_mode: row.get(26)?,
                order_id: row.get::<_, Option<String>>(27)?.unwrap_or_default(),
                spec_code: spec.to_owned(),
                status: row.get(12)?,
                is_multi_az: Some(row.get(13)?),
                ..Billing::default()
            },
            resources: Vec::new(),
            tags: serde_json::from_str(&row.get::<_, String>(23)?)?,
            enterprise_project_id: "0".to_owned(),
            auto_bind: Some(row.get(14)?),
            bind_rules: BindRules {
                tags: (!bind.is_empty()).then_some(bind),
            },
            auto_expand: Some(row.get(16)?),
            smn_notify: Some(row.get(17)?),
            threshold: Some(row.get(18)?),
            locked: Some(row.get(19)?),
            availability_zone: row.get(20)?,
            backup_name_prefix: row.get(21)?,
            sys_lock_source_service: String::new(),
            demand_billing: Some(row.get(22)?),
            frozen: Some(false),
            cbc_delete_count: Some(0),
        },
    })
}

fn fill_resources(turn: &Turn<'_>, stored: &mut Stored) -> Outcome<()> {
    let busy: Vec<(String, String)> = turn
        .db
        .prepare_cached(
            "SELECT resource_id, status FROM cbr_backups
             WHERE project = ?1 AND status IN ('protecting', 'restoring') AND vault = ?2 AND image_type = 'backup'",
        )?
        .query_map((stored.tenant, stored.no), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut query = turn.db.prepare_cached(
        "SELECT resource_id, kind, name, size_gb, excluded, suspended, backups, backups_mb FROM cbr_resources
         WHERE vault = ?1 ORDER BY no",
    )?;
    let mut rows = query.query([stored.no])?;
    let mut allocated = 0;
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let size: i64 = row.get(3)?;
        allocated += size;
        let excluded: Vec<String> = serde_json::from_str(&row.get::<_, String>(4)?)?;
        let status = busy
            .iter()
            .find(|(of, _)| *of == id)
            .map_or("available", |(_, status)| status);
        stored.vault.resources.push(Resource {
            kind: row.get(1)?,
            name: row.get(2)?,
            extra_info: if excluded.is_empty() {
                json!({})
            } else {
                json!({"exclude_volumes": excluded})
            },
            size: Some(size),
            backup_size: Some(row.get(7)?),
            backup_count: Some(row.get(6)?),
            protect_status: status.to_owned(),
            auto_protect: Some(!row.get::<_, bool>(5)?),
            id,
        });
    }
    stored.vault.billing.allocated = Some(allocated);
    Ok(())
}

fn select(turn: &Turn<'_>, condition: &str, value: impl rusqlite::ToSql) -> Outcome<Vec<Stored>> {
    let mut query = turn.db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM cbr_vaults v JOIN tenants t ON t.no = v.project WHERE {condition}
         ORDER BY v.created_at DESC, v.no DESC"
    ))?;
    let mut rows = query.query([value])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut stored = read(row)?;
        fill_resources(turn, &mut stored)?;
        found.push(stored);
    }
    Ok(found)
}

/// A vault by its number; `None` when it is gone.
pub fn by_number(turn: &Turn<'_>, no: i64) -> Outcome<Option<Stored>> {
    Ok(select(turn, "v.no = ?1", no)?.pop())
}

/// A vault of any project.
pub fn anywhere(turn: &Turn<'_>, id: &str) -> Outcome<Option<Stored>> {
    Ok(select(turn, "v.id = ?1", id)?.pop())
}

/// A vault of the project.
pub fn stored(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Stored> {
    match anywhere(turn, id)? {
        Some(stored) if stored.vault.project_id == project_id => Ok(stored),
        _ => Err(unknown(id).into()),
    }
}

/// One vault (3).
pub fn show(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Vault> {
    Ok(stored(turn, project_id, id)?.vault)
}

/// Every vault of a project, newest first.
pub fn all(turn: &Turn<'_>, tenant: i64) -> Outcome<Vec<Stored>> {
    select(turn, "v.project = ?1", tenant)
}

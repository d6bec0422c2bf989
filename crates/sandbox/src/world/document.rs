//! A world as one JSON document, out and in: its clock and the rows of its tables.
//!
//! Accounts, keys and tokens are not in it: project ids are the same in every sandbox, so a world
//! taken out of one fits into another. Rows are taken over as they are, so a document can hold what
//! the API would refuse (names of older data, for example); but every column is checked for its
//! type, every JSON text is read, and every reference must lead somewhere.

use contract::cbr::checkpoints::SkippedResource;
use contract::cbr::policies::{Definition, OrganizationPolicy};
use contract::cbr::tasks::{AgentPath, TaskExtra};
use contract::csbs::Tag;
use contract::csbs::backups::BackupData;
use contract::csbs::policies::DefinitionAnswer;
use contract::time::Timestamp;
use rusqlite::Connection;
use rusqlite::types::{Value as Sql, ValueRef};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{TABLES, clear};
use crate::Sandbox;
use crate::clock::{ClockState, MAX_RATE};
use crate::csbs::backups::{Disk, SourceVolume};
use crate::images;
use crate::refusal::{Failure, Outcome, Refusal};

/// The form written here; a document of another is refused.
const VERSION: i64 = 1;

/// The code of every refusal of the controls.
const CODE: &str = "Sandbox.0001";

/// Kept by triggers: not in a document.
const COUNTED: [(&str, &str); 4] = [
    ("sources", "backups"),
    ("cbr_vaults", "used_mb"),
    ("cbr_resources", "backups"),
    ("cbr_resources", "backups_mb"),
];

fn refused(message: String) -> Failure {
    Refusal::bad(CODE, message).into()
}

impl Sandbox {
    /// The whole state as one document.
    pub fn export_world(&self) -> Outcome<Value> {
        self.look(|turn| {
            let clock = json!({
                "now": turn.now.to_zulu_text(),
                "rate": self.clock.state().rate,
            });
            let mut tables = Map::new();
            for table in TABLES.iter().rev() {
                tables.insert((*table).to_owned(), dump(turn.db, table)?);
            }
            let mut quotas = Map::new();
            let mut query = turn.db.prepare(
                "SELECT project_id, quota_backups, quota_gb, no FROM tenants ORDER BY no",
            )?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                quotas.insert(
                    row.get(0)?,
                    json!({
                        "number": row.get::<_, i64>(3)?,
                        "backups": row.get::<_, i64>(1)?,
                        "gb": row.get::<_, i64>(2)?,
                    }),
                );
            }
            Ok(json!({"version": VERSION, "clock": clock, "projects": quotas, "tables": tables}))
        })
    }

    /// Takes over a document; on any mistake in it the world stays as it was.
    pub fn import_world(&self, document: &Value) -> Outcome<()> {
        let _one_at_a_time = self.settling();
        if document.get("version").and_then(Value::as_i64) != Some(VERSION) {
            return Err(refused(format!("version must be {VERSION}.")));
        }
        let clock = self.imported_clock(document)?;
        let tables = document
            .get("tables")
            .and_then(Value::as_object)
            .ok_or_else(|| refused("tables must be an object.".to_owned()))?;
        if let Some(unknown) = tables.keys().find(|name| !TABLES.contains(&name.as_str())) {
            return Err(refused(format!("tables has no `{unknown}`.")));
        }
        self.write_world(|db| {
            clear(db)?;
            // References are checked when all rows are there.
            db.pragma_update(None, "defer_foreign_keys", true)?;
            for table in TABLES.iter().rev() {
                if let Some(rows) = tables.get(*table) {
                    load(db, table, rows)?;
                }
            }
            load_quotas(db, document)?;
            // A document from before there were images names them on backups only.
            images::adopt(db)?;
            check_references(db)?;
            check_texts(db)?;
            clock.save(db)?;
            Ok(())
        })?;
        self.clock.set(clock);
        Ok(())
    }

    /// The document's time becomes the present; sessions do not notice.
    fn imported_clock(&self, document: &Value) -> Outcome<ClockState> {
        let member = |name: &str| document.get("clock").and_then(|clock| clock.get(name));
        let now = member("now")
            .and_then(Value::as_str)
            .and_then(Timestamp::parse)
            .ok_or_else(|| {
                refused("clock.now must be a time such as 2026-03-14T09:26:53Z.".to_owned())
            })?;
        let rate = member("rate")
            .and_then(Value::as_u64)
            .and_then(|rate| u32::try_from(rate).ok())
            .filter(|rate| *rate <= MAX_RATE)
            .ok_or_else(|| {
                refused(format!(
                    "clock.rate must be a whole number from 0 to {MAX_RATE}."
                ))
            })?;
        let state = self.clock.state();
        Ok(ClockState {
            virtual_at: now.micros(),
            jumped: state.jumped + (now.micros() - state.virtual_at),
            rate,
            ..state
        })
    }
}

fn dump(db: &Connection, table: &str) -> Outcome<Value> {
    let mut query = db.prepare(&format!("SELECT * FROM {table}"))?;
    let columns: Vec<String> = query
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut rows = query.query([])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let mut members = Map::new();
        for (n, column) in columns.iter().enumerate() {
            if COUNTED.contains(&(table, column.as_str())) {
                continue;
            }
            let value = match row.get_ref(n)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => number.into(),
                ValueRef::Real(number) => number.into(),
                ValueRef::Text(text) | ValueRef::Blob(text) => {
                    String::from_utf8_lossy(text).into_owned().into()
                }
            };
            members.insert(column.clone(), value);
        }
        list.push(Value::Object(members));
    }
    Ok(Value::Array(list))
}

fn columns(db: &Connection, table: &str) -> Outcome<Vec<String>> {
    let query = db.prepare(&format!("SELECT * FROM {table} LIMIT 0"))?;
    Ok(query
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect())
}

fn load(db: &Connection, table: &str, rows: &Value) -> Outcome<()> {
    let columns = columns(db, table)?;
    let rows = rows
        .as_array()
        .ok_or_else(|| refused(format!("tables.{table} must be a list.")))?;
    for (n, row) in rows.iter().enumerate() {
        let place = || format!("tables.{table}[{n}]");
        let members = row
            .as_object()
            .ok_or_else(|| refused(format!("{} must be an object.", place())))?;
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (name, value) in members {
            if !columns.contains(name) || COUNTED.contains(&(table, name.as_str())) {
                return Err(refused(format!("{} has no member `{name}`.", place())));
            }
            names.push(name.as_str());
            values.push(match value {
                Value::Null => Sql::Null,
                Value::String(text) => Sql::Text(text.clone()),
                Value::Number(number) if number.is_i64() => {
                    Sql::Integer(number.as_i64().unwrap_or_default())
                }
                Value::Bool(flag) => Sql::Integer(i64::from(*flag)),
                _ => {
                    return Err(refused(format!(
                        "{}.{name} must be a text or a whole number.",
                        place()
                    )));
                }
            });
        }
        let marks = vec!["?"; names.len()].join(", ");
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({marks})",
            names.join(", ")
        );
        db.prepare_cached(&sql)
            .and_then(|mut insert| insert.execute(rusqlite::params_from_iter(values)))
            .map_err(|error| refused(format!("{}: {error}.", place())))?;
    }
    Ok(())
}

fn load_quotas(db: &Connection, document: &Value) -> Outcome<()> {
    let Some(projects) = document.get("projects").and_then(Value::as_object) else {
        return Err(refused("projects must be an object.".to_owned()));
    };
    for (project_id, quota) in projects {
        let number = |name: &str| {
            quota
                .get(name)
                .and_then(Value::as_i64)
                .filter(|number| *number >= -1)
                .ok_or_else(|| {
                    refused(format!(
                        "projects.{project_id}.{name} must be a whole number from -1."
                    ))
                })
        };
        let changed = db.execute(
            "UPDATE tenants SET quota_backups = ?2, quota_gb = ?3 WHERE project_id = ?1 AND no = ?4",
            (project_id, number("backups")?, number("gb")?, number("number")?),
        )?;
        if changed == 0 {
            return Err(refused(format!(
                "projects.{project_id} is no project of this sandbox, or has another number here."
            )));
        }
    }
    Ok(())
}

fn check_references(db: &Connection) -> Outcome<()> {
    let mut query = db.prepare("PRAGMA foreign_key_check")?;
    let mut rows = query.query([])?;
    match rows.next()? {
        Some(row) => {
            let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
            Err(refused(format!(
                "tables.{table} refers to a row that is not in {parent}."
            )))
        }
        None => Ok(()),
    }
}

/// Every JSON text must be what the code that reads it expects.
fn check_texts(db: &Connection) -> Outcome<()> {
    readable::<BackupData>(db, "sources", "data")?;
    readable::<Vec<SourceVolume>>(db, "sources", "volumes")?;
    readable::<Vec<Disk>>(db, "backups", "disks")?;
    readable::<Vec<Tag>>(db, "backups", "tags")?;
    readable::<Vec<Tag>>(db, "policies", "tags")?;
    readable::<DefinitionAnswer>(db, "policies", "definition")?;
    readable::<Value>(db, "policies", "parameters")?;
    readable::<Value>(db, "policy_servers", "extra")?;
    readable::<Value>(db, "restores", "parameters")?;
    readable::<Vec<String>>(db, "images", "tags")?;
    readable::<Vec<String>>(db, "servers", "tags")?;
    for (table, column) in [("cbr_vaults", "tags"), ("cbr_vaults", "bind_rules")] {
        readable::<Vec<Tag>>(db, table, column)?;
    }
    readable::<Vec<String>>(db, "cbr_resources", "excluded")?;
    readable::<Vec<String>>(db, "cbr_policies", "pattern")?;
    readable::<Definition>(db, "cbr_policies", "definition")?;
    readable::<Vec<Value>>(db, "cbr_checkpoints", "resources")?;
    readable::<Vec<SkippedResource>>(db, "cbr_checkpoints", "skipped")?;
    readable::<TaskExtra>(db, "cbr_tasks", "extra")?;
    readable::<Vec<AgentPath>>(db, "cbr_agents", "paths")?;
    readable::<OrganizationPolicy>(db, "cbr_organization_policies", "policy")?;
    readable::<Vec<(String, String)>>(db, "cbr_organization_policies", "made")
}

fn readable<T: DeserializeOwned>(db: &Connection, table: &str, column: &str) -> Outcome<()> {
    let mut query = db.prepare(&format!("SELECT DISTINCT {column} FROM {table}"))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        if let Err(error) = serde_json::from_str::<T>(&text) {
            return Err(refused(format!(
                "tables.{table}: {column} does not read: {error}."
            )));
        }
    }
    Ok(())
}

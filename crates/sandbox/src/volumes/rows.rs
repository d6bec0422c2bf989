//! Volumes as the store has them, with their attachments, and the object both APIs share.

use std::collections::HashMap;

use contract::time::Timestamp;
use rusqlite::{Connection, Row};
use serde_json::{Map, Value, json};

use crate::store::StoreError;

/// One volume.
#[derive(Clone, Debug)]
pub struct Volume {
    pub id: String,
    pub project_id: String,
    pub name: String,
    pub description: Option<String>,
    pub size_gb: i64,
    pub status: String,
    pub bootable: bool,
    pub multiattach: bool,
    pub zone: String,
    pub volume_type: String,
    pub service_type: String,
    pub dedicated_storage_id: Option<String>,
    pub dedicated_storage_name: Option<String>,
    pub scsi: bool,
    pub encrypted: bool,
    pub wwn: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub attachments: Vec<Attachment>,
}

/// Where a volume is attached.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: String,
    pub server_id: String,
    pub device: String,
    pub attached_at: Timestamp,
}

/// The volumes with these ids, in the order of the ids.
pub fn load(db: &Connection, ids: &[String]) -> Result<Vec<Volume>, StoreError> {
    let wanted = Value::from(ids).to_string();
    let mut volumes: HashMap<String, Volume> = HashMap::with_capacity(ids.len());
    let mut query = db.prepare_cached(
        "SELECT id, project_id, name, description, size_gb, status, bootable, multiattach,
                availability_zone, volume_type, service_type, dedicated_storage_id,
                dedicated_storage_name, scsi, encrypted, wwn, created_at, updated_at
         FROM volumes WHERE id IN (SELECT value FROM json_each(?1))",
    )?;
    for volume in query.query_map([&wanted], volume_of)? {
        let volume = volume?;
        volumes.insert(volume.id.clone(), volume);
    }
    let mut query = db.prepare_cached(
        "SELECT volume_id, id, server_id, device, attached_at
         FROM attachments WHERE volume_id IN (SELECT value FROM json_each(?1))
         ORDER BY volume_id, attached_at, id",
    )?;
    let rows = query.query_map([&wanted], |row| {
        let attachment = Attachment {
            id: row.get(1)?,
            server_id: row.get(2)?,
            device: row.get(3)?,
            attached_at: Timestamp::from_micros(row.get(4)?),
        };
        Ok((row.get::<_, String>(0)?, attachment))
    })?;
    for row in rows {
        let (id, attachment) = row?;
        if let Some(volume) = volumes.get_mut(&id) {
            volume.attachments.push(attachment);
        }
    }
    Ok(ids.iter().filter_map(|id| volumes.remove(id)).collect())
}

/// The volume with this id in this project.
pub fn find(db: &Connection, project_id: &str, id: &str) -> Result<Option<Volume>, StoreError> {
    let volumes = load(db, &[id.to_owned()])?;
    Ok(volumes
        .into_iter()
        .find(|volume| volume.project_id == project_id))
}

fn volume_of(row: &Row<'_>) -> rusqlite::Result<Volume> {
    Ok(Volume {
        id: row.get(0)?,
        project_id: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        size_gb: row.get(4)?,
        status: row.get(5)?,
        bootable: row.get(6)?,
        multiattach: row.get(7)?,
        zone: row.get(8)?,
        volume_type: row.get(9)?,
        service_type: row.get(10)?,
        dedicated_storage_id: row.get(11)?,
        dedicated_storage_name: row.get(12)?,
        scsi: row.get(13)?,
        encrypted: row.get(14)?,
        wwn: row.get(15)?,
        created_at: Timestamp::from_micros(row.get(16)?),
        updated_at: Timestamp::from_micros(row.get(17)?),
        attachments: Vec::new(),
    })
}

impl Volume {
    /// What the flags look like in `metadata`; a volume without any has an empty one.
    pub fn metadata(&self) -> Map<String, Value> {
        let mut metadata = Map::new();
        if self.scsi {
            metadata.insert("hw:passthrough".to_owned(), json!("true"));
        }
        if self.encrypted {
            metadata.insert("__system__encrypted".to_owned(), json!("1"));
        }
        metadata
    }

    /// The members both APIs have (Cinder's object).
    pub fn json(&self, root: &str) -> Value {
        let attachments: Vec<Value> = self
            .attachments
            .iter()
            .map(|attachment| {
                json!({
                    "id": self.id,
                    "volume_id": self.id,
                    "attachment_id": attachment.id,
                    "server_id": attachment.server_id,
                    "device": attachment.device,
                    "attached_at": attachment.attached_at.to_naive_text(),
                    "host_name": null,
                })
            })
            .collect();
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "size": self.size_gb,
            "status": self.status,
            // Text on the wire.
            "bootable": if self.bootable { "true" } else { "false" },
            "multiattach": self.multiattach,
            "shareable": self.multiattach,
            "encrypted": self.encrypted,
            "availability_zone": self.zone,
            "volume_type": self.volume_type,
            "snapshot_id": null,
            "source_volid": null,
            "metadata": self.metadata(),
            "volume_image_metadata": {},
            "attachments": attachments,
            "os-vol-tenant-attr:tenant_id": self.project_id,
            "links": self.links(root),
            "created_at": self.created_at.to_naive_text(),
            "updated_at": self.updated_at.to_naive_text(),
        })
    }

    /// Links of a volume below the address of its API and project.
    pub fn links(&self, root: &str) -> Value {
        let href = format!("{root}/volumes/{}", self.id);
        json!([{"rel": "self", "href": href}, {"rel": "bookmark", "href": href}])
    }
}

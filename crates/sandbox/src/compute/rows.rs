//! Servers as the store has them, with their addresses and volumes.

use std::collections::HashMap;

use contract::time::Timestamp;
use rusqlite::{Connection, Row};

use crate::store::StoreError;

/// The tag by which clients hide bare-metal servers.
pub const BARE_METAL_TAG: &str = "__type_baremetal";

/// One server.
#[derive(Clone, Debug)]
pub struct Server {
    pub id: String,
    pub project_id: String,
    pub name: String,
    pub description: String,
    pub bare_metal: bool,
    pub status: String,
    pub task_state: Option<String>,
    pub zone: String,
    pub flavor_id: String,
    pub vcpus: i64,
    pub ram_mb: i64,
    pub image_id: String,
    pub image_name: String,
    pub image_type: String,
    pub os_type: String,
    pub vpc_id: String,
    pub user_id: String,
    pub key_name: Option<String>,
    pub locked: bool,
    /// `key=value` or `key`; a bare-metal server carries [`BARE_METAL_TAG`].
    pub tags: Vec<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub addresses: Vec<Address>,
    pub volumes: Vec<Attached>,
}

/// One address of a server.
#[derive(Clone, Debug)]
pub struct Address {
    pub network_id: String,
    pub port_id: String,
    pub mac: String,
    pub address: String,
    /// 4 or 6.
    pub version: i64,
    /// `fixed` or `floating`.
    pub kind: String,
}

/// One volume of a server.
#[derive(Clone, Debug)]
pub struct Attached {
    pub volume_id: String,
    pub device: String,
    /// 0 is the system disk.
    pub boot_index: i64,
    pub pci_address: String,
    pub size_gb: i64,
    pub scsi: bool,
}

/// The servers with these ids, in the order of the ids.
pub fn load(db: &Connection, ids: &[String]) -> Result<Vec<Server>, StoreError> {
    let wanted = serde_json::Value::from(ids).to_string();
    let mut servers: HashMap<String, Server> = HashMap::with_capacity(ids.len());
    let mut query = db.prepare_cached(
        "SELECT id, project_id, name, description, kind, status, task_state, availability_zone,
                flavor_id, vcpus, ram_mb, image_id, image_name, image_type, os_type, vpc_id,
                user_id, key_name, locked, tags, created_at, updated_at
         FROM servers WHERE id IN (SELECT value FROM json_each(?1))",
    )?;
    for server in query.query_map([&wanted], server_of)? {
        let server = server?;
        servers.insert(server.id.clone(), server);
    }
    let mut query = db.prepare_cached(
        "SELECT server_id, network_id, port_id, mac, address, version, kind
         FROM server_addresses WHERE server_id IN (SELECT value FROM json_each(?1))
         ORDER BY server_id, network_id, kind, address",
    )?;
    let rows = query.query_map([&wanted], |row| {
        let address = Address {
            network_id: row.get(1)?,
            port_id: row.get(2)?,
            mac: row.get(3)?,
            address: row.get(4)?,
            version: row.get(5)?,
            kind: row.get(6)?,
        };
        Ok((row.get::<_, String>(0)?, address))
    })?;
    for row in rows {
        let (id, address) = row?;
        if let Some(server) = servers.get_mut(&id) {
            server.addresses.push(address);
        }
    }
    let mut query = db.prepare_cached(
        "SELECT a.server_id, a.volume_id, a.device, a.boot_index, a.pci_address, v.size_gb, v.scsi
         FROM attachments a JOIN volumes v ON v.id = a.volume_id
         WHERE a.server_id IN (SELECT value FROM json_each(?1))
         ORDER BY a.server_id, length(a.device), a.device",
    )?;
    let rows = query.query_map([&wanted], |row| {
        let attached = Attached {
            volume_id: row.get(1)?,
            device: row.get(2)?,
            boot_index: row.get(3)?,
            pci_address: row.get(4)?,
            size_gb: row.get(5)?,
            scsi: row.get(6)?,
        };
        Ok((row.get::<_, String>(0)?, attached))
    })?;
    for row in rows {
        let (id, attached) = row?;
        if let Some(server) = servers.get_mut(&id) {
            server.volumes.push(attached);
        }
    }
    Ok(ids.iter().filter_map(|id| servers.remove(id)).collect())
}

/// The server with this id in this project.
pub fn find(db: &Connection, project_id: &str, id: &str) -> Result<Option<Server>, StoreError> {
    let servers = load(db, &[id.to_owned()])?;
    Ok(servers
        .into_iter()
        .find(|server| server.project_id == project_id))
}

fn server_of(row: &Row<'_>) -> rusqlite::Result<Server> {
    let bare_metal = row.get::<_, String>(4)? == "bms";
    let tags: String = row.get(19)?;
    let mut tags: Vec<String> = serde_json::from_str(&tags).unwrap_or_default();
    if bare_metal && !tags.iter().any(|tag| tag == BARE_METAL_TAG) {
        tags.push(BARE_METAL_TAG.to_owned());
    }
    Ok(Server {
        id: row.get(0)?,
        project_id: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        bare_metal,
        status: row.get(5)?,
        task_state: row.get(6)?,
        zone: row.get(7)?,
        flavor_id: row.get(8)?,
        vcpus: row.get(9)?,
        ram_mb: row.get(10)?,
        image_id: row.get(11)?,
        image_name: row.get(12)?,
        image_type: row.get(13)?,
        os_type: row.get(14)?,
        vpc_id: row.get(15)?,
        user_id: row.get(16)?,
        key_name: row.get(17)?,
        locked: row.get(18)?,
        tags,
        created_at: Timestamp::from_micros(row.get(20)?),
        updated_at: Timestamp::from_micros(row.get(21)?),
        addresses: Vec::new(),
        volumes: Vec::new(),
    })
}

impl Server {
    /// Nova's word for the state of the machine behind a status.
    pub fn vm_state(&self) -> &'static str {
        match self.status.as_str() {
            "ACTIVE" | "REBOOT" | "HARD_REBOOT" | "MIGRATING" | "RESIZE" | "REVERT_RESIZE" => {
                "active"
            }
            "SHUTOFF" => "stopped",
            "BUILD" | "REBUILD" => "building",
            "VERIFY_RESIZE" => "resized",
            "PAUSED" => "paused",
            "SUSPENDED" => "suspended",
            "SHELVED" => "shelved",
            "SHELVED_OFFLOADED" => "shelved_offloaded",
            "DELETED" => "deleted",
            "SOFT_DELETED" => "soft-delete",
            _ => "error",
        }
    }

    /// 0 none, 1 running, 4 shut down, as the vendor's API numbers them.
    pub fn power_state(&self) -> i64 {
        match self.vm_state() {
            "active" | "resized" => 1,
            "stopped" | "shelved" => 4,
            _ => 0,
        }
    }

    /// `/dev/vda`; empty without a system disk.
    pub fn root_device(&self) -> &str {
        self.volumes
            .iter()
            .find(|volume| volume.boot_index == 0)
            .map_or("", |volume| &volume.device)
    }
}

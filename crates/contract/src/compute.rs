//! Servers on the wire: the vendor's API v1 (preferred, with volumes) and its translation
//! (compute-and-volumes.md section 3). Nova's shape reads through the same types.

use crate::time::Timestamp;
use crate::{lenient, model};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// `{"count": n, "servers": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServersAnswer {
    /// Total, beyond this page.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub count: Option<i64>,
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub servers: Vec<Server>,
}

/// `{"server": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServerAnswer {
    /// The server.
    pub server: Server,
}

/// A server, with the members a backup console needs (3.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// Server id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Description.
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
    /// `ACTIVE`, `SHUTOFF` … (3.4)
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Running task, or nothing.
    #[serde(
        rename = "OS-EXT-STS:task_state",
        default,
        deserialize_with = "lenient::text"
    )]
    pub task_state: String,
    /// Zone.
    #[serde(
        rename = "OS-EXT-AZ:availability_zone",
        default,
        deserialize_with = "lenient::text"
    )]
    pub zone: String,
    /// Flavour, numbers as text.
    #[serde(default, deserialize_with = "lenient::object")]
    pub flavor: Flavor,
    /// `os_type`, `image_name`, `metering.imagetype` …
    #[serde(default, deserialize_with = "lenient::object")]
    pub metadata: Map<String, Value>,
    /// Network id to addresses.
    #[serde(default, deserialize_with = "lenient::object")]
    pub addresses: Addresses,
    /// Attached volumes.
    #[serde(
        rename = "os-extended-volumes:volumes_attached",
        default,
        deserialize_with = "lenient::list"
    )]
    pub volumes: Vec<AttachedVolume>,
    /// Made; ends in `Z`.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created: Option<Timestamp>,
    /// Tags, plain text.
    #[serde(default)]
    pub tags: Value,
}

/// A flavour; numbers are text in the vendor's API and numbers in Nova's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flavor {
    /// Id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Virtual CPUs.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub vcpus: Option<i64>,
    /// MB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub ram: Option<i64>,
}

/// Addresses of all networks, flattened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Addresses(pub Vec<Address>);

impl<'de> Deserialize<'de> for Addresses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let networks = Map::<String, Value>::deserialize(deserializer)?;
        Ok(Self(
            networks
                .into_iter()
                .flat_map(|(_, list)| match list {
                    Value::Array(list) => list,
                    _ => Vec::new(),
                })
                .filter_map(|address| serde_json::from_value(address).ok())
                .collect(),
        ))
    }
}

/// One address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub addr: String,
    /// `fixed` or `floating`.
    #[serde(
        rename = "OS-EXT-IPS:type",
        default,
        deserialize_with = "lenient::text"
    )]
    pub kind: String,
}

/// A volume as the server lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedVolume {
    /// Volume id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Device.
    #[serde(default, deserialize_with = "lenient::text")]
    pub device: String,
    /// `"0"` is the system disk.
    #[serde(rename = "bootIndex", default, deserialize_with = "lenient::integer")]
    pub boot_index: Option<i64>,
}

impl From<Server> for model::Server {
    fn from(server: Server) -> Self {
        let words: Vec<String> = match server.tags {
            Value::Array(list) => list
                .into_iter()
                .filter_map(|tag| tag.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        };
        let of_kind = |kind: &str| {
            server
                .addresses
                .0
                .iter()
                .filter(|a| a.kind == kind)
                .map(|a| a.addr.clone())
                .collect::<Vec<_>>()
        };
        Self {
            bare_metal: words.iter().any(|tag| tag.starts_with("__type_baremetal")),
            private_ips: of_kind("fixed"),
            public_ips: of_kind("floating"),
            id: server.id,
            name: server.name,
            description: server.description,
            status: model::ServerStatus::from_word(&server.status),
            task_state: server.task_state,
            zone: server.zone,
            flavor: if server.flavor.name.is_empty() {
                server.flavor.id
            } else {
                server.flavor.name
            },
            vcpus: server.flavor.vcpus,
            ram_mb: server.flavor.ram,
            os_type: server
                .metadata
                .get("os_type")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            attachments: server
                .volumes
                .into_iter()
                .map(|volume| model::Attachment {
                    system: volume.boot_index == Some(0),
                    volume_id: volume.id,
                    device: volume.device,
                })
                .collect(),
            created_at: server.created,
            tags: words,
        }
    }
}

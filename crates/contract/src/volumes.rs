//! Volumes on the wire and their translation (compute-and-volumes.md section 4).

use crate::time::Timestamp;
use crate::{lenient, model};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `{"count": n, "volumes": […]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VolumesAnswer {
    /// Total, beyond this page; Cinder has none.
    #[serde(
        default,
        deserialize_with = "lenient::integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub count: Option<i64>,
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub volumes: Vec<Volume>,
}

/// `{"volume": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VolumeAnswer {
    /// The volume.
    pub volume: Volume,
}

/// A volume, with the members a backup console needs (4.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Volume {
    /// Volume id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// GB.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub size: Option<i64>,
    /// State (4.3).
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Text on the wire: `"true"`.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub bootable: Option<bool>,
    /// Shared.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub multiattach: Option<bool>,
    /// Zone.
    #[serde(default, deserialize_with = "lenient::text")]
    pub availability_zone: String,
    /// `SSD` …
    #[serde(default, deserialize_with = "lenient::text")]
    pub volume_type: String,
    /// `EVS`; `DSS` and `DESS` are dedicated.
    #[serde(default, deserialize_with = "lenient::text")]
    pub service_type: String,
    /// `hw:passthrough`, `__system__encrypted` …
    #[serde(default, deserialize_with = "lenient::object")]
    pub metadata: Map<String, Value>,
    /// Where it is attached.
    #[serde(default, deserialize_with = "lenient::list")]
    pub attachments: Vec<VolumeAttachment>,
    /// Made; no zone is written.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
}

/// One attachment of a volume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeAttachment {
    /// Server id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub server_id: String,
    /// Device.
    #[serde(default, deserialize_with = "lenient::text")]
    pub device: String,
}

impl From<Volume> for model::Volume {
    fn from(volume: Volume) -> Self {
        let flag = |key: &str, yes: &str| {
            volume
                .metadata
                .get(key)
                .and_then(Value::as_str)
                .is_some_and(|value| value.eq_ignore_ascii_case(yes))
        };
        Self {
            scsi: flag("hw:passthrough", "true"),
            encrypted: flag("__system__encrypted", "1"),
            id: volume.id,
            name: volume.name,
            size_gb: volume.size.unwrap_or(0),
            status: volume.status,
            bootable: volume.bootable.unwrap_or(false),
            shared: volume.multiattach.unwrap_or(false),
            zone: volume.availability_zone,
            kind: volume.volume_type,
            dedicated: matches!(volume.service_type.as_str(), "DSS" | "DESS"),
            attachments: volume
                .attachments
                .into_iter()
                .map(|a| (a.server_id, a.device))
                .collect(),
            created_at: volume.created_at,
        }
    }
}

//! The image of a server's system disk: what is sent for it, and whether the service would make it
//! (compute-and-volumes section 1, operation 24, and the page and error table that its section 0 names).
//! It is made from a server that is there, never from a backup.

use core::fmt;

use super::ImageTag;
use super::refusal::{ImageForm, ImageRefusal, form_refusals};
use crate::model::{Server, Volume};
use crate::protect::RESTORING;
use serde::{Deserialize, Serialize};

/// Make an image of a server's system disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemImageRequest {
    /// 1–128 characters, see [`super::check_name`].
    #[serde(default)]
    pub name: String,
    /// 0–1024 characters, see [`super::check_description`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The server.
    #[serde(default)]
    pub instance_id: String,
    /// Tags as plain texts; not together with `image_tags`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Tags with values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_tags: Vec<ImageTag>,
    /// MB; nothing is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_ram: Option<i64>,
    /// MB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_ram: Option<i64>,
}

/// What is known when somebody wants one.
#[derive(Clone, Copy, Debug)]
pub struct SystemImageFacts<'a> {
    /// The server; `None` when the project has none with this id.
    pub server: Option<&'a Server>,
    /// Its attached volumes.
    pub volumes: &'a [Volume],
    /// Names the project's images have already.
    pub names: &'a [String],
    /// A backup of the server is being made.
    pub being_backed_up: bool,
}

impl<'a> SystemImageFacts<'a> {
    /// The volume the server starts from.
    pub fn system_disk(&self) -> Option<&'a Volume> {
        let attachments = &self.server?.attachments;
        let system = attachments.iter().find(|attachment| attachment.system)?;
        let mut volumes = self.volumes.iter();
        volumes.find(|volume| volume.id == system.volume_id)
    }
}

/// Why no image can be made; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemImageRefusal {
    /// Something is wrong with what every image is asked for with.
    Form(ImageRefusal),
    /// IMG.0012: no server is named.
    NoServerId,
    /// IMG.0005: there is no such server.
    NoServer,
    /// IMG.0063: bare metal has no images.
    BareMetal,
    /// IMG.0126: it is neither running nor stopped.
    State(String),
    /// IMG.0136: it is being backed up, or a restore to it is running.
    Busy,
    /// IMG.0119: no system disk is attached.
    NoSystemDisk,
    /// IMG.0153: the system disk lies on dedicated storage.
    DedicatedStorage(String),
}

impl SystemImageRefusal {
    /// The image service's code; its status is always 400.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Form(refusal) => refusal.code(),
            Self::NoServerId => "IMG.0012",
            Self::NoServer => "IMG.0005",
            Self::BareMetal => "IMG.0063",
            Self::State(_) => "IMG.0126",
            Self::Busy => "IMG.0136",
            Self::NoSystemDisk => "IMG.0119",
            Self::DedicatedStorage(_) => "IMG.0153",
        }
    }
}

impl fmt::Display for SystemImageRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(refusal) => refusal.fmt(f),
            Self::NoServerId => f.write_str(
                "instance_id: name the server whose system disk becomes the image; images of backups are made as whole images.",
            ),
            Self::NoServer => f.write_str("There is no such server."),
            Self::BareMetal => f.write_str("Bare metal servers cannot be made into images."),
            Self::State(state) => write!(
                f,
                "The server is in state {state}; an image can be made when it is running or stopped."
            ),
            Self::Busy => {
                f.write_str("The server is being backed up or restored; try again afterwards.")
            }
            Self::NoSystemDisk => f.write_str("The server has no system disk."),
            Self::DedicatedStorage(name) => write!(
                f,
                "The system disk {name} lies on dedicated storage, from which no image can be made."
            ),
        }
    }
}

/// Everything that keeps the service from making the image, in its order; empty when nothing does.
///
/// ```
/// use contract::image::{SystemImageFacts, SystemImageRequest, system_refusals};
/// let request = SystemImageRequest {
///     name: "web01 golden".to_owned(),
///     instance_id: "9506416d".to_owned(),
///     ..SystemImageRequest::default()
/// };
/// let facts = SystemImageFacts { server: None, volumes: &[], names: &[], being_backed_up: false };
/// assert_eq!(system_refusals(&request, &facts)[0].code(), "IMG.0005");
/// ```
pub fn system_refusals(
    request: &SystemImageRequest,
    facts: &SystemImageFacts<'_>,
) -> Vec<SystemImageRefusal> {
    let form = form_refusals(&ImageForm {
        name: &request.name,
        description: &request.description,
        tagged_twice: !request.tags.is_empty() && !request.image_tags.is_empty(),
        memory: (request.min_ram, request.max_ram),
    });
    let mut found: Vec<_> = form.into_iter().map(SystemImageRefusal::Form).collect();
    if request.instance_id.is_empty() {
        found.push(SystemImageRefusal::NoServerId);
        return found;
    }
    let Some(server) = facts.server else {
        found.push(SystemImageRefusal::NoServer);
        return found;
    };
    if server.bare_metal {
        found.push(SystemImageRefusal::BareMetal);
        return found;
    }
    if !server.status.is_steady() {
        let state = server.status.as_str().to_owned();
        found.push(SystemImageRefusal::State(state));
    }
    if facts.being_backed_up || server.task_state == RESTORING {
        found.push(SystemImageRefusal::Busy);
    }
    match facts.system_disk() {
        None => found.push(SystemImageRefusal::NoSystemDisk),
        Some(disk) if disk.dedicated => {
            found.push(SystemImageRefusal::DedicatedStorage(disk.name.clone()));
        }
        Some(_) => {}
    }
    if facts.names.contains(&request.name) {
        let taken = ImageRefusal::NameTaken(request.name.clone());
        found.push(SystemImageRefusal::Form(taken));
    }
    found
}

//! Servers, volumes and file systems as vaults look at them.

use contract::cbr::protect::{self, Unfit};
use contract::cbr::rules::{TURBO_KIND, VOLUME_KIND};
use contract::model::Volume;
use contract::rules::{BARE_METAL_KIND, SERVER_KIND};
use contract::time::Timestamp;
use contract::vault::VaultRefusal;
use rusqlite::{OptionalExtension as _, Row};

use crate::csbs::servers::{Subject as Server, ZONE_WITHOUT_BACKUP};
use crate::refusal::{Outcome, Refusal};
use crate::turn::Turn;

/// A file system.
pub struct FileSystem {
    pub id: String,
    pub name: String,
    pub size_gb: i64,
    pub status: String,
    pub sub_status: String,
    pub zone: String,
}

/// What a resource is.
pub enum What {
    Server(Box<Server>),
    Volume(Box<Volume>),
    FileSystem(FileSystem),
}

/// A resource that a vault can hold.
pub struct Subject {
    /// Its id.
    pub id: String,
    /// The kind it was named with.
    pub kind: String,
    /// Itself.
    pub what: What,
    /// Volumes that are left out.
    pub excluded: Vec<String>,
}

const VOLUME: &str =
    "SELECT v.id, v.name, v.size_gb, v.status, v.bootable, v.multiattach, v.availability_zone,
     v.volume_type, v.service_type, v.scsi, v.encrypted, v.created_at FROM volumes v";

fn read_volume(row: &Row<'_>) -> rusqlite::Result<Volume> {
    let service: String = row.get(8)?;
    Ok(Volume {
        id: row.get(0)?,
        name: row.get(1)?,
        size_gb: row.get(2)?,
        status: row.get(3)?,
        bootable: row.get(4)?,
        shared: row.get(5)?,
        zone: row.get(6)?,
        kind: row.get(7)?,
        dedicated: matches!(service.as_str(), "DSS" | "DESS"),
        scsi: row.get(9)?,
        encrypted: row.get(10)?,
        attachments: Vec::new(),
        created_at: Some(Timestamp::from_micros(row.get(11)?)),
    })
}

/// A volume of the project, with the servers it is attached to.
pub fn volume(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Option<Volume>> {
    let found = turn
        .db
        .prepare_cached(&format!("{VOLUME} WHERE v.id = ?1 AND v.project_id = ?2"))?
        .query_row((id, project_id), read_volume)
        .optional()?;
    let Some(mut volume) = found else {
        return Ok(None);
    };
    volume.attachments = attachments(turn, id)?;
    Ok(Some(volume))
}

/// The servers a volume is attached to, and as what.
pub fn attachments(turn: &Turn<'_>, volume_id: &str) -> Outcome<Vec<(String, String)>> {
    let found = turn
        .db
        .prepare_cached(
            "SELECT server_id, device FROM attachments WHERE volume_id = ?1 ORDER BY server_id",
        )?
        .query_map([volume_id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// A file system of the project.
pub fn file_system(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Option<FileSystem>> {
    let found = turn
        .db
        .prepare_cached(
            "SELECT id, name, size_gb, status, sub_status, availability_zone FROM file_systems
             WHERE id = ?1 AND project_id = ?2",
        )?
        .query_row((id, project_id), |row| {
            Ok(FileSystem {
                id: row.get(0)?,
                name: row.get(1)?,
                size_gb: row.get(2)?,
                status: row.get(3)?,
                sub_status: row.get(4)?,
                zone: row.get(5)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// The resource with this kind and id; the refusal names the kind that is missing.
pub fn find(
    turn: &Turn<'_>,
    project_id: &str,
    kind: &str,
    id: &str,
    excluded: &[String],
) -> Outcome<Subject> {
    let what = match kind {
        SERVER_KIND | BARE_METAL_KIND => Server::find(turn, project_id, id)?
            .filter(|server| kind == SERVER_KIND || server.server.bare_metal)
            .map(|server| What::Server(Box::new(server))),
        VOLUME_KIND => volume(turn, project_id, id)?.map(|volume| What::Volume(Box::new(volume))),
        TURBO_KIND => file_system(turn, project_id, id)?.map(What::FileSystem),
        _ => None,
    };
    match what {
        Some(what) => Ok(Subject {
            id: id.to_owned(),
            kind: kind.to_owned(),
            what,
            excluded: excluded.to_vec(),
        }),
        None => Err(missing(kind, id).into()),
    }
}

/// There is no such resource.
pub fn missing(kind: &str, id: &str) -> Refusal {
    let (kind, id) = (kind.to_owned(), id.to_owned());
    VaultRefusal::Missing { kind, id }.into()
}

impl Subject {
    /// Its name.
    pub fn name(&self) -> &str {
        match &self.what {
            What::Server(server) => &server.server.name,
            What::Volume(volume) => &volume.name,
            What::FileSystem(files) => &files.name,
        }
    }

    /// Its zone.
    pub fn zone(&self) -> &str {
        match &self.what {
            What::Server(server) => &server.server.zone,
            What::Volume(volume) => &volume.zone,
            What::FileSystem(files) => &files.zone,
        }
    }

    /// Volumes of a server that are not left out.
    pub fn disks(&self) -> Vec<Volume> {
        match &self.what {
            What::Server(server) => {
                let kept = |volume: &&Volume| !self.excluded.contains(&volume.id);
                server.volumes.iter().filter(kept).cloned().collect()
            }
            _ => Vec::new(),
        }
    }

    /// GB, without what is left out.
    pub fn size_gb(&self) -> i64 {
        match &self.what {
            What::Server(_) => self.disks().iter().map(|volume| volume.size_gb).sum(),
            What::Volume(volume) => volume.size_gb,
            What::FileSystem(files) => files.size_gb,
        }
    }

    /// What is against backing it up now.
    pub fn unfit(&self, with_applications: bool) -> Vec<Unfit> {
        match &self.what {
            What::Server(server) => protect::of_server(
                &server.server,
                &self.disks(),
                self.kind == BARE_METAL_KIND,
                server.server.zone != ZONE_WITHOUT_BACKUP,
                with_applications,
            ),
            What::Volume(volume) => protect::of_volume(volume),
            What::FileSystem(files) => protect::of_file_system(&files.status, &files.sub_status),
        }
    }

    /// The first of these reasons as a refusal.
    pub fn refused(&self, unfit: &Unfit) -> Refusal {
        let noun = match &self.what {
            What::Server(_) => "Server",
            What::Volume(_) => "Volume",
            What::FileSystem(_) => "File system",
        };
        VaultRefusal::Unfit {
            noun,
            name: self.name().to_owned(),
            unfit: unfit.clone(),
        }
        .into()
    }
}

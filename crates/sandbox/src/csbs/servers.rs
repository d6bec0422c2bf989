//! Servers and their volumes as backups and restores look at them.

use contract::csbs::backups::BackupData;
use contract::model::{Attachment, Server, ServerStatus, Volume};
use contract::protect::{Candidate, ProtectRefusal, Running, refusals};
use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, Row};

use crate::refusal::Outcome;
use crate::turn::Turn;

/// The zone that has no backup service (CSBS.6027).
pub const ZONE_WITHOUT_BACKUP: &str = "eu-de-03";

/// A server with its attached volumes, the system disk first.
pub struct Subject {
    /// The server.
    pub server: Server,
    /// Its volumes.
    pub volumes: Vec<Volume>,
    /// `gold`, `private` …
    pub image_type: String,
    /// The region of its project.
    pub region: String,
}

impl Subject {
    /// A server of the project; `None` when there is none with this id.
    pub fn find(turn: &Turn<'_>, project_id: &str, server_id: &str) -> Outcome<Option<Self>> {
        let found = turn
            .db
            .prepare_cached(
                "SELECT s.id, s.name, s.description, s.status, s.task_state, s.availability_zone, s.flavor_id,
                     s.vcpus, s.ram_mb, s.os_type, s.kind, s.created_at, s.tags, s.image_type, p.region
                 FROM servers s JOIN projects p ON p.id = s.project_id
                 WHERE s.id = ?1 AND s.project_id = ?2",
            )?
            .query_row((server_id, project_id), |row| Ok(read(row)))
            .optional()?;
        let Some(subject) = found else {
            return Ok(None);
        };
        let mut subject = subject?;
        subject.fill_addresses(turn)?;
        subject.fill_volumes(turn)?;
        Ok(Some(subject))
    }

    fn fill_addresses(&mut self, turn: &Turn<'_>) -> Outcome<()> {
        let mut query = turn.db.prepare_cached(
            "SELECT address, kind FROM server_addresses WHERE server_id = ?1 ORDER BY network_id, address",
        )?;
        let mut rows = query.query([&self.server.id])?;
        while let Some(row) = rows.next()? {
            let address = row.get(0)?;
            match row.get_ref(1)?.as_str().unwrap_or_default() {
                "floating" => self.server.public_ips.push(address),
                _ => self.server.private_ips.push(address),
            }
        }
        Ok(())
    }

    fn fill_volumes(&mut self, turn: &Turn<'_>) -> Outcome<()> {
        let mut query = turn.db.prepare_cached(
            "SELECT v.id, v.name, v.size_gb, v.status, v.bootable, v.multiattach, v.availability_zone,
                 v.volume_type, v.service_type, v.scsi, v.encrypted, v.created_at, a.device, a.boot_index
             FROM attachments a JOIN volumes v ON v.id = a.volume_id
             WHERE a.server_id = ?1 ORDER BY a.boot_index <> 0, a.device",
        )?;
        let mut rows = query.query([&self.server.id])?;
        while let Some(row) = rows.next()? {
            let service: String = row.get(8)?;
            let volume = Volume {
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
                attachments: vec![(self.server.id.clone(), row.get(12)?)],
                created_at: Some(Timestamp::from_micros(row.get(11)?)),
            };
            self.server.attachments.push(Attachment {
                volume_id: volume.id.clone(),
                device: row.get(12)?,
                system: row.get::<_, i64>(13)? == 0,
            });
            self.volumes.push(volume);
        }
        Ok(())
    }

    /// Whether this volume is the server's system disk.
    pub fn is_system(&self, volume_id: &str) -> bool {
        let mut attachments = self.server.attachments.iter();
        attachments.any(|attachment| attachment.volume_id == volume_id && attachment.system)
    }

    /// What a backup keeps about the server.
    pub fn backup_data(&self) -> BackupData {
        let first = |addresses: &[String]| addresses.first().cloned().unwrap_or_default();
        BackupData {
            region: self.region.clone(),
            cloudservicetype: "server".to_owned(),
            // Flavours of this cloud bring no disk of their own.
            disk: Some(0),
            imagetype: self.image_type.clone(),
            ram: self.server.ram_mb,
            vcpus: self.server.vcpus,
            eip: first(&self.server.public_ips),
            private_ip: first(&self.server.private_ips),
        }
    }
}

fn read(row: &Row<'_>) -> Outcome<Subject> {
    let text_tags: Vec<String> = serde_json::from_str(&row.get::<_, String>(12)?)?;
    Ok(Subject {
        server: Server {
            id: row.get(0)?,
            name: row.get(1)?,
            description: row.get(2)?,
            status: ServerStatus::from_word(row.get_ref(3)?.as_str().unwrap_or_default()),
            task_state: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
            zone: row.get(5)?,
            flavor: row.get(6)?,
            vcpus: row.get(7)?,
            ram_mb: row.get(8)?,
            os_type: row.get(9)?,
            bare_metal: row.get_ref(10)?.as_str().unwrap_or_default() == "bms",
            private_ips: Vec::new(),
            public_ips: Vec::new(),
            attachments: Vec::new(),
            created_at: Some(Timestamp::from_micros(row.get(11)?)),
            tags: text_tags,
        },
        volumes: Vec::new(),
        image_type: row.get(13)?,
        region: row.get(14)?,
    })
}

/// The backup of this server that is being made: who began it, and until when.
pub fn running(turn: &Turn<'_>, server_id: &str) -> Outcome<Option<(Running, i64)>> {
    let found = turn
        .db
        .prepare_cached(
            "SELECT b.automatic, b.busy_until FROM sources s
             JOIN backups b ON b.source = s.no AND b.status = 'protecting'
             WHERE s.server_id = ?1 AND b.created_at >= ?2 ORDER BY b.busy_until DESC LIMIT 1",
        )?
        // The window keeps the search within an index; no backup takes as long.
        .query_row((server_id, turn.now.micros() - 4 * 86_400_000_000), |row| {
            let kind = if row.get(0)? {
                Running::Scheduled
            } else {
                Running::Manual
            };
            Ok((kind, row.get::<_, Option<i64>>(1)?.unwrap_or_default()))
        })
        .optional()?;
    Ok(found)
}

/// Why this server cannot be backed up now; `policy` where belonging to one is a reason.
pub fn protect_refusals(
    turn: &Turn<'_>,
    kind: &str,
    server_id: &str,
    subject: Option<&Subject>,
    policy: Option<&str>,
) -> Outcome<Vec<ProtectRefusal>> {
    let running = running(turn, server_id)?.map(|(kind, _)| kind);
    Ok(refusals(&candidate(kind, subject, policy, running)))
}

/// What there is to know about a server that somebody wants to back up.
pub fn candidate<'a>(
    kind: &'a str,
    subject: Option<&'a Subject>,
    policy: Option<&'a str>,
    running: Option<Running>,
) -> Candidate<'a> {
    Candidate {
        kind,
        server: subject.map(|subject| &subject.server),
        volumes: subject.map_or(&[], |subject| &subject.volumes),
        zone_served: subject.is_none_or(|subject| subject.server.zone != ZONE_WITHOUT_BACKUP),
        policy,
        running,
    }
}

/// Moves a server's volumes from one state to another; others are left alone.
pub fn move_volumes(turn: &Turn<'_>, server_id: &str, from: &str, to: &str) -> Outcome<()> {
    turn.db
        .prepare_cached(
            "UPDATE volumes SET status = ?3, updated_at = ?4
             WHERE status = ?2 AND id IN (SELECT volume_id FROM attachments WHERE server_id = ?1)",
        )?
        .execute((server_id, from, to, turn.now.micros()))?;
    Ok(())
}

//! What an image is made from: a backup of a server, of either generation, one's own or a shared one.

use contract::cbr::checkpoints::{CheckpointCreate, CheckpointParameters};
use contract::csbs::backups::Protect;
use contract::model::{Backup, Generation};
use contract::time::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use crate::cbr;
use crate::csbs::{backups, runs};
use crate::refusal::Outcome;
use crate::turn::Turn;

/// A backup and how it is kept for its image.
pub struct Source {
    /// As both generations are checked.
    pub backup: Backup,
    /// An image was made from it, or is being made.
    pub spoken_for: bool,
    /// When it will be there, if it is made for the image.
    pub ready: Option<Timestamp>,
    place: Place,
}

/// Where it is noted that a backup has an image.
enum Place {
    /// A backup of a server.
    Server(i64),
    /// A backup in a vault.
    Vault(i64),
    /// One that is shared with the project: the receiver's image.
    Share(i64),
}

impl Source {
    /// The backup with this id; of another generation only when there is none of the one asked for.
    pub fn find(
        turn: &Turn<'_>,
        project_id: &str,
        id: &str,
        generation: Generation,
    ) -> Outcome<Option<Self>> {
        let of_server = || Self::of_server(turn, project_id, id);
        let in_vault = || Self::in_vault(turn, project_id, id);
        Ok(match generation {
            Generation::Csbs => match of_server()? {
                Some(found) => Some(found),
                None => in_vault()?,
            },
            Generation::Cbr => match in_vault()? {
                Some(found) => Some(found),
                None => of_server()?,
            },
        })
    }

    fn of_server(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Option<Self>> {
        Ok(backups::find(turn, project_id, id)?.map(|stored| Self {
            backup: Backup::from(stored.item),
            spoken_for: stored.image_id.is_some(),
            ready: None,
            place: Place::Server(stored.seq),
        }))
    }

    fn in_vault(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Option<Self>> {
        let stored = match cbr::backups::visible(turn, project_id, id) {
            // A disk backup is found by its own id too; it is no backup of a server.
            Ok(stored) if stored.backup.id == id => stored,
            Ok(_) => return Ok(None),
            Err(failure) if failure.refusal().is_some() => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let tenant = turn.tenant(project_id)?;
        let mut backup = Backup::from(stored.backup);
        let place = match stored.tenant == tenant {
            true => Place::Vault(stored.seq),
            false => {
                let (no, image): (i64, Option<String>) = turn
                    .db
                    .prepare_cached(
                        "SELECT no, image_id FROM cbr_members WHERE backup = ?1 AND receiver = ?2",
                    )?
                    .query_row((stored.seq, tenant), |row| Ok((row.get(0)?, row.get(1)?)))?;
                // The owner's image is nothing to the receiver.
                backup.image_ids = image.into_iter().collect();
                Place::Share(no)
            }
        };
        let image = backup.image_ids.first();
        let being_made: bool = turn
            .db
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM images WHERE id = ?1 AND finished_at IS NULL)",
            )?
            .query_row([image], |row| row.get(0))?;
        if being_made {
            backup.image_ids.clear();
        }
        Ok(Some(Self {
            spoken_for: being_made,
            backup,
            ready: None,
            place,
        }))
    }

    /// Begins a backup of a server for the image; the image follows when it is there.
    pub fn back_up(
        turn: &Turn<'_>,
        project_id: &str,
        server_id: &str,
        vault_id: &str,
        generation: Generation,
    ) -> Outcome<Self> {
        let (found, until) = match generation {
            Generation::Csbs => {
                let checkpoint = runs::protect(turn, project_id, server_id, Protect::default())?;
                let (id, until): (String, Option<i64>) = turn
                    .db
                    .prepare_cached("SELECT id, busy_until FROM backups WHERE checkpoint_id = ?1")?
                    .query_row([&checkpoint.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
                (Self::of_server(turn, project_id, &id)?, until)
            }
            Generation::Cbr => {
                let wanted = CheckpointCreate {
                    vault_id: vault_id.to_owned(),
                    parameters: Some(CheckpointParameters {
                        resources: Some(vec![server_id.to_owned()]),
                        ..CheckpointParameters::default()
                    }),
                };
                let checkpoint = cbr::checkpoints::create(turn, project_id, &wanted)?;
                let (id, until): (String, Option<i64>) = turn
                    .db
                    .prepare_cached(
                        "SELECT id, busy_until FROM cbr_backups WHERE checkpoint_id = ?1",
                    )?
                    .query_row([&checkpoint.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
                (Self::in_vault(turn, project_id, &id)?, until)
            }
        };
        let mut source = found.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        source.ready = Some(until.map_or(turn.now, Timestamp::from_micros));
        Ok(source)
    }

    /// Notes the image on the backup.
    pub fn hold(&self, turn: &Turn<'_>, image_id: &str) -> Outcome<()> {
        let (table, key, no) = match self.place {
            Place::Server(seq) => ("backups", "seq", seq),
            Place::Vault(seq) => ("cbr_backups", "seq", seq),
            Place::Share(no) => ("cbr_members", "no", no),
        };
        turn.db
            .prepare_cached(&format!(
                "UPDATE {table} SET image_id = ?2 WHERE {key} = ?1"
            ))?
            .execute(params![no, image_id])?;
        Ok(())
    }
}

/// Whether a backup, wherever it is, has come to a good end.
pub fn is_usable(turn: &Turn<'_>, backup_id: &str) -> Outcome<bool> {
    let status: Option<String> = turn
        .db
        .prepare_cached(
            "SELECT status FROM backups WHERE id = ?1 UNION ALL SELECT status FROM cbr_backups WHERE id = ?1",
        )?
        .query_row([backup_id], |row| row.get(0))
        .optional()?;
    Ok(status.is_some_and(|status| status != "error"))
}

/// Whether this is a backup in a vault of the project.
pub fn is_in_a_vault(turn: &Turn<'_>, tenant: i64, backup_id: &str) -> Outcome<bool> {
    Ok(turn
        .db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM cbr_backups WHERE id = ?1 AND project = ?2)")?
        .query_row((backup_id, tenant), |row| row.get(0))?)
}

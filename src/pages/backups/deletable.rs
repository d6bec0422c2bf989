//! What the services would say to deleting backups, asked of their own checks before anything is sent: the same for
//! one and for many.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;

use contract::cbr::delete::{BackupDeletionFacts, deletion_refusal};
use contract::deletion::{DeletionFacts, refusals};
use contract::errors::lookup;
use contract::model::{Backup, BackupStatus, ResourceKind};

use crate::api::{Api, backups, both, members, protection};
use crate::data::store::{BackupStore, kind_of_word};

/// Shares are asked for backup by backup: of so many before they are deleted. Of the others the service says it.
const ASKED: usize = 40;

/// Why a backup cannot be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What holds for every backup refused so, with the code.
    pub reason: Reason,
    /// What the service would say about this one.
    sentence: String,
    status: u16,
}

/// A reason, and the service's code for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    pub text: &'static str,
    pub code: &'static str,
}

impl Refused {
    /// In one text, with the way out where the catalogue knows one.
    pub fn text(&self) -> String {
        let code = self.reason.code;
        match lookup(code, self.status) {
            Some(text) => format!("{} {} ({code})", self.sentence, text.remedy),
            None => format!("{} ({code})", self.sentence),
        }
    }
}

/// With how many projects a backup is shared, and whether one of them made an image from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Shares {
    projects: usize,
    imaged: bool,
}

/// What stands beside backups in vaults. What could not be asked is not known, and the service says it.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Names of the vaults that are locked, by id.
    locked: HashMap<String, String>,
    shares: HashMap<String, Shares>,
    /// So many may be shared without our knowing.
    pub unasked: usize,
}

impl Beside {
    /// Asks for the vaults, and whom these backups are shared with.
    pub async fn ask(api: Api, mut ids: Vec<String>) -> Self {
        let unasked = ids.len().saturating_sub(ASKED);
        ids.truncate(ASKED);
        let (held, shares) = both(protection(api), shares_of(api, &ids)).await;
        let vaults = held.map(|held| held.vaults).unwrap_or_default();
        let locked = vaults.into_iter().filter(|vault| vault.locked);
        Self {
            locked: locked.map(|vault| (vault.id, vault.name)).collect(),
            shares: shares.into_iter().collect(),
            unasked,
        }
    }
}

type Told = Vec<(String, Shares)>;

/// Asks for all of them at once.
fn shares_of(api: Api, ids: &[String]) -> Pin<Box<dyn Future<Output = Told> + '_>> {
    Box::pin(async move {
        match ids {
            [] => Vec::new(),
            [id] => match members(api, id).await {
                Ok(members) => vec![(
                    id.clone(),
                    Shares {
                        projects: members.len(),
                        imaged: members.iter().any(|member| !member.image_id.is_empty()),
                    },
                )],
                Err(_) => Vec::new(),
            },
            _ => {
                let (one, other) = ids.split_at(ids.len() / 2);
                let (mut told, more) = both(shares_of(api, one), shares_of(api, other)).await;
                told.extend(more);
                told
            }
        }
    })
}

/// Why a backup cannot be deleted; `together` is what was made with it in the older service, itself included.
fn refused(backup: &Backup, together: &[Backup], beside: &Beside) -> Option<Refused> {
    if let Some(vault) = &backup.in_vault {
        let shares = beside.shares.get(&backup.id).copied().unwrap_or_default();
        let facts = BackupDeletionFacts {
            locked: beside.locked.get(&vault.vault_id).map(String::as_str),
            shares: shares.projects,
            imaged_elsewhere: shares.imaged,
        };
        let found = deletion_refusal(backup, &facts)?;
        return Some(Refused {
            reason: Reason {
                text: found.reason(),
                code: found.code(),
            },
            sentence: found.to_string(),
            status: found.status(),
        });
    }
    let facts = DeletionFacts {
        checkpoint: together,
        elsewhere: &[],
        imaging: &[],
    };
    let found = refusals(std::slice::from_ref(&backup.id), &facts);
    let found = found.first()?;
    Some(Refused {
        reason: Reason {
            text: found.reason(),
            code: found.code(),
        },
        sentence: found.to_string(),
        status: found.status(),
    })
}

/// Asks about one backup; when nobody answers, the service will say it.
pub async fn ask_about(api: Api, backup: &Backup) -> Option<Refused> {
    if backup.in_vault.is_some() {
        let shareable = can_be_shared(&backup.resource()).then(|| backup.id.clone());
        let beside = Beside::ask(api, shareable.into_iter().collect()).await;
        return refused(backup, &[], &beside);
    }
    let together = backups(api, &[("checkpoint_id", &backup.checkpoint_id)]).await;
    refused(backup, &together.ok()?, &Beside::default())
}

/// Only backups of servers can be shared (cbr-v3 5.4).
fn can_be_shared(kind: &ResourceKind) -> bool {
    kind.is_server()
}

/// What deleting rows of the list comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    pub going: Vec<u32>,
    pub refused: BTreeMap<Reason, Vec<u32>>,
    /// Being deleted already.
    pub under_way: usize,
}

/// Everything of a row that decides; rows that agree in it are judged once.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    in_vault: bool,
    status: u32,
    has_image: bool,
    automatic: bool,
    vault: u32,
    shares: Shares,
    /// The states of what was made together with it.
    together: Vec<u32>,
}

/// The rows in vaults whose shares are to be asked for; nothing when no row is in a vault.
pub fn in_vaults(store: &BackupStore, rows: &[u32]) -> Option<Vec<String>> {
    let mut rows = rows.iter().filter(|row| store.in_vault(**row)).peekable();
    rows.peek()?;
    let shareable = rows.filter(|row| can_be_shared(&kind_of_word(store.kind.text(**row))));
    Some(shareable.map(|row| store.id(*row).to_owned()).collect())
}

/// Judges rows of the list by what is known of them.
pub fn judge(store: &BackupStore, rows: &[u32], beside: &Beside) -> Judged {
    let mates = mates(store, rows);
    let mut known: HashMap<Kind, Option<Reason>> = HashMap::new();
    let mut judged = Judged::default();
    for &row in rows {
        if matches!(
            store.status(row),
            BackupStatus::WaitingDelete | BackupStatus::Deleting
        ) {
            judged.under_way += 1;
            continue;
        }
        let alone = [row];
        let together = mates
            .get(store.checkpoint(row))
            .map_or(&alone[..], Vec::as_slice);
        let mut states: Vec<u32> = together
            .iter()
            .map(|mate| store.status.codes[*mate as usize])
            .collect();
        states.sort_unstable();
        states.dedup();
        let kind = Kind {
            in_vault: store.in_vault(row),
            status: store.status.codes[row as usize],
            has_image: store.has_image(row),
            automatic: store.automatic(row),
            vault: store.vault.codes[row as usize],
            shares: beside
                .shares
                .get(store.id(row))
                .copied()
                .unwrap_or_default(),
            together: states,
        };
        let reason = *known.entry(kind).or_insert_with(|| {
            let together: Vec<Backup> = together.iter().map(|mate| store.backup(*mate)).collect();
            refused(&store.backup(row), &together, beside).map(|refused| refused.reason)
        });
        match reason {
            None => judged.going.push(row),
            Some(reason) => judged.refused.entry(reason).or_default().push(row),
        }
    }
    judged
}

/// The rows of each checkpoint of the older service that one of `rows` is of.
fn mates<'a>(store: &'a BackupStore, rows: &[u32]) -> HashMap<&'a str, Vec<u32>> {
    let mut mates: HashMap<&str, Vec<u32>> = rows
        .iter()
        .filter(|row| !store.in_vault(**row))
        .map(|row| (store.checkpoint(*row), Vec::new()))
        .filter(|(checkpoint, _)| !checkpoint.is_empty())
        .collect();
    if mates.is_empty() {
        return mates;
    }
    for row in store.alive().iter() {
        let row = row as u32;
        if let Some(of) = mates.get_mut(store.checkpoint(row)) {
            of.push(row);
        }
    }
    mates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::row::Row;
    use contract::csbs::backups::CheckpointItem;
    use contract::model::InVault;

    fn backup(id: &str, status: &str) -> Backup {
        let mut backup = Backup::from(CheckpointItem::default());
        backup.id = id.into();
        backup.status = BackupStatus::from_word(status);
        backup
    }

    #[test]
    fn a_backup_stays_while_its_run_is_not_over() {
        let none = Beside::default();
        let over = [backup("a", "available"), backup("b", "error")];
        assert_eq!(refused(&over[0], &over, &none), None);
        let going_on = [backup("a", "available"), backup("b", "protecting")];
        let said = refused(&going_on[0], &going_on, &none)
            .expect("a refusal")
            .text();
        assert!(said.contains("still in progress"), "{said}");
        assert!(said.ends_with("(CSBS.2004)"), "{said}");
    }

    fn row(id: &str, status: &str, checkpoint: &str) -> Row {
        Row {
            id: id.into(),
            status: status.into(),
            checkpoint_id: checkpoint.into(),
            ..Row::default()
        }
    }

    fn in_vault(id: &str, automatic: bool) -> Row {
        let mut row = Row {
            in_vault: Some(InVault {
                vault_id: "v".into(),
                ..InVault::default()
            }),
            ..row(id, "available", "c3")
        };
        row.extend_info.auto_trigger = Some(automatic);
        row
    }

    #[test]
    fn each_of_many_is_judged_by_what_stands_beside_it() {
        let mut store = BackupStore::default();
        let mut imaged = row("imaged", "available", "c2");
        imaged.extend_info.os_images_data = vec![Default::default()];
        for row in [
            row("free", "available", "c1"),
            row("waits", "available", "c2"),
            row("runs", "protecting", "c2"),
            imaged,
            row("goes", "deleting", "c1"),
            in_vault("by-hand", false),
            in_vault("by-schedule", true),
            in_vault("shared", false),
        ] {
            store.upsert(&row, None);
        }
        let mut beside = Beside::default();
        beside.locked.insert("v".into(), "vault".into());
        let shares = Shares {
            projects: 1,
            imaged: false,
        };
        beside.shares.insert("shared".into(), shares);
        let rows: Vec<u32> = (0..8).collect();
        let judged = judge(&store, &rows, &beside);
        assert_eq!((judged.going, judged.under_way), (vec![0, 5], 1));
        let mut refused: Vec<(&str, Vec<u32>)> = judged
            .refused
            .into_iter()
            .map(|(reason, rows)| (reason.code, rows))
            .collect();
        refused.sort();
        assert_eq!(
            refused,
            [
                ("BackupService.6220", vec![6]),
                ("BackupService.6711", vec![7]),
                ("CSBS.2003", vec![2]),
                ("CSBS.2004", vec![1, 3]),
            ]
        );
        assert_eq!(
            in_vaults(&store, &rows),
            Some(vec![
                "by-hand".to_owned(),
                "by-schedule".to_owned(),
                "shared".to_owned()
            ])
        );
        assert_eq!(in_vaults(&store, &rows[..5]), None);
    }
}

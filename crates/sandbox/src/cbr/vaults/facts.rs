//! What the checks of `contract::vault` have to know, read from the store.

use contract::cbr::vaults::ResourceCreate;
use contract::model::Volume;
use contract::vault::{Candidate, Found, ServerFacts, Vault, VaultPolicy, VaultRefusal, Work};

use super::{Stored, all};
use crate::cbr::policies;
use crate::cbr::subjects::{self, Subject, What};
use crate::cbr::tasks;
use crate::csbs::servers::ZONE_WITHOUT_BACKUP;
use crate::refusal::{Failure, Outcome, Refusal};
use crate::turn::Turn;

/// Refuses with the first reason, if there is one.
pub fn refuse(found: Vec<VaultRefusal>) -> Outcome<()> {
    match found.into_iter().next() {
        Some(refusal) => Err(Refusal::from(refusal).into()),
        None => Ok(()),
    }
}

/// A vault as the checks know it.
pub fn of(stored: &Stored) -> Vault {
    stored.vault.clone().into()
}

/// Every vault of a project, the newest first.
pub fn vaults(turn: &Turn<'_>, tenant: i64) -> Outcome<Vec<Vault>> {
    Ok(all(turn, tenant)?.iter().map(of).collect())
}

/// What is going on in a vault.
pub fn work(turn: &Turn<'_>, vault_id: &str) -> Outcome<Vec<Work>> {
    let mut work = Vec::new();
    for (kind, words) in [
        (Work::Protecting, ["backup", "restore"]),
        (Work::Replicating, ["replication", "copy"]),
        (Work::Removing, ["remove_resource", "remove_resource"]),
    ] {
        if tasks::running(turn, vault_id, &words)? > 0 {
            work.push(kind);
        }
    }
    Ok(work)
}

/// A policy of the project; `None` when there is none with this id.
pub fn policy(turn: &Turn<'_>, project_id: &str, id: &str) -> Outcome<Option<VaultPolicy>> {
    match policies::stored(turn, project_id, id) {
        Ok(stored) => Ok(Some(stored.policy.into())),
        Err(Failure::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Resources that are asked for, as far as the project has them.
pub struct Candidates(Vec<Option<Subject>>);

impl Candidates {
    /// Looks each of them up.
    pub fn of(turn: &Turn<'_>, project_id: &str, wanted: &[ResourceCreate]) -> Outcome<Self> {
        let find = |resource: &ResourceCreate| match subjects::find(
            turn,
            project_id,
            &resource.kind,
            &resource.id,
            &[],
        ) {
            Ok(mut subject) => {
                attach(turn, &mut subject)?;
                Ok(Some(subject))
            }
            Err(Failure::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        };
        Ok(Self(wanted.iter().map(find).collect::<Outcome<_>>()?))
    }

    /// In the order of the request.
    pub fn all(&self) -> Vec<Candidate<'_>> {
        let subjects = self.0.iter();
        subjects
            .map(|subject| subject.as_ref().map(found))
            .collect()
    }
}

fn found(subject: &Subject) -> Found<'_> {
    match &subject.what {
        What::Server(_) => Found::Server(server(subject)),
        What::Volume(volume) => Found::Volume(volume),
        What::FileSystem(files) => Found::FileSystem {
            name: &files.name,
            status: &files.status,
            sub_status: &files.sub_status,
        },
    }
}

/// Servers as the rules of auto-bind look at them.
pub fn servers(subjects: &[Subject]) -> Vec<ServerFacts<'_>> {
    let servers = subjects.iter();
    servers
        .filter(|subject| matches!(subject.what, What::Server(_)))
        .map(server)
        .collect()
}

fn server(subject: &Subject) -> ServerFacts<'_> {
    let What::Server(known) = &subject.what else {
        unreachable!("only servers are looked at as servers");
    };
    ServerFacts {
        server: &known.server,
        volumes: &known.volumes,
        zone_served: known.server.zone != ZONE_WITHOUT_BACKUP,
    }
}

/// Shared volumes name every server they are attached to.
pub fn attach(turn: &Turn<'_>, subject: &mut Subject) -> Outcome<()> {
    let What::Server(known) = &mut subject.what else {
        return Ok(());
    };
    for volume in known
        .volumes
        .iter_mut()
        .filter(|volume: &&mut Volume| volume.shared)
    {
        volume.attachments = subjects::attachments(turn, &volume.id)?;
    }
    Ok(())
}

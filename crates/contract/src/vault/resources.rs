//! Whether resources can be put into a vault, taken out, moved or left out (cbr-v3 5.1, 6 to 9).

use super::change::{busy, unusable};
use super::{Protects, Vault, VaultRefusal, Work};
use crate::cbr::protect::{Unfit, of_file_system, of_server, of_volume};
use crate::cbr::rules::{MAX_RESOURCES, SIZES, TURBO_KIND, VOLUME_KIND};
use crate::cbr::vaults::{ResourceCreate, ResourcesMigrate, ResourcesSet};
use crate::model::{Server, Volume};
use crate::rules::{BARE_METAL_KIND, Broken, SERVER_KIND};

/// What is known of a resource that somebody wants to put into a vault.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// A server.
    Server(ServerFacts<'a>),
    /// A volume.
    Volume(&'a Volume),
    /// A file system.
    FileSystem {
        /// Name.
        name: &'a str,
        /// State, the service's word.
        status: &'a str,
        /// What is being done with it; empty when nothing is.
        sub_status: &'a str,
    },
}

/// A server with what matters for its backups.
#[derive(Clone, Copy, Debug)]
pub struct ServerFacts<'a> {
    /// The server.
    pub server: &'a Server,
    /// Its volumes, shared ones with every server they are attached to.
    pub volumes: &'a [Volume],
    /// Whether its zone has the backup service; `true` where nobody knows.
    pub zone_served: bool,
}

/// A resource by its id; `None` when the project has none with it.
pub type Candidate<'a> = Option<Found<'a>>;

impl ServerFacts<'_> {
    /// Its volumes without those that are left out.
    pub fn disks(&self, excluded: &[String]) -> Vec<Volume> {
        let kept = |volume: &&Volume| !excluded.contains(&volume.id);
        self.volumes.iter().filter(kept).cloned().collect()
    }

    fn unfit(&self, excluded: &[String], as_bare_metal: bool) -> Vec<Unfit> {
        let disks = self.disks(excluded);
        of_server(self.server, &disks, as_bare_metal, self.zone_served, false)
    }

    /// The first thing that keeps it out of a vault for good; what waiting may help does not.
    pub(super) fn refusal(
        &self,
        vault: &str,
        excluded: &[String],
        as_bare_metal: bool,
        vaults: &[Vault],
    ) -> Option<VaultRefusal> {
        let unfit = self.unfit(excluded, as_bare_metal).into_iter();
        unfit
            .filter(|unfit| !unfit.passes())
            .map(|unfit| VaultRefusal::Unfit {
                noun: "Server",
                name: self.server.name.clone(),
                unfit,
            })
            .next()
            .or_else(|| self.shared_elsewhere(vault, excluded, vaults))
    }

    /// A shared volume is backed up in one vault: all its servers have to be there.
    fn shared_elsewhere(
        &self,
        vault: &str,
        excluded: &[String],
        vaults: &[Vault],
    ) -> Option<VaultRefusal> {
        let own = &self.server.id;
        let disks = self.disks(excluded);
        let shared = disks.iter().filter(|volume| volume.shared);
        shared
            .flat_map(|volume| volume.attachments.iter().map(move |(id, _)| (volume, id)))
            .filter(|(_, id)| *id != own)
            .find_map(|(volume, id)| {
                let others = vaults.iter().filter(|other| other.id != vault);
                let (member, other) = others
                    .flat_map(|other| Some((other.member(id)?, other)))
                    .next()?;
                (!member.excluded.contains(&volume.id)).then(|| VaultRefusal::SharedElsewhere {
                    volume: volume.name.clone(),
                    server: member.title().to_owned(),
                    vault: other.name.clone(),
                })
            })
    }
}

impl Found<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Server(facts) => &facts.server.name,
            Self::Volume(volume) => &volume.name,
            Self::FileSystem { name, .. } => name,
        }
    }

    /// Whether it may be named with this kind; a bare-metal server may be named as either.
    fn goes_as(&self, kind: &str) -> bool {
        match self {
            Self::Server(facts) => {
                kind == SERVER_KIND || (kind == BARE_METAL_KIND && facts.server.bare_metal)
            }
            Self::Volume(_) => kind == VOLUME_KIND,
            Self::FileSystem { .. } => kind == TURBO_KIND,
        }
    }

    /// The first thing that keeps it out of a vault for good.
    fn refusal(
        &self,
        wanted: &ResourceCreate,
        excluded: &[String],
        vault: &str,
        vaults: &[Vault],
    ) -> Option<VaultRefusal> {
        let (noun, unfit) = match self {
            Self::Server(facts) => {
                let as_bare_metal = wanted.kind == BARE_METAL_KIND;
                return facts.refusal(vault, excluded, as_bare_metal, vaults);
            }
            Self::Volume(volume) => ("Volume", of_volume(volume)),
            Self::FileSystem {
                status, sub_status, ..
            } => ("File system", of_file_system(status, sub_status)),
        };
        let unfit = unfit.into_iter().find(|unfit| !unfit.passes())?;
        Some(VaultRefusal::Unfit {
            noun,
            name: self.name().to_owned(),
            unfit,
        })
    }
}

fn length_refusal(count: usize, field: &str) -> Option<VaultRefusal> {
    let rule = match count {
        0 => Broken::Empty,
        1..=MAX_RESOURCES => return None,
        _ => Broken::TooMany {
            count,
            limit: MAX_RESOURCES,
            what: "resources",
        },
    };
    Some(VaultRefusal::invalid(field, rule))
}

/// Everything that keeps resources from being put into a vault, all or none; `candidates` are what
/// is known of each, in their order, `vaults` all of the project.
pub fn add_refusals(
    id: &str,
    wanted: &[ResourceCreate],
    candidates: &[Candidate<'_>],
    vault: Option<&Vault>,
    vaults: &[Vault],
) -> Vec<VaultRefusal> {
    let Some(vault) = vault else {
        return vec![VaultRefusal::NoVault(id.to_owned())];
    };
    let mut found: Vec<_> = length_refusal(wanted.len(), "resources")
        .into_iter()
        .chain(unusable(vault))
        .collect();
    found.extend(put_in_refusals(
        vault,
        wanted,
        candidates,
        vaults,
        "resources",
    ));
    found
}

/// The same for a vault that is being made, whose list of resources may be empty.
pub fn put_in_refusals(
    vault: &Vault,
    wanted: &[ResourceCreate],
    candidates: &[Candidate<'_>],
    vaults: &[Vault],
    field: &str,
) -> Vec<VaultRefusal> {
    let mut found = Vec::new();
    if vault.protects == Protects::Replication && !wanted.is_empty() {
        found.push(VaultRefusal::ReplicasOnly(vault.name.clone()));
    }
    let total = vault.members.len() + wanted.len();
    if total > MAX_RESOURCES {
        found.push(VaultRefusal::TooManyResources {
            vault: vault.name.clone(),
            total,
        });
    }
    for (n, resource) in wanted.iter().enumerate() {
        if wanted[..n].iter().any(|earlier| earlier.id == resource.id) {
            found.push(VaultRefusal::Twice {
                field: field.to_owned(),
                id: resource.id.clone(),
            });
        }
        let candidate = candidates.get(n).copied().flatten();
        let refusal = one_refusal(vault, resource, candidate, vaults, &format!("{field}[{n}]"));
        found.extend(refusal);
    }
    if !wanted.is_empty() && vault.free_mb() <= 0 && !vault.auto_expand {
        found.push(VaultRefusal::Full(vault.name.clone()));
    }
    found
}

/// The first thing that keeps one resource out of a vault.
fn one_refusal(
    vault: &Vault,
    wanted: &ResourceCreate,
    candidate: Candidate<'_>,
    vaults: &[Vault],
    field: &str,
) -> Option<VaultRefusal> {
    let length = wanted.name.as_deref().unwrap_or_default().chars().count();
    if length > 255 {
        let rule = Broken::TooLong { length, limit: 255 };
        return Some(VaultRefusal::invalid(format!("{field}.name"), rule));
    }
    let object = vault.object();
    if object.is_none_or(|object| !object.kinds().contains(&wanted.kind.as_str())) {
        return Some(VaultRefusal::Kind {
            id: wanted.id.clone(),
            kind: wanted.kind.clone(),
            vault: vault.name.clone(),
            holds: object,
        });
    }
    let Some(resource) = candidate.filter(|found| found.goes_as(&wanted.kind)) else {
        return Some(VaultRefusal::Missing {
            kind: wanted.kind.clone(),
            id: wanted.id.clone(),
        });
    };
    let extra = wanted.extra_info.as_ref();
    let excluded = extra
        .and_then(|extra| extra.exclude_volumes.as_deref())
        .unwrap_or_default();
    if let Found::Server(facts) = resource
        && let Some(stranger) = excluded
            .iter()
            .find(|id| facts.volumes.iter().all(|volume| volume.id != **id))
    {
        let rule = format!("volume {stranger} is not attached to {}", resource.name());
        return Some(VaultRefusal::invalid("extra_info.exclude_volumes", rule));
    }
    let name = resource.name().to_owned();
    if let Some(other) = vaults
        .iter()
        .find(|other| other.member(&wanted.id).is_some())
    {
        return Some(if other.id == vault.id {
            let server = matches!(resource, Found::Server(_));
            VaultRefusal::Inside { server, name }
        } else {
            VaultRefusal::Elsewhere {
                name,
                vault: other.name.clone(),
            }
        });
    }
    resource.refusal(wanted, excluded, &vault.id, vaults)
}

fn stranger_refusal(vault: &Vault, ids: &[String]) -> Option<VaultRefusal> {
    let stranger = ids.iter().find(|id| vault.member(id).is_none())?;
    Some(VaultRefusal::NotInside {
        id: stranger.clone(),
        vault: vault.name.clone(),
    })
}

/// What is known when somebody wants to take resources out of a vault.
#[derive(Clone, Copy, Debug)]
pub struct RemoveFacts<'a> {
    /// The vault; `None` when there is none with this id.
    pub vault: Option<&'a Vault>,
    /// What is going on in it.
    pub work: &'a [Work],
    /// Resources with backups that cannot be deleted: an image was made from one, or a schedule made
    /// one and the vault is locked.
    pub kept: &'a [String],
}

/// Everything that keeps resources, and with them their backups in the vault, from being taken out.
pub fn remove_refusals(id: &str, ids: &[String], facts: &RemoveFacts<'_>) -> Vec<VaultRefusal> {
    let Some(vault) = facts.vault else {
        return vec![VaultRefusal::NoVault(id.to_owned())];
    };
    let mut found: Vec<_> = length_refusal(ids.len(), "resource_ids")
        .into_iter()
        .chain(stranger_refusal(vault, ids))
        .chain(busy(vault, facts.work))
        .collect();
    let kept = ids.iter().filter(|id| facts.kept.contains(id));
    found.extend(kept.map(|id| {
        VaultRefusal::Kept {
            name: vault
                .member(id)
                .map_or(id.as_str(), |member| member.title())
                .to_owned(),
            vault: vault.name.clone(),
        }
    }));
    found
}

/// What is known when somebody wants to move resources to another vault.
#[derive(Clone, Copy, Debug)]
pub struct MigrateFacts<'a> {
    /// The vault they are in; `None` when there is none with this id.
    pub vault: Option<&'a Vault>,
    /// What is going on in it.
    pub work: &'a [Work],
    /// The vault they shall go to; `None` when the project has none with this id.
    pub target: Option<&'a Vault>,
    /// What is going on there.
    pub target_work: &'a [Work],
}

/// Everything that keeps resources and their backups from being moved to another vault.
pub fn migrate_refusals(
    id: &str,
    wanted: &ResourcesMigrate,
    facts: &MigrateFacts<'_>,
) -> Vec<VaultRefusal> {
    let Some(vault) = facts.vault else {
        return vec![VaultRefusal::NoVault(id.to_owned())];
    };
    let ids = &wanted.resource_ids;
    let mut found: Vec<_> = length_refusal(ids.len(), "resource_ids")
        .into_iter()
        .collect();
    let Some(target) = facts.target else {
        found.push(VaultRefusal::NoTarget(wanted.destination_vault_id.clone()));
        return found;
    };
    if target.id == vault.id {
        let rule = "is the vault the resources are in";
        found.push(VaultRefusal::invalid("destination_vault_id", rule));
        return found;
    }
    found.extend(stranger_refusal(vault, ids));
    found.extend(busy(vault, facts.work));
    found.extend(busy(target, facts.target_work));
    found.extend(unusable(target));
    let kind = |vault: &Vault| {
        (
            vault.object_word.clone(),
            vault.protects.clone(),
            vault.with_applications,
        )
    };
    if kind(target) != kind(vault) {
        found.push(VaultRefusal::OtherKind {
            target: (target.name.clone(), target.spec()),
            source: (vault.name.clone(), vault.spec()),
        });
    }
    let total = target.members.len() + ids.len();
    if total > MAX_RESOURCES {
        found.push(VaultRefusal::TooManyResources {
            vault: target.name.clone(),
            total,
        });
    }
    let moved_mb = vault
        .members
        .iter()
        .filter(|member| ids.contains(&member.id))
        .map(|member| member.backup_mb)
        .sum();
    if target.size_for(moved_mb).is_none() {
        found.push(VaultRefusal::NoRoom {
            target: target.name.clone(),
            free_mb: target.free_mb(),
            moved_mb,
        });
    }
    found
}

/// Everything that keeps resources from being left out of scheduled backups, or taken in again.
pub fn set_refusals(id: &str, wanted: &ResourcesSet, vault: Option<&Vault>) -> Vec<VaultRefusal> {
    let Some(vault) = vault else {
        return vec![VaultRefusal::NoVault(id.to_owned())];
    };
    let mut found = Vec::new();
    if !matches!(wanted.action.as_str(), "suspend" | "unsuspend") {
        let rule = format!("`{}` is neither suspend nor unsuspend", wanted.action);
        found.push(VaultRefusal::invalid("action", rule));
    }
    found.extend(length_refusal(wanted.resource_ids.len(), "resource_ids"));
    found.extend(stranger_refusal(vault, &wanted.resource_ids));
    found
}

impl Vault {
    /// GB the vault has once so many MB more were put in: its own size while they fit, a larger one
    /// when it grows by itself, by a tenth at least, so that it does not grow with every backup.
    /// `None` when they do not fit.
    pub fn size_for(&self, mb: i64) -> Option<i64> {
        let needed = self.used_mb + mb;
        if needed <= self.capacity_mb() {
            return Some(self.size_gb);
        }
        let grown = (self.size_gb + (self.size_gb + 9) / 10).max((needed + 1023) / 1024);
        (self.auto_expand && grown <= SIZES.1).then_some(grown)
    }
}

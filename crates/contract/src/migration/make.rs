//! `Present` → `Plan`.

use std::collections::{HashMap, HashSet};

use crate::cbr::protect::of_server;
use crate::cbr::rules::{MAX_NAME, MAX_POLICIES, MAX_TAGS, MAX_VAULTS, ShortName};
use crate::cbr::vaults::{ResourceCreate, Vault};
use crate::model::{Policy, Server, Tag, Volume};
use crate::rules::{SERVER_KIND, tag_key, tag_value};

use super::loss::{LeftOut, Loss, LossKind, Object};
use super::policy::{convert, short_name};
use super::{Basis, DEFAULT_VAULT, Kept, KeptImage, KeptState, Plan, PlannedVault, Present, Size};

/// What the project becomes.
pub fn plan(present: &Present) -> Plan {
    let mut making = Making::new(present);
    for policy in &present.policies {
        making.take_policy(policy);
    }
    making.take_rest();
    making.judge_whole();
    let Making {
        mut plan, losses, ..
    } = making;
    plan.losses = losses;
    plan.losses.sort_by_key(Loss::weight);
    plan
}

/// Where a server is backed up: in a vault that is there, or in a planned one by its position.
#[derive(Clone, Copy)]
enum Place<'a> {
    There(&'a Vault),
    Planned(usize),
}

struct Making<'a> {
    present: &'a Present,
    servers: HashMap<&'a str, &'a Server>,
    volumes: HashMap<&'a str, &'a Volume>,
    /// Backups that move, by the policy that made them and still exists.
    moving: HashMap<Option<&'a str>, Vec<&'a Kept>>,
    places: HashMap<&'a str, Place<'a>>,
    plan: Plan,
    losses: Vec<Loss>,
}

fn objects<'a>(kept: impl IntoIterator<Item = &'a Kept>) -> Vec<Object> {
    kept.into_iter()
        .map(|kept| Object::new(&kept.id, &kept.name))
        .collect()
}

impl<'a> Making<'a> {
    fn new(present: &'a Present) -> Self {
        let known: HashSet<&str> = present.policies.iter().map(|p| p.id.as_str()).collect();
        let mut moving: HashMap<Option<&str>, Vec<&Kept>> = HashMap::new();
        for kept in present.backups.iter().filter(|kept| kept.moves()) {
            let policy = kept.policy.as_deref().filter(|id| known.contains(id));
            let policy = policy.filter(|_| !kept.replica);
            moving.entry(policy).or_default().push(kept);
        }
        let resources = present
            .vaults
            .iter()
            .flat_map(|vault| vault.resources.iter().map(move |held| (held, vault)));
        Self {
            present,
            servers: present
                .servers
                .iter()
                .map(|server| (server.id.as_str(), server))
                .collect(),
            volumes: present
                .volumes
                .iter()
                .map(|volume| (volume.id.as_str(), volume))
                .collect(),
            moving,
            places: resources
                .map(|(held, vault)| (held.id.as_str(), Place::There(vault)))
                .collect(),
            plan: Plan {
                spare_percent: present.spare_percent,
                ..Plan::default()
            },
            losses: Vec::new(),
        }
    }

    /// A policy, and its vault where it gets one.
    fn take_policy(&mut self, policy: &'a Policy) {
        let object = Object::new(&policy.id, &policy.name);
        let (planned, losses) = convert(policy);
        let losses = losses.into_iter().map(|kind| Loss::of(&object, kind));
        self.losses.extend(losses);
        let moving = self
            .moving
            .remove(&Some(policy.id.as_str()))
            .unwrap_or_default();
        let applied = planned.is_some();
        self.plan.policies.extend(planned);
        if moving.is_empty() && (!policy.enabled || policy.servers.is_empty()) {
            self.without_vault(policy, &object);
            return;
        }
        let at = self.plan.vaults.len();
        let (servers, disks_gb) = self.take_servers(policy, &object, at);
        let tags = self.take_tags(policy, &object);
        let basis = match moving.as_slice() {
            [] => Basis::Disks {
                servers: servers.len(),
                gb: disks_gb,
            },
            moving => backups_basis(moving),
        };
        let size = Size::of(basis, self.present.spare_percent);
        if size.gb < disks_gb {
            let small = LossKind::SmallVault {
                gb: size.gb,
                disks_gb,
            };
            self.losses.push(Loss::of(&object, small));
        }
        self.plan.vaults.push(PlannedVault {
            name: short_name(&policy.name),
            from: Some(object),
            applied,
            replicas: false,
            size,
            servers,
            backups: moving.iter().map(|kept| kept.id.clone()).collect(),
            tags,
        });
    }

    fn without_vault(&mut self, policy: &Policy, object: &Object) {
        if !policy.servers.is_empty() {
            let servers = policy.servers.len();
            self.losses
                .push(Loss::of(object, LossKind::NoVault { servers }));
        }
        if !policy.tags.is_empty() {
            let tags = LossKind::PolicyTags(policy.tags.clone());
            self.losses.push(Loss::of(object, tags));
        }
    }

    /// The servers that go into the vault at this position, and the GB of their disks.
    fn take_servers(
        &mut self,
        policy: &'a Policy,
        object: &Object,
        at: usize,
    ) -> (Vec<ResourceCreate>, i64) {
        let (mut taken, mut gb) = (Vec::new(), 0);
        for listed in &policy.servers {
            match self.against(&listed.id, at) {
                Some(why) => {
                    let name = self
                        .servers
                        .get(listed.id.as_str())
                        .map_or(&listed.name, |server| &server.name);
                    let server = Object::new(&listed.id, name);
                    self.losses
                        .push(Loss::of(object, LossKind::ServerLeftOut { server, why }));
                }
                None => {
                    let server = self.servers[listed.id.as_str()];
                    let volumes = self.volumes_of(server);
                    gb += volumes.iter().map(|volume| volume.size_gb).sum::<i64>();
                    self.places.insert(&server.id, Place::Planned(at));
                    taken.push(ResourceCreate {
                        id: server.id.clone(),
                        kind: SERVER_KIND.to_owned(),
                        name: Some(server.name.chars().take(255).collect()),
                        extra_info: None,
                    });
                }
            }
        }
        (taken, gb)
    }

    /// What keeps a server out of the vault at this position.
    fn against(&self, server: &str, at: usize) -> Option<LeftOut> {
        let Some(server) = self.servers.get(server) else {
            return Some(LeftOut::Gone);
        };
        match self.places.get(server.id.as_str()) {
            Some(Place::There(vault)) => return Some(LeftOut::InVault(vault.name.clone())),
            Some(Place::Planned(other)) => {
                let name = self.planned_name(*other);
                return Some(LeftOut::OtherPolicy(name));
            }
            None => {}
        }
        let volumes = self.volumes_of(server);
        let served = !self.present.unserved.contains(&server.id);
        let owned: Vec<Volume> = volumes.iter().map(|volume| (*volume).clone()).collect();
        let unfit = of_server(server, &owned, false, served, false);
        if let Some(unfit) = unfit.into_iter().find(|unfit| !unfit.passes()) {
            return Some(LeftOut::Unfit(unfit));
        }
        let shared = volumes.iter().filter(|volume| volume.shared);
        for volume in shared {
            let others = volume.attachments.iter().map(|(id, _)| id.as_str());
            for other in others.filter(|id| *id != server.id) {
                let vault = match self.places.get(other) {
                    Some(Place::There(vault)) if !leaves_out(vault, other, &volume.id) => {
                        vault.name.clone()
                    }
                    Some(Place::Planned(other)) if *other != at => self.planned_name(*other),
                    _ => continue,
                };
                return Some(LeftOut::SharedVolume {
                    volume: volume.name.clone(),
                    vault,
                });
            }
        }
        None
    }

    /// The name of a planned vault; the one that is being put together is named after its policy.
    fn planned_name(&self, at: usize) -> String {
        let planned = self.plan.vaults.get(at).map(|vault| &vault.name);
        planned.map_or_else(
            || "the same one".to_owned(),
            |name| name.as_str().to_owned(),
        )
    }

    fn volumes_of(&self, server: &Server) -> Vec<&'a Volume> {
        let attached = server.attachments.iter();
        attached
            .filter_map(|attachment| self.volumes.get(attachment.volume_id.as_str()).copied())
            .collect()
    }

    /// The tags of a policy that its vault takes.
    fn take_tags(&mut self, policy: &Policy, object: &Object) -> Vec<Tag> {
        let (mut taken, mut bad): (Vec<Tag>, Vec<Tag>) = (Vec::new(), Vec::new());
        for tag in &policy.tags {
            match (tag_key(&tag.key), tag_value(&tag.value)) {
                (Ok(key), Ok(value))
                    if taken.len() < MAX_TAGS && taken.iter().all(|known| known.key != key) =>
                {
                    taken.push(Tag { key, value });
                }
                _ => bad.push(tag.clone()),
            }
        }
        if !bad.is_empty() {
            self.losses.push(Loss::of(object, LossKind::BadTags(bad)));
        }
        taken
    }

    /// Backups of no policy that still exists, and replicas.
    fn take_rest(&mut self) {
        let rest = self.moving.remove(&None).unwrap_or_default();
        let (replicas, backups): (Vec<&Kept>, Vec<&Kept>) =
            rest.into_iter().partition(|kept| kept.replica);
        let orphans = objects(backups.iter().copied().filter(|kept| kept.automatic));
        if !orphans.is_empty() {
            self.losses
                .push(Loss::of_project(LossKind::Orphans(orphans)));
        }
        let (of_backups, of_replicas) = (backups.len(), replicas.len());
        self.default_vault(
            &backups,
            false,
            LossKind::DefaultVault { count: of_backups },
        );
        self.default_vault(&replicas, true, LossKind::Replicas { count: of_replicas });
    }

    fn default_vault(&mut self, moving: &[&Kept], replicas: bool, note: LossKind) {
        if moving.is_empty() {
            return;
        }
        self.losses.push(Loss::of_project(note));
        self.plan.vaults.push(PlannedVault {
            name: short_name(DEFAULT_VAULT),
            from: None,
            applied: false,
            replicas,
            size: Size::of(backups_basis(moving), self.present.spare_percent),
            servers: Vec::new(),
            backups: moving.iter().map(|kept| kept.id.clone()).collect(),
            tags: Vec::new(),
        });
    }

    /// What concerns the project as a whole.
    fn judge_whole(&mut self) {
        let all = &self.present.backups;
        let those = |wanted: &dyn Fn(&&Kept) -> bool| objects(all.iter().filter(wanted));
        let usable = |kept: &&Kept| kept.state == KeptState::Usable;
        let lists = [
            LossKind::Busy(those(&|kept| kept.state == KeptState::Busy)),
            LossKind::TaggedImages(those(&|kept| {
                usable(kept) && kept.image == KeptImage::Tagged
            })),
            LossKind::FailedBackups(those(&|kept| kept.state == KeptState::Failed)),
            LossKind::BackupTags(those(&|kept| kept.moves() && kept.tags > 0)),
            LossKind::BackupNames(those(&|kept| {
                kept.moves() && kept.name.chars().count() > MAX_NAME
            })),
        ];
        for kind in lists {
            let loss = Loss::of_project(kind);
            if !loss.backups().is_empty() {
                self.losses.push(loss);
            }
        }
        let (present, coming) = (self.present.known_policies.len(), self.plan.policies.len());
        if coming > 0 && present + coming > MAX_POLICIES {
            let kind = LossKind::TooManyPolicies { present, coming };
            self.losses.push(Loss::of_project(kind));
        }
        let (present, coming) = (self.present.vaults.len(), self.plan.vaults.len());
        if coming > 0 && present + coming > MAX_VAULTS {
            let kind = LossKind::TooManyVaults { present, coming };
            self.losses.push(Loss::of_project(kind));
        }
        self.judge_names();
    }

    /// Names that do not say which one is meant.
    fn judge_names(&mut self) {
        let there = self.present.vaults.iter().map(|vault| vault.name.as_str());
        let made = self.plan.vaults.iter().map(|vault| vault.name.as_str());
        for name in repeated(there, made) {
            let kind = LossKind::SameVaultName { name };
            self.losses.push(Loss::of_project(kind));
        }
        let there = self.present.known_policies.iter().map(String::as_str);
        let made = self.plan.policies.iter();
        let made = made.map(|policy| ShortName::as_str(&policy.create.name));
        for name in repeated(there, made) {
            let kind = LossKind::SamePolicyName { name };
            self.losses.push(Loss::of_project(kind));
        }
    }
}

/// Names that are made although they are there, or made twice; each once.
fn repeated<'n>(
    there: impl Iterator<Item = &'n str>,
    made: impl Iterator<Item = &'n str>,
) -> Vec<String> {
    let mut seen: HashSet<&str> = there.collect();
    let mut repeated: Vec<String> = Vec::new();
    for name in made {
        if !seen.insert(name) && repeated.iter().all(|known| known != name) {
            repeated.push(name.to_owned());
        }
    }
    repeated
}

fn backups_basis(moving: &[&Kept]) -> Basis {
    Basis::Backups {
        count: moving.len(),
        mb: moving.iter().map(|kept| kept.size_mb).sum(),
    }
}

/// Whether a vault leaves a volume out of the backups of a server.
fn leaves_out(vault: &Vault, server: &str, volume: &str) -> bool {
    let held = vault.resources.iter().find(|held| held.id == server);
    held.and_then(|held| held.extra_info.get("exclude_volumes")?.as_array())
        .is_some_and(|excluded| excluded.iter().any(|id| id.as_str() == Some(volume)))
}

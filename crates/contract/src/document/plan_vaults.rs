//! The steps of a policy of vaults: off the vaults it leaves, the policy itself, onto those it gets.

use super::deed::Deed;
use super::judge::Flaw;
use super::plan::{Kind, Making, Reason, Step, Wanted};
use super::world::id_to_be;
use super::{VaultText, World};
use crate::model::{Policy, PolicyKind, PolicyVault};

/// A vault of a policy in the document, as far as it is clear which one is meant.
pub(super) struct Link {
    vault: PolicyVault,
    /// What it is called, for sentences.
    name: String,
    flaw: Option<Flaw>,
}

/// A vault, and whether a policy of the document shall make copies or backups of what it holds.
pub(super) type Claim = (String, &'static str);

/// What a vault is called.
fn called(world: &World, id: &str) -> String {
    let known = world.vaults.iter();
    let targets = world
        .targets
        .iter()
        .filter_map(|there| there.vaults.as_ref());
    let mut known = known.chain(targets.flatten());
    let found = known.find(|vault| vault.id == id);
    found.map_or_else(|| id.to_owned(), |vault| vault.name.clone())
}

impl Link {
    /// The vault that is meant: by its id, or else by a name that only one has.
    pub fn of(text: &VaultText, world: &World) -> Self {
        let link = |id: &str, flaw| Self {
            vault: PolicyVault {
                id: id.to_owned(),
                destination_id: text.copies_to.clone(),
            },
            name: match (world.vault(id), text.name.as_str()) {
                (Some(vault), _) => vault.name.clone(),
                (None, "") => id.to_owned(),
                (None, name) => name.to_owned(),
            },
            flaw,
        };
        if !text.id.is_empty() {
            return link(&text.id, None);
        }
        let named = world.vaults.iter().filter(|vault| vault.name == text.name);
        let alike: Vec<&str> = named.map(|vault| vault.id.as_str()).collect();
        match alike.as_slice() {
            [one] => link(one, None),
            [] => link("", Some(Flaw::NoVaultNamed(text.name.clone()))),
            many => {
                let flaw = Flaw::SeveralVaultsNamed(text.name.clone(), many.len());
                link("", Some(flaw))
            }
        }
    }
}

impl Wanted {
    /// The vaults that the document gives to this policy.
    pub fn claims(&self) -> Vec<Claim> {
        let links = self.links.iter().flatten();
        let claim = |link: &Link| (link.vault.id.clone(), self.policy.kind.as_str());
        links.map(claim).collect()
    }
}

impl Making {
    /// All steps of a policy of vaults; `claims` are those of all policies of the document.
    pub fn of_vaults(&mut self, mut wanted: Wanted, own: Option<&str>, claims: &[Claim]) {
        let first = self.plan.steps.len();
        let links = wanted.links.take();
        let flawed = !wanted.flaws.is_empty();
        let before = own.and_then(|id| self.after.policy(id)).cloned();
        let policy = Policy {
            id: id_to_be(&wanted.policy),
            ..wanted.policy.clone()
        };
        let Some(before) = before else {
            self.create(wanted);
            self.apply_all(&policy, links.as_deref().unwrap_or_default(), Some(first));
            return;
        };
        if flawed {
            // Of a policy that is not meant no vault is taken.
            self.change_fields(wanted, &before);
            return;
        }
        if let Some(links) = &links {
            // The service changes no destination of a policy that is applied.
            let moves = before.kind != policy.kind;
            self.take_off(&before, links, claims, moves);
        }
        self.change_fields(wanted, &before);
        self.apply_all(&policy, links.as_deref().unwrap_or_default(), None);
        // A vault that another policy of the document takes over is that one's step.
        let is_listed = |vault: &PolicyVault| {
            let mut links = links.iter().flatten();
            links.any(|link| link.vault.id == vault.id)
        };
        let keeps = links.is_none() || before.vaults.iter().all(is_listed);
        let takes = |step: &Step| matches!(&step.kind, Kind::Apply { instead, .. } if *instead == before.name);
        let loses = !keeps || self.plan.steps.iter().any(takes);
        if self.plan.steps.len() == first && !loses {
            self.alone(before.generation, &before.name, Reason::Same);
        }
    }

    fn take_off(&mut self, before: &Policy, links: &[Link], claims: &[Claim], moves: bool) {
        // A vault that cannot be found is not one that the policy should leave.
        if links.iter().any(|link| link.flaw.is_some()) {
            return;
        }
        let kind = before.kind.as_str();
        for vault in &before.vaults {
            let stays = links.iter().any(|link| link.vault.id == vault.id) && !moves;
            // What another policy takes over is replaced there in one step.
            let taken_over = claims
                .iter()
                .any(|claim| *claim == (vault.id.clone(), kind));
            if stays || (taken_over && !moves) {
                continue;
            }
            let step = Kind::TakeOff {
                vault: called(&self.after, &vault.id),
                copies: matches!(before.kind, PolicyKind::Replication(_)),
            };
            let deed = Deed::TakeOff {
                vault: vault.id.clone(),
                policy: before.id.clone(),
            };
            self.push((before.generation, &before.name), step, deed);
        }
    }

    fn apply_all(&mut self, policy: &Policy, links: &[Link], needs: Option<usize>) {
        for link in links {
            let vault = &link.vault;
            let present = self.after.policy(&policy.id);
            if present.is_some_and(|present| present.vaults.contains(vault)) {
                continue;
            }
            let holder = self.after.holder(&vault.id, policy);
            let holder = holder.map(|(holder, _)| (holder.id.clone(), holder.name.clone()));
            let (instead, name) = holder.unwrap_or_default();
            let moved = instead == policy.id;
            let kind = Kind::Apply {
                vault: link.name.clone(),
                copies_to: match vault.destination_id.as_str() {
                    "" => String::new(),
                    id => called(&self.after, id),
                },
                instead: if moved { String::new() } else { name },
                moved,
            };
            let deed = Deed::Apply {
                vault: vault.id.clone(),
                policy: policy.id.clone(),
                destination: vault.destination_id.clone(),
                instead,
            };
            if link.flaw.is_some() {
                // Nothing is known of the vault: the project stays as it is.
                let after = self.after.clone();
                self.push((policy.generation, &policy.name), kind, deed);
                self.after = after;
            } else {
                self.push((policy.generation, &policy.name), kind, deed);
            }
            self.spoil(link.flaw.clone().into_iter().collect());
            if let Some(step) = self.plan.steps.last_mut() {
                step.needs = needs;
            }
        }
    }
}

//! Whether a vault can be changed or deleted (cbr-v3 5.1, 4 and 5).

use super::create::{bind_refusals, consistent_refusal, threshold_refusal};
use super::{Vault, VaultRefusal, VaultStatus, Work};
use crate::cbr::Tag;
use crate::cbr::rules::{SIZES, within};
use crate::cbr::vaults::{VaultBatchUpdate, VaultUpdate};

/// Everything that keeps a vault from being changed as asked; empty when nothing does.
pub fn update_refusals(id: &str, wanted: &VaultUpdate, vault: Option<&Vault>) -> Vec<VaultRefusal> {
    let Some(vault) = vault else {
        return vec![VaultRefusal::NoVault(id.to_owned())];
    };
    let mut found: Vec<_> = unusable(vault).into_iter().collect();
    if wanted.locked == Some(false) && vault.locked {
        found.push(VaultRefusal::Unlock(vault.name.clone()));
    }
    found.extend(threshold_refusal(wanted.threshold));
    if let Some(billing) = &wanted.billing {
        let level = billing.consistent_level.as_deref();
        found.extend(level.and_then(consistent_refusal));
        found.extend(billing.size.and_then(|size| resize_refusal(vault, size)));
    }
    let present: Vec<Tag> = vault.bind_tags.iter().cloned().map(Into::into).collect();
    found.extend(bind_refusals(
        wanted.auto_bind.unwrap_or(vault.auto_bind),
        wanted.bind_rules.as_ref(),
        &present,
        vault.object(),
    ));
    found
}

/// Everything that keeps all vaults of a project from being changed at once; empty when nothing does.
pub fn batch_refusals(wanted: &VaultBatchUpdate) -> Vec<VaultRefusal> {
    threshold_refusal(wanted.threshold).into_iter().collect()
}

/// The vault is in a state in which nothing is changed.
pub(super) fn unusable(vault: &Vault) -> Option<VaultRefusal> {
    (!vault.status.is_usable()).then(|| VaultRefusal::Status {
        vault: vault.name.clone(),
        status: vault.status.as_str().to_owned(),
    })
}

/// A vault holds what is in it: not smaller than its backups, nor made smaller than its resources.
fn resize_refusal(vault: &Vault, size: i64) -> Option<VaultRefusal> {
    if within(size, SIZES).is_err() {
        return Some(VaultRefusal::Size { size, range: SIZES });
    }
    if size * 1024 < vault.used_mb {
        return Some(VaultRefusal::BelowUsed {
            vault: vault.name.clone(),
            size,
            used_mb: vault.used_mb,
        });
    }
    (size < vault.allocated_gb && size < vault.size_gb).then(|| VaultRefusal::BelowAllocated {
        vault: vault.name.clone(),
        allocated: vault.allocated_gb,
    })
}

/// What is known when somebody wants to delete a vault.
#[derive(Clone, Copy, Debug)]
pub struct DeletionFacts<'a> {
    /// The vault; `None` when there is none with this id.
    pub vault: Option<&'a Vault>,
    /// What is going on in it.
    pub work: &'a [Work],
    /// Whether an image was made from one of its backups.
    pub imaged: bool,
    /// Whether a schedule made one of its backups.
    pub automatic: bool,
}

/// Everything that keeps a vault, and with it all its backups, from being deleted; empty when
/// nothing does.
pub fn delete_refusals(id: &str, facts: &DeletionFacts<'_>) -> Vec<VaultRefusal> {
    let Some(vault) = facts.vault else {
        return vec![VaultRefusal::NoVault(id.to_owned())];
    };
    let mut found = Vec::new();
    if !matches!(vault.status, VaultStatus::Available | VaultStatus::Error) {
        found.push(VaultRefusal::Status {
            vault: vault.name.clone(),
            status: vault.status.as_str().to_owned(),
        });
    }
    found.extend(busy(vault, facts.work));
    if facts.imaged {
        found.push(VaultRefusal::Images(vault.name.clone()));
    }
    if vault.locked && facts.automatic {
        found.push(VaultRefusal::LockedBackups(vault.name.clone()));
    }
    found
}

/// What is going on in a vault, the service's first answer first.
pub(super) fn busy<'a>(
    vault: &'a Vault,
    work: &'a [Work],
) -> impl Iterator<Item = VaultRefusal> + 'a {
    [Work::Protecting, Work::Replicating, Work::Removing]
        .into_iter()
        .filter(|kind| work.contains(kind))
        .map(|work| VaultRefusal::Busy {
            vault: vault.name.clone(),
            work,
        })
}

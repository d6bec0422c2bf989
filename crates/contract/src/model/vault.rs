//! Vaults, as far as other pages than their own know them; what their own know is [`crate::vault::Vault`].

/// A container of backups with a capacity; what is in it is backed up by the vault's policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vault {
    /// Vault id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `available`, `lock`, `frozen`, `deleting`, `error`, or something else as it came.
    pub status: String,
    /// Holds copies of another region's backups, and backs nothing up.
    pub replication: bool,
    /// Its automatic backups cannot be deleted by hand.
    pub locked: bool,
    /// GB it can hold.
    pub size_gb: i64,
    /// MB its backups take.
    pub used_mb: i64,
    /// What it backs up.
    pub resources: Vec<HeldResource>,
}

/// A resource in a [`Vault`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldResource {
    /// Server, volume or file system.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind, the service's word.
    pub kind: String,
    /// MB of its backups in this vault.
    pub used_mb: i64,
    /// Backups of it in this vault.
    pub backups: i64,
}

impl Vault {
    /// Why no backup can be made into it now; `None` when one can (cbr-v3 section 6).
    pub fn closed(&self) -> Option<String> {
        let name = &self.name;
        if self.replication {
            return Some(format!(
                "The vault {name} holds copies and backs nothing up (BackupService.6128)."
            ));
        }
        (!matches!(self.status.as_str(), "" | "available" | "lock")).then(|| {
            format!(
                "The vault {name} is “{}”; backups are made into available ones only (BackupService.6125).",
                self.status
            )
        })
    }
}

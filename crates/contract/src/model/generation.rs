//! The two generations of the service, and what each can do.

/// Which generation of the service an object lives in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Generation {
    /// Cloud Server Backup Service v1.
    #[default]
    Csbs,
    /// Cloud Backup and Recovery v3.
    Cbr,
}

/// What a generation can do; pages ask this and never the generation itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Schedules may say "every N days".
    pub interval: bool,
    /// The service offers a check before a restore.
    pub restore_check: bool,
    /// Backups live in vaults.
    pub vaults: bool,
    /// A policy may have several rules.
    pub several_rules: bool,
    /// Servers are listed in the policy itself.
    pub servers_in_policy: bool,
    /// Policies have a description and tags.
    pub described_policies: bool,
    /// A count and an age can limit the same backups.
    pub both_limits: bool,
    /// The newest backup of each day, week, month and year can be kept longer.
    pub slots: bool,
    /// Policies can copy backups to another region, and say how often a backup is full.
    pub replication: bool,
    /// It tells how much room a backup takes; otherwise only how large the backed-up resource was.
    pub stored_size: bool,
    /// Backups can carry tags.
    pub backup_tags: bool,
    /// A backup can be given another name.
    pub rename: bool,
    /// Single volumes and file systems are backed up by themselves.
    pub single_resources: bool,
    /// It tells when a backup expires.
    pub expiry: bool,
    /// A backup says itself what failed; otherwise the service's list of tasks does.
    pub failure_in_backup: bool,
    /// Backups can be shared with other projects, and copied to other regions.
    pub sharing: bool,
}

impl Generation {
    /// Both, the older first.
    pub const ALL: [Self; 2] = [Self::Csbs, Self::Cbr];

    /// What this generation can do.
    pub const fn capabilities(self) -> Capabilities {
        match self {
            Self::Csbs => Capabilities {
                interval: true,
                restore_check: true,
                vaults: false,
                several_rules: false,
                servers_in_policy: true,
                described_policies: true,
                both_limits: true,
                slots: false,
                replication: false,
                stored_size: true,
                backup_tags: true,
                rename: false,
                single_resources: false,
                expiry: false,
                failure_in_backup: true,
                sharing: false,
            },
            Self::Cbr => Capabilities {
                interval: true,
                restore_check: false,
                vaults: true,
                several_rules: true,
                servers_in_policy: false,
                described_policies: false,
                both_limits: false,
                slots: true,
                replication: true,
                stored_size: false,
                backup_tags: false,
                rename: true,
                single_resources: true,
                expiry: true,
                failure_in_backup: false,
                sharing: true,
            },
        }
    }

    /// The service's short name, as people of these clouds say it.
    pub const fn short_name(self) -> &'static str {
        match self {
            Self::Csbs => "CSBS",
            Self::Cbr => "CBR",
        }
    }

    /// The service's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csbs => "Cloud Server Backup Service",
            Self::Cbr => "Cloud Backup and Recovery",
        }
    }

    /// Its word in addresses and filters.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Csbs => "csbs",
            Self::Cbr => "cbr",
        }
    }
}

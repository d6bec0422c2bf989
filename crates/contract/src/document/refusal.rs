//! Why a deed would not be done, in the words of the service it is about.

use core::fmt;

use crate::policy::PolicyRefusal;
use crate::vault::VaultRefusal;

/// Why a deed would be refused; `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeedRefusal {
    /// The service of servers would.
    Policy(PolicyRefusal),
    /// The service of vaults would.
    Vault(VaultRefusal),
    /// Nobody would, and that is the harm: another policy would be taken off the vault.
    Held {
        /// Name of the vault.
        vault: String,
        /// Name of that policy.
        policy: String,
    },
    /// The policy that the deed needs was not made.
    NotMade(String),
}

impl From<PolicyRefusal> for DeedRefusal {
    fn from(refusal: PolicyRefusal) -> Self {
        Self::Policy(refusal)
    }
}

impl From<VaultRefusal> for DeedRefusal {
    fn from(refusal: VaultRefusal) -> Self {
        Self::Vault(refusal)
    }
}

impl fmt::Display for DeedRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(refusal) => refusal.fmt(f),
            Self::Vault(refusal) => refusal.fmt(f),
            Self::Held { vault, policy } => write!(
                f,
                "Vault {vault} has policy {policy} by now, which would be taken off it."
            ),
            Self::NotMade(policy) => write!(f, "Policy {policy} has not been made."),
        }
    }
}

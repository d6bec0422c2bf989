//! Vaults in words: what they hold and keep, their state, and why something was refused.

use contract::cbr::rules::ObjectType;
use contract::vault::{Protects, Vault, VaultStatus};
use leptos::prelude::*;

use crate::ui::{Badge, Glyph, Tone};

/// What a vault holds, in the plural.
pub fn object_title(object: ObjectType) -> &'static str {
    match object {
        ObjectType::Server => "Servers",
        ObjectType::Disk => "Disks",
        ObjectType::Turbo => "File systems",
        ObjectType::Workspace => "Desktops",
        ObjectType::Vmware => "On-premises servers",
        ObjectType::Rds => "Databases",
        ObjectType::File => "Files",
    }
}

/// What a vault holds and keeps: `Servers`, or `Replicas of servers`.
pub fn kind_title(vault: &Vault) -> String {
    let object = match vault.object() {
        Some(object) => object_title(object).to_owned(),
        None if vault.object_word.is_empty() => "Unknown".to_owned(),
        None => vault.object_word.clone(),
    };
    match vault.protects {
        Protects::Replication => format!("Replicas of {}", object.to_lowercase()),
        _ => object,
    }
}

/// The state in words and what it means for the reader.
pub fn status_words(status: &VaultStatus) -> (Tone, String) {
    let (tone, word) = match status {
        VaultStatus::Available => (Tone::Good, "Available"),
        VaultStatus::Lock => (Tone::Warning, "Locked by billing"),
        VaultStatus::Frozen => (Tone::Bad, "Frozen by billing"),
        VaultStatus::Deleting => (Tone::Active, "Deleting"),
        VaultStatus::Error => (Tone::Bad, "Failed"),
        VaultStatus::Unknown(word) if word.is_empty() => (Tone::Neutral, "Unknown"),
        VaultStatus::Unknown(word) => return (Tone::Neutral, word.clone()),
    };
    (tone, word.to_owned())
}

/// Whether a vault is as full as its owner wants to be told about.
pub fn over_threshold(vault: &Vault) -> bool {
    vault.used_percent() >= vault.threshold as f64 && vault.size_gb > 0
}

/// State, lock and a passed threshold as badges.
pub fn status_badges(vault: &Vault) -> AnyView {
    let (tone, word) = status_words(&vault.status);
    let over = over_threshold(vault);
    let threshold = vault.threshold;
    view! {
        <span class="stack">
            <Badge tone=tone text=word/>
            {vault.locked.then(|| view! { <Badge tone=Tone::Neutral text="Locked for good" icon=Glyph::Lock/> })}
            {over.then(|| view! { <Badge tone=Tone::Warning text=format!("Above {threshold} %")/> })}
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_nobody_has_heard_of_are_shown_as_they_came() {
        let vault = Vault {
            object_word: "tape".into(),
            protects: Protects::Replication,
            ..Vault::default()
        };
        assert_eq!(kind_title(&vault), "Replicas of tape");
        let status = VaultStatus::from_word("thawing");
        assert_eq!(status_words(&status).1, "thawing");
    }

    #[test]
    fn a_threshold_is_passed_when_it_is_reached() {
        let mut vault = Vault {
            size_gb: 100,
            used_mb: 80 * 1024,
            threshold: 80,
            ..Vault::default()
        };
        assert!(over_threshold(&vault));
        vault.used_mb -= 1;
        assert!(!over_threshold(&vault));
    }
}

//! Vaults in words: what they hold and keep, their state, and why something was refused.

use contract::cbr::rules::{ObjectType, TURBO_KIND, VOLUME_KIND};
use contract::errors::lookup_all;
use contract::rules::{BARE_METAL_KIND, SERVER_KIND};
use contract::vault::{Protects, Vault, VaultStatus};
use leptos::prelude::*;

use crate::api::ApiError;
use crate::form::{Submission, SubmitState};
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

/// What a resource is, in the singular.
pub fn resource_title(kind: &str) -> &str {
    match kind {
        SERVER_KIND => "Server",
        BARE_METAL_KIND => "Bare-metal server",
        VOLUME_KIND => "Disk",
        TURBO_KIND => "File system",
        other => other,
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

/// What a failed call means and what to do, from the service's own catalogue where it has the code.
pub fn explained(error: &ApiError) -> String {
    let known = match error {
        ApiError::Refused { status, code, .. } => lookup_all(code, *status),
        _ => None,
    };
    let (Some(text), Some(reference)) = (known, error.reference()) else {
        return error.to_string();
    };
    format!("{} {} ({reference})", text.meaning, text.remedy)
}

/// Why a submission failed, explained; tracked.
pub fn failure(submission: Submission) -> Signal<Option<String>> {
    Signal::derive(move || match submission.state() {
        SubmitState::Failed(error) => Some(explained(&error)),
        _ => None,
    })
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
        assert_eq!(resource_title("OS::Tape"), "OS::Tape");
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

    #[test]
    fn a_code_of_the_service_is_explained() {
        let error = ApiError::Refused {
            status: 400,
            code: "BackupService.6103".into(),
            message: "taken".into(),
            request_id: "r-1".into(),
        };
        let text = explained(&error);
        let known = lookup_all("BackupService.6103", 400).expect("a documented code");
        assert!(text.starts_with(known.meaning) && text.contains(known.remedy));
        assert!(text.contains("BackupService.6103 “taken” · Request r-1"));
    }
}

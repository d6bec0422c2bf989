//! The unsaved draft of a policy, kept for this tab: it survives a reload and signing in again.

use contract::model::Generation;
use leptos::prelude::window;
use serde::{Deserialize, Serialize};

use super::draft::PolicyDraft;
use super::fields::PolicyFields;
use super::service::key;

/// A draft, and the policy as it was when the draft was begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptDraft {
    pub draft: PolicyDraft,
    /// `None` for a new policy.
    pub base: Option<PolicyFields>,
}

/// Where a draft is kept: one place per project and policy, and one for new policies.
#[derive(Clone, Debug)]
pub struct DraftPlace(String);

impl DraftPlace {
    pub fn new(project: &str, generation: Generation, policy: Option<&str>) -> Self {
        let place = match policy {
            Some(id) => id.to_owned(),
            None => format!("new.{}", key(generation)),
        };
        Self(format!("anchorage.draft.policy.{project}.{place}"))
    }

    /// The draft that was kept; one of another version of the console is none.
    pub fn recall(&self) -> Option<KeptDraft> {
        let text = storage()?.get_item(&self.0).ok().flatten()?;
        serde_json::from_str(&text).ok()
    }

    /// Keeps a draft. A full storage refuses; then a reload begins anew.
    pub fn keep(&self, draft: &KeptDraft) {
        if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(draft)) {
            let _ = storage.set_item(&self.0, &text);
        }
    }

    /// Forgets it.
    pub fn forget(&self) {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(&self.0);
        }
    }
}

/// A text somebody is writing, kept the same way.
#[derive(Clone, Debug)]
pub struct KeptText(String);

impl KeptText {
    /// The document to import into a project.
    pub fn of_import(project: &str) -> Self {
        Self(format!("anchorage.draft.import.{project}"))
    }

    /// The text that was kept.
    pub fn recall(&self) -> Option<String> {
        storage()?.get_item(&self.0).ok().flatten()
    }

    /// Keeps a text; an empty one is forgotten. A full storage refuses; then a reload begins anew.
    pub fn keep(&self, text: &str) {
        let Some(storage) = storage() else { return };
        let _ = if text.is_empty() {
            storage.remove_item(&self.0)
        } else {
            storage.set_item(&self.0, text)
        };
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

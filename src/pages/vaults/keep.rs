//! The unsent draft of a vault, kept in this browser: it survives a reload, a closed tab and signing in again.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::draft::{Chosen, VaultDraft};
use crate::api::use_api;
use crate::session::{recall, remember, use_session};
use crate::tags::TagRow;

/// Everything a person entered for a new vault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptVault {
    pub draft: VaultDraft,
    pub chosen: Vec<Chosen>,
    pub tags: Vec<TagRow>,
    pub bind: Vec<TagRow>,
}

/// Where the draft is kept: one place per user and project.
#[derive(Clone, Debug)]
pub struct VaultPlace(String);

impl VaultPlace {
    /// The place of who is signed in.
    pub fn here() -> Self {
        let user = untrack(|| use_session().with(|info| info.user_id.clone()));
        Self(format!("vault-draft.{user}.{}", use_api().project()))
    }

    /// The draft that was kept; one of another version of the console is none.
    pub fn recall(&self) -> Option<KeptVault> {
        serde_json::from_str(&recall(&self.0)?).ok()
    }

    /// Keeps what was entered; what equals the empty form is forgotten.
    pub fn keep(&self, entered: &KeptVault) {
        if *entered == KeptVault::default() {
            self.forget();
        } else if let Ok(text) = serde_json::to_string(entered) {
            remember(&self.0, Some(&text));
        }
    }

    /// Forgets it.
    pub fn forget(&self) {
        remember(&self.0, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::cbr::rules::ObjectType;

    #[test]
    fn everything_entered_comes_back() {
        let entered = KeptVault {
            draft: VaultDraft {
                name: "half".into(),
                object: ObjectType::Disk,
                size: "ten".into(),
                locked: true,
                ..VaultDraft::default()
            },
            chosen: vec![Chosen {
                id: "v1".into(),
                excluded: vec![("v2".into(), 40)],
                ..Chosen::default()
            }],
            tags: vec![TagRow {
                key: "tier".into(),
                value: String::new(),
            }],
            bind: Vec::new(),
        };
        let text = serde_json::to_string(&entered).expect("text");
        assert_eq!(
            serde_json::from_str::<KeptVault>(&text).expect("a draft"),
            entered
        );
    }
}
